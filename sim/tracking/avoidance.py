"""How little of a walk need be seen: the minimal-exposure path between two doors.

Among the walks no longer than 1.25, 1.5 and 2 times the shortest one, the fewest metres that the
heads see are found exactly, or proven to lie in a bracket, from first-seen ranks along streets and
lengths alone. Whether a walker would know such a path is not modelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.cameras.fleet import only_of_simulated
from sim.cameras.optics import TASKS
from sim.city.components import connected_components
from sim.city.streets import StreetArrays, StreetNetwork
from sim.errors import InputError
from sim.processes import available_cores, computing_threads
from sim.tracking.kernels.avoidance import (
    BOUND,
    LENGTH,
    PRICED,
    SEEN,
    Labels,
    Near,
    Net,
    Query,
    Trees,
    World,
    search_walks,
)
from sim.tracking.walks import step_pieces
from sim.trips.search import Heap, walked_backward

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.sight.arrays import PieceArrays
    from sim.trips.model import Trips

STRETCHES = (1.25, 1.5, 2.0)
"""Greatest lengths of the walks compared, over that of the shortest one."""
LARGEST_STRETCH = 10.0
MOST_LABELS = 100_000
"""Partial walks that one search keeps; beyond it gives the bracket it has."""
TRIPS_AT_ONCE = 8


@dataclass(frozen=True)
class Avoidance:
    """How little of each walk need be seen.

    The objective is metres seen, not the share of the walk taken that is seen: that share can be
    lowered by walking further in the dark, metres cannot. `least_seen` therefore divides by the
    length of the shortest walk. It compares with the observed share of a shortest walk, does not
    rise with the stretch, and does not fall as the number of heads grows.

    Attributes
    ----------
    trip
        Rows of the trips asked for, shape (trips,).
    stretches
        Greatest lengths over the shortest one, ascending.
    shortest_m
        Length of the shortest walk from door to door, shape (trips,); 0 where both are one
        junction, and the figures of such a walk are NaN.
    seen_m
        Metres seen of the minimal-exposure path found, shape (trips, totals, tasks, stretches).
    bound_m
        No walk is seen for fewer metres; `seen_m` itself where that is proven.
    length_m
        Length of the walk found.
    joined_unseen
        Whether streets that nothing sees join the two doors, however long the way, on the mapped
        network; shape (trips, totals, tasks).
    """

    trip: NDArray[np.int64]
    stretches: tuple[float, ...]
    shortest_m: NDArray[np.float64]
    seen_m: NDArray[np.float64]
    bound_m: NDArray[np.float64]
    length_m: NDArray[np.float64]
    joined_unseen: NDArray[np.bool_]

    @property
    def least_seen(self) -> NDArray[np.float64]:
        """Fewest metres seen over the length of the shortest walk, 0 to 1."""
        return _over(self.seen_m, self.shortest_m)

    @property
    def at_least_seen(self) -> NDArray[np.float64]:
        """The proven lower bound of `least_seen`, equal to it where the search was complete."""
        return _over(self.bound_m, self.shortest_m)

    @property
    def proven(self) -> NDArray[np.bool_]:
        """Whether no walk is less seen than the one found."""
        return np.asarray(self.seen_m == self.bound_m)

    @property
    def detour(self) -> NDArray[np.float64]:
        """Length of the walk found over that of the shortest walk."""
        return _over(self.length_m, self.shortest_m)

    @property
    def no_unseen_walk(self) -> NDArray[np.bool_]:
        """Whether no walk that nothing sees was found on the mapped network, however long."""
        return ~self.joined_unseen


@dataclass(frozen=True)
class MinimalExposurePath:
    """The minimal-exposure path between two junctions under simulated heads.

    Attributes
    ----------
    edge, backward
        Edges in walking order, and whether each is walked from v to u.
    length_m, seen_m
        Of the walk.
    bound_m
        No walk within the stretch is seen for fewer metres.
    shortest_m, shortest_seen_m
        Length of the shortest walk, and how much of it is seen.
    """

    edge: NDArray[np.int32]
    backward: NDArray[np.bool_]
    length_m: float
    seen_m: float
    bound_m: float
    shortest_m: float
    shortest_seen_m: float


def avoidance(
    streets: StreetNetwork,
    pieces: PieceArrays,
    trips: Trips,
    totals: Sequence[int],
    *,
    trip: ArrayLike | None = None,
    stretches: Sequence[float] = STRETCHES,
    workers: int | None = None,
) -> Avoidance:
    """Find how little of each walk need be seen, for every total and task.

    Walks lead from the first to the last junction of a trip, on any street of the network; a
    street counts with the metres that a head sees for the task, so crossing a street that is
    seen takes no metres of it.

    Parameters
    ----------
    streets
        The network walked.
    pieces
        First-seen ranks along it.
    trips
        Who walks where.
    totals
        Numbers of heads in the whole city, increasing.
    trip
        Rows of the trips to do; all by default.
    stretches
        Greatest lengths over that of the shortest walk, ascending, from 1.
    workers
        Threads; all cores by default. The result does not depend on it.

    Raises
    ------
    InputError
        Stretches that are not from 1 to `LARGEST_STRETCH`, or not increasing.

    Notes
    -----
    A shortest path under a budget of length. For each budget a Lagrangian price a metre gives a
    bound and a walk (Handler and Zang, "A dual algorithm for the constrained shortest path
    problem", Networks 10, 1980). Where the two differ, partial walks go on in order of the
    shortest whole length they can have, so that one compare finds the dominated ones (Hernández
    and others, "Simple and efficient bi-objective search algorithms via fast dominance checks",
    Artificial Intelligence 314, 2023), and those that no price lets hope are dropped.
    """
    chosen = np.arange(len(trips)) if trip is None else np.asarray(trip, np.int64)
    steps = np.asarray(totals, np.int64)
    allowed = _checked(stretches)
    seen = seen_metres(pieces, steps)
    start, end = _ends(streets.arrays, trips, chosen)
    flat = seen.reshape(-1, seen.shape[-1])
    shortest, found = _search_all(streets.arrays, flat, start, end, allowed, workers)
    shape = (len(chosen), len(steps), len(TASKS))
    seen_m, bound_m, length_m = np.moveaxis(found.reshape(*shape, len(allowed), 3), -1, 0)
    dark = _joined_unseen(streets.arrays, seen, start, end)
    return Avoidance(
        chosen, tuple(allowed.tolist()), shortest, seen_m, bound_m, length_m, dark
    )  # fmt: skip


def minimal_exposure_path(
    streets: StreetNetwork,
    fleet: Fleet,
    pieces: PieceArrays,
    origin: int,
    destination: int,
    *,
    total: int,
    task: str,
    stretch: float = 1.5,
) -> MinimalExposurePath:
    """Find the minimal-exposure path between two junctions, under simulated heads only.

    Parameters
    ----------
    streets, fleet, pieces
        The network, the heads and the ranks along it.
    origin, destination
        Node indices.
    total
        Heads in the whole city.
    task
        Of `TASKS`.
    stretch
        Greatest length over that of the shortest walk.

    Raises
    ------
    InputError
        A head that is not simulated; a node, task, stretch or total that cannot be; no way on foot.
    """
    only_of_simulated(fleet.simulated, "least-seen walks are not drawn")
    fleet.check_totals([total])
    if task not in TASKS:
        raise InputError(f'task "{task}": give one of {", ".join(TASKS)}', key="task")
    nodes = len(streets.arrays.node_x)
    if not (0 <= origin < nodes and 0 <= destination < nodes) or origin == destination:
        raise InputError(
            f"walk from node {origin} to {destination}: give two different nodes from 0 to "
            f"{nodes - 1}; find them with nearest_nodes"
        )
    seen = seen_metres(pieces, np.array([total]))[:, TASKS.index(task)]
    ends = np.array([[origin], [destination]], np.int64)
    search = _Search(streets.arrays, seen, _checked([1.0] if stretch == 1 else [1.0, stretch]))
    shortest, found, edges = search.one(*ends)
    if np.isnan(found[-1, LENGTH]):
        raise InputError(
            f"no way on foot from node {origin} to {destination}; choose others on one network"
        )
    whole = np.array([0, len(edges)])
    a = streets.arrays
    backward = walked_backward(ends[0].astype(np.int32), edges, whole, a.edge_u, a.edge_v)
    of_shortest = float(found[0, SEEN])
    best = found[-1]
    return MinimalExposurePath(
        edges, backward, float(best[LENGTH]), float(best[SEEN]), float(best[BOUND]),
        shortest, of_shortest,
    )  # fmt: skip


def seen_metres(pieces: PieceArrays, totals: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the metres of each edge that are seen, shape (totals, tasks, edges)."""
    edges = len(pieces.piece_ptr) - 1
    out = np.empty((len(totals), len(TASKS), edges))
    for task in range(len(TASKS)):
        cut = step_pieces(pieces, task, totals)
        edge = np.repeat(np.arange(edges), np.diff(cut.ptr))
        room = np.bincount(
            edge * (len(totals) + 1) + cut.step, cut.length, edges * (len(totals) + 1)
        )
        first = room.reshape(edges, -1)[:, :-1]
        out[:, task] = np.cumsum(first, axis=1).T
    return out


def _over(metres: NDArray[np.float64], shortest: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(metres / shortest[:, None, None, None])


def _checked(stretches: Sequence[float]) -> NDArray[np.float64]:
    allowed = np.asarray(stretches, np.float64)
    fits = allowed.ndim == 1 and len(allowed) and (np.diff(allowed) > 0).all()
    if not fits or not 1 <= allowed[0] <= allowed[-1] <= LARGEST_STRETCH:
        raise InputError(
            f"stretches {list(stretches)}: give numbers from 1 to {LARGEST_STRETCH:g}, increasing"
        )
    return allowed


def _ends(
    streets: StreetArrays, trips: Trips, chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and the last junction of each trip."""
    first, last = trips.path_ptr[chosen], trips.path_ptr[chosen + 1] - 1
    u, v, edge, backward = streets.edge_u, streets.edge_v, trips.path_edge, trips.path_backward
    start = np.where(backward[first], v[edge[first]], u[edge[first]])
    end = np.where(backward[last], u[edge[last]], v[edge[last]])
    return start.astype(np.int64), end.astype(np.int64)


def _joined_unseen(
    streets: StreetArrays,
    seen: NDArray[np.float64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Return whether wholly unseen streets join the ends of each walk: (walks, totals, tasks).

    The fewer heads, the more is unseen: what one total joins, all below it do.
    """
    out = np.empty((len(start), *seen.shape[:2]), np.bool_)
    for task in range(seen.shape[1]):
        part, parts = np.arange(len(streets.node_x)), len(streets.node_x)
        joined = np.zeros(seen.shape[2], np.bool_)
        for total in reversed(range(len(seen))):
            dark = seen[total, task] == 0
            new = dark & ~joined
            u, v = part[streets.edge_u[new]], part[streets.edge_v[new]]
            parts, group = connected_components(u, v, parts)
            part, joined = group[part], dark
            out[:, total, task] = part[start] == part[end]
    return out


def _search_all(
    streets: StreetArrays,
    seen: NDArray[np.float64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    stretches: NDArray[np.float64],
    workers: int | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Search every walk on threads; each takes the next few walks as it gets free."""
    shortest = np.zeros(len(start))
    found = np.full((len(start), len(seen), len(stretches), 3), np.nan)
    waiting = iter(range(0, len(start), TRIPS_AT_ONCE))

    def work(_: int) -> None:
        search = _Search(streets, seen, stretches)
        for first in waiting:
            part = slice(first, first + TRIPS_AT_ONCE)
            search.some(start[part], end[part], shortest[part], found[part])

    threads = min(workers or available_cores(), max(1, len(start)))
    with computing_threads(threads) as pool:
        for _ in pool.map(work, range(threads)):
            pass
    return shortest, found


class _Search:
    """The arrays that one thread searches with."""

    def __init__(
        self, streets: StreetArrays, seen: NDArray[np.float64], stretches: NDArray[np.float64]
    ) -> None:
        nodes, arcs, budgets = len(streets.node_x), len(streets.adjacency_node), len(stretches)
        edge = streets.adjacency_edge.astype(np.int64)
        length, node = streets.edge_length[edge], streets.adjacency_node.astype(np.int64)
        self.seen, self.stretches = seen, stretches
        whole = Net(streets.adjacency_ptr, node, edge, length, length)
        net = Net(
            np.zeros(nodes + 1, np.int64), np.empty(arcs, np.int64), np.empty(arcs, np.int64),
            np.empty(arcs), np.empty(arcs),
        )  # fmt: skip
        most, size = MOST_LABELS, max(nodes, MOST_LABELS) + 1
        heap = Heap(np.empty(size), np.empty(size, np.int64), np.empty(size, np.int64))
        labels = Labels(
            np.empty(most, np.int64), np.empty(most), np.empty(most), np.empty(most, np.int64),
            np.empty(most, np.int64), np.empty(nodes),
        )  # fmt: skip
        self.world = World(whole, _new_trees(2, nodes))
        self.near = Near(
            net, _new_trees(int(PRICED) + budgets, nodes), labels, heap,
            np.empty(nodes, np.int64), np.empty(nodes, np.int64), np.zeros(nodes),
            np.empty(budgets),
            np.empty(budgets, np.bool_), np.empty((budgets, 2 * nodes + 2), np.int64),
            np.zeros(budgets, np.int64),
        )  # fmt: skip

    def some(
        self,
        start: NDArray[np.int64],
        end: NDArray[np.int64],
        shortest: NDArray[np.float64],
        found: NDArray[np.float64],
    ) -> None:
        """Write the figures of some walks."""
        query = Query(start, end, self.seen, self.stretches)
        search_walks(query, self.world, self.near, shortest, found)

    def one(
        self, start: NDArray[np.int64], end: NDArray[np.int64]
    ) -> tuple[float, NDArray[np.float64], NDArray[np.int32]]:
        """Return the shortest length, the figures and the edges for the longest budget."""
        shortest, found = np.zeros(1), np.full((1, 1, len(self.stretches), 3), np.nan)
        self.some(start, end, shortest, found)
        edges = self.near.edge[-1, : self.near.edges[-1]].astype(np.int32)
        return float(shortest[0]), found[0, 0], edges


def _new_trees(trees: int, nodes: int) -> Trees:
    shape = (trees, nodes)
    return Trees(
        np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape, np.int64),
        np.empty(shape, np.int64),
    )  # fmt: skip
