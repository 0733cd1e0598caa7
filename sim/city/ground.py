"""The ground of a city: heights on a grid, and streets cut where their slope changes.

Sight takes the ground as linear along each piece of street and level under each building. Pieces
are made so short that the grid's own surface is nowhere farther than `TOLERANCE_M` from that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.streets import StreetArrays
from sim.city.walls import Walls
from sim.errors import InputError

TOLERANCE_M = 0.25
"""A piece of street leaves the surface of the grid by no more, where it is sampled."""
HALVINGS = 10
"""So often a segment is halved at most."""
SAME_M = 1e-5
"""Cuts nearer than this to the end of a piece make no other piece."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ground:
    """Heights of the ground on a grid of squares, metres above one datum.

    Attributes
    ----------
    west, south
        The middle of the first square, projected metres of the city.
    cell
        Side of a square, m.
    height
        Shape (rows, columns), from south to north and west to east; finite.
    """

    west: float
    south: float
    cell: float
    height: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Refuse what is no grid.

        Raises
        ------
        InputError
            It has no squares, or a height that is not finite.
        """
        if self.height.ndim != 2 or min(self.height.shape) < 1 or not self.cell > 0:
            raise InputError("ground: no grid of squares; give rows and columns of heights")
        if not np.isfinite(self.height).all():
            raise InputError("ground: a height is not finite; fill what is not known")

    def at(self, x: Floats, y: Floats) -> Floats:
        """Return heights between the middles of four squares; beyond the grid that of its edge.

        Parameters
        ----------
        x, y
            Projected metres.
        """
        rows, columns = self.height.shape
        along = np.clip((np.asarray(x) - self.west) / self.cell, 0, columns - 1)
        up = np.clip((np.asarray(y) - self.south) / self.cell, 0, rows - 1)
        c, r = np.floor(along).astype(np.int64), np.floor(up).astype(np.int64)
        c1, r1 = np.minimum(c + 1, columns - 1), np.minimum(r + 1, rows - 1)
        z = self.height.astype(np.float64, copy=False) if self.height.size < 1e6 else self.height
        east, north = along - c, up - r
        a, b, d, e = (
            np.asarray(z[i, k], np.float64) for i, k in ((r, c), (r, c1), (r1, c), (r1, c1))
        )
        low = a + east * (b - a)
        return np.asarray(low + north * (d + east * (e - d) - low), np.float64)


class Relief(NamedTuple):
    """Heights of the ground as sight reads them, m; all empty where it is level."""

    slope: Floats
    """Shape (segments, 2): under the beginning and the end of each segment of street."""
    wall: Floats
    """Under each wall: that of its building."""
    head: Floats
    """Under each head."""
    crown: Floats = np.empty(0)
    """Under each tree."""


LEVEL = Relief(np.empty((0, 2)), np.empty(0), np.empty(0))


def relief_of(
    ground: Ground, streets: StreetArrays, slope: Floats, walls: Walls, x: Floats, y: Floats
) -> Relief:
    """Return the ground under streets, walls and heads; of no trees.

    Parameters
    ----------
    ground
        Of the city.
    streets, slope
        As `graded` gives them.
    walls
        Each building stands level, on the ground under its middle.
    x, y
        Where the heads hang.
    """
    middle = shapely.get_coordinates(shapely.centroid(walls.footprints.geometry.to_numpy()))
    under = ground.at(middle[:, 0], middle[:, 1]) if len(middle) else np.empty(0)
    if len(slope) != len(streets.segment_x0):
        raise InputError("ground: heights are not those of these streets")
    return Relief(slope, under[walls.arrays.footprint], ground.at(x, y))


def graded(ground: Ground, whole: StreetArrays, shown: StreetArrays) -> tuple[StreetArrays, Floats]:
    """Cut streets where their slope changes.

    Parameters
    ----------
    ground
        Of the city.
    whole
        The network, which decides the slopes.
    shown
        What of it is open to sight (`City.open_streets`), on the same edges.

    Returns
    -------
    streets
        What is shown, in pieces along each of which the ground is linear.
    slope
        Shape (segments, 2): heights under both ends, m.
    """
    edge, t, z = _profile(ground, whole)
    room = float(whole.edge_length.max(initial=0.0)) + 1.0
    key = edge * room + t
    length = np.hypot(shown.segment_x1 - shown.segment_x0, shown.segment_y1 - shown.segment_y0)
    begin = shown.segment_edge * room + shown.segment_start
    first = np.searchsorted(key, begin + SAME_M, side="right")
    last = np.searchsorted(key, begin + length - SAME_M, side="left")
    count = np.maximum(last - first, 0) + 1
    row = np.repeat(np.arange(len(length)), count)
    number = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    at = np.where(number > 0, t[np.minimum(first[row] + number - 1, len(t) - 1)]
                  - shown.segment_start[row], 0.0)  # fmt: skip
    to = np.append(at[1:], 0.0)
    ends = number == count[row] - 1
    to[ends] = length[row[ends]]
    cut = _pieces(shown, length, row, at, to)
    edges = shown.segment_edge[row] * room + shown.segment_start[row]
    slope = np.column_stack([np.interp(edges + at, key, z), np.interp(edges + to, key, z)])
    return cut, np.ascontiguousarray(slope)


def _pieces(
    a: StreetArrays, length: Floats, row: NDArray[np.int64], at: Floats, to: Floats
) -> StreetArrays:
    """Return parts of segments as segments; whole ends stay exact."""
    safe = np.where(length > 0, length, 1.0)[row]

    def along(start: Floats, end: Floats, t: Floats) -> Floats:
        inner = start[row] + t / safe * (end[row] - start[row])
        return np.where(t == 0, start[row], np.where(t == length[row], end[row], inner))

    held = np.bincount(a.segment_edge[row], minlength=len(a.edge_length))
    return a._replace(
        segment_ptr=np.concatenate([[0], np.cumsum(held)]).astype(np.int64),
        segment_edge=a.segment_edge[row],
        segment_start=a.segment_start[row] + at,
        segment_x0=along(a.segment_x0, a.segment_x1, at),
        segment_y0=along(a.segment_y0, a.segment_y1, at),
        segment_x1=along(a.segment_x0, a.segment_x1, to),
        segment_y1=along(a.segment_y0, a.segment_y1, to),
    )


def _profile(ground: Ground, a: StreetArrays) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return points of each edge between which its ground is linear: edge, t and height, in order.

    Segments are halved until the surface of the grid, looked at every half square, leaves none by
    more than the tolerance.
    """
    length = np.hypot(a.segment_x1 - a.segment_x0, a.segment_y1 - a.segment_y0)
    row, low, high = np.arange(len(length)), np.zeros(len(length)), np.ones(len(length))

    def height(of: NDArray[np.int64], s: Floats) -> Floats:
        x = a.segment_x0[of] + s * (a.segment_x1[of] - a.segment_x0[of])
        y = a.segment_y0[of] + s * (a.segment_y1[of] - a.segment_y0[of])
        return ground.at(x, y)

    done: list[tuple[NDArray[np.int64], Floats]] = []
    for _ in range(HALVINGS):
        far = _departure(height, length, row, low, high, ground.cell) > TOLERANCE_M
        done.append((row[~far], low[~far]))
        row, low, high = row[far], low[far], high[far]
        middle = (low + high) / 2
        row = np.concatenate([row, row])
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
        if not len(row):
            break
    done.append((row, low))
    row, low = (np.concatenate(column) for column in zip(*done, strict=True))
    last = a.segment_ptr[1:] - 1  # every edge has a segment, and ends at its end
    row, low = np.append(row, last), np.append(low, np.ones(len(last)))
    t = a.segment_start[row] + low * length[row]
    edge = a.segment_edge[row].astype(np.int64)
    order = np.lexsort((t, edge))
    return edge[order], t[order], height(row, low)[order]


def _departure(
    height: object, length: Floats, row: NDArray[np.int64], low: Floats, high: Floats, cell: float
) -> Floats:
    """Return how far the ground leaves the straight line between the ends of each piece, m."""
    if not len(row):
        return np.empty(0)
    assert callable(height)
    count = np.ceil((high - low) * length[row] / (cell / 2)).astype(np.int64) + 1
    piece = np.repeat(np.arange(len(row)), count)
    step = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)
    share = (step + 0.5) / count[piece]
    z = height(row[piece], low[piece] + share * (high - low)[piece])
    at_low, at_high = height(row, low)[piece], height(row, high)[piece]
    apart = np.abs(z - (at_low + share * (at_high - at_low)))
    return np.asarray(np.maximum.reduceat(apart, np.cumsum(count) - count))
