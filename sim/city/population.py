"""Where people live, from the user's own grid or points, in place of a city's own homes.

Points are homes as they are; the people of a polygon (a grid cell, a census block) live along the
streets inside it, evenly by length. Only homes are replaced: how the city's cameras are shared out
among districts still goes by the census.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.city.assemble import HOME_CLASSES, along_streets
from sim.city.model import City
from sim.city.places import Places
from sim.city.sources.files import read_shapes
from sim.city.sources.shapes import AREAS, left_out_words, plain_shapes
from sim.city.sources.tables import (
    LATITUDE,
    LONGITUDE,
    is_table,
    listed,
    numbers_of,
    read_table,
    shown,
)
from sim.errors import InputError
from sim.wording import counted

COLUMNS = ("population", "pop", "residents")
"""Names under which the number of people is looked for."""
MOST_IN_A_ROW = 1e7


def read_population(path: str | Path, crs: str, column: str | None = None) -> gpd.GeoDataFrame:
    """Read how many people live where.

    Parameters
    ----------
    path
        GeoJSON, GeoParquet or GeoPackage with points or polygons; or CSV or Parquet with lon, lat
        (WGS 84) or x, y (metres in `crs`), a point a row. The people of a MultiPoint live at its
        points, evenly; of a GeometryCollection its polygons count, else its points.
    crs
        Projected system of the result.
    column
        Name of the column with the number of people; population, pop or residents by default.

    Returns
    -------
    GeoDataFrame
        Column population (people, at least 0; empty is 0), geometry (points or polygons). Rows
        without a usable shape are left out and counted in attrs["left_out"], by reason; their
        people are attrs["people_left_out"].

    Raises
    ------
    InputError
        The file cannot be read, has no such column or other shapes, or a number is negative.
    """
    path = Path(path)
    return _table(path, crs, column) if is_table(path) else _shapes(path, crs, column)


def _check_people(path: Path, people: NDArray[np.float64]) -> None:
    wrong = ~((people >= 0) & (people <= MOST_IN_A_ROW))
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(
            f"{path}: row {row + 1}: {people[row]:g} people cannot be; write 0 or more, or remove "
            "the row"
        )


def with_population(city: City, path: str | Path, column: str | None = None) -> City:
    """Return a city whose homes are those of a user's file.

    Parameters
    ----------
    city
        Its streets and region; only homes inside the region are kept, and of a polygon across its
        edge the people go by land.
    path, column
        As `read_population`.

    Returns
    -------
    City
        With places of kind "home" weighted by people, and the file named in its provenance.

    Raises
    ------
    InputError
        As `read_population`, or nobody lives in the study area.
    """
    path = Path(path)
    shapes = read_population(path, city.streets.crs, column)
    spot, people = _homes(city, shapes)
    inside = shapely.intersects(city.area.polygon, spot)
    if not (people[inside] > 0).any():
        raise InputError(
            f"{path}: nobody lives inside {city.area.name}; check positions and CRS "
            f"({counted(len(shapes), 'row')}, {shapes['population'].sum():,.0f} people)"
        )
    homes = gpd.GeoDataFrame(
        {"kind": "home", "name": "", "name_zh": "", "weight": people},
        geometry=spot, crs=city.streets.crs,
    )  # fmt: skip
    known = city.places.table
    table = pd.concat([known[known["kind"] != "home"], homes], ignore_index=True)
    return replace(
        city,
        places=Places(gpd.GeoDataFrame(table, crs=city.streets.crs)),
        provenance=_provenance(city, path, float(people[inside].sum()), len(homes), shapes),
    )


def _table(path: Path, crs: str, column: str | None) -> gpd.GeoDataFrame:
    wanted = {column.lower()} if column else set(COLUMNS)
    table = read_table(path, wanted | {*LONGITUDE, *LATITUDE, "x", "y"})
    name = table.find(column.lower()) if column else table.find(*COLUMNS)
    if name is None:
        raise _no_column(path, column, list(table.names))
    points = table.points("", crs)
    if points is None:
        raise InputError(
            f"{path}:1: no columns lon and lat, or x and y (found: {listed(table.names)})"
        )
    people = table.numbers(name, empty=0.0)
    _check_people(path, people)
    return gpd.GeoDataFrame({"population": people}, geometry=shapely.points(points), crs=crs)


def _shapes(path: Path, crs: str, column: str | None) -> gpd.GeoDataFrame:
    frame = read_shapes(path)
    by_name = {str(name).lower(): name for name in frame.columns if name != frame.geometry.name}
    names = [column.lower()] if column else list(COLUMNS)
    name = next((by_name[name] for name in names if name in by_name), None)
    if name is None:
        raise _no_column(path, column, [str(name) for name in by_name.values()])
    plain = plain_shapes(frame.to_crs(crs).geometry.to_numpy()).without_lines()
    if not len(plain.shape):
        raise InputError(f"{path}: holds no points or polygons; give where people live")
    people = numbers_of(path, frame[name], str(name))
    _check_people(path, people)
    shapes = gpd.GeoDataFrame(
        {"population": people[plain.row] * plain.share}, geometry=plain.shape, crs=crs
    )
    shapes.attrs["left_out"] = plain.left_out
    lost = np.setdiff1d(np.arange(len(frame)), plain.row)
    shapes.attrs["people_left_out"] = float(people[lost].sum())
    return shapes


def _no_column(path: Path, column: str | None, names: list[str]) -> InputError:
    found = f"(found: {listed(names)})"
    if column:
        return InputError(
            f"{path}: no column {shown(column)} {found}", key="trips.population_column"
        )
    return InputError(
        f"{path}: no column {', '.join(COLUMNS)} {found}; name the column of people in "
        "trips.population_column"
    )


def _homes(city: City, shapes: gpd.GeoDataFrame) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Return the spots where people live inside the region, and how many at each."""
    region, shape = city.area.region, shapes.geometry.to_numpy()
    people = shapes["population"].to_numpy(np.float64)
    shapely.prepare(region)
    near = shapely.intersects(region, shape) & (people > 0)
    shape, people = shape[near], people[near]
    area = np.isin(shapely.get_type_id(shape), AREAS)
    cell, of_cell = shape[area], people[area]
    inside = shapely.intersection(cell, region)
    of_cell = of_cell * shapely.area(inside) / shapely.area(cell)
    spot, row, share = _along_streets_within(city, inside)
    return (
        np.concatenate([shape[~area], spot]),
        np.concatenate([people[~area], of_cell[row] * share]),
    )


