"""A city with the trees of its files: official ones first, others where they lack them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd

from sim.city.model import City
from sim.city.trees import ASSUMPTION, trees_of

SOURCES = ("official_trees", "pbf")
"""Kinds of file with trees, the better first."""


def planted(city: City, found: Mapping[str, gpd.GeoDataFrame]) -> City:
    """Return a city with the trees around it, as it is where there are none.

    Parameters
    ----------
    city
        As `sim.city.assemble` made it.
    found
        Trees by the kind of file that they are of, as `sim.city.trees.trees_of` takes them.
    """
    named = [name for name in SOURCES if name in found]
    trees = trees_of([found[name] for name in named], city.area.crs, city.area.region)
    if trees is None:
        return city
    known = city.provenance
    layers = {**known.get("layers", {}), "trees": [name for name in named if len(found[name])]}
    left_out = {**known.get("left_out_while_reading", {}), **trees.report}
    provenance = {
        **known,
        "layers": layers,
        "left_out_while_reading": left_out,
        "assumptions": [*known.get("assumptions", []), ASSUMPTION],
    }
    return replace(city, trees=trees, provenance=provenance)
