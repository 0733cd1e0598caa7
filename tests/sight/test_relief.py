"""Sight over a ground that rises and falls: against dense sampling, and level as before."""

from dataclasses import replace

import numpy as np
import pytest
from oracles.scenes import Head, Scene, box, head_arrays, look, street_arrays, wall_arrays

from sim.cameras.optics import TASKS
from sim.city.decks import FACE_M, FOOTBRIDGE_M
from sim.city.ground import LEVEL, TOLERANCE_M, Ground, Relief, graded
from sim.errors import InputError
from sim.sight.sightings import see_arrays

SCENES, STREETS, HOUSES, SAMPLES = 1000, 4, 6, 80
APART_M = 1000.0
BOUND_M = 1e-6
"""Stated bound: interval ends are right to a micrometre."""


class Scenes:
    """Random scenes far apart, each with one head, houses and sloping streets, as arrays."""

    def __init__(self, seed, scenes=SCENES):
        rng = np.random.default_rng(seed)
        self.count, self.rng = scenes, rng
        corner = rng.uniform(-60, 60, (scenes, HOUSES, 2))
        corner += np.sign(corner) * 3  # no house stands on the head, which is at the middle
        size = rng.uniform(4, 30, (scenes, HOUSES, 2)) * np.sign(corner)
        ends = np.sort(np.stack([corner, corner + size]), axis=0)
        self.house = np.moveaxis(ends, 0, 2)  # scene, house, (low, high), axis
        self.top = np.where(rng.random((scenes, HOUSES)) < 0.2, np.inf,
                            rng.uniform(1, 20, (scenes, HOUSES)))  # fmt: skip
        self.under = rng.uniform(-12, 12, (scenes, HOUSES))
        self.end = rng.uniform(-90, 90, (scenes, STREETS, 2, 2))
        self.slope = rng.uniform(-15, 15, (scenes, STREETS, 2)) + 40
        self.slope[rng.random((scenes, STREETS)) < 0.2] = 40.0  # level with the head
        self.deck = rng.integers(0, 2, scenes)
        mount = rng.uniform(2.5, 9, scenes)
        reach = np.sort(rng.uniform(20, 90, (scenes, 4)), axis=1)[:, ::-1]
        near = np.where(rng.random(scenes) < 0.5, 0.0, rng.uniform(1, 12, scenes))
        fov = rng.choice([40.0, 100.0, 250.0, 360.0], scenes)
        self.head = [
            Head(APART_M * k, 0.0, float(rng.uniform(0, 360)), fov[k], tuple(reach[k]), near[k],
                 mount[k], int(self.deck[k]))
            for k in range(scenes)
        ]  # fmt: skip

    def seen(self, relief=None, threads=1):
        """What the engine sees."""
        shift = np.array([APART_M, 0.0])
        edges = [[tuple(p + k * shift) for p in self.end[k, s]]
                 for k in range(self.count) for s in range(STREETS)]  # fmt: skip
        walls = [side for k in range(self.count) for h in range(HOUSES) for side in
                 box(*(self.house[k, h] + k * shift).ravel(), self.top[k, h])]  # fmt: skip
        under = np.repeat(self.under.ravel() + 40, 4)
        given = Relief(self.slope.reshape(-1, 2).copy(), under, np.full(self.count, 40.0))
        return see_arrays(
            street_arrays(edges, np.repeat(self.deck, STREETS).tolist()), wall_arrays(walls),
            head_arrays(self.head), threads=threads, relief=given if relief is None else relief,
        )  # fmt: skip

    def truth(self, share):
        """Whether points at shares of each street are seen, by task, and whether in a house."""
        a, b = self.end[:, :, None, 0], self.end[:, :, None, 1]
        point = a + share[..., None] * (b - a)  # scene, street, sample, axis
        z = (
            self.slope[:, :, None, 0]
            + share * (self.slope[:, :, 1] - self.slope[:, :, 0])[..., None]
        )

        def each(name):
            return np.array([getattr(h, name) for h in self.head])[:, None, None]

        lift = np.where(self.deck == 1, FOOTBRIDGE_M, 0.0)[:, None, None]
        eye, face = 40 + each("mount") + lift, z + FACE_M + lift
        fall, across = eye - face, np.hypot(point[..., 0], point[..., 1])
        above = each("mount") - FACE_M
        good = across >= each("near") / above * fall
        bearing = np.degrees(np.arctan2(point[..., 0], point[..., 1])) - each("heading")
        turn = np.abs((bearing + 180) % 360 - 180)
        good &= (turn <= each("field_of_view") / 2) | (each("field_of_view") >= 360)
        inside = np.zeros(good.shape, bool)
        for h in range(HOUSES):
            low, high = np.zeros(good.shape), np.ones(good.shape)
            within = np.ones(good.shape, bool)
            for axis in (0, 1):
                near, far = (self.house[:, h, k, axis][:, None, None] for k in (0, 1))
                along = point[..., axis]
                first, second = near / along, far / along
                low = np.maximum(low, np.minimum(first, second))
                high = np.minimum(high, np.maximum(first, second))
                within &= (along > near) & (along < far)
            roof = (self.top[:, h] + self.under[:, h] + 40)[:, None, None]
            lowest = np.minimum(eye + low * (face - eye), eye + high * (face - eye))
            good &= ~((low < high) & (lowest < roof))
            inside |= within
        reach = np.array([h.reach for h in self.head])[:, :, None, None]
        slant = np.hypot(across, fall)[:, None]
        far = slant <= np.hypot(reach, above[:, None])
        return good[:, None] & far, inside


