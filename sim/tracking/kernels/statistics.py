"""The jackknife's squares of many figures at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import lean_kernel

Floats = NDArray[np.float64]


class Persons(NamedTuple):
    """Who made which walk, and the group in which each person was dealt out."""

    person: NDArray[np.int64]
    """Of each walk."""
    stratum: NDArray[np.int64]
    """Of each person."""
    groups: NDArray[np.int64]
    """Persons of each group, at least 1."""
    growth: NDArray[np.float64]
    """Of each person n / (n − 1), n the persons of the group."""
    left: NDArray[np.float64]
    """Of each person: how many walks are left without it."""


@lean_kernel
def square_shifts(
    rows: Floats, mean: Floats, persons: Persons, sums: Floats, squares: Floats
) -> None:
    """Write what each person adds to the variance of the mean of each row.

    `rows` has the shape (figures, walks), `squares` (figures, persons); `sums` is scratch, one a
    group.
    """
    person, stratum, groups, growth, left = persons
    for row in range(len(rows)):
        square = squares[row]
        square[:] = 0.0
        for walk in range(rows.shape[1]):
            square[person[walk]] += rows[row, walk] - mean[row]
        sums[:] = 0.0
        for one in range(len(stratum)):
            sums[stratum[one]] += square[one]
        for group in range(len(groups)):
            sums[group] /= groups[group]
        for one in range(len(stratum)):
            shift = (square[one] - sums[stratum[one]]) * growth[one] / left[one]
            square[one] = shift * shift / growth[one]
