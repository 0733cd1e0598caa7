"""Random: every candidate as likely as any other; the null model beside which others are read."""

import numpy as np
from numpy.typing import NDArray

from sim.keyed_random import uniform
from sim.placement.context import PlacementContext


def shuffle_key(context: PlacementContext) -> NDArray[np.float64]:
    """Return one draw a candidate, keyed by where it stands: adding one changes no other."""
    sites = context.sites
    return uniform(context.seed, "place", np.round(sites.x * 100), np.round(sites.y * 100))


def random_order(context: PlacementContext) -> NDArray[np.int64]:
    """Rank candidates at random."""
    return np.argsort(shuffle_key(context), kind="stable")
