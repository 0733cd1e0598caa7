"""Any file of streets, cameras, walks or people is read, or refused in lines; so are positions."""

import json
import shutil
from functools import cache
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import osmium
import pytest
from answered import answered, cases
from city.drawn import frames, grid_ways
from hypothesis import given
from osmium.osm.mutable import Node, Way

import sim
from sim.cameras.directions import parse_directions
from sim.cameras.real import read_cameras
from sim.cameras.tags import is_surveillance, read_tags
from sim.city.district_names import named_districts
from sim.city.from_files import import_files
from sim.city.measures import metres
from sim.city.points import read_points
from sim.city.population import with_population
from sim.city.sources.buildings import building_height, length
from sim.city.sources.files import read_area
from sim.city.tags import split_name, tag_values
from sim.city.zones import read_zones
from sim.results.compare import compare
from sim.results.contract import TABLES
from sim.results.run import read_run
from sim.trips.own import read_trips
from sim.trips.own_demand import read_od
from sim.trips.waypoints import Gazetteer

NUMBERS = st.sampled_from(
    ["0", "-1", "360", "361", "1e400", "-1e400", "nan", "NaN", "inf", "-inf", "1e308", "9" * 400,
     "٣", "１２", "1,5", "1.5.2", "+3", "0x1f", "1e-320", "22.32", "114.17", "-0", "", " ", "1_0"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["N", "NNE", "90-180", "90;270", "forward", "3 m", "12'6\"", "10 ft", "camera", "dome", "yes",
     "no", "outdoor", "street", "=1+1", "旺角", "<b>", "a;b;c", "\x1b[31m", "\u202e", "🎥", "null"]
)  # fmt: skip
TEXTS = NUMBERS | WORDS | st.text(max_size=20)


def known(*words):
    return st.sampled_from(words) | st.text(max_size=8)


TAGS = st.dictionaries(
    known(
        "man_made",
        "surveillance",
        "surveillance:type",
        "surveillance:zone",
        "camera:type",
        "camera:mount",
        "camera:direction",
        "direction",
        "camera:angle",
        "angle",
        "height",
        "layer",
        "level",
        "operator",
        "name",
        "ref",
        "start_date",
        "disused:man_made",
        "location",
        "indoor",
        "camera:height",
        "tunnel",
        "bridge",
        "covered",
        "highway",
        "count",
        "source",
        "support",
    ),
    TEXTS,
    max_size=9,
)


@cases("tags")
@given(st.text(max_size=12), TAGS)
def test_any_tags(source, tags):
    answered("tags", is_surveillance, tags)
    answered("tags", read_tags, source, {"man_made": "surveillance", **tags})
    for value in tags.values():
        tag_values(value)
        split_name(value, value, None)


@cases("directions")
@given(TEXTS | st.lists(TEXTS, max_size=6).map(";".join) | st.lists(TEXTS).map("-".join))
def test_any_direction(text):
    found = answered("directions", parse_directions, text)
    assert found is not None


@cases("heights")
@given(TEXTS, st.dictionaries(known("height", "building:levels", "min_height", "layer"), TEXTS))
def test_any_height(text, tags):
    answered("heights", metres, text)
    answered("heights", length, text)
    height = answered("heights", building_height, tags)
    assert height is None or height != height or height > 0


@cache
def core():
    """Return the built-in city, and its names."""
    city = sim.load_city("mong_kok_core")
    return city, Gazetteer(city)


ROWS = st.lists(st.lists(TEXTS, max_size=7), max_size=8)
SEPARATORS = st.sampled_from([",", ";", "\t", "|"])


def tables(*columns):
    """Draw files that look like CSV with some of the columns wanted, and files that do not."""
    header = st.lists(known(*columns), min_size=1, max_size=7)
    quoted = st.tuples(header, ROWS, SEPARATORS).map(
        lambda drawn: "\n".join(drawn[2].join(row) for row in [drawn[0], *drawn[1]])
    )
    filled = st.tuples(st.just([*columns]), ROWS, st.just(",")).map(
        lambda drawn: "\n".join(",".join(row) for row in [drawn[0], *drawn[1]])
    )
    return (quoted | filled | st.text()).map(lambda text: text.encode("utf-8", "replace")) | (
        st.binary(max_size=200)
    )


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "end", "put"]),
        st.floats(0, 1),
        st.binary(min_size=1, max_size=12)
        | TEXTS.map(lambda text: text.encode("utf-8", "replace")),
    ),
    min_size=1,
    max_size=4,
)


