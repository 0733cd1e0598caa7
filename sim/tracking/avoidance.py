"""How little of a walk need be seen: the least seen of all walks between two doors.

Among the walks no longer than 1.25, 1.5 and 2 times the shortest one, the fewest metres that the
heads see are found exactly, or proven to lie in a bracket. It knows first-seen ranks along streets
and lengths, neither which head sees what nor whether a walker would know of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sim.cameras.optics import TASKS
from sim.city.streets import StreetArrays, StreetNetwork
from sim.errors import InputError
from sim.jit import lean_inner, lean_kernel
from sim.processes import available_cores
from sim.tracking.exposure import step_pieces
from sim.trips.routing import _backward

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.sight.ranks import PieceArrays
    from sim.trips.model import Trips

STRETCHES = (1.25, 1.5, 2.0)
"""Greatest lengths of the walks compared, over that of the shortest one."""
LARGEST_STRETCH = 10.0
PROVEN_M = 1e-6
"""A walk is the least seen if no other is seen for a micrometre less."""
MOST_LABELS = 100_000
"""Partial walks that one search keeps; beyond it gives the bracket it has."""
TIE_BREAK = 1e-9
"""Seen metres that a metre of length counts in the order (not the result) of the darkest tree."""
ROUNDING = 1.0 + 1e-12
TRIPS_AT_ONCE = 8
SEEN, BOUND, LENGTH = range(3)
SHORTEST, DARKEST, PRICED = np.int64(0), np.int64(1), np.int64(2)
"""Trees to the destination: by length, by metres seen, and from `PRICED` on one for each budget,
by metres seen plus a price a metre. These numbers have a type, because for each bare number given
to a kernel numba compiles it once more."""
TO_END, TO_START = np.int64(0), np.int64(1)
"""Trees of the whole network, by length."""
FIRST_LABEL, EMPTY, NOWHERE = np.int64(0), np.int64(0), np.int64(-1)


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
        Metres seen of the least-seen walk found, shape (trips, totals, tasks, stretches).
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
class LeastSeenWalk:
    """The least-seen walk between two junctions under simulated heads.

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


class Net(NamedTuple):
    """A network as the search reads it: the arcs that leave node n are ptr[n] : ptr[n + 1]."""

    ptr: NDArray[np.int64]
    node: NDArray[np.int64]
    edge: NDArray[np.int64]
    length: NDArray[np.float64]
    seen: NDArray[np.float64]


class Trees(NamedTuple):
    """Best ways from every node to a root, by tree and node."""

    cost: NDArray[np.float64]
    length: NDArray[np.float64]
    seen: NDArray[np.float64]
    toward: NDArray[np.int64]
    """The next node on the way to the root."""
    arc: NDArray[np.int64]


class Labels(NamedTuple):
    """Partial walks from the origin."""

    node: NDArray[np.int64]
    length: NDArray[np.float64]
    seen: NDArray[np.float64]
    parent: NDArray[np.int64]
    edge: NDArray[np.int64]
    node_seen: NDArray[np.float64]
    """Of each node: fewest metres seen among the partial walks gone on from there."""


class Heap(NamedTuple):
    """Nodes or labels in order of a key; `place` is -1 for what is not in it."""

    key: NDArray[np.float64]
    item: NDArray[np.int64]
    place: NDArray[np.int64]


class Room(NamedTuple):
    """Scratch of one thread."""

    number: NDArray[np.int64]
    """Of each node of the network: its number near the walk, -1 if it is too far from it."""
    near: NDArray[np.int64]
    """The nodes near the walk."""
    price: NDArray[np.float64]
    """Of each budget: metres seen that a metre of length counts."""
    open: NDArray[np.bool_]
    """Of each budget: whether a better walk may yet exist."""
    edge: NDArray[np.int64]
    """Shape (budgets, edges): the best walk found for each."""
    edges: NDArray[np.int64]


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
    dark = _joined_unseen(streets.arrays, flat, start, end).reshape(shape)
    return Avoidance(
        chosen, tuple(allowed.tolist()), shortest, seen_m, bound_m, length_m, dark
    )  # fmt: skip


