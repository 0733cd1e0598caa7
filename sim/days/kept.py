"""What is kept of lives: on each day the first and the last identification, and the longest gap.

A person is identified at a sighting as in `sim.tracking.linking`: with the hit rate, the share of
the time needed that they are in view, and only if the face is turned to the head, where it works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.cameras.software import SOFTWARE_CASES
from sim.days.kernels.lives import NOBODY, Kept, Legs, Met, Watch, count_met, identify, write_met
from sim.keyed_random import keys, uniform
from sim.tracking.kernels.walks import PathArrays, SeenArrays
from sim.tracking.linking import drawn_hit_rates, faced_positions, machine_of
from sim.tracking.parameters import PERSON, TrackingParameters
from sim.tracking.walks import head_steps, in_chunks, new_spells, seen_arrays

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.city.streets import StreetNetwork
    from sim.days.lives import Lives
    from sim.sight.sightings import Sightings


class Watcher(NamedTuple):
    """Who identifies: what they see of streets, how often, and how long it takes."""

    seen: SeenArrays
    hit_rate: float
    dwell_needed_s: float


class Case(NamedTuple):
    """Heads whose identifications one observer has."""

    total: int
    """Cameras in the whole city."""
    owner: str | None
    """Of the heads; None: heads of all owners, linked."""


def watcher_of(
    streets: StreetNetwork, seen: Sightings, task: int, by: str, parameters: TrackingParameters
) -> Watcher:
    """Return who identifies walkers.

    Parameters
    ----------
    streets, seen
        The network, and what the fleet sees of it.
    task
        Place in `TASKS`, of a person.
    by
        A person, or a case of software.
    parameters
        Of tracking.
    """
    if by == PERSON:
        faced = faced_positions(streets.arrays, seen.fleet, seen.arrays, parameters.facing_degrees)
        arrays, rate = seen_arrays(seen.arrays, task, faced), parameters.hit_rate[task]
    else:
        machine = machine_of(streets.arrays, seen.fleet, seen.arrays, SOFTWARE_CASES[by])
        arrays, rate = machine.seen, machine.hit_rate
    return Watcher(_of_one_task(arrays), rate, parameters.dwell_needed_s)


def _of_one_task(seen: SeenArrays) -> SeenArrays:
    """Return the rows of the task alone, counted from 0, as arrays of one type to numba."""
    rows = slice(int(seen.row_ptr[0]), int(seen.row_ptr[-1]))
    own = (seen.row_ptr - rows.start, *(values[rows] for values in seen[1:]))
    return SeenArrays._make(np.require(values, requirements=["C", "W"]) for values in own)


def met_on(paths: PathArrays, fleet: Fleet, watcher: Watcher, workers: int | None = None) -> Met:
    """Return the sightings of each way with the face turned to the head, by moment."""
    walks = len(paths.ptr) - 1
    steps = head_steps(fleet, np.array([max(1, int(fleet.arrays.rank[-1]))]))
    seen = watcher.seen

    def counted(first: int, stop: int) -> None:
        count_met(
            first, stop, paths, seen, new_spells(np.arange(first, stop), paths, seen, steps), count
        )

    def written(first: int, stop: int) -> None:
        spells = new_spells(np.arange(first, stop), paths, seen, steps)
        write_met(first, stop, paths, seen, spells, watcher.dwell_needed_s, met)

    count = np.zeros(walks, np.int64)
    in_chunks(counted, walks, workers)
    ptr = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    rows = int(ptr[-1])
    met = Met(
        ptr, np.empty(rows, np.int32), np.empty(rows), np.empty(rows), np.empty(rows, np.int32)
    )
    in_chunks(written, walks, workers)
    order = np.lexsort((met.again, met.head, met.moment_s, np.repeat(np.arange(walks), count)))
    return Met._make((ptr, *(values[order] for values in met[1:])))


def kept_of(
    lives: Lives,
    met: Met,
    fleet: Fleet,
    watcher: Watcher,
    cases: list[Case],
    parameters: TrackingParameters,
    seed: int,
    workers: int | None = None,
) -> Kept:
    """Draw who is identified when, and return what of each day is kept.

    Parameters
    ----------
    lives, met
        Residents, and what they meet on their ways.
    fleet, watcher
        Heads, and who identifies.
    cases
        Whose identifications are kept together; a draw is the same in all.
    parameters, seed
        How hit rates vary by person, which heads work; what the draws are keyed by.
    workers
        Threads; all cores by default. The result does not depend on it.
    """
    people, shape = len(lives.home), (len(cases), len(lives.home), lives.days)
    heads, seconds = np.full((4, *shape), NOBODY, np.int32), np.zeros((3, *shape))
    kept = Kept._make((*heads, *seconds, np.zeros(shape, np.int32)))
    ptr = np.searchsorted(lives.person, np.arange(people + 1)).astype(np.int64)
    legs = Legs(ptr, lives.day, lives.leg, lives.walk, lives.departs_s)
    watch = _watch(fleet, cases, parameters, seed, lives.days)
    quantile = uniform(seed, "hit rate of a person", np.arange(people))
    rate = drawn_hit_rates(watcher.hit_rate, parameters.hit_rate_spread, quantile)
    key = keys(seed, "identified in a life")[0]
    in_chunks(
        lambda first, stop: identify(first, stop, legs, met, watch, rate, key, kept),
        people, workers, 128,
    )  # fmt: skip
    return kept


def _watch(
    fleet: Fleet, cases: list[Case], parameters: TrackingParameters, seed: int, days: int
) -> Watch:
    rank, owner = fleet.arrays.rank, fleet.heads["owner"].to_numpy(object)
    head, day = np.repeat(rank, days), np.tile(np.arange(days), len(rank))
    works = uniform(seed, "outage of the day", head, day) < parameters.uptime
    duty = fleet.heads["duty"].to_numpy(np.float64)
    return Watch(
        rank.astype(np.int64),
        np.where(works.reshape(len(rank), days), duty[:, None], 0.0),
        np.array([case.total for case in cases], np.int64),
        np.array([counts(owner, case) for case in cases], bool).reshape(len(cases), len(rank)),
    )


def counts(owner: NDArray[np.object_], case: Case) -> NDArray[np.bool_]:
    """Return whether heads of these owners count in a case, whatever their rank."""
    return np.ones(len(owner), bool) if case.owner is None else np.asarray(owner == case.owner)
