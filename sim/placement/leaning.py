"""How far cameras stand from what their strategy only leans towards, for the fleet's report.

A strategy that ranks places by distance from points, stations or places of some kinds runs out of
near ones, or shares its poles with others in a mix; so a run says what came of it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.cameras.fleet import Fleet
from sim.nearest import tree_of
from sim.placement.context import PlacementContext
from sim.placement.strategies.points import points_in_region

STATION = ("station",)
LEANING = ("points", "transit", "places")
"""Strategies that rank by distance; in the report their counts begin with these names."""


def how_far(fleet: Fleet, strategies: Iterable[str], context: PlacementContext) -> dict[str, int]:
    """Return how far simulated heads stand from what some strategies lean towards.

    Parameters
    ----------
    fleet
        As placed.
    strategies
        Names of those in use.
    context
        What was looked at.

    Returns
    -------
    dict
        For each strategy of `LEANING` in use <name>_watched, <name>_half_within_m and
        <name>_farthest_m: how many points, stations or places there are, within how many metres of
        one half of the heads stand, and the farthest. Empty without a simulated head.
    """
    leaning = [name for name in LEANING if name in set(strategies)]
    if not leaning or fleet.real.all():
        return {}
    heads = fleet.heads[~fleet.real]
    found: dict[str, int] = {}
    for name in leaning:
        spot = _spots(name, context)
        away, _ = tree_of(spot).query(heads[["x", "y"]].to_numpy(np.float64))
        found |= {
            f"{name}_watched": len(spot),
            f"{name}_half_within_m": int(np.ceil(np.median(away))),
            f"{name}_farthest_m": int(np.ceil(away.max())),
        }
    return found


def _spots(name: str, context: PlacementContext) -> NDArray[np.float64]:
    """Return what a strategy leans towards, metres, shape (spots, 2)."""
    if name == "points":
        return points_in_region(context)[0]
    kinds = STATION if name == "transit" else context.aims.near
    table = context.city.places.table
    places = table.geometry[table["kind"].isin(kinds)]
    return np.column_stack([places.x, places.y])
