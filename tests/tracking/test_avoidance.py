"""The least-seen walk: against all walks there are, laws, then cases by hand."""

import math
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import tracking as slow
from shapely import Point

from sim.cameras.fleet import Fleet
from sim.errors import InputError
from sim.tracking import avoidance as module
from sim.tracking.avoidance import avoidance, minimal_exposure_path, seen_metres
from sim.tracking.exposure import exposure
from sim.tracking.walks import head_steps, path_arrays, step_pieces
from sim.trips.model import Trips

TOTALS = (3, 6, 12)
TASKS = range(4)


def a_town(seed, side=3, drop=0.2, heads=12):
    """A crooked grid with some streets missing, some twice, and heads that see parts of it."""
    rng = np.random.default_rng(seed)
    point = {
        (i, j): np.array([100 * i, 100 * j]) + rng.uniform(-30, 30, 2)
        for i in range(side)
        for j in range(side)
    }
    pairs = [((i, j), (i + 1, j)) for i in range(side - 1) for j in range(side)]
    pairs += [((j, i), (j, i + 1)) for i in range(side - 1) for j in range(side)]
    lines = []
    for a, b in pairs:
        if rng.random() < drop:
            continue
        lines.append([tuple(point[a]), tuple(point[b])])
        if rng.random() < 0.15:
            bend = (point[a] + point[b]) / 2 + rng.uniform(-40, 40, 2)
            lines.append([tuple(point[b]), tuple(bend), tuple(point[a])])
    streets = slow.network(lines)
    length = streets.arrays.edge_length
    rows = {}  # one interval a head, street and task, since what overlaps would be one
    for task in TASKS:
        for _ in range(int(rng.integers(1, 2 * len(lines)))):
            edge = int(rng.integers(len(lines)))
            low, high = np.sort(rng.uniform(-0.3, 1.3, 2)).clip(0, 1) * length[edge]
            if high > low:
                head = int(rng.integers(heads))
                rows[task, edge, head] = (task, edge, head, low, high)
    # heads need a place; what they see is given
    fleet = slow.fleet([{"x": 0.0, "y": 0.0, "status": "simulated"}] * heads)
    return streets, slow.given(streets, fleet, list(rows.values())), rng


def walks_between(streets, pairs):
    """Trips along any path between pairs of nodes that one joins."""
    graph = streets.to_networkx()
    paths = []
    for a, b in pairs:
        if a == b or not nx.has_path(graph, a, b):
            continue
        nodes = nx.shortest_path(graph, a, b)
        path = []
        for u, v in pairwise(nodes):
            edge = min(graph[u][v])
            path.append((edge, bool(streets.arrays.edge_u[edge] != u)))
        paths.append(path)
    return slow.trips_along(streets, paths) if paths else None


def some_walks(streets, rng, count=3):
    nodes = len(streets.nodes)
    return walks_between(streets, rng.integers(nodes, size=(count, 2)).tolist())


def every_walk(streets, seen, start, end):
    """Length and metres seen of all simple paths, by networkx."""
    graph, length = streets.to_networkx(), streets.arrays.edge_length
    out = []
    for path in nx.all_simple_edge_paths(graph, start, end):
        edges = [key for _, _, key in path]
        out.append((length[edges].sum(), seen[edges].sum()))
    return np.array(out)


def best_labels(streets, seen, start, end, budget):
    """Fewest metres seen within a budget, by partial walks kept unless another is no worse."""
    graph, length = streets.to_networkx(), streets.arrays.edge_length
    kept = {node: [] for node in graph}
    todo = [(0.0, 0.0, start)]
    while todo:
        metres, dark, node = todo.pop(0)
        if any(m <= metres and d <= dark for m, d in kept[node]):
            continue
        kept[node] = [(m, d) for m, d in kept[node] if m < metres or d < dark]
        kept[node].append((metres, dark))
        for _, other, edge in graph.edges(node, keys=True):
            if metres + length[edge] <= budget * (1 + 1e-12):
                todo.append((metres + length[edge], dark + seen[edge], other))
    return min(d for _, d in kept[end])


def ends(trips, streets, i):
    first, last = trips.path_ptr[i], trips.path_ptr[i + 1] - 1
    a = streets.arrays
    node = lambda k, far: (a.edge_v if trips.path_backward[k] != far else a.edge_u)[  # noqa: E731
        trips.path_edge[k]
    ]
    return int(node(first, False)), int(node(last, True))


