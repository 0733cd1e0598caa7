"""Metres of one walk after the other that each rank of head sees first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import lean_kernel
from sim.sight.arrays import NEVER
from sim.sorting import sort_first
from sim.tracking.kernels.walks import PathArrays, Runs, StepPieces, gather_runs


@lean_kernel
def walk_curves(
    first: int,
    stop: int,
    paths: PathArrays,
    pieces: StepPieces,
    runs: Runs,
    keys: NDArray[np.int64],
    counts: NDArray[np.int64],
    rank: NDArray[np.int32],
    length: NDArray[np.float64],
) -> int:
    """Write ranks, ascending, and metres, walk after walk; return how many."""
    used = 0
    for trip in range(first, stop):
        count = gather_runs(trip, paths, pieces, runs)
        for run in range(count):
            keys[run] = runs.step[run] * 2**31 + run  # by rank, then in walking order
        sort_first(keys, count)
        begin = used
        for k in range(count):
            at, run = keys[k] // 2**31, keys[k] % 2**31
            if at == NEVER:
                break
            if used == begin or rank[used - 1] != at:
                rank[used], length[used] = at, 0.0
                used += 1
            length[used - 1] += runs.length[run]
        counts[trip] = used - begin
    return used
