"""Buildings of an extract where the Government's layer has none: each building once.

The official layer comes first. What the extract has on ground where the layer has a block, even one
that is open on its sides, is the same thing mapped twice and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from sim.area import HONG_KONG_CRS

SAME_SHARE = 0.1
"""A building is known officially where blocks cover more than this of its ground: outlines of two
surveys that share a wall overlap by slivers."""


def lacking(
    mapped: Iterable[gpd.GeoDataFrame], known: NDArray[np.object_]
) -> tuple[list[gpd.GeoDataFrame], dict[str, float]]:
    """Return the mapped buildings that an official layer lacks, and how many there are.

    Parameters
    ----------
    mapped
        Tables of polygons, any CRS.
    known
        Areas of the official layer, EPSG:2326.

    Returns
    -------
    buildings
        The tables with the rows that stay.
    report
        How many are filled in, and how many are known officially.
    """
    tree = shapely.STRtree(known)
    left, filled, twice = [], 0, 0
    for table in mapped:
        if table.empty:
            continue
        shape = shapely.make_valid(table.geometry.to_crs(HONG_KONG_CRS).to_numpy())
        row, block = tree.query(shape, predicate="intersects")
        shared = shapely.area(shapely.intersection(shape[row], known[block]))
        covered = np.bincount(row, shared, len(shape))
        new = covered <= SAME_SHARE * shapely.area(shape)
        filled, twice = filled + int(new.sum()), twice + int((~new).sum())
        left.append(table[new])
    report = {"buildings_filled_in": float(filled), "buildings_known_officially": float(twice)}
    return left, report
