"""The arrays that the files of this room, and the rooms to its right, hand to one another.

Named tuples of plain arrays: what the sight kernels read and write, the sightings in order, and the
pieces of street by first-seen rank. Lengths are metres; a deck is the vertical level of a way.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)
NEVER = np.int32(2**31 - 1)
"""Rank of a piece that no head of the fleet sees."""
DOME, CONVEX, REFLEX = 0, 1, 2
"""Kinds of field of view: all round, up to 180 degrees, between the two."""
FOOTBRIDGE, SUBWAY = 1, 2
FULL = -1
"""Returned in place of a count when the scratch is too small."""


def read_only(array: NDArray[Number]) -> NDArray[Number]:
    """Return a view that cannot be written to, as pandas hands out the columns of a fleet.

    A kernel that is given both kinds is compiled for both.
    """
    view = array.view()
    view.flags.writeable = False
    return view


class GridArrays(NamedTuple):
    """A grid of square cells with the items of each cell, in row order.

    It may be a window of a larger lattice; cells count from the lattice's corner in either.
    """

    west: float
    south: float
    cell: float
    column: int
    row: int
    """First column and row of the window."""
    columns: int
    rows: int
    cell_ptr: NDArray[np.int64]
    """Listings of cell (row, column) are cell_ptr[row * columns + column] up to the next."""
    item: NDArray[np.int32]
    line: NDArray[np.float64]
    """Shape (listings, 4): x0, y0, x1, y1 of the item, beside its listing for fast reading."""
    first: NDArray[np.int8]
    """Bit 0: the item's first column; bit 1: its first row; so a window takes each item once."""


class FieldArrays(NamedTuple):
    """Heads as the kernels read them: edges of the field of view as unit vectors."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    mount: NDArray[np.float64]
    deck: NDArray[np.int8]
    kind: NDArray[np.int8]
    lx: NDArray[np.float64]
    ly: NDArray[np.float64]
    rx: NDArray[np.float64]
    ry: NDArray[np.float64]
    near: NDArray[np.float64]
    reach: NDArray[np.float64]


class StreetScene(NamedTuple):
    """Street segments on their grid."""

    grid: GridArrays
    segment_edge: NDArray[np.int32]
    segment_deck: NDArray[np.int8]
    segment_start: NDArray[np.float64]


class CrownScene(NamedTuple):
    """Crowns of trees on the grid of their boxes."""

    grid: GridArrays
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    apothem: NDArray[np.float64]
    base: NDArray[np.float64]
    top: NDArray[np.float64]


class WallScene(NamedTuple):
    """Walls on their grid, and the crowns that hide beside them."""

    grid: GridArrays
    top: NDArray[np.float64]
    crowns: CrownScene


class Scratch(NamedTuple):
    """Working room of one thread, sized for the busiest head it has met."""

    piece: NDArray[np.float64]
    chosen: NDArray[np.int32]
    wall: NDArray[np.float64]
    crown: NDArray[np.float64]
    shadow: NDArray[np.float64]
    free: NDArray[np.float64]
    depth: NDArray[np.float64]


class Rows(NamedTuple):
    """Sightings in the order in which they are found."""

    head: NDArray[np.int32]
    edge: NDArray[np.int32]
    task: NDArray[np.int8]
    start: NDArray[np.float64]
    end: NDArray[np.float64]


class SightingArrays(NamedTuple):
    """Sightings sorted by (task, edge, head, start)."""

    edge_ptr: NDArray[np.int64]
    """Shape (4, edges + 1): rows of task k on edge e are edge_ptr[k, e] : edge_ptr[k, e + 1]."""
    head: NDArray[np.int32]
    """Row of the fleet, whose heads are in ascending order of rank."""
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    """Metres along the edge from its node u."""


class HeadIndex(NamedTuple):
    """The same sightings by head."""

    ptr: NDArray[np.int64]
    row: NDArray[np.int64]
    """Rows of the sightings of head h: row[ptr[h] : ptr[h + 1]], by task, edge and start."""


class PieceArrays(NamedTuple):
    """Pieces of every edge, in order and without holes, on which no first-seen rank changes."""

    piece_ptr: NDArray[np.int64]
    """Pieces of edge e are piece_ptr[e] : piece_ptr[e + 1]."""
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    rank: NDArray[np.int32]
    """Shape (pieces, 4): city rank of the first head that sees the piece, `NEVER` if none."""
    in_area: NDArray[np.bool_]
    """Whether the piece lies in the study area; figures count these only."""
