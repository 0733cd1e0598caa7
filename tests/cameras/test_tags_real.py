"""Real cameras from maps: files of every kind, a fleet with its report, and back again."""

import contextlib
import json

import geopandas as gpd
import numpy as np
import osmium
import pyproj
import pytest
from city.drawn import frames, shared
from hypothesis import given, settings
from hypothesis import strategies as st
from osmium.osm.mutable import Node, Relation, Way
from pandas.testing import assert_frame_equal
from shapely.affinity import translate
from shapely.geometry import Point, box

from sim.cameras.exchange import MARK, write_cameras, write_report
from sim.cameras.fleet import HEAD_COLUMNS, Fleet
from sim.cameras.optics import CAMERA_TYPES
from sim.cameras.real import read_cameras
from sim.city.assemble import assemble
from sim.city.streets import StreetNetwork
from sim.errors import InputError

pytestmark = pytest.mark.slow

ORIGIN = np.array([835_500.0, 820_000.0])
TO_DEGREES = pyproj.Transformer.from_crs("EPSG:2326", "EPSG:4326", always_xy=True)
CAMERA = {"man_made": "surveillance"}
OPTICS = ["mount", "field_of_view", "near", "range_detect", "duty"]


def at(x, y):
    """Longitude and latitude of metres from the origin."""
    return TO_DEGREES.transform(ORIGIN[0] + x, ORIGIN[1] + y)


