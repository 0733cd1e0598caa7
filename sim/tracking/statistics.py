"""Means, percentiles and shares over walks, each with the error that comes from drawing people.

Persons and not walks are the sample, since walks of one person resemble one another.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

NO_NUMBERS = {"mean": None, "se": None, "p10": None, "p50": None, "p90": None, "n": 0}


def standard_error(values: NDArray[Any], person: NDArray[np.int64]) -> float | None:
    """Return the standard error of the mean of values over trips of independent persons.

    Parameters
    ----------
    values
        A number a trip, shape (trips,).
    person
        Who made the trip, numbered from 0, shape (trips,). Trips of one person resemble one
        another, so persons and not trips are the sample: the error is the jackknife's, from the
        means without one person each (Efron, The Jackknife, the Bootstrap and Other Resampling
        Plans, 1982, ch. 3). Where everybody makes one trip that is exactly sd / sqrt(n).

    Returns
    -------
    float or None
        In the unit of the values; None with fewer than two persons.
    """
    trips = np.bincount(person)
    persons = int((trips > 0).sum())
    if persons < 2:
        return None
    apart = np.bincount(person, values - values.mean())
    shift = apart / (len(values) - trips)  # of the mean, if the person were left out
    return float(np.sqrt((persons - 1) / persons * (shift**2).sum()))


def numbers(values: NDArray[Any], person: NDArray[np.int64]) -> dict[str, float | int | None]:
    """Return mean, its error and percentiles of what is a number; `n` says of how many walks."""
    finite = np.isfinite(values)
    real = values[finite].astype(np.float64)
    if not len(real):
        return dict(NO_NUMBERS)
    p10, p50, p90 = np.percentile(real, [10, 50, 90])
    return {
        "mean": float(real.mean()),
        "se": standard_error(real, person[finite]),
        "p10": float(p10),
        "p50": float(p50),
        "p90": float(p90),
        "n": len(real),
    }


def share(name: str, values: NDArray[Any], person: NDArray[np.int64]) -> dict[str, float | None]:
    """Return a share of walks under its name, and beside it its error."""
    if not len(values):
        return {name: None, f"{name}_se": None}
    of_walks = values.astype(np.float64)
    return {name: float(of_walks.mean()), f"{name}_se": standard_error(of_walks, person)}
