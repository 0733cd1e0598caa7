"""Greedy trips: the next head is the one that sees most walks not seen often enough yet."""

from sim.errors import InputError
from sim.placement.context import HeadOrder, PlacementContext, planning_seed
from sim.placement.greedy_trips import greedy_trips
from sim.placement.strategies.betweenness import PLANNING_PEOPLE
from sim.placement.views import picked, views
from sim.trips.demand import sample_trips


def most_walks_first(context: PlacementContext) -> HeadOrder:
    """Rank heads by how many walks each sees that fewer than `times` heads see; ties at random.

    The walks are drawn for planning only, with another seed than those that a run is judged by.
    When all of them are seen `times`, twice as often is aimed at, and so on. Where no walk is left
    to see, the heads of strategy junctions follow.

    Raises
    ------
    InputError
        The city has no places to walk to.
    """
    city = context.city
    walks = sample_trips(city, people=PLANNING_PEOPLE, seed=planning_seed(context.seed))
    if len(walks) == 0:
        raise InputError(
            f"strategy greedy_trips needs places to walk to, and {city.area.name} has none; "
            "choose another strategy or import places",
            key="cameras.strategy",
        )
    seen = views(context)
    wanted = context.wanted + len(seen.standing)
    chosen, times = seen.standing, context.aims.times
    while len(chosen) < wanted and times < 2 * seen.incidence.candidates:
        chosen = greedy_trips(seen.incidence, walks, wanted, times=times, first=chosen).order
        times *= 2
    return picked(context, seen, chosen)
