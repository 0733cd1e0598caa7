"""The second process leaves its kernels where the first one looks for them."""

import os
import subprocess
import sys

import pytest

from sim.pipeline import compile_ahead
from sim.processes import same_package


def test_the_helper_compiles_the_very_files_of_its_caller(tmp_path):
    # a stranger of the same name in the working folder, as a checkout beside an installed package
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "__init__.py").write_text("raise RuntimeError('the wrong package')")
    told = subprocess.run(
        [sys.executable, "-P", "-c", "import sim; print(sim.__file__)"],
        cwd=tmp_path,
        env=same_package(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == os.path.realpath(sys.modules["sim"].__file__ or "")


@pytest.mark.slow
def test_the_invented_street_is_walked_and_searched():
    for compile_part in compile_ahead.PARTS.values():
        compile_part()


def test_no_other_process_where_kernels_are_on_disk():
    # the test above has left them there
    with compile_ahead.kernels_ahead() as helpers:
        assert not helpers
        compile_ahead.wait_for(helpers)


def test_a_helper_for_each_part_that_is_missing(monkeypatch):
    monkeypatch.setattr(compile_ahead, "_on_disk", lambda part: part == "walking")
    monkeypatch.setattr(compile_ahead, "LONGEST_S", 0.0)
    with compile_ahead.kernels_ahead() as helpers:
        assert [process.args[-1] for process in helpers] == ["searching"]
        compile_ahead.wait_for(helpers)
        assert helpers[0].wait() != 0  # too slow, so it was ended
