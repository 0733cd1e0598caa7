"""How much room streets give to those who walk: their width, and their length per land.

A street that a map draws as several lines (two pavements, two carriageways, a lane beside the
footway) counts once, and so does a crossing that lies within it. From the walking network and the
region come the area of street that belongs to each edge, and two means of the city.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.city.walls import OTHER_WIDENING_M, half_widths
from sim.jit import lean_kernel

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from sim.city.streets import StreetNetwork

SAME_STREET_M = 50.0
"""Lines of one name that run so near to each other are one street."""
PIECE_M = 25.0
"""Streets are looked at once in so many metres, in the middle of each piece."""
ALONG = np.cos(np.radians(20))
"""Lines within 20° of one direction are lines of one street."""
RINGS = 2
"""Squares to each side in which lines of one street are looked for."""
CELL_M = 100.0
"""Land counts in squares of this side that a street enters: water and hills beyond do not."""


class StreetSpace(NamedTuple):
    """The streets of a city as room for walkers."""

    edge_m2: NDArray[np.float64]
    """Area of street that belongs to each edge, m²."""
    once_m: NDArray[np.float64]
    """Length of each edge, m, shared among the lines that draw the same street."""
    land_m2: float
    """Land that the streets run through, m²."""

    @property
    def width_m(self) -> float:
        """Mean width of a street between its façades, m."""
        length = float(self.once_m.sum())
        return float(self.edge_m2.sum()) / length if length else 2 * OTHER_WIDENING_M

    @property
    def per_m(self) -> float:
        """Length of street per land, m/m², each street once."""
        return float(self.once_m.sum()) / self.land_m2


class _Pieces(NamedTuple):
    """Straight pieces of street."""

    edge: NDArray[np.int64]
    deck: NDArray[np.int8]
    start: NDArray[np.float64]
    along: NDArray[np.float64]
    """Unit direction, shape (pieces, 2)."""
    length: NDArray[np.float64]
    width: NDArray[np.float64]
    name: NDArray[np.int64]
    """Number of the street's name; −1 without one."""


class _Squares(NamedTuple):
    """Pieces by the square that their middle lies in."""

    order: NDArray[np.int64]
    """Numbers of the pieces, square by square."""
    ptr: NDArray[np.int64]
    """Pieces of square k are order[ptr[k] : ptr[k + 1]]; squares without any are left out."""
    around: NDArray[np.int64]
    """First and last place in `order` in each row of those around, shape (squares, rows, 2)."""


def street_space(streets: StreetNetwork, region: BaseGeometry | None = None) -> StreetSpace:
    """Measure the room that streets give to walkers.

    A street is as wide as its edges say (column facades), or else as its class is taken to be
    between façades where walls are inferred, twice `sim.city.walls.WIDENING_M`. In the middle
    of each piece of a line the lines of the same deck that run the same way are one street if
    they lie within the width of the widest of them, or have one name and lie within 50 m. It is
    as wide as its widest class, and at least 5 m wider than its outer lines are apart; each
    line has an equal part of it. A piece within a wider street that runs another way, as a
    crossing does, has none.

    Parameters
    ----------
    streets
        The walking network.
    region
        Land beyond it does not count; all land that streets enter by default.
    """
    pieces = _pieces(streets)
    share, width = _shares(pieces)
    once = pieces.length * share
    edge_m2, once_m = np.zeros(len(streets.edges)), np.zeros(len(streets.edges))
    np.add.at(edge_m2, pieces.edge, once * width)
    np.add.at(once_m, pieces.edge, once)
    return StreetSpace(edge_m2, once_m, _land(pieces, region))


