"""OpenStreetMap extracts (.osm.pbf): walking ways with their junctions, buildings and places.

What the file holds is met by `sim.city.sources.osm_stream`; here it becomes tables, and ways are
cut at junctions, with arrays. It knows OSM tags and WGS 84 only; what is walkable, on which deck,
and in which projection is decided in `sim.city.streets`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.city.sources.box import Box
from sim.city.sources.extract_content import Around, Features, Trees, Ways
from sim.city.sources.osm_stream import WAY_TAGS, Reading, stream_features, stream_ways
from sim.city.tags import split_name
from sim.errors import InputError

ENTRANCE_REACH_M = 400.0
"""A station entrance takes the name of the nearest station within this distance."""
AT_ONCE = 20_000
"""Buildings that are made a table together."""
DEGREE_M = 111_320.0
"""Length of a degree of a great circle."""
LAST_LATITUDE = 1.57
"""Radians; the poles themselves have no place on a map true to angles."""


@dataclass(frozen=True)
class Extract:
    """What an extract holds, in WGS 84: the layers of `read_ways` and `read_features`."""

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
    nodes, edges, of_ways = read_ways(path)
    buildings, places, of_features = read_features(path)
    return Extract(nodes, edges, buildings, places, {**of_ways, **of_features})


def read_ways(
    path: Path, begun: Reading | None = None, box: Box | None = None
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, dict[str, float]]:
    """Read the walking ways of an extract, cut where they meet.

    Parameters
    ----------
    path
        As of `read_pbf`, whose errors it raises.
    begun
        Processes that read it already, from `sim.city.sources.osm_stream.reading_ahead`.
    box
        Ways that do not touch it are passed over; others are read whole, and cut where any way
        meets them. None may be left.

    Returns
    -------
    nodes
        Junctions and ends of ways: osmid, geometry.
    edges
        Pieces of ways between them: u, v, osmid and the tags of `WAY_TAGS`, geometry from u to v.
    report
        What was left out, counted.
    """
    ways = stream_ways(path, begun, box)
    if not ways.streets or (box is None and not ways.tags):
        raise InputError(f"{path}: no streets in the OSM file; choose a larger area")
    nodes, edges = _cut_at_junctions(ways)
    return nodes, edges, ways.report


def read_features(
    path: Path, begun: Reading | None = None, box: Box | None = None
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, dict[str, float]]:
    """Read the buildings and places of an extract; parameters and errors as of `read_ways`.

    Returns
    -------
    buildings
        Polygons with height (m above ground; NaN unknown), building (the OSM value), part (bool).
    places
        Points with kind, name, name_zh, weight.
    report
        What was left out, counted.
    """
    found = read_features_in_turns(path, begun, box)
    frame = pd.concat([*found.buildings], ignore_index=True)
    return gpd.GeoDataFrame(frame, crs="EPSG:4326"), found.places, found.report


class FoundFeatures(NamedTuple):
    """What `read_features` returns, and what else an extract holds.

    Attributes
    ----------
    buildings
        In several tables, made one by one.
    places, report
        As of `read_features`.
    trees, around
        For `sim.city.sources.osm_trees.trees_met`, and for
        `sim.city.sources.extract_surroundings.surroundings_met`.
    """

    buildings: Iterator[gpd.GeoDataFrame]
    places: gpd.GeoDataFrame
    report: dict[str, float]
    trees: Trees
    around: Around


def read_features_in_turns(
    path: Path, begun: Reading | None = None, box: Box | None = None
) -> FoundFeatures:
    """Read what an extract holds beside its streets; parameters and errors as of `read_ways`."""
    met = stream_features(path, begun, box)
    return FoundFeatures(_buildings(met), _places(met), met.report, met.trees, met.around)


def _cut_at_junctions(ways: Ways) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Split ways where another way, or the way itself, passes the same node.

    Ways beyond the box count as others.
    """
    sizes = np.frombuffer(ways.sizes, np.int64)
    reference = np.frombuffer(ways.references, np.int64)
    position = np.frombuffer(ways.vertices, np.float64).reshape(-1, 2)
    way = np.repeat(np.arange(len(sizes)), sizes)
    ids, code, times = np.unique(reference, return_inverse=True, return_counts=True)
    cut = times[code] > 1
    if len(ways.elsewhere):
        cut |= np.isin(reference, np.frombuffer(ways.elsewhere, np.int64))
    last = np.cumsum(sizes) - 1
    cut[last] = cut[last - sizes + 1] = True
    at = np.flatnonzero(cut)
    same = way[at[1:]] == way[at[:-1]]
    start, end = at[:-1][same], at[1:][same]
    count = end - start + 1
    edge = np.repeat(np.arange(len(start)), count)
    vertex = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + start[edge]
    tags = pd.DataFrame(ways.tags, columns=["osmid", *WAY_TAGS]).take(way[start])
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


