"""OpenStreetMap extracts (.osm.pbf): walking ways with their junctions, buildings and places.

The file is streamed through pyosmium, which resolves node positions and multipolygons in C++; ways
are cut at junctions here, with arrays. It knows OSM tags and WGS 84 only; what is walkable, on
which deck, and in which projection is decided in `sim.city.streets`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.city.tags import split_name
from sim.errors import InputError

if TYPE_CHECKING:
    import osmium

LARGEST_FILE_MB = 300
STOREY_M = 3.2
FLOATING_M = 3.0
"""A part whose underside is this high or higher cuts no line of sight to a face."""
ENTRANCE_REACH_M = 400.0
"""A station entrance takes the name of the nearest station within this distance."""

WAY_TAGS = (
    "highway", "name", "name:zh", "name:en", "bridge", "tunnel", "covered", "indoor", "layer",
    "access", "foot", "sidewalk", "area",
)  # fmt: skip
NOT_STANDING = {
    "bridge", "canopy", "carport", "demolished", "destroyed", "no", "proposed", "razed", "roof",
}  # fmt: skip
PLACE_TAGS: tuple[tuple[str, frozenset[str], str], ...] = (
    ("railway", frozenset({"subway_entrance", "train_station_entrance"}), "entrance"),
    ("railway", frozenset({"station", "halt"}), "rail"),
    ("public_transport", frozenset({"station"}), "rail"),
    ("amenity", frozenset({"ferry_terminal", "bus_station"}), "station"),
    ("highway", frozenset({"bus_stop"}), "bus_stop"),
    ("amenity", frozenset({"marketplace"}), "market"),
    ("shop", frozenset({"department_store", "mall", "supermarket"}), "market"),
    ("amenity", frozenset({"college", "kindergarten", "school", "university"}), "school"),
    (
        "amenity",
        frozenset({
            "clinic", "courthouse", "doctors", "hospital", "place_of_worship", "police", "shelter",
            "social_facility",
        }),
        "sensitive",
    ),
    ("office", frozenset({"association", "lawyer", "ngo", "political_party", "union"}),
     "sensitive"),
    ("office", frozenset({"company", "diplomatic", "financial", "government", "insurance", "it"}),
     "office"),
    ("building", frozenset({"commercial", "office"}), "office"),
    ("amenity", frozenset({"arts_centre", "library", "theatre", "townhall"}), "landmark"),
    ("tourism", frozenset({"attraction", "gallery", "museum"}), "landmark"),
)  # fmt: skip
"""Which tag makes which kind of place, the first that fits counts; entrance, rail and bus_stop
are turned into stations once the whole file is read."""

_KEYS = ("highway", "building", "building:part", *(key for key, _, _ in PLACE_TAGS))
_PLACE_RANKS: list[tuple[str, dict[str, int]]] = [
    (
        key,
        {
            value: rank
            for rank, (other, values, _) in enumerate(PLACE_TAGS)
            if other == key
            for value in values
        },
    )
    for key in dict.fromkeys(key for key, _, _ in PLACE_TAGS)
]
"""For each key in use, the values that make a place and their row in `PLACE_TAGS`."""
_NUMBER = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(m|ft|')?")


class Tags(Protocol):
    """The tags of one thing: a dict, or pyosmium's own list, which is slow to turn into one."""

    def get(self, key: str, /) -> str | None:
        """Return the value of a key, None where it is missing."""


