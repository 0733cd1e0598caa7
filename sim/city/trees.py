"""Trees beside streets as solids that hide: how large a crown is, and what sight reads of it.

A crown is an upright prism over a regular octagon as large as its circle, between a lower and an
upper edge, opaque all year; lines of sight pass over, under and beside it. Trunks hide nothing.
Neither of the maps that are read states crowns, so they follow from species and trunk
(`CLASSES`, `GROUPS`), an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]

SIDES = 8
APOTHEM = float(np.sqrt(np.pi / (SIDES * np.tan(np.pi / SIDES))))
"""From the middle of an octagon to its sides, as a share of the radius of a circle as large: 0.974;
its corners lie at 1.054, so a crown's outline is right to 5.4 % of its radius."""
CLASSES = (
    (100.0, 4.0, 2.5), (200.0, 7.0, 4.0), (300.0, 9.0, 5.0), (450.0, 11.0, 6.5),
    (650.0, 13.0, 9.0), (np.inf, 15.0, 12.0),
)  # fmt: skip
"""Trunk below so many mm (at breast height), height and spread of the crown, m: an assumption."""
UNKNOWN_TRUNK_MM = 150.0
"""Of a tree of which no trunk is known."""
PALM_M = 8.0, 4.0, 5.0
"""Height, spread and lower edge of the crown of a palm, m."""
LOWER_EDGE, HEADROOM_M = 1 / 3, 2.5
"""A crown begins a third up, and no lower than a pavement is kept clear."""
GROUPS = {
    "palm": (
        "archontophoenix", "bismarckia", "caryota", "cocos", "dypsis", "livistona", "phoenix",
        "ptychosperma", "roystonea", "syagrus", "trachycarpus", "washingtonia", "wodyetia",
    ),
    "narrow": (
        "araucaria", "callistemon", "casuarina", "cupressus", "eucalyptus", "juniperus",
        "melaleuca", "pinus", "podocarpus", "polyalthia", "taxodium",
    ),
    "broad": (
        "acacia", "albizia", "aleurites", "bombax", "celtis", "delonix", "ficus", "peltophorum",
        "samanea", "spathodea", "terminalia",
    ),
}  # fmt: skip
"""Genera whose crowns are not as wide as their trunks say."""
SPREADS = {"narrow": 0.7, "broad": 1.3}
LIMITS = {"height": (1.5, 60.0), "spread": (0.5, 40.0), "trunk_mm": (10.0, 5000.0)}
"""What is measured counts between these, m and mm; otherwise as missing."""
THINNEST_M = 0.5
ONE_TREE_M = 3.0
"""Trees of two sources nearer than this are one."""
AROUND_M = 150.0
"""Trees count so far beyond the region: a camera at its rim looks past them."""
ASSUMPTION = (
    "trees: hide nothing unless a scenario says trees: crowns; then each crown is opaque all year, "
    "as wide and high as its species and trunk make likely"
)


class CrownArrays(NamedTuple):
    """Crowns as sight reads them."""

    x: Floats
    y: Floats
    apothem: Floats
    """From the middle to the sides of the octagon, of which four face east, north, west, south."""
    base: Floats
    """Lower edge above the ground under the tree, m."""
    top: Floats


NO_CROWNS = CrownArrays(*(np.empty(0) for _ in range(5)))


@dataclass(frozen=True)
class Trees:
    """Trees of a city.

    Attributes
    ----------
    table
        Points (projected metres) with the radius of the crown, its base and its top above the
        ground (m), and of: measured, trunk or assumed, what the crown was told by.
    report
        What was left out, counted.
    """

    table: gpd.GeoDataFrame
    report: dict[str, float] = field(default_factory=dict)

    @cached_property
    def crowns(self) -> CrownArrays:
        """The crowns as plain arrays."""
        x, y = shapely.get_coordinates(self.table.geometry.to_numpy()).T
        radius, base, top = (
            self.table[name].to_numpy(np.float64) for name in ("radius", "base", "top")
        )
        return CrownArrays(x.copy(), y.copy(), APOTHEM * radius, base, top)


def trees_of(found: list[gpd.GeoDataFrame], crs: str, region: BaseGeometry) -> Trees | None:
    """Return the trees around a region with their crowns; None of none.

    Parameters
    ----------
    found
        Points of one source each, the better source first, with columns species, trunk_mm, height
        and spread (m); missing numbers are NaN. A tree of a later source within 3 m of one of an
        earlier is the same.
    crs
        Projected system of the city.
    region
        In its metres.
    """
    kept: list[gpd.GeoDataFrame] = []
    report = {"trees_in_two_sources": 0.0}
    reach = region.buffer(AROUND_M)
    shapely.prepare(reach)
    for table in (one.to_crs(crs) for one in found if len(one)):
        near = table[shapely.intersects(reach, table.geometry.to_numpy())]
        for before in kept:
            tree = shapely.STRtree(before.geometry.to_numpy())
            same = tree.query(near.geometry.to_numpy(), predicate="dwithin", distance=ONE_TREE_M)[0]
            again = np.isin(np.arange(len(near)), same)
            report["trees_in_two_sources"] += float(again.sum())
            near = near[~again]
        kept.append(near)
    if not sum(map(len, kept)):
        return None
    table = gpd.GeoDataFrame(pd.concat(kept, ignore_index=True), crs=crs)
    crowns = crowns_by(table)
    return Trees(
        gpd.GeoDataFrame(crowns, geometry=table.geometry, crs=crs),
        {name: count for name, count in report.items() if count},
    )


def crowns_by(trees: pd.DataFrame) -> pd.DataFrame:
    """Return radius, base and top of crowns (m), and of: what each was told by.

    Parameters
    ----------
    trees
        Columns species, trunk_mm, height and spread, as `trees_of` takes them.
    """
    measured = {name: _within(trees[name], *limits) for name, limits in LIMITS.items()}
    number, named = pd.factorize(trees["species"])
    group = np.array([group_of(words) for words in named], object)[number]
    trunk = measured["trunk_mm"]
    known = np.isfinite(trunk)
    below = np.array([limit for limit, _, _ in CLASSES])
    row = np.searchsorted(below, np.where(known, trunk, UNKNOWN_TRUNK_MM), side="right")
    height = np.array([height for _, height, _ in CLASSES])[row]
    spread = np.array([spread for _, _, spread in CLASSES])[row]
    spread = spread * np.array([SPREADS.get(name, 1.0) for name in group])
    palm = group == "palm"
    height, spread = np.where(palm, PALM_M[0], height), np.where(palm, PALM_M[1], spread)
    high, wide = np.isfinite(measured["height"]), np.isfinite(measured["spread"])
    height = np.where(high, measured["height"], height)
    spread = np.where(wide, measured["spread"], spread)
    base = np.where(palm, height * PALM_M[2] / PALM_M[0], height * LOWER_EDGE)
    base = np.minimum(np.maximum(base, HEADROOM_M), height - THINNEST_M)
    of = np.where(high & wide, "measured", np.where(known, "trunk", "assumed"))
    return pd.DataFrame({"radius": spread / 2, "base": base, "top": height, "of": of})


def group_of(species: str) -> str:
    """Return the group of a species that is named: palm, narrow, broad, or other.

    Parameters
    ----------
    species
        Its Latin name, the genus first; may be empty.
    """
    genus = species.strip().lower().split(" ")[0]
    return next((group for group, genera in GROUPS.items() if genus in genera), "other")


def _within(column: pd.Series, least: float, most: float) -> Floats:
    value = column.to_numpy(np.float64)
    return np.where((value >= least) & (value <= most), value, np.nan)
