"""Curves over the number of cameras as plain data: where each line, tick and mark goes.

It places numbers on axes. A chart's lines are drawn in a field that stretches with the page, while
its numbers and names are text of the page itself, so that they are as readable on a telephone as on
paper; the report's template writes both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

WIDE, HIGH = 1000, 500
"""The field that lines are drawn in; it is stretched to whatever room there is."""
MOST_TICKS = 5
TIDY = (1, 2, 2.5, 5, 10)
FEWEST_DECADES_TICKED_SINGLY = 7
ROOM_FOR_NUMBERS = 0.16
"""Numbers below the field nearer than this share of its width would touch one another."""

Pair = Sequence[str]
"""The same in English and in Chinese."""


class Curve(NamedTuple):
    """A line of a chart.

    Attributes
    ----------
    x, y
        Numbers of cameras and values, shape (points,); where a value is missing the line breaks.
    label, value
        What the legend calls it, and its value at the highest number of cameras.
    style
        Name of its colour and dashes.
    dots
        Whether the points themselves are shown, because nothing is known between them.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    label: Pair
    value: Pair
    style: str
    dots: bool = False


class Band(NamedTuple):
    """An area between two values at each number of cameras, shape (points,)."""

    x: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    style: str


class Mark(NamedTuple):
    """An upright line at a number of cameras."""

    x: float
    label: Pair
    style: str


class Axis(NamedTuple):
    """An axis and its numbers.

    Attributes
    ----------
    low, high
        Values at its ends.
    ticks
        Value and what is written there.
    log
        Whether each step is a multiple of the last.
    """

    low: float
    high: float
    ticks: list[tuple[float, str]]
    log: bool = False

    def along(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return how far along the axis each value lies, 0 to 1."""
        value = np.asarray(values, np.float64)
        if not self.log:
            return np.clip((value - self.low) / (self.high - self.low), 0, 1)
        decades = math.log10(self.high / self.low)
        return np.clip(np.log10(np.maximum(value, self.low) / self.low) / decades, 0, 1)


class Chart(NamedTuple):
    """What a template needs to write a chart; all places are shares or points of the field."""

    title: Pair
    below: Pair
    lines: list[dict[str, object]]
    bands: list[dict[str, str]]
    marks: list[dict[str, object]]
    upright: list[tuple[float, str]]
    level: list[tuple[float, str]]


def chart(
    title: Pair,
    below: Pair,
    x: Axis,
    y: Axis,
    curves: Sequence[Curve],
    bands: Sequence[Band] = (),
    marks: Sequence[Mark] = (),
) -> Chart:
    """Place curves, bands and marks on two axes.

    Parameters
    ----------
    title, below
        What the values are, and what the numbers below are.
    x, y
        Axes. Values beyond their ends are drawn at the end.
    """
    return Chart(
        title,
        below,
        [
            {
                "points": _runs(x.along(curve.x), y.along(curve.y)),
                "dots": _points(x.along(curve.x), y.along(curve.y)).split() if curve.dots else [],
                "label": curve.label,
                "value": curve.value,
                "style": curve.style,
            }
            for curve in curves
        ],
        [{"points": _outline(x, y, band), "style": band.style} for band in bands],
        [
            {"at": round(float(x.along(mark.x)) * 100, 2), "label": mark.label, "style": mark.style}
            for mark in marks
        ],
        upright=_apart(
            [(round(float(x.along(value)) * 100, 2), words) for value, words in x.ticks]
        ),
        level=[(round(float(y.along(value)) * 100, 2), words) for value, words in y.ticks],
    )


def share_axis(*values: ArrayLike) -> Axis:
    """Return an axis of shares from 0 up to the next tenth above the highest value."""
    highest = _highest(values)
    top = min(max(math.ceil(highest * 10 - 1e-12), 1), 10)
    step = 1 if top <= MOST_TICKS else 2
    top += top % step
    return Axis(0, top / 10, [(k / 10, f"{10 * k}%") for k in range(0, top + 1, step)])


def count_axis(*values: ArrayLike) -> Axis:
    """Return an axis of numbers from 0 with a few round steps."""
    highest = max(_highest(values), 1.0)
    rough = highest / (MOST_TICKS - 1)
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(tidy * unit for tidy in TIDY if tidy * unit >= rough * (1 - 1e-9))
    count = math.ceil(highest / step - 1e-9)
    return Axis(0, count * step, [(k * step, short(k * step)) for k in range(count + 1)])


def log_axis(*values: ArrayLike) -> Axis:
    """Return an axis on which each step is ten times the last."""
    parts = [np.asarray(value, np.float64).ravel() for value in values]
    known = np.concatenate([part[np.isfinite(part) & (part > 0)] for part in parts])
    low = math.floor(math.log10(known.min()) + 1e-9) if len(known) else 0
    high = max(math.ceil(math.log10(known.max()) - 1e-9) if len(known) else 1, low + 1)
    step = 1 if high - low < FEWEST_DECADES_TICKED_SINGLY else 2
    decades = range(low, high + 1, step)
    return Axis(10.0**low, 10.0**high, [(10.0**k, short(10.0**k)) for k in decades], log=True)


def camera_axis(totals: Sequence[int]) -> Axis:
    """Return the axis of numbers of cameras, from none, with a tick at each total of the run."""
    return Axis(0, max(totals), [(0, "0"), *((total, f"{total:,}") for total in totals)])


def short(value: float) -> str:
    """Write a number for an axis: thousands as k, millions as M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def _highest(values: Sequence[ArrayLike]) -> float:
    parts = [np.asarray(value, np.float64).ravel() for value in values]
    known = [float(part[np.isfinite(part)].max()) for part in parts if np.isfinite(part).any()]
    return max(known, default=0.0)


def _points(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    known = np.isfinite(x) & np.isfinite(y)
    across, up = x[known] * WIDE, (1 - y[known]) * HIGH
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across, up, strict=True))


def _runs(x: NDArray[np.float64], y: NDArray[np.float64]) -> list[str]:
    """Write a line, in parts where values are missing."""
    missing = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
    parts = zip(np.split(x, missing), np.split(y, missing), strict=True)
    return [points for points in (_points(*part) for part in parts) if points]


def _outline(x: Axis, y: Axis, band: Band) -> str:
    known = np.isfinite(band.low) & np.isfinite(band.high)
    along = x.along(band.x[known])
    there, back = y.along(band.high[known]), y.along(band.low[known])
    return f"{_points(along, there)} {_points(along[::-1], back[::-1])}"


def _apart(ticks: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Leave out numbers that would touch their neighbours; the first and the last always stay."""
    first, *others = ticks
    kept: list[tuple[float, str]] = []
    for place, words in reversed(others):
        near = [first[0], *(other for other, _ in kept)] if kept else []
        if all(abs(place - other) >= 100 * ROOM_FOR_NUMBERS for other in near):
            kept.append((place, words))
    return [first, *kept[::-1]]