@dataclass(frozen=True)
class Extract:
    """What an extract holds, in WGS 84.

    Attributes
    ----------
    nodes
        Junctions and ends of ways: osmid, geometry.
    edges
        Pieces of ways between them: u, v, osmid and the tags of `WAY_TAGS`, geometry from u to v.
    buildings
        Polygons with height (m above ground; NaN unknown), building (the OSM value), part (bool).
    places
        Points with kind, name, name_zh, weight.
    report
        What was left out, counted.
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    report: dict[str, float]


def read_pbf(path: Path) -> Extract:
    """Read walking ways, buildings and places of an OpenStreetMap extract.

    Parameters
    ----------
    path
        A .osm.pbf file of one city; nodes outside the extract may be missing, ways are cut there.

    Raises
    ------
    InputError
        The file is missing, empty, damaged, no PBF, too large, or holds no ways.
    """
    _check(path)
    found = _Found()
    try:
        _stream(path, found)
    except RuntimeError as error:
        raise InputError(
            f"{path}: the OSM file is damaged or cut short ({_one_line(error)}); download it again"
        ) from error
    if not found.ways:
        raise InputError(f"{path}: no streets in the OSM file; choose a larger area")
    nodes, edges = _cut_at_junctions(found)
    return Extract(nodes, edges, _buildings(found), _places(found), dict(found.report))


@dataclass
class _Found:
    """What the stream has met so far, as plain lists."""

    ways: list[tuple[object, ...]] = field(default_factory=list)
    references: list[list[int]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    buildings: list[tuple[float, str, bool]] = field(default_factory=list)
    outlines: list[str] = field(default_factory=list)
    places: list[tuple[str, str, str, str]] = field(default_factory=list)
    positions: list[str] = field(default_factory=list)
    report: dict[str, float] = field(default_factory=dict)

    def add_way(self, tags: tuple[object, ...], references: list[int], line: str) -> None:
        self.ways.append(tags)
        self.references.append(references)
        self.lines.append(line)

    def count(self, reason: str) -> None:
        self.report[reason] = self.report.get(reason, 0.0) + 1.0


def _check(path: Path) -> None:
    if not path.is_file():
        raise InputError(f"{path}: no such file; check the path")
    size = path.stat().st_size
    if size > LARGEST_FILE_MB * 1_000_000:
        raise InputError(
            f"{path}: {size / 1e6:.0f} MB is more than one city ({LARGEST_FILE_MB} MB); cut the "
            "study area out first, for example with `osmium extract`"
        )
    with path.open("rb") as file:
        if b"OSMHeader" not in file.read(64):
            raise InputError(f"{path}: is no OSM PBF file, or is empty; give a .osm.pbf extract")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _stream(path: Path, found: _Found) -> None:
    import osmium
    from osmium.filter import EntityFilter, KeyFilter

    factory = osmium.geom.WKBFactory()
    kind = osmium.osm
    items = osmium.FileProcessor(str(path))
    items.with_areas(KeyFilter(*(key for key in _KEYS if key != "highway")))
    items.with_filter(EntityFilter(kind.NODE | kind.WAY | kind.AREA))
    for keys, of in ((("highway",), kind.WAY), (_KEYS, kind.NODE | kind.AREA)):
        wanted = KeyFilter(*keys)
        wanted.enable_for(of)
        items.with_filter(wanted)
    area, way, node = osmium.osm.Area, osmium.osm.Way, osmium.osm.Node
    for item in items:
        if isinstance(item, area):
            _take_area(item, factory, found)
        elif isinstance(item, way):
            _take_way(item, factory, found)
        elif isinstance(item, node):
            place = _place_kind(item.tags)
            if place and item.location.valid():
                _take_place(item.tags, place, factory.create_point(item), found)


def _take_way(way: osmium.osm.Way, factory: osmium.geom.WKBFactory, found: _Found) -> None:
    """Take a way whole, or in pieces where its other nodes lie outside the extract."""
    import osmium

    value = way.tags.get
    tags = (way.id, *[value(key) for key in WAY_TAGS])
    try:
        line = factory.create_linestring(way, osmium.geom.use_nodes.ALL)
    except osmium.InvalidLocationError:
        found.count("ways_cut_at_the_edge")
        runs = groupby(way.nodes, key=lambda node: node.location.valid())
        for piece in [list(nodes) for valid, nodes in runs if valid]:
            if len(piece) > 1:
                path = shapely.linestrings([(node.lon, node.lat) for node in piece])
                found.add_way(tags, [node.ref for node in piece], shapely.to_wkb(path, hex=True))
    except RuntimeError:
        found.count("ways_without_line")
    else:
        found.add_way(tags, [node.ref for node in way.nodes], line)


def _take_area(area: osmium.osm.Area, factory: osmium.geom.WKBFactory, found: _Found) -> None:
    tags = area.tags
    part = "building" not in tags
    value = tags.get("building:part" if part else "building")
    kind = _place_kind(tags)
    if value is None and kind is None:
        return
    try:
        outline = factory.create_multipolygon(area)
    except RuntimeError:
        found.count("areas_without_outline")
        return
    if kind:
        _take_place(tags, kind, outline, found)
    if value is None:
        return
    if value in NOT_STANDING:
        found.count("roofs_and_the_like")
    elif _underside(tags) >= FLOATING_M:
        found.count("parts_above_the_street")
    elif tags.get("location") == "underground" or (tags.get("layer") or "").startswith("-"):
        found.count("buildings_underground")
    else:
        found.buildings.append((building_height(tags), value, part))
        found.outlines.append(outline)


def _take_place(tags: Tags, kind: str, shape: str, found: _Found) -> None:
    chinese = tags.get("name:zh") or tags.get("name:zh-Hant")
    name, name_zh = split_name(tags.get("name"), chinese, tags.get("name:en"))
    found.places.append((kind, name, name_zh, tags.get("ref") or ""))
    found.positions.append(shape)


def _place_kind(tags: Tags) -> str | None:
    first = len(PLACE_TAGS)
    value_of = tags.get
    for key, rank in _PLACE_RANKS:
        value = value_of(key)
        if value is not None and value in rank:
            first = min(first, rank[value])
    return PLACE_TAGS[first][2] if first < len(PLACE_TAGS) else None


def metres(value: str | None) -> float:
    """Read "12", "12.5 m", "12,5" or "40 ft"; NaN where it is none of these."""
    found = _NUMBER.fullmatch(value) if value else None
    if not found:
        return math.nan
    number = float(found.group(1).replace(",", "."))
    return number * 0.3048 if found.group(2) in ("ft", "'") else number


def building_height(tags: Tags) -> float:
    """Return the height (m) that OSM tags state; NaN where they state none.

    It is the tag height, else building:levels and roof:levels of 3.2 m each.
    """
    height = metres(tags.get("height") or tags.get("building:height"))
    if math.isnan(height):
        roof = metres(tags.get("roof:height"))
        if math.isnan(roof):
            under_the_roof = metres(tags.get("roof:levels"))
            roof = 0.0 if math.isnan(under_the_roof) else under_the_roof * STOREY_M
        height = metres(tags.get("building:levels")) * STOREY_M + roof
    return height if height > 0 else math.nan


def _underside(tags: Tags) -> float:
    """Height of the lowest point above ground; 0 where no tag says more."""
    low = metres(tags.get("min_height"))
    if math.isnan(low):
        low = metres(tags.get("building:min_level")) * STOREY_M
    return 0.0 if math.isnan(low) else low


def _cut_at_junctions(found: _Found) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Split ways where another way, or the way itself, passes the same node."""
    sizes = np.array([len(references) for references in found.references])
    reference = np.concatenate([np.array(r, np.int64) for r in found.references])
    position = _positions(found.lines, sizes)
    way = np.repeat(np.arange(len(sizes)), sizes)
    ids, code, times = np.unique(reference, return_inverse=True, return_counts=True)
    cut = times[code] > 1
    last = np.cumsum(sizes) - 1
    cut[last] = cut[last - sizes + 1] = True
    at = np.flatnonzero(cut)
    same = way[at[1:]] == way[at[:-1]]
    start, end = at[:-1][same], at[1:][same]
    count = end - start + 1
    edge = np.repeat(np.arange(len(start)), count)
    vertex = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + start[edge]
    tags = pd.DataFrame(found.ways, columns=["osmid", *WAY_TAGS]).take(way[start])
    tags.insert(0, "u", reference[start])
    tags.insert(1, "v", reference[end])
    edges = gpd.GeoDataFrame(
        tags.reset_index(drop=True),
        geometry=shapely.linestrings(position[vertex], indices=edge),
        crs="EPSG:4326",
    )
    where = np.zeros((len(ids), 2))
    where[code] = position
    used = np.zeros(len(ids), bool)
    used[code[cut]] = True
    nodes = gpd.GeoDataFrame(
        {"osmid": ids[used]}, geometry=shapely.points(where[used]), crs="EPSG:4326"
    )
    return nodes, edges