def geojson(path, cameras):
    """A file as osmtogeojson writes it, from pairs (place in metres, tags)."""
    features = [
        {"type": "Feature", "id": f"node/{n}", "properties": CAMERA | tags,
         "geometry": {"type": "Point", "coordinates": list(at(*place))}}
        for n, (place, tags) in enumerate(cameras, 1)
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.fixture(scope="module")
def city():
    """A street of 200 m from west to east, a house of 12 m north of it, a low one south."""
    sides = [([(x, 0), (x, y)], {}) for x in (0, 200) for y in (-100, 100)]
    nodes, edges = frames([([(0, 0), (200, 0)], {}), *sides])
    houses = gpd.GeoDataFrame(
        {"height": [12.0, 3.0]},
        geometry=[translate(box(*b), *ORIGIN) for b in ((20, 8, 80, 40), (20, -40, 80, -8))],
        crs="EPSG:2326",
    )
    return assemble("town", StreetNetwork.build(nodes, edges), buildings=houses, halo_m=0)


def one(path, tags, place=(100, 5), **options):
    cameras = read_cameras(geojson(path / "a.geojson", [(place, tags)]), **options)
    return cameras, cameras.fleet.heads


def test_north_is_true_north_and_not_that_of_the_grid(tmp_path):
    for longitude, latitude in ((24.95, 60.17), (114.17, 22.3), (-15.43, 28.15)):
        feature = {
            "type": "Feature",
            "properties": CAMERA | {"camera:direction": "N;E"},
            "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        }
        path = tmp_path / "a.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
        heads = read_cameras(path).fleet.heads
        to_metres = pyproj.Transformer.from_crs("EPSG:4326", heads.crs, always_xy=True)
        for row, bearing in zip(heads.itertuples(), (0.0, 90.0), strict=True):
            ahead = pyproj.Geod(ellps="WGS84").fwd(longitude, latitude, bearing, 10.0)[:2]
            dx, dy = np.subtract(to_metres.transform(*ahead), (row.x, row.y))
            wrong = (np.degrees(np.arctan2(dx, dy)) - row.heading + 180) % 360 - 180
            assert wrong == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    ("tags", "heads", "fields", "duty"),
    [
        ({"camera:type": "fixed", "camera:direction": "90"}, 1, 62, 1),
        ({"camera:type": "fixed", "camera:direction": "90;270"}, 2, 62, 1),
        ({"camera:type": "fixed", "camera:direction": "45-135"}, 1, 90, 1),
        ({"camera:type": "fixed", "camera:direction": "85-95"}, 1, 62, 1),
        ({"camera:type": "fixed", "camera:direction": "0-360"}, 1, 360, 1),
        ({"camera:type": "fixed"}, 1, 360, 62 / 360),
        ({"camera:type": "dome"}, 1, 360, 65.1 / 360),
        ({"camera:type": "dome", "camera:direction": "90"}, 1, 65.1, 1),
        ({"camera:type": "dome", "camera:direction": "90;180"}, 2, 65.1, 0.5),
        ({"camera:type": "panning", "camera:direction": "0-180"}, 1, 180, 65.1 / 180),
        ({"camera:type": "panning", "camera:direction": "0-30"}, 1, 65.1, 1),
        ({"camera:type": "panoramic"}, 1, 360, 1),
        ({"camera:type": "panoramic", "camera:direction": "90;270"}, 1, 360, 1),
        ({"field_of_view": "40", "direction": "N"}, 1, 40, 1),
        ({"field_of_view": "200", "direction": "N", "camera:angle": "10"}, 1, 200, 1),
        ({"camera:type": "dome", "field_of_view": "200"}, 1, 200, 1),
        ({"camera:type": "panoramic", "field_of_view": "90"}, 1, 360, 1),
    ],
)
def test_what_becomes_of_a_camera(tmp_path, tags, heads, fields, duty):
    cameras, table = one(tmp_path, tags)
    assert len(table) == heads
    assert table["field_of_view"].to_numpy() == pytest.approx(fields)
    assert table["duty"].to_numpy() == pytest.approx(duty)
    assert (table["site"] == 0).all()
    assert table["rank"].tolist() == list(range(1, heads + 1))
    assert set(table["status"]) == {"mapped"}
    assert cameras.counts["cameras"] == 1


def test_height_and_tilt_change_the_optics(tmp_path):
    _, plain = one(tmp_path, {"direction": "N"})
    _, high = one(tmp_path, {"direction": "N", "height": "8 m"})
    _, steep = one(tmp_path, {"direction": "N", "camera:angle": "40"})
    assert high["mount"].item() == 8
    assert high["near"].item() > plain["near"].item()
    assert high["range_identify"].item() < plain["range_identify"].item()
    assert steep["range_detect"].item() < plain["range_detect"].item()


@pytest.mark.parametrize("name", CAMERA_TYPES)
def test_every_camera_type_can_be_taken(tmp_path, name):
    for tags in ({}, {"direction": "N;90-180"}, {"camera:type": "dome", "direction": "N;90-180"}):
        for more in ({}, {"camera:angle": "20", "height": "9"}, {"field_of_view": "190"}):
            cameras, heads = one(tmp_path, tags | more, fixed=name, turning=name)
            assert len(heads) in (1, 2)
            assert (heads["duty"] > 0).all()
            assert set(heads["camera_type"]) == {name}
            write_cameras(cameras.fleet, tmp_path / "b.geojson")
            again = read_cameras(tmp_path / "b.geojson").fleet.heads
            assert_frame_equal(again, heads, check_exact=True)


def test_an_unknown_direction_is_the_chance_of_each_way_without_a_city(tmp_path, city):
    _, plain = one(tmp_path, {"direction": "N"})
    _, unknown = one(tmp_path, {})
    ranges = [name for name in HEAD_COLUMNS if name.startswith("range_")]
    assert (plain[ranges].to_numpy() == unknown[ranges].to_numpy()).all()
    _, told = one(tmp_path, {}, city=city, undirected="all round")
    assert told["duty"].item() == unknown["duty"].item() == 62 / 360


@pytest.mark.parametrize(("x", "heading"), [(30, 90), (170, 270)])
def test_with_a_city_it_looks_along_the_longer_part_of_its_street(tmp_path, city, x, heading):
    cameras, heads = one(tmp_path, {}, (x, 5), city=city)
    assert heads["heading"].item() == pytest.approx(heading, abs=1e-6)
    assert heads["duty"].item() == 1
    assert cameras.counts["along a street"] == 1
    said = cameras.table.query("key == 'camera:direction'")
    assert said["outcome"].tolist() == ["guessed"]


def test_far_from_every_street_it_looks_any_way(tmp_path, city):
    cameras, _ = one(tmp_path, {}, (100, 45), city=city)
    assert cameras.counts["any way"] == 1


def test_houses_and_the_edge(tmp_path, city):
    places = [(50, 8.5), (50, 24), (50, -24), (5000, 0), (100, 5)]
    cameras = read_cameras(geojson(tmp_path / "a.geojson", [(p, {}) for p in places]), city)
    assert cameras.counts["left out, inside a building"] == 1
    assert cameras.counts["left out, beyond the region"] == 1
    assert cameras.counts["moved out of a building"] == 1
    # the third hangs on the roof of a house lower than itself
    assert cameras.sites["source"].tolist() == ["node/1", "node/3", "node/5"]
    assert cameras.fleet.heads["y"].iloc[0] == pytest.approx(ORIGIN[1] + 7.7, abs=1e-3)
    assert cameras.counts["things"] == 5


def test_a_fleet_elsewhere_is_refused(tmp_path, city):
    path = geojson(tmp_path / "a.geojson", [((5000, 0), {}), ((100, 0), {"indoor": "yes"})])
    with pytest.raises(InputError, match="no camera in it watches a street here"):
        read_cameras(path, city)


def written(path):
    """An extract with a node, a way, a way beyond it, a relation and a bench."""
    writer = osmium.SimpleWriter(str(path))
    writer.add_node(Node(id=2, location=(114.17, 22.31), tags={"amenity": "bench"}))
    writer.add_node(Node(id=9, location=(114.16, 22.31), tags=CAMERA | {"direction": "S"}))
    for n, place in ((10, (114.16, 22.30)), (11, (114.18, 22.30)), (12, (114.18, 22.32))):
        writer.add_node(Node(id=n, location=place, tags={}))
    writer.add_way(Way(id=5, nodes=[10, 11, 12, 10], tags=CAMERA))
    writer.add_way(Way(id=6, nodes=[98, 99], tags=CAMERA))
    writer.add_relation(Relation(id=7, members=[("w", 5, "")], tags=CAMERA))
    writer.close()
    return path


def test_a_pbf_gives_nodes_and_ways_and_counts_the_rest(tmp_path):
    cameras = read_cameras(written(tmp_path / "a.osm.pbf"))
    assert cameras.sites["source"].tolist() == ["node/9", "way/5"]
    middle = cameras.fleet.heads.to_crs("EPSG:4326").geometry.iloc[1]
    assert (middle.x, middle.y) == pytest.approx((114.17, 22.31), abs=1e-8)
    assert cameras.counts["left out, relation"] == 1
    assert cameras.counts["left out, way outside the extract"] == 1


def test_overpass_osmtogeojson_and_pbf_agree(tmp_path):
    pbf = read_cameras(written(tmp_path / "a.osm.pbf"))
    elements = [
        {"type": "way", "id": 5, "center": {"lat": 22.31, "lon": 114.17}, "tags": CAMERA},
        {"type": "node", "id": 9, "lat": 22.31, "lon": 114.16, "tags": CAMERA | {"direction": "S"}},
        {"type": "node", "id": 9, "lat": 22.31, "lon": 114.16, "tags": CAMERA | {"direction": "S"}},
        {"type": "node", "id": 10, "lat": 22.30, "lon": 114.16},
    ]
    (tmp_path / "o.json").write_text(json.dumps({"version": 0.6, "elements": elements}))
    overpass = read_cameras(tmp_path / "o.json")
    assert overpass.counts["left out, said twice"] == 1
    ring = [[114.16, 22.30], [114.18, 22.30], [114.18, 22.32], [114.16, 22.30]]
    features = [
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]},
         "properties": {"type": "way", "id": 5, "tags": CAMERA, "meta": {}, "relations": []}},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [114.16, 22.31]},
         "id": "node/9", "properties": {"@id": "node/9", **CAMERA, "direction": "S"}},
        {"type": "Feature", "geometry": None, "properties": None},
    ]  # fmt: skip
    document = {"type": "FeatureCollection", "features": features}
    (tmp_path / "g.geojson").write_text(json.dumps(document))
    turbo = read_cameras(tmp_path / "g.geojson")
    for other in (overpass, turbo):
        assert_frame_equal(other.sites, pbf.sites)
        assert_frame_equal(other.table, pbf.table)
        ours, theirs = (c.fleet.heads.drop(columns="geometry") for c in (other, pbf))
        assert_frame_equal(ours, theirs, rtol=0, atol=1e-6)


