"""Records of a layer that the Government publishes: GeoJSON, ArcGIS JSON, or a geodatabase.

A file is read a record at a time, so that a layer of half a million need not be in memory as text
and objects at once. Shapes come out in HK80 metres with their heights. What fields mean is decided
by the reader of each layer.
"""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sim.area import HONG_KONG_CRS
from sim.city.sources.feature_stream import FeatureStream, ServerError
from sim.city.sources.geodatabase import GeodatabaseStream, is_geodatabase
from sim.errors import InputError
from sim.wording import counted

MOST_RECORDS = 2_000_000
MOST_VERTICES = 60_000_000
POINT, LINE, AREA = "points", "lines", "areas"
WHOLE = 2**53
"""Numbers beyond it are no longer whole in JSON."""
GRID, DEGREES, HK80_DEGREES = 2326, 4326, 4611
KNOWN_WKID = {
    102140: GRID, GRID: GRID, DEGREES: DEGREES, HK80_DEGREES: HK80_DEGREES, 84: DEGREES,
    3857: 3857, 102100: 3857,
}  # fmt: skip
"""Coordinate systems that these servers name, by EPSG or Esri number."""
HONG_KONG = (790_000.0, 795_000.0, 880_000.0, 860_000.0)
"""West, south, east, north of the HK80 grid, with a margin: what lies beyond is elsewhere."""
_SHAPES = {
    "Point": (POINT, 0), "MultiPoint": (POINT, 1), "LineString": (LINE, 0),
    "MultiLineString": (LINE, 1), "Polygon": (AREA, 0), "MultiPolygon": (AREA, 1),
}  # fmt: skip


class Records(NamedTuple):
    """Records of one layer, with the shapes of one kind."""

    fields: dict[str, list[Any]]
    """Values as the file has them, None where a record has no such field."""
    shape: NDArray[np.object_]
    """Points, lines or areas, HK80 metres east and north and metres above HKPD (NaN unknown)."""
    number: NDArray[np.int64]
    """Which record of the file each is, from 1."""
    left_out: dict[str, float]
    """Records that are not here, by reason."""


