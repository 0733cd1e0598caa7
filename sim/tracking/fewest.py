"""The fewest heads in the way: what a walk must pass at least where no unseen way is left.

Of all ways between two doors, the one with the fewest different heads that see any of it (the
minimum-colour path, which is NP-hard). Given as a bracket: the heads on the best way found, and a
number proven to be no more than any way has. Where a branching search closes it, it is exact.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.city.streets import StreetArrays
from sim.sight.arrays import SightingArrays
from sim.tracking.answer import OpenWays
from sim.tracking.kernels.fewest import (
    LOWER,
    OPEN,
    PAID,
    SETTLED,
    SHUT,
    Found,
    Room,
    Ways,
    cheapest_way,
    mark_hopeless,
    parted_without,
    search_fewest,
)
from sim.tracking.percolation import junctions_at
from sim.trips.search import new_heap

ROUNDS, ROUNDS_A_BRANCH = 200, 30
"""Cheapest ways sought to bring the bounds together, at first and in each branch."""
BRANCHES = 100
WORTH_CLOSING = 0.1
"""The town is numbered again if more than this share of its edges is on no better way."""
STEP = 1.0
"""How far shares move in the first round; in round n the root of n times less."""

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


class WatchedWays(NamedTuple):
    """The ways of one task, and every head that sees any of them or of a junction they touch."""

    edge: NDArray[np.int64]
    """Number in the network of each open edge."""
    ends: NDArray[np.int64]
    """Shape (2, open edges): its nodes."""
    watched: Pairs
    """Open edge (its place in `edge`) and head that sees any of it or of its two junctions."""
    door: Pairs
    """Junction (element) and head that sees it."""
    rank: NDArray[np.int32]
    """Of each head of the fleet, ascending."""


class Fewest(NamedTuple):
    """A bracket of the fewest heads in the way."""

    lower: int
    """No way passes fewer."""
    heads: NDArray[np.int64]
    """Rows of the fleet: the heads on the best way found, ascending."""
    edge: NDArray[np.int64]
    """The edges of that way from the start."""

    @property
    def upper(self) -> int:
        """How many heads the best way found passes."""
        return len(self.heads)


def watched_ways(
    streets: StreetArrays,
    sightings: SightingArrays,
    rank: NDArray[np.int32],
    ways: OpenWays,
    task: int,
) -> WatchedWays:
    """Return who sees the ways that are open, edge by edge.

    Parameters
    ----------
    streets, sightings
        Streets, and what the whole fleet sees of them.
    rank
        Of each head of the fleet.
    ways
        The open ways of `sim.tracking.answer.ways_of`.
    task
        Place in `sim.cameras.optics.TASKS`.
    """
    e = ways.elements
    edge = np.flatnonzero((ways.edge_rank[:, task] > 0) & (streets.edge_u != streets.edge_v))
    rows = slice(sightings.edge_ptr[task, 0], sightings.edge_ptr[task, -1])
    of = np.repeat(np.arange(len(streets.edge_u)), np.diff(sightings.edge_ptr[task]))
    head, start, end = (x[rows] for x in (sightings.head, sightings.start, sightings.end))
    length = streets.edge_length[of]
    real = np.minimum(end, length) > start
    at_start, at_end = real & (start <= 0), real & (end >= length)
    door = _once(
        np.concatenate([e.edge_ends[0][of[at_start]], e.edge_ends[1][of[at_end]]]),
        np.concatenate([head[at_start], head[at_end]]),
    )
    place = np.full(len(streets.edge_u), -1)
    place[edge] = np.arange(len(edge))
    along = real & (place[of] >= 0)
    parts = [(place[of[along]], head[along].astype(np.int64))]
    for side in range(2):
        junction = e.edge_ends[side][edge]
        first, last = (np.searchsorted(door[0], junction, side=s) for s in ("left", "right"))
        parts.append((np.repeat(np.arange(len(edge)), last - first), door[1][_spans(first, last)]))
    watched = _once(*(np.concatenate(part) for part in zip(*parts, strict=True)))
    ends = np.stack([streets.edge_u[edge], streets.edge_v[edge]]).astype(np.int64)
    return WatchedWays(edge, ends, watched, door, rank)


def fewest_heads(
    watched: WatchedWays,
    ways: OpenWays,
    start: int,
    end: int,
    total: int,
    *,
    branches: int = BRANCHES,
) -> Fewest | None:
    """Return the fewest heads of rank up to a total in the way between two nodes.

    Parameters
    ----------
    watched, ways
        Of one task.
    start, end
        Nodes of the two doors.
    total
        Heads in the whole city.
    branches
        How many times the search may branch; what is left open then stays a bracket.

    Returns
    -------
    Fewest or None
        None where the open ways do not join the doors.

    Notes
    -----
    The lower bound is the dual of the linear relaxation in which a unit of flow leads from door to
    door and a head counts by the largest flow through an edge or a junction that it sees, by
    multiplicative weights (Arora, Hazan, Kale, "The multiplicative weights update method", 2012).
    Heads without which nothing joins the doors are counted first. The branching search takes the
    head met most often: on every way of one branch it is counted, on those of the other forbidden.
    """
    heads = int(np.searchsorted(watched.rank, total, side="right"))
    doors = junctions_at(ways.elements, np.array([start, end]))
    at_doors = np.isin(watched.door[0], doors) & (watched.door[1] < heads)
    paid = np.unique(watched.door[1][at_doors])
    edge, head = watched.watched
    free = (head < heads) & ~np.isin(head, paid)
    numbers = np.arange(len(watched.edge))
    search = _Search(_Town(watched.ends, numbers, (edge[free], head[free]), start, end))
    search.run(branches)
    if search.way is None:
        return None
    on_way = np.isin(edge, search.way) & (head < heads)
    passed = np.unique(np.concatenate([paid, head[on_way]]))
    return Fewest(len(paid) + search.lower, passed, watched.edge[search.way])


def shortest_unseen(
    watched: WatchedWays,
    ways: OpenWays,
    length: NDArray[np.float64],
    start: int,
    end: int,
    total: int,
    task: int,
) -> tuple[float, NDArray[np.int64]]:
    """Return the shortest way on which no head of rank up to a total sees anything.

    Parameters
    ----------
    watched, ways
        Of the task.
    length
        Of each edge of the network, m.
    start, end, total
        As `fewest_heads`.
    task
        Place in `sim.cameras.optics.TASKS`.

    Returns
    -------
    Its length, m, and its edges in walking order; infinite and none where there is no such way.
    """
    nothing = np.inf, np.zeros(0, np.int64)
    doors = junctions_at(ways.elements, np.array([start, end]))
    dark = ways.edge_rank[watched.edge, task] > total
    if (ways.elements.rank[doors, task] <= total).any() or not dark.any():
        return nothing
    none = np.zeros(0, np.int64)
    town = _Town(watched.ends[:, dark], watched.edge[dark], (none, none), start, end)
    net = _numbered(town)
    room, way = _room(net.ways, 0), np.full(len(net.ways.ptr), -1)
    room.cost[:] = length[town.edge]
    metres = cheapest_way(net.start, net.end, net.ways, room, way)
    return (metres, town.edge[_in_order(way)]) if metres < np.inf else nothing


def _once(first: NDArray[np.int64], second: NDArray[np.int64]) -> Pairs:
    """Return pairs in order, each once."""
    key = np.unique(first.astype(np.int64) << 32 | second.astype(np.int64))
    return key >> 32, key & 0xFFFFFFFF


def _spans(first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers first … last − 1 of every span, one after the other."""
    size = last - first
    return np.asarray(np.arange(size.sum()) + np.repeat(first - np.cumsum(size) + size, size))


