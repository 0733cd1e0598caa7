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
from sim.errors import InputError
from sim.processes import available_cores
from sim.sight.arrays import PieceArrays, SightingArrays
from sim.tracking.kernels.walks import (
    HeadSteps,
    PathArrays,
    Runs,
    SeenArrays,
    Spells,
    StepPieces,
    most_rows,
)
from sim.trips.model import Trips
from sim.trips.routing import Walks, edge_seconds
from sim.wording import counted

TRIPS_AT_ONCE = 1024
SQUARE_M = 250.0
SQUARE_BITS = 16
"""More than any city is wide, in squares."""
SAME_M = 0.01
"""Two lengths that differ by less are the same street's or walk's."""


def path_arrays(streets: StreetNetwork, trips: Trips) -> PathArrays:
    """Return the walks and the pace of every edge as plain arrays.

    Raises
    ------
    InputError
        They were walked in another city.
    """
    _check_trips(streets.arrays.edge_length, trips)
    return paths_of(streets, trips, trips.speed_m_s)


def paths_of(streets: StreetNetwork, walks: Trips | Walks, speed_m_s: float) -> PathArrays:
    """Return walks over these very streets, at a speed on the flat (m/s), as plain arrays."""
    length = streets.arrays.edge_length
    pace = edge_seconds(streets, speed_m_s) / length
    order = _by_place(streets, walks)
    return PathArrays(walks.path_ptr, walks.path_edge, walks.path_backward, length, pace, order)


def _by_place(streets: StreetNetwork, trips: Trips | Walks) -> NDArray[np.int64]:
    """Order walks by the square they start in, squares along a curve that stays near (Morton 1966).

    With 98,000 walks over Hong Kong's bus streets what is measured of each of them takes 0.7 times
    as long so.
    """
    a, ptr = streets.arrays, trips.path_ptr
    some = ptr[:-1] < ptr[1:]
    start = a.edge_u[trips.path_edge[ptr[:-1][some]]]
    code = np.zeros(len(some), np.int64)
    for axis, place in enumerate((a.node_x, a.node_y)):
        square = ((place - place.min(initial=np.inf)) / SQUARE_M).astype(np.int64)[start]
        for bit in range(SQUARE_BITS):
            code[some] |= (square >> bit & 1) << 2 * bit + axis
    return np.asarray(np.argsort(code, kind="stable"), np.int64)


def check_same_streets(walked: StreetNetwork, seen: StreetNetwork) -> None:
    """Refuse sightings along other streets than those of the city.

    Raises
    ------
    InputError
        The two networks have another system, or other edges.
    """
    if walked is seen:
        return
    here, there = walked.arrays.edge_length, seen.arrays.edge_length
    same = walked.crs == seen.crs and here.shape == there.shape
    if not same or not np.allclose(here, there, rtol=0, atol=SAME_M):
        raise InputError(
            f"sightings: along {counted(len(there), 'edge')} in {seen.crs}, the city has "
            f"{len(here):,} in {walked.crs}; look again with sim.see in the city that is walked"
        )


def _check_trips(length: NDArray[np.float64], trips: Trips) -> None:
    """Refuse walks whose edges are not as long as they say: they belong to another network."""
    edge, ptr = trips.path_edge, trips.path_ptr
    known = not len(edge) or 0 <= edge.min() <= edge.max() < len(length)
    if known:
        walked = np.concatenate([[0.0], np.cumsum(length[edge])])
        stated = trips.table["length"].to_numpy(np.float64)
        known = np.allclose(walked[ptr[1:]] - walked[ptr[:-1]], stated, rtol=1e-6, atol=SAME_M)
    if not known:
        raise InputError(
            "trips: were walked in another city, or in another version of it; draw or match them "
            "again in this one"
        )


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


def part_of(mask: NDArray[np.bool_]) -> NDArray[np.bool_] | slice:
    """Return a mask as a slice where it is one: taking a slice of a table copies nothing."""
    chosen = np.flatnonzero(mask)
    whole = len(chosen) > 0 and len(chosen) == chosen[-1] + 1 - chosen[0]
    return slice(int(chosen[0]), int(chosen[-1]) + 1) if whole else mask


def in_chunks(
    work: Callable[[int, int], None],
    count: int,
    workers: int | None,
    at_once: int | None = None,
) -> None:
    """Call `work(first, stop)` over all items on threads; each call writes its own items only."""
    size = at_once or TRIPS_AT_ONCE
    if workers == 1:
        for first in range(0, count, size):
            work(first, min(first + size, count))
        return
    with ThreadPoolExecutor(workers or available_cores()) as pool:
        for _ in pool.map(
            lambda first: work(first, min(first + size, count)), range(0, count, size)
        ):
            pass


def new_spells(
    walks: NDArray[np.int64], paths: PathArrays, seen: SeenArrays, heads: HeadSteps
) -> Spells:
    """Return room for the sightings of each of some walks."""
    most = int(most_rows(walks, paths, seen.row_ptr))
    mark = np.full(len(heads.step), -1)
    return Spells(
        np.empty(most, np.int32), np.empty(most), np.empty(most), np.empty(most),
        mark, np.empty_like(mark),
    )  # fmt: skip


def new_runs(walks: NDArray[np.int64], paths: PathArrays, pieces: StepPieces) -> Runs:
    """Return room for the stretches of each of some walks."""
    most = int(most_rows(walks, paths, pieces.ptr))
    return Runs(np.empty(most), np.empty(most), np.empty(most, np.int64))
