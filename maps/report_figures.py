"""Figures of a run as the report takes them: by place in its summary, and written as text.

A figure that a run does not have is None here and a dash on paper. Estimates are written to as
many digits as they bear; nothing is computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from maps.charts import Axis, Band, Chart, Curve, Mark, Pair, camera_axis, chart
from maps.numbers import number
from maps.report_texts import words
from maps.run_folder import RunFolder
from maps.texts import TEXTS


class Section(NamedTuple):
    """A part of the report: charts or a table, and what they say, each as [English, Chinese]."""

    name: str
    """Key of the title, and the address within the page."""
    says: Pair
    notes: list[Pair]
    charts: list[Chart]
    table: dict[str, Any] | None = None
    minor: bool = False
    """Whether it is of less weight than the others."""


class Figures:
    """The figures of a run by place in its summary, and what all charts share.

    Parameters
    ----------
    run
        As read.
    city
        What the totals count the cameras of, in both languages.
    """

    def __init__(self, run: RunFolder, city: Pair) -> None:
        self.run = run
        self.tasks = run.tasks
        self.totals = np.array(run.totals, np.float64)
        self.n, self.low_n = f"{run.totals[-1]:,}", f"{run.totals[0]:,}"
        self.below = words("below", city=list(city))
        self.axis = camera_axis(run.totals)
        self.scenario: dict[str, Any] = run.manifest.get("scenario") or {}

    def of_all(self, *path: str) -> NDArray[np.float64]:
        """Return a figure at every total, shape (totals,); NaN where a run has none."""
        return self.array([figure(step, *path) for step in self.run.summary["steps"]])

    def array(self, found: Sequence[float | None]) -> NDArray[np.float64]:
        """Return values as an array; NaN for None."""
        return np.array([np.nan if value is None else value for value in found], np.float64)

    def last(self, *path: str) -> Any:  # noqa: ANN401 - JSON
        """Return a figure at the highest total, or None."""
        return figure(self.run.summary["steps"][-1], *path)

    def first(self, *path: str) -> Any:  # noqa: ANN401 - JSON
        """Return a figure at the lowest total, or None."""
        return figure(self.run.summary["steps"][0], *path)

    def setting(self, *path: str) -> Any:  # noqa: ANN401 - JSON
        """Return a value of the scenario, or None."""
        return figure(self.scenario, *path)

    def from_nothing(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Put a 0 before the values: without any camera nothing is seen."""
        return np.concatenate([[0.0], values])

    @property
    def x_from_nothing(self) -> NDArray[np.float64]:
        """The totals with 0 before them."""
        return np.concatenate([[0.0], self.totals])

    def chart(
        self,
        title: str,
        y: Axis,
        curves: Sequence[Curve],
        bands: Sequence[Band] = (),
        marks: Sequence[Mark] = (),
    ) -> Chart:
        """Return a chart over the number of cameras in the city."""
        return chart(words(title), self.below, self.axis, y, curves, bands, marks)


def figure(content: Any, *path: str) -> Any:  # noqa: ANN401 - JSON
    """Return what stands at a path of keys, or None where there is nothing."""
    for key in path:
        content = content.get(key) if isinstance(content, dict) else None
    return content


def with_error(value: float | None, error: float | None) -> str:
    """Write an estimate and its standard error to the same place."""
    written = number(value)
    places = len(written.partition(".")[2])
    return f"{written} ± {'—' if error is None else f'{error:,.{places}f}'}"


def points(error: float | None) -> str:
    """Write the error of a share in percentage points."""
    return "—" if error is None else f"{100 * error:.1f}"


def same(written: str) -> list[str]:
    """Return what is written alike in both languages."""
    return [written, written]


def of_proxy(said: Pair) -> Pair:
    """Put before a text on trips that on the bus-street proxy they are not walks."""
    english, chinese = TEXTS["proxy"]
    return [f"{english} {said[0]}", f"{chinese}{said[1]}"]
