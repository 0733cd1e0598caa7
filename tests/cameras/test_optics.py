"""Optics: ranges from pixels on the target, by hand and by law."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cameras.optics import CASES, Optics
from sim.errors import InputError


def test_ranges_of_a_4k_camera_by_hand():
    # 3840 / (2 tan 31°) = 3195.4 px at one metre; / 25 = 127.82 m slant; 2.4 m down
    slant = 3840 / (2 * np.tan(np.radians(31))) / np.array([25, 62.5, 125, 250])
    expected = np.sqrt(slant**2 - 2.4**2)
    assert Optics(3840, 2160, 62.0, 4.0).ranges() == pytest.approx(expected, rel=1e-12)
    assert np.round(expected).tolist() == [128, 51, 25, 13]


def test_panoramic_range_counts_pixels_round_the_circle():
    dome = Optics(4000, 3000, 360.0, 4.0)
    assert dome.ranges()[0] == pytest.approx(np.sqrt((4000 / (2 * np.pi * 25)) ** 2 - 2.4**2))
    assert dome.near_limit() == 0


def test_too_high_for_a_task_means_no_range():
    assert Optics(640, 480, 90.0, 12.0).ranges()[3] == 0


def test_a_camera_no_higher_than_a_face_is_refused():
    with pytest.raises(InputError, match="raise the camera"):
        Optics(1920, 1080, 90.0, 1.6).ranges()


@given(st.integers(320, 8000), st.floats(5, 360), st.floats(1.7, 15))
def test_tasks_are_nested_and_more_pixels_reach_further(width, fov, mount):
    lens = Optics(width, width // 2, fov, mount)
    ranges = lens.ranges()
    assert (np.diff(ranges) <= 0).all()
    assert (Optics(width + 100, width // 2, fov, mount).ranges() >= ranges).all()
    assert lens.near_limit() >= 0


def test_the_three_cases_are_ordered():
    reach = [CASES[case].ranges() for case in ("weak", "typical", "strong")]
    assert (reach[0] < reach[1]).all()
    assert (reach[1] < reach[2]).all()
