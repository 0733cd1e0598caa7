"""The minimal-exposure path within a budget of length: prices, then labels (see `avoidance`).

One thread searches one walk after the other with arrays of its own; these kernels allocate
nothing and check no bounds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import lean_inner, lean_kernel
from sim.trips.search import Heap, pop, push

Floats = NDArray[np.float64]
Index = int | np.int64
"""A node, arc, label or tree; constants among them have a type, because for each bare number given
to a kernel numba compiles it once more."""

PROVEN_M = 1e-6
"""A path is of minimal exposure if no other is seen for a micrometre less."""
TIE_BREAK = 1e-9
"""Seen metres that a metre of length counts in the order (not the result) of the darkest tree."""
ROUNDING, LOOSE = 1.0 + 1e-12, 1.0 + 1e-9
SEEN, BOUND, LENGTH = range(3)
"""Columns of what `search_walks` finds."""
SHORTEST, DARKEST, PRICED = np.int64(0), np.int64(1), np.int64(2)
"""Trees to the destination: by length, by metres seen, and from `PRICED` on one for each budget,
by metres seen plus a price a metre."""
TO_END, TO_START = np.int64(0), np.int64(1)
"""Trees of the whole network, by length."""
WHOLE, IN_PART = np.bool_(True), np.bool_(False)
FIRST_LABEL, EMPTY, NOWHERE = np.int64(0), np.int64(0), np.int64(-1)


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


class Tree(NamedTuple):
    """Which tree to grow over the first `nodes` nodes, and how far."""

    root: Index
    number: Index
    nodes: Index
    per_seen: float
    per_metre: float
    """What a metre seen and a metre of length cost."""
    goal: Index
    widest: float
    """With a goal, the tree is grown up to so many times the cost of the way to it."""
    reach: float
    """The tree is grown up to this cost."""
    most: float
    """Ways are left out that cannot go on to the origin for so little."""


class Ends(NamedTuple):
    """Numbers of the two ends of a walk among the nodes near it, and how many these are."""

    origin: Index
    destination: Index
    nodes: Index


class World(NamedTuple):
    """The whole network, and its trees by length."""

    net: Net
    trees: Trees


class Near(NamedTuple):
    """What is near one walk, and what a thread searches it with."""

    net: Net
    trees: Trees
    labels: Labels
    heap: Heap
    number: NDArray[np.int64]
    """Of each node of the network: its number near the walk, -1 if it is too far from it."""
    near: NDArray[np.int64]
    """The nodes near the walk."""
    ahead: Floats
    """Of each of these: length of the shortest way from the origin."""
    price: NDArray[np.float64]
    """Of each budget: metres seen that a metre of length counts."""
    open: NDArray[np.bool_]
    """Of each budget: whether a better walk may yet exist."""
    edge: NDArray[np.int64]
    """Shape (budgets, edges): the best walk found for each."""
    edges: NDArray[np.int64]


class Query(NamedTuple):
    """Walks to search for."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    seen: NDArray[np.float64]
    """Metres of each edge that are seen, shape (rows, edges)."""
    stretches: NDArray[np.float64]


@lean_kernel
def search_walks(query: Query, world: World, near: Near, shortest: Floats, found: Floats) -> None:
    """Write shortest lengths, and figures of the shape (walks, rows, stretches, 3)."""
    stretches, net, labels = query.stretches, near.net, near.labels
    for walk in range(len(query.start)):
        start, end = query.start[walk], query.end[walk]
        if start == end:
            continue
        nodes = _cut_out(start, end, stretches[-1], world, near)
        if nodes == 0:
            continue
        ends = Ends(near.number[start], near.number[end], nodes)
        shortest[walk] = world.trees.cost[TO_END, start]
        tree = Tree(ends.destination, SHORTEST, nodes, 0.0, 1.0, NOWHERE, 0.0, np.inf, np.inf)
        _grow(tree, net, near.trees, near)
        for row in range(len(query.seen)):
            for arc in range(net.ptr[nodes]):
                net.seen[arc] = query.seen[row, net.edge[arc]]
            _darkest(ends, near, IN_PART)
            labels.node[0], labels.length[0], labels.seen[0] = ends.origin, 0.0, 0.0
            labels.parent[0] = -1
            unsure = False
            for k in range(len(stretches)):
                budget = stretches[k] * shortest[walk] * ROUNDING
                unsure |= _price(k, budget, ends, near, found[walk, row])
            if unsure:
                _grow_whole(len(stretches), ends, near)
                _go_on(shortest[walk], stretches, ends, near, found[walk, row])


