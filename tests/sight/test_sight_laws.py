"""Laws of sight as property tests: what must hold for any streets, walls and heads.

Scenes are drawn on a lattice. Where a law is exact they stay there, full of touches; where it
speaks of interiors only (turning, mirroring), every point is moved a little to general position.
"""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.scenes import (
    INF,
    Head,
    Scene,
    apart,
    beyond,
    box,
    head_arrays,
    intervals,
    look,
    measure,
    ring,
    street_arrays,
    wall_arrays,
)

from sim.errors import InputError
from sim.sight.sightings import see_arrays

pytestmark = pytest.mark.slow

LAW = settings(max_examples=60, deadline=None, derandomize=True)

FINE = 1e-6
coordinate = st.integers(-24, 24).map(lambda k: 2.0 * k)
point = st.tuples(coordinate, coordinate)
top = st.sampled_from([INF, INF, INF, 2.0, 3.0, 3.5, 5.0])
fields = st.sampled_from([5.0, 40.0, 62.0, 90.0, 179.0, 180.0, 181.0, 270.0, 359.0, 360.0])


@st.composite
def houses(draw):
    a, b = draw(point), draw(st.tuples(st.integers(1, 8), st.integers(1, 8)))
    height = draw(top)
    if draw(st.booleans()):
        return box(*a, a[0] + 2 * b[0], a[1] + 2 * b[1], height)
    corners = [a, (a[0] + 2 * b[0], a[1]), (a[0], a[1] + 2 * b[1])]
    return ring(corners, height)


@st.composite
def head(draw):
    ranges = sorted(
        draw(st.lists(st.sampled_from([0.0, 6.0, 15.0, 30.0, 60.0]), min_size=4, max_size=4))
    )
    x, y = draw(point)
    return Head(
        x, y, draw(st.integers(-12, 36)) * 15.0, draw(fields), (60.0, *ranges[:3][::-1]),
        draw(st.sampled_from([0.0, 0.0, 3.0, 10.0])), 4.0,
    )  # fmt: skip


@st.composite
def scenes(draw, heads=3):
    path = st.lists(point, min_size=2, max_size=4).filter(
        lambda p: all(a != b for a, b in itertools.pairwise(p))
    )
    return Scene(
        draw(st.lists(path, min_size=1, max_size=4)),
        [wall for house in draw(st.lists(houses(), max_size=7)) for wall in house],
        draw(st.lists(head(), min_size=1, max_size=heads)),
    )


def loose(scene: Scene, seed: int) -> Scene:
    """Move every point, walls with shared corners together, to general position."""
    rng = np.random.default_rng(seed)
    moved: dict[tuple[float, float, str], tuple[float, float]] = {}

    def move(kind):
        def place(x, y):
            key = (x, y, kind)
            if key not in moved:
                moved[key] = tuple(np.array([x, y]) + rng.uniform(-0.4, 0.4, 2))
            return moved[key]

        return place

    walls, streets, heads = (scene.mapped(move(kind)) for kind in "wsh")
    return Scene(streets.edges, walls.walls, heads.heads, scene.decks)


def all_intervals(scene: Scene, threads: int = 1):
    seen = look(scene, threads)
    return {
        (task, edge, h): intervals(seen, edge, h, task)
        for task in range(4)
        for edge in range(len(scene.edges))
        for h in range(len(scene.heads))
    }


def same(found, expected, tolerance=FINE):
    for key, spans in found.items():
        assert apart(spans, expected[key]) <= tolerance, (key, spans, expected[key])


def bits(seen):
    return [column.tobytes() for column in seen]


@LAW
@given(scenes(), st.integers(0, 10**6), st.floats(0, 360))
def test_turning_everything_changes_nothing(scene, seed, degrees):
    scene = loose(scene, seed)
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turned = scene.mapped(lambda x, y: (c * x + s * y, c * y - s * x))
    turned = turned.with_(heads=[replace(h, heading=h.heading + degrees) for h in turned.heads])
    same(all_intervals(turned), all_intervals(scene), 1e-5)


@LAW
@given(scenes(), st.integers(-(10**5), 10**5), st.integers(-(10**5), 10**5))
def test_moving_everything_by_whole_metres_keeps_every_bit(scene, dx, dy):
    moved = scene.mapped(lambda x, y: (x + dx, y + dy))
    assert bits(look(moved)) == bits(look(scene))


