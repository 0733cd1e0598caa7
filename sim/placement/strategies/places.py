"""Places: the nearest to stations, markets, schools or whatever kinds the scenario names."""

from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from sim.city.places import KINDS
from sim.errors import InputError
from sim.nearest import tree_of
from sim.placement.context import PlacementContext
from sim.placement.strategies.random import shuffle_key

STEP_M = 10.0
"""Distances within one step are equal."""


def nearest_to_places_first(context: PlacementContext) -> NDArray[np.int64]:
    """Rank candidates by distance to the nearest place of the kinds `near`; ties at random.

    Raises
    ------
    InputError
        A kind that nobody knows, or the city has no place of these kinds.
    """
    return nearest_first(context, "places", context.aims.near)


def nearest_first(
    context: PlacementContext, strategy: str, kinds: tuple[str, ...]
) -> NDArray[np.int64]:
    """Rank candidates by distance to the nearest place of some kinds, in steps of 10 m."""
    steps = context.once(("steps to", strategy, kinds), lambda: _steps_to(context, strategy, kinds))
    return np.lexsort((shuffle_key(context), steps))


def _steps_to(
    context: PlacementContext, strategy: str, kinds: tuple[str, ...]
) -> NDArray[np.float64]:
    """Return how many steps each candidate is from the nearest place of some kinds."""
    city, sites = context.city, context.sites
    table = city.places.table
    for i, kind in enumerate(kinds):
        _check_kind(kind, {*KINDS, *table["kind"]}, f"cameras.aims.near.{i}")
    places = table.geometry[table["kind"].isin(kinds)]
    if places.empty:
        raise InputError(
            f"strategy {strategy} needs places of kind {' or '.join(kinds) or 'any'}, and "
            f"{city.area.name} has none; choose another strategy or import places",
            key="cameras.strategy",
        )
    tree = tree_of(np.column_stack([places.x, places.y]))
    distance = tree.query(np.column_stack([sites.x, sites.y]))[0]
    return np.asarray(np.floor(distance / STEP_M), np.float64)


def _check_kind(kind: str, known: set[str], key: str) -> None:
    if kind in known:
        return
    near = get_close_matches(kind, sorted(known), 1)
    hint = f' (did you mean "{near[0]}"?)' if near else f"; known: {', '.join(sorted(known))}"
    raise InputError(f'"{kind}" is no kind of place{hint}', key=key)
