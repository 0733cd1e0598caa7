"""Points of the user's own that weigh something: where a campaign, a school or a study looks.

They come from a layer of shapes (a polygon counts where its middle is) or from a table of
positions. What is done at such a point is decided by whoever asks for them.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.sources.files import read_shapes
from sim.city.sources.shapes import plain_shapes
from sim.city.sources.tables import (
    LATITUDE,
    LONGITUDE,
    is_table,
    listed,
    numbers_of,
    read_table,
)
from sim.errors import InputError

WEIGHT = "weight"


def read_points(path: str | Path, crs: str) -> gpd.GeoDataFrame:
    """Read points with weights.

    Parameters
    ----------
    path
        GeoJSON, GeoParquet or GeoPackage; or CSV or Parquet with lon, lat (WGS 84) or x, y (metres
        in `crs`), a point a row. A column weight makes some count more; without it all weigh 1.
        The points of a MultiPoint share its weight evenly.
    crs
        Projected system of the result.

    Returns
    -------
    GeoDataFrame
        Column weight (above 0), geometry (points). Rows without a usable shape are left out and
        counted in attrs["left_out"], by reason.

    Raises
    ------
    InputError
        The file cannot be read, holds no points, or a weight is not above 0.
    """
    path = Path(path)
    points = _table(path, crs) if is_table(path) else _shapes(path, crs)
    if points.empty:
        raise InputError(f"{path}: holds no points; give at least one")
    return points


def _check_weights(path: Path, weight: NDArray[np.float64]) -> None:
    wrong = ~(weight > 0)
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(f"{path}: row {row + 1}: a weight must be above 0")


def _table(path: Path, crs: str) -> gpd.GeoDataFrame:
    table = read_table(path, {WEIGHT, *LONGITUDE, *LATITUDE, "x", "y"})
    points = table.points("", crs)
    if points is None:
        raise InputError(
            f"{path}:1: no columns lon and lat, or x and y (found: {listed(table.names)})"
        )
    name = table.find(WEIGHT)
    weight = np.ones(len(points)) if name is None else table.numbers(name, empty=1.0)
    _check_weights(path, weight)
    return gpd.GeoDataFrame({WEIGHT: weight}, geometry=shapely.points(points), crs=crs)


def _shapes(path: Path, crs: str) -> gpd.GeoDataFrame:
    frame = read_shapes(path)
    plain = plain_shapes(frame.to_crs(crs).geometry.to_numpy())
    names = {str(name).lower(): name for name in frame.columns}
    weight = np.ones(len(frame))
    if WEIGHT in names:
        column = frame[names[WEIGHT]]
        weight = np.where(column.isna(), 1.0, numbers_of(path, column, WEIGHT))
        _check_weights(path, weight)
    points = gpd.GeoDataFrame(
        {WEIGHT: weight[plain.row] * plain.share},
        geometry=shapely.point_on_surface(plain.shape),
        crs=crs,
    )
    points.attrs["left_out"] = plain.left_out
    return points
