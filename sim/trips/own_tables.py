"""Walks in tables: a point a row or a walk a row, as CSV and Parquet of many programs have them.

It finds which columns say who walked, which walk a row belongs to and when, and refuses a table
where nothing tells the walks apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.city.sources.tables import (
    LATITUDE,
    LONGITUDE,
    OwnTable,
    listed,
    number,
    read_table,
    shown,
)
from sim.errors import InputError
from sim.trips.moments import Zone, dates_alone, moments, of_day
from sim.trips.own_traces import WITHOUT_TIME_OF_DAY, Lines, Traces

ON_FOOT = {
    "walk", "walking", "foot", "on foot", "pedestrian", "access_walk", "egress_walk",
    "transit_walk", "non_network_walk",
}  # fmt: skip
"""Modes of a table that are walks, MATSim's among them."""
PERSON = (
    "person", "person_id", "person_uid", "personid", "agent", "agent_id", "user", "user_id",
    "userid", "uid", "username", "participant", "participant_id", "respondent", "respondent_id",
    "subject", "subject_id", "individual", "individual_id", "device", "device_id",
    "deviceid", "imei", "maid", "caid", "walker", "walker_id", "pedestrian", "pedestrian_id",
    "ped_id",
)  # fmt: skip
TRIP = (
    "trip", "trip_id", "trip_number", "tripid", "leg", "leg_id", "track", "walk", "walk_id", "tid",
    "track_id", "trackid", "track_fid", "trajectory", "trajectory_id", "traj", "traj_id",
    "trajid", "journey", "journey_id", "route", "route_id", "tour", "tour_id", "session",
    "session_id",
)  # fmt: skip
SEGMENT = "track_seg_id"
"""Beside track_fid, where GDAL or QGIS wrote the points of a GPX."""
TIME = (
    "time", "time_s", "timestamp", "dep_time", "departure", "departure_time", "datetime",
    "date_time", "t", "ts", "local_time", "localtime", "time_local", "gps_time", "gpstime",
    "departs", "departs_s", "depart", "unix", "unixtime", "unix_time", "epoch", "time_ms",
    "timestamp_ms", "recorded_at", "start_time",
)  # fmt: skip
DATE = ("date", "day")
MODE = ("mode", "main_mode")
MAY_TELL_APART = ("id", "name")
"""Numbers or names of points as often as of walks: they tell walks apart if they repeat."""
ENDS = (("origin_", "destination_"), ("start_", "end_"), ("from_", "to_"), ("o_", "d_"))
LEAST_ZIGZAG = 0.5
"""Share of the way from row to row that is left where rows of several walks alternate, at most."""
MOST_SHARED = 0.5
"""Share of moments that hold rows of several walks, at least, where none is told apart."""
MEASURED = {
    "accuracy", "acc", "activity", "age", "alt", "altitude", "azimuth", "battery", "bearing",
    "cadence", "cmt", "comment", "count", "country", "course", "crs", "date", "day", "desc",
    "description", "direction", "dist", "distance", "district", "dop", "ele", "elev", "elevation",
    "error", "event", "fix", "floor", "hacc", "hdop", "heading", "heart", "height", "hour", "hr",
    "lap", "layer", "level", "link", "minute", "month", "network", "note", "pace", "pdop", "place",
    "power", "precision", "provider", "quality", "road", "sat", "satellites", "second", "signal",
    "slope", "source", "speed", "steps", "street", "sym", "temp", "temperature", "time", "tz",
    "timezone", "type", "url", "vacc", "vdop", "velocity", "weekday", "year", "z", "zone",
}  # fmt: skip
"""Words in the names of columns that tell of a point and not of its walk."""


def read_walk_table(path: Path, crs: str) -> Traces:
    """Read walks from a table.

    Parameters
    ----------
    path
        CSV or Parquet, as `sim.trips.own_walks.read_traces` takes them.
    crs
        Projected system of the result.

    Raises
    ------
    InputError
        As `read_traces`; or no column tells the walks apart.
    """
    columns = {*PERSON, *TRIP, *TIME, *DATE, *MODE, *MAY_TELL_APART, SEGMENT}
    for prefix in ("", *(end for ends in ENDS for end in ends)):
        columns |= {prefix + name for name in (*LONGITUDE, *LATITUDE, "x", "y")}
    table = read_table(path, columns)
    mode = table.find(*MODE)
    foot = [m.lower() in ON_FOOT for m in table.texts(mode)] if mode else [True] * len(table)
    rows = np.flatnonzero(foot)
    if not len(rows):
        raise InputError(f"{path}: column {mode}: no row is on foot; write walk where it is")
    left_out = {"not_on_foot": float(len(table) - len(rows))} if mode else {}
    lines = Lines(path, report=left_out)
    zone = Zone.of(crs)
    for start, end in ENDS:
        origin, destination = table.points(start, crs), table.points(end, crs)
        if origin is not None and destination is not None:
            return _rows_as_walks(table, lines, rows, origin, destination, zone)
    points = table.points("", crs)
    if points is None:
        raise InputError(
            f"{path}:1: no columns lon and lat, or x and y, or origin_lon, origin_lat, "
            f"destination_lon and destination_lat (found: {listed(table.names)})"
        )
    return _rows_as_points(table, lines, rows, points, zone)


