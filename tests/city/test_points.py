"""Points of the user's own: shapes and tables give the same points; mistakes name the row."""

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point, box

from sim.city.points import read_points
from sim.errors import InputError

CRS = "EPSG:2326"


def test_a_layer_and_a_table_give_the_same_points(tmp_path):
    frame = gpd.GeoDataFrame(
        {"weight": [2.0, 1.0]}, geometry=[Point(114.17, 22.32), Point(114.16, 22.31)], crs=4326
    )
    frame.to_file(tmp_path / "points.geojson")
    (tmp_path / "points.csv").write_text("lon,lat,weight\n114.17,22.32,2\n114.16,22.31,\n")
    layer = read_points(tmp_path / "points.geojson", CRS)
    table = read_points(tmp_path / "points.csv", CRS)
    assert layer["weight"].tolist() == table["weight"].tolist() == [2.0, 1.0]
    assert np.allclose(layer.geometry.x, table.geometry.x, atol=1e-6)


def test_a_polygon_counts_where_its_middle_is_and_weighs_one(tmp_path):
    gpd.GeoDataFrame(geometry=[box(835000, 820000, 835010, 820010)], crs=CRS).to_file(
        tmp_path / "squares.gpkg"
    )
    points = read_points(tmp_path / "squares.gpkg", CRS)
    assert points["weight"].tolist() == [1.0]
    assert points.geometry.iloc[0].distance(Point(835005, 820005)) < 1e-6


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lon,lat,weight\n114.17,22.32,0\n", "row 1: a weight must be above 0"),
        ("lon,lat,weight\n114.17,22.32,much\n", "much"),
        ("name\nhere\n", "no columns lon and lat"),
        ("lon,lat\n", "no"),
    ],
)
def test_mistakes_are_told(tmp_path, text, words):
    path = tmp_path / "points.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        read_points(path, CRS)
