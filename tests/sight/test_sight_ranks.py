"""First-seen ranks: against a plain search over all sightings, and as laws."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.scenes import Head, Scene, box, city, look, street_arrays

from sim.cameras.optics import TASKS
from sim.sight.arrays import NEVER
from sim.sight.ranks import first_seen, pieces_of
from sim.sight.sightings import see
from sim.sight.what_if import see_changed

LAW = settings(max_examples=25, deadline=None, derandomize=True)


def random_scene(seed, heads=40, houses=25, edges=12):
    rng = np.random.default_rng(seed)
    size = 150
    return Scene(
        [[tuple(p) for p in rng.uniform(0, size, (rng.integers(2, 5), 2))] for _ in range(edges)],
        [w for x, y in rng.uniform(0, size, (houses, 2)) for w in box(x, y, x + 8, y + 5)],
        [
            Head(*rng.uniform(0, size, 2), rng.uniform(0, 360), rng.choice([62.0, 200.0, 360.0]),
                 (80.0, 50.0, 25.0, 12.0), rng.choice([0.0, 3.0]))
            for _ in range(heads)
        ],
    )  # fmt: skip


def pieces(scene, rank=None):
    seen = look(scene)
    length = street_arrays(scene.edges).edge_length
    rank = np.arange(1, len(scene.heads) + 1, dtype=np.int32) if rank is None else rank
    none = np.zeros(len(length) + 1, np.int64)
    return seen, length, rank, pieces_of(seen, rank, length, none, np.zeros(0))


def first_of(seen, rank, task, edge, t):
    """Smallest rank of a sighting that holds t, by looking at all of them."""
    i, j = seen.edge_ptr[task, edge : edge + 2]
    holds = (seen.start[i:j] < t) & (t < seen.end[i:j])
    return int(rank[seen.head[i:j][holds]].min(initial=NEVER))


@LAW
@given(st.integers(0, 10**6))
def test_pieces_cover_every_edge_and_carry_the_first_rank(seed):
    seen, length, rank, found = pieces(random_scene(seed))
    for edge in range(len(length)):
        i, j = found.piece_ptr[edge : edge + 2]
        start, end = found.start[i:j], found.end[i:j]
        assert start[0] == 0.0
        assert end[-1] == length[edge]
        assert (start[1:] == end[:-1]).all()
        assert (start < end).all()
        for k in range(i, j):
            if found.end[k] - found.start[k] < 1e-7:
                continue
            middle = (found.start[k] + found.end[k]) / 2
            expected = [first_of(seen, rank, task, edge, middle) for task in range(4)]
            assert found.rank[k].tolist() == expected
            assert (np.diff(found.rank[k]) >= 0).all()  # nested tasks: never earlier
        changes = (found.rank[i + 1 : j] != found.rank[i : j - 1]).any(axis=1)
        assert changes.all()  # no needless cuts


@LAW
@given(st.integers(0, 10**6), st.integers(0, 39))
def test_adding_a_head_never_raises_a_rank(seed, last):
    scene = random_scene(seed)
    _, _, _, found = pieces(scene)
    _, length, _, fewer = pieces(scene.with_(heads=scene.heads[:last]))
    middle, edge = (found.start + found.end) / 2, np.repeat(
        np.arange(len(length)), np.diff(found.piece_ptr)
    )  # fmt: skip
    base = np.concatenate([[0], np.cumsum(length)])
    of_piece = np.repeat(np.arange(len(length)), np.diff(fewer.piece_ptr))
    at = np.searchsorted(base[of_piece] + fewer.start, base[edge] + middle, side="right") - 1
    long = found.end - found.start > 1e-7
    assert (found.rank[long] <= fewer.rank[at][long]).all()
    # and those who were there first keep their rank: a filter, not a recomputation
    kept = found.rank[long] <= last
    assert (found.rank[long][kept] == fewer.rank[at][long][kept]).all()


@LAW
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_mask_is_a_fleet_without_the_others(seed, draw):
    scene = random_scene(seed, heads=20)
    mask = np.random.default_rng(draw).random(20) < 0.5
    rank = np.arange(1, 21, dtype=np.int32)
    masked = pieces(scene, np.where(mask, rank, NEVER).astype(np.int32))[3]
    alone = pieces(scene.with_(heads=[h for h, m in zip(scene.heads, mask, strict=True) if m]),
                   rank[mask])[3]  # fmt: skip
    assert (masked.piece_ptr == alone.piece_ptr).all()
    assert (masked.rank == alone.rank).all()
    assert (masked.start == alone.start).all()


def test_coverage_grows_with_the_total_and_is_what_the_sightings_add_up_to():
    scene = random_scene(3, heads=60)
    where, fleet = city(scene)
    seen = see(where, fleet)
    last = dict.fromkeys(TASKS, 0.0)
    for total in (0, 1, 2, 5, 10, 30, 59, 60, 10**6):
        share = seen.at(total).coverage()
        for task in TASKS:
            assert last[task] <= share[task] <= 1
            rows = seen.at(total).table
            rows = rows[rows["task"] == task]
            lines = sum(
                shapely.union_all(
                    [shapely.box(a, 0, b, 1) for a, b in zip(g.t0, g.t1, strict=True)]
                ).area
                for _, g in rows.groupby("edge")
            )
            whole = where.streets.arrays.edge_length.sum()
            assert share[task] == pytest.approx(lines / whole, abs=1e-9)
        last = share
    rank, curve = seen.first_seen.curve("detect")
    assert (np.diff(rank) > 0).all()
    assert (np.diff(curve) >= 0).all()
    assert curve[-1] == pytest.approx(last["detect"])


def test_figures_count_the_area_only_and_streets_are_cut_at_its_border():
    scene = Scene(
        [[(0.0, 0.0), (100.0, 0.0)], [(0.0, 30.0), (0.0, 80.0)]], [], [Head(40, 1, reach=(20,))]
    )
    area = shapely.box(-1, -1, 50, 50)
    where, fleet = city(scene, area=area)
    found = see(where, fleet).first_seen
    half = np.sqrt(20**2 - 1)
    a = found.arrays
    assert a.piece_ptr.tolist() == [0, 4, 6]
    assert a.start[:4] == pytest.approx([0, 40 - half, 50, 40 + half])
    assert a.in_area.tolist() == [True, True, False, False, True, False]
    assert a.start[5] == pytest.approx(20)
    assert found.length_m == pytest.approx(50 + 20)
    assert found.coverage(1)["detect"] == pytest.approx((50 - 40 + half) / 70)


@LAW
@given(st.integers(0, 10**6))
def test_an_area_of_any_shape_counts_what_lies_in_it(seed):
    scene = random_scene(seed, heads=6, houses=5)
    rng = np.random.default_rng(seed)
    area = shapely.union_all(shapely.buffer(shapely.points(rng.uniform(20, 130, (4, 2))), 30))
    where, fleet = city(scene, area=area)
    found = see(where, fleet).first_seen
    inside = shapely.length(
        shapely.intersection(where.streets.edges.geometry.to_numpy(), area)
    ).sum()
    assert found.length_m == pytest.approx(inside, abs=1e-5)


def test_a_changed_fleet_is_seen_as_if_looked_at_anew():
    scene = random_scene(11, heads=30)
    where, fleet = city(scene)
    before = see(where, fleet)
    rng = np.random.default_rng(1)
    heads = [replace(h, heading=h.heading + 90) if rng.random() < 0.2 else h for h in scene.heads]
    heads = [h for h in heads if rng.random() < 0.9]
    heads += [Head(*rng.uniform(0, 150, 2), reach=(50.0, 20.0, 10.0, 5.0)) for _ in range(4)]
    rng.shuffle(heads)
    nobody = see(where, city(scene.with_(heads=[]))[1])
    assert see_changed(where, nobody, fleet).arrays.head.tobytes() == before.arrays.head.tobytes()
    for changed in (heads, scene.heads, scene.heads[::-1], [], heads[:1]):
        _, after = city(scene.with_(heads=list(changed)))
        quick, anew = see_changed(where, before, after), see(where, after)
        for a, b in zip(quick.arrays, anew.arrays, strict=True):
            assert a.tobytes() == b.tobytes()


def test_owners_are_a_mask_on_the_same_sightings():
    scene = random_scene(7, heads=30)
    where, fleet = city(scene)
    seen = see(where, fleet)
    mask = np.arange(30) % 3 == 0
    _, few = city(scene.with_(heads=[h for h, m in zip(scene.heads, mask, strict=True) if m]))
    assert first_seen(seen, heads=mask).coverage(NEVER - 1) == pytest.approx(
        see(where, few).first_seen.coverage(NEVER - 1)
    )


def test_the_sightings_of_a_head_are_those_that_name_it():
    where, fleet = city(random_scene(3, heads=12))
    seen = see(where, fleet)
    ptr, row = seen.by_head
    assert sorted(row.tolist()) == list(range(len(seen.arrays.head)))
    for head in range(12):
        own = row[ptr[head] : ptr[head + 1]]
        assert (seen.arrays.head[own] == head).all()
        assert (np.diff(own) > 0).all()
