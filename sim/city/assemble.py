"""From streets, buildings and places to one `City`: region, study area, walls, homes, offices.

It decides what is simulated (the region) and what is counted (the area inside the halo), and fills
in homes and offices where none are given. Whatever it assumes is written into the provenance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sim.area import HONG_KONG_CRS, Area, DistrictPart, district_parts
from sim.city.census import jobs_in
from sim.city.gaps import filled_walls
from sim.city.mapped_walls import AT_ONCE, mapped_walls
from sim.city.model import City
from sim.city.passages import opened
from sim.city.places import Places
from sim.city.sources.gazetteer import gazetteer_within
from sim.city.streets import StreetNetwork
from sim.city.taken_out import within_reach
from sim.city.walls import Walls
from sim.errors import InputError
from sim.processes import computing_threads, give_back_memory

DEFAULT_HALO_M = 150.0
"""Wider than the longest range of a typical head (128 m)."""
SMALLER_HALOS_M = (125.0, 100.0, 75.0, 50.0, 25.0, 0.0)
SMALLEST_AREA_SHARE = 0.3
"""An unasked-for halo may not leave less of the region than this to count."""
RIM_M = 15.0
"""The region reaches this far beyond the outermost streets, so that both their sides have walls."""
FACTS_SOURCE = {
    "file": "built-in facts",
    "kind": "districts, stations, markets",
    "licence": "DATA.GOV.HK and CSDI terms of use",
    "attribution": "Government of the HKSAR and MTR Corporation, via DATA.GOV.HK",
}
JOBS_AN_OFFICE = 2_000
"""Where fewer offices are mapped than one for so many jobs of the census, they do not stand for
all: work is spread along the streets as well. A map that holds one tower of a district would send
everybody there."""
HOME_CLASSES = ("residential", "living_street", "unclassified", "tertiary", "pedestrian")
OFFICE_CLASSES = ("primary", "secondary", "tertiary")
PLACE_SPACING_M = 60.0
LARGEST_UNSAID_SHARE = 0.02
"""What is missing is written into the assumptions from this share on."""
SAME_PLACE_M = 300.0
"""A gazetteer station or market this near to a given one is taken to be the same."""


def assemble(
    name: str,
    streets: StreetNetwork,
    *,
    buildings: gpd.GeoDataFrame | Walls | None = None,
    area: BaseGeometry | None = None,
    region: BaseGeometry | None = None,
    halo_m: float | None = None,
    places: Places | None = None,
    population: dict[str, float] | None = None,
    name_zh: str = "",
    provenance: dict[str, Any] | None = None,
    same_source: bool = False,
    centrelines: StreetNetwork | None = None,
    complete: bool = False,
    beside: Mapping[str, Callable[[Area], Any]] | None = None,
) -> City:
    """Put a city together.

    Parameters
    ----------
    name, name_zh
        Of the study area, for texts.
    streets, centrelines
        The walking network, halo included; and drawn in its middle, where it has two pavements.
    buildings
        Footprints in any CRS with an optional column height (m), or the walls that `mapped_walls`
        made of them; without them façades are inferred from the streets ("blocks").
    area, region
        What counts and what is simulated, in the CRS of `streets`; by default the region less the
        halo, and the convex hull of the streets with a rim of 15 m.
    halo_m
        Of the halo; by default 150 m, or less where that would leave under 30 % to count.
    places, population
        Known places, with in Hong Kong stations and markets of the gazetteer, and homes and offices
        along streets where none are given; people by Hong Kong district, else by land.
    provenance
        Sources (each with file, kind, licence and attribution) and what else to keep with them.
    same_source, complete
        Whether streets and buildings are of one source; whether no façade need be inferred.
    beside
        What gives further layers of an area, by their field in `City`; called in another thread.

    Raises
    ------
    InputError
        The area holds no streets, the halo leaves nothing to count, or buildings lie elsewhere.
    """
    said = _unconnected(streets)
    study = _study_area(streets, area, region, halo_m, said)
    own = Area(name, name_zh, study.polygon, study.region, streets.crs, (), study.halo_m)
    with computing_threads(1) as pool:
        further = {name: pool.submit(layer, own) for name, layer in (beside or {}).items()}
        streets, mapped = _mapped(streets, buildings, study.region, same_source)
        middles = centrelines or streets
        found = _filled(streets, middles, mapped, study, places, population, complete)
    kept = _provenance(provenance or {}, streets, study, found, said)
    own = replace(own, parts=found.parts)
    layers = {name: layer.result() for name, layer in further.items()}
    return City(own, streets, found.walls, Places(found.places), kept, **layers)


class _Study(NamedTuple):
    """The study area, and the region around it that is simulated."""

    polygon: BaseGeometry
    region: BaseGeometry
    halo_m: float


class _Filled(NamedTuple):
    """What stands in the region, and what was assumed of it."""

    walls: Walls
    places: gpd.GeoDataFrame
    parts: tuple[DistrictPart, ...]
    inside_footprints_km: float
    assumptions: list[str]


def _filled(
    streets: StreetNetwork,
    middles: StreetNetwork,
    mapped: Walls | None,
    study: _Study,
    places: Places | None,
    population: dict[str, float] | None,
    complete: bool,
) -> _Filled:
    """Return walls, places and districts; façades are inferred from the middles of streets."""
    with computing_threads(1) as beside:  # façades take longest to infer
        # With a copy of the region, because two threads may not use one prepared geometry.
        inferring = beside.submit(filled_walls, middles, mapped, copy(study.region), complete)
        parts = _parts(study.region, streets, population)
        known = _known_places(streets.crs, study.region, places)
        filled, of_places = _fill_places(known, streets, study, parts)
        give_back_memory()  # threads leave holes, each its own
        inside_km = _inside_footprints_km(streets, mapped)
        give_back_memory()
        walls, of_walls = inferring.result()
    return _Filled(walls, filled, parts, inside_km, [*of_walls, *of_places])


def _provenance(
    given: dict[str, Any],
    streets: StreetNetwork,
    study: _Study,
    found: _Filled,
    assumptions: list[str],
) -> dict[str, Any]:
    """Return sources, how much there is of everything, and what was dropped and assumed."""
    counts = _counts(streets, found.walls, found.places, study.polygon)
    return {
        **_sources(given, streets.crs),
        "dropped": dict(streets.report),
        "walls": {"kind": found.walls.kind, **found.walls.report},
        "counts": {**counts, "streets_inside_footprints_km": found.inside_footprints_km},
        "assumptions": [*assumptions, *found.assumptions],
    }


def _unconnected(streets: StreetNetwork) -> list[str]:
    """Return what lies on a far shore, or is cut off by the edge of the extract."""
    far = streets.report.get("dropped_unconnected_km", 0.0)
    if far < LARGEST_UNSAID_SHARE * streets.length_km:
        return []
    return [
        f"{far:.1f} km of walkable ways do not join the largest connected piece (for example a "
        "far shore) and are left out, with the region around them"
    ]


def _sources(provenance: dict[str, Any], crs: str) -> dict[str, Any]:
    """Add the package's own facts to the sources, and list licences and attributions once."""
    sources = list(provenance.get("sources", []))
    if crs == HONG_KONG_CRS:
        sources.append(FACTS_SOURCE)
    terms = {
        key: sorted({source[key] for source in sources if key in source})
        for key in ("attribution", "licence")
    }
    return {**provenance, "sources": sources, **terms}


