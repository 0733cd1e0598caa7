"""Many fleets over the same people: the pipeline once a fleet, their figures kept, all else let go.

Every fleet is the scenario with another seed of placement, from the scenario's own on. City, places
for cameras, people and walks are shared. Which fleet lies in the middle is known when all were
looked at; that one is then run whole, as the run that is written. Other processes may take fleets
in turn with this one; what is found does not depend on who found it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TypeVar, cast

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
from sim.placement.placing import Placement
from sim.processes import available_cores
from sim.results.districts import DISTRICTS
from sim.results.fleets import Fleets, Parts, PersonSums
from sim.scenario.parameters import prices
from sim.scenario.schema import Scenario
from sim.second_python import Beside
from sim.tracking.districts import answer_by_district
from sim.tracking.percolation import dark_network
from sim.tracking.report import TrackReport
from sim.tracking.statistics import WalkValues
from sim.trips.model import Trips

Item = TypeVar("Item")
Result = TypeVar("Result")
Found = tuple[Parts, list[tuple[str, WalkValues]]]
"""What a fleet's run says, and the figures of its walks."""
Done = Callable[[int, int], object]


@dataclass(frozen=True)
class FleetsOf:
    """The fleets of a scenario, each found by its number alone.

    Attributes
    ----------
    stages
        The scenario and its city; single fleets are not kept in its cache.
    own
        What was read from the user's files.
    trips
        Who walks where.
    before
        As `simulate` calls it, of each fleet.
    """

    stages: CachedStages
    own: OwnInputs
    trips: Trips
    before: Before = lambda _: None

    def seed(self, number: int) -> int:
        """Return the seed of a fleet."""
        return self.stages.scenario.seed + number

    def fleet(self, number: int) -> Fleet:
        """Return the heads of a fleet."""
        return placed(self.stages.scenario, self._placements, self.seed(number))

    def found(self, number: int, fleet: Fleet | None = None) -> Found:
        """Return what a fleet's run says, placed here if nobody has it, and its walks' figures."""
        scenario, city = self.stages.scenario, self.stages.city
        draw = Draw(self.seed(number), fleet or self.fleet(number))
        found = simulate(
            replace(self.stages, cache=None), self.own, draw=draw, walks=lambda: self.trips,
            before=self.before, threads=1,
        )  # fmt: skip
        return _part(scenario, city, found), list(_walks_of(found.tracks))

    @cached_property
    def _placements(self) -> Placement:
        return placements_of(self.stages.scenario, self.stages.city, self.own)


def many_fleets(
    fleets: FleetsOf,
    *,
    leave_out: int = 0,
    done: Done = lambda _count, _of: None,
    beside: Beside | None = None,
) -> Fleets:
    """Run a scenario's fleets over the same walks and keep their figures.

    Parameters
    ----------
    fleets
        The scenario, and who walks where.
    leave_out
        So many of the last fleets do not count for the error of drawing people, so that they can
        be set against the others.
    done
        Called with the number of finished fleets and that of all.
    beside
        Processes that compute fleets of this very scenario; the threads of this one without.

    Notes
    -----
    What needs a search for every walk is found for the fleet shown only: it would take half of the
    time. If the first two seeds hang the same heads, seeds change nothing: there is one placement,
    and it is the only fleet.
    """
    scenario = fleets.stages.scenario
    count = scenario.ensemble.fleets
    first = {number: fleets.fleet(number) for number in range(min(2, count))}
    if len(first) > 1 and _same(*first.values()):
        count = 1

    def one(number: int) -> Found:
        return fleets.found(number, first.pop(number, None))

    parts: list[Parts] = []
    sums = PersonSums()
    for part, walks in (
        in_order(one, range(count), available_cores())
        if beside is None
        else in_turn(one, count, len(first), beside)
    ):
        if len(parts) < count - leave_out:
            sums.add(walks)
        parts.append(part)
        done(len(parts), count)
    people = sums.variances() if count > 1 else {}
    seeds = tuple(map(fleets.seed, range(count)))
    return Fleets(
        scenario.ensemble.fleets, seeds, tuple(scenario.cameras.totals), tuple(parts), people
    )


def in_turn(
    compute: Callable[[int], Result], count: int, mine: int, beside: Beside
) -> Iterator[Result]:
    """Yield what is found for each number, in order; others compute those that they take.

    The first `mine` are computed here, and so is what another took and did not find.
    """
    beside.turns.deal(range(mine, count))
    here = chain(range(mine), iter(beside.turns.take, None))
    found: dict[int, Result] = {}
    for number in range(count):
        while number not in found and number not in beside.found:
            taken = next(here, None)
            if taken is None:
                break
            found[taken] = compute(taken)
        if number in found:
            yield found.pop(number)
        else:
            yield cast(Result, beside.fetch(number)) or compute(number)


def in_order(
    compute: Callable[[Item], Result], items: Iterable[Item], at_once: int
) -> Iterator[Result]:
    """Yield what is found for each item, in their order, computed on so many threads.

    No more than that are begun ahead of the reader, so that results do not pile up.
    """
    waiting: deque[Future[Result]] = deque()
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
    looked, tracks = found.analyses, found.tracks
    assert tracks.answer is not None
    dark = looked.dark if looked else dark_network(city, found.seen, found.pieces)
    return {
        "steps": steps_of(city, found, prices(scenario)),
        "percolation": {task: dark.critical(task) for task in TASKS},
        DISTRICTS: answer_by_district(city, tracks.trips, tracks.answer),
    }


def _same(one: Fleet, other: Fleet) -> bool:
    """Return whether two fleets hang the same heads."""
    return all(
        np.array_equal(getattr(one.arrays, name), getattr(other.arrays, name))
        for name in one.arrays._fields
    )
