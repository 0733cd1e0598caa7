"""Least-cost walks over the street network, with personal costs and full paths.

The cost of an edge is its walking time times a factor drawn once per person and original street, so
it does not change when streets are split or cameras are added; `sim.trips.search` finds the walks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.city.components import connected_components
from sim.city.streets import StreetNetwork
from sim.errors import InputError
from sim.keyed_random import keys
from sim.limits import check_value
from sim.nearest import tree_of
from sim.processes import available_cores, computing_threads
from sim.trips.parameters import WALKING_SPEED_M_S, TripParameters
from sim.trips.search import WalkGraph, least_cost_walks, new_scratch, walk_graph, walked_backward
from sim.wording import counted

STEPS_SLOWER = 2.0
"""Walking time on steps over that on the flat, for the same horizontal length: Weidmann (1993)
gives 0.61 m/s up and 0.69 m/s down against 1.34 m/s on the flat."""
WALKS_AT_ONCE = 512
SQUARE_M = 500.0
"""Walks that start in the same square of this side are searched one after another."""


Found = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]
"""Edges per walk, all paths end to end, and costs."""


class Walks(NamedTuple):
    """Least-cost walks in the order asked for; an unreachable pair has an empty path and NaN."""

    path_ptr: NDArray[np.int64]
    path_edge: NDArray[np.int32]
    path_backward: NDArray[np.bool_]
    length: NDArray[np.float64]
    """Metres."""
    duration_s: NDArray[np.float64]
    """Walking time without the personal factor."""
    cost: NDArray[np.float64]
    """Walking time as the person perceives it, s: what the path minimises."""
    unreachable: int


def walk(
    streets: StreetNetwork,
    origins: ArrayLike,
    destinations: ArrayLike,
    persons: ArrayLike,
    *,
    seed: int,
    cost_dispersion: float,
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
        Who walks; the factors are keyed by (seed, person, street).
    seed
        Of the scenario.
    cost_dispersion
        Sigma of the lognormal factor (mean 1) on each street's walking time; 0 gives the
        quickest walks.
    speed_m_s
        On the flat; steps take `STEPS_SLOWER` times as long.
    workers
        Threads; all cores by default. The result does not depend on it.

    Raises
    ------
    InputError
        Dispersion or speed out of range, or nodes that the network does not have.
    """
    check_value(TripParameters, "taste", cost_dispersion, "trips")
    seconds = edge_seconds(streets, speed_m_s)
    start, end = np.asarray(origins, np.int32), np.asarray(destinations, np.int32)
    walkers = keys(seed, "taste", np.asarray(persons, np.int64))
    _check_ends(start, end, walkers, len(streets.nodes))
    a = streets.arrays
    component = connected_components(a.edge_u, a.edge_v, len(a.node_x))[1]
    joined = component[start] == component[end]  # a pair no path joins costs no search
    graph = walk_graph(streets, seconds, cost_dispersion)
    ptr, edge, cost = _search_all(graph, start, end, walkers, joined, workers)
    length, duration = (_along(values, edge, ptr, joined) for values in (a.edge_length, seconds))
    backward = walked_backward(start, edge, ptr, a.edge_u, a.edge_v)
    return Walks(ptr, edge, backward, length, duration, cost, int((~joined).sum()))


def _search_all(
    graph: WalkGraph,
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    walkers: NDArray[np.uint64],
    joined: NDArray[np.bool_],
    workers: int | None,
) -> Found:
    """Search on threads, neighbours one after another; return the walks as asked for."""
    order = _by_place(graph.x[start], graph.y[start])

    def some(first: int) -> Found:
        chunk = order[first : first + WALKS_AT_ONCE]
        return least_cost_walks(
            start[chunk], end[chunk], walkers[chunk], joined[chunk],
            graph, new_scratch(len(graph.x)),
        )  # fmt: skip

    with computing_threads(workers or available_cores()) as pool:
        parts = list(pool.map(some, range(0, len(start), WALKS_AT_ONCE)))
    return _in_order_asked(parts, order)


def edge_seconds(streets: StreetNetwork, speed_m_s: float) -> NDArray[np.float64]:
    """Return the walking time of each edge, s, without a personal factor."""
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
    edges = streets.edges
    level = edges["deck"].to_numpy(object) == "street"
    ends = edges[["u", "v"]].to_numpy(np.int32)
    node = np.unique(ends[level] if level.any() else ends)
    a = streets.arrays
    tree = tree_of(np.column_stack([a.node_x[node], a.node_y[node]]))
    distance, found = tree.query(np.column_stack([np.atleast_1d(x), np.atleast_1d(y)]))
    return node[np.asarray(found)], np.asarray(distance)


def _check_ends(
    start: NDArray[np.int32], end: NDArray[np.int32], persons: NDArray[np.uint64], nodes: int
) -> None:
    """Kernels check no bounds, so what they are given is checked here."""
    if not len(start) == len(end) == len(persons):
        raise InputError(
            f"walks: {counted(len(start), 'origin')}, {counted(len(end), 'destination')} and "
            f"{counted(len(persons), 'person')}; give one of each for every walk"
        )
    both = np.concatenate([start, end])
    if len(both) and not 0 <= both.min() <= both.max() < nodes:
        raise InputError(
            f"walks: nodes {both.min()} to {both.max()}, and the network has 0 to {nodes - 1}; "
            "find nodes with nearest_nodes"
        )


def _by_place(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Order walks by the square they start in: one after another they read the same streets.

    On 155,000 nodes this makes a search 1.8 times as fast, for its streets are still in the cache.
    """
    square = (np.floor(values / SQUARE_M) for values in (y, x))
    return np.asarray(np.lexsort(tuple(square)), np.int64)


def _in_order_asked(parts: list[Found], order: NDArray[np.int64]) -> Found:
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


def _along(
    values: NDArray[np.float64],
    edge: NDArray[np.int32],
    ptr: NDArray[np.int64],
    joined: NDArray[np.bool_],
) -> NDArray[np.float64]:
    walk_of = np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))
    total = np.bincount(walk_of, weights=values[edge], minlength=len(ptr) - 1)
    return np.where(joined, total, np.nan)
