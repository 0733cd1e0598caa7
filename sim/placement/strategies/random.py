"""Random: every candidate as likely as any other; the null model beside which others are read."""

import numpy as np
from numpy.typing import NDArray

from sim.cameras.candidates import Candidates
from sim.city import City
from sim.draws import uniform


def shuffle_key(sites: Candidates, seed: int) -> NDArray[np.float64]:
    """Return one draw a candidate, keyed by where it stands: adding one changes no other."""
    return uniform(seed, "place", np.round(sites.x * 100), np.round(sites.y * 100))


def random_order(city: City, sites: Candidates, seed: int) -> NDArray[np.int64]:
    """Rank candidates at random."""
    return np.argsort(shuffle_key(sites, seed), kind="stable")
