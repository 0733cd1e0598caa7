"""What is left of a region when many shapes are taken out of it: blocks between widened streets.

It works tile by tile on all cores and knows nothing of streets or houses.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.processes import available_cores, computing_threads

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

OPENING_M = 1.5
"""Blocks are shrunk and grown by this much, so that slivers narrower than twice it vanish."""
SIMPLIFICATION_M = 0.2
TILE_M = 2000.0
"""Streets are joined in tiles of this size, so that time grows with the area and no faster."""


def within_reach(
    shape: BaseGeometry, others: NDArray[np.object_], metres: float = 0.0
) -> NDArray[np.bool_]:
    """Return which of many shapes lie within some metres of one, on all cores.

    Parameters
    ----------
    shape
        The one.
    others
        The many, in the same coordinates.
    metres
        0 for those that it meets.
    """

    def near(some: NDArray[np.object_]) -> NDArray[np.bool_]:
        own = copy(shape)  # because two threads may not use one prepared geometry
        shapely.prepare(own)
        found = shapely.dwithin(own, some, metres) if metres else shapely.intersects(own, some)
        return np.asarray(found)

    cores = available_cores()
    with computing_threads(cores) as pool:
        return np.concatenate([*pool.map(near, np.array_split(others, cores))])


def opened_without(region: BaseGeometry, carved: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return what is left of a region when many shapes are taken out of it, without slivers.

    The shapes are joined tile by tile, which takes time in proportion to the area, a tile a thread;
    then what lies on both sides of a seam is put together again, while the rest is opened.
    """
    cores = available_cores()
    west, south, east, north = region.bounds
    columns = np.arange(west, east, TILE_M)
    rows = np.arange(south, north, TILE_M)
    x, y = (axis.ravel() for axis in np.meshgrid(columns, rows))
    boxes = shapely.box(x, y, x + TILE_M, y + TILE_M)
    seams = shapely.union_all(
        [
            *(shapely.linestrings([(at, south), (at, north)]) for at in columns[1:]),
            *(shapely.linestrings([(west, at), (east, at)]) for at in rows[1:]),
        ]
    )
    with computing_threads(cores) as pool:
        parts = pool.map(lambda some: shapely.intersection(some, region), _dealt(boxes, 4 * cores))
        tile = _undealt([*parts])
        tile = tile[shapely.area(tile) > 0]
        of_tile, of_shape = shapely.STRtree(carved).query(tile, predicate="intersects")
        first = np.searchsorted(of_tile, np.arange(len(tile) + 1))

        def left(i: int) -> BaseGeometry:
            taken = shapely.union_all(carved[of_shape[first[i] : first[i + 1]]])
            return shapely.difference(tile[i], taken)  # the method of a shape stops other threads

        piece = _polygons(list(pool.map(left, range(len(tile)))))
        cut = within_reach(seams, piece)
        joined = pool.submit(shapely.union_all, piece[cut])  # first, because it takes longer
        apart = [*pool.map(_opened, np.array_split(piece[~cut], 4 * cores))]
        across = pool.map(_opened, np.array_split(_polygons([joined.result()]), cores))
        return np.concatenate([*apart, *across])


def _dealt(shapes: NDArray[np.object_], hands: int) -> list[NDArray[np.object_]]:
    """Deal shapes out like cards, so that what lies side by side is work for several threads."""
    return [shapes[hand::hands] for hand in range(hands)]


def _undealt(hands: list[NDArray[np.object_]]) -> NDArray[np.object_]:
    """Return what was dealt out in its first order."""
    shapes = np.empty(sum(map(len, hands)), object)
    for hand, some in enumerate(hands):
        shapes[hand :: len(hands)] = some
    return shapes


def _opened(solid: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return shapes without slivers, each by itself: opening a whole city at once takes minutes."""
    shrunk = shapely.buffer(solid, -OPENING_M, join_style="mitre")
    grown = shapely.buffer(shrunk, OPENING_M, join_style="mitre")
    return np.asarray(shapely.make_valid(shapely.simplify(grown, SIMPLIFICATION_M)))


def _polygons(shapes: list[BaseGeometry]) -> NDArray[np.object_]:
    """Return the polygons of shapes, without the lines and points of collections."""
    part = shapely.get_parts(shapely.get_parts(np.array(shapes, dtype=object)))
    return np.asarray(part[shapely.get_type_id(part) == 3])
