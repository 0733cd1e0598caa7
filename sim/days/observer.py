"""What an observer who has identifications and a map, and knows no more, can say of a place.

The rule: on each day the first identification can be reached from the door, and the last can
return to it, past heads that missed the walker. The likelihood of a door is that of the most likely
such ways, the product over days. Doors remain possible within 1/100 of the highest likelihood, and
the guess is the network medoid of those. The place of work is asked in the same way from the two
sides of the longest time between identifications on workdays.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.days.kernels.lives import Kept
from sim.days.kernels.remains import (
    CLOSE,
    UNTOLD,
    Places,
    Remaining,
    Scratch,
    Told,
    metres_from,
    remain,
)
from sim.days.kernels.ways import Arcs, Asked, Costs, Room, Views, cost_turns, ways_from, ways_to
from sim.days.parameters import WEEK, WORKDAYS
from sim.tracking.walks import in_chunks
from sim.trips.search import new_heap

if TYPE_CHECKING:
    from sim.city.streets import StreetArrays
    from sim.days.kept import Watcher

POSSIBLE = 1 / 100
"""Of the highest likelihood: what is less likely is no longer possible."""
LEAST_WAY = 1 / 1000
"""Likelihood of a way that is less likely or not there: no single day excludes a door for good
where the map, the hit rate or an identification is wrong."""
SURE = 1 - 1e-15
"""A larger chance counts as this one, so that its logarithm is a number."""
STAY_S = 4 * 3600.0
"""A time between identifications as long as that tells where somebody works: an assumption."""
FAR_APART_M = 1e6
"""Between places that no street joins."""
HEADS_AT_ONCE, PERSONS_AT_ONCE, NODES_AT_ONCE = 32, 16, 64


class Network(NamedTuple):
    """Streets as searches read them."""

    arcs: Arcs
    arc_of: NDArray[np.int64]
    """Shape (2, edges): the arc of each edge forward and backward."""
    length: NDArray[np.float64]
    """Of edges, m."""
    pace: NDArray[np.float64]
    """Of edges, s/m."""
    streets: StreetArrays


def network_of(streets: StreetArrays, pace: NDArray[np.float64]) -> Network:
    """Return streets with the turns between them.

    Parameters
    ----------
    streets
        The network.
    pace
        Seconds per metre of each edge.
    """
    ptr, tip, edge = streets.adjacency_ptr, streets.adjacency_node, streets.adjacency_edge
    nodes, count = len(streets.node_x), len(edge)
    tail = np.repeat(np.arange(nodes), np.diff(ptr))
    # of an edge from a node to itself, the second arc is the one walked backward
    second = np.zeros(count, bool)
    order = np.lexsort((np.arange(count), edge))
    second[order[1:]] = (edge[order][1:] == edge[order][:-1]) & (tail == tip)[order][1:]
    backward = (streets.edge_u[edge] != tail) | second
    in_arc = np.argsort(tip, kind="stable").astype(np.int64)
    in_ptr = np.searchsorted(tip[in_arc], np.arange(nodes + 1)).astype(np.int64)
    in_place = np.empty(count, np.int64)
    in_place[in_arc] = np.arange(count) - in_ptr[tip[in_arc]]
    turns = np.diff(in_ptr) * np.diff(ptr)
    turn_ptr = np.concatenate([[0], np.cumsum(turns)]).astype(np.int64)
    arc_of = np.empty((2, len(streets.edge_u)), np.int64)
    arc_of[backward.astype(np.int64), edge] = np.arange(count)
    arcs = Arcs(
        ptr.astype(np.int64), tail.astype(np.int64), tip.astype(np.int64), edge.astype(np.int64),
        backward, in_ptr, in_arc, in_place, turn_ptr,
    )  # fmt: skip
    return Network(arcs, arc_of, streets.edge_length, pace, streets)


def views_of(network: Network, watcher: Watcher, works: NDArray[np.float64]) -> Views:
    """Return what sightings cost that did not identify.

    Parameters
    ----------
    network, watcher
        Streets, and who identifies.
    works
        Of each head, the chance that it works and looks there; 0 where it does not count.
    """
    seen = watcher.seen
    edge = np.repeat(np.arange(len(network.length)), np.diff(seen.row_ptr))
    seconds = (seen.end - seen.start) * network.pace[edge]
    chance = watcher.hit_rate * works[seen.head] * np.minimum(1, seconds / watcher.dwell_needed_s)
    cost = -np.log1p(-np.minimum(chance, SURE))
    position = np.stack([seen.faced_forward, network.length[edge] - seen.faced_backward])
    return Views(
        seen.row_ptr, seen.head, seen.start, seen.end, network.length, position,
        np.where(np.isnan(position), 0.0, cost),
    )  # fmt: skip


class Ways(NamedTuple):
    """Minus the logarithm of the likelihood of ways, rows as given by `row_of`."""

    to: NDArray[np.float64]
    back: NDArray[np.float64]
    """Shape (rows, nodes): from each node to a sighting by the head of the row, and back."""
    to_row: NDArray[np.int32]
    back_row: NDArray[np.int32]
    """Of each head: its row, `UNTOLD` without one."""


def ways_of(
    network: Network,
    views: Views,
    to: NDArray[np.int64],
    back: NDArray[np.int64],
    node: NDArray[np.int64],
    workers: int | None = None,
) -> Ways:
    """Search the most likely ways between nodes and sightings by some heads.

    Parameters
    ----------
    network, views
        Streets, and what heads see of them in one case.
    to, back
        Heads, ascending: those to whose sightings ways lead, and those from which they return.
    node
        From where and to where.
    workers
        Threads; all cores by default.
    """
    arcs, cap = network.arcs, -math.log(LEAST_WAY)
    turns, nodes = int(arcs.turn_ptr[-1]), len(arcs.out_ptr) - 1
    costs = Costs(np.empty(len(arcs.edge)), np.empty(turns))
    in_chunks(lambda first, stop: cost_turns(first, stop, arcs, views, costs), nodes, workers, 2048)
    found = []
    for search, heads in ((ways_to, to), (ways_from, back)):
        out = np.empty((len(heads), len(node)))
        asked = _asked(network, views, heads, node, cap)
        some = partial(_search_some, search, asked, arcs, views, costs, out)
        in_chunks(some, len(heads), workers, HEADS_AT_ONCE)
        found.append(out)
    count = int(views.head.max(initial=-1)) + 1
    return Ways(found[0], found[1], _places_of(to, count), _places_of(back, count))


def _search_some(
    search: Callable[..., None],
    asked: Asked,
    arcs: Arcs,
    views: Views,
    costs: Costs,
    out: NDArray[np.float64],
    first: int,
    stop: int,
) -> None:
    """Search for the heads first … stop − 1."""
    search(first, stop, asked, arcs, views, costs, _room(len(arcs.edge)), out)


def _places_of(some: NDArray[np.int64], count: int) -> NDArray[np.int32]:
    """Return the place of each of so many numbers among some, `UNTOLD` where it is not one."""
    place = np.full(count, UNTOLD, np.int32)
    place[some] = np.arange(len(some))
    return place


def _asked(
    network: Network, views: Views, heads: NDArray[np.int64], node: NDArray[np.int64], cap: float
) -> Asked:
    order = np.argsort(views.head, kind="stable")
    first = np.searchsorted(views.head[order], heads)
    many = np.searchsorted(views.head[order], heads, side="right") - first
    ptr = np.concatenate([[0], np.cumsum(many)]).astype(np.int64)
    row = order[np.arange(ptr[-1]) + np.repeat(first - ptr[:-1], many)].astype(np.int64)
    edge = np.repeat(np.arange(len(network.length)), np.diff(views.row_ptr)).astype(np.int64)
    return Asked(heads.astype(np.int64), ptr, row, edge, network.arc_of, node, cap)


def _room(arcs: int) -> Room:
    return Room(np.full(arcs, np.inf), new_heap(arcs), np.empty(arcs, np.int64),
                np.empty(arcs, np.int64))  # fmt: skip


def told_of_home(kept: Kept, case: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the heads of each person's first and last identification of each day."""
    return kept.first[case], kept.last[case]


