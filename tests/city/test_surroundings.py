"""What maps show around the streets: cut, joined, limited, and of no effect on any figure."""

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import osmium
import pytest
import shapely
from osmium.osm.mutable import Node, Relation, Way
from shapely.affinity import affine_transform, rotate

from sim.city.bundle import load_bundle, save_bundle
from sim.city.digest import city_digest
from sim.city.from_files import import_files
from sim.city.loaders import load_city
from sim.city.sources import extract_surroundings
from sim.city.surroundings import (
    MOST_POINTS,
    _joined,
    map_window,
    sea_within,
    surroundings_within,
    with_hong_kong,
)

WEST, SOUTH, STEP = 114.0, 22.3, 0.0005
WINDOW = shapely.box(0, 0, 100, 50)
COAST_AT_20 = np.array([shapely.LineString([(-30, 20), (40, 20), (130, 20)])])
HOSTILE = '</script><img src=x onerror="alert(1)">{{ 7*7 }}\u202e'

# Nodes are numbered 100 × row + column of a grid with steps of about 50 m.
WAYS = [
    (list(range(2040, 2061)), {"highway": "residential", "name": "Road"}),
    (list(range(1850, 2381, 100)), {"highway": "residential"}),
    ([2142, 2144, 2344, 2342, 2142], {"leisure": "park", "name": HOSTILE, "name:zh": "公園"}),
    ([2146, 2147, 2247, 2246, 2146], {"leisure": "park"}),
    ([2352, 2356, 2756, 2752, 2352], {}),
    ([2453, 2454, 2554, 2553, 2453], {}),
    ([1001, 1099], {"natural": "coastline"}),
    ([6040, 6042, 6242, 6240, 6040], {"leisure": "park", "name": "Far Park"}),
]
RELATIONS = [
    ([("w", 104, "outer"), ("w", 105, "inner")], {"type": "multipolygon", "natural": "water"})
]
POINTS = {
    2148: {"railway": "station", "station": "subway", "name": "大站 Great Station"},
    2150: {"place": "suburb", "name": "西城 West Town"},
    2152: {"place": "suburb", "name": "L" * 300},
    1245: {"natural": "strait", "name:en": "The Strait", "name": "大海峽"},
    6045: {"place": "suburb", "name": "Far Town"},
}


