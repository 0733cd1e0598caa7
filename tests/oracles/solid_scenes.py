"""Random scenes of houses, crowns and sloping streets, asked by sampling in space.

It borrows no rule of the engine: a point is seen where the straight line from the lens to a face
there has no part inside a house or a crown. Octagons are drawn by their corners.
"""

from typing import NamedTuple

import numpy as np
from oracles.scenes import Head, box, head_arrays, street_arrays, wall_arrays

from sim.cameras.optics import TASKS
from sim.city.decks import FACE_M, FOOTBRIDGE_M
from sim.city.ground import Relief
from sim.city.trees import APOTHEM, SIDES, CrownArrays
from sim.sight.sightings import see_arrays

STREETS, HOUSES = 4, 6
APART_M = 1000.0
BOUND_M = 1e-6
"""Stated bound: interval ends are right to a micrometre."""


class Scenes:
    """Random scenes far apart, each with one head, houses and sloping streets, as arrays."""

    def __init__(self, seed, scenes, *, crowns=0, level=False):
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
        self._plant(crowns)
        if level:
            self.slope[:], self.under[:], self.below[:] = 40.0, 0.0, 0.0

    def _plant(self, crowns):
        """Plant trees: middle, radius, both edges above their own ground, and that ground."""
        rng, shape = self.rng, (self.count, crowns)
        self.tree = rng.uniform(-40, 40, (*shape, 2))
        self.radius = rng.uniform(0.5, 7, shape)
        self.base = rng.uniform(1, 9, shape)
        self.crown_top = self.base + rng.uniform(0.3, 8, shape)
        self.below = rng.uniform(-6, 6, shape)

    def seen(self, relief=None, threads=1):
        """What the engine sees."""
        shift = np.array([APART_M, 0.0])
        edges = [[tuple(p + k * shift) for p in self.end[k, s]]
                 for k in range(self.count) for s in range(STREETS)]  # fmt: skip
        walls = [side for k in range(self.count) for h in range(HOUSES) for side in
                 box(*(self.house[k, h] + k * shift).ravel(), self.top[k, h])]  # fmt: skip
        under = np.repeat(self.under.ravel() + 40, 4)
        x = (self.tree[..., 0] + APART_M * np.arange(self.count)[:, None]).ravel()
        planted = CrownArrays(x, self.tree[..., 1].ravel().copy(), APOTHEM * self.radius.ravel(),
                              self.base.ravel(), self.crown_top.ravel())  # fmt: skip
        given = Relief(self.slope.reshape(-1, 2).copy(), under, np.full(self.count, 40.0),
                       self.below.ravel() + 40)  # fmt: skip
        return see_arrays(
            street_arrays(edges, np.repeat(self.deck, STREETS).tolist()), wall_arrays(walls),
            head_arrays(self.head), threads=threads, relief=given if relief is None else relief,
            crowns=planted,
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
        for k in range(self.tree.shape[1]):
            good &= ~self._behind_crown(k, point, eye, face)
        reach = np.array([h.reach for h in self.head])[:, :, None, None]
        slant = np.hypot(across, fall)[:, None]
        far = slant <= np.hypot(reach, above[:, None])
        return good[:, None] & far, inside

    def _behind_crown(self, k, point, eye, face):
        """Whether lines from the head to points have a part inside crown k, none where it is in."""
        turn = 2 * np.pi * (np.arange(SIDES) + 0.5) / SIDES
        corner = np.sqrt(2 * np.pi / (SIDES * np.sin(2 * np.pi / SIDES)))  # as large as the circle
        ring = corner * np.column_stack([np.cos(turn), np.sin(turn)])
        middle, radius = self.tree[:, k, None, None], self.radius[:, k, None, None]
        low, high = np.zeros(point.shape[:-1]), np.ones(point.shape[:-1])
        within = np.ones((self.count, 1, 1), bool)
        edges = [(self.base, 1.0), (self.crown_top, -1.0)]
        for i in range(SIDES):
            a, b = ring[i - 1], ring[i]
            inward = np.array([a[1] - b[1], b[0] - a[0]])
            start = -((middle + radius[..., None] * a) @ inward)
            within &= start > 0
            low, high = _clipped(low, high, start, point @ inward)
        for height, sign in edges:
            edge = (height + self.below)[:, k, None, None] + 40
            within &= sign * (eye - edge) > 0
            low, high = _clipped(low, high, sign * (eye - edge), sign * (face - eye))
        return (low < high) & ~within


def _clipped(low, high, start, slope):
    """The part of low to high where start + t slope is positive."""
    with np.errstate(divide="ignore", invalid="ignore"):
        at = -start / slope
    low = np.where(slope > 0, np.maximum(low, at), low)
    high = np.where(slope < 0, np.minimum(high, at), high)
    return low, np.where((slope == 0) & (start <= 0), -np.inf, high)


class Told(NamedTuple):
    """How engine and sampling compare."""

    points: int
    """Of streets, for each task, outside houses."""
    seen: float
    """Share of them that sampling says are seen."""
    near_ends: int
    """Within the stated bound of an end of an interval, where neither is asked."""
    differ: int


def compared(scenes, samples):
    """Ask points at random along every street of both."""
    found = scenes.seen()
    share = scenes.rng.random((scenes.count, STREETS, samples))
    good, inside = scenes.truth(share)
    long = np.hypot(*(scenes.end[:, :, 1] - scenes.end[:, :, 0]).transpose(2, 0, 1))
    t = share * long[..., None]
    said, near_end = np.zeros(good.shape, bool), np.zeros(good.shape, bool)
    for task in range(len(TASKS)):
        for edge in range(scenes.count * STREETS):
            a, b = found.edge_ptr[task, edge : edge + 2]
            k, s = divmod(edge, STREETS)
            for i in range(a, b):
                if found.head[i] != k:
                    continue
                said[k, task, s] |= (t[k, s] > found.start[i]) & (t[k, s] < found.end[i])
                for end in (found.start[i], found.end[i]):
                    near_end[k, task, s] |= np.abs(t[k, s] - end) <= BOUND_M
    asked = np.broadcast_to(~inside[:, None], good.shape)
    differs = (said != good) & asked & ~near_end
    return Told(int(asked.sum()), float(good[asked].mean()), int((near_end & asked).sum()),
                int(differs.sum()))  # fmt: skip