def test_the_221_of_helsinki(tmp_path):
    path = shared("cities/helsinki.osm.pbf")
    cameras = read_cameras(path)
    assert cameras.counts["things"] == cameras.counts["cameras"] == len(cameras.sites) == 221
    assert cameras.counts["turning"] == 40
    assert cameras.counts["any way"] == 181
    assert cameras.counts["values refused"] == 0
    table = cameras.table
    assert table.query("key == 'man_made'")["source"].nunique() == 221
    read = table.query("outcome == 'read'")["key"].value_counts()
    assert read.drop("man_made").to_dict() == {
        "revolving": 34, "surveillance:type": 6, "camera:type": 6, "height": 3, "camera:mount": 2,
        "highway": 1,
    }  # fmt: skip
    assert str(cameras.fleet.heads.crs) == "EPSG:32635"
    by_key = cameras.by_key
    assert by_key.loc["height"].tolist() == [3, 214, 0]
    assert by_key.loc["camera:direction"].tolist() == [0, 221, 0]
    assert by_key.to_numpy().sum() == len(table)


MIXED = [
    ((0, 0), {"camera:direction": "90;N-E", "name": "甲 \"a\"", "height": "3,5", "ref": "X-1"}),
    ((9, 9), {"camera:type": "panning", "camera:direction": "350-10", "camera:mount": "wall"}),
    ((9, 0), {"camera:type": "dome", "operator": "Police", "start_date": "2019-01"}),
    ((3, 0), {"camera:type": "fisheye", "layer": "-1"}),
    ((5, 0), {"surveillance:zone": "town"}),
]  # fmt: skip


