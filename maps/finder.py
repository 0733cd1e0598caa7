"""Names that a reader may type to begin or end a walk, each with the junction it stands for.

Streets, stations, their exits and other named places of a run lead to junctions by the rules of
`sim walk`: the middle one of several, inside the study area if any is. How a typed word is matched
with a name is the page's affair; sensitive places, which are only ever counted, have no entry
here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from maps.names import name_pair
from maps.run_folder import RunFolder

FOUND = ("station", "market", "landmark", "school", "office", "home")
"""Kinds of places that have an entry, in the order in which they are offered."""
REACH_M = 250.0
"""A place further than this from every street cannot be walked to."""
STATION_EXIT = re.compile(r"\s+exit\s+\S+$|\s*[A-Z]\d*\s*出口$", re.IGNORECASE)


@dataclass(frozen=True)
class Finder:
    """What can be typed.

    Attributes
    ----------
    street_node
        Junction of each street name, by its place in the page's list of names; -1 for none.
    place_names
        English and Chinese of each place.
    place_node
        Junction of each place.
    """

    street_node: NDArray[np.int64]
    place_names: list[list[str]]
    place_node: NDArray[np.int64]


def junctions(edges: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Return the numbers that the page gives to the ends of each edge, shape (edges, 2).

    They are in the order in which edges first come to a junction.
    """
    ends = edges[["u", "v"]].to_numpy(np.int64)
    _, first, number = np.unique(ends, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number].reshape(ends.shape)


def build_finder(run: RunFolder, names: list[list[str]], edge_name: NDArray[np.int64]) -> Finder:
    """Gather the names of a run.

    Parameters
    ----------
    run
        The run.
    names
        Street names as the page lists them, [English, Chinese]; the first one is empty.
    edge_name
        Place of each edge's name in that list.
    """
    ends = run.edges[["u", "v"]].to_numpy(np.int64)
    ends = np.unique(ends, return_inverse=True)[1].reshape(ends.shape)  # as the engine counts
    number = np.zeros(int(ends.max(initial=-1)) + 2, np.int64)
    number[ends], number[-1] = junctions(run.edges), -1
    at = _positions(run.edges, ends)
    area = shapely.union_all(run.districts.geometry[run.districts["kind"] == "area"].to_numpy())
    shapely.prepare(area)
    lines = run.edges.geometry.to_numpy()
    inside = shapely.intersects(area, lines)
    order = np.argsort(edge_name, kind="stable")
    first = np.searchsorted(edge_name[order], np.arange(len(names) + 1))
    streets = [
        _middle_of_street(lines, inside, ends, at, order[first[code] : first[code + 1]])
        if any(pair)
        else -1
        for code, pair in enumerate(names)
    ]
    place_names, places = _named_places(run, area, {pair[0] for pair in names})
    near, junction = _nearest(run, ends, at, places)
    kept = [pair for pair, reached in zip(place_names, near, strict=True) if reached]
    return Finder(number[np.array(streets, np.int64)], kept, number[junction[near]])


def _nearest(
    run: RunFolder, ends: NDArray[np.int64], at: NDArray[np.float64], places: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return whether each place is within reach, and its nearest junction at street level."""
    level = run.edges["deck"].to_numpy(object) == "street"
    ground = np.unique(ends[level] if level.any() else ends)
    if not len(places):
        return np.zeros(0, np.bool_), np.zeros(0, np.int64)
    junctions, spots = shapely.points(at[ground]), shapely.points(places)
    nearest = shapely.STRtree(junctions).nearest(spots)
    return shapely.distance(spots, junctions[nearest]) <= REACH_M, ground[nearest]


def _positions(edges: gpd.GeoDataFrame, ends: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the place of every junction, projected metres."""
    coordinates, owner = shapely.get_coordinates(edges.geometry.to_numpy(), return_index=True)
    points = np.bincount(owner, minlength=len(edges))
    last = np.cumsum(points) - 1
    at = np.zeros((int(ends.max(initial=-1)) + 1, 2))
    at[ends[:, 0]], at[ends[:, 1]] = coordinates[last - points + 1], coordinates[last]
    return at


def _middle_of_street(
    lines: NDArray[np.object_],
    inside: NDArray[np.bool_],
    ends: NDArray[np.int64],
    at: NDArray[np.float64],
    edges: NDArray[np.int64],
) -> int:
    """Return the junction of a street nearest to the middle of its part inside the area."""
    if inside[edges].any():
        edges = edges[inside[edges]]
    if not len(edges):
        return -1
    middle = shapely.get_coordinates(shapely.centroid(shapely.multilinestrings(lines[edges])))
    nodes = np.unique(ends[edges])
    return int(nodes[np.hypot(*(at[nodes] - middle).T).argmin()])


def _named_places(
    run: RunFolder, area: shapely.Geometry, streets: set[str]
) -> tuple[list[list[str]], NDArray[np.float64]]:
    """Return places and stations by name, with a position each, projected metres."""
    shown = run.places[run.places["kind"].isin(FOUND)]
    points = shapely.get_coordinates(shown.geometry.to_numpy())
    names = shown[["kind", "name", "name_zh"]].fillna("").astype("str").reset_index(drop=True)
    found: dict[tuple[int, str, str], list[NDArray[np.float64]]] = {}
    for (kind, name, name_zh), rows in names.groupby(list(names), sort=False).indices.items():
        english, chinese = name_pair(name, name_zh)
        if not english or english in streets:
            continue
        own = (FOUND.index(kind), english, chinese)
        whole = (own[0], STATION_EXIT.sub("", english), STATION_EXIT.sub("", chinese))
        for entry in dict.fromkeys([whole if kind == "station" else own, own]):
            found.setdefault(entry, []).extend(points[rows])
    entries = sorted(found, key=lambda entry: entry[0])
    middles = [_middle_one(np.array(found[entry]), area) for entry in entries]
    return [list(entry[1:]) for entry in entries], np.array(middles).reshape(-1, 2)


def _middle_one(xy: NDArray[np.float64], area: shapely.Geometry) -> NDArray[np.float64]:
    """Return the point nearest to the middle of all, of those in the area if any."""
    inside = shapely.intersects_xy(area, *xy.T)
    xy = xy[inside] if inside.any() else xy
    middle: NDArray[np.float64] = xy[np.hypot(*(xy - xy.mean(axis=0)).T).round(3).argmin()]
    return middle
