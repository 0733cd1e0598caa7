"""Optics: ranges from pixels on the target, by hand and by law; the tables and their page."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cameras.fleet import optics_of
from sim.cameras.optics import CAMERA_TYPES, CASES, PIXELS_PER_METRE, TASKS, Optics, camera_type
from sim.errors import InputError

MAKERS = Path(__file__).parent / "makers_dori.csv"
PAGE = Path(__file__).parents[2] / "docs" / "cameras.md"
lenses = st.builds(
    Optics,
    st.integers(320, 8000), st.integers(240, 6000), st.floats(5, 175), st.floats(1.7, 15),
    st.none() | st.floats(-89, 89),
)  # fmt: skip


def test_ranges_of_a_4k_camera_by_hand():
    # 3840 / (2 tan 31°) = 3195.4 px at one metre; / 25 = 127.82 m slant; 2.4 m down
    slant = 3840 / (2 * np.tan(np.radians(31))) / np.array([25, 62.5, 125, 250])
    expected = np.sqrt(slant**2 - 2.4**2)
    lens = Optics(3840, 2160, 62.0, 4.0)
    assert lens.slant_ranges() == pytest.approx(slant, rel=1e-12)
    assert lens.ranges() == pytest.approx(expected, rel=1e-12)
    assert np.round(expected).tolist() == [128, 51, 25, 13]


def test_the_market_cases_are_those_that_published_figures_rest_on():
    assert {
        "weak": Optics(1920, 1080, 90.0, 4.0, projection="rectilinear"),
        "typical": Optics(3840, 2160, 62.0, 4.0),
        "strong": Optics(3840, 2160, 40.0, 5.0),
    } == CASES
    assert PIXELS_PER_METRE == (25.0, 62.5, 125.0, 250.0)
    slant = np.array([38.4, 15.36, 7.68, 3.84])  # 1,920 / 2 tan 45°
    assert CASES["weak"].ranges() == pytest.approx(np.sqrt(slant**2 - 2.4**2), rel=1e-12)
    assert CASES["typical"].near_limit() == pytest.approx(3.1449, abs=1e-4)


def test_panoramic_range_counts_pixels_round_the_circle():
    dome = Optics(4000, 3000, 360.0, 4.0)
    assert dome.ranges()[0] == pytest.approx(np.sqrt((4000 / (2 * np.pi * 25)) ** 2 - 2.4**2))
    assert dome.near_limit() == 0
    assert dome.far_limit() == np.inf
    half = Optics(2000, 3000, 180.0, 4.0)
    assert half.ranges() == pytest.approx(dome.ranges())


def test_the_panoramic_type_is_its_data_sheet_s_circle():
    radial = 2992 / np.radians(182)
    assert CAMERA_TYPES["panoramic"].width_px == round(2 * np.pi * radial)


def test_too_high_for_a_task_means_no_range():
    lens = Optics(640, 480, 90.0, 12.0)
    assert lens.ranges()[3] == 0
    assert "identify" in lens.empty_tasks()


def test_a_task_that_ends_before_the_near_limit_is_empty_and_named():
    lens = Optics(1920, 1080, 65.1, 6.0)  # identify: slant 6.02 m, 4.10 m along; near 5.34 m
    assert lens.slant_ranges()[3] > lens.mount_m - 1.6
    assert lens.near_limit() == pytest.approx(5.338, abs=1e-3)
    assert lens.ranges()[3] == 0
    assert lens.empty_tasks() == ("identify",)
    assert CASES["typical"].empty_tasks() == ()


def test_tilt_by_hand():
    # 40° wide, 16:9: 23.14° high. Tilted 30°: 18.43° … 41.57° below the horizon, 2.4 m down
    lens = Optics(1920, 1080, 40.0, 4.0, tilt=30.0)
    half = np.degrees(np.arctan(np.tan(np.radians(20)) * 9 / 16))
    assert lens.vertical_field_of_view() == pytest.approx(2 * half)
    assert lens.near_limit() == pytest.approx(2.4 / np.tan(np.radians(30 + half)))
    far = 2.4 / np.tan(np.radians(30 - half))
    assert lens.far_limit() == pytest.approx(far)
    assert lens.ranges() == pytest.approx([far] * 4)  # 7.2 m, nearer than any pixel limit
    assert far == pytest.approx(7.2, abs=0.05)


def test_the_usual_tilt_has_the_horizon_at_the_upper_edge():
    plain = CASES["typical"]
    same = replace(plain, tilt=plain.vertical_field_of_view() / 2)
    assert same.near_limit() == pytest.approx(plain.near_limit())
    assert same.far_limit() > 1e9
    assert same.ranges() == pytest.approx(plain.ranges())


def test_a_picture_of_the_sky_or_of_its_own_pole_sees_no_face():
    sky = Optics(1920, 1080, 40.0, 4.0, tilt=-30.0)
    assert sky.near_limit() == np.inf
    assert sky.empty_tasks() == TASKS
    assert optics_of(sky)["near"] == 0  # finite, as a fleet needs; every range is 0
    down = Optics(1920, 1080, 40.0, 4.0, tilt=90.0)
    assert down.near_limit() == 0
    assert 0 < down.far_limit() < 1


def test_field_of_view_from_sensor_and_lens():
    # a 1/2.8" sensor of 5.57 mm behind 4.25 mm: 66.5°, where the data sheet says 65.1°
    lens = Optics.from_lens(5.57, 4.25, 1920, 1080, 4.0)
    assert lens.field_of_view == pytest.approx(2 * np.degrees(np.arctan(5.57 / 8.5)))
    assert lens.field_of_view == pytest.approx(65.1, abs=2)
    for sensor, focal, words in (
        (0, 4, "positive"),
        (5, 0, "positive"),
        (np.nan, 4, "sensor_width_mm: is nan; give a number"),
        (5, np.inf, "focal_mm: is inf; give a number"),
    ):
        with pytest.raises(InputError, match=words):
            Optics.from_lens(sensor, focal, 1920, 1080, 4.0)


def test_an_equidistant_lens_by_hand():
    # 1,920 px over 103° = 1.79769 rad: 1,068.0 px at one metre's radius; / 25 = 42.72 m. 16:9 in
    # equal angles is 57.94° high, so a face 1.4 m below a lens at 3 m is lost nearer than 0.877 m
    lens = Optics(1920, 1080, 103.0, 3.0)
    assert lens.slant_ranges() == pytest.approx([42.7215, 17.0886, 8.5443, 4.2722], abs=1e-4)
    assert lens.ranges()[1] == pytest.approx(np.sqrt(17.0886**2 - 1.4**2), abs=1e-4)
    assert lens.vertical_field_of_view() == pytest.approx(57.9375)
    assert lens.near_limit() == pytest.approx(0.8769, abs=1e-4)
    straight = replace(lens, projection="rectilinear")
    # tan 51.5° = 1.257172: 1,920 / (2 · 1.257172 · 25)
    assert straight.slant_ranges()[0] == pytest.approx(30.5447, abs=1e-4)
    assert straight.near_limit() == pytest.approx(1.4 / (np.tan(np.radians(51.5)) * 2 * 9 / 16)
                                                  * (1 - (np.tan(np.radians(51.5)) * 9 / 16) ** 2),
                                                  abs=1e-9)  # fmt: skip


@pytest.mark.parametrize(
    ("degrees", "drawn"), [(40, "rectilinear"), (80, "rectilinear"), (80.1, "equidistant"),
                           (179, "equidistant")],
)  # fmt: skip
def test_the_field_of_view_decides_where_no_projection_is_stated(degrees, drawn):
    plain = Optics(1920, 1080, degrees, 4.0)
    stated = replace(plain, projection=drawn)
    assert plain.slant_ranges().tolist() == stated.slant_ranges().tolist()
    assert plain.near_limit() == stated.near_limit()
    assert Optics(1920, 1080, 200, 4.0).panoramic


@given(lenses)
def test_at_the_middle_of_the_picture_both_projections_of_one_focal_length_agree(lens):
    """Pixels a metre there are focal length over pixel pitch: the field of view differs."""
    straight, even = (
        Optics.from_lens(5.6, 5.6 / min(np.radians(lens.field_of_view), 3.1), lens.width_px,
                         lens.height_px, lens.mount_m, projection=drawn)
        for drawn in ("rectilinear", "equidistant")
    )  # fmt: skip
    assert straight.slant_ranges() == pytest.approx(even.slant_ranges(), rel=1e-9)
    assert straight.field_of_view < even.field_of_view


def test_a_wide_lens_from_its_focal_length():
    # a 5.57 mm sensor behind 2.8 mm: 89.7° were lines straight, 114° in equal angles; the data
    # sheets of such cameras say 95 to 112°
    assert Optics.from_lens(5.57, 2.8, 1920, 1080, 4.0).field_of_view == pytest.approx(
        113.98, abs=0.01
    )
    straight = Optics.from_lens(5.57, 2.8, 1920, 1080, 4.0, projection="rectilinear")
    assert straight.field_of_view == pytest.approx(89.69, abs=0.01)
    assert Optics.from_lens(5.57, 1.7, 2560, 2560, 4.0).panoramic


def published():
    """Makers' own tables: what a row says, and the slant range of its picture by projection."""
    lines = MAKERS.read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        degrees, width = float(row["field_of_view"]), int(row["width_px"])
        said = np.array([float(row[task] or "nan") for task in TASKS])
        yield row["maker"], row["model"], degrees, width, said