def changed(content, changes):
    """Return bytes with changes made to them."""
    made = bytearray(content)
    for what, share, new in changes:
        at = round(share * len(made))
        if what == "flip" and at < len(made):
            made[at] ^= (new or b"\1")[0] or 1
        elif what == "cut":
            del made[at : at + len(new) + 1]
        elif what == "end":
            del made[at:]
        else:
            made[at:at] = new
    return bytes(made)


def damaged(content):
    """Draw a good file with bytes changed, cut or put in."""
    return CHANGES.map(lambda changes: changed(content, changes))


def put(folder, name, content):
    path = folder.getbasetemp() / name
    path.write_bytes(content)
    return path


LIST = b"lon,lat,heading,type,owner\n114.17,22.32,90,dome,police\n114.171,22.321,NE,,\n"


@cases("camera lists")
@given(
    tables("lon", "lat", "heading", "camera_type", "mount", "owner", "year", "x", "y", "name")
    | damaged(LIST)
)
def test_any_list_of_cameras(tmp_path_factory, content):
    path = put(tmp_path_factory, "list.csv", content)
    found = answered("camera lists", read_cameras, path)
    if found is not None:
        assert len(found.fleet) > 0
        answered("camera lists", read_cameras, path, core()[0])


NODE = {"type": "node", "id": 1, "lat": 22.32, "lon": 114.17, "tags": {"man_made": "surveillance"}}
OVERPASS = json.dumps({"elements": [NODE, {**NODE, "id": 2, "lat": 22.321}]}).encode()
POINT = {"type": "Point", "coordinates": [114.17, 22.32]}
FEATURE = {"type": "Feature", "geometry": POINT, "properties": {"man_made": "surveillance"}}
GEOJSON = json.dumps({"type": "FeatureCollection", "features": [FEATURE]}).encode()
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            known("type", "elements", "features", "geometry", "coordinates", "properties", "tags"),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
).map(lambda tree: json.dumps(tree).encode())


@cases("camera maps")
@given(st.sampled_from([".json", ".geojson"]), st.data())
def test_any_map_of_cameras(tmp_path_factory, suffix, data):
    node = data.draw(
        st.fixed_dictionaries({**{k: st.just(v) for k, v in NODE.items()}, "tags": TAGS})
    )
    drawn = json.dumps({"elements": [NODE, node]}).encode()
    content = data.draw(damaged(OVERPASS) | damaged(GEOJSON) | JUNK | st.just(drawn))
    answered("camera maps", read_cameras, put(tmp_path_factory, f"map{suffix}", content))


WALKS = b"person,trip,lon,lat,time\n1,1,114.17,22.32,08:00\n1,1,114.171,22.321,08:05\n"


MOMENTS = TEXTS | st.sampled_from([
    "23:59:59", "00:00:01", "26:10", "8:30 pm", "2026-03-01T08:30:00Z", "2026-03-01 08:30+01:00",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "1772325015", "1772325015000", "46082.35",
    "46082.3543402778", "0.354340277777778", "1e18", "2026-03-01", "2026/3/1 08:30:00",
])  # fmt: skip
WHO = ("user_id", "uid", "traj_id", "id", "name", "code", "track_fid", "track_seg_id", "date")


@st.composite
def walk_rows(draw):
    """Draw a table of good positions whose other columns hold anything."""
    names = draw(st.lists(st.sampled_from([*WHO, "time", "t", "datetime"]), unique=True))
    rows = draw(st.lists(st.lists(MOMENTS, min_size=len(names), max_size=len(names)), max_size=8))
    lines = [
        ",".join(["114.17", f"{22.32 + i / 5000:.4f}", *(w.replace(",", "") for w in row)])
        for i, row in enumerate(rows)
    ]
    return "\n".join([",".join(["lon", "lat", *names]), *lines]).encode("utf-8", "replace")


@cases("walks as tables")
@given(
    tables("person", "trip", "lon", "lat", "x", "y", "time", "mode") | damaged(WALKS) | walk_rows()
)
def test_any_table_of_walks(tmp_path_factory, content):
    answered("walks as tables", read_trips, put(tmp_path_factory, "w.csv", content), core()[0])


GPX = (
    b'<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>'
    b'a</name><trkseg><trkpt lat="22.3193" lon="114.1694"><time>2025-01-01T08:00:00Z</time></trkpt>'
    b'<trkpt lat="22.3212" lon="114.1707"/></trkseg></trk></gpx>'
)
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    b"<gpx><trk><name>&b;</name></trk></gpx>"
)