def _shapes(outlines: list[str]) -> NDArray[np.object_]:
    """Build shapes from hexadecimal WKB, which GEOS reads slowly unless it is turned into bytes."""
    return np.asarray(shapely.from_wkb([bytes.fromhex(outline) for outline in outlines]))


def _buildings(features: Features) -> Iterator[gpd.GeoDataFrame]:
    """Yield tables of buildings, at least one."""
    height, part = np.frombuffer(features.heights), np.frombuffer(features.parts, np.bool_)
    start = 0
    for first in range(0, max(len(features.ends), 1), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        ends = [start, *features.ends[some]]
        outlines = [bytes(features.outlines[a:b]) for a, b in pairwise(ends)]
        yield gpd.GeoDataFrame(
            {"height": height[some], "building": features.values[some], "part": part[some]},
            geometry=np.asarray(shapely.from_wkb(outlines), object),
            crs="EPSG:4326",
        )
        start = ends[-1]


def _places(features: Features) -> gpd.GeoDataFrame:
    """Turn rail stations and their entrances, or bus stops where there is no rail, into stations.

    A station that has entrances is represented by them, for people walk to entrances.
    """
    named = [
        (kind, *split_name(name, chinese, english), ref or "")
        for kind, name, chinese, english, ref in features.places
    ]
    table = pd.DataFrame(named, columns=["kind", "name", "name_zh", "ref"])
    point = shapely.point_on_surface(_shapes(features.positions))
    frame = gpd.GeoDataFrame(table, geometry=point, crs="EPSG:4326")
    entrance = (frame["kind"] == "entrance").to_numpy()
    rail = (frame["kind"] == "rail").to_numpy()
    keep = np.ones(len(frame), bool)
    if entrance.any() and rail.any():
        keep[np.flatnonzero(rail)[_name_entrances(frame, entrance, rail)]] = False
    if features.rail:
        keep &= (frame["kind"] != "bus_stop").to_numpy()
    elif (frame["kind"] == "bus_stop").any():
        features.report["bus_stops_as_stations"] = float((frame["kind"] == "bus_stop").sum())
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
    point, scale = _mercator(frame.geometry.to_numpy())
    named = np.flatnonzero(rail & (frame["name"] + frame["name_zh"] != "").to_numpy())
    has_entrance = np.zeros(int(rail.sum()), bool)
    if not len(named):
        return has_entrance
    at, nearest = _nearest(point[entrance], point[named], scale[entrance])
    for row, station in zip(np.flatnonzero(entrance)[at], named[nearest], strict=True):
        own = frame.loc[station]
        exit_name = frame.at[row, "ref"] or frame.at[row, "name"]
        frame.at[row, "name"], frame.at[row, "name_zh"] = exit_names(
            own["name"], own["name_zh"], exit_name
        )
    has_entrance[_nearest(point[rail], point[entrance], scale[rail])[0]] = True
    return has_entrance


def _mercator(point: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Return points on a map true to angles, and how many metres its unit is at each.

    It depends on nothing else there, so that a part of an extract gives what the whole does.
    """
    longitude, latitude = np.radians(shapely.get_coordinates(point)).T
    latitude = np.clip(latitude, -LAST_LATITUDE, LAST_LATITUDE)
    scale = DEGREE_M * np.degrees(np.cos(latitude))
    return shapely.points(longitude, np.arctanh(np.sin(latitude))), scale


def _nearest(
    point: NDArray[np.object_], others: NDArray[np.object_], scale: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the points that have another within reach, and which is the nearest.

    Of several as near it is the first.
    """
    (at, other), apart = shapely.STRtree(others).query_nearest(point, return_distance=True)
    order = np.lexsort((other, at))
    at, other, apart = at[order], other[order], apart[order]
    keep = (np.diff(at, prepend=-1) > 0) & (apart * scale[at] <= ENTRANCE_REACH_M)
    return at[keep], other[keep]


def exit_names(station: str, station_zh: str, exit_name: str) -> tuple[str, str]:
    """Return the English and Chinese name of a station's exit, as signs in Hong Kong have it."""
    if not exit_name or exit_name == station:
        return station, station_zh
    return (
        f"{station} Exit {exit_name}" if station else "",
        f"{station_zh}{exit_name}出口" if station_zh else "",
    )
