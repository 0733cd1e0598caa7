"""How far figures move, from arrays of them: bands over seeds, paired differences, ranges of cases.

Pure functions of numbers; which cells were computed, and why, is known in `sim.ensemble`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def band(values: Floats) -> dict[str, Any]:
    """Return the mean over seeds and the band in which one more seed would lie in 9 of 10 cases.

    Its ends are quantiles at rank / (n + 1), as for a value not yet drawn; with fewer
    than 19 they are the lowest and the highest, and None with fewer than two.

    Parameters
    ----------
    values
        One a seed; those that are not finite are left out.

    Returns
    -------
    dict
        mean, p5, p50, p95 and n, the number of values that count.
    """
    real = values[np.isfinite(values)]
    if not len(real):
        return {"mean": None, "p5": None, "p50": None, "p95": None, "n": 0}
    low, middle, high = np.percentile(real, [5, 50, 95], method="weibull").tolist()
    several = len(real) > 1
    return {
        "mean": float(real.mean()),
        "p5": low if several else None,
        "p50": middle,
        "p95": high if several else None,
        "n": len(real),
    }


def paired_difference(values: Floats, base: Floats) -> dict[str, Any]:
    """Return the band of a difference and the standard error of its mean.

    Parameters
    ----------
    values, base
        One a seed, of the same seeds in the same order.

    Returns
    -------
    dict
        As `band`, and se, None with fewer than two seeds.
    """
    apart = values - base
    found = band(apart)
    error = None
    if found["n"] > 1:
        real = apart[np.isfinite(apart)]
        error = float(real.std(ddof=1) / math.sqrt(len(real)))
    return {**found, "se": error}


def extremes(means: Mapping[str, float | None]) -> tuple[str | None, str | None]:
    """Return the names of the lowest and the highest mean, None where no mean is known."""
    known = {name: mean for name, mean in means.items() if mean is not None}
    return (
        min(known, key=known.__getitem__, default=None),
        max(known, key=known.__getitem__, default=None),
    )


def variance_shares(values: Floats, factors: Sequence[str]) -> dict[str, float]:
    """Split the variance of a full factorial among its factors.

    The shares are those of a balanced analysis of variance, each level counting alike.

    Parameters
    ----------
    values
        Shape (levels of the first factor, …, levels of the last, seeds).
    factors
        Their names.

    Returns
    -------
    dict
        By factor the share of its main effect; "factors together", what only combinations
        explain; "seed", what differs between seeds within a case. They add up to 1. Empty where
        nothing varies or a value is missing.
    """
    apart = values - values.mean()
    total = float((apart**2).sum())
    if not math.isfinite(total) or total <= 1e-24 * max(1.0, float((values**2).sum())):
        return {}
    shares = {}
    for axis, factor in enumerate(factors):
        others = tuple(i for i in range(values.ndim) if i != axis)
        effect = apart.mean(axis=others)
        shares[factor] = float((effect**2).sum()) * values.size / len(effect) / total
    between = float((apart.mean(axis=-1) ** 2).sum()) * values.shape[-1] / total
    shares["factors together"] = max(0.0, between - sum(shares.values()))
    shares["seed"] = 1.0 - between
    return shares
