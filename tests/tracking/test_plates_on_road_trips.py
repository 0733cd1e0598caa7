"""Plates on trips by road: brute force on 100 small road networks, one-way streets among them."""

from itertools import pairwise

import numpy as np
import pytest

from sim.sight.arrays import NEVER
from sim.tracking.plates import Readers, read_from, reconstructed, shortest_ways
from sim.trips.roads import Roads, RoadTrips, drive

NETWORKS = 100


def small_network(seed):
    """Six nodes, some streets both ways and some one way, and a second street beside the first."""
    draw = np.random.default_rng(seed)
    pairs = [(u, v) for u in range(6) for v in range(u) if draw.uniform() < 0.6]
    pairs.append(pairs[0])
    arcs = []
    for edge, (u, v) in enumerate(pairs):
        length, way = float(draw.uniform(10, 100)), draw.integers(3)
        if way != 0:
            arcs.append((u, v, edge, length))
        if way != 1:
            arcs.append((v, u, edge, length))
    tail, head, edge, length = (np.array(column) for column in zip(*arcs, strict=True))
    return Roads(6, tail, head, edge, length), len(pairs), draw


def all_ways(roads, start, goal, so_far=(), met=()):
    """Yield every way without a node twice, as arcs."""
    if start == goal:
        yield so_far
        return
    for arc in np.flatnonzero(roads.tail == start).tolist():
        if roads.head[arc] not in met:
            yield from all_ways(roads, roads.head[arc], goal, (*so_far, arc), (*met, start))


def shortest(roads, start, goal):
    ways = list(all_ways(roads, start, goal))
    return min(ways, key=lambda way: sum(roads.length[list(way)])) if ways else None


def drawn_readers(draw, edges):
    rows = sorted({(int(draw.integers(edges)), int(draw.integers(4))) for _ in range(edges)})
    rank = draw.permutation(len(rows)) + 1
    return Readers(*(np.array(c) for c in zip(*rows, strict=True)), rank)


@pytest.mark.parametrize("first", range(0, NETWORKS, 25))
def test_small_networks_by_brute_force(first):
    """Ways, both readings at every total, and what is put together, by enumeration."""
    met = {"no_way": 0, "twice": 0, "gaps": 0}
    for seed in range(first, first + 25):
        roads, edges, draw = small_network(seed)
        trips = drive(roads, 12, seed, roads.length, 0.0)
        found, way = drawn_readers(draw, edges), shortest_ways(roads)
        met["no_way"] += trips.no_way
        once, twice = read_from(roads, trips, found)
        for k, (low, high) in enumerate(pairwise(trips.ptr.tolist())):
            arcs = trips.arc[low:high].tolist()
            start, goal = roads.tail[arcs[0]], roads.head[arcs[-1]]
            assert tuple(arcs) == shortest(roads, start, goal)
            for total in range(len(found.rank) + 1):
                there = found.rank <= total
                sites = {int(site) for edge, site in zip(found.edge[there], found.site[there],
                                                         strict=True)
                         if edge in roads.edge[arcs]}  # fmt: skip
                assert (once[k] <= total) == (len(sites) >= 1)
                assert (twice[k] <= total) == (len(sites) >= 2)
        for total in (0, 2, len(found.rank)):
            read = np.isin(np.arange(edges), found.edge[found.rank <= total])
            share = reconstructed(roads, trips, read, way)
            met["twice"] += int((twice <= total).sum())
            for k, (low, high) in enumerate(pairwise(trips.ptr.tolist())):
                expected, gaps = put_together(roads, trips.arc[low:high].tolist(), read)
                met["gaps"] += gaps
                assert share[k] == pytest.approx(expected)
    assert min(met.values()) > 0, met


def put_together(roads, arcs, read):
    """What an observer gets right who enumerates all ways between two readings."""
    at = [k for k, arc in enumerate(arcs) if read[roads.edge[arc]]]
    known, gaps = sum(roads.length[arcs[k]] for k in at), 0
    for before, after in pairwise(at):
        between = arcs[before + 1 : after]
        if between:
            gaps += 1
            taken = shortest(roads, roads.head[arcs[before]], roads.tail[arcs[after]])
            known += sum(roads.length[arc] for arc in between if arc in taken)
    return known / sum(roads.length[arcs]), gaps


def test_a_driver_of_another_taste_is_put_together_wrongly():
    """A short way and a long one; read at both ends, the long one driven: half of it is known."""
    tail, head = np.array([0, 1, 1, 2, 3]), np.array([1, 3, 2, 3, 4])
    length = np.array([10.0, 20.0, 15.0, 15.0, 20.0])
    roads = Roads(5, tail, head, np.arange(5), length)
    trips = RoadTrips(np.array([0, 4]), np.array([0, 2, 3, 4]), 0)
    read = np.array([True, False, False, False, True])
    assert reconstructed(roads, trips, read, shortest_ways(roads)) == pytest.approx([30 / 60])
    assert reconstructed(roads, trips, ~read, shortest_ways(roads)) == pytest.approx([30 / 60])


def test_nobody_reads_without_heads():
    roads, edges, _ = small_network(3)
    trips = drive(roads, 12, 3, roads.length, 0.0)
    none = Readers(*(np.zeros(0, np.int64),) * 3)
    for ranks in read_from(roads, trips, none):
        assert (ranks == NEVER).all()
    share = reconstructed(roads, trips, np.zeros(edges, bool), shortest_ways(roads))
    assert (share == 0).all()


def test_tastes_are_the_drivers_own_and_ends_the_same():
    roads, _, _ = small_network(5)
    plain, tasted = (drive(roads, 60, 5, roads.length, sigma) for sigma in (0.0, 1.0))
    again = drive(roads, 60, 5, roads.length, 1.0)
    assert (again.arc == tasted.arc).all()
    assert len(plain.ptr) == len(tasted.ptr)
    assert list(plain.arc) != list(tasted.arc)
    for trips in (plain, tasted):
        for low, high in pairwise(trips.ptr.tolist()):
            arcs = trips.arc[low:high]
            assert (roads.head[arcs[:-1]] == roads.tail[arcs[1:]]).all()
