"""The burden of face recognition: faces searched a day, false alerts, and how often one is right.

It counts faces turned towards heads on simulated walks and multiplies them by error rates from a
cited table (`sim/facts/recognition.csv`). Whether a head is joined to such software, which list it
holds and what threshold is set are not known: those are named cases, never one truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.cameras.optics import TASKS
from sim.cameras.software import SOFTWARE_CASES
from sim.errors import InputError
from sim.limits import check_value
from sim.tracking.kernels.recognition import count_faces
from sim.tracking.kernels.walks import SeenArrays
from sim.tracking.linking import faced_positions, machine_of
from sim.tracking.parameters import RecognitionParameters, TrackingParameters
from sim.tracking.statistics import sum_error
from sim.tracking.walks import head_steps, in_chunks, new_spells, seen_arrays
from sim.wording import counted

if TYPE_CHECKING:
    from sim.sight.sightings import Sightings
    from sim.tracking.report import TrackReport

GALLERY = 10_000
"""Pictures on the list; that of the British test of 2023. Hong Kong's is not published."""


class Alerts(NamedTuple):
    """What recognition raises among a number of faces; numbers or arrays of one shape."""

    true: NDArray[np.float64]
    """Alerts on people who are on the list."""
    false: NDArray[np.float64]
    """Alerts on people who are not."""
    right: NDArray[np.float64]
    """Probability that an alert is right; NaN where there is none."""


@dataclass(frozen=True)
class RecognitionCase:
    """One set of error rates.

    Attributes
    ----------
    name
        low, middle or high: how heavy the burden of false alerts is.
    hit_rate
        Share of listed people who raise an alert, each time their face is searched.
    false_positive_rate
        False alerts for each face searched, on a list of `gallery` pictures.
    gallery
        Pictures on the list when the rate was measured.
    listed_share
        Share of the people who walk by who are on the list.
    basis
        Where the numbers come from, and which of them are assumptions.
    """

    name: str
    hit_rate: float
    false_positive_rate: float
    gallery: float
    listed_share: float
    basis: str


@cache
def recognition_rates() -> pd.DataFrame:
    """Return the table of published error rates, by id; empty where nothing is published."""
    path = files("sim.facts").joinpath("recognition.csv")
    with path.open(encoding="utf-8") as lines:
        return pd.read_csv(lines, comment="#", index_col="id")


@cache
def recognition_cases() -> dict[str, RecognitionCase]:
    """Return the cases low, middle and high; every rate is a row of `recognition_rates`."""
    rates = recognition_rates()
    hit, wrong = rates["hit_rate"], rates["false_positive_rate"]
    london = rates.loc["met_2025"]
    found = (london["alerts"] - london["false_alerts"]) / london["faces"]
    passing = float(found / hit["npl_2023_10000"])
    low = RecognitionCase(
        "low", float(hit["npl_2023_10000"]), float(wrong["met_2025"]), GALLERY,
        GALLERY / 7_411_945,
        "false alerts as the London police report for 2024-25 (its list is taken to hold 10,000 "
        "pictures: assumption), hit rate of the 2023 test; listed: 10,000 of Hong Kong's 7,411,945 "
        "residents, walking like everybody else (assumption)",
    )  # fmt: skip
    middle = RecognitionCase(
        "middle", float(hit["npl_2023_10000"]), float(wrong["npl_2023_10000"]), GALLERY, passing,
        "both rates of the 2023 British test at threshold 0.60 and 10,000 pictures; listed: as "
        "many as the true alerts in London 2024-25 imply at that hit rate (derived)",
    )  # fmt: skip
    high = RecognitionCase(
        "high", float(hit["met_trials_2020"]), float(wrong["neoface_earlier"]),
        float(rates["gallery"]["neoface_earlier"]), 1e-4,
        "the software before 2023 on lists of 2,000 to 4,000, scaled to the list; hit rate of the "
        "London trials; listed: 1 in 10,000 (assumption)",
    )  # fmt: skip
    return {case.name: case for case in (low, middle, high)}


