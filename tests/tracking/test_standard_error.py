"""Standard errors of means over trips: the textbook's where all are alone, persons' where not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.tracking.statistics import standard_error

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
