"""The measurement of façades and blocks: on streets and houses of which the answer is known."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from drawn import ORIGIN, frames, grid_ways
from shapely.affinity import translate

from sim.city.assemble import assemble
from sim.city.streets import StreetNetwork
from sim.city.walls import Walls


@pytest.fixture(scope="module")
def setbacks():
    file = Path(__file__).parents[2] / "benchmarks" / "setbacks.py"
    spec = importlib.util.spec_from_file_location("setbacks", file)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def quarter(setbacks, ways, houses, heights=None):
    """A quarter with houses given as boxes (west, south, east, north) in metres."""
    shape = [translate(shapely.box(*house), *ORIGIN) for house in houses]
    known = [float("nan")] * len(shape) if heights is None else heights
    frame = gpd.GeoDataFrame({"height": known}, geometry=shape, crs="EPSG:2326")
    walls = Walls.from_footprints(frame)
    city = assemble("town", StreetNetwork.build(*frames(ways)), buildings=walls, halo_m=0)
    return setbacks.Quarter(city, walls)


STREET = [([(0, 0), (200, 0)], {}), ([(200, 0), (200, 100)], {"highway": "service"})]


def test_facades_are_measured_across_the_street_on_both_sides(setbacks):
    houses = [(-50, 6, 190, 30), (-50, -30, 250, -9)]
    far = setbacks.facade_distances(quarter(setbacks, STREET, houses))
    residential = far.loc[far["highway"] == "residential", "far"]
    # 19 of 20 points stand before the house in the north, which ends at 190 m; one looks past it
    assert sorted(np.round(residential, 6)) == [6.0] * 19 + [9.0] * 20 + [np.inf]
    assert setbacks.medians({"town": far}, ["town"]) == {}, "too few rays to speak for a class"


def test_walls_beyond_another_street_low_ones_and_far_ones_are_not_its_facades(setbacks):
    parallel = [*STREET, ([(0, 0), (0, 20)], {}), ([(0, 20), (200, 20)], {"highway": "primary"})]
    houses = [(-50, 30, 190, 50), (-50, -30, 250, -9), (-50, -130, 250, -70)]
    some = quarter(setbacks, parallel, houses, [float("nan"), 2.0, float("nan")])
    far = setbacks.facade_distances(some)
    own = far[far["highway"] == "residential"]["far"]
    assert (own > 60).sum() >= 20, "south of it stands nothing high within reach"
    assert not np.isclose(own, 30).any(), "the houses north of it are another street's"
    primary = far[far["highway"] == "primary"]["far"]
    assert np.isclose(primary, 10).sum() == 19


def test_blocks_of_a_table_are_as_wide_as_it_says_and_without_one_todays(setbacks):
    streets = StreetNetwork.build(*frames(grid_ways()))
    city = assemble("town", streets, halo_m=0)

    def inner(table):
        area = setbacks.blocks(city, table).footprints.area
        return sorted(area[area < 6000])[-9:]

    assert inner({"residential": 13.7}) == pytest.approx([(80 - 2 * 13.7) ** 2] * 9, abs=0.01)
    assert inner({}) == inner(setbacks.scaled(1.0, 1.0))
    plain = Walls.from_streets(city.streets, city.area.region).footprints
    assert setbacks.blocks(city, {}).footprints.geometry.geom_equals(plain.geometry).all()
    assert inner(setbacks.scaled(2.0, 1.0)) == pytest.approx([(80 - 28) ** 2] * 9, abs=0.01)


def test_errors_are_none_against_themselves_and_add_up(setbacks):
    houses = [(x + 20, y + 20, x + 60, y + 60) for x in (0, 80, 160) for y in (0, 80, 160)]
    some = quarter(setbacks, grid_ways(), houses)
    heads = setbacks.Heads(some, range(2))
    same = heads.errors(some.footprints)
    assert same.shape == (len(setbacks.HEADS_PER_KM2), 2, 3, 4)
    assert not same[:, :, 1:].any()
    bare = heads.errors(Walls.none(some.city.area.crs))
    coverage = replace(some.city, walls=Walls.none(some.city.area.crs))
    seen = setbacks.see(coverage, heads.fleets[0][0]).first_seen.coverage(10**9)
    assert bare[0, 0, 0] + bare[0, 0, 1] == pytest.approx([*seen.values()], abs=1e-12)
    assert (bare[:, :, 1] >= 0).all(), "without walls never less is seen"
    assert bare[:, :, 2] == pytest.approx(bare[:, :, 1], abs=1e-9), "and all of it is more"
