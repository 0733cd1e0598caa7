"""Digests of a city: of what sight depends on, and of all that results may depend on.

A stage or a cell that was finished under the same digest is the answer again, so whatever a later
room may look at is covered here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.city.model import City
from sim.digests import digest_of


def scene_digest(city: City) -> str:
    """Return the digest of what sight depends on: streets, walls, roofs, area, ground, crowns."""
    arrays = (*city.streets.arrays, *city.walls.arrays, *city.roofs, *(city.masked or ()))
    ground = city.ground
    heights = () if ground is None else (ground.height, ground.west, ground.south, ground.cell)
    crowns = city.crown_arrays if city.crowns else ()
    return digest_of(*arrays, shapely.to_wkb(city.area.polygon), *heights, *crowns)


def city_digest(city: City, *, without_sources: Collection[str] = ()) -> str:
    """Return the digest of all of a city that results may depend on.

    It covers the scene, every column of streets, walls and places, the area with its halo and
    districts, and the sources with their own digests; not the names that texts call the area by.

    Parameters
    ----------
    city
        With the user's own files read into it, if there are any.
    without_sources
        Kinds of sources that nothing computed depends on.
    """
    area, streets, walls = city.area, city.streets, city.walls
    tables = (streets.nodes, streets.edges, walls.footprints, city.places.table)
    sources = city.provenance.get("sources", [])
    return digest_of(
        scene_digest(city),
        *(part for table in tables for part in _columns(table)),
        *map(_shapes, (walls.footprints, city.places.table)),
        walls.kind,
        shapely.to_wkb(area.region),
        repr(area.parts),
        area.crs,
        area.halo_m,
        [source for source in sources if source.get("kind") not in without_sources],
        city.provenance.get("streets_kind"),
    )


def _columns(table: gpd.GeoDataFrame) -> tuple[list[str], NDArray[np.uint64]]:
    """Return the names of all columns but the geometry, and a hash of each row of them."""
    plain = pd.DataFrame(table.drop(columns=table.geometry.name))
    rows: NDArray[np.uint64] = np.asarray(pd.util.hash_pandas_object(plain, index=False), np.uint64)
    return [str(name) for name in plain.columns], rows


def _shapes(table: gpd.GeoDataFrame) -> bytes:
    return b"".join(shapely.to_wkb(table.geometry.to_numpy()))