def scaled_false_positive_rate(
    rate: ArrayLike, measured_gallery: ArrayLike, gallery: ArrayLike
) -> NDArray[np.float64]:
    """Return the false positive rate on a list of another size.

    Parameters
    ----------
    rate
        False alerts per face on a list of `measured_gallery` pictures, 0 to 1.
    measured_gallery, gallery
        Pictures on the list then and now.

    Returns
    -------
    ndarray
        1 − (1 − rate)^(gallery / measured_gallery): every picture is one more chance to be taken
        for somebody, each as likely as another. For small rates that is proportional to the list,
        as in the British test (1 in 60,000 at 1,000 pictures, 1 in 6,000 at 10,000).
    """
    _check_share("false positive rate", rate)
    sizes = np.asarray(measured_gallery, np.float64), np.asarray(gallery, np.float64)
    if not ((sizes[0] > 0).all() and (sizes[1] >= 0).all()):
        raise InputError(f"gallery {sizes[1]}: give the number of pictures on the list, 0 or more")
    with np.errstate(divide="ignore", invalid="ignore"):  # a rate of 1 stays 1, an empty list 0
        exponent = sizes[1] / sizes[0]
        scaled = -np.expm1(exponent * np.log1p(-np.asarray(rate, np.float64)))
    return np.where(exponent == 0, 0.0, scaled)


def alerts(
    faces: ArrayLike, listed_share: ArrayLike, hit_rate: ArrayLike, false_positive_rate: ArrayLike
) -> Alerts:
    """Return true and false alerts among faces, and the chance that an alert is right (Bayes).

    Parameters
    ----------
    faces
        Faces searched.
    listed_share
        Share of them that belong to people on the list.
    hit_rate
        Chance that a listed face raises an alert.
    false_positive_rate
        Chance that any other face does.

    Returns
    -------
    Alerts
        Expected numbers. That one person's likeness may raise an alert at every head changes how
        they are spread, not how many they are.
    """
    for name, value in (
        ("listed share", listed_share),
        ("hit rate", hit_rate),
        ("false positive rate", false_positive_rate),
    ):
        _check_share(name, value)
    number, listed = np.asarray(faces, np.float64), np.asarray(listed_share, np.float64)
    true = number * listed * np.asarray(hit_rate, np.float64)
    false = number * (1 - listed) * np.asarray(false_positive_rate, np.float64)
    return Alerts(true, false, alert_is_right(listed_share, hit_rate, false_positive_rate))


