"""What is seen of one walk after the other: lengths, heads, sightings, gaps, by total.

Every kernel writes the rows of its own walks (or edges) and reads everything else.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import ZERO, lean_inner, lean_kernel
from sim.sorting import select_first, sort_first
from sim.tracking.kernels.walks import (
    MEET_M,
    HeadSteps,
    Runs,
    SeenArrays,
    Spells,
    Walked,
    gather_runs,
    gather_spells,
    sees_more,
)

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Counts = NDArray[np.int32]

# Two arrays with a plane a figure compile in half the time of eleven arrays.
HEADS, SITES, SIGHTINGS = range(3)
SEEN_M, SEEN_S, HEAD_SECONDS = range(3)
LONGEST_GAP_M, LONGEST_GAP_S, MEDIAN_GAP_M, MEDIAN_GAP_S, FIRST_SIGHTING_M = range(3, 8)
MEASURED = (
    SEEN_M, SEEN_S, LONGEST_GAP_M, LONGEST_GAP_S, MEDIAN_GAP_M, MEDIAN_GAP_S, FIRST_SIGHTING_M,
)  # fmt: skip
"""Figures that hang on the stretches of a walk alone."""


class Room(NamedTuple):
    """Scratch of one chunk of walks."""

    spells: Spells
    runs: Runs
    gaps_m: NDArray[np.float64]
    """Without any room here gaps are not measured."""
    gaps_s: NDArray[np.float64]
    site_mark: NDArray[np.int64]
    site_step: NDArray[np.int64]
    """Of each site: the last walk that met it, and the first total that sees the walk from it."""


@lean_kernel
def expose(
    walks: Numbers, task: int, walked: Walked, room: Room, counts: Counts, out: Floats
) -> None:
    """Measure some walks; `counts` and `out` have the shape (figures, trips, totals, tasks)."""
    paths, heads = walked.paths, walked.heads
    for trip in walks:
        count = gather_spells(trip, paths, walked.seen, room.spells)
        _count_spells(trip, task, count, heads, room, counts, out)
        count = gather_runs(trip, paths, walked.pieces, room.runs)
        for total in range(out.shape[2]):
            if total > 0 and not sees_more(total, count, room.runs):
                for figure in MEASURED:
                    out[figure, trip, total, task] = out[figure, trip, total - 1, task]
            else:
                _measure(trip, total, task, count, room, out)


@lean_kernel
def expect(
    first: int,
    stop: int,
    seen: SeenArrays,
    step: Numbers,
    chance: Floats,
    ends: Floats,
    metres: Floats,
) -> None:
    """Add the metres of each edge that are expected to be watched from each total on."""
    start, end, head = seen.start, seen.end, seen.head
    for edge in range(first, stop):
        low, high = seen.row_ptr[edge], seen.row_ptr[edge + 1]
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


@lean_inner
def _count_spells(
    trip: int,
    task: int,
    count: int,
    heads: HeadSteps,
    room: Room,
    counts: Counts,
    out: Floats,
) -> None:
    """Count at the first total that includes each head, then add up from total to total."""
    spells, site_mark, site_step = room.spells, room.site_mark, room.site_step
    totals = out.shape[2]
    for spell in range(count):
        head = spells.head[spell]
        step, site = heads.step[head], heads.site[head]
        if step >= totals:
            continue
        counts[SIGHTINGS, trip, step, task] += 1
        out[HEAD_SECONDS, trip, step, task] += spells.seconds[spell]
        # each head has one latest sighting on this walk, and is counted there
        counts[HEADS, trip, step, task] += spells.head_spell[head] == spell
        if site_mark[site] != trip:
            site_mark[site], site_step[site] = trip, step
            counts[SITES, trip, step, task] += 1
        elif step < site_step[site]:
            counts[SITES, trip, site_step[site], task] -= 1
            counts[SITES, trip, step, task] += 1
            site_step[site] = step
    for total in range(1, totals):
        out[HEAD_SECONDS, trip, total, task] += out[HEAD_SECONDS, trip, total - 1, task]
        for column in (HEADS, SITES, SIGHTINGS):
            counts[column, trip, total, task] += counts[column, trip, total - 1, task]


@lean_inner
def _measure(trip: int, total: int, task: int, count: int, room: Room, out: Floats) -> None:
    """Measure one walk at one total: seen length and time, first sighting, unseen stretches."""
    runs, gaps_m, gaps_s = room.runs, room.gaps_m, room.gaps_s
    walked, seen_m, seen_s, found = 0.0, 0.0, 0.0, ZERO
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
            if gap_m >= MEET_M and len(gaps_m) > 0:
                gaps_m[found], gaps_s[found] = gap_m, gap_s
                found += 1
            gap_m, gap_s = 0.0, 0.0
        walked += runs.length[run]
    out[SEEN_M, trip, total, task] = seen_m
    out[SEEN_S, trip, total, task] = seen_s
    out[FIRST_SIGHTING_M, trip, total, task] = first
    if len(gaps_m) == 0:
        return
    out[LONGEST_GAP_M, trip, total, task] = _largest(gaps_m, found)
    out[LONGEST_GAP_S, trip, total, task] = _largest(gaps_s, found)
    out[MEDIAN_GAP_M, trip, total, task] = _median(gaps_m, found)
    out[MEDIAN_GAP_S, trip, total, task] = _median(gaps_s, found)


@lean_inner
def _largest(values: Floats, count: int) -> float:
    """Return the largest of the first values, 0 without any."""
    largest = 0.0
    for k in range(count):
        largest = max(largest, values[k])
    return largest


@lean_inner
def _median(values: Floats, count: int) -> float:
    """Return the median of the first values, which change places; NaN without any."""
    if count == 0:
        return np.nan
    middle = count // 2
    upper = select_first(values, count, middle)
    if count % 2 == 1:
        return float(upper)
    return float(0.5 * (_largest(values, middle) + upper))
