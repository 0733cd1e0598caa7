"""Traces that users bring: GPX, GeoJSON lines and MATSim-like CSV, as points in metres.

Every file is untrusted: its size, depth and number of points are limited, XML with a document type
or entities is refused, nothing in a file is opened, fetched or run. Streets are not known here.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

import numpy as np
import pyproj
from numpy.typing import NDArray

from sim.city.sources.tables import (
    LARGEST_MB,
    LATITUDE,
    LONGITUDE,
    OwnTable,
    check_file,
    listed,
    not_a_position,
    number,
    off_the_map,
    projected,
    read_table,
    read_text,
    shown,
)
from sim.errors import InputError

MOST_POINTS = 2_000_000
MOST_TRACES = 200_000
DEEPEST = 64
"""Elements within elements of a GPX file."""
LONGEST_NAME = 200
DAY_S = 86_400.0
FIRST_DATE = 1e10
"""Seconds from the year 1: above, a moment was written as a date; below, as a bare number."""
ON_FOOT = {
    "walk", "walking", "foot", "on foot", "pedestrian", "access_walk", "egress_walk",
    "transit_walk", "non_network_walk",
}  # fmt: skip
"""Modes of a table that are walks, MATSim's among them."""
PERSON = ("person", "person_id", "agent", "agent_id")
TRIP = ("trip", "trip_id", "trip_number", "leg", "leg_id", "track", "walk")
TIME = ("time", "time_s", "timestamp", "dep_time", "departure", "departure_time")
MODE = ("mode", "main_mode")
ENDS = (("origin_", "destination_"), ("start_", "end_"), ("from_", "to_"), ("o_", "d_"))
_EPSG = re.compile(r"(?:urn:ogc:def:crs:)?(EPSG|OGC):(?:[\w.]*:)?(\d+|CRS84)", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}(?:\.\d+)?))?")


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
class _Lines:
    """Collects lines while a file is read; coordinates are those of the file."""

    path: Path
    coordinates: array[float] = field(default_factory=lambda: array("d"))
    ptr: list[int] = field(default_factory=lambda: [0])
    person: list[object] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    name_zh: list[str] = field(default_factory=list)
    departs_s: list[float] = field(default_factory=list)
    where: list[str] = field(default_factory=list)
    report: dict[str, float] = field(default_factory=dict)

    def add_point(self, x: float, y: float) -> None:
        """Add a point to the line that is being read."""
        self.coordinates.extend((x, y))
        if len(self.coordinates) > 2 * MOST_POINTS:
            raise InputError(f"{self.path}: more than {MOST_POINTS:,} points; split the file")

    def close(self, where: str, person: object, name: str = "", name_zh: str = "") -> None:
        """End the line that is being read; one without points is no line."""
        points = len(self.coordinates) // 2
        if points == self.ptr[-1]:
            return
        self.ptr.append(points)
        self.person.append(person)
        self.name.append(_printable(name))
        self.name_zh.append(_printable(name_zh))
        self.departs_s.append(np.nan)
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


WHAT_IS_READ = (
    "walks are read from tracks, routes and way-points of .gpx, lines of .geojson, and .csv or "
    ".parquet with columns person, trip and lon, lat or x, y"
)


