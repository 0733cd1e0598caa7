"""Opening hours of the pedestrian network: its table AccessTimeDetails."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.city.sources.feature_stream import FeatureStream
from sim.city.sources.official_records import attributes, texts
from sim.errors import InputError

MOST_ROWS = 1_000_000
DAY = 24 * 60
TOLD_BY = frozenset({"accesstimeid", "fromtime", "totime"})
"""Names of its fields, without capitals and what stands between words."""


class Hours(NamedTuple):
    """A table of opening hours."""

    spans: dict[str, list[tuple[int, int]]]
    """Minutes after midnight from and to, by the number of the opening hours."""

    def is_open(self, number: str, minute: int) -> bool:
        """Return whether a way is open, on any day; one of which nothing is known is.

        Parameters
        ----------
        number
            AccessTimeID of the way.
        minute
            After midnight.
        """
        spans = self.spans.get(number)
        return spans is None or any(_holds(begin, end, minute) for begin, end in spans)


def _holds(begin: int, end: int, minute: int) -> bool:
    """Return whether a span holds a minute; one that ends before it begins crosses midnight."""
    if begin < end:
        return begin <= minute < end
    return minute >= begin or minute < end


def has_hours(names: set[str]) -> bool:
    """Return whether these are the fields of a table of opening hours.

    Parameters
    ----------
    names
        Of one record.
    """
    return {_folded(name) for name in names} >= TOLD_BY


def read_hours(path: Path) -> Hours:
    """Read the table AccessTimeDetails, as JSON of the server or GeoJSON without shapes.

    Raises
    ------
    InputError
        The file is damaged, or a row has no time of day.
    """
    spans: dict[str, list[tuple[int, int]]] = {}
    for number, record in enumerate(FeatureStream(path), 1):
        if number > MOST_ROWS:
            raise InputError(f"{path}: more than {MOST_ROWS:,} rows; give the right table")
        values = {_folded(name): value for name, value in (attributes(record) or {}).items()}
        if not values.keys() >= TOLD_BY:
            raise InputError(f"{path}: record {number:,}: no opening hours; save the table again")
        key, *ends = texts([values[name] for name in ("accesstimeid", "fromtime", "totime")])
        begin, end = (_minute(text) for text in ends)
        if begin is None or end is None:
            said = " to ".join(text[:12] for text in ends)
            raise InputError(f'{path}: record {number:,}: "{said}" are no times as HHMM')
        spans.setdefault(key, []).append((begin, end))
    return Hours(spans)


def _folded(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _minute(text: str) -> int | None:
    """Return the minute of "830", "0830", "08:30" or "2400"; None where it is no time."""
    digits = text.replace(":", "").zfill(4)
    if not (text and digits.isascii() and digits.isdigit() and len(digits) == 4):
        return None
    hour, minute = int(digits[:2]), int(digits[2:])
    return hour * 60 + minute if minute < 60 and hour * 60 + minute <= DAY else None


def minute_of(text: str) -> int:
    """Return the minute of a time of day that a person wrote.

    Parameters
    ----------
    text
        As HH:MM.

    Raises
    ------
    InputError
        It is no time.
    """
    found = _minute(text) if ":" in text else None
    if found is None or found == DAY:
        raise InputError(f"--at {text}: is no time of day; write it as 08:30")
    return found


def open_at(hours: Hours, numbers: list[str], minute: int) -> NDArray[np.bool_]:
    """Return which ways are open at a time of day.

    Parameters
    ----------
    hours
        The table.
    numbers
        AccessTimeID of each way, empty where it has none.
    minute
        After midnight.
    """
    return np.array([not one or hours.is_open(one, minute) for one in numbers], bool)
