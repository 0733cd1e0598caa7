"""The second process leaves its kernels where the first one looks for them."""

import os
import signal
import subprocess
import sys

import pytest

from sim.pipeline import compile_ahead
from sim.processes import begin_helper, same_package


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


@pytest.mark.parametrize("closed", [True, False])
def test_a_helper_ends_with_its_caller_alone(tmp_path, monkeypatch, closed):
    (tmp_path / "helping.py").write_text(
        "import time\nfrom sim.processes import end_with_parent\nend_with_parent()\n"
        "print('begun', flush=True)\ntime.sleep(20)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    helper = begin_helper("helping", stdout=subprocess.PIPE)
    assert helper.stdout is not None
    assert helper.stdin is not None
    assert helper.stdout.readline() == b"begun\n"
    if not closed:
        helper.send_signal(signal.SIGINT)  # as Ctrl-C does to all of a terminal's programs
        with pytest.raises(subprocess.TimeoutExpired):
            helper.wait(0.2)
    helper.stdin.close()
    assert helper.wait(10) == 1
    helper.stdout.close()
