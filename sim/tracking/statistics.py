"""Means, percentiles and shares over walks, each with the error that comes from drawing people.

Persons and not walks are the sample, since walks of one person resemble one another.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.tracking.kernels.statistics import Persons, square_shifts

Found = TypeVar("Found")
PARTS = np.array([10, 50, 90]) / 100
"""Of the percentiles that are given."""
ROWS_AT_ONCE = 8
"""Of very many walks: what a processor reads at once holds so many figures of a walk."""
VALUES_AT_ONCE = 1 << 16
"""Values of figures that are taken at once: calls cost more than numbers where walks are few."""
WALKS_AT_ONCE = 512
"""Walks whose figures are turned into rows at once: they stay in the processor's cache."""
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
    sample = _sample(of_walks.person, of_walks.stratum)
    shift = np.empty((len(sample.stratum), totals * tasks), np.float32)
    rows = (row for strip in _strips(of_walks.values) for row in strip)
    for column, row in enumerate(rows):
        shift[:, column] = sample.shifts(row)
    return shift.reshape(-1, totals, tasks)


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
    figures = math.prod(shift.shape[1:])
    rows = np.ascontiguousarray(shift.reshape(len(shift), figures).T, np.float64)
    growth = _growth(np.zeros(len(shift), np.int64) if stratum is None else stratum)
    return np.asarray((rows**2 / growth).sum(axis=1), np.float64).reshape(shift.shape[1:])


