"""What lies near places of some kind, or near shapes of the user's own: zones kept free of cameras.

From such zones follow the stretches of street inside them, which may be hidden from all cameras,
and the distance of any point from them. Why somebody would keep them free is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.points import read_points
from sim.city.roofs import Stretches
from sim.city.sources.files import read_shapes
from sim.city.sources.shapes import plain_shapes
from sim.city.sources.tables import is_table
from sim.city.streets import StreetNetwork
from sim.errors import InputError
from sim.wording import counted

ARC_STEPS = 90
"""Straight pieces of a quarter of a circle: at 50 m the outline is 2 mm inside the true one."""
MOST_SHAPES = 200_000


def read_kept_free(path: str | Path, crs: str) -> gpd.GeoDataFrame:
    """Read shapes to keep cameras away from.

    Parameters
    ----------
    path
        GeoJSON, GeoParquet or GeoPackage with points, lines or polygons; or CSV or Parquet with
        lon, lat (WGS 84) or x, y (metres in `crs`), a point a row.
    crs
        Projected system of the result.

    Returns
    -------
    GeoDataFrame
        Geometry alone. Rows without a usable shape are left out and counted in
        attrs["left_out"], by reason.

    Raises
    ------
    InputError
        The file cannot be read, or holds no shape or too many.
    """
    path = Path(path)
    if is_table(path):
        found = read_points(path, crs)[["geometry"]]
    else:
        plain = plain_shapes(read_shapes(path).to_crs(crs).geometry.to_numpy())
        found = gpd.GeoDataFrame(geometry=plain.shape, crs=crs)
        found.attrs["left_out"] = plain.left_out
    if not 1 <= len(found) <= MOST_SHAPES:
        raise InputError(f"{path}: {counted(len(found), 'shape')}; give 1 to {MOST_SHAPES:,}")
    return found


def distance_to(
    shapes: NDArray[np.object_], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how far each point is from the nearest of some shapes, m; 0 inside one.

    Parameters
    ----------
    shapes
        One or more, in the metres of the points.
    x, y
        The points.
    """
    points = shapely.points(x, y)
    (at, _), distance = shapely.STRtree(shapes).query_nearest(
        points, all_matches=False, return_distance=True
    )
    found = np.empty(len(points))
    found[at] = distance
    return found


def stretches_near(streets: StreetNetwork, shapes: NDArray[np.object_], metres: float) -> Stretches:
    """Return the stretches of street no farther than a distance from some shapes.

    Parameters
    ----------
    streets
        The network.
    shapes
        Points, lines or polygons, in its metres.
    metres
        The distance; 0 for what lies inside polygons.

    Returns
    -------
    Stretches
        Along edges; none of them overlap.
    """
    a = streets.arrays
    zone = shapely.get_parts(shapely.union_all(shapely.buffer(shapes, metres, quad_segs=ARC_STEPS)))
    ends = np.stack([np.c_[a.segment_x0, a.segment_y0], np.c_[a.segment_x1, a.segment_y1]], axis=1)
    line = shapely.linestrings(ends)
    of, row = shapely.STRtree(line).query(zone, predicate="intersects")
    part, pair = shapely.get_parts(shapely.intersection(line[row], zone[of]), return_index=True)
    long = shapely.get_dimensions(part) == 1
    part, row = part[long], row[pair[long]]
    at = [shapely.line_locate_point(line[row], shapely.get_point(part, k)) for k in (0, -1)]
    edge = a.segment_edge[row].astype(np.int64)
    begins, most = a.segment_start[row], a.edge_length[edge]
    start, end = (np.minimum(begins + t, most) for t in (np.minimum(*at), np.maximum(*at)))
    order = np.lexsort((start, edge))
    return Stretches(edge[order], start[order], end[order])


def stretches_in_any(
    streets: StreetNetwork, zones: Sequence[tuple[NDArray[np.object_], float]]
) -> Stretches | None:
    """Return the stretches of street in any of several zones; None without a zone.

    Parameters
    ----------
    streets
        The network.
    zones
        Of each the shapes, and how far around them, m.
    """
    found = [stretches_near(streets, shapes, metres) for shapes, metres in zones]
    if not found:
        return None
    return Stretches(*(np.concatenate(columns) for columns in zip(*found, strict=True)))
