"""Junctions: the crossings of the busiest streets first, then lamp posts along busy streets."""

import numpy as np
from numpy.typing import NDArray

from sim.placement.ground import Ground
from sim.placement.strategies.random import shuffle_key


def busiest_junctions_first(ground: Ground) -> NDArray[np.int64]:
    """Rank junctions by the classes of their streets, then posts likewise; ties by lot."""
    sites = ground.sites
    return np.lexsort((shuffle_key(ground), -sites.importance, ~sites.junction))