def _study_area(
    streets: StreetNetwork,
    area: BaseGeometry | None,
    region: BaseGeometry | None,
    halo_m: float | None,
    assumptions: list[str],
) -> _Study:
    """Return what counts and what is simulated, and note what of it may be missing.

    Where no region is given, streets and not the bounding box of the file decide, so that an
    extract cut at a harbour has no far shore; what sea their hull still holds carries no street,
    and district land is counted to the shore only.
    """
    if halo_m is not None and not 0 <= halo_m <= 5000:
        raise InputError(f"halo: {halo_m} m is not between 0 and 5000", key="halo_m")
    wanted = DEFAULT_HALO_M if halo_m is None else float(halo_m)
    hull = _hull(streets)
    if region is None:
        region = hull
        if area is not None:
            region = region.intersection(area.buffer(wanted))
    if area is None:
        area, wanted = _shrunk(region, wanted, halo_m is not None, assumptions)
    shapely.prepare(area)
    if not shapely.intersects(area, streets.edges.geometry.to_numpy()).any():
        raise InputError("area: no streets inside it; check its position and its CRS")
    whole = area.buffer(wanted)
    missing = 1 - whole.intersection(hull).area / whole.area
    if missing > LARGEST_UNSAID_SHARE:
        assumptions.append(
            f"{missing:.0%} of the study area and its halo of {wanted:.0f} m lies beyond the "
            "outermost streets (sea, or the edge of the data, where figures are lower bounds)"
        )
    return _Study(area, region, wanted)


