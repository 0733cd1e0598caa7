"""What heads can tell by night: every task, and software, needs as many times the pixels.

Heads hang and look as they do by day; their ranges end nearer. The factors are a table of facts
(`sim/facts/hours.csv`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim.cameras.fleet import RANGE_COLUMNS, Fleet
from sim.cameras.optics import FACE_HEIGHT_M, PIXELS_PER_METRE, facts_table

PIXEL_FACTORS: Mapping[str, float] = MappingProxyType(
    {row["hours"]: float(row["pixel_factor"]) for row in facts_table("hours.csv")}
)
"""Times the pixels that each task needs, by hour: 1 by day."""


def at_hours(fleet: Fleet, hours: str) -> Fleet:
    """Return the fleet as it sees at some hour.

    Parameters
    ----------
    fleet
        As it sees by day.
    hours
        Of `PIXEL_FACTORS`.

    Returns
    -------
    Fleet
        The same heads, with ranges that need the factor times the pixels; a task whose range then
        ends before the near limit is empty.
    """
    factor = PIXEL_FACTORS[hours]
    if factor == 1 or not len(fleet):
        return fleet
    heads = fleet.arrays
    reach = _nearer(heads.reach, heads.mount - FACE_HEIGHT_M, factor)
    reach[reach <= heads.near[:, None]] = 0.0
    columns = dict(zip(RANGE_COLUMNS, reach.T, strict=True))
    return replace(fleet, heads=fleet.heads.assign(**columns))


def _nearer(
    reach: NDArray[np.float64], drop: NDArray[np.float64], factor: float
) -> NDArray[np.float64]:
    """Return horizontal ranges, (heads, tasks), at so many times the pixels.

    Pixels at a metre follow from the range of any task that the upper edge of the picture does not
    end, which is where they come out greatest.
    """
    need = np.array(PIXELS_PER_METRE)
    slant = np.where(reach > 0, np.hypot(reach, drop[:, None]), 0.0)
    pixels = (slant * need).max(axis=1)
    squared = (pixels[:, None] / (factor * need)) ** 2 - (drop**2)[:, None]
    return np.asarray(np.minimum(np.sqrt(np.maximum(squared, 0.0)), reach), np.float64)
