"""A head's field as a polygon, for drawing only.

Rays go to both sides of every wall end in reach and every few degrees between; each stops at the
nearest wall as tall as the head, or at the range. Figures never come from these polygons: they
come from the exact intervals of `sim.sight.sightings`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.jit import inner, kernel
from sim.sight.arrays import DOME, FieldArrays, WallScene
from sim.sight.kernels import SUBWAY, Floats, cell_window
from sim.sight.scene import fields_of, scenes_of
from sim.sorting import sort_first

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.city.model import City

STEP_DEGREES = 6.0
TOLERANCE_M = 0.2
"""Corners of a field that lie closer to its outline are left out."""
BESIDE_RADIANS = 2e-5
"""How far to the left and right of a wall's end the two rays beside it pass."""
SLACK_RADIANS = 1e-6
"""Beyond the ends of a wall, so that rounding leaves out no ray that it stops."""


def isovists(city: City, fleet: Fleet) -> NDArray[np.object_]:
    """Return what each head sees up to its detect range, one shapely polygon a head."""
    fields = fields_of(fleet.arrays)
    walls = scenes_of(city.streets.arrays, city.walls.arrays)[1]
    ptr, coordinates = _fields(fields, np.radians(fleet.arrays.heading),
                               np.radians(fleet.arrays.field_of_view), walls)  # fmt: skip
    rings = np.arange(len(fleet) + 1, dtype=np.int64)
    polygons = shapely.from_ragged_array(shapely.GeometryType.POLYGON, coordinates, (ptr, rings))
    # keeping the topology takes twenty times as long, and is wanted for next to none of them
    plain = np.asarray(shapely.simplify(polygons, TOLERANCE_M, preserve_topology=False))
    apart = (shapely.get_type_id(plain) != shapely.GeometryType.POLYGON) | shapely.is_empty(plain)
    plain[apart] = shapely.simplify(polygons[apart], TOLERANCE_M)
    return plain


@kernel
def _fields(
    heads: FieldArrays, heading: Floats, field_of_view: Floats, walls: WallScene
) -> tuple[NDArray[np.int64], Floats]:
    ptr = np.zeros(len(heads.x) + 1, np.int64)
    points = np.empty((1024, 2))
    count = 0
    for h in range(len(heads.x)):
        wall = _walls_in_reach(heads, h, walls)
        bearing = _bearings(heading[h], wall)
        angle = _ray_angles(heading[h], field_of_view[h], bearing)
        while count + len(angle) + 2 > len(points):
            larger = np.empty((2 * len(points), 2))
            for k in range(count):
                larger[k, 0], larger[k, 1] = points[k, 0], points[k, 1]
            points = larger
        first = count
        if heads.kind[h] != DOME:
            points[count, 0], points[count, 1] = heads.x[h], heads.y[h]
            count += 1
        _cast(points, count, angle, heads.reach[h, 0], wall, bearing, heading[h])
        for k in range(count, count + len(angle)):
            points[k, 0], points[k, 1] = heads.x[h] + points[k, 0], heads.y[h] + points[k, 1]
        count += len(angle)
        points[count, 0], points[count, 1] = points[first, 0], points[first, 1]
        count += 1
        ptr[h + 1] = count
    return ptr, points[:count].copy()


@inner
def _walls_in_reach(heads: FieldArrays, h: int, walls: WallScene) -> Floats:
    """Front faces, relative to the head, of walls as tall as it within its detect range."""
    grid = walls.grid
    x, y, reach = heads.x[h], heads.y[h], heads.reach[h, 0]
    c0, r0, c1, r1 = cell_window(grid, x - reach, y - reach, x + reach, y + reach)
    size = 0
    for row in range(r0, r1 + 1):
        if c0 <= c1:
            begin = row * grid.columns
            size += grid.cell_ptr[begin + c1 + 1] - grid.cell_ptr[begin + c0]
    wall = np.empty((size, 4))
    count = 0
    for row in range(r0, r1 + 1):
        if c0 > c1 or heads.deck[h] == SUBWAY:
            break
        begin = row * grid.columns
        for k in range(grid.cell_ptr[begin + c0], grid.cell_ptr[begin + c1 + 1]):
            px, py = grid.line[k, 0] - x, grid.line[k, 1] - y
            qx, qy = grid.line[k, 2] - x, grid.line[k, 3] - y
            if px * qy - py * qx < 0.0 and walls.top[grid.item[k]] >= heads.mount[h]:
                wall[count, 0], wall[count, 1] = px, py
                wall[count, 2], wall[count, 3] = qx, qy
                count += 1
    return wall[:count]