@LAW
@given(scenes(), st.integers(0, 10**6), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_moving_everything_changes_nothing(scene, seed, dx, dy):
    scene = loose(scene, seed)
    moved = scene.mapped(lambda x, y: (x + dx, y + dy))
    same(all_intervals(moved), all_intervals(scene), 1e-5)


@LAW
@given(scenes(), st.integers(0, 10**6))
def test_in_a_mirror_the_same_is_seen(scene, seed):
    scene = loose(scene, seed)
    mirrored = scene.mapped(lambda x, y: (-x, y))
    mirrored = mirrored.with_(
        walls=[(*w[2:4], *w[:2], w[4]) for w in mirrored.walls],
        heads=[replace(h, heading=-h.heading) for h in mirrored.heads],
    )
    same(all_intervals(mirrored), all_intervals(scene))


@LAW
@given(scenes(), st.integers(0, 10**6))
def test_a_reversed_street_is_seen_in_reverse(scene, seed):
    scene = loose(scene, seed)
    length = street_arrays(scene.edges).edge_length
    back = all_intervals(scene.with_(edges=[edge[::-1] for edge in scene.edges]))
    for (task, edge, h), spans in all_intervals(scene).items():
        turned = [(length[edge] - b, length[edge] - a) for a, b in back[task, edge, h][::-1]]
        assert apart(spans, turned) <= FINE


@LAW
@given(scenes(), houses())
def test_adding_walls_never_shows_more(scene, house):
    more = all_intervals(scene.with_(walls=scene.walls + house))
    for key, before in all_intervals(scene).items():
        assert beyond(more[key], before) <= 1e-9


@LAW
@given(scenes(), houses(), st.integers(0, 10**6))
def test_raising_a_house_never_shows_more_and_one_below_a_face_hides_nothing(scene, house, seed):
    moved = loose(scene.with_(walls=scene.walls + house), seed)
    walls, house = moved.walls[: -len(house)], moved.walls[-len(house) :]
    # a tall house hides by its front only, so one that holds the head is another matter
    outside = [h for h in moved.heads if any(left_of(w, h) < 0 for w in house)]
    moved = moved.with_(heads=outside)
    without = all_intervals(moved.with_(walls=walls))
    before = without
    for height in (1.6, 2.0, 3.0, 3.9, 4.0, INF):
        raised = all_intervals(moved.with_(walls=walls + [(*w[:4], height) for w in house]))
        for key, spans in raised.items():
            assert beyond(spans, before[key]) <= 1e-9
        if height == 1.6:
            assert raised == without
        if height == INF:
            assert raised == before  # as tall as the head is as tall as the sky
        before = raised


def left_of(wall, h):
    x0, y0, x1, y1, _ = wall
    return (x1 - x0) * (h.y - y0) - (y1 - y0) * (h.x - x0)


@LAW
@given(scenes(), st.randoms(use_true_random=False))
def test_the_order_of_walls_changes_no_bit(scene, random):
    walls = list(scene.walls)
    random.shuffle(walls)
    assert bits(look(scene.with_(walls=walls))) == bits(look(scene))


@LAW
@given(scenes(heads=6), st.randoms(use_true_random=False))
def test_the_order_of_heads_changes_no_bit(scene, random):
    order = list(range(len(scene.heads)))
    random.shuffle(order)
    shuffled = all_intervals(scene.with_(heads=[scene.heads[i] for i in order]))
    for (task, edge, h), spans in all_intervals(scene).items():
        assert shuffled[task, edge, order.index(h)] == spans


@LAW
@given(scenes(), st.data())
def test_a_wall_in_two_pieces_hides_the_same(scene, data):
    if not scene.walls:
        return
    k = data.draw(st.integers(0, len(scene.walls) - 1))
    x0, y0, x1, y1, height = scene.walls[k]
    middle = (x0 + x1) / 2, (y0 + y1) / 2  # even coordinates: on the line exactly
    halves = [(x0, y0, *middle, height), (*middle, x1, y1, height)]
    split = all_intervals(scene.with_(walls=[*scene.walls[:k], *halves, *scene.walls[k + 1 :]]))
    for key, spans in all_intervals(scene).items():
        assert len(split[key]) == len(spans)
        assert np.allclose(np.array(split[key]), np.array(spans), rtol=0, atol=1e-9)


@LAW
@given(scenes())
def test_a_street_in_two_pieces_is_seen_the_same(scene):
    def halved(edge):
        points = [edge[0]]
        for a, b in itertools.pairwise(edge):
            points += [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), b]
        return points

    split = all_intervals(scene.with_(edges=[halved(edge) for edge in scene.edges]))
    for key, spans in all_intervals(scene).items():
        assert len(split[key]) == len(spans), (split[key], spans)
        assert np.allclose(np.array(split[key]), np.array(spans), rtol=0, atol=1e-9)


