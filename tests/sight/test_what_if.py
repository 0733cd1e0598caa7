"""A fleet with a few heads changed: to the bit what looking again with all of them finds."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.scenes import Head, Scene, box, city

from sim.cameras.fleet import Fleet
from sim.errors import InputError
from sim.sight.ranks import first_seen
from sim.sight.sightings import see
from sim.sight.what_if import what_if

SIZE = 150
AREA = shapely.box(20, 15, 120, 130)


def random_scene(rng, heads):
    edges = [[tuple(p) for p in rng.uniform(0, SIZE, (rng.integers(2, 5), 2))] for _ in range(10)]
    walls = [w for x, y in rng.uniform(0, SIZE, (20, 2)) for w in box(x, y, x + 8, y + 5)]
    return Scene(edges, walls, random_heads(rng, heads))


def random_heads(rng, count):
    return [
        Head(*rng.uniform(0, SIZE, 2), rng.uniform(0, 360), rng.choice([62.0, 200.0, 360.0]),
             (80.0, 50.0, 25.0, 12.0), rng.choice([0.0, 3.0]))
        for _ in range(count)
    ]  # fmt: skip


def changes(rng, scene, where, fleet):
    """Draw changes of every kind, in any mixture."""
    rank = fleet.arrays.rank.tolist()
    gone, turned, shifted = (
        [r for r in rank if rng.random() < share] for share in rng.choice([0, 0.1, 0.4], 3)
    )
    left = [r for r in rank if r not in gone]
    count = int(rng.integers(0, 4))
    add = None
    if count:
        add = city(scene.with_(heads=random_heads(rng, count)))[1].heads.drop(columns="rank")
    return {
        "remove": gone,
        "turn": {r: float(rng.uniform(-400, 400)) for r in turned if r in left},
        "move": {r: tuple(rng.uniform(0, SIZE, 2)) for r in shifted if r in left},
        "add": add,
    }


def all_simulated(seen):
    """Return what is seen as if every head were simulated, as it must be to remove some."""
    fleet = replace(seen.fleet, heads=seen.fleet.heads.assign(status="simulated"))
    again = replace(seen, fleet=fleet)
    vars(again)["first_seen"] = seen.first_seen
    return again


def same(found, expected):
    for a, b in zip(found.arrays, expected.arrays, strict=True):
        assert a.dtype == b.dtype
        assert a.tobytes() == b.tobytes()
    for a, b in zip(found.first_seen.arrays, first_seen(expected).arrays, strict=True):
        assert a.dtype == b.dtype
        assert a.tobytes() == b.tobytes()
    assert found.indoors.tolist() == expected.indoors.tolist()


@pytest.mark.slow
@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_it_equals_looking_again_with_all(seed):
    rng = np.random.default_rng(seed)
    scene = random_scene(rng, int(rng.integers(0, 25)))
    where, fleet = city(scene, area=AREA if rng.random() < 0.7 else None)
    found = see(where, fleet)
    for _ in range(3):  # one change after the other
        asked = changes(rng, scene, where, found.fleet)
        found = what_if(where, all_simulated(found), **asked)
        same(found, see(where, found.fleet))
        for total in (5, 40):
            if total <= found.fleet.largest_total:
                again = first_seen(see(where, found.fleet)).coverage(total)
                assert found.at(total).coverage() == again


def test_nothing_changed_is_the_same():
    where, fleet = city(random_scene(np.random.default_rng(4), 20), area=AREA)
    before = see(where, Fleet.from_heads(fleet.heads.assign(status="simulated")))
    after = what_if(where, before)
    same(after, before)
    pd.testing.assert_frame_equal(after.fleet.heads, before.fleet.heads)
    assert len(what_if(where, before, remove=fleet.arrays.rank.tolist()).arrays.head) == 0


@pytest.fixture
def simulated():
    where, fleet = city(random_scene(np.random.default_rng(5), 6), area=AREA)
    heads = fleet.heads.assign(status="simulated", rank=np.arange(10, 70, 10, dtype=np.int32))
    return where, see(where, Fleet.from_heads(heads))


def test_each_change_changes_what_it_names(simulated):
    where, before = simulated
    add = before.fleet.heads.iloc[:2].drop(columns=["rank", "status"])
    after = what_if(
        where, before, remove=[10], turn={20: -90.0, 30: 725.0}, move={30: (1.0, 2.0)}, add=add
    )
    heads = after.fleet.heads.set_index("rank")
    assert heads.index.tolist() == [20, 30, 40, 50, 60, 61, 62]
    assert heads["area_rank"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert heads.loc[[20, 30], "heading"].tolist() == [270.0, 5.0]
    assert heads.loc[30, ["x", "y"]].tolist() == [1.0, 2.0]
    assert heads.geometry[30] == shapely.Point(1, 2)
    assert heads["site"].nunique() == 7
    assert after.fleet.largest_total == 62
    assert not after.fleet.simulated
    assert heads["status"].tolist() == ["simulated", "given", *["simulated"] * 3, *["given"] * 2]
    assert what_if(where, before, turn={20: 5.0}, remove=[60]).fleet.simulated
    free = add.assign(rank=np.array([5, 45], np.int32))
    assert what_if(where, before, add=free).fleet.arrays.rank[:2].tolist() == [5, 10]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"remove": [11]}, "camera 11: the fleet has no camera of this rank"),
        ({"remove": [10, 10]}, "camera 10: is removed and named once more"),
        ({"remove": [10], "turn": {10: 5.0}}, "camera 10: is removed and named once more"),
        ({"turn": {10: np.nan}}, r"turn\[10\]: is nan; give a number"),
        ({"move": {10: (np.inf, 0.0)}}, r"move\[10\]\[0\]: is inf; give a number"),
    ],
)
def test_what_cannot_be_changed_is_refused(simulated, asked, said):
    with pytest.raises(InputError, match=said):
        what_if(*simulated, **asked)


@pytest.mark.parametrize("status", ["given", "imported", "listed_pole", "mapped"])
def test_no_head_is_removed_where_one_is_not_simulated(simulated, status):
    where, before = simulated
    heads = before.fleet.heads
    mixed = heads.assign(status=[status, *heads["status"].iloc[1:]])
    real = replace(before, fleet=Fleet.from_heads(mixed))
    with pytest.raises(InputError, match="single cameras are not removed"):
        what_if(where, real, remove=[20])
    assert what_if(where, real, turn={20: 5.0}).arrays.head.size  # of which there are statistics


def test_ranks_that_are_taken_and_tables_without_places_are_refused(simulated):
    where, before = simulated
    heads = before.fleet.heads
    with pytest.raises(InputError, match="rank 10 is taken"):
        what_if(where, before, add=heads.iloc[:1])
    nowhere = gpd.GeoDataFrame(heads.iloc[:1].drop(columns="geometry"), geometry=[None])
    with pytest.raises(InputError, match="projected metres"):
        what_if(where, before, add=nowhere)
