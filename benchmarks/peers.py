"""Other tools on the work of the sight kernel: which points of streets a head sees.

Each peer gets, for nothing, what it lacks: its trees and rasters are built and the buildings near
a head are found beforehand. The samples within a head's field are found by a k-d tree, which is
timed apart, for the engine has to find its streets too. Each answers with one boolean a sample. A
peer that is not installed says why.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sim.cameras.fleet import HeadArrays

FACE_M = 1.6
HIGH_M = 60.0


@dataclass(frozen=True)
class Question:
    """One head: where it is, its field, the samples in it and the footprints near it."""

    x: float
    y: float
    heading: float
    field_of_view: float
    reach: float
    samples: NDArray[np.float64]
    near: NDArray[np.object_]


def questions(
    heads: HeadArrays,
    chosen: NDArray[np.int64],
    cloud: shapely.STRtree,
    footprints: shapely.STRtree,
) -> list[Question]:
    """Collect what each head is asked; samples are those within range and field of view."""
    asked = []
    for h in chosen:
        x, y, reach = heads.x[h], heads.y[h], heads.reach[h, 0]
        disc = shapely.Point(x, y).buffer(reach, quad_segs=32)
        points = shapely.get_coordinates(cloud.geometries[cloud.query(disc)])
        d = points - (x, y)
        off = np.degrees(np.arctan2(d[:, 0], d[:, 1])) - heads.heading[h]
        inside = np.hypot(*d.T) < reach
        inside &= abs((off + 180) % 360 - 180) <= heads.field_of_view[h] / 2
        near = footprints.geometries[footprints.query(disc)]
        asked.append(
            Question(x, y, heads.heading[h], heads.field_of_view[h], reach, points[inside], near)
        )
    return asked


def select(heads: HeadArrays, chosen: NDArray[np.int64], tree: cKDTree) -> NDArray[np.int64]:
    """Find the samples in the field of every chosen head; return them one after another."""
    x, y, reach = heads.x[chosen], heads.y[chosen], heads.reach[chosen, 0]
    found = tree.query_ball_point(np.column_stack([x, y]), reach, return_sorted=False)
    size = [len(part) for part in found]
    point, of = np.concatenate(found).astype(np.int64), np.repeat(np.arange(len(chosen)), size)
    d = tree.data[point] - np.column_stack([x, y])[of]
    off = np.degrees(np.arctan2(d[:, 0], d[:, 1])) - heads.heading[chosen][of]
    inside = abs((off + 180) % 360 - 180) <= heads.field_of_view[chosen][of] / 2
    return point[inside]


Answer = Callable[[list[Question]], list[NDArray[np.bool_]]]


def shapely_prepared(footprints: NDArray[np.object_]) -> Answer:
    """Straight lines against prepared footprints near the head."""

    def answer(asked: list[Question]) -> list[NDArray[np.bool_]]:
        found = []
        for q in asked:
            local = shapely.multipolygons(q.near)
            shapely.prepare(local)
            ends = np.empty((len(q.samples), 2, 2))
            ends[:, 0], ends[:, 1] = (q.x, q.y), q.samples
            found.append(~shapely.intersects(local, shapely.linestrings(ends)))
        return found

    return answer


def embreex(footprints: NDArray[np.object_]) -> Answer:
    """Intel Embree: one occlusion ray a sample against walls of two triangles (float32)."""
    from embreex import rtcore_scene
    from embreex.mesh_construction import TriangleMesh

    ring = shapely.get_exterior_ring(footprints)
    points, of = shapely.get_coordinates(ring, return_index=True)
    middle = points.mean(axis=0)
    inner = of[1:] == of[:-1]
    p, q = points[:-1][inner] - middle, points[1:][inner] - middle
    wall = np.zeros((len(p), 2, 3, 3), np.float32)
    wall[:, 0, 0, :2], wall[:, 0, 1, :2], wall[:, 0, 2, :2] = p, q, q
    wall[:, 1, 0, :2], wall[:, 1, 1, :2], wall[:, 1, 2, :2] = p, q, p
    wall[:, 0, 2, 2] = wall[:, 1, 1:, 2] = HIGH_M
    scene = rtcore_scene.EmbreeScene()
    TriangleMesh(scene, wall.reshape(-1, 3, 3))
    nothing = np.zeros((1, 3), np.float32)
    scene.run(nothing, nothing + 1, query="OCCLUDED")  # builds its tree, not timed

    def answer(asked: list[Question]) -> list[NDArray[np.bool_]]:
        size = [len(q.samples) for q in asked]
        start = np.repeat(np.array([(q.x, q.y) for q in asked]) - middle, size, axis=0)
        end = np.concatenate([q.samples for q in asked]) - middle
        origin = np.empty((len(start), 3), np.float32)
        origin[:, :2], origin[:, 2] = start, 4.0
        way = np.empty_like(origin)
        way[:, :2], way[:, 2] = end - start, FACE_M - 4.0
        hit = scene.run(origin, way, dists=np.ones(len(way), np.float32), query="OCCLUDED")
        return np.split(hit < 0, np.cumsum(size)[:-1])

    return answer


def pyvispoly(footprints: NDArray[np.object_]) -> Answer:
    """CGAL's triangular expansion: exact visibility polygons, then samples in polygon."""
    from pyvispoly import Point, Polygon, PolygonWithHoles, VisibilityPolygonCalculator

    def ring(line: NDArray[np.float64]) -> Polygon:
        return Polygon([Point(float(x), float(y)) for x, y in line[:-1]])

    def answer(asked: list[Question]) -> list[NDArray[np.bool_]]:
        found = []
        for q in asked:
            # a square that no footprint reaches stands for the horizon
            east, north = np.max(
                [g.bounds[2:] for g in q.near] + [(q.x + q.reach, q.y + q.reach)], 0
            )
            west, south = np.min(
                [g.bounds[:2] for g in q.near] + [(q.x - q.reach, q.y - q.reach)], 0
            )
            room = np.array(shapely.box(west - 1, south - 1, east + 1, north + 1).exterior.coords)
            holes = [ring(np.array(g.exterior.coords)[::-1]) for g in q.near]
            view = VisibilityPolygonCalculator(PolygonWithHoles(ring(room), holes))
            seen = view.compute_visibility_polygon(Point(float(q.x), float(q.y)))
            outline = shapely.Polygon([(float(v.x()), float(v.y())) for v in seen.boundary()])
            shapely.prepare(outline)
            found.append(shapely.contains_xy(outline, *q.samples.T))
        return found

    return answer