@pytest.mark.parametrize("suffix", [".parquet", ".geojson"])
def test_what_is_written_is_read_back(tmp_path, suffix):
    cameras = read_cameras(geojson(tmp_path / "a.geojson", MIXED))
    path = tmp_path / f"cameras{suffix}"
    write_cameras(cameras.fleet, path, cameras.sites)
    first = path.read_bytes()
    again = read_cameras(path)
    assert_frame_equal(again.fleet.heads, cameras.fleet.heads, check_exact=True)
    assert_frame_equal(again.sites, cameras.sites)
    write_cameras(again.fleet, path, again.sites)
    assert path.read_bytes() == first
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


@settings(deadline=None, max_examples=20)
@given(
    st.lists(
        st.tuples(
            st.floats(-500, 500), st.floats(-500, 500), st.floats(0, 359.999),
            st.sampled_from(list(CAMERA_TYPES)),
            st.sampled_from(["simulated", "mapped", "listed"]),
            st.sampled_from(["lamp post", "wall", "traffic light", "vehicle", "unknown"]),
            st.sampled_from([0, 1999, 2028]), st.sampled_from(["street", "subway", "covered"]),
        ),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_any_fleet_is_read_back_with_equal_heads(tmp_path_factory, rows):
    columns = ["x", "y", "heading", "camera_type", "status", "mounted_on", "year", "deck"]
    table = gpd.pd.DataFrame(rows, columns=columns)
    points = gpd.points_from_xy(table.pop("x") + ORIGIN[0], table.pop("y") + ORIGIN[1])
    fleet = Fleet.from_heads(gpd.GeoDataFrame(table, geometry=points, crs="EPSG:2326"))
    folder = tmp_path_factory.mktemp("fleet")
    for suffix in (".parquet", ".geojson"):
        write_cameras(fleet, folder / f"a{suffix}")
        again = read_cameras(folder / f"a{suffix}").fleet
        assert_frame_equal(again.heads, fleet.heads, check_exact=True)
        for ours, theirs in zip(again.arrays, fleet.arrays, strict=True):
            assert np.array_equal(ours, theirs)


def test_tags_alone_say_the_same_directions(tmp_path):
    """Without the columns of our own, another program's reading of the tags is near the truth."""
    cameras = read_cameras(geojson(tmp_path / "a.geojson", MIXED))
    path = tmp_path / "b.geojson"
    write_cameras(cameras.fleet, path, cameras.sites)
    document = json.loads(path.read_text())
    del document[MARK]
    for feature in document["features"]:
        own = feature["properties"]
        feature["properties"] = {k: v for k, v in own.items() if not k.startswith("sim:")}
    path.write_text(json.dumps(document))
    heads, again = cameras.fleet.heads, read_cameras(path).fleet.heads
    assert again["field_of_view"].to_numpy() == pytest.approx(heads["field_of_view"], abs=0.11)
    turned = (again["heading"] - heads["heading"] + 180) % 360 - 180
    assert turned.abs().max() <= 0.051
    assert again["mount"].tolist() == heads["mount"].tolist()
    assert again["deck"].tolist() == heads["deck"].tolist()
    assert np.hypot(again["x"] - heads["x"], again["y"] - heads["y"]).max() < 0.02


def test_every_file_says_what_its_cameras_are(tmp_path):
    cameras = read_cameras(geojson(tmp_path / "a.geojson", MIXED[:1]))
    write_cameras(cameras.fleet, tmp_path / "b.geojson")
    document = json.loads((tmp_path / "b.geojson").read_text())
    assert "OpenStreetMap" in document["attribution"]
    simulated = Fleet(cameras.fleet.heads.assign(status="simulated"))
    write_cameras(simulated, tmp_path / "c.geojson")
    document = json.loads((tmp_path / "c.geojson").read_text())
    assert "attribution" not in document
    assert all(f["properties"]["note"].startswith("simulated") for f in document["features"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["features"][0]["properties"].update({"camera:direction": "180"}), "changed"),
        (lambda d: d["features"][0]["properties"].update({"camera:angle": "18"}), "changed"),
        (lambda d: d["features"][0]["geometry"].update(coordinates=[114.2, 22.3]), "its point"),
        (lambda d: d[MARK].update(version=2), "version"),
        (lambda d: d[MARK].update(crs="EPSG:4326"), "crs"),
        (lambda d: d[MARK].update(crs="/etc/passwd"), "crs"),
        (lambda d: d["features"][1]["properties"].update({"sim:rank": 1}), "rank"),
        (lambda d: d["features"][0]["properties"].update({"sim:owner": [1]}), "no head"),
        (lambda d: d["features"][0]["properties"].update({"sim:x": 1e999}), "no JSON|sim:x|x inf"),
        (lambda d: d["features"][0]["properties"].pop("sim:x"), "no head"),
        (lambda d: d["features"].clear(), "no heads"),
        (lambda d: d["features"].insert(0, None), "no head"),
    ],
)
def test_a_changed_file_is_refused_in_one_line(tmp_path, change, said):
    cameras = read_cameras(geojson(tmp_path / "a.geojson", MIXED))
    path = tmp_path / "b.geojson"
    write_cameras(cameras.fleet, path, cameras.sites)
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match=said) as raised:
        read_cameras(path)
    assert str(raised.value).startswith(str(path))