def _rows_as_walks(
    table: OwnTable,
    lines: Lines,
    rows: NDArray[np.int64],
    origin: NDArray[np.float64],
    destination: NDArray[np.float64],
    zone: Zone,
) -> Traces:
    who = _filled(table, PERSON)
    persons = _persons(table, who, rows) if who else [str(row) for row in range(len(table))]
    departs = _of_day(table, lines, rows, _seconds(table, zone, ()))
    for row in rows.tolist():
        lines.add_point(*origin[row])
        lines.add_point(*destination[row])
        lines.close(table.where(row), persons[row])
    lines.departs_s = departs[rows].tolist()
    _name_unused(table, lines, (who, *_columns_of_time(table), table.find(*MODE)), ENDS)
    return lines.traces(_metres_of(lines))


def _rows_as_points(
    table: OwnTable,
    lines: Lines,
    rows: NDArray[np.int64],
    points: NDArray[np.float64],
    zone: Zone,
) -> Traces:
    """Gather the points of each (person, trip) in the order of time, or else of the file."""
    who, which = _filled(table, PERSON), _filled(table, TRIP)
    which = which or _repeating(table, rows, MAY_TELL_APART[:1] if who else MAY_TELL_APART)
    persons = _persons(table, who, rows) if who else [""] * len(table)
    trips = table.texts(which) if which else [""] * len(table)
    segments = table.texts(SEGMENT) if SEGMENT in table.columns else [""] * len(table)
    walks: dict[tuple[str, str, str], list[int]] = {}
    for row in rows.tolist():
        walks.setdefault((persons[row], trips[row], segments[row]), []).append(row)
    moment = _seconds(table, zone, list(walks.values()))
    if who is None and which is None:
        _refuse_if_several(table, rows, points, moment)
    departs = _of_day(table, lines, rows, moment)
    for (person, trip, _), own in walks.items():
        ordered = sorted(own, key=lambda row: moment[row])
        for row in ordered:
            lines.add_point(*points[row])
        lines.close(table.where(own[0]), person if who else trip)
        lines.departs_s[-1] = float(departs[ordered[0]])
    used = (who, which, SEGMENT, *_columns_of_time(table), table.find(*MODE))
    _name_unused(table, lines, used, (("",),))
    return lines.traces(_metres_of(lines))


def _filled(table: OwnTable, names: Sequence[str]) -> str | None:
    """Return the first of some columns that is not empty."""
    known = (name for name in names if name in table.columns)
    return next((name for name in known if any(table.texts(name))), None)


def _persons(table: OwnTable, who: str, rows: NDArray[np.int64]) -> list[str]:
    """Return who walked each row; all rows say it, or none does."""
    persons = table.texts(who)
    blank = [not persons[row] for row in rows.tolist()]
    if any(blank) and not all(blank):
        row = int(rows[blank.index(True)])
        raise InputError(f"{table.where(row)}: {who}: is empty; say who walked in every row")
    return persons


def _metres_of(lines: Lines) -> NDArray[np.float64]:
    return np.frombuffer(lines.coordinates, np.float64).reshape(-1, 2)


def _columns_of_time(table: OwnTable) -> tuple[str | None, str | None]:
    """Return the column of moments and that of their dates."""
    time, date = _filled(table, TIME), _filled(table, DATE)
    if time is None and date is not None and all(":" in text for text in table.texts(date)):
        return date, None
    return time, date if time else None


