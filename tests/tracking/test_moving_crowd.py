"""Crowds on the move: the formula against agents, laws, and the chance of one walker."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

import sim
from sim.tracking.linking import working_heads
from sim.tracking.moving_crowd import (
    Looks,
    WaySightings,
    chance_free,
    hidden_length,
    recognised,
    sightings_of_way,
)
from sim.tracking.parameters import MovingCrowd, TrackingParameters
from sim.tracking.walks import path_arrays

FACE, RATE = 1.6, 0.5
HEADS = [(9.0, 4.0), (-8.0, 3.5), (3.0, 5.0), (-2.0, 3.0), (12.0, 8.0)]
"""Of heads along a street: metres to the left, height."""
SEEN_M = (16.0, 6.0)
"""From so many metres before a head to so many a walker is seen and faces it."""


def street_with_heads():
    """Sightings of a straight way in x, each of one stretch in which the face is turned."""
    node, weight = np.polynomial.legendre.leggauss(24)
    ahead = (sum(SEEN_M) + (SEEN_M[0] - SEEN_M[1]) * node) / 2
    far = [np.hypot(ahead, left) for left, _ in HEADS]
    count = len(HEADS)
    looks = Looks(
        np.repeat(np.arange(count), len(node)),
        np.tile(weight / 2, count),
        np.concatenate(far),
        np.repeat([height - FACE for _, height in HEADS], len(node)),
        np.concatenate([ahead / f for f in far]),
        np.concatenate([left / f for (left, _), f in zip(HEADS, far, strict=True)]),
    )
    return WaySightings(np.arange(count), np.full(count, 5.0), looks)


WAY, WORKS = street_with_heads(), np.ones(len(HEADS))


def anywhere(crowd, rng):
    """Bodies at random in a crowd: x from the front (behind it below 0), y to the left."""
    at = rng.uniform(0, 1, (rng.poisson(crowd.people), 2)) * (crowd.length_m, crowd.width_m)
    return at - (crowd.length_m, crowd.width_m / 2)


def hides(bodies, at, left, height, crowd, rng):
    """Whether a body hides each face from a head, at a moment at random."""
    radius = crowd.body_width_m / 2
    line = np.stack([rng.uniform(SEEN_M[1], SEEN_M[0], len(at)), left - at[:, 1]], axis=1)
    far = np.hypot(*line.T)
    line /= far[:, None]
    covered = far * (crowd.body_height_m - FACE) / (height - FACE)
    near = cKDTree(bodies).query_ball_point(at, float(covered.max()) + radius)
    who = np.repeat(np.arange(len(at)), [len(each) for each in near])
    apart = bodies[np.concatenate(near).astype(int)] - at[who]
    along = (apart * line[who]).sum(axis=1).clip(0, covered[who])
    cuts = np.hypot(*(apart - along[:, None] * line[who]).T) < radius
    cuts &= np.hypot(*apart.T) >= radius  # nobody stands where the face is
    hidden = np.zeros(len(at), bool)
    hidden[who[cuts]] = True
    return hidden


def play(crowd, rng, *, same_neighbours):
    """Let agents walk past the heads; return the share that is recognised."""
    at = anywhere(crowd, rng)
    known = np.zeros(len(at), bool)
    for left, height in HEADS:
        bodies = at if same_neighbours else anywhere(crowd, rng)
        hidden = hides(bodies, at, left, height, crowd, rng)
        known |= ~hidden & (rng.random(len(at)) < RATE)
    return known.mean()


CROWDS = [(60, 8, 1.0), (300, 3, 2.0), (30, 20, 3.0), (400, 4, 0.2)]


@pytest.mark.parametrize(("length", "width", "density"), CROWDS)
def test_agents_agree_within_the_error(length, width, density):
    crowd = MovingCrowd(length_m=length, width_m=width, people_per_m2=density)
    found = recognised(WAY, crowd, WORKS, RATE, TrackingParameters())
    rng = np.random.default_rng(7)
    plays = [play(crowd, rng, same_neighbours=False) for _ in range(10)]
    assert abs(crowd.people * np.mean(plays) - (crowd.people - found.never)) < found.error
    # and as far apart from one another as it says
    assert 0.5 < crowd.people * np.std(plays, ddof=1) / found.error < 2
    together = crowd.people * play(crowd, rng, same_neighbours=True)
    assert found.at_least - 3 * found.error < together
    assert together < crowd.people - found.never + 3 * found.error


@given(st.floats(5, 500), st.floats(1, 30), st.floats(0.05, 5), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=8, deadline=None, derandomize=True)
def test_laws(length, width, density, rate, spread):
    parameters = TrackingParameters(hit_rate_spread=spread)
    crowd = MovingCrowd(length_m=length, width_m=width, people_per_m2=density)
    found = recognised(WAY, crowd, WORKS, rate, parameters)
    near = pytest.approx(found.people, rel=1e-9)
    assert found.never + found.once + found.more == near, "nobody is lost"
    assert found.people == length * width * density
    known = found.people - found.never
    assert found.at_least <= known * (1 + 1e-9) + 1e-9
    assert known <= found.in_the_open * (1 + 1e-9) + 1e-9, "bodies never help to recognise"
    assert 0 <= found.hidden < 1
    thin = replace(crowd, body_width_m=0.0)
    open_air = recognised(WAY, thin, WORKS, rate, parameters)
    assert open_air.people - open_air.never == pytest.approx(found.in_the_open, rel=1e-9, abs=1e-9)
    assert open_air.hidden == pytest.approx(0, abs=1e-12)
    dense = replace(crowd, body_width_m=0.9)
    assert recognised(WAY, dense, WORKS, rate, parameters).never >= found.never * (1 - 1e-9)
    fewer = recognised(WAY, crowd, WORKS * (np.arange(len(HEADS)) > 0), rate, parameters)
    assert fewer.never >= found.never * (1 - 1e-9), "a camera more never recognises fewer"


def test_the_chance_that_a_line_is_free_by_hand():
    crowd = MovingCrowd(people_per_m2=2.0, body_width_m=0.5)
    # a head 4 m up, 12 m away: the line leaves bodies of 1.7 m behind after 12 x 0.1 / 2.4 m
    far, rise = np.array([12.0]), np.array([2.4])
    assert hidden_length(far, rise, 1.7) == pytest.approx(0.5)
    assert chance_free(np.array([0.5]), crowd) == pytest.approx(np.exp(-0.5))
    assert hidden_length(far, np.array([0.05]), 1.7) == 12, "a low head looks through them all"


def test_without_bodies_it_is_the_chance_of_one_walker():
    city = sim.load_city("mong_kok_core")
    fleet = sim.place(city, total=20_000, strategy="junctions", seed=7)
    seen = sim.see(city, fleet)
    trips = sim.sample_trips(city, people=3, seed=7)
    parameters = TrackingParameters(hit_rate_spread=0.2, uptime=0.9, facing_degrees=70)
    crowd = MovingCrowd(body_width_m=0.0)
    works = working_heads(fleet, parameters.uptime, 5)
    tracks = sim.track(city, seen, trips, parameters=parameters, seed=5)
    for walk in range(3):
        paths = path_arrays(city.streets, trips.only(np.array([walk])))
        for task in (2, 3):
            way = sightings_of_way(
                paths, city.streets.arrays, fleet, seen.arrays, task, parameters.facing_degrees
            )
            rate = parameters.hit_rate[task]
            found = recognised(way, crowd, works[way.head], rate, parameters)
            alone = tracks.figures["identified"][walk, -1, task]
            assert 1 - found.never / found.people == pytest.approx(alone, abs=1e-9)
