"""Walls of mapped buildings, made in turns on all cores: on the way they take much memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import geopandas as gpd

from sim.city.walls import Walls
from sim.errors import InputError
from sim.processes import available_cores, computing_threads

AT_ONCE = 20_000
"""Buildings that are turned into walls together."""


def mapped_walls(
    buildings: gpd.GeoDataFrame | Iterable[gpd.GeoDataFrame] | None, crs: str
) -> Walls | None:
    """Return the walls of footprints, None where there are none.

    Parameters
    ----------
    buildings
        As `assemble` takes them, or several tables of one source, which need not all be in memory.
    crs
        Projected CRS of the city.

    Raises
    ------
    InputError
        The buildings have no CRS.
    """
    tables = (buildings,) if isinstance(buildings, gpd.GeoDataFrame) else buildings or ()

    def walled(some: gpd.GeoDataFrame) -> Walls:
        return Walls.from_footprints(some.to_crs(crs))

    cores, turns, found = available_cores(), _in_turns(tables), list[Walls]()
    with computing_threads(cores) as pool:
        while some := [*islice(turns, cores)]:  # not all at once, for memory's sake
            found += pool.map(walled, some)
    return Walls.joined(found) if found else None


def _in_turns(tables: Iterable[gpd.GeoDataFrame]) -> Iterator[gpd.GeoDataFrame]:
    """Yield the buildings in smaller tables: on the way to walls they take several times as much.

    Raises
    ------
    InputError
        They have no CRS.
    """
    for frame in tables:
        if frame.crs is None and not frame.empty:
            raise InputError("buildings: no CRS; set one, for example EPSG:4326")
        for first in range(0, len(frame), AT_ONCE):
            yield frame.iloc[first : first + AT_ONCE]
