"""Neighbours and unicity: laws, then slow truths, then cases by hand."""

import json
from dataclasses import replace
from itertools import combinations, pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracles import keyed_random, tracking
from oracles import percolation as slow

from sim.area import Area, DistrictPart
from sim.cameras.optics import TASKS
from sim.city.model import City
from sim.city.places import Places
from sim.city.walls import Walls
from sim.errors import InputError
from sim.sight.arrays import NEVER
from sim.tracking import unicity as module
from sim.tracking.anonymity import (
    SAME_M,
    Doors,
    Neighbours,
    doors_of,
    equally_near,
    neighbours,
    summary,
    weighted_percentiles,
)
from sim.tracking.crowd import POINTS, Crowd, Points
from sim.tracking.percolation import network_of
from sim.tracking.unicity import FROM_S, UNTIL_S, points_of, unicity
from sim.tracking.walks import path_arrays
from sim.trips.waypoints import REACH_M

DARK = int(NEVER)


def dark_of(streets, cut=()):
    net, pieces = slow.arrays_of(streets)
    leaves = np.isin(np.arange(len(net.nodes)), list(cut))
    return network_of(net.arrays, pieces, leaves, np.zeros(0, np.int32))


def star(ranks=(3, DARK, DARK, DARK)):
    """Four arms of 100 m from one point; the first ten metres of each have the rank given."""
    tips = [(1.0, 0.0), (2.0, 0.0), (3.0, 0.0), (4.0, 0.0)]
    return [
        slow.Street((0.0, 0.0), tip, [(10.0, rank, True), (90.0, DARK, True)])
        for tip, rank in zip(tips, ranks, strict=True)
    ]


def test_neighbours_in_a_star():
    # 10, 20, 30 and 40 people live at the tips. Rank 3 watches the middle, rank 5 the last arm.
    streets = star()
    streets[3].stretches = [(10.0, DARK, True), (90.0, 5, True)]
    dark = dark_of(streets, cut=[1])
    doors = Doors(
        dark.at_positions(np.arange(4), np.full(4, 99.0)),
        np.array([10.0, 20.0, 30.0, 40.0]),
        np.ones(4, bool),
        np.arange(4),
    )
    found = neighbours(None, dark, (2, 3, 5), doors)
    assert found.people[:, :, 2].T.tolist() == [[99] * 4, [9, 19, 29, 39], [9, 19, 29, 0]]
    assert found.seen[:, 2, 2].tolist() == [False, False, False, True]
    assert found.at_least[:, :, 2].T.tolist() == [[True] * 4, *[[True, False, False, False]] * 2]
    assert found.summary(3) == {
        "mean": pytest.approx((10 * 9 + 20 * 19 + 30 * 29 + 40 * 39) / 100),
        "p10": 9.0, "p50": 29.0, "p90": 39.0, "n": 4, "door_seen": 0.0, "at_least": 0.1,
    }  # fmt: skip
    assert found.summary(5, "detect")["door_seen"] == pytest.approx(0.4)


def test_percentiles_are_those_that_they_are_named_after():
    # 100 homes of one person each; of 0 … 99 neighbours a tenth of the residents have 9 or fewer
    homes = Doors(np.arange(100), np.ones(100), np.ones(100, bool), np.arange(100))
    people = np.broadcast_to(np.arange(100.0)[:, None, None], (100, 1, len(TASKS)))
    none = np.zeros(people.shape, bool)
    found = Neighbours((1,), homes, people, none, none).summary(1)
    assert (found["p10"], found["p50"], found["p90"]) == (9.0, 49.0, 89.0)
    assert (found["mean"], found["n"]) == (49.5, 100)


def test_people_around_the_area_are_neighbours_but_are_not_asked():
    dark = dark_of(star((DARK,) * 4))
    inside = np.array([True, True, False, False])
    tips = dark.at_positions(np.arange(4), np.full(4, 99.0))
    doors = Doors(tips, np.full(4, 25.0), inside, np.arange(4))
    summary = neighbours(None, dark, (1,), doors).summary(1)
    assert (summary["mean"], summary["n"]) == (99, 2)
    nobody = doors._replace(in_area=np.zeros(4, bool))
    assert neighbours(None, dark, (1,), nobody).summary(1) == {
        **dict.fromkeys(["mean", "p10", "p50", "p90", "door_seen", "at_least"]), "n": 0,
    }  # fmt: skip


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_neighbours_never_grow_and_equal_the_slow_truth(seed):
    rng = np.random.default_rng(seed)
    streets = slow.random_streets(rng)
    dark = dark_of(streets)
    where = [(i, k) for i, s in enumerate(streets) for k in range(len(s.stretches))]
    element = rng.integers(0, len(where), 12)
    doors = Doors(element, rng.uniform(1, 50, 12), np.ones(12, bool), np.arange(12))
    totals = tuple(range(1, 12))
    people = neighbours(None, dark, totals, doors).people[:, :, 1]
    assert (np.diff(people, axis=1) <= 1e-9).all()
    for k, total in enumerate(totals):
        parts = [part for _, part in slow.parts_of(streets, total)]
        for door in range(12):
            mine = [part for part in parts if where[element[door]] in part]
            lives = [w for e, w in zip(element, doors.people, strict=True)
                     if mine and where[e] in mine[0]]  # fmt: skip
            assert people[door, k] == pytest.approx(max(sum(lives) - 1, 0))


