"""Placement strategies: each ranks candidates, best first; none counts cameras.

A strategy takes the city, its candidates and the seed and returns candidate indices in order of
preference. One file a strategy, one registry.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim.cameras.candidates import Candidates
from sim.city import City
from sim.placement.strategies.junctions import busiest_junctions_first
from sim.placement.strategies.random import random_order
from sim.placement.strategies.transit import nearest_to_stations_first

Strategy = Callable[[City, Candidates, int], NDArray[np.int64]]

STRATEGIES: Mapping[str, Strategy] = MappingProxyType(
    {
        "random": random_order,
        "junctions": busiest_junctions_first,
        "transit": nearest_to_stations_first,
    }
)
"""Every strategy by the name that a scenario uses."""
