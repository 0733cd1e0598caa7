"""A walk as the kernels meet it: its sightings, and its stretches between changes of step.

A step is the place of a total in the list of totals: a head or a piece of street has the step of
the first total that includes it. Intervals of one head that meet within a millimetre on a walk,
across edges too, are one sighting, so splitting an edge changes nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import ZERO, lean_inner, lean_kernel

MEET_M = 1e-3
"""Intervals of one head closer than this are one sighting; a gap is at least this long."""


class PathArrays(NamedTuple):
    """Walks as the kernels read them: edges in walking order."""

    ptr: NDArray[np.int64]
    edge: NDArray[np.int32]
    backward: NDArray[np.bool_]
    edge_length: NDArray[np.float64]
    pace: NDArray[np.float64]
    """Seconds per metre of each edge."""
    order: NDArray[np.int64]
    """The walks, neighbours one after the other: they read the same streets, still in the cache."""


class HeadSteps(NamedTuple):
    """Heads as the kernels read them: the first total that includes each, and its site."""

    step: NDArray[np.int64]
    site: NDArray[np.int64]
    sites: int


class StepPieces(NamedTuple):
    """Streets cut where the first total that sees them changes, for one task."""

    ptr: NDArray[np.int64]
    length: NDArray[np.float64]
    step: NDArray[np.int64]
    """The number of totals where no total sees the piece."""


class SeenArrays(NamedTuple):
    """What all heads see for one task; rows of edge e are row_ptr[e] : row_ptr[e + 1]."""

    row_ptr: NDArray[np.int64]
    head: NDArray[np.int32]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    faced_forward: NDArray[np.float64]
    faced_backward: NDArray[np.float64]
    """Where on the edge (m from u) a walker from u to v, or from v to u, first has the face
    turned to the head; NaN where never."""


class Runs(NamedTuple):
    """Scratch: stretches of one walk with the same step, in walking order."""

    length: NDArray[np.float64]
    seconds: NDArray[np.float64]
    step: NDArray[np.int64]


class Spells(NamedTuple):
    """Scratch: sightings of one walk, each one head from entering to leaving its view."""

    head: NDArray[np.int32]
    end: NDArray[np.float64]
    """Metres from the start of the walk."""
    seconds: NDArray[np.float64]
    faced: NDArray[np.float64]
    """First moment, s from the start of the walk, at which the face is turned to it, or inf."""
    head_mark: NDArray[np.int64]
    head_spell: NDArray[np.int64]
    """Of each head: the last walk that met it, and its latest sighting there."""


class Walked(NamedTuple):
    """Walks, heads and streets of one task: what a pass over the walks reads."""

    paths: PathArrays
    heads: HeadSteps
    seen: SeenArrays
    pieces: StepPieces


@lean_kernel
def most_rows(walks: NDArray[np.int64], paths: PathArrays, row_ptr: NDArray[np.int64]) -> int:
    """Return the rows of all edges of the one of some walks that has the most."""
    most = ZERO
    for trip in walks:
        rows = ZERO
        for k in range(paths.ptr[trip], paths.ptr[trip + 1]):
            rows += row_ptr[paths.edge[k] + 1] - row_ptr[paths.edge[k]]
        most = max(most, rows)
    return int(most)


@lean_inner
def gather_spells(trip: int, paths: PathArrays, seen: SeenArrays, spells: Spells) -> int:
    """Write the sightings of a walk, joined across edges; return their number."""
    count = 0
    metres, seconds = 0.0, 0.0
    for k in range(paths.ptr[trip], paths.ptr[trip + 1]):
        edge, backward = paths.edge[k], paths.backward[k]
        length, pace = paths.edge_length[edge], paths.pace[edge]
        low, high = seen.row_ptr[edge], seen.row_ptr[edge + 1]
        for i in range(high - low):
            # rows ascend by head and start; walked backward, they are met from the last on
            row = high - 1 - i if backward else low + i
            begin = length - seen.end[row] if backward else seen.start[row]
            end = length - seen.start[row] if backward else seen.end[row]
            faced = length - seen.faced_backward[row] if backward else seen.faced_forward[row]
            moment = np.inf if np.isnan(faced) else seconds + faced * pace
            head = seen.head[row]
            spell = spells.head_spell[head]
            if spells.head_mark[head] == trip and metres + begin <= spells.end[spell] + MEET_M:
                spells.seconds[spell] += (end - begin) * pace
                spells.faced[spell] = min(spells.faced[spell], moment)
            else:
                spell = count
                count += 1
                spells.head[spell] = head
                spells.seconds[spell] = (end - begin) * pace
                spells.faced[spell] = moment
                spells.head_mark[head], spells.head_spell[head] = trip, spell
            spells.end[spell] = metres + end
        metres += length
        seconds += length * pace
    return count


@lean_kernel
def met_by(trip: int, paths: PathArrays, seen: SeenArrays, spells: Spells) -> int:
    """Write the sightings of a walk, for those who look at them one walk at a time."""
    return gather_spells(trip, paths, seen, spells)


@lean_inner
def gather_runs(trip: int, paths: PathArrays, pieces: StepPieces, runs: Runs) -> int:
    """Write the stretches of a walk between changes of step; return their number."""
    count = 0
    for k in range(paths.ptr[trip], paths.ptr[trip + 1]):
        edge, backward = paths.edge[k], paths.backward[k]
        low, high = pieces.ptr[edge], pieces.ptr[edge + 1]
        for i in range(high - low):
            piece = high - 1 - i if backward else low + i
            if count == 0 or runs.step[count - 1] != pieces.step[piece]:
                runs.length[count], runs.seconds[count] = 0.0, 0.0
                runs.step[count] = pieces.step[piece]
                count += 1
            runs.length[count - 1] += pieces.length[piece]
            runs.seconds[count - 1] += pieces.length[piece] * paths.pace[edge]
    return count


@lean_inner
def sees_more(total: int, count: int, runs: Runs) -> bool:
    """Return whether a stretch of a walk is first seen at this total."""
    more = False
    for run in range(count):
        more |= runs.step[run] == total
    return more
