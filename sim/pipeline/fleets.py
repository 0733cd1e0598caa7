"""Many fleets over the same people: the pipeline once a fleet, their figures kept, all else let go.

Every fleet is the scenario with another seed of placement, from the scenario's own on. City, places
for cameras, people and walks are shared. Which fleet lies in the middle is known when all were
looked at; that one is then run whole, as the run that is written.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from typing import TypeVar

import numpy as np

from sim.cameras.fleet import Fleet
from sim.cameras.optics import TASKS
from sim.city.model import City
from sim.pipeline.cached_stages import CachedStages
from sim.pipeline.simulate import (
    Before,
    Draw,
    Results,
    placed,
    placements_of,
    simulate,
    steps_of,
)  # fmt: skip
from sim.pipeline.user_inputs import OwnInputs
from sim.processes import available_cores
from sim.results.fleets import Fleets, Parts, PersonSums
from sim.scenario.parameters import prices
from sim.scenario.schema import Scenario
from sim.tracking.percolation import dark_network
from sim.tracking.report import TrackReport
from sim.tracking.statistics import WalkValues
from sim.trips.model import Trips

Item = TypeVar("Item")
Found = TypeVar("Found")
Done = Callable[[int, int], object]


def many_fleets(
    stages: CachedStages,
    own: OwnInputs,
    trips: Trips,
    *,
    leave_out: int = 0,
    before: Before = lambda _: None,
    done: Done = lambda _count, _of: None,
) -> Fleets:
    """Run a scenario's fleets over the same walks and keep their figures.

    Parameters
    ----------
    stages
        The scenario and its city; single fleets are not kept in its cache.
    own
        What was read from the user's files.
    trips
        Who walks where.
    leave_out
        So many of the last fleets do not count for the error of drawing people, so that they can
        be set against the others.
    before
        As `simulate` calls it, of each fleet.
    done
        Called with the number of finished fleets and that of all.

    Notes
    -----
    What needs a search for every walk is found for the fleet shown only: it would take half of the
    time. If the first two seeds hang the same heads, seeds change nothing: there is one placement,
    and it is the only fleet.
    """
    scenario, city = stages.scenario, stages.city
    alone = replace(stages, cache=None)
    placements = placements_of(scenario, city, own)
    seeds = [scenario.seed + number for number in range(scenario.ensemble.fleets)]
    first = {seed: placed(scenario, placements, seed) for seed in seeds[:2]}
    if len(first) > 1 and _same(*first.values()):
        seeds = seeds[:1]

    def one(seed: int) -> tuple[Parts, Iterator[tuple[str, WalkValues]]]:
        fleet = first[seed] if seed in first else placed(scenario, placements, seed)
        found = simulate(
            alone, own, draw=Draw(seed, fleet), walks=lambda: trips, before=before, threads=1
        )
        return _part(scenario, city, found), _walks_of(found.tracks)

    parts: list[Parts] = []
    sums = PersonSums()
    for part, walks in in_order(one, seeds, available_cores()):
        if len(parts) < len(seeds) - leave_out:
            sums.add(walks)
        parts.append(part)
        done(len(parts), len(seeds))
    people = sums.variances() if len(seeds) > 1 else {}
    totals = tuple(scenario.cameras.totals)
    return Fleets(scenario.ensemble.fleets, tuple(seeds), totals, tuple(parts), people)


def in_order(
    compute: Callable[[Item], Found], items: Iterable[Item], at_once: int
) -> Iterator[Found]:
    """Yield what is found for each item, in their order, computed on so many threads.

    No more than that are begun ahead of the reader, so that results do not pile up.
    """
    waiting: deque[Future[Found]] = deque()
    with ThreadPoolExecutor(at_once) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(compute, item))
                if len(waiting) > at_once:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()


def one_fleet(scenario: Scenario, city: City, found: Results) -> Fleets:
    """Return the figures of a run's only fleet."""
    totals = tuple(scenario.cameras.totals)
    return Fleets(1, (scenario.seed,), totals, (_part(scenario, city, found),), {})


def _walks_of(tracks: TrackReport) -> Iterator[tuple[str, WalkValues]]:
    """Return the figures of walks that stand in a step of summary.json."""
    assert tracks.answer is not None
    assert tracks.software is not None
    return chain(tracks.of_walks(), tracks.answer.of_walks(), tracks.software.of_walks())


def _part(scenario: Scenario, city: City, found: Results) -> Parts:
    """Return what one fleet's run says, in the form of summary.json."""
    looked = found.analyses
    dark = looked.dark if looked else dark_network(city, found.seen, found.pieces)
    return {
        "steps": steps_of(city, found, prices(scenario)),
        "percolation": {task: dark.critical(task) for task in TASKS},
    }


def _same(one: Fleet, other: Fleet) -> bool:
    """Return whether two fleets hang the same heads."""
    return all(
        np.array_equal(getattr(one.arrays, name), getattr(other.arrays, name))
        for name in one.arrays._fields
    )
