"""Ways through mapped buildings: the corridors that they open, so that cameras look in and through.

A passage opens the outline by its width at each mouth and has no roof; an arcade or a colonnade is
open on its side, as far as the nearest façade. Both lie at street level.
"""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.decks import ARCADE
from sim.city.roofs import BESIDE_M
from sim.city.streets import StreetNetwork
from sim.city.walls import SMALLEST_FOOTPRINT_M2, Walls

DEEPEST_ARCADE_M = 6.0
"""A way farther in from every façade is not taken to be open to it."""
BEYOND_M = 0.3
"""An arcade is cut so far beyond the façade, which need not be parallel to it."""
SAME_WAY_M = 0.1


def opened(streets: StreetNetwork, walls: Walls) -> tuple[StreetNetwork, Walls]:
    """Open mapped footprints where ways lead through them at street level.

    Parameters
    ----------
    streets
        A network with the ways that open buildings; others come back as they are.
    walls
        Footprints in the same projected metres.

    Returns
    -------
    streets
        With the ways through opened buildings on the street deck, for they are as open as streets.
    walls
        With a corridor as wide as the way in each such building; the report says in how many.
    """
    ways, frame = streets.openings, walls.footprints
    if ways is None or not len(ways) or not len(frame):
        return streets, walls
    shape: NDArray[np.object_] = frame.geometry.to_numpy()
    of_shape, way = _through(ways.geometry.to_numpy(), shape)
    mapped = (frame["kind"] == "footprint").to_numpy()[of_shape]
    of_shape, way = of_shape[mapped], way[mapped]
    if not len(way):
        return streets, walls
    corridor = _corridors(ways.iloc[way], shape[of_shape])
    changed = np.unique(of_shape)
    left = [
        shapely.difference(shape[k], shapely.union_all(corridor[of_shape == k])) for k in changed
    ]
    part, source = shapely.get_parts(np.array(left, object), return_index=True)
    kept = (shapely.get_type_id(part) == 3) & (shapely.area(part) >= SMALLEST_FOOTPRINT_M2)
    whole = np.delete(np.arange(len(shape)), changed)  # shared, not made anew: there are many
    of_row = np.concatenate([whole, changed[source[kept]]])
    outline = np.concatenate([shape[whole], shapely.orient_polygons(part[kept])])
    order = np.argsort(of_row, kind="stable")
    footprints = frame.iloc[of_row[order]].reset_index(drop=True)
    footprints = footprints.set_geometry(gpd.GeoSeries(outline[order], crs=frame.crs))
    report = {**walls.report, "opened_by_passages": float(len(changed))}
    lines = ways.geometry.to_numpy()[np.unique(way)]
    return _at_street_level(streets, lines), Walls(footprints, walls.kind, report)


def _through(
    line: NDArray[np.object_], shape: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of a footprint and a way that leads through it, not along its façade."""
    of_shape, way = shapely.STRtree(line).query(shape, predicate="intersects")
    part, pair = shapely.get_parts(
        shapely.intersection(line[way], shape[of_shape]), return_index=True
    )
    long = shapely.get_dimensions(part) == 1
    part, pair = part[long], pair[long]
    middle = shapely.line_interpolate_point(part, 0.5, normalized=True)
    inside = shapely.distance(shapely.boundary(shape[of_shape[pair]]), middle) > BESIDE_M
    found = np.unique(pair[inside])
    return of_shape[found], way[found]


def _corridors(ways: gpd.GeoDataFrame, shape: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return what each way opens of the footprint that it leads through.

    Square ends reach half a width beyond the way, through a façade that stands askew.
    """
    line = ways.geometry.to_numpy()
    half = ways["width"].to_numpy(np.float64) / 2
    for k in np.flatnonzero((ways["kind"] == ARCADE).to_numpy()):
        inner = shapely.intersection(line[k], shape[k])
        points = shapely.points(shapely.get_coordinates(shapely.segmentize(inner, 1.0)))
        depth = float(shapely.distance(shapely.boundary(shape[k]), points).max())
        if depth <= DEEPEST_ARCADE_M:
            half[k] = max(half[k], depth + BEYOND_M)
    return np.asarray(shapely.buffer(line, half, cap_style="square", join_style="mitre"))


def _at_street_level(streets: StreetNetwork, lines: NDArray[np.object_]) -> StreetNetwork:
    """Put covered ways that run on some lines on the street deck."""
    edges = streets.edges
    deck = edges["deck"].to_numpy(object).copy()
    covered = np.flatnonzero(deck == "covered")
    line = edges.geometry.to_numpy()[covered]
    middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
    on = shapely.STRtree(lines).query(middle, predicate="dwithin", distance=SAME_WAY_M)[0]
    deck[covered[on]] = "street"
    return replace(streets, edges=edges.assign(deck=deck))
