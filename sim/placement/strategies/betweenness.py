"""Betweenness: the streets that most people walk along first."""

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.decks import DECKS
from sim.errors import InputError
from sim.placement.context import PlacementContext, planning_seed
from sim.placement.strategies.random import shuffle_key
from sim.trips.flow import walkers_along

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
        seed = planning_seed(context.seed)
        walkers = walkers_along(context.city, people=PLANNING_PEOPLE, seed=seed)
    except InputError as error:
        raise InputError(f"strategy betweenness: {error}", key="cameras.strategy") from None
    return np.lexsort((shuffle_key(context), -_walkers_beside(context, walkers)))


def _walkers_beside(context: PlacementContext, walkers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Walkers along the busiest street beside each candidate, on its own deck."""
    beside = np.zeros(len(context.sites.x))
    for site, edge in context.once("streets beside", lambda: _streets_beside(context)):
        np.maximum.at(beside, site, walkers[edge])
    return beside


def _streets_beside(
    context: PlacementContext,
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return, deck by deck, candidates and the streets beside them, pair by pair."""
    sites, streets = context.sites, context.city.streets
    points, deck = shapely.points(sites.x, sites.y), streets.arrays.edge_deck
    found = []
    for code in range(len(DECKS)):
        own = np.flatnonzero(deck == code)
        here = np.flatnonzero(sites.deck == code)
        tree = shapely.STRtree(streets.edges.geometry.to_numpy()[own])
        site, edge = tree.query(points[here], predicate="dwithin", distance=BESIDE_M)
        found.append((here[site], own[edge]))
    return found