def pieces_of(seen):
    return slow.first_seen(seen).arrays


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60))
def test_it_equals_the_best_of_all_walks(seed):
    streets, seen, rng = a_town(seed)
    trips = some_walks(streets, rng)
    if trips is None:
        pytest.skip("no two of these junctions are joined")
    pieces = pieces_of(seen)
    metres = seen_metres(pieces, np.array(TOTALS))
    found = avoidance(streets, pieces, trips, TOTALS, workers=1)
    assert found.proven.all()
    for i in range(len(trips)):
        start, end = ends(trips, streets, i)
        for k, task in np.ndindex(len(TOTALS), 4):
            walks = every_walk(streets, metres[k, task], start, end)
            shortest = walks[:, 0].min()
            assert found.shortest_m[i] == pytest.approx(shortest)
            for b, stretch in enumerate(found.stretches):
                best = walks[walks[:, 0] <= stretch * shortest * (1 + 1e-12), 1].min()
                assert found.seen_m[i, k, task, b] == pytest.approx(best, abs=2e-6)
                assert found.length_m[i, k, task, b] <= stretch * shortest * (1 + 1e-9)
                assert found.least_seen[i, k, task, b] == pytest.approx(best / shortest, abs=1e-6)
            assert found.no_unseen_walk[i, k, task] == (walks[:, 1].min() > 0)


@pytest.mark.parametrize("seed", range(6))
def test_it_equals_partial_walks_on_larger_towns(seed):
    streets, seen, rng = a_town(seed, side=6, drop=0.1)
    trips = walks_between(streets, [(0, len(streets.nodes) - 1), *rng.integers(20, size=(2, 2))])
    pieces = pieces_of(seen)
    metres = seen_metres(pieces, np.array(TOTALS))
    found = avoidance(streets, pieces, trips, TOTALS)
    for i in range(len(trips)):
        for task, (b, stretch) in ((t, s) for t in (0, 3) for s in enumerate(found.stretches)):
            budget = stretch * found.shortest_m[i]
            best = best_labels(streets, metres[2, task], *ends(trips, streets, i), budget)
            assert found.seen_m[i, 2, task, b] == pytest.approx(best, abs=2e-6)


@given(st.integers(0, 10**6), st.integers(3, 6))
@settings(max_examples=40, deadline=None)
def test_laws(seed, side):
    streets, seen, rng = a_town(seed, side)
    trips = some_walks(streets, rng)
    if trips is None:
        return
    pieces = pieces_of(seen)
    found = avoidance(streets, pieces, trips, TOTALS, workers=1)
    least = found.least_seen
    assert ((least >= 0) & (least <= 1 + 1e-12)).all()
    assert (np.diff(least, axis=1) >= -1e-8).all(), "more heads never make it easier to avoid them"
    assert (np.diff(least, axis=3) <= 1e-8).all(), "a longer way allowed never makes it harder"
    assert (np.diff(found.no_unseen_walk.astype(int), axis=1) >= 0).all()
    assert found.joined_unseen[(found.seen_m == 0).any(axis=3)].all()
    own = trips.table["length"].to_numpy()
    observed = observed_metres(streets, seen, pieces, trips)
    for b, stretch in enumerate(found.stretches):
        allowed = own <= stretch * found.shortest_m
        assert (found.seen_m[allowed, ..., b] <= observed[allowed] + 1e-6).all()
    back = avoidance(streets, pieces, reverse(trips), TOTALS, workers=1)
    np.testing.assert_allclose(back.seen_m, found.seen_m, atol=2e-6)


def observed_metres(streets, seen, pieces, trips):
    steps = np.array(TOTALS)
    cut = [step_pieces(pieces, task, steps) for task in TASKS]
    heads = head_steps(seen.fleet, steps)
    return exposure(path_arrays(streets, trips), heads, seen.arrays, cut, len(steps)).seen_m


def reverse(trips):
    """The same trips walked home; edges stay in the order of the trips."""
    order = [
        k
        for i in range(len(trips))
        for k in range(trips.path_ptr[i + 1] - 1, trips.path_ptr[i] - 1, -1)
    ]
    return Trips(trips.table, trips.path_ptr, trips.path_edge[order], ~trips.path_backward[order])


