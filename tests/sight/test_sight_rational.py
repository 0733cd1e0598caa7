"""Against rational arithmetic: adversarial lattice scenes, the same intervals, ends within 4 ulp.

Heads, walls and streets lie on a small integer lattice, so that touches, shared corners, walls in
line with sight lines, streets along walls and heads on walls are the rule and not the exception.
`SIM_LATTICE_CASES` sets the number of cases (20,000 for the full proof).
"""

import os
import random
from fractions import Fraction
from math import gcd, hypot, ulp

import pytest
from oracles.rational import View, at, changes, root, seen_intervals, sees
from oracles.scenes import (
    INF,
    Head,
    box,
    head_arrays,
    ring,
    street_arrays,
    wall_arrays,
)

from sim.sight import sightings as engine

CASES = int(os.environ.get("SIM_LATTICE_CASES", "1200"))
APART = 1024
"""Cases stand this far apart, beyond any range, so that one call sees a whole batch."""
BATCH = 400
FACE_M = 1.6
MOUNT = FACE_M + 2.0
"""Heights whose differences are exact in float64, so that low walls have exact ends too."""
DIRECTIONS = [(1, 0), (3, 1), (2, 1), (1, 1), (1, 2), (0, 1), (-1, 3), (-1, 1), (-2, 1), (-1, 0),
              (-3, -1), (-1, -1), (-1, -2), (0, -1), (1, -2), (1, -1), (2, -1)]  # fmt: skip
"""Edges of fields of view, counter-clockwise."""


def turn(a, b):
    return a[0] * b[1] - a[1] * b[0]


def lattice_case(draw: random.Random):
    """One head at the origin, one straight edge, some walls: all on the lattice."""
    size = draw.choice([3, 5, 8])
    scale = draw.choice([1, 1, 3, 8])

    def point():
        return draw.randint(-size, size) * scale, draw.randint(-size, size) * scale

    a, b = point(), point()
    while a == b:
        b = point()
    walls = []
    for _ in range(draw.randint(1, 4)):
        kind = draw.random()
        if kind < 0.4:
            p, q = point(), point()
            if p != q:
                walls.append((*p, *q, INF))
        elif kind < 0.7:
            p, q = point(), point()
            if p[0] != q[0] and p[1] != q[1]:
                walls += box(min(p[0], q[0]), min(p[1], q[1]), max(p[0], q[0]), max(p[1], q[1]))
        else:
            corners = [point(), point(), point()]
            area = turn(
                (corners[1][0] - corners[0][0], corners[1][1] - corners[0][1]),
                (corners[2][0] - corners[0][0], corners[2][1] - corners[0][1]),
            )
            if area:
                walls += ring(corners if area > 0 else corners[::-1])
    reach = draw.choice([5 * scale, 13 * scale, 2 * scale, 100])
    near = draw.choice([0, 0, 0, scale, 5 * scale])
    left = right = None
    reflex = False
    if draw.random() < 0.5:
        i, j = draw.sample(range(len(DIRECTIONS)), 2)
        right, left = DIRECTIONS[i], DIRECTIONS[j]
        # as many degrees as the counter-clockwise turn from the right edge to the left one
        reflex = turn(right, left) < 0
    return a, b, walls, reach, near, left, right, reflex


def low_walls(draw: random.Random, walls):
    """Give walls a height: below a face, just that, two below the mount, the mount, unknown."""
    tops = [1.5, FACE_M, FACE_M + 1.0, FACE_M + 1.5, MOUNT, INF]
    return [(*w[:4], draw.choice(tops)) for w in walls]


