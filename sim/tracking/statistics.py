"""Means, percentiles and shares over walks, each with the error that comes from drawing people.

Persons and not walks are the sample, since walks of one person resemble one another.
"""

from __future__ import annotations

import math
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
    stratum: NDArray[np.int64] | None = None
    """The group in which each person was dealt out, shape (persons,), at least two in each; those
    whose walks do not count too. One group of all without it."""


def person_shifts(of_walks: WalkValues) -> NDArray[np.float32]:
    """Return how far the mean of a figure would fall if a person were left out.

    The others of the person's group then count for the one who is missing, see `standard_error`.

    Returns
    -------
    Shape (persons, totals, tasks), in the unit of the figure; `shift_variance` of it is the square
    of `standard_error`.
    """
    _, totals, tasks = of_walks.values.shape
    shift = _shifts(_rows(of_walks.values), of_walks.person, of_walks.stratum)
    return np.ascontiguousarray(shift.T.reshape(-1, totals, tasks), np.float32)


def shift_variance(
    shift: NDArray[np.floating[Any]], stratum: NDArray[np.int64] | None
) -> NDArray[np.float64]:
    """Return the jackknife's variance of means, from how far each person shifts them.

    Parameters
    ----------
    shift
        Of `person_shifts`, persons first.
    stratum
        As in `WalkValues`.
    """
    rows = np.ascontiguousarray(shift.reshape(len(shift), -1).T, np.float64)
    return _variances(rows, stratum).reshape(shift.shape[1:])


def _variances(rows: NDArray[np.float64], stratum: NDArray[np.int64] | None) -> NDArray[np.float64]:
    """Return `shift_variance` of every row of shifts, shape (rows, persons)."""
    if stratum is None:
        stratum = np.zeros(rows.shape[1], np.int64)
    return np.asarray((rows**2 / _growth(stratum)).sum(axis=1), np.float64)


