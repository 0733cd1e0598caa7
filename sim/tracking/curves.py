"""Curves of walks: how many metres of each walk every rank of head sees first.

From walks and first-seen ranks to flat arrays; what is seen with the heads up to any rank is a sum
over them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.sight.arrays import PieceArrays
from sim.tracking.kernels.curves import walk_curves
from sim.tracking.kernels.walks import PathArrays, StepPieces
from sim.tracking.walks import in_chunks, new_runs


class Curves(NamedTuple):
    """Ranks and metres of all walks end to end; those of walk i are ptr[i] : ptr[i + 1].

    Attributes
    ----------
    ptr
        Shape (walks + 1,).
    rank
        Ranks, ascending within a walk.
    length
        Metres of the walk first seen at each of them.
    """

    ptr: NDArray[np.int64]
    rank: NDArray[np.int32]
    length: NDArray[np.float64]

    def each(self) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        """Return ranks and metres as columns of arrays, one a walk."""
        return _split(self.rank, self.ptr), _split(self.length, self.ptr)


def curves_of(paths: PathArrays, pieces: PieceArrays, task: int) -> Curves:
    """Return the curves of walks for one task.

    Parameters
    ----------
    paths
        The walks.
    pieces
        First-seen ranks along the streets.
    task
        Place in `TASKS`.
    """
    trips = len(paths.ptr) - 1
    rank = np.ascontiguousarray(pieces.rank[:, task]).astype(np.int64)
    cut = StepPieces(pieces.piece_ptr, pieces.end - pieces.start, rank)
    counts = np.zeros(trips, np.int64)
    parts: dict[int, tuple[NDArray[np.int32], NDArray[np.float64]]] = {}
    rows = np.diff(cut.ptr)

    def some(first: int, stop: int) -> None:
        runs = new_runs(np.arange(first, stop), paths, cut)
        room = rows[paths.edge[paths.ptr[first] : paths.ptr[stop]]].sum()
        rank, length = np.empty(room, np.int32), np.empty(room)
        keys = np.empty_like(runs.step)
        used = walk_curves(first, stop, paths, cut, runs, keys, counts, rank, length)
        parts[first] = rank[:used].copy(), length[:used].copy()

    in_chunks(some, trips, None)
    ordered = [parts[first] for first in sorted(parts)]
    return Curves(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate([np.zeros(0, np.int32), *(part[0] for part in ordered)]),
        np.concatenate([np.zeros(0), *(part[1] for part in ordered)]),
    )


def _split(values: NDArray[Any], ptr: NDArray[np.int64]) -> NDArray[np.object_]:
    """One array a walk, as a column of lists."""
    column = np.empty(len(ptr) - 1, object)
    for i in range(len(column)):
        column[i] = values[ptr[i] : ptr[i + 1]]
    return column
