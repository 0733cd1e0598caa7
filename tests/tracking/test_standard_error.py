"""Standard errors of means over trips: the textbook's where all are alone, persons' where not.

People are dealt out in groups (kinds of walk, profiles), so chance is within groups only.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.tracking.statistics import (
    WalkValues,
    numbers,
    numbers_of,
    person_shifts,
    shares_of,
    shift_variance,
    standard_error,
    sum_error,
)

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60)


@given(NUMBERS)
def test_one_trip_a_person_is_the_textbook(values):
    x = np.array(values)
    wanted = x.std(ddof=1) / np.sqrt(len(x))
    got = standard_error(x, np.arange(len(x)))
    assert got == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@given(NUMBERS, st.integers(1, 5))
def test_repeating_everybodys_trips_adds_no_knowledge(values, times):
    x = np.array(values)
    once = standard_error(x, np.arange(len(x)))
    again = standard_error(np.tile(x, times), np.tile(np.arange(len(x)), times))
    assert again == pytest.approx(once, rel=1e-9, abs=1e-9)


@given(NUMBERS, st.floats(0.1, 10), st.floats(-100, 100))
def test_scale_and_shift(values, scale, shift):
    x = np.array(values)
    person = np.arange(len(x)) // 2
    if person[-1] == 0:
        assert standard_error(x, person) is None
        return
    before, after = standard_error(x, person), standard_error(scale * x + shift, person)
    assert after == pytest.approx(scale * before, rel=1e-6, abs=1e-6)


def test_one_person_tells_nothing_of_others():
    assert standard_error(np.array([1.0, 2.0, 3.0]), np.zeros(3, np.int64)) is None
    assert standard_error(np.zeros(0), np.zeros(0, np.int64)) is None


def test_one_person_with_most_of_the_trips_leaves_the_mean_unsure():
    """Hardly anything is known of people where 90 of 100 trips are one person's."""
    person = np.concatenate([np.zeros(90, np.int64), np.arange(1, 11)])
    values = np.where(person == 0, 1.0, 0.0)
    assert standard_error(values, person) > 0.5


def test_it_is_the_spread_of_means_over_many_samples():
    """People make 1 to 4 alike trips each; the error must be that of the mean over new samples."""
    rng = np.random.default_rng(5)
    means, errors = [], []
    for _ in range(400):
        trips = rng.integers(1, 5, 150)
        person = np.repeat(np.arange(150), trips)
        values = rng.normal(size=150)[person] + 0.3 * rng.normal(size=len(person))
        means.append(values.mean())
        errors.append(standard_error(values, person))
    assert np.mean(errors) == pytest.approx(np.std(means), rel=0.12)


# people dealt out in groups


def walks_of_groups(rng, sizes, means, missing=0.2):
    """Return values, persons and groups: alike walks of a person, some without a value."""
    stratum = np.repeat(np.arange(len(sizes)), sizes)
    rng.shuffle(stratum)
    person = np.repeat(np.arange(len(stratum)), rng.integers(1, 4, len(stratum)))
    own = rng.normal(np.asarray(means)[stratum], 1.0)
    values = own[person] + 0.3 * rng.normal(size=len(person))
    # how likely a walk counts differs between groups too
    values[rng.random(len(values)) < missing * (1 + stratum[person]) / len(sizes)] = np.nan
    return values, person, stratum


def written_out(values, person, stratum):
    """The mean without each person: the others of the group count n / (n - 1) times."""
    known, size = np.isfinite(values), np.bincount(stratum)
    total, shifts, variance = values[known].mean(), [], 0.0
    for left_out, group in enumerate(stratum):
        n = size[group]
        weight = np.where(stratum == group, n / (n - 1), 1.0)
        weight[left_out] = 0.0
        mean = np.average(values[known], weights=weight[person[known]])
        shifts.append(total - mean)
        variance += (n - 1) / n * (mean - total) ** 2
    return shifts, np.sqrt(variance)


