"""Traces that users bring: GPX, GeoJSON lines and MATSim-like CSV, as points in metres.

Every file is untrusted: its size, depth and number of points are limited, XML with a document type
or entities is refused, nothing in a file is opened, fetched or run. Streets are not known here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
import pyproj
from numpy.typing import NDArray

from sim.city.measures import number_text
from sim.city.sources.tables import (
    LARGEST_MB,
    check_file,
    not_a_position,
    number,
    off_the_map,
    projected,
    read_text,
    shown,
)
from sim.errors import InputError
from sim.trips.moments import Zone, dates_alone, moments, of_day
from sim.trips.own_tables import PERSON, read_walk_table
from sim.trips.own_traces import (
    LONGEST_NAME,
    WHAT_IS_READ,
    WITHOUT_TIME_OF_DAY,
    Lines,
    Traces,
)

__all__ = ["Traces", "read_traces"]

DEEPEST = 64
"""Elements within elements of a GPX file."""
DEPARTS = ("departs", "departs_s", "departure", "departure_time", "depart", "dep_time")
"""Properties of a line that say when it begins."""
MAY_BE_TIMES = ("start", "start_time", "time", "begin", "datetime", "timestamp", "coordtimes")
"""Properties that say so where they hold a time."""
_EPSG = re.compile(r"(?:urn:ogc:def:crs:)?(EPSG|OGC):(?:[\w.]*:)?(\d+|CRS84)", re.IGNORECASE)


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
        return read_walk_table(path, crs)
    check_file(path, LARGEST_MB)
    raise InputError(
        f"{path}: files of kind {suffix or '(no suffix)'} are not read; {WHAT_IS_READ}"
    )


class _GpxReader:
    """Reads a GPX file element by element, without ever expanding an entity."""

    def __init__(self, path: Path) -> None:
        self.lines = Lines(path)
        self.way_points = Lines(path)
        self.inside: list[str] = []
        self.name = ""
        self.time = ""
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

    def read(self) -> Lines:
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

    def _close(self) -> None:
        """End the line that is being read, if it has points.

        GPX knows no persons; a file is what one receiver kept.
        """
        self.lines.close(self.where, "", self.name.strip())

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
        if element in ("trk", "trkseg", "rte"):
            self._close()  # points that stand in a track without a segment
        if element in ("trk", "rte"):
            self.name = ""
        elif element in ("trkpt", "rtept", "wpt"):
            degrees = [number(attributes.get(key, "")) for key in ("lon", "lat")]
            if not np.isfinite(degrees).all():
                raise InputError(f"{self.where}: <{element}> has no lat and lon in degrees")
            (self.way_points if element == "wpt" else self.lines).add_point(*degrees)
        elif element == "time":
            self.time = ""

    def _end(self, name: str) -> None:
        element = name.rpartition(" ")[2]
        if element in ("trk", "trkseg", "rte"):
            self._close()
        self.inside.pop()
        if element == "time" and self.inside[-1:] in (["trkpt"], ["rtept"]):
            self.lines.set_time(self.time.strip())
        elif element == "time" and self.inside[-1:] == ["wpt"]:
            self.way_points.set_time(self.time.strip())

    def _characters(self, text: str) -> None:
        if self.inside[-2:] in (["trk", "name"], ["rte", "name"]):
            self.name = (self.name + text)[:LONGEST_NAME]
        elif self.inside[-1:] == ["time"]:
            self.time = (self.time + text)[:LONGEST_NAME]


def _gpx(path: Path, crs: str) -> Traces:
    lines = _GpxReader(path).read()
    _set_departures(lines, crs)
    return lines.traces(_in_metres(lines, crs))


def _in_metres(lines: Lines, crs: str, source: str = "EPSG:4326") -> NDArray[np.float64]:
    """Project the points of all lines; complain of the first that is not a position."""
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
    lines = Lines(path)
    for count, feature in enumerate(_features(path, content), 1):
        where = f"{path}: feature {count}"
        properties = feature.get("properties")
        known = properties if isinstance(properties, Mapping) else {}
        known = {**{str(key).lower(): value for key, value in known.items()}, **known}
        name, name_zh = _text(known, "name"), _text(known, "name_zh") or _text(known, "name:zh")
        who = _who(known)
        departs = _departs(known)
        for i, line in enumerate(_geojson_lines(feature.get("geometry"), lines, where)):
            for position in line:
                lines.add_point(*_position(position, where))
            person = ("alone", count, i) if who is None else who
            lines.close(where, person, name, name_zh, departs="" if i else departs)
    _set_departures(lines, crs)
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


def _geojson_lines(geometry: object, lines: Lines, where: str) -> list[list[Any]]:
    """Return the lines of a geometry as lists of positions; other shapes are counted."""
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if isinstance(geometry, Mapping) and kind == "GeometryCollection":
        inner = geometry.get("geometries")
        if not isinstance(inner, list):
            raise InputError(f"{where}: a GeometryCollection without a list of geometries")
        return [line for part in inner for line in _geojson_lines(part, lines, where)]
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


def _who(known: Mapping[str, Any]) -> str | None:
    """Return the person that properties name, if they do."""
    for key in PERSON:
        value = known.get(key)
        if isinstance(value, float):
            return number_text(value)
        if isinstance(value, str | int) and value != "":
            return str(value)
    return None


def _departs(known: Mapping[str, Any]) -> str:
    """Return the property that says when a line begins, empty without one."""
    for key in (*DEPARTS, *MAY_BE_TIMES):
        value = known.get(key)
        while isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            text = number_text(value) if isinstance(value, float) else str(value).strip()
            if key in DEPARTS or not np.isnan(moments([text], Zone(0.0, known=True))[0]):
                return text
    return ""


def _set_departures(lines: Lines, crs: str) -> None:
    """Read the times at which lines begin; complain of the first that is none."""
    texts = [text for text in lines.departs if text]
    found = iter(moments(texts, Zone.of(crs)).tolist())
    for i, text in enumerate(lines.departs):
        if not text:
            continue
        moment = next(found)
        if np.isnan(moment):
            raise InputError(
                f"{lines.where[i]}: {shown(text)} is no time; write seconds, 08:30:00 or "
                "2026-03-01T08:30:00"
            )
        if dates_alone([text])[0]:
            lines.count(WITHOUT_TIME_OF_DAY)
        else:
            lines.departs_s[i] = of_day(moment)


def _text(properties: Mapping[str, Any], key: str) -> str:
    value = properties.get(key)
    return value if isinstance(value, str) else ""
