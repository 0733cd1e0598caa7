"""Betweenness: the streets that most people walk along first."""

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.decks import DECKS
from sim.errors import InputError
from sim.placement.context import PlacementContext, planning_seed
from sim.placement.strategies.random import shuffle_key
from sim.trips.flow import walking_betweenness

PLANNING_PEOPLE = 2_000
"""People whose walks are drawn to find out which streets are busy."""
BESIDE_M = 15.0
"""A candidate counts the walkers on the busiest street of its deck within so many metres."""


def busiest_streets_first(context: PlacementContext) -> NDArray[np.int64]:
    """Rank candidates by how many people walk along their street; ties at random.

    The walks are drawn for planning only, from homes, stations and offices by their weights; they
    are not those that a run is judged by.

    Raises
    ------
    InputError
        The city has no places to walk to.
    """
    try:
        flow = walking_betweenness(
            context.city, people=PLANNING_PEOPLE, seed=planning_seed(context.seed)
        )
    except InputError as error:
        raise InputError(f"strategy betweenness: {error}", key="cameras.strategy") from None
    return np.lexsort((shuffle_key(context), -_walkers_beside(context, flow.walkers)))


def _walkers_beside(context: PlacementContext, walkers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Walkers along the busiest street beside each candidate, on its own deck."""
    sites, streets = context.sites, context.city.streets
    beside = np.zeros(len(sites.x))
    points, deck = shapely.points(sites.x, sites.y), streets.arrays.edge_deck
    for code in range(len(DECKS)):
        own = np.flatnonzero(deck == code)
        here = np.flatnonzero(sites.deck == code)
        tree = shapely.STRtree(streets.edges.geometry.to_numpy()[own])
        site, edge = tree.query(points[here], predicate="dwithin", distance=BESIDE_M)
        np.maximum.at(beside, here[site], walkers[own[edge]])
    return beside
