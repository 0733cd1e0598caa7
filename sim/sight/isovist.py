"""A head's field as a polygon, for drawing only.

Rays go to both sides of every wall end in reach and every few degrees between; each stops at the
nearest wall as tall as the head, or at the range. Figures never come from these polygons: they
come from the exact intervals of `sim.sight.sightings`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from sim.arguments import made, named_arguments, whole
from sim.city.decks import FOOTBRIDGE_M
from sim.jit import lean_inner, lean_kernel
from sim.sight.arrays import CONVEX, DOME, FOOTBRIDGE, FULL, SUBWAY, FieldArrays, WallScene
from sim.sight.fields import Floats, cell_window
from sim.sight.scene import fields_of
from sim.sight.tiles import wall_tiles_of
from sim.sorting import sort_first

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.city.model import City
    from sim.city.walls import Walls

STEP_DEGREES = 6.0
TOLERANCE_M = 0.2
"""Corners of a field that lie closer to its outline are left out."""
HEADS_AT_ONCE = 2000
"""Rays end in hundreds of corners a head, most of which are left out."""
BESIDE_RADIANS = 2e-5
"""How far to the left and right of a wall's end the two rays beside it pass."""
SLACK_RADIANS = 1e-6
"""Beyond the ends of a wall, so that rounding leaves out no ray that it stops."""
EDGE_RADIANS = 1e-4
"""A wall farther than this beyond an edge of the view ends no ray and begins none."""
FIRST_ROOM = 4096
"""Walls, rays and corners that there is room for at first; it is doubled until it does."""


@named_arguments(city=made("City"), fleet=made("Fleet"), total=whole(0))
def isovists(city: City, fleet: Fleet, *, total: int | None = None) -> gpd.GeoDataFrame:
    """Return what each head sees up to its detect range, as a polygon, for drawing.

    Parameters
    ----------
    city
        Its walls.
    fleet
        Heads; those of another projected system are brought into that of the city.
    total
        Cameras in the whole city; all of the fleet by default.

    Returns
    -------
    GeoDataFrame
        As `Fleet.to_gdf`, in the user's index with its columns, polygons in place of points;
        corners closer than 0.2 m to the outline are left out. Exact figures come from `sim.see`.

    Raises
    ------
    InputError
        It was placed for fewer cameras.
    """
    fleet.check_totals([] if total is None else [total])
    fleet = fleet.in_crs(city.streets.crs)
    polygons = gpd.GeoSeries(isovist_polygons(city.walls, fleet), crs=fleet.heads.crs)
    found = replace(fleet, heads=fleet.heads.set_geometry(polygons)).to_gdf()
    return found if total is None else found[(fleet.heads["rank"] <= total).to_numpy()]


def isovist_polygons(walls: Walls, fleet: Fleet) -> NDArray[np.object_]:
    """Return what each head sees up to its detect range, one shapely polygon a head."""
    fields = fields_of(fleet.arrays)
    heading, view = np.radians(fleet.arrays.heading), np.radians(fleet.arrays.field_of_view)
    found = np.empty(len(fleet), object)
    for group, near in wall_tiles_of(walls.arrays, fleet.arrays):
        for first in range(0, len(group), HEADS_AT_ONCE):
            part = group[first : first + HEADS_AT_ONCE]
            some = FieldArrays._make(values[part] for values in fields)
            found[part] = _polygons(*_outlines(some, heading[part], view[part], near))
    return found


def _polygons(ptr: NDArray[np.int64], coordinates: Floats) -> NDArray[np.object_]:
    """Return the fields whose corners are given, without those that lie close to the outline."""
    rings = np.arange(len(ptr), dtype=np.int64)
    polygons = shapely.from_ragged_array(shapely.GeometryType.POLYGON, coordinates, (ptr, rings))
    # keeping the topology takes twenty times as long, and is wanted for next to none of them
    plain = np.asarray(shapely.simplify(polygons, TOLERANCE_M, preserve_topology=False))
    apart = (shapely.get_type_id(plain) != shapely.GeometryType.POLYGON) | shapely.is_empty(plain)
    plain[apart] = shapely.simplify(polygons[apart], TOLERANCE_M)
    return plain


