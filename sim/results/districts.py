"""The answer of each district over one fleet or several, as summary.json gives it.

It takes what each fleet's run says of the districts and returns the same with means over the
fleets, their errors and their bands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.results.uncertainty import band

DISTRICTS = "districts"
"""Key of a fleet's part and of summary.json."""


def districts_of(parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the answer of each district over the fleets that watch the same people.

    Parameters
    ----------
    parts
        Of each fleet, with what `sim.tracking.districts` found under `DISTRICTS`.

    Returns
    -------
    list of dict
        As one fleet's; with several, share is the mean over them, se its standard error over
        fleets and people, and p5 and p95, beside them, the band of one more fleet.

    Notes
    -----
    How much of the variance of a mean over fleets is people's is not looked at person by person:
    it is taken to be as large as within one fleet, which it cannot exceed, so se is an upper bound.
    """
    first: list[dict[str, Any]] = parts[0].get(DISTRICTS) or []
    if len(parts) == 1:
        return first
    return [
        {
            **district,
            "answer": {
                task: _over([part[DISTRICTS][place]["answer"][task] for part in parts])
                for task in district["answer"]
            },
        }
        for place, district in enumerate(first)
    ]


def _over(fleets: Sequence[Mapping[str, Any]]) -> dict[str, list[float | None]]:
    """Return the figures of one district and task over fleets, a number a total each."""
    shares, errors = (
        np.array([[np.nan if v is None else v for v in of[name]] for of in fleets], np.float64)
        for name in ("share", "se")
    )
    found: dict[str, list[float | None]] = {"share": [], "se": [], "p5": [], "p95": []}
    for of_total, se in zip(shares.T, errors.T, strict=True):
        about = band(of_total)
        error = math.sqrt(of_total.var(ddof=1) / len(of_total) + np.mean(se**2))
        told = {"share": about["mean"], "se": error if math.isfinite(error) else None}
        for name, value in {**told, "p5": about["p5"], "p95": about["p95"]}.items():
            found[name].append(value)
    return found
