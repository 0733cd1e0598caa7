"""Both sides of a street where a map draws only its middle.

It decides which streets of a walking network get two pavements, and how far apart: those that no
mapped footway accompanies, that are not half of a dual carriageway, whose two lines stand for its
two sides already, and that have room between the mapped houses. The pavements themselves are drawn
by `sim.city.pavements`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.city.pavements import HALF_CARRIAGEWAY_M, KERB_TO_WALKER_M, pavements
from sim.city.street_widths import Widths
from sim.city.streets import StreetNetwork
from sim.city.walkable import FOOT_ONLY
from sim.city.walls import Walls

SHARED_SURFACE = {"living_street", "pedestrian"}
"""People walk in the middle of these."""
BESIDE_M = 12.0
"""A footway so near to the middle of a street is its pavement."""
DUAL_M = 30.0
"""Two lines of one name so near to each other are the two carriageways of one street."""
SPACING_M = 10.0
ACCOMPANIED = 0.5
"""Share of a street's length with a footway or another carriageway beside it, from which on it
needs no pavements of its own."""
WALKER_TO_WALL_M = 1.0
NARROWEST_M = 2.0
"""Where houses leave less than this from the middle to a pavement, people walk in the middle."""
NARROW_SHARE = 0.1
"""A street is as narrow as it is on this share of its length."""
_DECK_TAGS = {"footbridge": "bridge", "subway": "tunnel", "covered": "covered"}


class _Samples(NamedTuple):
    """Points along those edges that are streets at ground level: row of the edge, points, owners.

    `of` is the place in `row` of the edge on which a point lies.
    """

    row: NDArray[np.int64]
    point: NDArray[np.object_]
    of: NDArray[np.int64]


def with_both_sides(
    streets: StreetNetwork, houses: Walls | None = None, widths: Widths | None = None
) -> StreetNetwork:
    """Draw both pavements of the streets that have none on the map, with crossings.

    Parameters
    ----------
    streets
        A walking network whose streets are drawn in their middle.
    houses
        Mapped houses, in its projected metres: pavements keep 1 m from them where the usual
        distance for the class of street leaves less, and a street of less than 6 m between
        houses keeps its middle line.
    widths
        What was measured across its edges: from kerb to kerb in the place of the usual distance
        for the class; and a street with a footway on one side, or on none, keeps its middle line.

    Returns
    -------
    A network in which such streets are walked on two pavements and crossed at junctions of three
    streets or more; its report says how many kilometres of street they are, and how many had no
    room. `unwalked` and `openings` stay as they were, and so does the length of carriageways.
    """
    samples = _samples(streets.edges)
    bare = _without_sides(streets.edges, samples)
    room = _room(len(streets.edges), samples, houses)
    measured = {}
    usual = streets.edges["highway"].map(HALF_CARRIAGEWAY_M).to_numpy(np.float64)
    if widths is not None:
        known = ~np.isnan(widths.kerbs_m)
        lone = bare & known & ~widths.sides
        bare &= ~lone
        usual = np.where(known, widths.kerbs_m / 2, usual)
        measured = {
            "without_two_footways_km": _km(streets, lone),
            "kerbs_measured_km": _km(streets, bare & known),
        }
    narrow = bare & (room < NARROWEST_M)
    nodes, edges = pavements(
        _centrelines(streets, bare & ~narrow, np.fmin(usual, room - KERB_TO_WALKER_M))
    )
    drawn = StreetNetwork.build(nodes, edges, streets.crs, private=True)
    report = {
        **streets.report,
        "both_sides_inferred_km": _km(streets, bare & ~narrow),
        "too_narrow_for_both_sides_km": _km(streets, narrow),
        **measured,
    }
    return replace(drawn, report=report, unwalked=streets.unwalked, openings=streets.openings)


def _km(streets: StreetNetwork, chosen: NDArray[np.bool_]) -> float:
    return round(float(streets.edges["length"].to_numpy()[chosen].sum()) / 1000, 3)


def _samples(edges: gpd.GeoDataFrame) -> _Samples:
    kinds = set(HALF_CARRIAGEWAY_M) - SHARED_SURFACE
    street = edges["highway"].isin(kinds) & (edges["deck"] == "street")
    row = np.flatnonzero(street.to_numpy() & ~edges["steps"].to_numpy())
    line = edges.geometry.to_numpy()
    count = np.ceil(edges["length"].to_numpy()[row] / SPACING_M).astype(np.int64)
    of = np.repeat(np.arange(len(row)), count)
    step = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    share = (step + 0.5) / count[of]
    return _Samples(row, shapely.line_interpolate_point(line[row][of], share, normalized=True), of)


def _without_sides(edges: gpd.GeoDataFrame, samples: _Samples) -> NDArray[np.bool_]:
    """Return which edges are streets whose pavements are not on the map."""
    row, point, of = samples
    beside = _has_footway(edges, point) | _has_twin(edges, row[of], point)
    count = np.bincount(of, minlength=len(row))
    share = np.bincount(of, beside, minlength=len(row)) / np.maximum(count, 1)
    bare = np.zeros(len(edges), bool)
    bare[row[share < ACCOMPANIED]] = True
    return bare


def _room(edges: int, samples: _Samples, houses: Walls | None) -> NDArray[np.float64]:
    """Return how far from its middle each street can be walked, m; infinite where no house is.

    Its narrowest tenth counts.
    """
    room = np.full(edges, np.inf)
    row, point, of = samples
    if houses is None or not len(houses.footprints) or not len(row):
        return room
    tree = shapely.STRtree(houses.footprints.geometry.to_numpy())
    (at, _), distance = tree.query_nearest(point, all_matches=False, return_distance=True)
    free = np.empty(len(point))
    free[at] = distance
    order = np.lexsort((free, of))
    count = np.bincount(of, minlength=len(row))
    first = np.cumsum(count) - count
    tenth = first + (NARROW_SHARE * (count - 1)).astype(np.int64)
    room[row] = free[order][tenth] - WALKER_TO_WALL_M
    return room


def _has_footway(edges: gpd.GeoDataFrame, point: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which points have a way for feet alone beside them, at street level."""
    foot = edges["highway"].isin(FOOT_ONLY - {"pedestrian"}) & (edges["deck"] == "street")
    tree = shapely.STRtree(edges.geometry.to_numpy()[foot.to_numpy()])
    near, _ = tree.query(point, predicate="dwithin", distance=BESIDE_M)
    found = np.zeros(len(point), bool)
    found[near] = True
    return found


