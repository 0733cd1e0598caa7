"""Exact sight in rational arithmetic: slow, and right by construction.

It follows the touching rule of the model point by point. Along a straight segment every position
at which a decision can change is found exactly; between two neighbours the decision is the same,
so asking the rule for one point between them gives the exact sequence of seen intervals. Range
ends are square roots: they are taken to 10⁻⁶⁰, exactly where they are rational.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

FACE = Fraction(1.6)
"""The float 1.6, exactly, for that is the number that the engine has."""
FINE = 10**60


@dataclass(frozen=True)
class View:
    """A head at the origin. Edges of the field are vectors of any length, left then right."""

    mount: Fraction
    reach: Fraction
    near: Fraction = Fraction(0)
    left: tuple[Fraction, Fraction] | None = None
    right: tuple[Fraction, Fraction] | None = None
    reflex: bool = False


Point = tuple[Fraction, Fraction]
Wall = tuple[Fraction, Fraction, Fraction, Fraction, Fraction | None]
"""P, Q, and the top; None is higher than any mount."""


def cross(a: Point, b: Point) -> Fraction:
    return a[0] * b[1] - a[1] * b[0]


def hides(wall: Wall, d: Point, mount: Fraction) -> bool:
    """Say whether a wall hides the point d from the origin, by the touching rule."""
    p, q, top = (wall[0], wall[1]), (wall[2], wall[3]), wall[4]
    front = cross(p, q) < 0
    low = top is not None and top < mount
    if cross(p, q) == 0 or not (front or low):
        return False
    if not front:
        p, q = q, p
    if not (cross(d, p) >= 0 and cross(d, q) < 0):
        return False
    along = (q[0] - p[0], q[1] - p[1])
    share = cross(p, along) / cross(d, along)  # of the way from the head to d, at the wall
    if not 0 < share < 1:
        return False
    return not low or mount - share * (mount - FACE) <= top  # a line that grazes the top is cut


def within_field(d: Point, view: View) -> bool:
    """Say whether d is within near limit, range and field of view, whose edges belong to it."""
    squared = d[0] ** 2 + d[1] ** 2
    if not view.near**2 <= squared <= view.reach**2:
        return False
    if view.left is None or view.right is None:
        return True
    right_of_left, left_of_right = cross(d, view.left) >= 0, cross(view.right, d) >= 0
    if view.reflex:
        return right_of_left or left_of_right
    return right_of_left and left_of_right


def sees(view: View, walls: list[Wall], d: Point) -> bool:
    return within_field(d, view) and not any(hides(wall, d, view.mount) for wall in walls)


def at(a: Point, b: Point, s: Fraction) -> Point:
    return a[0] + s * (b[0] - a[0]), a[1] + s * (b[1] - a[1])


def root(value: Fraction) -> Fraction:
    """The square root, exact where it is rational, else rounded down at 10⁻⁶⁰."""
    up, down = isqrt(value.numerator), isqrt(value.denominator)
    if up * up == value.numerator and down * down == value.denominator:
        return Fraction(up, down)
    return Fraction(isqrt(value.numerator * FINE**2 // value.denominator), FINE)


def _zero(at_a: Fraction, at_b: Fraction) -> list[Fraction]:
    """Where a linear function is zero."""
    return [at_a / (at_a - at_b)] if at_a != at_b else []


def _ring(a: Point, b: Point, radius: Fraction) -> list[Fraction]:
    d = (b[0] - a[0], b[1] - a[1])
    squared = d[0] ** 2 + d[1] ** 2
    middle = -(a[0] * d[0] + a[1] * d[1]) / squared
    room = (radius**2 * squared - cross(a, d) ** 2) / squared**2
    return [middle - root(room), middle + root(room)] if room >= 0 else []


def changes(view: View, walls: list[Wall], a: Point, b: Point) -> list[Fraction]:
    """All positions s in [0, 1] at which a decision may change, ascending, with 0 and 1."""
    found = [*_ring(a, b, view.reach), *(_ring(a, b, view.near) if view.near else [])]
    for edge in (view.left, view.right):
        if edge is not None:
            found += _zero(cross(a, edge), cross(b, edge))
    for wall in walls:
        p, q, top = (wall[0], wall[1]), (wall[2], wall[3]), wall[4]
        along = (q[0] - p[0], q[1] - p[1])
        for end in (p, q):
            found += _zero(cross(a, end), cross(b, end))
        beyond = cross(p, along)
        found += _zero(cross(a, along) - beyond, cross(b, along) - beyond)
        if top is not None and top < view.mount:
            beyond *= (view.mount - FACE) / (view.mount - top)
            found += _zero(cross(a, along) - beyond, cross(b, along) - beyond)
    return sorted({Fraction(0), Fraction(1), *(s for s in found if 0 < s < 1)})


def seen_intervals(
    view: View, walls: list[Wall], a: Point, b: Point
) -> list[tuple[Fraction, Fraction]]:
    """The exact sequence of seen intervals [s0, s1] of the segment A→B."""
    seen: list[tuple[Fraction, Fraction]] = []
    for low, high in itertools.pairwise(changes(view, walls, a, b)):
        if sees(view, walls, at(a, b, (low + high) / 2)):
            if seen and seen[-1][1] == low:
                seen[-1] = (seen[-1][0], high)
            else:
                seen.append((low, high))
    return seen
