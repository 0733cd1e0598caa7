"""What CI runs is what README and pyproject.toml say, with every package pinned."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RUN = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINNED = re.split(r"\n(?=\S)", (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8"))


def plain_name(requirement):
    return re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-").replace(".", "-")


def test_ci_calls_the_commands_of_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^(python3 -m venv .*-m pytest .*)$", readme, re.MULTILINE)
    for part in command.split(" && "):
        words = [re.escape(word) for word in part.split() if word != "-q"]
        assert re.search(r"\s+(?:-\S+\s+)*".join(words), RUN), part


def test_pytest_knows_the_options_that_ci_gives():
    options = re.findall(r"--expected-skips\S*?\.txt", RUN)
    assert len(options) == 2
    command = [sys.executable, "-m", "pytest", *options, "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_package_is_pinned_with_a_hash():
    pinned = {plain_name(block): block for block in PINNED if block and not block.startswith("#")}
    extras = PROJECT["project"]["optional-dependencies"]
    needed = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    needed += extras["test"] + extras["docs"]
    assert {plain_name(word) for word in needed} <= pinned.keys(), "run .ci/renew"
    for name, block in pinned.items():
        assert re.match(r"\S+==\S+ ", block), name
        assert "--hash=sha256:" in block, name


def test_the_workflow_runs_on_every_python_that_is_promised():
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    assert jobs["pinned"]["strategy"]["matrix"]["python"] == named
    for job in jobs.values():
        assert any(".ci/run" in step.get("run", "") for step in job["steps"])


@pytest.mark.parametrize("file", ["expected-skips.txt", "expected-skips-without-data.txt"])
def test_skips_are_expected_of_tests_that_are_there(file):
    for line in (ROOT / ".ci" / file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            path, _, test = line.split("|")[0].strip().partition("::")
            if test not in ("", "*"):
                assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8")
            assert list(ROOT.glob(path))
