"""Least-cost search on the street network: the graph, its A* from both ends, and the heap.

The cost of an arc is its walking time times a factor drawn for the walker and the street. It takes
arrays and returns arrays; threads, order and what a walk is for are left to those who search.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.city.streets import StreetNetwork
from sim.jit import ONE, ZERO, inner, kernel, lean_inner, lean_kernel
from sim.keyed_random import scrambled_one

DISPERSION_LEVELS = 1024
"""Factors are the midpoints of so many equally likely parts of the lognormal distribution, so they
have a smallest value, on which the search's lower bound rests."""
WAITING, DONE = -1, -2
"""Places of items that are not in the heap: not queued, or (in a search) taken out of it."""

Index = int | np.int64


class WalkGraph(NamedTuple):
    """What the search reads of the network; arcs carry what their edge would have to be asked."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    arc_ptr: NDArray[np.int64]
    """Arcs that leave node n are arc_ptr[n] : arc_ptr[n + 1]."""
    arc_node: NDArray[np.int32]
    arc_edge: NDArray[np.int32]
    arc_seconds: NDArray[np.float64]
    arc_street: NDArray[np.uint64]
    factor: NDArray[np.float64]
    """Of walking time, ascending: `dispersion_factors`."""
    least: float
    """The fewest perceived seconds that a metre of straight line can cost."""


class Heap(NamedTuple):
    """A binary heap of items by key, the smallest first, whose keys may fall.

    Several heaps may lie in it one behind the other; each begins at its own slot.
    """

    key: NDArray[np.float64]
    item: NDArray[np.integer]
    place: NDArray[np.integer]
    """Of each item: its slot counted from the heap's first; below 0 where it is not queued."""


class SearchScratch(NamedTuple):
    """What one search writes, by side (0 from the origin, 1 from the destination) and node.

    Valid where `stamp` is the number of the search.
    """

    stamp: NDArray[np.int32]
    cost: NDArray[np.float64]
    pull: NDArray[np.float64]
    """Added to the cost to make the node's key; the two sides' pulls of a node add up to zero."""
    previous: NDArray[np.int32]
    arrival: NDArray[np.int32]
    """The edge by which the node was reached."""
    heap: Heap
    """Of both sides, one behind the other; the item of a node is its number plus the heap's first
    slot."""
    heap_size: NDArray[np.int64]


class Search(NamedTuple):
    """What is searched for: a walker's least-cost walk between two nodes."""

    origin: int
    destination: int
    walker: np.uint64
    """Key of the walker's factors, see `sim.keyed_random.keys`."""
    number: int
    """Of the search, another for each on the same scratch, from 1."""


def walk_graph(
    streets: StreetNetwork, seconds: NDArray[np.float64], dispersion: float
) -> WalkGraph:
    """Return what the search reads.

    Parameters
    ----------
    streets
        The network.
    seconds
        Walking time of each edge.
    dispersion
        Sigma of the lognormal factor on it.
    """
    a = streets.arrays
    street = streets.edges["street"].to_numpy(np.int64)[a.adjacency_edge].view(np.uint64)
    factor = dispersion_factors(dispersion)
    return WalkGraph(
        x=a.node_x,
        y=a.node_y,
        arc_ptr=a.adjacency_ptr,
        arc_node=a.adjacency_node,
        arc_edge=a.adjacency_edge,
        arc_seconds=seconds[a.adjacency_edge],
        arc_street=street,
        factor=factor,
        least=_least_seconds_per_metre(streets, seconds) * float(factor[0]),
    )


def dispersion_factors(dispersion: float) -> NDArray[np.float64]:
    """Return the `DISPERSION_LEVELS` equally likely factors, ascending, with mean exactly 1."""
    from scipy.special import ndtri  # slow, and walks are mostly found in the cache

    middle = (np.arange(DISPERSION_LEVELS) + 0.5) / DISPERSION_LEVELS
    factor = np.exp(dispersion * ndtri(middle))
    return np.asarray(factor / factor.mean(), np.float64)


def _least_seconds_per_metre(streets: StreetNetwork, seconds: NDArray[np.float64]) -> float:
    """Return the fewest seconds any edge takes per metre of straight line between its ends.

    Taken from the edges themselves, the bound holds also where a length is shorter than the
    straight line (curves simplified, ends snapped).
    """
    a = streets.arrays
    straight = np.hypot(
        a.node_x[a.edge_u] - a.node_x[a.edge_v], a.node_y[a.edge_u] - a.node_y[a.edge_v]
    )
    apart = straight > 0
    # A hair less, so that rounding cannot lift the bound over the truth.
    return float((seconds[apart] / straight[apart]).min() * (1 - 1e-9)) if apart.any() else 0.0


def new_heap(items: int) -> Heap:
    """Return an empty heap for so many items."""
    return Heap(np.empty(items), np.empty(items, np.int64), np.full(items, WAITING, np.int64))


