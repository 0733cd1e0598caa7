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


def trees_met(features: Features) -> gpd.GeoDataFrame:
    """Return the trees that the stream has met, those of rows every 8 m, WGS 84.

    Parameters
    ----------
    features
        What the stream through the extract kept.
    """
    shapes = shapely.from_wkb([bytes.fromhex(shape) for shape in features.tree_shapes])
    points = [_along(shape) for shape in np.asarray(shapes, object)]
    count = [len(some) for some in points]
    columns = ["species", "trunk_mm", "height", "spread"]
    table = pd.DataFrame(features.trees, columns=columns).astype(
        {"species": object, **dict.fromkeys(columns[1:], np.float64)}
    )
    rows = table.iloc[np.repeat(np.arange(len(table)), count)].reset_index(drop=True)
    place = np.concatenate([*points, np.empty((0, 2))])
    return gpd.GeoDataFrame(rows, geometry=shapely.points(place), crs="EPSG:4326")


def _along(shape: BaseGeometry) -> NDArray[np.float64]:
    """Return longitude and latitude of a tree, or of those along a row."""
    place: NDArray[np.float64] = shapely.get_coordinates(shape)
    if len(place) == 1:
        return place
    wide = math.cos(math.radians(place[:, 1].mean()))
    step = np.hypot(*(np.diff(place, axis=0) * (wide, 1.0)).T) * DEGREE_M
    at = np.concatenate([[0.0], np.cumsum(step)])
    wanted = np.linspace(0.0, at[-1], max(round(at[-1] / ROW_M), 1) + 1)
    return np.column_stack([np.interp(wanted, at, place[:, k]) for k in (0, 1)])
