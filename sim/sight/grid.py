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
from sim.jit import kernel

Floats = NDArray[np.float64]

CELL_M = 20.0
LARGEST_GRID = 200_000_000
"""Cells plus listings; a grid above it would not fit in memory beside the rest."""


class GridArrays(NamedTuple):
    """A grid of square cells with the items of each cell, in row order."""

    west: float
    south: float
    cell: float
    columns: int
    rows: int
    cell_ptr: NDArray[np.int64]
    """Listings of cell (row, column) are cell_ptr[row * columns + column] up to the next."""
    item: NDArray[np.int32]
    line: NDArray[np.float64]
    """Shape (listings, 4): x0, y0, x1, y1 of the item, beside its listing for fast reading."""
    first: NDArray[np.int8]
    """Bit 0: the item's first column; bit 1: its first row; so a window takes each item once."""


def build_grid(
    x0: NDArray[np.float64],
    y0: NDArray[np.float64],
    x1: NDArray[np.float64],
    y1: NDArray[np.float64],
    cell: float = CELL_M,
) -> GridArrays:
    """List line segments (metres) by the cells of a uniform grid.

    Raises
    ------
    InputError
        The extent is so large that the grid would not fit; the remedy is in the message.
    """
    if not len(x0):
        empty = np.zeros(2, np.int64)
        return GridArrays(0.0, 0.0, cell, 1, 1, empty, np.zeros(0, np.int32),
                          np.zeros((0, 4)), np.zeros(0, np.int8))  # fmt: skip
    west, east = min(x0.min(), x1.min()), max(x0.max(), x1.max())
    south, north = min(y0.min(), y1.min()), max(y0.max(), y1.max())
    columns, rows = int((east - west) // cell) + 1, int((north - south) // cell) + 1
    if not np.isfinite(west + east + south + north) or columns * rows > LARGEST_GRID:
        raise InputError(
            f"sight: the scene spans {(east - west) / 1e3:.0f} × {(north - south) / 1e3:.0f} km, "
            f"{columns * rows / 1e6:.0f} million cells; split the area or check its coordinates"
        )
    box = _cell_boxes(x0, y0, x1, y1, west, south, cell)
    count = np.zeros(columns * rows + 1, np.int64)
    listings = _count_listings(box, columns, count)
    if listings > LARGEST_GRID:
        raise InputError(f"sight: {listings / 1e6:.0f} million wall listings; split the area")
    item = np.empty(listings, np.int32)
    line = np.empty((listings, 4))
    first = np.empty(listings, np.int8)
    _fill_listings(box, columns, count, x0, y0, x1, y1, item, line, first)
    return GridArrays(float(west), float(south), cell, columns, rows, count, item, line, first)


@kernel
def _cell_boxes(
    x0: Floats, y0: Floats, x1: Floats, y1: Floats, west: float, south: float, cell: float
) -> NDArray[np.int32]:
    box = np.empty((len(x0), 4), np.int32)
    for i in range(len(x0)):
        box[i, 0] = int((min(x0[i], x1[i]) - west) // cell)
        box[i, 1] = int((min(y0[i], y1[i]) - south) // cell)
        box[i, 2] = int((max(x0[i], x1[i]) - west) // cell)
        box[i, 3] = int((max(y0[i], y1[i]) - south) // cell)
    return box


@kernel
def _count_listings(box: NDArray[np.int32], columns: int, count: NDArray[np.int64]) -> int:
    for i in range(len(box)):
        for row in range(box[i, 1], box[i, 3] + 1):
            for column in range(box[i, 0], box[i, 2] + 1):
                count[row * columns + column + 1] += 1
    for cell in range(len(count) - 1):
        count[cell + 1] += count[cell]
    return int(count[-1])


@kernel
def _fill_listings(
    box: NDArray[np.int32],
    columns: int,
    cell_ptr: NDArray[np.int64],
    x0: Floats,
    y0: Floats,
    x1: Floats,
    y1: Floats,
    item: NDArray[np.int32],
    line: Floats,
    first: NDArray[np.int8],
) -> None:
    at = cell_ptr[:-1].copy()
    for i in range(len(box)):
        for row in range(box[i, 1], box[i, 3] + 1):
            for column in range(box[i, 0], box[i, 2] + 1):
                k = at[row * columns + column]
                at[row * columns + column] += 1
                item[k] = i
                line[k, 0], line[k, 1], line[k, 2], line[k, 3] = x0[i], y0[i], x1[i], y1[i]
                first[k] = (column == box[i, 0]) + 2 * (row == box[i, 1])
