"""Exact sight on plain arrays: which part of a street segment a head sees.

Everything is relative to the head. On a segment A→B a point is d = A + s (B − A), 0 ≤ s ≤ 1. A
front-facing wall P→Q hides d when cross(d, P) ≥ 0, cross(d, Q) < 0 and the crossing lies strictly
before d; all three are linear in s, so each shadow is one interval, and what is seen is the
segment within sector and ring minus the union of the shadows. There is no sampling step.

Over a ground that rises and falls heights are linear along each segment too: the distance from the
head is that in space, and how far below a wall's top the sight line crosses it is linear in s.
"""

import numpy as np
from numpy.typing import NDArray

from sim.city.decks import FACE_M, FOOTBRIDGE_M
from sim.city.ground import Relief
from sim.jit import ZERO, lean_inline, lean_inner, lean_kernel
from sim.sight.arrays import (
    CONVEX,
    FOOTBRIDGE,
    FULL,
    REFLEX,
    SUBWAY,
    FieldArrays,
    GridArrays,
    Rows,
    Scratch,
    StreetScene,
    WallScene,
)
from sim.sight.crowns import crown_shadow, gather_crowns
from sim.sight.fields import (
    Box,
    Floats,
    Interval,
    Line,
    View,
    cell_window,
    clip_above,
    clip_to_field,
    sector_window,
    within_ball,
    within_cone,
    within_ring,
)
from sim.sight.scene import SECTORS

Ints = NDArray[np.int32]

TOUCH_M = 1e-9
"""Gaps and glimpses shorter than a nanometre are touches, not intervals."""
TASK_COUNT = 4
SLACK = 1e-9
"""Margin, in sectors and relative distance, that keeps rounding from hiding what is seen."""


@lean_inner
def gather_segments(
    grid: GridArrays,
    segment_deck: NDArray[np.int8],
    slope: Floats,
    view: View,
    piece: Floats,
    chosen: Ints,
) -> tuple[int, Box, Interval]:
    """Collect the segments that a head could see if there were no walls.

    Writes ax, ay, bx, by, low, high and the rise of the ground under both ends (relative to the
    head) to the rows of `piece` and the segment to `chosen`. Returns their number (`FULL` when the
    scratch is too small); the window, with the head in it, of all that was kept: no wall outside
    it can hide anything; and the least and largest rise.
    """
    x, y = view.x, view.y
    around = sector_window(view)
    c0, r0, c1, r1 = cell_window(
        grid, x + around.west, y + around.south, x + around.east, y + around.north
    )
    count = 0
    west, south, east, north = 0.0, 0.0, 0.0, 0.0
    rise_a, rise_b, lowest, highest = 0.0, 0.0, 0.0, 0.0
    for row in range(r0, r1 + 1):
        if c0 > c1:
            break
        start, stop = row * grid.columns + c0, row * grid.columns + c1 + 1
        after_first_column = grid.cell_ptr[start + 1]
        for k in range(grid.cell_ptr[start], grid.cell_ptr[stop]):
            at = grid.first[k]
            if not ((at & 1 or k < after_first_column) and (at & 2 or row == r0)):
                continue
            segment = grid.item[k]
            if segment_deck[segment] != view.deck:
                continue
            ax, ay = grid.line[k, 0] - x, grid.line[k, 1] - y
            bx, by = grid.line[k, 2] - x, grid.line[k, 3] - y
            if len(slope) > 0:
                rise_a, rise_b = slope[segment, 0] - view.ground, slope[segment, 1] - view.ground
            low, high = clip_to_field(Line(ax, ay, bx, by), view, rise_a, rise_b)
            if low >= high:
                continue
            if count == len(chosen):
                return FULL, Box(west, south, east, north), (lowest, highest)
            chosen[count] = segment
            piece[0, count], piece[1, count], piece[2, count], piece[3, count] = ax, ay, bx, by
            piece[4, count], piece[5, count] = low, high
            piece[6, count], piece[7, count] = rise_a, rise_b
            lowest, highest = min(lowest, rise_a, rise_b), max(highest, rise_a, rise_b)
            count += 1
            for s in (low, high):
                px, py = ax + s * (bx - ax), ay + s * (by - ay)
                west, east = min(west, px), max(east, px)
                south, north = min(south, py), max(north, py)
    return count, Box(west, south, east, north), (lowest, highest)


