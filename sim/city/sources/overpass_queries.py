"""What an Overpass server is asked for an area: layers, tiles of a fixed grid, queries.

It knows Overpass's query language and which OpenStreetMap tags make a city; it asks nobody.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from sim.city.sources.named_areas import WantedArea
from sim.city.sources.pbf import ENTRANCE_REACH_M
from sim.city.sources.place_tags import PLACE_TAGS
from sim.city.sources.server import Server
from sim.errors import InputError

TIMEOUT_S = 180
LARGEST_MEMORY = 1 << 29
"""What a query may use on the server, bytes: the default of the public servers."""
TILE_DEGREES = 0.05
"""About 5 km. Tiles lie on a fixed grid, so that neighbouring areas share kept answers."""
SMALLEST_TILE_DEGREES = 0.002
LARGEST_AREA_KM2 = 3000.0
LARGEST_HALO_M = 5000.0
MB_PER_KM2 = {
    "streets": (0.04, 1.0),
    "buildings": (0.07, 0.5),
    "places": (0.003, 0.15),
    "surveillance": (0.0, 0.02),
}
"""Size of answers, MB of XML: measured over a whole municipality (Las Palmas), and over a dense
centre (Helsinki); a seventh of it travels."""


class Box(NamedTuple):
    """A box of WGS 84, in the order in which Overpass takes it."""

    south: float
    west: float
    north: float
    east: float

    def quarters(self) -> list[Box]:
        """Cut it in four."""
        y, x = (self.south + self.north) / 2, (self.west + self.east) / 2
        return [
            Box(south, west, north, east)
            for south, north in ((self.south, y), (y, self.north))
            for west, east in ((self.west, x), (x, self.east))
        ]

    @property
    def km2(self) -> float:
        """Its area."""
        middle = math.radians((self.south + self.north) / 2)
        km = 111.32
        return (self.north - self.south) * (self.east - self.west) * km * km * math.cos(middle)


def _streets(box: str) -> str:
    # Every way that meets a way of the box comes too, so that ways are cut at the same junctions
    # as in an extract of the whole city.
    return f'way["highway"]({box});node(w);way(bn)["highway"];(._;>;);'


def _buildings(box: str) -> str:
    kinds = "".join(
        f'way["{key}"]({box});relation["{key}"]["type"="multipolygon"]({box});'
        for key in ("building", "building:part")
    )
    return f"({kinds});(._;>;);"


def _places(box: str) -> str:
    values: dict[str, list[str]] = {}
    for key, of_key, _ in PLACE_TAGS:
        values.setdefault(key, []).extend(sorted(of_key))
    # Whole buildings come with the buildings.
    kinds = "".join(
        f'{"node" if key == "building" else "nwr"}["{key}"~"^({"|".join(of_key)})$"]({box});'
        for key, of_key in values.items()
    )
    return f"({kinds});(._;>;);"


def _surveillance(box: str) -> str:
    return f'nwr["man_made"="surveillance"]({box});(._;>;);'


LAYERS: dict[str, Callable[[str], str]] = {
    "streets": _streets,
    "buildings": _buildings,
    "places": _places,
    "surveillance": _surveillance,
}
MARGIN_M = {"places": ENTRANCE_REACH_M}
"""Layers that are asked for beyond the halo: a station outside names an entrance inside."""


def query(layer: str, box: Box) -> str:
    """Return the Overpass query for a layer in a box."""
    settings = f"[out:xml][timeout:{TIMEOUT_S}][maxsize:{LARGEST_MEMORY}];"
    # Everything comes with its tags ("body"), because the merge keeps one copy of what comes twice.
    return f"{settings}{LAYERS[layer](','.join(f'{side:.6f}' for side in box))}out body;"


def tiles(shape: BaseGeometry) -> list[Box]:
    """Cover a polygon (WGS 84) with boxes: its own where that is small, else those of the grid."""
    west, south, east, north = shape.bounds
    if max(east - west, north - south) <= TILE_DEGREES:
        per_degree = 1000
        low = (math.floor(side * per_degree) / per_degree for side in (south, west))
        high = (math.ceil(side * per_degree) / per_degree for side in (north, east))
        return [Box(*low, *high)]
    step = TILE_DEGREES
    return [
        Box(row * step, column * step, (row + 1) * step, (column + 1) * step)
        for row in range(math.floor(south / step), math.ceil(north / step))
        for column in range(math.floor(west / step), math.ceil(east / step))
        if shape.intersects(
            shapely.box(column * step, row * step, (column + 1) * step, (row + 1) * step)
        )
    ]


def questions(area: WantedArea, halo_m: float) -> list[tuple[str, Box]]:
    """Return what is to be asked for an area with its halo: layer by layer, tile by tile.

    Raises
    ------
    InputError
        The area is larger than a city or lies on the antimeridian, or the halo is wider than 5 km.
    """
    if not 0 <= halo_m <= LARGEST_HALO_M:
        raise InputError(f"halo: {halo_m} m is not between 0 and {LARGEST_HALO_M:.0f}")
    km2 = area.polygon.area / 1e6
    if km2 > LARGEST_AREA_KM2:
        raise InputError(
            f"{area.name}: {km2:,.0f} km2 are more than one city ({LARGEST_AREA_KM2:,.0f} km2); "
            "take a smaller area, or import an extract (.osm.pbf)"
        )
    asked = []
    for layer in LAYERS:
        reach = area.polygon.buffer(halo_m + MARGIN_M.get(layer, 0.0))
        shape = gpd.GeoSeries([reach], crs=area.crs).to_crs("EPSG:4326").iloc[0]
        west, _, east, _ = shape.bounds
        if east - west > 180:
            raise InputError(
                f"{area.name}: lies on the antimeridian, across which no box can be asked for; "
                "import an extract (.osm.pbf)"
            )
        asked += [(layer, box) for box in tiles(shape)]
    return asked


def plan(server: Server[Any], area: WantedArea, halo_m: float) -> Iterator[str]:
    """Yield every query for an area, and last what all of them come to; nothing is asked.

    Raises
    ------
    InputError
        As `questions`.
    """
    asked = questions(area, halo_m)
    new, least, most = 0, 0.0, 0.0
    for number, (layer, box) in enumerate(asked, 1):
        low, high = (rate * box.km2 for rate in MB_PER_KM2[layer])
        if server.has({"data": query(layer, box)}):
            size = "is kept"
        else:
            size = f"{low:.2g} to {high:.2g} MB"
            new, least, most = new + 1, least + low, most + high
        yield f"# {number} of {len(asked)}: {layer}, {box.km2:.1f} km2, {size}"
        yield query(layer, box)
    yield (
        f"# to ask of {server.host}: {new}, one at a time; kept: {len(asked) - new}; "
        f"{least:,.1f} to {most:,.1f} MB of XML, of which about a seventh travels"
    )
