"""Trips by road: which streets are driven, which way, and the way a driver takes.

A bundle holds the walking network, so roads are its streets of a class that vehicles use. Where
both pavements of a street are drawn, traffic keeps to the left one and junctions are the corners
that crossings join. One-way rules may be given; a bundle holds none, nor motorways, which nobody
walks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from sim.city.components import connected_components
from sim.errors import InputError
from sim.keyed_random import uniform
from sim.wording import counted

if TYPE_CHECKING:
    from sim.city.streets import StreetNetwork

MOTOR = ("motorway", "trunk", "primary", "secondary", "tertiary")
ROADS = frozenset(
    (*MOTOR, *(f"{name}_link" for name in MOTOR), "unclassified", "residential", "living_street")
)
"""Classes of OpenStreetMap that vehicles drive on; not service ways, of which few are passages."""
BOTH, ALONG, AGAINST = 0, 1, -1
"""Directions of a road: either, from u to v alone, from v to u alone."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Roads:
    """A road network as arcs between junctions, each in the direction in which it is driven.

    Attributes
    ----------
    nodes
        Number of junctions.
    tail, head
        Junctions that each arc joins, in this direction.
    edge
        Row of the street of each arc.
    length
        Of each arc, m.
    """

    nodes: int
    tail: Ints
    head: Ints
    edge: Ints
    length: Floats

    def graph(self, cost: Floats) -> csr_array:
        """Return the arcs as a matrix, the cheapest of parallel ones.

        Parameters
        ----------
        cost
            Of each arc, above 0.
        """
        order = np.lexsort((cost, self.head, self.tail))
        tail, head = self.tail[order], self.head[order]
        first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0))
        of = order[first]
        cells = (cost[of], (self.tail[of], self.head[of]))
        return csr_array(cells, shape=(self.nodes, self.nodes))

    def cheapest_arc(self, cost: Floats) -> dict[tuple[int, int], int]:
        """Return by tail and head which arc `graph` takes.

        Parameters
        ----------
        cost
            As `graph`.
        """
        order = np.argsort(-cost, kind="stable")
        pairs = zip(self.tail[order].tolist(), self.head[order].tolist(), strict=True)
        return dict(zip(pairs, order.tolist(), strict=True))


def roads_of(streets: StreetNetwork, direction: ArrayLike | None = None) -> Roads:
    """Return the roads among the streets of a city.

    Parameters
    ----------
    streets
        The network; those of a class in `ROADS` are driven.
    direction
        Of each street `BOTH`, `ALONG` or `AGAINST`; both ways where None, for a bundle does not
        know.

    Raises
    ------
    InputError
        No street is a road, or directions do not fit.
    """
    edges, arrays = streets.edges, streets.arrays
    ways = np.zeros(len(edges), np.int64) if direction is None else np.asarray(direction, np.int64)
    if len(ways) != len(edges) or not np.isin(ways, (BOTH, ALONG, AGAINST)).all():
        raise InputError(f"directions: give 0, 1 or -1 for each of {counted(len(edges), 'street')}")
    junction = _junctions(streets)
    u, v = junction[arrays.edge_u], junction[arrays.edge_v]
    driven = _driven(streets) & (u != v)
    if not driven.any():
        raise InputError("no street here is of a class that vehicles drive on")
    forth, back = np.flatnonzero(driven & (ways >= 0)), np.flatnonzero(driven & (ways <= 0))
    edge = np.concatenate([forth, back])
    tail, head = np.concatenate([u[forth], v[back]]), np.concatenate([v[forth], u[back]])
    street, left = edges["street"].to_numpy()[edge], _left_of(streets, junction, edge, tail, head)
    order = np.lexsort((-left, street, head, tail))
    keys = np.stack([tail, head, street])[:, order]
    kept = order[np.append(True, (np.diff(keys, axis=1) != 0).any(axis=0))]
    nodes = int(junction.max()) + 1
    return Roads(nodes, tail[kept], head[kept], edge[kept], arrays.edge_length[edge[kept]])


def _driven(streets: StreetNetwork) -> NDArray[np.bool_]:
    return np.asarray(streets.edges["highway"].isin(ROADS).to_numpy(), np.bool_)