@inner
def _bearings(heading: float, wall: Floats) -> Floats:
    """Of both ends of each wall: clockwise from the heading, radians from −π to π."""
    bearing = np.empty((len(wall), 2))
    for w in range(len(wall)):
        for end in range(2):
            theta = np.arctan2(wall[w, 2 * end], wall[w, 2 * end + 1]) - heading
            bearing[w, end] = theta - 2 * np.pi * np.round(theta / (2 * np.pi))
    return bearing


@inner
def _ray_angles(heading: float, field_of_view: float, bearing: Floats) -> Floats:
    """Directions to look, radians clockwise from north, ascending from left to right."""
    steps = int(np.ceil(field_of_view / np.radians(STEP_DEGREES)))
    angle = np.empty(steps + 1 + 4 * len(bearing))
    for i in range(steps + 1):
        angle[i] = -field_of_view / 2 + field_of_view * i / steps
    count = steps + 1
    for w in range(len(bearing)):
        for end in range(2):
            theta = bearing[w, end]
            for side in (-BESIDE_RADIANS, BESIDE_RADIANS):
                if abs(theta + side) < field_of_view / 2:
                    angle[count] = theta + side
                    count += 1
    sort_first(angle, count)
    for i in range(count):
        angle[i] += heading
    return angle[:count]


@inner
def _cast(
    points: Floats,
    first: int,
    angle: Floats,
    reach: float,
    wall: Floats,
    bearing: Floats,
    heading: float,
) -> None:
    """Write where the rays end, relative to the head, from row `first` of the points on.

    A wall stops the rays from its left end to its right one, and no others are tried.
    """
    rays = len(angle)
    direction, length = np.empty((rays, 2)), np.empty(rays)
    for k in range(rays):
        direction[k, 0], direction[k, 1], length[k] = np.sin(angle[k]), np.cos(angle[k]), reach
    for w in range(len(wall)):
        left = heading + bearing[w, 0] - SLACK_RADIANS
        right = heading + bearing[w, 1] + SLACK_RADIANS
        if left <= right:
            _stop(direction, length, angle, left, right, wall, w)
        else:  # behind the head
            _stop(direction, length, angle, -np.inf, right, wall, w)
            _stop(direction, length, angle, left, np.inf, wall, w)
    for k in range(rays):
        points[first + k, 0] = length[k] * direction[k, 0]
        points[first + k, 1] = length[k] * direction[k, 1]


@inner
def _stop(
    direction: Floats,
    length: Floats,
    angle: Floats,
    left: float,
    right: float,
    wall: Floats,
    w: int,
) -> None:
    """Shorten the rays between two directions that meet a wall."""
    px, py, qx, qy = wall[w, 0], wall[w, 1], wall[w, 2], wall[w, 3]
    ex, ey = qx - px, qy - py
    low, high = 0, len(angle)
    while low < high:
        middle = (low + high) // 2
        if angle[middle] < left:
            low = middle + 1
        else:
            high = middle
    for k in range(low, len(angle)):
        if angle[k] > right:
            break
        dx, dy = direction[k, 0], direction[k, 1]
        if dx * py - dy * px >= 0.0 and dx * qy - dy * qx < 0.0:
            length[k] = min(length[k], (ex * py - ey * px) / (ex * dy - ey * dx))