def new_scratch(nodes: int) -> SearchScratch:
    """Return room for searches on a network of so many nodes; each thread needs its own."""
    shape = (2, nodes)
    stamp, previous, arrival = (np.zeros(shape, np.int32) for _ in range(3))
    heap = Heap(np.empty(2 * nodes), np.zeros(2 * nodes, np.int32), np.zeros(2 * nodes, np.int32))
    return SearchScratch(
        stamp, np.empty(shape), np.empty(shape), previous, arrival, heap, np.zeros(2, np.int64)
    )


def walked_backward(
    origins: NDArray[np.int32],
    edge: NDArray[np.int32],
    ptr: NDArray[np.int64],
    edge_u: NDArray[np.int32],
    edge_v: NDArray[np.int32],
) -> NDArray[np.bool_]:
    """Follow each path from its origin: an edge not entered at its u is walked backward."""
    backward = np.zeros(len(edge), np.bool_)
    _walk_backward(origins, edge, ptr, edge_u, edge_v, backward)
    return backward


@lean_kernel
def _walk_backward(
    origins: NDArray[np.int32],
    edge: NDArray[np.int32],
    ptr: NDArray[np.int64],
    edge_u: NDArray[np.int32],
    edge_v: NDArray[np.int32],
    backward: NDArray[np.bool_],
) -> None:
    for i in range(len(origins)):
        node = origins[i]
        for k in range(ptr[i], ptr[i + 1]):
            backward[k] = edge_u[edge[k]] != node
            node = edge_u[edge[k]] if backward[k] else edge_v[edge[k]]


