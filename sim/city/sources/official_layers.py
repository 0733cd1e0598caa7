"""Which layer of the Government's a file holds, told by its fields, and whom to credit for it."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path
from typing import Literal

from sim.city.sources.official_footbridges import NUMBERS, has_footbridges
from sim.city.sources.official_hours import has_hours
from sim.city.sources.official_records import field_names

Layer = Literal[
    "official_network",
    "official_buildings",
    "official_lamp_posts",
    "official_districts",
    "official_hours",
    "official_footbridges",
    "official_terrain",
    "official_pavements",
    "official_trees",
]
"""Kinds of file that the Government publishes."""

TOLD_BY: dict[Layer, frozenset[str]] = {
    "official_network": frozenset({"PedestrianRouteID", "FeatureType"}),
    "official_buildings": frozenset({"BuildingBlockType"}),
    "official_lamp_posts": frozenset({"LAMP_NO"}),
    "official_districts": frozenset({"NAME_EN", "AREA_CODE"}),
    "official_pavements": frozenset({"FEAT_TYPE", "LVL"}),
    "official_trees": frozenset({"TREE_ID", "DBH"}),
}
"""Fields that one of the first records of a layer has, and no other layer."""
TERMS = "DATA.GOV.HK and CSDI terms of use"
OWNER = "the Government of the HKSAR, which owns the rights, via CSDI and DATA.GOV.HK"
CREDITS: dict[Layer, dict[str, str]] = {
    "official_network": {
        "licence": TERMS, "attribution": f"3D Pedestrian Network, Lands Department, {OWNER}"
    },
    "official_buildings": {
        "licence": TERMS, "attribution": f"Buildings, Lands Department, {OWNER}"
    },
    "official_hours": {
        "licence": TERMS, "attribution": f"3D Pedestrian Network, Lands Department, {OWNER}"
    },
    "official_lamp_posts": {
        "licence": TERMS, "attribution": f"Lamp posts, Highways Department, {OWNER}"
    },
    "official_footbridges": {
        "licence": TERMS, "attribution": f"Footbridges, Highways Department, {OWNER}"
    },
    "official_terrain": {
        "licence": TERMS, "attribution": f"Digital Terrain Model, Lands Department, {OWNER}"
    },
    "official_pavements": {
        "licence": TERMS, "attribution": f"Pavements, Highways Department, {OWNER}"
    },
    "official_trees": {
        "licence": TERMS, "attribution": f"Roadside trees, Highways Department, {OWNER}"
    },
    "official_districts": {
        "licence": TERMS, "attribution": f"District boundaries, Home Affairs Department, {OWNER}"
    },
}  # fmt: skip


def lacks(layer: Layer, fields: Set[str]) -> str | None:
    """Return a field by which a layer is known and that records lack; None where they have it.

    Parameters
    ----------
    layer
        That it should be.
    fields
        Of the first records.
    """
    if layer == "official_footbridges":
        return None if has_footbridges({*fields}) else NUMBERS[0]
    return min(TOLD_BY[layer] - fields, default=None)


def official_layer(path: Path) -> Layer | None:
    """Return the layer that a JSON file holds; None where it is none of these.

    Parameters
    ----------
    path
        GeoJSON, or JSON of an ArcGIS server.
    """
    for names in field_names(path):
        if has_hours(names):
            return "official_hours"
        if has_footbridges(names):
            return "official_footbridges"
        for layer, told_by in TOLD_BY.items():
            if told_by <= names:
                return layer
    return None
