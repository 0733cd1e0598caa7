"""Turning the map turns every candidate and heading with it, and changes no range, no coverage."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from cameras.test_candidates import drawn_city, tangles
from city.drawn import ORIGIN, grid_ways, shared
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.area import Area
from sim.cameras.candidates import KINDS, candidates
from sim.cameras.fleet import RANGE_COLUMNS, Fleet
from sim.city.model import City
from sim.city.places import Places
from sim.city.sources.pbf import read_pbf
from sim.city.streets import StreetNetwork
from sim.city.walls import Walls
from sim.placement.placing import place
from sim.sight.sightings import see

pytestmark = pytest.mark.slow

CLOSE_M = 1e-6
"""Coordinates are near 8e5 m, so a turn rounds them to about 1e-9 m."""


class Turn:
    """A turn by so many degrees clockwise about a point, and a shift."""

    def __init__(self, degrees=0.0, east=0.0, north=0.0, about=ORIGIN):
        self.about = about
        angle = np.radians(degrees)
        self.degrees = degrees
        self.matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        self.shift = np.array([east, north])

    def points(self, xy):
        return (np.asarray(xy) - self.about) @ self.matrix.T + self.about + self.shift

    def frame(self, table):
        return table.set_geometry(shapely.transform(table.geometry.to_numpy(), self.points))

    def city(self, city):
        streets = StreetNetwork(self.frame(city.streets.nodes), self.frame(city.streets.edges))
        walls = Walls(self.frame(city.walls.footprints), city.walls.kind)
        area = replace(
            city.area,
            polygon=shapely.transform(city.area.polygon, self.points),
            region=shapely.transform(city.area.region, self.points),
        )
        return City(area, streets, walls, Places(self.frame(city.places.table)))

    def fleet(self, fleet):
        heads = self.frame(fleet.heads)
        heads["x"], heads["y"] = heads.geometry.x, heads.geometry.y
        heads["heading"] = (heads["heading"] + self.degrees) % 360
        return Fleet(heads)


def apart(one, other):
    return np.abs((np.asarray(one) - np.asarray(other) + 180) % 360 - 180)


def turned_alike(city, turn, **options):
    before, after = (
        candidates(city, KINDS, **options),
        candidates(turn.city(city), KINDS, **options),
    )
    assert len(after.x) == len(before.x)
    want = turn.points(np.column_stack([before.x, before.y]))
    assert np.abs(np.column_stack([after.x, after.y]) - want).max(initial=0) < CLOSE_M
    assert apart(after.heading, before.heading + turn.degrees).max(initial=0) < 1e-6
    for name in ("deck", "importance", "junction", "mounted_on"):
        assert np.array_equal(getattr(after, name), getattr(before, name))


def seen_alike(city, fleet, turn):
    after = turn.fleet(fleet)
    for name in (*RANGE_COLUMNS, "near", "field_of_view", "mount"):
        assert np.array_equal(after.heads[name], fleet.heads[name])
    seen, seen_after = see(city, fleet), see(turn.city(city), after)
    for total in sorted({1, len(fleet) // 2, len(fleet)} - {0}):
        assert seen_after.at(total).coverage() == pytest.approx(
            seen.at(total).coverage(), rel=0, abs=1e-9
        )


def block_city(pitch=83.0):
    """A grid of equal streets, the hardest case for ties, with a house in most blocks."""
    house = [
        shapely.box(c * pitch + 8.1, r * pitch + 9.2, (c + 1) * pitch - 8.3, (r + 1) * pitch - 7.9)
        for c in range(3)
        for r in range(2)
    ]
    return drawn_city(grid_ways(4, 3, pitch=pitch), house[:-1], stations=[(40, 6), (130, 70)])


angles = st.floats(-360, 360)


@settings(max_examples=25, deadline=None)
@given(angles, st.booleans())
def test_turning_a_grid_turns_every_candidate(angle, both_sides):
    turned_alike(block_city(), Turn(angle), both_sides=both_sides)


@settings(max_examples=40, deadline=None)
@given(tangles(), angles)
def test_turning_any_streets_turns_every_candidate(ways, angle):
    turned_alike(drawn_city(ways), Turn(angle))


@settings(max_examples=15, deadline=None)
@given(st.floats(-2000, 2000), st.floats(-2000, 2000))
def test_moving_the_map_moves_every_candidate_and_turns_none(east, north):
    turned_alike(block_city(), Turn(0, east, north))


@settings(max_examples=15, deadline=None)
@given(angles, st.sampled_from(["junctions", "random", "transit"]), st.integers(0, 99))
def test_turning_the_map_changes_no_range_and_no_coverage(angle, strategy, seed):
    city = block_city()
    fleet = place(city, 40, strategy=strategy, share_rule="direct", street_share="high", seed=seed)
    seen_alike(city, fleet, Turn(angle))
    seen_alike(city, fleet, Turn(0, 10 * angle, -7 * angle))


def test_turning_the_sample_changes_nothing_either():
    city = sim.load_city("mong_kok_core")
    turn = Turn(37.0)
    turned_alike(city, turn)
    fleet = place(city, 300, share_rule="direct", street_share="high")
    seen_alike(city, fleet, turn)


def test_turning_a_mapped_city_with_its_buildings_changes_nothing_either():
    extract = read_pbf(shared("cities/helsinki.osm.pbf"))
    streets = StreetNetwork.build(extract.nodes, extract.edges)
    walls = Walls.from_footprints(extract.buildings.to_crs(streets.crs))
    west, south, east, north = streets.edges.total_bounds
    region = shapely.box(west, south, east, north)
    area = Area("Helsinki", "", region, region, streets.crs, (), 0.0)
    city = City(area, streets, walls, Places.empty(streets.crs))
    turn = Turn(211.3, about=np.array([(west + east) / 2, (south + north) / 2]))
    turned_alike(city, turn)
    fleet = place(city, 1000, share_rule="direct", street_share="high")
    seen_alike(city, fleet, turn)
