"""Greedy choice for trips: the picks of plain greedy, and its laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import plain_greedy

from sim.errors import InputError
from sim.placement.greedy_trips import greedy_trips
from sim.placement.incidence import Stretches, incidence
from sim.sight.arrays import SightingArrays
from sim.trips.model import Trips

LAW = settings(max_examples=40, deadline=None, derandomize=True)


def walks(paths):
    ptr = np.concatenate([[0], np.cumsum([len(path) for path in paths])]).astype(np.int64)
    edge = np.array([e for path in paths for e in path], np.int32)
    table = pd.DataFrame({"person": np.arange(len(paths))})
    return Trips(table, ptr, edge, np.zeros(len(edge), bool))


def drawn(seed, most=25):
    """Random sightings of edges cut into up to two parts that count, and random walks."""
    rng = np.random.default_rng(seed)
    heads, edges, trips = rng.integers(1, most), rng.integers(2, 10), rng.integers(1, 30)
    rows, sees = [], [set() for _ in range(heads)]
    parts = [(e, a, b) for e in range(edges) for a, b in [(0, 10_000), (20_000, 40_000)]
             if rng.random() < 0.8]  # fmt: skip
    for edge in range(edges):
        for head in range(heads):
            for low in (0, 15, 30):
                if rng.random() < 0.15:
                    rows.append((edge, head, low, low + rng.uniform(1, 9)))
                    a, b = round(rows[-1][2] * 1000), round(rows[-1][3] * 1000)
                    if any(e == edge and min(b, q) > max(a, p) for e, p, q in parts):
                        sees[head].add(edge)
    table = np.array(rows, float).reshape(-1, 4)
    ptr = np.tile(np.searchsorted(table[:, 0], np.arange(edges + 1)), (4, 1))
    seen = SightingArrays(ptr, table[:, 1].astype(np.int32), table[:, 2].copy(), table[:, 3].copy())
    edge, start, end = np.array(parts, np.int32).reshape(-1, 3).T.copy()
    paths = [rng.integers(0, edges, rng.integers(0, 6)).tolist() for _ in range(trips)]
    mine = [{t for t, path in enumerate(paths) if sees[h] & set(path)} for h in range(heads)]
    return incidence(seen, 0, heads, Stretches(edge, start, end)), walks(paths), mine


def as_list(picks):
    return list(zip(picks.order.tolist(), picks.gain.tolist(), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2, 5])
def test_picks_are_those_of_plain_greedy(times):
    for seed in range(50):
        system, trips, mine = drawn(1000 * times + seed)
        rng = np.random.default_rng(seed)
        weight = rng.integers(0, 5, len(trips))
        first = rng.permutation(len(mine))[: rng.integers(0, 3)].tolist()
        count = int(rng.integers(0, len(mine) + 1))
        found = greedy_trips(system, trips, count, times=times, weight=weight, first=first)
        assert as_list(found) == plain_greedy.trips(mine, weight.tolist(), times, count, first)


@LAW
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_gains_never_rise_and_add_up(seed, times):
    system, trips, mine = drawn(seed)
    picks = greedy_trips(system, trips, len(mine), times=times)
    assert (np.diff(picks.gain) <= 0).all()
    seen_by = [sum(t in head for head in mine) for t in range(len(trips))]
    assert picks.gain.sum() == sum(min(times, n) for n in seen_by)


@LAW
@given(st.integers(0, 10**6))
def test_walking_there_and_back_counts_once(seed):
    system, trips, mine = drawn(seed)
    paths = np.split(trips.path_edge, trips.path_ptr[1:-1])
    twice = walks([[*path, *path[::-1]] for path in paths])
    once = greedy_trips(system, trips, len(mine), times=2)
    assert as_list(once) == as_list(greedy_trips(system, twice, len(mine), times=2))


@LAW
@given(st.integers(0, 10**6))
def test_weights_of_all_sizes_keep_their_order(seed):
    system, trips, mine = drawn(seed)
    weight = 2 ** np.random.default_rng(seed).integers(0, 50, len(trips))
    found = greedy_trips(system, trips, len(mine), weight=weight)
    assert as_list(found) == plain_greedy.trips(mine, weight.tolist(), 1, len(mine))


def test_what_cannot_be_counted_is_refused():
    system, trips, _ = drawn(1)
    with pytest.raises(InputError, match="times is 0"):
        greedy_trips(system, trips, 3, times=0)
    with pytest.raises(InputError, match="weight of 0 or more"):
        greedy_trips(system, trips, 3, weight=np.full(len(trips), -1))
    with pytest.raises(InputError, match="different candidates"):
        greedy_trips(system, trips, 3, first=[0, 0])