@LAW
@given(scenes())
def test_tasks_are_nested_and_each_is_the_view_up_to_its_own_range(scene):
    seen = all_intervals(scene)
    for task in range(1, 4):
        only = [replace(h, reach=(h.reach[task],)) for h in scene.heads]
        alone = all_intervals(scene.with_(heads=only))
        for edge in range(len(scene.edges)):
            for h in range(len(scene.heads)):
                spans = seen[task, edge, h]
                assert beyond(spans, seen[task - 1, edge, h]) <= 1e-9
                assert apart(spans, alone[0, edge, h]) <= FINE


@LAW
@given(scenes(heads=1), st.integers(0, 10**6), fields.filter(lambda f: f < 360))
def test_a_field_and_its_complement_are_the_dome(scene, seed, fov):
    scene = loose(scene, seed)
    one = scene.heads[0]
    views = all_intervals(scene.with_(heads=[
        replace(one, field_of_view=360.0), replace(one, field_of_view=fov),
        replace(one, field_of_view=360.0 - fov, heading=one.heading + 180),
    ]))  # fmt: skip
    for task in range(4):
        for edge in range(len(scene.edges)):
            dome, field, rest = (views[task, edge, h] for h in range(3))
            assert beyond(field, dome) <= FINE
            assert beyond(rest, dome) <= FINE
            assert measure(field) + measure(rest) == pytest.approx(measure(dome), abs=FINE)


@LAW
@given(scenes(heads=1), st.integers(0, 10**6))
def test_a_wider_field_sees_no_less(scene, seed):
    scene = loose(scene, seed)
    widths = (10.0, 90.0, 180.0, 180.001, 300.0, 359.999, 360.0)
    seen = all_intervals(
        scene.with_(heads=[replace(scene.heads[0], field_of_view=f) for f in widths])
    )
    for task in range(4):
        for edge in range(len(scene.edges)):
            for h in range(len(widths) - 1):
                assert beyond(seen[task, edge, h], seen[task, edge, h + 1]) <= FINE


@LAW
@given(scenes(heads=1), st.integers(0, 10**6), st.sampled_from([350.0, 359.9, 0.0, 10.0, -0.1]))
def test_north_is_no_seam(scene, seed, heading):
    scene = loose(scene, seed)
    one = scene.heads[0]
    turns = [heading, heading + 360, heading - 360, heading + 720]
    for fov in (40.0, 180.0, 250.0):
        seen = all_intervals(
            scene.with_(heads=[replace(one, heading=h, field_of_view=fov) for h in turns])
        )
        for task in range(4):
            for edge in range(len(scene.edges)):
                for h in (1, 2, 3):
                    assert apart(seen[task, edge, 0], seen[task, edge, h]) <= FINE


@LAW
@given(scenes(heads=1), st.integers(0, 10**6), st.sampled_from([2.0, 7.5, 20.0]))
def test_the_near_limit_cuts_out_what_a_shorter_range_would_see(scene, seed, near):
    scene = loose(scene, seed)
    one = replace(scene.heads[0], near=0.0, reach=(60.0,))
    views = all_intervals(
        scene.with_(heads=[one, replace(one, near=near), replace(one, reach=(near,))])
    )
    for edge in range(len(scene.edges)):
        whole, far, close = (views[0, edge, h] for h in range(3))
        assert measure(far) + measure(close) == pytest.approx(measure(whole), abs=FINE)
        assert beyond(far, whole) <= 1e-9