def alert_is_right(
    listed_share: ArrayLike, hit_rate: ArrayLike, false_positive_rate: ArrayLike
) -> NDArray[np.float64]:
    """Return the probability that an alert is right, by Bayes; NaN where none can be raised."""
    listed = np.asarray(listed_share, np.float64)
    true = listed * np.asarray(hit_rate, np.float64)
    false = (1 - listed) * np.asarray(false_positive_rate, np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(true / (true + false))


def faces_of_trips(
    seen: Sightings,
    report: TrackReport,
    *,
    facing_degrees: float = TrackingParameters.facing_degrees,
    uptime: float = 1.0,
    workers: int | None = None,
) -> NDArray[np.float64]:
    """Count the faces that heads could search on each walk, for every total and task.

    Parameters
    ----------
    seen
        What the whole fleet sees.
    report
        The walks and totals.
    facing_degrees
        Largest angle between walking direction and direction to the head at which the face counts
        as turned to it.
    uptime
        Share of heads that work.
    workers
        Threads; all cores by default. The result does not depend on it.

    Returns
    -------
    ndarray
        Shape (trips, totals, tasks): distinct sightings with the face turned to the head at some
        moment, each weighted with the head's duty and the uptime. One head that loses sight of a
        walker and finds them again searches two faces.
    """
    faced = faced_positions(seen.streets.arrays, seen.fleet, seen.arrays, facing_degrees)
    rows = [seen_arrays(seen.arrays, task, faced) for task in range(len(TASKS))]
    return _counted(seen, report, rows, uptime, workers)


def faces_read(
    seen: Sightings, report: TrackReport, *, uptime: float = 1.0, workers: int | None = None
) -> NDArray[np.float64]:
    """Count the faces that software reads on each walk, for every total and software case.

    Parameters
    ----------
    seen, report, uptime, workers
        As `faces_of_trips`.

    Returns
    -------
    ndarray
        Shape (trips, totals, cases of `sim.cameras.software`): as `faces_of_trips` counts them,
        where the picture, the steepness and the turn of the face let the software read.
    """
    rows = [
        machine_of(seen.streets.arrays, seen.fleet, seen.arrays, case).seen
        for case in SOFTWARE_CASES.values()
    ]
    return _counted(seen, report, rows, uptime, workers)


def _counted(
    seen: Sightings,
    report: TrackReport,
    rows_of: list[SeenArrays],
    uptime: float,
    workers: int | None,
) -> NDArray[np.float64]:
    """Count faced sightings on each walk, shape (trips, totals, kinds of sightings)."""
    totals = np.asarray(report.totals, np.int64)
    heads = head_steps(seen.fleet, totals)
    weight = seen.fleet.heads["duty"].to_numpy(np.float64) * uptime
    out = np.zeros((len(report.trips), len(totals), len(rows_of)))
    for kind, rows in enumerate(rows_of):
        counted = out[:, :, kind]

        def some(first: int, stop: int, rows: SeenArrays = rows, kind: int = kind) -> None:
            walks = report.paths.order[first:stop]
            spells = new_spells(walks, report.paths, rows, heads)
            count_faces(walks, kind, report.paths, heads, rows, weight, spells, out)

        in_chunks(some, len(report.trips), workers)
        np.cumsum(counted, axis=1, out=counted)
    return out


class PersonFaces(NamedTuple):
    """Faces a day of the people for whom each person drawn stands."""

    faces: NDArray[np.float64]
    """Of all of them together, shape (persons, …)."""
    represents: NDArray[np.float64]
    """People whom each person stands for."""
    stratum: NDArray[np.int64]
    """Group in which each was dealt out."""


def faces_of_persons(report: TrackReport, faces: NDArray[np.float64]) -> PersonFaces:
    """Add up the faces of each person's walks of a day; named walks are left out.

    Parameters
    ----------
    report
        Whose walks they are.
    faces
        Of `faces_of_trips` or `faces_read`.
    """
    table, persons = report.trips.table, report.trips.persons
    sampled = ~table["named"].to_numpy(bool)
    of = persons.of_walk[sampled]
    first = np.unique(of, return_index=True)[1]
    represents = table["represents"].to_numpy(np.float64)[sampled]
    each = (faces if sampled.all() else faces[sampled]) * represents[:, None, None]
    if len(first) < len(of) or (of != np.arange(len(of))).any():
        walked, each = each, np.zeros((len(first), *faces.shape[1:]))
        np.add.at(each, of, walked)
    return PersonFaces(each, represents[first], persons.stratum)


PeopleFaces = tuple[NDArray[np.float64], NDArray[np.float64], float]
"""Faces of all people for whom persons stand, their standard errors, and how many people."""


def of_the_people(persons: PersonFaces) -> PeopleFaces:
    """Return faces of all people for whom persons stand, the standard errors, and the people.

    Persons are drawn independently within the groups in which they are dealt out. Without one the
    numbers are NaN.
    """
    if not len(persons.represents):
        nothing = np.full(persons.faces.shape[1:], np.nan)
        return nothing, nothing, 0.0
    error = sum_error(persons.faces, persons.stratum)
    return persons.faces.sum(axis=0), error, float(persons.represents.sum())


BURDEN = (
    "total", "task", "case", "gallery", "hit_rate", "false_positive_rate", "listed_share",
    "people", "faces_per_day", "faces_per_day_se", "true_alerts_per_day",
    "false_alerts_per_day", "alert_is_right",
)  # fmt: skip
"""Columns of `recognition_burden`."""


def recognition_burden(
    seen: Sightings,
    report: TrackReport,
    *,
    gallery: float = RecognitionParameters.gallery,
    facing_degrees: float = TrackingParameters.facing_degrees,
    uptime: float = 1.0,
    workers: int | None = None,
    faces: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """Find what live recognition on every head would mean for the people simulated.

    Parameters
    ----------
    seen
        What the whole fleet sees.
    report
        Of `sim.track`: its sampled walks stand for the people they represent.
    gallery
        Pictures on the list.
    facing_degrees, uptime, workers
        As `faces_of_trips`.
    faces
        What that returns of them, where it is known.

    Returns
    -------
    DataFrame
        A row for each total × task × case: total, task, case, gallery, hit_rate,
        false_positive_rate, listed_share, people (represented), faces_per_day and its standard
        error faces_per_day_se (from drawing so many persons), true_alerts_per_day,
        false_alerts_per_day, alert_is_right. A day holds the walks drawn and no others: with
        single walks one a person. Without a sampled walk the numbers are NaN.

    Raises
    ------
    InputError
        The gallery is outside the limits of `RecognitionParameters`.
    """
    check_value(RecognitionParameters, "gallery", gallery, "recognition")
    if faces is None:
        faces = faces_of_trips(
            seen, report, facing_degrees=facing_degrees, uptime=uptime, workers=workers
        )
    count, error, people = of_the_people(faces_of_persons(report, faces))
    rows = []
    for k, total in enumerate(report.totals):
        for t, task in enumerate(TASKS):
            for case in recognition_cases().values():
                wrong = float(
                    scaled_false_positive_rate(case.false_positive_rate, case.gallery, gallery)
                )
                found = alerts(count[k, t], case.listed_share, case.hit_rate, wrong)
                rows.append(
                    (total, task, case.name, gallery, case.hit_rate, wrong, case.listed_share,
                     people, count[k, t], error[k, t], *map(float, found))
                )  # fmt: skip
    return pd.DataFrame(rows, columns=[*BURDEN])


def recognition_summary(
    burden: pd.DataFrame, total: int, task: str = RecognitionParameters.task
) -> dict[str, Any]:
    """Return the recognition part of a step of summary.json; what is not a number is None.

    Parameters
    ----------
    burden
        Of `recognition_burden`.
    total
        Heads in the whole city.
    task
        Picture quality that the software needs.

    Returns
    -------
    dict
        faces_per_day, false_alerts_per_day and alert_is_right of the middle case, the task, and
        under "cases" false_alerts_per_day and alert_is_right of low, middle and high.
    """
    chosen = burden[(burden["total"] == total) & (burden["task"] == task)].set_index("case")
    if chosen.empty:
        raise InputError(f"recognition: no figures for {counted(total, 'camera')} and {task}")
    names = ("false_alerts_per_day", "alert_is_right")
    figures = chosen[list(names)].to_numpy(np.float64)
    cases = {
        str(case): {name: _number(value) for name, value in zip(names, row, strict=True)}
        for case, row in zip(chosen.index, figures, strict=True)
    }
    return {
        "faces_per_day": _number(chosen["faces_per_day"].to_numpy(np.float64)[0]),
        **cases["middle"],
        "task": task,
        "cases": cases,
    }


def _number(value: float) -> float | None:
    """Return a float, or None for NaN, which JSON does not know."""
    return float(value) if np.isfinite(value) else None


def _check_share(name: str, value: ArrayLike) -> None:
    share = np.asarray(value, np.float64)
    if not ((share >= 0) & (share <= 1)).all():
        raise InputError(f"{name} {share}: give a number from 0 to 1")
