"""Runs side by side: a run beside itself, paired and independent differences, what is refused."""

import csv
import json
import math
import shutil

import numpy as np
import pytest

from sim.cli import main
from sim.errors import InputError
from sim.pipeline.run import run
from sim.results.compare import compare
from sim.results.metrics import FIGURES, figures_of, in_words
from sim.results.run import read_run
from sim.scenario.schema import Scenario

pytestmark = pytest.mark.slow

TOTALS = [4000, 60000]


def scenario(people=120, seed=7, walks=(), **cameras) -> Scenario:
    return Scenario.model_validate(
        {
            "name": "test",
            "area": "mong_kok_core",
            "cameras": {"totals": TOTALS, **cameras},
            "trips": {"people": people, "walks": list(walks)},
            "tracking": {"subsample": 20},
            "seed": seed,
        }
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    walk = {"name": "Shopping", "via": ["Langham Place", "MOKO"]}
    forms = {
        "base": scenario(),
        "transit": scenario(strategy="transit", walks=[walk]),
        "seed": scenario(seed=8),
        "fewer": scenario(people=40, totals=[4000, 9000]),
        "streets": scenario(share_rule="streets"),
    }
    for name, form in forms.items():
        run(form, folder / name)
    return folder


def row(compared, name, total, figure):
    table = compared.table
    found = table[(table.run == name) & (table.total == total) & (table.figure == figure)]
    assert len(found) == 1
    return found.iloc[0]


def test_a_run_beside_itself_differs_in_nothing(runs):
    compared = compare([runs / "base", runs / "base"])
    assert compared.differs == {}
    other = compared.table.iloc[1::2]
    known = other["value"].notna()
    assert (other["difference"][known] == 0).all()
    assert other["difference"][~known].isna().all()
    paired = other["pairing"] == "paired"
    assert (other["difference_se"][paired] == 0).all()
    assert set(other["figure"][paired]) == {name for name, f in FIGURES.items() if f.column}


def test_swapping_two_runs_turns_every_difference_round(runs):
    there = compare([runs / "base", runs / "transit"]).table.query("run == 'transit'")
    back = compare([runs / "transit", runs / "base"]).table.query("run == 'base'")
    for column, sign in (("difference", -1), ("difference_se", 1)):
        np.testing.assert_allclose(
            there[column].to_numpy(), sign * back[column].to_numpy(), rtol=1e-12, atol=1e-15
        )


def test_values_are_those_of_the_summary(runs):
    compared = compare([runs / "base", runs / "seed"], tasks=["detect", "recognise"])
    summary = json.loads((runs / "seed" / "summary.json").read_text())
    for step in summary["steps"]:
        for task in ("detect", "recognise"):
            expected = figures_of(step, task, summary["percolation"])
            table = compared.table
            rows = table[(table.run == "seed") & (table.total == step["total"])]
            found = rows[rows.task == task].set_index("figure")["value"]
            assert list(found.index) == list(FIGURES)
            for name, value in expected.items():
                assert found[name] == value or (value is None and math.isnan(found[name]))


def test_the_same_walks_are_paired_by_hand(runs):
    """Another strategy, and a named walk that shifts the numbers of trips, change no walker."""
    compared = compare([runs / "base", runs / "transit"])
    found = row(compared, "transit", 60000, "observed_length")
    values = []
    for name in ("base", "transit"):
        trips = read_run(runs / name).trip_figures()
        kept = trips[~trips.named & (trips.total == 60000) & (trips.task == "recognise")]
        values.append(kept.set_index("person")["observed_length"])
    apart = values[1] - values[0]  # everybody makes one walk
    assert found["pairing"] == "paired"
    assert found["difference"] == pytest.approx(apart.mean(), rel=1e-12)
    kind = kept.set_index("person")["kind"]  # dealt out in turn: chance is within each
    squares = [len(own) * own.var() for _, own in apart.groupby(kind)]
    error = math.sqrt(sum(squares)) / len(apart)
    assert found["difference_se"] == pytest.approx(error, rel=1e-9)
    assert "the same 120 walks as base" in compared.notes[0]
    assert compared.differs["cameras.strategy"] == ["junctions", "transit"]
    assert list(compared.differs) == ["cameras.strategy", "trips.walks"]


def test_other_people_are_independent(runs):
    compared = compare([runs / "base", runs / "seed"])
    found = row(compared, "seed", 60000, "unseen_trips")
    errors = [
        json.loads((runs / name / "summary.json").read_text())["steps"][1]["trips"]["recognise"]
        for name in ("base", "seed")
    ]
    assert found["pairing"] == "independent"
    assert found["difference_se"] == pytest.approx(
        math.hypot(*(error["unseen_trips_se"] for error in errors)), rel=1e-12
    )
    assert compared.differs == {"seed": [7, 8]}


def test_totals_that_only_one_run_has_get_no_difference(runs):
    compared = compare([runs / "base", runs / "fewer"])
    assert math.isnan(row(compared, "fewer", 60000, "coverage")["value"])
    assert math.isnan(row(compared, "fewer", 9000, "coverage")["difference"])
    found = row(compared, "fewer", 4000, "coverage")["difference"]
    assert found == pytest.approx(0, abs=1e-12)
    assert any("totals not in both: 9,000, 60,000" in note for note in compared.notes)
    assert any("40 of 40 are the same" in note for note in compared.notes)


def test_another_area_is_said(runs, tmp_path):
    shutil.copytree(runs / "seed", tmp_path / "other")
    for name in ("summary", "manifest"):
        path = tmp_path / "other" / f"{name}.json"
        content = json.loads(path.read_text())
        content["area"]["name"] = "else\x1bwhere"
        path.write_text(json.dumps(content))
    notes = compare([runs / "base", tmp_path / "other"]).notes
    assert "other: another study area (else\N{REPLACEMENT CHARACTER}where) than base" in notes[0]


def test_folders_of_one_name_are_told_apart(runs, tmp_path):
    shutil.copytree(runs / "base", tmp_path / "base")
    names = compare([runs / "base", tmp_path / "base"]).runs
    assert names == (f"{runs.name}/base", f"{tmp_path.name}/base")


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        (
            "summary.json",
            {"version": 1},
            "is written in version 1; this program reads version 2; run",
        ),
        (
            "manifest.json",
            {"version": 3},
            "is written in version 3; this program reads version 2; run",
        ),
        ("manifest.json", {"version": None}, "is written in version None"),
        ("summary.json", {"steps": []}, "lacks"),
        ("summary.json", {"steps": [{"total": 4000}]}, "lacks 'trips'"),
        ("manifest.json", {"scenario": 7}, "lacks"),
    ],
)
def test_runs_of_another_form_are_refused(runs, tmp_path, name, change, said):
    broken = tmp_path / "broken"
    shutil.copytree(runs / "base", broken)
    content = json.loads((broken / name).read_text())
    (broken / name).write_text(json.dumps({**content, **change}))
    with pytest.raises(InputError, match=said) as refused:
        compare([runs / "base", broken])
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["summary.json", "edges.parquet", "trips.parquet"])
@pytest.mark.parametrize("content", [None, b"PAR1 nothing"])
def test_damaged_runs_are_refused(runs, tmp_path, name, content):
    broken = tmp_path / "broken"
    shutil.copytree(runs / "base", broken)
    (broken / name).unlink()
    if content is not None:
        (broken / name).write_bytes(content)
    with pytest.raises(InputError, match="run"):
        compare([runs / "base", broken])