def _seconds(table: OwnTable, zone: Zone, walks: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Return the time of each row, as `moments` does; NaN without a column of it."""
    column, date = _columns_of_time(table)
    if column is None:
        return np.full(len(table), np.nan)
    texts = table.texts(column)
    dates = table.texts(date) if date else None
    values = moments(texts, zone, walks, dates)
    wrong = np.isnan(values)
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(
            f"{table.where(row)}: {column}: {shown(texts[row])} is no time; write seconds, "
            "08:30:00 or 2026-03-01T08:30:00"
        )
    return values


def _of_day(
    table: OwnTable, lines: Lines, rows: NDArray[np.int64], moment: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the time of day of each row; NaN, and counted, where there are only dates.

    Raises
    ------
    InputError
        Some rows have a time of day and others do not.
    """
    column, clocks_dated = _columns_of_time(table)
    if column is not None and clocks_dated is None:
        texts = table.texts(column)
        alone = dates_alone([texts[row] for row in rows.tolist()])
        if alone.all():
            lines.report[WITHOUT_TIME_OF_DAY] = float(len(rows))
            return np.full(len(table), np.nan)
        if alone.any():
            row = int(rows[alone.argmax()])
            raise InputError(
                f"{table.where(row)}: {column}: {shown(texts[row])} has no time of day, as other "
                "rows have; write it as 2026-03-01T08:30:00"
            )
    return np.array([of_day(second) for second in moment.tolist()], np.float64)


def _repeating(table: OwnTable, rows: NDArray[np.int64], names: Sequence[str]) -> str | None:
    """Return the first of some columns whose values stand in runs of rows."""
    for name in names:
        if name in table.columns and _stands_in_runs([table.texts(name)[row] for row in rows]):
            return name
    return None


def _stands_in_runs(values: Sequence[str]) -> bool:
    """Return whether several values, none empty, hold two rows or more each, one after another."""
    runs = 1 + sum(a != b for a, b in pairwise(values))
    distinct = len(set(values))
    return distinct >= 2 and runs == distinct and len(values) >= 2 * distinct and all(values)


def _refuse_if_several(
    table: OwnTable,
    rows: NDArray[np.int64],
    points: NDArray[np.float64],
    moment: NDArray[np.float64],
) -> None:
    """Refuse a table with a column that seems to tell walks apart, under an unknown name.

    A column of several values that stand in runs of rows, or that come again and again as those
    of people whose rows are sorted by time; but none that measures something.
    """
    unread = [name for name in table.names if name and not _tells_of_a_point(name)]
    others = read_table(table.path, unread) if unread else table
    by_time = np.argsort(moment[rows], kind="stable")
    found = []
    for name in unread:
        texts = others.texts(name)
        values = [texts[row] for row in rows.tolist()]
        measured = any(np.isfinite(number(text)) and number(text) % 1 for text in values)
        if measured or not 2 <= len(set(values)) <= len(values) / 2:
            continue
        if (
            name in MAY_TELL_APART
            or _stands_in_runs(values)
            or _are_interleaved(values, points[rows], moment[rows], by_time)
        ):
            found.append(name)
    if found:
        raise InputError(
            f"{table.path}:1: no column tells the walks apart (found: {listed(found)}); name it "
            "person or trip, or remove it if all is one walk"
        )


def _are_interleaved(
    values: Sequence[str],
    points: NDArray[np.float64],
    moment: NDArray[np.float64],
    by_time: NDArray[np.int64],
) -> bool:
    """Return whether rows of one value are walks apart, put in order of time among others.

    They are if nobody could be at two of the places at once, or if going from row to row is a
    zigzag that is gone once the values are gone along apart. A thing that changes along one walk,
    such as its surface, does neither: each of its parts is part of the same way.
    """
    code = np.unique(np.array(values, str), return_inverse=True)[1][by_time]
    points, moment = points[by_time], moment[by_time]
    by_value = np.argsort(code, kind="stable")
    apart = np.diff(code[by_value]) != 0
    at_once = _at_once(code, moment)
    step = np.hypot(*np.diff(points, axis=0).T).sum()
    own = np.hypot(*np.diff(points[by_value], axis=0).T)[~apart].sum()
    return bool(at_once or own < LEAST_ZIGZAG * step)


def _at_once(code: NDArray[np.int64], moment: NDArray[np.float64]) -> bool:
    """Return whether most moments hold several values, each at most once."""
    if np.isnan(moment).any():
        return False
    times, of = np.unique(moment, return_inverse=True)
    pairs, count = np.unique(np.column_stack([of, code]), axis=0, return_counts=True)
    shared = np.bincount(pairs[:, 0], minlength=len(times)) > 1
    return bool((count == 1).all() and len(times) > 1 and shared.mean() > MOST_SHARED)


def _tells_of_a_point(name: str) -> bool:
    if name in (*LONGITUDE, *LATITUDE, "x", "y", *TIME, *DATE, *MODE, SEGMENT):
        return True
    return any(word in MEASURED for word in name.replace("-", "_").replace(" ", "_").split("_"))


def _name_unused(
    table: OwnTable,
    lines: Lines,
    used: Sequence[str | None],
    prefixes: Sequence[Sequence[str]],
) -> None:
    """Name in the report the columns of which nothing was taken."""
    places = {
        f"{prefix}{name}"
        for ends in prefixes
        for prefix in ends
        for name in (*LONGITUDE, *LATITUDE, "x", "y")
    }
    lines.report |= table.unused({*used, *places})
