"""Where a map has streets and no houses: gaps among mapped footprints that façades must fill.

OpenStreetMap's houses are mapped quarter by quarter, so a quarter without a single one beside its
dense streets is more often unmapped than unbuilt. Parks, water and country roads have few streets
of the kinds along which houses stand, and are left open. It knows nothing of cameras; blocks inside
a gap are made by `sim.city.walls`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.pieces import connected_pieces

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from sim.city.streets import StreetNetwork

CELL_M = 50.0
REACH_CELLS = 2
"""A house makes its own cell and the next two on every side, about 100 m, count as mapped."""
WINDOW_CELLS = 5
SMALLEST_DENSITY_M = 12.0 * CELL_M**2 / 1000
"""12 km of streets without houses to the km2, over 250 m: one road has 4, two side by side 8, the
grid of a town 20."""
SMALLEST_GAP_M = 1000.0
"""A gap holds at least so much of them."""
HOUSES_STAND_ALONG = frozenset({
    "primary", "secondary", "tertiary", "residential", "living_street", "unclassified",
    "pedestrian",
})  # fmt: skip
LARGEST_GRID = 50_000_000


def unmapped(
    streets: StreetNetwork, footprints: gpd.GeoDataFrame, region: BaseGeometry
) -> BaseGeometry | None:
    """Return the part of a region in which houses must stand but none is mapped.

    Parameters
    ----------
    streets
        The walking network.
    footprints
        Mapped buildings, in its projected metres.
    region
        Polygon that is simulated.

    Returns
    -------
    A polygon or multipolygon made of cells of 50 m, None where nothing is missing.
    """
    west, south, east, north = region.bounds
    origin = np.floor(np.array([west, south]) / CELL_M) * CELL_M  # the same cells for any region
    shape = tuple((np.floor((np.array([east, north]) - origin) / CELL_M) + 1).astype(int))
    if shape[0] * shape[1] > LARGEST_GRID:
        return None
    length = _street_metres(streets, origin, shape)
    vertex = shapely.get_coordinates(footprints.geometry.to_numpy())
    houses = np.zeros(shape, bool)
    houses[_cells(vertex, origin, shape)] = True
    mapped = _widened(houses, REACH_CELLS)
    bare = np.where(mapped, 0.0, length)
    dense = _window_sum(bare, WINDOW_CELLS // 2) >= SMALLEST_DENSITY_M * WINDOW_CELLS**2
    large = _in_large_groups(dense & ~mapped, bare)
    if not large.any():
        return None
    # The window is half empty at the rim of a gap, so a gap reaches half a window further.
    gap = _widened(large, WINDOW_CELLS // 2) & _widened(bare > 0, 1) & ~mapped
    return shapely.intersection(shapely.union_all(_boxes(gap, origin)), region)


def _boxes(mask: NDArray[np.bool_], origin: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return boxes that cover the cells of a mask, one for every run of cells along y."""
    padded = np.pad(mask, ((0, 0), (1, 1))).astype(np.int8)
    column, first = np.nonzero(np.diff(padded, axis=1) == 1)
    _, stop = np.nonzero(np.diff(padded, axis=1) == -1)
    west, south, north = (CELL_M * n for n in (column, first, stop))
    x, y = origin
    boxes = shapely.box(x + west, y + south, x + west + CELL_M, y + north)
    return np.asarray(boxes, object)


def _street_metres(
    streets: StreetNetwork, origin: NDArray[np.float64], shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Metres of street along which houses stand, by cell, in pieces of at most half a cell."""
    kinds = streets.edges["highway"].isin(HOUSES_STAND_ALONG).to_numpy()
    level = (streets.edges["deck"] == "street").to_numpy()
    line = streets.edges.geometry.to_numpy()[kinds & level]
    vertex, of_line = shapely.get_coordinates(line, return_index=True)
    inner = of_line[1:] == of_line[:-1]
    start = vertex[:-1][inner]
    step = vertex[1:][inner] - start
    length = np.hypot(*step.T)
    count = np.ceil(length / (CELL_M / 2)).astype(np.int64)
    row = np.repeat(np.arange(len(length)), count)
    part = (np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[row]
    metres = np.zeros(shape)
    middle = start[row] + part[:, None] * step[row]
    np.add.at(metres, _cells(middle, origin, shape), length[row] / count[row])
    return metres


def _cells(
    point: NDArray[np.float64], origin: NDArray[np.float64], shape: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the cell of each point; those outside the grid lie in the nearest cell of its rim."""
    cell = np.floor((point - origin) / CELL_M).astype(np.int64)
    return tuple(np.clip(cell, 0, np.array(shape) - 1).T)


def _in_large_groups(mask: NDArray[np.bool_], metres: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return the cells of groups that touch, at corners too, and hold enough metres together."""
    number = np.cumsum(mask).reshape(mask.shape) - 1
    u, v = [], []
    for here, there in (
        (np.s_[:-1, :], np.s_[1:, :]),
        (np.s_[:, :-1], np.s_[:, 1:]),
        (np.s_[:-1, :-1], np.s_[1:, 1:]),
        (np.s_[:-1, 1:], np.s_[1:, :-1]),
    ):
        both = mask[here] & mask[there]
        u.append(number[here][both])
        v.append(number[there][both])
    count, group = connected_pieces(np.concatenate(u), np.concatenate(v), int(mask.sum()))
    total = np.bincount(group, weights=metres[mask], minlength=count)
    large = np.zeros_like(mask)
    large[mask] = (total >= SMALLEST_GAP_M)[group]
    return large


def _window_sum(values: NDArray[np.float64], cells: int) -> NDArray[np.float64]:
    """Return the sum over each cell and the next so many on every side, corners included."""
    for axis in (0, 1):
        pad = [(0, 0), (0, 0)]
        pad[axis] = (cells, cells)
        window = np.lib.stride_tricks.sliding_window_view(np.pad(values, pad), 2 * cells + 1, axis)
        values = window.sum(axis=-1)
    return values


def _widened(mask: NDArray[np.bool_], cells: int) -> NDArray[np.bool_]:
    """Return a mask grown by so many cells on every side, corners included."""
    return np.asarray(_window_sum(mask.astype(np.float64), cells) > 0)