def _hull(streets: StreetNetwork) -> BaseGeometry:
    line = streets.edges.geometry.to_numpy()
    several = [
        shapely.convex_hull(shapely.linestrings(shapely.get_coordinates(some)))
        for some in np.array_split(line, len(line) // AT_ONCE + 1)  # all at once are copied twice
    ]
    return shapely.convex_hull(shapely.geometrycollections(several)).buffer(RIM_M, quad_segs=2)


def _shrunk(
    region: BaseGeometry, halo: float, asked_for: bool, assumptions: list[str]
) -> tuple[BaseGeometry, float]:
    """Return the region less its halo; a smaller halo where the default leaves too little."""
    area = region.buffer(-halo, join_style="mitre")
    if asked_for:
        if area.is_empty:
            raise InputError(
                f"halo: {halo:.0f} m on every side leaves nothing of the region to count; "
                "take a smaller halo or a larger extract",
                key="halo_m",
            )
        return area, halo
    for smaller in SMALLER_HALOS_M:
        if area.area >= SMALLEST_AREA_SHARE * region.area:
            break
        area, halo = region.buffer(-smaller, join_style="mitre"), smaller
    if halo < DEFAULT_HALO_M:
        assumptions.append(
            f"halo of {halo:.0f} m instead of {DEFAULT_HALO_M:.0f} m, because the extract is "
            "small: figures near its edge are lower bounds"
        )
    return area, halo


def _parts(
    region: BaseGeometry, streets: StreetNetwork, population: dict[str, float] | None
) -> tuple[DistrictPart, ...]:
    """Return the region's share of each district; streets outside the region do not count."""
    if streets.crs != HONG_KONG_CRS:
        return ()
    share = _km_inside(streets, region) / streets.length_km
    return district_parts(region, streets.report.get("carriageway_km", 0.0) * share, population)


def _mapped(
    streets: StreetNetwork,
    buildings: gpd.GeoDataFrame | Walls | None,
    region: BaseGeometry,
    same_source: bool,
) -> tuple[StreetNetwork, Walls | None]:
    """Return the mapped walls in the region, open where streets lead through, and the streets."""
    walls = buildings if isinstance(buildings, Walls) else mapped_walls(buildings, streets.crs)
    near = None if walls is None else _near(walls, region, same_source)
    return (streets, None) if near is None else opened(streets, near)


def _near(mapped: Walls, region: BaseGeometry, same_source: bool) -> Walls | None:
    """Return the walls in the region; None where all that the same source has lie elsewhere."""
    near = within_reach(region, mapped.footprints.geometry.to_numpy())
    if not near.any():
        if same_source:
            return None
        raise InputError(
            "buildings: none lies where the streets are; check that both files are of one place "
            "and that the CRS is the true one"
        )
    kept = mapped.footprints[near].reset_index(drop=True)
    report = {**mapped.report, "outside_region": float((~near).sum())}
    report["height_known"] = float(kept["height"].notna().sum())
    return Walls(kept, mapped.kind, report)


def _known_places(crs: str, region: BaseGeometry, places: Places | None) -> gpd.GeoDataFrame:
    """Return the given places inside the region and, in Hong Kong, those of the gazetteer."""
    table = (places or Places.empty(crs)).table.to_crs(crs)
    table = table[table.intersects(region)]
    if crs == HONG_KONG_CRS:
        found = gazetteer_within(region).table
        own = table[table["kind"].isin(["station", "market"])]
        new = np.ones(len(found), bool)
        for kind in ("station", "market"):
            of_kind = (found["kind"] == kind).to_numpy()
            given = shapely.multipoints(own[own["kind"] == kind].geometry.to_numpy())
            gap = shapely.distance(found.geometry.to_numpy(), given)
            new &= ~(of_kind & (gap < SAME_PLACE_M))
        table = _joined([table, found[new]], crs)
    return table.reset_index(drop=True)


def _joined(tables: list[gpd.GeoDataFrame], crs: str) -> gpd.GeoDataFrame:
    columns = ["kind", "name", "name_zh", "weight", "geometry"]
    filled = [table[columns] for table in tables if len(table)]
    if not filled:
        return Places.empty(crs).table
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=crs)


