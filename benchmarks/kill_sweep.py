"""A sweep killed at random moments, beside one left alone: are the tables the same bytes?

    python benchmarks/kill_sweep.py [--cells 100] [--kills 20] [--workers 2] [--seed 1]

Kills go in turn to the program itself and to one of its workers, by SIGKILL, after a random number
of new cells and up to the time of two more. A killed program is begun again with the same command.
"""

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
SWEEP = """name: killed
area: mong_kok_core
cameras: {{totals: [4000, 60000]}}
trips: {{people: 200}}
matrix:
  cameras.strategy: [junctions, random, transit, even, places]
  cameras.optics: [weak, typical, strong, ptz]
  seed: [{seeds}]
"""
TABLES = ("cells.parquet", "cells.csv", "bands.json", "sweep.json")


def main():
    """Run both sweeps and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=100, help="a multiple of 20")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        seeds = ", ".join(str(1 + i) for i in range(max(1, asked.cells // 20)))
        (here / "sweep.yaml").write_text(SWEEP.format(seeds=seeds))
        begun = time.perf_counter()
        alone = start(here, "alone", asked.workers)
        assert alone.wait() == 0
        seconds = time.perf_counter() - begun
        begun = time.perf_counter()
        starts, kills = disturbed(here, asked, chance, seconds / asked.cells)
        print(
            f"{asked.cells} cells, {asked.workers} workers: undisturbed {seconds:.0f} s; "
            f"with {kills['program']} kills of the program and {kills['worker']} of a worker, "
            f"{starts} starts, {time.perf_counter() - begun:.0f} s"
        )
        same = True
        for name in TABLES:
            one, other = (
                hashlib.sha256((here / run / name).read_bytes()).hexdigest()
                for run in ("alone", "killed")
            )
            same &= one == other
            print(f"{name}: {'the same bytes' if one == other else 'DIFFERS'} ({one[:12]})")
        left = sorted(path.name for path in (here / "killed").iterdir())
        print("left in the folder:", ", ".join(left))
        print("lines in cells.jsonl:", lines(here))
    return 0 if same else 1


def disturbed(here, asked, chance, seconds_a_cell):
    """Run the sweep with kills until it ends by itself."""
    kills = {"program": 0, "worker": 0}
    starts, process = 0, None
    while sum(kills.values()) < asked.kills:
        if process is None:
            process = start(here, "killed", asked.workers)
            starts += 1
        until(process, lines(here) + chance.randrange(0, 2 * asked.cells // asked.kills - 3), here)
        time.sleep(2 * seconds_a_cell * chance.random())
        if process.poll() is not None:
            raise SystemExit("the sweep ended before all kills; take more cells")
        if sum(kills.values()) % 2 == 0:
            workers = workers_of(process)
            process.kill()
            process.wait()
            _, alive = psutil.wait_procs(workers, timeout=30)
            assert not alive, f"workers outlive the program: {alive}"
            process = None
            kills["program"] += 1
        elif workers := workers_of(process):
            victim = chance.choice(workers)
            os.kill(victim.pid, signal.SIGKILL)
            kills["worker"] += 1
    if process is None:
        process = start(here, "killed", asked.workers)
        starts += 1
    assert process.wait() == 0
    return starts, kills


def start(here, out, workers):
    """Begin the command."""
    command = [sys.executable, "-m", "sim.cli", "sweep", "sweep.yaml"]
    return subprocess.Popen(
        [*command, "--out", out, "--workers", str(workers)],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def workers_of(process):
    """Return the worker processes of a sweep."""
    children = psutil.Process(process.pid).children(recursive=True)
    return [one for one in children if any("spawn_main" in word for word in one.cmdline())]


def until(process, count, here):
    """Wait until so many cells are kept."""
    while process.poll() is None and lines(here) < count:
        time.sleep(0.02)


def lines(here):
    """Count the cells kept."""
    path = here / "killed" / "cells.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


if __name__ == "__main__":
    sys.exit(main())
