"""Walking flow: counted by hand, and the laws of counting."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.tracking import network

from sim.city.loaders import load_city
from sim.city.model import City
from sim.city.places import Places
from sim.errors import InputError
from sim.trips.demand import sample_trips
from sim.trips.flow import (
    street_flow,
    street_flow_error,
    walkers_along,
    walking_betweenness,
)
from sim.trips.model import Trips
from sim.trips.routing import walk
from sim.trips.waypoints import NamedWalk

# 0 -e0- 1 -e1- 2, and from 1 down to 3 by e2
FORK = network([[(0, 0), (10, 0)], [(10, 0), (20, 0)], [(10, 0), (10, -30)]])


@pytest.fixture(scope="module")
def city():
    return load_city("mong_kok_core")


def trips_of(streets, origins, targets, persons=None, represents=1.0, named=False):
    """Trips along the quickest ways."""
    person = np.arange(len(origins)) if persons is None else np.asarray(persons)
    found = walk(streets, origins, targets, person, seed=0, cost_dispersion=0.0)
    table = pd.DataFrame({
        "person": person, "kind": "home-station", "name": "", "name_zh": "", "named": named,
        "origin": origins, "destination": targets, "length": found.length,
        "duration_s": found.duration_s, "represents": represents,
    })  # fmt: skip
    return Trips(table, found.path_ptr, found.path_edge, found.path_backward)


def test_a_fork_counted_by_hand():
    trips = trips_of(FORK, [0, 3, 2, 3], [2, 0, 1, 2], represents=[1.0, 10.0, 100.0, 1000.0])
    assert street_flow(FORK, trips).tolist() == [11.0, 1101.0, 1010.0]
    assert street_flow(FORK, trips).dtype == np.float64


def test_who_passes_twice_counts_twice():
    trips = trips_of(FORK, [0, 2], [2, 0], persons=[7, 7], represents=5.0)
    assert street_flow(FORK, trips).tolist() == [10.0, 10.0, 0.0]


def test_named_walks_count_nobody():
    trips = trips_of(FORK, [0, 0, 3], [2, 3, 2], [-1, 0, 1], named=[True, False, False])
    assert street_flow(FORK, trips).tolist() == [1.0, 1.0, 2.0]
    without = trips_of(FORK, [0, 3], [3, 2], [0, 1])
    for people in (2, 5):
        np.testing.assert_allclose(
            street_flow_error(FORK, trips, people=people),
            street_flow_error(FORK, without, people=people),
        )


def test_no_trips_no_flow():
    none = trips_of(FORK, [], [])
    assert street_flow(FORK, none).tolist() == [0.0, 0.0, 0.0]
    assert street_flow_error(FORK, none, people=10).tolist() == [0.0, 0.0, 0.0]


def test_standard_error_by_hand():
    # four people; along e0 pass 3, 3 (in two trips), 0 and 0: the sum is 9 residents
    trips = trips_of(FORK, [0, 0, 1, 2], [1, 1, 0, 1], persons=[0, 1, 1, 2], represents=3.0)
    draws = np.array([3.0, 6.0, 0.0, 0.0])
    error = street_flow_error(FORK, trips, people=4)
    assert street_flow(FORK, trips)[0] == draws.sum()
    assert error[0] == pytest.approx(np.sqrt(4) * draws.std(ddof=1))
    assert error[2] == 0.0
    assert np.isnan(street_flow_error(FORK, trips, people=1)).all()


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_splitting_edges_gives_each_part_the_whole_count(seed):
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 300, (15, 2))
    ends = [rng.choice(15, 2, replace=False) for _ in range(30)]
    lines = [[tuple(at[a]), tuple((at[a] + at[b]) / 2 + rng.uniform(-40, 40, 2)), tuple(at[b])]
             for a, b in ends]  # fmt: skip
    cut = rng.random(30) < 0.5
    parts = [p for line, c in zip(lines, cut, strict=True)
             for p in ([line[:2], line[1:]] if c else [line])]  # fmt: skip
    part_of = np.repeat(np.arange(30), 1 + cut)
    whole, split = network(lines), network(parts, streets=part_of)
    number = {p.coords[0]: i for i, p in enumerate(split.nodes.geometry)}
    same = np.array([number[p.coords[0]] for p in whole.nodes.geometry])
    origins, targets = rng.integers(0, len(same), (2, 60))
    weight = rng.integers(1, 50, 60).astype(float)
    options = {"represents": weight, "persons": np.arange(60) // 3}
    joined = ~np.isnan(walk(whole, origins, targets, origins, seed=0, cost_dispersion=0.0).length)
    origins, targets = origins[joined], targets[joined]
    options = {key: values[joined] for key, values in options.items()}
    before, after = (trips_of(whole, origins, targets, **options),
                     trips_of(split, same[origins], same[targets], **options))  # fmt: skip
    np.testing.assert_array_equal(street_flow(split, after), street_flow(whole, before)[part_of])
    np.testing.assert_allclose(
        street_flow_error(split, after, people=20),
        street_flow_error(whole, before, people=20)[part_of],
    )


def test_flows_add_up_and_keep_every_metre_walked(city):
    first, second = (sample_trips(city, people=n, seed=2) for n in (300, 500))
    rest = np.flatnonzero(second.table["person"] >= 300)
    counts = np.diff(second.path_ptr)
    kept = np.repeat(second.table["person"].to_numpy() >= 300, counts)
    later = Trips(
        second.table.loc[rest].reset_index(drop=True),
        np.concatenate([[0], np.cumsum(counts[rest])]),
        second.path_edge[kept],
        second.path_backward[kept],
    )
    # a person of 300 stands for more residents than one of 500, so count persons
    for trips in (first, second, later):
        trips.table["represents"] = 1.0
    added = street_flow(city.streets, first) + street_flow(city.streets, later)
    both = street_flow(city.streets, second)
    np.testing.assert_array_equal(added, both)
    assert (both * city.streets.edges["length"]).sum() == pytest.approx(
        second.table["length"].sum()
    )


def test_walkers_leave_a_junction_as_they_came(city):
    trips = sample_trips(city, people=400, seed=3)
    flow, edges = street_flow(city.streets, trips), city.streets.edges
    size = len(city.streets.nodes)
    weight = trips.table["represents"].to_numpy()
    around = sum(np.bincount(edges[end], weights=flow, minlength=size) for end in ("u", "v"))
    ends = sum(np.bincount(trips.table[end], weights=weight, minlength=size)
               for end in ("origin", "destination"))  # fmt: skip
    through = around - ends
    assert (through > -1e-6).all()  # whoever ends here has come by some street
    passed = np.rint(through / weight[0])
    assert (passed % 2 == 0).all()  # and whoever passes has come and gone
    np.testing.assert_allclose(through, passed * weight[0], atol=1e-6)


@pytest.mark.slow
def test_the_standard_error_is_that_between_samples(city):
    flows = [walking_betweenness(city, people=200, seed=seed) for seed in range(40)]
    walkers = np.array([flow.walkers for flow in flows])
    said = np.sqrt(np.mean([flow.standard_error**2 for flow in flows], axis=0))
    busy = walkers.mean(axis=0) > np.quantile(walkers.mean(axis=0), 0.9)
    ratio = walkers.std(axis=0, ddof=1)[busy].mean() / said[busy].mean()
    assert 0.85 < ratio < 1.05  # kinds are dealt in turn, so a little below one


def test_betweenness_is_the_flow_of_typical_walks(city):
    flow = walking_betweenness(city, people=150, seed=5)
    trips = sample_trips(city, people=150, seed=5)
    np.testing.assert_array_equal(flow.walkers, street_flow(city.streets, trips))
    alone = walkers_along(city, people=150, seed=5)
    np.testing.assert_allclose(alone, flow.walkers, rtol=1e-12)
    assert (np.unique(alone, return_inverse=True)[1]
            == np.unique(flow.walkers, return_inverse=True)[1]).all()  # fmt: skip
    named = sample_trips(
        city, people=150, seed=5,
        walks=[NamedWalk("A walk", ("Nathan Road / Argyle Street", "Nathan Road / Mong Kok Road"))],
    )  # fmt: skip
    np.testing.assert_array_equal(flow.walkers, street_flow(city.streets, named))


@pytest.mark.parametrize("people", [-1, 0, 1])
def test_too_few_people(city, people):
    with pytest.raises(InputError, match="at least 2"):
        walking_betweenness(city, people=people, seed=0)


def test_a_city_without_places(city):
    empty = Places(city.places.table.iloc[:0])
    bare = City(city.area, city.streets, city.walls, empty)
    with pytest.raises(InputError, match="import places"):
        walking_betweenness(bare, people=10, seed=0)
    with pytest.raises(InputError, match="import places"):
        walkers_along(bare, people=10, seed=0)
