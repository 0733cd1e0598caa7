"""Heads and the walls round them on level ground, for targets other than streets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.cameras.indoors import indoors
from sim.city.decks import DECKS
from sim.sight.star import View
from sim.sight.visible import Head

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.city.model import City

STREET = DECKS.index("street")


def heads_near(city: City, fleet: Fleet, shape: NDArray[np.object_]) -> list[int]:
    """Return the heads, by row, that may see something of the targets."""
    a = fleet.arrays
    tree = shapely.STRtree(shape)
    near = tree.query(shapely.points(a.x, a.y), predicate="dwithin", distance=a.reach[:, 0])[0]
    chosen = np.unique(near)
    chosen = chosen[a.deck[chosen] == STREET]
    inside = indoors(city.walls, a.x[chosen], a.y[chosen], a.mount[chosen])
    return [int(row) for row in chosen[~inside]]


class Scene:
    """Heads and the walls round them."""

    def __init__(self, city: City, fleet: Fleet) -> None:
        walls = city.walls.arrays
        self.lines = np.column_stack([walls.x0, walls.y0, walls.x1, walls.y1])
        self.tops = walls.top
        self.tree = shapely.STRtree(shapely.linestrings(self.lines.reshape(-1, 2, 2)))
        self.arrays = fleet.arrays

    def head(self, row: int, task: int) -> Head:
        """Return a head with its range of a task."""
        a = self.arrays
        heading, half = np.radians(a.heading[row]), np.radians(a.field_of_view[row] / 2)
        view = View(float(heading), float(half), float(a.reach[row, task]))
        return Head(float(a.x[row]), float(a.y[row]), view, float(a.near[row]), float(a.mount[row]))

    def walls(self, head: Head) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the walls that stand in a head's range, of tall ones those that face it."""
        place = shapely.Point(head.x, head.y)
        near = self.tree.query(place, predicate="dwithin", distance=head.view.reach)
        lines, tops = self.lines[near], self.tops[near]
        p, q = lines[:, :2] - (head.x, head.y), lines[:, 2:] - (head.x, head.y)
        facing = p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0] < 0
        kept = facing | (tops < head.height)
        return lines[kept], tops[kept]