def _along_streets_within(
    city: City, cells: NDArray[np.object_]
) -> tuple[NDArray[np.object_], NDArray[np.int64], NDArray[np.float64]]:
    """Return spots along the streets of each cell: where, of which cell, which share of it.

    A cell without a street of its own has one spot inside it.
    """
    spots = along_streets(city.streets, HOME_CLASSES, city.area.region, "home")
    place, metres = spots.geometry.to_numpy(), spots["weight"].to_numpy(np.float64)
    row, found = shapely.STRtree(place).query(cells, predicate="intersects")
    lonely = np.setdiff1d(np.arange(len(cells)), row)
    row = np.concatenate([row, lonely])
    metre = np.concatenate([metres[found], np.ones(len(lonely))])
    spot = np.concatenate([place[found], shapely.point_on_surface(cells[lonely])])
    whole = np.bincount(row, metre, len(cells))
    order = np.lexsort((shapely.get_y(spot), shapely.get_x(spot), row))
    return spot[order], row[order], (metre / whole[row])[order]


def _provenance(
    city: City, path: Path, people: float, homes: int, shapes: gpd.GeoDataFrame
) -> dict[str, object]:
    """Return the provenance with the file as a source and what now holds of homes."""
    known = city.provenance
    said = [text for text in known.get("assumptions", []) if not text.startswith("homes:")]
    said.append(
        f"homes: {people:,.0f} people in the study area from the user's own {path.name}; of a "
        f"polygon they live evenly along its streets{_left_out(shapes)}"
    )
    source = {
        "file": path.name,
        "kind": "population of the user",
        "sha256": sha256(path.read_bytes()).hexdigest(),
    }
    counts = {**known.get("counts", {}), "places_home": homes}
    sources = [*known.get("sources", []), source]
    return {**known, "sources": sources, "assumptions": said, "counts": counts}


def _left_out(shapes: gpd.GeoDataFrame) -> str:
    words = left_out_words(shapes.attrs.get("left_out", {}))
    return f"; {words} with {shapes.attrs['people_left_out']:,.0f} people" if words else ""
