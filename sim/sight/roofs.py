"""Pieces of street cut where stretches under roofs begin and end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.city.roofs import Stretches
from sim.sight.arrays import PieceArrays


def cut_at(pieces: PieceArrays, stretches: Stretches) -> tuple[PieceArrays, NDArray[np.bool_]]:
    """Cut pieces where stretches begin and end.

    Returns
    -------
    The pieces, each with the ranks of the one that it was a part of, and whether each lies in a
    stretch.
    """
    edges = len(pieces.piece_ptr) - 1
    of_piece = np.repeat(np.arange(edges), np.diff(pieces.piece_ptr))
    length = pieces.end[pieces.piece_ptr[1:] - 1]
    wanted = np.concatenate([stretches.start, stretches.end])
    on = np.tile(stretches.edge, 2)
    inner = (wanted > 0) & (wanted < length[on])
    edge = np.concatenate([of_piece, on[inner]])
    start = np.concatenate([pieces.start, wanted[inner]])
    old = np.concatenate([np.ones(len(of_piece), bool), np.zeros(int(inner.sum()), bool)])
    order = np.lexsort((~old, start, edge))
    edge, start, old = edge[order], start[order], old[order]
    kept = np.append(True, (edge[1:] != edge[:-1]) | (start[1:] != start[:-1]))
    edge, start, parent = edge[kept], start[kept], (np.cumsum(old) - 1)[kept]
    ptr = np.concatenate([[0], np.cumsum(np.bincount(edge, minlength=edges))]).astype(np.int64)
    end = np.append(start[1:], 0.0)
    end[ptr[1:] - 1] = length
    cut = PieceArrays(ptr, start, end, pieces.rank[parent], pieces.in_area[parent])
    inside = np.zeros(len(start) + 1, np.int64)
    np.add.at(inside, _beginning_at(cut, stretches.edge, stretches.start), 1)
    np.add.at(inside, _beginning_at(cut, stretches.edge, stretches.end), -1)
    return cut, np.cumsum(inside)[:-1] > 0


def _beginning_at(
    pieces: PieceArrays, edge: NDArray[np.int64], t: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the first piece of each edge that begins at t or later, or the next edge's first."""
    low, high = pieces.piece_ptr[edge], pieces.piece_ptr[edge + 1]
    while (low < high).any():
        middle = np.minimum((low + high) // 2, len(pieces.start) - 1)
        before = (pieces.start[middle] < t) & (low < high)
        low, high = (
            np.where(before, middle + 1, low), np.where(before, high, np.minimum(high, middle)),
        )  # fmt: skip
    return low
