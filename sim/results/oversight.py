"""Four regimes of face recognition on the walks of a run, and what an auditor of logs finds.

Live, afterwards only, live under a warrant that names place, hours and people, and off stand on one
table: same cameras, same walks. Beside it, by what is logged, how many months of logs it takes to
find one officer who searches without a reason, and a group that is wrongly stopped too often.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sim.limits import check, limited
from sim.results.alerts import MIDDLE, alerts_run
from sim.results.asked import asked_at
from sim.results.metrics import HEADLINE_TASK
from sim.results.read import RunData
from sim.tracking.oversight import (
    POWERS,
    Audit,
    kinds_of_log,
    months_until,
    power,
    unequal_power,
)
from sim.tracking.stops import group_cases

OVERSIGHT_VERSION = 1
MONTHS = (1, 3, 6, 12, 24)
MONTHS_A_YEAR = 12
LIVE, AFTERWARDS, OFF = "live", "afterwards only", "off"
"""Names of the policies of policies.parquet that stand for regimes."""
UNDER_WARRANT = "live under warrant"


@dataclass(frozen=True)
class Warrant:
    """What a warrant for live recognition names; no such rule is proposed in Hong Kong.

    Attributes
    ----------
    place
        Share of the cameras, and so of faces searched.
    hours
        Hours of a day, of which walks are taken to be spread evenly.
    people
        Pictures on the list.

    Raises
    ------
    InputError
        A number is outside its limits; names the key.
    """

    place: float = limited(0.01, at_most=1)
    hours: float = limited(4.0, at_most=24, unit="h")
    people: int = limited(20, at_least=1, at_most=100_000_000, unit="pictures", whole=True)

    def __post_init__(self) -> None:
        """Refuse a number out of range, naming the key."""
        check(self, "warrant")

    @property
    def share(self) -> float:
        """Share of all faces that is searched."""
        return self.place * self.hours / 24


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
    return {
        "version": OVERSIGHT_VERSION,
        "simulated": run.fleet.simulated,
        "run": str(run.summary.get("scenario", "")),
        "total": total,
        "warrant": asdict(warrant),
        "audit": asdict(audit),
        "regimes": list(_regimes(_tracked(run, total), live, named, warrant)),
        "logs": list(_logs(audit)),
        "groups": list(_groups(live, named, warrant, audit)),
    }


def _tracked(run: RunData, total: int) -> dict[str, dict[str, float]]:
    """Return the mean share of a walk followed live and afterwards, by policy."""
    table = run.table("policies", ["policy", "total", "task", "tracked_live", "tracked_afterwards"])
    chosen = table[(table["total"] == total) & (table["task"] == HEADLINE_TASK)]
    rows = chosen.set_index("policy")[["tracked_live", "tracked_afterwards"]]
    return {
        str(name): {"tracked_live": float(live), "tracked_afterwards": float(afterwards)}
        for name, live, afterwards in rows.itertuples()
    }


def _regimes(
    tracked: dict[str, dict[str, float]],
    live: dict[str, Any],
    named: dict[str, Any],
    warrant: Warrant,
) -> Iterator[dict[str, Any]]:
    """Yield what each regime does to the same walks."""
    under = {
        "tracked_live": tracked[LIVE]["tracked_live"] * warrant.share,
        "tracked_afterwards": tracked[AFTERWARDS]["tracked_afterwards"],
    }
    for regime, walks, step, share in (
        (LIVE, tracked[LIVE], live, 1.0),
        (AFTERWARDS, tracked[AFTERWARDS], live, 0.0),
        (UNDER_WARRANT, under, named, warrant.share),
        (OFF, tracked[OFF], live, 0.0),
    ):
        ends = {end: case["wrongful_stops"] * share for end, case in step["range"].items()}
        yield {
            "regime": regime,
            **walks,
            "faces_per_day": step["searched"][MIDDLE[0]]["faces_per_day"] * share,
            "wrongful_stops": ends["middle"],
            "lowest": ends["lowest"],
            "highest": ends["highest"],
        }


def _logs(audit: Audit) -> Iterator[dict[str, Any]]:
    """Yield by what is logged how soon one misuser is found; without a log nobody is."""
    yield {
        "logged": "nothing",
        "power": [{"months": months, "power": 0.0} for months in MONTHS],
        "months_until": [{"power": wanted, "months": None} for wanted in POWERS],
    }
    for log in kinds_of_log(audit):
        alarm = audit.false_alarm
        yield {
            "logged": log.name,
            "power": [{"months": m, "power": power(log, m, alarm)} for m in MONTHS],
            "months_until": [
                {"power": wanted, "months": months_until(log, wanted, alarm)} for wanted in POWERS
            ],
        }


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
