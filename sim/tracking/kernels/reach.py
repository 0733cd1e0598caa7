"""Cut what heads see by distance from the head and by where the walker's face turns to it.

On a straight segment both are intervals in closed form: two circles around the head, and the part
of the way on which it is far enough ahead. Nothing is looked at again: walls stay where they were.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.city.streets import StreetArrays
from sim.jit import lean_inner, lean_kernel

Floats = NDArray[np.float64]

GLANCE_M = 1e-6
"""Less than a micrometre of street is not in reach."""
EITHER, FORWARD, BACKWARD = 0, 1, 2
"""Ways of walking: either, whatever the face is turned to; from u to v; from v to u."""


class Limits(NamedTuple):
    """Of each head: where it hangs and the distances between which it is in reach, m."""

    x: Floats
    y: Floats
    near: Floats
    far: Floats


class Rows(NamedTuple):
    """What heads see for one task; rows of edge e are ptr[e] : ptr[e + 1]."""

    ptr: NDArray[np.int64]
    head: NDArray[np.int32]
    start: Floats
    end: Floats


@lean_kernel
def cut_rows(
    rows: Rows, limits: Limits, streets: StreetArrays, way: int, cotangent: float, out: Rows
) -> int:
    """Write what is left of each row, by edge, head and start; return how many rows that takes.

    What does not fit into `out` is counted but not written.
    """
    count = 0
    for edge in range(len(rows.ptr) - 1):
        for row in range(rows.ptr[edge], rows.ptr[edge + 1]):
            head, first = rows.head[row], count
            near, far = limits.near[head], limits.far[head]
            if far <= 0.0:
                continue
            for s in range(streets.segment_ptr[edge], streets.segment_ptr[edge + 1]):
                x0, y0 = streets.segment_x0[s], streets.segment_y0[s]
                dx, dy = streets.segment_x1[s] - x0, streets.segment_y1[s] - y0
                length, from_t = np.hypot(dx, dy), streets.segment_start[s]
                low, high = max(rows.start[row], from_t), min(rows.end[row], from_t + length)
                if high - low <= 0.0:
                    continue
                hx, hy = limits.x[head] - x0, limits.y[head] - y0
                ahead = from_t + (hx * dx + hy * dy) / length
                aside = abs(hx * dy - hy * dx) / length
                if aside >= far:
                    continue
                half = np.sqrt(far * far - aside * aside)
                low, high = max(low, ahead - half), min(high, ahead + half)
                if way == FORWARD:
                    high = min(high, ahead - aside * cotangent)
                elif way == BACKWARD:
                    low = max(low, ahead + aside * cotangent)
                hole = np.sqrt(near * near - aside * aside) if near > aside else -1.0
                if hole < 0.0:
                    count = _add(first, count, head, low, high, out)
                else:
                    count = _add(first, count, head, low, min(high, ahead - hole), out)
                    count = _add(first, count, head, max(low, ahead + hole), high, out)
        out.ptr[edge + 1] = count
    return count


@lean_inner
def _add(first: int, count: int, head: int, low: float, high: float, out: Rows) -> int:
    """Add an interval, or lengthen the last one of the same row where they meet."""
    if high - low <= GLANCE_M:
        return count
    last = count - 1
    if count > first and count <= len(out.end) and low - out.end[last] <= GLANCE_M:
        out.end[last] = high
        return count
    if count < len(out.end):
        out.head[count], out.start[count], out.end[count] = head, low, high
    return count + 1


@lean_kernel
def add_along(
    ptr: NDArray[np.int64],
    edge: NDArray[np.int32],
    backward: NDArray[np.bool_],
    length: Floats,
    metres: Floats,
    out: Floats,
) -> None:
    """Add up what is in reach of the edges of each walk, as a share of its length.

    `metres` has the shape (2, edges, columns): walked from u to v, and from v to u.
    """
    for trip in range(len(ptr) - 1):
        whole = 0.0
        for k in range(ptr[trip], ptr[trip + 1]):
            way = 1 if backward[k] else 0
            whole += length[edge[k]]
            for column in range(out.shape[1]):
                out[trip, column] += metres[way, edge[k], column]
        for column in range(out.shape[1]):
            out[trip, column] = min(out[trip, column] / whole, 1.0) if whole > 0.0 else 0.0
