"""Means, percentiles and shares over walks, each with the error that comes from drawing people.

Persons and not walks are the sample, since walks of one person resemble one another.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

NO_NUMBERS = {"mean": None, "se": None, "p10": None, "p50": None, "p90": None, "n": 0}


class WalkValues(NamedTuple):
    """One figure of every walk that counts for it."""

    values: NDArray[Any]
    """Shape (walks, totals, tasks); NaN where a walk has none."""
    person: NDArray[np.int64]
    """Who made each walk, numbered from 0."""


def person_shifts(of_walks: WalkValues) -> NDArray[np.float32]:
    """Return how far the mean of a figure would fall if a person were left out.

    Returns
    -------
    Shape (persons, totals, tasks), in the unit of the figure; their squares' sum, times
    (persons - 1) / persons, is the square of `standard_error`.
    """
    values, person = of_walks
    known = np.isfinite(values)
    count = known.sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean = np.where(known, values, 0).sum(axis=0, dtype=np.float64) / count
    apart = np.where(known, values - mean, 0.0)
    if len(person) and not (person == np.arange(len(person))).all():
        persons = int(person.max()) + 1
        apart, known = (_by_person(each, person, persons) for each in (apart, known))
    left = count - known
    return np.where(left > 0, apart / np.maximum(left, 1), 0.0).astype(np.float32)


def _by_person(values: NDArray[Any], person: NDArray[np.int64], persons: int) -> NDArray[Any]:
    """Add up the walks of each person."""
    found = np.zeros((persons, *values.shape[1:]), np.float64)
    np.add.at(found, person, values)
    return found


def standard_error(values: NDArray[Any], person: NDArray[np.int64]) -> float | None:
    """Return the standard error of the mean of values over trips of independent persons.

    Parameters
    ----------
    values
        A number a trip, shape (trips,).
    person
        Who made the trip, numbered from 0, shape (trips,). Trips of one person resemble one
        another, so persons and not trips are the sample: the error is the jackknife's, from the
        means without one person each (Efron, The Jackknife, the Bootstrap and Other Resampling
        Plans, 1982, ch. 3). Where everybody makes one trip that is exactly sd / sqrt(n).

    Returns
    -------
    float or None
        In the unit of the values; None with fewer than two persons.
    """
    return _errors(np.asarray(values, np.float64)[None], person)[0]


def numbers(values: NDArray[Any], person: NDArray[np.int64]) -> dict[str, float | int | None]:
    """Return mean, its error and percentiles of what is a number; `n` says of how many walks."""
    finite = np.isfinite(values)
    real = values[finite].astype(np.float64)
    if not len(real):
        return dict(NO_NUMBERS)
    p10, p50, p90 = np.percentile(real, [10, 50, 90])
    return {
        "mean": float(real.mean()),
        "se": standard_error(real, person[finite]),
        "p10": float(p10),
        "p50": float(p50),
        "p90": float(p90),
        "n": len(real),
    }


def numbers_of(of_walks: WalkValues) -> list[list[dict[str, float | int | None]]]:
    """Return `numbers` of every total and task, the same to the bit and much faster."""
    values, person = of_walks
    _, totals, tasks = values.shape
    flat = _rows(values)
    whole = np.isfinite(flat).all(axis=1) & (len(person) > 0)
    found = [dict[str, float | int | None]() for _ in flat]
    if whole.any():
        own = flat[whole]
        p10, p50, p90 = np.percentile(own, [10, 50, 90], axis=1).tolist()
        columns = zip(
            np.flatnonzero(whole).tolist(), own.mean(axis=1).tolist(), _errors(own, person),
            p10, p50, p90, strict=True,
        )  # fmt: skip
        for column, *parts in columns:
            found[column] = dict(zip(NO_NUMBERS, [*parts, len(person)], strict=True))
    for column in np.flatnonzero(~whole).tolist():
        found[column] = numbers(flat[column], person)
    return [found[k * tasks : (k + 1) * tasks] for k in range(totals)]


def shares_of(of_walks: WalkValues) -> list[list[tuple[float | None, float | None]]]:
    """Return the mean and its error of every total and task."""
    values, person = of_walks
    _, totals, tasks = values.shape
    flat = _rows(values)
    found: list[tuple[float | None, float | None]] = [(None, None)] * len(flat)
    if len(person):
        found = list(zip(flat.mean(axis=1).tolist(), _errors(flat, person), strict=True))
    return [found[k * tasks : (k + 1) * tasks] for k in range(totals)]


def _rows(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return a row for each total and task, shape (totals · tasks, walks)."""
    walks, totals, tasks = values.shape
    return np.ascontiguousarray(values.reshape(walks, totals * tasks).T, np.float64)


def _errors(rows: NDArray[np.float64], person: NDArray[np.int64]) -> list[float | None]:
    """Return `standard_error` of every row, shape (rows, walks)."""
    trips = np.bincount(person)
    persons = int((trips > 0).sum())
    if persons < 2:
        return [None] * len(rows)
    apart = rows - rows.mean(axis=1)[:, None]
    if (person != np.arange(len(person))).any():
        apart = np.stack([np.bincount(person, row) for row in apart])
    shift = apart / (len(person) - trips)  # of the mean, if the person were left out
    squares = (persons - 1) / persons * (shift**2).sum(axis=1)
    return [float(error) for error in np.sqrt(squares)]


def share(name: str, values: NDArray[Any], person: NDArray[np.int64]) -> dict[str, float | None]:
    """Return a share of walks under its name, and beside it its error."""
    mean, error = shares_of(WalkValues(values[:, None, None], person))[0][0]
    return {name: mean, f"{name}_se": error}
