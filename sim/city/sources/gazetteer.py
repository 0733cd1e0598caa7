"""The built-in gazetteer: MTR stations and public markets of Hong Kong, in two languages.

It reads one small table that is shipped with the package and gives points in the HK80 grid. It
knows nothing of streets; entrances are a station's mean, so a walk starts near, not at, a door.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from sim.area import HONG_KONG_CRS
from sim.city.places import Places


def gazetteer() -> gpd.GeoDataFrame:
    """Return the 98 MTR stations and the public markets in use.

    Returns
    -------
    Points (EPSG:2326) with kind ("station" or "market"), name, name_zh and weight: exits of a
    station, stalls of a market. Sources stand in the header of `sim/facts/places.csv`.
    """
    return _gazetteer().copy()


@cache
def _gazetteer() -> gpd.GeoDataFrame:
    text = files("sim.facts").joinpath("places.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    columns = {name: [row[name] for row in rows] for name in ("kind", "name", "name_zh")}
    return gpd.GeoDataFrame(
        {**columns, "weight": [float(row["weight"]) for row in rows]},
        geometry=shapely.points([(float(row["x"]), float(row["y"])) for row in rows]),
        crs=HONG_KONG_CRS,
    )


def gazetteer_within(region: BaseGeometry) -> Places:
    """Return the stations and markets inside a polygon (EPSG:2326)."""
    table = gazetteer()
    return Places(table[table.within(region)].reset_index(drop=True))