@kernel
def least_cost_walks(
    origins: NDArray[np.int32],
    destinations: NDArray[np.int32],
    walkers: NDArray[np.uint64],
    joined: NDArray[np.bool_],
    graph: WalkGraph,
    scratch: SearchScratch,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """Return edges per walk, all paths end to end, and costs; nothing for pairs not joined."""
    counts = np.zeros(len(origins), np.int64)
    costs = np.full(len(origins), np.nan)
    path = np.empty(64 * len(origins), np.int32)
    used: int = ZERO
    for i in range(len(origins)):
        if not joined[i]:
            continue
        search = Search(origins[i], destinations[i], walkers[i], i + 1)
        meeting, costs[i] = least_cost_way(search, graph, scratch)
        before = _count_edges(ZERO, origins[i], meeting, scratch)
        counts[i] = before + _count_edges(ONE, destinations[i], meeting, scratch)
        if used + counts[i] > len(path):
            path = _longer(path, used, 2 * (used + counts[i]))
        node = meeting
        for k in range(used + before - 1, used - 1, -1):
            path[k] = scratch.arrival[0, node]
            node = scratch.previous[0, node]
        node = meeting
        for k in range(used + before, used + counts[i]):
            path[k] = scratch.arrival[1, node]
            node = scratch.previous[1, node]
        used += counts[i]
    return counts, _longer(path, used, used), costs


@inner
def _longer(path: NDArray[np.int32], used: int, size: int) -> NDArray[np.int32]:
    """Copy the used part into a new array (a loop: slices compile ten times as long)."""
    longer = np.empty(size, np.int32)
    for k in range(used):
        longer[k] = path[k]
    return longer


@inner
def _count_edges(side: int, end: int, meeting: int, scratch: SearchScratch) -> int:
    count, node = 0, meeting
    while node != end:
        node = scratch.previous[side, node]
        count += 1
    return count


@lean_inner
def least_cost_way(search: Search, graph: WalkGraph, scratch: SearchScratch) -> tuple[int, float]:
    """Search by A* from both ends; return the node where they meet and the whole cost.

    From there `scratch.arrival` and `scratch.previous` of either side lead back to the ends. Both
    sides are pulled by half the difference of the straight lines to the two ends (Ikeda and
    others, "A fast algorithm for finding better routes by AI search techniques", 1994). So the
    least keys of the two heaps add up to a lower bound for every walk not yet found, and the
    search is over when the best walk found costs no more. Costs are the same in both directions.
    """
    heap, size, nodes = scratch.heap, scratch.heap_size, len(graph.x)
    size[0], size[1] = 0, 0
    for side in range(2):
        node = search.origin if side == 0 else search.destination
        _touch(side, node, search, graph, scratch)
        scratch.cost[side, node] = 0.0
        _queue(side, node, scratch)
    meeting, best = search.origin, 0.0 if search.origin == search.destination else np.inf
    while size[0] > 0 and size[1] > 0:
        if heap.key[0] + heap.key[nodes] >= best:
            break
        side = 0 if size[0] <= size[1] else 1
        first = side * nodes
        node = heap.item[first] - first
        size[side] = pop(heap, first, size[side])
        heap.place[first + node] = DONE
        other = (1 - side) * nodes + node
        if scratch.stamp[1 - side, node] == search.number and heap.place[other] == DONE:
            continue  # the other side has left it: the best walk through it is known
        meeting, best = _leave(side, node, meeting, best, search, graph, scratch)
    return meeting, best


@lean_inner
def _leave(
    side: int,
    node: int,
    meeting: int,
    best: float,
    search: Search,
    graph: WalkGraph,
    scratch: SearchScratch,
) -> tuple[int, float]:
    """Follow the arcs of a node; return the best meeting so far.

    A node is queued again if a cheaper way to it appears, so rounding, which may make the pull
    inconsistent, does no harm. Of equal ways the one found first stays.
    """
    here = scratch.cost[side, node]
    goal = search.destination if side == 0 else search.origin
    for arc in range(graph.arc_ptr[node], graph.arc_ptr[node + 1]):
        other = graph.arc_node[arc]
        if scratch.stamp[side, other] != search.number:
            if graph.arc_ptr[other + 1] - graph.arc_ptr[other] == 1 and other != goal:
                continue  # a dead end leads nowhere
            _touch(side, other, search, graph, scratch)
        elif here + graph.arc_seconds[arc] * graph.factor[0] >= scratch.cost[side, other]:
            continue  # no better even at the least factor, so the factor need not be drawn
        level = scrambled_one(search.walker ^ graph.arc_street[arc]) >> np.uint64(54)
        cost = here + graph.arc_seconds[arc] * graph.factor[np.int64(level)]
        if cost >= scratch.cost[side, other]:
            continue
        scratch.cost[side, other] = cost
        scratch.arrival[side, other] = graph.arc_edge[arc]
        scratch.previous[side, other] = node
        if scratch.stamp[1 - side, other] == search.number:
            through = cost + scratch.cost[1 - side, other]
            if through < best:
                meeting, best = other, through
        # with the other heap empty the search is over, and its stale first key does no harm
        opposite = scratch.heap.key[(1 - side) * len(graph.x)]
        if cost + scratch.pull[side, other] + opposite < best:
            _queue(side, other, scratch)
    return meeting, best


@lean_inner
def _touch(side: int, node: int, search: Search, graph: WalkGraph, scratch: SearchScratch) -> None:
    """Meet a node for the first time from this side."""
    scratch.stamp[side, node] = search.number
    scratch.cost[side, node] = np.inf
    scratch.heap.place[side * len(graph.x) + node] = WAITING
    if scratch.stamp[1 - side, node] == search.number:
        scratch.pull[side, node] = -scratch.pull[1 - side, node]
        return
    x, y = graph.x[node], graph.y[node]
    across, up = x - graph.x[search.destination], y - graph.y[search.destination]
    ahead = np.sqrt(across * across + up * up)
    across, up = x - graph.x[search.origin], y - graph.y[search.origin]
    behind = np.sqrt(across * across + up * up)
    pull = 0.5 * graph.least * (ahead - behind)
    scratch.pull[side, node] = pull if side == 0 else -pull


@lean_inner
def _queue(side: int, node: int, scratch: SearchScratch) -> None:
    """Put a node into its side's heap, or move it up after its cost fell."""
    key = scratch.cost[side, node] + scratch.pull[side, node]
    first = side * scratch.cost.shape[1]
    size = scratch.heap_size[side]
    scratch.heap_size[side] = push(scratch.heap, first, size, key, first + node)


@lean_inner
def push(heap: Heap, first: Index, size: Index, key: float, item: Index) -> Index:
    """Put an item into the heap that begins at slot `first`, or move it up; return the size.

    An item that is queued with a lower key stays where it is.
    """
    hole = heap.place[item]
    if hole < 0:
        hole = size
        size += 1
    elif heap.key[first + hole] < key:
        return size
    while hole > 0:
        parent = (hole - 1) // 2
        if heap.key[first + parent] <= key:
            break
        _settle(heap, first, hole, heap.key[first + parent], heap.item[first + parent])
        hole = parent
    _settle(heap, first, hole, key, item)
    return size


@lean_inner
def pop(heap: Heap, first: Index, size: Index) -> Index:
    """Take the first item out of the heap that begins at slot `first`; return the size."""
    heap.place[heap.item[first]] = WAITING
    size -= 1
    if size == 0:
        return size
    key, item = heap.key[first + size], heap.item[first + size]
    hole, child = ZERO, ONE
    while child < size:
        if child + 1 < size and heap.key[first + child + 1] < heap.key[first + child]:
            child += 1
        if key <= heap.key[first + child]:
            break
        _settle(heap, first, hole, heap.key[first + child], heap.item[first + child])
        hole, child = child, 2 * child + 1
    _settle(heap, first, hole, key, item)
    return size


@lean_inner
def _settle(heap: Heap, first: Index, hole: Index, key: float, item: Index) -> None:
    heap.key[first + hole] = key
    heap.item[first + hole] = item
    heap.place[item] = hole
