"""How well a walker is followed: the expected share of a walk on which the track is alive.

A walker is tracked or lost. Being identified makes them tracked; a track lives on while any head
has them in view, and survives an unseen gap by chance. The expectation is a forward recursion
along the walk, exact given which heads work and how readily the walker is recognised, and then
averaged over walkers; nothing is drawn at random.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.cameras.fleet import Fleet
from sim.cameras.optics import TASKS
from sim.cameras.software import SoftwareCase
from sim.city.streets import StreetArrays
from sim.keyed_random import uniform
from sim.sight.arrays import SightingArrays
from sim.tracking.kernels.gaps import COLUMNS, Gaps
from sim.tracking.kernels.linking import (
    AFTERWARDS,
    IDENTIFIED,
    LIVE,
    Chances,
    Crowd,
    Events,
    Kinds,
    Room,
    Spans,
    Watcher,
    find_faced,
    follow,
)
from sim.tracking.kernels.walks import HeadSteps, PathArrays, SeenArrays, StepPieces, Walked
from sim.tracking.parameters import TrackingParameters
from sim.tracking.reach import AROUND, cotangent_of, in_reach, software_layer
from sim.tracking.walks import in_chunks, new_runs, new_spells, seen_arrays

KINDS_OF_WALKERS = 16
"""Hit rates at which a walk is followed where they vary by person; see `hit_rates`."""
ALIKE = 1e-12
"""A spread nearer to 0, or a mean nearer to 0 or 1, is not a spread; one nearer to 1 is 1."""


class LinkingArrays(NamedTuple):
    """How well each walker is followed; every array has the shape (trips, totals, tasks)."""

    identified: NDArray[np.float64]
    """Probability to be identified at least once."""
    live_s: NDArray[np.float64]
    """Expected seconds tracked, each moment judged from what came before it."""
    afterwards_s: NDArray[np.float64]
    """Expected seconds tracked from recordings, forward or backward from an identification."""


class Machine(NamedTuple):
    """Software that identifies walkers as they pass."""

    seen: SeenArrays
    """Where it could read a face, and from where on the face is turned to the head."""
    hit_rate: float


def machine_of(
    streets: StreetArrays, fleet: Fleet, sightings: SightingArrays, case: SoftwareCase
) -> Machine:
    """Return what software of a case makes of what heads see."""
    layer = software_layer(fleet, case)
    rows = in_reach(streets, fleet, sightings, [layer])
    faced = np.full(len(rows.head), np.nan), np.full(len(rows.head), np.nan)
    seen, heads = seen_arrays(rows, 0, faced), fleet.arrays
    find_faced(seen, heads.x, heads.y, streets, cotangent_of(case.turn))
    return Machine(seen, case.hit_rate)


def faced_positions(
    streets: StreetArrays, fleet: Fleet, sightings: SightingArrays, facing_degrees: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where each interval first has the walker's face turned to the head.

    The walking direction is that of the street segment. On a straight segment the angle to the
    head only grows, so the answer is exact and does not depend on how edges are cut.

    Returns
    -------
    tuple
        For walkers from u to v and from v to u: position on the edge (m from u), NaN where the
        face is never turned to the head within the interval.
    """
    if facing_degrees >= AROUND:
        return sightings.start, sightings.end
    cotangent = cotangent_of(facing_degrees)
    forward = np.full(len(sightings.head), np.nan)
    backward = np.full(len(sightings.head), np.nan)
    heads = fleet.arrays
    for task in range(len(TASKS)):
        seen = seen_arrays(sightings, task, (forward, backward))
        find_faced(seen, heads.x, heads.y, streets, cotangent)
    return forward, backward


