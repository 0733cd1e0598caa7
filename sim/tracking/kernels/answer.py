"""The shortest wholly unseen way within a budget of length, for every walk (see `answer`).

One thread searches one walk after the other with arrays of its own; these kernels allocate
nothing and check no bounds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import lean_inner, lean_kernel
from sim.trips.search import WAITING, Heap, pop, push

Index = int | np.int64
ROUNDING = 1.0 + 1e-12
FIRST = np.int64(0)
"""The slot at which a heap begins."""
FIELD, FRONT, LAST_END = 2, 3, 4
"""Places in `Room.counter`: the sizes of its heaps, and the end that was searched from last."""


class Arcs(NamedTuple):
    """The network: the arcs that leave node n are ptr[n] : ptr[n + 1]."""

    ptr: NDArray[np.int64]
    node: NDArray[np.int32]
    edge: NDArray[np.int32]
    length: NDArray[np.float64]


class Asked(NamedTuple):
    """What is asked: walks, and the streets on which each column lets them go."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    totals: NDArray[np.int64]
    rank: NDArray[np.int32]
    """Shape (columns, edges): an edge can be walked unseen at every total below this."""
    last: NDArray[np.float64]
    """Shape (walks, columns): largest total at which any unseen way joins the two doors."""
    stretch: float
    """Longest way over the shortest one."""


class Room(NamedTuple):
    """What one thread writes while it searches; whoever searches next finds it as it was."""

    ahead: NDArray[np.float64]
    """Metres from each node to the end of the walk, where `settled` has the end's number."""
    settled: NDArray[np.int64]
    reached: NDArray[np.int64]
    edge: NDArray[np.int64]
    """The edge by which the shortest way to the end leaves each node."""
    behind: NDArray[np.float64]
    """Unseen metres from the start to each node, where `met` has the search's number."""
    met: NDArray[np.int64]
    heap: Heap
    """Of the search from the end."""
    front: Heap
    """Of the search for an unseen way."""
    counter: NDArray[np.int64]
    """Number of the last end and of the last search; sizes of the two heaps; the last end."""


@lean_kernel
def count_within(
    first: int,
    stop: int,
    arcs: Arcs,
    asked: Asked,
    edge_nodes: NDArray[np.int64],
    room: Room,
    shortest: NDArray[np.float64],
    count: NDArray[np.int32],
) -> None:
    """Write the length of each shortest way, and at how many totals an unseen one is near it.

    More heads leave fewer unseen streets, so each column's yeses come before its noes: the number
    lies between what the shortest way itself allows and what any way allows, and is found by
    halving. Walks that follow one another to the same end share the search from there.
    """
    for i in range(first, stop):
        shortest[i] = _to_end(asked.start[i], asked.end[i], arcs, room)
        if shortest[i] == np.inf:
            continue
        reach = asked.stretch * shortest[i] * ROUNDING
        for column in range(asked.rank.shape[0]):
            high = 0
            while high < len(asked.totals) and asked.totals[high] <= asked.last[i, column]:
                high += 1
            low = min(_along(asked.start[i], asked.end[i], column, asked, edge_nodes, room), high)
            while low < high:
                _grow(reach, np.int64(-1), arcs, room)
                middle = (low + high + 1) // 2
                if _joined(asked.start[i], asked.end[i], column, asked.totals[middle - 1], reach,
                           arcs, asked, room):  # fmt: skip
                    low = middle
                else:
                    high = middle - 1
            count[i, column] = low
    _empty(room.heap, room.counter, FIELD)


@lean_inner
def _to_end(start: Index, end: Index, arcs: Arcs, room: Room) -> float:
    """Search from the end of the walk until its start is reached; return the length."""
    if room.counter[0] == 0 or room.counter[LAST_END] != end:
        _empty(room.heap, room.counter, FIELD)
        room.counter[0] += 1
        room.counter[LAST_END] = end
        room.ahead[end] = 0.0
        room.reached[end] = room.counter[0]
        room.counter[FIELD] = push(room.heap, FIRST, room.counter[FIELD], 0.0, end)
    if room.settled[start] != room.counter[0]:
        _grow(np.inf, start, arcs, room)
    return room.ahead[start] if room.settled[start] == room.counter[0] else np.inf


@lean_inner
def _grow(reach: float, goal: Index, arcs: Arcs, room: Room) -> None:
    """Go on with the search from the end, up to so many metres or until the goal is reached."""
    number = room.counter[0]
    while room.counter[FIELD] > 0 and room.heap.key[0] <= reach:
        node = room.heap.item[0]
        room.counter[FIELD] = pop(room.heap, FIRST, room.counter[FIELD])
        room.settled[node] = number
        for arc in range(arcs.ptr[node], arcs.ptr[node + 1]):
            other = arcs.node[arc]
            metres = room.ahead[node] + arcs.length[arc]
            if room.reached[other] == number and metres >= room.ahead[other]:
                continue
            room.reached[other] = number
            room.ahead[other] = metres
            room.edge[other] = arcs.edge[arc]
            room.counter[FIELD] = push(
                room.heap, FIRST, room.counter[FIELD], metres, np.int64(other)
            )
        if node == goal:
            return


@lean_inner
def _along(
    start: Index,
    end: Index,
    column: Index,
    asked: Asked,
    edge_nodes: NDArray[np.int64],
    room: Room,
) -> int:
    """Return at how many totals the shortest way itself is unseen, doors apart."""
    node, lowest = start, asked.rank[column, room.edge[start]]
    while node != end:
        edge = room.edge[node]
        lowest = min(lowest, asked.rank[column, edge])
        node = edge_nodes[0, edge] + edge_nodes[1, edge] - node
    known = 0
    while known < len(asked.totals) and asked.totals[known] < lowest:
        known += 1
    return known


@lean_inner
def _joined(
    start: Index,
    end: Index,
    column: Index,
    total: Index,
    reach: float,
    arcs: Arcs,
    asked: Asked,
    room: Room,
) -> bool:
    """Return whether an unseen way of at most `reach` metres joins the doors at a total.

    It looks ahead by the true metres to the end (A*).
    """
    _empty(room.front, room.counter, FRONT)
    room.counter[1] += 1
    room.met[start] = room.counter[1]
    room.behind[start] = 0.0
    room.counter[FRONT] = push(room.front, FIRST, room.counter[FRONT], room.ahead[start], start)
    while room.counter[FRONT] > 0:
        node = room.front.item[0]
        room.counter[FRONT] = pop(room.front, FIRST, room.counter[FRONT])
        for arc in range(arcs.ptr[node], arcs.ptr[node + 1]):
            other = arcs.node[arc]
            if room.settled[other] != room.counter[0]:
                continue
            if asked.rank[column, arcs.edge[arc]] <= total:
                continue
            metres = room.behind[node] + arcs.length[arc]
            if metres + room.ahead[other] > reach:
                continue
            if room.met[other] == room.counter[1] and metres >= room.behind[other]:
                continue
            if other == end:
                return True
            room.met[other] = room.counter[1]
            room.behind[other] = metres
            room.counter[FRONT] = push(
                room.front, FIRST, room.counter[FRONT], metres + room.ahead[other], np.int64(other)
            )
    return False


@lean_inner
def _empty(heap: Heap, counter: NDArray[np.int64], size: Index) -> None:
    """Take all out of a heap whose size the counter has at that place."""
    for k in range(counter[size]):
        heap.place[heap.item[k]] = WAITING
    counter[size] = 0