def over_published(width, degrees, said, **drawn):
    """Our slant range to detect over the maker's."""
    return Optics(width, width * 9 // 16, degrees, 4.0, **drawn).slant_ranges()[0] / said[0]


def test_makers_tables_are_those_of_the_standard():
    rows = list(published())
    assert {maker for maker, *_ in rows} == {"Hikvision", "Dahua", "Axis"}
    assert len({model for _, model, *_ in rows}) >= 12
    for _, model, _, _, said in rows:
        # metres are printed rounded, mostly down; observe is 62, 62.5 or 63 px/m
        expected = said[0] * 25 / np.array(PIXELS_PER_METRE)
        assert (np.isnan(said) | (np.abs(said - expected) <= 1.1)).all(), model


def test_wide_lenses_reach_about_as_far_as_their_makers_say():
    wide = [row for row in published() if 80 < row[2] < 180]
    ratio = np.array([over_published(width, deg, said) for _, _, deg, width, said in wide])
    straight = np.array([
        over_published(width, deg, said, projection="rectilinear")
        for _, _, deg, width, said in wide
    ])  # fmt: skip
    assert ((ratio > 0.83) & (ratio < 1.13)).all()
    assert ratio.mean() == pytest.approx(0.95, abs=0.02)
    assert straight.mean() == pytest.approx(0.71, abs=0.02)
    assert (np.abs(np.log(ratio)) < np.abs(np.log(straight))).all()


def test_narrow_lenses_reach_no_farther_than_their_makers_say_by_more_than_a_sixteenth():
    ratio = [over_published(w, deg, said) for _, _, deg, w, said in published() if deg <= 80]
    assert 0.77 < min(ratio) < max(ratio) < 1.0625
    tele = [over_published(w, deg, said) for _, _, deg, w, said in published() if deg < 35]
    assert tele == pytest.approx([1] * 3, abs=0.06)


def test_a_fisheye_reaches_about_as_far_as_its_maker_says():
    (row,) = [row for row in published() if row[2] >= 180]
    _, _, degrees, across, said = row
    # the picture's diameter spans the lens's field; round the horizon there is a whole turn
    lens = Optics(across, across, degrees, 4.0)
    assert lens.slant_ranges()[0] / said[0] == pytest.approx(0.94, abs=0.01)


def test_a_turning_head_sees_with_its_lens_covers_its_sweep_and_shares_its_time():
    fixed = Optics(1920, 1080, 60.0, 4.0)
    turning = replace(fixed, sweep=360.0)
    assert turning.ranges().tolist() == fixed.ranges().tolist()
    assert (fixed.covered_angle, fixed.duty) == (60.0, 1.0)
    assert (turning.covered_angle, turning.duty) == (360.0, pytest.approx(1 / 6))
    assert replace(turning, mean_duty=0.5).duty == 0.5
    assert replace(turning, mean_duty=0.0).duty == 0.0
    columns = optics_of(turning)
    assert (columns["field_of_view"], columns["duty"]) == (360.0, pytest.approx(1 / 6))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"mount_m": 1.6}, "raise the camera"),
        ({"mount_m": np.nan}, "mount_m: is nan; give a number"),
        ({"mount_m": np.inf}, "mount_m: is inf; give a number"),
        ({"width_px": 0}, "no pixels"),
        ({"field_of_view": 0.0}, "field of view"),
        ({"field_of_view": 361.0}, "field of view"),
        ({"field_of_view": np.nan}, "field_of_view: is nan; give a number"),
        ({"tilt": 91.0}, "tilt"),
        ({"tilt": np.nan}, "tilt"),
        ({"sweep": 50.0}, "sweep"),
        ({"sweep": 400.0}, "sweep"),
        ({"mean_duty": 0.5}, "duty"),
        ({"sweep": 360.0, "mean_duty": 1.5}, "duty"),
        ({"field_of_view": 360.0, "tilt": 10.0}, "panoramic"),
        ({"field_of_view": 360.0, "sweep": 360.0}, "panoramic"),
        ({"projection": "fisheye"}, "rectilinear, equidistant, panoramic"),
        ({"projection": "panoramic"}, "is not panoramic"),
        ({"field_of_view": 200.0, "projection": "equidistant"}, "is not equidistant"),
    ],
)
def test_impossible_cameras_are_refused_in_one_line(wrong, words):
    with pytest.raises(InputError, match=words) as refused:
        Optics(**{"width_px": 1920, "height_px": 1080, "field_of_view": 90.0, "mount_m": 4.0}
               | wrong)  # fmt: skip
    assert "\n" not in str(refused.value)


