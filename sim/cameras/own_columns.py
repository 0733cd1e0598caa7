"""Heads as tables that users bring and take: their own index and columns, sectors, true north.

A user's columns stand beside a fleet by city rank, so that heads may be converted, turned, added or
left out.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from sim.arguments import refused
from sim.cameras.optics import TASKS
from sim.errors import InputError

NUMBERS = ("rank", "x", "y", "mount", "heading", "field_of_view", "near",
    *(f"range_{task}" for task in TASKS),
)  # fmt: skip
"""Columns that a fleet looks with."""
FROM_HEADS = "heads of a fleet, or make one of a table of your own with sim.Fleet.from_heads"


class OwnColumns(NamedTuple):
    """A user's columns, a head a row."""

    table: pd.DataFrame
    """In the user's index, without what a fleet holds itself."""
    rank: NDArray[np.int32]
    """City rank of each row."""
    geometry: str
    """What the user calls the column of points."""


def made_a_table(heads: object) -> None:
    """Refuse what is no GeoDataFrame as heads of a fleet."""
    if not isinstance(heads, gpd.GeoDataFrame):
        raise refused("heads", heads, FROM_HEADS)


def check_heads(heads: gpd.GeoDataFrame) -> None:
    """Refuse a table that lacks what a fleet looks with.

    Parameters
    ----------
    heads
        Of a fleet.

    Raises
    ------
    InputError
        A column is missing or holds no numbers, or the ranks do not ascend.
    """
    missing = [name for name in (*NUMBERS, "deck") if name not in heads]
    if missing:
        raise InputError(f"heads: no column {', '.join(missing)}; give {FROM_HEADS}")
    for name in NUMBERS if len(heads) else ():
        if not pd.api.types.is_numeric_dtype(heads[name]):
            raise InputError(f"heads: column {name} holds no numbers; give {FROM_HEADS}")
    if not heads["rank"].is_monotonic_increasing:
        raise InputError("heads: ranks do not ascend; put the rows in order: sort_values('rank')")


def own_columns(
    heads: gpd.GeoDataFrame, rank: pd.Series[int], known: Collection[str]
) -> OwnColumns | None:
    """Return what a table of heads holds beside a fleet's columns; None where that is nothing.

    Parameters
    ----------
    heads
        As the user gave them.
    rank
        City rank of each.
    known
        Columns that a fleet holds itself.
    """
    name = str(heads.geometry.name)
    held = {*known, name}
    table = pd.DataFrame(heads[[name for name in heads if name not in held]])
    plain = isinstance(heads.index, pd.RangeIndex) and heads.index.equals(pd.RangeIndex(len(heads)))
    name = "geometry" if name in known else name  # a fleet's own column of that name comes first
    unnamed = heads.index.name is None and name == "geometry"
    if plain and unnamed and not len(table.columns):
        return None
    return OwnColumns(table, np.asarray(rank, np.int32), name)


def with_own(heads: gpd.GeoDataFrame, own: OwnColumns | None) -> gpd.GeoDataFrame:
    """Return heads with the user's columns, in the user's index where every head is of the user's.

    Parameters
    ----------
    heads
        Of a fleet.
    own
        What the user's table held beside.
    """
    if own is None:
        return heads.copy()
    row = pd.Index(own.rank).get_indexer(heads["rank"])
    found = own.table.iloc[row]
    if (row < 0).any():
        found = own.table.reset_index(drop=True).reindex(np.where(row < 0, -1, row))
        found.index = heads.index
    geometry = heads.geometry.name
    beside = heads.drop(columns=geometry).set_index(found.index)
    joined = pd.concat([beside, found], axis=1)
    joined[own.geometry] = heads.geometry.to_numpy()
    return gpd.GeoDataFrame(joined, geometry=own.geometry, crs=heads.crs)


def sectors_of(heads: gpd.GeoDataFrame, reach: str) -> NDArray[np.object_]:
    """Return the ring sector of every head between its near limit and a range.

    Parameters
    ----------
    heads
        Of a fleet.
    reach
        Column of the range, m.
    """
    names = ("x", "y", "heading", "field_of_view", "near", reach)
    rows = np.column_stack([heads[name].to_numpy(np.float64) for name in names])
    return np.array([_sector(*row) for row in rows.tolist()], object)


def _sector(
    x: float, y: float, heading: float, field_of_view: float, near: float, reach: float
) -> shapely.Polygon:
    """Return a ring sector; bearings are degrees clockwise from north."""
    if reach <= near:
        return shapely.Polygon()
    if field_of_view >= 360:
        bearing = np.radians(np.arange(360.0))
        hole = [_arc(x, y, near, bearing)] if near > 0 else []
        return shapely.Polygon(_arc(x, y, reach, bearing), hole)
    steps = max(int(np.ceil(field_of_view)), 1) + 1
    bearing = np.radians(heading + np.linspace(-field_of_view / 2, field_of_view / 2, steps))
    inner = _arc(x, y, near, bearing[::-1]) if near > 0 else np.array([[x, y]])
    return shapely.Polygon(np.concatenate([_arc(x, y, reach, bearing), inner]))


def _arc(x: float, y: float, radius: float, bearing: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([x + radius * np.sin(bearing), y + radius * np.cos(bearing)])


def convergence(crs: str, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the bearing of true north less that of the grid's, degrees."""
    to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    factors = pyproj.Proj(crs).get_factors(*to_degrees.transform(x, y))
    return np.asarray(factors.meridian_convergence, np.float64)
