"""Verification: theory, hand and chance against the tracker, one item of the promise a test.

Items that have a file of their own are not repeated here: a ring's critical total
(test_percolation), a star's neighbours (test_anonymity), Bayes by hand (test_recognition), walks
retraced whole (test_reconstruction).
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import tracker as chance
from oracles import tracking as slow
from test_exposure import CityOf, a_world, line_world, tracked

from sim.cameras.optics import TASKS
from sim.city.street_space import street_space
from sim.sight.sightings import Sightings
from sim.tracking.linking import hit_rates, working_heads
from sim.tracking.parameters import TrackingParameters
from sim.tracking.reconstruction import reconstruction
from sim.tracking.report import follow_walks

pytestmark = pytest.mark.slow

FIGURES = ("identified", "tracked_live", "tracked_afterwards")


def by_person(**more):
    """Parameters under which a person watches live, as one searches afterwards."""
    return TrackingParameters(live_by="person", **more)


PLAIN = by_person(look_alike_share=0, memory_s=50, hit_rate=(0, 0, 0.5, 0.9))
"""Nothing but loss by chance, so that figures can be worked out with one exponential."""
VARIED = by_person(
    hit_rate=(0.2, 0.4, 0.6, 0.9), hit_rate_spread=0.3, memory_s=60, dwell_needed_s=15,
    look_alike_share=0.1, walkers_per_m2=0.02, uptime=0.7,
)  # fmt: skip


def followed(rows, parameters, totals=(1,)):
    """The tracked figures of a walker of 1 m/s along a street of 100 m, at recognise."""
    length = [[(0, 0), (50, 0)], [(50, 0), (100, 0)]]
    streets = slow.network(length)
    heads = slow.fleet([{"x": 300.0, "y": 0.0} for _ in range(totals[-1])])
    trips = slow.trips_along(streets, [[(0, False), (1, False)]], speed=1.0)
    world = streets, heads, slow.given(streets, heads, rows), trips
    figures = tracked(world, totals, parameters=parameters).figures
    return {name: values[0, -1, 2] for name, values in figures.items()}


def test_verification_one_head_on_a_line():
    # 20 m unseen, 30 m in view, 50 m unseen; found at 20 m with one half
    found = followed([(2, 0, 0, 20.0, 50.0)], PLAIN)
    lives = 50 * (1 - math.exp(-50 / 50))
    before = 50 * (1 - math.exp(-20 / 50))
    assert found["identified"] == pytest.approx(0.5, rel=1e-12)
    assert found["tracked_live"] == pytest.approx(0.5 * (30 + lives) / 100, rel=1e-12)
    afterwards = 0.5 * (before + 30 + lives) / 100
    assert found["tracked_afterwards"] == pytest.approx(afterwards, rel=1e-12)


def test_verification_look_alikes_on_a_line():
    # one street of 14 m in a square of 100 m: 14 m wide, 1 m of it for each 100 m² of land. The
    # track lives ∫ exp(−c t² − b t) dt seconds from 0 to g, a Gauss integral about −b / (2 c)
    parameters = by_person(memory_s=1e6, hit_rate=(0, 0, 1, 1))
    found = followed([(2, 0, 0, 0.0, 10.0)], parameters)
    root = math.sqrt(0.05 * 0.01 * 14 * 0.01 * math.pi)
    by_chance = (1e-6 + 0.05 * 0.01 * 14 * 2) / (2 * root)
    lives = math.sqrt(math.pi) / (2 * root) * math.exp(by_chance**2)
    lives *= math.erf(root * 90 + by_chance) - math.erf(by_chance)
    assert found["tracked_live"] == pytest.approx((10 + lives) / 100, rel=1e-6)


def test_verification_two_heads_and_a_gap():
    # in view 0-20 m, a gap of 40 m, in view 60-100 m; found with one half at 0 and at 60 m
    found = followed([(2, 0, 0, 0.0, 20.0), (2, 1, 1, 10.0, 50.0)], PLAIN, totals=(2,))
    rho, lives = math.exp(-40 / 50), 50 * (1 - math.exp(-40 / 50))
    second = 1 - 0.5 * (1 - 0.5 * rho)
    assert found["identified"] == pytest.approx(0.75, rel=1e-12)
    live = 0.5 * 20 + 0.5 * lives + second * 40
    assert found["tracked_live"] == pytest.approx(live / 100, rel=1e-12)
    # from recordings too: before 60 m the second head's find runs backward, ρ(u) ρ(40 − u) = ρ(40)
    first = 1 - 0.5 * (1 - 0.5 * rho)
    both = first * 20 + (0.5 + 0.5) * lives - 0.25 * rho * 40 + second * 40
    assert found["tracked_afterwards"] == pytest.approx(both / 100, rel=1e-12)


def test_verification_persons_differ_by_hand():
    # two heads that find the same person or nobody: as one head, not as two
    rows = [(2, 0, 0, 0.0, 20.0), (2, 1, 1, 10.0, 50.0)]
    alike, apart = (
        by_person(look_alike_share=0, memory_s=50, hit_rate=(0, 0, 0.5, 0.9),
                           hit_rate_spread=spread)
        for spread in (0.0, 1.0)
    )  # fmt: skip
    assert followed(rows, alike, (2,))["identified"] == pytest.approx(0.75)
    always = followed(rows, apart, (2,))
    assert always["identified"] == pytest.approx(0.5)
    lives = 50 * (1 - math.exp(-40 / 50))
    assert always["tracked_live"] == pytest.approx(0.5 * (20 + lives + 40) / 100)
    # Beta(1, 1): the mean of 1 − (1 − h)² is 2/3
    evenly = by_person(hit_rate=(0, 0, 0.5, 0.9), hit_rate_spread=1 / 3)
    assert followed(rows, evenly, (2,))["identified"] == pytest.approx(2 / 3, rel=1e-12)


@given(st.floats(0.001, 0.999), st.floats(1e-9, 1.0), st.integers(0, 31))
@settings(max_examples=200, deadline=None)
def test_verification_kinds_of_walkers_are_a_beta_distribution(mean, spread, sightings):
    rate, share = hit_rates(mean, spread)
    assert share.sum() == pytest.approx(1, abs=1e-12)
    assert ((rate >= 0) & (rate <= 1)).all()
    assert share @ rate == pytest.approx(mean, abs=1e-12)
    assert share @ (rate - mean) ** 2 == pytest.approx(spread * mean * (1 - mean), abs=1e-12)
    # E[(1 − h)ᵏ] of a Beta distribution, factor by factor
    certainty = 1 / spread - 1
    missed = 1 - mean if sightings else 1.0
    for k in range(1, sightings):
        missed *= ((1 - mean) * certainty + k) / (certainty + k)
    assert share @ (1 - rate) ** sightings == pytest.approx(missed, abs=1e-9)


@given(st.integers(0, 10_000), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=15, deadline=None)
def test_verification_unlike_persons_are_identified_less_often(seed, one, other):
    # 1 − Π(1 − h c) is concave in h, so spreading h out lowers its mean
    less, more = sorted((one, other))
    world = a_world(seed)
    few, many = (
        tracked(world, (20, 60), parameters=by_person(hit_rate_spread=s)).figures
        for s in (less, more)
    )
    assert (many["identified"] <= few["identified"] + 1e-9).all()
    for name in FIGURES:
        assert (np.diff(many[name], axis=1) >= -1e-12).all(), name


INTERVAL = st.tuples(st.integers(0, 1), st.floats(0, 49), st.floats(0.01, 50)).map(
    lambda row: (row[0], row[1], min(row[1] + row[2], 50.0))
)


@given(st.lists(INTERVAL, max_size=6), INTERVAL, st.floats(0, 1), st.floats(1, 1000))
@settings(max_examples=60, deadline=None)
def test_verification_one_head_more_never_lowers_tracked_share(rows, more, spread, memory):
    parameters = by_person(
        hit_rate=(0, 0, 0.4, 0.9), hit_rate_spread=spread, memory_s=memory, walkers_per_m2=0.3
    )
    given_rows = [(2, edge, head, start, end) for head, (edge, start, end) in enumerate(rows)]
    edge, start, end = more
    last = len(rows)
    before, after = (
        followed(r, parameters, (last + 1,))
        for r in (given_rows, [*given_rows, (2, edge, last, start, end)])
    )
    for name in (*FIGURES, "observed_length", "expected_length"):
        assert after[name] >= before[name] - 1e-12, name


@pytest.mark.slow
def test_verification_chance_agrees_on_100_random_walks():
    rng, walks, z = np.random.default_rng(6), 0, []
    for seed in range(17):
        world = a_world(300 + seed)
        streets, fleet, seen, trips = world
        space = street_space(streets)
        figures = follow_walks(
            CityOf(streets, space), seen, trips, (60,), pieces=slow.first_seen(seen),
            parameters=VARIED, seed=seed, workers=1,
        ).figures  # fmt: skip
        works = working_heads(fleet, VARIED.uptime, seed)
        assert set(works) <= {0, 1}
        for trip in range(len(trips)):
            walks += 1
            task = walks % 4
            mine = [figures[name][trip, 0, task] for name in FIGURES]
            plays = _plays(streets, space, fleet, trips, trip, task, works, rng)
            z += _errors(mine, plays)
    assert walks >= 100
    assert len(z) > 200
    assert np.abs(z).max() < 4.5
    assert abs(np.mean(z)) < 0.25
    assert 0.7 < np.mean(np.square(z)) < 1.4


def _plays(streets, space, fleet, trips, trip, task, works, rng, plays=3000):
    """Identified (0 or 1) and shares of time tracked, in each play; no head out of order plays."""
    lines = [list(line.coords) for line in streets.edges.geometry]
    pace = np.where(streets.edges["steps"], 2.0, 1.0)
    rows = slice(trips.path_ptr[trip], trips.path_ptr[trip + 1])
    path = list(zip(trips.path_edge[rows], trips.path_backward[rows], strict=True))
    p = VARIED
    tracker = chance.Tracker(
        p.hit_rate[task], p.hit_rate_spread, p.memory_s, p.look_alike_share, p.walkers_per_m2,
        p.dwell_needed_s, p.facing_degrees, trips.speed_m_s, space.width_m, space.per_m,
    )  # fmt: skip
    pieces = chance.pieces_of_walk(lines, pace, path, trips.speed_m_s)
    heads = fleet.heads[works == 1]
    views = [
        view
        for x, y, reach in heads[["x", "y", f"range_{TASKS[task]}"]].to_numpy()
        for view in chance.sightings(pieces, (x, y), reach, p.facing_degrees)
    ]
    identified, live, both = chance.played(pieces, views, tracker, rng, plays)
    seconds = pieces[-1][3]
    return np.array([identified, live / seconds, both / seconds], float)


def _errors(mine, plays):
    """By how many standard errors each figure differs from the mean of the plays."""
    z = []
    for figure, values in zip(mine, plays, strict=True):
        error = values.std(ddof=1) / math.sqrt(len(values))
        if np.count_nonzero(values) < 30:  # too rare for a normal error
            assert abs(figure - values.mean()) < 0.01
        elif error == 0:
            assert figure == pytest.approx(values.mean(), abs=1e-9)
        else:
            z.append((figure - values.mean()) / error)
    return z


@pytest.mark.parametrize(
    ("spread", "whole_walk", "one_end"), [(0.0, 1 / 4, 1 / 2), (1 / 3, 1 / 3, 1 / 3), (1, 1 / 2, 0)]
)
def test_verification_persons_are_retraced_as_they_differ(spread, whole_walk, one_end):
    # both ends seen for 20 m of 100: with both found the walk is whole, with one a fifth of it
    streets = slow.network([[(0, 0), (100, 0)]])
    heads = slow.fleet([{"x": 300.0, "y": 0.0}] * 2)
    seen = slow.given(streets, heads, [(2, 0, 0, 0.0, 20.0), (2, 0, 1, 80.0, 100.0)])
    trips = slow.trips_along(streets, [[(0, False)]])
    parameters = by_person(hit_rate=(0, 0, 0.5, 0.9), hit_rate_spread=spread)
    found = reconstruction(
        streets, seen, trips, (2,), parameters=parameters, seed=3, draws=20_000, workers=1
    )
    assert found.share[0, 0, 2] == pytest.approx(whole_walk + one_end * 0.2, abs=0.015)


@pytest.mark.parametrize("seed", range(6))
def test_verification_splitting_streets_changes_no_retraced_share(seed):
    whole, cut = a_world(seed), a_world(seed, cut=0.7)
    assert len(cut[0].edges) > len(whole[0].edges)
    coarse, fine = (
        reconstruction(streets, seen, trips, (20, 60), parameters=VARIED, seed=3, workers=1)
        for streets, _, seen, trips in (whole, cut)
    )
    np.testing.assert_allclose(fine.share, coarse.share, atol=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_verification_splitting_streets_changes_nothing_expected_or_varied(seed):
    space = street_space(a_world(seed)[0])  # measured at points, which cuts move
    whole, cut = (
        tracked(_lazy(a_world(seed, cut=share)), (20, 60), space=space, parameters=VARIED).figures
        for share in (0.0, 0.7)
    )
    for name in (*FIGURES, "expected_length"):
        np.testing.assert_allclose(cut[name], whole[name], atol=1e-7, err_msg=name)


def _lazy(world):
    """The same world with heads that look there less than all the time."""
    streets, fleet, seen, trips = world
    lazy = replace(fleet, heads=fleet.heads.assign(duty=np.linspace(0.3, 1.0, len(fleet))))
    return streets, lazy, Sightings(lazy, streets, seen.arrays), trips


@pytest.mark.slow
def test_verification_expected_is_the_mean_over_outages():
    world = _lazy(a_world(41))
    streets, lazy, seen, trips = world
    expected = tracked(world, (20, 60), parameters=by_person(uptime=0.6)).figures
    duty = lazy.heads["duty"].to_numpy()
    rng, days = np.random.default_rng(2), []
    a = seen.arrays
    edges = a.edge_ptr.shape[1] - 1
    each = np.diff(a.edge_ptr, axis=1)
    task = np.repeat(np.arange(4), each.sum(axis=1))
    edge = np.repeat(np.tile(np.arange(edges), 4), each.ravel())
    rows = np.column_stack([task, edge, a.head, a.start, a.end])
    for _ in range(400):
        looks = rng.random(len(lazy)) < 0.6 * duty
        today = slow.given(streets, lazy, rows[looks[a.head]].tolist())
        days.append(tracked((streets, lazy, today, trips), (20, 60)).figures["observed_length"])
    error = np.std(days, axis=0, ddof=1) / math.sqrt(len(days))
    apart = np.abs(expected["expected_length"] - np.mean(days, axis=0))
    assert (apart <= 4.5 * error + 1e-9).all()
    assert (expected["expected_length"] <= expected["observed_length"] + 1e-12).all()
    assert expected["expected_length"].sum() < 0.8 * expected["observed_length"].sum()


def test_verification_expected_by_hand():
    # the second half seen by two heads that look half of the time, the first by one of them
    rows = [(0, 0, 0, 0.0, 50.0), (0, 1, 0, 0.0, 50.0), (0, 1, 1, 0.0, 50.0)]
    figures = line_world(rows, totals=(1, 2), duty=0.5).figures
    assert figures["expected_length"][0, :, 0] == pytest.approx([0.5, (0.5 + 0.75) / 2])
    assert figures["observed_length"][0, :, 0].tolist() == [1, 1]
    always = line_world(rows, totals=(1, 2)).figures
    np.testing.assert_array_equal(always["expected_length"], always["observed_length"])