@given(lenses)
def test_tasks_are_nested_and_inside_the_picture(lens):
    ranges, near, far = lens.ranges(), lens.near_limit(), lens.far_limit()
    assert (np.diff(ranges) <= 0).all()
    assert (ranges <= np.minimum(far, lens.slant_ranges())).all()
    assert ((ranges == 0) | (ranges > near)).all()
    assert near >= 0
    assert near <= far or lens.empty_tasks() == TASKS
    assert [task in lens.empty_tasks() for task in TASKS] == (ranges == 0).tolist()


@given(lenses)
def test_twice_the_pixels_of_the_same_shape_reach_no_less_far(lens):
    finer = replace(lens, width_px=2 * lens.width_px, height_px=2 * lens.height_px)
    assert (finer.ranges() >= lens.ranges()).all()
    assert (finer.near_limit(), finer.far_limit()) == (lens.near_limit(), lens.far_limit())


@given(lenses)
def test_a_narrower_lens_of_the_same_sensor_sees_farther(lens):
    narrower = replace(lens, field_of_view=lens.field_of_view / 2)
    assert (narrower.slant_ranges() > lens.slant_ranges()).all()


def test_the_three_cases_are_ordered():
    reach = [CASES[case].ranges() for case in ("weak", "typical", "strong")]
    assert (reach[0] < reach[1]).all()
    assert (reach[1] < reach[2]).all()


