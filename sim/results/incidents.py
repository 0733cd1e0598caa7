"""Incidents in view: how many of an assumed number a year, per camera and per HK$.

An incident is in view if it happens where and when a camera could see it well enough for a task.
How many there are is the user's assumption; that one in view is noticed, or solved, is not said.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import InputError
from sim.results.asked import asked
from sim.results.metrics import HEADLINE_TASK
from sim.results.read import RunData
from sim.results.spending import DAYS_A_YEAR

INCIDENTS_VERSION = 1
PER_KM, PER_MILLION_HOURS = 10.0, 10.0
"""Assumptions: incidents a year on a kilometre of street, and in a million hours of walking."""
MOST = 1e6
STREET, WALKERS = "street", "walkers"
"""Where incidents are: as likely on each metre of street, or in each hour that somebody walks."""


def incidents_run(
    run: str | Path | RunData,
    *,
    per_km: float = PER_KM,
    per_million_hours: float = PER_MILLION_HOURS,
    totals: Sequence[int] | None = None,
    task: str = HEADLINE_TASK,
) -> dict[str, Any]:
    """Return how many incidents of a year are in view, per camera and per HK$ million.

    Parameters
    ----------
    run
        Run folder, or what was read of it.
    per_km
        Incidents a year on each kilometre of street of the study area, each pavement by itself.
    per_million_hours
        Incidents in each million hours that people walk in it.
    totals
        Of the run's totals; all of them where None.
    task
        Picture quality at which an incident is in view.

    Returns
    -------
    dict
        version, simulated, run, task, fleets (of the run); cases, by where incidents are:
        assumed (the rate), incidents (a year); steps, by total: cameras, hkd_a_year, and by case
        share (in view), in_view (a year), p5 and p95 (of one more fleet; None with one placement),
        per_camera, per_hkd_million and hkd_each (for one in view); None where it cannot be said.

    Raises
    ------
    InputError
        The run has no walks, or a rate, total or task cannot be.
    """
    question = asked(run, totals, task)
    run, steps = question.run, question.totals
    _check(run, steps, per_km, per_million_hours)
    hours = hours_a_year(run)
    if not hours > 0:
        raise InputError(f"{run.folder}: nobody walks; run it with trips.people above 0")
    counts = {
        STREET: (per_km, per_km * float(run.summary["area"]["street_km"])),
        WALKERS: (per_million_hours, per_million_hours * hours / 1e6),
    }
    return {
        "version": INCIDENTS_VERSION,
        "simulated": run.fleet.simulated,
        "run": str(run.summary.get("scenario", "")),
        "task": task,
        "fleets": int((run.summary.get("ensemble") or {}).get("fleets", 1)),
        "cases": {name: {"assumed": rate, "incidents": n} for name, (rate, n) in counts.items()},
        "steps": [
            _step(step, task, {name: n for name, (_, n) in counts.items()})
            for step in run.summary["steps"]
            if step["total"] in steps
        ],
    }


def _check(run: RunData, steps: list[int], per_km: float, per_million_hours: float) -> None:
    """Refuse totals of which the run says nothing, and rates that cannot be."""
    unknown = sorted(set(steps) - set(run.totals))
    if unknown:
        have = ", ".join(f"{total:,}" for total in run.totals)
        raise InputError(f"total {unknown[0]:,}: shares are known at the run's totals, {have}")
    for name, rate in (("a km", per_km), ("a million hours", per_million_hours)):
        if not 0 < rate <= MOST:
            raise InputError(f"{rate:g} incidents {name}: give a number above 0, to {MOST:,.0f}")


def hours_a_year(run: RunData) -> float:
    """Return for how many hours a year the people walk for whom the run's walks stand.

    Parameters
    ----------
    run
        As read; named walks are left out.
    """
    table = run.trips.table
    sampled = ~table["named"].to_numpy(bool)
    seconds = (table["represents"] * table["duration_s"]).to_numpy(np.float64)[sampled]
    return float(seconds.sum()) * DAYS_A_YEAR / 3600


def _step(step: dict[str, Any], task: str, counts: dict[str, float]) -> dict[str, Any]:
    """Return the figures of one total."""
    cameras, cost = int(step["cameras"]), step.get("hkd_a_year")
    walked = step["trips"][task]["observed_time"]
    found: dict[str, Any] = {
        "total": int(step["total"]), "cameras": cameras,
        "hkd_a_year": None if cost is None else float(cost),
    }  # fmt: skip
    for name, share, band in (
        (STREET, step["coverage"][task], (step.get("coverage_fleets") or {}).get(task)),
        (WALKERS, walked["mean"], walked.get("fleets")),
    ):
        seen = counts[name] * float(share)
        found[name] = {
            "share": float(share),
            "in_view": seen,
            **{end: counts[name] * float(band[end]) if band else None for end in ("p5", "p95")},
            "per_camera": seen / cameras if cameras else None,
            "per_hkd_million": 1e6 * seen / cost if cost else None,
            "hkd_each": cost / seen if cost is not None and seen > 0 else None,
        }
    return found
