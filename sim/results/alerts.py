"""From alert to stop on the walks of a run: wrongful stops a year, with their range over cases.

How many faces are searched a day comes from the run: what software of a named case could read with
the run's cameras, or, as the plan claims, every face that a camera sees well enough to identify.
Rates are those of published tests and trials elsewhere. People are those for whom the run's walks
stand, in its area: nothing is scaled to the city.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.cameras.optics import facts_table
from sim.errors import InputError
from sim.limits import check_value
from sim.results.asked import asked
from sim.results.metrics import HEADLINE_TASK
from sim.results.read import RunData
from sim.results.wrongful_stops import (
    CLAIM,
    MIDDLE,
    SEARCHED,
    Rates,
    case_figures,
    ends,
    faces_searched,
    moves,
    number,
    rates_of,
)
from sim.scenario.parameters import following
from sim.tracking.parameters import RecognitionParameters
from sim.tracking.recognition import PersonFaces, of_the_people
from sim.tracking.stops import DAYS_A_YEAR, expected, group_cases, group_rates, stop_cases

ALERTS_VERSION = 1


def alerts_run(
    run: str | Path | RunData,
    *,
    totals: Sequence[int] | None = None,
    gallery: int | None = None,
    stricter: float = 1.0,
    days: int = DAYS_A_YEAR,
) -> dict[str, Any]:
    """Return what becomes of faces searched in a year: alerts, stops and arrests, right and wrong.

    Parameters
    ----------
    run
        Run folder, or what was read of it.
    totals
        Of the run's totals; all of them where None.
    gallery
        Pictures on the list; that of the scenario where None.
    stricter
        The threshold is set so that false alerts are so many times fewer.
    days
        Days of a year like the run's day.

    Returns
    -------
    dict
        version, simulated, run, days, gallery, stricter, walkers (people for whom walks stand);
        rates, by case; steps, by total: searched (by case), cases (each combination), range (of
        wrongful stops over all of them) and moves (with one assumption moved); groups, by case, at
        the largest total; stated, what the authorities say.

    Raises
    ------
    InputError
        The run has no walks, or a total, list, threshold or number of days cannot be.
    """
    run, steps, _ = asked(run, totals, HEADLINE_TASK)
    pictures = _checked(run, steps, gallery, days)
    rates = dict(rates_of(pictures, stricter))
    persons = _searched(run)
    faces, error, walkers = of_the_people(persons)
    if not walkers:
        raise InputError(f"{run.folder}: nobody walks; run it with trips.people above 0")
    found = [
        _step(total, k, persons, (faces[k], error[k]), rates, days, run.summary["steps"][k])
        for k, total in enumerate(run.totals)
        if total in steps
    ]
    last = run.totals.index(steps[-1])
    return {
        "version": ALERTS_VERSION, "simulated": run.fleet.simulated,
        "run": str(run.summary.get("scenario", "")), "days": days, "gallery": pictures,
        "stricter": stricter, "walkers": walkers,
        "rates": {name: each._asdict() for name, each in rates.items()},
        "steps": found,
        "groups": _groups(float(faces[last, 0]) * days, rates[MIDDLE[1]]),
        "stated": [
            {**row, "count": int(row["count"])} for row in facts_table("stated_results.csv")
        ],
    }  # fmt: skip


def _checked(run: RunData, steps: Sequence[int], gallery: int | None, days: int) -> int:
    """Return the pictures on the list; refuse totals, a list or days that cannot be."""
    unknown = sorted(set(steps) - set(run.totals))
    if unknown:
        have = ", ".join(f"{total:,}" for total in run.totals)
        raise InputError(f"total {unknown[0]:,}: faces are counted at the run's totals, {have}")
    if not (isinstance(days, int) and 1 <= days <= 366):
        raise InputError(f"days {days}: give a whole number of days of a year, 1..366")
    pictures = run.scenario.recognition.gallery if gallery is None else gallery
    check_value(RecognitionParameters, "gallery", pictures, "recognition")
    return pictures


def _searched(run: RunData) -> PersonFaces:
    return faces_searched(run.seen, run.tracks, following(run.scenario))


def _step(
    total: int,
    k: int,
    persons: PersonFaces,
    counted: tuple[NDArray[np.float64], NDArray[np.float64]],
    rates: dict[str, Rates],
    days: int,
    summary: dict[str, Any],
) -> dict[str, Any]:
    """Return what is searched at one total, and what becomes of it in each combination of cases."""
    faces, errors = counted
    cases = []
    for (s, searched), rate, stops in product(enumerate(SEARCHED), rates, stop_cases()):
        yearly = float(faces[s]) * days, persons.faces[:, k, s] / persons.represents * days
        names = {"searched": searched, "rates": rate, "stops": stops}
        case = stop_cases()[stops]
        cases.append(names | case_figures(*yearly, persons.represents, rates[rate], case))
    return {
        "total": total,
        "searched": {
            name: {
                "cameras_reading": _cameras(summary, name),
                "faces_per_day": float(faces[s]),
                "faces_per_day_se": float(errors[s]),
            }
            for s, name in enumerate(SEARCHED)
        },
        "cases": cases,
        "range": ends(cases),
        "moves": moves(cases),
    }


def _cameras(summary: dict[str, Any], name: str) -> int:
    """Return how many cameras of the area search faces in a case."""
    if name == CLAIM:
        return int(summary["cameras"])
    return int(summary["software"][name]["cameras_reading"])


def _groups(faces: float, rates: Rates) -> dict[str, list[dict[str, Any]]]:
    """Return how wrongful stops of a year fall on groups, in the middle case of all else."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, groups in group_cases().items():
        share = np.array([group.share for group in groups])
        wrong = group_rates(rates.false, groups)
        chain = expected(faces * share, rates.listed, rates.hit, wrong, stop_cases()[MIDDLE[2]])
        stops, right = chain.wrongful_stops, chain.right()["stop"]
        found[name] = [
            {
                "group": group.name, "share": group.share, "ratio": group.ratio,
                "wrongful_stops": float(stops[g]), "stop_is_right": number(right[g]),
                "share_of_wrongful_stops": float(stops[g] / stops.sum()) if stops.sum() else None,
            }
            for g, group in enumerate(groups)
        ]  # fmt: skip
    return found
