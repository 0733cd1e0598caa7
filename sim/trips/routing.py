"""Least-cost walks over the street network, with personal taste and full paths.

The cost of an edge is its walking time times a factor drawn once per person and original street,
so it does not change when streets are split or cameras are added. The search is A* from both ends
and exact. It knows neither where people want to go nor who sees them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import ndtri

from sim.city.streets import StreetNetwork
from sim.errors import InputError
from sim.jit import inner, kernel
from sim.keyed_random import keys, scrambled_one
from sim.limits import check_value
from sim.processes import available_cores
from sim.trips.parameters import WALKING_SPEED_M_S, TripParameters

STEPS_SLOWER = 2.0
"""Walking time on steps over that on the flat, for the same horizontal length: Weidmann (1993)
gives 0.61 m/s up and 0.69 m/s down against 1.34 m/s on the flat."""
TASTE_LEVELS = 1024
"""Taste takes the midpoints of so many equally likely parts of the lognormal distribution, so it
has a smallest value, on which the search's lower bound rests."""
WALKS_AT_ONCE = 512
WAITING, DONE = -1, -2
"""Places of nodes that are not in the heap: met but not queued, or taken out of it."""
SQUARE_M = 500.0
"""Walks that start in the same square of this side are searched one after another."""


class Walks(NamedTuple):
    """Least-cost walks in the order asked for; an unreachable pair has an empty path and NaN."""

    path_ptr: NDArray[np.int64]
    path_edge: NDArray[np.int32]
    path_backward: NDArray[np.bool_]
    length: NDArray[np.float64]
    """Metres."""
    duration_s: NDArray[np.float64]
    """Walking time without taste."""
    cost: NDArray[np.float64]
    """Walking time as the person perceives it, s: what the path minimises."""
    unreachable: int


class _Graph(NamedTuple):
    """What the search reads of the network; arcs carry what their edge would have to be asked."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    arc_ptr: NDArray[np.int64]
    """Arcs that leave node n are arc_ptr[n] : arc_ptr[n + 1]."""
    arc_node: NDArray[np.int32]
    arc_edge: NDArray[np.int32]
    arc_seconds: NDArray[np.float64]
    arc_street: NDArray[np.uint64]
    taste: NDArray[np.float64]


class _Scratch(NamedTuple):
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
    place: NDArray[np.int32]
    """In the heap, or `WAITING` or `DONE`."""
    heap_key: NDArray[np.float64]
    heap_node: NDArray[np.int32]
    heap_size: NDArray[np.int64]


def walk(
    streets: StreetNetwork,
    origins: ArrayLike,
    destinations: ArrayLike,
    persons: ArrayLike,
    *,
    seed: int,
    taste: float,
    speed_m_s: float = WALKING_SPEED_M_S,
    workers: int | None = None,
) -> Walks:
    """Find each person's least-cost walk from one node to another.

    Parameters
    ----------
    streets
        The network.
    origins, destinations
        Node indices, one pair a walk.
    persons
        Who walks; tastes are keyed by (seed, person, street).
    seed
        Of the scenario.
    taste
        Sigma of the lognormal factor (mean 1) on each street's walking time; 0 gives the
        quickest walks.
    speed_m_s
        On the flat; steps take `STEPS_SLOWER` times as long.
    workers
        Threads; all cores by default. The result does not depend on it.

    Raises
    ------
    InputError
        Taste or speed out of range, or nodes that the network does not have.
    """
    check_value(TripParameters, "taste", taste, "trips")
    seconds = edge_seconds(streets, speed_m_s)
    start, end = np.asarray(origins, np.int32), np.asarray(destinations, np.int32)
    person_keys = keys(seed, "taste", np.asarray(persons, np.int64))
    _check_ends(start, end, person_keys, len(streets.nodes))
    part = _parts(streets)
    joined = part[start] == part[end]
    graph = _graph(streets, seconds, taste)
    least = _least_seconds_per_metre(streets, seconds) * float(graph.taste[0])
    order = _by_place(graph.x[start], graph.y[start])

    def some(first: int) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
        chunk = order[first : first + WALKS_AT_ONCE]
        return _walk_all(
            start[chunk], end[chunk], person_keys[chunk], joined[chunk],
            least, graph, _new_scratch(len(graph.x)),
        )  # fmt: skip

    with ThreadPoolExecutor(workers or available_cores()) as pool:
        parts = list(pool.map(some, range(0, len(start), WALKS_AT_ONCE)))
    ptr, edge, cost = _in_order_asked(parts, order)
    length, duration = (
        _along(values, edge, ptr, joined) for values in (streets.arrays.edge_length, seconds)
    )
    backward = _backward(start, edge, ptr, streets.arrays.edge_u, streets.arrays.edge_v)
    return Walks(ptr, edge, backward, length, duration, cost, int((~joined).sum()))


def edge_seconds(streets: StreetNetwork, speed_m_s: float) -> NDArray[np.float64]:
    """Return the walking time of each edge, s, without taste."""
    check_value(TripParameters, "speed_m_s", speed_m_s, "trips")
    slower = np.where(streets.edges["steps"].to_numpy(bool), STEPS_SLOWER, 1.0)
    return streets.arrays.edge_length / speed_m_s * slower


def nearest_nodes(
    streets: StreetNetwork, x: ArrayLike, y: ArrayLike
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the nearest node on the street deck to each point, and how far it is (m).

    Footbridges, subways and covered ways are left to those who walk there from the street; all
    nodes count where the network has no street deck.
    """
    from scipy.spatial import cKDTree

    edges = streets.edges
    level = edges["deck"].to_numpy(object) == "street"
    ends = edges[["u", "v"]].to_numpy(np.int32)
    node = np.unique(ends[level] if level.any() else ends)
    a = streets.arrays
    tree = cKDTree(np.column_stack([a.node_x[node], a.node_y[node]]))
    distance, found = tree.query(np.column_stack([np.atleast_1d(x), np.atleast_1d(y)]))
    return node[np.asarray(found)], np.asarray(distance)


