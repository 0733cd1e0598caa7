"""What a crown hides of a street segment: one interval, exactly, because a crown is convex.

A crown is an upright octagonal prism (`sim.city.trees`). The sight line from the head to a point d
of the segment, h above the head, meets it where all of its planes let some u ≥ 1 be: at d / u and
h / u the point lies within each side, α ≤ c u, above the lower and below the upper edge. α is
linear along the segment, so leaving u out of two such bounds is one linear condition, and all pairs
of an upper and a lower bound of u together are the interval (Fourier and Motzkin).
"""

import numpy as np
from numpy.typing import NDArray

from sim.city.decks import FACE_M, FOOTBRIDGE_M
from sim.city.trees import SIDES
from sim.jit import ZERO, lean_inner
from sim.sight.arrays import CONVEX, FOOTBRIDGE, FULL, CrownScene
from sim.sight.fields import Box, Floats, Interval, Line, View, cell_window, clip_above

BASE, TOP, BEYOND = SIDES, SIDES + 1, SIDES + 2
"""Bounds after those of the sides: the lower edge, the upper edge, and u ≥ 1."""
CORNER = float(1.0 / np.cos(np.pi / SIDES))
"""From the middle to a corner, in apothems."""
NORMAL: NDArray[np.float64] = np.array(
    [(np.cos(2 * np.pi * i / SIDES), np.sin(2 * np.pi * i / SIDES)) for i in range(SIDES)]
)


@lean_inner
def holds_head(cx: float, cy: float, apothem: float) -> bool:
    """Return whether the head stands within the octagon, or on its edge."""
    within = True
    for i in range(SIDES):
        within &= NORMAL[i, 0] * cx + NORMAL[i, 1] * cy + apothem >= 0.0
    return within


@lean_inner
def gather_crowns(
    crowns: CrownScene, under: Floats, view: View, box: Box, rises: Interval, crown: Floats
) -> int:
    """Collect the crowns that may hide something within a window relative to a head.

    Writes the middle, the apothem, and both edges above the head, and returns their number (`FULL`
    when the scratch is too small). A crown in which the head itself hangs is left out: nobody hangs
    a camera in leaves.
    """
    count: int = ZERO
    grid, x, y = crowns.grid, view.x, view.y
    if len(crowns.top) == 0:
        return count
    lens = view.mount + (FOOTBRIDGE_M if view.deck == FOOTBRIDGE else 0.0)
    above = view.mount - FACE_M
    lowest, highest = min(rises[0] - above, 0.0), max(rises[1] - above, 0.0)
    c0, r0, c1, r1 = cell_window(grid, x + box.west, y + box.south, x + box.east, y + box.north)
    for row in range(r0, r1 + 1):
        if c0 > c1:
            break
        start, stop = row * grid.columns + c0, row * grid.columns + c1 + 1
        after_first_column = grid.cell_ptr[start + 1]
        for k in range(grid.cell_ptr[start], grid.cell_ptr[stop]):
            at = grid.first[k]
            if not ((at & 1 or k < after_first_column) and (at & 2 or row == r0)):
                continue
            i = grid.item[k]
            cx, cy, apothem = crowns.x[i] - x, crowns.y[i] - y, crowns.apothem[i]
            base, top = crowns.base[i] - lens, crowns.top[i] - lens
            if len(under) > 0:
                base, top = base + (under[i] - view.ground), top + (under[i] - view.ground)
            if top <= lowest or base >= highest:
                continue
            if cx - apothem > box.east or cx + apothem < box.west:
                continue
            if cy - apothem > box.north or cy + apothem < box.south:
                continue
            reach = apothem * CORNER
            if view.kind == CONVEX and (
                view.lx * cy - view.ly * cx > reach or view.rx * cy - view.ry * cx < -reach
            ):
                continue
            if base <= 0.0 <= top and holds_head(cx, cy, apothem):
                continue
            if count == crown.shape[1]:
                return FULL
            crown[0, count], crown[1, count], crown[2, count] = cx, cy, apothem
            crown[3, count], crown[4, count] = base, top
            count += 1
    return count


@lean_inner
def passes_by(line: Line, cx: float, cy: float, reach: float) -> bool:
    """Return whether a circle lies beside all lines from the head to a segment."""
    ax, ay, bx, by = line
    dx, dy = bx - ax, by - ay
    turn = 1.0 if ax * by - ay * bx >= 0.0 else -1.0
    squared = reach * reach
    first, last = turn * (ax * cy - ay * cx), turn * (cx * by - cy * bx)
    before = turn * (dx * (cy - ay) - dy * (cx - ax))
    return (
        (first < 0.0 and first * first > squared * (ax * ax + ay * ay))
        or (last < 0.0 and last * last > squared * (bx * bx + by * by))
        or (before < 0.0 and before * before > squared * (dx * dx + dy * dy))
    )


@lean_inner
def bound_of(
    i: int, line: Line, fall_a: float, fall_b: float, crown: Floats, k: int
) -> tuple[float, float, float]:
    """Return α at both ends of the segment, and c, of one bound α ≤ c u of crown `k`."""
    if i == BASE:
        return fall_a, fall_b, -crown[3, k]
    if i == TOP:
        return -fall_a, -fall_b, crown[4, k]
    if i == BEYOND:
        return 1.0, 1.0, 1.0
    nx, ny = NORMAL[i, 0], NORMAL[i, 1]
    ax, ay, bx, by = line
    c = nx * crown[0, k] + ny * crown[1, k] + crown[2, k]
    return nx * ax + ny * ay, nx * bx + ny * by, c


@lean_inner
def crown_shadow(
    line: Line, low: float, high: float, fall_a: float, fall_b: float, crown: Floats, k: int
) -> Interval:
    """Return the part of [low, high] that crown `k` hides, empty as low ≥ high.

    Faces at the ends of the segment lie `fall_a` and `fall_b` below the head.
    """
    if passes_by(line, crown[0, k], crown[1, k], crown[2, k] * CORNER):
        return 1.0, 0.0
    for upper in range(BEYOND):
        most_a, most_b, most = bound_of(upper, line, fall_a, fall_b, crown, k)
        if most > 0.0:
            continue
        if most == 0.0:
            low, high = clip_above(low, high, -most_a, -most_b)
            continue
        for lower in range(BEYOND + 1):
            least_a, least_b, least = bound_of(lower, line, fall_a, fall_b, crown, k)
            if least > 0.0:
                low, high = clip_above(
                    low, high, most * least_a - least * most_a, most * least_b - least * most_b
                )
        if low >= high:
            return 1.0, 0.0
    return low, high