@lean_inner
def _cut_out(start: Index, end: Index, widest: float, world: World, near: Near) -> int:
    """Copy the part of the network that walks within the widest budget can use; count nodes."""
    everything, trees, net = len(near.number), world.trees, near.net
    tree = Tree(end, TO_END, everything, 0.0, 1.0, start, widest * ROUNDING, np.inf, np.inf)
    _grow(tree, world.net, trees, near)
    if trees.cost[TO_END, start] == np.inf:
        return 0
    reach = widest * trees.cost[TO_END, start] * ROUNDING * ROUNDING
    tree = Tree(start, TO_START, everything, 0.0, 1.0, NOWHERE, 0.0, reach, np.inf)
    _grow(tree, world.net, trees, near)
    nodes, arcs = 0, 0
    for node in range(everything):
        near.number[node] = -1
        if trees.cost[TO_END, node] + trees.cost[TO_START, node] <= reach:
            near.number[node], near.near[nodes] = nodes, node
            near.ahead[nodes] = trees.cost[TO_START, node]
            nodes += 1
    for k in range(nodes):
        node = near.near[k]
        for arc in range(world.net.ptr[node], world.net.ptr[node + 1]):
            other, length = world.net.node[arc], world.net.length[arc]
            out = trees.cost[TO_START, node] + length + trees.cost[TO_END, other]
            back = trees.cost[TO_START, other] + length + trees.cost[TO_END, node]
            if near.number[other] >= 0 and min(out, back) <= reach:
                net.node[arcs], net.edge[arcs] = near.number[other], world.net.edge[arc]
                net.length[arcs], net.seen[arcs] = length, 0.0
                arcs += 1
        net.ptr[k + 1] = arcs
    return nodes


@lean_inner
def _grow(tree: Tree, net: Net, trees: Trees, near: Near) -> None:
    """Grow a tree of best ways to the root (Dijkstra), up to a cost.

    With `TIE_BREAK` as price a metre the order is metres seen and then length, exactly; the price
    then only keeps the heap in good order.
    """
    number, root, reach, heap = tree.number, tree.root, tree.reach, near.heap
    for node in range(tree.nodes):
        trees.cost[number, node], heap.place[node] = np.inf, -1
    trees.cost[number, root], trees.length[number, root], trees.seen[number, root] = 0.0, 0.0, 0.0
    trees.toward[number, root] = -1
    size = push(heap, EMPTY, EMPTY, 0.0, root)
    while size > 0 and heap.key[0] <= reach:
        here = heap.item[0]
        size = pop(heap, EMPTY, size)
        if here == tree.goal:
            reach = tree.widest * trees.cost[number, here]
        for arc in range(net.ptr[here], net.ptr[here + 1]):
            other = net.node[arc]
            length = trees.length[number, here] + net.length[arc]
            seen = trees.seen[number, here] + net.seen[arc]
            cost = tree.per_seen * seen + tree.per_metre * length
            better = cost < trees.cost[number, other]
            if tree.per_metre == TIE_BREAK and trees.cost[number, other] < np.inf:
                better = seen < trees.seen[number, other] or (
                    seen == trees.seen[number, other] and length < trees.length[number, other]
                )
            if better and cost + tree.per_metre * near.ahead[other] <= tree.most:
                trees.cost[number, other] = cost
                trees.length[number, other], trees.seen[number, other] = length, seen
                trees.toward[number, other], trees.arc[number, other] = here, arc
                size = push(heap, EMPTY, size, cost, other)


@lean_inner
def _darkest(ends: Ends, near: Near, whole: np.bool_) -> None:
    """Grow the darkest tree, or only what the darkest way from the origin may use."""
    net, trees = near.net, near.trees
    most, node = np.inf, ends.origin
    if not whole:
        most = 0.0
        while trees.toward[SHORTEST, node] >= 0:
            arc = trees.arc[SHORTEST, node]
            most += net.seen[arc] + TIE_BREAK * net.length[arc]
            node = trees.toward[SHORTEST, node]
        most *= LOOSE
    tree = Tree(
        ends.destination, DARKEST, ends.nodes, 1.0, TIE_BREAK, NOWHERE, 0.0, np.inf, most
    )  # fmt: skip
    _grow(tree, net, trees, near)


@lean_inner
def _grow_whole(budgets: int, ends: Ends, near: Near) -> None:
    """Grow again, over all nodes, the trees that tell what partial walks may still become."""
    _darkest(ends, near, WHOLE)
    for k in range(budgets):
        if near.open[k]:
            tree = Tree(
                ends.destination, PRICED + k, ends.nodes, 1.0, near.price[k], NOWHERE, 0.0,
                np.inf, np.inf,
            )  # fmt: skip
            _grow(tree, near.net, near.trees, near)


