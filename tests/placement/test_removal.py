"""Which heads matter most: against every choice there is, the linear relaxation, and laws."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from sim.errors import InputError
from sim.placement.given_back import GivenBack
from sim.placement.removal import best_removal


def random_held(rng, heads, sets, largest=4, heaviest=20):
    """Draw weights held back by a few heads each."""
    groups = [
        np.sort(rng.choice(heads, int(rng.integers(1, min(largest, heads) + 1)), replace=False))
        for _ in range(sets)
    ]
    ptr = np.cumsum([0, *map(len, groups)])
    head = np.concatenate([*groups, np.zeros(0)]).astype(np.int64)
    weight = rng.integers(1, heaviest + 1, sets)
    return GivenBack(weight, ptr, head, heads, 0)


def value_of(held, gone):
    """Add up what is given back, set by set."""
    sets = (set(held.head[a:b].tolist()) for a, b in zip(held.ptr, held.ptr[1:], strict=False))
    return sum(int(w) for w, heads in zip(held.weight, sets, strict=True) if heads <= gone)


def relaxed(held, count):
    """The linear relaxation, by another solver."""
    sets, rows, heads = len(held.weight), len(held.head), held.heads
    row = np.concatenate([np.arange(rows), np.arange(rows), np.full(heads, rows)])
    column = np.concatenate([held.sets, sets + held.head, sets + np.arange(heads)])
    number = np.concatenate([np.ones(rows), -np.ones(rows), np.ones(heads)])
    a = sparse.csr_matrix((number, (row, column)), shape=(rows + 1, sets + heads))
    found = linprog(
        np.append(-held.weight, np.zeros(heads)), A_ub=a, b_ub=np.append(np.zeros(rows), count),
        bounds=(0, 1), method="highs",
    )  # fmt: skip
    return -found.fun


@pytest.mark.slow
def test_it_stands_between_nothing_and_every_choice_there_is():
    best_found = tried = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        heads = int(rng.integers(1, 11))
        held = random_held(rng, heads, int(rng.integers(1, 40)))
        count = int(rng.integers(1, heads + 1))
        found = best_removal(held, count)
        best = max(value_of(held, set(c)) for c in combinations(range(heads), count))
        assert found.bound >= best >= found.value
        assert len(found.heads) == count == len(set(found.heads.tolist()))
        assert found.value == value_of(held, set(found.heads.tolist()))
        best_found, tried = best_found + (found.value == best), tried + 1
    assert best_found >= 0.98 * tried


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_laws(seed):
    rng = np.random.default_rng(seed)
    heads = int(rng.integers(2, 40))
    held = random_held(rng, heads, int(rng.integers(1, 150)))
    count = int(rng.integers(1, heads))
    found, more = best_removal(held, count), best_removal(held, count + 1)
    assert 0 <= found.value <= found.bound <= held.weight.sum()
    assert found.value <= more.bound
    linear = relaxed(held, count)
    assert found.bound >= np.floor(linear + 1e-6), "the bound is proven by the relaxation's dual"
    assert found.bound <= 1.03 * linear + 1
    every = best_removal(held, heads)
    assert every.value == every.bound == held.weight.sum()
    assert every.gap == 0
    alone = held.alone()
    for head in range(heads):
        assert alone[head] == value_of(held, {head})
    gone = rng.random(heads) < 0.5
    assert held.value(gone) == value_of(held, set(np.flatnonzero(gone).tolist()))


def test_two_heads_that_see_the_same_go_together():
    held = GivenBack(np.array([10, 3, 2]), np.array([0, 2, 3, 4]), np.arange(4), 4, 0)
    assert best_removal(held, 1)[1:] == (3, 5)
    found = best_removal(held, 2)
    assert (found.heads.tolist(), found.value, found.bound) == ([0, 1], 10, 10)


def test_nothing_is_given_back_where_nothing_is_held():
    none = np.zeros(0, np.int64)
    held = GivenBack(none, np.zeros(1, np.int64), none, 3, 7)
    found = best_removal(held, 2)
    assert (found.value, found.bound, found.gap, len(found.heads)) == (0, 0, 0.0, 2)


@pytest.mark.parametrize("count", [-1, 0, 4])
def test_more_than_there_are_is_refused(count):
    held = random_held(np.random.default_rng(1), 3, 5)
    with pytest.raises(InputError, match="cannot be removed of 3; give 1 to 3"):
        best_removal(held, count)
