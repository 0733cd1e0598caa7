"""How much of a walk could be retraced: gaps between identifications filled by the least-cost way.

Who was identified where is drawn again and again; what the heads that identified a walker saw is
known, and between two known stretches an observer takes the quickest way, which is walked by
whoever has no taste of their own. It knows sightings and streets, not what the observer is after.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.cameras.optics import TASKS
from sim.city.streets import StreetNetwork
from sim.errors import InputError
from sim.jit import inner, kernel
from sim.keyed_random import keys, scrambled_one, uniform
from sim.processes import available_cores
from sim.tracking.exposure import (
    MEET_M,
    HeadSteps,
    PathArrays,
    SeenArrays,
    gather_spells,
    head_steps,
    new_spells,
    path_arrays,
)
from sim.tracking.linking import (
    drawn_hit_rates,
    faced_positions,
    working_heads,
)
from sim.tracking.parameters import TrackingParameters
from sim.trips.routing import (
    _Graph,
    _graph,
    _least_seconds_per_metre,
    _new_scratch,
    _search,
    edge_seconds,
)

if TYPE_CHECKING:
    from sim.sight.sightings import Sightings
    from sim.trips.model import Trips

DRAWS = 32
MOST_DRAWS = 100_000
TRIPS_AT_ONCE = 16
REMEMBERED = 4096
"""Gaps of one walk whose filling is kept for the next draw; a gap beyond is filled anew."""


@dataclass(frozen=True)
class Reconstruction:
    """How much of each walk an observer could retrace from the identifications.

    It may fall as the number of heads grows: one more identification in the midst of a gap may
    lead the quickest way astray that was right by chance.

    Attributes
    ----------
    trip
        Rows of the trips asked for, shape (trips,).
    draws
        How often it was drawn who is identified where.
    share
        Of the walk's length, mean over the draws, shape (trips, totals, tasks).
    spread
        Standard deviation over the draws; the standard error of `share` that comes from drawing
        is spread / sqrt(draws). The draws of two walks are independent.
    """

    trip: NDArray[np.int64]
    draws: int
    share: NDArray[np.float64]
    spread: NDArray[np.float64]


class Chances(NamedTuple):
    """What decides who is identified, for one task."""

    hit: NDArray[np.float64]
    """Of each head: mean hit rate × chance that it works and looks there."""
    person: NDArray[np.float64]
    """Of each walk and draw: the person's hit rate as a multiple of the mean."""
    rank: NDArray[np.int32]
    dwell_needed_s: float
    walk_key: NDArray[np.uint64]
    draws: int


class Known(NamedTuple):
    """Scratch: the sightings of one walk that may identify, in the order in which they begin."""

    begin: NDArray[np.float64]
    end: NDArray[np.float64]
    """Metres from the start of the walk."""
    step: NDArray[np.int64]
    chance: NDArray[np.float64]
    key: NDArray[np.uint64]
    made: NDArray[np.bool_]
    """Whether the sighting identifies, in the draw at hand."""
    times: NDArray[np.int64]
    """Of each head: its sightings met so far."""


class Course(NamedTuple):
    """Scratch: metres and seconds from the start of a walk to the start of each of its edges."""

    metres: NDArray[np.float64]
    seconds: NDArray[np.float64]


class Map(NamedTuple):
    """Streets as the observer reads them, by walking time without taste."""

    edge_u: NDArray[np.int32]
    edge_v: NDArray[np.int32]
    least: float
    """Fewest seconds per metre of straight line."""
    graph: _Graph


class Memory(NamedTuple):
    """Scratch: fillings of the gaps of one walk, and the streets of the latest."""

    gap: NDArray[np.int64]
    """From which sighting to which, as one number; -1 for none."""
    metres: NDArray[np.float64]
    on_way: NDArray[np.int64]
    """Of each edge: the last way found that leads along all of it."""
    tally: NDArray[np.int64]
    """Searches so far, ways found so far."""


class Spot(NamedTuple):
    """A position on a walk: place in the walk, edge, metres from u."""

    place: int
    edge: int
    at: float