def a_city(homes, weight, parts=()):
    """A street of 300 m, then a subway of 100 m; the study area its first 200 m."""
    streets = tracking.network([[(0, 0), (300, 0)], [(300, 0), (400, 0)]])
    streets.edges["deck"] = ["street", "subway"]
    region, polygon = shapely.box(-50, -400, 400, 400), shapely.box(-50, -400, 200, 400)
    area = Area("a", "", polygon, region, tracking.CRS, parts, 0.0)
    table = gpd.GeoDataFrame(
        {"kind": "home", "name": "", "name_zh": "", "weight": weight},
        geometry=[shapely.Point(p) for p in homes], crs=tracking.CRS,
    )  # fmt: skip
    return City(area, streets, Walls.none(tracking.CRS), Places(table))


def city_network(city):
    pieces = slow.arrays_of([
        slow.Street((0.0, 0.0), (300.0, 0.0), [(100.0, DARK, True), (200.0, 2, True)]),
        slow.Street((300.0, 0.0), (400.0, 0.0), [(100.0, DARK, True)], "subway"),
    ])[1]  # fmt: skip
    return network_of(city.streets.arrays, pieces, np.zeros(3, bool), np.zeros(0, np.int32))


def test_doors_are_on_the_street_nearest_home():
    homes = [(50, 10), (150, 10), (390, 5), (50, 300), (450, 0), (20, 0)]
    city = a_city(homes, [10.0, 20.0, 30.0, 40.0, 50.0, 0.0])
    doors = doors_of(city, city_network(city))
    # the third lives over the subway, nearest to the junction at which the street ends, the
    # fourth too far off, the fifth beyond the region
    assert doors.people.tolist() == [10, 20, 30]
    assert doors.element.tolist() == [0, 1, 4]
    assert doors.in_area.tolist() == [True, True, False]


@pytest.mark.parametrize("away", [0.0, 0.005, 0.0899, 0.0901, 0.1, 3.0])
def test_streets_equally_near(away):
    # homes beside three parallel streets, the second 8 mm and the third 5 cm from the first
    lines = shapely.linestrings([[(0, y), (10, y)] for y in (0.0, -0.008, -0.05)])
    place = shapely.points([(1, away), (5, -0.004), (9, 1000.0)])
    row, found = equally_near(lines, place)
    distance = shapely.distance(place[:, None], lines[None, :])
    least = distance.min(axis=1, keepdims=True)
    expected = np.argwhere((distance <= least + SAME_M) & (least <= REACH_M))
    assert sorted(zip(row, found, strict=True)) == [tuple(pair) for pair in expected]


def two_pavements(order, home):
    """Pavements 11 m apart that meet in the east; the southern is seen but for its last 90 m."""
    lines = [[(0, 0), (100, 0)], [(0, 11), (100, 11)], [(100, 0), (100, 11)]]
    city = replace(a_city([home], [10.0]), streets=tracking.network([lines[i] for i in order]))
    stretches = [[(10.0, 2, True), (90.0, DARK, True)], [(100.0, DARK, True)], [(11.0, DARK, True)]]
    streets = [slow.Street(*map(tuple, lines[i]), stretches[i]) for i in order]
    pieces = slow.arrays_of(streets)[1]
    count = len(city.streets.arrays.node_x)
    dark = network_of(city.streets.arrays, pieces, np.zeros(count, bool), np.zeros(0, np.int32))
    return neighbours(city, dark, (2,), doors_of(city, dark))


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
@pytest.mark.parametrize("nearer", [0.0, 1e-12, -1e-12, 0.002, -0.002])
def test_people_between_two_pavements_have_doors_on_both(order, nearer):
    found = two_pavements(order, (5.0, 5.5 + nearer))
    assert sorted(found.doors.people) == [5.0, 5.0]
    assert found.doors.home.tolist() == [0, 0]
    said = found.summary(2)
    assert (said["door_seen"], said["n"], said["mean"]) == (0.5, 1, 2.0)


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
def test_a_home_at_a_junction_has_its_door_at_the_junction(order):
    """Half of it would be unseen if a street that ends there were its door."""
    found = two_pavements(order, (-3.0, -4.0))
    assert found.doors.people.tolist() == [10.0]
    assert found.summary(2)["door_seen"] == 1.0
    corner = two_pavements(order, (101.0, -1.0))  # both streets end there, neither is seen
    assert corner.doors.people.tolist() == [10.0]
    assert corner.summary(2)["door_seen"] == 0.0


