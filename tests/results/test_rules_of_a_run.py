"""The cheapest rules of a finished run: the run's own answer, the ready set, and refusals."""

import numpy as np
import pytest

from sim.cli import main
from sim.pipeline.run import run
from sim.results.rules import _walks_under
from sim.results.run import read_run
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
