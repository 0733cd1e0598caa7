"""Trees and rows of trees of an OpenStreetMap extract, as its tags tell them."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sim.city.sources.extract_content import Features

ROW_M = 8.0
"""Trees of a row stand so far apart: an assumption."""
DEGREE_M = 111_320.0
POINT = 0
"""The number that shapely gives to points."""


def trees_met(features: Features) -> gpd.GeoDataFrame:
    """Return the trees that the stream has met, those of rows every 8 m, WGS 84.

    Parameters
    ----------
    features
        What the stream through the extract kept.
    """
    hexadecimal = [bytes.fromhex(shape) for shape in features.tree_shapes]
    shapes = np.asarray(shapely.from_wkb(hexadecimal), object)
    single = shapely.get_type_id(shapes) == POINT
    lined = [_along(row) for row in shapes[~single]]
    count = np.ones(len(shapes), np.int64)
    count[~single] = [len(row) for row in lined]
    place, alone = np.empty((count.sum(), 2)), np.repeat(single, count)
    place[alone] = shapely.get_coordinates(shapes[single])
    place[~alone] = np.concatenate([*lined, np.empty((0, 2))])
    columns = ["species", "trunk_mm", "height", "spread"]
    table = pd.DataFrame(features.trees, columns=columns).astype(
        {"species": object, **dict.fromkeys(columns[1:], np.float64)}
    )
    rows = table.iloc[np.repeat(np.arange(len(table)), count)].reset_index(drop=True)
    return gpd.GeoDataFrame(rows, geometry=shapely.points(place), crs="EPSG:4326")


def _along(shape: BaseGeometry) -> NDArray[np.float64]:
    """Return longitude and latitude of the trees along a row."""
    place: NDArray[np.float64] = shapely.get_coordinates(shape)
    wide = math.cos(math.radians(place[:, 1].mean()))
    step = np.hypot(*(np.diff(place, axis=0) * (wide, 1.0)).T) * DEGREE_M
    at = np.concatenate([[0.0], np.cumsum(step)])
    wanted = np.linspace(0.0, at[-1], max(round(at[-1] / ROW_M), 1) + 1)
    return np.column_stack([np.interp(wanted, at, place[:, k]) for k in (0, 1)])
