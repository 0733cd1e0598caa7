from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from drawn import ORIGIN, frames, grid_ways, shared
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate, translate
from shapely.geometry import Polygon, box

from sim.city import taken_out
from sim.city.streets import StreetNetwork
from sim.city.walls import OTHER_WIDENING_M, SMALLEST_BLOCK_M2, WIDENING_M, Walls

HOUSE = [(0, 0), (0, 10), (20, 10), (20, 0)]
YARD = [(5, 3), (15, 3), (15, 7), (5, 7)]


def footprints(*shapes, **columns):
    placed = [None if s is None else translate(s, *ORIGIN) for s in shapes]
    return gpd.GeoDataFrame(columns, geometry=placed, crs="EPSG:2326")


def blocks(ways, region, origin=ORIGIN):
    return Walls.from_streets(StreetNetwork.build(*frames(ways, origin=origin)), region)


def grid_region(margin=40.0):
    return translate(box(-margin, -margin, 240 + margin, 240 + margin), *ORIGIN)


def test_rings_run_with_the_building_on_their_left():
    house = Polygon(HOUSE, [YARD])
    for shape in (house, house.reverse(), shapely.orient_polygons(house, exterior_cw=True)):
        walls = Walls.from_footprints(footprints(shape))
        a = walls.arrays
        assert len(a.x0) == 8
        middle = np.stack([(a.x0 + a.x1) / 2, (a.y0 + a.y1) / 2], axis=1)
        along = np.stack([a.x1 - a.x0, a.y1 - a.y0], axis=1)
        left = middle + 0.01 * np.stack([-along[:, 1], along[:, 0]], axis=1)
        right = middle - 0.01 * np.stack([-along[:, 1], along[:, 0]], axis=1)
        solid = walls.footprints.geometry[0]
        assert shapely.contains_xy(solid, *left.T).all()
        assert not shapely.contains_xy(solid, *right.T).any()


def test_every_ring_closes():
    a = Walls.from_footprints(footprints(Polygon(HOUSE, [YARD]), box(40, 0, 50, 9))).arrays
    for x0, x1 in ((a.x0, a.x1), (a.y0, a.y1)):
        assert sorted(x0) == sorted(x1)


@pytest.mark.parametrize(
    ("height", "top"),
    [(12.0, 12.0), ("12", 12.0), (None, np.inf), ("tall", np.inf), (0.0, np.inf), (-3, np.inf),
     (1e9, np.inf), (np.nan, np.inf)],
)  # fmt: skip
def test_walls_of_unknown_height_are_taller_than_any_mount(height, top):
    walls = Walls.from_footprints(footprints(box(0, 0, 9, 9), height=[height]))
    assert set(walls.arrays.top) == {top}


def test_without_a_height_column_all_heights_are_unknown():
    walls = Walls.from_footprints(footprints(box(0, 0, 9, 9)))
    assert np.isinf(walls.arrays.top).all()


def test_broken_shapes_are_repaired_or_dropped_and_counted():
    bow_tie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    spiked = Polygon([(30, 0), (40, 0), (40, 10), (40, 30), (40, 10), (30, 10)])
    frame = footprints(
        bow_tie, spiked, None, Polygon(), box(60, 0, 70, 5), shapely.Point(1, 1),
        box(0, 50, 0.1, 50.1),
        shapely.union_all([box(80, 0, 90, 9), box(100, 0, 110, 9)]),
    )  # fmt: skip
    walls = Walls.from_footprints(frame)
    assert walls.footprints.is_valid.all()
    assert (walls.footprints.geom_type == "Polygon").all()
    assert walls.footprints.area.sum() == pytest.approx(50 + 100 + 50 + 180)
    assert walls.report["repaired"] == 2
    assert walls.report["dropped_missing"] == 2
    assert len(walls.footprints) == 6


def test_no_footprints_are_no_walls():
    assert Walls.from_footprints(footprints()).kind == "none"
    assert len(Walls.from_footprints(footprints()).arrays.x0) == 0
    assert len(Walls.none("EPSG:2326").arrays.x0) == 0


