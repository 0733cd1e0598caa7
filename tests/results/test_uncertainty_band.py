"""Ends of a band hold one more draw as often as they say."""

import numpy as np
import pytest

from sim.results.uncertainty import band


def test_of_few_the_lowest_and_the_highest():
    found = band(np.array([3.0, 1.0, 2.0, np.nan]))
    assert (found["p5"], found["p50"], found["p95"], found["n"]) == (1.0, 2.0, 3.0, 3)


def test_of_nineteen_the_ends_are_reached_and_of_more_they_lie_inside():
    assert band(np.arange(19.0))["p5"] == 0.0
    assert band(np.arange(19.0))["p95"] == 18.0
    twenty = band(np.arange(20.0))  # rank 21 / 20 from below: a twentieth beyond the first
    assert twenty["p5"] == pytest.approx(0.05)
    assert twenty["p95"] == pytest.approx(18.95)


@pytest.mark.parametrize("n", [19, 20, 39])
def test_nine_of_ten_new_draws_lie_in_it(n):
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(4_000):
        values = rng.normal(size=n + 1)
        ends = band(values[:n])
        held += ends["p5"] <= values[n] <= ends["p95"]
    assert held / 4_000 == pytest.approx(0.9, abs=0.02)
