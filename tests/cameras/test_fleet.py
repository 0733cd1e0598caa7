"""The fleet: what a table of one's own is filled with, what is refused, sites and empty tasks."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.cameras.fleet import HEAD_COLUMNS, MOUNTS, OPTICS_COLUMNS, OWNERS, Fleet, optics_of
from sim.cameras.optics import CAMERA_TYPES, TASKS
from sim.city.decks import DECKS
from sim.errors import InputError, InputErrors
from sim.placement.placing import place
from sim.sight.scene import fields_of

CRS = "EPSG:2326"
FIVE = [(0, 0), (0, 0), (5, 0), (5, 0), (9, 9)]


def table(points=FIVE, crs=CRS, **columns):
    x, y = np.array(points, float).reshape(-1, 2).T
    columns = {"heading": 90.0, "camera_type": "typical"} | columns
    columns = {name: value for name, value in columns.items() if value is not None}
    return gpd.GeoDataFrame(
        pd.DataFrame(columns, index=range(len(points))), geometry=gpd.points_from_xy(x, y), crs=crs
    )


def test_a_table_of_points_headings_and_types_is_a_fleet():
    fleet = Fleet.from_heads(table(camera_type=["typical", "ptz", "weak", "panoramic", "dome"]))
    heads = fleet.heads
    assert tuple(heads.columns) == HEAD_COLUMNS
    assert heads["rank"].tolist() == [1, 2, 3, 4, 5]
    assert heads["site"].tolist() == [0, 0, 1, 1, 2]
    assert heads["x"].tolist() == [0, 0, 5, 5, 9]
    assert set(heads["owner"]) == {"other"}
    assert set(heads["mounted_on"]) == {"unknown"}
    assert set(heads["year"]) == {0}
    for row, name in enumerate(heads["camera_type"]):
        assert heads.loc[row, list(OPTICS_COLUMNS)].to_dict() == optics_of(CAMERA_TYPES[name])
    assert heads["duty"].tolist() == pytest.approx([1, 65.1 / 360, 1, 1, 1])
    fields_of(fleet.arrays)  # sight takes it


def test_what_is_given_is_kept():
    given = table(rank=[3, 8, 9, 20, 21], site=[7, 7, 1, 2, 3], owner="police", mount=6.5,
                  year=2025, deck="footbridge", mounted_on="wall", lens_maker="x")  # fmt: skip
    fleet = Fleet.from_heads(given, {"refused": 2})
    assert fleet.heads["rank"].tolist() == [3, 8, 9, 20, 21]
    assert fleet.heads["site"].tolist() == [7, 7, 1, 2, 3]
    assert set(fleet.heads["mount"]) == {6.5}
    assert set(fleet.heads["deck"]) == {"footbridge"}
    assert fleet.arrays.deck.tolist() == [DECKS.index("footbridge")] * 5
    assert "lens_maker" not in fleet.heads
    assert fleet.report == {"refused": 2}
    assert "owner" in given  # and the table itself is left alone
    again = Fleet.from_heads(fleet.heads)
    pd.testing.assert_frame_equal(again.heads, fleet.heads)


def test_missing_values_take_the_same_defaults_as_missing_columns():
    heads = Fleet.from_heads(
        table(
            owner=["police", None] * 2 + [None],
            year=[2025, np.nan] * 2 + [0],
            linked=[True, None] * 2 + [False],
        )
    )
    assert heads.heads["owner"].tolist() == ["police", "other", "police", "other", "other"]
    assert heads.heads["year"].tolist() == [2025, 0, 2025, 0, 0]
    assert heads.heads["linked"].tolist() == [True, False, True, False, False]


def test_heads_that_look_all_round_need_no_heading():
    fleet = Fleet.from_heads(table(heading=None, camera_type="panoramic"))
    assert set(fleet.heads["heading"]) == {0.0}
    with pytest.raises(InputError, match="heading"):
        Fleet.from_heads(table(heading=None))


def test_a_fleet_may_be_empty():
    assert len(Fleet.from_heads(table([]))) == 0


OPTICS = optics_of(CAMERA_TYPES["typical"])


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("rank", [1, 2, 2, 3, 4], "row 3: rank 2"),
        ("rank", [5, 4, 3, 2, 1], "row 2: rank 4"),
        ("rank", [0, 1, 2, 3, 4], "row 1: rank 0"),
        ("rank", [1, 2, 3, 4, 2**31 - 1], "row 5: rank"),
        ("rank", [1, 2, 2.5, 3, 4], "row 3: rank 2.5"),
        ("area_rank", 1, "row 2: area_rank 1"),
        ("site", -1, "site -1"),
        ("heading", 360.0, "heading 360.0"),
        ("heading", [0, 0, -0.1, 0, 0], "row 3: heading -0.1"),
        ("heading", "north", "heading north"),
        ("heading", np.nan, "heading nan"),
        ("mount", 1.6, "mount 1.6"),
        ("mount", np.inf, "mount inf"),
        ("field_of_view", 0.0, "field_of_view 0.0"),
        ("field_of_view", 360.5, "field_of_view 360.5"),
        ("near", -1.0, "near -1.0"),
        ("near", np.inf, "near inf"),
        ("range_detect", 2e5, "range_detect"),
        ("range_observe", 500.0, "range_observe 500.0"),
        ("range_identify", -1.0, "range_identify -1.0"),
        ("duty", 1.1, "duty 1.1"),
        ("duty", np.nan, "duty nan"),
        ("owner", "nobody", "police, department"),
        ("deck", "roof", "footbridge"),
        ("mounted_on", "kite", "traffic light"),
        ("year", -3, "year -3"),
        ("linked", "yes", "linked yes is not True or False"),
        ("year", 99999, "year 99999"),
    ],
)
def test_what_is_wrong_is_named_with_its_first_row(column, value, words):
    with pytest.raises(InputErrors, match=words) as refused:
        Fleet.from_heads(table(**({**OPTICS, column: value})))
    (line,) = refused.value.lines
    assert "\n" not in line
    assert line.startswith("cameras: row ")


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(InputErrors) as refused:
        Fleet.from_heads(table(heading=400.0, owner="x", duty=2.0))
    assert len(refused.value.lines) == 3


@pytest.mark.parametrize(
    ("heads", "words"),
    [
        (lambda: table(crs="EPSG:4326"), "projected"),
        (lambda: table(crs=None), "projected"),
        (lambda: table(camera_type="no such"), "unknown camera type"),
        (lambda: table(camera_type=None), "no column mount"),
        (lambda: table(camera_type=["typical", None, "weak", "weak", "weak"]), "no column mount"),
        (lambda: table().set_geometry([None] * 5, crs=CRS), "no point"),
        (lambda: table().set_geometry(table().buffer(1)), "no point"),
    ],
)
def test_what_cannot_be_filled_is_refused(heads, words):
    with pytest.raises(InputError, match=words):
        Fleet.from_heads(heads())


def test_sites_come_in_order_of_their_first_rank():
    fleet = Fleet.from_heads(table(site=[4, 4, 1, 4, 0], mounted_on="lamp post"))
    sites = fleet.sites
    assert sites["site"].tolist() == [4, 1, 0]
    assert sites["heads"].tolist() == [3, 1, 1]
    assert sites["rank"].tolist() == [1, 3, 5]
    assert sites.geometry.x.tolist() == [0, 5, 9]
    assert sites.crs == fleet.heads.crs
    assert set(sites["mounted_on"]) == {"lamp post"}


def test_empty_tasks_are_counted():
    fleet = Fleet.from_heads(
        table(**(OPTICS | {"range_identify": [0, 2, 3, 5, 12], "range_recognise": 20.0}))
    )
    assert fleet.heads["near"][0] == pytest.approx(3.145, abs=1e-3)
    assert fleet.empty_tasks == {"detect": 0, "observe": 0, "recognise": 0, "identify": 3}
    assert tuple(fleet.empty_tasks) == TASKS


def test_a_placed_fleet_passes_its_own_checks():
    city = sim.load_city("mong_kok_core")
    fleet = place(city, 4_000)
    again = Fleet.from_heads(fleet.heads)
    assert tuple(fleet.heads.columns) == HEAD_COLUMNS
    for name in HEAD_COLUMNS:
        assert (again.heads[name] == fleet.heads[name]).all(), name
    assert set(fleet.heads["mounted_on"]) <= set(MOUNTS)
    assert set(fleet.heads["owner"]) <= set(OWNERS)
    assert fleet.sites["heads"].sum() == len(fleet)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(list(CAMERA_TYPES)), st.integers(1, 30))
def test_every_type_makes_a_fleet_that_sight_takes(name, count):
    fleet = Fleet.from_heads(table([(i, 0) for i in range(count)], camera_type=name))
    assert len(fleet) == count
    fields = fields_of(fleet.arrays)
    assert (np.diff(fields.reach, axis=1) <= 0).all()
