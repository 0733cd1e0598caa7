"""Combinations of levels in an order of which every beginning is balanced.

Takes the number of levels of each factor and gives places in the full factorial: taken one after
another, they hold each level, each pair of levels and each three about equally often, so a part of
the factorial tells the variance of the whole several times as closely as one drawn at random.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sim.ensemble.shapley import Ints
from sim.keyed_random import uniform
from sim.results.uncertainty import Floats

WEIGHT = 0.25
"""Of sets of so many factors a set of one more counts so much less; a power of two, so that the
sums below are exact and ties are ties on every machine."""


def balanced_order(sizes: Sequence[int], count: int, seed: int) -> Ints:
    """Return places in the full factorial, none twice, shape (count,).

    The next combination is the one least like those before it. With the likeness K(x, y) = Π over
    factors (1 + w (s · [x = y] − 1)), w = `WEIGHT` and s levels, the sum of K over all pairs of a
    sample is its discrete discrepancy (Hickernell and Liu, Biometrika 89, 2002; Qin and Fang,
    Metrika 60, 2004): multiplied out, a sum over all sets of factors of w to the power of their
    number times the squared means of their contrasts, which are 0 in the full factorial. It is made
    small one combination at a time, as in kernel herding (Chen, Welling and Smola, Uncertainty in
    Artificial Intelligence 26, 2010). Ties go by a random rank of each combination, so every
    renaming of levels is as likely as the next.

    Parameters
    ----------
    sizes
        Number of levels of each factor, the last one counting fastest in places.
    count
        How many; a larger count goes on where a smaller one ends.
    seed
        Of the random ranks.
    """
    rank = uniform(seed, "order of combinations", np.arange(math.prod(sizes)))
    likeness = np.zeros(len(rank))
    found = np.empty(count, np.int64)
    for at in range(count):
        least = np.flatnonzero(likeness == likeness.min())
        found[at] = place = least[rank[least].argmin()]
        likeness += _likeness(sizes, np.unravel_index(int(place), tuple(sizes)))
        likeness[place] = math.inf
    return found


def _likeness(sizes: Sequence[int], levels: Sequence[np.intp]) -> Floats:
    """Return how like each combination is to one, in the order of the full factorial."""
    found = np.ones(1)
    for size, level in zip(sizes, levels, strict=True):
        factor = np.full(size, 1.0 - WEIGHT)
        factor[level] += WEIGHT * size
        found = np.multiply.outer(found, factor).ravel()
    return found
