"""Walks retraced from identifications: the slow truth, laws, then cases by hand."""

import math
from itertools import pairwise

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import tracking as slow
from oracles.routing import walking_seconds
from test_avoidance import a_town

from sim.errors import InputError
from sim.keyed_random import uniform
from sim.tracking.linking import faced_positions
from sim.tracking.parameters import TrackingParameters
from sim.tracking.reconstruction import reconstruction
from sim.trips.model import Trips
from sim.trips.routing import walk

TOTALS = (3, 6, 12)
LOOSE = TrackingParameters(hit_rate=(0.3, 0.6, 0.5, 0.9), dwell_needed_s=20, facing_degrees=180)
STRICT = TrackingParameters(hit_rate=(0.0, 0.0, 0.7, 1.0), dwell_needed_s=5, facing_degrees=60)


def walkers(streets, rng, count=4, cost_dispersion=0.8):
    """Walks of people who perceive streets each in their own way between random junctions."""
    ends = rng.integers(len(streets.nodes), size=(count, 2))
    return routed(streets, ends[ends[:, 0] != ends[:, 1]], cost_dispersion)


def routed(streets, ends, cost_dispersion):
    found = walk(
        streets,
        ends[:, 0],
        ends[:, 1],
        np.arange(len(ends)),
        seed=5,
        cost_dispersion=cost_dispersion,
        workers=1,
    )
    joined = ~np.isnan(found.length)
    table = pd.DataFrame(
        {
            "person": np.flatnonzero(joined), "kind": "home-station", "named": False,
            "name": "", "name_zh": "", "length": found.length[joined],
            "duration_s": found.duration_s[joined],
        }
    )  # fmt: skip
    ptr = np.concatenate([[0], np.cumsum(np.diff(found.path_ptr)[joined])])
    return Trips(table, ptr, found.path_edge, found.path_backward)


def retrace(streets, seen, trips, parameters=LOOSE, totals=TOTALS, **options):
    options = {"seed": 3, "draws": 8, "workers": 1} | options
    return reconstruction(streets, seen, trips, totals, parameters=parameters, **options)


def truth(streets, seen, trips, trip, task, total, parameters, draw, seed=3):
    """Share of one walk retraced in one draw, from the definition."""
    faced = faced_positions(streets.arrays, seen.fleet, seen.arrays, parameters.facing_degrees)
    rank, length = seen.fleet.arrays.rank, float(trips.table["length"][trip])
    met, known = {}, []
    for spell in sorted(slow.spells(seen, trips, trip, task, faced), key=lambda s: s.begin):
        turn = met[spell.head] = met.get(spell.head, -1) + 1
        chance = parameters.hit_rate[task] * min(1, spell.seconds / parameters.dwell_needed_s)
        drawn = uniform(
            seed, "reconstruction", trips.table["person"][trip], 0, rank[spell.head], turn, draw
        )
        made = drawn[0] < chance and math.isfinite(spell.faced) and rank[spell.head] <= total
        if made:
            known.append((spell.begin, spell.end))
    union = []
    for begin, end in sorted(known):
        if union and begin <= union[-1][1] + 1e-3:
            union[-1][1] = max(union[-1][1], end)
        else:
            union.append([begin, end])
    metres = sum(end - begin for begin, end in union)
    for (_, leaves), (enters, _) in pairwise(union):
        metres += filled(streets, trips, trip, leaves, enters)
    return metres / length


def filled(streets, trips, trip, leaves, enters):
    """Metres between two positions of a walk that the quickest way between them covers."""
    runs, ends, metres = [], [], 0.0
    for k in range(trips.path_ptr[trip], trips.path_ptr[trip + 1]):
        edge, back = int(trips.path_edge[k]), trips.path_backward[k]
        length = streets.arrays.edge_length[edge]
        low, high = max(leaves - metres, 0), min(enters - metres, length)
        if high > low:
            runs.append((edge, length - high, length - low) if back else (edge, low, high))
            ends += [(edge, length - low if back else low), (edge, length - high if back else high)]
        metres += length
    way = quickest(streets, trips.speed_m_s, ends[0], ends[-1])
    return sum(
        max(0.0, min(high, b) - max(low, a))
        for edge, low, high in runs
        for other, a, b in way
        if other == edge
    )