def test_without_a_number_of_people_there_are_no_neighbours():
    city = a_city([(50, 10)], [10.0])
    assert neighbours(city, city_network(city), (1,)) is None
    known = a_city([(50, 10), (60, 10)], [10.0, 5.0], (DistrictPart("x", 1.0, 1.0, 1.0),))
    assert neighbours(known, city_network(known), (1, 2)).summary(2)["mean"] == 14


def test_weighted_percentiles():
    values, weight = np.array([3.0, 1.0, 2.0]), np.array([1.0, 8.0, 1.0])
    assert weighted_percentiles(values, weight, (0, 10, 80, 81, 90, 100)) == [1, 1, 1, 2, 2, 3]
    assert weighted_percentiles(np.arange(10.0), np.ones(10), (10, 50, 90)) == [0, 4, 8]


def street_world(departs, *, cut=False, backward=(), represents=1.0, watched=((20.0, 30.0),)):
    """A street of 100 m walked at 1 m/s from each departure; head i sees the i-th interval."""
    ends = [0.0, 25.0, 28.0, 75.0, 100.0] if cut else [0.0, 100.0]
    lines = [[(a, 0), (b, 0)] for a, b in pairwise(ends)]
    streets = tracking.network(lines)
    heads = tracking.fleet([{"x": 1e4, "y": 0.0} for _ in watched])
    rows = [
        (0, edge, head, max(low - a, 0.0), min(high, b) - a)
        for head, (low, high) in enumerate(watched)
        for edge, (a, b) in enumerate(pairwise(ends))
        if low < b and high > a
    ]
    seen = tracking.given(streets, heads, rows)
    there = [(edge, False) for edge in range(len(lines))]
    back = [(edge, True) for edge in reversed(range(len(lines)))]
    paths = [back if i in backward else there for i in range(len(departs))]
    trips = tracking.trips_along(streets, paths, speed=1.0)
    trips.table["departs_s"] = departs
    trips.table["represents"] = represents
    return seen, trips


def points(seen, trips, bin_s=60.0):
    count = len(trips)
    departs = trips.table["departs_s"].to_numpy(float)
    paths, everyone = path_arrays(seen.streets, trips), np.arange(count)
    found = points_of(seen, paths, everyone, everyone, departs, 0, bin_s)
    return list(zip(*(column.tolist() for column in found), strict=True))


def test_points_are_every_bin_that_a_sighting_touches():
    # seen from second 20 to 30 after leaving; walking back, from second 70 to 80
    assert points(*street_world([0.0, 35.0, 0.0], backward=[2])) == [
        (0, 0, 0), (1, 0, 0), (1, 0, 1), (2, 0, 1),
    ]  # fmt: skip
    assert points(*street_world([35.0], cut=True), bin_s=7.0) == [(0, 0, b) for b in (7, 8, 9)]


@given(st.lists(st.floats(0, 86_000), min_size=1, max_size=8), st.floats(5, 900))
@settings(max_examples=40, deadline=None)
def test_splitting_edges_changes_no_point(departs, bin_s):
    # at the very edge of a bin rounding decides
    edges = np.add.outer(departs, [20.0, 30.0, 70.0, 80.0]) / bin_s
    assume((np.abs(edges - np.rint(edges)) > 1e-9).all())
    backward = range(0, len(departs), 2)
    whole = points(*street_world(departs, backward=backward), bin_s)
    assert points(*street_world(departs, backward=backward, cut=True), bin_s) == whole


def test_all_together_or_each_alone():
    together = unicity(*street_world([0.0] * 5), (1,), seed=3, tasks=["detect"])
    known = together.summary(1, "detect")
    assert known["1"] == {
        "sharing": 4.0, "sharing_se": pytest.approx(0),
        "unique_in_sample": 0.0, "unique_in_sample_se": 0.0,
        "eligible": 1.0,
    }  # fmt: skip
    assert known["2"]["sharing"] is None
    assert known["2"]["eligible"] == 0
    alone = unicity(*street_world(np.arange(5) * 1e3), (1,), seed=3, tasks=["detect"])
    assert alone.summary(1, "detect")["1"]["sharing"] == 0
    assert alone.summary(1, "detect")["1"]["unique_in_sample"] == 1


