"""Moments as files write them: clocks, dates, counts of seconds, serial days of spreadsheets.

Texts come in, seconds come out in which rows can be put in order and of which the time of day is
local to the area. What walked at that moment is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

import numpy as np
import pyproj
from numpy.typing import NDArray

from sim.area import HONG_KONG_CRS
from sim.city.sources.tables import number

DAY_S = 86_400.0
FIRST_DATE = 1e10
"""Seconds from the year 1: above, a moment was written as a date; below, as a bare number."""
EPOCH_S = datetime(1970, 1, 1, tzinfo=UTC).toordinal() * DAY_S
EXCEL_EPOCH_S = datetime(1899, 12, 30, tzinfo=UTC).toordinal() * DAY_S
UNIX = ((1e9, 1e10, 1.0), (1e12, 1e13, 1e3), (1e15, 1e16, 1e6), (1e18, 1e19, 1e9))
"""Counts since 1970 from 2001 to 2286: least, below, units a second."""
EXCEL = (36_526.0, 73_051.0)
"""Serial days of a spreadsheet from 2000 to 2099."""
LONGEST_STEP_DAYS = 0.5
PAST_MIDNIGHT_S = DAY_S / 2
"""A clock that goes back by more has passed midnight."""
_CLOCK = re.compile(
    r"(\d{1,3}):(\d{2})(?::(\d{2}(?:[.,]\d+)?))?(?: ?([ap])\.?m\.?)?", re.IGNORECASE
)
_SLASHES = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(.*)")
_DATE = re.compile(r"\d{4}(?:-\d{2}-\d{2}|/\d{1,2}/\d{1,2}|-?W\d{2}(?:-?\d)?)")
_ZONE = re.compile(r" (?=[+-]\d{2}:?\d{2}$)| ?(?:UTC|GMT)$")


class Zone(NamedTuple):
    """The local time of an area."""

    hours: float
    """Ahead of UTC."""
    known: bool
    """Whether the hours are law; else they follow from the longitude alone."""

    @classmethod
    def of(cls, crs: str) -> Zone:
        """Return the local time of a projected system.

        Parameters
        ----------
        crs
            Hong Kong's has the time of Hong Kong, any other the nautical zone of the middle of its
            area of use.
        """
        if crs == HONG_KONG_CRS:
            return cls(8.0, True)
        area = pyproj.CRS(crs).area_of_use
        if area is None:
            return cls(0.0, False)
        east = area.east + (360 if area.east < area.west else 0)
        middle = (area.west + east) / 2
        return cls(float(round((middle - 360 if middle > 180 else middle) / 15)), False)


def moments(
    texts: Sequence[str],
    zone: Zone,
    walks: Sequence[Sequence[int]] = (),
    dates: Sequence[str] | None = None,
) -> NDArray[np.float64]:
    """Return the moments of a column of texts.

    Parameters
    ----------
    texts
        "08:30", "26:10:00", "2026-03-01T08:30:00" with or without Z or an offset, seconds after
        midnight or since 1970 (also in thousandths and less), or serial days and fractions of a
        day of a spreadsheet.
    zone
        The local time of the area. Moments of a known offset are converted to it; where the zone
        is only that of the longitude, an offset that is given and not zero is the local one.
    walks
        Rows of each walk in the order of the file. Where a clock goes back by more than 12 hours
        within one it has passed midnight.
    dates
        The date of each clock, in ISO form, where another column gives it.

    Returns
    -------
    array
        Seconds in local time, after the midnight of one's own day or, above `FIRST_DATE`, since
        the year 1; NaN where a text is not a moment.
    """
    numbers = np.array([number(text) for text in texts], np.float64)
    seconds = _of_numbers(numbers, walks, zone)
    for row in np.flatnonzero(np.isnan(numbers)).tolist():
        seconds[row] = _of_text(texts[row], zone)
    if dates is not None:
        _put_on_dates(seconds, dates)
    for rows in walks:
        _pass_midnight(seconds, np.asarray(rows, np.int64))
    return seconds


def dates_alone(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Return which texts are a date without a time of day, shape (texts,).

    They put days in order, and say nothing of the hour.

    Parameters
    ----------
    texts
        As of `moments`.
    """
    return np.array([bool(_DATE.fullmatch(text.strip())) for text in texts], np.bool_)