def taste_factors(taste: float) -> NDArray[np.float64]:
    """Return the `TASTE_LEVELS` equally likely factors, ascending, with mean exactly 1."""
    middle = (np.arange(TASTE_LEVELS) + 0.5) / TASTE_LEVELS
    factor = np.exp(taste * ndtri(middle))
    return np.asarray(factor / factor.mean(), np.float64)


def _check_ends(
    start: NDArray[np.int32], end: NDArray[np.int32], persons: NDArray[np.uint64], nodes: int
) -> None:
    """Kernels check no bounds, so what they are given is checked here."""
    if not len(start) == len(end) == len(persons):
        raise InputError(
            f"walks: {len(start)} origins, {len(end)} destinations and {len(persons)} persons; "
            "give one of each for every walk"
        )
    both = np.concatenate([start, end])
    if len(both) and not 0 <= both.min() <= both.max() < nodes:
        raise InputError(
            f"walks: nodes {both.min()} to {both.max()}, and the network has 0 to {nodes - 1}; "
            "find nodes with nearest_nodes"
        )


def _graph(streets: StreetNetwork, seconds: NDArray[np.float64], taste: float) -> _Graph:
    a = streets.arrays
    street = streets.edges["street"].to_numpy(np.int64)[a.adjacency_edge].view(np.uint64)
    return _Graph(
        x=a.node_x,
        y=a.node_y,
        arc_ptr=a.adjacency_ptr,
        arc_node=a.adjacency_node,
        arc_edge=a.adjacency_edge,
        arc_seconds=seconds[a.adjacency_edge],
        arc_street=street,
        taste=taste_factors(taste),
    )


def _new_scratch(nodes: int) -> _Scratch:
    shape = (2, nodes)
    whole = [np.zeros(shape, np.int32) for _ in range(5)]
    real = [np.empty(shape) for _ in range(3)]
    size = np.zeros(2, np.int64)
    return _Scratch(
        whole[0], real[0], real[1], whole[1], whole[2], whole[3], real[2], whole[4], size
    )


