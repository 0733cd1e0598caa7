"""Façades that face a street: how far it is from a point on a street to the wall abreast of it.

Walls are directed segments with the building on the left; the first one that a straight line meets
is the façade.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.walls import Walls

Floats = NDArray[np.float64]

LOWEST_M = 4.0
"""A wall known to be lower carries no bracket; one of unknown height does."""
CORNER = 1e-6
"""A line that passes a corner this close, m or share of a wall, meets both its walls."""
LEAST_FACING = 0.5
"""Sine of the angle between line and wall: a wall nearer to parallel does not face the street."""


def distance_to_facade(
    walls: Walls, x: Floats, y: Floats, east: Floats, north: Floats, within: float
) -> Floats:
    """Return the distance, m, from each point along its direction to the façade that it faces.

    Parameters
    ----------
    walls
        Footprints in the same projected metres.
    x, y
        Points, outside buildings.
    east, north
        Unit vectors, one a point.
    within
        Walls farther than this, m, are not looked for.

    Returns
    -------
    array
        Shape of `x`; infinite where no wall is met, or where the first one is too low, seen from
        inside or does not face the point.
    """
    best = np.full(len(x), np.inf)
    w = walls.arrays
    if not len(w.x0) or not len(x):
        return best
    within = within + CORNER
    ends = np.stack([[w.x0, w.y0], [w.x1, w.y1]]).transpose(2, 0, 1)
    lines = np.stack([[x, y], [x + within * east, y + within * north]]).transpose(2, 0, 1)
    ray, wall = shapely.STRtree(shapely.linestrings(ends)).query(shapely.linestrings(lines))
    dx, dy = w.x1[wall] - w.x0[wall], w.y1[wall] - w.y0[wall]
    px, py = w.x0[wall] - x[ray], w.y0[wall] - y[ray]
    ex, ey = east[ray], north[ray]
    with np.errstate(divide="ignore", invalid="ignore"):  # walls along the line are not met
        turn = ex * dy - ey * dx
        distance = (px * dy - py * dx) / turn
        share = (px * ey - py * ex) / turn
    met = (share >= -CORNER) & (share <= 1 + CORNER) & (distance >= -CORNER) & (distance <= within)
    ray, wall, distance = ray[met], wall[met], distance[met]
    first = np.full(len(x), np.inf)
    np.minimum.at(first, ray, distance)
    facing = -turn[met] / np.hypot(dx, dy)[met]
    # at a corner two walls are met at once, and either may carry the bracket
    carries = (facing >= LEAST_FACING) & (w.top[wall] >= LOWEST_M)
    apart = first[ray] > CORNER  # a point that touches a wall is not on an open street
    found = ray[carries & apart & (distance <= first[ray] + CORNER)]
    best[found] = first[found]
    return best
