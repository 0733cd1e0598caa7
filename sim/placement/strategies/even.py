"""Even spacing: the next camera stands as far as can be from all others and from the edge."""

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.nearest import tree_of
from sim.placement.context import PlacementContext
from sim.placement.strategies.random import random_order


def evenly_spaced(context: PlacementContext) -> NDArray[np.int64]:
    """Rank candidates by farthest point first, so that every prefix is spread evenly.

    Cameras that stand already count as chosen. The city goes on beyond the edge of the region, so
    its mirror image there counts too, and no camera is drawn to the edge. Only as many sites are
    ranked as are wanted; the rest follow at random. Ties at random.

    Notes
    -----
    Greedy k-centre: away from the edge, no other choice of as many sites leaves the farthest
    candidate less than half as far away (Gonzalez, Theoretical Computer Science 38, 1985).
    """
    shuffled: NDArray[np.int64] = random_order(context)
    spot = np.column_stack([context.sites.x, context.sites.y])[shuffled]
    wanted = min(int(np.ceil(context.wanted / context.heads_per_site)), len(spot))
    chosen = _farthest_first(spot, _at_first(context, spot), wanted)
    rest = np.ones(len(spot), bool)
    rest[chosen] = False
    order: NDArray[np.int64] = shuffled[np.concatenate([chosen, np.flatnonzero(rest)])]
    return order


def _farthest_first(
    spot: NDArray[np.float64], away: NDArray[np.float64], wanted: int
) -> NDArray[np.int64]:
    """Take, again and again, the spot farthest from all taken before; of equals the first.

    The maximum of each row of spots is kept, so that a step looks at a few rows and not at all.
    """
    columns = max(1, int(len(spot) ** 0.5))
    rows = -(-len(spot) // columns)
    table = np.full((rows, columns), -1.0)
    flat = table.reshape(-1)
    flat[: len(spot)] = away
    highest = table.max(axis=1)
    tree = tree_of(spot)
    chosen = np.zeros(wanted, np.int64)
    for turn in range(wanted):
        row = int(highest.argmax())
        site = row * columns + int(table[row].argmax())
        near = np.array(tree.query_ball_point(spot[site], flat[site], return_sorted=False))
        step = spot[near] - spot[site]
        nearer = np.minimum(flat[near], np.hypot(step[:, 0], step[:, 1]))
        lowered = near[flat[near] >= highest[near // columns]]
        flat[near] = nearer
        flat[site] = -1.0
        changed = np.unique(lowered // columns)
        highest[changed] = table[changed].max(axis=1)
        chosen[turn] = site
    return chosen


def _at_first(context: PlacementContext, spot: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of each candidate to its own image beyond the edge, or to a camera that stands."""
    away = 2 * shapely.distance(shapely.points(spot), shapely.boundary(context.city.area.region))
    if context.locked is not None and len(context.locked):
        heads = context.locked.arrays
        standing = tree_of(np.column_stack([heads.x, heads.y]))
        away = np.minimum(away, standing.query(spot)[0])
    return np.asarray(away, np.float64)