def test_classes_beside_the_market_cases_change_one_thing_of_typical():
    typical = CASES["typical"]
    assert CAMERA_TYPES["two_megapixel"] == replace(typical, width_px=1920, height_px=1080)
    assert CAMERA_TYPES["typical_low"] == replace(typical, mount_m=3.0)
    assert CAMERA_TYPES["typical_high"] == replace(typical, mount_m=8.0)
    half = typical.slant_ranges() / 2
    assert CAMERA_TYPES["two_megapixel"].slant_ranges() == pytest.approx(half)


def test_types_are_found_by_name():
    assert tuple(CAMERA_TYPES)[:3] == tuple(CASES)
    assert camera_type("ptz").duty < 1
    with pytest.raises(InputError, match=r"fisheye.*panoramic") as refused:
        camera_type("fisheye", "cameras.optics")
    assert refused.value.key == "cameras.optics"


def test_the_table_of_the_page_is_what_the_types_give():
    rows = re.findall(r"^\| `(\w+)` \|(.+)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name, _ in rows] == list(CAMERA_TYPES)
    for name, text in rows:
        lens = CAMERA_TYPES[name]
        cells = [cell.strip() for cell in text.split("|")]
        ranges = [f"{reach:.1f}" for reach in lens.ranges()]
        assert cells[4:] == [f"{lens.near_limit():.1f}", *ranges, f"{lens.duty:.2f}"], name
        size = "" if lens.panoramic else f" × {lens.height_px:,}"
        assert cells[1] == f"{lens.width_px:,}{size}", name
        assert cells[2] == f"{lens.covered_angle:g}°", name
        assert cells[3] == f"{lens.mount_m:g}", name