def test_too_few_runs_no_run_and_unknown_tasks_are_refused(runs, tmp_path):
    for folders, tasks, said in (
        ([runs / "base"], ["detect"], "1 run to compare; give 2 to 100"),
        ([runs / "base", tmp_path / "none"], ["detect"], "no such folder"),
        ([runs / "base", tmp_path], ["detect"], "no summary.json"),
        ([runs / "base", runs / "seed"], ["detekt"], "tasks\\[0\\]: is 'detekt'; give one of"),
    ):
        with pytest.raises(InputError, match=said):
            compare(folders, tasks=tasks)


def test_figures_in_words():
    assert in_words("coverage", 0.1234) == "12.3 %"
    assert in_words("coverage", -0.1, signed=True) == "-10.0 points"
    assert in_words("longest_gap_m", 1234.4) == "1,234 m"
    assert in_words("cameras", 57) == "57"
    assert in_words("cameras", None) == "–"


def test_the_command_prints_and_writes(runs, tmp_path, capsys):
    out = tmp_path / "all.csv"
    folders = [str(runs / "base"), str(runs / "transit")]
    assert main(["compare", *folders, "--out", str(out)]) == 0
    said, wrong = capsys.readouterr()
    assert wrong == ""
    assert 'cameras.strategy: "junctions" | "transit"' in said
    assert "walk seen, median" in said
    assert "±" in said
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(FIGURES) * len(TOTALS) * 2
    assert main(["compare", *folders, "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert [run["run"] for run in content["runs"]] == ["base", "transit"]
    assert len(content["rows"]) == len(rows)
    first = out.read_bytes()
    assert main(["compare", *folders, "--out", str(out)]) == 0
    assert out.read_bytes() == first


def test_the_command_refuses_in_one_line(runs, tmp_path, capsys):
    assert main(["compare", str(runs / "base"), str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert main(["compare", str(runs / "base"), str(runs / "seed"), "--out", "x.txt"]) == 2
    assert "name it x.csv" in capsys.readouterr().err