def reconstruction(
    streets: StreetNetwork,
    seen: Sightings,
    trips: Trips,
    totals: Sequence[int],
    *,
    parameters: TrackingParameters,
    seed: int,
    hit: NDArray[np.float64] | None = None,
    trip: ArrayLike | None = None,
    draws: int = DRAWS,
    workers: int | None = None,
) -> Reconstruction:
    """Find how much of each walk could be retraced, for every total and task.

    A sighting identifies with the same chance as in `sim.tracking.linking`; where hit rates vary by
    person, each draw draws the person's own. All that the head
    saw in that sighting is then known, before and after the moment of recognition too. Between two
    known stretches the observer takes the quickest way from where the walker was last seen to
    where they were seen next; before the first and after the last nothing is added.

    Parameters
    ----------
    streets
        The network walked.
    seen
        What the heads see.
    trips
        Who walks where.
    totals
        Numbers of heads in the whole city, increasing.
    parameters
        Of the scenario.
    seed
        Outages are drawn once, as for `linking`. Identifications are keyed by (seed, person, walk
        of the person, rank of the head, its sighting on the walk, draw), so the same ones are made
        at every total.
    hit
        Of each head, the probability that it works and looks there, where it is not the one that
        seed and uptime give.
    trip
        Rows of the trips to do, each once; all by default.
    draws
        How often it is drawn who is identified where.
    workers
        Threads; all cores by default. The result does not depend on it.

    Raises
    ------
    InputError
        Draws out of range, or a trip asked for twice.
    """
    chosen = np.arange(len(trips)) if trip is None else np.asarray(trip, np.int64)
    if not 1 <= draws <= MOST_DRAWS or len(np.unique(chosen)) != len(chosen):
        raise InputError(
            f"reconstruction: {draws} draws of {len(chosen)} trips; give 1 to {MOST_DRAWS:,} "
            "draws, and each trip once"
        )
    if hit is None:
        hit = working_heads(seen.fleet, parameters.uptime, seed)
    steps = np.asarray(totals, np.int64)
    paths = _only(path_arrays(streets, trips), chosen)
    heads = head_steps(seen.fleet, steps)
    faced = faced_positions(streets.arrays, seen.fleet, seen.arrays, parameters.facing_degrees)
    known_map = _map(streets, trips.speed_m_s)
    walk_key = _walk_keys(seed, trips)[chosen]
    # a copy, for a fleet's own is read-only or not, and the kernel would be compiled for both
    rank, a = seen.fleet.arrays.rank.copy(), seen.arrays
    persons = trips.table["person"].to_numpy(np.int64)[chosen]
    lot = uniform(seed, "hit rate", persons[:, None], np.arange(draws)[None, :])
    out = np.zeros((2, len(chosen), len(steps), len(TASKS)))
    for task, rate in enumerate(parameters.hit_rate):
        if rate == 0:
            continue
        person = drawn_hit_rates(rate, parameters.hit_rate_spread, lot) / rate
        chances = Chances(hit * rate, person, rank, parameters.dwell_needed_s, walk_key, draws)
        rows = SeenArrays(a.edge_ptr[task], a.head, a.start, a.end, *faced)
        _retrace_all(task, paths, heads, rows, chances, known_map, out, workers)
    return Reconstruction(chosen, draws, out[0], out[1])


def _walk_keys(seed: int, trips: Trips) -> NDArray[np.uint64]:
    """One key a walk, by person and by the walk's place among those of the person."""
    person = trips.table["person"]
    turn = person.groupby(person).cumcount()
    return keys(seed, "reconstruction", person.to_numpy(np.int64), turn.to_numpy(np.int64))


def _only(paths: PathArrays, chosen: NDArray[np.int64]) -> PathArrays:
    """Return the chosen walks, in their order."""
    counts = np.diff(paths.ptr)[chosen]
    ptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    source = np.repeat(paths.ptr[chosen] - ptr[:-1], counts) + np.arange(ptr[-1])
    return paths._replace(ptr=ptr, edge=paths.edge[source], backward=paths.backward[source])


def _map(streets: StreetNetwork, speed_m_s: float) -> Map:
    seconds = edge_seconds(streets, speed_m_s)
    least = _least_seconds_per_metre(streets, seconds)
    a = streets.arrays
    return Map(a.edge_u, a.edge_v, least, _graph(streets, seconds, 0.0))


