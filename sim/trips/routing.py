"""Least-cost walks over the street network, with personal taste and full paths.

The cost of an edge is its walking time times a factor drawn once per person and original street,
so it does not change when streets are split or cameras are added. The search is A* and exact. It
knows neither where people want to go nor who sees them.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import ndtri

from sim.city.streets import StreetNetwork
from sim.draws import keys, scrambled_one
from sim.errors import InputError
from sim.jit import inner, kernel
from sim.trips import WALKING_SPEED_M_S

STEPS_SLOWER = 2.0
"""Walking time on steps over that on the flat, for the same horizontal length: Weidmann (1993)
gives 0.61 m/s up and 0.69 m/s down against 1.34 m/s on the flat."""
TASTE_LEVELS = 1024
"""Taste takes the midpoints of so many equally likely parts of the lognormal distribution, so it
has a smallest value, on which the search's lower bound rests."""
LARGEST_TASTE = 2.0
WALKS_AT_ONCE = 512


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
    """What the search reads of the network."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    arc_ptr: NDArray[np.int64]
    arc_node: NDArray[np.int32]
    arc_edge: NDArray[np.int32]
    length: NDArray[np.float64]
    seconds: NDArray[np.float64]
    street: NDArray[np.uint64]
    taste: NDArray[np.float64]


class _Scratch(NamedTuple):
    """What one search writes: per node, valid where `stamp` is the number of the search."""

    stamp: NDArray[np.int32]
    cost: NDArray[np.float64]
    bound: NDArray[np.float64]
    previous: NDArray[np.int32]
    arrival: NDArray[np.int32]
    """The edge by which the node was reached."""
    place: NDArray[np.int32]
    heap_key: NDArray[np.float64]
    heap_node: NDArray[np.int32]


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
        Taste or speed out of range.
    """
    if not 0 <= taste <= LARGEST_TASTE:
        raise InputError(f"taste {taste} is not between 0 and {LARGEST_TASTE:g}", key="trips.taste")
    seconds = edge_seconds(streets, speed_m_s)
    start, end = np.asarray(origins, np.int32), np.asarray(destinations, np.int32)
    part = _parts(streets)
    joined = part[start] == part[end]
    graph = _graph(streets, seconds, taste)
    least = _least_seconds_per_metre(streets, seconds) * float(graph.taste[0])
    person_keys = keys(seed, "taste", np.asarray(persons, np.int64))

    def some(first: int) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
        chunk = slice(first, first + WALKS_AT_ONCE)
        return _walk_all(
            start[chunk], end[chunk], person_keys[chunk], joined[chunk],
            least, graph, _new_scratch(len(graph.x)),
        )  # fmt: skip

    with ThreadPoolExecutor(workers or available_cores()) as pool:
        parts = list(pool.map(some, range(0, len(start), WALKS_AT_ONCE)))
    counts = np.concatenate([np.zeros(1, np.int64), *(p[0] for p in parts)])
    edge = np.concatenate([np.zeros(0, np.int32), *(p[1] for p in parts)])
    cost = np.concatenate([np.zeros(0), *(p[2] for p in parts)])
    ptr = np.cumsum(counts)
    length, duration = (_along(values, edge, ptr, joined) for values in (graph.length, seconds))
    backward = _backward(start, edge, ptr, streets.arrays.edge_u, streets.arrays.edge_v)
    return Walks(ptr, edge, backward, length, duration, cost, int((~joined).sum()))


def edge_seconds(streets: StreetNetwork, speed_m_s: float) -> NDArray[np.float64]:
    """Return the walking time of each edge, s, without taste."""
    if not 0.1 <= speed_m_s <= 5:
        raise InputError(
            f"walking speed {speed_m_s} m/s is not between 0.1 and 5; 1.34 is usual",
            "trips.speed_m_s",
        )
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


def available_cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def taste_factors(taste: float) -> NDArray[np.float64]:
    """Return the `TASTE_LEVELS` equally likely factors, ascending, with mean exactly 1."""
    middle = (np.arange(TASTE_LEVELS) + 0.5) / TASTE_LEVELS
    factor = np.exp(taste * ndtri(middle))
    return np.asarray(factor / factor.mean(), np.float64)


