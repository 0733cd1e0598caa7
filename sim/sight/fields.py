"""The field of one head as intervals on a line: ring, cone and sector, and windows round them.

Everything is relative to the head. On a segment A→B a point is d = A + s (B − A), 0 ≤ s ≤ 1; what
lies within a ring, or within a ball where the ground is not level, is one interval of s.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.city.decks import FACE_M
from sim.jit import lean_inner
from sim.sight.arrays import CONVEX, GridArrays

Floats = NDArray[np.float64]
Interval = tuple[float, float]


class View(NamedTuple):
    """One head: where it stands, and unit vectors along the left and right edge of its view."""

    x: float
    y: float
    mount: float
    deck: int
    kind: int
    lx: float
    ly: float
    rx: float
    ry: float
    near: float
    reach: float
    """Of the first task, the longest."""
    radius: float
    """How far it may see at all: of level ground `reach`, else the slant range."""
    ground: float


class Line(NamedTuple):
    """A street segment A→B relative to the head."""

    ax: float
    ay: float
    bx: float
    by: float


class Box(NamedTuple):
    """A window relative to the head."""

    west: float
    south: float
    east: float
    north: float


@lean_inner
def clip_above(low: float, high: float, at_a: float, at_b: float) -> Interval:
    """Clip [low, high] to where the linear function from at_a (s=0) to at_b (s=1) is ≥ 0."""
    if at_a < 0.0 and at_b < 0.0:
        return 1.0, 0.0
    if at_a < 0.0:
        low = max(low, at_a / (at_a - at_b))
    elif at_b < 0.0:
        high = min(high, at_a / (at_a - at_b))
    return low, high


@lean_inner
def within_ring(line: Line, radius: float) -> Interval:
    """Return the s interval of the line A→B within the radius, empty as (1, 0)."""
    ax, ay, bx, by = line
    dx, dy = bx - ax, by - ay
    squared = dx * dx + dy * dy
    across = ax * dy - ay * dx
    room = radius * radius * squared - across * across
    if room <= 0.0 or squared == 0.0:
        return 1.0, 0.0
    middle = -(ax * dx + ay * dy) / squared
    half = np.sqrt(room) / squared
    return middle - half, middle + half


@lean_inner
def within_ball(line: Line, fall_a: float, fall_b: float, radius: float) -> Interval:
    """Return the s interval within a radius in space; faces lie that far below the head."""
    ax, ay, bx, by = line
    dx, dy, dz = bx - ax, by - ay, fall_b - fall_a
    squared = dx * dx + dy * dy + dz * dz
    half_b = ax * dx + ay * dy + fall_a * dz
    room = half_b * half_b - squared * (ax * ax + ay * ay + fall_a * fall_a - radius * radius)
    if room <= 0.0 or squared == 0.0:
        return 1.0, 0.0
    return (-half_b - np.sqrt(room)) / squared, (-half_b + np.sqrt(room)) / squared


@lean_inner
def within_cone(line: Line, fall_a: float, fall_b: float, wide: float) -> Interval:
    """Return the s interval below the edge of the view: nearer than `wide` a metre of fall."""
    ax, ay, bx, by = line
    dx, dy, dz = bx - ax, by - ay, wide * (fall_b - fall_a)
    az = wide * fall_a
    squared = dx * dx + dy * dy - dz * dz
    half_b = ax * dx + ay * dy - az * dz
    rest = ax * ax + ay * ay - az * az
    if dz == 0.0:
        low, high = (-np.inf, np.inf) if fall_a > 0.0 else (1.0, 0.0)
    else:
        level = -az / dz
        low, high = (level, np.inf) if dz > 0.0 else (-np.inf, level)
    room = half_b * half_b - squared * rest
    if squared > 0.0:
        if room <= 0.0:
            return 1.0, 0.0
        root = np.sqrt(room)
        return max(low, (-half_b - root) / squared), min(high, (-half_b + root) / squared)
    if room <= 0.0 or squared == 0.0:
        return low, high  # steeper than the edge of the view all along
    root = np.sqrt(room)
    if dz > 0.0:
        return max(low, (-half_b - root) / squared), high
    return low, min(high, (-half_b + root) / squared)


@lean_inner
def sector_window(view: View) -> Box:
    """Return a window round all that a head may see, relative to it."""
    radius, lx, ly, rx, ry = view.radius, view.lx, view.ly, view.rx, view.ry
    if view.kind != CONVEX:
        return Box(-radius, -radius, radius, radius)
    west, east = radius * min(0.0, lx, rx), radius * max(0.0, lx, rx)
    south, north = radius * min(0.0, ly, ry), radius * max(0.0, ly, ry)
    if lx <= 0.0 <= rx:
        north = radius
    if ry <= 0.0 <= ly:
        east = radius
    if rx <= 0.0 <= lx:
        south = -radius
    if ly <= 0.0 <= ry:
        west = -radius
    return Box(west, south, east, north)


@lean_inner
def cell_window(
    grid: GridArrays, west: float, south: float, east: float, north: float
) -> tuple[int, int, int, int]:
    """Return first column, first row, last column and last row under a window of the map."""
    c0 = int(np.floor((west - grid.west) / grid.cell)) - grid.column
    r0 = int(np.floor((south - grid.south) / grid.cell)) - grid.row
    c1 = int(np.floor((east - grid.west) / grid.cell)) - grid.column
    r1 = int(np.floor((north - grid.south) / grid.cell)) - grid.row
    return (
        min(max(c0, 0), grid.columns), min(max(r0, 0), grid.rows),
        max(min(c1, grid.columns - 1), -1), max(min(r1, grid.rows - 1), -1),
    )  # fmt: skip


@lean_inner
def clip_to_field(line: Line, view: View, rise_a: float, rise_b: float) -> Interval:
    """Return the s interval of a segment within the ring and, if convex, the sector."""
    ax, ay, bx, by = line
    if rise_a == 0.0 and rise_b == 0.0:
        low, high = within_ring(line, view.reach)
    else:
        above = view.mount - FACE_M
        low, high = within_ball(line, above - rise_a, above - rise_b, view.radius)
    low, high = max(low, 0.0), min(high, 1.0)
    if view.kind == CONVEX and low < high:
        low, high = clip_above(low, high, ax * view.ly - ay * view.lx, bx * view.ly - by * view.lx)
        low, high = clip_above(low, high, view.rx * ay - view.ry * ax, view.rx * by - view.ry * bx)
    return low, high
