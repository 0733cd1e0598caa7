"""Where streets run under the roofs of mapped buildings, and what is left of them for cameras.

A building is a solid with a roof: no head outside it sees what lies in it below its roof, however
high the head hangs, and nothing is known of heads inside. Street blocks inferred from streets have
no roofs, and neither have subways, whose walls are on no map.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.decks import DECKS, FACE_M, deck_heights
from sim.city.streets import StreetArrays, StreetNetwork
from sim.city.walls import Walls

BESIDE_M = 0.001
"""What lies no deeper in a building runs along its façade."""


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
    face = FACE_M + deck_heights(deck[row[on]])
    on, of = on[roof[of] > face], of[roof[of] > face]
    part, pair = shapely.get_parts(shapely.intersection(line[on], outline[of]), return_index=True)
    long = shapely.get_dimensions(part) == 1
    part, pair = part[long], pair[long]
    # a street along a façade runs beside the building, whichever way its middle is rounded
    middle, around = shapely.centroid(part), outline[of[pair]]
    inside = shapely.contains_properly(around, middle)
    inside[inside] = shapely.distance(shapely.boundary(around[inside]), middle[inside]) > BESIDE_M
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


def without(streets: StreetArrays, stretches: Stretches) -> StreetArrays:
    """Return streets whose segments leave out some stretches; edges and junctions stay.

    Parameters
    ----------
    streets
        The network.
    stretches
        What to leave out; without any, the very same arrays come back.
    """
    if not len(stretches.edge):
        return streets
    a = streets
    length = np.hypot(a.segment_x1 - a.segment_x0, a.segment_y1 - a.segment_y0)
    hidden = _by_edge(stretches)
    kept: list[tuple[int, float, float]] = []
    for edge, spans in hidden.items():
        for segment in range(a.segment_ptr[edge], a.segment_ptr[edge + 1]):
            begins, long = a.segment_start[segment], length[segment]
            kept += [(segment, *span) for span in _left(spans, float(begins), float(long))]
    whole = np.flatnonzero(~np.isin(a.segment_edge, list(hidden)))
    row = np.concatenate([whole, np.array([k for k, _, _ in kept], np.int64)])
    low, high = (
        np.concatenate([at[whole], np.array([part[k] for part in kept], np.float64)])
        for k, at in ((1, np.zeros(len(length))), (2, length))
    )
    order = np.lexsort((low, row))
    row, low, high = row[order], low[order], high[order]
    x, y = (_along(*ends, length, row, low, high) for ends in (
        (a.segment_x0, a.segment_x1), (a.segment_y0, a.segment_y1)
    ))  # fmt: skip
    of_edge = a.segment_edge[row]
    count = np.bincount(of_edge, minlength=len(a.edge_length))
    return a._replace(
        segment_ptr=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        segment_edge=of_edge,
        segment_start=a.segment_start[row] + low,
        segment_x0=x[0], segment_y0=y[0], segment_x1=x[1], segment_y1=y[1],
    )  # fmt: skip


def _by_edge(stretches: Stretches) -> dict[int, list[tuple[float, float]]]:
    """Return the stretches of each edge in the order of their beginnings."""
    spans: dict[int, list[tuple[float, float]]] = {}
    order = np.lexsort((stretches.start, stretches.edge))
    for k in order.tolist():
        span = float(stretches.start[k]), float(stretches.end[k])
        spans.setdefault(int(stretches.edge[k]), []).append(span)
    return spans


def _left(
    spans: list[tuple[float, float]], begins: float, length: float
) -> list[tuple[float, float]]:
    """Return what spans in order leave of a segment, m from where it begins on its edge."""
    found, at = [], 0.0
    for start, end in spans:
        low, high = start - begins, end - begins
        if min(low, length) > at:
            found.append((at, min(low, length)))
        at = max(at, high)
    if at < length:
        found.append((at, length))
    return found


def _along(
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    length: NDArray[np.float64],
    row: NDArray[np.int64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return one coordinate of where parts of segments begin and end; whole ends stay exact."""
    from_start = start[row] + low / length[row] * (end[row] - start[row])
    to_end = start[row] + high / length[row] * (end[row] - start[row])
    return np.where(low == 0, start[row], from_start), np.where(
        high == length[row], end[row], to_end
    )