@lean_inner
def add_wall(
    wall: Floats, count: int, px: float, py: float, qx: float, qy: float, shade: float, drop: float
) -> int:
    """Write a front-facing wall: P, Q, Q − P, and the largest cross(Q − P, d) it can hide.

    `shade` is the share of the sight line, from the head, beyond which a face at 1.6 m on the
    head's own level is below the line over a low wall's edge: 0 for a wall taller than the head.
    `drop` is how far its top lies below the head, −∞ where it hides all behind it.
    """
    ex, ey = qx - px, qy - py
    wall[0, count], wall[1, count], wall[2, count], wall[3, count] = px, py, qx, qy
    wall[4, count], wall[5, count] = ex, ey
    wall[6, count] = (ex * py - ey * px) / shade if shade > 0.0 else np.inf
    wall[7, count] = drop
    return count + 1


@lean_inner
def gather_walls(
    grid: GridArrays,
    tops: Floats,
    under: Floats,
    view: View,
    box: Box,
    rises: Interval,
    wall: Floats,
) -> int:
    """Collect the walls that may hide something within a window relative to a head.

    Walls higher than the head count by their front face. Lower ones count by both faces and only
    where the line from the head down to a face at 1.6 m passes below their top. Heads and faces
    are measured from their way, walls from the street, a footbridge's height below it; over a
    ground that is not level (`under` each wall) all of them from the ground under the head.
    Returns the number written (`FULL` when the scratch is too small).
    """
    x, y = view.x, view.y
    deck_height = FOOTBRIDGE_M if view.deck == FOOTBRIDGE else 0.0
    lens, face = view.mount + deck_height, FACE_M + deck_height
    least, most = min(face + rises[0], lens), face + rises[1]
    lx, ly, rx, ry = view.lx, view.ly, view.rx, view.ry
    c0, r0, c1, r1 = cell_window(grid, x + box.west, y + box.south, x + box.east, y + box.north)
    count: int = ZERO
    for row in range(r0, r1 + 1):
        if c0 > c1:
            break
        start, stop = row * grid.columns + c0, row * grid.columns + c1 + 1
        after_first_column = grid.cell_ptr[start + 1]
        for k in range(grid.cell_ptr[start], grid.cell_ptr[stop]):
            at = grid.first[k]
            if not ((at & 1 or k < after_first_column) and (at & 2 or row == r0)):
                continue
            px, py = grid.line[k, 0] - x, grid.line[k, 1] - y
            qx, qy = grid.line[k, 2] - x, grid.line[k, 3] - y
            facing = px * qy - py * qx
            top = tops[grid.item[k]]
            if len(under) > 0:
                top += under[grid.item[k]] - view.ground
            low_wall = top < lens
            if facing == 0.0 or (facing > 0.0 and not low_wall) or top <= least:
                continue
            if max(px, qx) < box.west or min(px, qx) > box.east or max(py, qy) < box.south:
                continue
            if min(py, qy) > box.north:
                continue
            if view.kind == CONVEX and (
                (lx * py - ly * px > 0.0 and lx * qy - ly * qx > 0.0)
                or (rx * py - ry * px < 0.0 and rx * qy - ry * qx < 0.0)
            ):
                continue
            if count == wall.shape[1]:
                return FULL
            shade = (lens - top) / (lens - face) if low_wall else 0.0
            drop = lens - top if low_wall or top < most else -np.inf
            if facing < 0.0:
                count = add_wall(wall, count, px, py, qx, qy, shade, drop)
            else:
                count = add_wall(wall, count, qx, qy, px, py, shade, drop)
    return count


