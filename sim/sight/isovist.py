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
        angle = _ray_angles(heading[h], field_of_view[h], wall)
        while count + len(angle) + 2 > len(points):
            larger = np.empty((2 * len(points), 2))
            for k in range(count):
                larger[k, 0], larger[k, 1] = points[k, 0], points[k, 1]
            points = larger
        first = count
        if heads.kind[h] != DOME:
            points[count, 0], points[count, 1] = heads.x[h], heads.y[h]
            count += 1
        for theta in angle:
            dx, dy = np.sin(theta), np.cos(theta)
            reach = _ray_length(dx, dy, heads.reach[h, 0], wall)
            points[count, 0] = heads.x[h] + reach * dx
            points[count, 1] = heads.y[h] + reach * dy
            count += 1
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
def _ray_angles(heading: float, field_of_view: float, wall: Floats) -> Floats:
    """Directions to look, radians clockwise from north, ascending from left to right."""
    steps = int(np.ceil(field_of_view / np.radians(STEP_DEGREES)))
    angle = np.empty(steps + 1 + 4 * len(wall))
    for i in range(steps + 1):
        angle[i] = -field_of_view / 2 + field_of_view * i / steps
    count = steps + 1
    for w in range(len(wall)):
        for end in (0, 2):
            theta = np.arctan2(wall[w, end], wall[w, end + 1]) - heading
            theta -= 2 * np.pi * np.round(theta / (2 * np.pi))
            for side in (-BESIDE_RADIANS, BESIDE_RADIANS):
                if abs(theta + side) < field_of_view / 2:
                    angle[count] = theta + side
                    count += 1
    sort_first(angle, count)
    for i in range(count):
        angle[i] += heading
    return angle[:count]


@inner
def _ray_length(dx: float, dy: float, reach: float, wall: Floats) -> float:
    """Distance to the nearest wall along a ray, at most the reach."""
    for w in range(len(wall)):
        px, py, qx, qy = wall[w, 0], wall[w, 1], wall[w, 2], wall[w, 3]
        if dx * py - dy * px >= 0.0 and dx * qy - dy * qx < 0.0:
            ex, ey = qx - px, qy - py
            reach = min(reach, (ex * py - ey * px) / (ex * dy - ey * dx))
    return reach
