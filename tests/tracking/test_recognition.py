"""The burden of recognition: Bayes by hand, laws of rates and lists, faces by the slow truth."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import tracking as slow
from test_exposure import a_world, tracked

from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.tracking.linking import faced_positions
from sim.tracking.recognition import (
    alert_is_right,
    alerts,
    faces_of_trips,
    recognition_burden,
    recognition_cases,
    recognition_summary,
    scaled_false_positive_rate,
)

SHARE = st.floats(0, 1)
INNER = st.floats(1e-6, 1 - 1e-6)


def test_bayes_by_hand():
    """A million faces, 1 in 1,000 listed, 9 of 10 found, 1 in 1,000 of the others mistaken."""
    found = alerts(1_000_000, 0.001, 0.9, 0.001)
    assert float(found.true) == pytest.approx(900)
    assert float(found.false) == pytest.approx(999)
    assert float(found.right) == pytest.approx(900 / 1899)


def test_extremes():
    assert alert_is_right(1, 0.5, 0.3) == 1
    assert alert_is_right(0, 1, 0.3) == 0
    assert alert_is_right(0.3, 0.5, 0) == 1
    assert math.isnan(alert_is_right(0.3, 0, 0))
    assert alert_is_right(0.5, 0.2, 0.2) == 0.5  # a coin that knows nothing changes no belief


@given(INNER, INNER, INNER, st.floats(0, 1e9))
def test_what_is_not_right_is_false(listed, hit, wrong, faces):
    found = alerts(faces, listed, hit, wrong)
    assert found.true + found.false <= faces * (1 + 1e-12)
    assert found.true == pytest.approx(found.right * (found.true + found.false), rel=1e-9)


@given(INNER, INNER, INNER, st.floats(1, 10))
def test_better_software_and_longer_lists_of_passers_make_alerts_surer(listed, hit, wrong, times):
    sure = alert_is_right(listed, hit, wrong)
    assert alert_is_right(listed, hit, wrong / times) >= sure - 1e-12
    assert alert_is_right(listed, hit / times, wrong) <= sure + 1e-12
    assert alert_is_right(listed / times, hit, wrong) <= sure + 1e-12


@given(SHARE, st.floats(1, 1e6), st.floats(1, 1e6), st.floats(1, 1e6))
def test_lists_of_other_sizes(rate, first, second, third):
    """Scaling there and on is scaling at once; back is back; longer lists mistake more."""
    at_once = scaled_false_positive_rate(rate, first, third)
    assert 0 <= at_once <= 1
    assert scaled_false_positive_rate(rate, first, first) == pytest.approx(rate, rel=1e-9)
    between = scaled_false_positive_rate(rate, first, second)
    if 1e-12 < between < 1 - 1e-9:  # else rounding has eaten the number
        on = scaled_false_positive_rate(between, second, third)
        assert on == pytest.approx(float(at_once), rel=1e-4, abs=1e-12)
    if third >= first:
        assert at_once >= rate * (1 - 1e-9)


def test_an_empty_list_mistakes_nobody():
    assert scaled_false_positive_rate(0.01, 1000, 0) == 0
    assert scaled_false_positive_rate(1, 1000, 0) == 0
    assert scaled_false_positive_rate(1, 1000, 5) == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [((1, 1.2, 0.5, 0.5), "listed share"), ((1, 0.5, -0.1, 0.5), "hit rate"),
     ((1, 0.5, 0.5, float("nan")), "false positive rate")],
)  # fmt: skip
def test_what_is_no_share_is_refused(arguments, word):
    with pytest.raises(InputError, match=word):
        alerts(*arguments)


def test_a_list_of_less_than_nothing_is_refused():
    with pytest.raises(InputError, match="gallery"):
        scaled_false_positive_rate(0.1, 1000, -1)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("degrees", [20.0, 60.0, 180.0])
def test_faces_equal_the_slow_truth(seed, degrees):
    world = a_world(seed)
    streets, fleet, seen, trips = world
    totals = (5, 17, 60)
    faces = faces_of_trips(seen, tracked(world, totals), facing_degrees=degrees, workers=1)
    faced = faced_positions(streets.arrays, fleet, seen.arrays, degrees)
    for trip in range(len(trips)):
        for task in range(4):
            spells = slow.spells(seen, trips, trip, task, faced)
            ranks = [fleet.arrays.rank[s.head] for s in spells if s.faced < math.inf]
            truth = [sum(rank <= total for rank in ranks) for total in totals]
            assert faces[trip, :, task].tolist() == truth


@given(st.integers(0, 10_000), st.floats(0, 180), st.floats(0, 180))
@settings(max_examples=15, deadline=None)
def test_laws_of_faces(seed, one, other):
    """More cameras and wider angles never search fewer faces; never more than are sighted."""
    world = a_world(seed)
    seen, report = world[2], tracked(world, (9, 25, 60))
    narrow, wide = (
        faces_of_trips(seen, report, facing_degrees=d, workers=1) for d in sorted((one, other))
    )
    assert (narrow <= wide).all()
    assert (wide <= report.figures["sightings"]).all()
    assert (np.diff(wide, axis=1) >= 0).all()
    half = faces_of_trips(seen, report, facing_degrees=max(one, other), uptime=0.5, workers=1)
    assert half == pytest.approx(wide / 2)


@given(st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_splitting_edges_and_threads_change_no_face(seed):
    whole, split = a_world(seed), a_world(seed, cut=0.7)
    totals = (9, 60)
    faces = faces_of_trips(whole[2], tracked(whole, totals), workers=1)
    assert (faces_of_trips(whole[2], tracked(whole, totals), workers=3) == faces).all()
    assert (faces_of_trips(split[2], tracked(split, totals), workers=1) == faces).all()


def test_a_day_of_the_people_represented():
    """Six persons stand for 10 each: the sum is 10 times theirs, the error that of a sum."""
    world = a_world(5)
    trips = world[3]
    trips.table["represents"] = 10.0
    report = tracked(world, (25, 60))
    faces = faces_of_trips(world[2], report, workers=1)
    burden = recognition_burden(world[2], report, workers=1).set_index(["total", "task", "case"])
    for k, total in enumerate((25, 60)):
        for t, task in enumerate(TASKS):
            row = burden.loc[(total, task, "middle")]
            each = 10 * faces[:, k, t]
            assert row["people"] == 60
            assert row["faces_per_day"] == pytest.approx(each.sum())
            assert row["faces_per_day_se"] == pytest.approx(np.sqrt(6) * each.std(ddof=1))
            both = row["true_alerts_per_day"] + row["false_alerts_per_day"]
            assert row["true_alerts_per_day"] == pytest.approx(both * row["alert_is_right"])


def test_named_walks_are_nobodys_day():
    world = a_world(5)
    world[3].table["named"] = True
    report = tracked(world, (60,))
    burden = recognition_burden(world[2], report, workers=1)
    assert burden["faces_per_day"].isna().all()
    summary = recognition_summary(burden, 60)
    assert summary["faces_per_day"] is None
    assert summary["cases"]["high"]["false_alerts_per_day"] is None


def test_the_summary_is_json_and_ranges_from_low_to_high():
    world = a_world(5)
    report = tracked(world, (25, 60))
    burden = recognition_burden(world[2], report, workers=1)
    summary = recognition_summary(burden, 60, "recognise")
    json.dumps(summary, allow_nan=False)
    cases = summary["cases"]
    assert list(cases) == ["low", "middle", "high"]
    wrong = [cases[name]["false_alerts_per_day"] for name in cases]
    right = [cases[name]["alert_is_right"] for name in cases]
    assert wrong == sorted(wrong)
    assert right == sorted(right, reverse=True)
    assert summary["false_alerts_per_day"] == wrong[1]
    with pytest.raises(InputError, match="no figures"):
        recognition_summary(burden, 61)


def test_a_longer_list_raises_false_alerts_only():
    world = a_world(5)
    report = tracked(world, (60,))
    short, long = (recognition_burden(world[2], report, gallery=g, workers=1) for g in (1e3, 1e4))
    assert (long["false_alerts_per_day"] >= short["false_alerts_per_day"]).all()
    assert (long["true_alerts_per_day"] == short["true_alerts_per_day"]).all()


def test_cases_are_probabilities():
    for case in recognition_cases().values():
        assert 0 < case.hit_rate <= 1
        assert 0 < case.false_positive_rate < 0.01
        assert 0 < case.listed_share < 0.01
        assert "assum" in case.basis or "derived" in case.basis
