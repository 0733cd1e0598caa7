"""Streets cut where the slope of the ground changes: kernels on plain arrays.

Segments are halved until the surface of the grid, looked at every half square, leaves none by more
than a tolerance; then what of them is open to sight is cut at the same places.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import ZERO, lean_inner, lean_kernel

Floats = NDArray[np.float64]

TOLERANCE_M = 0.25
"""A piece of street leaves the surface of the grid by no more, where it is sampled."""
HALVINGS = 10
"""So often a segment is halved at most."""
SAME_M = 1e-5
"""Cuts nearer than this to the end of a piece make no other piece."""
FULL = -1
"""Returned in place of a count when there is no room for all."""


class GridOfHeights(NamedTuple):
    """Heights as the kernels read them; see `sim.city.ground.Ground`."""

    west: float
    south: float
    cell: float
    height: NDArray[np.float32]


class Lines(NamedTuple):
    """Segments of streets, those of an edge one after the other."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    edge: NDArray[np.int32]
    start: Floats
    """Metres along the edge at which each begins."""


class Profile(NamedTuple):
    """Points of each edge between which its ground is linear."""

    first: NDArray[np.int64]
    """Points of edge e are first[e] up to first[e + 1]."""
    t: Floats
    """Metres along the edge, ascending."""
    height: Floats


class Cuts(NamedTuple):
    """Pieces of segments."""

    row: NDArray[np.int64]
    """Of which segment each is a piece."""
    begin: Floats
    """Metres from the beginning of the segment."""
    end: Floats
    slope: Floats
    """Shape (pieces, 2): heights under both ends."""


@lean_inner
def height_at(ground: GridOfHeights, x: float, y: float) -> float:
    """Return the height between the middles of four squares; beyond the grid that of its edge."""
    rows, columns = ground.height.shape
    along = min(max((x - ground.west) / ground.cell, 0.0), columns - 1.0)
    up = min(max((y - ground.south) / ground.cell, 0.0), rows - 1.0)
    c, r = int(np.floor(along)), int(np.floor(up))
    c1, r1 = min(c + 1, columns - 1), min(r + 1, rows - 1)
    a, b = np.float64(ground.height[r, c]), np.float64(ground.height[r, c1])
    d, e = np.float64(ground.height[r1, c]), np.float64(ground.height[r1, c1])
    east, north = along - c, up - r
    low = a + east * (b - a)
    return float(low + north * (d + east * (e - d) - low))


@lean_inner
def leaves(ground: GridOfHeights, a: Lines, i: int, low: float, high: float) -> bool:
    """Return whether the surface leaves the straight line between two places of segment `i`."""
    x, y, dx, dy = a.x0[i], a.y0[i], a.x1[i] - a.x0[i], a.y1[i] - a.y0[i]
    at_low = height_at(ground, x + low * dx, y + low * dy)
    at_high = height_at(ground, x + high * dx, y + high * dy)
    count = int(np.ceil((high - low) * np.hypot(dx, dy) / (ground.cell / 2))) + 1
    for step in range(count):
        share = (step + 0.5) / count
        s = low + share * (high - low)
        z = height_at(ground, x + s * dx, y + s * dy)
        if abs(z - (at_low + share * (at_high - at_low))) > TOLERANCE_M:
            return True
    return False


@lean_kernel
def fill_profile(ground: GridOfHeights, a: Lines, out: Profile, waiting: Floats) -> int:
    """Write the profile of all edges; return how many points it has, or `FULL`.

    `waiting`, shape (3, HALVINGS + 2), takes the pieces that are still to be looked at.
    """
    count: int = ZERO
    edge = -1
    for i in range(len(a.edge)):
        while edge < a.edge[i]:
            edge += 1
            out.first[edge] = count
        dx, dy = a.x1[i] - a.x0[i], a.y1[i] - a.y0[i]
        length = np.hypot(dx, dy)
        waiting[0, 0], waiting[1, 0], waiting[2, 0] = 0.0, 1.0, 0.0
        left = 1
        while left > 0:
            left -= 1
            low, high, depth = waiting[0, left], waiting[1, left], waiting[2, left]
            if depth < HALVINGS and leaves(ground, a, i, low, high):
                middle = (low + high) / 2
                for begin, end in ((middle, high), (low, middle)):  # the first part is next
                    waiting[0, left], waiting[1, left], waiting[2, left] = begin, end, depth + 1
                    left += 1
                continue
            if count + 2 > len(out.t):
                return FULL
            out.t[count] = a.start[i] + low * length
            out.height[count] = height_at(ground, a.x0[i] + low * dx, a.y0[i] + low * dy)
            count += 1
        if i + 1 == len(a.edge) or a.edge[i + 1] != a.edge[i]:
            out.t[count] = a.start[i] + length
            out.height[count] = height_at(ground, a.x0[i] + dx, a.y0[i] + dy)
            count += 1
    out.first[edge + 1 :] = count
    return count


@lean_inner
def first_beyond(t: Floats, begin: int, end: int, limit: float) -> int:
    """Return the first of t[begin:end] that is above a limit, `end` if none is."""
    while begin < end:
        middle = (begin + end) // 2
        if t[middle] <= limit:
            begin = middle + 1
        else:
            end = middle
    return begin


@lean_inner
def height_on(profile: Profile, begin: int, end: int, t: float) -> float:
    """Return the height of an edge at t, linear between its points begin … end − 1."""
    k = first_beyond(profile.t, begin, end, t)
    if k in (begin, end):
        return float(profile.height[min(k, end - 1)])
    t0, t1 = profile.t[k - 1], profile.t[k]
    z0, z1 = profile.height[k - 1], profile.height[k]
    return float(z0 + (z1 - z0) / (t1 - t0) * (t - t0))


@lean_kernel
def fill_cuts(profile: Profile, a: Lines, out: Cuts) -> int:
    """Cut segments at the points of their edges' profile; return the number of pieces."""
    count: int = ZERO
    for i in range(len(a.edge)):
        begin, end = profile.first[a.edge[i]], profile.first[a.edge[i] + 1]
        start = a.start[i]
        length = np.hypot(a.x1[i] - a.x0[i], a.y1[i] - a.y0[i])
        k = first_beyond(profile.t, begin, end, start + SAME_M)
        at, z = 0.0, height_on(profile, begin, end, start)
        while k < end and profile.t[k] < start + length - SAME_M:
            out.row[count], out.begin[count], out.slope[count, 0] = i, at, z
            at, z = profile.t[k] - start, profile.height[k]
            out.end[count], out.slope[count, 1] = at, z
            count, k = count + 1, k + 1
        out.row[count], out.begin[count], out.slope[count, 0] = i, at, z
        out.end[count] = length
        out.slope[count, 1] = height_on(profile, begin, end, start + length)
        count += 1
    return count
