"""From alert to stop on the walks of a run: wrongful stops a year, with their range over cases.

How many faces are searched a day comes from the run: what software of a named case could read with
the run's cameras, or, as the plan claims, every face that a camera sees well enough to identify.
Rates are those of published tests and trials elsewhere. People are those for whom the run's walks
stand, in its area: nothing is scaled to the city.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.cameras.optics import TASKS, facts_table
from sim.cameras.software import NEAREST_TASK, SOFTWARE_CASES
from sim.errors import InputError
from sim.limits import check_value
from sim.results.asked import asked
from sim.results.metrics import HEADLINE_TASK
from sim.results.read import RunData
from sim.scenario.parameters import following
from sim.tracking.parameters import RecognitionParameters
from sim.tracking.recognition import (
    PersonFaces,
    faces_of_persons,
    faces_of_trips,
    faces_read,
    of_the_people,
    recognition_cases,
    scaled_false_positive_rate,
)
from sim.tracking.stops import (
    DAYS_A_YEAR,
    Chain,
    StopCase,
    at_threshold,
    expected,
    group_cases,
    group_rates,
    people_stopped,
    stop_cases,
)

ALERTS_VERSION = 1
CLAIM = "claim"
"""Who reads: every camera, wherever its picture is good enough for a person to identify."""
SEARCHED = (CLAIM, *SOFTWARE_CASES)
FACTORS = ("searched", "rates", "stops")
MIDDLE = (CLAIM, "middle", "middle")
"""The case from which one assumption at a time is moved."""


class Rates(NamedTuple):
    """Rates of a case on the list and at the threshold asked for."""

    listed: float
    hit: float
    false: float


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
    rates = dict(_rates(pictures, stricter))
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


def _rates(gallery: int, stricter: float) -> Iterator[tuple[str, Rates]]:
    """Yield each case's rates on a list of this length, at this threshold."""
    for case in recognition_cases().values():
        wrong = float(scaled_false_positive_rate(case.false_positive_rate, case.gallery, gallery))
        yield case.name, Rates(case.listed_share, *at_threshold(case.hit_rate, wrong, stricter))


def _searched(run: RunData) -> PersonFaces:
    """Return the faces of each person's day that are searched, shape (persons, totals, cases)."""
    parameters, tracks = following(run.scenario), run.tracks
    seen = faces_of_trips(
        run.seen, tracks, facing_degrees=parameters.facing_degrees, uptime=parameters.uptime
    )
    claimed = seen[:, :, [TASKS.index(NEAREST_TASK)]]
    read = faces_read(run.seen, tracks, uptime=parameters.uptime)
    return faces_of_persons(tracks, np.concatenate([claimed, read], axis=2))


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
        cases.append(names | _case(*yearly, persons.represents, rates[rate], stop_cases()[stops]))
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
        "range": _ends(cases),
        "moves": _moves(cases),
    }


def _case(
    faces: float,
    searches: NDArray[np.float64],
    represents: NDArray[np.float64],
    rates: Rates,
    case: StopCase,
) -> dict[str, Any]:
    """Return what comes to each link in a year, whom it befalls, and how often it is right.

    Right is the chance that the person is on the list; for stops also if each listed person is
    stopped once. People are those stopped at least once, fewest and most.
    """
    chain = expected(faces, *rates, case)
    wrong, right = case.check_false * case.reached, case.check_true * case.reached
    others, listed = represents * (1 - rates.listed), represents * rates.listed
    fewest, most = people_stopped(searches, rates.false, wrong, others)
    found_fewest, found_most = people_stopped(searches, rates.hit, right, listed)
    mistaken = float(chain.wrongful_stops)
    once = found_most / (found_most + mistaken) if found_most + mistaken > 0 else None
    right_at = {link: _number(value) for link, value in chain.right().items()}
    return {
        **_counts(chain), "wrongful_stops_sd": _spread(chain),
        "people_fewest": fewest, "people_most": most, "listed": float(listed.sum()),
        "found_fewest": found_fewest, "found_most": found_most,
        "right": right_at | {"stop_once": once},
    }  # fmt: skip


def _counts(chain: Chain) -> dict[str, float]:
    return {name: float(value) for name, value in chain._asdict().items()}


def _spread(chain: Chain) -> float:
    """Return the standard deviation of wrongful stops in a year, faces apart from one another."""
    faces, mean = float(chain.faces), float(chain.wrongful_stops)
    return float(np.sqrt(mean * (1 - mean / faces))) if faces > 0 else 0.0


def _number(value: np.float64 | NDArray[np.float64]) -> float | None:
    return float(value) if np.isfinite(value) else None


def _cameras(summary: dict[str, Any], name: str) -> int:
    """Return how many cameras of the area search faces in a case."""
    if name == CLAIM:
        return int(summary["cameras"])
    return int(summary["software"][name]["cameras_reading"])


def _named(case: dict[str, Any]) -> dict[str, Any]:
    return {**{name: case[name] for name in FACTORS}, "wrongful_stops": case["wrongful_stops"]}


def _ends(cases: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the lowest and highest wrongful stops over all combinations, and the middle."""
    stops = [case["wrongful_stops"] for case in cases]
    middle = next(case for case in cases if tuple(case[name] for name in FACTORS) == MIDDLE)
    return {
        "lowest": _named(cases[int(np.argmin(stops))]),
        "middle": _named(middle),
        "highest": _named(cases[int(np.argmax(stops))]),
    }


def _moves(cases: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return by assumption how wrongful stops move with it alone, the others at their middle."""
    return {
        name: {
            case[name]: case["wrongful_stops"]
            for case in cases
            if all(case[FACTORS[i]] == MIDDLE[i] for i in range(len(FACTORS)) if i != place)
        }
        for place, name in enumerate(FACTORS)
    }


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
                "wrongful_stops": float(stops[g]), "stop_is_right": _number(right[g]),
                "share_of_wrongful_stops": float(stops[g] / stops.sum()) if stops.sum() else None,
            }
            for g, group in enumerate(groups)
        ]  # fmt: skip
    return found
