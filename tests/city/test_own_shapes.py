"""Layers of people, points and zones: every shape counts or is counted, and zones have names."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import GeometryCollection, MultiPoint, MultiPolygon, Point, Polygon, box

import sim
from sim.city.points import read_points
from sim.city.population import read_population, with_population
from sim.city.sources.shapes import plain_shapes
from sim.city.streets import projected_crs
from sim.city.zones import are_points, read_zones
from sim.cli import main
from sim.errors import InputError

CRS = "EPSG:2326"
SPOT, OTHER = Point(835296, 820254), Point(835696, 820254)
SQUARE = box(835400, 820200, 835500, 820300)
BOW = Polygon([(835400, 820200), (835500, 820300), (835500, 820200), (835400, 820300)])
FLAT = Polygon([(835400, 820200), (835500, 820300), (835450, 820250)])
with np.errstate(invalid="ignore"):
    WILD = Polygon([(835400, 820200), (np.nan, 820300), (835500, 820200)])


def put(path, shapes, **columns):
    frame = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        (frame.to_crs(4326) if path.suffix == ".geojson" else frame).to_file(path)
    return path


@pytest.fixture(scope="module")
def city():
    return sim.load_city("mong_kok_core")


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "parquet"])
@pytest.mark.parametrize(
    "shape",
    [
        MultiPoint([OTHER]),
        MultiPoint([OTHER, SPOT, Point(835500, 820254)]),
        GeometryCollection([OTHER]),
        GeometryCollection([MultiPoint([OTHER, SPOT]), shapely.LineString([SPOT, OTHER])]),
        GeometryCollection([SQUARE, OTHER]),
        MultiPolygon([SQUARE]),
        BOW,
    ],
)
def test_people_of_every_shape_are_kept(city, tmp_path, shape, suffix):
    path = put(tmp_path / f"people.{suffix}", [SPOT, shape], population=[1000, 9000])
    shapes = read_population(path, CRS)
    assert shapes["population"].sum() == pytest.approx(10_000)
    homes = with_population(city, path).places.of("home")
    assert homes["weight"].sum() == pytest.approx(10_000)


def test_a_layer_of_multipoints_alone_is_read(tmp_path):
    path = put(tmp_path / "p.gpkg", [MultiPoint([SPOT]), MultiPoint([OTHER])], pop=[1, 2])
    shapes = read_population(path, CRS)
    assert shapes["population"].tolist() == [1, 2]
    assert set(shapes.geom_type) == {"Point"}


def test_rows_that_cannot_be_used_are_counted_with_their_people(city, tmp_path):
    line = shapely.LineString([SPOT, OTHER])
    unusable = [None, Point(), MultiPoint(), WILD, FLAT, line]
    path = put(tmp_path / "p.parquet", [SPOT, *unusable], pop=[10, 1, 2, 4, 8, 16, 32])
    found = with_population(city, path)
    assert found.places.of("home")["weight"].tolist() == [10]
    said = next(t for t in found.provenance["assumptions"] if t.startswith("homes:"))
    assert said.endswith(
        "6 rows left out (3 without a shape, 1 with a vertex that is no position, 1 with an "
        "outline that encloses nothing, 1 that are lines) with 63 people"
    )
    path = put(tmp_path / "q.parquet", [None, line], pop=[1, 2])
    with pytest.raises(InputError, match="holds no points or polygons"):
        read_population(path, CRS)


def test_a_mistake_names_the_row_of_the_file(tmp_path):
    path = put(tmp_path / "p.parquet", [None, MultiPoint([SPOT, OTHER]), SPOT], pop=[1, 2, -3])
    with pytest.raises(InputError, match="row 3: -3 people cannot be"):
        read_population(path, CRS)
    path = put(tmp_path / "w.parquet", [None, MultiPoint([SPOT, OTHER]), SPOT], weight=[1, 2, -3])
    with pytest.raises(InputError, match="row 3: a weight must be above 0"):
        read_points(path, CRS)


def test_points_of_a_multipoint_share_its_weight(tmp_path):
    path = put(tmp_path / "p.parquet", [MultiPoint([SPOT, OTHER]), None, SQUARE], weight=[4, 1, 1])
    points = read_points(path, CRS)
    assert points["weight"].tolist() == [2, 2, 1]
    assert points.attrs["left_out"] == {"without a shape": 1}
    assert points.geometry.iloc[1].equals(OTHER)


def test_points_of_a_multipoint_are_one_zone(tmp_path):
    path = put(tmp_path / "z.parquet", [MultiPoint([SPOT, OTHER]), SPOT, WILD], name=[*"abc"])
    zones = read_zones(path, CRS)
    assert zones["name"].tolist() == ["a", "a", "b"]
    assert are_points(zones)
    assert zones.attrs["left_out"] == {"with a vertex that is no position": 1}
    path = put(tmp_path / "y.parquet", [GeometryCollection([SQUARE, SPOT]), SQUARE], name=[*"ab"])
    assert not are_points(read_zones(path, CRS))
    path = put(tmp_path / "x.parquet", [SQUARE, MultiPoint([SPOT])], name=[*"ab"])
    with pytest.raises(InputError, match="all zones as polygons, or all as points"):
        read_zones(path, CRS)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, "", "  "])
@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "parquet"])
def test_a_zone_without_a_name_is_refused(tmp_path, missing, suffix):
    names = pd.Series(["West", missing], dtype=object)
    path = put(tmp_path / f"z.{suffix}", [SQUARE, SQUARE], name=names)
    with pytest.raises(InputError, match="row 2: a zone has no name; give one"):
        read_zones(path, CRS)


def test_a_missing_number_is_no_name_and_numbers_have_no_point(tmp_path):
    path = put(tmp_path / "z.parquet", [SQUARE, SQUARE], tpu_id=[111.0, np.nan])
    with pytest.raises(InputError, match="row 2: a zone has no name"):
        read_zones(path, CRS)
    path = put(tmp_path / "y.parquet", [SQUARE, None], tpu_id=[111.0, np.nan])
    assert read_zones(path, CRS)["name"].tolist() == ["111"]
    table = pd.DataFrame({"id": [1.0, np.nan], "lon": 114.17, "lat": 22.32})
    table.to_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputError, match="row 2: a zone has no name"):
        read_zones(tmp_path / "t.parquet", CRS)


def test_plain_shapes_keep_area_and_points():
    cells = np.array([SQUARE, BOW, MultiPolygon([SQUARE, box(0, 0, 1, 1)])], object)
    plain = plain_shapes(cells)
    assert plain.is_area.all()
    assert plain.row.tolist() == [0, 1, 2]
    assert shapely.area(plain.shape).tolist() == pytest.approx([10_000, 5000, 10_001])
    assert shapely.is_valid(plain.shape).all()
    assert plain_shapes(np.array([], object)).left_out == {}


def test_a_city_on_the_antimeridian_is_one_city():
    def lines(*degrees, y=-17.0):
        made = [shapely.LineString([(a, y), (b, y)]) for a, b in degrees]
        return gpd.GeoDataFrame(geometry=made, crs="EPSG:4326")

    taveuni = lines((179.9, 179.95), (-179.95, -179.9), (179.99, -179.99))
    crs = projected_crs(taveuni)
    assert crs in ("EPSG:32760", "EPSG:32701")
    metres = taveuni.to_crs(crs).length.to_numpy()
    assert metres == pytest.approx([5320, 5320, 2128], rel=0.01)
    assert projected_crs(lines((-179.9, -179.8))) == "EPSG:32701"
    assert projected_crs(lines((179.8, 179.9))) == "EPSG:32760"
    assert projected_crs(lines((179.9, 179.95), (-179.5, -179.4))) == "EPSG:32701"
    assert projected_crs(lines((179.4, 179.5), (-179.95, -179.9), y=10.0)) == "EPSG:32660"
    with pytest.raises(InputError, match="spans"):
        projected_crs(lines((-179.9, 0.0), (0.0, 179.9)))
    with pytest.raises(InputError, match="lie outside the world"):
        projected_crs(lines((179.9, 180.5)))


SCENARIO = "name: a\narea: mong_kok_core\ncameras: {totals: [60000]}\ntracking: {subsample: 0}\n"


@pytest.mark.slow
def test_the_command_counts_people_and_refuses_zones(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "p.geojson", [SPOT, MultiPoint([OTHER])], population=[1000, 9000])
    put(tmp_path / "z.gpkg", [SQUARE, SQUARE], name=["West", None])
    put(tmp_path / "points.parquet", [SPOT, None, WILD], name=[*"abc"])
    trips = "trips: {people: 20, population: p.geojson}\n"
    (tmp_path / "bad.yaml").write_text(SCENARIO + trips + "zones: z.gpkg\n")
    assert main(["run", "bad.yaml", "--out", "bad"]) == 2
    assert "row 2: a zone has no name; give one" in capsys.readouterr().err
    (tmp_path / "good.yaml").write_text(SCENARIO + trips + "zones: points.parquet\n")
    assert main(["run", "good.yaml", "--out", "good"]) == 0
    said = json.loads((tmp_path / "good" / "manifest.json").read_text())["data"]["assumptions"]
    assert any("10,000 people in the study area" in text for text in said)
    assert any(text.startswith("zones of the user: 2 rows left out") for text in said)
