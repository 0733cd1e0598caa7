"""How much of one walk after the other is retraced, in every draw of who is identified where.

What a head that identified the walker saw is known; between two known stretches the quickest way
is searched for, and counts where it runs along the walk.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import ONE, ZERO, lean_inner, lean_kernel
from sim.keyed_random import scrambled_one
from sim.tracking.kernels.walks import (
    MEET_M,
    HeadSteps,
    PathArrays,
    SeenArrays,
    Spells,
    gather_spells,
)
from sim.trips.search import Search, SearchScratch, WalkGraph, least_cost_way

Floats = NDArray[np.float64]
MEAN, SPREAD = range(2)
"""Rows of what `retrace` writes."""


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
    """A walk, with metres and seconds from its start to the start of each of its edges."""

    paths: PathArrays
    first: int
    """Place of its first edge among the edges of all walks."""
    edges: int
    metres: NDArray[np.float64]
    seconds: NDArray[np.float64]


class Map(NamedTuple):
    """Streets as the observer reads them, by walking time alone."""

    edge_u: NDArray[np.int32]
    edge_v: NDArray[np.int32]
    graph: WalkGraph


class Scene(NamedTuple):
    """What is the same for every task: walks, heads, and the streets that the observer knows."""

    paths: PathArrays
    heads: HeadSteps
    known_map: Map


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


class Room(NamedTuple):
    """Scratch of one chunk of walks."""

    spells: Spells
    known: Known
    metres: NDArray[np.float64]
    seconds: NDArray[np.float64]
    """Of `Course`."""
    memory: Memory
    scratch: SearchScratch


@lean_kernel
def retrace(
    first: int,
    stop: int,
    task: int,
    scene: Scene,
    seen: SeenArrays,
    chances: Chances,
    room: Room,
    out: Floats,
) -> None:
    """Retrace the walks first … stop − 1; `out` has the shape (2, trips, totals, tasks)."""
    paths, known, memory = scene.paths, room.known, room.memory
    for trip in range(first, stop):
        start, edges = paths.ptr[trip], paths.ptr[trip + 1] - paths.ptr[trip]
        if edges == 0:
            continue
        course = Course(paths, start, edges, room.metres, room.seconds)
        _measure_course(course)
        count = gather_spells(trip, paths, seen, room.spells)
        count = _may_identify(
            count,
            course,
            chances.walk_key[trip],
            scene.heads,
            chances,
            room.spells,
            known,
            out.shape[2],
        )
        for k in range(len(memory.gap)):
            memory.gap[k] = -1
        for draw in range(chances.draws):
            for k in range(count):
                bits = scrambled_one(known.key[k] ^ np.uint64(draw)) >> np.uint64(11)
                chance = known.chance[k] * chances.person[trip, draw]
                known.made[k] = np.float64(bits) * 2.0**-53 < chance
            for total in range(out.shape[2]):
                metres = _retraced(
                    total, count, course, known, scene.known_map, memory, room.scratch
                )
                share = min(metres / course.metres[edges], 1.0)
                # mean and sum of squared deviations, without loss of digits (Welford 1962)
                shift = share - out[MEAN, trip, total, task]
                out[MEAN, trip, total, task] += shift / (draw + 1)
                out[SPREAD, trip, total, task] += shift * (share - out[MEAN, trip, total, task])
        for total in range(out.shape[2]):
            squares = out[SPREAD, trip, total, task]
            out[SPREAD, trip, total, task] = np.sqrt(squares / max(chances.draws - 1, 1))


@lean_inner
def _measure_course(course: Course) -> None:
    """Write metres and seconds to each edge of a walk and to its end."""
    paths = course.paths
    course.metres[0], course.seconds[0] = 0.0, 0.0
    for k in range(course.edges):
        edge = paths.edge[course.first + k]
        course.metres[k + 1] = course.metres[k] + paths.edge_length[edge]
        course.seconds[k + 1] = course.seconds[k] + paths.edge_length[edge] * paths.pace[edge]


@lean_inner
def _place_of(value: float, edges: int, along: Floats) -> int:
    """Place in the walk of a position given in metres or seconds: the edge that begins before."""
    low, high = 0, edges - 1
    while low < high:
        middle = (low + high + 1) // 2
        if along[middle] <= value:
            low = middle
        else:
            high = middle - 1
    return low


@lean_inner
def _may_identify(
    count: int,
    course: Course,
    walk_key: np.uint64,
    heads: HeadSteps,
    chances: Chances,
    spells: Spells,
    known: Known,
    totals: int,
) -> int:
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
        key = scrambled_one(walk_key ^ np.uint64(chances.rank[head]))
        key = scrambled_one(key ^ np.uint64(known.times[head] - 1))
        begin = _begin_of(spells.end[spell], spells.seconds[spell], course)
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


@lean_inner
def _begin_of(end: float, seconds: float, course: Course) -> float:
    """Metres from the start at which a sighting begins that ends there and lasts so long."""
    place = _place_of(end, course.edges, course.metres)
    pace = _pace_at(place, course)
    moment = course.seconds[place] + (end - course.metres[place]) * pace - seconds
    place = _place_of(moment, course.edges, course.seconds)
    pace = _pace_at(place, course)
    return float(max(course.metres[place] + (moment - course.seconds[place]) / pace, 0.0))


@lean_inner
def _pace_at(place: int, course: Course) -> float:
    """Seconds per metre on an edge of the walk."""
    pace: float = course.paths.pace[course.paths.edge[course.first + place]]
    return pace


@lean_inner
def _retraced(
    total: int,
    count: int,
    course: Course,
    known: Known,
    known_map: Map,
    memory: Memory,
    scratch: SearchScratch,
) -> float:
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
                memory.metres[slot] = _fill(reach, begin, course, known_map, memory, scratch)
            metres += memory.metres[slot]
            reach = begin
        if latest < 0:
            reach = begin
        if latest < 0 or end > reach:
            metres += end - reach
            reach, latest = end, k
    return metres


@lean_inner
def _spot(metres: float, course: Course) -> Spot:
    """Return the position so many metres from the start of a walk."""
    paths, place = course.paths, _place_of(metres, course.edges, course.metres)
    edge = paths.edge[course.first + place]
    within = min(metres - course.metres[place], paths.edge_length[edge])
    if paths.backward[course.first + place]:
        within = paths.edge_length[edge] - within
    return Spot(place, edge, within)


@lean_inner
def _fill(
    leaves: float,
    enters: float,
    course: Course,
    known_map: Map,
    memory: Memory,
    scratch: SearchScratch,
) -> float:
    """Metres of the walk between two positions that the quickest way between them hits."""
    paths, a, b = course.paths, _spot(leaves, course), _spot(enters, course)
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
        search = Search(start, goal, np.uint64(0), memory.tally[0])
        meeting, between = least_cost_way(search, known_map.graph, scratch)
        if cost + between < best:
            best, from_t, to_t = cost + between, out_t, in_t
            memory.tally[1] += 1
            _mark(ZERO, start, meeting, memory, scratch)
            _mark(ONE, goal, meeting, memory, scratch)
    metres = 0.0
    for place in range(a.place, b.place + 1):
        k = course.first + place
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


@lean_inner
def _mark(side: int, end: int, meeting: int, memory: Memory, scratch: SearchScratch) -> None:
    """Mark the edges of one half of the way just found."""
    node = meeting
    while node != end:
        memory.on_way[scratch.arrival[side, node]] = memory.tally[1]
        node = scratch.previous[side, node]
