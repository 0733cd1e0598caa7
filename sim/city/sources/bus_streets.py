"""The bus-street proxy: streets of all 18 districts that buses use, where no footpaths are known.

It reads centrelines with the routes of each direction, as the Transport Department's route data
gives them, and takes out what nobody can walk: crossings of the sea and the tunnels of a table. No
name, class, footpath or footbridge is known, so it serves to count cameras and streets of a whole
city, and no figure on walks should be taken from it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sim.area import HONG_KONG_CRS, DistrictPart, district_outlines, districts
from sim.city.sources.files import read_edges
from sim.city.streets import StreetNetwork, projected_crs
from sim.errors import InputError

PROXY = "bus-street proxy"
"""What every output calls these streets."""
ASSUMED_CLASS = "unclassified"
"""Nothing is known of their class: cameras are placed as along OpenStreetMap's unclassified."""
FACADES_M = 26.6
"""From façade to façade: twice 13.3 m, the mean over three cities of the median distance from the
middle of such a street to the first house beside it (centre of Helsinki 11.2 m, Las Palmas 11.3,
Central 17.4; measured by benchmarks/setbacks.py, docs/walls.md)."""
OUTLINE_TOLERANCE_M = 150.0
"""The outlines of the districts are generalised by this much."""
LONGEST_OVER_WATER_M = 30.0
"""An edge with more than this beyond the outlines and their tolerance crosses the sea."""
BESIDE_TUNNEL_M = 30.0
SMALLEST_SHARE_COVERED = 0.5
"""Of a district's streets in use by buses; one that a file holds less of is not counted."""
SHARE_IN_TUNNEL = 0.5
"""An edge is a tunnel if more of it than this lies within 30 m of the line of one."""
ASSUMPTIONS = (
    "bus-street proxy: centrelines of the streets that buses and minibuses use, and not the ways "
    "on which people walk; no walking figure should be quoted from them",
    "bus-street proxy: no footpaths, footbridges or lanes without buses; expressways cannot be "
    "told from streets and are kept; both carriageways of a dual carriageway count",
)


class BusStreets(NamedTuple):
    """Nodes and edges as `sim.city.streets.StreetNetwork.build` takes them, and what was left out.

    `report` counts kilometres in the file, over water and in tunnels.
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    report: dict[str, float]


def read_bus_streets(path: Path) -> BusStreets:
    """Read the streets that buses use: a layer `edges` with u, v, routes_uv and routes_vu.

    Raises
    ------
    InputError
        The file is damaged, has no whole numbers in u and v, or does not lie in Hong Kong.
    """
    edges = read_edges(path)
    if projected_crs(edges) != HONG_KONG_CRS:
        raise InputError(f"{path}: bus streets are known of Hong Kong only; these lie elsewhere")
    edges = edges.to_crs(HONG_KONG_CRS)
    edges = edges[shapely.get_type_id(edges.geometry.to_numpy()) == 1].reset_index(drop=True)
    line = edges.geometry.to_numpy()
    water = _over_water(line)
    tunnel = _in_tunnels(line) & ~water
    km = shapely.length(line) / 1000
    kept = edges[~(water | tunnel)].reset_index(drop=True)
    if kept.empty:
        raise InputError(f"{path}: no street on land; choose a larger area")
    report = {"in_the_file_km": km.sum(), "over_water_km": km[water].sum()}
    report |= {"in_tunnels_km": km[tunnel].sum()}
    table = gpd.GeoDataFrame(
        {"u": kept["u"], "v": kept["v"], "osmid": np.arange(len(kept)), "highway": ASSUMED_CLASS},
        geometry=kept.geometry,
        crs=HONG_KONG_CRS,
    )
    rounded = {name: round(float(value), 3) for name, value in report.items()}
    return BusStreets(_ends(table), table, rounded)


def covered_districts(edges: gpd.GeoDataFrame) -> tuple[DistrictPart, ...]:
    """Return the districts of which the edges (EPSG:2326) hold at least half the streets, whole.

    Raises
    ------
    InputError
        There is none.
    """
    line, outlines = edges.geometry.to_numpy(), district_outlines()
    km = {
        name: shapely.length(shapely.intersection(line, shape)).sum() / 1000
        for name, shape in outlines.items()
    }
    covered = [d for d in districts() if km[d.name] >= SMALLEST_SHARE_COVERED * d.carriageway_km]
    if not covered:
        raise InputError(
            "bus streets: they cover no district of Hong Kong; give the study area with --area"
        )
    return tuple(
        DistrictPart(d.name, float(d.population), d.land_km2, d.carriageway_km) for d in covered
    )


def outline(parts: tuple[DistrictPart, ...]) -> BaseGeometry:
    """Return the outline of districts together, EPSG:2326."""
    return shapely.union_all([district_outlines()[part.district] for part in parts])


def between_facades(streets: StreetNetwork) -> StreetNetwork:
    """Return such streets with the distance between their façades, by which blocks are inferred."""
    return replace(streets, edges=streets.edges.assign(facades=FACADES_M))


def _over_water(line: NDArray[np.object_]) -> NDArray[np.bool_]:
    land = shapely.union_all(list(district_outlines().values())).buffer(OUTLINE_TOLERANCE_M)
    shapely.prepare(land)
    across = ~shapely.covers(land, line)
    beyond = np.zeros(len(line))
    outside = shapely.difference(line[across], land)
    beyond[across] = shapely.length(outside)
    return np.asarray(beyond > LONGEST_OVER_WATER_M)


def _in_tunnels(line: NDArray[np.object_]) -> NDArray[np.bool_]:
    inside = shapely.length(shapely.intersection(line, _tunnels()))
    return np.asarray(inside > SHARE_IN_TUNNEL * shapely.length(line))


@cache
def _tunnels() -> BaseGeometry:
    """Return the tunnels of the table as bands of 30 m to both sides."""
    text = files("sim.facts").joinpath("vehicle_tunnels.txt").read_text(encoding="utf-8")
    rows = [row.split("\t") for row in text.splitlines() if row and not row.startswith("#")]
    lines = shapely.from_wkt([wkt for _, _, wkt in rows])
    return shapely.union_all(shapely.buffer(lines, BESIDE_TUNNEL_M, cap_style="flat"))


def _ends(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the junctions, which the file does not list: where its edges end."""
    line = edges.geometry.to_numpy()
    first, last = shapely.get_point(line, 0), shapely.get_point(line, -1)
    ends = pd.DataFrame(
        {"osmid": np.concatenate([edges["u"], edges["v"]]), "at": np.concatenate([first, last])}
    ).drop_duplicates("osmid")
    return gpd.GeoDataFrame(
        {"osmid": ends["osmid"].to_numpy()}, geometry=ends["at"].to_numpy(), crs=edges.crs
    )