def _has_twin(
    edges: gpd.GeoDataFrame, row: NDArray[np.int64], point: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """Return which points of edges have another edge of the same name beside them.

    Edges that go on where this one ends do not count.
    """
    names = pd.factorize(edges["name"] + "\n" + edges["name_zh"])[0]
    named = (edges["name"] + edges["name_zh"] != "").to_numpy()
    ends = edges[["u", "v"]].to_numpy()
    at, other = shapely.STRtree(edges.geometry.to_numpy()).query(
        point, predicate="dwithin", distance=DUAL_M
    )
    own = row[at]
    same = (names[own] == names[other]) & named[own] & (own != other)
    goes_on = (ends[own][:, :, None] == ends[other][:, None, :]).any(axis=(1, 2))
    found = np.zeros(len(point), bool)
    found[at[same & ~goes_on]] = True
    return found


def _centrelines(
    streets: StreetNetwork, both: NDArray[np.bool_], half: NDArray[np.float64]
) -> gpd.GeoDataFrame:
    """Return the network as lines that `pavements` reads; all that is on it is walked."""
    edges = streets.edges
    steps = edges["steps"].to_numpy()
    tags = {tag: np.where(edges["deck"] == deck, "yes", "") for deck, tag in _DECK_TAGS.items()}
    return gpd.GeoDataFrame(
        {
            "osmid": edges["street"].to_numpy(),
            "name": edges["name"].to_numpy(),
            "name:zh": edges["name_zh"].to_numpy(),
            "highway": np.where(steps, "steps", edges["highway"]),
            "foot": "yes",
            "pavements": np.where(both, "both", "none"),
            "width": np.where(both, 2 * half, np.nan),
            **tags,
        },
        geometry=edges.geometry.to_numpy(),
        crs=streets.crs,
    )