@pytest.mark.parametrize("seed", range(5))
def test_splitting_streets_changes_nothing(seed):
    streets, seen, rng = a_town(seed, side=4)
    trips = some_walks(streets, rng)
    halves, path_of = [], []
    for line in streets.edges.geometry:
        coords, middle = list(line.coords), line.interpolate(0.37, normalized=True)
        cut = line.project(middle)
        before = [c for c in coords if line.project(Point(c)) < cut]
        after = [c for c in coords if line.project(Point(c)) > cut]
        path_of.append((len(halves), len(halves) + 1))
        halves += [[*before, middle.coords[0]], [middle.coords[0], *after]]
    finer = slow.network(halves)
    rows = []
    a = seen.arrays
    for task, edge in np.ndindex(4, len(streets.edges)):
        first, second = path_of[edge]
        cut = finer.arrays.edge_length[first]
        for row in range(a.edge_ptr[task, edge], a.edge_ptr[task, edge + 1]):
            low, high, head = a.start[row], a.end[row], a.head[row]
            if low < cut:
                rows.append((task, first, head, low, min(high, cut)))
            if high > cut:
                rows.append((task, second, head, max(low - cut, 0.0), high - cut))
    paths = []
    for i in range(len(trips)):
        path = []
        for k in range(trips.path_ptr[i], trips.path_ptr[i + 1]):
            back, parts = trips.path_backward[k], path_of[trips.path_edge[k]]
            path += [(part, bool(back)) for part in (parts[::-1] if back else parts)]
        paths.append(path)
    coarse = avoidance(streets, pieces_of(seen), trips, TOTALS)
    fine_seen = slow.given(finer, seen.fleet, rows)
    fine = avoidance(finer, pieces_of(fine_seen), slow.trips_along(finer, paths), TOTALS)
    np.testing.assert_allclose(fine.seen_m, coarse.seen_m, atol=2e-6)
    np.testing.assert_array_equal(fine.joined_unseen, coarse.joined_unseen)


