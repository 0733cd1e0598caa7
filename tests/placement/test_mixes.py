"""Mixes and turns: weights are kept at every length of an order, and no head comes twice."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.apportionment import sainte_lague
from sim.errors import InputError
from sim.placement.context import DIRECTIONS, HeadOrder, by_turns, hung, interleaved

SITES = 40


def codes(order):
    return (order.site * DIRECTIONS + order.direction).tolist()


@st.composite
def orders(draw):
    own = draw(st.permutations(list(range(SITES))))
    length = draw(st.integers(1, len(own)))
    return hung(np.array(own[:length], np.int64), draw(st.sampled_from([1.0, 2.0, 2.5, 3.7])))


weights = st.floats(0.01, 100)


@given(orders(), weights, st.integers(0, 120))
def test_a_mix_of_one_is_that_one(order, weight, wanted):
    assert codes(interleaved([order], [weight], wanted)) == codes(order)[:wanted]


@given(st.lists(st.tuples(orders(), weights), min_size=1, max_size=4), st.integers(0, 300))
def test_no_head_comes_twice_and_none_is_lost(parts, wanted):
    mixed = codes(interleaved([o for o, _ in parts], [w for _, w in parts], wanted))
    every = set().union(*(codes(order) for order, _ in parts))
    assert len(set(mixed)) == len(mixed) == min(wanted, len(every))
    assert set(mixed) <= every


@given(st.lists(st.tuples(orders(), weights), min_size=1, max_size=4),
       st.integers(0, 200), st.integers(0, 100))  # fmt: skip
def test_a_longer_mix_begins_with_the_shorter(parts, wanted, more):
    several, weight = [o for o, _ in parts], [w for _, w in parts]
    short, long = (codes(interleaved(several, weight, n)) for n in (wanted, wanted + more))
    assert long[: len(short)] == short


@given(st.lists(st.tuples(orders(), weights), min_size=1, max_size=3))
def test_each_order_keeps_its_own_order(parts):
    """Of two heads, that which every order with either puts first comes first."""
    mixed = codes(interleaved([o for o, _ in parts], [w for _, w in parts], 10**6))
    place = {code: at for at, code in enumerate(mixed)}
    position = [{c: at for at, c in enumerate(codes(order))} for order, _ in parts]
    own = codes(parts[0][0])
    for first, second in pairwise(own):
        if all(first in p and p[first] < p[second] for p in position if second in p):
            assert place[first] < place[second]


@settings(max_examples=200)
@given(st.lists(weights, min_size=2, max_size=4), st.sampled_from([1.0, 2.5, 3.0]))
def test_weights_are_kept_at_every_length(weight, heads_per_site):
    """No order that has just had a site was ahead of any other before it (Sainte-Laguë)."""
    count = 30
    parts = [
        hung(np.arange(SITES) + SITES * i, heads_per_site) for i in range(len(weight))
    ]  # apart, so that nothing is skipped
    mixed = interleaved(parts, weight, count)
    who = mixed.site // SITES
    cuts = [*(np.flatnonzero(np.diff(mixed.site)) + 1).tolist()]
    for begin in [0, *cuts]:
        turn = who[begin]
        given_so_far = np.bincount(who[:begin], minlength=len(weight))
        quotient = np.array(weight) / (2 * given_so_far + 1)
        assert quotient[turn] >= quotient.max() * (1 - 1e-12)


def test_heads_of_one_site_stay_together():
    a, b = hung(np.arange(10), 2.5), hung(np.arange(10, 20), 2.5)
    mixed = interleaved([a, b], [1.0, 3.0], 40)
    first = np.flatnonzero(np.diff(mixed.site, prepend=-1))
    assert len(first) == len(np.unique(mixed.site))


@pytest.mark.parametrize("bad", [[0.0, 1.0], [-1.0, 1.0], [float("nan"), 1.0], [float("inf"), 1.0]])
def test_weights_that_mix_nothing_are_refused(bad):
    order = hung(np.arange(3), 1.0)
    with pytest.raises(InputError, match="positive"):
        interleaved([order, order], bad, 3)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60), st.data())
def test_turns_are_those_of_the_apportionment(group, data):
    """Until a group has no candidate left, each has its seats at every length."""
    group = np.array(group)
    weight = np.array(data.draw(st.lists(weights, min_size=6, max_size=6)))
    lot = np.array(data.draw(st.permutations(range(len(group)))), float)
    order = by_turns(weight, group, lot)
    assert sorted(order.tolist()) == list(range(len(group)))
    capacity = np.bincount(group, minlength=6)
    weight = np.where(capacity > 0, weight, 0.0)
    for length in range(1, len(group) + 1):
        seats = np.bincount(group[order[:length]], minlength=6)
        if (seats >= capacity)[capacity > 0].any():
            break
        quotient = weight / (2 * seats + 1)
        last = np.where(seats > 0, weight / np.maximum(2 * seats - 1, 1), np.inf)
        assert last.min() >= quotient.max() * (1 - 1e-12)


def test_turns_equal_the_apportionment_where_nobody_runs_out():
    weight = np.array([5.0, 3.1, 0.7, 0.0])
    group = np.repeat(np.arange(4), 50)
    order = by_turns(weight, group, np.arange(200.0))
    assert (group[order[:60]] == sainte_lague(weight, 60)).all()
    assert set(group[order[-50:]].tolist()) == {3}


@given(st.lists(st.integers(0, 3), min_size=2, max_size=40))
def test_of_one_group_the_preferred_come_first(group):
    group = np.array(group)
    preference = np.arange(len(group), dtype=float)[::-1]
    order = by_turns(np.ones(4), group, preference)
    for number in range(4):
        own = order[group[order] == number]
        assert (np.diff(preference[own]) > 0).all()


def test_an_empty_order_mixes_with_others():
    empty = HeadOrder(np.zeros(0, np.int64), np.zeros(0, np.int64))
    order = hung(np.arange(4), 2.0)
    assert codes(interleaved([empty, order], [5.0, 1.0], 8)) == codes(order)
