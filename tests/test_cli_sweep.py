"""`sim sweep` as people run it: killed, stopped, on a scheduler elsewhere, and refused.

The sweeps are real ones of twelve small cells in processes of their own; what is compared is
bytes. `benchmarks/kill_sweep.py` does the same with a hundred cells and twenty kills.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.cli import main

pytestmark = pytest.mark.slow

pytest.importorskip("distributed", reason="sweeps need the extra `distributed`")
psutil = pytest.importorskip("psutil", reason="comes with dask.distributed")

ROOT = Path(__file__).parents[1]
SWEEP = """name: small
area: mong_kok_core
cameras: {totals: [4000, 60000]}
trips: {people: 20}
matrix:
  cameras.strategy: [junctions, random]
  cameras.optics: [weak, typical, strong]
  seed: [1, 2, 3, 4, 5, 6, 7, 8]
"""
TABLES = ["bands.json", "cells.csv", "cells.parquet", "sweep.json"]
CELLS = 48  # so many that none of the kills below comes too late
LONG_S = 180


def start(here, *words, command="sweep"):
    return subprocess.Popen(
        [sys.executable, "-m", "sim.cli", command, *words],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(process):
    out, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 0, err
    return out, err


def lines(folder):
    path = folder / "cells.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def wait_for(process, folder, count):
    until = time.monotonic() + LONG_S
    while process.poll() is None and lines(folder) < count and time.monotonic() < until:
        time.sleep(0.02)


def workers_of(process):
    children = psutil.Process(process.pid).children(recursive=True)
    return [one for one in children if any("spawn_main" in word for word in one.cmdline())]


def tables(folder):
    return {name: (folder / name).read_bytes() for name in TABLES}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweeps")
    (folder / "s.yaml").write_text(SWEEP)
    return folder


@pytest.fixture(scope="module")
def undisturbed(here):
    out, err = finished(start(here, "s.yaml", "--out", "alone", "--workers", "2"))
    assert f"small: {CELLS} cells\n" in out
    assert f"{CELLS} cells computed now" in out
    assert out.endswith("alone/bands.json\nalone/cells.parquet\n")
    assert "GiB each" in err
    assert err.count("\n") == 1
    return here / "alone"


@pytest.mark.slow
def test_kills_at_random_moments_change_no_byte(here, undisturbed):
    chance = random.Random(7)
    folder = here / "killed"
    for victim in ("program", "worker and program"):
        process = start(here, "s.yaml", "--out", "killed", "--workers", "2")
        wait_for(process, folder, lines(folder) + chance.randrange(1, 3))
        time.sleep(chance.random() / 4)
        workers = workers_of(process)
        if victim != "program":
            workers[0].send_signal(signal.SIGKILL)  # the sweep goes on by itself
            wait_for(process, folder, lines(folder) + 2)
        process.kill()
        process.communicate()
        assert not psutil.wait_procs(workers, timeout=30)[1]
    kept = (folder / "cells.jsonl").read_bytes()
    assert CELLS > kept.count(b"\n") > 1
    (folder / "cells.jsonl").write_bytes(kept[:-9])  # as if killed while writing
    left = CELLS - lines(folder)
    out, _ = finished(start(here, "s.yaml", "--out", "killed", "--workers", "1"))
    assert f"{left} cells computed now" in out
    assert tables(folder) == tables(undisturbed)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*TABLES, "cells.jsonl"])


@pytest.mark.slow
def test_a_scheduler_begun_by_hand_gives_the_same_table(here, undisturbed):
    address = here / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    begun = [
        subprocess.Popen([*dask, "scheduler", *options, "--scheduler-file", str(address)], **quiet)
    ]
    try:
        until = time.monotonic() + LONG_S
        # dask makes the file before it writes it
        while not (address.exists() and address.stat().st_size) and time.monotonic() < until:
            time.sleep(0.05)
        found = json.loads(address.read_text())["address"]
        worker = [*dask, "worker", found, "--nthreads", "2", "--no-dashboard"]
        begun.append(
            subprocess.Popen(worker, cwd=here, env={**os.environ, "PYTHONPATH": str(ROOT)}, **quiet)
        )
        _, err = finished(start(here, "s.yaml", "--out", "elsewhere", "--scheduler", found))
    finally:
        for process in reversed(begun):
            process.terminate()
            process.wait(timeout=LONG_S)
    assert err == f"1 worker of {found}\n"
    assert tables(here / "elsewhere") == tables(undisturbed)


def test_ctrl_c_loses_no_finished_cell(here):
    process = start(here, "s.yaml", "--out", "stopped", "--set", "trips.people=300")
    wait_for(process, here / "stopped", 1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 130
    said = "sim: stopped; finished cells are kept: the same command goes on"
    assert err.splitlines()[1:] == [said]
    assert lines(here / "stopped") > 0
    assert [path.name for path in (here / "stopped").iterdir()] == ["cells.jsonl"]


# what needs no workers


@pytest.fixture
def there(here, undisturbed, tmp_path, monkeypatch):
    """A folder with every cell finished."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(SWEEP)
    (tmp_path / "o").mkdir()
    shutil.copy(undisturbed / "cells.jsonl", tmp_path / "o")
    return tmp_path


def test_nothing_is_computed_where_all_is_there(there, undisturbed, capsys):
    assert main(["sweep", "s.yaml", "--out", "o"]) == 0
    out, err = capsys.readouterr()
    assert "0 cells computed now" in out
    assert err == ""
    assert tables(there / "o") == tables(undisturbed)


def test_a_dry_run_counts_and_writes_nothing(there, capsys):
    before = sorted(there.rglob("*"))
    assert main(["sweep", "s.yaml", "--out", "o", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert f"{CELLS} of them are finished in o" in out
    assert out.endswith("Nothing is left to compute.\n")
    assert main(["sweep", "s.yaml", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "0 of them are finished in out/small_sweep" in out
    assert f"{CELLS} cells on " in out
    assert main(["sweep", "s.yaml", "--dry-run", "--json", "--workers", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["cells"], told["finished"]) == (CELLS, 0)
    assert told["estimate"]["cells_to_compute"] == CELLS
    assert told["estimate"]["seconds_at_most"] > 1
    assert sorted(there.rglob("*")) == before


def test_a_full_disk_is_said_in_one_line(there, capsys):
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, hard))
    try:
        assert main(["sweep", "s.yaml", "--out", "o"]) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "File too large" in err
    assert [path.name for path in (there / "o").iterdir()] == ["cells.jsonl"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "s.yaml"], "s.yaml: is a file; choose another --out"),
        (["--out", "s.yaml/o"], "s.yaml/o: cannot be written (Not a directory)"),
        (["--scheduler", "nonsense"], "--scheduler nonsense: is not an address; write one such as"),
        (["--scheduler", "tcp://127.0.0.1:8786", "--workers", "2"], "give one"),
        (["--set", "cameras.optics=lens"], "--set"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(there, capsys, words, said):
    before = sorted(there.rglob("*"))
    assert main(["sweep", "s.yaml", *words]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert sorted(there.rglob("*")) == before
