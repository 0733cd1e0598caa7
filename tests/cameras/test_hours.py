"""By night every task needs more pixels: ranges by hand, by the lens, and by law."""

from dataclasses import replace
from typing import get_args

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.cameras.fleet import Fleet, optics_of
from sim.cameras.hours import PIXEL_FACTORS, at_hours
from sim.cameras.optics import CAMERA_TYPES, PIXELS_PER_METRE, Optics
from sim.cameras.software import SOFTWARE_CASES
from sim.cameras.tasks import Hours

NEED = np.array(PIXELS_PER_METRE)


def fleet_of(lenses):
    """A fleet of one head a lens."""
    table = [{"heading": 0.0, "camera_type": "typical", **optics_of(lens)} for lens in lenses]
    points = gpd.points_from_xy(np.arange(len(table)) + 835000.0, np.full(len(table), 820000.0))
    return Fleet.from_heads(gpd.GeoDataFrame(table, geometry=points, crs="EPSG:2326"))


def by_lens(lens, factor):
    """Ranges of a lens at a multiple of the pixels, as `Optics.ranges` has them by day."""
    squared = lens.slant_range(factor * NEED) ** 2 - (lens.mount_m - 1.6) ** 2
    reach = np.minimum(np.sqrt(np.maximum(squared, 0)), lens.far_limit())
    return np.where(reach > lens.near_limit(), reach, 0)


def test_the_table_has_the_hours_of_a_scenario():
    assert tuple(PIXEL_FACTORS) == get_args(Hours) == ("day", "night")
    assert PIXEL_FACTORS["day"] == 1
    assert PIXEL_FACTORS["night"] == 2


def test_a_4k_camera_by_hand():
    # 3,195.4 px at one metre: recognise 25.56 m slant by day, 12.78 at 250 px/m, 2.4 m down
    fleet = fleet_of([CAMERA_TYPES["typical"]])
    night = at_hours(fleet, "night").arrays.reach[0]
    assert night == pytest.approx([63.86, 25.45, 12.55, 5.92], abs=0.01)
    assert at_hours(fleet, "day") is fleet


def test_every_type_sees_as_its_lens_does():
    lenses = [*CAMERA_TYPES.values(), replace(CAMERA_TYPES["typical"], tilt=25.0)]
    fleet = fleet_of(lenses)
    night = at_hours(fleet, "night")
    expected = np.array([by_lens(lens, 2) for lens in lenses])
    assert night.arrays.reach == pytest.approx(expected, rel=1e-9)
    assert (night.arrays.near == fleet.arrays.near).all()
    # software needs twice as many, too
    for case in SOFTWARE_CASES.values():
        harder = replace(case, pupil_px=2 * case.pupil_px)
        for found, alike in zip(case.intervals(night), harder.intervals(fleet), strict=True):
            assert found == pytest.approx(alike, rel=1e-9)


LENSES = st.builds(
    Optics, st.integers(320, 8000), st.integers(240, 6000), st.floats(5, 360), st.floats(1.7, 15)
)


@given(LENSES)
@settings(max_examples=20, deadline=None)
def test_nobody_sees_farther_by_night(lens):
    day = fleet_of([lens])
    night = at_hours(day, "night").arrays.reach
    assert (night <= day.arrays.reach).all()
    assert (np.diff(night, axis=1) <= 0).all()
    assert night[0] == pytest.approx(by_lens(lens, 2), rel=1e-6)


def test_no_heads_see_nothing():
    fleet = fleet_of([CAMERA_TYPES["typical"]])
    nobody = Fleet(fleet.heads.iloc[:0])
    assert len(at_hours(nobody, "night")) == 0
