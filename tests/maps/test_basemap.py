"""What a page carries of water, green ground and names, whoever wrote the names."""

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from invented_run import CRS
from test_packing import unpack

from maps.basemap import LONGEST_NAME, basemap_of
from maps.page import page_of
from maps.payload import build_payload
from maps.picture import street_picture
from maps.run_folder import read_run_folder
from sim.errors import InputError

HOSTILE = '</script><b onload="x()">{{ 7*7 }}'


@pytest.fixture(scope="module")
def plain(run_folder):
    return read_run_folder(run_folder)


def layer(rows):
    kind, name, name_zh, shape = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"kind": kind, "name": name, "name_zh": name_zh}, geometry=list(shape), crs=CRS
    )


def around(run, rows):
    """The run with a layer in it, shapes told in metres from the middle of its area."""
    corner = run.edges.total_bounds[:2]
    moved = [(*row, shapely.transform(shape, lambda at: at + corner)) for *row, shape in rows]
    return replace(run, surroundings=layer(moved))


def lake():
    return shapely.box(0, 0, 400, 300).difference(shapely.box(100, 100, 150, 150))


@pytest.fixture(scope="module")
def run(plain):
    return around(plain, [
        ("water", "", "", shapely.MultiPolygon([lake(), shapely.box(600, 0, 700, 90)])),
        ("green", "", "", shapely.box(0, 400, 80, 500)),
        ("park", "A Park", "", shapely.Point(40, 450)),
        ("suburb", HOSTILE, "西城", shapely.Point(300, 300)),
        ("station", "Mong Kok", "旺角", shapely.Point(200, 200)),
        ("harbour", "The Harbour", "海港\u202e", shapely.Point(10, 10)),
        ("suburb", "L" * 200, "", shapely.Point(1, 1)),
        ("unheard of", "No", "", shapely.Point(1, 1)),
    ])  # fmt: skip


def rings(columns, name):
    """Rings as the page draws them, in steps of its grid."""
    points = columns[f"{name}_points"]
    assert all(count > 2 for count in points)
    assert all(len(columns[f"{name}_{axis}"]) == points.sum() for axis in "xy")
    return points.tolist()


def test_a_page_carries_water_with_its_islands_and_green_ground(run, plain):
    columns = unpack(build_payload(run).columns)
    assert sorted(rings(columns, "water")) == [4, 4, 4]
    assert rings(columns, "green") == [4]
    figures = {name for name, *_ in build_payload(plain).columns.index}
    assert figures == {name for name, *_ in build_payload(run).columns.index}


def test_no_figure_of_a_page_depends_on_what_lies_around(run, plain):
    with_layer, without = (build_payload(each) for each in (run, plain))
    drawn = ("water_", "green_", "words")
    one, other = (unpack(each.columns) for each in (with_layer, without))
    for name in one:
        if not name.startswith(drawn):
            assert np.array_equal(one[name], other[name])
    heads = [
        {k: v for k, v in each.head.items() if k != "columns"} for each in (with_layer, without)
    ]
    assert heads[0] == heads[1]


def test_names_stand_in_the_order_in_which_they_take_their_room(run):
    labels = build_payload(run).words["places"]
    assert [label["kind"] for label in labels] == [
        "harbour", "station", "landmark", "district", "suburb", "park",
    ]  # fmt: skip
    assert labels[0]["name"] == ["The Harbour", "海港"]
    assert labels[-2]["name"] == [HOSTILE, "西城"]
    assert all(len(part) <= LONGEST_NAME for label in labels for part in label["name"])


def test_a_station_of_the_map_stands_for_the_run_s_own_and_terminals_are_landmarks(plain):
    rows = [("station", "Other", "別站", shapely.Point(0, 0))]
    kinds = {
        label["name"][0]: label["kind"]
        for label in build_payload(around(plain, rows)).words["places"]
    }
    assert kinds["Other"] == "station"
    assert kinds["Mong Kok"] == "landmark"


def test_a_hostile_name_cannot_leave_the_data(run):
    page = page_of(run)
    assert HOSTILE not in page
    assert "onload" not in page
    assert "49" not in json.dumps(build_payload(run).words["places"], ensure_ascii=False)


def test_a_run_without_the_layer_has_water_where_no_district_is(plain):
    assert shapely.area(basemap_of(plain).areas["water"]).sum() == 0
    kept = plain.districts.copy()
    region = kept.geometry[kept["kind"] == "region"].iloc[0]
    west, south, east, north = region.bounds
    half = shapely.box(west, south, (west + east) / 2, north)
    kept.geometry = [half if kind == "district" else shape
                     for kind, shape in zip(kept["kind"], kept.geometry, strict=True)]  # fmt: skip
    water = basemap_of(replace(plain, districts=kept)).areas["water"]
    assert shapely.area(water).sum() == pytest.approx(region.difference(half).area)
    assert basemap_of(replace(plain, districts=kept.iloc[:0])).names == []


def test_a_layer_that_lacks_a_column_is_refused_in_a_line(run_folder, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    for file in run_folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    layer([("green", "", "", lake())]).drop(columns="name").to_parquet(
        folder / "surroundings.parquet"
    )
    with pytest.raises(InputError, match=r"surroundings\.parquet: lacks name; run"):
        read_run_folder(folder)


def test_the_still_picture_has_water_and_green_below_its_streets():
    streets = np.array([shapely.LineString([(0, 0), (1000, 1000)])])
    shapes = {"water": np.array([lake()]), "green": np.array([shapely.box(5000, 0, 5100, 90)])}
    drawn = street_picture(streets, np.array([1]), 4, 60, "told", shapes)
    assert drawn.count('class="water"') == 1
    assert "green" not in drawn  # beyond the picture
    assert drawn.index('class="water"') < drawn.index('class="ink-unseen"')
    assert drawn.count("z") == 2
