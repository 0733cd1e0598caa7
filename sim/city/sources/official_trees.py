"""The Government's roadside trees: where they stand, their species and their trunks."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from sim.area import HONG_KONG_CRS
from sim.city.sources.official_records import POINT, numbers, read_records, texts

FIELDS = ("OBJECTID", "TREE_ID", "DBH", "SPECIES_NAME", "HEIGHT", "SPREAD")
"""The layer has neither height nor spread (m); a table of the same names does."""
SAME_M = 1.0
"""Trees of one number this near to each other are one."""


def read_official_trees(path: Path) -> tuple[gpd.GeoDataFrame, dict[str, float]]:
    """Read the layer of roadside trees.

    Parameters
    ----------
    path
        The whole layer as GeoJSON, or JSON of the server.

    Returns
    -------
    trees
        Points, EPSG:2326, with species, trunk_mm, height and spread (m), NaN where missing.
    report
        What was left out, or not known, counted.

    Raises
    ------
    InputError
        As `read_records`.
    """
    records = read_records(path, FIELDS, POINT)
    point = shapely.force_2d(records.shape)
    place = np.round(shapely.get_coordinates(point) / SAME_M)
    named = zip(texts(records.fields["TREE_ID"]), map(tuple, place.tolist()), strict=True)
    first: dict[object, int] = {}
    for row, key in enumerate(named):
        first.setdefault(key, row)
    keep = np.array(sorted(first.values()))
    trunk, height, spread = (numbers(records.fields[name]) for name in ("DBH", "HEIGHT", "SPREAD"))
    trees = gpd.GeoDataFrame(
        {
            "species": texts(records.fields["SPECIES_NAME"]), "trunk_mm": trunk,
            "height": height, "spread": spread,
        },
        geometry=point, crs=HONG_KONG_CRS,
    ).iloc[keep].reset_index(drop=True)  # fmt: skip
    report = {
        **records.left_out,
        "trees_twice": float(len(point) - len(keep)),
        "trees_without_trunk": float((~(trees["trunk_mm"] > 0)).sum()),
    }
    return trees, {name: count for name, count in report.items() if count}
