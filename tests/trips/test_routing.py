"""Least-cost walks on invented streets: laws and scipy. Real networks: test_routing_networks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.routing import check_paths, factors, perceived, walking_seconds
from oracles.tracking import network
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from sim.errors import InputError
from sim.keyed_random import keys
from sim.trips import routing
from sim.trips.routing import edge_seconds, nearest_nodes, walk
from sim.trips.search import dispersion_factors


def tangle(seed, nodes=30, edges=60):
    """Random streets with parallel edges, loops in space, steps and shared street ids."""
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 300, (nodes, 2))
    lines = []
    for _ in range(edges):
        a, b = rng.choice(nodes, 2, replace=False)
        bend = (at[a] + at[b]) / 2 + rng.uniform(-60, 60, 2)
        lines.append([tuple(at[a]), tuple(bend), tuple(at[b])])
    return network(lines, streets=rng.integers(0, 25, edges), steps=rng.random(edges) < 0.2)


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.3, 1.0, 2.0]))
@settings(max_examples=40, deadline=None)
def test_cost_equals_scipy_on_any_network(seed, taste):
    streets = tangle(seed)
    size = len(streets.nodes)
    origins, targets = (grid.ravel() for grid in np.meshgrid(np.arange(size), np.arange(size)))
    found = walk(streets, origins, targets, np.full(size * size, 7), seed=1, cost_dispersion=taste)
    cost, best = perceived(streets, 1, 7, taste), np.full((size, size), np.inf)
    for u, v, c in zip(streets.edges["u"], streets.edges["v"], cost, strict=True):
        best[u, v] = best[v, u] = min(best[u, v], c)
    truth = dijkstra(csr_array(np.where(np.isinf(best), 0, best)))[origins, targets]
    np.testing.assert_allclose(np.nan_to_num(found.cost, nan=np.inf), truth, rtol=1e-12)
    assert found.unreachable == np.isinf(truth).sum()
    check_paths(streets, origins, targets, found)


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_splitting_streets_changes_no_walk(seed):
    whole = tangle(seed)
    lines, kept, steps = [], [], []
    rng = np.random.default_rng(seed)
    for line, street, step in zip(
        whole.edges.geometry, whole.edges["street"], whole.edges["steps"], strict=True
    ):
        a, bend, b = line.coords
        parts = [[a, bend], [bend, b]] if rng.random() < 0.5 else [[a, bend, b]]
        lines, kept, steps = (
            lines + parts,
            kept + [street] * len(parts),
            steps + [step] * len(parts),
        )
    split = network(lines, streets=kept, steps=steps)
    number = {p.coords[0]: i for i, p in enumerate(split.nodes.geometry)}
    same = np.array([number[p.coords[0]] for p in whole.nodes.geometry])
    size = len(whole.nodes)
    origins, targets = rng.integers(0, size, (2, 80))
    options = {"persons": np.arange(80), "seed": 5, "cost_dispersion": 0.4}
    before = walk(whole, origins, targets, **options)
    after = walk(split, same[origins], same[targets], **options)
    np.testing.assert_allclose(after.cost, before.cost, rtol=1e-12)
    np.testing.assert_allclose(after.length, before.length, rtol=1e-12)


def test_workers_chunks_and_company_change_no_walk(monkeypatch):
    streets = tangle(2)
    rng = np.random.default_rng(0)
    origins, targets = rng.integers(0, len(streets.nodes), (2, 300))
    persons = np.arange(300)
    one = walk(streets, origins, targets, persons, seed=3, cost_dispersion=0.3, workers=1)
    monkeypatch.setattr(routing, "WALKS_AT_ONCE", 7)
    two = walk(streets, origins, targets, persons, seed=3, cost_dispersion=0.3, workers=2)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)
    alone = walk(streets, origins[41:42], targets[41:42], [41], seed=3, cost_dispersion=0.3)
    np.testing.assert_array_equal(
        alone.path_edge, one.path_edge[one.path_ptr[41] : one.path_ptr[42]]
    )


def test_steps_take_twice_as_long():
    # 100 m of street or 60 m of steps: the street is quicker
    streets = network([[(0, 0), (50, 40), (90, 0)], [(0, 0), (90, 0)]], steps=[False, True])
    found = walk(streets, [0], [1], [0], seed=0, cost_dispersion=0.0, speed_m_s=1.0)
    assert found.path_edge.tolist() == [0]
    assert found.duration_s[0] == pytest.approx(found.length[0])
    by_steps = walk(
        network([[(0, 0), (90, 0)]], steps=[True]),
        [0],
        [1],
        [0],
        seed=0,
        cost_dispersion=0.0,
        speed_m_s=1.5,
    )
    assert by_steps.duration_s[0] == pytest.approx(120)
    assert by_steps.length[0] == pytest.approx(90)


def test_standing_still_and_islands():
    streets = network([[(0, 0), (10, 0)], [(100, 0), (110, 0)]])
    found = walk(streets, [0, 0, 1], [0, 2, 0], [0, 1, 2], seed=0, cost_dispersion=0.2)
    assert found.length[[0, 2]].tolist() == [0.0, 10.0]
    assert np.isnan(found.length[1])
    assert np.isnan(found.duration_s[1])
    assert found.unreachable == 1
    assert np.diff(found.path_ptr).tolist() == [0, 0, 1]


def test_a_lattice_of_equal_ways_and_tiny_streets():
    # 6 × 6 blocks of 50 m, every street twice, one row cut into a street of a nanometre and a rest
    at = [[(50.0 * c, 50.0 * r) for c in range(7)] for r in range(7)]
    lines = [[at[r][c], at[r][c + 1]] for r in range(7) for c in range(6) if r != 3]
    lines += [[at[r][c], at[r + 1][c]] for r in range(6) for c in range(7)]
    lines += lines
    for c in range(6):
        near = (50.0 * c + 1e-9, 150.0)
        lines += [[at[3][c], near], [near, at[3][c + 1]]]
    streets = network(lines)
    corner = np.flatnonzero([p.x % 50 == 0 for p in streets.nodes.geometry])
    assert len(corner) == 49
    origins, targets = (ends.ravel() for ends in np.meshgrid(corner, corner))
    found = walk(streets, origins, targets, origins, seed=0, cost_dispersion=0.0)
    a = streets.arrays
    blocks = abs(a.node_x[origins] - a.node_x[targets]) + abs(a.node_y[origins] - a.node_y[targets])
    np.testing.assert_allclose(found.length, blocks, rtol=1e-12)
    check_paths(streets, origins, targets, found)


def test_no_walks():
    found = walk(network([[(0, 0), (10, 0)]]), [], [], [], seed=0, cost_dispersion=0.2)
    assert found.path_ptr.tolist() == [0]
    assert len(found.length) == 0


def test_lengths_shorter_than_the_straight_line_stay_exact():
    # a rival way whose stated lengths are a tenth of what its ends are apart
    streets = network([[(0, 0), (100, 0)], [(0, 0), (50, 400)], [(50, 400), (100, 0)]])
    streets.edges["length"] = [100.0, 40.0, 40.0]
    found = walk(streets, [0], [1], [0], seed=0, cost_dispersion=0.0)
    assert found.length[0] == 80.0


@pytest.mark.parametrize("taste", [0.0, 0.2, 1.0])
def test_taste_has_mean_one_and_the_spread_asked_for(taste):
    factor = dispersion_factors(taste)
    assert factor.mean() == pytest.approx(1.0, abs=1e-12)
    assert np.log(factor).std() == pytest.approx(taste, rel=0.01)
    assert (np.diff(factor) >= 0).all()


@pytest.mark.parametrize("taste", [0.0, 0.2, 1.0, 2.0])
def test_taste_is_lognormal_in_equal_steps(taste):
    np.testing.assert_allclose(dispersion_factors(taste), factors(taste), rtol=1e-13)


@pytest.mark.parametrize("speed", [0.2, 1.34, 3.0])
def test_seconds_of_edges_by_hand(speed):
    streets = network([[(0, 0), (30, 40)], [(30, 40), (30, 100)]], steps=[False, True])
    assert edge_seconds(streets, speed).tolist() == pytest.approx([50 / speed, 120 / speed])
    np.testing.assert_allclose(edge_seconds(tangle(1), speed), walking_seconds(tangle(1), speed))


def test_taste_differs_between_people_and_streets():
    level = keys(1, "taste", np.arange(100_000), np.arange(100_000)[::-1].copy()) >> np.uint64(54)
    counts = np.bincount(level.astype(int), minlength=1024)
    assert ((counts - counts.mean()) ** 2 / counts.mean()).sum() < 1024 + 6 * np.sqrt(2 * 1024)


@pytest.mark.parametrize(
    ("option", "key"),
    [({"cost_dispersion": -0.1}, "trips.taste"), ({"cost_dispersion": float("nan")}, "trips.taste"),
     ({"speed_m_s": 0.0}, "trips.speed_m_s")],
)  # fmt: skip
def test_options_that_cannot_be(option, key):
    with pytest.raises(InputError) as error:
        walk(tangle(1), [0], [1], [0], **{"seed": 0, "cost_dispersion": 0.2, **option})
    assert error.value.key == key


@pytest.mark.parametrize(
    ("ends", "words"),
    [(([0], [1, 2], [0]), "one of each"), (([0], [1], []), "one of each"),
     (([0], [30], [0]), "has 0 to 29"), (([-1], [1], [0]), "has 0 to 29")],
)  # fmt: skip
def test_ends_that_cannot_be(ends, words):
    with pytest.raises(InputError, match=words):
        walk(tangle(1), *ends, seed=0, cost_dispersion=0.0)


def test_nearest_nodes_are_on_the_street_deck():
    streets = network([[(0, 0), (100, 0)], [(100, 0), (200, 0)]])
    streets.edges["deck"] = ["street", "footbridge"]
    node, away = nearest_nodes(streets, [195.0], [0.0])
    assert node.tolist() == [1]
    assert away.tolist() == [95.0]
