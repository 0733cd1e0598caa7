"""The ground of a city: heights on a grid, and streets cut where their slope changes.

Sight takes the ground as linear along each piece of street and level under each building. Pieces
are made so short that the grid's own surface leaves them by no more than a tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.slopes import (
    FULL,
    HALVINGS,
    Cuts,
    GridOfHeights,
    Lines,
    Profile,
    fill_cuts,
    fill_profile,
)
from sim.city.streets import StreetArrays
from sim.city.walls import Walls
from sim.errors import InputError

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
    grid = GridOfHeights(
        float(ground.west), float(ground.south), float(ground.cell),
        np.ascontiguousarray(ground.height, np.float32),
    )  # fmt: skip
    edges, lines = len(whole.edge_length), _lines(whole)
    count, room = FULL, len(lines.x0) + edges + 2
    while count == FULL:
        room *= 2
        profile = Profile(np.empty(edges + 1, np.int64), np.empty(room), np.empty(room))
        count = fill_profile(grid, lines, profile, np.empty((3, HALVINGS + 2)))
    lines, room = _lines(shown), len(shown.segment_x0) + count  # a point cuts one segment at most
    cuts = Cuts(np.empty(room, np.int64), np.empty(room), np.empty(room), np.empty((room, 2)))
    found = fill_cuts(profile, lines, cuts)
    row, begin, end = cuts.row[:found], cuts.begin[:found], cuts.end[:found]
    length = np.hypot(lines.x1 - lines.x0, lines.y1 - lines.y0)
    return _pieces(shown, length, row, begin, end), cuts.slope[:found].copy()


def _lines(a: StreetArrays) -> Lines:
    return Lines(
        a.segment_x0, a.segment_y0, a.segment_x1, a.segment_y1, a.segment_edge, a.segment_start
    )


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