def test_a_fleet_in_other_metres_than_the_city_is_refused(tmp_path, city):
    cameras = read_cameras(geojson(tmp_path / "a.geojson", MIXED))
    elsewhere = Fleet.from_heads(cameras.fleet.heads.to_crs("EPSG:32650"))
    write_cameras(elsewhere, tmp_path / "b.parquet")
    with pytest.raises(InputError, match="EPSG:32650"):
        read_cameras(tmp_path / "b.parquet", city)


def test_a_report_cannot_be_run_by_a_spreadsheet(tmp_path):
    tags = {"camera:direction": "=HYPERLINK(1)", "height": "@4", "operator": "+1"}
    cameras = read_cameras(geojson(tmp_path / "a.geojson", [((0, 0), tags)]))
    write_report(cameras.table, tmp_path / "r.csv")
    table = gpd.pd.read_csv(tmp_path / "r.csv", keep_default_na=False)
    assert len(table) == len(cameras.table)
    assert not table["value"].str.match(r"^[=+@-]").any()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", "[]", "neither|no Overpass"),
        ("a.json", "{}", "neither"),
        ("a.json", "{", "no JSON"),
        ("a.json", "[" * 100_000, "no JSON"),
        ("a.json", '{"elements": []}', "no man_made=surveillance"),
        ("a.json", '{"elements": [NaN]}', "no JSON"),
        ("a.json", '{"elements": [1, {"tags": 1}]}', "no man_made=surveillance"),
        ("a.json", '{"elements": [{"tags": {"man_made": "surveillance"}}]}', "out center"),
        ("a.json", '{"elements": [{"lat": 91, "lon": 1, "tags": {"man_made": "surveillance"}}]}',
         "element 1"),
        ("a.json", '{"elements": [{"lat": "x", "lon": 1, "tags": {"man_made": "surveillance"}}]}',
         "no pair of numbers"),
        ("a.geojson", '{"features": [{"properties": {"man_made": "surveillance"}}]}',
         "no position"),
        ("a.geojson", '{"crs": {"properties": {"name": "EPSG:3067"}}, "features": []}', "WGS 84"),
        ("a.osm.pbf", "junk", "no OSM PBF"),
        ("a.parquet", "PAR1junk", "Parquet"),
        ("a.kml", "<kml/>", "not read"),
        ("a.geojson", "", "empty"),
    ],
)  # fmt: skip
def test_bad_files_are_one_line(tmp_path, name, text, said):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError, match=said) as raised:
        read_cameras(path)
    assert "\n" not in str(raised.value)
    assert str(path) in str(raised.value)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_parquet_ends_as_a_fleet_or_one_line(tmp_path_factory, changes):
    folder = tmp_path_factory.getbasetemp()
    good = folder / "good.parquet"
    if not good.exists():
        cameras = read_cameras(geojson(folder / "good.geojson", MIXED))
        write_cameras(cameras.fleet, good, cameras.sites)
    whole = bytearray(good.read_bytes())
    for place, value in changes:
        whole[4 + int(place * (len(whole) - 5))] = value
    (folder / "bad.parquet").write_bytes(whole)
    with contextlib.suppress(InputError):
        assert len(read_cameras(folder / "bad.parquet").fleet) > 0


