"""Cameras as other programs write them: full precision, GDAL, history, answers that broke off."""

import json

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from osmium.osm.mutable import Node

from sim.cameras.real import read_cameras
from sim.errors import InputError

AT = (114.1690, 22.3190)


def listed(tmp_path, rows, suffix):
    frame = pd.DataFrame(rows).assign(lon=AT[0], lat=[AT[1] + 0.0001 * i for i in range(len(rows))])
    path = tmp_path / f"cameras{suffix}"
    frame.to_csv(path, index=False) if suffix == ".csv" else frame.to_parquet(path)
    return path


ROWS = [
    {"heading": 123.69000000000001, "height": 3.6576000000000004, "tilt": 12.5,
     "fov": 61.927513064147047},
    {"heading": 1.8e2, "height": 6.0, "tilt": np.nan, "fov": np.nan},
    {"heading": 90.5, "height": 4.25, "tilt": 0.1 + 0.2, "fov": 90.0},
]  # fmt: skip


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_numbers_at_full_precision(tmp_path, suffix):
    found = read_cameras(listed(tmp_path, ROWS, suffix))
    heads = found.fleet.heads
    assert heads["mount"].tolist() == pytest.approx([3.6576, 6.0, 4.25])
    turned = np.diff(heads["heading"])
    assert turned == pytest.approx([180 - 123.69, 90.5 - 180], abs=1e-3)
    refused = found.table[found.table["outcome"] == "refused"]
    assert refused.empty


def test_a_parquet_and_a_csv_of_one_table_are_one_fleet(tmp_path):
    one, other = (read_cameras(listed(tmp_path, ROWS, s)).fleet for s in (".csv", ".parquet"))
    pd.testing.assert_frame_equal(pd.DataFrame(one.heads), pd.DataFrame(other.heads))


@pytest.mark.parametrize(
    ("year", "read"),
    [("2019.0", 2019), ("2019.00", 2019), ("2019", 2019), ("2019-05", 2019),
     ("2019-05-31 00:00:00", 2019), ("2019-05-31T08:00:00Z", 2019)],
)  # fmt: skip
def test_years_as_programs_write_them(tmp_path, year, read):
    path = tmp_path / "cameras.csv"
    path.write_text(f"lon,lat,year\n{AT[0]},{AT[1]},{year}\n")
    assert read_cameras(path).fleet.heads["year"].tolist() == [read]


def test_blank_last_rows_of_a_spreadsheet_are_no_rows(tmp_path):
    path = tmp_path / "cameras.csv"
    path.write_text(f"lon,lat,heading\n{AT[0]},{AT[1]},90\n,,\n , ,\n")
    assert len(read_cameras(path).fleet.heads) == 1


def features(tmp_path, rows):
    path = tmp_path / "points.geojson"
    points = shapely.points([(AT[0], AT[1] + 0.0001 * i) for i in range(len(rows))])
    gpd.GeoDataFrame(rows, geometry=points, crs=4326).to_file(path, driver="GeoJSON")
    return path


@pytest.mark.parametrize(
    ("cell", "headings"),
    [
        ('"camera:direction"=>"90","height"=>"6"', [90]),
        ('"surveillance"=>"public","camera:direction"=>"90;270","height"=>"6"', [90, 270]),
        ('{"camera:direction": [90, 270], "height": 6}', [90, 270]),
        ('{"camera:direction": "N;S", "height": "6 m"}', [0, 180]),
    ],
)
def test_tags_that_gdal_puts_into_one_column(tmp_path, cell, headings):
    path = features(tmp_path, [{"man_made": "surveillance", "other_tags": cell}])
    heads = read_cameras(path).fleet.heads
    north = heads["heading"] - headings
    assert ((north + 180) % 360 - 180).abs().max() < 1
    assert (heads["mount"] == 6).all()


def test_a_json_list_of_directions(tmp_path):
    path = tmp_path / "cameras.geojson"
    tags = {"man_made": "surveillance", "camera:direction": [90, 270.5], "height": "6"}
    point = {"type": "Point", "coordinates": AT}
    feature = {"type": "Feature", "geometry": point, "properties": tags}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert np.diff(read_cameras(path).fleet.heads["heading"]) == pytest.approx(180.5)


def history(tmp_path, versions):
    """A history file of nodes (number, version, tags or None where it is deleted)."""
    path = tmp_path / "cameras.osh.pbf"
    header = osmium.io.Header()
    header.has_multiple_object_versions = True
    writer = osmium.SimpleWriter(str(path), header=header)
    for number, version, tags in versions:
        writer.add_node(
            Node(id=number, version=version, visible=tags is not None, tags=tags or {},
                 location=(AT[0], AT[1] + 0.0001 * number) if tags is not None else None)
        )  # fmt: skip
    writer.close()
    return path


CAMERA = {"man_made": "surveillance", "camera:direction": "90"}


def test_of_a_history_file_the_newest_version_counts(tmp_path):
    path = history(tmp_path, [
        (1, 1, CAMERA), (1, 2, {**CAMERA, "camera:direction": "270", "height": "6"}),
        (2, 1, CAMERA), (2, 2, None),
        (3, 1, CAMERA), (3, 2, {"highway": "street_lamp"}),
        (4, 1, {"highway": "street_lamp"}), (4, 2, CAMERA),
    ])  # fmt: skip
    heads = read_cameras(path).fleet.heads
    assert heads["mount"].tolist()[0] == 6
    assert len(heads) == 2
    assert heads["heading"].iloc[0] == pytest.approx(270, abs=1)


def answer(tmp_path, elements, **more):
    path = tmp_path / "answer.json"
    path.write_text(json.dumps({"version": 0.6, "elements": elements, **more}))
    return path


def element(number, version=None, **more):
    place = {"lat": AT[1] + 0.0001 * number, "lon": AT[0]}
    own = {} if version is None else {"version": version}
    return {"type": "node", "id": number, **place, "tags": CAMERA, **own, **more}


@pytest.mark.parametrize("elements", [[element(1)], []])
@pytest.mark.parametrize(
    "remark",
    [
        'runtime error: Query timed out in "query" at line 3 after 26 seconds.',
        "runtime error: Query run out of memory using about 2048 MB of RAM.",
        "runtime remark: Timeout was requested",
    ],
)
def test_an_answer_that_broke_off_is_no_answer(tmp_path, elements, remark):
    with pytest.raises(InputError, match="not whole; ask again"):
        read_cameras(answer(tmp_path, elements, remark=remark))


def test_of_several_versions_in_an_answer_the_newest_counts(tmp_path):
    path = answer(tmp_path, [
        element(1, 1), element(1, 3, tags={**CAMERA, "height": "6"}), element(1, 2),
        element(2, 1), element(2, 2, visible=False),
    ])  # fmt: skip
    found = read_cameras(path)
    assert found.fleet.heads["mount"].tolist() == [6]
    assert found.counts["left out, older version"] == 3
    assert found.counts["left out, deleted"] == 1
