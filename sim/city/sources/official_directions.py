"""One-way ways of the pedestrian network: which of them people can walk there and back.

Walks, unseen ways and what cameras part are worked out on a network that is walked both ways. A
one-way escalator may stand in it for itself and for a way back beside it, stairs or an escalator
the other way; one without a way back so near would let people walk where they cannot.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

WAY_BACK_M = 30.0
"""A way back beside a one-way way is at most so much longer than it, an assumption: the landings
of an escalator and of the stairs beside it lie so near each other."""


class _Arcs(NamedTuple):
    """Ways as they may be walked, by the junction that they leave."""

    ptr: list[int]
    head: list[int]
    length: list[float]


def ways_back(
    ends: NDArray[np.int64], length: NDArray[np.float64], direction: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the length of the shortest way back of each way, by ways in their directions, m.

    Parameters
    ----------
    ends
        Junctions at both ends of each way, shape (ways, 2).
    length
        Of each way, m.
    direction
        0 both ways, 1 from the first end to the second, -1 from the second to the first.

    Returns
    -------
    The way's own length where it is walked both ways. Infinite where no way back is at most
    `WAY_BACK_M` longer than the way.

    Notes
    -----
    Dijkstra's search from the end of each one-way way, no farther than such a way back.
    """
    back = length.astype(np.float64)
    one_way = np.flatnonzero((direction != 0) & (ends[:, 0] != ends[:, 1]))
    if not len(one_way):
        return back
    arcs = _arcs(ends, length, direction)
    turned = direction[one_way] < 0
    first = np.where(turned, ends[one_way, 1], ends[one_way, 0]).tolist()
    last = np.where(turned, ends[one_way, 0], ends[one_way, 1]).tolist()
    most = (length[one_way] + WAY_BACK_M).tolist()
    back[one_way] = [
        _shortest(arcs, *asked) for asked in zip(last, first, most, strict=True)
    ]  # fmt: skip
    return back


def _arcs(
    ends: NDArray[np.int64], length: NDArray[np.float64], direction: NDArray[np.int64]
) -> _Arcs:
    along, against = direction >= 0, direction <= 0
    tail = np.concatenate([ends[along, 0], ends[against, 1]])
    head = np.concatenate([ends[along, 1], ends[against, 0]])
    order = np.argsort(tail, kind="stable")
    ptr = np.searchsorted(tail[order], np.arange(int(ends.max()) + 2))
    far = np.concatenate([length[along], length[against]])
    return _Arcs(ptr.tolist(), head[order].tolist(), far[order].tolist())


def _shortest(arcs: _Arcs, start: int, goal: int, most: float) -> float:
    """Return the length of the shortest way between two junctions, infinite beyond a limit."""
    best = {start: 0.0}
    queue = [(0.0, start)]
    while queue:
        here, node = heapq.heappop(queue)
        if node == goal:
            return here
        if here > best[node]:
            continue
        for arc in range(arcs.ptr[node], arcs.ptr[node + 1]):
            there, other = here + arcs.length[arc], arcs.head[arc]
            if there <= most and there < best.get(other, np.inf):
                best[other] = there
                heapq.heappush(queue, (there, other))
    return float(np.inf)
