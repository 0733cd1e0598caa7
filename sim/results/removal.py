"""Which cameras of a run matter most: whose removal gives back most, and each one's own worth.

Under simulated cameras only. What is given back is walks unseen as walked, metres of walks or
street; the choice stands beside a bound that no choice exceeds, and beside what removing the last
cameras instead would do. For the public it is told by owner and district; single cameras are ranks
of a simulated fleet.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.cameras.fleet import only_of_simulated
from sim.cameras.optics import TASKS
from sim.placement.given_back import STREETS, TRIPS, UNSEEN, GivenBack, given_back
from sim.placement.removal import Removal, best_removal
from sim.results.asked import asked_at
from sim.results.metrics import HEADLINE_TASK
from sim.results.read import RunData
from sim.results.unseen import owners_and_districts
from sim.sight.ranks import first_seen

REMOVAL_VERSION = 1
UNITS = {UNSEEN: "walks", TRIPS: "m of walks", STREETS: "m of street"}
WORTH = {UNSEEN: "only_walks", TRIPS: "only_walk_m", STREETS: "only_street_m"}
"""Columns of `own_worth`."""


def removal(
    run: str | Path | RunData,
    count: int,
    goal: str,
    *,
    total: int | None = None,
    task: str = HEADLINE_TASK,
) -> dict[str, Any]:
    """Choose the cameras of a run whose removal gives back most.

    Parameters
    ----------
    run
        Run folder, or what was read of it.
    count
        How many to remove of those in the region, halo included.
    goal
        "unseen": walks, as walked, that no camera sees; "trips": metres of walks; "streets":
        street of the study area.
    total
        Cameras in the whole city before; the largest total of the run by default.
    task
        Of `sim.cameras.optics.TASKS`.

    Returns
    -------
    dict
        version, simulated, run, task, goal, unit, total, cameras (how many there are), removed,
        given_back, at_most (no choice gives back more), gap (1 − given_back / at_most), by_owner
        and by_district of those removed, their simulated_ranks; and before, after and without_last
        (the last ones removed instead): streets_seen (share of street length), walk_seen (mean
        share of a walk), walks_unseen (share of walks, as walked), the latter two null without
        walks.

    Raises
    ------
    InputError
        A camera is not simulated; there are fewer cameras; a goal, total or task cannot be.
    """
    run, number, heads, total = _asked(run, total, task)
    found = best_removal(_held(run, goal, number, heads), count)
    return {
        "version": REMOVAL_VERSION,
        "simulated": True,
        "run": str(run.summary.get("scenario", "")),
        "task": task,
        "goal": goal,
        "unit": UNITS[goal],
        "total": total,
        "cameras": heads,
        "removed": count,
        **_given_back(run, found, goal),
        "before": _figures(run, [], total, number),
        "after": _figures(run, found.heads, total, number),
        "without_last": _figures(run, range(heads - count, heads), total, number),
    }


def own_worth(run: RunData, *, total: int | None = None, task: str = HEADLINE_TASK) -> pd.DataFrame:
    """Return what each camera of a run gives back if it goes alone.

    Parameters
    ----------
    run, total, task
        As `removal`.

    Returns
    -------
    DataFrame
        A camera a row, in the order of the fleet: rank, only_street_m (street of the study area
        that it alone sees), only_walk_m (metres of walks) and only_walks (walks, as walked, that
        no other camera sees); NaN for cameras that come after the total, and without walks.

    Raises
    ------
    InputError
        A camera is not simulated, or a total or task cannot be.
    """
    _, number, heads, _ = _asked(run, total, task)
    walks = bool((~run.trips.table["named"].to_numpy(bool)).any())
    columns: dict[str, NDArray[np.generic]] = {"rank": run.fleet.arrays.rank}
    for goal in (STREETS, TRIPS, UNSEEN):
        worth = np.full(len(run.fleet), np.nan)
        if walks or goal == STREETS:
            worth[:heads] = _held(run, goal, number, heads).alone()
        columns[WORTH[goal]] = worth if goal == UNSEEN else worth / 1000
    return pd.DataFrame(columns)


def _asked(
    run: str | Path | RunData, total: int | None, task: str
) -> tuple[RunData, int, int, int]:
    """Return the run, task, how many cameras of the region there are at the total, and this."""
    run, (total,), number = asked_at(run, total, task)
    only_of_simulated(run.fleet.simulated, "which cameras matter most is not told")
    heads = int(np.searchsorted(run.fleet.arrays.rank, total, side="right"))
    return run, number, heads, total


def _given_back(run: RunData, found: Removal, goal: str) -> dict[str, Any]:
    scale = 1 if goal == UNSEEN else 1000
    return {
        "given_back": found.value / scale,
        "at_most": found.bound / scale,
        "gap": found.gap,
        **owners_and_districts(run, run.fleet, found.heads),
        "simulated_ranks": run.fleet.arrays.rank[found.heads].tolist(),
    }


def _held(run: RunData, goal: str, task: int, heads: int) -> GivenBack:
    return given_back(goal, run.seen, task, heads, None if goal == STREETS else run.trips)


def _figures(
    run: RunData, gone: Sequence[int] | NDArray[np.int64], total: int, task: int
) -> dict[str, float | None]:
    """Return what is seen without some cameras: streets, walks, and walks that are not."""
    left = np.ones(len(run.fleet), bool)
    left[np.asarray(gone, np.int64)] = False
    pieces = first_seen(run.seen, heads=left)
    share = pieces.coverage(total)[TASKS[task]]
    a, trips = pieces.arrays, run.trips
    drawn = np.flatnonzero(~trips.table["named"].to_numpy(bool))
    if not len(drawn):
        return {"streets_seen": share, "walk_seen": None, "walks_unseen": None}
    metres = np.where(a.rank[:, task] <= total, a.end - a.start, 0.0)
    edge = np.repeat(np.arange(len(a.piece_ptr) - 1), np.diff(a.piece_ptr))
    on_edge = np.bincount(edge, metres)
    trip = np.repeat(np.arange(len(trips.table)), np.diff(trips.path_ptr))
    seen, length = (
        np.bincount(trip, of_edge[trips.path_edge], len(trips.table))[drawn]
        for of_edge in (on_edge, run.city.streets.arrays.edge_length)
    )
    return {
        "streets_seen": share,
        "walk_seen": float((seen / length).mean()),
        "walks_unseen": float((seen == 0).mean()),
    }
