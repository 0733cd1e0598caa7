"""Combinations in an order of which every beginning is balanced."""

from itertools import combinations

import numpy as np
import pytest

from sim.ensemble.balanced_order import balanced_order

SIZES = (4, 3, 5, 3, 2)
ALL = 360


def levels(places):
    return np.stack(np.unravel_index(places, SIZES), axis=1)


def test_more_go_on_where_fewer_end_until_all_are_there():
    order = balanced_order(SIZES, ALL, 7)
    assert sorted(order) == [*range(ALL)]
    for count in (1, 17, 200):
        assert balanced_order(SIZES, count, 7).tolist() == order[:count].tolist()
    assert balanced_order(SIZES, ALL, 8).tolist() != order.tolist()


@pytest.mark.parametrize("count", [20, 61, 180, 299])
def test_levels_and_pairs_of_levels_come_about_equally_often(count):
    chosen = levels(balanced_order(SIZES, count, 3))
    for factor, size in enumerate(SIZES):
        times = np.bincount(chosen[:, factor], minlength=size)
        assert np.abs(times - count / size).max() <= 2
    for first, second in combinations(range(len(SIZES)), 2):
        size = SIZES[first] * SIZES[second]
        both = np.bincount(chosen[:, first] * SIZES[second] + chosen[:, second], minlength=size)
        assert np.abs(both - count / size).max() <= 2.5


def test_any_renaming_of_levels_is_as_likely_as_the_next():
    """The first combination is any of all, alike; the second differs from it in every level."""
    drawn = np.array([levels(balanced_order(SIZES, 2, seed)) for seed in range(1200)])
    for factor, size in enumerate(SIZES):
        times = np.bincount(drawn[:, 0, factor], minlength=size)
        assert np.abs(times - 1200 / size).max() < 4 * np.sqrt(1200 / size)
    assert (drawn[:, 0] != drawn[:, 1]).all()


def test_its_variance_is_several_times_as_close_as_that_of_a_sample_at_random():
    random = np.random.default_rng(4)
    parts = [random.normal(size=size) for size in SIZES]
    chosen = levels(np.arange(ALL))
    of_all = sum(part[chosen[:, factor]] for factor, part in enumerate(parts))

    def miss(drawn):
        return np.sqrt(
            np.mean([(of_all[places].var() / of_all.var() - 1) ** 2 for places in drawn])
        )

    balanced = miss([balanced_order(SIZES, 100, seed) for seed in range(40)])
    assert 3 * balanced < miss([random.permutation(ALL)[:100] for _ in range(40)])
