"""The page's modules under node, without a browser: tests, types, style, and the engine's walks."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from random_towns import cases_of, unseen_cases_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TESTS = Path("tests", "maps", "js")
NODE = shutil.which("node")
TOOLS = ROOT / "node_modules" / ".bin"
needs_node = pytest.mark.skipif(not NODE, reason="node is not installed")
needs_tools = pytest.mark.skipif(
    not (NODE and (TOOLS / "tsc").exists() and (TOOLS / "eslint").exists()),
    reason="TypeScript and ESLint are not installed (npm ci --ignore-scripts)",
)
TOWNS, WALKS = 25, 10


def run_in_root(*command, **environment):
    found = subprocess.run(
        [*map(str, command)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert found.returncode == 0, found.stdout[-8000:] + found.stderr[-2000:]
    return found.stdout


@needs_node
def test_modules_do_what_their_tests_say():
    files = sorted(path.relative_to(ROOT) for path in (ROOT / TESTS).glob("*.test.js"))
    assert len(files) >= 10
    said = run_in_root(NODE, "--test", "--test-reporter=tap", *files)
    assert "\n# fail 0\n" in said
    assert "\n# skipped 0\n" in said


@needs_node
@pytest.mark.slow
def test_walks_of_the_page_are_the_engine_s_in_a_thousand_cases(tmp_path):
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps([cases_of(seed, WALKS) for seed in range(TOWNS)]))
    run_in_root(NODE, "--test", TESTS / "engine_walks.js", WALK_CASES=str(cases))


@needs_node
def test_unseen_ways_of_the_page_are_the_engine_s_in_a_thousand_cases(tmp_path):
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps([unseen_cases_of(seed, WALKS) for seed in range(TOWNS)]))
    run_in_root(NODE, "--test", TESTS / "engine_unseen.js", WALK_CASES=str(cases))


@needs_tools
@pytest.mark.parametrize("project", ["tsconfig.json", "tsconfig.panel.json"])
def test_types_hold(project):
    assert run_in_root(TOOLS / "tsc", "-p", TESTS / project) == ""


@needs_tools
def test_style_holds():
    config = TESTS / "eslint.config.js"
    run_in_root(TOOLS / "eslint", "--config", config, "--max-warnings", "0", "maps/assets", TESTS)
