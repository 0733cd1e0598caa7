"""Which buildings stand and how high, alike for extracts, files, tables and the library."""

import json
import math

import geopandas as gpd
import numpy as np
import osmnx as ox
import pytest
import shapely
from city.test_pbf import STREET, written
from drawn import ORIGIN, frames, grid_ways

from sim.city.loaders import City
from sim.city.sources.buildings import building_height, read_building
from sim.city.sources.files import read_buildings
from sim.city.sources.footprints import read_footprints
from sim.city.sources.pbf import read_features
from sim.city.tags import parse_other_tags, tag_text
from sim.city.walls import Walls

LEFT_OUT = [
    ({"building": "train_station", "level": "-1"}, "buildings_underground"),
    ({"building": "yes", "level": "-2;-1"}, "buildings_underground"),
    ({"building": "yes", "level": "-2--1"}, "buildings_underground"),
    ({"building": "yes", "layer": "-1;-2"}, "buildings_underground"),
    ({"building": "yes", "location": "underground;indoor"}, "buildings_underground"),
    (
        {"building": "yes", "building:levels": "0", "building:levels:underground": "2"},
        "buildings_underground",
    ),
    ({"building:part": "yes", "indoor": "yes", "level": "2"}, "rooms_inside"),
    ({"building:part": "yes", "indoor": "room"}, "rooms_inside"),
    ({"building": "roof"}, "roofs_and_the_like"),
    ({"building": "no", "building:part": "roof"}, "roofs_and_the_like"),
    *(
        ({"building": open_sided}, "roofs_and_the_like")
        for open_sided in ("carport", "canopy", "gazebo", "pergola", "shelter", "roof;carport")
    ),
    ({"building": "yes", "wall": "no"}, "roofs_and_the_like"),
    ({"building:part": "yes", "min_height": "12 m"}, "parts_above_the_street"),
    ({"building:part": "yes", "min_height": "40 ft"}, "parts_above_the_street"),
    ({"building:part": "yes", "building:min_level": "3"}, "parts_above_the_street"),
]
STANDING = [
    ({"building": "yes", "height": "30'6\""}, 9.2964),
    ({"building": "yes", "height": "30 ft 6 in"}, 9.2964),
    ({"building": "yes", "height": "40 ft"}, 12.192),
    ({"building": "yes", "height": "12;15"}, 15.0),
    ({"building": "yes", "height": "1.2e1"}, 12.0),
    ({"building": "yes", "height": "12.500000000000000001 m"}, 12.5),
    ({"building": "yes", "building:levels": "3;4"}, 12.8),
    ({"building": "yes", "building:levels": "3", "roof:levels": "1"}, 12.8),
    ({"building": "yes", "level": "-1;0", "height": "4"}, 4.0),
    ({"building": "yes", "building:levels": "0", "building:levels:underground": "2",
      "height": "5"}, 5.0),
    ({"building:part": "yes", "level": "0"}, math.nan),
    ({"building": "yes", "height": "tall"}, math.nan),
]  # fmt: skip
NOTHING = [
    {"landuse": "grass"},
    {"building": ""},
    {"building": "no"},
    {"building": "", "building:part": "no"},
]


@pytest.mark.parametrize(("tags", "reason"), LEFT_OUT)
def test_what_hides_nothing(tags, reason):
    assert read_building(tags).left_out == reason


@pytest.mark.parametrize(("tags", "height"), STANDING)
def test_what_stands(tags, height):
    assert read_building(tags).left_out == ""
    assert building_height(tags) == pytest.approx(height, nan_ok=True)


@pytest.mark.parametrize("tags", NOTHING)
def test_what_is_no_building(tags):
    assert read_building(tags) is None


def squares():
    """A square for every set of tags, in a row, and the tags."""
    tags = [own for own, _ in [*LEFT_OUT, *STANDING]] + NOTHING
    x, y = ORIGIN[:, None] + 10 + 26.0 * np.array(np.divmod(np.arange(len(tags)), 9))
    boxes = shapely.box(x, y, x + 20, y + 20)
    return gpd.GeoSeries(boxes, crs="EPSG:2326").to_crs("EPSG:4326"), tags


def in_columns():
    shapes, tags = squares()
    return gpd.GeoDataFrame(tags, geometry=shapes)


def in_other_tags():
    """As GDAL's layer multipolygons has them: `building` a column, the rest in one text."""
    shapes, tags = squares()
    rest = [
        ",".join(
            '"{}"=>"{}"'.format(k, v.replace('"', '\\"')) for k, v in own.items() if k != "building"
        )
        for own in tags
    ]
    own = {"building": [one.get("building") for one in tags], "other_tags": rest}
    return gpd.GeoDataFrame(own, geometry=shapes)


def in_lists():
    """As osmtogeojson and some APIs write several values."""
    shapes, tags = squares()
    rows = [{k: v.split(";") if ";" in v else v for k, v in own.items()} for own in tags]
    return gpd.GeoDataFrame(rows, geometry=shapes)