def quickest(streets, speed, start, end):
    """Parts of edges on the quickest way between two points, by networkx on the edges cut there."""
    seconds, length = walking_seconds(streets, speed), streets.arrays.edge_length
    graph = nx.MultiGraph()
    for edge, (u, v) in enumerate(streets.edges[["u", "v"]].to_numpy().tolist()):
        cuts = {at: name for name, (e, at) in {"start": start, "end": end}.items() if e == edge}
        stops = [(0.0, u), *sorted(cuts.items()), (length[edge], v)]
        for (a, here), (b, there) in pairwise(stops):
            cost = (b - a) / length[edge] * seconds[edge]
            graph.add_edge(here, there, part=(edge, a, b), cost=cost)
    nodes = nx.shortest_path(graph, "start", "end", weight="cost")
    return [
        min(graph[a][b].values(), key=lambda link: link["cost"])["part"] for a, b in pairwise(nodes)
    ]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("parameters", [LOOSE, STRICT])
def test_it_equals_the_slow_truth(seed, parameters):
    streets, seen, rng = a_town(seed, side=4)
    trips = walkers(streets, rng)
    found = retrace(streets, seen, trips, parameters, draws=3)
    for trip, k, task in np.ndindex(found.share.shape):
        shares = [
            truth(streets, seen, trips, trip, task, TOTALS[k], parameters, draw)
            if parameters.hit_rate[task]
            else 0.0
            for draw in range(3)
        ]
        assert found.share[trip, k, task] == pytest.approx(np.mean(shares), abs=1e-6)
        assert found.spread[trip, k, task] == pytest.approx(np.std(shares, ddof=1), abs=1e-6)


@given(st.integers(0, 10**6), st.integers(3, 6))
@settings(max_examples=30, deadline=None)
def test_the_quickest_walk_identified_at_both_ends_is_retraced_whole(seed, side):
    streets, _, rng = a_town(seed, side)
    trips = walkers(streets, rng, cost_dispersion=0.0)
    length, rows = streets.arrays.edge_length, []
    for trip in range(len(trips)):
        # each trip has a task of its own, and a head that sees both ends
        for first, k in ((True, trips.path_ptr[trip]), (False, trips.path_ptr[trip + 1] - 1)):
            edge = trips.path_edge[k]
            at_u = first != trips.path_backward[k]
            low = 0.0 if at_u else 0.7 * length[edge]
            rows.append((trip, edge, 0, low, low + 0.3 * length[edge]))
    seen = slow.given(streets, slow.fleet([{"x": 0.0, "y": 0.0}] * 12), rows)
    sure = TrackingParameters(hit_rate=(1,) * 4, dwell_needed_s=1e-6, facing_degrees=180)
    found = retrace(streets, seen, trips, sure, (12,))
    for trip in range(len(trips)):
        assert found.share[trip, 0, trip] == pytest.approx(1, abs=1e-9)
        assert found.spread[trip, 0, trip] == pytest.approx(0, abs=1e-9)


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_laws(seed):
    streets, seen, rng = a_town(seed, side=4)
    trips = walkers(streets, rng)
    found = retrace(streets, seen, trips)
    assert ((found.share >= 0) & (found.share <= 1)).all()
    # what is seen in the sightings that identify is known, and no more than the walk is retraced
    off = TrackingParameters(hit_rate=(1,) * 4, uptime=0.0)
    assert (retrace(streets, seen, trips, off).share == 0).all()
    assert (retrace(streets, seen, trips, hit=np.zeros(12)).share == 0).all()
    blind = TrackingParameters(hit_rate=(0,) * 4)
    assert (retrace(streets, seen, trips, blind).share == 0).all()


