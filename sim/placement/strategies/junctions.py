"""Junctions: the crossings of the busiest streets first, then lamp posts along busy streets."""

import numpy as np
from numpy.typing import NDArray

from sim.placement.context import PlacementContext
from sim.placement.strategies.random import shuffle_key


def busiest_junctions_first(context: PlacementContext) -> NDArray[np.int64]:
    """Rank junctions by the classes of their streets, then posts likewise; ties at random."""
    sites = context.sites
    return np.lexsort((shuffle_key(context), -sites.importance, ~sites.junction))
