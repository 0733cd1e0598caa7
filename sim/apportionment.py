"""Whole seats in proportion to weights, one after the other, so that nobody ever loses one.

Free of every room: districts get heads by it, owners get ranks, and census workers get districts.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError

NEARLY = 1e-12
"""Quotients that differ by a smaller part than this may be equal, or in the wrong order."""


def sainte_lague(weights: Sequence[float], total: int) -> NDArray[np.int32]:
    """Return to whom each of `total` seats goes, in order: always to the highest w / (2a + 1).

    Ties go to the earlier weight, and what is a tie is decided in whole numbers: weights count as
    they are written, so 0.1 and 0.3 are one to three. The first n entries are the apportionment of
    n seats, so no one ever loses a seat as the total grows (Balinski and Young, Fair
    Representation, 1982).

    Raises
    ------
    InputError
        A weight is negative or not finite, or all are zero.
    """
    weight = np.asarray(weights, np.float64)
    if not np.isfinite(weight).all() or (weight < 0).any() or weight.sum() <= 0:
        raise InputError("cameras: weights must be positive numbers; check the areas' figures")
    most = np.ceil(weight / weight.sum() * total).astype(np.int64) + 2
    while True:
        who = np.repeat(np.arange(len(weight), dtype=np.int32), most)
        seat = np.arange(len(who)) - np.repeat(np.cumsum(most) - most, most)
        quotient = weight[who] / (2 * seat + 1)
        order = np.lexsort((who, -quotient))
        _decide_ties(order, who, seat, quotient, weight)
        order = order[:total]
        given = np.bincount(who[order], minlength=len(weight))
        # one that got all the seats prepared for it might have got more
        if (given < most).all():
            return who[order]
        most = most * 2


def _decide_ties(
    order: NDArray[np.int64],
    who: NDArray[np.int32],
    seat: NDArray[np.int64],
    quotient: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> None:
    """Put quotients that nearly agree into their exact order, in place."""
    sorted_quotient = quotient[order]
    near = np.abs(np.diff(sorted_quotient)) <= NEARLY * sorted_quotient[:-1]
    # equal weights with equally many seats are in order already, and most ties are of that kind
    alike = (np.diff(weight[who[order]]) == 0) & (np.diff(seat[order]) == 0)
    if not (near & ~alike).any():
        return
    group = np.concatenate([[0], np.cumsum(~near)])
    doubtful = np.unique(group[1:][near & ~alike])
    written = [Fraction(repr(float(w))) for w in weight]
    unit = lcm(*(w.denominator for w in written))
    # quotients that differ do so by at least 1 / the square of the highest divisor
    fine = (2 * int(seat.max()) + 1) ** 2
    whole = [w.numerator * (unit // w.denominator) * fine for w in written]
    rows = np.flatnonzero(np.isin(group, doubtful))
    candidate = order[rows]
    keyed = zip(
        group[rows].tolist(), who[candidate].tolist(), (2 * seat[candidate] + 1).tolist(),
        candidate.tolist(), strict=True,
    )  # fmt: skip
    decided = sorted((place, -(whole[own] // odd), own, row) for place, own, odd, row in keyed)
    order[rows] = [row for *_, row in decided]
