"""README's figures come from the run that README names; they may not drift apart."""

import json
import re
from pathlib import Path

from sim.scenario.load import load_scenario
from sim.scenario.run import run

ROOT = Path(__file__).parents[1]


def test_the_table_of_the_readme_is_what_the_first_command_gives(tmp_path):
    loaded = load_scenario(ROOT / "scenarios" / "mong_kok_core.yaml")
    summary = run(loaded.scenario, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "summary.json").read_text()) == summary
    rows = re.findall(r"^\| ([\d,]+) \|(.+)\|$", (ROOT / "README.md").read_text(), re.MULTILINE)
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


def test_the_scenario_of_the_readme_is_right(tmp_path):
    (text,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (tmp_path / "my_scenario.yaml").write_text(text)
    overridden = load_scenario(tmp_path / "my_scenario.yaml", ["cameras.optics=strong"])
    assert overridden.scenario.cameras.strategy == "transit"
    assert overridden.scenario.cameras.optics == "strong"