def _junctions(streets: StreetNetwork) -> Ints:
    """Return the junction of each node: corners that a crossing of a road joins are one."""
    edges, arrays = streets.edges, streets.arrays
    of_a_road = edges["street"].isin(edges["street"][_driven(streets)])
    on_foot = (edges["highway"] == "footway") & (edges["deck"] == "street") & ~edges["steps"]
    crossing = (of_a_road & on_foot).to_numpy()
    ends = arrays.edge_u[crossing], arrays.edge_v[crossing]
    return connected_components(*ends, len(streets.nodes))[1]


def _left_of(streets: StreetNetwork, junction: Ints, edge: Ints, tail: Ints, head: Ints) -> Floats:
    """Return how far to the left of the line between its junctions each street runs."""
    arrays = streets.arrays
    count = np.bincount(junction)
    x, y = (np.bincount(junction, at) / count for at in (arrays.node_x, arrays.node_y))
    ends = np.stack([arrays.edge_u[edge], arrays.edge_v[edge]])
    along_x, along_y = x[head] - x[tail], y[head] - y[tail]
    aside_x = arrays.node_x[ends].mean(axis=0) - x[tail]
    aside_y = arrays.node_y[ends].mean(axis=0) - y[tail]
    return np.asarray(along_x * aside_y - along_y * aside_x)


@dataclass(frozen=True)
class RoadTrips:
    """Trips by road, each a list of arcs in order.

    Attributes
    ----------
    ptr
        Arcs of trip i are ptr[i] : ptr[i + 1] of `arc`.
    arc
        Rows of the arcs of `Roads`.
    no_way
        Pairs of ends drawn that no road joins in that direction.
    """

    ptr: Ints
    arc: Ints
    no_way: int


def drive(roads: Roads, count: int, seed: int, within: ArrayLike, dispersion: float) -> RoadTrips:
    """Draw trips and the way that each driver takes.

    Parameters
    ----------
    roads
        To drive on.
    count
        Pairs of ends to draw. Each end lies on a road of the study area, as likely on each metre as
        on any other; the trip runs between the junctions that it comes by first.
    seed
        Decides ends and drivers.
    within
        Metres of each arc in the study area, shape (arcs,).
    dispersion
        Standard deviation of the logarithm of a cost, which is length times a factor of the
        driver's own for each street (mean 1); 0 for shortest ways.

    Raises
    ------
    InputError
        No road lies in the study area.
    """
    metres = np.asarray(within, np.float64)
    if not metres.sum() > 0:
        raise InputError("no road lies in the study area; choose a larger one")
    share = np.cumsum(metres) / metres.sum()
    driver = np.arange(count)
    ends = [np.searchsorted(share, uniform(seed, f"road {end}", driver), side="right")
            for end in ("from", "to")]  # fmt: skip
    origin, goal = roads.head[ends[0]], roads.tail[ends[1]]
    found: list[Ints] = []
    no_way = 0
    for k in range(count):
        if origin[k] == goal[k]:
            continue
        cost = _costs(roads, seed, k, dispersion)
        before = dijkstra(roads.graph(cost), indices=origin[k], return_predecessors=True)[1]
        arcs = path_of(before, int(goal[k]), roads.cheapest_arc(cost))
        if len(arcs):
            found.append(arcs)
        else:
            no_way += 1
    ptr = np.cumsum([0, *(len(arcs) for arcs in found)])
    return RoadTrips(ptr, np.concatenate([np.zeros(0, np.int64), *found]), no_way)


def path_of(before: NDArray[np.int32], goal: int, arc: dict[tuple[int, int], int]) -> Ints:
    """Return the arcs that lead to a node, in order; none where nothing does.

    Parameters
    ----------
    before
        The node before each on the cheapest way, negative where there is none.
    goal
        The node.
    arc
        Of `Roads.cheapest_arc`.
    """
    arcs, node = [], goal
    while before[node] >= 0:
        arcs.append(arc[int(before[node]), node])
        node = int(before[node])
    return np.array(arcs[::-1], np.int64)


def _costs(roads: Roads, seed: int, driver: int, dispersion: float) -> Floats:
    if dispersion == 0:
        return roads.length
    at = np.full(len(roads.edge), driver), roads.edge
    radius, turn = (uniform(seed, f"road cost {part}", *at) for part in ("radius", "turn"))
    drawn = np.sqrt(-2 * np.log1p(-radius)) * np.cos(2 * np.pi * turn)  # Box and Muller 1958
    return np.asarray(roads.length * np.exp(dispersion * drawn - dispersion**2 / 2))
