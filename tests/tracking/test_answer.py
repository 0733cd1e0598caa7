"""The answer: against every way there is, laws, the least-seen walk, then cases by hand."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import answer as slow
from oracles import tracking

from sim.area import Area
from sim.cameras.optics import TASKS
from sim.city.model import City
from sim.city.places import Places
from sim.city.roofs import Stretches
from sim.city.walls import Walls
from sim.errors import InputError
from sim.sight.arrays import PieceArrays
from sim.tracking.answer import NOT_EVEN_WITHOUT, STRETCH, answer, answer_of, unwatched, ways_of
from sim.tracking.avoidance import avoidance
from sim.tracking.statistics import standard_error
from sim.trips.model import Trips

pytestmark = pytest.mark.slow

TOTALS = tuple(range(1, 14))
"""Every total at which anything of a random town changes."""


def engine(streets):
    """The same town as the engine reads it: the network, pieces without roofs, and the roofs."""
    point = lambda p: (100.0 * p, 100.0 * p * p)  # noqa: E731
    shape = [
        [point(s.start), (1e4 + 7 * s.start + 13 * s.end + 31 * i, 5.0 * i), point(s.end)]
        for i, s in enumerate(streets)
    ]
    net = tracking.network(shape)
    net.edges["deck"] = [s.deck for s in streets]
    net.edges["highway"] = [s.highway for s in streets]
    net.edges["length"] = [s.length for s in streets]
    ptr, start, end, rank, inside, roofs = [0], [], [], [], [], []
    for i, s in enumerate(streets):
        ends = np.cumsum([x.length for x in s.stretches])
        begins = np.append(0.0, ends[:-1])
        roofs += [(i, a, b) for a, b, x in zip(begins, ends, s.stretches, strict=True) if x.roof]
        for a, b, x in zip(begins, ends, s.stretches, strict=True):
            new = (x.ranks, x.in_area)
            if len(start) > ptr[-1] and (rank[-1], inside[-1]) == new:
                end[-1] = b
                continue
            start, end = [*start, a], [*end, b]
            rank, inside = [*rank, new[0]], [*inside, new[1]]
        ptr.append(len(start))
    pieces = PieceArrays(
        np.array(ptr, np.int64), np.array(start), np.array(end), np.array(rank, np.int32),
        np.array(inside),
    )  # fmt: skip
    edge, a, b = np.array(roofs).reshape(-1, 3).T
    return net, pieces, Stretches(edge.astype(np.int64), a, b)


def walks_from(pairs, person=None):
    """Trips of which only the ends are known."""
    origin, destination = np.array(pairs, np.int32).reshape(-1, 2).T
    count = len(origin)
    table = pd.DataFrame(
        {
            "person": np.arange(count) if person is None else np.array(person), "kind": "walk",
            "name": "", "name_zh": "", "named": False, "origin": origin,
            "destination": destination, "length": 1.0, "duration_s": 1.0,
        }
    )  # fmt: skip
    none = np.zeros(0)
    return Trips(table, np.zeros(count + 1, np.int64), none.astype(np.int32), none.astype(bool))


def asked(streets, pairs, **options):
    """The engine's answer for walks between points of a town."""
    net, pieces, roofs = engine(streets)
    points = list(dict.fromkeys(p for s in streets for p in (s.start, s.end)))
    trips = walks_from([(points.index(a), points.index(b)) for a, b in pairs])
    shut = unwatched(net.edges["highway"].to_numpy(), net.arrays)
    ways = ways_of(net.arrays, pieces, shut, roofs)
    inside = np.ones(len(points), bool)
    return answer_of(net.arrays, ways, trips, TOTALS, inside, workers=1, **options)


def all_pairs(streets):
    points = list(dict.fromkeys(p for s in streets for p in (s.start, s.end)))
    return [(a, b) for a in points for b in points if a < b]


