"""Greedy cover: the next head is the one that shows most street not seen yet."""

from sim.placement.ground import Ground, HeadOrder


def most_new_street_first(ground: Ground) -> HeadOrder:
    """Rank heads by the length of street each adds for the task aimed at; ties by lot.

    Cameras that stand already count as chosen. Where nothing new is left to see, the heads of
    strategy junctions follow. All streets of the region count, the halo included.
    """
    from sim.placement.greedy import greedy_cover
    from sim.placement.views import picked, views

    seen = views(ground)
    wanted = ground.wanted + len(seen.standing)
    return picked(ground, seen, greedy_cover(seen.incidence, wanted, first=seen.standing).order)
