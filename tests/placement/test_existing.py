"""Cameras that stand already come first, as they are; mobile ones are counted and left out."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point

import sim
from sim.cameras.fleet import OPTICS_COLUMNS, Fleet
from sim.errors import InputError
from sim.placement.parameters import Objective


@pytest.fixture(scope="module")
def city():
    return sim.load_city("mong_kok_core")


@pytest.fixture(scope="module")
def standing(city):
    middle = city.area.polygon.centroid
    spots = [Point(middle.x + 40 * k, middle.y - 25 * k) for k in range(5)]
    far = Point(middle.x + 90_000, middle.y)
    table = gpd.GeoDataFrame(
        {"heading": [10.0, 20, 30, 40, 50, 60], "camera_type": "fixed_bullet", "status": "mapped"},
        geometry=[*spots, far], crs=city.streets.crs,
    )  # fmt: skip
    return Fleet.from_heads(table)


def placed(city, **options):
    return sim.place(city, 60_000, seed=7, **options)


def test_what_stands_takes_the_first_ranks_of_the_region(city, standing):
    alone, fleet = placed(city), placed(city, existing=standing)
    heads = fleet.heads
    assert fleet.arrays.rank.tolist() == alone.arrays.rank.tolist()
    assert heads["status"].tolist()[:5] == ["mapped"] * 5
    assert set(heads["status"][5:]) == {"simulated"}
    assert heads["heading"].tolist()[:5] == [10.0, 20, 30, 40, 50]
    columns = [*OPTICS_COLUMNS, "camera_type", "mounted_on"]
    assert heads[columns][:5].equals(standing.heads[columns][:5])
    assert alone.report["existing"] == alone.report["existing_elsewhere"] == 0
    assert fleet.report["existing"] == 5
    assert fleet.report["existing_elsewhere"] == 1
    assert list(heads) == list(alone.heads)
    assert heads.index.tolist() == list(range(len(heads)))
    # a pole of its own for each, and the strategy goes on with its first choices
    assert heads["site"][:5].nunique() == 5
    assert heads["site"][5:].min() == 5
    columns = ["x", "y", "heading"]
    chosen = set(alone.heads[columns].itertuples(index=False, name=None))
    assert set(heads[columns][5:].itertuples(index=False, name=None)) <= chosen


def test_only_what_stands(city, standing):
    fleet = placed(city, strategy="existing", existing=standing)
    assert len(fleet) == 5
    with pytest.raises(InputError, match="existing: FILE"):
        placed(city, strategy="existing")


def test_more_than_announced_are_cut_off(city, standing):
    fleet = sim.place(city, 100, seed=7, existing=standing)
    assert len(fleet) == fleet.report["on_streets"] < 5


def test_another_projection_is_brought_here(city, standing):
    moved = Fleet(standing.heads.to_crs(32650))
    fleet = placed(city, existing=moved)
    assert np.allclose(fleet.heads["x"][:5], standing.heads["x"][:5], atol=1e-3)


def test_mobile_cameras_are_counted_and_left_out(city):
    fleet, none = placed(city, mobile_share=0.25), placed(city)
    counts = fleet.report
    assert counts["mobile"] == pytest.approx(counts["announced"] / 4, abs=1)
    assert len(fleet) + counts["mobile"] + counts["not_on_streets"] == counts["announced"]
    assert none.report["mobile"] == 0
    assert set(fleet.arrays.rank) <= set(none.arrays.rank)


def test_types_are_mixed_in_turn(city):
    fleet = placed(city, optics={"typical": 2, "ptz": 1})
    kinds = fleet.heads["camera_type"]
    for count in (3, 30, 300):
        assert (kinds[:count] == "ptz").sum() == count / 3
    turning = fleet.heads[kinds == "ptz"]
    assert set(turning["field_of_view"]) == {360.0}
    assert (turning["duty"] < 1).all()


def test_greedy_builds_on_what_stands(city, standing):
    aims = Objective(task="observe")
    with_them = placed(city, strategy="greedy_cover", existing=standing, aims=aims)
    fewer = Fleet(with_them.heads[5:].reset_index(drop=True))
    whole, part = (sim.see(city, f).first_seen.coverage(60_000) for f in (with_them, fewer))
    assert whole["observe"] > part["observe"]


def test_an_empty_mix_and_an_unknown_type_are_refused(city):
    with pytest.raises(InputError, match="unknown camera type"):
        placed(city, optics="webcam")
    with pytest.raises(InputError, match="weight above 0"):
        placed(city, strategy={"random": 0.0})


def test_a_fleet_can_be_changed_and_seen_again(city, standing):
    turned = replace(standing, heads=standing.heads[:5].assign(heading=0.0))
    assert sim.see(city, turned).first_seen.coverage(5)["detect"] > 0
