"""Number plates on trips by road: where heads could read them, and what of a trip follows from it.

A plate hangs in front and behind, so a head reads it where it looks along the road either way. It
takes sightings cut to the distances and angles of a case, and gives each trip's first and second
place of reading; what lies between two readings is filled by the shortest way.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from sim.cameras.plates import PlateCase
from sim.sight.arrays import NEVER
from sim.tracking.reach import Layer, faced
from sim.trips.roads import Roads, RoadTrips, path_of

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.city.streets import StreetArrays
    from sim.sight.arrays import SightingArrays

Ints = NDArray[np.int64]
Way = Callable[[int, int], frozenset[int]]
"""Arcs of the shortest way between two nodes."""


class Readers(NamedTuple):
    """Who could read a plate on which street, each site of heads once a street."""

    edge: Ints
    """Ascending."""
    site: Ints
    rank: Ints
    """City rank of the first head of the site that could."""


def readers(streets: StreetArrays, fleet: Fleet, seen: SightingArrays, case: PlateCase) -> Readers:
    """Return on which streets heads could read a plate, front or rear.

    Parameters
    ----------
    streets, fleet, seen
        What was looked at, by whom, and what was seen.
    case
        What software needs.
    """
    near, far = case.intervals(fleet)
    rows = faced(streets, fleet, seen, [Layer(0, near, far, case.horizontal)])
    edges = rows.edge_ptr.shape[1] - 1
    edge = np.repeat(np.tile(np.arange(edges), 2), np.diff(rows.edge_ptr, axis=1).ravel())
    site = fleet.heads["site"].to_numpy(np.int64)[rows.head]
    rank = fleet.arrays.rank[rows.head].astype(np.int64)
    order = np.lexsort((rank, site, edge))
    edge, site, rank = edge[order], site[order], rank[order]
    first = np.append(True, (np.diff(edge) != 0) | (np.diff(site) != 0))[: len(edge)]
    return Readers(edge[first], site[first], rank[first])


def read_from(roads: Roads, trips: RoadTrips, found: Readers) -> tuple[Ints, Ints]:
    """Return from which city rank on each trip's plate is read at one site, and at two.

    Parameters
    ----------
    roads, trips
        Where they drive.
    found
        Of `readers`.

    Returns
    -------
    tuple
        Shape (trips,) each, `NEVER` where no head does.
    """
    once, twice = (np.full(len(trips.ptr) - 1, NEVER, np.int64) for _ in range(2))
    for k in range(len(once)):
        edges = np.unique(roads.edge[trips.arc[trips.ptr[k] : trips.ptr[k + 1]]])
        rows = np.flatnonzero(np.isin(found.edge, edges))
        order = rows[np.lexsort((found.rank[rows], found.site[rows]))]
        first = np.append(True, np.diff(found.site[order]) != 0)[: len(order)]
        ranks = np.sort(found.rank[order[first]])
        if len(ranks):
            once[k] = ranks[0]
        if len(ranks) > 1:
            twice[k] = ranks[1]
    return once, twice


def shortest_ways(roads: Roads) -> Way:
    """Return a function that gives the arcs of the shortest way from a node to another.

    Parameters
    ----------
    roads
        To drive on.
    """
    graph, arc = roads.graph(roads.length), roads.cheapest_arc(roads.length)

    @cache
    def tree(node: int) -> NDArray[np.int32]:
        return np.asarray(dijkstra(graph, indices=node, return_predecessors=True)[1])

    @cache
    def way(start: int, goal: int) -> frozenset[int]:
        return frozenset(path_of(tree(start), goal, arc).tolist())

    return way


def reconstructed(
    roads: Roads, trips: RoadTrips, read: NDArray[np.bool_], way: Way
) -> NDArray[np.float64]:
    """Return the share of each trip that who knows the readings alone would put together.

    Parameters
    ----------
    roads, trips
        Where they drive.
    read
        Whether a plate is read on each street.
    way
        Of `shortest_ways`.

    Notes
    -----
    Streets on which the plate was read count whole. Between two of them the shortest way is taken
    to be the one driven; what of it was driven counts. Before the first and after the last nothing
    is known.
    """
    share = np.zeros(len(trips.ptr) - 1)
    for k in range(len(share)):
        arcs = trips.arc[trips.ptr[k] : trips.ptr[k + 1]]
        at = np.flatnonzero(read[roads.edge[arcs]])
        known = float(roads.length[arcs[at]].sum())
        for before, after in zip(at[:-1].tolist(), at[1:].tolist(), strict=True):
            between = arcs[before + 1 : after]
            if len(between):
                taken = way(int(roads.head[arcs[before]]), int(roads.tail[arcs[after]]))
                known += sum(float(roads.length[a]) for a in between.tolist() if a in taken)
        share[k] = known / float(roads.length[arcs].sum())
    return share