def _by_place(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Order walks by the square they start in: one after another they read the same streets.

    On 155,000 nodes this makes a search 1.8 times as fast, for its streets are still in the cache.
    """
    square = (np.floor(values / SQUARE_M) for values in (y, x))
    return np.asarray(np.lexsort(tuple(square)), np.int64)


def _in_order_asked(
    parts: list[tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]],
    order: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """Put walks found in some order back into the one asked for: pointers, edges, costs."""
    counts = np.concatenate([np.zeros(0, np.int64), *(part[0] for part in parts)])
    edge = np.concatenate([np.zeros(0, np.int32), *(part[1] for part in parts)])
    found = np.cumsum(counts) - counts
    place = np.argsort(order)
    counts = counts[place]
    ptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    source = np.repeat(found[place] - ptr[:-1], counts) + np.arange(ptr[-1])
    cost = np.concatenate([np.zeros(0), *(part[2] for part in parts)])
    return ptr, edge[source], cost[place]


def _parts(streets: StreetNetwork) -> NDArray[np.int32]:
    """Label connected parts, so that a pair no path joins costs no search."""
    a = streets.arrays
    size = len(a.node_x)
    links = coo_array((np.ones(len(a.edge_u), np.int8), (a.edge_u, a.edge_v)), shape=(size, size))
    return np.asarray(connected_components(links, directed=False)[1], np.int32)


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


def _along(
    values: NDArray[np.float64],
    edge: NDArray[np.int32],
    ptr: NDArray[np.int64],
    joined: NDArray[np.bool_],
) -> NDArray[np.float64]:
    walk_of = np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))
    total = np.bincount(walk_of, weights=values[edge], minlength=len(ptr) - 1)
    return np.where(joined, total, np.nan)


@kernel
def _backward(
    origins: NDArray[np.int32],
    edge: NDArray[np.int32],
    ptr: NDArray[np.int64],
    edge_u: NDArray[np.int32],
    edge_v: NDArray[np.int32],
) -> NDArray[np.bool_]:
    """Follow each path from its origin: an edge not entered at its u is walked backward."""
    backward = np.zeros(len(edge), np.bool_)
    for i in range(len(origins)):
        node = origins[i]
        for k in range(ptr[i], ptr[i + 1]):
            backward[k] = edge_u[edge[k]] != node
            node = edge_u[edge[k]] if backward[k] else edge_v[edge[k]]
    return backward


@kernel
def _walk_all(
    origins: NDArray[np.int32],
    destinations: NDArray[np.int32],
    person_keys: NDArray[np.uint64],
    joined: NDArray[np.bool_],
    least: float,
    graph: _Graph,
    scratch: _Scratch,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """Return edges per walk, all paths end to end, and costs."""
    counts = np.zeros(len(origins), np.int64)
    costs = np.full(len(origins), np.nan)
    path = np.empty(64 * len(origins), np.int32)
    used = 0
    for i in range(len(origins)):
        if not joined[i]:
            continue
        meeting, costs[i] = _search(
            origins[i], destinations[i], person_keys[i], i + 1, least, graph, scratch
        )
        before = _count_edges(0, origins[i], meeting, scratch)
        counts[i] = before + _count_edges(1, destinations[i], meeting, scratch)
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
def _count_edges(side: int, end: int, meeting: int, scratch: _Scratch) -> int:
    count, node = 0, meeting
    while node != end:
        node = scratch.previous[side, node]
        count += 1
    return count


@inner
def _search(
    origin: int,
    destination: int,
    person_key: np.uint64,
    number: int,
    least: float,
    graph: _Graph,
    scratch: _Scratch,
) -> tuple[int, float]:
    """Search by A* from both ends on perceived cost; return where they meet and the whole cost.

    Both sides are pulled by half the difference of the straight lines to the two ends (Ikeda and
    others, "A fast algorithm for finding better routes by AI search techniques", 1994). So the
    least keys of the two heaps add up to a lower bound for every walk not yet found, and the
    search is over when the best walk found is no dearer. Costs are the same in both directions.
    """
    scratch.heap_size[0], scratch.heap_size[1] = 0, 0
    for side in range(2):
        node = origin if side == 0 else destination
        _touch(side, node, origin, destination, number, least, graph, scratch)
        scratch.cost[side, node] = 0.0
        _push(side, node, scratch)
    meeting, best = origin, 0.0 if origin == destination else np.inf
    while scratch.heap_size[0] > 0 and scratch.heap_size[1] > 0:
        if scratch.heap_key[0, 0] + scratch.heap_key[1, 0] >= best:
            break
        side = 0 if scratch.heap_size[0] <= scratch.heap_size[1] else 1
        node = scratch.heap_node[side, 0]
        _pop(side, scratch)
        if scratch.stamp[1 - side, node] == number and scratch.place[1 - side, node] == DONE:
            continue  # the other side has left it: the best walk through it is known
        meeting, best = _leave(
            side, node, meeting, best, origin, destination, person_key, number, least, graph,
            scratch,
        )  # fmt: skip
    return meeting, best


@inner
def _leave(
    side: int,
    node: int,
    meeting: int,
    best: float,
    origin: int,
    destination: int,
    person_key: np.uint64,
    number: int,
    least: float,
    graph: _Graph,
    scratch: _Scratch,
) -> tuple[int, float]:
    """Follow the arcs of a node; return the best meeting so far.

    A node is queued again if a cheaper way to it appears, so rounding, which may make the pull
    inconsistent, does no harm. Of equal ways the one found first stays.
    """
    here = scratch.cost[side, node]
    goal = destination if side == 0 else origin
    for arc in range(graph.arc_ptr[node], graph.arc_ptr[node + 1]):
        other = graph.arc_node[arc]
        if scratch.stamp[side, other] != number:
            if graph.arc_ptr[other + 1] - graph.arc_ptr[other] == 1 and other != goal:
                continue  # a dead end leads nowhere
            _touch(side, other, origin, destination, number, least, graph, scratch)
        elif here + graph.arc_seconds[arc] * graph.taste[0] >= scratch.cost[side, other]:
            continue  # no better even at the least taste, so taste need not be drawn
        level = scrambled_one(person_key ^ graph.arc_street[arc]) >> np.uint64(54)
        cost = here + graph.arc_seconds[arc] * graph.taste[np.int64(level)]
        if cost >= scratch.cost[side, other]:
            continue
        scratch.cost[side, other] = cost
        scratch.arrival[side, other] = graph.arc_edge[arc]
        scratch.previous[side, other] = node
        if scratch.stamp[1 - side, other] == number:
            through = cost + scratch.cost[1 - side, other]
            if through < best:
                meeting, best = other, through
        # with the other heap empty the search is over, and its stale first key does no harm
        if cost + scratch.pull[side, other] + scratch.heap_key[1 - side, 0] < best:
            _push(side, other, scratch)
    return meeting, best


@inner
def _touch(
    side: int,
    node: int,
    origin: int,
    destination: int,
    number: int,
    least: float,
    graph: _Graph,
    scratch: _Scratch,
) -> None:
    """Meet a node for the first time from this side."""
    scratch.stamp[side, node] = number
    scratch.cost[side, node] = np.inf
    scratch.place[side, node] = WAITING
    if scratch.stamp[1 - side, node] == number:
        scratch.pull[side, node] = -scratch.pull[1 - side, node]
        return
    x, y = graph.x[node], graph.y[node]
    across, up = x - graph.x[destination], y - graph.y[destination]
    ahead = np.sqrt(across * across + up * up)
    across, up = x - graph.x[origin], y - graph.y[origin]
    behind = np.sqrt(across * across + up * up)
    pull = 0.5 * least * (ahead - behind)
    scratch.pull[side, node] = pull if side == 0 else -pull


@inner
def _push(side: int, node: int, scratch: _Scratch) -> None:
    """Put a node into the heap, or move it up after its cost fell."""
    key = scratch.cost[side, node] + scratch.pull[side, node]
    hole = scratch.place[side, node]
    if hole < 0:
        hole = scratch.heap_size[side]
        scratch.heap_size[side] += 1
    while hole > 0:
        parent = (hole - 1) // 2
        if scratch.heap_key[side, parent] <= key:
            break
        _settle(
            side, scratch.heap_node[side, parent], scratch.heap_key[side, parent], hole, scratch
        )
        hole = parent
    _settle(side, node, key, hole, scratch)


@inner
def _pop(side: int, scratch: _Scratch) -> None:
    """Take the first node out of the heap."""
    scratch.place[side, scratch.heap_node[side, 0]] = DONE
    scratch.heap_size[side] -= 1
    heap = scratch.heap_size[side]
    if heap == 0:
        return
    node, key = scratch.heap_node[side, heap], scratch.heap_key[side, heap]
    hole, child = 0, 1
    while child < heap:
        if child + 1 < heap and (scratch.heap_key[side, child + 1] < scratch.heap_key[side, child]):
            child += 1
        if key <= scratch.heap_key[side, child]:
            break
        _settle(side, scratch.heap_node[side, child], scratch.heap_key[side, child], hole, scratch)
        hole, child = child, 2 * child + 1
    _settle(side, node, key, hole, scratch)


@inner
def _settle(side: int, node: int, key: float, hole: int, scratch: _Scratch) -> None:
    scratch.heap_key[side, hole] = key
    scratch.heap_node[side, hole] = node
    scratch.place[side, node] = hole
