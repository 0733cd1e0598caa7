"""How likely a way from a door to a sighting, or from a sighting to a door, is left without others.

What a sighting that did not identify costs is minus the logarithm of its chance. A way is a chain
of arcs, and a head that goes on seeing the walker from one arc into the next is one sighting, so
what an arc costs hangs on the arc before it: the search goes from arc to arc.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import ZERO, lean_inner, lean_kernel
from sim.tracking.kernels.walks import MEET_M
from sim.trips.search import WAITING, Heap, Index, pop, push

START = -1
"""The arc before the first one of a way."""


class Arcs(NamedTuple):
    """Streets in either direction; those that leave node n are out_ptr[n] : out_ptr[n + 1]."""

    out_ptr: NDArray[np.int64]
    tail: NDArray[np.int64]
    tip: NDArray[np.int64]
    """The nodes at which an arc begins and ends."""
    edge: NDArray[np.int64]
    backward: NDArray[np.bool_]
    in_ptr: NDArray[np.int64]
    in_arc: NDArray[np.int64]
    """Arcs that end at node n are in_arc[in_ptr[n] : in_ptr[n + 1]]."""
    in_place: NDArray[np.int64]
    """Of each arc: its place among those that end at the same node."""
    turn_ptr: NDArray[np.int64]
    """Of each node: where its turns, (arcs in) × (arcs out), begin."""


class Views(NamedTuple):
    """What heads see of arcs for one case; rows of edge e are row_ptr[e] : row_ptr[e + 1]."""

    row_ptr: NDArray[np.int64]
    head: NDArray[np.int32]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    edge_length: NDArray[np.float64]
    position: NDArray[np.float64]
    """Shape (2, rows): metres from the beginning of the arc, forward and backward, at which the
    face is turned to the head."""
    cost: NDArray[np.float64]
    """Shape (2, rows): of being seen and not identified; 0 where the face is never turned."""


class Costs(NamedTuple):
    """Of arcs and turns: what all sightings cost that begin there."""

    alone: NDArray[np.float64]
    """Of each arc, as the first of a way."""
    turn: NDArray[np.float64]
    """Of each turn: of the arc that it leads into."""


class Asked(NamedTuple):
    """For which heads ways are searched, and for which nodes they count."""

    head: NDArray[np.int64]
    row_ptr: NDArray[np.int64]
    row: NDArray[np.int64]
    """Rows of the views of the i-th head: row[row_ptr[i] : row_ptr[i + 1]]."""
    edge: NDArray[np.int64]
    """Of every row of the views."""
    arc_of: NDArray[np.int64]
    """Shape (2, edges): the arc of each edge forward and backward."""
    node: NDArray[np.int64]
    cap: float
    """What costs more counts as this."""


class Room(NamedTuple):
    """Scratch of one thread; `cost` by arc, infinite between searches."""

    cost: NDArray[np.float64]
    heap: Heap
    stack: NDArray[np.int64]
    touched: NDArray[np.int64]


@lean_inner
def _carried(before: int, row: int, arcs: Arcs, views: Views) -> float:
    """Return what the same sighting has cost on the arc before, 0 if it begins on this one.

    Where it went on all along that arc with the face turned away it may have cost all before.
    """
    edge = arcs.edge[before]
    length, way = views.edge_length[edge], np.int64(arcs.backward[before])
    most = 0.0
    for other in range(views.row_ptr[edge], views.row_ptr[edge + 1]):
        if views.head[other] != views.head[row]:
            continue
        left = views.start[other] if way else length - views.end[other]
        if left > MEET_M:
            continue
        most = max(most, views.cost[way, other])
        entered = length - views.end[other] if way else views.start[other]
        if views.cost[way, other] == 0.0 and entered <= MEET_M:
            most = np.inf
    return most


@lean_inner
def _added(
    before: int, row: int, way: Index, length: float, arcs: Arcs, views: Views
) -> float:  # fmt: skip
    """Return what a row adds to a way that comes by an arc."""
    cost = views.cost[way, row]
    if cost == 0.0 or before == START:
        return float(cost)
    begins = length - views.end[row] if way else views.start[row]
    if begins > MEET_M:
        return float(cost)
    return float(max(0.0, cost - _carried(before, row, arcs, views)))


@lean_inner
def _passed(before: int, arc: int, arcs: Arcs, views: Views) -> float:
    """Return what a whole arc adds to a way that comes by another."""
    edge, way = arcs.edge[arc], np.int64(arcs.backward[arc])
    length, cost = views.edge_length[edge], 0.0
    for row in range(views.row_ptr[edge], views.row_ptr[edge + 1]):
        cost += _added(before, row, way, length, arcs, views)
    return cost


@lean_inner
def _until(before: int, arc: int, row: int, arcs: Arcs, views: Views) -> float:
    """Return what an arc adds up to the moment of one of its rows."""
    edge, way = arcs.edge[arc], np.int64(arcs.backward[arc])
    length, cost = views.edge_length[edge], 0.0
    for other in range(views.row_ptr[edge], views.row_ptr[edge + 1]):
        if views.position[way, other] < views.position[way, row] - MEET_M:
            cost += _added(before, other, way, length, arcs, views)
    return cost


@lean_inner
def _since(arc: int, row: int, arcs: Arcs, views: Views) -> float:
    """Return what an arc adds after the moment of one of its rows."""
    edge, way = arcs.edge[arc], np.int64(arcs.backward[arc])
    length, cost = views.edge_length[edge], 0.0
    for other in range(views.row_ptr[edge], views.row_ptr[edge + 1]):
        begins = length - views.end[other] if way else views.start[other]
        # one that was there as the arc was entered may have cost all before
        if begins > MEET_M and views.position[way, other] > views.position[way, row] + MEET_M:
            cost += views.cost[way, other]
    return cost


@lean_kernel
def cost_turns(first: int, stop: int, arcs: Arcs, views: Views, costs: Costs) -> None:
    """Write what the arcs that leave the nodes first … stop − 1 cost."""
    for node in range(first, stop):
        ways = arcs.out_ptr[node + 1] - arcs.out_ptr[node]
        for k in range(ways):
            arc = arcs.out_ptr[node] + k
            costs.alone[arc] = _passed(START, arc, arcs, views)
            for place in range(arcs.in_ptr[node + 1] - arcs.in_ptr[node]):
                turn = arcs.turn_ptr[node] + place * ways + k
                costs.turn[turn] = costs.alone[arc]
                if costs.alone[arc] > 0.0:
                    before = arcs.in_arc[arcs.in_ptr[node] + place]
                    costs.turn[turn] = _passed(before, arc, arcs, views)


@lean_kernel
def ways_to(
    first: int, stop: int, asked: Asked, arcs: Arcs, views: Views, costs: Costs, room: Room,
    out: NDArray[np.float64],
) -> None:  # fmt: skip
    """Write what the cheapest way from each node to a sighting by each head costs."""
    for i in range(first, stop):
        size, touched = ZERO, ZERO
        out[i, :] = asked.cap
        for k in range(asked.row_ptr[i], asked.row_ptr[i + 1]):
            row = asked.row[k]
            edge = asked.edge[row]
            for way in range(2):
                if np.isnan(views.position[way, row]):
                    continue
                arc = asked.arc_of[way, edge]
                node = arcs.tail[arc]
                for place in range(arcs.in_ptr[node], arcs.in_ptr[node + 1]):
                    before = arcs.in_arc[place]
                    cost = _until(before, arc, row, arcs, views)
                    size, touched = _meet(before, cost, asked.cap, size, touched, room)
        touched = _spread(True, size, touched, asked.cap, arcs, costs, room)
        _write_to(i, asked, arcs, views, costs, room, out)
        for k in range(touched):
            room.cost[room.touched[k]] = np.inf


@lean_kernel
def ways_from(
    first: int, stop: int, asked: Asked, arcs: Arcs, views: Views, costs: Costs, room: Room,
    out: NDArray[np.float64],
) -> None:  # fmt: skip
    """Write what the cheapest way from a sighting by each head to each node costs."""
    for i in range(first, stop):
        size, touched = ZERO, ZERO
        out[i, :] = asked.cap
        for k in range(asked.row_ptr[i], asked.row_ptr[i + 1]):
            row = asked.row[k]
            for way in range(2):
                if np.isnan(views.position[way, row]):
                    continue
                arc = asked.arc_of[way, asked.edge[row]]
                cost = _since(arc, row, arcs, views)
                size, touched = _meet(arc, cost, asked.cap, size, touched, room)
        touched = _spread(False, size, touched, asked.cap, arcs, costs, room)
        for k in range(len(asked.node)):
            node = asked.node[k]
            for place in range(arcs.in_ptr[node], arcs.in_ptr[node + 1]):
                out[i, k] = min(out[i, k], room.cost[arcs.in_arc[place]])
        for k in range(touched):
            room.cost[room.touched[k]] = np.inf


@lean_inner
def _write_to(
    i: int, asked: Asked, arcs: Arcs, views: Views, costs: Costs, room: Room,
    out: NDArray[np.float64],
) -> None:  # fmt: skip
    """Write what ways from nodes cost: along their first arc, or to a sighting on it."""
    for k in range(len(asked.node)):
        node = asked.node[k]
        for arc in range(arcs.out_ptr[node], arcs.out_ptr[node + 1]):
            edge, way = arcs.edge[arc], np.int64(arcs.backward[arc])
            out[i, k] = min(out[i, k], costs.alone[arc] + room.cost[arc])
            for row in range(views.row_ptr[edge], views.row_ptr[edge + 1]):
                if views.head[row] == asked.head[i] and not np.isnan(views.position[way, row]):
                    out[i, k] = min(out[i, k], _until(START, arc, row, arcs, views))


@lean_inner
def _meet(
    arc: Index, cost: float, cap: float, size: Index, touched: Index, room: Room
) -> tuple[Index, Index]:
    """Put an arc into the heap if it was not reached as cheaply; return sizes."""
    if cost >= room.cost[arc] or cost >= cap:
        return size, touched
    if room.cost[arc] == np.inf:
        room.touched[touched] = arc
        touched += 1
    room.cost[arc] = cost
    return push(room.heap, ZERO, size, cost, arc), touched


@lean_inner
def _spread(
    back: bool, size: Index, touched: Index, cap: float, arcs: Arcs, costs: Costs, room: Room
) -> Index:
    """Go on from arc to arc, cheapest first, those that add nothing at once; return touched."""
    stack = room.stack
    while size > 0:
        stack[0] = room.heap.item[0]
        size, high = pop(room.heap, ZERO, size), 1
        while high > 0:
            high -= 1
            arc = stack[high]
            here = room.cost[arc]
            node = arcs.tail[arc] if back else arcs.tip[arc]
            ways = arcs.out_ptr[node + 1] - arcs.out_ptr[node]
            row = arcs.turn_ptr[node]
            if back:
                low, many = arcs.in_ptr[node], arcs.in_ptr[node + 1] - arcs.in_ptr[node]
                row += arc - arcs.out_ptr[node]
            else:
                low, many = arcs.out_ptr[node], ways
                row += arcs.in_place[arc] * ways
            for k in range(many):
                other = arcs.in_arc[low + k] if back else low + k
                cost = here + (costs.turn[row + k * ways] if back else costs.turn[row + k])
                if cost >= room.cost[other]:
                    continue
                if cost > here or room.heap.place[other] != WAITING:
                    size, touched = _meet(other, cost, cap, size, touched, room)
                    continue
                if room.cost[other] == np.inf:
                    room.touched[touched] = other
                    touched += 1
                room.cost[other] = cost
                stack[high] = other
                high += 1
    return touched
