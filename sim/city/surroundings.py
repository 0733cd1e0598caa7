"""What lies around the streets, for a map to show where one is: water, green ground, names.

Nothing is computed from it, no figure depends on it, and no digest of a city covers it. What an
extract holds (`sim.city.sources.extract_surroundings`) is cut to the window of a map and joined by
kind; in Hong Kong the coast and the names that the package knows fill what is missing.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sim.area import HONG_KONG_CRS, Area
from sim.city.sources.box import Box
from sim.city.sources.gazetteer import gazetteer
from sim.city.sources.surroundings_tags import COAST
from sim.city.streets import StreetNetwork

WATER, GREEN = "water", "green"
NAMES = ("harbour", "bay", "island", "station", "suburb", "neighbourhood", "park")
"""Kinds of names, the most important first."""
COLUMNS = ("kind", "name", "name_zh", "geometry")
MARGIN = 1.0
"""The window of a map reaches so far beyond the region, as a part of its longer side, …"""
MARGIN_M = (500.0, 8000.0)
"""… but no less and no more than this."""
HALO_M = 5000.0
"""A region reaches no farther beyond its study area or its streets."""
FINEST_M = 1.0
STEPS = 3000
"""Outlines are drawn to the longer side of the window over this."""
MOST_POINTS = 40_000
"""Outlines of more points than this are drawn more coarsely."""
MOST_NAMES = 300
SURE = 0.9
"""A face between coastlines is sea or land if so much of the coast around it says so."""


def map_window(area: Area) -> BaseGeometry:
    """Return the box around an area that its map shows (projected metres)."""
    west, south, east, north = area.region.bounds
    least, most = MARGIN_M
    margin = min(max(MARGIN * max(east - west, north - south), least), most)
    return shapely.box(west - margin, south - margin, east + margin, north + margin)


def box_around(polygon: BaseGeometry, crs: str) -> Box | None:
    """Return the box in degrees that holds a polygon (projected metres); None if there is none."""
    west, south, east, north = polygon.bounds
    outline = shapely.segmentize(polygon.envelope, max(east - west, north - south, 1.0) / 10)
    degrees = gpd.GeoSeries([outline], crs=crs).to_crs("EPSG:4326").total_bounds
    if not np.isfinite(degrees).all() or degrees[2] - degrees[0] > 180:
        return None
    return Box(*map(float, degrees))


def empty_surroundings(crs: str) -> gpd.GeoDataFrame:
    """Return a table without a row."""
    return _table([], crs)


def box_of_streets(streets: StreetNetwork, polygon: BaseGeometry | None) -> Box | None:
    """Return the box in degrees that a map of these streets may show; None if there is none.

    Parameters
    ----------
    streets
        All that were read.
    polygon
        The study area, where it is given.
    """
    both = shapely.union_all([shapely.box(*streets.nodes.total_bounds), polygon])
    return box_around(shapely.buffer(both.envelope, MARGIN_M[1] + HALO_M), streets.crs)


def surroundings_within(
    found: gpd.GeoDataFrame, area: Area, extent: Box | None = None
) -> gpd.GeoDataFrame:
    """Cut what an extract holds to the window of a map.

    Parameters
    ----------
    found
        As `sim.city.sources.extract_surroundings.surroundings_met` gives it.
    area
        The study area.
    extent
        What the extract says that it covers, beyond which its coast ends; None where it is silent.

    Returns
    -------
    A row for all water and one for all green ground (MultiPolygons), and a row for each name
    (points), in the metres of the area.
    """
    window = map_window(area)
    frame = found.to_crs(area.crs)
    shapes, kind = frame.geometry.to_numpy(), frame["kind"].to_numpy()
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    shapes, kind, frame = shapes[finite], kind[finite], frame[finite]
    held = window
    if extent is not None:
        covered = gpd.GeoSeries([shapely.box(*extent)], crs="EPSG:4326").to_crs(area.crs)
        held = window.intersection(covered.iloc[0])
    sea = sea_within(shapes[kind == COAST], held)
    rows = []
    for what in (WATER, GREEN):
        parts = [*shapes[kind == what], *([sea] if what == WATER and sea is not None else [])]
        outline = _joined(np.array(parts, object), window)
        if outline is not None:
            rows.append((what, "", "", outline))
    named = frame["kind"].isin(NAMES).to_numpy() & shapely.intersects(window, shapes)
    rank = frame["kind"][named].map({kind: rank for rank, kind in enumerate(NAMES)}).to_numpy()
    names = frame[named][[*COLUMNS]].iloc[np.argsort(rank, kind="stable")[:MOST_NAMES]]
    return _table([*rows, *names.itertuples(index=False, name=None)], area.crs)


def sea_within(coast: NDArray[np.object_], window: BaseGeometry) -> BaseGeometry | None:
    """Return the sea in a window, from lines that have land to their left.

    Parameters
    ----------
    coast
        Lines (projected metres).
    window
        What they cut.

    Returns
    -------
    None where no coast lies in the window, or where it ends inside so that sides remain unknown.
    """
    near = coast[shapely.intersects(coast, window)]
    if not len(near):
        return None
    noded = shapely.union_all([*near, window.boundary])
    faces = np.array(shapely.polygonize([noded]).geoms, object)
    faces = faces[shapely.intersects(window, shapely.point_on_surface(faces))]
    cut = shapely.intersection(near, window)
    land, sea = (_votes(faces, cut, side) for side in (1.0, -1.0))
    if ((land + sea > 0) & (np.maximum(land, sea) < SURE * (land + sea))).any():
        return None
    return shapely.union_all(faces[sea > land]) if (sea > land).any() else None


def _votes(
    faces: NDArray[np.object_], coast: NDArray[np.object_], side: float
) -> NDArray[np.float64]:
    """Return the length of coast (m) that has each face to its left (1) or right (-1)."""
    line = shapely.get_parts(coast)
    points, owner = shapely.get_coordinates(line[shapely.get_type_id(line) == 1], return_index=True)
    same = owner[1:] == owner[:-1]
    step, middle = np.diff(points, axis=0)[same], ((points[1:] + points[:-1]) / 2)[same]
    length = np.hypot(*step.T)
    step, middle, length = step[length > 0], middle[length > 0], length[length > 0]
    aside = middle + side * 0.05 * np.column_stack([-step[:, 1], step[:, 0]]) / length[:, None]
    point, face = shapely.STRtree(faces).query(shapely.points(aside), predicate="within")
    votes = np.bincount(face, weights=length[point], minlength=len(faces))
    return np.asarray(votes, np.float64)


def with_hong_kong(table: gpd.GeoDataFrame | None, area: Area) -> gpd.GeoDataFrame:
    """Return what a map shows around an area: its own layer, and in Hong Kong what is missing.

    Parameters
    ----------
    table
        As `surroundings_within` gives it; None where the city has none.
    area
        The study area.

    Returns
    -------
    The layer, with the sea of the package's coast where it says nothing of water at the coast, and
    with names that the package knows.
    """
    given = empty_surroundings(area.crs) if table is None else table
    if area.crs != HONG_KONG_CRS or not area.parts:
        return given
    window = map_window(area)
    rows = [tuple(row) for row in given[given["kind"] != WATER][[*COLUMNS]].to_numpy(object)]
    water = given.geometry[given["kind"] == WATER].to_numpy()
    sea = _sea_of_hong_kong(window)
    beyond = None if _reaches_sea(water, sea) else sea
    joined = _joined(np.array([*water, *([] if beyond is None else [beyond])], object), window)
    rows = [
        row for row in rows if row[0] != "station"
    ]  # those that we know have their exits' middle
    known = {name for _, *names, _ in rows for name in names}
    rows += [
        row for row in (*_stations(), *_names()) if row[1] not in known and window.contains(row[3])
    ]
    first = [] if joined is None else [(WATER, "", "", joined)]
    return _table([*first, *rows], area.crs)


def _reaches_sea(water: NDArray[np.object_], sea: BaseGeometry) -> bool:
    """Return whether a layer's own water is the sea already: more than half of where that lies."""
    own = shapely.union_all(water) if len(water) else shapely.Polygon()
    return bool(shapely.intersection(own, sea).area > sea.area / 2)


