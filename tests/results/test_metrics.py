"""The figures by which runs are compared, read from a step written by hand."""

import math

import pytest

from sim.results.metrics import FIGURES, along_bus_streets, error_of, figures_of, in_words


def spread(mean, **more):
    return {
        "mean": mean,
        "se": mean / 100,
        "p10": mean - 5,
        "p50": mean + 1,
        "p90": mean + 5,
        **more,
    }


STEP = {
    "total": 4000,
    "cameras": 12,
    "coverage": {"detect": 0.9, "recognise": 0.25},
    "answer": {
        "recognise": {
            "any_length": {"share": 0.875, "se": 0.01, "n": 40},
            "within_1.5": {"share": 0.5, "se": 0.02, "n": 40},
            "open": {"any_length": {"share": 1.0, "se": 0.0, "n": 40}},
        },
    },
    "trips": {
        "recognise": {
            "observed_length": spread(10.0),
            "unseen_trips": 0.75, "unseen_trips_se": 0.02,
            "longest_gap_m": spread(300.0),
            "identified": 0.125, "identified_se": 0.03,
            "tracked_live": spread(20.0),
            "tracked_afterwards": spread(30.0),
            "no_unseen_walk": 0.5, "no_unseen_walk_se": 0.04,
            "least_seen": {"1.25": spread(40.0), "1.5": spread(50.0), "2": spread(60.0)},
        },
        "detect": {"observed_length": spread(70.0)},
    },
}  # fmt: skip
PERCOLATION = {"recognise": {"critical_total": 321}, "detect": {"critical_total": None}}


def test_every_figure_is_read_from_its_own_place():
    assert figures_of(STEP, "recognise", PERCOLATION) == {
        "answer": 0.875, "answer_within_1.5": 0.5, "cameras": 12, "coverage": 0.25,
        "observed_length_p50": 11.0, "observed_length_p10": 5.0, "observed_length_p90": 15.0,
        "observed_length": 10.0, "unseen_trips": 0.75, "longest_gap_m": 300.0,
        "identified": 0.125, "tracked_live": 20.0, "tracked_afterwards": 30.0,
        "no_unseen_walk": 0.5, "least_seen": 50.0, "critical_total": 321,
    }  # fmt: skip


def test_what_a_run_lacks_is_none_and_nothing_else():
    found = figures_of(STEP, "detect", PERCOLATION)
    known = {name: value for name, value in found.items() if value is not None}
    assert known == {
        "cameras": 12, "coverage": 0.9, "observed_length": 70.0,
        "observed_length_p50": 71.0, "observed_length_p10": 65.0, "observed_length_p90": 75.0,
    }  # fmt: skip
    assert list(found) == list(FIGURES)
    assert set(figures_of({"trips": {}}, "recognise").values()) == {None}
    assert figures_of(STEP, "recognise")["critical_total"] is None
    without = {**STEP, "coverage": None}
    assert figures_of(without, "recognise", {})["coverage"] is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, "12", None, [1]])
def test_what_is_no_number_is_none(value):
    assert figures_of({**STEP, "cameras": value}, "recognise")["cameras"] is None


@pytest.mark.parametrize("value", [0, 0.0, -1.5, 7])
def test_numbers_come_as_they_are(value):
    assert figures_of({**STEP, "cameras": value}, "recognise")["cameras"] == value


@pytest.mark.parametrize(
    ("name", "error"),
    [("observed_length", 0.1), ("unseen_trips", 0.02), ("longest_gap_m", 3.0),
     ("identified", 0.03), ("tracked_live", 0.2), ("tracked_afterwards", 0.3),
     ("no_unseen_walk", 0.04), ("least_seen", 0.5), ("cameras", None), ("coverage", None),
     ("observed_length_p50", None), ("answer", 0.01), ("answer_within_1.5", 0.02)],
)  # fmt: skip
def test_errors_stand_beside_their_figure(name, error):
    assert error_of(STEP, "recognise", name) == (error if error is None else pytest.approx(error))
    assert error_of({"trips": {}}, "recognise", name) is None


@pytest.mark.parametrize(
    ("name", "value", "signed", "words"),
    [("cameras", 1234.4, False, "1,234"), ("cameras", 1234, True, "+1,234"),
     ("cameras", -3, True, "-3"), ("longest_gap_m", 1234.5, False, "1,234 m"),
     ("longest_gap_m", 12.0, True, "+12 m"), ("coverage", 0.1234, False, "12.3 %"),
     ("coverage", 0.1234, True, "+12.3 points"), ("coverage", -0.5, True, "-50.0 points"),
     ("coverage", 0.0, False, "0.0 %"), ("cameras", 0, False, "0"),
     ("coverage", None, False, "–"), ("cameras", None, True, "–")],
)  # fmt: skip
def test_figures_in_words(name, value, signed, words):
    assert in_words(name, value, signed=signed) == words


def test_columns_are_those_of_means_over_trips():
    """Only a figure that is the mean of a column of trips may be paired trip by trip."""
    paired = {name: figure.column for name, figure in FIGURES.items() if figure.column}
    assert paired == {name: name for name in (
        "answer", "answer_within_1.5",
        "observed_length", "unseen_trips", "longest_gap_m", "identified", "tracked_live",
        "tracked_afterwards",
    )}  # fmt: skip


@pytest.mark.parametrize(
    ("area", "proxy"),
    [({"streets": "bus-street proxy"}, True), ({"streets": "osm"}, False), ({}, False),
     (None, False)],
)  # fmt: skip
def test_trips_along_bus_streets_are_no_walks(area, proxy):
    assert along_bus_streets({"area": area}) is proxy
    assert along_bus_streets({}) is False