class _Town(NamedTuple):
    """Open edges between two doors and the heads that count on them, by numbers of their own."""

    ends: NDArray[np.int64]
    edge: NDArray[np.int64]
    """What each edge is called outside."""
    watched: Pairs
    start: int
    end: int

    def without(self, edges: NDArray[np.bool_]) -> _Town:
        """Return the town without some of its edges."""
        place = np.cumsum(~edges) - 1
        edge, head = self.watched
        kept = ~edges[edge]
        return _Town(
            self.ends[:, ~edges], self.edge[~edges], (place[edge[kept]], head[kept]), self.start,
            self.end,
        )  # fmt: skip

    def without_heads(self, heads: NDArray[np.int64]) -> _Town:
        """Return the town in which some heads count no longer."""
        edge, head = self.watched
        kept = ~np.isin(head, heads)
        return self._replace(watched=(edge[kept], head[kept]))


class _Numbered(NamedTuple):
    """A town as the kernels read it."""

    ways: Ways
    start: np.int64
    end: np.int64
    head: NDArray[np.int64]
    """What each head is called outside."""


def _numbered(town: _Town) -> _Numbered:
    node, ends = np.unique(np.append(town.ends, [town.start, town.end]), return_inverse=True)
    start, end = ends[-2:]
    ends = np.ascontiguousarray(ends[:-2].reshape(2, -1))
    edge, named = town.watched
    named, head = np.unique(named, return_inverse=True)
    of = np.concatenate([ends[0], ends[1]])
    order = np.argsort(of, kind="stable")
    number = np.arange(len(town.edge))
    ptr = np.searchsorted(of[order], np.arange(len(node) + 1))
    head_ptr = np.searchsorted(edge, np.arange(len(town.edge) + 1))
    key = head << 32 | ends[:, edge]
    meeting, place, count = np.unique(key, return_inverse=True, return_counts=True)
    crossed = count > 1
    share_of = np.where(crossed, len(edge) + np.cumsum(crossed) - 1, -1)
    at_door = (ends[:, edge] == start) | (ends[:, edge] == end)
    ways = Ways(
        ptr, np.concatenate([ends[1], ends[0]])[order], np.concatenate([number, number])[order],
        head_ptr, head, np.vstack([np.arange(len(edge)), share_of[place].reshape(2, -1)]),
        np.vstack([np.ones(len(edge)), np.where(at_door, 1.0, 0.5)]), ends,
        np.concatenate([head, (meeting >> 32)[crossed]]),
    )  # fmt: skip
    return _Numbered(ways, start, end, named)