@pytest.mark.parametrize("block", range(10))
def test_it_equals_every_way_there_is(block):
    for seed in range(20 * block, 20 * block + 20):
        streets = slow.random_town(np.random.default_rng(seed))
        pairs = all_pairs(streets)
        if not pairs:
            continue
        found = asked(streets, pairs)
        for i, (a, b) in enumerate(pairs):
            for t in range(len(TASKS)):
                for ways, closed in ((found.closed, True), (found.opened, False)):
                    last, near, shortest = slow.best_ways(
                        streets, a, b, t, closed=closed, stretch=STRETCH
                    )
                    assert ways.last[i, t] == (np.inf if last == slow.NEVER - 1 else last)
                    assert found.shortest_m[i] == pytest.approx(shortest)
                    yes = [total <= near for total in TOTALS]
                    assert ways.near[i, :, t].tolist() == yes


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_laws(seed):
    rng = np.random.default_rng(seed)
    streets = slow.random_town(rng)
    pairs = all_pairs(streets)
    if not pairs:
        return
    found = asked(streets, pairs)
    shares = {
        (ways, key): [
            [(row[task]["open"] if ways else row[task])[key]["share"] for task in TASKS]
            for row in found.summary.values()
        ]
        for ways in (0, 1)
        for key in ("any_length", "within_1.5")
    }
    for (ways, key), found_shares in shares.items():
        share = np.array(found_shares)
        assert (np.diff(share, axis=0) <= 0).all(), "more heads leave fewer unseen ways"
        assert (np.diff(share, axis=1) >= 0).all(), "who sees more detail sees less street"
        assert (share <= np.array(shares[1, key])).all(), "more ways open are never fewer ways"
        assert (share <= np.array(shares[ways, "any_length"])).all()
    for ways in (found.closed, found.opened):
        reached = ways.last[:, None, :] >= np.array(TOTALS)[None, :, None]
        assert not (ways.near & ~reached).any()
    back = asked(streets, [(b, a) for a, b in pairs])
    np.testing.assert_array_equal(back.closed.last, found.closed.last)
    np.testing.assert_array_equal(back.opened.near, found.opened.near)
    longer = asked([*streets, slow.Street(*pairs[0], [slow.Stretch(1e4, (1, 1, 1, 1))])], pairs)
    assert (longer.opened.last <= np.maximum(found.opened.last, 0)).all(), "a new seen street"


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_it_agrees_with_the_least_seen_walk(seed):
    """On one deck, all of it counted, each junction seen from all its ends at once or from none."""
    rng = np.random.default_rng(seed)
    streets = slow.random_town(rng, decks=1, roofs=False, one_rank_a_junction=True)
    for s in streets:
        for x in s.stretches:
            x.in_area = True
    net, pieces, _ = engine(streets)
    graph = net.to_networkx()
    pairs, paths = [], []
    for a, b in [(a, b) for a in graph for b in graph if a != b and nx.has_path(graph, a, b)]:
        nodes = nx.shortest_path(graph, a, b)
        edges = [min(graph[u][v]) for u, v in pairwise(nodes)]
        back = [net.arrays.edge_u[e] != u for e, u in zip(edges, nodes, strict=False)]
        pairs, paths = [*pairs, (a, b)], [*paths, list(zip(edges, back, strict=True))]
    if not pairs:
        return
    least = avoidance(net, pieces, tracking.trips_along(net, paths), TOTALS, workers=1)
    points = list(dict.fromkeys(p for s in streets for p in (s.start, s.end)))
    found = asked(streets, [(points[a], points[b]) for a, b in pairs])
    reached = found.opened.last[:, None, :] >= np.array(TOTALS)[None, :, None]
    np.testing.assert_array_equal(reached, least.joined_unseen)
    within = least.stretches.index(STRETCH)
    proven = least.proven[..., within]
    unseen = least.seen_m[..., within] == 0
    np.testing.assert_array_equal(found.opened.near[proven], unseen[proven])
    assert proven.mean() > 0.9


def ladder(bridge="street", **first):
    """Two ways from point 0 to point 1: 100 m, and by point 2 130 m."""
    dark = (slow.NEVER,) * 4
    return [
        slow.Street(0, 1, [slow.Stretch(100, (5, 6, 7, 8), **first)]),
        slow.Street(0, 2, [slow.Stretch(65, dark)], bridge),
        slow.Street(2, 1, [slow.Stretch(65, dark)], bridge),
    ]


def test_a_door_on_a_seen_street_counts_as_no():
    found = asked(ladder(), [(0, 1), (0, 2)])
    # both doors of the first walk, one of the second, lie where the first street is seen
    assert found.closed.last.tolist() == [[4, 5, 6, 7]] * 2


def test_a_way_longer_than_one_and_a_half_times_the_shortest_is_too_long():
    dark, seen = (slow.NEVER,) * 4, (3,) * 4
    for far, near in ((149.9, True), (150.1, False)):
        short = [slow.Stretch(1, dark), slow.Stretch(98, seen), slow.Stretch(1, dark)]
        town = [slow.Street(0, 1, short), slow.Street(0, 1, [slow.Stretch(far, dark)])]
        found = asked(town, [(0, 1)])
        assert (found.closed.last == np.inf).all()
        assert found.closed.near[0, :, 0].tolist() == [total < 3 or near for total in TOTALS]
        assert found.shortest_m.tolist() == [100]


