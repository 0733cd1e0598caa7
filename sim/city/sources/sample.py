"""The built-in sample cities: a curated table of streets and places, turned into a `City`.

It reads `sim/facts/<name>.yaml`, which a person can read and correct, and says where the table is
wrong. It needs no network and no file beside the package; its walls are inferred street blocks.
"""

from __future__ import annotations

import math
import zlib
from importlib.resources import files
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import yaml
from numpy.typing import NDArray

from sim.area import HONG_KONG_CRS, Area, district_parts
from sim.city.model import City
from sim.city.pavements import pavements
from sim.city.places import KINDS, Places
from sim.city.sources.pbf import exit_names
from sim.city.streets import StreetNetwork
from sim.city.surroundings import surroundings_within
from sim.city.walls import Walls
from sim.errors import InputError

SAMPLES = ("mong_kok_core",)
"""Names of the samples that come with the package."""
HOME_SPACING_M = 60.0
SMALLEST_NAMED_M2 = 2000.0
"""Of parks that the map names, as in `sim.city.sources.extract_surroundings`, which loads more."""
_DECK_TAGS = {"bridge": ("yes", ""), "tunnel": ("", "yes")}


def load_sample(name: str) -> City:
    """Build a city from a table that is shipped with the package.

    Streets have both pavements where the table says so, joined by crossings at junctions; walls
    are blocks inferred from the streets. Residents are spread along the streets of their census
    planning unit group, inside the study area.

    Raises
    ------
    InputError
        No sample of that name, or the table is wrong; the message names the row.
    """
    if name not in SAMPLES:
        raise InputError(f"sample {name!r}: is not built in; known: {', '.join(SAMPLES)}")
    text = files("sim.facts").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return build_sample(read_table(text, f"{name}.yaml"))


def read_table(text: str, where: str) -> dict[str, Any]:
    """Read the text of a sample table, without building anything from it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster, where it is there
    try:
        table = yaml.load(text, Loader=loader)
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{where}: is no YAML ({reason}); correct it") from error
    if not isinstance(table, dict) or table.get("crs") != HONG_KONG_CRS:
        raise InputError(f"{where}: must be a table with `crs: {HONG_KONG_CRS}`")
    return table


def build_sample(table: dict[str, Any]) -> City:
    """Turn a table as `read_table` gives it into a city."""
    lines = centrelines(table)
    polygon, region = (_polygon(table, key) for key in ("area", "region"))
    nodes, edges = pavements(lines)
    streets = StreetNetwork.build(nodes, edges, HONG_KONG_CRS)
    # Pavements would count a bus street twice, so the table states the length of carriageways.
    streets.report["carriageway_km"] = float(table["carriageway_km"])
    walls = Walls.from_centrelines(lines[lines["tunnel"] == ""], region)
    places = Places(_places(table, lines, polygon))
    parts = district_parts(region, float(table["carriageway_km"]), table["region_population"])
    area = Area(
        table["name"], table["name_zh"], polygon, region, HONG_KONG_CRS, parts,
        float(table["halo_m"]),
    )  # fmt: skip
    provenance = _provenance(table, streets, walls, places)
    return City(area, streets, walls, places, provenance, surroundings=_surroundings(table, area))


def _surroundings(table: dict[str, Any], area: Area) -> gpd.GeoDataFrame:
    """Return the green ground and the names of parks, for maps."""
    rows = [(str(name), str(name_zh), _ring(places, str(name))) for name, name_zh, *places in
            table.get("green", ())]  # fmt: skip
    named = [
        ("park", name, name_zh, ring.centroid)
        for name, name_zh, ring in rows
        if name and ring.area >= SMALLEST_NAMED_M2
    ]
    found = pd.DataFrame(
        [("green", "", "", ring) for *_, ring in rows] + named,
        columns=["kind", "name", "name_zh", "geometry"],
    )
    return surroundings_within(gpd.GeoDataFrame(found, crs=area.crs), area)


def centrelines(table: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return the streets and ways on foot of a table as lines, one a row.

    Returns
    -------
    LineStrings (EPSG:2326) with name, name:zh, highway, pavements, width and facades (m, NaN where
    the class decides), bridge, tunnel, homes, and osmid: one number a name, so that cost dispersion
    goes by the street and not by the side one walks on.
    """
    rows = [*table["streets"], *table["ways_on_foot"]]
    for row in rows:
        for key in ("name", "zh", "class", "pavements", "chain"):
            if key not in row:
                raise InputError(f"{row.get('name', row)}: has no {key}; add one")
    decks = [_DECK_TAGS.get(row.get("deck", ""), ("", "")) for row in rows]
    columns = {
        "osmid": [zlib.crc32(row["name"].encode()) for row in rows],
        "name": [row["name"] for row in rows],
        "name:zh": [row["zh"] for row in rows],
        "highway": [row["class"] for row in rows],
        "pavements": [row["pavements"] for row in rows],
        "width": [float(row.get("width", math.nan)) for row in rows],
        "facades": [float(row.get("facades", math.nan)) for row in rows],
        "bridge": [bridge for bridge, _ in decks],
        "tunnel": [tunnel for _, tunnel in decks],
        "homes": [row.get("homes", row["class"] not in ("footway", "steps")) for row in rows],
    }
    shape = [shapely.LineString(_chain(row["chain"], row["name"])) for row in rows]
    return gpd.GeoDataFrame(columns, geometry=shape, crs=HONG_KONG_CRS)


