"""What an OpenStreetMap extract holds around its streets: water, parks, coast, names of quarters.

Nothing is computed from it; a map draws it so that readers know where they are. What the stream
through the file has met becomes one table in WGS 84, cut to a box, with its counts limited.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sim.city.sources.box import Box
from sim.city.sources.extract_content import Around
from sim.city.tags import split_name

SMALLEST_NAMED_M2 = 2000.0
"""A park has a name where it is no smaller."""
DEGREE_M = 111_320.0
"""Length of a degree of a great circle."""
MOST_AREAS = 20_000
MOST_NAMES = 2_000
MOST_COAST = 5_000
"""What comes after so many is left out, so that a file cannot fill a page."""
LONGEST_NAME = 80
AT_ONCE = 10_000


def surroundings_met(around: Around, box: Box) -> gpd.GeoDataFrame:
    """Return what lies around the streets of an extract.

    Parameters
    ----------
    around
        What the stream through the extract kept.
    box
        What does not touch it is left out.

    Returns
    -------
    Rows (WGS 84) with kind, name and name_zh: polygons "water" and "green", lines "coastline", and
    points that carry a name, of the kinds of `sim.city.sources.surroundings_tags.NAME_TAGS` and
    "park".
    """
    rows, shapes = _kept(around, box)
    named = np.array([around.rows[row][0] == "name" for row in rows], bool)
    names = [split_name(*around.rows[row][2:]) for row in rows]
    table = pd.DataFrame(
        {
            "kind": np.array([around.rows[row][1] for row in rows], object),
            "name": np.array([name[:LONGEST_NAME] for name, _ in names], object),
            "name_zh": np.array([name[:LONGEST_NAME] for _, name in names], object),
        }
    )
    park = (table["kind"] == "park").to_numpy()
    latitude = np.radians(shapely.bounds(shapes)[:, 1])
    small = shapely.area(shapes) * DEGREE_M**2 * np.cos(latitude) < SMALLEST_NAMED_M2
    shapes[named] = shapely.point_on_surface(shapes[named])
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")
    whole = ~(frame.geometry.is_empty | frame.geometry.isna() | (park & small))
    return frame[whole].reset_index(drop=True)


def _kept(around: Around, box: Box) -> tuple[list[int], NDArray[np.object_]]:
    """Return the rows that touch the box, no more of each sort than are kept, and their shapes.

    They are looked at in turns, because those that are not kept may be very many.
    """
    most = {"ground": MOST_AREAS, "name": MOST_NAMES, "coast": MOST_COAST}
    found: dict[str, list[tuple[int, BaseGeometry]]] = {sort: [] for sort in most}
    for first in range(0, len(around.rows), AT_ONCE):
        some = [
            row
            for row in range(first, min(first + AT_ONCE, len(around.rows)))
            if len(found[around.rows[row][0]]) < most[around.rows[row][0]] and _is_told(around, row)
        ]
        shapes = np.asarray(shapely.from_wkb([around.shape(row) for row in some]), object)
        for at in np.flatnonzero(_meets(box, shapes)):
            sort = found[around.rows[some[at]][0]]
            if len(sort) < most[around.rows[some[at]][0]]:
                sort.append((some[at], shapes[at]))
    both = [pair for sort in most for pair in found[sort]]
    kept = np.empty(len(both), object)
    kept[:] = [shape for _, shape in both]
    return [row for row, _ in both], kept


def _is_told(around: Around, row: int) -> bool:
    """Return whether something that stands there for its name has one."""
    sort, _, *names = around.rows[row]
    return sort != "name" or any(split_name(*names))


def _meets(box: Box, shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return whether the bounds of any part of each shape touch a box."""
    part, owner = shapely.get_parts(shapes, return_index=True)
    west, south, east, north = shapely.bounds(part).T
    near = (west <= box.east) & (east >= box.west) & (south <= box.north) & (north >= box.south)
    met = np.zeros(len(shapes), bool)
    met[owner[near]] = True
    return met


def extent_of(path: Path) -> Box | None:
    """Return what an extract says that it covers; None where it does not say."""
    with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
        box = reader.header().box()
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return Box(low.lon, low.lat, high.lon, high.lat)
