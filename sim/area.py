"""What a study area is: a polygon whose figures count, the wider region simulated, its districts.

The region is the area plus a halo, so that cameras and walls beyond the edge act on streets inside.
The table of Hong Kong's 18 districts (names, people, land, carriageway) lives here too; how many
cameras an area gets is decided in `sim.placement.growth`, not here.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

HONG_KONG_CRS = "EPSG:2326"
"""The HK80 grid: metres east and north, in which every Hong Kong area is computed."""


@dataclass(frozen=True)
class District:
    """One of Hong Kong's 18 districts: facts used to share the city's cameras out."""

    name: str
    name_zh: str
    population: int
    land_km2: float
    carriageway_km: float


@dataclass(frozen=True)
class DistrictPart:
    """The part of one district that lies in the simulated region, in the units of `District`.

    Attributes
    ----------
    district
        Its English name.
    population
        People who live in that part.
    land_km2
        Land, km².
    carriageway_km
        Length of the streets of the classes that buses use, km.
    """

    district: str
    population: float
    land_km2: float
    carriageway_km: float


@dataclass(frozen=True)
class Area:
    """A study area.

    Attributes
    ----------
    name, name_zh
        For texts.
    polygon
        Figures count streets inside it (projected metres).
    region
        The polygon plus its halo; cameras are placed and streets kept in all of it.
    crs
        Projected coordinate system of both polygons, for example "EPSG:2326".
    parts
        What the region holds of each Hong Kong district; empty outside Hong Kong.
    halo_m
        Width of the halo in metres; 0 means figures near the edge are lower bounds.
    """

    name: str
    name_zh: str
    polygon: BaseGeometry
    region: BaseGeometry
    crs: str
    parts: tuple[DistrictPart, ...]
    halo_m: float

    def __post_init__(self) -> None:
        # every stage asks for thousands of points whether they lie inside
        shapely.prepare([self.polygon, self.region])


@cache
def districts() -> tuple[District, ...]:
    """Return the 18 districts: 2021 census population, land (km²), carriageway (km).

    Sources are named in the header of `sim/facts/districts.csv`.
    """
    text = files("sim.facts").joinpath("districts.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple(
        District(
            row["name"],
            row["name_zh"],
            int(row["population_2021"]),
            float(row["land_km2"]),
            float(row["carriageway_km"]),
        )
        for row in rows
    )


@cache
def district_outlines() -> dict[str, BaseGeometry]:
    """Return each district's generalised outline, EPSG:2326, keyed by its English name."""
    text = files("sim.facts").joinpath("district_outlines.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return {name: shapely.from_wkt(wkt) for name, wkt in (line.split("\t") for line in lines)}


def districts_at(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return for each point (EPSG:2326) the place of its district, the nearest, in `districts()`.

    Parameters
    ----------
    x, y
        Metres, shape (points,). Outlines are generalised, so some points on land lie in none.
    """
    outlines = district_outlines()
    shapes = [outlines[district.name] for district in districts()]
    shapely.prepare(shapes)
    nearest, held = np.zeros(len(x), np.int64), np.zeros(len(x), np.int64)
    for place, shape in enumerate(shapes):
        west, south, east, north = shape.bounds
        near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
        near = near[shapely.intersects_xy(shape, x[near], y[near])]
        nearest[near] = place
        held[near] += 1
    unsure = np.flatnonzero(held != 1)  # in the sea, or on a border
    nearest[unsure] = shapely.STRtree(shapes).nearest(shapely.points(x[unsure], y[unsure]))
    return np.asarray(nearest, np.int8)


def district_parts(
    region: BaseGeometry,
    carriageway_km: float,
    population: dict[str, float] | None = None,
) -> tuple[DistrictPart, ...]:
    """Split a region (EPSG:2326) among the districts it touches.

    Parameters
    ----------
    region
        Polygon in EPSG:2326.
    carriageway_km
        Length of the region's streets of the classes that buses use; shared by land.
    population
        People in the region by district, where known. Otherwise people are taken to be spread
        evenly over the district's land, which is said in the manifest.
    """
    outlines = district_outlines()
    land = {name: outline.intersection(region).area / 1e6 for name, outline in outlines.items()}
    land = {name: km2 for name, km2 in land.items() if km2 > 0.001}
    total = sum(land.values())
    people = population or {
        d.name: d.population * land[d.name] / d.land_km2 for d in districts() if d.name in land
    }
    return tuple(
        DistrictPart(name, people.get(name, 0.0), km2, carriageway_km * km2 / total)
        for name, km2 in land.items()
    )
