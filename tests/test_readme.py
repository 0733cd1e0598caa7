"""Figures in README and docs come from the runs that they name; they may not drift apart."""

import json
import re
from pathlib import Path

import pytest

from sim.cli import main
from sim.scenario.load import load_scenario
from sim.scenario.run import run

ROOT = Path(__file__).parents[1]
TUTORIAL = ROOT / "docs" / "tutorials" / "urbanist.md"


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    """The run of the first command."""
    out = tmp_path_factory.mktemp("runs") / "mong_kok_core"
    run(load_scenario(ROOT / "scenarios" / "mong_kok_core.yaml").scenario, out)
    return out


@pytest.mark.parametrize("page", ["README.md", "docs/index.md", "docs/question-zh.md"])
def test_the_table_is_what_the_first_command_gives(page, core):
    summary = json.loads((core / "summary.json").read_text(encoding="utf-8"))
    text = (ROOT / page).read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\d,]+) \|(.+)\|$", text, re.MULTILINE)
    steps = {f"{step['total']:,}": step for step in summary["steps"]}
    assert len(rows) == 3
    for total, cells in rows:
        step = steps[total]
        walks = step["trips"]["recognise"]
        expected = [
            f"{step['cameras']}",
            f"{100 * step['coverage']['detect']:.0f} %",
            f"{100 * step['coverage']['recognise']:.0f} %",
            f"{100 * walks['observed_length']['p50']:.0f} %",
            f"{100 * walks['unseen_trips']:.0f} %",
        ]
        assert [cell.strip() for cell in cells.split("|")] == expected


def test_the_table_of_the_tutorial_is_what_its_comparison_gives(core, tmp_path, capsys):
    text = TUTORIAL.read_text(encoding="utf-8")
    (scenario,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (quoted,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    (tmp_path / "s.yaml").write_text(scenario, encoding="utf-8")
    other = tmp_path / "stations_first"
    run(load_scenario(tmp_path / "s.yaml").scenario, other)
    assert main(["compare", str(core), str(other)]) == 0
    told = capsys.readouterr().out.partition("\n     60,000")[2]
    given = {" ".join(line.split()) for line in told.splitlines()}
    figures = [" ".join(line.split()) for line in quoted.splitlines()[1:]]
    assert len(figures) == 3
    assert given >= set(figures)


def test_the_scenario_of_the_readme_is_right(tmp_path):
    (text,) = re.findall(
        r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    (tmp_path / "my_scenario.yaml").write_text(text, encoding="utf-8")
    overridden = load_scenario(tmp_path / "my_scenario.yaml", ["cameras.optics=strong"])
    assert overridden.scenario.cameras.strategy == "transit"
    assert overridden.scenario.cameras.optics == "strong"