def _positions(lines: list[str], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Read the vertices of lines in hexadecimal WKB, shape (vertices, 2).

    Each line is a head of 9 bytes (byte order, kind, count) and 16 bytes a vertex; all are of one
    byte order, this machine's. Reading them at once takes a tenth of building every line.
    """
    data = np.frombuffer(bytes.fromhex("".join(lines)), np.uint8)
    length = 9 + 16 * sizes
    head = np.cumsum(length) - length
    is_vertex = np.ones(len(data), bool)
    is_vertex[(head[:, None] + np.arange(9)).ravel()] = False
    return data[is_vertex].view(np.float64).reshape(-1, 2)


def _shapes(outlines: list[str]) -> NDArray[np.object_]:
    """Build shapes from hexadecimal WKB, which GEOS reads slowly unless it is turned into bytes."""
    return np.asarray(shapely.from_wkb([bytes.fromhex(outline) for outline in outlines]))


def _buildings(found: _Found) -> gpd.GeoDataFrame:
    table = pd.DataFrame(found.buildings, columns=["height", "building", "part"])
    return gpd.GeoDataFrame(table, geometry=_shapes(found.outlines), crs="EPSG:4326")


def _places(found: _Found) -> gpd.GeoDataFrame:
    """Turn rail stations and their entrances, or bus stops where there is no rail, into stations.

    A station that has entrances is represented by them, for people walk to entrances.
    """
    table = pd.DataFrame(found.places, columns=["kind", "name", "name_zh", "ref"])
    point = shapely.point_on_surface(_shapes(found.positions))
    frame = gpd.GeoDataFrame(table, geometry=point, crs="EPSG:4326")
    entrance = (frame["kind"] == "entrance").to_numpy()
    rail = (frame["kind"] == "rail").to_numpy()
    keep = np.ones(len(frame), bool)
    if entrance.any() and rail.any():
        keep[np.flatnonzero(rail)[_name_entrances(frame, entrance, rail)]] = False
    if entrance.any() or rail.any():
        keep &= (frame["kind"] != "bus_stop").to_numpy()
    elif (frame["kind"] == "bus_stop").any():
        found.report["bus_stops_as_stations"] = float((frame["kind"] == "bus_stop").sum())
    frame["kind"] = frame["kind"].replace(
        dict.fromkeys(("entrance", "rail", "bus_stop"), "station")
    )
    frame = frame[keep].sort_values(["kind", "name", "name_zh", "ref"], kind="stable")
    frame["weight"] = 1.0
    return frame[["kind", "name", "name_zh", "weight", "geometry"]].reset_index(drop=True)


def _name_entrances(
    frame: gpd.GeoDataFrame, entrance: NDArray[np.bool_], rail: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Name each entrance after its station; tell which stations have an entrance."""
    from scipy.spatial import cKDTree

    degree_m = 111_320.0
    positions = shapely.get_coordinates(frame.geometry.to_numpy()) * degree_m
    positions[:, 0] *= np.cos(np.radians(positions[:, 1].mean() / degree_m))
    named = np.flatnonzero(rail & (frame["name"] + frame["name_zh"] != "").to_numpy())
    has_entrance = np.zeros(int(rail.sum()), bool)
    if not len(named):
        return has_entrance
    tree = cKDTree(positions[named])
    _, nearest = tree.query(positions[entrance], distance_upper_bound=ENTRANCE_REACH_M)
    for row, station in zip(np.flatnonzero(entrance), np.atleast_1d(nearest), strict=True):
        if station < len(named):
            own = frame.loc[named[station]]
            exit_name = frame.at[row, "ref"] or frame.at[row, "name"]
            frame.at[row, "name"], frame.at[row, "name_zh"] = exit_names(
                own["name"], own["name_zh"], exit_name
            )
    near, _ = cKDTree(positions[entrance]).query(
        positions[rail], distance_upper_bound=ENTRANCE_REACH_M
    )
    return np.asarray(np.isfinite(near))


def exit_names(station: str, station_zh: str, exit_name: str) -> tuple[str, str]:
    """Return the English and Chinese name of a station's exit, as signs in Hong Kong have it."""
    if not exit_name or exit_name == station:
        return station, station_zh
    return (
        f"{station} Exit {exit_name}" if station else "",
        f"{station_zh}{exit_name}出口" if station_zh else "",
    )
