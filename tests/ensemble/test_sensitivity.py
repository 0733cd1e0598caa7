"""Sensitivity: which combinations, what is kept, and the split of real cells."""

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest

from sim.cli import main
from sim.ensemble.bands import bands
from sim.ensemble.cell import cell
from sim.ensemble.sensitivity import (
    MOST_COMBINATIONS,
    SPLIT,
    design_of,
    sensitivity,
    split_rows,
)
from sim.errors import InputError
from sim.scenario.schema import Scenario

pytestmark = pytest.mark.slow

LEVELS = {"a": ("x", "y", "z"), "b": ("on", "off"), "c": ("1", "2", "3", "4"), "d": ("one",)}
CASES = {"optics": ["weak", "strong"], "street_share": ["low", "high"]}


def scenario(**changes) -> Scenario:
    data = {
        "name": "test",
        "area": "mong_kok_core",
        "cameras": {"totals": [4000, 60000]},
        "trips": {"people": 160},
        "seed": 7,
    }
    return Scenario.model_validate(data | changes)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("sensitivity") / "all"
    sensitivity(scenario(), out, cases=CASES, seeds=3)
    return out


@pytest.fixture(scope="module")
def content(folder):
    return json.loads((folder / "sensitivity.json").read_text())


# the design


def test_where_there_are_no_more_all_combinations_are_taken_once():
    design = design_of(LEVELS, 24, 3, 7)
    assert design.whole
    assert [tuple(row) for row in design.chosen] == [*product(range(3), range(2), range(4))]
    assert "d" not in design.levels
    assert design.case(23) == {"a": "z", "b": "off", "c": "4"}


def test_a_sample_is_balanced_and_grows_without_changing():
    wide = {str(k): tuple("abcd") for k in range(7)}
    few, many = (design_of(wide, count, 2, 7) for count in (500, 4000))
    assert not few.whole
    assert np.array_equal(many.chosen[:500], few.chosen)
    assert np.array_equal(design_of(wide, 500, 3, 7).seeds[:, :2], few.seeds)
    assert not np.array_equal(design_of(wide, 500, 2, 8).chosen, few.chosen)
    assert len(np.unique(many.seeds)) == many.seeds.size
    counts = np.apply_along_axis(np.bincount, 0, many.chosen)
    assert np.all(np.abs(counts - 1000) <= 2)
    pairs = np.bincount(4 * many.chosen[:, 0] + many.chosen[:, 6], minlength=16)
    assert np.all(np.abs(pairs - 250) <= 4)


def test_what_cannot_be_split_is_refused():
    with pytest.raises(InputError, match="no case has more than one level"):
        design_of({"d": ("one",)}, 100, 2, 7)
    wide = {str(k): tuple("abcdefghij") for k in range(7)}
    with pytest.raises(InputError, match="10,000,000 combinations of all levels; at most 1,000,00"):
        design_of(wide, 500, 2, 7)
    with pytest.raises(InputError, match="20 combinations for 9 levels of 3 cases; t"):
        design_of(LEVELS, 20, 2, 7)
    for asked, said in (
        ({"seeds": 1}, "1 seed; give 2 to 20"),
        ({"combinations": MOST_COMBINATIONS + 1}, "give 1 to 25,000"),
        ({"cases": ["lens"]}, '"lens" is not a case'),
        ({"cases": {"mount": ["8"]}}, 'mount: "8" is not a height'),
        ({"workers": 0}, "0 workers"),
    ):
        with pytest.raises(InputError, match=said):
            sensitivity(scenario(), **asked)
    with pytest.raises(InputError, match="write people: 2000"):
        sensitivity(scenario(trips={"people": 0}))


# splits of given cells


def invented(design, function, noise):
    """Cells of one total and task in which every figure is a function of the levels."""
    random = np.random.default_rng(3)
    rows = []
    for combination, seeds in enumerate(design.seeds):
        value = function(*design.chosen[combination])
        for seed in seeds:
            found = value + noise * random.normal(size=len(SPLIT))
            rows.append(
                {"combination": combination, "seed": seed, "total": 4000, "task": "recognise"}
                | dict(zip(SPLIT, found, strict=True))
            )
    return pd.DataFrame(rows)