def _room(ways: Ways, heads: int) -> Room:
    nodes, edges, shares = len(ways.ptr) - 1, len(ways.head_ptr) - 1, len(ways.share_head)
    return Room(
        np.empty(edges), np.empty((2, nodes)), np.empty(nodes, np.int64), new_heap(nodes),
        np.empty(shares), np.empty(heads), np.zeros(heads, np.int64), np.zeros(1, np.int64),
    )  # fmt: skip


class _Search:
    """The search of one town: its lower bound, the best way, and how many heads that passes."""

    def __init__(self, town: _Town) -> None:
        self.lower: int = 0
        self.upper: float = np.inf
        self.way: NDArray[np.int64] | None = None
        self._take(town, 0)

    def _take(self, town: _Town, counted: int) -> None:
        """Go on in a smaller town, every way of which passes so many heads more than it shows."""
        self.town, self.counted = town, counted
        self.net = _numbered(town)
        self.room = _room(self.net.ways, len(self.net.head))

    def run(self, branches: int) -> None:
        """Narrow the town down while that helps, then branch."""
        while self.lower < self.upper and len(self.town.edge):
            state = np.zeros(len(self.net.head), np.int8)
            found = self._bounds(state, np.ones(len(self.net.ways.share_head)), ROUNDS)
            if found is None:
                break
            self.lower = max(self.lower, self.counted + _up(found.bound[LOWER]))
            if self.lower < self.upper and not self._narrowed(state, found):
                self._branch(state, found, branches)
                return
        if self.way is not None:  # whatever is left has no better way
            self.lower = int(self.upper)

    def _bounds(
        self, state: NDArray[np.int8], share: NDArray[np.float64], rounds: int
    ) -> Found | None:
        """Search a branch; None where it has no way."""
        net, most = self.net, self.upper - self.counted - int((state == PAID).sum())
        way = np.full(len(net.ways.ptr), -1)
        found = Found(np.array([0.0, most]), way, share.copy(), np.zeros(len(state)))
        if not search_fewest(
            net.start, net.end, np.int64(rounds), STEP, net.ways, state, self.room, found
        ):
            return None
        if way[0] >= 0:
            edges = _in_order(way)
            edge, head = self.town.watched
            passed = self.counted + len(np.unique(head[np.isin(edge, edges)]))
            if passed < self.upper:
                self.upper, self.way = passed, self.town.edge[edges]
        return found

    def _unavoidable(self, state: NDArray[np.int8], found: Found) -> NDArray[np.bool_]:
        """Return which heads every way of a branch meets."""
        net, always = self.net, np.zeros(len(state), bool)
        met = (state == OPEN) & (found.use > 0) & (found.use == found.use.max(initial=0.0))
        for head in np.flatnonzero(met):
            always[head] = parted_without(net.start, net.end, head, net.ways, state, self.room)
        return always

    def _narrowed(self, state: NDArray[np.int8], found: Found) -> bool:
        """Count heads that no way avoids, or close edges that no better way uses."""
        always = self._unavoidable(state, found)
        if always.any():
            town = self.town.without_heads(self.net.head[always])
            self._take(town, self.counted + int(always.sum()))
            return True
        hopeless = np.zeros(len(self.town.edge), bool)
        most = self.upper - 1 - self.counted
        net = self.net
        mark_hopeless(net.start, net.end, most, net.ways, state, self.room, found, hopeless)
        if hopeless.mean() <= WORTH_CLOSING:
            return False
        self._take(self.town.without(hopeless), self.counted)
        return True

    def _branch(self, state: NDArray[np.int8], found: Found, branches: int) -> None:
        """Branch where the lower bound is lowest, until the bounds meet or branches run out."""
        queue = [(self.counted + float(found.bound[LOWER]), 0, state, found)]
        number = 0
        while queue and _up(queue[0][0]) < self.upper and number < 2 * branches:
            bound, _, state, found = heapq.heappop(queue)
            head = int(np.where(state == OPEN, found.use, -1.0).argmax())
            for word in (SHUT, PAID):
                number += 1
                new = state.copy()
                new[head] = word
                below = self._branched(new, found)
                if below is not None:
                    paid = self.counted + int((new == PAID).sum())
                    least = max(bound, paid + float(below.bound[LOWER]))
                    heapq.heappush(queue, (least, number, new, below))
        lowest = _up(queue[0][0]) if queue else self.upper
        self.lower = int(min(self.upper, max(self.lower, lowest)))

    def _branched(self, state: NDArray[np.int8], above: Found) -> Found | None:
        """Search a branch, and again with the heads counted that none of its ways avoids."""
        found = self._bounds(state, above.share, ROUNDS_A_BRANCH)
        if found is None:
            return None
        always = self._unavoidable(state, found)
        if not always.any():
            return found
        state[always] = PAID
        return self._bounds(state, found.share, ROUNDS_A_BRANCH)


def _in_order(way: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the edges of a way from its start; the kernels write them from its end, then -1."""
    return way[: int((way < 0).argmax())][::-1]


def _up(bound: float) -> int:
    """Return the whole number that a lower bound on whole numbers amounts to."""
    return int(np.ceil(bound - SETTLED))
