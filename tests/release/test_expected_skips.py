"""A skip that is not on the list fails the run that CI makes, and only that."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TESTS = """
import pytest

pytestmark = pytest.mark.slow

@pytest.mark.parametrize("name", ["here", "gone"])
def test_of_a_tool(name):
    if name == "gone":
        pytest.skip("the tool is not installed")

@pytest.mark.xfail
def test_that_fails_as_it_should():
    assert False
"""


@pytest.fixture
def pytest_in(tmp_path):
    (tmp_path / "test_some.py").write_text(TESTS)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}

    def call(*words):
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "expected_skips",
            "-p",
            "no:cacheprovider",
        ]
        return subprocess.run(
            [*command, "--rootdir", str(tmp_path), *words],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return call


def test_without_the_option_a_skip_is_no_failure(pytest_in):
    assert pytest_in().returncode == 0


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("test_some.py::test_of_a_tool[[]gone] | *", False),
        ("test_some.py::test_of_a_tool[gone] | the tool is not installed", True),
        ("test_some.py::* | the tool is *", True),
        ("test_some.py::* | another reason", False),
        ("tests/elsewhere.py::* | *", False),
        ("# test_some.py::* | *", False),
    ],
)
def test_a_listed_skip_passes_and_another_fails(pytest_in, tmp_path, line, expected):
    (tmp_path / "skips.txt").write_text(f"# what may skip\n\n{line}\n")
    done = pytest_in("--expected-skips", "skips.txt")
    assert done.returncode == (0 if expected else 1), done.stdout + done.stderr
    said = "test_some.py::test_of_a_tool[gone] | the tool is not installed"
    assert (said in done.stdout) is not expected


@pytest.mark.parametrize("processes", [(), ("-n2", "--dist=loadfile")])
def test_a_whole_file_that_skips_is_found(pytest_in, tmp_path, processes):
    (tmp_path / "test_other.py").write_text("import pytest\npytest.importorskip('no_such')\n")
    (tmp_path / "skips.txt").write_text("test_some.py::* | *\n")
    done = pytest_in("--expected-skips", "skips.txt", *processes)
    assert done.returncode == 1
    assert "test_other.py | could not import 'no_such'" in done.stdout


def test_a_line_without_a_reason_is_refused(pytest_in, tmp_path):
    (tmp_path / "skips.txt").write_text("test_some.py::*\n")
    done = pytest_in("--expected-skips", "skips.txt")
    assert done.returncode == 4
    assert "skips.txt:1: expected" in done.stderr
