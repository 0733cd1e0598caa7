"""What the cameras of an area cost in a year, a kilometre that they see and a walk they recognise.

Prices are those of the scenario, by owner. Cameras that stand in the study area and watch a street
count, all others do not.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.cameras.prices import CameraPrices
from sim.cameras.tasks import TASKS

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.city.model import City
    from sim.sight.ranks import FirstSeen
    from sim.tracking.report import TrackReport
    from sim.trips.model import Trips

DAYS_A_YEAR = 365


def spending(
    city: City,
    fleet: Fleet,
    pieces: FirstSeen,
    tracks: TrackReport,
    prices: CameraPrices,
) -> dict[int, dict[str, Any]]:
    """Return by total what is spent, as it stands in a step of summary.json.

    Parameters
    ----------
    city, fleet, pieces, tracks
        One fleet, what it sees and how it follows the walks.
    prices
        HK$ a camera and year, by owner.

    Returns
    -------
    dict
        By total: hkd_a_year (of the cameras in the study area), hkd_a_km and hkd_a_walk (that
        over the kilometres of streets seen, each pavement by itself, and over the walks of a year
        on which somebody is within reach at least once, by task; None where there are none).
    """
    here = fleet.inside(city.area.polygon)
    each = fleet.heads["owner"].map(asdict(prices)).to_numpy(np.float64)[here]
    rank = fleet.arrays.rank[here]
    walks = walks_a_year(tracks.trips)
    found = {}
    for total in tracks.totals:
        cost = float(each[rank <= total].sum())
        seen = pieces.coverage(total)
        figures = tracks.summary[total]
        km = {task: seen[task] * pieces.length_m / 1000 for task in TASKS}
        met = {task: (1 - (figures[task]["unseen_trips"] or 0.0)) * walks for task in TASKS}
        known = {task: figures[task]["unseen_trips"] is not None for task in TASKS}
        found[total] = {
            "hkd_a_year": cost,
            "hkd_a_km": {task: _over(cost, km[task]) for task in TASKS},
            "hkd_a_walk": {task: _over(cost, met[task]) if known[task] else None for task in TASKS},
        }
    return found


def walks_a_year(trips: Trips) -> float:
    """Return how many walks of a year the simulated ones stand for, named ones apart.

    Parameters
    ----------
    trips
        One day's walks.
    """
    table = trips.table
    each = table["represents"].to_numpy(np.float64)[~table["named"].to_numpy(bool)]
    return float(each.sum()) * DAYS_A_YEAR


def _over(cost: float, amount: float) -> float | None:
    return cost / amount if amount > 0 else None
