"""Lists of cameras: columns by name, positions checked, complaints with their line."""

import numpy as np
import pandas as pd
import pytest
from city.drawn import shared
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.cameras.lists import FIELDS, TAGS, read_list
from sim.cameras.real import read_cameras
from sim.errors import InputError


def written(path, text):
    path = path / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_columns_of_a_list_become_heads(tmp_path):
    cameras = read_cameras(written(
        tmp_path,
        "lon,lat,heading,height,owner,type,mounted_on,year,name,id,fov,tilt\n"
        "114.17,22.32,90;N-E,6,police,fixed,lamp post,2026,旺角,A1,40,10\n"
        "114.171,22.321,junk,,,dome,,,,,,\n",
    ))  # fmt: skip
    heads = cameras.fleet.heads
    assert heads["site"].tolist() == [0, 0, 1]
    assert heads["field_of_view"].tolist() == [40, 90, 360]
    assert heads["mount"].tolist() == [6, 6, 4]
    assert heads["owner"].tolist() == ["police", "police", "other"]
    assert heads["mounted_on"].tolist() == ["lamp post", "lamp post", "unknown"]
    assert heads["year"].tolist() == [2026, 2026, 0]
    assert set(heads["status"]) == {"listed"}
    assert cameras.sites["source"].tolist() == ["row 2", "row 3"]
    assert cameras.sites[["name", "ref"]].iloc[0].tolist() == ["旺角", "A1"]
    refused = cameras.table.query("outcome == 'refused'")
    assert refused[["source", "key", "value"]].to_numpy().tolist() == [
        ["row 3", "camera:direction", "junk"]
    ]


@pytest.mark.parametrize(("crs", "columns"), [(None, None), ("EPSG:2326", None),
                                              ("epsg:32650", {"x": "E", "y": "n"})])  # fmt: skip
def test_metres_are_read_where_the_system_is_known(tmp_path, crs, columns):
    text = "easting,northing\n835500,820000\n" if columns is None else "e,n\n207000,2470000\n"
    (thing,) = read_list(written(tmp_path, text), columns, crs).things
    assert thing.longitude == pytest.approx(114.16, abs=0.02)
    assert thing.latitude == pytest.approx(22.31, abs=0.02)


def test_two_positions_that_disagree_are_a_guess(tmp_path):
    text = "lon,lat,x,y\n114.1694,22.3193,835500,820000\n114.1694,22.3193,836000,820000\n"
    path = written(tmp_path, text)
    first, second = (note.source for note in read_list(path).notes)
    assert (first, second) == ("row 2", "row 3")
    plain = read_list(written(tmp_path, "lon,lat,x,y\n114.1694,22.3193,5,5\n"))
    assert plain.notes[0].reason.startswith("system unknown")
    assert plain.things[0].longitude == 114.1694


def test_columns_can_be_named(tmp_path):
    path = written(tmp_path, "Ost;Nord;Blick;rest\n114.17;22.32;90;1\n")
    things, notes = read_list(path, {"lon": "ost", "lat": "Nord", "heading": "Blick"})
    assert things[0].tags["camera:direction"] == "90"
    assert [(note.key, note.reason) for note in notes] == [("rest", "column not used")]


def test_a_parquet_list_is_read_as_a_csv_is(tmp_path):
    table = pd.DataFrame({"lon": [114.17], "lat": [22.32], "heading": [90.0], "year": [2026]})
    table.to_parquet(tmp_path / "list.parquet")
    table.to_csv(tmp_path / "list.csv", index=False)
    one, other = (read_cameras(tmp_path / f"list.{s}").fleet.heads for s in ("parquet", "csv"))
    assert one.drop(columns="geometry").equals(other.drop(columns="geometry"))
    assert one["year"].item() == 2026


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("a,b\n1,2\n", {}, ":1: no columns lon, lat or x, y"),
        ("lon\n1\n", {}, ":1: column lon without lat"),
        ("lon,lat\n114,22\nx,22\n", {}, ':3: lon: "x" is not a number'),
        ("lon,lat\n114,22\n,22\n", {}, ":3: lon"),
        ("lon,lat\n22,114\n", {}, ":2: longitude 22, latitude 114 .*swapped"),
        ("lon,lat\n114\n", {}, ":2: 1 value under 2"),
        ("lon,lat\n", {}, "no rows"),
        ("lon,lon\n1,2\n", {}, "stands twice"),
        ("x,y\n5,5\n", {}, ":1: x, y are of an unknown system"),
        ("x,y\n5,5\n", {"crs": "EPSG:5773"}, "crs"),
        ("x,y\n5,5\n", {"crs": "EPSG:999999"}, "crs"),
        ("x,y\n5,5\n", {"crs": "/etc/passwd"}, "crs"),
        ("x,y\n1e300,5\n", {"crs": "EPSG:2326"}, ":2: "),
        ("lon,lat\n1,2\n", {"columns": {"heading": "b"}}, 'no column "b" for heading'),
        ("lon,lat\n1,2\n", {"columns": {"speed": "b"}}, 'unknown field "speed"'),
        ("", {}, "empty"),
    ],
)
def test_bad_lists_are_one_line(tmp_path, text, options, said):
    with pytest.raises(InputError, match=said) as raised:
        read_list(written(tmp_path, text), **options)
    assert "\n" not in str(raised.value)


def test_every_field_that_is_no_position_has_a_tag():
    assert set(FIELDS) == {*TAGS, "lon", "lat", "x", "y"}


def test_the_210_of_the_transport_department():
    path = shared("cameras/traffic_cameras_2019.csv")
    cameras = read_cameras(path)
    heads = cameras.fleet.heads
    assert len(heads) == len(cameras.sites) == cameras.counts["any way"] == 210
    assert str(heads.crs) == "EPSG:2326"
    assert set(heads["owner"]) == {"transport"}
    assert set(heads["status"]) == {"listed"}
    table = pd.read_csv(path)
    apart = np.hypot(heads["x"] - table["easting"], heads["y"] - table["northing"])
    moved = cameras.table.query("key == 'position'")
    assert (apart > 1).sum() == len(moved) == 7
    assert moved["reason"].str.contains("8,306 m").sum() == 1
    assert cameras.sites["ref"].tolist() == table["key"].tolist()


CELL = st.text(max_size=6) | st.sampled_from(["114.17", "22.32", "90", "x", '"', "=1", "1e999"])


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.sampled_from([*FIELDS, "", "a", "easting"]), min_size=1, max_size=5),
    st.lists(st.lists(CELL, min_size=1, max_size=5), max_size=4),
    st.sampled_from([None, "EPSG:2326", "EPSG:4326", "x"]),
)
def test_any_table_ends_as_a_fleet_or_one_line(tmp_path_factory, names, rows, crs):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    lines = [",".join(names), *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    try:
        cameras = read_cameras(path, crs=crs)
    except InputError as error:
        said = str(error)
    else:
        said = ""
        assert len(cameras.fleet) >= len(cameras.sites) > 0
    assert "\n" not in said
