"""Which pieces of street the answer counts as closed, whole or in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.sight.roofs import cut_at
from sim.tracking.answer import unwatched

if TYPE_CHECKING:
    from sim.city.model import City
    from sim.sight.arrays import PieceArrays


def closed_pieces(city: City, pieces: PieceArrays) -> NDArray[np.bool_]:
    """Return which pieces of street are closed, or are so in part.

    Parameters
    ----------
    city
        With its walls.
    pieces
        First-seen ranks of its streets.

    Returns
    -------
    Whether each piece is of a subway, covered or indoor way or has a stretch under a roof.
    """
    shut = unwatched(city.streets.edges["highway"].to_numpy(), city.streets.arrays)
    closed = np.repeat(shut, np.diff(pieces.piece_ptr))
    cut, roofed = cut_at(pieces, city.roofs)
    of_cut = np.repeat(np.arange(len(shut)), np.diff(cut.piece_ptr))
    for piece in np.flatnonzero(roofed):
        first, end = pieces.piece_ptr[of_cut[piece] : of_cut[piece] + 2]
        part = np.searchsorted(pieces.start[first:end], cut.start[piece], side="right") - 1
        closed[first + part] = True
    return closed
