"""Trees and rows of trees of an OpenStreetMap extract, as its tags tell them."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from sim.city.sources.box import Box
from sim.city.sources.extract_content import Trees

ROW_M = 8.0
"""Trees of a row stand so far apart: an assumption."""
WGS84 = "EPSG:4326"
DEGREE_M = 111_320.0
COLUMNS = ("species", "trunk_mm", "height", "spread")


def trees_met(trees: Trees, crs: str = WGS84, *, box: Box | None = None) -> gpd.GeoDataFrame:
    """Return the trees that the stream has met, those of rows every 8 m.

    Parameters
    ----------
    trees
        What the stream through the extract kept.
    crs
        Coordinates of the points that are returned.
    box
        Trees beyond it are left out, and rows that do not touch it; by default nothing is.
    """
    place = np.frombuffer(trees.places).reshape(-1, 2)
    at = np.array([number for number, *_ in trees.told], np.int64)
    species = np.full(len(place), "", object)
    species[at] = [name for _, name, *_ in trees.told]
    numbers = np.full((len(place), 3), np.nan)
    numbers[at] = np.array([told[2:] for told in trees.told], np.float64).reshape(-1, 3)
    if box is not None:
        near = ((place >= box[:2]) & (place <= box[2:])).all(axis=1)
        place, species, numbers = place[near], species[near], numbers[near]
    rows = _rows(trees, box)
    count = [len(row) for _, row in rows]
    told = [told for told, _ in rows]
    place = np.concatenate([place, *(row for _, row in rows)])
    species = np.append(species, np.repeat(np.array([name for name, *_ in told], object), count))
    of_rows = np.array([told[1:] for told in told], np.float64).reshape(-1, 3)
    numbers = np.concatenate([numbers, np.repeat(of_rows, count, axis=0)])
    table = pd.DataFrame(numbers, columns=COLUMNS[1:])
    table.insert(0, COLUMNS[0], species)
    there = Transformer.from_crs(WGS84, crs, always_xy=True).transform(*place.T)
    return gpd.GeoDataFrame(table, geometry=shapely.points(*there), crs=crs)


def _rows(
    trees: Trees, box: Box | None
) -> list[tuple[tuple[str, float, float, float], NDArray[np.float64]]]:
    """Return what is told of each row that touches the box, and where its trees stand."""
    if not trees.rows:
        return []
    ends = np.cumsum(np.frombuffer(trees.sizes, np.int64))
    vertices = np.split(np.frombuffer(trees.vertices).reshape(-1, 2), ends[:-1])
    return [
        (told, _along(row))
        for told, row in zip(trees.rows, vertices, strict=True)
        if box is None or ((row.max(axis=0) >= box[:2]) & (row.min(axis=0) <= box[2:])).all()
    ]


def _along(place: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return longitude and latitude of the trees along a row of these vertices."""
    wide = math.cos(math.radians(place[:, 1].mean()))
    step = np.hypot(*(np.diff(place, axis=0) * (wide, 1.0)).T) * DEGREE_M
    at = np.concatenate([[0.0], np.cumsum(step)])
    wanted = np.linspace(0.0, at[-1], max(round(at[-1] / ROW_M), 1) + 1)
    return np.column_stack([np.interp(wanted, at, place[:, k]) for k in (0, 1)])