def test_other_trips_threads_and_totals_change_no_draw():
    streets, seen, rng = a_town(8, side=5)
    trips = walkers(streets, rng, 40)
    one, two = (retrace(streets, seen, trips, workers=n) for n in (1, 2))
    few = retrace(streets, seen, trips, trip=[9, 2])
    alone = retrace(streets, seen, trips, totals=(6,))
    for name in ("share", "spread"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
        np.testing.assert_array_equal(getattr(one, name)[[9, 2]], getattr(few, name))
        np.testing.assert_array_equal(getattr(one, name)[:, 1:2], getattr(alone, name))
    other = retrace(streets, seen, trips, seed=4)
    assert (other.share != one.share).any()


def a_square(rows):
    """West to east: straight 100 m, or 140 m by the north; heads see what the rows say."""
    streets = slow.network(
        [
            [(-50, 0), (0, 0)],
            [(0, 0), (100, 0)],
            [(0, 0), (50, math.sqrt(70**2 - 50**2)), (100, 0)],
            [(100, 0), (150, 0)],
        ]
    )
    return streets, slow.given(streets, slow.fleet([{"x": 500.0, "y": 0.0}] * 3), rows)


SURE = TrackingParameters(hit_rate=(0, 0, 0, 1), dwell_needed_s=1e-6, facing_degrees=180)


def test_a_detour_is_not_retraced_by_hand():
    rows = [(3, 0, 0, 40.0, 50.0), (3, 3, 1, 0.0, 20.0)]
    streets, seen = a_square(rows)
    straight, north = [(0, False), (1, False), (3, False)], [(0, False), (2, False), (3, False)]
    trips = slow.trips_along(streets, [straight, north])
    found = retrace(streets, seen, trips, SURE, (1, 2))
    # before the first sighting and after the last one nothing is known
    np.testing.assert_allclose(found.share[:, :, 3], [[10 / 200, 130 / 200], [10 / 240, 30 / 240]])
    assert (found.spread == 0).all()


def test_one_more_identification_may_help():
    # a head 75 m up the northern way makes that way known
    streets, seen = a_square([(3, 0, 0, 40.0, 50.0), (3, 3, 1, 0.0, 20.0), (3, 2, 2, 75.0, 80.0)])
    north = slow.trips_along(streets, [[(0, False), (2, False), (3, False)]])
    share = retrace(streets, seen, north, SURE, (2, 3)).share[0, :, 3]
    np.testing.assert_allclose(share, [30 / 240, 170 / 240])


def test_one_more_identification_may_mislead():
    before, a, north, south, c, after = (-50, 0), (0, 0), (100, 0), (100, -20), (110, 0), (150, 0)
    streets = slow.network(
        [[before, a], [a, north], [a, south], [north, south], [north, c], [south, c], [c, after]]
    )
    rows = [(3, 0, 0, 40.0, 50.0), (3, 6, 1, 0.0, 20.0), (3, 3, 2, 19.0, 20.0)]
    seen = slow.given(streets, slow.fleet([{"x": 500.0, "y": 0.0}] * 3), rows)
    trips = slow.trips_along(
        streets, [[(0, False), (1, False), (3, False), (5, False), (6, False)]]
    )
    share = retrace(streets, seen, trips, SURE, (2, 3)).share[0, :, 3]
    # from a to c it is quickest by the north, as walked; to the third head it is by the south
    last = math.hypot(10, 20)
    np.testing.assert_allclose(share, np.array([130, 31 + last]) / (210 + last))


def test_within_one_street_the_gap_is_that_street():
    streets, seen = a_square([(3, 1, 0, 10.0, 20.0), (3, 1, 1, 70.0, 90.0)])
    there = slow.trips_along(streets, [[(1, False)], [(1, True)]])
    np.testing.assert_allclose(retrace(streets, seen, there, SURE, (3,)).share[:, 0, 3], 0.8)


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"draws": 10**9}, {"trip": [0, 0]}])
def test_what_cannot_be_asked(wrong):
    streets, seen = a_square([(3, 1, 0, 10.0, 20.0)])
    with pytest.raises(InputError):
        retrace(streets, seen, slow.trips_along(streets, [[(1, False)]]), **wrong)