def _growth(stratum: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return of each person n / (n − 1), n the persons of the group; 1 where one is alone."""
    size = np.bincount(stratum)
    return np.asarray((size / np.maximum(size - 1, 1))[stratum], np.float64)


@dataclass(frozen=True)
class _Sample:
    """The people drawn: who made which walk, and the group in which each was dealt out."""

    person: NDArray[np.int64]
    stratum: NDArray[np.int64]

    @cached_property
    def alone(self) -> bool:
        """Whether walk i is the only one of person i."""
        size = len(self.stratum)
        return bool(len(self.person) == size and (self.person == np.arange(size)).all())

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """Persons of each group, 1 where there are none."""
        return np.maximum(np.bincount(self.stratum), 1)

    @cached_property
    def growth(self) -> NDArray[np.float64]:
        """Of `_growth`."""
        return _growth(self.stratum)

    @cached_property
    def left_of_all(self) -> NDArray[np.float64]:
        """`left` where every walk has a value."""
        return self.left(np.ones(len(self.person), np.bool_))

    @cached_property
    def persons(self) -> Persons:
        """What the kernel is given of them."""
        kinds = (np.int64, np.int64, np.int64, np.float64, np.float64)
        parts = (self.person, self.stratum, self.groups, self.growth, self.left_of_all)
        own = zip(parts, kinds, strict=True)
        return Persons(*(np.require(part, kind, ["C", "W"]) for part, kind in own))

    @cached_property
    def several(self) -> bool:
        """Whether two persons or more made the walks."""
        return len(self.person) > 0 and bool((self.person != self.person[0]).any())

    def left(self, known: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return how many values are left without each person; infinite where none are."""
        left = int(known.sum()) - self.growth * self.from_middle(self.of_persons(known))
        return np.where(left > 0.5, left, np.inf)  # walks are whole

    def of_persons(self, row: NDArray[Any]) -> NDArray[np.float64]:
        """Add up the walks of each person."""
        if self.alone:
            return row.astype(np.float64)
        return np.asarray(np.bincount(self.person, row, len(self.stratum)), np.float64)

    def from_middle(self, each: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return by how much each person is above the mean of the person's group."""
        means = np.bincount(self.stratum, each, len(self.groups)) / self.groups
        return np.asarray(each - means[self.stratum], np.float64)

    def shifts(self, row: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return `person_shifts` of one figure of every walk."""
        known = np.isfinite(row)
        if known.all():
            left = self.left_of_all
            apart = row - row.sum() / max(len(row), 1)
        else:
            left = self.left(known)
            mean = np.where(known, row, 0.0).sum() / max(int(known.sum()), 1)
            apart = np.where(known, row - mean, 0.0)
        shift = self.from_middle(self.of_persons(apart))
        shift *= self.growth
        shift /= left
        return shift

    def errors(self, rows: NDArray[np.float64]) -> list[float | None]:
        """Return `error` of each row, the same to the bit; every walk has the figures."""
        if not self.several:
            return [None] * len(rows)
        means = rows.sum(axis=1) / max(rows.shape[1], 1)
        sums, squares = np.empty(len(self.groups)), np.empty((len(rows), len(self.stratum)))
        square_shifts(rows, means, self.persons, sums, squares)
        return [math.sqrt(total) for total in squares.sum(axis=1)]

    def error(self, row: NDArray[np.float64]) -> float | None:
        """Return `standard_error` of one figure of every walk."""
        known = np.isfinite(row)
        several = self.several if known.all() else _Sample(self.person[known], self.stratum).several
        if not several:
            return None
        squares = np.square(self.shifts(row))
        squares /= self.growth
        return math.sqrt(squares.sum())


def _sample(person: NDArray[np.int64], stratum: NDArray[np.int64] | None) -> _Sample:
    """Return who was drawn; one group of all where none are given."""
    if stratum is None:
        stratum = np.zeros(int(person.max(initial=-1)) + 1, np.int64)
    return _Sample(person, stratum)


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
    return _sample(person, stratum).error(np.asarray(values, np.float64))


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
    if stratum is None:  # one group, of those who have a number
        finite = np.isfinite(values)
        values, person = values[finite], np.unique(person[finite], return_inverse=True)[1]
    return _numbers(np.asarray(values, np.float64), _sample(person, stratum))


def _numbers(row: NDArray[np.float64], sample: _Sample) -> dict[str, float | int | None]:
    finite = np.isfinite(row)
    real = row if finite.all() else row[finite]
    if not len(real):
        return dict(NO_NUMBERS)
    parts = [float(real.mean()), sample.error(row), *percentiles(np.sort(real)), len(real)]
    return dict(zip(NO_NUMBERS, parts, strict=True))


def percentiles(ordered: NDArray[np.float64]) -> list[float]:
    """Return the 10th, 50th and 90th percentile of ascending values, as `numpy.percentile` does."""
    return [float(value) for value in _percentiles(ordered)]


def _percentiles(ordered: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `percentiles` of each row, shape (…, parts)."""
    last = ordered.shape[-1] - 1
    place = last * PARTS
    first = np.floor(place).astype(np.int64)
    low, high = ordered[..., first], ordered[..., np.minimum(first + 1, last)]
    part, apart = place - first, high - low
    return np.asarray(np.where(part < 0.5, low + apart * part, high - apart * (1 - part)))


def numbers_of(of_walks: WalkValues) -> list[list[dict[str, float | int | None]]]:
    """Return `numbers` of every total and task, the same to the bit and much faster."""
    values, person, stratum = of_walks
    sample = _sample(person, stratum)
    if len(values) and bool(np.isfinite(values).all()):
        found = [each for rows in _strips(values) for each in _all_numbers(rows, sample)]
    else:
        one = stratum is None  # groups of one figure then hang on who has a number
        found = [
            _numbers(row, sample)
            if not one or bool(np.isfinite(row).all())
            else numbers(row, person)
            for rows in _strips(values)
            for row in rows
        ]
    return _by_total(of_walks, found)


def shares_of(of_walks: WalkValues) -> list[list[tuple[float | None, float | None]]]:
    """Return the mean and its error of every total and task."""
    values, person, stratum = of_walks
    _, totals, tasks = values.shape
    sample = _sample(person, stratum)
    found: list[tuple[float | None, float | None]] = [(None, None)] * (totals * tasks)
    if len(values) and bool(np.isfinite(values).all()):
        found = [
            (float(mean), error)
            for rows in _strips(values)
            for mean, error in zip(rows.mean(axis=1), sample.errors(rows), strict=True)
        ]
    elif len(values):
        found = [(float(row.mean()), sample.error(row)) for rows in _strips(values) for row in rows]
    return _by_total(of_walks, found)


def _all_numbers(
    rows: NDArray[np.float64], sample: _Sample
) -> Iterator[dict[str, float | int | None]]:
    """Yield `_numbers` of figures that every walk has."""
    found = rows.mean(axis=1).tolist(), _percentiles(np.sort(rows, axis=1)).tolist()
    for mean, error, parts in zip(found[0], sample.errors(rows), found[1], strict=True):
        yield dict(zip(NO_NUMBERS, [mean, error, *parts, rows.shape[1]], strict=True))


def _by_total(of_walks: WalkValues, found: list[Found]) -> list[list[Found]]:
    """Return what was found of every row, total by total."""
    _, totals, tasks = of_walks.values.shape
    return [found[k * tasks : (k + 1) * tasks] for k in range(totals)]


def _strips(values: NDArray[Any]) -> Iterator[NDArray[np.float64]]:
    """Yield the rows of some totals and tasks after the others, shape (rows, walks).

    What is made of a strip stays small: of memory that is given back, parts of up to 32 MB are
    taken again, larger ones come from the system empty each time.
    """
    walks, totals, tasks = values.shape
    flat = values.reshape(walks, totals * tasks)
    at_once = max(ROWS_AT_ONCE, VALUES_AT_ONCE // max(walks, 1))
    for row in range(0, totals * tasks, at_once):
        some = slice(row, row + at_once)
        strip = np.empty((len(range(totals * tasks)[some]), walks))
        for first in range(0, walks, WALKS_AT_ONCE):
            block = slice(first, first + WALKS_AT_ONCE)
            strip[:, block] = flat[block, some].T
        yield strip