@pytest.mark.parametrize("sizes", [[30], [2, 9, 4], [5, 5, 5, 5]])
def test_it_is_the_jackknife_within_groups_written_out(sizes):
    rng = np.random.default_rng(len(sizes))
    values, person, stratum = walks_of_groups(rng, sizes, np.arange(len(sizes)))
    shifts, error = written_out(values, person, stratum)
    found = person_shifts(WalkValues(values[:, None, None], person, stratum))
    assert found[:, 0, 0] == pytest.approx(shifts, abs=1e-6)
    assert standard_error(values, person, stratum) == pytest.approx(error, rel=1e-9)


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(-1e3, 1e3)), min_size=6, max_size=60))
def test_one_trip_a_person_is_the_textbook_of_stratified_samples(drawn):
    group = np.array([0, 0, 1, 1, 2, 2, *(g for g, _ in drawn)])
    x = np.array([1.0, 2.0, 0.0, 5.0, 7.0, 7.5, *(value for _, value in drawn)])
    parts = [x[group == g] for g in range(3)]
    wanted = np.sqrt(sum((len(p) / len(x)) ** 2 * p.var(ddof=1) / len(p) for p in parts))
    got = standard_error(x, np.arange(len(x)), group)
    assert got == pytest.approx(wanted, rel=1e-9, abs=1e-9)
    assert sum_error(x, group) == pytest.approx(len(x) * wanted, rel=1e-9, abs=1e-9)


def test_what_differs_only_between_groups_is_no_chance():
    group = np.arange(30) % 3
    assert standard_error(1.0 * group, np.arange(30), group) == pytest.approx(0, abs=1e-12)
    assert standard_error(1.0 * group, np.arange(30)) > 0.1


def test_groups_need_not_make_the_walks_that_count():
    """Walks of one group alone: the error of their mean, and others' persons change nothing."""
    rng = np.random.default_rng(8)
    x, group = rng.random(12), np.repeat([0, 1], [12, 7])
    alone = standard_error(x, np.arange(12), group)
    assert alone == pytest.approx(x.std(ddof=1) / np.sqrt(12), rel=1e-9)


def test_it_is_the_spread_of_means_over_many_dealt_samples():
    """Groups of fixed sizes far apart, 1 to 3 walks each, some of which do not count."""
    rng = np.random.default_rng(6)
    means, within, pooled = [], [], []
    for _ in range(500):
        values, person, stratum = walks_of_groups(rng, [60, 50, 40], [0, 2, 4])
        means.append(np.nanmean(values))
        within.append(standard_error(values, person, stratum) ** 2)
        pooled.append(standard_error(values, person) ** 2)
    assert np.sqrt(np.mean(within)) == pytest.approx(np.std(means), rel=0.08)
    assert np.sqrt(np.mean(pooled)) > 1.3 * np.std(means)


def test_nobody_leaves_no_shifts_and_no_variance():
    nobody = WalkValues(np.zeros((0, 3, 4)), np.zeros(0, np.int64), np.zeros(0, np.int64))
    shift = person_shifts(nobody)
    assert shift.shape == (0, 3, 4)
    assert shift_variance(shift, nobody.stratum).shape == (3, 4)


@pytest.mark.parametrize(("persons", "each"), [(300, 1), (150, 2), (3, 1), (70_000, 1)])
@pytest.mark.parametrize("grouped", [True, False])
def test_all_figures_at_once_are_the_same_to_the_bit(persons, each, grouped):
    rng = np.random.default_rng(persons)
    values = rng.random((persons * each, 2, 3))
    values[:, 0] = values[:, 0] > 0.5
    person = np.repeat(np.arange(persons), each)
    stratum = np.arange(persons) % min(7, max(persons // 3, 1)) if grouped else None
    of_walks = WalkValues(values, person, stratum)
    for k, t in np.ndindex(2, 3):
        row = np.ascontiguousarray(values[:, k, t])
        error = standard_error(row, person, stratum)
        assert numbers_of(of_walks)[k][t]["se"] == error
        assert numbers_of(of_walks)[k][t] == numbers(row, person, stratum)
        assert shares_of(of_walks)[k][t] == (row.mean(), error)