def _pieces(streets: StreetNetwork) -> _Pieces:
    """Cut the segments of the streets into equal pieces of at most `PIECE_M`."""
    a = streets.arrays
    start = np.column_stack([a.segment_x0, a.segment_y0])
    step = np.column_stack([a.segment_x1, a.segment_y1]) - start
    length = np.hypot(*step.T)
    count = np.where(length > 0, np.maximum(np.ceil(length / PIECE_M), 1), 0).astype(np.int64)
    row = np.repeat(np.arange(len(length)), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    part = step[row] / count[row, None]
    half = half_widths(streets.edges)
    edge = a.segment_edge[row].astype(np.int64)
    names = streets.edges["name"].astype("str")
    name = pd.factorize(names.where(names != "", streets.edges["name_zh"].astype("str")))
    code = np.where(np.asarray(name[1] == "")[name[0]], -1, name[0])
    return _Pieces(
        edge,
        a.edge_deck[edge],
        start[row] + place[:, None] * part,
        step[row] / length[row, None],
        length[row] / count[row],
        2 * half[edge],
        code.astype(np.int64)[edge],
    )


def _shares(pieces: _Pieces) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the share that each piece has of the street it lies in, and that street's width."""
    share, width = np.ones(len(pieces.edge)), pieces.width.copy()
    if not len(share):
        return share, width
    crossed, here, there, offset = _lines_beside(pieces)
    named = (np.abs(offset) <= SAME_STREET_M) & (pieces.name[here] >= 0)
    named &= pieces.name[here] == pieces.name[there]
    beside = named | (np.abs(offset) <= (pieces.width[here] + pieces.width[there]) / 2)
    np.maximum.at(width, here[beside], pieces.width[there[beside]])
    # the widest line beside each piece, the nearest of several: where the street has its middle
    middle = np.zeros(len(share))
    widest = beside & (pieces.width[there] > pieces.width[here])
    widest &= pieces.width[there] == width[here]
    order = np.flatnonzero(widest)[np.argsort(-np.abs(offset[widest]), kind="stable")]
    middle[here[order]] = offset[order]
    apart = np.abs(offset - middle[here])
    of_it = named | (apart <= (width[here] + pieces.width[there]) / 2)
    left, right = np.zeros(len(share)), np.zeros(len(share))
    np.maximum.at(left, here[of_it], offset[of_it])
    np.minimum.at(right, here[of_it], offset[of_it])
    share = np.where(crossed, 0.0, 1.0 / (1 + np.bincount(here[of_it], minlength=len(share))))
    return share, np.maximum(width, left - right + 2 * OTHER_WIDENING_M * (left > right))


def _lines_beside(
    pieces: _Pieces,
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Find the lines of other edges that run along beside the middle of each piece, on its deck.

    Returns
    -------
    Whether the middle of each piece lies in a wider street that runs another way; then rows of a
    piece and of one beside it, and how far to its left that one's line is, m.
    """
    middle = pieces.start + pieces.along * pieces.length[:, None] / 2
    reach = max(2 * float(pieces.width.max()), SAME_STREET_M)
    squares = _in_squares(middle, (reach + PIECE_M / 2) / RINGS)
    crossed = np.zeros(len(middle), bool)
    room = 4 * len(middle)
    while True:
        pair, offset = np.empty((2, room), np.int64), np.empty(room)
        count = _list_lines(pieces, middle, squares, reach, crossed, pair, offset)
        if count <= room:
            return crossed, pair[0, :count], pair[1, :count], offset[:count]
        room = count


def _in_squares(middle: NDArray[np.float64], side: float) -> _Squares:
    """Put pieces in squares of a side, m; near a piece are those in the `RINGS` around its own."""
    column, row = np.floor((middle - middle.min(axis=0)) / side).astype(np.int64).T
    columns = int(column.max()) + 1 + 2 * RINGS  # so that no row goes on in the next one
    square = row * columns + column
    order = np.argsort(square, kind="stable")
    square = square[order]
    squares, first = np.unique(square, return_index=True)
    rows = squares[:, None] + np.arange(-RINGS, RINGS + 1) * columns
    around = np.searchsorted(square, np.stack([rows - RINGS, rows + RINGS + 1], axis=2))
    return _Squares(order, np.append(first, len(order)), around)


@lean_kernel
def _list_lines(
    pieces: _Pieces,
    middle: NDArray[np.float64],
    squares: _Squares,
    reach: float,
    crossed: NDArray[np.bool_],
    pair: NDArray[np.int64],
    offset: NDArray[np.float64],
) -> int:
    """Write what `_lines_beside` returns; return how many pairs there are.

    What does not fit is counted but not written.
    """
    count = 0
    for square in range(len(squares.ptr) - 1):
        for k in range(squares.ptr[square], squares.ptr[square + 1]):
            here = squares.order[k]
            for row in range(squares.around.shape[1]):
                for n in range(squares.around[square, row, 0], squares.around[square, row, 1]):
                    there = squares.order[n]
                    if pieces.edge[there] == pieces.edge[here]:
                        continue
                    if pieces.deck[there] != pieces.deck[here]:
                        continue
                    dx, dy = pieces.along[there, 0], pieces.along[there, 1]
                    x = middle[here, 0] - pieces.start[there, 0]
                    y = middle[here, 1] - pieces.start[there, 1]
                    ahead, across = x * dx + y * dy, x * dy - y * dx
                    turn = pieces.along[here, 0] * dx + pieces.along[here, 1] * dy
                    length, width = pieces.length[there], pieces.width[there]
                    if 0.0 <= ahead < length and abs(turn) >= ALONG:
                        if abs(across) <= reach:
                            if count < len(offset):
                                pair[0, count], pair[1, count] = here, there
                                offset[count] = across if turn > 0 else -across
                            count += 1
                    elif width > pieces.width[here]:
                        beyond = ahead - min(max(ahead, 0.0), length)
                        if math.hypot(across, beyond) <= width / 2:
                            crossed[here] = True
    return count


def _land(pieces: _Pieces, region: BaseGeometry | None) -> float:
    """Area of the squares that streets enter, so much of them as lies in the region, m²."""
    middle = pieces.start + pieces.along * pieces.length[:, None] / 2
    if not len(middle):
        return CELL_M**2
    number = np.floor(middle / CELL_M).astype(np.int64)
    column, row = (number - number.min(axis=0)).T
    rows = int(row.max()) + 1
    place = np.column_stack(np.divmod(np.unique(column * rows + row), rows))
    cell = (place + number.min(axis=0)) * CELL_M
    squares = shapely.box(*cell.T, *(cell + CELL_M).T)
    if region is not None:
        shapely.prepare(region)
        cut = np.flatnonzero(~shapely.covers(region, squares))
        land = shapely.intersects(region, squares[cut])
        squares[cut[~land]] = shapely.Polygon()
        squares[cut[land]] = shapely.intersection(squares[cut[land]], region)
    area = float(shapely.area(squares).sum())
    return area if area > 0 else len(cell) * CELL_M**2
