"""Tables with geometry as vector tiles in PMTiles files, for web maps that need no server.

Comes in: a GeoDataFrame; goes out: one file with one layer of its name, by the driver of GDAL that
pyogrio brings. Tiles are for looking: places are rounded and shapes cut at the edges of tiles.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import pyogrio  # type: ignore[import-untyped]

from sim.errors import InputError

LOWEST_ZOOM, HIGHEST_ZOOM = 10, 16
"""Whole districts; single street corners. Web maps draw higher zooms from the highest."""
DRIVER = "PMTiles"
TILE_NOTES = (
    f"Files are PMTiles with Mapbox vector tiles of zooms {LOWEST_ZOOM} to {HIGHEST_ZOOM} in web "
    "Mercator, each with one layer of its name; tables without geometry are not in this export.",
    "Tiles are for looking, not for measuring: places are rounded to 0.14 m at zoom "
    f"{HIGHEST_ZOOM} and to 9 m at zoom {LOWEST_ZOOM}, a shape is cut at the edges of tiles and so "
    "counted once a tile, what is shorter than the rounding is left out, and where a tile would "
    "exceed 500 kB the writer rounds it more coarsely or leaves shapes out.",
)


_COARSER = "At least one tile exceeded"
"""Begins what GDAL warns of where a tile is too large."""


def write_tiles(table: gpd.GeoDataFrame, path: Path) -> str:
    """Write a table with geometry as one PMTiles file; its layer has the name of the file.

    Parameters
    ----------
    table
        Of a known coordinate system.
    path
        The file, which must not be there.

    Returns
    -------
    str
        What a reader must know of this file: that tiles are coarser than they should be. Empty
        where none is.

    Raises
    ------
    InputError
        The GDAL of this installation cannot write such files.
    """
    if "w" not in pyogrio.list_drivers().get(DRIVER, ""):
        raise InputError(
            f"pmtiles: GDAL {pyogrio.__gdal_version_string__} of pyogrio cannot write them; "
            "install pyogrio 0.8 or newer from PyPI, or choose another format"
        )
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        pyogrio.write_dataframe(
            table.to_crs(4326), path, layer=path.stem, driver=DRIVER,
            NAME=path.stem, MINZOOM=str(LOWEST_ZOOM), MAXZOOM=str(HIGHEST_ZOOM),
        )  # fmt: skip
    words = sorted({str(one.message) for one in told})
    for one in told:
        if not str(one.message).startswith(_COARSER):
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    return "; ".join(word for word in words if word.startswith(_COARSER))