def hit_rates(
    mean: float, spread: float, kinds: int = KINDS_OF_WALKERS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return kinds of walkers that stand for a Beta distribution of the hit rate.

    They are the nodes of Gauss-Jacobi quadrature (Golub and Welsch 1969). All figures of a walk
    are polynomials in the hit rate, of the degree of its sightings that may identify, so the
    expectation over persons is exact for walks with up to 2 · kinds − 1 of these, and beyond them
    wrong by less than 1e-9 at 50 and 1e-3 at 200.

    Parameters
    ----------
    mean, spread
        As in `TrackingParameters`: Beta(m c, (1 − m) c) with c = 1 / spread − 1.
    kinds
        How many, where they differ.

    Returns
    -------
    tuple
        Hit rate and share of walkers of each kind.
    """
    if spread < ALIKE or not ALIKE < mean < 1 - ALIKE:
        return np.array([mean]), np.ones(1)
    certainty, n = 1 / spread - 1, np.arange(1, kinds)
    more, fewer = mean * certainty, (1 - mean) * certainty
    # recurrence of the Jacobi polynomials, with what would be 0/0 at certainty 0 taken out
    middle = np.full(kinds, 2 * mean - 1)
    middle[1:] *= certainty - 2
    middle[1] /= certainty + 2
    middle[2:] *= certainty / ((2 * n[1:] + certainty - 2) * (2 * n[1:] + certainty))
    beside = np.full(kinds - 1, 4 * mean * (1 - mean) / (certainty + 1))
    n = n[1:]
    beside[1:] = 4 * n * (n + fewer - 1) * (n + more - 1) * (n + certainty - 2)
    beside[1:] /= (2 * n + certainty - 2) ** 2 * (2 * n + certainty - 1) * (2 * n + certainty - 3)
    node, vector = np.linalg.eigh(np.diag(middle) + np.diag(np.sqrt(beside), -1))
    return np.clip((1 + node) / 2, 0.0, 1.0), vector[0] ** 2


def drawn_hit_rates(
    mean: float, spread: float, quantile: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the hit rates of single persons, from quantiles in [0, 1) of the Beta distribution.

    The parameters are those of `hit_rates`.
    """
    if spread < ALIKE or not ALIKE < mean < 1 - ALIKE:
        return np.full(quantile.shape, mean)
    if spread > 1 - ALIKE:
        return (quantile >= 1 - mean).astype(np.float64)
    from scipy.special import betaincinv  # slow, and seldom asked for

    certainty = 1 / spread - 1
    rate: NDArray[np.float64] = betaincinv(mean * certainty, (1 - mean) * certainty, quantile)
    return rate


def working_heads(fleet: Fleet, uptime: float, seed: int) -> NDArray[np.float64]:
    """Return for each head its duty where it works on the day, 0 where it is out of order."""
    works = uniform(seed, "outage", fleet.arrays.rank) < uptime
    return np.where(works, fleet.heads["duty"].to_numpy(np.float64), 0.0)


def linking(
    paths: PathArrays,
    heads: HeadSteps,
    hit: NDArray[np.float64],
    sightings: SightingArrays,
    faced: tuple[NDArray[np.float64], NDArray[np.float64]],
    pieces: list[StepPieces],
    totals: int,
    crowd: Crowd,
    parameters: TrackingParameters,
    workers: int | None = None,
    *,
    machine: Machine | None = None,
) -> LinkingArrays:
    """Return how well each walker is followed, for every total and task.

    Parameters
    ----------
    paths, heads, sightings
        Walks, heads and what the heads see.
    hit
        Of each head, the probability that it works and looks there.
    faced
        Of `faced_positions`.
    pieces
        Streets cut by step, one per task: what keeps a track alive.
    totals
        How many totals there are.
    crowd
        Of `sim.tracking.look_alikes.crowd_of`.
    parameters
        Of the scenario.
    workers
        Threads; all cores by default. The result does not depend on it.
    machine
        What identifies live, whatever the task; the persons who watch where not given. Afterwards
        it is always they.
    """
    out = np.zeros((3, len(paths.ptr) - 1, totals, len(pieces)))
    chances = Chances(parameters.dwell_needed_s, 1 / parameters.memory_s, crowd)
    rows = (IDENTIFIED, LIVE + 1) if machine is None else (IDENTIFIED, LIVE)
    if machine is not None:
        machine = machine._replace(seen=_of_one_type(machine.seen))
    of_tasks = _of_one_type(seen_arrays(sightings, 0, faced))
    tasks: list[Callable[[int, int], None]] = []
    for task, rate in enumerate(parameters.hit_rate):
        seen = of_tasks._replace(row_ptr=sightings.edge_ptr[task].copy())
        watching = [_Watching(seen, rate, rows), _Watching(seen, 0.0, (LIVE, LIVE))]
        if machine is not None:
            watching[1] = _Watching(machine.seen, machine.hit_rate, (LIVE, LIVE + 1))
        kinds = _kinds(watching, parameters.hit_rate_spread)
        if (kinds.rows[:, 0] < kinds.rows[:, 1]).any():
            ways = Walked(paths, heads, seen, pieces[task])
            tasks.append(partial(_follow_some, task, ways, hit, watching, kinds, chances, out))
    in_chunks(partial(_follow_tasks, tasks), len(paths.ptr) - 1, workers)
    return LinkingArrays(out[IDENTIFIED], out[LIVE], out[AFTERWARDS])


def _follow_tasks(tasks: list[Callable[[int, int], None]], first: int, stop: int) -> None:
    """Follow walks for one task after the other, while their streets are still in the cache."""
    for follow_some in tasks:
        follow_some(first, stop)


class _Watching(NamedTuple):
    """Who identifies walkers, how often on the mean, and which rows are written of it."""

    seen: SeenArrays
    rate: float
    rows: tuple[int, int]


def _kinds(watching: list[_Watching], spread: float) -> Kinds:
    """Return the kinds of walkers to each watcher; who never identifies writes nothing."""
    factor, weight = np.zeros((2, 2, KINDS_OF_WALKERS))
    rows = np.zeros((2, 2), np.int64)
    most = 1
    for who, (seen, rate, named) in enumerate(watching):
        if rate > 0 and len(seen.head):
            rates, shares = hit_rates(rate, spread)
            most = max(most, len(rates))
            factor[who, : len(rates)], weight[who, : len(rates)] = rates / rate, shares
            rows[who] = named
    return Kinds(factor[:, :most].copy(), weight[:, :most].copy(), rows)


def _of_one_type(seen: SeenArrays) -> SeenArrays:
    """Return arrays that may be written to, copies where they are not: a type of its own to numba.

    The kernel chooses between the watchers, so both must be of one type.
    """
    return SeenArrays._make(np.require(values, requirements=["C", "W"]) for values in seen)


def _follow_some(
    task: int,
    walked: Walked,
    hit: NDArray[np.float64],
    watching: list[_Watching],
    kinds: Kinds,
    chances: Chances,
    out: NDArray[np.float64],
    first: int,
    stop: int,
) -> None:
    """Follow walks for one task, the first … stop − 1 of their order."""
    walks = walked.paths.order[first:stop]
    person, software = (
        Watcher(
            walked._replace(seen=seen),
            hit * rate,
            new_spells(walks, walked.paths, seen, walked.heads),
        )
        for seen, rate, _ in watching
    )
    most = max(len(person.spells.head), len(software.spells.head))
    events = Events(
        np.zeros(2, np.int64), np.empty((2, most)), np.empty((2, most), np.int64),
        np.empty((2, most)),
    )  # fmt: skip
    runs = new_runs(walks, walked.paths, walked.pieces)
    bounds = np.empty(len(runs.step) + 1, np.int64)
    places = len(bounds) + most
    spans = Spans(np.empty(places, np.int64), *(np.empty(places) for _ in Spans._fields[1:]))
    gaps = Gaps(np.empty((places, COLUMNS)), np.full(4, np.nan))
    room = Room(runs, np.empty(len(bounds)), np.empty(places), bounds, gaps, events, spans)
    follow(walks, task, person, software, kinds, chances, room, out)