def one(rows, **wanted):
    (found,) = [row for row in rows if all(row[key] == wanted[key] for key in wanted)]
    return found


def function(a, b, c):
    return 0.1 * a + 0.2 * (a == 2) * b + 0.05 * c


def test_a_sample_agrees_with_every_combination_within_its_errors():
    whole = design_of(LEVELS, 24, 40, 7)
    exact = split_rows(whole, invented(whole, function, 0.05), [4000], 7)[0]
    wide = {**LEVELS, "e": tuple("pqrst"), "f": tuple("uvw")}  # two that do nothing
    drawn = design_of(wide, 300, 2, 7)
    cells = invented(drawn, lambda *at: function(*at[:3]), 0.05)
    found = split_rows(drawn, cells, [4000], 7)[0]
    assert (exact["model"], exact["held_out"], found["model"]) == ("factorial", None, "pairs")
    assert exact["sum"]["share"] == pytest.approx(1)
    assert found["sum"]["share"] == pytest.approx(1, abs=3 * found["sum"]["se"])
    assert found["sum"]["se"] < 0.1
    for name in "abc":
        mine, other = one(found["factors"], factor=name), one(exact["factors"], factor=name)
        for key in ("alone", "total"):
            error = 3 * np.hypot(mine[key]["se"], other[key]["se"])
            assert mine[key]["share"] == pytest.approx(other[key]["share"], abs=error)
        assert mine["share"] == pytest.approx(other["share"], abs=3 * mine["se"])
        for level, told in other["levels"].items():
            assert mine["levels"][level]["mean"] == pytest.approx(told["mean"], abs=0.03)
    for name in "ef":
        mine = one(found["factors"], factor=name)
        assert mine["share"] == pytest.approx(0, abs=3 * mine["se"] + 0.005)
    assert found["chance"]["share"] == pytest.approx(exact["chance"]["share"], abs=0.03)
    fit = found["held_out"]["pairs"]
    assert fit["error"] < found["held_out"]["additive"]["error"]
    assert fit["explained"] > 0.9
    pair = one(found["pairs"], factors=["a", "b"])
    assert pair["share"] == pytest.approx(
        one(exact["pairs"], factors=["a", "b"])["share"], abs=0.05
    )


def test_the_order_of_factors_changes_no_share():
    design = design_of(LEVELS, 24, 5, 7)
    cells = invented(design, function, 0.05)
    found = split_rows(design, cells, [4000], 7)[0]
    order = np.lexsort(design.chosen[:, [0, 2, 1]].T)  # by b, then c, then a
    names = ["b", "c", "a"]
    turned = design._replace(
        levels={name: design.levels[name] for name in names},
        chosen=design.chosen[order][:, [1, 2, 0]],
        seeds=design.seeds[order],
    )
    shuffled = pd.concat([cells[cells["combination"] == k] for k in order])
    other = split_rows(turned, shuffled, [4000], 7)[0]
    for name in names:
        mine, its = one(found["factors"], factor=name), one(other["factors"], factor=name)
        assert its["share"] == pytest.approx(mine["share"])
        assert its["alone"]["share"] == pytest.approx(mine["alone"]["share"])
    assert other["chance"]["share"] == pytest.approx(found["chance"]["share"])


def test_figures_that_are_missing_or_never_vary_have_no_shares():
    design = design_of(LEVELS, 24, 2, 7)
    cells = invented(design, function, 0.05).assign(answer=0.25)
    cells.loc[3, "unseen_trips"] = np.nan
    found = {row["figure"]: row for row in split_rows(design, cells, [4000], 7)}
    assert (found["answer"]["mean"], found["answer"]["sd"]) == (0.25, 0.0)
    assert found["unseen_trips"]["mean"] is None
    assert found["answer"]["factors"] == found["unseen_trips"]["factors"] == []
    assert len(found["observed_length_p50"]["factors"]) == 3


# real cells


