"""A city with the trees of its files: official ones first, others where they lack them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import geopandas as gpd

from sim.area import Area
from sim.city.model import City
from sim.city.trees import ASSUMPTION, Trees, trees_of

SOURCES = ("official_trees", "pbf")
"""Kinds of file with trees, the better first."""
TreeTables = dict[str, Callable[[str], gpd.GeoDataFrame]]
"""What makes tables of trees in some coordinates, by the kind of file that they are of."""


@dataclass
class Planting:
    """Trees that are found while a city is put together.

    Attributes
    ----------
    found
        Gives trees as `sim.city.trees.trees_of` takes them.
    counts
        How many each of them has, once they are looked at.
    """

    found: TreeTables
    counts: dict[str, int] = field(default_factory=dict)

    def trees(self, area: Area) -> Trees | None:
        """Return the trees around an area; None of none.

        Parameters
        ----------
        area
            With the region that is simulated.
        """
        tables = {name: self.found[name](area.crs) for name in SOURCES if name in self.found}
        self.counts = {name: len(table) for name, table in tables.items()}
        return trees_of([*tables.values()], area.crs, area.region)

    def noted(self, city: City) -> City:
        """Return a city whose provenance says where its trees are from.

        Parameters
        ----------
        city
            With the trees found.
        """
        if city.trees is None:
            return city
        known = city.provenance
        sources = [name for name, count in self.counts.items() if count]
        left_out = {**known.get("left_out_while_reading", {}), **city.trees.report}
        provenance = {
            **known,
            "layers": {**known.get("layers", {}), "trees": sources},
            "left_out_while_reading": left_out,
            "assumptions": [*known.get("assumptions", []), ASSUMPTION],
        }
        return replace(city, provenance=provenance)
