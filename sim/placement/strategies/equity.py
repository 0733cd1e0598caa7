"""Equity: the least covered part of the city next."""

import numpy as np

from sim.city.linear_referencing import points_at
from sim.keyed_random import uniform
from sim.placement.context import HeadOrder, PlacementContext
from sim.placement.greedy import equity_cover
from sim.placement.strategies.population import squares
from sim.placement.views import picked, views


def least_covered_first(context: PlacementContext) -> HeadOrder:
    """Rank heads so that the next one goes where the smallest share of street length is seen.

    The city is divided into squares of 250 m, a street belonging to the square of its middle. The
    next head is the one that adds most length in the square seen least for the task aimed at. Of
    squares seen alike, as all are at first, one is drawn at random, so that few heads do not fill
    one corner of the city; a square in which nothing more can be seen is passed over. Cameras that
    stand already count as chosen. Where nothing new is left to see, the heads of strategy junctions
    follow.
    """
    seen = views(context)
    stretches = seen.incidence.stretches
    middle = (stretches.start.astype(np.float64) + stretches.end) / 2000
    spot = points_at(context.city.streets.arrays, stretches.edge.astype(np.int64), middle)
    cells, square = squares(spot)
    turn = np.argsort(np.argsort(uniform(context.seed, "square", *cells.T)))
    wanted = context.wanted + len(seen.standing)
    order = equity_cover(seen.incidence, turn[square], wanted, first=seen.standing).order
    return picked(context, seen, order)
