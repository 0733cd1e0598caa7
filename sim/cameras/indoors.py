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
    """Say which positions lie in or on a footprint that is not lower than the mount (m)."""
    inside = np.zeros(len(x), bool)
    if not len(walls.footprints):
        return inside
    tree = shapely.STRtree(walls.footprints.geometry.to_numpy())
    head, footprint = tree.query(shapely.points(x, y), predicate="intersects")
    height = walls.footprints["height"].to_numpy(np.float64)[footprint]
    over = height < np.broadcast_to(mount, len(x))[head]
    inside[head[~over]] = True
    return inside
