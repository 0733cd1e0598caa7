"""Greedy choice of heads: the picks of plain greedy, and the laws of a submodular choice."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import plain_greedy
from oracles.scenes import Head, Scene, box, city, look, street_arrays

from sim.errors import InputError
from sim.placement.greedy import check_keys, equity_cover, greedy_cover
from sim.placement.incidence import Incidence, Stretches, incidence, stretches_in, whole_edges
from sim.sight.arrays import SightingArrays
from sim.sight.sightings import see

LAW = settings(max_examples=60, deadline=None, derandomize=True)


def drawn(seed, heads=30, edges=8, whole_metres=False):
    """Intervals drawn at random, as sightings and as views; whole metres make many ties."""
    rng = np.random.default_rng(seed)
    heads, edges = rng.integers(0, heads + 1), rng.integers(1, edges + 1)
    length = rng.integers(5, 60, edges).astype(float) if whole_metres else rng.uniform(5, 60, edges)
    rows = []
    for edge in range(edges):
        for head in range(heads):
            ends = np.sort(rng.uniform(0, length[edge], 2 * rng.integers(0, 3)))
            ends = np.unique(np.rint(ends)) if whole_metres else ends
            rows += [(edge, head, a, b) for a, b in zip(ends[::2], ends[1::2], strict=False)]
    return sightings(rows, edges), length, views(rows, heads)


def sightings(rows, edges, task=0):
    """Rows (edge, head, start, end), in order, as sightings of one task."""
    table = np.array(rows, float).reshape(-1, 4)
    ptr = np.zeros((4, edges + 1), np.int64)
    ptr[task] = np.searchsorted(table[:, 0], np.arange(edges + 1))
    ptr[task + 1 :] = len(table)
    return SightingArrays(ptr, table[:, 1].astype(np.int32), table[:, 2].copy(), table[:, 3].copy())


def views(rows, heads):
    """The view of each head in whole millimetres."""
    found = [[] for _ in range(heads)]
    for edge, head, start, end in rows:
        found[int(head)].append((int(edge), round(start * 1000), round(end * 1000)))
    return found


def rows_of(seen, task):
    for edge in range(seen.edge_ptr.shape[1] - 1):
        for i in range(seen.edge_ptr[task, edge], seen.edge_ptr[task, edge + 1]):
            yield edge, seen.head[i], float(seen.start[i]), float(seen.end[i])


def street_scene(seed, heads=40):
    """Streets, houses and heads that look into the streets: a small scene seen for real."""
    rng = np.random.default_rng(seed)
    size = 150
    edges = [[tuple(p) for p in rng.uniform(0, size, (rng.integers(2, 5), 2))] for _ in range(10)]
    return Scene(
        edges,
        [w for x, y in rng.uniform(0, size, (25, 2)) for w in box(x, y, x + 8, y + 5)],
        [
            Head(*rng.uniform(0, size, 2), rng.uniform(0, 360), rng.choice([62.0, 200.0, 360.0]),
                 (80.0, 50.0, 25.0, 12.0))
            for _ in range(heads)
        ],
    )  # fmt: skip


def as_list(picks):
    return list(zip(picks.order.tolist(), picks.gain.tolist(), strict=True))


@pytest.mark.parametrize("whole_metres", [False, True], ids=["uneven", "ties"])
def test_drawn_intervals_give_the_picks_of_plain_greedy(whole_metres):
    for seed in range(60):
        seen, length, mine = drawn(seed, whole_metres=whole_metres)
        system = incidence(seen, 0, len(mine), whole_edges(length))
        for count in (len(mine), len(mine) // 3):
            assert as_list(greedy_cover(system, count)) == plain_greedy.cover(mine, count)


def test_seen_streets_give_the_picks_of_plain_greedy():
    for seed in range(80):
        scene = street_scene(seed)
        seen = look(scene)
        task = seed % 4
        mine = views(rows_of(seen, task), 40)
        length = street_arrays(scene.edges).edge_length
        system = incidence(seen, task, 40, whole_edges(length))
        assert as_list(greedy_cover(system, 40)) == plain_greedy.cover(mine, 40)
        assert system.alone().tolist() == [plain_greedy.seen_length([view]) for view in mine]


@LAW
@given(st.integers(0, 10**6), st.integers(1, 6), st.booleans())
def test_equity_gives_the_picks_of_plain_equity(seed, cells, whole_metres):
    seen, length, mine = drawn(seed, whole_metres=whole_metres)
    stretches = whole_edges(length)
    cell = np.random.default_rng(seed).integers(0, cells, len(length))
    system = incidence(seen, 0, len(mine), stretches)
    total = {c: int(stretches.length[cell == c].sum()) for c in range(cells)}
    expected = plain_greedy.equity(mine, len(mine), lambda e, a, b: int(cell[e]), total)
    assert as_list(equity_cover(system, cell, len(mine))) == expected


@LAW
@given(st.integers(0, 10**6), st.booleans())
def test_heads_that_stand_already_come_first_and_count(seed, equity):
    seen, length, mine = drawn(seed)
    rng = np.random.default_rng(seed)
    first = rng.permutation(len(mine))[: rng.integers(0, len(mine) + 1)].tolist()
    system = incidence(seen, 0, len(mine), whole_edges(length))
    count = len(mine) // 2
    expected = plain_greedy.cover(mine, count, first)
    if equity:
        picks = equity_cover(system, np.zeros(len(length), int), count, first=first)
    else:
        picks = greedy_cover(system, count, first=first)
    assert as_list(picks) == expected


@LAW
@given(st.integers(0, 10**6))
def test_gains_never_rise_and_add_up_to_what_is_seen(seed):
    seen, length, mine = drawn(seed)
    picks = greedy_cover(incidence(seen, 0, len(mine), whole_edges(length)), len(mine))
    assert (np.diff(picks.gain) <= 0).all()
    assert (picks.gain > 0).all()
    assert len(set(picks.order.tolist())) == len(picks.order)
    assert picks.gain.sum() == plain_greedy.seen_length(mine)
    for k in range(len(picks.order) + 1):
        chosen = [mine[h] for h in picks.order[:k]]
        assert picks.gain[:k].sum() == plain_greedy.seen_length(chosen)


@LAW
@given(st.integers(0, 10**6))
def test_other_numbers_change_only_ties(seed):
    seen, length, mine = drawn(seed)
    new = np.random.default_rng(seed).permutation(len(mine))
    rows = sorted((edge, new[head], a, b) for edge, head, a, b in rows_of(seen, 0))
    system = incidence(sightings(rows, len(length)), 0, len(mine), whole_edges(length))
    after = greedy_cover(system, len(mine))
    moved = [[] for _ in mine]
    for head, view in enumerate(mine):
        moved[new[head]] = view
    assert as_list(after) == plain_greedy.cover(moved, len(mine))
    before = greedy_cover(incidence(seen, 0, len(mine), whole_edges(length)), len(mine))
    for k, (one, other) in enumerate(zip(new[before.order], after.order, strict=False)):
        if one != other:  # the first difference is a tie, won by the lower number
            assert before.gain[k] == after.gain[k]
            assert other < one
            break


@LAW
@given(st.integers(0, 10**6))
def test_a_useless_candidate_changes_nothing(seed):
    seen, length, mine = drawn(seed)
    before = greedy_cover(incidence(seen, 0, len(mine), whole_edges(length)), len(mine))
    blind = greedy_cover(incidence(seen, 0, len(mine) + 3, whole_edges(length)), len(mine) + 3)
    assert as_list(before) == as_list(blind)
    if mine:  # one that sees what another sees, and has a higher number
        rows = list(rows_of(seen, 0))
        rows += [(edge, len(mine), a, b) for edge, head, a, b in rows if head == 0]
        twice = sightings(sorted(rows), len(length))
        after = greedy_cover(incidence(twice, 0, len(mine) + 1, whole_edges(length)), len(mine) + 1)
        assert as_list(before) == as_list(after)


@LAW
@given(st.integers(0, 10**6))
def test_only_streets_in_the_area_count(seed):
    scene = street_scene(seed, heads=25)
    rng = np.random.default_rng(seed)
    area = shapely.Point(rng.uniform(30, 120, 2)).buffer(rng.uniform(20, 70))
    where, fleet = city(scene, area=area)
    seen = see(where, fleet)
    stretches = stretches_in(where.streets, area)
    length = sum(shapely.LineString(edge).intersection(area).length for edge in scene.edges)
    assert stretches.length.sum() == pytest.approx(length * 1000, abs=2 * len(stretches.edge) + 1)
    system = incidence(seen.arrays, 0, 25, stretches)
    picks = greedy_cover(system, 25)
    share = seen.first_seen.coverage(25)["detect"]
    assert picks.gain.sum() == pytest.approx(share * length * 1000, abs=200)
    mine = [
        [(int(system.row_stretch[r]), int(system.start[r]), int(system.end[r]))
         for r in system.head_row[system.head_ptr[h] : system.head_ptr[h + 1]]]
        for h in range(25)
    ]  # fmt: skip
    assert as_list(picks) == plain_greedy.cover(mine, 25)


def test_without_an_area_every_street_counts():
    scene = street_scene(1)
    where, _ = city(scene)
    assert stretches_in(where.streets, None).length.tolist() == [
        round(length * 1000) for length in where.streets.arrays.edge_length
    ]


def test_of_equals_the_lowest_number_is_taken():
    rows = [(0, 0, 0.0, 5.0), (0, 1, 5.0, 10.0), (0, 2, 0.0, 5.0), (1, 3, 2.0, 7.0)]
    system = incidence(sightings(rows, 2), 0, 4, whole_edges(np.array([10.0, 9.0])))
    assert as_list(greedy_cover(system, 4)) == [(0, 5000), (1, 5000), (3, 5000)]


def test_gains_that_would_not_fit_the_key_are_refused():
    with pytest.raises(InputError, match="smaller weights"):
        check_keys(2**50, 10**6)


def test_a_gain_too_large_to_tell_candidates_apart_is_refused_whoever_has_it():
    # the first of many candidates sees far more than a key can hold, the others see nothing
    count, candidates, far = 3_000, 1_000_000, 2_000_000_000
    every = np.arange(count)
    ends = np.full(count, far, np.int32)
    begins = np.zeros(count, np.int32)
    seen = Incidence(
        Stretches(every.astype(np.int32), begins, ends),
        np.arange(count + 1), begins, begins, ends, every.astype(np.int32),
        np.append(0, np.full(candidates, count)), every,
    )  # fmt: skip
    assert far * count * candidates > 2**62
    with pytest.raises(InputError, match="more than can be told apart"):
        greedy_cover(seen, 2)