def extract(path):
    with osmium.SimpleWriter(str(path)) as writer:
        for n in sorted({n for nodes, _ in WAYS for n in nodes} | set(POINTS)):
            place = (WEST + STEP * (n % 100), SOUTH + STEP * (n // 100))
            writer.add_node(Node(id=n, location=place, tags=POINTS.get(n, {})))
        for number, (nodes, tags) in enumerate(WAYS, 100):
            writer.add_way(Way(id=number, nodes=nodes, tags=tags))
        for number, (members, tags) in enumerate(RELATIONS, 900):
            writer.add_relation(Relation(id=number, members=members, tags=tags))
    return path


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    return import_files([extract(tmp_path_factory.mktemp("extract") / "a.osm.pbf")], "town")


@pytest.fixture(scope="module")
def sample():
    return load_city("mong_kok_core")


def area_of(city, kind):
    found = city.surroundings
    return shapely.area(found.geometry[found["kind"] == kind].to_numpy()).sum()


def names(city, kind):
    found = city.surroundings[city.surroundings["kind"] == kind]
    return sorted(zip(found["name"], found["name_zh"], strict=True))


def square_m2(city):
    """The area of one square of the extract's grid."""
    side = shapely.box(WEST, SOUTH + 21 * STEP, WEST + STEP, SOUTH + 22 * STEP)
    return gpd.GeoSeries([side], crs="EPSG:4326").to_crs(city.area.crs).area.iloc[0]


def test_an_import_keeps_parks_a_lake_with_its_island_and_the_sea(city):
    square = square_m2(city)
    assert area_of(city, "green") == pytest.approx(5 * square, rel=0.01)
    window = map_window(city.area)
    west, south, east, _ = window.bounds
    row = gpd.GeoSeries([shapely.Point(WEST, SOUTH + 10 * STEP)], crs="EPSG:4326")
    sea = (east - west) * (row.to_crs(city.area.crs).y.iloc[0] - south)
    assert area_of(city, "water") == pytest.approx(15 * square + sea, rel=0.01)
    assert window.contains(shapely.union_all(city.surroundings.geometry.to_numpy()).buffer(-1))


def test_an_import_keeps_names_in_both_languages_of_what_lies_near_and_no_long_ones(city):
    assert names(city, "station") == [("Great Station", "大站")]
    assert names(city, "bay") == [("The Strait", "大海峽")]
    assert names(city, "suburb") == [("L" * 80, ""), ("West Town", "西城")]
    assert names(city, "park") == [(HOSTILE[:80], "公園")]


def test_there_is_no_end_to_what_a_file_may_hold_but_one_to_what_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(extract_surroundings, "MOST_NAMES", 2)
    monkeypatch.setattr(extract_surroundings, "MOST_AREAS", 1)
    monkeypatch.setattr(extract_surroundings, "MOST_COAST", 0)
    found = import_files([extract(tmp_path / "a.osm.pbf")], "town").surroundings
    assert found["kind"].isin(["water", "green"]).sum() == 1
    assert (found["kind"] != "green").sum() <= 3


def test_surroundings_are_kept_in_a_bundle_which_may_lack_them(city, tmp_path):
    folder = save_bundle(city, tmp_path / "town")
    loaded = load_bundle(folder)
    assert loaded.surroundings.equals(city.surroundings)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["layers"]["surroundings"]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "surroundings.parquet").unlink()
    assert load_bundle(folder).surroundings is None


def test_no_digest_of_a_city_covers_them(city, sample):
    for each in (city, sample):
        assert city_digest(each) == city_digest(replace(each, surroundings=None))


def test_the_sea_lies_to_the_right_of_a_coast():
    assert sea_within(COAST_AT_20, WINDOW).equals(shapely.box(0, 0, 100, 20))
    back = shapely.reverse(COAST_AT_20)
    assert sea_within(back, WINDOW).equals(shapely.box(0, 20, 100, 50))


def test_an_island_has_sea_around_it_and_a_lagoon_inside_is_sea_too():
    island = shapely.box(20, 10, 60, 40).exterior  # anticlockwise, as land to the left has it
    lagoon = shapely.reverse(shapely.box(30, 20, 40, 30).exterior)
    rings = [shapely.LineString(ring.coords) for ring in (island, lagoon)]
    rings[:1] = [rings[0] if shapely.is_ccw(rings[0]) else rings[0].reverse()]
    rings[1:] = [rings[1].reverse() if shapely.is_ccw(rings[1]) else rings[1]]
    assert sea_within(np.array(rings), WINDOW).area == pytest.approx(5000 - 1200 + 100)


@pytest.mark.parametrize("angle", [0, 33, 90, 200])
def test_the_sea_turns_and_moves_with_its_coast(angle):
    coast = np.array([shapely.LineString([(-30, 20), (40, 25), (70, 11), (130, 30)])])
    before = sea_within(coast, WINDOW).area
    moved = [
        affine_transform(rotate(shape, angle, origin=(0, 0)), [1, 0, 0, 1, 8e5, 8e5])
        for shape in (coast[0], WINDOW)
    ]
    assert sea_within(np.array(moved[:1]), moved[1]).area == pytest.approx(before)


def test_a_coast_that_ends_inside_tells_nothing_and_none_tells_nothing():
    assert sea_within(np.array([shapely.LineString([(-9, 20), (50, 20)])]), WINDOW) is None
    assert sea_within(np.array([shapely.LineString([(200, 0), (300, 9)])]), WINDOW) is None
    assert sea_within(np.zeros(0, object), WINDOW) is None


def test_the_sample_shows_the_harbour_its_parks_and_the_stations(sample):
    found = with_hong_kong(sample.surroundings, sample.area)
    water, green = (found.geometry[found["kind"] == kind].iloc[0] for kind in ("water", "green"))
    assert not water.intersects(sample.area.polygon)  # Mong Kok lies inland
    assert water.contains(shapely.Point(833900, 819000))  # west of Kowloon
    assert green.area > 80_000
    told = found.set_index("name")
    assert told.at["Mong Kok", "kind"] == "station"
    assert told.at["Victoria Harbour", "kind"] == "harbour"
    assert told.at["Sai Yee Street Garden", "name_zh"] == "洗衣街花園"
    assert map_window(sample.area).contains(told.at["Olympic", "geometry"])


def test_an_area_elsewhere_gets_nothing_of_hong_kong(city):
    away = replace(city.area, parts=())
    assert with_hong_kong(city.surroundings, away).equals(city.surroundings)
    assert len(with_hong_kong(None, away)) == 0


def test_water_of_the_extract_stays_and_the_coast_we_know_is_added(sample):
    window = map_window(sample.area)
    pond = sample.area.polygon.centroid.buffer(30)
    found = gpd.GeoDataFrame(
        {"kind": ["water"], "name": [""], "name_zh": [""]}, geometry=[pond], crs=sample.area.crs
    )
    given = surroundings_within(found, sample.area)
    water = with_hong_kong(given, sample.area).geometry.iloc[0]
    alone = with_hong_kong(None, sample.area).geometry.iloc[0]
    assert water.area == pytest.approx(alone.area + pond.area, rel=1e-3)
    assert window.buffer(1e-6).covers(water)


def test_very_many_small_parks_come_to_an_end():
    side = int(np.ceil(np.sqrt(MOST_POINTS / 3)))
    x, y = (axis.ravel() * 100.0 for axis in np.mgrid[:side, :side])
    parks = shapely.box(x, y, x + 60.0, y + 60.0)
    joined = _joined(parks, shapely.box(0.0, 0.0, 100.0 * side, 100.0 * side))
    assert joined is None or shapely.get_num_coordinates(joined) <= MOST_POINTS