def test_the_split_of_real_cells(content):
    assert content["every_combination"]
    assert (content["combinations"], content["seeds"]) == (9, 3)
    assert content["factors"]["optics"] == {
        "scenario": "typical", "levels": ["typical", "weak", "strong"]
    }  # fmt: skip
    assert len(content["figures"]) == 2 * 4 * len(SPLIT)
    row = one(content["figures"], total=60000, task="recognise", figure="observed_length_p50")
    assert row["sum"]["share"] == pytest.approx(1)
    shares = {one["factor"]: one["share"] for one in row["factors"]}
    assert min(shares.values()) > 0.1
    levels = {level: told["mean"] for level, told in row["factors"][0]["levels"].items()}
    assert levels["weak"] < levels["typical"] < levels["strong"]


def test_means_and_cells_are_those_of_single_cells(folder, content):
    table = pd.read_csv(folder / "cells.csv")
    assert len(table) == 9 * 3 * 2 * 4
    last = table.iloc[-1]
    case = {"optics": "strong", "street_share": "high"}
    found = cell(scenario(), int(last["seed"]), case)["rows"][-1]
    assert dict(last[["total", "task", *SPLIT]]) == pytest.approx(
        {key: found[key] for key in ("total", "task", *SPLIT)}
    )
    row = one(content["figures"], total=60000, task="recognise", figure="answer")
    chosen = table[(table["total"] == 60000) & (table["task"] == "recognise")]
    assert row["mean"] == pytest.approx(chosen["answer"].mean())


def test_alone_it_is_the_analysis_of_variance_of_bands(content):
    """`sim bands --factorial` draws other seeds and leaves noise in: the same but for chance."""
    other = bands(scenario(), seeds=3, cases=CASES, factorial=True).content
    wanted = {"total": 60000, "task": "recognise", "figure": "observed_length_p50"}
    row = one(content["figures"], **wanted)
    for factor in ("optics", "street_share"):
        mine = one(row["factors"], factor=factor)["alone"]
        theirs = one(other["decomposition"], **wanted, factor=factor)["share_of_variance"]
        assert mine["share"] == pytest.approx(theirs, abs=0.06)


def test_a_second_call_goes_on_and_ends_with_the_same_bytes(folder, tmp_path, monkeypatch):
    names = ["cells.csv", "cells.jsonl", "sensitivity.json"]
    whole = {name: (folder / name).read_bytes() for name in names}
    lines = whole["cells.jsonl"].splitlines(keepends=True)
    other = tmp_path / "half"
    other.mkdir()
    stale = lines[0].replace(b'"digest": "', b'"digest": "0').replace(b'"code": "', b'"code": "x')
    (other / "cells.jsonl").write_bytes(stale + b"".join(lines[:20]) + lines[20][:50])
    computed: list[object] = []
    told: list[str] = []
    monkeypatch.setattr(
        "sim.ensemble.cell.cell", lambda *a, **more: computed.append(a) or cell(*a, **more)
    )
    sensitivity(scenario(), other, cases=CASES, seeds=3, announce=told.append)
    assert len(computed) == len(lines) - 20
    assert told == ["finished cells of another version of the program, left aside: 1"]
    whole["cells.jsonl"] = stale + whole["cells.jsonl"]
    assert {name: (other / name).read_bytes() for name in names} == whole


# the command


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(
        "name: test\narea: mong_kok_core\ncameras: {totals: [4000, 60000]}\ntrips: {people: 40}\n"
    )
    return tmp_path


def test_the_command_shows_the_shares_and_puts_them_into_a_run(here, capsys):
    assert main(["run", "s.yaml", "--no-map"]) == 0
    capsys.readouterr()
    words = ["sensitivity", "s.yaml", "--cases", "optics=weak,mount=8 m", "--into", "out/test"]
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for said in ("share of the answer's variance", "optics", "All 4 combinations", "check: all"):
        assert said in out
    report = (here / "out" / "test" / "report.html").read_text(encoding="utf-8")
    assert 'class="tornado"' in report
    assert main(["run", "s.yaml", "--no-map"]) == 0, "the run may still be replaced"
    assert not (here / "out" / "test" / "sensitivity.json").exists()
    (here / "other.yaml").write_text((here / "s.yaml").read_text() + "seed: 99\n")
    assert main(["sensitivity", "other.yaml", "--into", "out/test"]) == 2
    assert "differ in seed" in capsys.readouterr().err
