"""Keyed random numbers: the published generator, the stated rule, and what keys are there for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import keyed_random as slow

from sim.keyed_random import keys, uniform

IDS = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=3)


def test_the_oracle_is_splitmix64():
    """The first numbers of the generator from state 1234567, as its implementations give them."""
    state, step = 1234567, 0x9E3779B97F4A7C15
    given_first = [slow.splitmix64(state + k * step) for k in range(5)]
    assert given_first == [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431,
        16408922859458223821,
    ]  # fmt: skip


@given(st.integers(0, 2**64 - 1), st.text(max_size=12), IDS)
def test_keys_follow_the_stated_rule(seed, stage, ids):
    assert int(keys(seed, stage, *ids)[0]) == slow.key(seed, stage, *ids)
    assert float(uniform(seed, stage, *ids)[0]) == slow.uniform(seed, stage, *ids)


def test_arrays_of_ids_are_items_one_by_one():
    person, attempt = np.array([0, 1, 7]), np.array([3, -3, 0])
    wanted = [slow.key(5, "home", p, a) for p, a in zip([0, 1, 7], [3, -3, 0], strict=True)]
    assert keys(5, "home", person, attempt).tolist() == wanted


def test_numbers_are_even():
    drawn = uniform(1, "even", np.arange(100_000))
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert drawn.mean() == pytest.approx(0.5, abs=5 / np.sqrt(12 * 100_000))
    assert np.histogram(drawn, 10, (0, 1))[0] == pytest.approx(10_000, abs=5 * 95)
