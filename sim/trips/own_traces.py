"""Lines of points gathered from a user's file, whatever its kind, with who walked and when.

A reader adds points and closes lines; limits on their number hold for every kind of file.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError

MOST_POINTS = 2_000_000
MOST_TRACES = 200_000
LONGEST_NAME = 200
WITHOUT_TIME_OF_DAY = "dates_without_time_of_day"
"""Counted in reports: moments that are a date alone."""
WHAT_IS_READ = (
    "walks are read from tracks, routes and way-points of .gpx, lines of .geojson, and .csv or "
    ".parquet with columns person, trip and lon, lat or x, y"
)


class Traces(NamedTuple):
    """Lines of points, as a file gives them.

    Points of line i are xy[ptr[i] : ptr[i + 1]].
    """

    xy: NDArray[np.float64]
    """Metres in the CRS asked for, shape (points, 2)."""
    ptr: NDArray[np.int64]
    person: NDArray[np.int64]
    """Who walked, numbered from 0 in the order of the file."""
    leg: NDArray[np.int32]
    """Which of the person's lines, from 0."""
    name: list[str]
    name_zh: list[str]
    departs_s: NDArray[np.float64]
    """Seconds after midnight, NaN where the file gives none."""
    report: dict[str, float]


@dataclass
class Lines:
    """Collects lines while a file is read; coordinates are those of the file."""

    path: Path
    coordinates: array[float] = field(default_factory=lambda: array("d"))
    ptr: list[int] = field(default_factory=lambda: [0])
    person: list[object] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    name_zh: list[str] = field(default_factory=list)
    departs_s: list[float] = field(default_factory=list)
    departs: list[str] = field(default_factory=list)
    """When each line begins, as the file says it."""
    where: list[str] = field(default_factory=list)
    report: dict[str, float] = field(default_factory=dict)
    first_time: str | None = None
    """Of the line that is being read."""

    def add_point(self, x: float, y: float) -> None:
        """Add a point to the line that is being read."""
        self.coordinates.extend((x, y))
        if len(self.coordinates) > 2 * MOST_POINTS:
            raise InputError(f"{self.path}: more than {MOST_POINTS:,} points; split the file")

    def set_time(self, text: str) -> None:
        """Note when the line that is being read begins; what is noted later changes nothing."""
        if self.first_time is None and len(self.coordinates) // 2 == self.ptr[-1] + 1:
            self.first_time = text

    def close(
        self, where: str, person: object, name: str = "", name_zh: str = "", departs: str = ""
    ) -> None:
        """End the line that is being read; one without points is left out."""
        points = len(self.coordinates) // 2
        if points == self.ptr[-1]:
            return
        self.ptr.append(points)
        self.person.append(person)
        self.name.append(_printable(name))
        self.name_zh.append(_printable(name_zh))
        self.departs_s.append(np.nan)
        self.departs.append(departs or self.first_time or "")
        self.first_time = None
        self.where.append(where)
        if len(self.person) > MOST_TRACES:
            raise InputError(f"{self.path}: more than {MOST_TRACES:,} lines; split the file")

    def count(self, what: str) -> None:
        """Count something that is left out."""
        self.report[what] = self.report.get(what, 0.0) + 1

    def traces(self, metres: NDArray[np.float64]) -> Traces:
        """Return the lines with their points in metres."""
        if not self.person:
            raise InputError(f"{self.path}: holds no walk; {WHAT_IS_READ}")
        numbers: dict[object, int] = {}
        person = [numbers.setdefault(who, len(numbers)) for who in self.person]
        leg, made = [], dict.fromkeys(person, 0)
        for who in person:
            leg.append(made[who])
            made[who] += 1
        report = {"read": float(len(person)), "points": float(len(metres)), **self.report}
        return Traces(
            metres, np.array(self.ptr, np.int64), np.array(person, np.int64),
            np.array(leg, np.int32), self.name, self.name_zh, np.array(self.departs_s), report,
        )  # fmt: skip


def _printable(text: str) -> str:
    """Return a name that cannot break tables, terminals or pages."""
    kept = "".join(c if c.isprintable() else " " for c in text[:LONGEST_NAME])
    return " ".join(kept.split())