def least_seen_walk(
    streets: StreetNetwork,
    fleet: Fleet,
    pieces: PieceArrays,
    origin: int,
    destination: int,
    *,
    total: int,
    task: str,
    stretch: float = 1.5,
) -> LeastSeenWalk:
    """Find the least-seen walk between two junctions, under simulated heads only.

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
        A head that is not simulated; a node, task or stretch that cannot be; no way on foot.
    """
    _refuse_real(fleet)
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
    backward = _backward(ends[0].astype(np.int32), edges, whole, a.edge_u, a.edge_v)
    of_shortest = float(found[0, SEEN])
    best = found[-1]
    return LeastSeenWalk(
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


def _refuse_real(fleet: Fleet) -> None:
    """Least-observed walks are drawn under simulated heads only."""
    real = int(fleet.real.sum())
    if real:
        raise InputError(
            f"{real:,} heads of the fleet are not simulated; least-seen walks are drawn for "
            "simulated fleets only, real cameras have statistics (see avoidance)"
        )


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
    """Say for each walk and row of `seen` whether wholly unseen streets join its ends."""
    nodes = len(streets.node_x)
    out = np.empty((len(start), len(seen)), np.bool_)
    for row, metres in enumerate(seen):
        dark = metres == 0
        u, v = streets.edge_u[dark], streets.edge_v[dark]
        links = coo_array((np.ones(len(u), np.int8), (u, v)), shape=(nodes, nodes))
        part = connected_components(links, directed=False)[1]
        out[:, row] = part[start] == part[end]
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
    with ThreadPoolExecutor(threads) as pool:
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
        self.world = Net(streets.adjacency_ptr, node, edge, length, length)
        self.net = Net(
            np.zeros(nodes + 1, np.int64), np.empty(arcs, np.int64), np.empty(arcs, np.int64),
            np.empty(arcs), np.empty(arcs),
        )  # fmt: skip
        self.world_trees, self.trees = (
            _new_trees(2, nodes),
            _new_trees(int(PRICED) + budgets, nodes),
        )
        size = max(nodes, MOST_LABELS) + 1
        self.heap = Heap(np.empty(size), np.empty(size, np.int64), np.empty(size, np.int64))
        most = MOST_LABELS
        self.labels = Labels(
            np.empty(most, np.int64), np.empty(most), np.empty(most), np.empty(most, np.int64),
            np.empty(most, np.int64), np.empty(nodes),
        )  # fmt: skip
        self.room = Room(
            np.empty(nodes, np.int64), np.empty(nodes, np.int64), np.empty(budgets),
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
        _search_some(
            start, end, self.seen, self.stretches, self.world, self.net, self.world_trees,
            self.trees, self.labels, self.heap, self.room, shortest, found,
        )  # fmt: skip

    def one(
        self, start: NDArray[np.int64], end: NDArray[np.int64]
    ) -> tuple[float, NDArray[np.float64], NDArray[np.int32]]:
        """Return the shortest length, the figures and the edges for the longest budget."""
        shortest, found = np.zeros(1), np.full((1, 1, len(self.stretches), 3), np.nan)
        self.some(start, end, shortest, found)
        edges = self.room.edge[-1, : self.room.edges[-1]].astype(np.int32)
        return float(shortest[0]), found[0, 0], edges


def _new_trees(trees: int, nodes: int) -> Trees:
    shape = (trees, nodes)
    return Trees(
        np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape, np.int64),
        np.empty(shape, np.int64),
    )  # fmt: skip


# mypy: disable-error-code="no-untyped-def,no-untyped-call"
# ruff: noqa: ANN001, ANN202 - kernels have the signature of the arrays that call them


@lean_kernel
def _search_some(
    start, end, seen, stretches, world, net, world_trees, trees, labels, heap, room, shortest, found
):
    for walk in range(len(start)):
        if start[walk] == end[walk]:
            continue
        nodes = _cut_out(start[walk], end[walk], stretches[-1], world, net, world_trees, heap, room)
        if nodes == 0:
            continue
        origin, destination = room.number[start[walk]], room.number[end[walk]]
        shortest[walk] = world_trees.cost[TO_END, start[walk]]
        _grow(destination, SHORTEST, nodes, 0.0, 1.0, NOWHERE, 0.0, np.inf, net, trees, heap)
        for row in range(len(seen)):
            for arc in range(net.ptr[nodes]):
                net.seen[arc] = seen[row, net.edge[arc]]
            _grow(
                destination, DARKEST, nodes, 1.0, TIE_BREAK, NOWHERE, 0.0, np.inf, net, trees, heap
            )
            labels.node[0], labels.length[0], labels.seen[0] = origin, 0.0, 0.0
            labels.parent[0] = -1
            unsure = False
            for k in range(len(stretches)):
                budget = stretches[k] * shortest[walk] * ROUNDING
                unsure |= _price(k, budget, origin, destination, nodes, net, trees, labels,
                                 heap, room, found[walk, row])  # fmt: skip
            if unsure:
                _go_on(shortest[walk], stretches, origin, nodes, net, trees, labels, heap, room,
                       found[walk, row])  # fmt: skip


@lean_inner
def _cut_out(start, end, widest, world, net, world_trees, heap, room):
    """Copy the part of the network that walks within the widest budget can use; count nodes."""
    everything = len(room.number)
    _grow(
        end,
        TO_END,
        everything,
        0.0,
        1.0,
        start,
        widest * ROUNDING,
        np.inf,
        world,
        world_trees,
        heap,
    )
    if world_trees.cost[TO_END, start] == np.inf:
        return 0
    reach = widest * world_trees.cost[TO_END, start] * ROUNDING * ROUNDING
    _grow(start, TO_START, everything, 0.0, 1.0, NOWHERE, 0.0, reach, world, world_trees, heap)
    nodes, arcs = 0, 0
    for node in range(everything):
        room.number[node] = -1
        if world_trees.cost[TO_END, node] + world_trees.cost[TO_START, node] <= reach:
            room.number[node], room.near[nodes] = nodes, node
            nodes += 1
    for k in range(nodes):
        node = room.near[k]
        for arc in range(world.ptr[node], world.ptr[node + 1]):
            other, length = world.node[arc], world.length[arc]
            out = world_trees.cost[TO_START, node] + length + world_trees.cost[TO_END, other]
            back = world_trees.cost[TO_START, other] + length + world_trees.cost[TO_END, node]
            if room.number[other] >= 0 and min(out, back) <= reach:
                net.node[arcs], net.edge[arcs] = room.number[other], world.edge[arc]
                net.length[arcs], net.seen[arcs] = length, 0.0
                arcs += 1
        net.ptr[k + 1] = arcs
    return nodes


@lean_inner
def _grow(root, tree, nodes, per_seen, per_metre, goal, widest, reach, net, trees, heap):
    """Grow a tree of best ways to the root (Dijkstra), up to a cost.

    With a goal, up to `widest` times its cost. With `TIE_BREAK` as price a metre the order is
    metres seen and then length, exactly; the price then only keeps the heap in good order.
    """
    for node in range(nodes):
        trees.cost[tree, node], heap.place[node] = np.inf, -1
    trees.cost[tree, root], trees.length[tree, root], trees.seen[tree, root] = 0.0, 0.0, 0.0
    trees.toward[tree, root] = -1
    size = _push(EMPTY, 0.0, root, heap)
    while size > 0 and heap.key[0] <= reach:
        here = heap.item[0]
        size = _pop(size, heap)
        if here == goal:
            reach = widest * trees.cost[tree, here]
        for arc in range(net.ptr[here], net.ptr[here + 1]):
            other = net.node[arc]
            length = trees.length[tree, here] + net.length[arc]
            seen = trees.seen[tree, here] + net.seen[arc]
            cost = per_seen * seen + per_metre * length
            better = cost < trees.cost[tree, other]
            if per_metre == TIE_BREAK and trees.cost[tree, other] < np.inf:
                better = seen < trees.seen[tree, other] or (
                    seen == trees.seen[tree, other] and length < trees.length[tree, other]
                )
            if better:
                trees.cost[tree, other] = cost
                trees.length[tree, other], trees.seen[tree, other] = length, seen
                trees.toward[tree, other], trees.arc[tree, other] = here, arc
                size = _push(size, cost, other, heap)


@lean_inner
def _price(k, budget, origin, destination, nodes, net, trees, labels, heap, room, found):
    """Find a walk within a budget and a bound; return whether they leave a gap.

    The price a metre is that at which the best walk within the budget and the best one beyond it
    cost the same, until no third walk is cheaper.
    """
    room.open[k] = False
    if trees.length[DARKEST, origin] <= budget:
        _keep(k, FIRST_LABEL, DARKEST, net, trees, labels, room, found)
        found[k, BOUND] = found[k, SEEN]
        return False
    _keep(k, FIRST_LABEL, SHORTEST, net, trees, labels, room, found)
    beyond_m, beyond_seen = trees.length[DARKEST, origin], trees.seen[DARKEST, origin]
    found[k, BOUND] = beyond_seen
    tree = PRICED + k
    # walks beyond the budget are on the hull too, so none within it is seen for less than they
    while found[k, SEEN] - beyond_seen > PROVEN_M:
        price = (found[k, SEEN] - beyond_seen) / (beyond_m - found[k, LENGTH])
        room.price[k] = price
        _grow(destination, tree, nodes, 1.0, price, NOWHERE, 0.0, np.inf, net, trees, heap)
        length, seen = trees.length[tree, origin], trees.seen[tree, origin]
        found[k, BOUND] = max(found[k, BOUND], seen + price * (length - budget))
        gain = found[k, SEEN] - seen + price * (found[k, LENGTH] - length)
        # a third walk lies between the two in both respects; rounding may show a false one
        if gain <= PROVEN_M or not beyond_seen < seen < found[k, SEEN]:
            break
        if length <= budget:
            _keep(k, FIRST_LABEL, tree, net, trees, labels, room, found)
        else:
            beyond_m, beyond_seen = length, seen
    found[k, BOUND] = max(found[k, BOUND], beyond_seen)
    room.open[k] = found[k, SEEN] - found[k, BOUND] > PROVEN_M
    if not room.open[k]:
        found[k, BOUND] = found[k, SEEN]
    return room.open[k]


@lean_inner
def _keep(k, label, tree, net, trees, labels, room, found):
    """Keep a walk as the best within budget k: a partial walk and its best way on."""
    count, at = 0, label
    while labels.parent[at] >= 0:
        count, at = count + 1, labels.parent[at]
    node, at = labels.node[label], label
    length, seen = labels.length[label], labels.seen[label]
    for place in range(count - 1, -1, -1):
        room.edge[k, place] = labels.edge[at]
        at = labels.parent[at]
    while trees.toward[tree, node] >= 0:
        arc = trees.arc[tree, node]
        room.edge[k, count] = net.edge[arc]
        length, seen = length + net.length[arc], seen + net.seen[arc]
        count, node = count + 1, trees.toward[tree, node]
    room.edges[k] = count
    found[k, SEEN], found[k, LENGTH] = seen, length


@lean_inner
def _go_on(shortest, stretches, origin, nodes, net, trees, labels, heap, room, found):
    """Close the gaps: follow partial walks in order of the shortest whole length they allow."""
    for node in range(nodes):
        labels.node_seen[node] = np.inf
    heap.place[0] = -1
    size, used = _push(EMPTY, shortest, FIRST_LABEL, heap), FIRST_LABEL + 1
    full, reached = False, np.inf
    while size > 0 and not full:
        label, reached = heap.item[0], heap.key[0]
        size = _pop(size, heap)
        here = labels.node[label]
        if labels.seen[label] >= labels.node_seen[here]:
            continue
        labels.node_seen[here] = labels.seen[label]
        for arc in range(net.ptr[here], net.ptr[here + 1]):
            if used == len(labels.node):
                full = True
                break
            other = net.node[arc]
            length = labels.length[label] + net.length[arc]
            seen = labels.seen[label] + net.seen[arc]
            if seen >= labels.node_seen[other]:
                continue
            labels.node[used], labels.edge[used] = other, net.edge[arc]
            labels.length[used], labels.seen[used] = length, seen
            labels.parent[used] = label
            whole = length + trees.cost[SHORTEST, other]
            if _hopeful(used, whole, shortest, stretches, net, trees, labels, room, found):
                heap.place[used] = -1
                size = _push(size, whole, used, heap)
                used += 1
    for k in range(len(stretches)):
        done = not full or stretches[k] * shortest * ROUNDING < reached
        if done or found[k, SEEN] - found[k, BOUND] <= PROVEN_M:
            found[k, BOUND] = found[k, SEEN]


@lean_inner
def _hopeful(label, whole, shortest, stretches, net, trees, labels, room, found):
    """Say whether a partial walk may lead to a better one; keep the one it leads to at once."""
    node, length, seen = labels.node[label], labels.length[label], labels.seen[label]
    hope = False
    for k in range(len(stretches)):
        budget, tree = stretches[k] * shortest * ROUNDING, PRICED + k
        if not room.open[k] or whole > budget:
            continue
        least = room.price[k] * (length - budget) + trees.cost[tree, node]
        least = seen + max(least, trees.seen[DARKEST, node])
        if least >= found[k, SEEN] - PROVEN_M:
            continue
        hope = True
        if (
            length + trees.length[tree, node] <= budget
            and seen + trees.seen[tree, node] < found[k, SEEN]
        ):
            _keep(k, label, tree, net, trees, labels, room, found)
    return hope


@lean_inner
def _push(size, key, item, heap):
    """Put an item into the heap, or move it up; return the size."""
    hole = heap.place[item]
    if hole < 0:
        hole = size
        size += 1
    elif heap.key[hole] < key:
        return size
    while hole > 0:
        parent = (hole - 1) // 2
        if heap.key[parent] <= key:
            break
        heap.key[hole], heap.item[hole] = heap.key[parent], heap.item[parent]
        heap.place[heap.item[hole]] = hole
        hole = parent
    heap.key[hole], heap.item[hole], heap.place[item] = key, item, hole
    return size


@lean_inner
def _pop(size, heap):
    """Take the first item out of the heap; return the size."""
    heap.place[heap.item[0]] = -1
    size -= 1
    if size == 0:
        return size
    key, item = heap.key[size], heap.item[size]
    hole, child = 0, 1
    while child < size:
        if child + 1 < size and heap.key[child + 1] < heap.key[child]:
            child += 1
        if key <= heap.key[child]:
            break
        heap.key[hole], heap.item[hole] = heap.key[child], heap.item[child]
        heap.place[heap.item[hole]] = hole
        hole, child = child, 2 * child + 1
    heap.key[hole], heap.item[hole], heap.place[item] = key, item, hole
    return size