@lean_inner
def sector_of(x: float, y: float) -> float:
    """Return the pseudo-angle of a direction in sectors, 0 … SECTORS, counter-clockwise from east.

    It grows with the angle, and costs one division: the direction's place on a diamond.
    """
    along = y / (abs(x) + abs(y))
    turn = along if x >= 0.0 else 2.0 - along
    return (turn if turn >= 0.0 else turn + 4.0) * (SECTORS / 4)


@lean_inner
def nearest_squared(ax: float, ay: float, bx: float, by: float) -> float:
    """Return the squared distance from the head to the segment A→B."""
    dx, dy = bx - ax, by - ay
    squared = dx * dx + dy * dy
    s = 0.0 if squared == 0.0 else min(max(-(ax * dx + ay * dy) / squared, 0.0), 1.0)
    x, y = ax + s * dx, ay + s * dy
    return x * x + y * y


@lean_inner
def measure_depth(wall: Floats, wall_count: int, depth: Floats) -> None:
    """Write, per sector, a squared distance beyond which everything is hidden by one high wall."""
    for b in range(SECTORS):
        depth[b] = np.inf
    for w in range(wall_count):
        if wall[7, w] > -np.inf:
            continue
        px, py, qx, qy = wall[0, w], wall[1, w], wall[2, w], wall[3, w]
        first, last = sector_of(qx, qy), sector_of(px, py)
        if last < first:
            last += SECTORS
        far = max(px * px + py * py, qx * qx + qy * qy)
        # only sectors that lie between its ends by more than rounding are covered whole
        for b in range(int(first + SLACK) + 1, int(last - SLACK)):
            at = b % SECTORS
            depth[at] = min(depth[at], far)


@lean_inner
def is_hidden(ax: float, ay: float, bx: float, by: float, depth: Floats) -> bool:
    """Return whether the segment A→B lies beyond the depth of every sector it touches."""
    turn = ax * by - ay * bx
    if turn == 0.0:
        return False
    first, last = sector_of(ax, ay), sector_of(bx, by)
    if turn < 0.0:
        first, last = last, first
    if last < first:
        last += SECTORS
    near = nearest_squared(ax, ay, bx, by) * (1.0 - SLACK)
    for b in range(int(np.floor(first - SLACK)), int(last + SLACK) + 1):
        if depth[b % SECTORS] >= near:
            return False
    return True


@lean_inner
def drop_hidden_walls(wall: Floats, wall_count: int, depth: Floats) -> int:
    """Keep the walls that are not wholly hidden by others; return their number."""
    count = 0
    for w in range(wall_count):
        if not is_hidden(wall[0, w], wall[1, w], wall[2, w], wall[3, w], depth):
            for row in range(wall.shape[0]):
                wall[row, count] = wall[row, w]
            count += 1
    return count


@lean_inner
def add_shadow(shadow: Floats, count: int, low: float, high: float) -> int:
    """Insert an interval into the shadows, kept in order of their beginnings."""
    if low >= high:
        return count
    k = count
    while k > 0 and shadow[0, k - 1] > low:
        shadow[0, k], shadow[1, k] = shadow[0, k - 1], shadow[1, k - 1]
        k -= 1
    shadow[0, k], shadow[1, k] = low, high
    return count + 1


