"""Where software could read a plate: by hand, laws, and every number with a source."""

import math

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cameras.fleet import Fleet
from sim.cameras.optics import CAMERA_TYPES, facts_table
from sim.cameras.plates import PLATE_CASES, PlateCase
from sim.errors import InputError


def fleet_of(kinds):
    y = 820_000.0 + 50 * np.arange(len(kinds))
    points = gpd.points_from_xy(np.full(len(kinds), 835_000.0), y)
    table = {"heading": 90.0, "camera_type": kinds}
    return Fleet.from_heads(gpd.GeoDataFrame(table, geometry=points, crs="EPSG:2326"))


def test_by_hand_for_the_typical_lens_and_case():
    """4K across 62° at 4 m: 250 px/m at a slant of 12.78 m; 30° down ends at 6.06 m."""
    near, far = PLATE_CASES["typical"].intervals(fleet_of(["typical"]))
    slant = 3840 / (2 * math.tan(math.radians(31)) * 250)
    assert far[0] == pytest.approx(math.sqrt(slant**2 - 3.5**2))
    assert near[0] == pytest.approx(3.5 / math.tan(math.radians(30)))
    lenient = PLATE_CASES["lenient"].intervals(fleet_of(["typical"]))[1][0]
    slant = 3840 / (2 * math.tan(math.radians(31)) * 15 / 0.11)
    assert lenient == pytest.approx(math.sqrt(slant**2 - 3.5**2))
    strict = PLATE_CASES["strict"].intervals(fleet_of(["typical"]))
    assert (strict[0][0], strict[1][0]) == (0.0, 0.0)  # 10.8 m near, 9.1 m far


def test_heads_above_the_highest_read_nothing():
    low = PlateCase("low", 100, 30, 30, 5.0, {})
    near, far = low.intervals(fleet_of(["typical", "typical_high"]))
    assert far[0] > near[0] > 0
    assert far[1] == near[1] == 0


ALL = fleet_of(sorted(CAMERA_TYPES))


@given(st.floats(20, 400), st.floats(1, 3))
def test_more_pixels_never_reach_farther(px, times):
    less, more = (PlateCase("any", need, 30, 30, 20, {}).intervals(ALL)[1]
                  for need in (px, px * times))  # fmt: skip
    assert (more <= less + 1e-9).all()


def test_every_number_has_a_source_and_the_first_case_needs_least():
    for row in facts_table("plates.csv"):
        assert all(row[f"{name}_source"] for name in ("px", "over", "angle", "height"))
    needs = [case.px_per_m for case in PLATE_CASES.values()]
    assert needs == sorted(needs)


@pytest.mark.parametrize(
    "wrong", [(0, 30, 30, 20), (100, 90, 30, 20), (100, 30, 90, 20), (100, 30, 30, 0.4)]
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(InputError, match="plates"):
        PlateCase("wrong", *wrong, {})
