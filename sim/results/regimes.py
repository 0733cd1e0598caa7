"""Regimes of face recognition side by side, and what an auditor of their logs finds, by months.

Live, afterwards only, live under a warrant that names place, hours and people, and off: same
cameras, same walks. It takes the policies of a run and its wrongful stops, and gives the rows of
`sim oversight` and of summary.json.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from sim.limits import check, limited
from sim.results.metrics import HEADLINE_TASK
from sim.results.wrongful_stops import MIDDLE
from sim.tracking.oversight import Audit, kinds_of_log, power

MONTHS = (1, 3, 6, 12, 24)
OF_A_SUMMARY = MONTHS[:4]
"""Two years of all searches take as long to reckon as all else together."""
LIVE, AFTERWARDS, OFF = "live", "afterwards only", "off"
"""Names of the policies of policies.parquet that stand for regimes."""
UNDER_WARRANT = "live under warrant"
NOTHING = "nothing"


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


def oversight_summary(
    policies: pd.DataFrame, total: int, live: dict[str, Any] | None, named: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Return the part of summary.json on oversight, with the defaults of `Warrant` and `Audit`.

    Parameters
    ----------
    policies
        What rules change, as in policies.parquet.
    total
        Of the run.
    live, named
        `alerts` of its step, on the scenario's list and on that of a warrant; None where nobody
        walks.

    Returns
    -------
    dict
        total, warrant, audit, regimes and logs as `sim.results.oversight.oversight_run`, up to a
        year and without months until; None where nobody walks.
    """
    if live is None or named is None:
        return None
    warrant, audit = Warrant(), Audit()
    return {
        "total": total,
        "warrant": asdict(warrant),
        "audit": asdict(audit),
        "regimes": list(regimes(tracked_by(policies, total), live, named, warrant)),
        "logs": [
            {"logged": NOTHING, "power": none_found(OF_A_SUMMARY)},
            *powers(audit, OF_A_SUMMARY),
        ],
    }


def none_found(months: tuple[int, ...] = MONTHS) -> list[dict[str, float]]:
    """Return that nobody is found, however many months of logs there are.

    Parameters
    ----------
    months
        Of logs.
    """
    return [{"months": number, "power": 0.0} for number in months]


def powers(audit: Audit, months: tuple[int, ...] = MONTHS) -> Iterator[dict[str, Any]]:
    """Yield by kind of log the chance that one misuser is found after so many months.

    Parameters
    ----------
    audit
        Who searches how often.
    months
        Of logs.
    """
    for log in kinds_of_log(audit):
        found = [{"months": m, "power": power(log, m, audit.false_alarm)} for m in months]
        yield {"logged": log.name, "power": found}


def tracked_by(policies: pd.DataFrame, total: int) -> dict[str, dict[str, float]]:
    """Return the mean share of a walk followed live and afterwards, by policy.

    Parameters
    ----------
    policies
        policy, total, task, tracked_live and tracked_afterwards, a row each.
    total
        Of the run.
    """
    chosen = policies[(policies["total"] == total) & (policies["task"] == HEADLINE_TASK)]
    rows = chosen.set_index("policy")[["tracked_live", "tracked_afterwards"]]
    return {
        str(name): {"tracked_live": float(live), "tracked_afterwards": float(afterwards)}
        for name, live, afterwards in rows.itertuples()
    }


def regimes(
    tracked: dict[str, dict[str, float]],
    live: dict[str, Any],
    named: dict[str, Any],
    warrant: Warrant,
) -> Iterator[dict[str, Any]]:
    """Yield what each regime does to the same walks.

    Parameters
    ----------
    tracked
        Of `tracked_by`.
    live, named
        A step's searched and range, on the run's list and on the warrant's.
    warrant
        What it names.
    """
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