class _Rays(NamedTuple):
    """Room for the walls around one head and for the rays of it, relative to it."""

    wall: Floats
    bearing: Floats
    """Of both ends of each wall: clockwise from the heading, radians from −π to π."""
    angle: Floats
    direction: Floats
    length: Floats


def _room(size: int) -> _Rays:
    two = size, 2
    return _Rays(np.empty((size, 4)), np.empty(two), np.empty(size), np.empty(two), np.empty(size))


def _outlines(
    heads: FieldArrays, heading: Floats, field_of_view: Floats, walls: WallScene
) -> tuple[NDArray[np.int64], Floats]:
    """Return where the corners of each head's field begin, and the corners of all."""
    ptr = np.zeros(len(heads.x) + 1, np.int64)
    points, rays, done = np.empty((FIRST_ROOM, 2)), _room(FIRST_ROOM), 0
    while done < len(heads.x):
        done, short_of_points = outline_fields(
            done, heads, heading, field_of_view, walls, rays, points, ptr
        )
        if short_of_points:
            points = np.concatenate([points, np.empty_like(points)])
        elif done < len(heads.x):
            rays = _room(2 * len(rays.angle))
    return ptr, points[: ptr[-1]].copy()


@lean_kernel
def outline_fields(
    begin: int,
    heads: FieldArrays,
    heading: Floats,
    field_of_view: Floats,
    walls: WallScene,
    rays: _Rays,
    points: Floats,
    ptr: NDArray[np.int64],
) -> tuple[int, bool]:
    """Write the fields of heads from `begin` on.

    Returns the first head for which the room is short, and whether it is short of points.
    """
    for h in range(begin, len(heads.x)):
        faces = _walls_in_reach(heads, h, walls, rays.wall)
        steps = int(np.ceil(field_of_view[h] / np.radians(STEP_DEGREES)))
        most = steps + 1 + 4 * faces
        count = ptr[h]
        if faces == FULL or most > len(rays.angle):
            return h, False
        if count + most + 2 > len(points):
            return h, True
        _find_bearings(heading[h], faces, rays)
        number = _ray_angles(heading[h], field_of_view[h], steps, faces, rays)
        first = count
        if heads.kind[h] != DOME:
            points[count, 0], points[count, 1] = heads.x[h], heads.y[h]
            count += 1
        _cast(number, heads.reach[h, 0], faces, rays, heading[h])
        for k in range(number):
            points[count, 0] = heads.x[h] + rays.length[k] * rays.direction[k, 0]
            points[count, 1] = heads.y[h] + rays.length[k] * rays.direction[k, 1]
            count += 1
        points[count, 0], points[count, 1] = points[first, 0], points[first, 1]
        ptr[h + 1] = count + 1
    return len(heads.x), False


@lean_inner
def _walls_in_reach(heads: FieldArrays, h: int, walls: WallScene, wall: Floats) -> int:
    """Write the front faces, relative to the head, of walls as tall as it within its range.

    Each is written once, and none that lies beyond one edge of a view of up to 180°. Returns how
    many, or `FULL`.
    """
    grid = walls.grid
    x, y, reach = heads.x[h], heads.y[h], heads.reach[h, 0]
    height = heads.mount[h] + (FOOTBRIDGE_M if heads.deck[h] == FOOTBRIDGE else 0.0)
    c0, r0, c1, r1 = cell_window(grid, x - reach, y - reach, x + reach, y + reach)
    count = 0
    if c0 > c1 or heads.deck[h] == SUBWAY:
        return count
    for row in range(r0, r1 + 1):
        begin, end = row * grid.columns + c0, row * grid.columns + c1 + 1
        after_first_column = grid.cell_ptr[begin + 1]
        for k in range(grid.cell_ptr[begin], grid.cell_ptr[end]):
            at = grid.first[k]
            if not ((at & 1 or k < after_first_column) and (at & 2 or row == r0)):
                continue
            px, py = grid.line[k, 0] - x, grid.line[k, 1] - y
            qx, qy = grid.line[k, 2] - x, grid.line[k, 3] - y
            if px * qy - py * qx >= 0.0 or _out_of_view(heads, h, px, py, qx, qy):
                continue
            if walls.top[grid.item[k]] >= height:
                if count == len(wall):
                    return FULL
                wall[count, 0], wall[count, 1] = px, py
                wall[count, 2], wall[count, 3] = qx, qy
                count += 1
    return count


