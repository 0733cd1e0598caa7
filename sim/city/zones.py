"""Zones of the user's own by which streets are grouped: planning units, census groups, wards.

They come as polygons, or as points where no outlines are to be had; a point then stands for all
that is nearer to it than to any other, which is not the unit's boundary, and is called so. What is
seen in a zone is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from sim.city.sources.files import read_shapes
from sim.city.sources.shapes import names_of, plain_shapes
from sim.city.sources.tables import LATITUDE, LONGITUDE, is_table, listed, read_table
from sim.errors import InputError
from sim.wording import counted

NAMES = ("name", "unit", "tpu_id", "tpu", "id")
"""Columns in which a zone's name is looked for."""
MOST_ZONES = 5_000


def read_zones(path: str | Path, crs: str) -> gpd.GeoDataFrame:
    """Read zones with names.

    Parameters
    ----------
    path
        GeoJSON, GeoParquet or GeoPackage with polygons or points; or CSV or Parquet with lon, lat
        (WGS 84) or x, y (metres in `crs`), a point a row. The first of `NAMES` that is a column
        names the zone; zones of one name are one.
    crs
        Projected system of the result.

    Returns
    -------
    GeoDataFrame
        Column name (text), geometry: all points or all polygons. Rows without a usable shape are
        left out and counted in attrs["left_out"], by reason.

    Raises
    ------
    InputError
        The file cannot be read, has no names, or holds points and polygons or neither.
    """
    path = Path(path)
    zones = _table(path, crs) if is_table(path) else _shapes(path, crs)
    if not 1 <= len(zones) <= MOST_ZONES:
        raise InputError(f"{path}: {counted(len(zones), 'zone')}; give 1 to {MOST_ZONES:,}")
    return zones


def _check_names(path: Path, names: Sequence[str], rows: Iterable[int]) -> None:
    for row in rows:
        if not names[row]:
            raise InputError(f"{path}: row {row + 1}: a zone has no name; give one")


def are_points(zones: gpd.GeoDataFrame) -> bool:
    """Return whether zones are points, so that nothing is known of their boundaries."""
    return bool((shapely.get_dimensions(zones.geometry.to_numpy()) == 0).all())


def _table(path: Path, crs: str) -> gpd.GeoDataFrame:
    table = read_table(path, {*NAMES, *LONGITUDE, *LATITUDE, "x", "y"})
    points = table.points("", crs)
    if points is None:
        raise InputError(
            f"{path}:1: no columns lon and lat, or x and y (found: {listed(table.names)})"
        )
    name = table.find(*NAMES)
    if name is None:
        raise _no_name(path, list(table.names))
    names = names_of(pd.Series(table.texts(name), dtype=object)).tolist()
    _check_names(path, names, range(len(names)))
    return gpd.GeoDataFrame({"name": names}, geometry=shapely.points(points), crs=crs)


def _shapes(path: Path, crs: str) -> gpd.GeoDataFrame:
    frame = read_shapes(path)
    by_name = {str(name).lower(): name for name in frame.columns if name != frame.geometry.name}
    column = next((by_name[name] for name in NAMES if name in by_name), None)
    if column is None:
        raise _no_name(path, [str(name) for name in by_name.values()])
    plain = plain_shapes(frame.to_crs(crs).geometry.to_numpy())
    if plain.is_line.any() or plain.is_area.any() != plain.is_area.all():
        raise InputError(f"{path}: give all zones as polygons, or all as points")
    names = names_of(frame[column])
    _check_names(path, names.tolist(), plain.row.tolist())
    zones = gpd.GeoDataFrame({"name": names[plain.row]}, geometry=plain.shape, crs=crs)
    zones.attrs["left_out"] = plain.left_out
    return zones.astype({"name": "str"})


def _no_name(path: Path, names: list[str]) -> InputError:
    return InputError(
        f"{path}: no column {', '.join(NAMES)} (found: {listed(names)}); name the zones in one"
    )
