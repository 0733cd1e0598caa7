import math

import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from drawn import shared
from osmium.osm.mutable import Node, Relation, Way

from sim.city.sources import extract_check
from sim.city.sources.buildings import building_height, length
from sim.city.sources.osm_stream import reading_ahead
from sim.city.sources.pbf import Extract, read_features, read_pbf, read_ways
from sim.city.streets import StreetNetwork
from sim.city.walls import Walls
from sim.errors import InputError

REAL = ["central/central_tst.osm.pbf", "cities/helsinki.osm.pbf", "cities/las_palmas.osm.pbf"]
WEST, SOUTH, STEP = 114.16, 22.31, 0.001


def written(path, ways, *, points=(), relations=(), missing=()):
    """An extract of ways [(node numbers, tags)]; node n lies n % 10 steps east, n // 10 north."""
    numbers = {n for nodes, _ in ways for n in nodes} - set(missing)
    writer = osmium.SimpleWriter(str(path))
    tags = {n: {} for n in numbers} | dict(points)
    for n in sorted(tags):
        place = (WEST + STEP * (n % 10), SOUTH + STEP * (n // 10))
        writer.add_node(Node(id=n, location=place, tags=tags[n]))
    for number, (nodes, tags) in enumerate(ways, 100):
        writer.add_way(Way(id=number, nodes=nodes, tags=tags))
    for number, (roles, tags) in enumerate(relations, 900):
        members = [("w", 100 + way, role) for way, role in roles]
        writer.add_relation(Relation(id=number, members=members, tags=tags))
    writer.close()
    return path


STREET = {"highway": "residential", "name": "花園街 Fa Yuen Street"}


def test_ways_are_cut_where_they_meet_and_only_there(tmp_path):
    path = written(
        tmp_path / "a.osm.pbf",
        [([1, 2, 3, 4, 5], STREET), ([13, 3, 23], STREET), ([5, 15, 14, 24], STREET)],
    )
    extract = read_pbf(path)
    pieces = {
        tuple(sorted(pair)) for pair in zip(extract.edges["u"], extract.edges["v"], strict=True)
    }
    assert pieces == {(1, 3), (3, 5), (3, 13), (3, 23), (5, 24)}
    assert set(extract.nodes["osmid"]) == {1, 3, 5, 13, 23, 24}
    assert set(extract.edges["osmid"]) == {100, 101, 102}
    at = extract.nodes.set_index("osmid").geometry
    for edge in extract.edges.itertuples():
        assert edge.geometry.coords[0] == at[edge.u].coords[0]
        assert edge.geometry.coords[-1] == at[edge.v].coords[0]


def test_a_way_that_meets_itself_is_cut_there(tmp_path):
    extract = read_pbf(written(tmp_path / "a.osm.pbf", [([1, 2, 3, 13, 12, 2, 22], STREET)]))
    assert sorted(zip(extract.edges["u"], extract.edges["v"], strict=True)) == [
        (1, 2),
        (2, 2),
        (2, 22),
    ]


def test_cutting_keeps_every_metre(tmp_path):
    ways = [([1, 2, 3, 4, 5, 15, 14, 13, 3], STREET), ([13, 23, 24, 14], STREET), ([5, 6], STREET)]
    extract = read_pbf(written(tmp_path / "a.osm.pbf", ways))
    place = np.array([(WEST + STEP * (n % 10), SOUTH + STEP * (n // 10)) for n in range(30)])
    drawn = sum(shapely.linestrings(place[nodes]).length for nodes, _ in ways)
    assert shapely.length(extract.edges.geometry.to_numpy()).sum() == pytest.approx(drawn)


def test_ways_that_leave_the_extract_keep_the_part_inside(tmp_path):
    ways = [([1, 2, 3, 4, 5, 6], STREET), ([3, 13], STREET), ([7, 8], STREET)]
    extract = read_pbf(written(tmp_path / "a.osm.pbf", ways, missing=[1, 4, 7]))
    pieces = sorted(zip(extract.edges["u"], extract.edges["v"], strict=True))
    assert pieces == [(2, 3), (3, 13), (5, 6)]
    assert extract.report["ways_cut_at_the_edge"] == 2


def test_tags_reach_the_network(tmp_path):
    ways = [
        ([1, 2, 3], STREET),
        ([2, 12], {"highway": "footway", "layer": "1"}),
        ([12, 22], {"highway": "footway", "tunnel": "yes", "name": "隧道", "name:en": "Subway"}),
        ([22, 23], {"highway": "service", "access": "private"}),
    ]
    extract = read_pbf(written(tmp_path / "a.osm.pbf", ways))
    streets = StreetNetwork.build(extract.nodes, extract.edges)
    assert streets.crs == "EPSG:2326"
    assert streets.edges.set_index("street")["deck"].to_dict() == {
        100: "street",
        101: "footbridge",
        102: "subway",
    }
    assert set(streets.edges["name"]) == {"Fa Yuen Street", "", "Subway"}
    assert set(streets.edges["name_zh"]) == {"花園街", "", "隧道"}


def house(*corners):
    return [*corners, corners[0]]


def test_buildings_with_courtyards_and_heights(tmp_path):
    ways = [
        ([1, 2], STREET),
        (house(3, 6, 36, 33), {}),
        (house(14, 15, 25, 24), {}),
        (house(40, 41, 51, 50), {"building": "yes", "building:levels": "10"}),
        (house(42, 43, 53, 52), {"building:part": "yes", "height": "30"}),
    ]
    relations = [
        (
            [(1, "outer"), (2, "inner")],
            {"type": "multipolygon", "building": "yes", "height": "12 m"},
        )
    ]
    buildings = read_pbf(written(tmp_path / "a.osm.pbf", ways, relations=relations)).buildings
    assert sorted(buildings["height"]) == [12.0, 30.0, 32.0]
    yard = buildings[buildings["height"] == 12].geometry.iloc[0]
    assert len(shapely.get_parts(yard)[0].interiors) == 1
    assert buildings.set_index("height")["part"].to_dict() == {12.0: False, 30.0: True, 32.0: False}


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"building": "roof"}, "roofs_and_the_like"),
        ({"building:part": "roof"}, "roofs_and_the_like"),
        ({"building": "yes", "min_height": "5"}, "parts_above_the_street"),
        ({"building:part": "yes", "building:min_level": "1"}, "parts_above_the_street"),
        ({"building": "yes", "layer": "-1"}, "buildings_underground"),
        ({"building": "yes", "location": "underground"}, "buildings_underground"),
    ],
)
def test_what_hides_nobody_is_no_wall(tmp_path, tags, reason):
    ways = [
        ([1, 2], STREET),
        (house(3, 4, 14, 13), tags),
        (house(5, 6, 16, 15), {"building": "yes"}),
    ]
    extract = read_pbf(written(tmp_path / "a.osm.pbf", ways))
    assert len(extract.buildings) == 1
    assert extract.report[reason] == 1


@pytest.mark.parametrize(
    ("tags", "height"),
    [
        ({"height": "12"}, 12),
        ({"height": "12.5 m", "building:levels": "9"}, 12.5),
        ({"height": "12,5"}, 12.5),
        ({"height": "40 ft"}, 12.192),
        ({"height": "tall", "building:levels": "2"}, 6.4),
        ({"building:levels": "5", "roof:levels": "1"}, 19.2),
        ({"building:levels": "5", "roof:height": "4"}, 20),
        ({"building:levels": "0"}, None),
        ({"height": "-3"}, None),
        ({}, None),
    ],
)
def test_heights(tags, height):
    found = building_height(tags)
    assert math.isnan(found) if height is None else found == pytest.approx(height)


@pytest.mark.parametrize("value", [None, "", "m", "1e400", "1-2", "nan", "inf", "12 storeys"])
def test_what_is_no_length_is_unknown(value):
    assert math.isnan(length(value))


def test_entrances_stand_for_their_station_and_carry_its_name(tmp_path):
    points = {
        60: {"railway": "station", "name": "旺角 Mong Kok"},
        62: {"railway": "subway_entrance", "ref": "B3"},
        61: {"railway": "subway_entrance", "ref": "C"},
        99: {"railway": "station", "name": "太子 Prince Edward"},
        80: {"highway": "bus_stop", "name": "A stop"},
        81: {"amenity": "school", "name": "A school", "building": "school"},
    }
    places = read_pbf(written(tmp_path / "a.osm.pbf", [([1, 2], STREET)], points=points)).places
    stations = places[places["kind"] == "station"]
    assert stations["name"].tolist() == ["Mong Kok Exit B3", "Mong Kok Exit C", "Prince Edward"]
    assert stations["name_zh"].tolist() == ["旺角B3出口", "旺角C出口", "太子"]
    assert places["kind"].value_counts().to_dict() == {"station": 3, "school": 1}


def test_where_there_is_no_rail_bus_stops_are_the_stations(tmp_path):
    points = {80: {"highway": "bus_stop", "name": "A stop"}}
    extract = read_pbf(written(tmp_path / "a.osm.pbf", [([1, 2], STREET)], points=points))
    assert extract.places["name"].tolist() == ["A stop"]
    assert extract.places["kind"].tolist() == ["station"]
    assert extract.report["bus_stops_as_stations"] == 1


def test_a_mapped_area_is_one_place_and_a_wall(tmp_path):
    mall = {"building": "office", "name": "商場 The Mall", "shop": "mall"}
    extract = read_pbf(
        written(tmp_path / "a.osm.pbf", [([1, 2], STREET), (house(3, 4, 14, 13), mall)])
    )
    assert extract.places[["kind", "name"]].to_numpy().tolist() == [["market", "The Mall"]]
    assert len(extract.buildings) == 1
    assert extract.buildings.geometry[0].contains(extract.places.geometry[0])


def test_reading_twice_gives_the_same(tmp_path):
    path = shared("central/central_tst.osm.pbf")
    once, twice = read_pbf(path), read_pbf(path)
    for name in ("nodes", "edges", "buildings", "places"):
        assert getattr(once, name).equals(getattr(twice, name))


def assert_same_extract(one, other):
    for layer in ("nodes", "edges", "buildings", "places"):
        pd.testing.assert_frame_equal(getattr(one, layer), getattr(other, layer))
    assert one.report == other.report


def town(path):
    """Streets that cross and leave the extract, a house and a market."""
    houses = [(house(13, 14, 24, 23), {"building": "yes", "height": "12 m"})]
    points = [(8, {"amenity": "marketplace", "name": "花墟 Flower Market"})]
    ways = [([1, 2, 3, 4], STREET), ([2, 12], STREET), *houses]
    return written(path, ways, points=points, missing=[4])


def read_with(path, begun):
    """An extract from the processes that read it."""
    nodes, edges, of_ways = read_ways(path, begun)
    buildings, places, of_features = read_features(path, begun)
    return Extract(nodes, edges, buildings, places, {**of_ways, **of_features})


def test_processes_that_read_ahead_find_the_same(tmp_path):
    path = town(tmp_path / "a.osm.pbf")
    with reading_ahead([path]) as begun:
        ahead = read_with(path, begun[path])
        assert [process.returncode for process in begun[path]] == [0, 0]
    assert_same_extract(ahead, read_pbf(path))


def test_a_reader_that_is_killed_or_fails_costs_time_only(tmp_path):
    path = town(tmp_path / "a.osm.pbf")
    for number in range(2):
        with reading_ahead([path]) as begun:
            begun[path][number].kill()
            assert_same_extract(read_with(path, begun[path]), read_pbf(path))
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(path.read_bytes()[:-40])
    with reading_ahead([broken]) as begun, pytest.raises(InputError, match="damaged or cut short"):
        read_ways(broken, begun[broken])
    with reading_ahead([broken]) as begun, pytest.raises(InputError, match="damaged or cut short"):
        read_features(broken, begun[broken])


def test_only_extracts_are_read_ahead(tmp_path):
    (tmp_path / "empty.osm.pbf").touch()
    others = [tmp_path / "none.osm.pbf", tmp_path / "empty.osm.pbf", tmp_path]
    with reading_ahead(others) as begun:
        assert not begun


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_counts_agree_with_osmium(name):
    path = shared(name)
    extract = read_pbf(path)
    highways, buildings = set(), 0
    built = osmium.filter.KeyFilter("building", "building:part")
    for item in osmium.FileProcessor(str(path)).with_areas(built):
        if (
            item.is_way()
            and "highway" in item.tags
            and sum(n.location.valid() for n in item.nodes) > 1
        ):
            highways.add(item.id)
        elif item.is_area() and ("building" in item.tags or "building:part" in item.tags):
            buildings += 1
    left_out = ("roofs_and_the_like", "parts_above_the_street", "buildings_underground",
                "rooms_inside")  # fmt: skip
    buildings += extract.report.get("buildings_cut_or_crossing", 0)
    assert len(extract.buildings) + sum(extract.report.get(k, 0) for k in left_out) == buildings
    known = set(extract.edges["osmid"])
    assert known <= highways
    assert len(highways - known) <= extract.report.get("ways_cut_at_the_edge", 0)
    streets = StreetNetwork.build(extract.nodes, extract.edges)
    walls = Walls.from_footprints(extract.buildings.to_crs(streets.crs))
    assert walls.footprints.is_valid.all()


def test_central_is_one_shore_and_says_so():
    extract = read_pbf(shared("central/central_tst.osm.pbf"))
    streets = StreetNetwork.build(extract.nodes, extract.edges)
    assert 25 < streets.length_km < 32
    assert streets.report["dropped_unconnected_km"] > 3
    assert extract.buildings["height"].notna().sum() > 60
    assert {"footbridge", "covered"} <= set(streets.edges["deck"])


def test_a_file_cut_short_anywhere_is_refused(tmp_path):
    whole = shared("central/central_tst.osm.pbf").read_bytes()
    path = tmp_path / "cut.osm.pbf"
    for share in (0, 0.00001, 0.001, 0.1, 0.5, 0.9, 0.999):
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(InputError, match=r"cut\.osm\.pbf: ") as caught:
            read_pbf(path)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("seed", range(8))
def test_changed_bytes_are_refused(tmp_path, seed):
    data = bytearray(shared("central/central_tst.osm.pbf").read_bytes())
    random = np.random.default_rng(seed)
    at = int(random.integers(200, len(data) - 2000))
    data[at : at + 2000] = random.bytes(2000)
    path = tmp_path / "changed.osm.pbf"
    path.write_bytes(data)
    with pytest.raises(InputError, match="damaged") as caught:
        read_pbf(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("missing", "no such file"),
        ("text", "no OSM PBF"),
        ("empty", "no OSM PBF"),
        ("no streets", "no streets"),
        ("a folder", "no such file"),
    ],
)
def test_bad_extracts_are_refused_in_one_line(tmp_path, case, says):
    path = tmp_path / "given.osm.pbf"
    if case == "a folder":
        path.mkdir()
    elif case == "text":
        path.write_text("<osm/>")
    elif case == "empty":
        path.touch()
    elif case == "no streets":
        written(path, [(house(3, 4, 14, 13), {"building": "yes"})])
    with pytest.raises(InputError, match=says) as caught:
        read_pbf(path)
    assert "\n" not in str(caught.value)


def test_a_continent_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = written(tmp_path / "a.osm.pbf", [([1, 2], STREET)])
    monkeypatch.setattr(extract_check, "LARGEST_FILE_MB", 0)
    with pytest.raises(InputError, match="cut the study area out"):
        read_pbf(path)
