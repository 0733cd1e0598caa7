"""The fewest heads in the way: against every set of heads, and laws."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import fewest as slow
from oracles import tracking

from sim.city.roofs import Stretches
from sim.sight.arrays import SightingArrays
from sim.sight.ranks import pieces_of
from sim.tracking.answer import last_totals, unwatched, ways_of
from sim.tracking.fewest import fewest_heads, shortest_unseen, watched_ways

pytestmark = pytest.mark.slow

TASK = 2


class Town:
    """A town of the oracle as the engine reads it; head h has rank 2 h + 1."""

    def __init__(self, streets, heads):
        point = lambda p: (100.0 * p, 100.0 * p * p)  # noqa: E731
        shape = [
            [point(s.start), (1e4 + 7 * s.start + 13 * s.end + 31 * i, 5.0 * i), point(s.end)]
            for i, s in enumerate(streets)
        ]
        net = tracking.network(shape)
        net.edges["deck"] = [s.deck for s in streets]
        net.edges["highway"] = "footway"
        net.edges["length"] = [s.length for s in streets]
        rows = sorted((i, *sight) for i, s in enumerate(streets) for sight in s.sights)
        edge, head, start, end = np.array(rows, float).reshape(-1, 4).T
        ptr = np.zeros((4, len(streets) + 1), np.int64)
        ptr[TASK:] = np.searchsorted(edge, np.arange(len(streets) + 1))
        ptr[TASK + 1 :] = len(rows)
        sightings = SightingArrays(ptr, head.astype(np.int32), start.copy(), end.copy())
        self.rank = np.arange(1, 2 * heads, 2, dtype=np.int32)
        a = net.arrays
        cuts = np.zeros(len(streets) + 1, np.int64)
        pieces = pieces_of(sightings, self.rank, a.edge_length, cuts, np.zeros(0))
        none = np.zeros(0)
        roofs = Stretches(none.astype(np.int64), none, none)
        shut = unwatched(net.edges["highway"].to_numpy(), a)
        self.points = list(dict.fromkeys(p for s in streets for p in (s.start, s.end)))
        self.streets, self.length = streets, a.edge_length
        self.ways = ways_of(a, pieces, shut, roofs)[0]
        self.watched = watched_ways(a, sightings, self.rank, self.ways, TASK)

    def nodes(self, *points):
        return [self.points.index(p) for p in points]

    def fewest(self, start, end, total, **options):
        return fewest_heads(self.watched, self.ways, *self.nodes(start, end), total, **options)

    def last(self, start, end):
        a, b = (np.array([n]) for n in self.nodes(start, end))
        return last_totals(self.ways, a, b)[0, TASK]

    def shortest(self, start, end, total):
        ends = self.nodes(start, end)
        return shortest_unseen(self.watched, self.ways, self.length, *ends, total, TASK)


def check(town, start, end, count):
    """Hold the engine's answers at the total of so many heads against the oracle's."""
    total, streets = 2 * count, town.streets
    exact = slow.fewest(streets, start, end, range(count))
    found = town.fewest(start, end, total)
    rough = town.fewest(start, end, total, branches=0)
    if exact is None:
        assert found is None
        assert rough is None
        return
    assert found.lower == exact == found.upper
    assert rough.lower <= exact <= rough.upper
    assert (exact == 0) == (total <= town.last(start, end))
    left = set(range(count)) - set(found.heads.tolist())
    assert slow.joined(streets, start, end, left), "without these heads a way is unseen"
    walked = [streets[e] for e in found.edge]
    here = start
    for street in walked:
        assert here in (street.start, street.end)
        here = street.end if here == street.start else street.start
    assert here == end


@pytest.mark.parametrize("block", range(4))
def test_it_equals_every_set_of_heads_on_small_towns(block):
    for seed in range(50 * block, 50 * block + 50):
        rng = np.random.default_rng(seed)
        heads = int(rng.integers(1, 9))
        streets = slow.random_town(rng, heads=heads)
        town = Town(streets, heads)
        for _ in range(3):
            start, end = (town.points[int(i)] for i in rng.integers(len(town.points), size=2))
            if start != end:
                check(town, start, end, int(rng.integers(1, heads + 1)))


@pytest.mark.parametrize("seed", range(12))
def test_it_equals_every_set_of_ten_heads_in_town_blocks(seed):
    rng = np.random.default_rng(seed)
    check(Town(slow.grid(rng, 4, heads=10, sights=8), 10), 0, 15, 10)


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_laws(seed):
    rng = np.random.default_rng(seed)
    heads = 60
    town = Town(slow.grid(rng, 6, heads=heads, sights=5), heads)
    lower = 0
    for total in (20, 40, 80, 120):
        found = town.fewest(0, 35, total)
        back = town.fewest(35, 0, total)
        assert found.lower <= found.upper
        assert found.lower <= back.upper
        assert back.lower <= found.upper, "a way is as good in both directions"
        assert found.upper >= lower, "with more heads there are never fewer in the way"
        assert (found.upper == 0) == (total <= town.last(0, 35))
        lower = max(lower, found.lower)


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_the_shortest_unseen_way(seed):
    rng = np.random.default_rng(seed)
    heads = int(rng.integers(1, 9))
    streets = slow.random_town(rng, heads=heads)
    town = Town(streets, heads)
    start, end = town.points[0], town.points[-1]
    if start == end:
        return
    total = 2 * int(rng.integers(0, heads + 1))
    length, way = town.shortest(start, end, total)
    assert (length < np.inf) == (total <= town.last(start, end))
    dark = town.ways.edge_rank[:, TASK] > total
    graph = nx.Graph()
    for s, unseen in zip(streets, dark, strict=True):
        edge = graph.get_edge_data(s.start, s.end, {"length": np.inf})
        if unseen:
            graph.add_edge(s.start, s.end, length=min(edge["length"], s.length))
    if length < np.inf:
        expected = nx.shortest_path_length(graph, start, end, "length")
        assert length == pytest.approx(expected)
        assert sum(streets[e].length for e in way) == pytest.approx(length)
        assert dark[way].all()


def test_a_head_that_sees_both_ways_is_one():
    streets = [
        slow.Street(0, 1, 50, [(0, 10.0, 20.0), (1, 30.0, 40.0)]),
        slow.Street(0, 1, 60, [(0, 10.0, 20.0)]),
    ]
    found = Town(streets, 2).fewest(0, 1, 4)
    assert (found.lower, found.heads.tolist(), found.edge.tolist()) == (1, [0], [1])
