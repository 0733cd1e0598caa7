"""The uniform grid over walls and streets, so that a head meets only what is near it.

Items (walls or street segments) are listed in every cell that their bounding box touches; rows
of cells lie one after the other in memory, so a window is read as one run a row. Each listing says
whether it stands in its item's first column and row, so that a window takes every item once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.jit import lean_kernel
from sim.sight.arrays import GridArrays

Floats = NDArray[np.float64]

CELL_M = 20.0
LARGEST_M = 2_000_000.0
"""No city is wider; cells of such a lattice still have 32-bit numbers."""
LARGEST_GRID = 200_000_000
"""Cells plus listings; a grid above it would not fit in memory beside the rest."""


class Lattice(NamedTuple):
    """Square cells over all items of a scene, and the cells that each item's box touches."""

    west: float
    south: float
    cell: float
    columns: int
    rows: int
    box: NDArray[np.int32]
    """Shape (items, 4): first column, first row, last column, last row."""


class Window(NamedTuple):
    """A part of a lattice: first column and row, numbers of columns and rows."""

    column: int
    row: int
    columns: int
    rows: int


def build_grid(x0: Floats, y0: Floats, x1: Floats, y1: Floats, cell: float = CELL_M) -> GridArrays:
    """List line segments (metres) by the cells of a uniform grid.

    Raises
    ------
    InputError
        The extent is so large that the grid would not fit; the remedy is in the message.
    """
    lattice = lattice_of(x0, y0, x1, y1, cell)
    return grid_within(lattice, Window(0, 0, lattice.columns, lattice.rows), x0, y0, x1, y1)


def lattice_of(x0: Floats, y0: Floats, x1: Floats, y1: Floats, cell: float = CELL_M) -> Lattice:
    """Lay cells over line segments (metres).

    Raises
    ------
    InputError
        A coordinate is not finite, or the extent no city's.
    """
    if not len(x0):
        return Lattice(0.0, 0.0, cell, 1, 1, np.zeros((0, 4), np.int32))
    west, east = min(x0.min(), x1.min()), max(x0.max(), x1.max())
    south, north = min(y0.min(), y1.min()), max(y0.max(), y1.max())
    wide = max(east - west, north - south)
    if not np.isfinite(west + east + south + north) or wide > LARGEST_M:
        raise InputError(
            f"sight: the scene spans {(east - west) / 1e3:.0f} × {(north - south) / 1e3:.0f} km; "
            "split the area or check its coordinates"
        )
    columns, rows = int((east - west) // cell) + 1, int((north - south) // cell) + 1
    corners = [
        np.minimum(x0, x1) - west, np.minimum(y0, y1) - south,
        np.maximum(x0, x1) - west, np.maximum(y0, y1) - south,
    ]  # fmt: skip
    box = np.empty((len(x0), 4), np.int32)
    for column, corner in enumerate(corners):
        box[:, column] = corner // cell
    return Lattice(float(west), float(south), cell, columns, rows, box)


def window_of(lattice: Lattice, west: float, south: float, east: float, north: float) -> Window:
    """Return the part of a lattice under a rectangle, and one cell more on each side."""
    first = np.floor([(west - lattice.west) / lattice.cell, (south - lattice.south) / lattice.cell])
    last = np.floor([(east - lattice.west) / lattice.cell, (north - lattice.south) / lattice.cell])
    size = np.array([lattice.columns, lattice.rows])
    begin = np.clip(first - 1, 0, size).astype(np.int64)
    count = np.maximum(np.clip(last + 2, 0, size).astype(np.int64) - begin, 0)
    return Window(int(begin[0]), int(begin[1]), int(count[0]), int(count[1]))


def grid_within(
    lattice: Lattice, window: Window, x0: Floats, y0: Floats, x1: Floats, y1: Floats
) -> GridArrays:
    """List line segments by the cells of a window of their lattice.

    Raises
    ------
    InputError
        The window is so large that its grid would not fit.
    """
    columns, rows = window.columns, window.rows
    if columns * rows > LARGEST_GRID:
        raise InputError(
            f"sight: {columns * rows / 1e6:.0f} million cells; take smaller tiles or split the area"
        )
    part = np.array([window.column, window.row, columns, rows])
    count = np.zeros(columns * rows + 1, np.int64)
    if columns * rows:
        _count_listings(lattice.box, part, count)
    np.cumsum(count, out=count)
    listings = int(count[-1])
    if listings > LARGEST_GRID:
        raise InputError(f"sight: {listings / 1e6:.0f} million wall listings; split the area")
    item = np.empty(listings, np.int32)
    line = np.empty((listings, 4))
    first = np.empty(listings, np.int8)
    if listings:
        _fill_listings(lattice.box, part, count[:-1].copy(), x0, y0, x1, y1, item, line, first)
    return GridArrays(
        lattice.west, lattice.south, lattice.cell, window.column, window.row, columns, rows,
        count, item, line, first,
    )  # fmt: skip


@lean_kernel
def _count_listings(
    box: NDArray[np.int32], part: NDArray[np.int64], count: NDArray[np.int64]
) -> None:
    """Count the listings of each cell in the entry after its own."""
    west, south, columns, rows = part
    for i in range(len(box)):
        for row in range(max(box[i, 1] - south, 0), min(box[i, 3] - south + 1, rows)):
            for column in range(max(box[i, 0] - west, 0), min(box[i, 2] - west + 1, columns)):
                count[row * columns + column + 1] += 1


@lean_kernel
def _fill_listings(
    box: NDArray[np.int32],
    part: NDArray[np.int64],
    at: NDArray[np.int64],
    x0: Floats,
    y0: Floats,
    x1: Floats,
    y1: Floats,
    item: NDArray[np.int32],
    line: Floats,
    first: NDArray[np.int8],
) -> None:
    """List the segments of each cell from its entry in `at` on, which moves on with it."""
    west, south, columns, rows = part
    for i in range(len(box)):
        for row in range(max(box[i, 1] - south, 0), min(box[i, 3] - south + 1, rows)):
            for column in range(max(box[i, 0] - west, 0), min(box[i, 2] - west + 1, columns)):
                k = at[row * columns + column]
                at[row * columns + column] += 1
                item[k] = i
                line[k, 0], line[k, 1], line[k, 2], line[k, 3] = x0[i], y0[i], x1[i], y1[i]
                first[k] = (column + west == box[i, 0]) + 2 * (row + south == box[i, 1])