@pytest.mark.parametrize("made", [in_columns, in_other_tags, in_lists])
def test_tables_are_read_as_tags_are(made):
    found, report = read_footprints(made())
    heights = [height for _, height in STANDING]
    assert found["height"].to_numpy() == pytest.approx(heights, nan_ok=True)
    assert report["height_unknown"] == 2
    reasons = [reason for _, reason in LEFT_OUT]
    assert {k: report[k] for k in set(reasons)} == {k: reasons.count(k) for k in set(reasons)}
    assert report["not_buildings"] == len(NOTHING)


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".parquet"])
def test_files_are_read_as_tags_are(tmp_path, suffix):
    path = tmp_path / f"houses{suffix}"
    frame = in_other_tags() if suffix == ".gpkg" else in_columns()
    if suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    found, report = read_buildings(path)
    assert found["height"].to_numpy() == pytest.approx([h for _, h in STANDING], nan_ok=True)
    assert report["buildings_underground"] == 6


def test_plain_footprints_all_stand():
    shapes, _ = squares()
    found, report = read_footprints(
        gpd.GeoDataFrame({"height": [9.0] * len(shapes)}, geometry=shapes)
    )
    assert (found["height"] == 9).all()
    assert len(found) == len(shapes)
    assert report == {}


def test_the_library_reads_buildings_as_an_import_does():
    nodes, edges = frames(grid_ways())
    keyed = edges.assign(key=0, length=edges.length).set_index(["u", "v", "key"])
    points = nodes.set_index("osmid").assign(x=lambda f: f.geometry.x, y=lambda f: f.geometry.y)
    graph = ox.graph_from_gdfs(points, keyed, graph_attrs={"crs": "EPSG:2326"})
    city = City.from_osmnx(graph, in_columns())
    mapped = city.walls.footprints[city.walls.footprints["kind"] == "footprint"]
    assert len(mapped) == len(STANDING)
    assert city.provenance["left_out_while_reading"]["roofs_and_the_like"] == 9


SQUARE = [1, 2, 12, 11, 1]
CUT = [
    ("a way without one node", [(SQUARE, {"building": "yes"})], (), (12,), 0.5),
    (
        "an outer way is missing",
        [([1, 2, 12], {})],
        [([(0, "outer"), (7, "outer")], {"type": "multipolygon", "building": "yes"})],
        (),
        0.5,
    ),
    (
        "an inner way is missing",
        [(SQUARE, {})],
        [([(0, "outer"), (7, "inner")], {"type": "multipolygon", "building": "yes"})],
        (),
        1.0,
    ),
    ("a ring that crosses itself", [([1, 12, 2, 11, 1], {"building": "yes"})], (), (), 0.5),
    (
        "two ways of a ring, one turned",
        [([1, 2, 12], {}), ([1, 11], {})],
        [
            ([(0, "outer"), (1, "outer"), (9, "outer")],
             {"type": "multipolygon", "building": "yes"})
        ],
        (),
        1.0,
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("ways", "relations", "missing", "share"), [case[1:] for case in CUT], ids=[c[0] for c in CUT]
)
def test_cut_and_crossing_outlines_count_for_their_part_inside(
    tmp_path, ways, relations, missing, share
):
    path = written(
        tmp_path / "a.osm.pbf", [*ways, ([30, 31], STREET)], relations=relations, missing=missing
    )
    buildings, _, report = read_features(path)
    walls = Walls.from_footprints(buildings.to_crs("EPSG:2326"))
    whole = gpd.GeoSeries([shapely.box(114.161, 22.31, 114.162, 22.311)], crs=4326).to_crs(2326)
    assert walls.footprints.area.sum() == pytest.approx(share * whole.area[0], rel=1e-3)
    assert report == {"buildings_cut_or_crossing": 1}


def test_outlines_of_which_nothing_remains_are_counted(tmp_path):
    path = written(
        tmp_path / "a.osm.pbf",
        [(SQUARE, {"building": "yes"}), ([1, 2, 3], {"building": "yes"}), ([30, 31], STREET)],
        missing=(11, 12),
    )
    buildings, _, report = read_features(path)
    assert buildings.empty
    assert report == {"buildings_without_outline": 2}


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ('"height"=>"6","note"=>"a \\"b\\" c"', {"height": "6", "note": 'a "b" c'}),
        ('"a"=>NULL,"b"=>"1"', {"b": "1"}),
        (json.dumps({"height": 6.5, "x": None, "l": ["a", "b"]}), {"height": "6.5", "l": "a;b"}),
        ({"height": 6}, {"height": "6"}),
        ("not tags", {}),
        ("{broken", {}),
        (None, {}),
    ],
)
def test_tags_in_one_cell(cell, tags):
    assert parse_other_tags(cell) == tags


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float64(90.5), "90.5"), (90.0, "90"), (np.int64(4), "4"), (True, "yes"),
        (np.bool_(False), "no"), (math.nan, ""), (None, ""), (" a ", "a"), ([1, "b", None], "1;b"),
        (np.array([1.5, 2.0]), "1.5;2"), (0.1 + 0.2, "0.30000000000000004"), ({}, ""),
    ],
)  # fmt: skip
def test_values_as_tags(value, text):
    assert tag_text(value) == text
