"""From alert to stop: Bayes at each link by hand, the closed form against play, counts conserve."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.cameras.optics import facts_table
from sim.errors import InputError
from sim.tracking.stops import (
    LINKS,
    Group,
    StopCase,
    at_threshold,
    expected,
    group_cases,
    group_rates,
    people_stopped,
    played,
    stop_cases,
)

SHARE = st.one_of(st.just(0.0), st.floats(1e-9, 1))
HAND = StopCase("by hand", 0.9, 0.5, 0.8, 0.1, 0.25, 0.5)
TRUST = {"A", "B", "C", "assumption"}


def test_bayes_at_each_link_by_hand():
    """A million faces, 1 in 1,000 listed, 9 of 10 found, 1 in 1,000 of the others mistaken."""
    found = expected(1_000_000, 0.001, 0.9, 0.001, HAND)
    by_hand = (1_000_000, 900, 999, 810, 499.5, 648, 399.6, 324, 39.96, 9.99)
    assert [float(value) for value in found] == pytest.approx(by_hand)
    right = found.right()
    assert float(right["alert"]) == pytest.approx(900 / 1899)
    assert float(right["passed"]) == pytest.approx(810 / 1309.5)
    assert float(right["stop"]) == pytest.approx(648 / 1047.6)
    assert float(right["arrest"]) == pytest.approx(324 / 363.96)


@given(SHARE, SHARE, SHARE, st.tuples(*[SHARE] * len(LINKS)), st.floats(1, 1e9))
def test_belief_moves_by_the_odds_of_each_link(listed, hit, wrong, links, faces):
    """Bayes: odds after a link are odds before times the ratio of its two shares."""
    case = StopCase("drawn", *links)
    found = expected(faces, listed, hit, wrong, case)
    right = {link: float(value) for link, value in found.right().items()}
    for before, after, true, false in (
        ("alert", "passed", case.check_true, case.check_false),
        ("passed", "stop", case.reached, case.reached),
        ("stop", "arrest", case.true_arrest, case.wrongful_arrest),
    ):
        prior = right[before]
        weight = prior * true + (1 - prior) * false
        if weight > 0 and not math.isnan(right[after]):
            assert right[after] == pytest.approx(prior * true / weight, rel=1e-9, abs=1e-12)


@given(SHARE, SHARE, SHARE, st.tuples(*[SHARE] * len(LINKS)), st.integers(0, 2**31))
@settings(max_examples=30)
def test_nobody_appears_on_the_way(listed, hit, wrong, links, seed):
    """Expected or by chance, nobody comes to a link who did not come to the one before."""
    case = StopCase("drawn", *links)
    for found in (
        expected(1000, listed, hit, wrong, case),
        played(1000, listed, hit, wrong, case, seed),
    ):
        for before, after in (
            ("faces", "true_alerts"), ("faces", "false_alerts"), ("true_alerts", "true_passed"),
            ("false_alerts", "false_passed"), ("true_passed", "right_stops"),
            ("false_passed", "wrongful_stops"), ("right_stops", "right_arrests"),
            ("wrongful_stops", "wrongful_arrests"), ("wrongful_arrests", "wrongful_upheld"),
        ):  # fmt: skip
            assert 0 <= getattr(found, after) <= getattr(found, before) * (1 + 1e-12)
        assert found.true_alerts + found.false_alerts <= found.faces * (1 + 1e-12)


def test_the_closed_form_is_what_a_million_faces_do():
    """On 100 random settings; every link within the chance error, and the error not overstated."""
    faces, z = 1_000_000, []
    draw = np.random.default_rng(20261130)
    for seed in range(100):
        listed, hit, wrong = draw.uniform(0, 0.5), draw.uniform(), 10 ** draw.uniform(-4, 0)
        case = StopCase("drawn", *draw.uniform(size=len(LINKS)))
        mean = np.array(expected(faces, listed, hit, wrong, case)[1:], float)
        counted = np.array(played(faces, listed, hit, wrong, case, seed)[1:], float)
        z.append((counted - mean) / np.sqrt(mean * (1 - mean / faces)))
    z = np.array(z)
    wrongful = z[:, 5]
    assert np.abs(wrongful).max() < 3  # wrongful stops, what the chain is for
    assert np.abs(z).max() < 4.5  # 900 numbers, so some beyond 3
    assert 0.8 < (z**2).mean() < 1.2  # it would be less if the error were overstated


def test_groups_share_out_what_is_there():
    """The mean over walkers stays; ratios hold; by hand for two groups."""
    rates = group_rates(0.003, (Group("a", 0.75, 1), Group("b", 0.25, 5)))
    assert rates == pytest.approx([0.0015, 0.0075])
    for groups in group_cases().values():
        share, ratio = (np.array([g[k] for g in groups]) for k in (1, 2))
        rates = group_rates(0.001, groups)
        assert float(share @ rates) == pytest.approx(0.001)
        assert rates / rates[0] == pytest.approx(ratio / ratio[0])
        whole = expected(1e6, 0.001, 0.9, 0.001, HAND).wrongful_stops
        parts = expected(1e6 * share, 0.001, 0.9, rates, HAND).wrongful_stops
        assert parts.sum() == pytest.approx(float(whole))


def test_groups_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="add up to 1"):
        group_rates(0.001, (Group("a", 0.5, 1), Group("b", 0.4, 2)))
    with pytest.raises(InputError, match="more false alerts"):
        group_rates(0.5, (Group("a", 0.9, 1), Group("b", 0.1, 100)))


@given(st.floats(0.01, 0.99), st.floats(1e-6, 0.2), st.floats(1, 1000))
def test_a_stricter_threshold_finds_fewer_of_both(hit, wrong, times):
    """Rates fall together, and going back brings both back."""
    found, mistaken = at_threshold(hit, wrong, times)
    assert mistaken == pytest.approx(wrong / times)
    assert found <= hit + 1e-12
    if found > 1e-9:
        assert at_threshold(found, mistaken, 1 / times) == pytest.approx((hit, wrong), rel=1e-4)


def test_thresholds_by_hand():
    """Software that guesses stays a guess; software that never errs has nothing to move."""
    assert at_threshold(0.2, 0.2, 4) == pytest.approx((0.05, 0.05))
    assert at_threshold(0.9, 0.0, 10) == (0.9, 0.0)
    two, three = 0.02275013, 0.00134990  # one-sided shares beyond 2 and 3 standard deviations
    assert at_threshold(0.5, two, two / three) == pytest.approx((0.158655, three), rel=1e-5)
    for stricter in (0.0, -1.0, 0.01):
        with pytest.raises(InputError, match="stricter"):
            at_threshold(0.9, 0.1, stricter)


def test_people_stopped_lie_between_the_same_few_and_all_alike():
    """By play: rates that vary from person to person, from hardly to wholly personal."""
    draw, searches, mean = np.random.default_rng(3), np.array([1.0, 5.0, 40.0]), 0.05
    stop = HAND.check_false * HAND.reached
    fewest, most = people_stopped(searches, mean, stop, 1000.0)
    assert fewest == pytest.approx(1000 * mean * (1 - (1 - stop) ** searches).sum())
    assert most == pytest.approx(1000 * (1 - (1 - stop * mean) ** searches).sum())
    for a in (0.02, 0.5, 20.0):
        rate = draw.beta(a, a * (1 - mean) / mean, 100_000)
        between = 1000 * (1 - (1 - stop * rate[:, None]) ** searches).mean(axis=0).sum()
        assert fewest * 0.98 <= between <= most * 1.02


def test_one_search_leaves_no_doubt():
    fewest, most = people_stopped([1.0], 0.01, 0.4)
    assert fewest == pytest.approx(most)
    assert people_stopped([0.0, 3.0], 1.0, 1.0) == (1.0, 1.0)


def test_every_rate_has_a_source_and_a_trust():
    for row in facts_table("alert_to_stop.csv"):
        assert row["link"] in LINKS
        assert row["source"]
        assert row["trust"] in TRUST
        assert row["url"] or row["trust"] == "assumption"
    for row in facts_table("alert_groups.csv"):
        assert row["share_source"]
        assert row["ratio_source"]
        assert {row["share_trust"], row["ratio_trust"]} <= TRUST
    for row in facts_table("stated_results.csv"):
        assert row["live_recognition"] == "no"
        assert row["source"]
        assert row["trust"] in TRUST
    assert set(stop_cases()) == {"light", "middle", "heavy"}
    order = [expected(1, 0, 0, 1, case).wrongful_upheld for case in stop_cases().values()]
    assert order == sorted(order)


def test_rates_follow_from_the_counts_published():
    cases = stop_cases()
    assert cases["middle"].check_false == pytest.approx(18 / 34, abs=1e-6)
    assert cases["middle"].reached == pytest.approx(22 / 26, abs=1e-6)
    assert cases["light"].true_arrest == pytest.approx(962 / (2077 - 10), abs=1e-6)
    assert cases["heavy"].wrongful_arrest == pytest.approx(1 - 0.05 ** (1 / 6), abs=1e-6)
    shares = [group.share for group in group_cases()["women_2"]]
    assert shares == pytest.approx([910 / 1910, 1000 / 1910], abs=1e-6)
