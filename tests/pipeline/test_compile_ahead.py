"""The second process leaves its kernels where the first one looks for them."""

import os
import signal
import subprocess
import sys

import pytest
from privileges import file_permissions_hold

from sim import first_run
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
        lasts = {id(compile_ahead.PARTS[name].last): name for name in names}
        compiled = []
        for name, part in compile_ahead.PARTS.items():
            mine = part._replace(compile=lambda name=name: compiled.append(name))
            monkeypatch.setitem(compile_ahead.PARTS, name, mine)
        monkeypatch.setattr(
            compile_ahead, "on_disk", lambda kernel: lasts.get(id(kernel), "") in ("", *compiled)
        )
        monkeypatch.setattr(first_run, "available_cores", lambda: cores)
        return compiled

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
def test_every_helper_goes_through_all_parts_in_another_order(missing, cores):
    missing(compile_ahead.PARTS, cores)
    orders = first_run.orders()
    assert len(orders) == len(set(orders)) == min(cores - 1, 2)
    assert all(set(order) == {*compile_ahead.PARTS} for order in orders)
    assert {name for needed in NEEDED.values() for name in needed} == {*compile_ahead.PARTS}
    assert orders[0] == tuple(compile_ahead.PARTS)


@pytest.fixture
def idle(monkeypatch):
    """Begin helpers that take nothing, and keep them."""
    helpers = []

    def begin(_, *words, keep):
        helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", *words])
        helpers.append(helper)
        return helper

    monkeypatch.setattr(first_run, "begin_helper", begin)
    return helpers


def test_what_nobody_has_taken_is_compiled_by_who_would_wait(missing, idle):
    compiled = missing(["following", "retracing", "drawing"], 2)
    with compile_ahead.kernels_ahead() as ahead:
        assert ahead.helpers == idle
        assert ahead.compiling.claims.take("following")  # as the helper does
        assert not ahead.compiling.claims.take("following")
        ahead.wait_for("answering")
        assert compiled == []  # it is on disk
        ahead.wait_for("drawing")
        assert compiled == ["drawing"]
        assert idle[0].poll() is None
    assert idle[0].wait() != 0


def test_while_another_compiles_the_last_part_is_compiled_here(missing, idle, monkeypatch):
    compiled = missing(["following", "retracing", "drawing"], 2)
    with compile_ahead.kernels_ahead() as ahead:
        ahead.compiling.claims.take("following")
        monkeypatch.setattr(
            compile_ahead.time, "sleep", lambda _: compiled.append("following")
        )  # fmt: skip
        ahead.wait_for("following")
        assert compiled == ["retracing", "drawing", "following"]


def test_a_helper_that_takes_too_long_is_ended(missing, idle, monkeypatch):
    compiled = missing(["exposing"], 2)
    monkeypatch.setattr(compile_ahead, "LONGEST_S", 0.0)
    with compile_ahead.kernels_ahead() as ahead:
        ahead.compiling.claims.take("exposing")
        ahead.wait_for("exposing")
        assert idle[0].wait() != 0
    assert compiled == []


def test_claims_are_told_in_words():
    claims = first_run.Claims.of(("a", "b"))
    other = first_run.Claims.told(claims.words(("b", "a")))
    assert list(other.ends) == ["b", "a"]
    assert other.take("a")
    assert not claims.take("a")
    assert claims.take("b")
    assert not claims.take("c")
    claims.close()


@pytest.fixture
def early(monkeypatch, tmp_path, idle):
    """Return what is begun for words, where no kernel is compiled in a folder."""
    monkeypatch.setattr(first_run, "_begun", [])
    monkeypatch.setattr(first_run, "available_cores", lambda: 2)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))

    def begun(*words):
        first_run.begin_early(words)
        compiling = first_run.begun_early()
        if compiling is not None:
            compiling.end()
        return compiling is not None

    return begun


def test_helpers_begin_before_the_engine_is_loaded(early, tmp_path):
    assert early("run", "my.yaml")
    assert early("warmup")
    for words in ([], ["validate", "my.yaml"], ["run", "--help"], ["run", "my.yaml", "--dry-run"]):
        assert not early(*words)
    first_run.all_compiled()
    assert not early("warmup")
    (note,) = tmp_path.iterdir()
    os.utime(note, (0, 0))  # as if the sources had been written since
    assert early("warmup")


def test_nothing_begins_early_where_it_could_not_be_noted(early, tmp_path, monkeypatch):
    (tmp_path / "own").mkdir(mode=0o555)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "own"))
    with file_permissions_hold():
        assert not early("warmup")


def test_what_was_begun_early_is_ended_where_nothing_is_missing(missing, early, idle):
    missing([], 2)
    first_run.begin_early(["warmup"])
    with compile_ahead.kernels_ahead() as ahead:
        assert not ahead.helpers
    assert idle[0].wait() != 0
    assert not early("warmup")  # it was noted


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
