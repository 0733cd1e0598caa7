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
from sim.city.sources.shapes import POINT, plain_shapes
from sim.city.sources.tables import (
    LATITUDE,
    LONGITUDE,
    is_table,
    listed,
    numbers_of,
    read_table,
)
from sim.errors import InputError
from sim.nearest import tree_of
from sim.wording import counted

WEIGHT = "weight"
SAME_POLE_M = 0.1
MOST_POLES = 200_000


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


def read_poles(path: str | Path, crs: str) -> gpd.GeoDataFrame:
    """Read poles: the places where cameras may hang.

    Parameters
    ----------
    path, crs
        As `read_points`; other shapes than points are refused.

    Returns
    -------
    GeoDataFrame
        Geometry alone (points), a pole a row. Poles within 0.1 m of an earlier one are left out;
        attrs["left_out"] counts them, and rows without a usable shape, by reason.

    Raises
    ------
    InputError
        The file cannot be read, holds no points or too many, or a shape that is not a point.
    """
    path = Path(path)
    if is_table(path):
        points = _table(path, crs)
    else:
        plain = plain_shapes(read_shapes(path).to_crs(crs).geometry.to_numpy())
        other = shapely.get_type_id(plain.shape) != POINT
        if other.any():
            row = int(plain.row[other.argmax()])
            kind = plain.shape[other.argmax()].geom_type
            raise InputError(f"{path}: row {row + 1}: a {kind}; poles are points, a row each")
        points = gpd.GeoDataFrame(geometry=plain.shape, crs=crs)
        points.attrs["left_out"] = plain.left_out
    if not 1 <= len(points) <= MOST_POLES:
        raise InputError(f"{path}: {counted(len(points), 'pole')}; give 1 to {MOST_POLES:,}")
    return _without_repeats(points)


def _without_repeats(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return points of which none lies within 0.1 m of an earlier one."""
    spot = shapely.get_coordinates(points.geometry.to_numpy())
    pairs = tree_of(spot).query_pairs(SAME_POLE_M, output_type="ndarray")
    kept = np.ones(len(spot), bool)
    kept[pairs.max(axis=1)] = False
    found = points.loc[kept, ["geometry"]].reset_index(drop=True)
    left_out = dict(points.attrs.get("left_out", {}))
    if not kept.all():
        left_out["that stand where another does"] = int((~kept).sum())
    found.attrs["left_out"] = left_out
    return found


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
