"""Places people come from and go to: homes, stations, markets, offices, schools.

A place is a point with a kind, names in two languages and a weight (people, jobs or importance).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd

from sim.wording import counted

KINDS = ("home", "station", "market", "office", "school", "landmark", "sensitive", "gate")
"""Kinds of place that the engine knows; others are kept and ignored."""
LAMP_POST, TRAFFIC_SIGNAL, FOOTBRIDGE_FACE = "lamp_post", "traffic_signal", "footbridge_face"
"""Kinds of place where a camera could hang; nobody goes there."""
POLE_KINDS = (LAMP_POST, TRAFFIC_SIGNAL, FOOTBRIDGE_FACE)
GIVEN_KINDS = tuple(kind for kind in KINDS if kind != "gate")
"""Those that people can give; gates are where streets leave the region."""


@dataclass(frozen=True)
class Places:
    """A table of places.

    Attributes
    ----------
    table
        Points (projected metres), columns kind (one of `KINDS`), name, name_zh, weight.
    """

    table: gpd.GeoDataFrame

    def __repr__(self) -> str:
        """Return counts on one line; the table is of any length."""
        kinds = counted(self.table["kind"].nunique(), "kind")
        return f"<Places: {counted(len(self.table), 'place')} of {kinds}, {self.table.crs}>"

    @classmethod
    def empty(cls, crs: str) -> Places:
        """No places.

        Parameters
        ----------
        crs
            Projected coordinate system of the city.
        """
        columns: dict[str, list[object]] = {"kind": [], "name": [], "name_zh": [], "weight": []}
        return cls(gpd.GeoDataFrame(columns, geometry=[], crs=crs))

    def of(self, kind: str) -> gpd.GeoDataFrame:
        """Return the places of one kind, a row each; the same table each time.

        Parameters
        ----------
        kind
            One of `KINDS`.
        """
        if kind not in self._of_kinds:
            self._of_kinds[kind] = self.table[self.table["kind"] == kind]
        return self._of_kinds[kind]

    @cached_property
    def _of_kinds(self) -> dict[str, gpd.GeoDataFrame]:
        return {}
