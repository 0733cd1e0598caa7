"""Places that people bring: every kind of file, every word for a kind, and what is left out."""

import json

import geopandas as gpd
import networkx as nx
import pandas as pd
import pytest
import shapely
from city.test_files import saved_streets
from city.test_pbf import STREET, written
from shapely import MultiPoint, Point, box

from sim.city.loaders import City
from sim.city.places import GIVEN_KINDS
from sim.city.sources.own_places import places_of, read_places
from sim.cli import main
from sim.errors import InputError
from sim.results.notes import notes
from sim.trips.demand import sample_trips

CRS = "EPSG:2326"
SPOTS = [Point(835520, 820020), Point(835600, 820100), Point(835700, 820200)]


def layer(shapes=SPOTS, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def put(path, frame):
    if path.suffix in (".csv", ".tsv"):
        table = pd.DataFrame(frame.drop(columns="geometry"))
        table["x"], table["y"] = frame.geometry.x, frame.geometry.y
        table.to_csv(path, index=False, sep="\t" if path.suffix == ".tsv" else ",")
    elif path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        (frame.to_crs(4326) if path.suffix == ".geojson" else frame).to_file(path)
    return path


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "parquet", "csv", "tsv"])
def test_every_kind_of_file_gives_the_same(tmp_path, suffix):
    own = layer(
        kind=["school", "clinic", "home"], name=["A", "診所 Clinic", ""], weight=[1, 2.5, 300]
    )
    found = read_places(put(tmp_path / f"places.{suffix}", own), CRS)
    assert found["kind"].tolist() == ["school", "sensitive", "home"]
    assert found["name"].tolist() == ["A", "Clinic", ""]
    assert found["name_zh"].tolist() == ["", "診所", ""]
    assert found["weight"].tolist() == [1, 2.5, 300]
    assert shapely.equals_exact(found.geometry.to_numpy(), SPOTS, tolerance=0.01).all()
    assert found.crs == CRS


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "parquet", "csv"])
def test_columns_of_tags_say_the_kind(tmp_path, suffix):
    own = layer(amenity=["school", "bench", ""], office=["", "", "company"], name=["A", "B", "C"])
    found = read_places(put(tmp_path / f"places.{suffix}", own), CRS)
    assert dict(zip(found["name"], found["kind"], strict=True)) == {"A": "school", "C": "office"}
    assert found.attrs["left_out"] == {"of no kind of place": 1}


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        *((kind, kind) for kind in GIVEN_KINDS), ("Schools", "school"), ("CLINIC", "sensitive"),
        ("Clinics", "sensitive"), ("libraries", "landmark"), ("place of worship", "sensitive"),
        ("offices", "office"), ("subway_entrance", "station"), ("bus stops", "station"),
        ("kindergarten", "school"), ("supermarkets", "market"), ("galleries", "landmark"),
    ],
)  # fmt: skip
def test_words_for_kinds(word, kind):
    assert places_of(layer([SPOTS[0]], kind=[word]), CRS, "x")["kind"].tolist() == [kind]


@pytest.mark.parametrize(
    ("word", "hint"),
    [("shool", "did you mean school?"), ("clinc", "did you mean clinic?"), ("gate", "kind of"),
     ("zzz", "take home, station"), ("offcie", "did you mean office?")],
)  # fmt: skip
def test_unknown_kinds_are_refused_with_the_nearest(word, hint):
    with pytest.raises(InputError, match="row 2") as caught:
        places_of(layer(kind=["school", word, "home"]), CRS, "places.csv")
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("shape", "weight"),
    [(box(835500, 820000, 835540, 820040), [4]), (MultiPoint(SPOTS[:2]), [2, 2]),
     (MultiPoint(SPOTS[:1]), [4]), (shapely.GeometryCollection([SPOTS[0]]), [4])],
)  # fmt: skip
def test_shapes_that_are_not_points_count_where_they_are(shape, weight):
    found = places_of(layer([shape], kind=["school"], weight=[4]), CRS, "x")
    assert found["weight"].tolist() == weight
    assert shapely.intersects(shape, found.geometry.to_numpy()).all()


