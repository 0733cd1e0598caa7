"""Both sides of a street where a map draws only its middle.

It decides which streets of a walking network get two pavements: those that no mapped footway
accompanies and that are no half of a dual carriageway, whose two lines stand for its two sides
already. The pavements themselves are drawn by `sim.city.pavements`.
"""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.city.pavements import HALF_CARRIAGEWAY_M, pavements
from sim.city.streets import FOOT_ONLY, StreetNetwork

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
_DECK_TAGS = {"footbridge": "bridge", "subway": "tunnel", "covered": "covered"}


def with_both_sides(streets: StreetNetwork) -> StreetNetwork:
    """Draw both pavements of the streets that have none on the map, with crossings.

    Parameters
    ----------
    streets
        A walking network whose streets are drawn in their middle.

    Returns
    -------
    A network in which such streets are walked on two pavements and crossed at junctions of three
    streets or more; its report says how many kilometres of street they are. `unwalked` stays as it
    was, and so does the length of carriageways.
    """
    bare = _without_sides(streets)
    lines = _centrelines(streets, bare)
    nodes, edges = pavements(lines)
    drawn = StreetNetwork.build(nodes, edges, streets.crs, private=True)
    report = {**streets.report, "both_sides_inferred_km": _km(streets, bare)}
    return replace(drawn, report=report, unwalked=streets.unwalked)


def _km(streets: StreetNetwork, chosen: NDArray[np.bool_]) -> float:
    return round(float(streets.edges["length"].to_numpy()[chosen].sum()) / 1000, 3)


def _without_sides(streets: StreetNetwork) -> NDArray[np.bool_]:
    """Tell which edges are streets whose pavements are not on the map."""
    edges = streets.edges
    kinds = set(HALF_CARRIAGEWAY_M) - SHARED_SURFACE
    street = edges["highway"].isin(kinds) & (edges["deck"] == "street")
    row = np.flatnonzero(street.to_numpy() & ~edges["steps"].to_numpy())
    line = edges.geometry.to_numpy()
    count = np.ceil(edges["length"].to_numpy()[row] / SPACING_M).astype(np.int64)
    of = np.repeat(np.arange(len(row)), count)
    step = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    point = shapely.line_interpolate_point(line[row][of], (step + 0.5) / count[of], normalized=True)
    beside = _has_footway(edges, point) | _has_twin(edges, row[of], point)
    share = np.bincount(of, beside, minlength=len(row)) / np.maximum(count, 1)
    bare = np.zeros(len(edges), bool)
    bare[row[share < ACCOMPANIED]] = True
    return bare


def _has_footway(edges: gpd.GeoDataFrame, point: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which points have a way for feet alone beside them, at street level."""
    foot = edges["highway"].isin(FOOT_ONLY - {"pedestrian"}) & (edges["deck"] == "street")
    tree = shapely.STRtree(edges.geometry.to_numpy()[foot.to_numpy()])
    near, _ = tree.query(point, predicate="dwithin", distance=BESIDE_M)
    found = np.zeros(len(point), bool)
    found[near] = True
    return found


def _has_twin(
    edges: gpd.GeoDataFrame, row: NDArray[np.int64], point: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """Tell which points of edges have another edge of the same name beside them.

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


def _centrelines(streets: StreetNetwork, bare: NDArray[np.bool_]) -> gpd.GeoDataFrame:
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
            "pavements": np.where(bare, "both", "none"),
            **tags,
        },
        geometry=edges.geometry.to_numpy(),
        crs=streets.crs,
    )
