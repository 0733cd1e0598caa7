"""Targets other than streets: exact polygons, points as the street kernels have them, shares."""

import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracles.shadows import random_scene, seen_area
from test_library import own_graph

import sim
from sim.cameras.optics import TASKS
from sim.city.linear_referencing import points_at
from sim.errors import InputError
from sim.sight.arrays import NEVER
from sim.sight.star import star_corners

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def town():
    city = sim.load_city("mong_kok_core")
    fleet = sim.place(city, total=20_000, seed=3)
    return {"city": city, "fleet": fleet, "seen": sim.see(city, fleet)}


@pytest.mark.parametrize("seed", range(5))
def test_areas_are_those_of_shapely(seed):
    rng = np.random.default_rng(seed)
    for _ in range(40):
        walls, view = random_scene(rng)
        found = shapely.Polygon(star_corners(walls, view)).area
        assert found == pytest.approx(seen_area(walls, view), rel=1e-9)


numbers = st.floats(-50, 50, allow_nan=False)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(numbers, numbers, numbers, numbers), max_size=8), st.floats(0, 6.28))
@example([(0.0, 1.0, 0.0, 2.0)], 0.0)  # a wall that points at the head
def test_turning_moving_and_adding_walls(walls, angle):
    walls = np.array(walls, float).reshape(-1, 4)
    walls = walls[np.hypot(walls[:, 0] - walls[:, 2], walls[:, 1] - walls[:, 3]) > 0.1]
    walls = walls[[shapely.LineString(w.reshape(2, 2)).distance(shapely.Point(0, 0)) > 0.1
                   for w in walls]]  # fmt: skip
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned = (walls.reshape(-1, 2) @ turn + (1000, 500)).reshape(-1, 4)
    area = sim.visibility(walls, [[0, 0]], reach=40).polygons[0].area
    moved = sim.visibility(turned, [[1000, 500]], reach=40, heading=-np.degrees(angle)).polygons
    assert moved[0].area == pytest.approx(area, rel=1e-6)
    less = sim.visibility(np.concatenate([walls, [[-5, 7, 9, 7]]]), [[0, 0]], reach=40)
    assert less.polygons[0].area < area + 1e-9


def test_points_lie_in_the_polygon_of_what_is_seen():
    rng = np.random.default_rng(1)
    walls, _ = random_scene(rng)
    heads, points = rng.uniform(-40, 40, (6, 2)), rng.uniform(-60, 60, (400, 2))
    found = sim.visibility(walls, heads, points, reach=50, heading=20, field_of_view=200)
    inside = np.array([shapely.contains_xy(polygon, points) for polygon in found.polygons])
    away = np.hypot(*(points[None] - heads[:, None]).transpose(2, 0, 1))
    sure = np.abs(away - 50) > 0.01  # the far edge has a corner for each degree
    assert (found.seen == inside)[sure].all()
    assert 0 < found.seen.mean() < 0.5


def test_points_on_streets_are_seen_by_the_heads_that_see_the_street_there(town):
    city, seen = town["city"], town["seen"]
    streets = city.streets
    rng = np.random.default_rng(2)
    edge = rng.integers(0, len(streets.edges), 3000)
    edge = edge[(streets.edges["deck"] == "street").to_numpy()[edge]]
    t = rng.uniform(0, 1, len(edge)) * streets.edges["length"].to_numpy()[edge]
    points = shapely.points(points_at(streets.arrays, edge, t))
    roofed = shapely.STRtree(points).query(city.walls.footprints.geometry, "intersects")[1]
    found = sim.see(city, town["fleet"], targets=gpd.GeoDataFrame(geometry=points, crs=streets.crs))
    pieces = seen.first_seen.arrays
    checked = 0
    for k in np.setdiff1d(np.arange(len(edge)), roofed):
        rows = slice(*pieces.piece_ptr[edge[k] : edge[k] + 2])
        start, end = pieces.start[rows], pieces.end[rows]
        piece = int(np.searchsorted(end, t[k]))
        if min(t[k] - start[piece], end[piece] - t[k]) < 1e-6:
            continue
        ranks = pieces.rank[rows][piece]
        for task in range(4):
            steps = found.rank[slice(*found.ptr[task, k : k + 2])]
            assert (steps[0] if len(steps) else NEVER) == ranks[task]
        checked += 1
    assert checked > 2000
    at = found.at(10_000)
    assert (at["seen_detect"] == (found.table["first_rank_detect"] <= 10_000).fillna(False)).all()
    assert 0 < at["seen_recognise"].mean() < at["seen_detect"].mean() < 1


