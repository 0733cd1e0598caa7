"""The bound is proven: against optima from HiGHS, and greedy's share of them against 1 - 1/e."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import plain_greedy
from scipy.optimize import Bounds, LinearConstraint, milp
from test_greedy_cover import drawn, rows_of, sightings, street_scene, views

from sim.placement.bound import coverage_bounds, cut_pieces, seeable
from sim.placement.greedy import greedy_cover
from sim.placement.incidence import incidence, whole_edges
from sim.sight.sightings import see_arrays

LAW = settings(max_examples=30, deadline=None, derandomize=True)


def optimum(views, count, relaxed=False):
    """The most that `count` views can hold, by integer (or linear) programming over pieces."""
    pieces = []
    for edge in {e for view in views for e, _, _ in view}:
        stops = sorted({t for view in views for e, a, b in view if e == edge for t in (a, b)})
        pieces += [(edge, a, b) for a, b in itertools.pairwise(stops)]
    heads = len(views)
    cover = np.zeros((len(pieces), heads + len(pieces)))
    for p, (edge, low, high) in enumerate(pieces):
        for h, view in enumerate(views):
            cover[p, h] = any(e == edge and a <= low and high <= b for e, a, b in view)
        cover[p, heads + p] = -1
    worth = np.concatenate([np.zeros(heads), [low - high for _, low, high in pieces]])
    budget = np.concatenate([np.ones(heads), np.zeros(len(pieces))])
    found = milp(
        worth,
        constraints=[LinearConstraint(cover, 0, np.inf), LinearConstraint(budget, 0, count)],
        integrality=np.concatenate([np.full(heads, not relaxed), np.zeros(len(pieces))]),
        bounds=Bounds(0, 1),
    )
    return -found.fun


def some_system(seed):
    if seed % 2:
        seen, length, mine = drawn(seed, heads=20)
        return incidence(seen, 0, len(mine), whole_edges(length)), mine
    from oracles.scenes import head_arrays, street_arrays, wall_arrays

    scene = street_scene(seed, heads=25)
    streets = street_arrays(scene.edges)
    seen = see_arrays(streets, wall_arrays(scene.walls), head_arrays(scene.heads), threads=1)
    mine = views(rows_of(seen, 0), 25)
    return incidence(seen, 0, 25, whole_edges(streets.edge_length)), mine


@pytest.mark.slow
def test_bound_optimum_and_greedy_stand_in_order():
    tight = []
    for seed in range(40):
        system, mine = some_system(seed)
        picks = greedy_cover(system, len(mine))
        for count in (1, 3, 7):
            if count >= len(mine):
                continue
            best = optimum(mine, count)
            linear = optimum(mine, count, relaxed=True)
            simple, bound = (
                int(coverage_bounds(system, picks, [count], steps=steps)[0]) for steps in (0, 400)
            )
            greedy = int(picks.gain[:count].sum())
            assert greedy <= round(best) <= bound <= simple <= seeable(system)
            assert greedy >= (1 - (1 - 1 / count) ** count) * best - 1e-6
            assert greedy >= (1 - 1 / math.e) * best
            assert bound >= linear - 2
            tight.append(bound / linear if linear else 1.0)
    # the search finds the prices of the linear relaxation
    assert np.median(tight) < 1.0005
    assert max(tight) < 1.01


@LAW
@given(st.integers(0, 10**6), st.integers(0, 25))
def test_no_fleet_at_all_exceeds_the_bound(seed, count):
    system, mine = some_system(seed)
    rng = np.random.default_rng(seed)
    standing = rng.permutation(len(mine))[: rng.integers(0, 5)]
    picks = greedy_cover(system, len(mine), first=standing)
    bound = coverage_bounds(system, picks, [count], steps=30)[0]
    for _ in range(20):
        fleet = rng.permutation(len(mine))[:count]
        assert plain_greedy.seen_length([mine[h] for h in fleet]) <= bound


@LAW
@given(st.integers(0, 10**6))
def test_all_candidates_together_see_what_is_seeable(seed):
    system, mine = some_system(seed)
    assert seeable(system) == plain_greedy.seen_length(mine)
    pieces = cut_pieces(system)
    total = np.concatenate([[0], np.cumsum(pieces.length)])
    assert (total[pieces.stop] - total[pieces.first] == system.end - system.start).all()
    picks = greedy_cover(system, len(mine))
    assert coverage_bounds(system, picks, [len(mine), 10**6]).tolist() == [seeable(system)] * 2
    assert coverage_bounds(system, picks, [0])[0] == 0


def test_the_best_pair_is_found_where_greedy_errs():
    rows = [(0, 0, 2.0, 8.0), (0, 1, 0.0, 5.0), (0, 2, 5.0, 10.0)]
    system = incidence(sightings(rows, 1), 0, 3, whole_edges(np.array([10.0])))
    picks = greedy_cover(system, 2)
    assert picks.order.tolist() == [0, 1]
    assert picks.gain.sum() == 8000
    assert coverage_bounds(system, picks, [2])[0] == 10_000
