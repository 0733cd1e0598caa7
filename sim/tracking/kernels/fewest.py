"""The fewest heads on any way between two doors, from below and from above (see `fewest`).

Each head shares out one unit among the places at which a way can meet it, so the cheapest way by
these shares is a lower bound for the heads on every way. Shares are moved towards where the
cheapest way was, round after round; the heads on each such way are an upper bound.

One thread searches one walk after the other with arrays of its own; these kernels allocate
nothing and check no bounds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import ONE, ZERO, lean_inner, lean_kernel
from sim.trips.search import WAITING, Heap, pop, push

Index = int | np.int64
Floats = NDArray[np.float64]
FIRST = np.int64(0)
"""The slot at which a heap begins."""
NOWHERE = np.int64(-1)
OPEN, PAID, SHUT = 0, 1, 2
"""States of a head: it counts where a way meets it, it is counted anyway, no way may meet it."""
LOWER, UPPER = 0, 1
"""Places in `Found.bound`."""
SETTLED = 1e-9
"""A bound this little above a whole number is that number."""


class Ways(NamedTuple):
    """A network and who watches it: the arcs that leave node n are ptr[n] : ptr[n + 1]."""

    ptr: NDArray[np.int64]
    node: NDArray[np.int64]
    edge: NDArray[np.int64]
    head_ptr: NDArray[np.int64]
    """Heads that watch edge e are head[head_ptr[e] : head_ptr[e + 1]]."""
    head: NDArray[np.int64]
    share: NDArray[np.int64]
    """Shape (3, watchings): the shares of the head that a way on the edge meets: that of the edge,
    and those of its two ends, -1 where that end has none."""
    weight: Floats
    """Shape (3, watchings): how much of each share one edge of a way meets: all of the edge's, half
    of that of a junction, which a way crosses by two edges, and all of that of a door."""
    ends: NDArray[np.int64]
    """Shape (2, edges): nodes of each edge."""
    share_head: NDArray[np.int64]
    """The head of each share."""


class Found(NamedTuple):
    """What a search writes."""

    bound: Floats
    """The best lower bound, as a fraction, and the fewest heads found, those paid left out."""
    way: NDArray[np.int64]
    """Edges of the best way from its end, then -1; it is written if `bound` was improved."""
    share: Floats
    """The shares of the best lower bound; a search begins with them."""
    use: Floats
    """Of each head, in how many rounds the cheapest way met it."""


class Room(NamedTuple):
    """What one thread writes while it searches."""

    cost: Floats
    """Of each edge; infinite where no way may lead."""
    at: Floats
    """Shape (2, nodes): cost from the start, and from the end."""
    by: NDArray[np.int64]
    """The edge by which each node was reached."""
    heap: Heap
    share: Floats
    total: Floats
    """Of each head, its shares before they are brought to one."""
    met: NDArray[np.int64]
    """Of each head, the last way on which it was counted."""
    counter: NDArray[np.int64]
    """Of ways counted."""


@lean_kernel
def search_fewest(
    start: Index,
    end: Index,
    rounds: Index,
    step: float,
    ways: Ways,
    state: NDArray[np.int8],
    room: Room,
    found: Found,
) -> bool:
    """Bring the two bounds together for some rounds; return whether any way is left.

    It ends early where the lower bound, rounded up, is the upper one.
    """
    for k in range(len(room.share)):
        room.share[k] = found.share[k]
    for turn in range(rounds):
        _price(ways, state, room)
        cheapest = _grow(start, end, ZERO, ways, room)
        if cheapest == np.inf:
            return False
        if cheapest > found.bound[LOWER]:
            found.bound[LOWER] = cheapest
            for k in range(len(room.share)):
                found.share[k] = room.share[k]
        _count_way(start, end, ways, state, room, found)
        if np.ceil(found.bound[LOWER] - SETTLED) >= found.bound[UPPER]:
            break
        _move(start, end, step / np.sqrt(1.0 + turn), ways, state, room)
    if found.bound[UPPER] > np.ceil(found.bound[LOWER] - SETTLED):
        _greedy(start, end, ways, state, room, found)
    return True


@lean_inner
def _price(ways: Ways, state: NDArray[np.int8], room: Room) -> None:
    """Bring the shares of each head to one, and add up those that an edge meets."""
    for c in range(len(room.total)):
        room.total[c] = 0.0
    for k in range(len(room.share)):
        room.total[ways.share_head[k]] += room.share[k]
    for k in range(len(room.share)):
        room.share[k] /= room.total[ways.share_head[k]]
    for e in range(len(room.cost)):
        room.cost[e] = 0.0
        for k in range(ways.head_ptr[e], ways.head_ptr[e + 1]):
            if state[ways.head[k]] == SHUT:
                room.cost[e] = np.inf
            if state[ways.head[k]] != OPEN:
                continue
            for part in range(3):
                if ways.share[part, k] >= 0:
                    room.cost[e] += ways.weight[part, k] * room.share[ways.share[part, k]]


@lean_inner
def _grow(start: Index, end: Index, side: Index, ways: Ways, room: Room) -> float:
    """Search by cost from a node until the other is reached (all where it is -1); return cost."""
    for n in range(len(ways.ptr) - 1):
        room.at[side, n] = np.inf
        room.heap.place[n] = WAITING
    room.at[side, start] = 0.0
    room.by[start] = NOWHERE
    size = push(room.heap, FIRST, FIRST, 0.0, start)
    while size > 0:
        node = room.heap.item[0]
        size = pop(room.heap, FIRST, size)
        if node == end:
            return float(room.at[side, node])
        for arc in range(ways.ptr[node], ways.ptr[node + 1]):
            other = ways.node[arc]
            cost = room.at[side, node] + room.cost[ways.edge[arc]]
            if cost < room.at[side, other]:
                room.at[side, other] = cost
                room.by[other] = ways.edge[arc]
                size = push(room.heap, FIRST, size, cost, other)
    return np.inf


@lean_inner
def _count_way(
    start: Index, end: Index, ways: Ways, state: NDArray[np.int8], room: Room, found: Found
) -> None:
    """Count the heads on the way just found; keep it if there are fewer than on any before."""
    room.counter[0] += 1
    count, node = ZERO, end
    while node != start:
        edge = room.by[node]
        for k in range(ways.head_ptr[edge], ways.head_ptr[edge + 1]):
            head = ways.head[k]
            if state[head] == OPEN and room.met[head] != room.counter[0]:
                room.met[head] = room.counter[0]
                found.use[head] += 1.0
                count += 1
        node = ways.ends[0, edge] + ways.ends[1, edge] - node
    if count < found.bound[UPPER]:
        found.bound[UPPER] = count
        _write_way(start, end, ways, room, found.way)


@lean_inner
def _write_way(start: Index, end: Index, ways: Ways, room: Room, way: NDArray[np.int64]) -> None:
    """Write the edges of the way just found from its end, then -1."""
    node, steps = end, ZERO
    while node != start:
        edge = room.by[node]
        way[steps] = edge
        node = ways.ends[0, edge] + ways.ends[1, edge] - node
        steps += 1
    way[steps] = NOWHERE


@lean_kernel
def cheapest_way(start: Index, end: Index, ways: Ways, room: Room, way: NDArray[np.int64]) -> float:
    """Write the edges of the cheapest way by `Room.cost` from its end, then -1; return its cost."""
    cost = _grow(start, end, ZERO, ways, room)
    if cost < np.inf:
        _write_way(start, end, ways, room, way)
    return cost


@lean_inner
def _move(
    start: Index, end: Index, step: float, ways: Ways, state: NDArray[np.int8], room: Room
) -> None:
    """Move the shares of every head on the way just found towards where the way met it."""
    node = end
    while node != start:
        edge = room.by[node]
        for k in range(ways.head_ptr[edge], ways.head_ptr[edge + 1]):
            if state[ways.head[k]] != OPEN:
                continue
            for part in range(3):
                if ways.share[part, k] >= 0:
                    room.share[ways.share[part, k]] *= np.exp(step * ways.weight[part, k])
        node = ways.ends[0, edge] + ways.ends[1, edge] - node


@lean_inner
def _greedy(
    start: Index, end: Index, ways: Ways, state: NDArray[np.int8], room: Room, found: Found
) -> None:
    """Search by the number of different heads on the one way kept to each node."""
    for n in range(len(ways.ptr) - 1):
        room.at[0, n] = np.inf
        room.heap.place[n] = WAITING
    room.at[0, start] = 0.0
    room.by[start] = NOWHERE
    size = push(room.heap, FIRST, FIRST, 0.0, start)
    while size > 0:
        node = room.heap.item[0]
        size = pop(room.heap, FIRST, size)
        if node == end:
            _count_way(start, end, ways, state, room, found)
            return
        room.counter[0] += 1
        back = node
        while back != start:
            edge = room.by[back]
            for k in range(ways.head_ptr[edge], ways.head_ptr[edge + 1]):
                room.met[ways.head[k]] = room.counter[0]
            back = ways.ends[0, edge] + ways.ends[1, edge] - back
        for arc in range(ways.ptr[node], ways.ptr[node + 1]):
            other, edge = ways.node[arc], ways.edge[arc]
            if room.cost[edge] == np.inf:
                continue
            # of ways with equally many heads, the one that is cheaper by the shares
            new = 1e-6 * room.cost[edge]
            for k in range(ways.head_ptr[edge], ways.head_ptr[edge + 1]):
                head = ways.head[k]
                new += state[head] == OPEN and room.met[head] != room.counter[0]
            if room.at[0, node] + new < room.at[0, other]:
                room.at[0, other] = room.at[0, node] + new
                room.by[other] = edge
                size = push(room.heap, FIRST, size, room.at[0, other], other)


@lean_kernel
def mark_hopeless(
    start: Index,
    end: Index,
    most: float,
    ways: Ways,
    state: NDArray[np.int8],
    room: Room,
    found: Found,
    hopeless: NDArray[np.bool_],
) -> None:
    """Mark edges through which every way meets more than `most` heads, by the best shares."""
    for k in range(len(room.share)):
        room.share[k] = found.share[k]
    _price(ways, state, room)
    _grow(start, NOWHERE, ZERO, ways, room)
    _grow(end, NOWHERE, ONE, ways, room)
    for e in range(len(room.cost)):
        u, v = ways.ends[0, e], ways.ends[1, e]
        through = min(room.at[0, u] + room.at[1, v], room.at[0, v] + room.at[1, u])
        hopeless[e] = through + room.cost[e] > most + 1e-6


@lean_kernel
def parted_without(
    start: Index, end: Index, head: Index, ways: Ways, state: NDArray[np.int8], room: Room
) -> bool:
    """Return whether every way between two nodes meets a head."""
    for e in range(len(room.cost)):
        room.cost[e] = 0.0
        for k in range(ways.head_ptr[e], ways.head_ptr[e + 1]):
            if ways.head[k] == head or state[ways.head[k]] == SHUT:
                room.cost[e] = np.inf
    return _grow(start, end, ZERO, ways, room) == np.inf
