"""Walks, heads and streets as the plain arrays that the kernels read, and room for what they find.

A total enters as its place in the list (its "step"): a head or a piece of street has the step of
the first total that includes it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.cameras.fleet import Fleet
from sim.city.streets import StreetNetwork
from sim.processes import available_cores
from sim.sight.arrays import PieceArrays, SightingArrays
from sim.tracking.kernels.walks import HeadSteps, PathArrays, Runs, SeenArrays, Spells, StepPieces
from sim.trips.model import Trips
from sim.trips.routing import edge_seconds

TRIPS_AT_ONCE = 1024


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


def seen_arrays(
    sightings: SightingArrays,
    task: int,
    faced: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
) -> SeenArrays:
    """Return what all heads see for one task.

    Parameters
    ----------
    sightings
        Of the whole fleet.
    task
        Place in `TASKS`.
    faced
        Of `sim.tracking.linking.faced_positions`; nowhere where not given.
    """
    if faced is None:
        nowhere = np.full(len(sightings.head), np.nan)
        faced = nowhere, nowhere
    return SeenArrays(
        sightings.edge_ptr[task], sightings.head, sightings.start, sightings.end, *faced
    )


def in_chunks(
    work: Callable[[int, int], None],
    count: int,
    workers: int | None,
    at_once: int | None = None,
) -> None:
    """Call `work(first, stop)` over all items on threads; each call writes its own items only."""
    size = at_once or TRIPS_AT_ONCE
    with ThreadPoolExecutor(workers or available_cores()) as pool:
        for _ in pool.map(
            lambda first: work(first, min(first + size, count)), range(0, count, size)
        ):
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
