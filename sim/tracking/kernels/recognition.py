"""Faces that heads could search on one walk after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import lean_kernel
from sim.tracking.kernels.walks import HeadSteps, PathArrays, SeenArrays, Spells, gather_spells


@lean_kernel
def count_faces(
    walks: NDArray[np.int64],
    task: int,
    paths: PathArrays,
    heads: HeadSteps,
    seen: SeenArrays,
    weight: NDArray[np.float64],
    spells: Spells,
    out: NDArray[np.float64],
) -> None:
    """Count each faced sighting at the first total that includes its head."""
    for trip in walks:
        count = gather_spells(trip, paths, seen, spells)
        for spell in range(count):
            head = spells.head[spell]
            step = heads.step[head]
            if step < out.shape[1] and spells.faced[spell] < np.inf:
                out[trip, step, task] += weight[head]
