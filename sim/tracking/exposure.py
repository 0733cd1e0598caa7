"""What is seen of each walk: shares, heads, sightings, dwell, gaps, for all totals in one pass.

What can be seen is kept apart from what is expected to be, where heads turn away or fail. What a
sighting means for following a person is decided in `sim.tracking.linking`.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.sight.arrays import SightingArrays
from sim.tracking.kernels.exposure import FIRST_SIGHTING_M, SIGHTINGS, Room, expect, expose
from sim.tracking.kernels.walks import HeadSteps, PathArrays, SeenArrays, StepPieces, Walked
from sim.tracking.walks import in_chunks, new_runs, new_spells, seen_arrays

COUNTS, MEASURES = SIGHTINGS + 1, FIRST_SIGHTING_M + 1
"""How many figures are whole numbers, and how many are not."""


class ExposureArrays(NamedTuple):
    """What is seen of each walk; every array has the shape (trips, totals, tasks)."""

    heads: NDArray[np.int32]
    sites: NDArray[np.int32]
    sightings: NDArray[np.int32]
    seen_m: NDArray[np.float64]
    seen_s: NDArray[np.float64]
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


def exposure(
    paths: PathArrays,
    heads: HeadSteps,
    sightings: SightingArrays,
    pieces: list[StepPieces],
    totals: int,
    workers: int | None = None,
    *,
    gaps: bool = True,
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
    gaps
        Whether unseen stretches are measured too; they take most of the time. 0 without it.
    """
    trips = len(paths.ptr) - 1
    shape = (trips, totals, len(pieces))
    counts, out = np.zeros((COUNTS, *shape), np.int32), np.zeros((MEASURES, *shape))
    walked = [
        Walked(paths, heads, seen_arrays(sightings, task), cut) for task, cut in enumerate(pieces)
    ]
    in_chunks(partial(_expose_some, walked, gaps, counts, out), trips, workers)
    return ExposureArrays(*counts, *out)


def _expose_some(
    tasks: list[Walked],
    gaps: bool,
    counts: NDArray[np.int32],
    out: NDArray[np.float64],
    first: int,
    stop: int,
) -> None:
    """Measure walks for every task, the first … stop − 1 of their order."""
    for task, walked in enumerate(tasks):
        paths, heads = walked.paths, walked.heads
        walks = paths.order[first:stop]
        runs = new_runs(walks, paths, walked.pieces)
        most, mark = len(runs.step) if gaps else 0, np.full(heads.sites, -1)
        spells = new_spells(walks, paths, walked.seen, heads)
        room = Room(spells, runs, np.empty(most), np.empty(most), mark, np.empty_like(mark))
        expose(walks, task, walked, room, counts, out)


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
    from scipy.sparse import csr_matrix  # slow, and only heads that fail now and then need it

    edges, tasks = len(paths.edge_length), len(sightings.edge_ptr)
    walked = csr_matrix(
        (np.ones(len(paths.edge)), paths.edge, paths.ptr), shape=(len(paths.ptr) - 1, edges)
    )
    out = np.empty((len(paths.ptr) - 1, totals, tasks))
    for task in range(tasks):
        metres = np.zeros((edges, totals))
        seen = seen_arrays(sightings, task)
        in_chunks(partial(_expect_some, seen, heads.step, chance, metres), edges, workers)
        out[:, :, task] = walked @ np.cumsum(metres, axis=1)
    return out


def _expect_some(
    seen: SeenArrays,
    step: NDArray[np.int64],
    chance: NDArray[np.float64],
    metres: NDArray[np.float64],
    first: int,
    stop: int,
) -> None:
    """Add up what is expected to be watched of the edges first … stop − 1."""
    ends = np.empty(2 * int(np.diff(seen.row_ptr[first : stop + 1]).max(initial=0)))
    expect(first, stop, seen, step, chance, ends, metres)