@cases("walks as GPX")
@given(damaged(GPX) | damaged(BOMB) | st.just(b"<a>" * 5000) | st.binary(max_size=100))
def test_any_gpx(tmp_path_factory, content):
    answered("walks as GPX", read_trips, put(tmp_path_factory, "w.gpx", content), core()[0])


LINE = {"type": "LineString", "coordinates": [[114.1694, 22.3193], [114.1707, 22.3212]]}
LINES = json.dumps({"type": "Feature", "geometry": LINE, "properties": {"name": "a"}}).encode()


@cases("walks as GeoJSON")
@given(damaged(LINES) | JUNK | st.just(b"[" * 100_000))
def test_any_geojson_of_walks(tmp_path_factory, content):
    answered("walks as GeoJSON", read_trips, put(tmp_path_factory, "w.geojson", content), core()[0])


OD = b'origin,destination,count\n"22.3193,114.1694",Mong Kok exit E2,3\n'


@cases("trip tables")
@given(tables("origin", "destination", "count", "origin_lon", "origin_lat") | damaged(OD))
def test_any_table_of_trips(tmp_path_factory, content):
    answered("trip tables", read_od, put(tmp_path_factory, "od.csv", content), core()[0])


PEOPLE = b"lon,lat,population\n114.17,22.32,100\n114.171,22.321,50\n"


SPOTS = st.lists(st.sampled_from([[114.169, 22.32], [114.17, 22.321], [114.171, 22.32]]))
FLAT_SHAPES = (
    st.none()
    | SPOTS.map(lambda spots: {"type": "MultiPoint", "coordinates": spots})
    | SPOTS.map(lambda spots: {"type": "LineString", "coordinates": spots})
    | SPOTS.map(lambda spots: {"type": "Polygon", "coordinates": [spots + spots[:1]]})
    | st.just(POINT)
)
SHAPES = st.recursive(
    FLAT_SHAPES,
    lambda inner: st.lists(inner, max_size=3).map(
        lambda parts: {"type": "GeometryCollection", "geometries": parts}
    ),
    max_leaves=5,
)
LAYERS = st.lists(st.tuples(SHAPES, st.none() | st.integers() | TEXTS), max_size=4).map(
    lambda rows: json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": shape,
         "properties": {"population": value, "name": value, "weight": value}}
        for shape, value in rows
    ]}).encode()
)  # fmt: skip


@cases("population")
@given(LAYERS)
def test_any_layer_of_people_zones_and_points(tmp_path_factory, content):
    path = put(tmp_path_factory, "layer.geojson", content)
    answered("population", with_population, core()[0], path)
    for read in (read_zones, read_points):
        layer = answered("population", read, path, "EPSG:2326")
        assert layer is None or np.isfinite(layer.total_bounds).all()
    answered("population", read_trips, path, core()[0])


@cases("population")
@given(
    st.sampled_from([".csv", ".geojson", ".gpkg", ".parquet"]),
    tables("lon", "lat", "population", "x", "y") | damaged(PEOPLE) | damaged(GEOJSON) | JUNK,
)
def test_any_population(tmp_path_factory, suffix, content):
    path = put(tmp_path_factory, f"people{suffix}", content)
    answered("population", with_population, core()[0], path)


DEGREES = st.floats() | st.sampled_from([22.3193, 114.1694, 1e300, -1e300, 91.0, 181.0, 0.0])
PLACES = (
    st.tuples(DEGREES, DEGREES).map(lambda pair: f"{pair[0]},{pair[1]}")
    | st.tuples(NUMBERS, NUMBERS).map(",".join)
    | st.sampled_from(
        ["Mong Kok exit E2", "Nathan Road / Argyle Street", "/", " / ", "exit", "出口"]
    )
    | st.text(max_size=300)
)


@cases("positions")
@given(PLACES)
def test_any_place_on_a_walk(text):
    node = answered("positions", core()[1].node, text, "key")
    assert node is None or 0 <= node < len(core()[0].streets.nodes)


RING = [[114.16, 22.31], [114.18, 22.31], [114.17, 22.33], [114.16, 22.31]]
POLYGON = json.dumps({"type": "Polygon", "coordinates": [RING]}).encode()


@cases("areas")
@given(st.sampled_from([".geojson", ".gpkg", ".parquet", ".json"]), damaged(POLYGON) | JUNK)
def test_any_area(tmp_path_factory, suffix, content):
    answered("areas", read_area, put(tmp_path_factory, f"area{suffix}", content))
    answered("areas", named_districts, content.decode("utf-8", "replace"))


