"""What the next heads add, and what is missing without some: laws, then a street by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.scenes import Head, Scene
from oracles.scenes import city as city_of

import sim
from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.placement.additions import heads_of, next_heads, without
from sim.sight.ranks import first_seen
from sim.sight.sightings import see


@pytest.fixture(scope="module")
def seen():
    city = sim.load_city("mong_kok_core")
    return see(city, sim.place(city, 60_000, seed=7))


def test_additions_add_up_to_the_coverage(seen):
    for task in TASKS:
        for step in (1_000, 7_777):
            table = next_heads(seen, step, task=task)
            last = int(table["to_total"].iloc[-1])
            share = seen.first_seen.coverage(last)[task]
            assert table["new_share"].sum() == pytest.approx(share, abs=1e-12)
            assert table["new_m"].sum() == pytest.approx(share * seen.first_seen.length_m)
            assert (table["new_m"] >= 0).all()


def test_steps_follow_one_another_and_count_every_head(seen):
    table = next_heads(seen, 1_000)
    assert table["from_total"].iloc[0] == 0
    assert (table["from_total"].iloc[1:].to_numpy() == table["to_total"].iloc[:-1]).all()
    assert table["cameras"].sum() + table["around"].sum() == len(seen.fleet)
    assert len(table) == 60
    assert table["coverage"].is_monotonic_increasing


def test_large_steps_are_sums_of_small_ones(seen):
    small, large = next_heads(seen, 500), next_heads(seen, 4_000)
    for name in ("cameras", "around", "new_m", "new_share"):
        sums = small[name].groupby((small["to_total"] - 1) // 4_000).sum()
        assert sums.to_numpy() == pytest.approx(large[name].to_numpy())


def test_a_last_step_may_be_cut_short(seen):
    table = next_heads(seen, 1_000, up_to=4_500)
    assert table["to_total"].tolist() == [1_000, 2_000, 3_000, 4_000, 4_500]
    assert table["coverage"].iloc[-1] == seen.first_seen.coverage(4_500)["recognise"]


def test_diminishing_says_whether_a_camera_adds_less_than_the_one_before(seen):
    table = next_heads(seen, 10_000, task="detect")
    each = table["m_per_camera"].to_numpy()
    assert (table["diminishing"].to_numpy()[1:] == (each[1:] < each[:-1])).all()
    assert not table["diminishing"].iloc[0]
    assert each[-1] < each[0]


@pytest.mark.parametrize(
    "wrong",
    [{"step": 0}, {"step": -5}, {"task": "see"}, {"up_to": -1}, {"up_to": 10**8, "step": 1}],
)
def test_steps_that_cannot_be_are_refused(wrong, seen):
    with pytest.raises(InputError):
        next_heads(seen, **wrong)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.floats(0, 1))
def test_never_more_is_seen_without(seen, number, share):
    mask = np.random.default_rng(number).random(len(seen.fleet)) < share
    table = without(seen, mask, totals=[4_000, 30_000, 60_000])
    assert (table["coverage_without"] <= table["coverage"]).all()
    assert (table["lost_m"] >= 0).all()
    left = first_seen(seen, heads=~mask)
    for total, task, found in table[["total", "task", "coverage_without"]].itertuples(index=False):
        assert found == pytest.approx(left.coverage(total)[task], abs=1e-12)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_the_more_are_taken_away_the_less_is_seen(seen, number):
    lot = np.random.default_rng(number).random(len(seen.fleet))
    lost = [without(seen, lot < share)["lost_m"].to_numpy() for share in (0.1, 0.4, 0.9)]
    assert (np.diff(lost, axis=0) >= -1e-9).all()


def test_without_none_all_is_seen_and_without_all_nothing(seen):
    nobody = np.zeros(len(seen.fleet), bool)
    table = without(seen, nobody)
    assert (table["coverage_without"] == table["coverage"]).all()
    assert (table["removed"] == 0).all()
    assert table["m_per_camera"].isna().all()
    assert (without(seen, ~nobody)["coverage_without"] == 0).all()


def test_without_all_later_heads_the_smaller_fleet_is_left(seen):
    table = without(seen, seen.fleet.arrays.rank > 11_000)
    shares = seen.first_seen.coverage(11_000)
    found = dict(zip(table["task"], table["coverage_without"], strict=True))
    assert found == pytest.approx(shares, abs=1e-12)


def test_removing_equals_looking_without_them(seen):
    """The oracle: a fleet that never had these heads."""
    city = sim.load_city("mong_kok_core")
    mask = heads_of(seen.fleet, owners=["department"])
    fleet = sim.Fleet(seen.fleet.heads[~mask].reset_index(drop=True))
    shares = see(city, fleet).first_seen.coverage(60_000)
    table = without(seen, mask).set_index("task")
    for task in TASKS:
        assert table.loc[task, "coverage_without"] == pytest.approx(shares[task], abs=1e-12)


def test_heads_are_found_by_owner_site_and_rank(seen):
    heads = seen.fleet.heads
    assert (heads_of(seen.fleet, owners=["police"]) == (heads["owner"] == "police")).all()
    assert (heads_of(seen.fleet, sites=[0, 3]) == heads["site"].isin([0, 3])).all()
    rank = int(heads["rank"].iloc[5])
    both = heads_of(seen.fleet, sites=[0], ranks=[rank])
    assert both.sum() == (heads["site"] == 0).sum() + (heads["site"].iloc[5] != 0)
    assert not heads_of(seen.fleet).any()


@pytest.mark.parametrize("wrong", [{"owners": ["polise"]}, {"sites": [10**6]}, {"ranks": [0]}])
def test_heads_that_are_not_there_are_named(wrong, seen):
    with pytest.raises(InputError, match="no camera of"):
        heads_of(seen.fleet, **wrong)


def test_a_mask_of_another_length_is_refused(seen):
    for wrong in (np.zeros(3, bool), np.zeros(len(seen.fleet))):
        with pytest.raises(InputError, match="one truth value"):
            without(seen, wrong)


def test_a_street_by_hand():
    """Two heads look along 100 m from both ends, 60 m far each: 20 m are seen by both."""
    heads = [Head(0, 0, 90, 90, (60,)), Head(100, 0, 270, 90, (60,))]
    city, fleet = city_of(Scene([[(0, 0), (100, 0)]], heads=heads))
    seen = see(city, fleet)
    table = next_heads(seen, 1, task="detect")
    assert table["new_m"].tolist() == pytest.approx([60, 40])
    assert table["m_per_camera"].tolist() == pytest.approx([60, 40])
    assert table["diminishing"].tolist() == [False, True]
    gone = without(seen, np.array([True, False])).set_index("task").loc["detect"]
    assert gone["coverage"] == pytest.approx(1.0)
    assert gone["coverage_without"] == pytest.approx(0.6)
    assert gone["lost_m"] == pytest.approx(40)
