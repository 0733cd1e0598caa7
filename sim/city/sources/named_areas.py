"""Which area a person means: district names, polygon files, a point with a radius, place names.

It turns words into one polygon in metres and says where the polygon is from. Place names are
looked up at a Nominatim server, everything else is found without a network.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from sim.area import HONG_KONG_CRS, district_outlines, districts
from sim.city.bundle_folder import plain_name
from sim.city.district_names import named_districts
from sim.city.sources.files import read_area
from sim.city.sources.server import GarbageError, Server
from sim.city.streets import projected_crs
from sim.errors import InputError

NOMINATIM = "https://nominatim.openstreetmap.org"
LARGEST_RADIUS_M = 30_000.0
POLYGON_SUFFIXES = (".geojson", ".json", ".gpkg", ".parquet", ".geoparquet")
_CIRCLE = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*,\s*([+-]?\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*")
_LARGEST_FOUND_MB = 50


@dataclass(frozen=True)
class WantedArea:
    """An area that a person named.

    Attributes
    ----------
    name, name_zh
        For texts and, made plain, for the bundle.
    polygon
        In projected metres.
    crs
        HK80 in Hong Kong, the local UTM zone elsewhere.
    sources
        Where the polygon is from, if it is not built in.
    """

    name: str
    name_zh: str
    polygon: BaseGeometry
    crs: str
    sources: list[dict[str, Any]] = field(default_factory=list)

    @property
    def plain_name(self) -> str:
        """The name as a bundle may have it: "Wan Chai" is "wan_chai"."""
        return plain_name(self.name)


@dataclass(frozen=True)
class _Piece:
    name: str
    name_zh: str
    shape: BaseGeometry
    crs: str
    source: dict[str, Any] | None = None


def wanted_area(words: Sequence[str], places: Server[list[dict[str, Any]]]) -> WantedArea:
    """Find the area that words name; several are joined.

    Parameters
    ----------
    words
        Each a district of Hong Kong (English or Chinese), "all", a polygon file (GeoJSON,
        GeoPackage, GeoParquet), "latitude,longitude,radius in metres", or the name of a place.
    places
        As `nominatim` returns it; asked for names of places only.

    Raises
    ------
    InputError
        Nothing of that name, or no polygon.
    """
    if not words:
        raise InputError("area: none given; name a district, a place, a file or lat,lon,radius")
    pieces = [piece for word in words for piece in _pieces(word, places)]
    frames = [gpd.GeoSeries([piece.shape], crs=piece.crs) for piece in pieces]
    corners = gpd.GeoSeries(
        [shapely.box(*frame.to_crs("EPSG:4326").total_bounds) for frame in frames], crs="EPSG:4326"
    )
    crs = projected_crs(corners.to_frame("geometry"))
    shape = shapely.union_all([frame.to_crs(crs).iloc[0] for frame in frames])
    if not shape.area > 0:
        raise InputError(f"{words[0]}: has no area; take another one")
    if list(map(str.lower, words)) == ["all"]:
        names = ["Hong Kong"], ["香港"]
    else:
        names = [piece.name for piece in pieces], [piece.name_zh for piece in pieces]
    return WantedArea(
        " and ".join(names[0]),
        "、".join(names[1]) if all(names[1]) else "",
        shape,
        crs,
        [piece.source for piece in pieces if piece.source],
    )


def _pieces(word: str, places: Server[list[dict[str, Any]]]) -> list[_Piece]:
    """Return what one word means: the first of the readings that fits."""
    outlines = district_outlines()
    named = named_districts(word)
    if named:
        return [_Piece(d.name, d.name_zh, outlines[d.name], HONG_KONG_CRS) for d in named]
    circle = _CIRCLE.fullmatch(word)
    if circle:
        return [_circle(word, *map(float, circle.groups()))]
    if word.lower().endswith(POLYGON_SUFFIXES) or Path(word).is_file():
        return [_file(Path(word))]
    return [_place(word, places)]


def _circle(word: str, latitude: float, longitude: float, radius: float) -> _Piece:
    if not (abs(latitude) < 85 and abs(longitude) <= 180):
        raise InputError(f"{word}: no such position; give latitude,longitude,radius in metres")
    if not 0 < radius <= LARGEST_RADIUS_M:
        raise InputError(f"{word}: a radius is between 0 and {LARGEST_RADIUS_M:,.0f} m")
    middle = gpd.GeoSeries([shapely.Point(longitude, latitude)], crs="EPSG:4326")
    crs = projected_crs(middle.to_frame("geometry"))
    shape = middle.to_crs(crs).iloc[0].buffer(radius)
    return _Piece(f"{radius:g} m around {latitude:g} {longitude:g}", "", shape, crs)


def _file(path: Path) -> _Piece:
    shape, crs = read_area(path)
    data = path.read_bytes()
    source = {
        "file": path.name,
        "kind": "area",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "licence": "as stated by whoever gave the file",
        "attribution": "see the source of the file",
    }
    return _Piece(path.name.split(".")[0], "", shape, crs, source)


def nominatim(
    kept: Path,
    url: str = NOMINATIM,
    *,
    say: Callable[[str], None] = lambda _line: None,
    wait: Callable[[float], None] = time.sleep,
) -> Server[list[dict[str, Any]]]:
    """Return a Nominatim server, given the address that comes before "/search"."""
    address = f"{url.rstrip('/').removesuffix('/search')}/search"
    return Server("Nominatim", address, "GET", kept, ".json", _found, say, wait)


def _found(path: Path) -> list[dict[str, Any]]:
    """Read a kept answer of Nominatim: a list of places."""
    try:
        with gzip.open(path) as file:
            text = file.read(_LARGEST_FOUND_MB * 1_000_000)
        found = json.loads(text)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise GarbageError("the answer is no JSON, or was cut off") from error
    if not isinstance(found, list) or not all(isinstance(place, dict) for place in found):
        raise GarbageError("the answer is no list of places")
    return found


def _place(word: str, places: Server[list[dict[str, Any]]]) -> _Piece:
    """Look a place up by its name; the first that has an outline counts, as in osmnx."""
    form = {"q": word, "format": "jsonv2", "polygon_geojson": "1", "limit": "10"}
    path, found = places.answer(form)
    if not found:
        known = ", ".join(d.name for d in districts())
        raise InputError(f"{word}: no such place found; districts are {known}")
    for place in found:
        shape = _outline(place)
        if shape is not None:
            source = {
                "file": places.host,
                "kind": "place name",
                "place": str(place.get("display_name", word))[:300],
                "osm": f"{place.get('osm_type', '')} {place.get('osm_id', '')}".strip()[:60],
                "sha256": hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest(),
                "licence": "ODbL 1.0",
                "attribution": "© OpenStreetMap contributors",
            }
            name = word.partition(",")[0].strip() or word
            return _Piece(name, "", shape, "EPSG:4326", source)
    raise InputError(f"{word}: found as a point only; give latitude,longitude,radius instead")


def _outline(place: dict[str, Any]) -> BaseGeometry | None:
    """Return the polygon of a place, where it has one."""
    try:
        shape = shapely.from_geojson(json.dumps(place.get("geojson")))
    except (shapely.errors.ShapelyError, ValueError):
        return None
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        return None
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -85 <= south <= north <= 85):
        return None
    return shapely.make_valid(shape)