@pytest.mark.parametrize("deck", ["subway", "covered", "footbridge"])
def test_subways_and_covered_ways_are_closed_and_bridges_open(deck):
    dark = (slow.NEVER,) * 4
    seen = [slow.Stretch(1, dark), slow.Stretch(98, (3,) * 4), slow.Stretch(1, dark)]
    town = [slow.Street(0, 1, seen), *ladder(deck)[1:]]
    found = asked(town, [(0, 1)])
    assert (found.opened.last == np.inf).all()
    assert (found.closed.last == (np.inf if deck == "footbridge" else 2)).all()


def test_no_way_without_a_camera_either():
    dark = (slow.NEVER,) * 4
    found = asked([slow.Street(0, 1, [slow.Stretch(50, dark)], "subway")], [(0, 1)])
    assert (found.closed.last == NOT_EVEN_WITHOUT).all()
    assert (found.opened.last == np.inf).all()
    assert found.walks["only_by_closed_ways"] == 1
    assert found.summary[1]["detect"]["any_length"]["share"] == 0


def test_walks_left_out_and_the_error_of_shares():
    town = ladder()
    net, pieces, roofs = engine(town)
    trips = walks_from([(0, 1), (0, 0), (0, 2), (1, 2), (2, 1)], person=[0, 0, 1, 1, 2])
    trips.table.loc[3, "named"] = True
    ways = ways_of(net.arrays, pieces, np.zeros(3, bool), roofs)
    for inside, beyond in (([True] * 3, 0), ([False, True, True], 2)):
        found = answer_of(net.arrays, ways, trips, (3, 5), np.array(inside))
        assert found.left_out == {"equal_ends": 1, "beyond_the_area": beyond}
        assert found.walks["counted"] == 3 - beyond
    found = answer_of(net.arrays, ways, trips, (3, 5), np.ones(3, bool))
    share = found.summary[5]["detect"]["any_length"]
    yes = (found.closed.last[found.counted, 0] >= 5).astype(float)
    person = np.array([0, 1, 2])
    assert share == {"share": yes.mean(), "se": standard_error(yes, person), "n": 3}
    few = answer_of(net.arrays, ways, trips, (3, 5), np.ones(3, bool), searched=2, seed=3)
    assert len(few.searched) == 2
    assert few.summary[5]["detect"]["within_1.5"]["n"] == 2
    assert set(few.searched) <= set(found.searched)
    assert np.isnan(found.closed.last[1]).all()


def test_no_walk_gives_no_share():
    net, pieces, roofs = engine(ladder())
    ways = ways_of(net.arrays, pieces, np.zeros(3, bool), roofs)
    found = answer_of(net.arrays, ways, walks_from([]), (3,), np.ones(3, bool))
    nothing = {"share": None, "se": None, "n": 0}
    assert found.summary[3]["recognise"] == {
        "any_length": nothing, "within_1.5": nothing,
        "open": {"any_length": nothing, "within_1.5": nothing},
    }  # fmt: skip


def a_city(footprints=(), heights=()):
    streets = tracking.network([[(0, 0), (100, 0)], [(0, 0), (0, 60), (100, 60), (100, 0)]])
    walls = Walls.from_footprints(
        tracking.gpd.GeoDataFrame(
            {"height": list(heights)}, geometry=list(footprints), crs=tracking.CRS
        )
    )
    region = shapely.box(-50, -50, 150, 150)
    area = Area("town", "", region, region, tracking.CRS, (), 0.0)
    return City(area, streets, walls, Places.empty(tracking.CRS))


def test_stretches_under_roofs():
    house = shapely.box(20, -10, 50, 10)
    beside = shapely.box(60, 0, 80, 10)  # its façade lies along the street
    low = shapely.box(85, -5, 90, 5)
    city = a_city([house, beside, low], [np.nan, 20, 1.5])
    found = city.roofs
    assert found.edge.tolist() == [0]
    assert (found.start.tolist(), found.end.tolist()) == ([20], [50])


def test_it_works_on_a_city_and_gives_walks_under_simulated_heads_only():
    city = a_city([shapely.box(20, -10, 50, 10)], [np.nan])
    for status, simulated in (("simulated", True), ("real", False)):
        fleet = tracking.fleet([{"x": 50.0, "y": 60.0, "status": status}])
        seen = tracking.given(city.streets, fleet, [(0, 1, 0, 90.0, 120.0)])
        found = answer(city, seen, walks_from([(0, 1)]), (1,))
        # the short way leads through a house, the long one is seen
        assert found.closed.last[0].tolist() == [0, np.inf, np.inf, np.inf]
        assert (found.opened.last == np.inf).all()
        assert found.closed.near[0, 0].tolist() == [False] * 4, "220 m are more than 1.5 × 100 m"
        assert "1 camera: 100 % / 0 %" in str(found)
        if simulated:
            assert found.last_unseen["last_unseen_detect"].tolist() == [0]
            continue
        with pytest.raises(InputError, match="statistics alone"):
            found.last_unseen  # noqa: B018
