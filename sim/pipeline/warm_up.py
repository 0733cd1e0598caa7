"""Compile ahead all that later commands would compile: a small run, and what it does not need.

The run is of the built-in sample and is thrown away, so what is compiled is what runs compile, in
the same order and on as many cores.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from sim.city.loaders import load_city
from sim.days.parameters import DaysParameters
from sim.errors import InputError
from sim.jit import KERNELS, on_disk
from sim.pipeline.compile_ahead import compile_meeting, compile_sloping
from sim.pipeline.run import run
from sim.placement.placing import place
from sim.results.days import days_run
from sim.scenario.schema import Scenario

SMALL = Scenario.model_validate(
    {
        "name": "warmup",
        "area": "mong_kok_core",
        "cameras": {"totals": [4000], "strategy": "betweenness"},
        "trips": {"people": 20},
        "tracking": {"subsample": 2},
    }
)
"""What is run: few walks past few cameras, and every analysis."""
GREEDY = {"greedy_cover": 1.0, "greedy_trips": 1.0, "empirical": 1.0}
"""Strategies with kernels of their own."""

FEW_DAYS = DaysParameters(people=20, days=7)
"""Lives in that run, of which only `sim days` asks: enough that some are identified."""


class WarmUp(NamedTuple):
    """What was done.

    `kernels` are there now, `compiled` of them were missing, and it took so many `seconds`.
    """

    kernels: int
    compiled: int
    seconds: float


def warm_up(announce: Callable[[str], None] = lambda _: None) -> WarmUp:
    """Compile every kernel that is not on disk yet; later commands find them there.

    Parameters
    ----------
    announce
        Called with the name of each stage as it begins; not at all where nothing is missing.

    Raises
    ------
    InputError
        There is no folder in which compiled kernels can be kept.
    """
    begun = time.perf_counter()
    kernels = _kept()
    if not kernels:
        raise InputError(
            "neither beside the package nor in your cache folder can compiled kernels be kept; "
            "let NUMBA_CACHE_DIR name a folder that you can write to"
        )
    missing = [kernel for kernel in kernels if not on_disk(kernel)]
    if missing:
        with tempfile.TemporaryDirectory() as folder:
            run(SMALL, Path(folder) / "run", announce=announce)
            announce("days")
            compile_living(Path(folder) / "run")
        announce("greedy")
        place(load_city(SMALL.area), SMALL.cameras.totals[-1], strategy=GREEDY)
        compile_meeting()
        compile_sloping()
    compiled = sum(on_disk(kernel) for kernel in missing)
    return WarmUp(len(kernels) - len(missing) + compiled, compiled, time.perf_counter() - begun)


def compile_living(folder: Path) -> None:
    """Live some days in a run and ask what they tell."""
    days_run(folder, FEW_DAYS)


def _kept() -> list[Any]:
    """Return the kernels of the engine that are kept on disk."""
    return [kernel for kernel in KERNELS if kernel.__module__.startswith("sim.")]