def _fill_places(
    known: gpd.GeoDataFrame,
    streets: StreetNetwork,
    study: _Study,
    parts: tuple[DistrictPart, ...],
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Spread homes and offices along streets where none are known, and say so."""
    tables, assumptions = [known], []
    kinds = set(known["kind"])
    polygon, region, _ = study
    if "home" not in kinds:
        homes = along_streets(streets, HOME_CLASSES, polygon, "home")
        people = _people(polygon, region, parts)
        if people > 0 and len(homes):
            homes["weight"] *= people / homes["weight"].sum()
            assumptions.append(
                f"homes: {people:,.0f} people (district census population by land) spread evenly "
                "along the residential streets of the study area"
            )
        else:
            assumptions.append("homes: weighted by metres of residential street; no census known")
        tables.append(homes)
    known_offices = int((known["kind"] == "office").sum())
    jobs = jobs_in(parts)
    if known_offices <= jobs / JOBS_AN_OFFICE:
        tables.append(along_streets(streets, OFFICE_CLASSES, polygon, "office"))
        few = (
            f"{known_offices:,} mapped for {jobs:,.0f} jobs of the census, which is too few to "
            "stand for them; "
        )
        assumptions.append(
            f"offices: {few if known_offices else ''}spread evenly along primary, secondary and "
            "tertiary streets (along all streets where there are none)"
        )
    return _joined(tables, streets.crs), assumptions


def _people(polygon: BaseGeometry, region: BaseGeometry, parts: tuple[DistrictPart, ...]) -> float:
    """People of the study area: each district's people in the region, by land inside the area."""
    if not parts:
        return 0.0
    inside = {part.district: part.land_km2 for part in district_parts(polygon & region, 0.0)}
    return sum(p.population * inside.get(p.district, 0.0) / p.land_km2 for p in parts)


def along_streets(
    streets: StreetNetwork, classes: tuple[str, ...], polygon: BaseGeometry, kind: str
) -> gpd.GeoDataFrame:
    """Points on street-deck ways of some classes inside a polygon, weighted by their metres.

    Where the polygon has no such way, every way at street level counts.
    """
    edges = streets.edges
    level = (edges["deck"] == "street").to_numpy() & ~edges["steps"].to_numpy()
    shapely.prepare(polygon)
    inside = shapely.intersects(polygon, edges.geometry.to_numpy())
    chosen = level & inside & edges["highway"].isin(classes).to_numpy()
    if not chosen.any():
        chosen = level & inside
    line = edges.geometry.to_numpy()[chosen]
    length = edges["length"].to_numpy()[chosen]
    count = np.ceil(length / PLACE_SPACING_M).astype(np.int64)
    row = np.repeat(np.arange(len(line)), count)
    step = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    point = shapely.line_interpolate_point(line[row], (step + 0.5) / count[row], normalized=True)
    metres = length[row] / count[row]
    kept = shapely.intersects(polygon, point)
    names = edges.loc[chosen, ["name", "name_zh"]].iloc[row][kept].reset_index(drop=True)
    return gpd.GeoDataFrame(
        {"kind": kind, "name": names["name"], "name_zh": names["name_zh"], "weight": metres[kept]},
        geometry=point[kept],
        crs=streets.crs,
    )


def _counts(
    streets: StreetNetwork, walls: Walls, places: gpd.GeoDataFrame, polygon: BaseGeometry
) -> dict[str, float]:
    counts = {
        "nodes": len(streets.nodes),
        "edges": len(streets.edges),
        "street_km": round(streets.length_km, 3),
        "area_street_km": round(_km_inside(streets, polygon), 3),
        "footprints": len(walls.footprints),
        "walls": _count_walls(walls),
    }
    return {**counts, **{f"places_{k}": int(n) for k, n in _by_kind(places).items()}}


def _count_walls(walls: Walls) -> int:
    """Count the sides of all rings, as many as a ring has vertices less the one that closes it."""
    shape = walls.footprints.geometry.to_numpy()
    rings = len(shape) + int(shapely.get_num_interior_rings(shape).sum())
    return int(shapely.get_num_coordinates(shape).sum()) - rings


def _km_inside(streets: StreetNetwork, polygon: BaseGeometry) -> float:
    """Length of the streets inside a polygon; only those across its edge are cut."""
    line = streets.edges.geometry.to_numpy()
    length = streets.edges["length"].to_numpy().copy()
    shapely.prepare(polygon)
    across = ~shapely.covers(polygon, line)
    length[across] = shapely.length(shapely.intersection(line[across], polygon))
    return float(length.sum()) / 1000


def _by_kind(places: gpd.GeoDataFrame) -> dict[str, int]:
    return dict(places["kind"].value_counts().sort_index())


def _inside_footprints_km(streets: StreetNetwork, mapped: Walls | None) -> float:
    """Length of street-level ways that run through a mapped footprint, counted once, km."""
    if mapped is None:
        return 0.0
    line: NDArray[np.object_] = streets.edges.geometry.to_numpy()
    line = line[(streets.edges["deck"] == "street").to_numpy()]
    tree = shapely.STRtree(line)
    shape = mapped.footprints.geometry.to_numpy()
    of_shape, _ = tree.query(shape, predicate="intersects")
    if not len(of_shape):
        return 0.0
    solid = shapely.get_parts(shapely.union_all(shape[np.unique(of_shape)]))
    of_solid, of_line = tree.query(solid, predicate="intersects")
    within = shapely.intersection(line[of_line], solid[of_solid])
    return round(float(shapely.length(within).sum()) / 1000, 3)