def test_people_stand_for_more():
    # Two of four pass together: each shares with one of the three others, so with a third of all.
    world = street_world([0.0, 0.0, 5e3, 9e3], represents=25.0)
    found = unicity(*world, (1,), seed=3, tasks=["detect"])
    assert found.represented == 100
    assert found.summary(1, "detect")["1"]["sharing"] == pytest.approx(99 * (2 / 4) / 3)
    assert found.summary(1, "detect")["1"]["unique_in_sample"] == pytest.approx(0.5)
    crowd = found.table[found.table["points"] == 1]
    assert crowd["people"].tolist() == [2, 4, 100]
    assert crowd["unique"].tolist()[:2] == pytest.approx([1 - 0.5 / 3, 0.5])
    assert np.isnan(crowd["unique"].iloc[-1])


def test_summary_of_a_step_has_the_keys_of_the_contract():
    shared = unicity(*street_world([0.0, 0.0, 9e3], represents=2.0), (1, 2), seed=3)
    dark = dark_of(star())
    homes = Doors(np.array([0, 2]), np.full(2, 10.0), np.ones(2, bool), np.arange(2))
    near = neighbours(None, dark, (1, 2), homes)
    found = summary(near, shared, 1)
    assert found["task"] == "recognise"
    assert found["neighbours"]["mean"] == 19
    assert list(found["unicity"]) == ["1", "2", "3", "4"]
    assert set(found["by_task"]) == set(TASKS)
    assert found["by_task"]["detect"]["unicity"]["1"]["sharing"] == pytest.approx(5 / 3)
    assert found["sample"] == {
        "compared": 3, "represented": 6.0, "bin_s": 300.0, "hours_known": True,
    }  # fmt: skip
    assert summary(None, shared, 2)["neighbours"] is None
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_walks_of_no_known_hour_are_spread_over_the_day():
    found = unicity(*street_world([np.nan] * 400), (1,), seed=3, tasks=["detect"], people=300)
    assert not found.hours_known
    assert found.compared == 300
    assert found.represented == 400
    # others who pass in one's bin of 300 s (10 s in view; a few have two bins)
    chance = 310.0 / (UNTIL_S - FROM_S)
    mine = found.summary(1, "detect")["1"]
    assert mine["sharing"] == pytest.approx(399 * chance, abs=4 * mine["sharing_se"])
    assert unicity(*street_world([0.0, 9.0]), (1,), seed=3, tasks=["detect"]).hours_known


def test_hours_are_known_when_every_walk_has_one():
    """Walks whose hour is known keep it beside those that get one by chance."""
    times = [0.0, np.nan, 7200.0, np.nan, 86_399.0]
    seen, trips = street_world(times)
    assert not unicity(seen, trips, (1,), seed=3, tasks=["detect"]).hours_known
    rows = np.array([4, 1, 2])
    departs, known = module._departures(trips, rows, 3)
    assert departs[[0, 2]].tolist() == [86_399.0, 7200.0]
    drawn = keyed_random.uniform(3, "unicity-hour", int(trips.table["person"][1]), 0)
    assert departs[1] == pytest.approx(FROM_S + (UNTIL_S - FROM_S) * drawn)
    assert not known
    assert module._departures(trips, rows[[0, 2]], 3)[1]


def test_persons_are_compared_by_their_keys_and_named_walks_never():
    trips = street_world([0.0] * 40, represents=2.0)[1]
    trips.table["person"] = 100 + np.arange(40) // 2
    trips.table["named"] = np.arange(40) < 2
    rows, persons, represented = module._compared(trips, 5, 7)
    known = sorted(set(trips.table["person"][2:]))
    wanted = sorted(known, key=lambda p: keyed_random.key(5, "unicity-who", int(p)))[:7]
    assert persons.tolist() == sorted(wanted)
    assert rows.tolist() == [r for r in range(2, 40) if trips.table["person"][r] in wanted]
    assert represented == 2.0 * len(known)
    assert module._compared(trips, 5, 1000)[1].tolist() == known


