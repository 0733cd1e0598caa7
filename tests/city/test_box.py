"""Of an extract only what lies around the study area is read, and it makes no difference."""

import json

import geopandas as gpd
import numpy as np
import osmium
import pytest
import shapely
from drawn import shared
from hypothesis import given
from hypothesis import strategies as st
from osmium.osm.mutable import Node, Relation, Way

from sim.city import from_files
from sim.city.bundle import save_bundle
from sim.city.from_files import import_files
from sim.city.sources.box import Box, box_of
from sim.city.sources.osm_stream import reading_ahead, stream_features, stream_ways
from sim.errors import InputError

WEST, SOUTH, STEP = 114.16, 22.31, 0.001
"""Node n of the town lies n % 100 steps (103 m) east and n // 100 steps (111 m) north."""
STREET = {"highway": "residential"}
HOUSE = {"building": "yes", "height": "20"}
COURT = {"type": "multipolygon", **HOUSE}


def house(corner, size=1):
    """The ring of a square house with its south-western corner at a node."""
    return [corner, corner + size, corner + 101 * size, corner + 100 * size, corner]


STREETS = [
    [2000 + step for step in range(31)],  # through the area and beyond
    [1005 + 100 * step for step in range(30)],  # across it, and far beyond
    [3803, 3805, 3807],  # meets that one 1.7 km north of it
    [2303, 2310, 2315],
    [3, 4503],  # passes it without a node near
    [2015, 2115, 2215, 2315],
    [4015, 4016, 4017],
    [4017, 4099],  # into the unknown
]
HOUSES = [
    house(2007), house(2509), house(3912), house(4420, 2),
    house(0, 70),  # around all
    [2112, 2113, 2213, 2113, 2112],  # without area
    house(2117), house(2205, 2),  # of the first a corner is missing
    [2311, 2312], [4311, 4312],  # no rings
]  # fmt: skip
MEMBERS = [[2219, 2220, 2320], [2320, 2319, 2219], [2309, 2310, 2410], [4009, 4010, 4110]]
RELATIONS = [([0, 1], COURT), ([2, 77], COURT), ([3, 78], COURT), ([0, 79], {"type": "route"})]
POINTS = {
    2012: {"railway": "station", "name": "旺角 Mong Kok"},
    2014: {"railway": "subway_entrance", "ref": "B"},
    2302: {"railway": "subway_entrance", "ref": "C"},
    2600: {"railway": "station", "name": "Outside"},
    4440: {"railway": "station", "name": "Far"},
    2104: {"highway": "bus_stop", "name": "Stop"},
    2105: {"amenity": "school", "name": "School"},
    4403: {"amenity": "school", "name": "Far school"},
}
AREA = [(2, 19.6), (16, 19.8), (15, 23.5), (2.5, 23)]