def test_blocks_of_a_grid_by_hand():
    walls = blocks(grid_ways(), grid_region())
    inner = walls.footprints[walls.footprints.area < 5000]
    side = 80 - 2 * WIDENING_M["residential"]
    assert len(inner) == 9
    assert inner.area.to_numpy() == pytest.approx(side**2, abs=1e-3)
    assert walls.kind == "blocks"
    assert np.isinf(walls.arrays.top).all()


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 360), st.floats(-20_000, 20_000), st.floats(-5_000, 20_000))
def test_turning_and_moving_the_city_keeps_the_area_of_its_blocks(angle, east, north):
    before = blocks(grid_ways(name="A"), grid_region()).footprints.area.sum()
    turn = np.radians(angle)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    ways = [(np.asarray(path) @ matrix, tags) for path, tags in grid_ways(name="A")]
    # Ends are told apart by their coordinates, so those of one junction must stay equal.
    ways = [(np.round(path, 6), tags) for path, tags in ways]
    region = translate(rotate(grid_region(), angle, origin=tuple(ORIGIN)), east, north)
    after = blocks(ways, region, ORIGIN + np.array([east, north])).footprints.area.sum()
    assert after == pytest.approx(before, rel=1e-3)


def test_the_way_streets_are_drawn_or_split_changes_no_block():
    ways = grid_ways()
    split = []
    for path, tags in ways:
        a, b = np.asarray(path)
        split += [([b, (a + b) / 2], tags), ([(a + b) / 2, a], tags)]
    whole, pieces = (
        shapely.union_all(blocks(w, grid_region()).footprints.geometry) for w in (ways, split)
    )
    assert whole.symmetric_difference(pieces).area < 0.01


def test_a_wider_street_never_leaves_more_block():
    classes = sorted(WIDENING_M, key=WIDENING_M.get)
    areas = [
        blocks(grid_ways(highway=name), grid_region()).footprints.area.sum()
        for name in classes
        if name not in ("motorway", "trunk")
    ]
    assert all(wider <= narrower + 1e-6 for narrower, wider in pairwise(areas))
    assert WIDENING_M["service"] > OTHER_WIDENING_M


def test_subways_do_not_carve_but_bridges_and_unwalked_roads_do():
    def area(tags):
        across = ([(0, 0), (80, 80)], {"highway": "footway", **tags})
        return blocks([*grid_ways(), across], grid_region()).footprints.area.sum()

    untouched = blocks(grid_ways(), grid_region()).footprints.area.sum()
    assert area({"tunnel": "yes"}) == pytest.approx(untouched)
    assert area({"bridge": "yes"}) < untouched - 100
    assert area({"highway": "motorway"}) < area({"bridge": "yes"})
    assert area({"highway": "proposed"}) == pytest.approx(untouched)


def test_no_street_runs_through_a_block():
    streets = StreetNetwork.build(*frames([*grid_ways(), ([(0, 0), (10, 60), (80, 80)], {})]))
    solid = shapely.union_all(Walls.from_streets(streets, grid_region()).footprints.geometry)
    assert shapely.length(shapely.intersection(streets.edges.geometry.to_numpy(), solid)).max() == 0


@pytest.mark.parametrize("size", [37.0, 80.0, 101.0])
def test_the_size_of_the_tiles_changes_no_block(monkeypatch, size):
    diagonal = ([(0, 0), (10, 60), (80, 80)], {"highway": "primary"})
    ways = [*grid_ways(6, 6), diagonal]
    whole = blocks(ways, grid_region(180.0)).footprints.geometry
    monkeypatch.setattr(taken_out, "TILE_M", size)
    tiled = blocks(ways, grid_region(180.0)).footprints.geometry
    assert len(tiled) == len(whole)
    apart = shapely.symmetric_difference(*(shapely.union_all(g) for g in (whole, tiled)))
    assert apart.area < 1e-6
    assert len(shapely.get_coordinates(tiled)) == len(shapely.get_coordinates(whole))


def test_blocks_of_mong_kok():
    from sim.city.sources.files import read_streets

    streets = StreetNetwork.build(*read_streets(shared("mong_kok/walk_graph.gpkg")))
    region = shapely.convex_hull(shapely.union_all(streets.edges.geometry)).buffer(15)
    walls = Walls.from_streets(streets, region)
    assert 850 < len(walls.footprints) < 1200
    assert 12_000 < len(walls.arrays.x0) < 19_000
    assert walls.footprints.is_valid.all()
    assert walls.footprints.area.min() >= SMALLEST_BLOCK_M2
    median = walls.footprints.area.median()
    assert 500 < median < 3000
