"""Junctions: the crossings of the busiest streets first, then lamp posts along busy streets."""

import numpy as np
from numpy.typing import NDArray

from sim.cameras.candidates import Candidates
from sim.city import City
from sim.placement.strategies.random import shuffle_key


def busiest_junctions_first(city: City, sites: Candidates, seed: int) -> NDArray[np.int64]:
    """Rank junctions by the classes of their streets, then posts likewise; ties by lot."""
    return np.lexsort((shuffle_key(sites, seed), -sites.importance, ~sites.junction))