def _joined(shapes: NDArray[np.object_], window: BaseGeometry) -> BaseGeometry | None:
    """Return polygons as one shape, cut to a window and drawn as coarsely as its size allows."""
    west, south, east, north = window.bounds
    tolerance = max(max(east - west, north - south) / STEPS, FINEST_M)
    part = shapely.get_parts(shapes)
    near = shapely.intersects(shapely.box(*shapely.bounds(part).T), window)
    seen = shapely.area(part) > (tolerance / 2) ** 2  # of what nobody would see there may be most
    part = part[near & seen & (shapely.get_type_id(part) == 3)]
    # joining takes its time by the corners, most of which nobody would see
    part = shapely.make_valid(shapely.simplify(part, tolerance / 2))
    cut = shapely.union_all(shapely.clip_by_rect(part, *window.bounds))
    while True:  # small parts go as it gets coarser, so very many of them come to an end too
        part = shapely.get_parts(shapely.simplify(cut, tolerance))
        part = part[(shapely.get_type_id(part) == 3) & (shapely.area(part) > (3 * tolerance) ** 2)]
        if shapely.get_num_coordinates(part).sum() <= MOST_POINTS:
            return shapely.multipolygons(part) if len(part) else None
        tolerance *= 2


def _table(rows: list[tuple[str, str, str, BaseGeometry]], crs: str) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows, columns=[*COLUMNS])
    texts = {name: frame[name].astype(str) for name in COLUMNS[:3]}
    return gpd.GeoDataFrame(texts, geometry=frame["geometry"].to_numpy(object), crs=crs)