def test_threads_and_the_choice_of_trips_change_nothing():
    streets, seen, rng = a_town(3, side=5)
    trips, pieces = some_walks(streets, rng, 30), pieces_of(seen)
    one = avoidance(streets, pieces, trips, TOTALS, workers=1)
    two = avoidance(streets, pieces, trips, TOTALS, workers=2)
    few = avoidance(streets, pieces, trips, TOTALS, trip=[7, 2])
    for name in ("shortest_m", "seen_m", "bound_m", "length_m", "joined_unseen"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
        np.testing.assert_array_equal(getattr(one, name)[[7, 2]], getattr(few, name))


def test_a_search_cut_short_gives_a_bracket(monkeypatch):
    unsure = 0
    for seed in range(8):
        streets, seen, rng = a_town(seed, side=6, drop=0.1)
        trips, pieces = some_walks(streets, rng, 10), pieces_of(seen)
        monkeypatch.setattr(module, "MOST_LABELS", 100_000)
        whole = avoidance(streets, pieces, trips, TOTALS)
        monkeypatch.setattr(module, "MOST_LABELS", 3)
        cut = avoidance(streets, pieces, trips, TOTALS)
        assert whole.proven.all()
        assert (cut.bound_m <= whole.seen_m + 2e-6).all()
        assert (cut.seen_m >= whole.seen_m - 2e-6).all()
        assert (cut.at_least_seen <= cut.least_seen).all()
        np.testing.assert_allclose(cut.seen_m[cut.proven], whole.seen_m[cut.proven], atol=2e-6)
        unsure += (~cut.proven).sum()
    assert unsure > 10


def three_ways():
    """From west to east: straight 100 m, all seen; 140 m, 30 m seen; 180 m and unseen."""
    streets = slow.network(
        [
            [(0, 0), (100, 0)],
            [(0, 0), (50, math.sqrt(70**2 - 50**2)), (100, 0)],
            [(0, 0), (50, -math.sqrt(90**2 - 50**2)), (100, 0)],
        ]
    )
    heads = slow.fleet([{"x": 0.0, "y": 0.0, "status": "simulated"}] * 3)
    rows = [(3, 0, 0, 0.0, 100.0), (3, 1, 1, 10.0, 40.0), (3, 2, 2, 5.0, 6.0)]
    return streets, slow.given(streets, heads, rows), slow.trips_along(streets, [[(0, False)]])


def test_three_ways_by_hand():
    streets, seen, trips = three_ways()
    found = avoidance(streets, pieces_of(seen), trips, (1, 2, 3))
    assert found.shortest_m == pytest.approx([100])
    np.testing.assert_allclose(found.least_seen[0, :, 3], [[1, 0, 0], [1, 0.3, 0], [1, 0.3, 0.01]])
    np.testing.assert_allclose(found.detour[0, :, 3], [[1, 1.4, 1.4], [1, 1.4, 1.8], [1, 1.4, 1.8]])
    assert found.no_unseen_walk[0, :, 3].tolist() == [False, False, True]
    assert not found.no_unseen_walk[0, :, :3].any()
    assert found.proven.all()


def test_a_walk_home_to_home_has_no_figures():
    streets, seen, _ = three_ways()
    trips = slow.trips_along(streets, [[(0, False), (1, True)]])
    found = avoidance(streets, pieces_of(seen), trips, (1, 2, 3))
    assert found.shortest_m == 0
    assert np.isnan(found.least_seen).all()


@pytest.mark.parametrize("seed", range(10))
def test_the_walk_is_one_and_is_what_its_figures_say(seed):
    streets, seen, rng = a_town(seed, side=5)
    pieces, trips = pieces_of(seen), some_walks(streets, rng)
    metres = seen_metres(pieces, np.array(TOTALS))[2, 1]
    found = avoidance(streets, pieces, trips, TOTALS)
    for i in range(len(trips)):
        start, end = ends(trips, streets, i)
        walk = minimal_exposure_path(
            streets, seen.fleet, pieces, start, end, total=12, task="observe", stretch=1.5
        )
        node, a = start, streets.arrays
        for edge, back in zip(walk.edge, walk.backward, strict=True):
            assert node == (a.edge_v if back else a.edge_u)[edge]
            node = (a.edge_u if back else a.edge_v)[edge]
        assert node == end
        assert walk.length_m == pytest.approx(a.edge_length[walk.edge].sum())
        assert walk.seen_m == pytest.approx(metres[walk.edge].sum())
        assert walk.seen_m == pytest.approx(found.seen_m[i, 2, 1, 1], abs=2e-6)
        assert walk.shortest_m == pytest.approx(found.shortest_m[i])
        assert walk.shortest_seen_m >= walk.seen_m >= walk.bound_m


def test_no_walk_is_drawn_past_real_cameras():
    streets, seen, trips = three_ways()
    pieces, fleet = pieces_of(seen), seen.fleet
    ask = {"total": 3, "task": "identify", "stretch": 2.0}
    assert minimal_exposure_path(streets, fleet, pieces, 0, 1, **ask).edge.tolist() == [2]
    real = Fleet(fleet.heads.assign(status=["simulated", "mapped", "simulated"]))
    unknown = Fleet(fleet.heads.drop(columns="status"))
    for heads in (real, unknown):
        with pytest.raises(InputError, match="statistics alone"):
            minimal_exposure_path(streets, heads, pieces, 0, 1, **ask)
    assert avoidance(streets, pieces, trips, (3,)).seen_m[0, 0, 3, 2] == pytest.approx(1)


@pytest.mark.parametrize(
    "wrong",
    [{"task": "see"}, {"stretch": 0.9}, {"stretch": math.nan}, {"destination": 0},
     {"destination": 9}],
)  # fmt: skip
def test_walks_that_cannot_be(wrong):
    streets, seen, _ = three_ways()
    ask = {"destination": 1, "total": 3, "task": "identify", "stretch": 2.0} | wrong
    with pytest.raises(InputError):
        minimal_exposure_path(streets, seen.fleet, pieces_of(seen), 0, **ask)


def test_two_islands_have_no_walk():
    streets = slow.network([[(0, 0), (100, 0)], [(0, 50), (100, 50)]])
    fleet = slow.fleet([{"x": 0.0, "y": 0.0, "status": "simulated"}])
    pieces = pieces_of(slow.given(streets, fleet, [(3, 0, 0, 0.0, 1.0)]))
    with pytest.raises(InputError, match="no way on foot"):
        minimal_exposure_path(streets, fleet, pieces, 0, 2, total=1, task="identify")