def test_the_share_of_a_polygon_is_that_of_many_points_in_it(town):
    city, fleet = town["city"], town["fleet"]
    x, y = np.array(city.area.polygon.centroid.coords[0])
    squares = gpd.GeoDataFrame(
        {"name": ["a", "b"]}, index=pd.Index([7, 3], name="square"),
        geometry=[shapely.box(x, y, x + 60, y + 40), shapely.box(x - 90, y - 70, x - 40, y)],
        crs=city.streets.crs,
    )  # fmt: skip
    found = sim.see(city, fleet, targets=squares.to_crs(4326))
    rng = np.random.default_rng(4)
    for total in (6_000, 20_000):
        at = found.at(total)
        assert at.index.equals(squares.index)
        assert at.crs == "EPSG:4326"
        for square, shares in zip(squares.geometry, at[[f"seen_{t}" for t in TASKS]].to_numpy(),
                                  strict=True):  # fmt: skip
            west, south, east, north = square.bounds
            xy = rng.uniform((west, south), (east, north), (4000, 2))
            points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=squares.crs)
            of_points = sim.see(city, fleet, targets=points).at(total)
            for task, share in zip(TASKS, shares, strict=True):
                assert of_points[f"seen_{task}"].mean() == pytest.approx(share, abs=0.03)
            assert (np.diff(shares) <= 1e-12).all()
    assert (found.at(20_000)["seen_detect"] >= found.at(6_000)["seen_detect"]).all()
    assert found.at(20_000)["seen_detect"].max() > 0.05
    assert "polygons" in str(found)


def test_low_walls_hide_what_lies_just_behind_them(town):
    from sim.sight.star import View
    from sim.sight.visible import Head, points_seen, polygon_seen

    head = Head(0.0, 0.0, View(0.0, np.pi, 30.0), 0.0, 4.0)
    wall, top = np.array([[-5.0, 10.0, 5.0, 10.0]]), np.array([2.8])
    # the line down to 1.6 m passes 2.8 m at half of the way, so twice as far it is over
    seen = points_seen(head, wall, top, np.array([[0, 9.9], [0, 10.1], [0, 19.9], [0, 20.1]]))
    assert seen.tolist() == [True, False, False, True]
    whole = polygon_seen(head, wall[:0], top[:0]).area
    assert whole - polygon_seen(head, wall, top).area == pytest.approx((10 + 20) / 2 * 10)


def test_targets_and_arrays_that_cannot_be_are_named(town):
    city, fleet = town["city"], town["fleet"]
    box, point = shapely.box(0, 0, 1, 1), shapely.Point(0, 0)
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    for shapes in ([box, point], [shapely.LineString([(0, 0), (1, 1)])], [bow], [shapely.Point()]):
        with pytest.raises(InputError, match=r"^targets: "):
            sim.see(city, fleet, targets=gpd.GeoDataFrame(geometry=shapes, crs=city.streets.crs))
    for name, wrong in (("walls", [[1, 2]]), ("heads", "a"), ("points", [[np.nan, 1]])):
        given_arrays = {"walls": np.empty((0, 4)), "heads": [[0, 0]], "points": [[0, 1]]}
        with pytest.raises(InputError, match=rf"^{name}: "):
            sim.visibility(**{**given_arrays, name: wrong})
    for name, wrong in (("reach", 0), ("heading", np.nan), ("field_of_view", 361)):
        with pytest.raises(InputError, match=rf"^{name}: "):
            sim.visibility(np.empty((0, 4)), [[0, 0]], **{name: wrong})


def test_no_targets_no_heads_and_no_walls_are_no_error(town):
    city, fleet = town["city"], town["fleet"]
    none = gpd.GeoDataFrame(geometry=[], crs=city.streets.crs)
    assert len(sim.see(city, fleet, targets=none).at(10)) == 0
    points = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=city.streets.crs)
    blind = sim.see(city, sim.Fleet(fleet.heads.iloc[:0]), targets=points)
    assert not blind.at(0)["seen_detect"].any()
    assert blind.table["first_rank_detect"].isna().all()
    disc = sim.visibility(np.empty((0, 4)), [[0, 0]], reach=10).polygons[0]
    assert disc.area == pytest.approx(np.pi * 100, rel=1e-3)


