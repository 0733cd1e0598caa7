"""Placement strategies: each ranks candidates, best first; none counts cameras.

A strategy takes the ground (`sim.placement.ground.Ground`) and returns candidate sites in order of
preference, or an order of single heads. One file a strategy, one registry; another package adds its
own under the entry point group "hk_camera_sim.strategies".
"""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.placement.ground import Ground, HeadOrder, hung
from sim.placement.strategies.junctions import busiest_junctions_first
from sim.placement.strategies.random import random_order
from sim.placement.strategies.transit import nearest_to_stations_first

Strategy = Callable[[Ground], NDArray[np.int64] | HeadOrder]
ENTRY_POINTS = "hk_camera_sim.strategies"

STRATEGIES: Mapping[str, Strategy] = MappingProxyType(
    {
        "random": random_order,
        "junctions": busiest_junctions_first,
        "transit": nearest_to_stations_first,
    }
)
"""Every strategy of this package by the name that a scenario uses."""


def strategy(name: str) -> Strategy:
    """Return a strategy by name, from here or from an installed package.

    Raises
    ------
    InputError
        There is none of that name; lists those there are.
    """
    if name in STRATEGIES:
        return STRATEGIES[name]
    others = entry_points(group=ENTRY_POINTS)
    if name in others.names:
        found: Strategy = others[name].load()
        return found
    names = ", ".join([*STRATEGIES, *sorted(others.names)])
    raise InputError(f'unknown strategy "{name}"; choose one of {names}', key="cameras.strategy")


def ranked(name: str, ground: Ground) -> HeadOrder:
    """Ask a strategy, hang heads on the sites it prefers, and check what a stranger answers.

    Raises
    ------
    InputError
        The strategy does not fit the city, or its order is no order of the candidates.
    """
    answer = strategy(name)(ground)
    order = answer if isinstance(answer, HeadOrder) else hung(answer, ground.heads_per_site)
    sites = len(ground.sites.x)
    if len(order.site) and not (order.site.min() >= 0 and order.site.max() < sites):
        raise InputError(f'strategy "{name}" names sites that are no candidates; mend it')
    if not isinstance(answer, HeadOrder) and len(np.unique(answer)) != len(answer):
        raise InputError(f'strategy "{name}" names a site twice; mend it')
    return order
