"""Four regimes of face recognition on the walks of a run, and what an auditor of logs finds.

Live, afterwards only, live under a warrant that names place, hours and people, and off stand on one
table: same cameras, same walks. Beside it, by what is logged, how many months of logs it takes to
find one officer who searches without a reason, and a group that is wrongly stopped too often.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sim.results.alerts import alerts_run
from sim.results.asked import asked_at
from sim.results.metrics import HEADLINE_TASK
from sim.results.read import RunData
from sim.results.regimes import (
    LIVE,
    MONTHS,
    NOTHING,
    UNDER_WARRANT,
    Warrant,
    none_found,
    powers,
    regimes,
    tracked_by,
)
from sim.tracking.oversight import POWERS, Audit, kinds_of_log, months_until, unequal_power
from sim.tracking.stops import group_cases

OVERSIGHT_VERSION = 1
MONTHS_A_YEAR = 12
POLICY_COLUMNS = ["policy", "total", "task", "tracked_live", "tracked_afterwards"]


def oversight_run(
    run: str | Path | RunData,
    *,
    total: int | None = None,
    warrant: Warrant | None = None,
    audit: Audit | None = None,
) -> dict[str, Any]:
    """Return four regimes side by side, and what an auditor of their logs finds.

    Parameters
    ----------
    run
        Run folder, or what was read of it.
    total
        One of the run's totals; the largest where None.
    warrant, audit
        What a warrant names; who searches how often, and what an audit asks for.

    Returns
    -------
    dict
        version, simulated, run, total, warrant, audit; regimes: regime, tracked_live and
        tracked_afterwards (mean shares of a walk), faces_per_day, wrongful_stops (a year, middle
        case) and their lowest and highest; logs: by what is logged the power after so many months,
        and the months until it is 0.8 and 0.95 (None beyond 60); groups: by case the power of
        finding that the last group is wrongly stopped too often, live and under the warrant.

    Raises
    ------
    InputError
        The run has no walks, or a total cannot be.
    """
    run, (total,), _ = asked_at(run, total, HEADLINE_TASK)
    warrant, audit = warrant or Warrant(), audit or Audit()
    (live,) = alerts_run(run, totals=[total])["steps"]
    (named,) = alerts_run(run, totals=[total], gallery=warrant.people)["steps"]
    tracked = tracked_by(run.table("policies", POLICY_COLUMNS), total)
    return {
        "version": OVERSIGHT_VERSION,
        "simulated": run.fleet.simulated,
        "run": str(run.summary.get("scenario", "")),
        "total": total,
        "warrant": asdict(warrant),
        "audit": asdict(audit),
        "regimes": list(regimes(tracked, live, named, warrant)),
        "logs": list(_logs(audit)),
        "groups": list(_groups(live, named, warrant, audit)),
    }


def _logs(audit: Audit) -> Iterator[dict[str, Any]]:
    """Yield by what is logged how soon one misuser is found; without a log nobody is."""
    yield {
        "logged": NOTHING,
        "power": none_found(),
        "months_until": [{"power": wanted, "months": None} for wanted in POWERS],
    }
    for log, found in zip(kinds_of_log(audit), powers(audit), strict=True):
        until = [
            {"power": wanted, "months": months_until(log, wanted, audit.false_alarm)}
            for wanted in POWERS
        ]
        yield found | {"months_until": until}


def _groups(
    live: dict[str, Any], named: dict[str, Any], warrant: Warrant, audit: Audit
) -> Iterator[dict[str, Any]]:
    """Yield by case how surely unequal wrongful stops are found, with outcome and group logged."""
    for name, groups in group_cases().items():
        worst = groups[-1]
        for regime, step, share in ((LIVE, live, 1.0), (UNDER_WARRANT, named, warrant.share)):
            stops = step["range"]["middle"]["wrongful_stops"] * share / MONTHS_A_YEAR
            yield {
                "case": name, "group": worst.name, "regime": regime, "stops_a_month": stops,
                "power": [
                    {
                        "months": m,
                        "power": unequal_power(
                            stops, worst.share, worst.ratio / groups[0].ratio, m, audit.false_alarm
                        ),
                    }
                    for m in MONTHS
                ],
            }  # fmt: skip