@LAW
@given(scenes(), st.lists(st.integers(0, 3), min_size=4, max_size=4), st.integers(0, 3))
def test_a_head_sees_its_own_deck_only(scene, decks, deck):
    decks = decks[: len(scene.edges)]
    heads = [replace(h, deck=deck) for h in scene.heads]
    mixed = all_intervals(scene.with_(decks=decks, heads=heads))
    plain = all_intervals(scene.with_(decks=[deck] * len(scene.edges), heads=heads))
    for (task, edge, h), spans in mixed.items():
        assert spans == (plain[task, edge, h] if decks[edge] == deck else [])


@LAW
@given(scenes(heads=6))
def test_sightings_are_in_order_and_disjoint(scene):
    seen = look(scene)
    arrays = street_arrays(scene.edges)
    assert seen.edge_ptr[0, 0] == 0
    assert seen.edge_ptr[-1, -1] == len(seen.head)
    assert (seen.edge_ptr[1:, 0] == seen.edge_ptr[:-1, -1]).all()
    for task in range(4):
        for edge in range(len(scene.edges)):
            i, j = seen.edge_ptr[task, edge : edge + 2]
            head_, start, end = seen.head[i:j], seen.start[i:j], seen.end[i:j]
            assert (start < end).all()
            assert (start >= 0).all()
            assert (end <= arrays.edge_length[edge] * (1 + 1e-15) + 1e-12).all()
            following = head_[1:] == head_[:-1]
            assert (np.diff(head_) >= 0).all()
            assert (start[1:][following] > end[:-1][following]).all()


def test_any_number_of_threads_gives_the_same_bits():
    rng = np.random.default_rng(5)
    houses_ = [box(x, y, x + 6, y + 6) for x, y in rng.uniform(0, 900, (900, 2))]
    edges = [[tuple(p), tuple(p + q)] for p, q in zip(
        rng.uniform(0, 900, (900, 2)), rng.uniform(-60, 60, (900, 2)), strict=True)]  # fmt: skip
    heads = [
        Head(*rng.uniform(0, 900, 2), rng.uniform(0, 360), rng.choice([62.0, 250.0, 360.0]),
             (90.0, 40.0, 20.0, 10.0), 2.0)
        for _ in range(2500)
    ]  # fmt: skip
    arrays = (
        street_arrays(edges), wall_arrays([w for h in houses_ for w in h]), head_arrays(heads)
    )  # fmt: skip
    one = bits(see_arrays(*arrays, threads=1))
    assert len(one[1]) > 4 * 10_000
    for threads in (2, 3, 7):
        assert bits(see_arrays(*arrays, threads=threads)) == one


@LAW
@given(scenes(heads=6), st.one_of(st.floats(1.0, 200.0), st.just(float("inf"))))
def test_tiles_of_any_size_change_no_bit(scene, tile_m):
    moved = replace(scene, heads=[*scene.heads, Head(1e5, -1e5), Head(-300.0, 20.0)])
    for each in (scene, moved):
        assert bits(look(each, tile_m=tile_m)) == bits(look(each, tile_m=float("inf")))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": float("nan")}, "not finite"),
        ({"mount": 1.6}, "1.6 m"),
        ({"reach": (10.0, 20.0, 5.0, 1.0)}, "grow"),
        ({"field_of_view": 0.0}, "field of view"),
        ({"field_of_view": 361.0}, "field of view"),
    ],
)
def test_impossible_heads_are_refused_by_rank(change, words):
    heads = [Head(0, 0), replace(Head(1, 1), **change)]
    with pytest.raises(InputError, match=f"rank 2 .*{words}"):
        look(Scene([[(0.0, 0.0), (9.0, 0.0)]], [], heads))


def test_nothing_to_see_by_or_to_see():
    street = [[(0.0, 0.0), (9.0, 0.0)]]
    assert len(look(Scene(street)).head) == 0
    assert len(look(Scene([], [], [Head(0, 0)])).head) == 0
    far = look(Scene(street, box(1, 1, 2, 2), [Head(1e6, -1e6), Head(-1e6, 1e6)]))
    assert len(far.head) == 0
    blind = look(Scene(street, [], [Head(0, 1, reach=(10, 5, 2, 0), near=5.0)]))
    assert [int(blind.edge_ptr[k, 1] - blind.edge_ptr[k, 0]) for k in range(4)] == [1, 0, 0, 0]
