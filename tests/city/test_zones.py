import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sim.city.loaders import load_city
from sim.city.zones import are_points, read_zones
from sim.errors import InputError
from sim.pipeline.run import run
from sim.scenario.schema import Scenario

CRS = "EPSG:2326"


def test_polygons_and_points_are_read_with_their_names(tmp_path):
    boxes = [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)]
    frame = gpd.GeoDataFrame({"TPU_ID": [111, 112]}, geometry=boxes, crs=CRS)
    frame.to_file(tmp_path / "units.gpkg")
    zones = read_zones(tmp_path / "units.gpkg", CRS)
    assert list(zones["name"]) == ["111", "112"]
    assert zones.area.tolist() == [100.0, 100.0]
    assert not are_points(zones)
    (tmp_path / "units.csv").write_text("id,lon,lat,tpu_id\na,114.1,22.3,111\nb,114.2,22.3,112\n")
    zones = read_zones(tmp_path / "units.csv", CRS)
    assert list(zones["name"]) == ["111", "112"]
    assert are_points(zones)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lon,lat\n114,22\n", "no column name, unit, tpu_id"),
        ("name,east\na,2\n", "no columns lon and lat"),
        ("name,lon,lat\n,114,22\n", "row 1: a zone has no name"),
        ("name,lon,lat\n", "units.csv"),
    ],
)
def test_what_cannot_be_is_one_line(tmp_path, text, words):
    (tmp_path / "units.csv").write_text(text)
    with pytest.raises(InputError, match=words) as error:
        read_zones(tmp_path / "units.csv", CRS)
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_a_run_groups_streets_by_units_and_says_what_points_are(tmp_path):
    city = load_city("mong_kok_core")
    west, south, east, north = city.area.polygon.bounds
    middle = (west + east) / 2
    halves = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    frame = gpd.GeoDataFrame({"name": ["W", "E"]}, geometry=halves, crs=CRS)
    frame.to_file(tmp_path / "halves.gpkg")
    y = (south + north) / 2
    (tmp_path / "points.csv").write_text(f"name,x,y\nW,{middle - 50},{y}\nE,{middle + 50},{y}\n")
    found = {}
    for file in ("halves.gpkg", "points.csv"):
        scenario = {
            "name": "zones", "area": "mong_kok_core", "zones": str(tmp_path / file),
            "cameras": {"totals": [4000, 60000]}, "trips": {"people": 5},
            "tracking": {"subsample": 0},
        }  # fmt: skip
        run(Scenario.model_validate(scenario), tmp_path / "run")
        table = pd.read_parquet(tmp_path / "run" / "exposure.parquet")
        found[file] = table[table["group"].isin(["W", "E"])]
        assert "sha256" in (tmp_path / "run" / "manifest.json").read_text()
    polygons, points = found["halves.gpkg"], found["points.csv"]
    assert set(polygons["by"]) == {"planning unit"}
    assert set(points["by"]) == {"nearest unit point, not its boundary"}
    # the middle line is both the halves' border and that of what is nearest to each point
    columns = ["total", "street_km", "share_seen"]
    for each in (polygons, points):
        assert len(each) == 2 * 2 * 4
    left, right = (each.sort_values(["group", "total", "task"])[columns] for each in found.values())
    assert np.allclose(left, right)
    whole = polygons[(polygons["total"] == 4000) & (polygons["task"] == "detect")]
    district = table[(table["by"] == "district") & (table["total"] == 4000)]
    assert whole["street_km"].sum() == pytest.approx(
        district[district["task"] == "detect"]["street_km"].sum()
    )