def random_crowd(seed, people=9, heads=5, without=None, represented=90.0):
    """People with random points, some with none; person i has the same points in every crowd."""
    rng = np.random.default_rng(seed)
    has = rng.random((people, heads, 3)) < rng.uniform(0.1, 0.7)
    kept = [p for p in range(people) if p != without]
    person, head, when = (axis.astype(np.int64) for axis in np.nonzero(has[kept]))
    rank = np.arange(1, heads + 1, dtype=np.int32)
    crowd = Crowd(Points(person, head, when), 10 + np.array(kept), represented, 5, rank)
    sets = [set(zip(*np.nonzero(has[p]), strict=True)) for p in kept]
    return crowd, sets


@pytest.mark.parametrize("seed", range(8))
def test_sharing_equals_counting_all_ways(seed):
    crowd, sets = random_crowd(seed)
    for row in crowd.table.itertuples():
        chances = [
            np.mean([sum(set(chosen) <= other for other in sets) - 1 for chosen in
                     combinations(sorted(own), row.points)])
            for own in sets if len(own) >= row.points
        ]  # fmt: skip
        assert row.eligible == pytest.approx(len(chances) / len(sets))
        wanted = np.mean(chances) / (len(sets) - 1) * (row.people - 1) if chances else np.nan
        assert row.sharing == pytest.approx(wanted, nan_ok=True)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("people", [2, 4, 9])
def test_unique_equals_counting_all_crowds(seed, people):
    crowd, sets = random_crowd(seed)
    may = crowd.number >= 2
    if not may.any():
        return
    sharers, who = crowd.sharers(2, may)
    assert len(who) == 4 * may.sum()  # drawn four times each (docs/methods.md)
    dense = sharers.toarray()
    alone = []
    for draw, person in enumerate(who):
        with_all = set(np.flatnonzero(dense[draw]).tolist())
        assert person not in with_all
        for other in with_all:
            assert len(sets[other] & sets[person]) >= 2
        others = [p for p in range(len(sets)) if p != person]
        alone += [not with_all & set(some) for some in combinations(others, people - 1)]
    assert crowd.unique(sharers, who, people)[0] == pytest.approx(np.mean(alone))


@pytest.mark.parametrize("seed", range(6))
def test_errors_are_those_of_leaving_each_person_out(seed):
    crowd, sets = random_crowd(seed)
    people = len(sets)
    for k in (1, 2):
        may = crowd.number >= k
        if may.sum() < 3:
            continue
        table = crowd.table
        mine = table[(table["points"] == k) & (table["people"] == 4)].iloc[0]
        share, unique = [], []
        for left_out in range(people):
            less = random_crowd(seed, without=left_out)[0]
            together = (less.at @ less.at.T).tocoo()
            share.append(3 * less.sharing(k, together, less.number >= k)[0])
            unique.append(less.unique(*less.sharers(k, less.number >= k), 4)[0])
        for values, name in ((share, "sharing_se"), (unique, "unique_se")):
            wanted = np.sqrt((people - 1) * np.var(values))
            assert mine[name] == pytest.approx(wanted), name


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_larger_crowds_and_fewer_points_hide_better(seed):
    crowd, _ = random_crowd(seed, people=16)
    for _, rows in crowd.table.groupby("points"):
        unique = rows["unique"].to_numpy()[:-1]
        assert np.isnan(unique).all() or (np.diff(unique) <= 1e-12).all()
        assert np.isnan(rows["sharing"]).all() or (np.diff(rows["sharing"]) >= 0).all()
    able = crowd.number >= POINTS[-1]
    if able.any():
        together = (crowd.at @ crowd.at.T).tocoo()
        chance = [crowd.sharing(k, together, able)[0] for k in POINTS]
        assert (np.diff(chance) <= 1e-12).all()


def test_nobody_walks_or_nobody_is_seen():
    seen, trips = street_world([0.0, 0.0], watched=[(20.0, 30.0)])
    trips.table["named"] = True
    none = unicity(seen, trips, (1,), seed=3)
    assert none.compared == none.represented == 0
    assert none.summary(1)["1"]["sharing"] is none.summary(1)["1"]["unique_in_sample"] is None
    world = street_world([0.0, 0.0])
    unseen = unicity(*world, (1,), seed=3).summary(1, "identify")["1"]
    nothing = ["sharing", "sharing_se", "unique_in_sample", "unique_in_sample_se"]
    assert unseen == {**dict.fromkeys(nothing), "eligible": 0.0}


@pytest.mark.parametrize("wrong", [{"people": 1}, {"people": 10**6}, {"bin_s": 0.0}])
def test_numbers_that_cannot_be(wrong):
    with pytest.raises(InputError, match="unicity"):
        unicity(*street_world([0.0, 0.0]), (1,), seed=3, **wrong)
