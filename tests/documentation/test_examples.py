"""The scenarios that come with the project: each says what it asks, and is right."""

import re

import pytest
from documentation.blocks import ROOT, commands, understood

from sim.city.bundle_folder import BUILT_IN
from sim.cli import main
from sim.scenario.load import check_file

EXAMPLES = sorted((ROOT / "scenarios").glob("*.yaml"))
ASKED_FOR = {
    "mong_kok_core", "mong_kok", "central", "wan_chai", "hong_kong", "las_palmas",
    "policy_comparison", "optics_comparison", "growth_by_year",
}  # fmt: skip
OFFLINE = [path for path in EXAMPLES if check_file(path).scenario.area in BUILT_IN]


def named(path):
    return path.stem


def test_every_example_that_was_asked_for_is_there():
    assert set(map(named, EXAMPLES)) >= ASKED_FOR
    assert len(OFFLINE) >= 5


@pytest.mark.parametrize("path", EXAMPLES, ids=named)
def test_an_example_opens_with_its_question_and_how_to_run_it(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    comment = [line[1:] for line in lines[: [line[:1] for line in lines].index("n")]]
    assert re.match(r"[A-Z][^.?]*\?", " ".join(comment).strip())
    told = [line.strip() for line in comment if line.startswith("   sim ")]
    assert any(f"scenarios/{path.name}" in line for line in told)
    for line in told:
        for words in commands(line):
            understood(words[1:])
    assert check_file(path).scenario.name.startswith(path.stem)


@pytest.mark.slow
@pytest.mark.parametrize("path", OFFLINE, ids=named)
def test_an_example_that_needs_nothing_else_runs(path, tmp_path):
    checked = check_file(path)
    if checked.cells > 1:
        assert main(["sweep", str(path), "--dry-run", "--out", str(tmp_path / "out")]) == 0
        return
    for variant in ("", *checked.variants):
        out = tmp_path / (variant or "plain")
        words = ["run", str(path), "--set", "trips.people=20", "--out", str(out)]
        assert main([*words, *(["--variant", variant] if variant else [])]) == 0
        assert (out / "map.html").exists()