def _graph(streets: StreetNetwork, seconds: NDArray[np.float64], taste: float) -> _Graph:
    a = streets.arrays
    street = np.ascontiguousarray(streets.edges["street"].to_numpy(np.int64)).view(np.uint64)
    return _Graph(
        x=a.node_x,
        y=a.node_y,
        arc_ptr=a.adjacency_ptr,
        arc_node=a.adjacency_node,
        arc_edge=a.adjacency_edge,
        length=a.edge_length,
        seconds=seconds,
        street=street,
        taste=taste_factors(taste),
    )


def _new_scratch(nodes: int) -> _Scratch:
    whole = [np.zeros(nodes, np.int32) for _ in range(5)]
    real = [np.empty(nodes) for _ in range(3)]
    return _Scratch(whole[0], real[0], real[1], whole[1], whole[2], whole[3], real[2], whole[4])


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
        _search(origins[i], destinations[i], person_keys[i], i + 1, least, graph, scratch)
        costs[i] = scratch.cost[destinations[i]]
        counts[i] = _count_edges(origins[i], destinations[i], scratch)
        if used + counts[i] > len(path):
            path = _longer(path, used, 2 * (used + counts[i]))
        node = destinations[i]
        for k in range(used + counts[i] - 1, used - 1, -1):
            path[k] = scratch.arrival[node]
            node = scratch.previous[node]
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
def _count_edges(origin: int, destination: int, scratch: _Scratch) -> int:
    count, node = 0, destination
    while node != origin:
        node = scratch.previous[node]
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
) -> None:
    """Search by A* on perceived cost, bounded by the straight line at the least possible cost.

    A node is opened again if a cheaper way to it appears, so the result is exact even where
    rounding makes the bound inconsistent. Of equal ways the one found first stays.
    """
    heap = 0
    _touch(origin, destination, number, least, graph, scratch)
    scratch.cost[origin] = 0.0
    heap = _push(origin, heap, scratch)
    while heap > 0:
        node = scratch.heap_node[0]
        heap = _pop(heap, scratch)
        if node == destination:
            return
        for arc in range(graph.arc_ptr[node], graph.arc_ptr[node + 1]):
            edge, other = graph.arc_edge[arc], graph.arc_node[arc]
            level = scrambled_one(person_key ^ graph.street[edge]) >> np.uint64(54)
            cost = scratch.cost[node] + graph.seconds[edge] * graph.taste[np.int64(level)]
            if scratch.stamp[other] != number:
                _touch(other, destination, number, least, graph, scratch)
            if cost < scratch.cost[other]:
                scratch.cost[other] = cost
                scratch.arrival[other] = edge
                scratch.previous[other] = node
                heap = _push(other, heap, scratch)


@inner
def _touch(
    node: int, destination: int, number: int, least: float, graph: _Graph, scratch: _Scratch
) -> None:
    """Meet a node for the first time in this search."""
    across, up = graph.x[node] - graph.x[destination], graph.y[node] - graph.y[destination]
    scratch.stamp[node] = number
    scratch.cost[node] = np.inf
    scratch.bound[node] = least * np.sqrt(across * across + up * up)
    scratch.place[node] = -1


@inner
def _push(node: int, heap: int, scratch: _Scratch) -> int:
    """Put a node into the heap, or move it up after its cost fell; return the heap's size."""
    key = scratch.cost[node] + scratch.bound[node]
    hole = scratch.place[node]
    if hole < 0:
        hole = heap
        heap += 1
    while hole > 0:
        parent = (hole - 1) // 2
        if scratch.heap_key[parent] <= key:
            break
        _settle(scratch.heap_node[parent], scratch.heap_key[parent], hole, scratch)
        hole = parent
    _settle(node, key, hole, scratch)
    return heap


@inner
def _pop(heap: int, scratch: _Scratch) -> int:
    """Take the first node out of the heap; return the heap's size."""
    scratch.place[scratch.heap_node[0]] = -1
    heap -= 1
    if heap == 0:
        return heap
    node, key = scratch.heap_node[heap], scratch.heap_key[heap]
    hole, child = 0, 1
    while child < heap:
        if child + 1 < heap and scratch.heap_key[child + 1] < scratch.heap_key[child]:
            child += 1
        if key <= scratch.heap_key[child]:
            break
        _settle(scratch.heap_node[child], scratch.heap_key[child], hole, scratch)
        hole, child = child, 2 * child + 1
    _settle(node, key, hole, scratch)
    return heap


@inner
def _settle(node: int, key: float, hole: int, scratch: _Scratch) -> None:
    scratch.heap_key[hole] = key
    scratch.heap_node[hole] = node
    scratch.place[node] = hole
