"""Cameras, sightings and walks of one city are not taken for those of another, nor for more."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest

import sim
from sim.errors import InputError
from sim.placement.additions import next_heads, without
from sim.sight.what_if import see_changed
from sim.tracking.avoidance import minimal_exposure_path
from sim.tracking.parameters import TrackingParameters
from sim.tracking.reconstruction import reconstruction
from sim.tracking.unicity import unicity
from sim.trips.model import Trips

TOTAL = 3_000


@pytest.fixture(scope="module")
def city():
    return sim.load_city("mong_kok_core")


@pytest.fixture(scope="module")
def fleet(city):
    return sim.place(city, TOTAL, strategy="junctions", seed=3)


@pytest.fixture(scope="module")
def seen(city, fleet):
    return sim.see(city, fleet)


@pytest.fixture(scope="module")
def trips(city):
    return sim.sample_trips(city, people=30, seed=3)


@pytest.mark.parametrize("crs", ["EPSG:32650", "EPSG:32649", "EPSG:3857", "EPSG:2326"])
def test_cameras_of_another_system_see_the_same(city, fleet, seen, crs):
    elsewhere = fleet.in_crs(crs)
    again = sim.see(city, elsewhere)
    assert again.fleet.heads.crs == city.streets.crs
    assert np.allclose(again.fleet.heads["x"], fleet.heads["x"], atol=1e-3)
    turned = np.abs(again.fleet.heads["heading"] - fleet.heads["heading"])
    assert np.minimum(turned, 360 - turned).max() < 1e-6
    for task, share in seen.at(TOTAL).coverage().items():
        assert again.at(TOTAL).coverage()[task] == pytest.approx(share, abs=1e-4)
    assert again.fleet.placed_for == TOTAL


def test_a_heading_turns_with_the_grid(fleet):
    before, after = fleet.heads, fleet.in_crs("EPSG:32650").heads  # 2.8 degrees west of its middle
    turned = (after["heading"] - before["heading"] + 180) % 360 - 180
    ahead = [
        gpd.GeoSeries(
            gpd.points_from_xy(
                heads["x"] + 10 * np.sin(np.radians(heads["heading"])),
                heads["y"] + 10 * np.cos(np.radians(heads["heading"])),
            ),
            crs=heads.crs,
        ).to_crs(2326)
        for heads in (before, after)
    ]
    assert turned.abs().min() > 0.5
    assert ahead[0].distance(ahead[1]).max() < 0.02


def test_cameras_in_degrees_or_as_a_table_are_refused(city, fleet):
    degrees = replace(fleet, heads=fleet.heads.to_crs(4326))
    with pytest.raises(InputError, match="not in projected metres"):
        sim.see(city, degrees)
    with pytest.raises(InputError, match="from_heads"):
        sim.see(city, fleet.heads)
    with pytest.raises(InputError, match="not in projected metres"):
        sim.place(city, TOTAL, existing=degrees)


def test_a_changed_fleet_of_another_system_is_brought_here(city, fleet, seen):
    again = see_changed(city, seen, fleet.in_crs("EPSG:32650"))
    assert again.fleet.heads.crs == city.streets.crs


OTHER_WALKS = {
    "edges that are not there": lambda t: replace(t, path_edge=t.path_edge + np.int32(10**6)),
    "edges below 0": lambda t: replace(t, path_edge=t.path_edge - np.int32(10**6)),
    "other edges": lambda t: replace(t, path_edge=t.path_edge[::-1].copy()),
    "other lengths": lambda t: replace(t, table=t.table.assign(length=t.table["length"] + 1)),
}


@pytest.mark.parametrize("change", OTHER_WALKS.values(), ids=OTHER_WALKS)
def test_walks_of_another_city_are_refused(city, seen, trips, change):
    with pytest.raises(InputError, match="walked in another city"):
        sim.track(city, seen, change(trips), [TOTAL])


def test_sightings_of_another_city_are_refused(city, seen, trips):
    edges = city.streets.edges
    for other in (
        replace(city.streets, edges=edges.iloc[:-1]),
        replace(city.streets, edges=edges.to_crs(32650)),
        replace(city.streets, edges=edges.assign(length=edges["length"] + 1)),
    ):
        with pytest.raises(InputError, match=r"look again with sim\.see"):
            sim.track(city, replace(seen, streets=other), trips, [TOTAL])
    same = sim.load_city("mong_kok_core")
    assert len(sim.track(same, seen, trips, [TOTAL]).trips) == len(trips)


MORE = {
    "at": lambda c, s, t, n: s.at(n),
    "track": lambda c, s, t, n: sim.track(c, s, t, [n]),
    "track at several": lambda c, s, t, n: sim.track(c, s, t, [TOTAL, n]),
    "unicity": lambda c, s, t, n: unicity(s, t, [n], seed=1, people=5),
    "reconstruction": lambda c, s, t, n: reconstruction(
        c.streets, s, t, [n], parameters=TrackingParameters(), seed=1
    ),
    "without": lambda c, s, t, n: without(s, np.zeros(len(s.fleet), bool), totals=[n]),
    "next": lambda c, s, t, n: next_heads(s, up_to=n),
    "least seen": lambda c, s, t, n: minimal_exposure_path(
        c.streets, s.fleet, s.first_seen.arrays, 0, 1, total=n, task="detect"
    ),
    "plot of the fleet": lambda c, s, t, n: s.fleet.plot(total=n),
    "plot of what is seen": lambda c, s, t, n: s.plot(total=n),
}  # fmt: skip


@pytest.mark.parametrize("ask", MORE.values(), ids=MORE)
def test_more_cameras_than_the_fleet_was_placed_for_are_refused(city, seen, trips, ask):
    with pytest.raises(InputError, match="placed for 3,000 cameras") as caught:
        ask(city, seen, trips, TOTAL + 1)
    assert "\n" not in str(caught.value)


def test_a_fleet_answers_up_to_what_it_was_placed_for(city, fleet, seen):
    assert fleet.last_rank < TOTAL == fleet.largest_total
    assert seen.at(TOTAL).coverage() == seen.at(fleet.last_rank).coverage()
    own = sim.Fleet.from_heads(fleet.heads)
    assert own.largest_total == own.last_rank == fleet.last_rank
    assert not sim.Fleet(fleet.heads.iloc[:0]).largest_total


def test_nobody_walks_anywhere(city, seen):
    empty = np.zeros(0, np.int32)
    table = sim.sample_trips(city, people=0, seed=1).table
    nobody = Trips(table, np.zeros(1, np.int64), empty, empty.astype(bool))
    assert len(sim.track(city, seen, nobody, [TOTAL]).trips) == 0
