"""A command that is stopped: by a signal, by a reader that goes, by streams that are closed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

psutil = pytest.importorskip("psutil", reason="comes with dask.distributed")

ROOT = Path(__file__).parents[1]
SCENARIO = """\
name: small
area: mong_kok_core
cameras: {totals: [4000, 60000]}
trips: {people: 20}
"""
LONG_S = 120


@pytest.fixture
def there(tmp_path):
    (tmp_path / "s.yaml").write_text(SCENARIO)
    (tmp_path / "w.yaml").write_text(f"{SCENARIO}matrix: {{seed: [1, 2, 3, 4]}}\n")
    return tmp_path


def environment(folder):
    own = {"PYTHONPATH": str(ROOT), "HK_CAMERA_SIM_CACHE": str(folder / "stages")}
    return {**os.environ, **own}


def begin(folder, *words, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *words],
        cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more,
    )  # fmt: skip


def hidden(folder):
    return [path.name for path in folder.rglob(".*")]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_stopped_leaves_nothing(there, number):
    process = begin(there, "run", "s.yaml", "--no-map")
    until = time.monotonic() + LONG_S
    while not list(there.glob("out/.small-*")) and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(random.Random(number).random() / 10)
    helpers = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    _, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 130
    assert err == "sim: stopped; nothing was written\n"
    assert not (there / "out").exists()
    assert not hidden(there)
    assert not psutil.wait_procs(helpers, timeout=20)[1]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_sweep_that_is_stopped_leaves_no_worker(there, number):
    pytest.importorskip("distributed", reason="the extra `distributed`")
    process = begin(there, "sweep", "w.yaml", "--workers", "2")
    until = time.monotonic() + LONG_S
    children = []
    while len(children) < 2 and time.monotonic() < until:
        children = psutil.Process(process.pid).children(recursive=True)
        time.sleep(0.05)
    time.sleep(1)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    _, err = process.communicate(timeout=LONG_S)
    assert not psutil.wait_procs(children, timeout=30)[1]
    if number != signal.SIGKILL:
        assert process.returncode == 130
        assert err.endswith("finished cells are kept: the same command goes on\n")
    assert "Traceback" not in err


def test_a_signal_that_is_not_to_be_heard_is_not(there):
    process = begin(
        there, "validate", "s.yaml", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )
    process.send_signal(signal.SIGHUP)
    out, err = process.communicate(timeout=LONG_S)
    assert (process.returncode, err) == (0, "")
    assert out


@pytest.mark.parametrize("words", ["schema", "--help", "validate s.yaml", "validate none.yaml"])
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", ">/dev/full"])
def test_closed_streams_are_no_traceback(there, words, closed):
    command = f"{sys.executable} -m sim.cli {words} {closed}"
    done = subprocess.run(
        ["sh", "-c", command], cwd=there, env=environment(there), capture_output=True, text=True,
        check=False, timeout=LONG_S,
    )  # fmt: skip
    expected = {2} if "none" in words else {0, 1} if "full" in closed else {0}
    assert done.returncode in expected
    for word in ("Traceback", "Exception ignored", "Error:"):
        assert word not in done.stdout + done.stderr


@pytest.mark.parametrize("words", ["schema", "--help", "validate none.yaml"])
@pytest.mark.parametrize("pipe", ["| true", "2>&1 | true", "| head -c 1", "2>&1 >/dev/null | true"])
def test_a_reader_that_has_gone_is_no_traceback(there, words, pipe):
    begun = f"{sys.executable} -m sim.cli {words}"
    command = f"(sleep 0.2; {begun}) {pipe} > seen"
    done = subprocess.run(
        ["sh", "-c", command], cwd=there, env=environment(there), capture_output=True, text=True,
        check=False, timeout=LONG_S,
    )  # fmt: skip
    for word in ("Traceback", "Exception ignored", "BrokenPipe"):
        assert word not in done.stdout + done.stderr + (there / "seen").read_text()


def test_what_is_written_with_closed_streams_holds_no_words(there):
    command = f"{sys.executable} -m sim.cli cameras import list.csv --out found.geojson >&- 2>&-"
    (there / "list.csv").write_text("lon,lat,heading\n114.17,22.32,90\n")
    done = subprocess.run(
        ["sh", "-c", command], cwd=there, env=environment(there), check=False, timeout=LONG_S
    )
    assert done.returncode == 0
    assert (there / "found.geojson").read_bytes()[:1] == b"{"
