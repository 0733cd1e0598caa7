"""What is compiled ahead is all that later commands call, and it is done once."""

import subprocess
import sys
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.jit import KERNELS
from sim.pipeline import warm_up as engine
from sim.pipeline.warm_up import warm_up
from sim.processes import same_package

ROOT = Path(__file__).parents[2]


def kernels_of_the_engine():
    """Return those that are kept on disk; tests may have loaded others."""
    return [kernel for kernel in KERNELS if kernel.__module__.startswith("sim.")]


def compiled():
    """Return what lies compiled on disk beside the engine, by file and time."""
    folders = {kernel.stats.cache_path for kernel in kernels_of_the_engine()}
    found = [path for folder in folders for path in Path(folder).glob("*.nbc")]
    return {(path, path.stat().st_mtime_ns) for path in found}


@pytest.mark.slow
def test_a_run_after_it_compiles_nothing(tmp_path):
    done = warm_up()
    assert done.kernels == len(kernels_of_the_engine()) > 25
    before = compiled()
    words = ["run", "scenarios/as_announced.yaml", "--set", "trips.people=50", "--no-cache"]
    words += [
        "--set",
        "ensemble.fleets=2",
        "--set",
        "tracking.uptime=0.8",
        "--out",
        str(tmp_path / "run"),
        "--no-map",
    ]
    asked = str(tmp_path / "run")
    for command in (
        words,
        ["cameras", "without", asked, "--owner", "police"],
        ["days", asked, "--people", "10", "--days", "9"],
        ["days", asked, "--people", "10", "--days", "9", "--by", "lenient"],
    ):
        subprocess.run(
            [sys.executable, "-m", "sim", *command],
            cwd=ROOT, env=same_package(), check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    assert compiled() == before


def test_nothing_is_done_where_nothing_is_missing(monkeypatch):
    monkeypatch.setattr(engine, "on_disk", lambda kernel: True)
    stages = []
    done = warm_up(stages.append)
    assert done.compiled == 0
    assert done.kernels == len(kernels_of_the_engine())
    assert stages == []


def test_without_a_place_to_write_it_says_so(monkeypatch):
    monkeypatch.setattr(engine, "KERNELS", [])
    with pytest.raises(InputError, match="NUMBA_CACHE_DIR"):
        warm_up()


def test_what_was_compiled_is_counted(monkeypatch):
    kernels = kernels_of_the_engine()[:3]
    there = {id(kernels[0])}
    monkeypatch.setattr(engine, "KERNELS", kernels)
    monkeypatch.setattr(engine, "on_disk", lambda kernel: id(kernel) in there)
    monkeypatch.setattr(engine, "run", lambda *_, **__: there.add(id(kernels[1])))
    monkeypatch.setattr(engine, "place", lambda *_, **__: None)
    monkeypatch.setattr(engine, "compile_living", lambda _: None)
    done = warm_up()
    assert (done.kernels, done.compiled) == (2, 1)  # the third could not be kept