def pysovist(footprints: NDArray[np.object_]) -> Answer:
    """Exact 2D isovists in Python, then samples nearer than the isovist is deep."""
    import pysovist as tool

    def answer(asked: list[Question]) -> list[NDArray[np.bool_]]:
        found = []
        for q in asked:
            rings = shapely.get_exterior_ring(q.near)
            points, of = shapely.get_coordinates(rings, return_index=True)
            inner = of[1:] == of[:-1]
            walls = np.stack([points[:-1][inner], points[1:][inner]], axis=1)
            view = tool.isovist(
                walls, (q.x, q.y), max_distance=q.reach,
                fov=np.radians(q.field_of_view), direction=np.radians(90 - q.heading),
            )  # fmt: skip
            d = q.samples - (q.x, q.y)
            found.append(np.hypot(*d.T) <= view.depth(np.arctan2(d[:, 1], d[:, 0])))
        return found

    return answer


def xarray_spatial(footprints: NDArray[np.object_], cell: float) -> Answer:
    """Viewshed of a raster of heights, one local window a head; the raster is not timed."""
    import xarray
    from xrspatial import viewshed

    rasters: dict[tuple[float, float], xarray.DataArray] = {}

    def raster(q: Question) -> xarray.DataArray:
        steps = int(np.ceil(q.reach / cell))
        x = q.x + cell * np.arange(-steps, steps + 1)
        y = q.y + cell * np.arange(-steps, steps + 1)
        inside = shapely.STRtree(q.near).query(
            shapely.points(*(g.ravel() for g in np.meshgrid(x, y))), predicate="intersects"
        )
        height = np.zeros(len(x) * len(y))
        height[inside[0]] = HIGH_M
        return xarray.DataArray(
            height.reshape(len(y), len(x)), dims=["y", "x"], coords={"x": x, "y": y}
        )

    def answer(asked: list[Question]) -> list[NDArray[np.bool_]]:
        found = []
        for q in asked:
            grid = rasters[q.x, q.y]
            view = viewshed(grid, x=q.x, y=q.y, observer_elev=4.0, target_elev=FACE_M).to_numpy()
            column = np.rint((q.samples[:, 0] - q.x) / cell).astype(int) + len(grid.x) // 2
            row = np.rint((q.samples[:, 1] - q.y) / cell).astype(int) + len(grid.y) // 2
            found.append(view[row, column] >= 0)
        return found

    def prepared(asked: list[Question]) -> list[NDArray[np.bool_]]:
        for q in asked:
            if (q.x, q.y) not in rasters:
                rasters[q.x, q.y] = raster(q)
        return answer(asked)

    return prepared


def installed(
    footprints: NDArray[np.object_], step: float
) -> tuple[dict[str, Answer], dict[str, str]]:
    """Return the peers that run here, and why the others do not."""
    makers: dict[str, Callable[[], Answer]] = {
        "embreex": lambda: embreex(footprints),
        "shapely prepared": lambda: shapely_prepared(footprints),
        "pyvispoly (CGAL)": lambda: pyvispoly(footprints),
        "pysovist": lambda: pysovist(footprints),
        "xarray-spatial": lambda: xarray_spatial(footprints, step),
    }
    ready: dict[str, Answer] = {}
    absent: dict[str, str] = {}
    for name, make in makers.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ready[name] = make()
        except ImportError as error:
            absent[name] = f"not installed ({error})"
    return ready, absent