def _growth(stratum: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return of each person n / (n − 1), n the persons of the group; 1 where one is alone."""
    size = np.bincount(stratum)
    return np.asarray((size / np.maximum(size - 1, 1))[stratum], np.float64)


def _shifts(
    rows: NDArray[np.float64], person: NDArray[np.int64], stratum: NDArray[np.int64] | None
) -> NDArray[np.float64]:
    """Return `person_shifts` of every row, shape (rows, persons), from shape (rows, walks)."""
    if stratum is None:
        stratum = np.zeros(int(person.max(initial=-1)) + 1, np.int64)
    known = np.isfinite(rows)
    known = known[:1] if known.all() else known  # the same of every row
    count = known.sum(axis=1)[:, None]
    mean = np.where(known, rows, 0.0).sum(axis=1)[:, None] / np.maximum(count, 1)
    apart, own = (
        _added_up(each, person, len(stratum)) for each in (np.where(known, rows - mean, 0.0), known)
    )
    growth = _growth(stratum)
    left = count - growth * _from_middle(own, stratum)
    enough = np.where(left > 0.5, left, np.inf)  # walks are whole
    return np.asarray(growth * _from_middle(apart, stratum) / enough, np.float64)


def _added_up(rows: NDArray[Any], groups: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    """Return the sums of every row over groups, shape (rows, size)."""
    if len(groups) == size and (groups == np.arange(size)).all():
        return rows.astype(np.float64)
    return np.stack([np.bincount(groups, row, size) for row in rows])


def _from_middle(rows: NDArray[np.float64], stratum: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return by how much each person is above the mean of the person's group."""
    size = np.bincount(stratum)
    means = _added_up(rows, stratum, len(size)) / np.maximum(size, 1)
    return np.asarray(rows - means[:, stratum], np.float64)


def standard_error(
    values: NDArray[Any], person: NDArray[np.int64], stratum: NDArray[np.int64] | None = None
) -> float | None:
    """Return the standard error of the mean of values over trips of independent persons.

    Parameters
    ----------
    values
        A number a trip, NaN where it has none, shape (trips,).
    person
        Who made the trip, numbered from 0, shape (trips,). Trips of one person resemble one
        another, so persons and not trips are the sample.
    stratum
        The group in which each person was dealt out, as in `WalkValues`.

    Returns
    -------
    float or None
        In the unit of the values; None with fewer than two persons.

    Notes
    -----
    The jackknife, from the means without one person each (Efron, The Jackknife, the Bootstrap and
    Other Resampling Plans, 1982, ch. 3). Kinds of walk and profiles are dealt out in turn, so how
    many persons each has is no chance: a person is left out within a group, whose n − 1 others
    then count n / (n − 1) times, and a group's squares count (n − 1) / n times (Wolter,
    Introduction to Variance Estimation, 2nd ed. 2007, 4.5). A person without a trip that counts
    moves the number of those that do. In one group where everybody makes one trip it is exactly
    sd / sqrt(n), in several of them the error of stratified sampling (Cochran, Sampling
    Techniques, 3rd ed. 1977, 5.9).
    """
    return _errors(np.asarray(values, np.float64)[None], person, stratum)[0]


def sum_error(each: NDArray[np.float64], stratum: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the standard error of sums over persons dealt out in groups.

    Parameters
    ----------
    each
        What each person adds, persons first.
    stratum
        As in `WalkValues`.

    Returns
    -------
    Shape of `each` without persons: the root of the sum over groups of n times the variance
    within; NaN with fewer than two persons.
    """
    if len(each) < 2:
        return np.full(each.shape[1:], np.nan)
    apart = _from_middle(each.reshape(len(each), -1).T, stratum)
    squares = (_growth(stratum) * apart**2).sum(axis=1)
    return np.asarray(np.sqrt(squares), np.float64).reshape(each.shape[1:])


def numbers(
    values: NDArray[Any], person: NDArray[np.int64], stratum: NDArray[np.int64] | None = None
) -> dict[str, float | int | None]:
    """Return mean, its error and percentiles of what is a number; `n` says of how many walks."""
    finite = np.isfinite(values)
    real = values[finite].astype(np.float64)
    if not len(real):
        return dict(NO_NUMBERS)
    if stratum is None:  # one group, of those who have a number
        values, person = real, np.unique(person[finite], return_inverse=True)[1]
    p10, p50, p90 = np.percentile(real, [10, 50, 90])
    return {
        "mean": float(real.mean()),
        "se": standard_error(values, person, stratum),
        "p10": float(p10),
        "p50": float(p50),
        "p90": float(p90),
        "n": len(real),
    }


def numbers_of(of_walks: WalkValues) -> list[list[dict[str, float | int | None]]]:
    """Return `numbers` of every total and task, the same to the bit and much faster."""
    values, person, stratum = of_walks
    _, totals, tasks = values.shape
    flat = _rows(values)
    whole = np.isfinite(flat).all(axis=1) & (len(person) > 0)
    found = [dict[str, float | int | None]() for _ in flat]
    if whole.any():
        own = flat[whole]
        p10, p50, p90 = np.percentile(own, [10, 50, 90], axis=1).tolist()
        columns = zip(
            np.flatnonzero(whole).tolist(), own.mean(axis=1).tolist(),
            _errors(own, person, stratum), p10, p50, p90, strict=True,
        )  # fmt: skip
        for column, *parts in columns:
            found[column] = dict(zip(NO_NUMBERS, [*parts, len(person)], strict=True))
    for column in np.flatnonzero(~whole).tolist():
        found[column] = numbers(flat[column], person, stratum)
    return [found[k * tasks : (k + 1) * tasks] for k in range(totals)]


def shares_of(of_walks: WalkValues) -> list[list[tuple[float | None, float | None]]]:
    """Return the mean and its error of every total and task."""
    values, person, stratum = of_walks
    _, totals, tasks = values.shape
    flat = _rows(values)
    found: list[tuple[float | None, float | None]] = [(None, None)] * len(flat)
    if len(person):
        found = list(zip(flat.mean(axis=1).tolist(), _errors(flat, person, stratum), strict=True))
    return [found[k * tasks : (k + 1) * tasks] for k in range(totals)]


def _rows(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return a row for each total and task, shape (totals · tasks, walks)."""
    walks, totals, tasks = values.shape
    return np.ascontiguousarray(values.reshape(walks, totals * tasks).T, np.float64)


def _errors(
    rows: NDArray[np.float64], person: NDArray[np.int64], stratum: NDArray[np.int64] | None
) -> list[float | None]:
    """Return `standard_error` of every row, shape (rows, walks)."""
    variance = _variances(_shifts(rows, person, stratum), stratum)
    known = np.isfinite(rows)
    all_known = [len(np.unique(person))] * len(rows) if known.all() else None
    persons = all_known or [len(np.unique(person[own])) for own in known]
    return [
        None if several < 2 else math.sqrt(square)
        for several, square in zip(persons, variance.tolist(), strict=True)
    ]


def share(
    name: str,
    values: NDArray[Any],
    person: NDArray[np.int64],
    stratum: NDArray[np.int64] | None = None,
) -> dict[str, float | None]:
    """Return a share of walks under its name, and beside it its error."""
    mean, error = shares_of(WalkValues(values[:, None, None], person, stratum))[0][0]
    return {name: mean, f"{name}_se": error}