def test_far_apart_is_more_than_one_city(tmp_path):
    path = geojson(tmp_path / "a.geojson", [((0, 0), {}), ((900_000, 0), {})])
    with pytest.raises(InputError, match="one study area is a city"):
        read_cameras(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from(["surveillance", "90", 22.3, 114.17, 10**30, "node"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["elements", "features", "tags", "properties", "man_made", "type", "id",
                         "lat", "lon", "center", "geometry", "coordinates", "@id", MARK, "crs",
                         "version", "camera:direction", "height"]),
        inner, max_size=6),
    max_leaves=20,
)  # fmt: skip


@settings(deadline=None, max_examples=120)
@given(st.dictionaries(st.sampled_from(["elements", "features", "crs", MARK]), JSON), st.data())
def test_any_json_ends_as_a_fleet_or_one_line(tmp_path_factory, document, data):
    if data.draw(st.booleans()):
        camera = {"tags": CAMERA, "properties": CAMERA, "lat": 22.3, "lon": 114.2} | data.draw(
            st.dictionaries(
                st.sampled_from(["geometry", "lat", "lon", "id", "type", "center"]), JSON
            )
        )
        document = document | {data.draw(st.sampled_from(["elements", "features"])): [camera]}
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(document))
    with contextlib.suppress(InputError):
        assert len(read_cameras(path).fleet) > 0


def test_points_are_where_the_columns_say(tmp_path):
    cameras = read_cameras(geojson(tmp_path / "a.geojson", MIXED))
    heads = cameras.fleet.heads
    assert heads.geometry.iloc[0] == Point(heads["x"].iloc[0], heads["y"].iloc[0])
    assert heads["site"].tolist() == [0, 0, 1, 2, 3, 4]
    assert cameras.sites["name"].iloc[0] == '甲 "a"'
