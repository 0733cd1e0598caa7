"""The command that counts how often intervals and bands hold: it goes on where it was stopped."""

import importlib.util
import json
import sys
from pathlib import Path

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
