"""Fleets of a run in other processes: when they are worth their start, and what they do."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sim.city.loaders import load_city
from sim.pipeline.cached_stages import CachedStages
from sim.pipeline.compile_ahead import all_on_disk
from sim.pipeline.cost import Estimate
from sim.pipeline.fleets import FleetsOf
from sim.pipeline.simulate import drawn_walks
from sim.pipeline.user_inputs import read_own_inputs
from sim.processes import end_with_parent, machine_memory_bytes, seek_cycles_seldom
from sim.scenario.schema import Scenario
from sim.second_python import Beside, Turns, begin_beside, begun_early

FEWEST = 6
"""Fleets for which another Python, which takes a second and a half to start, is begun."""
SHARE_OF_MEMORY = 0.5
"""That a run and its helpers may take together."""


@contextmanager
def fleets_beside(scenario: Scenario) -> Iterator[Beside | None]:
    """Get processes ready for a scenario's fleets if they are worth it; end them with the block."""
    beside = begun_early()
    wanted = scenario.ensemble.fleets >= FEWEST and all_on_disk()
    if beside is None and wanted:
        beside = begin_beside()
    try:
        if beside is not None and wanted:
            beside.begin(scenario.model_dump_json())
        yield beside if wanted else None
    finally:
        if beside is not None:
            beside.end()


def with_room(beside: Beside | None, takes: Estimate) -> Beside | None:
    """Return processes that may each take the memory of a run; others are ended: they hold a city.

    Parameters
    ----------
    beside
        Ready for a run; None where there are none.
    takes
        What the run will take.
    """
    if beside is None:
        return None
    if takes.memory_bytes * (1 + len(beside.helpers)) < SHARE_OF_MEMORY * machine_memory_bytes():
        return beside
    beside.end()
    return None


def compute_in_turn(scenario: Scenario, turns: Turns, out: int) -> None:
    """Compute the fleets whose turns nobody else takes, and write what each says."""
    city, own = read_own_inputs(scenario, load_city(scenario.area))
    trips = drawn_walks(scenario, city, own)
    fleets = FleetsOf(CachedStages(scenario, city, None), own, trips)
    with os.fdopen(out, "wb") as stream:
        while (number := turns.take()) is not None:
            pickle.dump((number, fleets.found(number)), stream)
            stream.flush()


if __name__ == "__main__":
    told = end_with_parent()
    seek_cycles_seldom()
    results = os.dup(1)
    os.dup2(2, 1)  # what a library prints is not among the results
    compute_in_turn(Scenario.model_validate_json(told.result()), Turns(int(sys.argv[1])), results)
