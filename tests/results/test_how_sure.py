"""The command that counts how often intervals and bands hold: it goes on where it was stopped."""

import importlib.util
import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SCENARIO = """
name: small
area: mong_kok_core
cameras: {totals: [4000, 60000], strategy: transit}
trips: {people: 30}
ensemble: {fleets: 3}
seed: 1
"""


@pytest.fixture(scope="module")
def how_sure():
    spec = importlib.util.spec_from_file_location("how_sure", ROOT / "benchmarks" / "how_sure.py")
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def call(how_sure, monkeypatch, folder, count):
    words = [
        "coverage",
        str(folder / "s.yaml"),
        str(folder / "c.jsonl"),
        "--replicates",
        str(count),
    ]
    monkeypatch.setattr(sys, "argv", words)
    how_sure.main()
    return (folder / "c.jsonl").read_text().splitlines()


def test_a_second_call_goes_on(how_sure, tmp_path, monkeypatch, capsys):
    (tmp_path / "s.yaml").write_text(SCENARIO)
    first = call(how_sure, monkeypatch, tmp_path, 1)
    both = call(how_sure, monkeypatch, tmp_path, 2)
    assert both[:1] == first
    assert [json.loads(line)["replicate"] for line in both] == [0, 1]
    rows = json.loads(both[1])["rows"]
    assert len(rows) == 2 * len(how_sure.FIGURES) + 1
    for value, se, df, low, high, _ in (row for name, row in rows.items() if ":" in name):
        assert se >= 0
        assert df is None or df >= 1
        assert low - 1e-9 <= value <= high + 1e-9
    assert "| of 2 replicates |" in capsys.readouterr().out


def test_what_is_never_reached_is_infinite(how_sure):
    assert how_sure.within(None, 5, None)
    assert how_sure.within(7, 5, None)
    assert not how_sure.within(None, 5, 9)
    assert not how_sure.within(4, 5, None)


def test_shares_have_exact_ends(how_sure):
    assert how_sure.told([True] * 10) == "100.0 (69–100)"
    assert how_sure.told([False] * 10) == "0.0 (0–31)"
    assert how_sure.told([]) == "–"


def test_intervals_of_shares_are_lopsided_and_stay_within_0_and_1(how_sure):
    """By hand: t of 10 degrees of freedom is 2.2281; log odds of 0.1 are -2.1972."""
    assert how_sure.interval(0.1, 0.02, 10, False) == pytest.approx((0.055437, 0.144563), abs=1e-6)
    far = 2.228139 * 0.02 / 0.09
    ends = tuple(1 / (1 + 9 * math.exp(sign * far)) for sign in (1, -1))
    assert how_sure.interval(0.1, 0.02, 10, True) == pytest.approx(ends, rel=1e-6)
    low, high = how_sure.interval(0.0003, 0.0002, 30, True)
    assert 0 < low < 0.0003 < high < 0.002


@pytest.mark.parametrize("figure", [(0.0, 0.0, None), (0.5, None, None), (1.0, 0.0, 19)])
def test_where_nothing_differs_there_is_no_interval(how_sure, figure):
    assert how_sure.interval(*figure, True) is None


def test_the_interval_of_a_small_share_holds_as_often_as_it_says(how_sure):
    """A share of 0.04 % under 20 fleets that differ: the plain interval holds less often."""
    rng = np.random.default_rng(4)
    held = {True: 0, False: 0}
    for _ in range(2000):
        fleets = rng.binomial(2000, 0.0004 * rng.exponential(size=20)) / 2000
        value, se = fleets.mean(), fleets.std(ddof=1) / math.sqrt(20)
        for of_walks in held:
            ends = how_sure.interval(value, se, 19, of_walks)
            held[of_walks] += bool(ends) and ends[0] <= 0.0004 <= ends[1]
    assert 0.92 <= held[True] / 2000 <= 0.98
    assert held[False] < held[True] - 40