def of_day(moment: float) -> float:
    """Return seconds after midnight; NaN for a count of seconds since some other moment.

    Parameters
    ----------
    moment
        As of `moments`; clocks up to the seventh day stay as they are, as MATSim writes them.
    """
    if moment > FIRST_DATE:
        return moment % DAY_S
    return moment if 0 <= moment < 7 * DAY_S else np.nan


def _of_numbers(
    numbers: NDArray[np.float64], walks: Sequence[Sequence[int]], zone: Zone
) -> NDArray[np.float64]:
    """Return a column's numbers as seconds; what they count is decided for all of them."""
    seconds = numbers.copy()
    known = np.isfinite(numbers)
    given = numbers[known]
    if not len(given):
        return seconds
    for least, below, unit in UNIX:
        if ((given >= least) & (given < below)).all():
            seconds[known] = given / unit + EPOCH_S + zone.hours * 3600
            return seconds
    if _are_days(numbers, given, walks):
        whole_days = EXCEL_EPOCH_S if given.max() > 1 else 0.0
        seconds[known] = np.round(given * DAY_S, 3) + whole_days
    return seconds


def _are_days(
    numbers: NDArray[np.float64], given: NDArray[np.float64], walks: Sequence[Sequence[int]]
) -> bool:
    """Return whether numbers are days of a spreadsheet and no seconds.

    A clock of seconds has thousandths at most, a time of day as a part of a day mostly more.
    """
    serial = bool((given >= EXCEL[0]).all() and (given < EXCEL[1]).all())
    fraction = bool((given >= 0).all() and (given <= 1).all() and (given % 1 > 0).any())
    if not (serial or fraction):
        return False
    finer = bool((np.abs(given * 1000 - np.round(given * 1000)) > 1e-3).any())
    if not walks:
        return finer or fraction
    steps = [np.abs(np.diff(numbers[np.asarray(rows, np.int64)])) for rows in walks]
    if fraction:
        steps = [np.minimum(step, 1 - step) for step in steps]  # across midnight
    longest = max((float(np.nanmax(step)) for step in steps if np.isfinite(step).any()), default=0)
    return finer and longest < LONGEST_STEP_DAYS


def _put_on_dates(seconds: NDArray[np.float64], dates: Sequence[str]) -> None:
    """Put clocks on their dates; a text that is not a date changes nothing."""
    for row, text in enumerate(dates):
        try:
            day = datetime.fromisoformat(_plain(text)).toordinal() * DAY_S
        except ValueError:
            continue
        if seconds[row] < FIRST_DATE:
            seconds[row] += day


def _pass_midnight(seconds: NDArray[np.float64], rows: NDArray[np.int64]) -> None:
    """Add a day after each midnight of a walk whose clock knows no date."""
    clock = seconds[rows]
    if len(rows) < 2 or not (np.nanmax(clock, initial=0.0) <= DAY_S):
        return
    step = np.diff(clock)
    small = step[np.abs(step) < PAST_MIDNIGHT_S]
    backwards = (small < 0).sum() > (small > 0).sum()  # the latest row stands first
    if backwards:
        rows, step = rows[::-1], -step[::-1]
    days = np.concatenate([[0], np.cumsum(step < -PAST_MIDNIGHT_S)])
    seconds[rows] += days * DAY_S


def _of_text(text: str, zone: Zone) -> float:
    clock = _CLOCK.fullmatch(text)
    if clock:
        hours = int(clock[1])
        if clock[4]:
            if not 1 <= hours <= 12:
                return np.nan
            hours = hours % 12 + (12 if clock[4].lower() == "p" else 0)
        second = float((clock[3] or "0").replace(",", "."))
        return hours * 3600.0 + int(clock[2]) * 60.0 + second
    try:
        moment = datetime.fromisoformat(_plain(text))
    except ValueError:
        return np.nan
    if moment.tzinfo is not None and (zone.known or not moment.utcoffset()):
        try:
            moment = moment.astimezone(timezone(timedelta(hours=zone.hours)))
        except OverflowError:
            return np.nan
    day = moment.toordinal() * DAY_S
    second = moment.second + moment.microsecond / 1e6
    return day + moment.hour * 3600.0 + moment.minute * 60.0 + second


def _plain(text: str) -> str:
    """Return a date as Python reads it: slashes, a space before the offset, UTC in words."""
    slashes = _SLASHES.fullmatch(text)
    if slashes:
        year, month, day, rest = slashes.groups()
        text = f"{year}-{int(month):02}-{int(day):02}{rest}"
    return _ZONE.sub(lambda found: "Z" if found[0].strip() else "", text)
