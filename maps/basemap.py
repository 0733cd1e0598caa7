"""What a map shows around the streets: water, green ground, and names to know a place by.

It takes the run's own layer; of a run that has none, water is what no district holds of the region
simulated, because districts end at the coast. Names are cleaned, counted and put into one order.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from maps.names import name_pair
from maps.run_folder import RunFolder

AREAS = ("water", "green")
FIRST = ("harbour", "bay", "island", "station")
"""Kinds of names that take their room before the run's places; the others come after those."""
AFTER = ("suburb", "neighbourhood", "park")
MOST_NAMES = 400
LONGEST_NAME = 40
WIDE_M = 10_000.0
"""A map wider than this is drawn on a coarser grid."""
STEPS = (10, 50)
"""Of the grid of outlines (units of the page's grid), of a narrow and of a wide map."""


class Basemap(NamedTuple):
    """What lies around the streets.

    Attributes
    ----------
    areas
        Polygons (projected metres) by kind.
    names
        Kind, [English, Chinese] and place (projected metres) of each name, in order of importance.
    step
        Of the grid of outlines, in units of the page's grid.
    """

    areas: dict[str, NDArray[np.object_]]
    names: list[tuple[str, list[str], NDArray[np.float64]]]
    step: int


def basemap_of(run: RunFolder) -> Basemap:
    """Return what lies around the streets of a run."""
    table = run.surroundings
    if table is None:
        return Basemap(
            {"water": _beside_districts(run), "green": np.zeros(0, object)}, [], STEPS[0]
        )
    shapes, kinds = table.geometry.to_numpy(), table["kind"].to_numpy(object)
    areas = {kind: shapes[kinds == kind] for kind in AREAS}
    west, south, east, north = run.edges.total_bounds
    wide = bool(max(east - west, north - south) > WIDE_M)
    names = [
        (str(row.kind), _short(row.name, row.name_zh), shapely.get_coordinates(row.geometry)[0])
        for row in table.itertuples()
        if row.kind in FIRST + AFTER and shapely.get_type_id(row.geometry) == 0
    ]
    names = [name for name in names if name[1][0] and np.isfinite(name[2]).all()]
    names.sort(key=lambda name: (FIRST + AFTER).index(name[0]))
    return Basemap(areas, names[:MOST_NAMES], STEPS[wide])


def with_names(labels: list[dict[str, Any]], names: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a map's labels in the order in which they take their room.

    Parameters
    ----------
    labels
        Of stations, places and districts.
    names
        Of harbours, islands, stations, quarters and parks. Where railway stations are known, other
        places that trips begin at (bus and ferry terminals) are landmarks on the map.
    """
    first = [name for name in names if name["kind"] in FIRST]
    railway = {tuple(name["name"]) for name in first if name["kind"] == "station"}
    if railway:
        labels = [
            {**label, "kind": "landmark"} if label["kind"] == "station" else label
            for label in labels
            if label["kind"] != "station" or tuple(label["name"]) not in railway
        ]
    return [*first, *labels, *(name for name in names if name["kind"] not in FIRST)]


def _short(name: object, name_zh: object) -> list[str]:
    return [part if len(part) <= LONGEST_NAME else "" for part in name_pair(name, name_zh)]


def _beside_districts(run: RunFolder) -> NDArray[np.object_]:
    """Return what no district holds of the region simulated."""
    kinds, shapes = run.districts["kind"].to_numpy(object), run.districts.geometry.to_numpy()
    land = shapes[kinds == "district"]
    if not len(land):
        return np.zeros(0, object)
    region = shapely.union_all(shapes[kinds == "region"])
    return np.array([shapely.difference(region, shapely.union_all(land))], object)
