"""What an OpenStreetMap extract holds around its streets: water, parks, coast, names of quarters.

Nothing is computed from it; a map draws it so that readers know where they are. It is met in one
more reading of the file and becomes one table in WGS 84, cut to a box, with its counts limited.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely
from osmium.filter import TagFilter

from sim.city.sources.box import Box
from sim.city.sources.buildings import Tags
from sim.city.tags import split_name

AREA_TAGS: tuple[tuple[str, frozenset[str], str], ...] = (
    ("natural", frozenset({"water"}), "water"),
    ("waterway", frozenset({"dock", "riverbank"}), "water"),
    ("landuse", frozenset({"basin", "reservoir"}), "water"),
    ("leisure", frozenset({"garden", "nature_reserve", "park", "recreation_ground"}), "green"),
    (
        "landuse",
        frozenset({"cemetery", "forest", "grass", "recreation_ground", "village_green"}),
        "green",
    ),
    ("natural", frozenset({"grassland", "scrub", "wood"}), "green"),
)
"""Which tags make water and which make green ground, the first that fits counts."""
NAME_TAGS: tuple[tuple[str, frozenset[str], str], ...] = (
    ("natural", frozenset({"bay", "strait"}), "bay"),
    ("railway", frozenset({"halt", "station"}), "station"),
    ("place", frozenset({"island", "islet"}), "island"),
    ("place", frozenset({"borough", "suburb", "town"}), "suburb"),
    ("place", frozenset({"neighbourhood", "quarter", "village"}), "neighbourhood"),
)
"""Which tags make a name that stands on the map."""
PARKS = frozenset({"garden", "nature_reserve", "park", "recreation_ground"})
"""Values of `leisure` that give green ground a name, …"""
SMALLEST_NAMED_M2 = 2000.0
"""… where it is no smaller."""
DEGREE_M = 111_320.0
"""Length of a degree of a great circle."""
COAST = "coastline"
"""Land lies to the left of such a line."""
MOST_AREAS = 20_000
MOST_NAMES = 2_000
MOST_COAST = 5_000
"""What comes after so many is left out, so that a file cannot fill a page."""
LONGEST_NAME = 80
_PAIRS = [(key, value) for key, values, _ in (*AREA_TAGS, *NAME_TAGS) for value in sorted(values)]
_AREA_PAIRS = [pair for pair in _PAIRS if pair != ("place", "town")]


@dataclass
class _Met:
    """What was met, a row each: kind, name, Chinese name, WKB in hexadecimal."""

    areas: list[tuple[str, str, str, str]] = field(default_factory=list)
    names: list[tuple[str, str, str, str]] = field(default_factory=list)
    coast: list[tuple[str, str, str, str]] = field(default_factory=list)


def read_surroundings(path: Path, box: Box) -> tuple[gpd.GeoDataFrame, Box | None]:
    """Read what lies around the streets of an extract.

    Parameters
    ----------
    path
        A .osm.pbf file that has been read already, so that it is known to be whole; or .osm.
    box
        What does not touch it is passed over.

    Returns
    -------
    found
        Rows (WGS 84) with kind, name and name_zh: polygons "water" and "green", lines
        "coastline", and points that carry a name, of the kinds of `NAME_TAGS` and "park".
    extent
        What the file says that it covers; None where it does not say.
    """
    met = _Met()
    items = osmium.FileProcessor(str(path)).with_areas(TagFilter(*_AREA_PAIRS))
    items.with_filter(TagFilter(*_PAIRS, ("natural", COAST)))
    factory = osmium.geom.WKBFactory()
    for item in items:
        try:
            _take(item, factory, met, box)
        except (RuntimeError, osmium.InvalidLocationError):
            continue  # cut at the edge of the extract, or without a proper outline
    rows = [*met.areas, *met.names, *met.coast]
    table = pd.DataFrame(rows, columns=["kind", "name", "name_zh", "shape"])
    shapes = shapely.from_wkb([bytes.fromhex(shape) for shape in table.pop("shape")])
    park = (table["kind"] == "park").to_numpy()
    named = table["kind"].isin([kind for _, _, kind in NAME_TAGS]).to_numpy() | park
    latitude = np.radians(shapely.bounds(shapes)[:, 1])
    small = shapely.area(shapes) * DEGREE_M**2 * np.cos(latitude) < SMALLEST_NAMED_M2
    shapes[named] = shapely.point_on_surface(shapes[named])
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")
    whole = ~(frame.geometry.is_empty | frame.geometry.isna() | (park & small))
    return frame[whole].reset_index(drop=True), _extent(path)


def _extent(path: Path) -> Box | None:
    with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
        box = reader.header().box()
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return Box(low.lon, low.lat, high.lon, high.lat)


def _take(item: object, factory: osmium.geom.WKBFactory, met: _Met, box: Box) -> None:
    """Take a named node, a coastline or an area that touches the box."""
    if isinstance(item, osmium.osm.Node):
        kind = _kind(item.tags, NAME_TAGS)
        if kind and item.location.valid():
            _add_name(kind, item.tags, factory.create_point(item), met, box)
    elif isinstance(item, osmium.osm.Way):
        if item.tags.get("natural") == COAST and len(met.coast) < MOST_COAST:
            _add_coast(item, factory, met, box)
    elif isinstance(item, osmium.osm.Area):
        _add_area(item, factory, met, box)


def _add_coast(way: osmium.osm.Way, factory: osmium.geom.WKBFactory, met: _Met, box: Box) -> None:
    line = factory.create_linestring(way)
    if box.meets(line):
        met.coast.append((COAST, "", "", line))


def _add_area(area: osmium.osm.Area, factory: osmium.geom.WKBFactory, met: _Met, box: Box) -> None:
    outline = factory.create_multipolygon(area)
    if not box.meets(outline):
        return
    named = _kind(area.tags, NAME_TAGS)
    if named:
        _add_name(named, area.tags, outline, met, box)
    kind = _kind(area.tags, AREA_TAGS)
    if kind and len(met.areas) < MOST_AREAS:
        met.areas.append((kind, "", "", outline))
        if area.tags.get("leisure") in PARKS:
            _add_name("park", area.tags, outline, met, box)


def _add_name(kind: str, tags: Tags, shape: str, met: _Met, box: Box) -> None:
    value = tags.get
    chinese = value("name:zh") or value("name:zh-Hant")
    names = split_name(value("name"), chinese, value("name:en"))
    if any(names) and len(met.names) < MOST_NAMES and box.meets(shape):
        met.names.append((kind, names[0][:LONGEST_NAME], names[1][:LONGEST_NAME], shape))


def _kind(tags: Tags, wanted: tuple[tuple[str, frozenset[str], str], ...]) -> str:
    """Return the kind that tags make, nothing where they make none."""
    for key, values, kind in wanted:
        if tags.get(key) in values:
            return kind
    return ""