def _sea_of_hong_kong(window: BaseGeometry) -> BaseGeometry:
    """Return what is sea in a box in or around Hong Kong (EPSG:2326)."""
    cut = {}
    for kind, rings in _coast().items():
        near = rings[shapely.intersects(shapely.box(*shapely.bounds(rings).T), window)]
        cut[kind] = shapely.clip_by_rect(near, *window.bounds)
    land = shapely.union_all([*cut["land"], *cut["beyond"]])
    return shapely.union(shapely.difference(window, land), shapely.union_all(cut["lake"]))


@cache
def _coast() -> dict[str, NDArray[np.object_]]:
    """Return the rings of what is not sea in and around Hong Kong, EPSG:2326, by kind."""
    text = files("sim.facts").joinpath("coast.txt").read_text(encoding="utf-8")
    rings: dict[str, list[shapely.Polygon]] = {"land": [], "lake": [], "beyond": []}
    for line in text.splitlines():
        if not line.startswith("#"):
            kind, *steps = line.split(" ")
            corners = np.cumsum(np.array(steps, np.float64).reshape(-1, 2), axis=0) * 10
            rings[kind].append(shapely.Polygon(corners))
    return {kind: np.array(found, object) for kind, found in rings.items()}


@cache
def _stations() -> tuple[tuple[str, str, str, shapely.Point], ...]:
    table = gazetteer()
    table = table[table["kind"] == "station"].sort_values("weight", ascending=False, kind="stable")
    return tuple(table[[*COLUMNS]].itertuples(index=False, name=None))


@cache
def _names() -> tuple[tuple[str, str, str, shapely.Point], ...]:
    text = files("sim.facts").joinpath("map_names.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple(
        (row["kind"], row["name"], row["name_zh"], shapely.Point(float(row["x"]), float(row["y"])))
        for row in rows
    )