def _chain(places: list[str], where: str) -> NDArray[np.float64]:
    """Read places written "835496 820034"; two or more."""
    try:
        points = np.array([[float(number) for number in place.split()] for place in places])
    except (ValueError, AttributeError, TypeError) as error:
        raise InputError(f'{where}: a place is written "835496 820034"; {error}') from error
    if points.ndim != 2 or points.shape[0] < 2 or points.shape[1] != 2:
        raise InputError(f'{where}: needs two places or more, each "835496 820034"')
    return points


def _polygon(table: dict[str, Any], key: str) -> shapely.Polygon:
    return _ring(table[key], key)


def _ring(places: list[str], where: str) -> shapely.Polygon:
    corners = _chain(places, where)
    polygon = shapely.Polygon(corners) if len(corners) > 2 else shapely.Polygon()
    if polygon.is_empty or not polygon.is_valid:
        raise InputError(f"{where}: its outline crosses itself; put its corners in order")
    return polygon


def _places(
    table: dict[str, Any], lines: gpd.GeoDataFrame, polygon: shapely.Polygon
) -> gpd.GeoDataFrame:
    rows: list[tuple[str, str, str, float, shapely.Point]] = []
    for station, station_zh, letter, place in table["exits"]:
        names = exit_names(station, station_zh, str(letter))
        rows.append(("station", *names, 1.0, _point(place)))
    for kind, name, name_zh, place, weight in table["places"]:
        if kind not in KINDS:
            raise InputError(f"{name}: {kind!r} is no kind of place; take {', '.join(KINDS)}")
        rows.append((kind, name, name_zh, float(weight), _point(place)))
    rows += _homes(table, lines, polygon)
    columns = pd.DataFrame(rows, columns=["kind", "name", "name_zh", "weight", "geometry"])
    return gpd.GeoDataFrame(columns, crs=HONG_KONG_CRS)


def _point(place: str) -> shapely.Point:
    x, y = (float(number) for number in place.split())
    return shapely.Point(x, y)


def _homes(
    table: dict[str, Any], lines: gpd.GeoDataFrame, polygon: shapely.Polygon
) -> list[tuple[str, str, str, float, shapely.Point]]:
    """Spread each group's residents evenly along its streets inside the study area."""
    lived = lines[lines["homes"]]
    count = np.ceil(lived.length.to_numpy() / HOME_SPACING_M).astype(np.int64)
    row = np.repeat(np.arange(len(lived)), count)
    step = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    line = lived.geometry.to_numpy()[row]
    point = shapely.line_interpolate_point(line, (step + 0.5) / count[row], normalized=True)
    metres = shapely.length(line) / count[row]
    names, names_zh = (lived[column].to_numpy()[row] for column in ("name", "name:zh"))
    homes = []
    for group in table["area_population"]:
        within = shapely.Polygon(_chain(group["within"], f"group {group['group']}"))
        inside = np.flatnonzero(shapely.intersects(within.intersection(polygon), point))
        people = group["people"] * metres[inside] / metres[inside].sum()
        homes += [
            ("home", names[i], names_zh[i], float(weight), point[i])
            for i, weight in zip(inside, people, strict=True)
        ]
    return homes


def _provenance(
    table: dict[str, Any], streets: StreetNetwork, walls: Walls, places: Places
) -> dict[str, Any]:
    """Return where everything comes from, what was assumed, and how much of it there is."""
    sources = table["sources"]
    people = sum(group["people"] for group in table["area_population"])
    by_kind = places.table["kind"].value_counts().sort_index()
    return {
        "sources": sources,
        "attribution": sorted({source["attribution"] for source in sources}),
        "licence": sorted({source["licence"] for source in sources}),
        "dropped": dict(streets.report),
        "walls": {"kind": walls.kind, **walls.report},
        "counts": {
            "nodes": len(streets.nodes),
            "edges": len(streets.edges),
            "street_km": round(streets.length_km, 3),
            "footprints": len(walls.footprints),
            "walls": len(walls.arrays.x0),
            **{f"places_{kind}": int(n) for kind, n in by_kind.items()},
        },
        "assumptions": [
            "a curated table of streets, to the metre or two, without lanes and private ways",
            "no building footprints: façades are inferred from the streets (blocks), and parks, "
            "the railway and the stadium count as blocks",
            "people cross at junctions only, over every arm; real railings are not known",
            f"homes: {people:,} people (2021 census by planning unit group) spread evenly along "
            "the streets of each group inside the study area",
            "offices: named buildings with an assumed weight",
        ],
    }