@dataclass
class _Gathered:
    """Shapes as they come, flat: a part a line or ring, a shape one or several parts."""

    vertex: array[float] = field(default_factory=lambda: array("d"))
    part_ends: array[int] = field(default_factory=lambda: array("q"))
    part_record: array[int] = field(default_factory=lambda: array("q"))
    polygon: array[int] = field(default_factory=lambda: array("q"))
    """Which polygon each ring is of, numbered through; -1 where rings tell by their turn."""
    polygons: int = 0

    def add(self, points: Sequence[Any], record: int, polygon: int, with_z: bool) -> None:
        """Add a part; raises ValueError where its points are no positions."""
        table = np.array(points, np.float64)
        if table.ndim != 2 or not len(table) or table.shape[1] < 2:
            raise ValueError
        if not np.isfinite(table[:, :2]).all():
            raise ValueError
        full = np.full((len(table), 3), np.nan)
        width = 3 if with_z else 2
        full[:, :width] = table[:, :width]
        self.vertex.frombytes(full.tobytes())
        self.part_ends.append(len(self.vertex) // 3)
        self.part_record.append(record)
        self.polygon.append(polygon)


def read_records(path: Path, wanted: Sequence[str], kind: str) -> Records:
    """Read a layer.

    Parameters
    ----------
    path
        GeoJSON, JSON of an ArcGIS server or a zipped geodatabase, as a browser saves it.
    wanted
        Names of fields.
    kind
        `POINT`, `LINE` or `AREA`: other shapes are counted and left out.

    Raises
    ------
    InputError
        The file is damaged, is an error page, holds a part of the layer only, or lies elsewhere.
    """
    stream = _stream(path)
    fields: dict[str, list[Any]] = {name: [] for name in wanted}
    gathered, count, bare, twice = _Gathered(), 0, 0, 0
    identities: set[object] = set()
    for count, feature in enumerate(stream, 1):
        values = _values(feature, count, wanted, path)
        for name, column in fields.items():
            column.append(values.get(name))
        identity = values.get("OBJECTID")
        if identity is not None and identity in identities:
            twice += 1
            continue
        identities.add(identity)
        before = len(gathered.part_ends)
        _add_shape(gathered, _geometry(feature), count, kind, stream.members, path)
        bare += len(gathered.part_ends) == before
    _check_whole(path, stream.members)
    shape, number = _shapes(gathered, kind, path, stream.members)
    if not len(shape):
        raise InputError(
            f"{path}: none of its {counted(count, 'record')} has {kind}; save the right layer"
        )
    chosen = {name: [column[i - 1] for i in number.tolist()] for name, column in fields.items()}
    left_out = {f"records_without_{kind}": float(bare), "records_twice": float(twice)}
    return Records(chosen, shape, number, {key: value for key, value in left_out.items() if value})


def _stream(path: Path) -> FeatureStream | GeodatabaseStream:
    return GeodatabaseStream(path) if is_geodatabase(path) else FeatureStream(path)


def _values(feature: object, number: int, wanted: Sequence[str], path: Path) -> dict[str, Any]:
    """Return the fields of a record, each a plain value."""
    if number > MOST_RECORDS:
        raise InputError(f"{path}: more than {MOST_RECORDS:,} records; cut the area out first")
    values = attributes(feature)
    if values is None:
        _wrong(path, number, "has neither properties nor attributes")
    for name in (*wanted, "OBJECTID"):
        if isinstance(values.get(name), dict | list):
            _wrong(path, number, f"{name} is no plain value")
    return values


def attributes(feature: object) -> dict[str, Any] | None:
    """Return the fields of a record in either form, None where it is no record.

    Parameters
    ----------
    feature
        As JSON has it.
    """
    if not isinstance(feature, dict):
        return None
    found = feature.get("properties", feature.get("attributes"))
    return found if isinstance(found, dict) else None


def _wrong(path: Path, number: int, what: str, remedy: str = "save the layer again") -> NoReturn:
    raise InputError(f"{path}: record {number:,}: {what}; {remedy}")


def _geometry(feature: object) -> object:
    return feature.get("geometry") if isinstance(feature, dict) else None


def _add_shape(
    gathered: _Gathered,
    geometry: object,
    number: int,
    kind: str,
    members: dict[str, Any],
    path: Path,
) -> None:
    """Add the shape of a record if it is of the kind that is asked for."""
    if not isinstance(geometry, dict):
        return
    try:
        if "type" in geometry:
            parts, several = _from_geojson(geometry, kind)
            with_z = True
        else:
            parts, several = _from_esri(geometry, kind), False
            has = {name: geometry.get(name, members.get(name)) for name in ("hasZ", "hasM")}
            with_z = bool(has["hasZ"]) or not has["hasM"]
        for polygon, rings in enumerate(parts):
            for ring in rings:
                own = gathered.polygons + polygon if several else -1
                gathered.add(ring, number, own, with_z and len(ring[0]) > 2)
        gathered.polygons += len(parts)
        if len(gathered.vertex) > 3 * MOST_VERTICES:
            raise InputError(f"{path}: more than {MOST_VERTICES:,} vertices; cut the area out")
    except (ValueError, TypeError, IndexError, KeyError, OverflowError):
        _wrong(path, number, "its shape has points that are no positions")


def _from_geojson(geometry: dict[str, Any], kind: str) -> tuple[list[list[Any]], bool]:
    """Return polygons as lists of rings; lines and points as lists of one part."""
    own, several = _SHAPES.get(str(geometry.get("type")), ("", 0))
    if own != kind:
        return [], False
    given = geometry["coordinates"]
    parts = given if several else [given]
    if kind == POINT:
        return [[[point]] for point in parts if point], False
    if kind == LINE:
        return [[line] for line in parts if line], False
    return [rings for rings in parts if rings], True


def _from_esri(geometry: dict[str, Any], kind: str) -> list[list[Any]]:
    """Return the parts of a shape as ArcGIS writes it; curves are taken through their points."""
    if kind == POINT:
        if "points" in geometry:
            return [[[point]] for point in geometry["points"]]
        if geometry.get("x") is None:
            return []
        point = [geometry["x"], geometry["y"]]
        if isinstance(geometry.get("z"), int | float):
            point.append(geometry["z"])
        return [[[point]]]
    plain, curved = ("paths", "curvePaths") if kind == LINE else ("rings", "curveRings")
    found = geometry.get(plain)
    if found is None:
        found = [_straightened(part) for part in geometry.get(curved, ())]
    return [[part] for part in found if part]


def _straightened(part: list[Any]) -> list[Any]:
    """Return the points of a part in which arcs and curves are objects: end, then what bends it."""
    points: list[Any] = []
    for step in part:
        if isinstance(step, dict):
            (curve,) = step.values()
            points += [curve[1][:2], curve[0][:2]] if "c" in step else [curve[0][:2]]
        else:
            points.append(step[:2])
    return points


def _check_whole(path: Path, members: dict[str, Any]) -> None:
    """Refuse a file that says of itself that it holds a part of what was asked for."""
    properties = members.get("properties")
    cut = members.get("exceededTransferLimit")
    if cut is None and isinstance(properties, dict):
        cut = properties.get("exceededTransferLimit")
    if cut:
        raise InputError(
            f"{path}: holds the first page of the layer only (exceededTransferLimit); save the "
            "whole layer, or fetch it with `sim data fetch --source official`"
        )


def _shapes(
    gathered: _Gathered, kind: str, path: Path, members: dict[str, Any]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the shapes in HK80 metres, and the record of each."""
    vertex = np.frombuffer(gathered.vertex, np.float64).reshape(-1, 3).copy()
    ends = np.frombuffer(gathered.part_ends, np.int64)
    record = np.frombuffer(gathered.part_record, np.int64)
    if not len(vertex):
        return np.empty(0, object), np.empty(0, np.int64)
    _to_metres(vertex, members, path)
    part = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
    if kind == POINT:
        return shapely.points(vertex), record
    if kind == LINE:
        size = np.diff(ends, prepend=0)
        if (size < 2).any():
            _wrong(path, int(record[size < 2][0]), "a line of one point")
        return shapely.linestrings(vertex, indices=part), record
    polygon = np.frombuffer(gathered.polygon, np.int64)
    return _areas(vertex[:, :2], part, record, polygon)


def _areas(
    vertex: NDArray[np.float64],
    part: NDArray[np.int64],
    record: NDArray[np.int64],
    polygon: NDArray[np.int64],
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return one area a record; rings of fewer than three points enclose nothing."""
    good = np.bincount(part, minlength=len(record)) >= 3
    keep = good[part]
    renumbered = np.cumsum(good) - 1
    ring = shapely.linearrings(vertex[keep], indices=renumbered[part[keep]])
    record, polygon = record[good], polygon[good]
    first = np.flatnonzero(np.diff(record, prepend=-1))
    size = np.diff(np.append(first, len(record)))
    shape = shapely.polygons(ring[first]) if len(first) else np.empty(0, object)
    for k in np.flatnonzero(size > 1).tolist():
        rows = slice(first[k], first[k] + size[k])
        shape[k] = _with_holes(ring[rows], polygon[rows])
    return shape, record[first]


def _with_holes(ring: NDArray[np.object_], polygon: NDArray[np.int64]) -> BaseGeometry:
    """Return the area of several rings: holes by their place in GeoJSON, by their turn in Esri's.

    Esri's outer rings run clockwise. If none does, all are taken to be outer ones.
    """
    if polygon[0] >= 0:
        owners = [ring[polygon == own] for own in np.unique(polygon)]
        return shapely.union_all(
            shapely.make_valid([shapely.polygons(own[0], own[1:]) for own in owners])
        )
    hole = shapely.is_ccw(ring)
    if hole.all():
        hole[:] = False
    solid, holes = (shapely.union_all(shapely.make_valid(shapely.polygons(some)))
                    for some in (ring[~hole], ring[hole]))  # fmt: skip
    return shapely.difference(solid, holes)


def _to_metres(vertex: NDArray[np.float64], members: dict[str, Any], path: Path) -> None:
    """Turn positions into the HK80 grid, in place."""
    x, y = vertex[:, 0], vertex[:, 1]
    degrees = bool(np.abs(x).max() <= 180 and np.abs(y).max() <= 180)
    wkid = _stated(members, path) or (DEGREES if degrees else GRID)
    geographic = wkid in (DEGREES, HK80_DEGREES)
    if degrees and 21 < float(np.median(x)) < 24 and 112 < float(np.median(y)) < 116:
        raise InputError(f"{path}: latitude stands before longitude; save the layer as GeoJSON")
    if geographic != degrees:
        raise InputError(
            f"{path}: says that it is in EPSG:{wkid}, its numbers are not; save the layer again"
        )
    if wkid != GRID:
        turned = pyproj.Transformer.from_crs(wkid, HONG_KONG_CRS, always_xy=True).transform(x, y)
        vertex[:, 0], vertex[:, 1] = turned
    west, south, east, north = HONG_KONG
    here = (vertex[:, 0] > west) & (vertex[:, 0] < east)
    here &= (vertex[:, 1] > south) & (vertex[:, 1] < north)
    if not here.all():
        raise InputError(
            f"{path}: {int((~here).sum()):,} of {counted(len(here), 'vertex', 'vertices')} do "
            "not lie in Hong Kong; check the layer and its coordinate system"
        )


def _stated(members: dict[str, Any], path: Path) -> int | None:
    """Return the coordinate system that a file names, as a number of EPSG."""
    esri, named = members.get("spatialReference"), members.get("crs")
    if isinstance(esri, dict):
        said = esri.get("latestWkid") or esri.get("wkid")
    elif isinstance(named, dict) and isinstance(named.get("properties"), dict):
        said = str(named["properties"].get("name", "")).rpartition(":")[2]
    else:
        return None
    digits = str(said)
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 7 else 0
    if number not in KNOWN_WKID:
        raise InputError(
            f"{path}: coordinate system {json.dumps(said)[:40]} is not read; save the layer in "
            "WGS 84 (4326) or HK80 (2326)"
        )
    return KNOWN_WKID[number]


def numbers(values: list[Any]) -> NDArray[np.float64]:
    """Return a field as numbers, NaN where it is missing or none.

    Parameters
    ----------
    values
        Numbers, texts of numbers, or None.
    """

    def one(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return math.nan
        try:
            return float(value)
        except (ValueError, OverflowError):
            return math.nan

    found = np.array([one(value) for value in values], np.float64)
    found[~np.isfinite(found)] = np.nan
    return found


def texts(values: list[Any]) -> list[str]:
    """Return a field as text without spaces around it, empty where it is missing.

    Parameters
    ----------
    values
        Whole numbers are written without a point; "-99", also in full width, is a missing one.
    """

    def one(value: object) -> str:
        if value is None or isinstance(value, bool):
            return ""
        if isinstance(value, float) and value.is_integer() and abs(value) < WHOLE:
            value = int(value)
        text = " ".join(str(value).split())
        return "" if text in ("-99", "－９９", "<Null>", "null", "None") else text

    return [one(value) for value in values]


def field_names(path: Path, most: int = 20) -> Iterator[set[str]]:
    """Yield the names of the fields of the first records of a file.

    Parameters
    ----------
    path
        Any JSON, of which one without records yields nothing; or a zipped geodatabase.
    most
        How many records to look at.

    Raises
    ------
    ServerError
        The file is a server's error, saved in place of a layer.
    InputError
        The geodatabase is none that can be read.
    """
    try:
        for count, feature in enumerate(_stream(path)):
            if count >= most:
                return
            yield set(attributes(feature) or ())
    except ServerError:
        raise
    except InputError:
        if is_geodatabase(path):
            raise
        return