def test_a_raster_is_what_points_at_its_middles_are(town):
    city, fleet = town["city"], town["fleet"]
    x, y = city.area.polygon.centroid.coords[0]
    bounds = (x - 121, y - 83, x + 120, y + 84)
    found = sim.see(city, fleet, targets=sim.Raster(cell_m=7.0, bounds=bounds))
    assert found.dims == ("task", "y", "x")
    assert found.coords["task"].values.tolist() == list(TASKS)
    assert found.attrs["crs"] == city.streets.crs
    assert (np.diff(found["y"]) == -7).all()
    assert (np.diff(found["x"]) == 7).all()
    assert found["x"].values[0] - 3.5 <= bounds[0] < found["x"].values[0] + 3.5
    assert found["y"].values[0] + 3.5 >= bounds[3] > found["y"].values[0] - 3.5
    at = np.stack(np.meshgrid(found["x"], found["y"]), axis=-1).reshape(-1, 2)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*at.T), crs=city.streets.crs)
    table = sim.see(city, fleet, targets=points).table
    for task in TASKS:
        wanted = table[f"first_rank_{task}"].astype("Float64").fillna(np.inf).to_numpy(float)
        np.testing.assert_array_equal(found.sel(task=task).values.ravel(), wanted)
    assert 0.01 < np.isfinite(found.sel(task="detect").values).mean() < 0.99


def test_middles_under_a_roof_are_missing_and_no_others():
    corner = shapely.box(151.2101, -33.8699, 151.2105, -33.8695)
    blocks = [shapely.transform(corner, lambda c, i=i: c + (0.0009 * i, 0)) for i in range(3)]  # noqa: RUF005
    buildings = gpd.GeoDataFrame({"height": [9.0, None, 1.2]}, geometry=blocks, crs=4326)
    city = sim.City.from_osmnx(own_graph(), buildings)
    fleet = sim.place(city, total=40, share_rule="direct", seed=1)
    found = sim.see(city, fleet, targets=sim.Raster(cell_m=4))
    at = np.stack(np.meshgrid(found["x"], found["y"]), axis=-1).reshape(-1, 2)
    places = buildings.to_crs(city.streets.crs).geometry.to_numpy()
    inside = np.array([shapely.contains_xy(place, at) for place in places])
    assert (inside.sum(axis=1) > 20).all()
    missing = np.isnan(found.values.reshape(4, -1))
    assert (missing == (inside[0] | inside[1])).all()  # 1.2 m hide no face
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*at.T), crs=city.streets.crs)
    seen = sim.see(city, fleet, targets=points).at(40)["seen_detect"].to_numpy()
    assert ((found.sel(task="detect").values.ravel() <= 40) == (seen & ~missing[0])).all()
    assert not seen[missing[0]].any()


def test_rasters_of_neighbouring_areas_fit_and_name_their_place(town):
    city, fleet = town["city"], town["fleet"]
    whole = sim.see(city, fleet, targets=sim.Raster(cell_m=10))
    west, south, east, _ = city.area.polygon.bounds
    assert whole["x"].values[0] - 5 <= west
    assert whole["x"].values[-1] + 5 >= east
    part = sim.see(
        city, fleet, targets=sim.Raster(10, (west + 207, south + 311, west + 400, south + 500))
    )
    same = whole.sel(x=part["x"], y=part["y"])
    np.testing.assert_array_equal(part.values, same.values)
    corner = [float(word) for word in whole["spatial_ref"].attrs["GeoTransform"].split()]
    assert corner == [whole["x"].values[0] - 5, 10, 0, whole["y"].values[0] + 5, 0, -10]
    assert 'ID["EPSG",2326]' in whole["spatial_ref"].attrs["crs_wkt"]
    assert whole["x"].attrs["units"] == "m"


def test_what_is_no_raster_is_one_line(town, monkeypatch):
    city, fleet = town["city"], town["fleet"]
    for words, said in (
        ({"cell_m": 0}, r"^cell_m: is 0; give a number above 0 m"),
        ({"cell_m": np.nan}, r"^cell_m: "),
        ({"cell_m": "5"}, r"^cell_m: "),
        ({"cell_m": 5, "bounds": (0, 1)}, r"^bounds: give west, south"),
        ({"cell_m": 5, "bounds": (10, 0, 0, 10)}, r"^bounds: .* give west < east"),
        ({"cell_m": 5, "bounds": (0, 0, np.inf, 10)}, r"^bounds: "),
    ):
        with pytest.raises(InputError, match=said):
            sim.Raster(**words)
    for cell, bounds in ((0.1, None), (1e-300, None), (1, (0, 0, 1e9, 1e9))):
        with pytest.raises(InputError, match=r"^cell_m: .* above 10,000,000; give .* m or more"):
            sim.see(city, fleet, targets=sim.Raster(cell, bounds))
    with pytest.raises(InputError, match=r"^targets: .*points or polygons, or a sim\.Raster"):
        sim.see(city, fleet, targets=5.0)
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(InputError, match=r"^xarray is not .* 'hk-camera-sim\[raster\]'$"):
        sim.see(city, fleet, targets=sim.Raster(5))
