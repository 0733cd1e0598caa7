"""What weeks of identifications tell of a home: the law, every way by hand, and lives by chance."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracles import days as slow
from oracles.tracking import fleet, network, open_field

from sim.days.kept import Case, kept_of, met_on, watcher_of
from sim.days.kernels.remains import Places
from sim.days.lives import Lives
from sim.days.observer import (
    FAR_APART_M,
    heads_in,
    metres_apart,
    network_of,
    remaining,
    told_of_home,
    views_of,
    ways_of,
)
from sim.tracking.parameters import TrackingParameters
from sim.tracking.walks import paths_of
from sim.trips.routing import Walks

pytestmark = pytest.mark.slow

RECOGNISE = 2
REACH = 18.0
SPEED = 1.34


class World:
    """A town as the engine has it."""

    def __init__(self, town: slow.Town, rate: float, dwell_s: float = 1.0) -> None:
        self.town = town
        lines = [[town.at[u], town.at[v]] for u, v in town.streets]
        self.streets = network(lines)
        x, y = self.streets.arrays.node_x, self.streets.arrays.node_y
        places = {(a, b): n for n, (a, b) in enumerate(zip(x, y, strict=True))}
        self.node = {n: places[at] for n, at in town.at.items()}
        ranges = dict.fromkeys(("range_detect", "range_observe", "range_identify"), town.reach)
        heads = [{"x": a, "y": b, "range_recognise": town.reach, **ranges} for a, b in town.heads]
        self.seen = open_field(self.streets, fleet(heads))
        self.rules = TrackingParameters(hit_rate=(0, 0, rate, 0), dwell_needed_s=dwell_s)
        self.watcher = watcher_of(self.streets, self.seen, RECOGNISE, "person", self.rules)
        pace = np.full(len(town.streets), 1 / SPEED)
        self.network = network_of(self.streets.arrays, pace)
        works = np.ones(len(town.heads))
        self.views = views_of(self.network, self.watcher, works)
        self.doors = np.array([self.node[n] for n in town.at], np.int64)

    def ways(self, to=None, back=None):
        everybody = np.arange(len(self.town.heads))
        to, back = (everybody if some is None else some for some in (to, back))
        return ways_of(self.network, self.views, to, back, self.doors)

    def kept(self, lives, seed=3, workers=None):
        fleet, cases = self.seen.fleet, [Case(len(self.town.heads), None)]
        paths = paths_of(self.streets, lives.walks, SPEED)
        met = met_on(paths, fleet, self.watcher, workers)
        return kept_of(lives, met, fleet, self.watcher, cases, self.rules, seed, workers)

    def places(self, people, homes):
        apart = metres_apart(self.network, self.doors)
        return Places(np.asarray(people, float), apart, np.asarray(homes, np.int64))


def lives_of(world: World, persons) -> Lives:
    """Lives from days of walks by person: each a start in seconds and its junctions."""
    edge_of = {}
    for number, (u, v) in enumerate(world.town.streets):
        edge_of[u, v], edge_of[v, u] = (number, False), (number, True)
    rows, edges = [], []
    for person, days in enumerate(persons):
        for day, walks in enumerate(days):
            for leg, (start, nodes) in enumerate(walks):
                rows.append((person, day, len(edges), start, leg))
                edges.append([edge_of[step] for step in pairwise(nodes)])
    person, day, walk, departs, leg = np.array(rows, float).reshape(-1, 5).T
    ptr = np.cumsum([0, *map(len, edges)]).astype(np.int64)
    edge = np.array([e for way in edges for e, _ in way], np.int32)
    backward = np.array([b for way in edges for _, b in way], bool)
    nothing = np.zeros(len(edges))
    walks = Walks(ptr, edge, backward, nothing, nothing, nothing, 0)
    home = np.array([world.node[days[0][0][1][0]] for days in persons], np.int32)
    count = len(persons)
    whole = (column.astype(np.int64) for column in (person, day, walk))
    return Lives(
        *whole, departs, leg.astype(np.int64), walks, person.astype(np.int64), home,
        np.full(count, -1, np.int32), np.full(count, np.nan), np.full(count, "", object),
        len(persons[0]),
    )  # fmt: skip


def random_town(rng, junctions=5, more=2, heads=4) -> slow.Town:
    """A town whose streets join all junctions, with heads near its streets."""
    at = {n: tuple(rng.uniform(0, 90, 2)) for n in range(junctions)}
    streets = {(int(rng.integers(n)), n) for n in range(1, junctions)}
    while len(streets) < junctions - 1 + more:
        u, v = sorted(rng.choice(junctions, 2, replace=False).tolist())
        streets.add((u, v))
    found = []
    for _ in range(heads):
        u, v = sorted(streets)[rng.integers(len(streets))]
        along = np.array(at[u]) + rng.uniform() * (np.array(at[v]) - np.array(at[u]))
        found.append(tuple(along + rng.uniform(-8, 8, 2)))
    return slow.Town(at, sorted(streets), found, REACH)


def strolls(town, rng, days, home, legs=2):
    """Days of walks that begin and end at home, junction by junction at random."""
    told = []
    for _ in range(days):
        walks, here, clock = [], home, 8 * 3600.0
        for leg in range(legs):
            nodes = [here]
            while len(nodes) < 2 + rng.integers(4):
                nodes.append(town.out[nodes[-1]][rng.integers(len(town.out[nodes[-1]]))][1])
            if leg == legs - 1:
                nodes += way_home(town, nodes[-1], home)[1:]
            if len(nodes) > 1:
                walks.append((clock, nodes))
            here, clock = nodes[-1], clock + 3 * 3600.0
        told.append(walks)
    return told


def way_home(town, start, home):
    """The way with the fewest streets."""
    ways, known = [[start]], {start}
    for way in ways:
        if way[-1] == home:
            return way
        for _, node in town.out[way[-1]]:
            if node not in known:
                known.add(node)
                ways.append([*way, node])
    raise AssertionError


@pytest.mark.parametrize("rate", [0.5, 0.9, 1.0])
def test_ways_equal_every_way_by_hand(rate):
    for seed in range(8):
        town = random_town(np.random.default_rng([seed, 1]))
        world = World(town, rate)
        ways = world.ways()
        to, back = town.relaxed(rate)
        for head in range(len(town.heads)):
            from_head = town.from_head(head, rate)
            for k, door in enumerate(town.at):
                here = town.to_head(door, head, rate)
                assert ways.to[head, k] == pytest.approx(here, abs=1e-9)
                assert ways.back[head, k] == pytest.approx(from_head[door], abs=1e-9)
                assert to[head, door] == pytest.approx(here, abs=1e-9)
                assert back[head, door] == pytest.approx(from_head[door], abs=1e-9)


@pytest.mark.parametrize("window", [1, 3, 12])
def test_what_remains_and_the_guess_equal_those_by_hand(window):
    some = 0
    for seed in range(12):
        rng = np.random.default_rng([seed, 2])
        town = random_town(rng, junctions=6, heads=6)
        world, days = World(town, 0.7), 12
        homes = rng.integers(6, size=5).tolist()
        lives = lives_of(world, [strolls(town, rng, days, home) for home in homes])
        kept = world.kept(lives)
        told = told_of_home(kept, 0)
        people = rng.uniform(1, 9, 6)
        places = world.places(people, homes)
        ways = world.ways(heads_in(told[0]), heads_in(told[1]))
        found = remaining(ways, told, slice(0, 6), places, window)
        apart = town.apart()
        to = {(h, x): town.to_head(x, h, 0.7) for h in range(6) for x in town.at}
        back = {(h, x): town.from_head(h, 0.7)[x] for h in range(6) for x in town.at}
        for person, home in enumerate(homes):
            for day in range(days):
                known = [
                    (int(told[0][person, d]), int(told[1][person, d]))
                    for d in range(max(0, day + 1 - window), day + 1)
                    if told[0][person, d] >= 0
                ]
                left = slow.possible(list(town.at), known, to, back)
                some += len(left) < 6
                assert found.places[person, day] == len(left)
                assert found.weight[person, day] == pytest.approx(people[left].sum())
                assert found.true_one[person, day] == (home in left)
            assert found.guess[person] == slow.medoid(left, people, apart)
    assert some > 50  # days left something to say


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
@example(93443526)
def test_with_sure_heads_nothing_returns_and_the_true_home_stays(seed):
    rng = np.random.default_rng(seed)
    town = random_town(rng, junctions=6, heads=5)
    world, days = World(town, 1.0, dwell_s=1e-6), 6
    homes = rng.integers(6, size=4).tolist()
    lives = lives_of(world, [strolls(town, rng, days, home) for home in homes])
    told = told_of_home(world.kept(lives), 0)
    ways = world.ways(heads_in(told[0]), heads_in(told[1]))
    places = world.places(np.ones(6), homes)
    shorter = None
    for window in (1, 2, 4, 6):
        found = remaining(ways, told, slice(0, 6), places, window)
        assert found.true_one.all()
        assert (np.diff(found.places[:, :window], axis=1) <= 0).all()  # nor with days
        if shorter is not None:
            assert (found.places <= shorter).all()  # with retention, at fixed days
        shorter = found.places


def test_the_share_found_and_the_error_of_the_guess_are_those_of_a_play():
    rng = np.random.default_rng(11)
    at = {5 * r + c: (60.0 * c + rng.uniform(-9, 9), 55.0 * r + rng.uniform(-9, 9))
          for r in range(5) for c in range(5)}  # fmt: skip
    streets = [(n, n + 1) for n in at if n % 5 < 4] + [(n, n + 5) for n in at if n < 20]
    corners = rng.choice(25, 12, replace=False)
    heads = [tuple(np.array(at[n]) + rng.uniform(-7, 7, 2)) for n in corners]
    town, rate, days = slow.Town(at, streets, heads, REACH), 0.6, 10
    world, persons = World(town, rate), 300
    homes, works = rng.integers(25, size=(2, persons))
    lives_by_hand = []
    for home, work in zip(homes.tolist(), works.tolist(), strict=True):
        there = (
            way_home(town, home, work)
            if home != work
            else [home, home + (1 if home % 5 < 4 else -1)]
        )
        day = [(8 * 3600.0, there), (18 * 3600.0, there[::-1])]
        lives_by_hand.append([day] * days)
    kept = world.kept(lives_of(world, lives_by_hand))
    told = told_of_home(kept, 0)
    ways = world.ways(heads_in(told[0]), heads_in(told[1]))
    places = world.places(np.ones(25), homes)
    found = remaining(ways, told, slice(0, 25), places, days)
    apart, (to, back) = town.apart(), town.relaxed(rate)
    mine = np.array([
        (found.true_one[p, -1], found.places[p, -1], places.apart_m[homes[p], found.guess[p]],
         (told[0][p] >= 0).mean())
        for p in range(persons)
    ], float)  # fmt: skip
    play = []
    for home, life in zip(homes.tolist(), lives_by_hand, strict=True):
        known = slow.days_of(town, life, rate, rng)
        left = slow.possible(list(town.at), [day for day in known if day], to, back)
        guess = slow.medoid(left, np.ones(25), apart)
        play.append(
            (home in left, len(left), apart[home, guess], np.mean([d is not None for d in known]))
        )
    play = np.array(play, float)
    error = (mine - play).std(axis=0, ddof=1) / math.sqrt(persons)
    assert (np.abs((mine - play).mean(axis=0)) <= 3 * error + 1e-12).all()
    assert play[:, 1].mean() < 20  # something was learnt


def test_metres_apart_are_those_of_the_town():
    town = random_town(np.random.default_rng(5), junctions=7, more=3)
    world, apart = World(town, 0.5), town.apart()
    mine = metres_apart(world.network, world.doors)
    assert mine == pytest.approx(np.array([[apart[a, b] for b in town.at] for a in town.at]))
    assert mine.max() < FAR_APART_M


def test_any_number_of_workers_gives_the_same_bits():
    rng = np.random.default_rng(4)
    town = random_town(rng, junctions=8, more=4, heads=7)
    world = World(town, 0.5)
    lives = lives_of(world, [strolls(town, rng, 5, home) for home in range(8)])
    one, eight = world.kept(lives, workers=1), world.kept(lives, workers=8)
    assert all(np.array_equal(a, b) for a, b in zip(one, eight, strict=True))