@pytest.mark.parametrize(
    ("shape", "kind", "reason"),
    [
        (None, "school", "without a shape"),
        (shapely.LineString(SPOTS[:2]), "school", "that are lines"),
        (Point(), "school", "without a shape"),
        (SPOTS[1], None, "without a kind"),
        (SPOTS[1], "  ", "without a kind"),
    ],
)
def test_rows_that_cannot_count_are_counted(shape, kind, reason):
    found = places_of(layer([SPOTS[0], shape], kind=["home", kind]), CRS, "x")
    assert len(found) == 1
    assert found.attrs["left_out"] == {reason: 1}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("lon,lat,kind\n114.16,22.31,school\n114.16,91,school\n", ":3: "),
        ("lon,lat,what\n114.16,22.31,school\n", "no column kind (found: lon, lat, what)"),
        ("east,north,kind\n1,2,school\n", "no columns lon and lat"),
        ("lon,lat,kind,weight\n114.16,22.31,school,0\n", "row 1: a weight must be above 0"),
        ("lon,lat,kind,weight\n114.16,22.31,school,many\n", '"many" is not a number'),
        ("lon,lat,kind\n114.16,22.31,\n", "holds no place"),
        ("lon,lat,kind\n", "holds no rows"),
    ],
)
def test_bad_tables_are_refused_in_one_line(tmp_path, content, says):
    path = tmp_path / "places.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_places(path, CRS)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_layer_without_crs_is_refused():
    with pytest.raises(InputError, match="no CRS"):
        places_of(gpd.GeoDataFrame({"kind": ["home"]}, geometry=SPOTS[:1]), CRS, "places")


def test_an_import_counts_and_attributes_them(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HK_CAMERA_SIM_DATA", str(tmp_path / "bundles"))
    streets = saved_streets(tmp_path / "walk.gpkg")
    far = Point(845000, 820000)
    own = layer([*SPOTS, far], kind=["schools", "clinic", None, "school"])
    path = put(tmp_path / "own.geojson", own)
    words = ["data", "import", str(streets), "--name", "town", "--halo", "0"]
    assert main([*words, "--places", str(path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["places"]["school"] == 1
    assert said["places"]["sensitive"] == 1
    assert said["left_out"]["reading"] == {
        "places_given": 3, "places_left_out_without a kind": 1, "places_outside": 1,
    }  # fmt: skip
    source = next(one for one in said["sources"] if one.get("kind") == "places")
    assert source["file"] == "own.geojson"
    assert source["attribution"]
    city = City.from_files([streets], "town", halo_m=0, places=path)
    assert (city.places.table["kind"] == "school").sum() == 1
    told = notes(city, sample_trips(city, people=0, seed=1), 0)
    assert any("3 places are of a file" in note["en"] for note in told)


@pytest.mark.parametrize("east", [10, 49, 51])
def test_a_mapped_place_that_is_given_counts_once(tmp_path, east):
    ways = [([1, 2, 3, 13, 12, 11, 1], STREET)]
    path = written(tmp_path / "a.osm.pbf", ways, points={12: {"amenity": "school", "name": "M"}})
    at = gpd.GeoSeries([Point(114.16 + 0.002, 22.31 + 0.001)], crs=4326).to_crs(CRS).iloc[0]
    own = put(tmp_path / "own.gpkg", layer([Point(at.x + east, at.y)], kind=["school"], name=["G"]))
    mapped = City.from_files([path], "town", halo_m=0).places.of("school")
    moved = shapely.distance(mapped.geometry.iloc[0], own_point(own))
    city = City.from_files([path], "town", halo_m=0, places=own)
    names = set(city.places.of("school")["name"])
    assert names == ({"G"} if moved < 50 else {"G", "M"})


def own_point(path):
    return gpd.read_file(path).geometry.iloc[0]


def test_places_of_elsewhere_are_refused(tmp_path):
    streets = saved_streets(tmp_path / "walk.gpkg")
    path = put(tmp_path / "own.gpkg", layer([Point(800000, 800000)], kind=["school"]))
    with pytest.raises(InputError, match="none of its 1 place lies where the streets are"):
        City.from_files([streets], "town", halo_m=0, places=path)


def test_the_library_takes_a_table_in_memory():
    graph = nx.grid_2d_graph(5, 5)
    graph = nx.relabel_nodes(graph, {node: 5 * node[0] + node[1] for node in graph})
    for node in graph:
        graph.nodes[node].update(x=835500 + 80 * (node // 5), y=820000 + 80 * (node % 5))
    nx.set_edge_attributes(graph, "residential", "highway")
    graph.graph["crs"] = CRS
    own = layer(kind=["school", "home", "clinic"], weight=[1, 250, 1]).to_crs(4326)
    city = City.from_osmnx(graph, places=own)
    kinds = city.places.table["kind"].value_counts()
    assert kinds["school"] == kinds["home"] == kinds["sensitive"] == 1
    assert city.provenance["left_out_while_reading"] == {"places_given": 3}
    assert not any(text.startswith("homes:") for text in city.provenance["assumptions"])