@lean_inner
def _price(k: int, budget: float, ends: Ends, near: Near, found: Floats) -> bool:
    """Find a walk within a budget and a bound; return whether they leave a gap.

    The price a metre is that at which the best walk within the budget and the best one beyond it
    cost the same, until no third walk is cheaper.
    """
    trees, origin = near.trees, ends.origin
    near.open[k] = False
    if trees.length[DARKEST, origin] <= budget:
        _keep(k, FIRST_LABEL, DARKEST, near, found)
        found[k, BOUND] = found[k, SEEN]
        return False
    _keep(k, FIRST_LABEL, SHORTEST, near, found)
    beyond_m, beyond_seen = trees.length[DARKEST, origin], trees.seen[DARKEST, origin]
    found[k, BOUND] = beyond_seen
    tree = PRICED + k
    # walks beyond the budget are on the hull too, so none within it is seen for less than they
    while found[k, SEEN] - beyond_seen > PROVEN_M:
        price = (found[k, SEEN] - beyond_seen) / (beyond_m - found[k, LENGTH])
        near.price[k] = price
        most = (found[k, SEEN] + price * found[k, LENGTH]) * LOOSE
        priced = Tree(ends.destination, tree, ends.nodes, 1.0, price, NOWHERE, 0.0, np.inf, most)
        _grow(priced, near.net, trees, near)
        length, seen = trees.length[tree, origin], trees.seen[tree, origin]
        found[k, BOUND] = max(found[k, BOUND], seen + price * (length - budget))
        gain = found[k, SEEN] - seen + price * (found[k, LENGTH] - length)
        # a third walk lies between the two in both respects; rounding may show a false one
        if gain <= PROVEN_M or not beyond_seen < seen < found[k, SEEN]:
            break
        if length <= budget:
            _keep(k, FIRST_LABEL, tree, near, found)
        else:
            beyond_m, beyond_seen = length, seen
    found[k, BOUND] = max(found[k, BOUND], beyond_seen)
    near.open[k] = found[k, SEEN] - found[k, BOUND] > PROVEN_M
    if not near.open[k]:
        found[k, BOUND] = found[k, SEEN]
    return bool(near.open[k])


@lean_inner
def _keep(k: int, label: Index, tree: Index, near: Near, found: Floats) -> None:
    """Keep a walk as the best within budget k: a partial walk and its best way on."""
    net, trees, labels = near.net, near.trees, near.labels
    count, at = 0, label
    while labels.parent[at] >= 0:
        count, at = count + 1, labels.parent[at]
    node, at = labels.node[label], label
    length, seen = labels.length[label], labels.seen[label]
    for place in range(count - 1, -1, -1):
        near.edge[k, place] = labels.edge[at]
        at = labels.parent[at]
    while trees.toward[tree, node] >= 0:
        arc = trees.arc[tree, node]
        near.edge[k, count] = net.edge[arc]
        length, seen = length + net.length[arc], seen + net.seen[arc]
        count, node = count + 1, trees.toward[tree, node]
    near.edges[k] = count
    found[k, SEEN], found[k, LENGTH] = seen, length


@lean_inner
def _go_on(shortest: float, stretches: Floats, ends: Ends, near: Near, found: Floats) -> None:
    """Close the gaps: follow partial walks in order of the shortest whole length they allow."""
    net, trees, labels, heap = near.net, near.trees, near.labels, near.heap
    for node in range(ends.nodes):
        labels.node_seen[node] = np.inf
    heap.place[0] = -1
    size, used = push(heap, EMPTY, EMPTY, shortest, FIRST_LABEL), FIRST_LABEL + 1
    full, reached = False, np.inf
    while size > 0 and not full:
        label, reached = heap.item[0], heap.key[0]
        size = pop(heap, EMPTY, size)
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
            if _hopeful(used, whole, shortest, stretches, near, found):
                heap.place[used] = -1
                size = push(heap, EMPTY, size, whole, used)
                used += 1
    for k in range(len(stretches)):
        done = not full or stretches[k] * shortest * ROUNDING < reached
        if done or found[k, SEEN] - found[k, BOUND] <= PROVEN_M:
            found[k, BOUND] = found[k, SEEN]


@lean_inner
def _hopeful(
    label: Index, whole: float, shortest: float, stretches: Floats, near: Near, found: Floats
) -> bool:
    """Return whether a partial walk may lead to a better one; keep the one it leads to at once."""
    trees, labels = near.trees, near.labels
    node, length, seen = labels.node[label], labels.length[label], labels.seen[label]
    hope = False
    for k in range(len(stretches)):
        budget, tree = stretches[k] * shortest * ROUNDING, PRICED + k
        if not near.open[k] or whole > budget:
            continue
        least = near.price[k] * (length - budget) + trees.cost[tree, node]
        least = seen + max(least, trees.seen[DARKEST, node])
        if least >= found[k, SEEN] - PROVEN_M:
            continue
        hope = True
        if (
            length + trees.length[tree, node] <= budget
            and seen + trees.seen[tree, node] < found[k, SEEN]
        ):
            _keep(k, label, tree, near, found)
    return hope
