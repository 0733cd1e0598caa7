"""Faces searched in a year and what becomes of them: wrongful stops by named case, and their range.

It takes walks followed under a fleet, and gives one total's part of summary.json (`steps[].alerts`)
and the regimes and logs of `oversight`. `sim.results.alerts` tells each case in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.cameras.optics import TASKS
from sim.cameras.software import NEAREST_TASK, SOFTWARE_CASES
from sim.sight.sightings import Sightings
from sim.tracking.parameters import TrackingParameters
from sim.tracking.recognition import (
    PeopleFaces,
    PersonFaces,
    faces_of_persons,
    faces_of_trips,
    faces_read,
    recognition_cases,
    scaled_false_positive_rate,
)
from sim.tracking.report import TrackReport
from sim.tracking.stops import (
    DAYS_A_YEAR,
    Chain,
    StopCase,
    at_threshold,
    expected,
    people_stopped,
    stop_cases,
)

CLAIM = "claim"
"""Who reads: every camera, wherever its picture is good enough for a person to identify."""
SEARCHED = (CLAIM, *SOFTWARE_CASES)
FACTORS = ("searched", "rates", "stops")
MIDDLE = (CLAIM, "middle", "middle")
"""The case from which one assumption at a time is moved."""
ENDS = ("lowest", "middle", "highest")


class Rates(NamedTuple):
    """Rates of a case on the list and at the threshold asked for."""

    listed: float
    hit: float
    false: float


def rates_of(gallery: int, stricter: float = 1.0) -> Iterator[tuple[str, Rates]]:
    """Yield each case's rates on a list of this length, at this threshold.

    Parameters
    ----------
    gallery
        Pictures on the list.
    stricter
        As `sim.tracking.stops.at_threshold`.
    """
    for case in recognition_cases().values():
        wrong = float(scaled_false_positive_rate(case.false_positive_rate, case.gallery, gallery))
        yield case.name, Rates(case.listed_share, *at_threshold(case.hit_rate, wrong, stricter))


def faces_searched(
    seen: Sightings,
    tracks: TrackReport,
    parameters: TrackingParameters,
    faces: NDArray[np.float64] | None = None,
) -> PersonFaces:
    """Return the faces of each person's day that are searched, shape (persons, totals, cases).

    Parameters
    ----------
    seen, tracks, parameters
        What the fleet sees, the walks followed under it, and how.
    faces
        Of `sim.tracking.recognition.faces_of_trips`, where they are known.
    """
    if faces is None:
        faces = faces_of_trips(
            seen, tracks, facing_degrees=parameters.facing_degrees, uptime=parameters.uptime
        )
    claimed = faces[:, :, [TASKS.index(NEAREST_TASK)]]
    read = faces_read(seen, tracks, uptime=parameters.uptime)
    return faces_of_persons(tracks, np.concatenate([claimed, read], axis=2))


def alerts_of_totals(
    persons: PersonFaces,
    added_up: PeopleFaces,
    totals: tuple[int, ...],
    gallery: int,
    *,
    last: bool = False,
) -> dict[int, dict[str, Any] | None]:
    """Return by total what becomes of faces searched in a year, as in summary.json.

    Parameters
    ----------
    persons
        Of `faces_searched`.
    added_up
        Of `sim.tracking.recognition.of_the_people`.
    totals
        Those of the run.
    gallery
        Pictures on the list.
    last
        Whether only the largest total is asked for.

    Returns
    -------
    dict
        By total gallery, days, walkers; searched and wrongful_stops by who reads faces; range and
        moves as `sim.results.alerts.alerts_run`; middle, what comes to each link in the middle
        case. None where nobody walks.
    """
    faces, errors, walkers = added_up
    if not walkers:
        return dict.fromkeys(totals)
    rates = dict(rates_of(gallery))
    about = {"gallery": gallery, "days": DAYS_A_YEAR, "walkers": walkers}
    return {
        total: about | _brief(persons.faces[:, k, 0], persons, faces[k], errors[k], rates)
        for k, total in enumerate(totals)
        if not last or total == totals[-1]
    }


def _brief(
    searches: NDArray[np.float64],
    persons: PersonFaces,
    faces: NDArray[np.float64],
    errors: NDArray[np.float64],
    rates: dict[str, Rates],
) -> dict[str, Any]:
    """Return the figures of one total; people are told for the middle case alone."""
    cases = [
        names | {"wrongful_stops": float(chain.wrongful_stops)}
        for names, chain in chains(faces * DAYS_A_YEAR, rates)
    ]
    by_reader = {who: [c for c in cases if c["searched"] == who] for who in SEARCHED}
    _, rate, stops = MIDDLE
    yearly = searches / persons.represents * DAYS_A_YEAR
    middle = case_figures(
        float(faces[0]) * DAYS_A_YEAR, yearly, persons.represents, rates[rate], stop_cases()[stops]
    )
    return {
        "searched": {
            who: {"faces_per_day": float(faces[s]), "faces_per_day_se": number(errors[s])}
            for s, who in enumerate(SEARCHED)
        },
        "wrongful_stops": {
            who: {end: found["wrongful_stops"] for end, found in ends(of, who).items()}
            for who, of in by_reader.items()
        },
        "range": ends(cases),
        "moves": moves(cases),
        "middle": middle,
    }


def chains(
    faces: NDArray[np.float64], rates: Mapping[str, Rates]
) -> Iterator[tuple[dict[str, str], Chain]]:
    """Yield the names of each combination of cases, and what is expected at each link.

    Parameters
    ----------
    faces
        Searched in the time, by who reads them (`SEARCHED`).
    rates
        By case.
    """
    for (s, searched), rate, stops in product(enumerate(SEARCHED), rates, stop_cases()):
        names = {"searched": searched, "rates": rate, "stops": stops}
        yield names, expected(float(faces[s]), *rates[rate], stop_cases()[stops])


def case_figures(
    faces: float,
    searches: NDArray[np.float64],
    represents: NDArray[np.float64],
    rates: Rates,
    case: StopCase,
) -> dict[str, Any]:
    """Return what comes to each link in a year, whom it befalls, and how often it is right.

    Right is the chance that the person is on the list; for stops also if each listed person is
    stopped once. People are those stopped at least once, fewest and most.

    Parameters
    ----------
    faces
        Searched in a year, of all.
    searches, represents
        Of each person in a year, and for how many they stand.
    rates, case
        The cases.
    """
    chain = expected(faces, *rates, case)
    wrong, right = case.check_false * case.reached, case.check_true * case.reached
    others, listed = represents * (1 - rates.listed), represents * rates.listed
    fewest, most = people_stopped(searches, rates.false, wrong, others)
    found_fewest, found_most = people_stopped(searches, rates.hit, right, listed)
    mistaken = float(chain.wrongful_stops)
    once = found_most / (found_most + mistaken) if found_most + mistaken > 0 else None
    right_at = {link: number(value) for link, value in chain.right().items()}
    return {
        **_counts(chain), "wrongful_stops_sd": _spread(chain),
        "people_fewest": fewest, "people_most": most, "listed": float(listed.sum()),
        "found_fewest": found_fewest, "found_most": found_most,
        "right": right_at | {"stop_once": once},
    }  # fmt: skip


def ends(cases: list[dict[str, Any]], searched: str = CLAIM) -> dict[str, Any]:
    """Return the lowest and highest wrongful stops over cases, and the middle one of a reader."""
    stops = [case["wrongful_stops"] for case in cases]
    wanted = (searched, *MIDDLE[1:])
    middle = next(case for case in cases if tuple(case[name] for name in FACTORS) == wanted)
    chosen = (cases[int(np.argmin(stops))], middle, cases[int(np.argmax(stops))])
    return {end: _named(case) for end, case in zip(ENDS, chosen, strict=True)}


def moves(cases: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return by assumption how wrongful stops move with it alone, the others at their middle."""
    return {
        name: {
            case[name]: case["wrongful_stops"]
            for case in cases
            if all(case[FACTORS[i]] == MIDDLE[i] for i in range(len(FACTORS)) if i != place)
        }
        for place, name in enumerate(FACTORS)
    }


def number(value: float | np.float64 | NDArray[np.float64]) -> float | None:
    """Return a float, or None for what JSON does not know."""
    return float(value) if np.isfinite(value) else None


def _named(case: dict[str, Any]) -> dict[str, Any]:
    return {**{name: case[name] for name in FACTORS}, "wrongful_stops": case["wrongful_stops"]}


def _counts(chain: Chain) -> dict[str, float]:
    return {name: float(value) for name, value in chain._asdict().items()}


def _spread(chain: Chain) -> float:
    """Return the standard deviation of wrongful stops in a year, faces apart from one another."""
    faces, mean = float(chain.faces), float(chain.wrongful_stops)
    return float(np.sqrt(mean * (1 - mean / faces))) if faces > 0 else 0.0