def _retrace_all(
    task: int,
    paths: PathArrays,
    heads: HeadSteps,
    seen: SeenArrays,
    chances: Chances,
    known_map: Map,
    out: NDArray[np.float64],
    workers: int | None,
) -> None:
    """Retrace every walk for one task, on threads."""
    trips = len(paths.ptr) - 1

    def some(first: int) -> None:
        stop = min(first + TRIPS_AT_ONCE, trips)
        spells = new_spells(first, stop, paths, seen, heads)
        most = len(spells.head)
        known = Known(
            np.empty(most), np.empty(most), np.empty(most, np.int64), np.empty(most),
            np.empty(most, np.uint64), np.empty(most, np.bool_), np.empty_like(heads.step),
        )  # fmt: skip
        edges = int(np.diff(paths.ptr[first : stop + 1]).max(initial=0))
        course = Course(np.empty(edges + 1), np.empty(edges + 1))
        memory = Memory(
            np.empty(REMEMBERED, np.int64), np.empty(REMEMBERED),
            np.zeros(len(paths.edge_length), np.int64), np.zeros(2, np.int64),
        )  # fmt: skip
        scratch = _new_scratch(len(known_map.graph.x))
        _retrace(
            first, stop, task, paths, heads, seen, chances, spells, known, course, known_map,
            memory, scratch, out,
        )  # fmt: skip

    with ThreadPoolExecutor(workers or available_cores()) as pool:
        for _ in pool.map(some, range(0, trips, TRIPS_AT_ONCE)):
            pass


# mypy: disable-error-code="no-untyped-def,no-untyped-call"
# ruff: noqa: ANN001, ANN202 - kernels have the signature of the arrays that call them


@kernel
def _retrace(
    first, stop, task, paths, heads, seen, chances, spells, known, course, known_map, memory,
    scratch, out,
):  # fmt: skip
    for trip in range(first, stop):
        edges = _measure_course(trip, paths, course)
        if edges == 0:
            continue
        count = gather_spells(trip, paths, seen, spells)
        count = _may_identify(trip, count, edges, paths, heads, chances, spells, course, known,
                              out.shape[2])  # fmt: skip
        for k in range(len(memory.gap)):
            memory.gap[k] = -1
        for draw in range(chances.draws):
            for k in range(count):
                bits = scrambled_one(known.key[k] ^ np.uint64(draw)) >> np.uint64(11)
                chance = known.chance[k] * chances.person[trip, draw]
                known.made[k] = np.float64(bits) * 2.0**-53 < chance
            for total in range(out.shape[2]):
                metres = _retraced(trip, total, count, edges, paths, known, course, known_map,
                                   memory, scratch)  # fmt: skip
                share = min(metres / course.metres[edges], 1.0)
                # mean and sum of squared deviations, without loss of digits (Welford 1962)
                shift = share - out[0, trip, total, task]
                out[0, trip, total, task] += shift / (draw + 1)
                out[1, trip, total, task] += shift * (share - out[0, trip, total, task])
        for total in range(out.shape[2]):
            squares = out[1, trip, total, task]
            out[1, trip, total, task] = np.sqrt(squares / max(chances.draws - 1, 1))


@inner
def _measure_course(trip, paths, course):
    """Write metres and seconds to each edge of a walk and to its end; return its edges."""
    course.metres[0], course.seconds[0] = 0.0, 0.0
    first = paths.ptr[trip]
    edges = paths.ptr[trip + 1] - first
    for k in range(edges):
        edge = paths.edge[first + k]
        course.metres[k + 1] = course.metres[k] + paths.edge_length[edge]
        course.seconds[k + 1] = course.seconds[k] + paths.edge_length[edge] * paths.pace[edge]
    return edges


@inner
def _place_of(value, edges, along):
    """Place in the walk of a position given in metres or seconds: the edge that begins before."""
    low, high = 0, edges - 1
    while low < high:
        middle = (low + high + 1) // 2
        if along[middle] <= value:
            low = middle
        else:
            high = middle - 1
    return low


@inner
def _may_identify(trip, count, edges, paths, heads, chances, spells, course, known, totals):
    """Write the sightings of a walk that may identify, by beginning; return their number."""
    for spell in range(count):
        known.times[spells.head[spell]] = 0
    found = 0
    for spell in range(count):
        head = spells.head[spell]
        known.times[head] += 1
        chance = chances.hit[head] * min(1.0, spells.seconds[spell] / chances.dwell_needed_s)
        if chance == 0.0 or spells.faced[spell] == np.inf or heads.step[head] >= totals:
            continue
        key = scrambled_one(chances.walk_key[trip] ^ np.uint64(chances.rank[head]))
        key = scrambled_one(key ^ np.uint64(known.times[head] - 1))
        begin = _begin_of(spells.end[spell], spells.seconds[spell], trip, edges, paths, course)
        k = found
        while k > 0 and known.begin[k - 1] > begin:
            known.begin[k], known.end[k] = known.begin[k - 1], known.end[k - 1]
            known.step[k], known.chance[k] = known.step[k - 1], known.chance[k - 1]
            known.key[k] = known.key[k - 1]
            k -= 1
        known.begin[k], known.end[k] = begin, spells.end[spell]
        known.step[k], known.chance[k], known.key[k] = heads.step[head], chance, key
        found += 1
    return found


