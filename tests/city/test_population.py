"""The user's own population: people are kept, live along streets, and move the walks' homes."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.city.population import read_population, with_population
from sim.errors import InputError

CRS = "EPSG:2326"


@pytest.fixture(scope="module")
def city():
    return sim.load_city("mong_kok_core")


def homes(city):
    return city.places.of("home")


def grid(city, cell=100.0, column="population"):
    """Cells over the region's box, with people 10, 20, 30 … by row of the table."""
    west, south, east, north = city.area.region.bounds
    boxes = [
        shapely.box(x, y, x + cell, y + cell)
        for x in np.arange(west - 50, east, cell)
        for y in np.arange(south - 50, north, cell)
    ]
    people = 10.0 * (1 + np.arange(len(boxes)) % 7)
    return gpd.GeoDataFrame({column: people}, geometry=boxes, crs=CRS)


@pytest.mark.parametrize("name", ["grid.parquet", "grid.geojson", "grid.gpkg"])
def test_a_grid_keeps_its_people_by_land(city, tmp_path, name):
    frame = grid(city)
    if name.endswith(".parquet"):
        frame.to_parquet(tmp_path / name)
    else:
        (frame if name.endswith("gpkg") else frame.to_crs(4326)).to_file(tmp_path / name)
    found = homes(with_population(city, tmp_path / name))
    cell = frame.geometry.to_numpy()
    share = shapely.area(shapely.intersection(cell, city.area.region)) / shapely.area(cell)
    wanted = (frame["population"] * share).sum()
    assert found["weight"].sum() == pytest.approx(wanted, rel=1e-4)
    spot = found.geometry.to_numpy()
    assert shapely.distance(city.area.region, spot).max() < 0.01
    every_street = shapely.union_all(city.streets.edges.geometry.to_numpy())
    on_street = shapely.distance(every_street, spot) < 0.01
    assert on_street.mean() > 0.8  # the others live in cells without a street
    for box, people in zip(cell, frame["population"], strict=True):
        if city.area.region.contains(box):
            inside = shapely.intersects(box.buffer(0.05), spot)
            assert found["weight"].to_numpy()[inside].sum() >= people * (1 - 1e-6)


def test_people_of_one_cell_spread_over_its_streets(city, tmp_path):
    frame = gpd.GeoDataFrame({"pop": [100.0]}, geometry=[city.area.polygon], crs=CRS)
    frame.to_parquet(tmp_path / "one.parquet")
    found = homes(with_population(city, tmp_path / "one.parquet"))
    assert found["weight"].sum() == pytest.approx(100)
    assert found["weight"].max() < 2
    assert len(found) > 200


@pytest.mark.parametrize("name", ["p.csv", "p.parquet", "degrees.csv", "p.geojson"])
def test_points_are_homes_as_they_are(city, tmp_path, name):
    xy = np.array([[835400.0, 820100.0], [835500.0, 820300.0], [835600.0, 820200.0]])
    points = gpd.GeoDataFrame(
        {"Residents": [30, 0, 12.5]}, geometry=gpd.points_from_xy(*xy.T), crs=CRS
    )
    degrees = points.to_crs(4326)
    table = pd.DataFrame({"residents": points["Residents"], "x": xy[:, 0], "y": xy[:, 1]})
    if name == "p.csv":
        table.to_csv(tmp_path / name, index=False)
    elif name == "p.parquet":
        table.to_parquet(tmp_path / name)
    elif name == "degrees.csv":
        at = {"lon": degrees.geometry.x, "lat": degrees.geometry.y}
        table[["residents"]].assign(**at).to_csv(tmp_path / name, index=False, sep="\t")
    else:
        degrees.to_file(tmp_path / name)
    found = homes(with_population(city, tmp_path / name))
    assert found["weight"].tolist() == [30, 12.5]
    assert shapely.distance(found.geometry.to_numpy(), shapely.points(xy[[0, 2]])).max() < 0.02


def test_only_homes_change_and_the_file_is_named(city, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("x,y,people_2021\n835400,820100,30\n835400,825000,9\n")
    new = with_population(city, path, "People_2021")
    others = [p.table[p.table["kind"] != "home"].reset_index(drop=True) for p in
              (city.places, new.places)]  # fmt: skip
    assert others[0].equals(others[1])
    assert new.provenance["sources"][-1]["file"] == "p.csv"
    assert len(new.provenance["sources"][-1]["sha256"]) == 64
    assert new.provenance["counts"]["places_home"] == 1
    said = [text for text in new.provenance["assumptions"] if text.startswith("homes:")]
    assert len(said) == 1
    assert "30 people" in said[0]
    assert new.streets is city.streets
    trips = sim.sample_trips(new, people=30, seed=1, kinds=("home-station",))
    assert trips.table["origin"].nunique() == 1


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("none.csv", None, "no such file"),
        ("p.csv", "x,y\n1,2\n", "no column population, pop, residents"),
        ("p.csv", "pop\n1\n", "no columns lon and lat"),
        ("p.csv", "x,y,pop\n835400,820100,-1\n", "row 1: -1 people cannot be"),
        ("p.csv", "x,y,pop\n835400,820100,1e12\n", "people cannot be"),
        ("p.csv", "x,y,pop\n835400,820100,many\n", ':2: pop: "many" is not a number'),
        ("p.csv", "x,y,pop\n835400,820100,\n", "nobody lives inside"),
        ("p.csv", "x,y,pop\n800000,800000,5\n", "nobody lives inside"),
        ("p.csv", "lon,lat,pop\n22.3,114.2,5\n", "are swapped"),
        ("p.geojson", "{}", "p.geojson: "),
        ("p.geojson", '{"type": "FeatureCollection", "features": []}', "p.geojson: "),
        ("p.parquet", "PAR1", "is damaged"),
        ("p.kml", "<kml/>", "shapes are read from"),
    ],
)
def test_what_cannot_be_is_one_line(city, tmp_path, name, text, says):
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError) as error:
        with_population(city, path)
    assert says in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("properties", "geometry", "says"),
    [
        ({"pop": "x"}, {"type": "Point", "coordinates": [114.17, 22.32]}, "is not a number"),
        ({"n\n": 1}, {"type": "Point", "coordinates": [114.17, 22.32]}, "no column population"),
        ({"pop": 1}, {"type": "LineString", "coordinates": [[114, 22], [114, 23]]}, "no points"),
    ],
)
def test_layers_that_cannot_be(city, tmp_path, properties, geometry, says):
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    path = tmp_path / "p.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(InputError, match=says) as error:
        with_population(city, path)
    assert "\n" not in str(error.value)


def test_a_layer_with_a_byte_that_is_no_text(city, tmp_path):
    path = tmp_path / "p.geojson"
    point = '{"type": "Point", "coordinates": [114.17, 22.32]}'
    feature = f'{{"type": "Feature", "properties": {{"pop\xff": 1}}, "geometry": {point}}}'
    path.write_bytes(feature.encode("latin-1"))
    with pytest.raises(InputError, match=r"p\.geojson: "):
        with_population(city, path)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=st.binary(max_size=200)
    | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")),
    suffix=st.sampled_from(["csv", "parquet", "geojson"]),
)
def test_any_bytes_are_people_or_one_complaint(tmp_path, content, suffix):
    path = tmp_path / f"any.{suffix}"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_population(path, CRS)
    assert "\n" not in str(error.value)
