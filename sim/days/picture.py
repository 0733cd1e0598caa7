"""The picture of one simulated life: its ways, what of its days is kept, and what remains possible.

It returns the text of an SVG file. Nobody in it is real: home, habits and hours are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WIDE, HIGH, ROW, LEFT, BELOW = 820.0, 560.0, 9.0, 60.0, 36.0
MARGIN_M = 120.0
DAY_S = 86_400.0
WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


class Life(NamedTuple):
    """What is drawn of one life; positions in projected metres, shape (…, 2)."""

    streets: list[Floats]
    """Lines of all streets."""
    ways: list[Floats]
    """Lines of the ways walked, each once."""
    doors: Floats
    """Doors that remain possible."""
    home: Floats
    guess: Floats
    heads: Floats
    """Cameras of the first and last records of days."""
    walks: list[tuple[int, float, float]]
    """Day, and seconds after midnight at which each walk begins and ends."""
    records: list[tuple[int, float]]
    """Day and second of the first and last records that are kept."""
    days: int
    title: str
    title_zh: str


def drawn(life: Life) -> str:
    """Return the picture as the text of an SVG file."""
    high = HIGH + 70 + BELOW + ROW * life.days
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDE:g} {high:g}" '
        'font-family="sans-serif" font-size="12" fill="#222">',
        f"<title>{life.title}</title>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<svg width="{WIDE:g}" height="{HIGH:g}">',
        *_map(life),
        "</svg>",
        f'<text x="12" y="{HIGH + 20:g}">{life.title}</text>',
        f'<text x="12" y="{HIGH + 38:g}" fill="#555">amber: doors that remain possible; black '
        "square: the home; ring: the guess; triangles: cameras of first and last records</text>",
        f'<text x="12" y="{HIGH + 56:g}" lang="zh-Hant-HK">{life.title_zh}</text>',
        f'<text x="12" y="{HIGH + 74:g}" fill="#555" lang="zh-Hant-HK">橙色：仍有可能的門口；黑色'
        "方塊：住所；圓圈：猜測；三角形：留下首次和末次記錄的鏡頭</text>",
        *_days(life, HIGH + 58 + BELOW),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _map(life: Life) -> Iterator[str]:
    """Yield streets, ways, doors and marks, north up."""
    points = np.concatenate([*life.ways, life.doors, life.home[None], life.guess[None]])
    low, top = points.min(axis=0) - MARGIN_M, points.max(axis=0) + MARGIN_M
    scale = min(WIDE / (top[0] - low[0]), HIGH / (top[1] - low[1]))
    shift = (np.array([WIDE, HIGH]) - scale * (top - low)) / 2

    def at(xy: Floats) -> Floats:
        moved = (xy - low) * scale + shift
        return np.column_stack([moved[:, 0], HIGH - moved[:, 1]])

    def lines(some: list[Floats]) -> str:
        inside = (at(line) for line in some if ((line > low) & (line < top)).all(axis=1).any())
        return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line) for line in inside)

    yield f'<path d="{lines(life.streets)}" fill="none" stroke="#ddd"/>'
    for x, y in at(life.doors):
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#e8a33d" fill-opacity="0.7"/>'
    yield f'<path d="{lines(life.ways)}" fill="none" stroke="#0b6e75" stroke-width="2"/>'
    for x, y in at(life.heads):
        yield f'<path d="M{x:.1f} {y - 6:.1f}l5 10h-10z" fill="#b3261e"/>'
    (x, y), (u, v) = at(np.stack([life.home, life.guess]))
    yield f'<rect x="{x - 6:.1f}" y="{y - 6:.1f}" width="12" height="12" fill="#111"/>'
    yield f'<circle cx="{u:.1f}" cy="{v:.1f}" r="10" fill="none" stroke="#111" stroke-width="2"/>'


def _days(life: Life, top: float) -> Iterator[str]:
    """Yield a line a day: walks as bars, records as ticks."""
    wide = WIDE - LEFT - 20

    def x(second: float) -> float:
        return LEFT + wide * min(second, DAY_S) / DAY_S

    for hour in range(0, 25, 6):
        yield f'<text x="{x(hour * 3600.0):.1f}" y="{top:g}" font-size="9">{hour}</text>'
    for day in range(life.days):
        y = top + 10 + ROW * day
        yield f'<text x="12" y="{y:g}" font-size="8">{day + 1} {WEEKDAYS[day % 7]}</text>'
        yield f'<path d="M{LEFT:g} {y - 3:g}h{wide:g}" stroke="#eee"/>'
    for day, begins, ends in life.walks:
        y = top + 10 + ROW * day - 5
        long = max(1.0, x(ends) - x(begins))
        yield f'<rect x="{x(begins):.1f}" y="{y:g}" width="{long:.1f}" height="4" fill="#0b6e75"/>'
    for day, second in life.records:
        y = top + 10 + ROW * day
        yield f'<path d="M{x(second):.1f} {y - 7:g}v8" stroke="#b3261e" stroke-width="1.5"/>'
