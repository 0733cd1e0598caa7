"""The cheapest rules of a finished run: the run's own answer, the ready set, and refusals."""

import numpy as np
import pytest

from sim.cli import main
from sim.pipeline.run import run
from sim.results.rules import _walks_under
from sim.results.run import read_run
from sim.scenario.own_rules import read_rules
from sim.scenario.schema import Scenario

pytestmark = pytest.mark.slow

TOTALS = [500, 4000, 60000]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "test"
    data = {
        "name": "test", "area": "mong_kok_core",
        "cameras": {"plan": "as_announced", "totals": TOTALS},
        "trips": {"people": 60}, "seed": 7,
    }  # fmt: skip
    run(Scenario.model_validate(data), out)
    return out


@pytest.fixture(scope="module")
def read(folder):
    return read_run(folder)


@pytest.mark.parametrize("task", [0, 2])
def test_heads_that_do_not_count_are_as_if_they_were_not_there(read, task):
    rank, word = read.fleet.arrays.rank, ("detect", "", "recognise")[task]
    for total in TOTALS:
        share = read.answer.summary[total][word]["any_length"]["share"]
        assert _walks_under(read, total, task).share(np.zeros(len(rank), bool)) == share
        assert _walks_under(read, TOTALS[-1], task).share(rank > total) == share


def test_the_ready_rules_and_the_cheapest_of_them(read):
    content = read.least_rules(0.5)
    names = [row["rule"] for row in content["rules"]]
    assert {"unlink mall", "none from 22 to 6 h", "recognition off"} <= set(names)
    assert "unlink police" not in names
    seen = [row["rule"] for row in read.least_rules(0.1, task="detect")["rules"]]
    assert seen == [name for name in names if name != "recognition off"]
    owner = read.fleet.heads["owner"]
    for row in content["rules"]:
        assert row["price"] == pytest.approx(row["cameras"] * row["hours"] / 24 / len(owner))
        assert content["without_rules"] <= row["alone"] <= content["with_all"]
        if row["rule"].startswith("unlink "):
            assert row["cameras"] == (owner == row["rule"].removeprefix("unlink ")).sum()
    best = content["cheapest"]
    assert best["share"] >= 0.5
    alone = [row["price"] for row in content["rules"] if row["alone"] >= 0.5]
    assert best["price"] <= min(alone)
    dear = read.least_rules(0.2, prices={"recognition off": 0.0})["cheapest"]
    assert dear["price"] == 0
    without = read.least_rules(0.2, left_out=["recognition off"])
    assert "recognition off" not in [row["rule"] for row in without["rules"]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--restore", "1.5"], "restore 1.5: give a share"),
        (["--restore", "0.9", "--not", "recognition off"], "rules together bring back"),
        (["--restore", "0.5", "--not", "masks"], 'rule "masks" is not one of this run; it has'),
        (["--restore", "0.5", "--price", "unlink mall"], "give RULE=PRICE"),
        (["--restore", "0.5", "--price", "unlink mall=-1"], "price -1; give 0 or more"),
        (["--restore", "0.5", "--task", "see"], 'task "see"'),
    ],
)
def test_what_cannot_be_asked_is_refused(folder, words, said, capsys):
    assert main(["rules", str(folder), *words]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err


def test_the_command_shows_the_cheapest(folder, capsys):
    assert main(["rules", str(folder), "--restore", "0.4", "--price", "recognition off=9"]) == 0
    said = capsys.readouterr().out
    assert "cheapest for 40.0 %: " in said
    assert "If the gains of single rules added up" in said


def test_walks_not_identified_are_brought_back(read):
    """Without software, by what the walkers' own figures say; and laws of what may be done."""
    content = read.least_rules(0.5, target="identified", total=4000)
    names = {row["rule"]: row for row in content["rules"]}
    figures = read.trip_figures(named=False)
    known = figures[(figures["total"] == 4000) & (figures["task"] == "recognise")]["identified"]
    kept = -np.expm1(-30 / 7)
    afterwards = names["recognition afterwards only"]["alone"]
    assert afterwards == pytest.approx(1 - kept * known.mean(), abs=1e-9)
    assert content["walks"] == len(known)
    assert names["recognition off"]["alone"] == 1
    assert names["kept 1 day"]["alone"] >= names["kept 7 days"]["alone"]
    for row in content["rules"]:
        assert content["without_rules"] <= row["alone"] + 1e-12
    best = content["cheapest"]
    assert best["share"] >= 0.5
    assert best["at_least"] <= best["price"]


OWN = """\
rules:
- {name: only police, unlink: [mall, estate, department, transport], price: 0.1}
- {name: days, hours: [6, 22], price: 2}
- {name: one a km, at_most_per_km: 1, price: 0.5}
- {name: near stations, none_near: {places: [station], metres: 40}, hours: [22, 6], price: 0.2}
- {name: short, retention_days: 1, price: 0.3}
- {name: asked first, warrant: 1 %, price: 0.4}
- {name: no machines, recognition: afterwards, price: 0.2}
- {name: unlink mall, price: 7}
- {name: nobody, recognition: off, price: 9}
"""


def test_rules_of_ones_own(read, folder, tmp_path, capsys):
    path = tmp_path / "rules.yaml"
    path.write_text(OWN.replace("off,", '"off",'))
    own = read_rules(path)
    for target in ("answer", "identified"):
        content = read.least_rules(0.5, target=target, own=own)
        rows = {row["rule"]: row for row in content["rules"]}
        assert rows["unlink mall"]["price"] == 7
        owner = read.fleet.heads["owner"]
        assert rows["only police"]["cameras"] == (owner != "police").sum()
        assert (rows["days"]["hours"], rows["days"]["cameras"]) == (16, len(owner))
        assert rows["near stations"]["hours"] == 8
        assert rows["nobody"]["alone"] == 1
        assert len(rows) > 12, "more than are tried in every set"
        best = content["cheapest"]
        assert best["at_least"] <= best["price"] <= 9
    path.write_text(
        "ready: false\n" + path.read_text().replace("- {name: unlink mall, price: 7}\n", "")
    )
    words = ["--restore", "0.9", "--target", "identified", "--rules", str(path)]
    assert main(["rules", str(folder), *words]) == 0
    said = capsys.readouterr().out
    assert "unlink department" not in said
    assert "not identified" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: [{name: a}]", "rules.0.price: is missing"),
        ("rules: [{name: a, price: -1, unlink: [mall]}]", "rules.0.price: input should be greater"),
        ("rules:\n- {name: a, prize: 1}", "prize: unknown key; a rule has name, price, unlink"),
        ("rules: [{name: a, price: 1}]", 'rule "a" does nothing and is not of the ready set'),
        ("rules: [{name: a, price: 1, hours: [6, 6]}]", "begins and ends in the same hour"),
        (
            "rules: [{name: a, price: 1, hours: [6, 9], warrant: 0.1}]",
            "warrant holds at all hours",
        ),
        ("ready: false", "0 rules; give 1 to"),
        ("rules: [", "has a sign of YAML where a value should be"),
    ],
)
def test_files_of_rules_that_cannot_be_are_refused(folder, tmp_path, text, said, capsys):
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    assert main(["rules", str(folder), "--restore", "0.5", "--rules", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert all("Traceback" not in line for line in err.splitlines())


def test_nobody_is_identified_who_is_only_detected(folder, capsys):
    words = ["--restore", "0.5", "--target", "identified", "--task", "detect"]
    assert main(["rules", str(folder), *words]) == 2
    assert "nobody is identified at the quality detect" in capsys.readouterr().err