def town(path, points=None):
    """An extract 7 km wide, with things in, around and far from the study area."""
    points = POINTS if points is None else points
    drawn = [(nodes, STREET) for nodes in STREETS] + [(ring, HOUSE) for ring in HOUSES]
    drawn += [(nodes, {}) for nodes in MEMBERS]
    first = len(drawn) - len(MEMBERS)
    with osmium.SimpleWriter(str(path)) as writer:
        for n in sorted({n for nodes, _ in drawn for n in nodes} - {4099, 2218} | set(points)):
            place = (WEST + STEP * (n % 100), SOUTH + STEP * (n // 100))
            writer.add_node(Node(id=n, location=place, tags=points.get(n, {})))
        for number, (nodes, tags) in enumerate(drawn, 100):
            writer.add_way(Way(id=number, nodes=nodes, tags=tags))
        for number, (ways, tags) in enumerate(RELATIONS, 900):
            members = [("w", 100 + first + way, "outer") for way in ways]
            writer.add_relation(Relation(id=number, members=members, tags=tags))
    return path


def outlined(path, corners):
    """A file with one polygon, its corners in steps from the town's south-western corner."""
    shape = shapely.Polygon(np.array([WEST, SOUTH]) + STEP * np.array(corners, float))
    gpd.GeoDataFrame(geometry=[shape], crs="EPSG:4326").to_file(path)
    return path


def layers(folder, file, area, **asked):
    """The digests of all layers of a bundle."""
    city = import_files([file], "part", area=area, **asked)
    manifest = save_bundle(city, folder) / "manifest.json"
    return json.loads(manifest.read_text(encoding="utf-8"))["layers"]


def whole_first(monkeypatch):
    """Read all of an extract, and cut it afterwards."""
    monkeypatch.setattr(from_files, "_box", lambda around: None)


@pytest.mark.parametrize("rail", ["near", "far", "none"])
@pytest.mark.parametrize("halo", [None, 0.0, 700.0])
def test_an_area_is_the_same_as_cut_out_of_the_whole(tmp_path, monkeypatch, rail, halo):
    near = {2012, 2014, 2302, 2600}
    missing = {"near": set(), "far": near, "none": near | {4440}}[rail]
    kept = {n: tags for n, tags in POINTS.items() if n not in missing}
    file = town(tmp_path / "town.osm.pbf", kept)
    area = outlined(tmp_path / "area.geojson", AREA)
    read = layers(tmp_path / "read", file, area, halo_m=halo)
    whole_first(monkeypatch)
    assert read == layers(tmp_path / "cut", file, area, halo_m=halo)
    assert min(read[name]["rows"] for name in ("nodes", "edges", "walls", "places")) > 3


@pytest.mark.parametrize("area", ["Yau Tsim Mong", [(2, -8), (9, -9), (8, -20)]])
def test_an_area_of_a_real_extract_is_the_same_too(tmp_path, monkeypatch, area):
    file = shared("central/central_tst.osm.pbf")
    if not isinstance(area, str):
        area = outlined(tmp_path / "area.geojson", area)
    read = layers(tmp_path / "read", file, area)
    whole_first(monkeypatch)
    assert read == layers(tmp_path / "cut", file, area)


def box_around(corners):
    """The box that is read for an area of the town."""
    shape = shapely.Polygon(np.array([WEST, SOUTH]) + STEP * np.array(corners, float))
    return from_files._box(from_files._around(gpd.GeoSeries([shape], crs="EPSG:4326"), 0.0))


def test_what_is_far_is_passed_over(tmp_path):
    file, box = town(tmp_path / "town.osm.pbf"), box_around(AREA)
    ways = stream_ways(file, box=box)
    assert {way for way, *_ in ways.tags} == {100, 101, 103, 104, 105}
    assert list(ways.elsewhere) == [3805]
    assert ways.streets == len(STREETS)
    assert ways.report == {}
    features = stream_features(file, box=box)
    assert len(features.ends) == 8
    assert {name for _, name, *_ in features.places} == {
        None, "旺角 Mong Kok", "Outside", "Stop", "School",
    }  # fmt: skip
    assert features.rail
    assert features.report == {"buildings_cut_or_crossing": 3, "buildings_without_outline": 1}


def test_processes_that_read_ahead_wait_for_the_box(tmp_path):
    file, box = town(tmp_path / "town.osm.pbf"), box_around(AREA)
    with reading_ahead([file], boxed=True) as begun:
        ways = stream_ways(file, begun[file], box)
        features = stream_features(file, begun[file], box)
        assert [process.returncode for process in begun[file]] == [0, 0]
    assert repr(ways) == repr(stream_ways(file, box=box))
    assert repr(features) == repr(stream_features(file, box=box))


def test_an_area_without_streets_in_a_file_that_has_some(tmp_path):
    file = town(tmp_path / "town.osm.pbf")
    area = outlined(tmp_path / "area.geojson", [(60, 10), (61, 10), (61, 11)])
    with pytest.raises(InputError, match="no streets inside it; check that both are of one place"):
        import_files([file], "part", area=area)


POSITIONS = st.tuples(st.integers(-4, 4), st.integers(-4, 4))


@given(st.lists(POSITIONS, min_size=1, max_size=5), POSITIONS, POSITIONS)
def test_a_shape_meets_the_box_that_its_bounds_touch(vertices, one, other):
    west, south, east, north = shapely.bounds(shapely.multipoints([one, other]))
    box = Box(west, south, east, north)
    assert box_of(box.text()) == box
    boxes = [shapely.box(x, y, x + 2, y + 1) for x, y in vertices]
    holed = [shapely.Polygon(shape.exterior, [shape.buffer(-0.2).exterior]) for shape in boxes]
    shapes = [shapely.Point(vertices[0]), shapely.LineString([*vertices, vertices[0]])]
    for shape in [*shapes, shapely.MultiPolygon(holed)]:
        bounds = shapely.box(*shapely.bounds(shapely.get_parts(shape)).T)
        written = shapely.to_wkb(shape, hex=True)
        assert box.meets(written) == shapely.intersects(bounds, shapely.box(*box)).any()