@lean_inner
def _out_of_view(heads: FieldArrays, h: int, px: float, py: float, qx: float, qy: float) -> bool:
    """Return whether a wall lies beyond one edge of the view, farther than the rays beside it."""
    if heads.kind[h] != CONVEX:
        return False
    p, q = EDGE_RADIANS * (abs(px) + abs(py)), EDGE_RADIANS * (abs(qx) + abs(qy))
    lx, ly, rx, ry = heads.lx[h], heads.ly[h], heads.rx[h], heads.ry[h]
    left = lx * py - ly * px > p and lx * qy - ly * qx > q
    return bool(left or (ry * px - rx * py > p and ry * qx - rx * qy > q))


@lean_inner
def _find_bearings(heading: float, faces: int, rays: _Rays) -> None:
    for w in range(faces):
        for end in range(2):
            theta = np.arctan2(rays.wall[w, 2 * end], rays.wall[w, 2 * end + 1]) - heading
            rays.bearing[w, end] = theta - 2 * np.pi * np.rint(theta / (2 * np.pi))


@lean_inner
def _ray_angles(heading: float, field_of_view: float, steps: int, faces: int, rays: _Rays) -> int:
    """Write directions to look, radians clockwise from north, from left to right; return how many.

    Evenly spaced ones, and one beside either side of every wall's end.
    """
    angle = rays.angle
    for i in range(steps + 1):
        angle[i] = -field_of_view / 2 + field_of_view * i / steps
    count = steps + 1
    for w in range(faces):
        for end in range(2):
            for side in range(-1, 2, 2):
                theta = rays.bearing[w, end] + side * BESIDE_RADIANS
                if abs(theta) < field_of_view / 2:
                    angle[count] = theta
                    count += 1
    sort_first(angle, count)
    last = 0
    for i in range(1, count):  # walls that join at a corner have their rays in common
        if angle[i] != angle[last]:
            last += 1
            angle[last] = angle[i]
    for i in range(last + 1):
        angle[i] += heading
    return last + 1


@lean_inner
def _cast(number: int, reach: float, faces: int, rays: _Rays, heading: float) -> None:
    """Write which way the rays go and how far.

    A wall stops the rays from its left end to its right one, and no others are tried.
    """
    for k in range(number):
        rays.direction[k, 0], rays.direction[k, 1] = np.sin(rays.angle[k]), np.cos(rays.angle[k])
        rays.length[k] = reach
    for w in range(faces):
        left = heading + rays.bearing[w, 0] - SLACK_RADIANS
        right = heading + rays.bearing[w, 1] + SLACK_RADIANS
        if left <= right:
            _stop(number, rays, left, right, w)
        else:  # behind the head
            _stop(number, rays, -np.inf, right, w)
            _stop(number, rays, left, np.inf, w)


@lean_inner
def _stop(number: int, rays: _Rays, left: float, right: float, w: int) -> None:
    """Shorten the rays between two directions that meet a wall."""
    wall, angle, length = rays.wall, rays.angle, rays.length
    px, py, qx, qy = wall[w, 0], wall[w, 1], wall[w, 2], wall[w, 3]
    ex, ey = qx - px, qy - py
    low, high = 0, number
    while low < high:
        middle = (low + high) // 2
        if angle[middle] < left:
            low = middle + 1
        else:
            high = middle
    for k in range(low, number):
        if angle[k] > right:
            break
        dx, dy = rays.direction[k, 0], rays.direction[k, 1]
        if dx * py - dy * px >= 0.0 and dx * qy - dy * qx < 0.0:
            length[k] = min(length[k], (ex * py - ey * px) / (ex * dy - ey * dx))
