"""What software could read: the interval of every lens and case, by hand and by an oracle."""

import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cameras.fleet import Fleet, optics_of
from sim.cameras.optics import CAMERA_TYPES, TASKS, Optics
from sim.cameras.software import PUPILS_M, REFERENCE_CASE, SOFTWARE_CASES, SoftwareCase
from sim.errors import InputError
from tests.oracles.software import readable, rows

PAGE = Path(__file__).parents[2] / "docs" / "cameras.md"
LENSES, CASES = rows("camera_types.csv"), rows("software.csv")
cases = st.sampled_from(sorted(SOFTWARE_CASES))
lenses = st.builds(
    Optics,
    st.integers(320, 8000), st.integers(240, 6000), st.floats(5, 360), st.floats(1.7, 15),
)  # fmt: skip


def test_the_cases_are_those_of_the_model():
    needs = {c.name: (c.pupil_px, c.pitch, c.turn) for c in SOFTWARE_CASES.values()}
    assert needs == {"lenient": (24, 30, 30), "typical": (32, 15, 15), "strict": (40, 15, 15)}
    assert REFERENCE_CASE == "lenient" == next(iter(SOFTWARE_CASES))
    assert PUPILS_M == 0.063


def test_every_number_has_a_source_or_is_called_an_assumption():
    rates = rows("recognition.csv")
    for case in SOFTWARE_CASES.values():
        assert set(case.sources) == {"pupil", "pitch", "turn", "hit"}
        assert all(len(words) > 10 for words in case.sources.values())
        assert case.hit_rate == float(rates[CASES[case.name]["hit_from"]]["hit_rate"])


def test_the_typical_lens_by_hand():
    # 3,195.4 px at one metre; 24 px over 0.063 m are 380.95 px/m: 8.388 m slant, 2.4 m down,
    # 8.037 m along; 30° down to a face 2.4 m below are 4.157 m, above the near limit of 3.145 m
    near, far = SOFTWARE_CASES["lenient"].interval(CAMERA_TYPES["typical"])
    assert (near, far) == pytest.approx((4.1569, 8.0372), abs=1e-4)
    # 32 px: 6.291 m slant, 5.815 m along, but 15° down are 8.957 m
    assert SOFTWARE_CASES["typical"].interval(CAMERA_TYPES["typical"]) == (0, 0)


@pytest.mark.parametrize("case", sorted(CASES))
@pytest.mark.parametrize("lens", sorted(LENSES))
def test_the_interval_of_every_lens_and_case_holds_what_the_oracle_can_read(lens, case):
    near, far = SOFTWARE_CASES[case].interval(CAMERA_TYPES[lens])
    asked = np.arange(0.005, 40, 0.01)
    can = np.array([readable(LENSES[lens], CASES[case], metres) for metres in asked])
    assert can.tolist() == ((near <= asked) & (asked <= far)).tolist()
    if far > 0:
        edges = [near - 1e-9, near + 1e-9, far - 1e-9, far + 1e-9]
        found = [readable(LENSES[lens], CASES[case], metres) for metres in edges]
        assert found == [False, True, True, False]
    else:
        assert (near, far) == (0, 0)
        assert not can.any()


@given(lenses, cases)
def test_it_lies_within_what_can_be_identified(lens, name):
    near, far = SOFTWARE_CASES[name].interval(lens)
    assert near == far == 0 or lens.near_limit() <= near < far <= lens.ranges()[-1]


@given(lenses, cases, st.floats(1, 3), st.floats(0.2, 1))
def test_software_that_needs_more_reads_no_more(lens, name, times, part):
    case = SOFTWARE_CASES[name]
    harder = replace(case, pupil_px=case.pupil_px * times, pitch=case.pitch * part)
    near, far = case.interval(lens)
    closer, farther = harder.interval(lens)
    assert closer == farther == 0 or near <= closer < farther <= far


def test_the_heads_of_a_fleet_have_the_intervals_of_their_lenses():
    names = sorted(CAMERA_TYPES)
    fleet = _fleet([{"camera_type": name} for name in names])
    for case in SOFTWARE_CASES.values():
        near, far = case.intervals(fleet)
        expected = np.array([case.interval(CAMERA_TYPES[name]) for name in names])
        assert np.stack([near, far], axis=1) == pytest.approx(expected, rel=1e-12)


def test_a_picture_that_ends_below_the_horizon_ends_the_interval_too():
    lens = replace(CAMERA_TYPES["typical"], tilt=35.0)  # upper edge 16.3° down: 8.2 m away
    nearer = replace(lens, tilt=45.0)  # 26.3° down: 4.86 m
    fleet = _fleet([{"camera_type": "typical", **optics_of(each)} for each in (lens, nearer)])
    near, far = SOFTWARE_CASES["lenient"].intervals(fleet)
    for row, each in enumerate((lens, nearer)):
        expected = SOFTWARE_CASES["lenient"].interval(each)
        assert (near[row], far[row]) == pytest.approx(expected, rel=1e-12)
    assert far[1] == pytest.approx(nearer.far_limit())
    assert far[0] < lens.far_limit()


@pytest.mark.parametrize(
    "wrong",
    [{"pupil_px": 12.0}, {"pitch": 90.0}, {"pitch": 0.0}, {"turn": 90.0}, {"hit_rate": 2.0}],
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(InputError, match="software lenient"):
        replace(SOFTWARE_CASES["lenient"], **wrong)
    assert isinstance(SOFTWARE_CASES["lenient"], SoftwareCase)


def test_the_page_has_the_interval_of_every_lens_and_case():
    page = PAGE.read_text(encoding="utf-8")
    for name, lens in CAMERA_TYPES.items():
        cells = [_words(case.interval(lens)) for case in SOFTWARE_CASES.values()]
        assert f"| {name} | {' | '.join(cells)} |" in page
    for case in SOFTWARE_CASES.values():
        row = rf"\| {case.name} \| {case.pupil_px:g} \| {case.pitch:g}° \| {case.turn:g}° \| "
        assert re.search(row + rf"{100 * case.hit_rate:g} % \|", page)


def _words(interval: tuple[float, float]) -> str:
    near, far = interval
    return f"{near:.2f}–{far:.2f}" if far > 0 else "none"


def _fleet(heads: list[dict[str, object]]) -> Fleet:
    """Make a fleet of heads a metre apart."""
    table = [{"heading": 0.0, **head} for head in heads]
    points = gpd.points_from_xy(np.arange(len(heads)) + 835000.0, np.full(len(heads), 820000.0))
    fleet = Fleet.from_heads(gpd.GeoDataFrame(table, geometry=points, crs="EPSG:2326"))
    assert fleet.arrays.reach.shape[1] == len(TASKS)
    return fleet
