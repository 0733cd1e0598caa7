"""Where streets run under the roofs of mapped buildings, as intervals; pieces cut where they do.

No head outside a building sees what is under its roof, and nothing is known of heads inside. Street
blocks inferred from streets have no roofs, and neither have subways.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.decks import DECKS
from sim.city.streets import StreetArrays, StreetNetwork
from sim.city.walls import Walls
from sim.sight.arrays import PieceArrays
from sim.sight.scene import FACE_M

FOOTBRIDGE_M = 5.5
"""Height of a footbridge above the street, where roofs are compared with the faces on it."""


class Stretches(NamedTuple):
    """Intervals along edges, metres from node u; they may overlap."""

    edge: NDArray[np.int64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]


def under_roofs(streets: StreetNetwork, walls: Walls) -> Stretches:
    """Return the stretches of street that lie inside a mapped footprint, below its roof.

    Parameters
    ----------
    streets
        The network.
    walls
        Footprints; one of unknown height is taller than any face, an inferred block has no roof.
    """
    a = streets.arrays
    mapped = walls.footprints[(walls.footprints["kind"] == "footprint").to_numpy(bool)]
    outline = mapped.geometry.to_numpy()
    roof = np.nan_to_num(mapped["height"].to_numpy(np.float64), nan=np.inf)
    tree = shapely.STRtree(outline)
    near = np.unique(tree.query(streets.edges.geometry.to_numpy(), predicate="intersects")[0])
    deck = a.edge_deck[a.segment_edge]
    row = np.flatnonzero(np.isin(a.segment_edge, near) & (deck != DECKS.index("subway")))
    line = _segments(a, row)
    on, of = tree.query(line, predicate="intersects")
    face = FACE_M + np.where(deck[row[on]] == DECKS.index("footbridge"), FOOTBRIDGE_M, 0.0)
    on, of = on[roof[of] > face], of[roof[of] > face]
    part, pair = shapely.get_parts(shapely.intersection(line[on], outline[of]), return_index=True)
    long = shapely.get_dimensions(part) == 1
    part, pair = part[long], pair[long]
    # a street along a façade runs beside the building
    inside = shapely.contains_properly(outline[of[pair]], shapely.centroid(part))
    part, pair = part[inside], pair[inside]
    ends = [shapely.line_locate_point(line[on[pair]], shapely.get_point(part, k)) for k in (0, -1)]
    segment = row[on[pair]]
    edge = a.segment_edge[segment].astype(np.int64)
    begins, most = a.segment_start[segment], a.edge_length[edge]
    start, end = (np.minimum(begins + t, most) for t in (np.minimum(*ends), np.maximum(*ends)))
    return Stretches(edge, start, end)


def _segments(streets: StreetArrays, row: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return segments as lines."""
    start = np.column_stack([streets.segment_x0[row], streets.segment_y0[row]])
    end = np.column_stack([streets.segment_x1[row], streets.segment_y1[row]])
    return np.asarray(shapely.linestrings(np.stack([start, end], axis=1)))


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
