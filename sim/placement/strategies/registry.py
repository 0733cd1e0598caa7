"""Placement strategies: each ranks candidates, best first; none counts cameras.

A strategy takes a `sim.placement.context.PlacementContext` and returns candidate sites in order of
preference, or an order of single heads. One file a strategy, one registry; another package adds its
own under the entry point group "hk_camera_sim.strategies".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib.metadata import entry_points
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.placement.context import DIRECTIONS, HeadOrder, PlacementContext, hung
from sim.placement.strategies.betweenness import busiest_streets_first
from sim.placement.strategies.empirical import as_real_networks
from sim.placement.strategies.equity import least_covered_first
from sim.placement.strategies.even import evenly_spaced
from sim.placement.strategies.greedy_cover import most_new_street_first
from sim.placement.strategies.greedy_trips import most_walks_first
from sim.placement.strategies.junctions import busiest_junctions_first
from sim.placement.strategies.places import nearest_to_places_first
from sim.placement.strategies.points import around_points
from sim.placement.strategies.population import in_proportion_to_residents
from sim.placement.strategies.random import random_order
from sim.placement.strategies.transit import nearest_to_stations_first

Strategy = Callable[[PlacementContext], NDArray[np.int64] | HeadOrder]
ENTRY_POINTS = "hk_camera_sim.strategies"

STRATEGIES: Mapping[str, Strategy] = MappingProxyType(
    {
        "random": random_order,
        "even": evenly_spaced,
        "junctions": busiest_junctions_first,
        "betweenness": busiest_streets_first,
        "transit": nearest_to_stations_first,
        "places": nearest_to_places_first,
        "population": in_proportion_to_residents,
        "points": around_points,
        "equity": least_covered_first,
        "greedy_cover": most_new_street_first,
        "greedy_trips": most_walks_first,
        "empirical": as_real_networks,
    }
)
"""Every strategy of this package by the name that a scenario uses."""
WHOLE_ORDERS = frozenset(
    {"random", "junctions", "betweenness", "transit", "places", "population", "points", "empirical"}
)
"""Those that rank all places at once, however many heads are wanted."""


class OwnStrategy(str):
    """A function in place of a strategy: its name with brackets, and the function itself."""

    __slots__ = ("function",)
    function: Strategy

    @classmethod
    def of(cls, function: Strategy) -> OwnStrategy:
        """Return the strategy that a function is."""
        name = getattr(function, "__name__", type(function).__name__)
        own = cls(f"{name}()")
        own.function = function
        return own


def strategy(name: str) -> Strategy:
    """Return a strategy by name, from here or from an installed package; a function is itself.

    Raises
    ------
    InputError
        There is none of that name (lists those there are), or its package cannot be loaded.
    """
    if isinstance(name, OwnStrategy):
        return name.function
    if name in STRATEGIES:
        return STRATEGIES[name]
    others = entry_points(group=ENTRY_POINTS)
    if name in others.names:
        try:
            found: Strategy = others[name].load()
        except (ImportError, AttributeError) as error:
            raise InputError(
                f'strategy "{name}" cannot be loaded ({error}); fix its package',
                key="cameras.strategy",
            ) from error
        return found
    names = [*STRATEGIES, *sorted(others.names)]
    near = get_close_matches(name, names, 1)
    hint = f' (did you mean "{near[0]}"?)' if near else ""
    raise InputError(
        f'unknown strategy "{name}"{hint}; choose one of {", ".join(names)}', key="cameras.strategy"
    )


def ranked(name: str, context: PlacementContext) -> HeadOrder:
    """Ask a strategy, hang heads on the sites it prefers, and check what a stranger answers.

    Raises
    ------
    InputError
        The strategy does not fit the city, or does not return an order of the candidates.
    """
    known = name in STRATEGIES  # what is ours is checked by tests
    asked = strategy(name)
    try:
        answer = asked(context)
    except InputError:
        raise
    except Exception as error:
        if known:
            raise
        raise InputError(
            f'strategy "{name}" fails ({type(error).__name__}: {error}); fix it',
            key="cameras.strategy",
        ) from error
    if isinstance(answer, HeadOrder):
        order = answer if known else HeadOrder(*(_whole_numbers(name, part) for part in answer))
        if len(order.site) != len(order.direction):
            raise _not_an_order(name, "does not give each head a site and a direction")
    else:
        sites = answer if known else _whole_numbers(name, answer)
        if len(np.unique(sites)) != len(sites):
            raise _not_an_order(name, "names a site twice")
        order = hung(sites, context.heads_per_site)
    _check_heads(name, order, len(context.sites.x))
    return order


def _whole_numbers(name: str, answer: object) -> NDArray[np.int64]:
    numbers = np.asarray(answer)
    if numbers.ndim != 1 or (numbers.size and numbers.dtype.kind not in "iu"):
        raise _not_an_order(name, "does not return a row of whole numbers")
    return numbers.astype(np.int64)


def _check_heads(name: str, order: HeadOrder, sites: int) -> None:
    site, direction = order
    if len(site) == 0:
        return
    if site.min() < 0 or site.max() >= sites:
        raise _not_an_order(name, "names sites that are no candidates")
    if direction.min() < 0 or direction.max() >= DIRECTIONS:
        raise _not_an_order(name, f"names directions that are not 0 to {DIRECTIONS - 1}")
    if np.bincount(site * DIRECTIONS + direction).max() > 1:
        raise _not_an_order(name, "names a head twice")


def _not_an_order(name: str, what: str) -> InputError:
    return InputError(f'strategy "{name}" {what}; fix it', key="cameras.strategy")