class Files(dict):
    """Bytes of files by suffix; hypothesis must not write them out."""

    def __repr__(self):
        return f"Files of {', '.join(self)}"


@cache
def street_files(folder):
    """Return the bytes of small files of streets by suffix."""
    nodes, edges = frames(grid_ways())
    path = Path(folder) / "grid.gpkg"
    nodes.to_file(path, layer="nodes", driver="GPKG")
    edges.to_file(path, layer="edges", driver="GPKG")
    small = Path(folder) / "grid.osm.pbf"
    writer = osmium.SimpleWriter(str(small))
    for n in range(1, 6):
        tags = NODE["tags"] if n == 5 else {}
        place = (114.16 + 0.001 * n, 22.31 + 0.001 * (n % 2))
        writer.add_node(Node(id=n, location=place, tags=tags))
    writer.add_way(Way(id=1, nodes=[1, 2, 3], tags={"highway": "residential", "name": "花園街"}))
    writer.add_way(Way(id=2, nodes=[3, 4, 5], tags={"highway": "steps", "layer": "1"}))
    writer.add_way(Way(id=3, nodes=[1, 2, 4, 1], tags={"building": "yes", "height": "12"}))
    writer.close()
    graph = (
        '<?xml version="1.0" encoding="utf-8"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        '<key id="d0" for="node" attr.name="x" attr.type="string"/>'
        '<key id="d1" for="node" attr.name="y" attr.type="string"/>'
        '<key id="d2" for="graph" attr.name="crs" attr.type="string"/>'
        '<key id="d3" for="edge" attr.name="length" attr.type="string"/>'
        '<graph edgedefault="directed"><data key="d2">epsg:4326</data>'
        '<node id="1"><data key="d0">114.17</data><data key="d1">22.32</data></node>'
        '<node id="2"><data key="d0">114.171</data><data key="d1">22.321</data></node>'
        '<edge source="1" target="2" id="0"><data key="d3">140.0</data></edge></graph></graphml>'
    )
    found = {".gpkg": path.read_bytes(), ".osm.pbf": small.read_bytes()}
    return Files({**found, ".graphml": graph.encode()})


@pytest.fixture(scope="module")
def streets(tmp_path_factory):
    return street_files(str(tmp_path_factory.mktemp("streets")))


@cases("street files")
@given(st.sampled_from([".gpkg", ".graphml"]), CHANGES)
def test_any_file_of_streets(streets, tmp_path_factory, suffix, changes):
    folder = tmp_path_factory.mktemp("one")  # databases leave files beside themselves
    path = folder / f"streets{suffix}"
    path.write_bytes(changed(streets[suffix], changes))
    answered("street files", import_files, [path], "a")


@cases("extracts")
@given(CHANGES | st.binary(max_size=100))
def test_any_extract(streets, tmp_path_factory, drawn):
    content = drawn if isinstance(drawn, bytes) else changed(streets[".osm.pbf"], drawn)
    path = put(tmp_path_factory, "e.osm.pbf", content)
    answered("extracts", import_files, [path], "a")
    answered("extracts", read_cameras, path)


@cases("building files")
@given(damaged(POLYGON) | damaged(GEOJSON) | JUNK)
def test_any_file_of_buildings(streets, tmp_path_factory, content):
    good = put(tmp_path_factory, "good.gpkg", streets[".gpkg"])
    path = put(tmp_path_factory, "houses.geojson", content)
    answered("building files", import_files, [good, path], "a")


RUN_FILES = sorted(["summary.json", "manifest.json", *(f"{name}.parquet" for name in TABLES)])


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    (folder / "s.yaml").write_text(
        "name: a\narea: mong_kok_core\ncameras: {totals: [4000]}\ntrips: {people: 5}\n"
    )
    sim.run(folder / "s.yaml", folder / "run")
    return folder / "run"


@pytest.mark.slow
@cases("run folders")
@given(st.sampled_from(RUN_FILES), CHANGES | JUNK)
def test_any_damage_to_a_run_folder(run_folder, tmp_path_factory, name, drawn):
    copy = shutil.copytree(run_folder, tmp_path_factory.mktemp("damaged") / "run")
    path = copy / name
    path.write_bytes(drawn if isinstance(drawn, bytes) else changed(path.read_bytes(), drawn))

    def read_all():
        run = read_run(copy)
        run.walk(["22.3193,114.1694", "22.3212,114.1707"])
        run.export("csv", copy.parent / "tables")
        compare([copy, run_folder])

    answered("run folders", read_all)
