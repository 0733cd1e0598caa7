"""What is seen of each walk: shares, heads, sightings, dwell, gaps, for all totals in one pass.

A total enters as its place in the list (its "step"): a head or a piece of street has the step of
the first total that includes it. Intervals of one head that meet within a millimetre on a walk,
across edges too, are one sighting, so splitting an edge changes nothing. What can be seen is kept
apart from what is expected to be, where heads turn away or fail. What a sighting means for
following a person is decided in `sim.tracking.linking`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.cameras.fleet import Fleet
from sim.city.streets import StreetNetwork
from sim.jit import inner, kernel
from sim.processes import available_cores
from sim.sight.ranks import PieceArrays
from sim.sight.sightings import SightingArrays
from sim.trips.model import Trips
from sim.trips.routing import edge_seconds

MEET_M = 1e-3
"""Intervals of one head closer than this are one sighting; an unseen stretch shorter is no gap."""
TRIPS_AT_ONCE = 1024


class PathArrays(NamedTuple):
    """Walks as the kernels read them: edges in walking order."""

    ptr: NDArray[np.int64]
    edge: NDArray[np.int32]
    backward: NDArray[np.bool_]
    edge_length: NDArray[np.float64]
    pace: NDArray[np.float64]
    """Seconds per metre of each edge."""


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


class ExposureArrays(NamedTuple):
    """What is seen of each walk; every array has the shape (trips, totals, tasks)."""

    seen_m: NDArray[np.float64]
    seen_s: NDArray[np.float64]
    heads: NDArray[np.float64]
    sites: NDArray[np.float64]
    sightings: NDArray[np.float64]
    head_seconds: NDArray[np.float64]
    """Seconds in view summed over sightings: two heads at once count twice."""
    longest_gap_m: NDArray[np.float64]
    longest_gap_s: NDArray[np.float64]
    """The longest unseen stretch; the beginning and the end of a walk count. 0 if none."""
    median_gap_m: NDArray[np.float64]
    median_gap_s: NDArray[np.float64]
    """NaN if there is no unseen stretch."""
    first_sighting_m: NDArray[np.float64]
    """Metres from the door to where the walk is first seen; NaN if never."""


# One array with a column a field compiles in half the time of eleven arrays.
SEEN_M, SEEN_S, HEADS, SITES, SIGHTINGS, HEAD_SECONDS = range(6)
LONGEST_GAP_M, LONGEST_GAP_S, MEDIAN_GAP_M, MEDIAN_GAP_S, FIRST_SIGHTING_M = range(6, 11)


def path_arrays(streets: StreetNetwork, trips: Trips) -> PathArrays:
    """Return the walks and the pace of every edge as plain arrays."""
    length = streets.arrays.edge_length
    pace = edge_seconds(streets, trips.speed_m_s) / length
    return PathArrays(trips.path_ptr, trips.path_edge, trips.path_backward, length, pace)


def head_steps(fleet: Fleet, totals: NDArray[np.int64]) -> HeadSteps:
    """Return the first total that includes each head, and its site as a number from 0."""
    site, names = pd.factorize(fleet.heads["site"].to_numpy())
    step = np.searchsorted(totals, fleet.arrays.rank, side="left")
    return HeadSteps(step.astype(np.int64), site.astype(np.int64), len(names))


def step_pieces(pieces: PieceArrays, task: int, totals: NDArray[np.int64]) -> StepPieces:
    """Join the pieces of each edge that the same total sees first."""
    step = np.searchsorted(totals, pieces.rank[:, task], side="left").astype(np.int64)
    opens = np.ones(len(step), bool)
    opens[1:] = step[1:] != step[:-1]
    opens[pieces.piece_ptr[:-1][np.diff(pieces.piece_ptr) > 0]] = True
    first = np.flatnonzero(opens)
    end = pieces.end[np.append(first[1:], len(step)) - 1] if len(first) else np.zeros(0)
    ptr = np.concatenate([[0], np.cumsum(opens)])[pieces.piece_ptr]
    return StepPieces(ptr.astype(np.int64), end - pieces.start[first], step[first])


def exposure(
    paths: PathArrays,
    heads: HeadSteps,
    sightings: SightingArrays,
    pieces: list[StepPieces],
    totals: int,
    workers: int | None = None,
) -> ExposureArrays:
    """Return what is seen of each walk for every total and task.

    Parameters
    ----------
    paths, heads, sightings
        Walks, heads and what the heads see.
    pieces
        Streets cut by step, one per task.
    totals
        How many totals there are.
    workers
        Threads; all cores by default. The result does not depend on it.
    """
    trips = len(paths.ptr) - 1
    out = np.zeros((trips, totals, len(pieces), len(ExposureArrays._fields)))
    unfaced = np.full(len(sightings.head), np.nan)
    for task in range(len(pieces)):
        seen = SeenArrays(
            sightings.edge_ptr[task], sightings.head, sightings.start, sightings.end,
            unfaced, unfaced,
        )  # fmt: skip
        _expose_all(task, paths, heads, seen, pieces[task], totals, out, workers)
    return ExposureArrays(*np.moveaxis(out, -1, 0))


def expected_metres(
    paths: PathArrays,
    heads: HeadSteps,
    sightings: SightingArrays,
    chance: NDArray[np.float64],
    totals: int,
    workers: int | None = None,
) -> NDArray[np.float64]:
    """Return the metres of each walk that some head is expected to watch.

    A point seen by heads that look there with chances p₁, p₂, …, each on its own, is expected to
    be watched with 1 − (1 − p₁)(1 − p₂)…; with p = 1 this is what can be seen.

    Parameters
    ----------
    paths, heads, sightings
        Walks, heads and what the heads see.
    chance
        Of each head, the probability that it works and looks there, shape (heads,).
    totals
        How many totals there are.
    workers
        Threads; all cores by default. The result does not depend on it.

    Returns
    -------
    ndarray
        Shape (trips, totals, tasks), m.
    """
    from scipy.sparse import csr_matrix

    edges, tasks = len(paths.edge_length), len(sightings.edge_ptr)
    walked = csr_matrix(
        (np.ones(len(paths.edge)), paths.edge, paths.ptr), shape=(len(paths.ptr) - 1, edges)
    )
    out = np.empty((len(paths.ptr) - 1, totals, tasks))
    for task, ptr in enumerate(sightings.edge_ptr):
        metres = np.zeros((edges, totals))

        def some(first: int, stop: int, ptr=ptr, metres=metres) -> None:
            ends = np.empty(2 * int(np.diff(ptr[first : stop + 1]).max(initial=0)))
            _expect(
                first, stop, ptr, sightings.head, sightings.start, sightings.end, heads.step,
                chance, ends, metres,
            )  # fmt: skip

        in_chunks(some, edges, workers)
        out[:, :, task] = walked @ np.cumsum(metres, axis=1)
    return out


def _expose_all(
    task: int,
    paths: PathArrays,
    heads: HeadSteps,
    seen: SeenArrays,
    pieces: StepPieces,
    totals: int,
    out: NDArray[np.float64],
    workers: int | None,
) -> None:
    """Measure every walk for one task, on threads."""

    def some(first: int, stop: int) -> None:
        spells, runs = (
            new_spells(first, stop, paths, seen, heads),
            new_runs(first, stop, paths, pieces),
        )
        gaps = np.empty((2, len(runs.step)))
        sites = np.full((2, heads.sites), -1)
        _expose(
            first, stop, task, paths, heads, seen, pieces, totals, spells, runs, gaps, sites, out
        )

    in_chunks(some, len(paths.ptr) - 1, workers)


def in_chunks(work: Callable[[int, int], None], count: int, workers: int | None) -> None:
    """Call `work(first, stop)` over all items on threads; each call writes its own items only."""
    firsts = range(0, count, TRIPS_AT_ONCE)
    with ThreadPoolExecutor(workers or available_cores()) as pool:
        for _ in pool.map(lambda first: work(first, min(first + TRIPS_AT_ONCE, count)), firsts):
            pass


def new_spells(
    first: int, stop: int, paths: PathArrays, seen: SeenArrays, heads: HeadSteps
) -> Spells:
    """Return room for the sightings of each of the walks first … stop − 1."""
    most = _most_rows(first, stop, paths, seen.row_ptr)
    mark = np.full(len(heads.step), -1)
    return Spells(
        np.empty(most, np.int32), np.empty(most), np.empty(most), np.empty(most),
        mark, np.empty_like(mark),
    )  # fmt: skip


def new_runs(first: int, stop: int, paths: PathArrays, pieces: StepPieces) -> Runs:
    """Return room for the stretches of each of the walks first … stop − 1."""
    most = _most_rows(first, stop, paths, pieces.ptr)
    return Runs(np.empty(most), np.empty(most), np.empty(most, np.int64))


def _most_rows(first: int, stop: int, paths: PathArrays, row_ptr: NDArray[np.int64]) -> int:
    """Rows of all edges of the walk that has the most."""
    ptr = paths.ptr[first : stop + 1]
    rows = np.diff(row_ptr)[paths.edge[ptr[0] : ptr[-1]]]
    before = np.concatenate([[0], np.cumsum(rows)])[ptr - ptr[0]]
    return int(np.diff(before).max(initial=0))


# mypy: disable-error-code="no-untyped-def,no-untyped-call"
# ruff: noqa: ANN001, ANN201, ANN202 - kernels have the signature of the arrays that call them


@kernel
def _expose(first, stop, task, paths, heads, seen, pieces, totals, spells, runs, gaps, sites, out):
    for trip in range(first, stop):
        count = gather_spells(trip, paths, seen, spells)
        _count_spells(trip, task, count, heads, spells, sites[0], sites[1], totals, out)
        count = gather_runs(trip, paths, pieces, runs)
        for total in range(totals):
            _measure(trip, total, task, count, runs, gaps[0], gaps[1], out)


@kernel
def _expect(first, stop, row_ptr, head, start, end, step, chance, ends, metres):
    """Add the metres of each edge that are expected to be watched from each total on."""
    for edge in range(first, stop):
        low, high = row_ptr[edge], row_ptr[edge + 1]
        for row in range(low, high):
            ends[2 * (row - low)], ends[2 * (row - low) + 1] = start[row], end[row]
        count = 2 * (high - low)
        sort_first(ends, count)
        for k in range(1, count):
            width, missed = ends[k] - ends[k - 1], 1.0
            if width <= 0.0:
                continue
            for row in range(low, high):  # by head, so by rank: the first heads come first
                if start[row] > ends[k - 1] or end[row] < ends[k]:
                    continue
                total = step[head[row]]
                if total >= metres.shape[1] or missed <= 0.0:
                    break
                gained = missed * chance[head[row]]
                metres[edge, total] += width * gained
                missed -= gained


@inner
def gather_spells(trip, paths, seen, spells):
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


@inner
def gather_runs(trip, paths, pieces, runs):
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


@inner
def _count_spells(trip, task, count, heads, spells, site_mark, site_step, totals, out):
    """Count at the first total that includes each head, then add up from total to total."""
    for spell in range(count):
        head = spells.head[spell]
        step, site = heads.step[head], heads.site[head]
        if step >= totals:
            continue
        out[trip, step, task, SIGHTINGS] += 1
        out[trip, step, task, HEAD_SECONDS] += spells.seconds[spell]
        # each head has one latest sighting on this walk, and is counted there
        out[trip, step, task, HEADS] += spells.head_spell[head] == spell
        if site_mark[site] != trip:
            site_mark[site], site_step[site] = trip, step
            out[trip, step, task, SITES] += 1
        elif step < site_step[site]:
            out[trip, site_step[site], task, SITES] -= 1
            out[trip, step, task, SITES] += 1
            site_step[site] = step
    for total in range(1, totals):
        for column in (HEADS, SITES, SIGHTINGS, HEAD_SECONDS):
            out[trip, total, task, column] += out[trip, total - 1, task, column]


@inner
def _measure(trip, total, task, count, runs, gaps_m, gaps_s, out):
    """Measure one walk at one total: seen length and time, first sighting, unseen stretches."""
    walked, seen_m, seen_s, found = 0.0, 0.0, 0.0, 0
    gap_m, gap_s, first = 0.0, 0.0, np.nan
    for run in range(count):
        if runs.step[run] > total:
            gap_m += runs.length[run]
            gap_s += runs.seconds[run]
        else:
            first = walked if np.isnan(first) else first
            seen_m += runs.length[run]
            seen_s += runs.seconds[run]
        if gap_m > 0.0 and (runs.step[run] <= total or run == count - 1):
            if gap_m >= MEET_M:
                gaps_m[found], gaps_s[found] = gap_m, gap_s
                found += 1
            gap_m, gap_s = 0.0, 0.0
        walked += runs.length[run]
    out[trip, total, task, SEEN_M] = seen_m
    out[trip, total, task, SEEN_S] = seen_s
    out[trip, total, task, FIRST_SIGHTING_M] = first
    sort_first(gaps_m, found)
    sort_first(gaps_s, found)
    out[trip, total, task, LONGEST_GAP_M] = gaps_m[found - 1] if found else 0.0
    out[trip, total, task, LONGEST_GAP_S] = gaps_s[found - 1] if found else 0.0
    out[trip, total, task, MEDIAN_GAP_M] = _median(gaps_m, found)
    out[trip, total, task, MEDIAN_GAP_S] = _median(gaps_s, found)


@inner
def _median(ordered, count):
    if count == 0:
        return np.nan
    return 0.5 * (ordered[(count - 1) // 2] + ordered[count // 2])


@kernel
def sort_first(values, count):
    """Sort the first `count` values in place (shell sort): small, and quick to compile."""
    for gap in (8929, 3905, 2161, 929, 505, 209, 109, 41, 19, 5, 1):
        for i in range(gap, count):
            value, k = values[i], i
            while k >= gap and values[k - gap] > value:
                values[k] = values[k - gap]
                k -= gap
            values[k] = value
