"""Greedy cover: the next head is the one that shows most street not seen yet."""

from sim.placement.context import HeadOrder, PlacementContext
from sim.placement.greedy import greedy_cover
from sim.placement.views import picked, views


def most_new_street_first(context: PlacementContext) -> HeadOrder:
    """Rank heads by the length of street each adds for the task aimed at; ties at random.

    Cameras that stand already count as chosen. Where nothing new is left to see, the heads of
    strategy junctions follow. All streets of the region count, the halo included.
    """
    seen = views(context)
    wanted = context.wanted + len(seen.standing)
    return picked(context, seen, greedy_cover(seen.incidence, wanted, first=seen.standing).order)