def run_batch(cases):
    """See all cases at once, each at its own place; the fields are set from integer vectors."""
    edges, walls, heads = [], [], []
    for k, (a, b, w, reach, near, *_) in enumerate(cases):
        x, y = 834_000 + APART * (k % 20), 819_000 + APART * (k // 20)
        edges.append([(a[0] + x, a[1] + y), (b[0] + x, b[1] + y)])
        walls += [(p + x, q + y, r + x, s + y, top) for p, q, r, s, top in w]
        heads.append(Head(x, y, reach=(reach,), near=near, mount=MOUNT))
    streets, wall, head = street_arrays(edges), wall_arrays(walls), head_arrays(heads)
    fields = engine.fields_of(head)
    kind, lx, ly = fields.kind.copy(), fields.lx.copy(), fields.ly.copy()
    rx, ry = fields.rx.copy(), fields.ry.copy()
    for k, (*_, left, right, reflex) in enumerate(cases):
        if left is not None:
            kind[k] = 2 if reflex else 1
            (lx[k], ly[k]), (rx[k], ry[k]) = left, right
    exact_fields = fields._replace(kind=kind, lx=lx, ly=ly, rx=rx, ry=ry)
    with pytest.MonkeyPatch.context() as patch:
        # headings in degrees have irrational edges; integer vectors are exact
        patch.setattr(engine, "fields_of", lambda _: exact_fields)
        seen = engine.see_arrays(streets, wall, head, threads=1)
    found = []
    for k in range(len(cases)):
        i, j = seen.edge_ptr[0, k : k + 2]
        assert (seen.head[i:j] == k).all()
        found.append(list(zip(seen.start[i:j].tolist(), seen.end[i:j].tolist(), strict=True)))
    return found


def exact(case):
    a, b, walls, reach, near, left, right, reflex = case

    def vector(v):
        return None if v is None else (Fraction(v[0]), Fraction(v[1]))

    view = View(
        Fraction(MOUNT), Fraction(reach), Fraction(near), vector(left), vector(right), reflex
    )
    wall = [(*(Fraction(v) for v in w[:4]), None if w[4] == INF else Fraction(w[4])) for w in walls]
    return view, wall, vector(a), vector(b)


def compare(case, found, tolerance_ulp):
    """Same sequence; ends within so many ulp of the larger of edge length and range.

    Returns the worst end in those ulp, and how many lattice points were decided.
    """
    view, walls, a, b = exact(case)
    truth = seen_intervals(view, walls, a, b)
    assert len(found) == len(truth), (case, found, [(float(p), float(q)) for p, q in truth])
    length = root((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2)
    unit = Fraction(ulp(max(float(length), min(case[3], 2 * hypot(*case[0]) + float(length)))))
    worst = 0.0
    for got, want in zip(found, truth, strict=True):
        for g, w in zip(got, want, strict=True):
            worst = max(worst, float(abs(Fraction(g) - w * length) / unit))
    assert worst <= tolerance_ulp, (
        repr(case),
        found,
        [(float(p), float(q)) for p, q in truth],
        worst,
    )
    return worst, decide_points(case, found, truth, view, walls, a, b, length)


def decide_points(case, found, truth, view, walls, a, b, length):
    """Every lattice point inside an interval or a gap is decided alike.

    Ends of intervals carry no touch meaning; nor do lone points, seen or hidden by touch only,
    whose two neighbourhoods are both decided the other way.
    """
    steps = gcd(case[1][0] - case[0][0], case[1][1] - case[0][1])
    ends = {s for pair in truth for s in pair} | {Fraction(0), Fraction(1)}
    stops = changes(view, walls, a, b)
    decided = 0
    for i in range(1, steps):
        s = Fraction(i, steps)
        if s in ends:
            continue
        rule = sees(view, walls, at(a, b, s))
        if s in stops:
            k = stops.index(s)
            beside = {sees(view, walls, at(a, b, (s + stops[j]) / 2)) for j in (k - 1, k + 1)}
            if beside == {not rule}:
                continue
        t = float(s * length)
        assert any(low < t < high for low, high in found) == rule, (case, s)
        decided += 1
    return decided


@pytest.mark.parametrize("part", range(4))
def test_lattice_scenes_as_in_rational_arithmetic(part):
    draw = random.Random(f"lattice {part}")
    left, decided, hidden = CASES // 4, 0, 0
    while left > 0:
        cases = [lattice_case(draw) for _ in range(min(BATCH, left))]
        left -= len(cases)
        for case, found in zip(cases, run_batch(cases), strict=True):
            decided += compare(case, found, 4.0)[1]
            hidden += not found
    assert decided > CASES / 8
    assert hidden < CASES / 8


def test_low_walls_as_in_rational_arithmetic():
    """Walls below the head: the height of the sight line where it crosses decides."""
    draw = random.Random("low walls")
    left = CASES // 2
    while left > 0:
        cases = [lattice_case(draw) for _ in range(min(BATCH, left))]
        cases = [(a, b, low_walls(draw, w), *rest) for a, b, w, *rest in cases]
        left -= len(cases)
        for case, found in zip(cases, run_batch(cases), strict=True):
            compare(case, found, 4.0)