@lean_inline
def wall_shadow(
    line: Line,
    low: float,
    high: float,
    wall: Floats,
    w: int,
    level: bool,
    fall_a: float,
    fall_b: float,
) -> Interval:
    """Return the part of [low, high] that wall `w` hides, empty as low ≥ high."""
    ax, ay, bx, by = line
    px, py = wall[0, w], wall[1, w]
    after_a, after_b = ax * py - ay * px, bx * py - by * px
    if after_a < 0.0 and after_b < 0.0:
        return 1.0, 0.0
    qx, qy = wall[2, w], wall[3, w]
    before_a, before_b = ay * qx - ax * qy, by * qx - bx * qy
    if before_a <= 0.0 and before_b <= 0.0:
        return 1.0, 0.0
    ex, ey = wall[4, w], wall[5, w]
    beyond_a = ex * (ay - py) - ey * (ax - px)
    beyond_b = ex * (by - py) - ey * (bx - px)
    if beyond_a <= 0.0 and beyond_b <= 0.0:
        return 1.0, 0.0
    low, high = clip_above(low, high, after_a, after_b)
    low, high = clip_above(low, high, before_a, before_b)
    low, high = clip_above(low, high, beyond_a, beyond_b)
    furthest = wall[6, w]
    if not level:
        if wall[7, w] > -np.inf:
            at_wall, drop = ex * py - ey * px, wall[7, w]
            low, high = clip_above(
                low, high, at_wall * fall_a - drop * (ex * ay - ey * ax),
                at_wall * fall_b - drop * (ex * by - ey * bx),
            )  # fmt: skip
    elif furthest < np.inf:
        low, high = clip_above(
            low, high, furthest - (ex * ay - ey * ax), furthest - (ex * by - ey * bx)
        )
    return low, high


@lean_inner
def cast_shadows(
    line: Line,
    low: float,
    high: float,
    view: View,
    rise_a: float,
    rise_b: float,
    wall: Floats,
    wall_count: int,
    crown: Floats,
    crown_count: int,
    shadow: Floats,
) -> int:
    """Collect, in order, all that hides parts of a segment: walls, crowns, near limit, wedge."""
    ax, ay, bx, by = line
    lx, ly, rx, ry = view.lx, view.ly, view.rx, view.ry
    count: int = ZERO
    level = rise_a == 0.0 and rise_b == 0.0
    above = view.mount - FACE_M
    fall_a, fall_b = above - rise_a, above - rise_b
    if view.near > 0.0:
        if level:
            near_low, near_high = within_ring(line, view.near)
        else:
            near_low, near_high = within_cone(line, fall_a, fall_b, view.near / above)
        count = add_shadow(shadow, count, max(low, near_low), min(high, near_high))
    if view.kind == REFLEX:
        right_a, right_b = ry * ax - rx * ay, ry * bx - rx * by
        left_a, left_b = lx * ay - ly * ax, lx * by - ly * bx
        wedge = clip_above(low, high, right_a, right_b)
        wedge = clip_above(wedge[0], wedge[1], left_a, left_b)
        if max(right_a, right_b) <= 0.0 or max(left_a, left_b) <= 0.0:
            wedge = 1.0, 0.0  # along the edge of the field, which belongs to the field
        count = add_shadow(shadow, count, wedge[0], wedge[1])
    for w in range(wall_count):
        hidden_low, hidden_high = wall_shadow(line, low, high, wall, w, level, fall_a, fall_b)
        if hidden_low < hidden_high:
            count = add_shadow(shadow, count, hidden_low, hidden_high)
    for k in range(crown_count):
        hidden_low, hidden_high = crown_shadow(line, low, high, fall_a, fall_b, crown, k)
        if hidden_low < hidden_high:
            count = add_shadow(shadow, count, hidden_low, hidden_high)
    return count


@lean_inner
def open_intervals(
    low: float, high: float, length: float, shadow: Floats, count: int, free: Floats
) -> int:
    """Write [low, high] minus the union of the ordered shadows to `free`; return their number."""
    found = 0
    lit = low
    for k in range(count):
        if (shadow[0, k] - lit) * length > TOUCH_M:
            free[0, found], free[1, found] = lit, shadow[0, k]
            found += 1
        lit = max(lit, shadow[1, k])
    if (high - lit) * length > TOUCH_M:
        free[0, found], free[1, found] = lit, high
        found += 1
    return found


