"""The second process leaves its kernels where the first one looks for them."""

import os
import signal
import subprocess
import sys

import pytest

from sim.jit import on_disk
from sim.pipeline import compile_ahead
from sim.pipeline.run import NEEDED
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
@pytest.mark.parametrize("part", compile_ahead.PARTS.values(), ids=compile_ahead.PARTS)
def test_a_part_is_on_disk_when_it_has_been_compiled(part):
    part.compile()
    assert on_disk(part.last)


@pytest.fixture
def missing(monkeypatch):
    """Return how to make the cache hold no part of these names, on so many cores."""

    def make(names, cores):
        lasts = {id(compile_ahead.PARTS[name].last) for name in names}
        monkeypatch.setattr(compile_ahead, "on_disk", lambda kernel: id(kernel) not in lasts)
        monkeypatch.setattr(compile_ahead, "available_cores", lambda: cores)

    return make


@pytest.mark.parametrize("cores", [1, 2, 3, 4, 64])
def test_no_other_process_where_kernels_are_on_disk(missing, cores):
    missing([], cores)
    with compile_ahead.kernels_ahead() as ahead:
        assert not ahead.helpers
        ahead.wait_for(*compile_ahead.PARTS)


def test_on_one_core_nothing_is_compiled_beside(missing):
    missing(compile_ahead.PARTS, 1)
    with compile_ahead.kernels_ahead() as ahead:
        assert not ahead.helpers


@pytest.mark.parametrize("cores", [2, 3, 4, 64])
def test_no_part_is_compiled_twice_and_searches_never_by_the_caller(missing, cores):
    missing(compile_ahead.PARTS, cores)
    asked = [name for share in compile_ahead.shares() for name in share]
    assert len(asked) == len(set(asked))
    assert {*compile_ahead.ANSWERS, *compile_ahead.SEARCHES} <= set(asked)
    assert set(asked) <= {*compile_ahead.PARTS}
    assert {name for needed in NEEDED.values() for name in needed} == {*compile_ahead.PARTS}
    assert len(compile_ahead.shares()) < cores


def test_a_helper_is_asked_for_what_is_missing_and_ended_when_it_takes_too_long(
    missing, monkeypatch
):
    missing(["exposing", "retracing", "following"], 2)
    monkeypatch.setattr(compile_ahead, "LONGEST_S", 0.0)
    with compile_ahead.kernels_ahead() as ahead:
        ((process, asked),) = ahead.helpers.items()
        assert asked == ("exposing", "retracing")
        assert tuple(process.args[-2:]) == asked
        ahead.wait_for("following", "answering")
        assert process.poll() is None  # nobody was asked for these, so nobody is waited for
        ahead.wait_for("exposing")
        assert process.wait() != 0


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