def read_traces(path: str | Path, crs: str) -> Traces:
    """Read a user's own walks as lines of points.

    Parameters
    ----------
    path
        GPX (each track segment and each route is a walk, or else all way-points in their order
        are one; the whole file is one person), GeoJSON (each line is a walk, with properties
        person, name, name_zh where known), or CSV or Parquet: columns person and trip (or leg)
        with either lon, lat (WGS 84) or x, y (metres in `crs`) and perhaps time, a point a row;
        or origin_lon, origin_lat, destination_lon, destination_lat (or start_x, start_y, end_x,
        end_y as MATSim writes them), a walk a row. Where there is a column mode, only what is
        on foot is taken.
    crs
        Projected system of the result.

    Returns
    -------
    Traces
        With a report of what was read and left out.

    Raises
    ------
    InputError
        The file is missing, too large, of another kind, or a value in it cannot be.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".gpx":
        return _gpx(path, crs)
    if suffix in (".geojson", ".json"):
        return _geojson(path, crs)
    if suffix in (".csv", ".tsv", ".txt", ".parquet"):
        return _table(path, crs)
    check_file(path, LARGEST_MB)
    raise InputError(
        f"{path}: files of kind {suffix or '(no suffix)'} are not read; {WHAT_IS_READ}"
    )


class _GpxReader:
    """Reads a GPX file element by element, without ever expanding an entity."""

    def __init__(self, path: Path) -> None:
        self.lines = _Lines(path)
        self.way_points = _Lines(path)
        self.inside: list[str] = []
        self.name = ""
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    @property
    def where(self) -> str:
        return f"{self.lines.path}:{self.parser.CurrentLineNumber}"

    def read(self) -> _Lines:
        """Read the file; its way-points are a walk if it has no other."""
        path = self.lines.path
        check_file(path, LARGEST_MB)
        try:
            with path.open("rb") as file:
                self.parser.ParseFile(file)
        except expat.ExpatError as error:
            reason = expat.errors.messages.get(error.code, "not well-formed")
            raise InputError(
                f"{path}:{error.lineno}: is no GPX ({reason}); get it again"
            ) from error
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror})") from error
        except (LookupError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{path}: is no GPX in UTF-8; save it as UTF-8") from error
        if self.lines.person:
            if self.way_points.coordinates:
                apart = len(self.way_points.coordinates) // 2
                self.lines.report["way_points_left_out"] = float(apart)
            return self.lines
        self.way_points.close(str(path), "")
        return self.way_points

    def _refuse(self, *_: object) -> None:
        raise InputError(
            f"{self.where}: holds a document type or an entity, which GPX does not need and which "
            "is not read; remove it"
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        element = name.rpartition(" ")[2]
        if not self.inside and element != "gpx":
            raise InputError(f"{self.where}: begins with <{element[:40]}>, so is no GPX")
        self.inside.append(element)
        if len(self.inside) > DEEPEST:
            raise InputError(f"{self.where}: elements lie more than {DEEPEST} deep, so is no GPX")
        if element in ("trk", "rte"):
            self.name = ""
        elif element in ("trkpt", "rtept", "wpt"):
            degrees = [number(attributes.get(key, "")) for key in ("lon", "lat")]
            if not np.isfinite(degrees).all():
                raise InputError(f"{self.where}: <{element}> has no lat and lon in degrees")
            (self.way_points if element == "wpt" else self.lines).add_point(*degrees)

    def _end(self, name: str) -> None:
        element = name.rpartition(" ")[2]
        if element in ("trkseg", "rte"):
            # GPX knows no persons; a file is what one receiver kept.
            self.lines.close(self.where, "", self.name.strip())
        self.inside.pop()

    def _characters(self, text: str) -> None:
        if self.inside[-2:] in (["trk", "name"], ["rte", "name"]):
            self.name = (self.name + text)[:LONGEST_NAME]


def _gpx(path: Path, crs: str) -> Traces:
    lines = _GpxReader(path).read()
    return lines.traces(_in_metres(lines, crs))


def _in_metres(lines: _Lines, crs: str, source: str = "EPSG:4326") -> NDArray[np.float64]:
    """Project the points of all lines; complain of the first that is no position."""
    raw = np.frombuffer(lines.coordinates, np.float64).reshape(-1, 2)
    if source == "EPSG:4326":
        metres, wrong = projected(raw, crs)
    else:
        to_metres = pyproj.Transformer.from_crs(source, crs, always_xy=True)
        metres = np.column_stack(to_metres.transform(*raw.T)).reshape(-1, 2)
        wrong = off_the_map(metres)
    if wrong.any():
        point = int(wrong.argmax())
        line = int(np.searchsorted(lines.ptr, point, side="right")) - 1
        what = not_a_position(*raw[point]) if source == "EPSG:4326" else f"no position in {source}"
        raise InputError(f"{lines.where[line]}: point {point - lines.ptr[line] + 1}: {what}")
    return metres


def _geojson(path: Path, crs: str) -> Traces:
    text = read_text(path)
    try:
        content = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}: is no GeoJSON ({error.msg})") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is no GeoJSON; get it again") from error
    lines = _Lines(path)
    for count, feature in enumerate(_features(path, content), 1):
        where = f"{path}: feature {count}"
        properties = feature.get("properties")
        known = properties if isinstance(properties, Mapping) else {}
        names = [_text(known, "name"), _text(known, "name_zh") or _text(known, "name:zh")]
        who = next((known[key] for key in PERSON if isinstance(known.get(key), str | int)), None)
        for i, line in enumerate(_geojson_lines(feature.get("geometry"), lines, where)):
            for position in line:
                lines.add_point(*_position(position, where))
            lines.close(where, ("alone", count, i) if who is None else str(who), *names)
    return lines.traces(_in_metres(lines, crs, _geojson_crs(path, content)))


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _features(path: Path, content: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(content, Mapping) and content.get("type") == "FeatureCollection":
        features = content.get("features")
        if not isinstance(features, list):
            raise InputError(f"{path}: a FeatureCollection without a list of features")
    elif isinstance(content, Mapping) and content.get("type") == "Feature":
        features = [content]
    elif isinstance(content, Mapping) and "coordinates" in content:
        features = [{"geometry": content}]
    else:
        raise InputError(f"{path}: is no GeoJSON of features; {WHAT_IS_READ}")
    for count, feature in enumerate(features, 1):
        if not isinstance(feature, Mapping):
            raise InputError(f"{path}: feature {count}: is no feature")
        yield feature


def _geojson_lines(geometry: object, lines: _Lines, where: str) -> list[list[Any]]:
    """Return the lines of a geometry as lists of positions; other shapes are counted."""
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if not isinstance(geometry, Mapping) or kind not in ("LineString", "MultiLineString"):
        lines.count("other_shapes_left_out")
        return []
    coordinates = geometry.get("coordinates")
    parts = [coordinates] if kind == "LineString" else coordinates
    if not isinstance(parts, list) or not all(isinstance(part, list) for part in parts):
        raise InputError(f"{where}: a {kind} without a list of coordinates")
    return parts


def _position(position: object, where: str) -> tuple[float, float]:
    if isinstance(position, list) and 2 <= len(position) <= 4:
        first, second = position[:2]
        if type(first) in (int, float) and type(second) in (int, float):
            try:
                return float(first), float(second)
            except OverflowError:
                pass
    raise InputError(
        f"{where}: {shown(repr(position))} is no position; write [longitude, latitude]"
    )


def _geojson_crs(path: Path, content: object) -> str:
    """Return the CRS that an older GeoJSON names; degrees by the standard."""
    crs = content.get("crs") if isinstance(content, Mapping) else None
    if crs is None:
        return "EPSG:4326"
    properties = crs.get("properties") if isinstance(crs, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    found = _EPSG.fullmatch(name) if isinstance(name, str) else None
    if found and found[2].upper() in ("CRS84", "4326"):
        return "EPSG:4326"
    try:
        if found:
            return str(pyproj.CRS.from_epsg(int(found[2])).to_string())
    except (pyproj.exceptions.CRSError, ValueError, OverflowError):
        pass
    raise InputError(f"{path}: crs {shown(str(name))} is not known; save the file in WGS 84")


def _text(properties: Mapping[str, Any], key: str) -> str:
    value = properties.get(key)
    return value if isinstance(value, str) else ""


def _printable(text: str) -> str:
    """Return a name that cannot break tables, terminals or pages."""
    kept = "".join(c if c.isprintable() else " " for c in text[:LONGEST_NAME])
    return " ".join(kept.split())


def _table(path: Path, crs: str) -> Traces:
    columns = {*PERSON, *TRIP, *TIME, *MODE, "name", "name_zh"}
    for prefix in ("", *(end for ends in ENDS for end in ends)):
        columns |= {prefix + name for name in (*LONGITUDE, *LATITUDE, "x", "y")}
    table = read_table(path, columns)
    mode = table.find(*MODE)
    foot = [m.lower() in ON_FOOT for m in table.texts(mode)] if mode else [True] * len(table)
    rows = np.flatnonzero(foot)
    if not len(rows):
        raise InputError(f"{path}: column {mode}: no row is on foot; write walk where it is")
    left_out = {"not_on_foot": float(len(table) - len(rows))} if mode else {}
    lines = _Lines(path, report=left_out)
    departs = _seconds(table)
    for start, end in ENDS:
        origin, destination = table.points(start, crs), table.points(end, crs)
        if origin is not None and destination is not None:
            return _rows_as_walks(table, lines, rows, origin, destination, departs)
    points = table.points("", crs)
    if points is None:
        raise InputError(
            f"{path}:1: no columns lon and lat, or x and y, or origin_lon, origin_lat, "
            f"destination_lon and destination_lat (found: {listed(table.names)})"
        )
    return _rows_as_points(table, lines, rows, points, departs)


def _rows_as_walks(
    table: OwnTable,
    lines: _Lines,
    rows: NDArray[np.int64],
    origin: NDArray[np.float64],
    destination: NDArray[np.float64],
    departs: NDArray[np.float64],
) -> Traces:
    who = table.find(*PERSON)
    persons: list[Any] = table.texts(who) if who else list(range(len(table)))
    for row in rows.tolist():
        lines.add_point(*origin[row])
        lines.add_point(*destination[row])
        lines.close(table.where(row), persons[row])
    lines.departs_s = [_of_day(second) for second in departs[rows].tolist()]
    return lines.traces(_metres_of(lines))


def _rows_as_points(
    table: OwnTable,
    lines: _Lines,
    rows: NDArray[np.int64],
    points: NDArray[np.float64],
    departs: NDArray[np.float64],
) -> Traces:
    """Gather the points of each (person, trip) in the order of time, or else of the file."""
    who, which = table.find(*PERSON), table.find(*TRIP)
    persons = table.texts(who) if who else [""] * len(table)
    trips = table.texts(which) if which else [""] * len(table)
    walks: dict[tuple[str, str], list[int]] = {}
    for row in rows.tolist():
        walks.setdefault((persons[row], trips[row]), []).append(row)
    for (person, trip), own in walks.items():
        ordered = sorted(own, key=lambda row: departs[row])
        for row in ordered:
            lines.add_point(*points[row])
        lines.close(table.where(own[0]), person if who else trip)
        lines.departs_s[-1] = _of_day(float(departs[ordered[0]]))
    return lines.traces(_metres_of(lines))


def _metres_of(lines: _Lines) -> NDArray[np.float64]:
    return np.frombuffer(lines.coordinates, np.float64).reshape(-1, 2)


def _seconds(table: OwnTable) -> NDArray[np.float64]:
    """Return the time of each row, seconds after midnight (or any first moment)."""
    column = table.find(*TIME)
    if column is None:
        return np.full(len(table), np.nan)
    values = np.empty(len(table))
    for row, text in enumerate(table.texts(column)):
        values[row] = _moment(text)
        if np.isnan(values[row]):
            raise InputError(
                f"{table.where(row)}: {column}: {shown(text)} is no time; write seconds, 08:30:00 "
                "or 2026-03-01T08:30:00"
            )
    return values


def _of_day(moment: float) -> float:
    """Return seconds after midnight; NaN for a count of seconds since some other moment."""
    if moment > FIRST_DATE:
        return moment % DAY_S
    return moment if 0 <= moment < 7 * DAY_S else np.nan


def _moment(text: str) -> float:
    """Return seconds from a number, a time of day or a date with a time; NaN if it is none."""
    seconds = number(text)
    clock = _CLOCK.fullmatch(text)
    if clock:
        return int(clock[1]) * 3600.0 + int(clock[2]) * 60.0 + float(clock[3] or 0)
    if np.isnan(seconds):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return np.nan
        day = moment.toordinal() * DAY_S
        return day + moment.hour * 3600.0 + moment.minute * 60.0 + moment.second
    return seconds