def test_no_point_of_a_thousand_scenes_is_told_otherwise_by_dense_sampling():
    scenes = Scenes(5)
    seen = scenes.seen()
    share = scenes.rng.random((SCENES, STREETS, SAMPLES))
    good, inside = scenes.truth(share)
    long = np.hypot(*(scenes.end[:, :, 1] - scenes.end[:, :, 0]).transpose(2, 0, 1))
    t = share * long[..., None]
    said, near_end = np.zeros(good.shape, bool), np.zeros(good.shape, bool)
    for task in range(len(TASKS)):
        for edge in range(SCENES * STREETS):
            a, b = seen.edge_ptr[task, edge : edge + 2]
            k, s = divmod(edge, STREETS)
            for i in range(a, b):
                if seen.head[i] != k:
                    continue
                said[k, task, s] |= (t[k, s] > seen.start[i]) & (t[k, s] < seen.end[i])
                for end in (seen.start[i], seen.end[i]):
                    near_end[k, task, s] |= np.abs(t[k, s] - end) <= BOUND_M
    differs = (said != good) & ~inside[:, None] & ~near_end
    assert good[~np.broadcast_to(inside[:, None], good.shape)].mean() > 0.05
    assert int(differs.sum()) == 0


def test_a_level_ground_gives_the_old_bits_wherever_it_lies():
    scenes = Scenes(6, 60)
    flat = scenes.seen(LEVEL)
    high = Relief(np.full((60 * STREETS, 2), 71.3), np.full(60 * HOUSES * 4, 71.3),
                  np.full(60, 71.3))  # fmt: skip
    for one, other in zip(flat, scenes.seen(high), strict=True):
        assert np.array_equal(one, other)
    for one, other in zip(scenes.seen(), scenes.seen(threads=2), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize(("street", "sees"), [(0.0, 70.0), (6.0, 70.0), (-6.0, 50.0)])
def test_a_low_house_hides_a_street_below_it_and_none_above(street, sees):
    """Eye 4 m, roof 3 m at 10 to 20 m: the line over its far edge falls 1 m in 20 m."""
    scene = Scene([[(0.0, 0.5), (0.0, 70.5)]], box(-5, 10, 5, 20, 3.0), [Head(0.0, 0.0)])
    slope = np.array([[street, street]])
    seen = look(scene, relief=Relief(slope, np.zeros(4), np.zeros(1)))
    total = float((seen.end - seen.start)[: seen.edge_ptr[0, 1]].sum())
    line = 1.0 / 20.0  # fall a metre of the sight line over the far edge of the roof
    fall = 4.0 - 1.6 - street
    begins = 20.0 if fall <= 0 else max(20.0, fall / line)
    if fall <= 0:  # looks up: over the near edge at 10 m
        assert total == pytest.approx(70.0, abs=1e-9)
    else:
        hidden = min(begins, 70.5) - 10.0
        near = (0.0 if fall / line > 70.5 else 70.5 - begins) + 9.5
        assert hidden >= 10.0
        assert total == pytest.approx(near, abs=1e-6)


def hill(x, y):
    return 3 * np.sin(x / 40) + y * y / 2000


def test_streets_are_cut_until_the_ground_is_linear_between():
    cell = 5.0
    axis = np.arange(-100, 301, cell)
    ground = Ground(-100.0, -100.0, cell, hill(*np.meshgrid(axis, axis)).astype(np.float32))
    streets = street_arrays([[(0, 0), (200, 10)], [(0, 0), (0, 90), (60, 90)], [(10, 0), (11, 0)]])
    cut, slope = graded(ground, streets, streets)
    assert len(cut.segment_x0) > len(streets.segment_x0)
    assert np.array_equal(cut.edge_length, streets.edge_length)
    for share in np.linspace(0, 1, 41):
        x = cut.segment_x0 + share * (cut.segment_x1 - cut.segment_x0)
        y = cut.segment_y0 + share * (cut.segment_y1 - cut.segment_y0)
        linear = slope[:, 0] + share * (slope[:, 1] - slope[:, 0])
        assert np.abs(ground.at(x, y) - linear).max() < 1.2 * TOLERANCE_M
    again, same = graded(ground, streets, cut)
    assert len(again.segment_x0) == len(cut.segment_x0)
    assert np.allclose(same, slope)
    level = replace(ground, height=np.full_like(ground.height, 12.34))
    assert np.array_equal(graded(level, streets, streets)[0].segment_x0, streets.segment_x0)
    assert len(np.unique(graded(level, streets, streets)[1])) == 1


def test_cutting_a_slope_changes_nothing_that_is_seen():
    edge = [(-40.0, 20.0), (60.0, 25.0)]
    scene = Scene([edge], box(-10, 5, 10, 12, 6.0), [Head(0.0, 0.0)])
    whole = look(scene, relief=Relief(np.array([[-5.0, 9.0]]), np.zeros(4), np.zeros(1)))
    middle = (-10.0, 21.5)
    halves = np.array([[-5.0, -0.8], [-0.8, 9.0]])
    parts = look(scene.with_(edges=[[edge[0], middle, edge[1]]]),
                 relief=Relief(halves, np.zeros(4), np.zeros(1)))  # fmt: skip
    assert np.allclose(whole.start, parts.start, atol=1e-9)
    assert np.allclose(whole.end, parts.end, atol=1e-9)


@pytest.mark.parametrize("height", [np.zeros((0, 3)), np.array([[np.nan]]), np.zeros(4)])
def test_a_ground_that_is_none_is_refused(height):
    with pytest.raises(InputError, match="ground: "):
        Ground(0.0, 0.0, 5.0, height)