def told_of_work(kept: Kept, case: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the heads after and before the longest gap of each workday, if it is long enough."""
    workday = np.arange(kept.first.shape[2]) % WEEK < WORKDAYS
    long = (kept.gap_s[case] >= STAY_S) & workday
    return (
        np.where(long, kept.after[case], UNTOLD).astype(np.int32),
        np.where(long, kept.before[case], UNTOLD).astype(np.int32),
    )


def heads_in(*told: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the heads that occur, ascending."""
    heads = np.unique(np.concatenate([each.ravel() for each in told]))
    return np.asarray(heads[heads != UNTOLD], np.int64)


def remaining(
    ways: Ways,
    told: tuple[NDArray[np.int32], NDArray[np.int32]],
    columns: slice,
    places: Places,
    window: int,
    *,
    every_day: bool = True,
    workers: int | None = None,
) -> Remaining:
    """Return what remains possible of a place of each person.

    Parameters
    ----------
    ways
        Of one case.
    told
        Heads to which the way from the place leads, and from which it returns, (persons, days).
    columns
        Nodes of the ways at which the places are.
    places
        The places.
    window
        Days for which identifications are kept.
    every_day
        After each day, or after the last one alone.
    workers
        Threads; all cores by default. The result does not depend on it.
    """
    to, back = (np.ascontiguousarray(costs[:, columns]) for costs in ways[:2])
    persons, days = told[0].shape
    given = Told(to, back, _rows(ways.to_row, told[0]), _rows(ways.back_row, told[1]))
    shape, count = (persons, days), len(places.weight)
    out = Remaining(
        np.zeros(shape, np.int32), np.zeros(shape), np.zeros(shape, bool),
        np.zeros(persons, np.int64),
    )  # fmt: skip
    margin = -math.log(POSSIBLE)

    def some(first: int, stop: int) -> None:
        scratch = Scratch(np.empty(count), np.empty(count, np.int64), np.empty(count))
        remain(first, stop, window, every_day, margin, given, places, scratch, out)

    in_chunks(some, persons, workers, PERSONS_AT_ONCE)
    return out


def possible_places(
    ways: Ways, told: tuple[NDArray[np.int32], NDArray[np.int32]], columns: slice, window: int
) -> NDArray[np.int64]:
    """Return which places remain possible of one person after the last day.

    Parameters
    ----------
    ways, columns, window
        As of `remaining`.
    told
        Heads to which the way from the place leads, and from which it returns, by day.
    """
    to, back = _rows(ways.to_row, told[0])[-window:], _rows(ways.back_row, told[1])[-window:]
    some = to != UNTOLD
    total = ways.to[to[some], columns].sum(axis=0) + ways.back[back[some], columns].sum(axis=0)
    return np.flatnonzero(total <= total.min() - math.log(POSSIBLE) + CLOSE)


def _rows(row_of: NDArray[np.int32], heads: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the rows of heads, `UNTOLD` where there is none."""
    if not len(row_of):
        return np.full(heads.shape, UNTOLD, np.int32)
    return np.where(heads == UNTOLD, UNTOLD, row_of[heads]).astype(np.int32)


def metres_apart(
    network: Network, node: NDArray[np.int64], workers: int | None = None
) -> NDArray[np.float64]:
    """Return how far apart nodes are along streets, m, shape (nodes, nodes)."""
    a = network.streets
    metres = a.edge_length[a.adjacency_edge]
    out = np.empty((len(node), len(node)))

    def some(first: int, stop: int) -> None:
        count = len(a.node_x)
        metres_from(first, stop, node, a.adjacency_ptr, a.adjacency_node, metres,
                    new_heap(count), np.empty(count), FAR_APART_M, out)  # fmt: skip

    in_chunks(some, len(node), workers, NODES_AT_ONCE)
    return out
