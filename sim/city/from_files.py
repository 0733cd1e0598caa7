"""A city from files: an extract, a graph that osmnx saved, building polygons, station exits.

It finds out which file holds what, has of an extract only read what lies around the study area,
cuts streets to it, and has buildings and places read beside the streets, because the two are
independent and each takes its time. What the layers are turned into is decided in
`sim.city.streets`, `walls` and `assemble`.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from sim.area import HONG_KONG_CRS, Area, DistrictPart, district_outlines, districts
from sim.city.assemble import DEFAULT_HALO_M, assemble
from sim.city.district_names import district_words, named_districts
from sim.city.filled_buildings import lacking
from sim.city.from_official import across, as_official, by_layer, check_layers, on_ground
from sim.city.mapped_walls import mapped_walls
from sim.city.model import City
from sim.city.places import Places
from sim.city.planted import Planting, TreeTables
from sim.city.read_layers import stacked, with_signals
from sim.city.sides import with_both_sides
from sim.city.sources.box import Box
from sim.city.sources.buildings import COUNTED
from sim.city.sources.bus_streets import (
    ASSUMPTIONS,
    PROXY,
    between_facades,
    covered_districts,
    outline,
    read_bus_streets,
)
from sim.city.sources.extract_content import Around
from sim.city.sources.extract_surroundings import extent_of, surroundings_met
from sim.city.sources.files import (
    Kind,
    file_kind,
    read_area,
    read_buildings,
    read_mtr_exits,
    read_streets,
)
from sim.city.sources.official_buildings import read_official_buildings
from sim.city.sources.official_districts import read_districts
from sim.city.sources.official_footbridges import footbridge_faces, read_footbridges
from sim.city.sources.official_hours import read_hours
from sim.city.sources.official_lamp_posts import read_lamp_posts
from sim.city.sources.official_layers import CREDITS
from sim.city.sources.official_network import read_network, walk_options
from sim.city.sources.official_trees import read_official_trees
from sim.city.sources.osm_stream import OSM
from sim.city.sources.osm_trees import trees_met
from sim.city.sources.own_places import (
    joined_places,
    read_places,
    with_places_outside,
)
from sim.city.sources.pbf import read_features_in_turns, read_ways
from sim.city.street_widths import with_widths
from sim.city.streets import StreetNetwork, projected_crs
from sim.city.surroundings import box_around, box_of_streets, surroundings_within
from sim.city.walls import Walls
from sim.errors import InputError
from sim.processes import computing_threads, give_back_memory

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from sim.city.sources.osm_stream import Reading

GIVEN = {
    "licence": "as stated by whoever gave the file",
    "attribution": "see the source of the file",
}
BUS_ROUTES = {
    "licence": "DATA.GOV.HK and CSDI terms of use",
    "attribution": "Transport Department via CSDI, hkbus/route-waypoints",
}
MTR = {
    "licence": "DATA.GOV.HK terms of use",
    "attribution": "MTR Corporation, via DATA.GOV.HK",
}
TERMS: dict[str, dict[str, str]] = {
    "pbf": OSM, "streets": OSM, "bus_streets": BUS_ROUTES, "mtr_exits": MTR,
    **{str(kind): terms for kind, terms in CREDITS.items()},
}  # fmt: skip
"""Licence and attribution of each kind of file."""

BOX_MARGIN_M = 1000.0
"""An extract is read so far beyond the halo: more than the reach of a name from a station to its
entrances, and than straight lines in metres and in degrees lie apart."""


class _Streets(NamedTuple):
    """Junctions, pieces of street between them, and what was left out."""

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    report: dict[str, float]
    ground: NDArray[np.object_] | None = None
    """Lines at street level with their heights above the sea, where a file has them."""
    signals: NDArray[np.object_] | None = None
    """Where traffic lights stand, where a file has them."""


class _Around(NamedTuple):
    """A study area that is given, in the metres of the city."""

    polygon: BaseGeometry
    reach: BaseGeometry
    """The polygon and its halo: streets that touch it are read."""
    crs: str


class _Study(NamedTuple):
    """Where figures count, None for all that the files hold."""

    polygon: BaseGeometry | None
    halo_m: float | None
    covered: tuple[DistrictPart, ...]
    """Districts whose bus streets are all there; none of streets that people walk."""


class _Features(NamedTuple):
    """Buildings in one or several tables, places, and what was left out."""

    buildings: Iterable[gpd.GeoDataFrame]
    places: gpd.GeoDataFrame
    report: dict[str, float]
    trees: TreeTables
    around: Around | None = None
    """What the only extract of a city holds around its streets."""


class _Layers(NamedTuple):
    """What the files hold of a city; streets by their middle."""

    middles: StreetNetwork
    mapped: Walls | None
    places: gpd.GeoDataFrame
    study: _Study
    report: dict[str, float]
    trees: TreeTables
    around: Around | None


def import_files(
    paths: list[Path],
    name: str,
    *,
    area: Path | str | None = None,
    halo_m: float | None = None,
    name_zh: str = "",
    private: bool = False,
    pavements: bool = False,
    places: Path | str | None = None,
    begun: Mapping[Path, Reading] | None = None,
    walk: Mapping[str, Any] | None = None,
) -> City:
    """Build a city from files: streets, and where given buildings and station exits.

    Parameters
    ----------
    paths
        One source of streets (.osm.pbf, .gpkg or .graphml as osmnx saves them, a .gpkg of the
        streets that buses use, or the Government's pedestrian network), and any of building
        polygons (.geojson, .parquet, .gpkg), the Government's buildings, lamp posts, trees and
        districts, and mtr_exits.json. Buildings given as polygons replace those of the .osm.pbf,
        the Government's come before them, and the pedestrian network replaces its streets.
    name, name_zh
        Of the city, in English and in Chinese.
    area
        File with the polygon of the study area, or districts of Hong Kong ("Wan Chai", "灣仔,東區",
        "all"); streets beyond it and its halo are left out. By default all streets are simulated
        and figures count the part inside the halo; of bus streets, the districts that they cover,
        without a halo.
    halo_m
        Width of the halo; 150 m by default.
    private
        Walk ways of private access too.
    pavements
        Infer both pavements of streets that have none on the map.
    places
        File of places beside those of the map (`sim.city.sources.own_places`).
    begun
        Processes that read extracts already (`reading_ahead`).
    walk
        Options of the Government's pedestrian network, as `walk_options` takes them.

    Raises
    ------
    InputError
        A file is missing, damaged or of the wrong kind, or they do not fit together.
    """
    kinds = {path: file_kind(path) for path in map(Path, paths)}
    layers = _read(kinds, area, halo_m, begun or {}, private, walk)
    given = None if places is None else read_places(Path(places), layers.middles.crs)
    if given is not None:
        joined, added = joined_places(layers.places, given)
        layers = layers._replace(places=joined, report=layers.report | added)
    city = _assembled(layers, (name, name_zh), _sources(kinds, area, places), pavements, kinds)
    if given is not None:
        city = with_places_outside(city, given, str(places))
    if "official_network" in kinds.values():
        return as_official(city, one_way=walk_options(walk or {}).one_way)
    return _as_proxy(city, layers.study.covered) if "bus_streets" in kinds.values() else city


def _assembled(
    layers: _Layers,
    names: tuple[str, str],
    sources: list[dict[str, Any]],
    pavements: bool,
    kinds: Mapping[Path, Kind],
) -> City:
    give_back_memory()  # what was read is met again as streets and walls
    study, planting = layers.study, Planting(layers.trees)
    middles, streets, report = _sides(layers, pavements, kinds)
    city = assemble(
        names[0],
        streets,
        buildings=layers.mapped,
        area=study.polygon,
        region=study.polygon if study.covered else None,
        halo_m=study.halo_m,
        places=Places(layers.places),
        name_zh=names[1],
        provenance={
            "sources": sources,
            "layers": by_layer(kinds, mapped=layers.mapped is not None),
            "left_out_while_reading": {**layers.report, **report},
        },
        same_source=not {"polygons", "official_buildings"} & {*kinds.values()},
        centrelines=between_facades(middles) if "bus_streets" in kinds.values() else middles,
        complete=bool({"official_network", "official_buildings"} & {*kinds.values()}),
        beside={"trees": planting.trees, **_surroundings(layers, kinds)},
    )
    return planting.noted(on_ground(city, kinds))


def _surroundings(
    layers: _Layers, kinds: Mapping[Path, Kind]
) -> dict[str, Callable[[Area], gpd.GeoDataFrame]]:
    """Return what cuts what the extract holds to the map of an area, by the name of its layer."""
    around, box = layers.around, box_of_streets(layers.middles, layers.study.polygon)
    if around is None or box is None:
        return {}
    extent = extent_of(next(path for path, kind in kinds.items() if kind == "pbf"))
    return {
        "surroundings": lambda area: surroundings_within(
            surroundings_met(around, box), area, extent
        )
    }


def _sides(
    layers: _Layers, pavements: bool, kinds: Mapping[Path, Kind]
) -> tuple[StreetNetwork, StreetNetwork, dict[str, float]]:
    """Return streets by their middle and as walked, as wide as a layer says, and its counts."""
    middles = layers.middles
    measure, report = across(middles, kinds)
    widths = None if measure is None else measure(middles)
    wide = middles if widths is None else with_widths(middles, widths)
    if not pavements:
        return wide, wide, report
    walked = with_both_sides(middles, layers.mapped, widths)
    return wide, walked if measure is None else with_widths(walked, measure(walked)), report


def _read(
    kinds: Mapping[Path, Kind],
    area: Path | str | None,
    halo_m: float | None,
    begun: Mapping[Path, Reading],
    private: bool,
    walk: Mapping[str, Any] | None,
) -> _Layers:
    """Read streets, cut to the study area, and beside them buildings and places.

    A study area that is named decides the metres and the country, not what else the files hold.
    """
    check_layers(kinds, area, walk)
    options = walk_options(walk or {})
    street_file = _street_file(kinds)
    official = [path for path, kind in kinds.items() if kind == "official_districts"]
    outlines = read_districts(official[0]) if official else district_outlines()
    around = None if area is None else _around(_given_area(area, outlines), halo_m)
    box = None if around is None else _box(around)
    ways = None
    if kinds[street_file] == "official_network":  # first, for buildings stand on its ground
        table = [path for path, kind in kinds.items() if kind == "official_hours"]
        hours = read_hours(table[0]) if table else None
        ways = _Streets(*read_network(street_file, options, hours))
    with computing_threads(1) as beside:
        features = [beside.submit(_read_features, kinds, begun, box, ways and ways.ground)]
        read = ways or _read_streets(street_file, kinds[street_file], begun, box)
        crs = projected_crs(read.edges) if around is None else around.crs
        walls = beside.submit(_walled, features, crs)
        study, edges = _Study(None, halo_m, ()), read.edges
        if around is not None:
            study = study._replace(polygon=around.polygon)
            edges = _clipped(edges, around, str(area))
        elif kinds[street_file] == "bus_streets":
            study = _Study(*_covered(edges))
        middles = StreetNetwork.build(read.nodes, edges, crs, private)
        signals, of_streets = read.signals, read.report
        del read, ways, edges  # large, and made anew
        give_back_memory()
        mapped, found = walls.result()
    places = with_signals(found.places, signals)
    report = {**of_streets, **found.report}
    return _Layers(middles, mapped, places, study, report, found.trees, found.around)


def _street_file(kinds: Mapping[Path, Kind]) -> Path:
    """Return the file that holds streets; exactly one must."""
    found = [path for path, kind in kinds.items() if kind == "official_network"]
    found = found or [
        path for path, kind in kinds.items() if kind in ("pbf", "streets", "bus_streets")
    ]
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise InputError(
            f"import: needs exactly one file with streets (.osm.pbf, .gpkg, .graphml), got {names}"
        )
    return found[0]


def _read_streets(
    path: Path, kind: Kind, begun: Mapping[Path, Reading], box: Box | None
) -> _Streets:
    if kind == "pbf":
        return _Streets(*read_ways(path, begun.get(path), box))
    if kind == "bus_streets":
        return _Streets(*read_bus_streets(path))
    return _Streets(*read_streets(path), {})


def _read_features(
    kinds: Mapping[Path, Kind],
    begun: Mapping[Path, Reading],
    box: Box | None = None,
    ground: NDArray[np.object_] | None = None,
) -> _Features:
    """Read buildings and places of all files; polygons replace an extract's buildings.

    Of the Government's buildings an extract fills in what they lack.
    """
    buildings: Iterable[gpd.GeoDataFrame] = ()
    places: list[gpd.GeoDataFrame] = []
    trees: TreeTables = {}
    report: dict[str, float] = {}
    filled: list[gpd.GeoDataFrame] = []
    around: Around | None = None
    for path in (path for path, kind in kinds.items() if kind == "pbf"):
        met = read_features_in_turns(path, begun.get(path), box)
        buildings, report, around = met.buildings, met.report, met.around
        trees["pbf"] = partial(trees_met, met.trees, box=box)
        places.append(met.places)
    read = [read_buildings(path) for path, kind in kinds.items() if kind == "polygons"]
    official = [
        read_official_buildings(path, ground)
        for path, kind in kinds.items()
        if kind == "official_buildings"
    ]
    if official and not read:
        blocks = [area for one in official for area in (one.footprints.geometry, one.open_sided)]
        filled, counted = lacking(buildings, np.concatenate([*map(np.asarray, blocks)]))
        report = {name: count for name, count in {**report, **counted}.items() if count}
    read += [(one.footprints, one.report) for one in official]
    given = [frame for frame, _ in read]
    if given:
        report = {name: count for name, count in report.items() if name not in COUNTED}
    for _, counted in read:
        report = {name: report.get(name, 0.0) + counted.get(name, 0.0) for name in report | counted}
    if given:
        buildings = [stacked(given), *filled]
    places += [read_mtr_exits(path) for path, kind in kinds.items() if kind == "mtr_exits"]
    for path in (path for path, kind in kinds.items() if kind == "official_lamp_posts"):
        posts, counted = read_lamp_posts(path)
        places.append(posts)
        report = {**report, **counted}
    for path in (path for path, kind in kinds.items() if kind == "official_footbridges"):
        bridges, counted = read_footbridges(path)
        places.append(footbridge_faces(bridges))
        boxes = float((~bridges["outlined"]).sum())
        report = {**report, **counted, **({"footbridges_without_outline": boxes} if boxes else {})}
    for path in (path for path, kind in kinds.items() if kind == "official_trees"):
        table, counted = read_official_trees(path)
        trees["official_trees"] = table.to_crs
        report = {**report, **counted}
    table = stacked(places) if places else Places.empty("EPSG:4326").table
    return _Features(buildings, table, report, trees, around)


def _walled(features: list[Future[_Features]], crs: str) -> tuple[Walls | None, _Features]:
    """Turn buildings into walls, and let go of what was read; it is taken out of the list."""
    found = features.pop().result()
    return mapped_walls(found.buildings, crs), found._replace(buildings=())


def _around(shape: gpd.GeoSeries, halo_m: float | None) -> _Around:
    crs = projected_crs(shape.to_frame("geometry"))
    polygon = shape.to_crs(crs).iloc[0]
    return _Around(polygon, polygon.buffer(DEFAULT_HALO_M if halo_m is None else halo_m), crs)


def _box(around: _Around) -> Box | None:
    """Return the box in degrees outside which nothing tells on a study area; None if it has none.

    Besides its halo it holds `BOX_MARGIN_M`.
    """
    west, south, east, north = around.reach.bounds
    m = BOX_MARGIN_M
    return box_around(shapely.box(west - m, south - m, east + m, north + m), around.crs)


def _clipped(edges: gpd.GeoDataFrame, around: _Around, area: str) -> gpd.GeoDataFrame:
    """Return the streets inside a study area and its halo."""
    reach = gpd.GeoSeries([around.reach], crs=around.crs).to_crs(edges.crs).iloc[0]
    west, south, east, north = reach.bounds
    edges = edges.cx[west:east, south:north]  # far ones may have no place in these metres
    edges = edges[edges.to_crs(around.crs).intersects(around.reach)]
    if edges.empty:
        raise InputError(f"{area}: no streets inside it; check that both are of one place")
    return edges


def _covered(edges: gpd.GeoDataFrame) -> tuple[BaseGeometry, float, tuple[DistrictPart, ...]]:
    """Return the outline of the districts whose streets buses use, no halo, and the districts."""
    covered = covered_districts(edges)
    return outline(covered), 0.0, covered


def _given_area(area: Path | str, outlines: Mapping[str, BaseGeometry]) -> gpd.GeoSeries:
    """Return the study area that districts or a file name, in its own CRS."""
    words = district_words(str(area))
    if not words:
        if not Path(area).suffix:  # no file, so a district was meant
            names = [name for d in districts() for name in (d.name, d.name_zh)]
            near = difflib.get_close_matches(str(area), names, n=1)
            hint = f"did you mean {near[0]}?" if near else "give a polygon file or districts"
            raise InputError(f"--area {area}: is no district of Hong Kong and no file; {hint}")
        polygon, crs = read_area(Path(area))
        return gpd.GeoSeries([polygon], crs=crs)
    shapes = [outlines[d.name] for word in words for d in named_districts(word)]
    return gpd.GeoSeries([shapely.union_all(shapes)], crs=HONG_KONG_CRS)


def _as_proxy(city: City, covered: tuple[DistrictPart, ...]) -> City:
    """Return the city marked as streets that buses use; districts held whole count as a whole."""
    provenance = {
        **city.provenance,
        "streets_kind": PROXY,
        "assumptions": [*ASSUMPTIONS, *city.provenance["assumptions"]],
    }
    area = replace(city.area, parts=covered or city.area.parts)
    return replace(city, area=area, provenance=provenance)


def _sources(
    kinds: Mapping[Path, Kind], area: Path | str | None, places: Path | str | None
) -> list[dict[str, Any]]:
    """Describe the files, with digests and terms."""
    described = [_source(path, kind) for path, kind in kinds.items()]
    if area is not None and not district_words(str(area)):
        described.append(_source(Path(area), "area"))
    if places is not None:
        described.append(_source(Path(places), "places"))
    return described


def _source(path: Path, kind: str) -> dict[str, Any]:
    terms = TERMS.get(kind, GIVEN)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "file": path.name,
        "kind": kind,
        "sha256": digest,
        "bytes": path.stat().st_size,
        **terms,
    }