@lean_inner
def write_tasks(
    line: Line, length: float, edge: int, start: float, view: View, rise_a: float, rise_b: float,
    reach: Floats, h: int, free: Floats, found: int, out: Rows, at: int,
) -> int:  # fmt: skip
    """Write what is seen of one segment for every task; return the next free row of `out`."""
    for task in range(TASK_COUNT):
        ring_low, ring_high = 0.0, 1.0
        if task > 0:
            if reach[h, task] <= view.near:
                break
            if rise_a == 0.0 and rise_b == 0.0:
                ring_low, ring_high = within_ring(line, reach[h, task])
            else:
                above = view.mount - FACE_M
                slant = np.sqrt(reach[h, task] ** 2 + above * above)
                ring_low, ring_high = within_ball(line, above - rise_a, above - rise_b, slant)
        for k in range(found):
            low, high = max(free[0, k], ring_low), min(free[1, k], ring_high)
            if (high - low) * length > TOUCH_M:
                out.head[at], out.edge[at], out.task[at] = h, edge, task
                out.start[at], out.end[at] = start + low * length, start + high * length
                at += 1
    return at


# long, for a call that hands on all these arrays takes a quarter longer to compile
@lean_kernel
def see_heads(
    order: NDArray[np.int64],
    begin: int,
    stop: int,
    heads: FieldArrays,
    streets: StreetScene,
    walls: WallScene,
    relief: Relief,
    scratch: Scratch,
    out: Rows,
) -> tuple[int, int]:
    """Find all sightings of heads order[begin:stop].

    Returns (next, rows): the first head not finished because `out` or the scratch was full, and
    the rows of `out` that are whole. Rows come by head, then task within segment; no row of an
    unfinished head is counted.
    """
    rows: int = ZERO
    piece, chosen, wall, depth = scratch.piece, scratch.chosen, scratch.wall, scratch.depth
    for i in range(begin, stop):
        h = order[i]
        radius, under = heads.reach[h, 0], 0.0
        if len(relief.head) > 0:
            radius = np.sqrt(radius * radius + (heads.mount[h] - FACE_M) ** 2)
            under = relief.head[h]
        view = View(
            heads.x[h], heads.y[h], heads.mount[h], heads.deck[h], heads.kind[h],
            heads.lx[h], heads.ly[h], heads.rx[h], heads.ry[h], heads.near[h], heads.reach[h, 0],
            radius, under,
        )  # fmt: skip
        if view.reach <= view.near:
            continue
        count, box, rises = gather_segments(
            streets.grid, streets.segment_deck, relief.slope, view, piece, chosen
        )
        if count == 0:
            continue
        wall_count, crown_count = 0, 0
        if count > 0 and view.deck != SUBWAY:
            wall_count = gather_walls(walls.grid, walls.top, relief.wall, view, box, rises, wall)
            crown_count = gather_crowns(walls.crowns, relief.crown, view, box, rises, scratch.crown)
        if min(count, wall_count, crown_count) == FULL:
            return i, rows
        measure_depth(wall, wall_count, depth)
        wall_count = drop_hidden_walls(wall, wall_count, depth)
        at = rows
        for k in range(count):
            ax, ay, bx, by = piece[0, k], piece[1, k], piece[2, k], piece[3, k]
            line, low, high = Line(ax, ay, bx, by), piece[4, k], piece[5, k]
            rise_a, rise_b = piece[6, k], piece[7, k]
            dx, dy = bx - ax, by - ay
            if is_hidden(ax + low * dx, ay + low * dy, ax + high * dx, ay + high * dy, depth):
                continue
            dark = cast_shadows(
                line, low, high, view, rise_a, rise_b, wall, wall_count,
                scratch.crown, crown_count, scratch.shadow,
            )  # fmt: skip
            length = np.sqrt(dx * dx + dy * dy)
            found = open_intervals(low, high, length, scratch.shadow, dark, scratch.free)
            if at + TASK_COUNT * found > len(out.head):
                return i, rows
            segment = chosen[k]
            at = write_tasks(
                line, length, streets.segment_edge[segment], streets.segment_start[segment],
                view, rise_a, rise_b, heads.reach, h, scratch.free, found, out, at,
            )  # fmt: skip
        rows = at
    return stop, rows