@inner
def _begin_of(end, seconds, trip, edges, paths, course):
    """Metres from the start at which a sighting begins that ends there and lasts so long."""
    place = _place_of(end, edges, course.metres)
    pace = paths.pace[paths.edge[paths.ptr[trip] + place]]
    moment = course.seconds[place] + (end - course.metres[place]) * pace - seconds
    place = _place_of(moment, edges, course.seconds)
    pace = paths.pace[paths.edge[paths.ptr[trip] + place]]
    return max(course.metres[place] + (moment - course.seconds[place]) / pace, 0.0)


@inner
def _retraced(trip, total, count, edges, paths, known, course, known_map, memory, scratch):
    """Metres of a walk known in one draw: what was seen, and what the quickest ways hit."""
    metres, reach, latest = 0.0, np.inf, -1
    for k in range(count):
        if known.step[k] > total or not known.made[k]:
            continue
        begin, end = known.begin[k], known.end[k]
        if begin > reach + MEET_M:
            slot = (latest * count + k) % len(memory.gap)
            if memory.gap[slot] != latest * count + k:
                memory.gap[slot] = latest * count + k
                memory.metres[slot] = _fill(
                    reach, begin, trip, edges, paths, course, known_map, memory, scratch
                )
            metres += memory.metres[slot]
            reach = begin
        if latest < 0:
            reach = begin
        if latest < 0 or end > reach:
            metres += end - reach
            reach, latest = end, k
    return metres


@inner
def _spot(metres, trip, edges, paths, course):
    place = _place_of(metres, edges, course.metres)
    edge = paths.edge[paths.ptr[trip] + place]
    within = min(metres - course.metres[place], paths.edge_length[edge])
    if paths.backward[paths.ptr[trip] + place]:
        within = paths.edge_length[edge] - within
    return Spot(place, edge, within)


@inner
def _fill(leaves, enters, trip, edges, paths, course, known_map, memory, scratch):
    """Metres of the walk between two positions that the quickest way between them hits."""
    a, b = _spot(leaves, trip, edges, paths, course), _spot(enters, trip, edges, paths, course)
    best, from_t, to_t = np.inf, a.at, b.at
    if a.edge == b.edge:
        best, from_t, to_t = abs(a.at - b.at) * paths.pace[a.edge], b.at, a.at
    memory.tally[1] += 1
    for side in range(4):
        # leave the first edge at its u or v, enter the last one at its u or v
        out_t = 0.0 if side < 2 else paths.edge_length[a.edge]
        in_t = 0.0 if side % 2 == 0 else paths.edge_length[b.edge]
        cost = abs(out_t - a.at) * paths.pace[a.edge] + abs(in_t - b.at) * paths.pace[b.edge]
        if cost >= best:
            continue
        start = known_map.edge_u[a.edge] if side < 2 else known_map.edge_v[a.edge]
        goal = known_map.edge_u[b.edge] if side % 2 == 0 else known_map.edge_v[b.edge]
        memory.tally[0] += 1
        meeting, between = _search(
            start, goal, np.uint64(0), memory.tally[0], known_map.least, known_map.graph, scratch
        )
        if cost + between < best:
            best, from_t, to_t = cost + between, out_t, in_t
            memory.tally[1] += 1
            _mark(0, start, meeting, memory, scratch)
            _mark(1, goal, meeting, memory, scratch)
    metres = 0.0
    for place in range(a.place, b.place + 1):
        k = paths.ptr[trip] + place
        edge = paths.edge[k]
        low = max(leaves - course.metres[place], 0.0)
        high = min(enters - course.metres[place], paths.edge_length[edge])
        if memory.on_way[edge] == memory.tally[1]:
            metres += max(high - low, 0.0)
            continue
        if paths.backward[k]:
            low, high = paths.edge_length[edge] - high, paths.edge_length[edge] - low
        hit = 0.0
        if edge == a.edge:
            hit += max(min(high, max(a.at, from_t)) - max(low, min(a.at, from_t)), 0.0)
        if edge == b.edge and not (edge == a.edge and from_t == b.at and to_t == a.at):
            hit += max(min(high, max(b.at, to_t)) - max(low, min(b.at, to_t)), 0.0)
        metres += min(hit, max(high - low, 0.0))
    return metres


@inner
def _mark(side, end, meeting, memory, scratch):
    """Mark the edges of one half of the way just found."""
    node = meeting
    while node != end:
        memory.on_way[scratch.arrival[side, node]] = memory.tally[1]
        node = scratch.previous[side, node]
