"""Cameras inside buildings: they see nothing of a street, so they are found and counted.

A head stands indoors when it lies in or on the outline of a footprint that is as tall as the head
or of unknown height. Placement avoids such places; heads that a user gives are reported.
"""

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from sim.city.walls import Walls


def indoors(
    walls: Walls, x: NDArray[np.float64], y: NDArray[np.float64], mount: ArrayLike = 0.0
) -> NDArray[np.bool_]:
    """Return which positions lie in or on a footprint that is not lower than the mount (m)."""
    inside = np.zeros(len(x), bool)
    if not len(walls.footprints) or not len(x):
        return inside
    # the points are the tree, because a search prepares what it searches with: each footprint once
    footprint, head = shapely.STRtree(shapely.points(x, y)).query(
        walls.footprints.geometry.to_numpy(), predicate="intersects"
    )
    height = walls.footprints["height"].to_numpy(np.float64)[footprint]
    over = height < np.broadcast_to(mount, len(x))[head]
    inside[head[~over]] = True
    return inside
