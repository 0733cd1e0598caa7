"""The world: streets, walls and places of a study area, from files to one `City`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.area import Area
from sim.city.places import Places
from sim.city.streets import StreetNetwork
from sim.city.walls import Walls

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx

__all__ = ["City", "Places", "StreetNetwork", "Walls"]


@dataclass(frozen=True)
class City:
    """A study area with everything in it that stands still.

    Attributes
    ----------
    area
        Polygon, region with halo, and districts.
    streets, walls, places
        The world in projected metres.
    provenance
        Sources, licences, digests and counts of what was dropped, as kept in the manifest.
    """

    area: Area
    streets: StreetNetwork
    walls: Walls
    places: Places
    provenance: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_osmnx(
        cls,
        graph: nx.MultiDiGraph,
        buildings: gpd.GeoDataFrame | None = None,
        *,
        name: str = "my area",
        halo_m: float = 0.0,
    ) -> City:
        """Build a city from an osmnx graph and, where given, building polygons.

        Without buildings, façades are inferred from the streets ("blocks").
        """
        from sim.city.assemble import assemble

        streets = StreetNetwork.from_osmnx(graph)
        return assemble(name, streets, buildings=buildings, halo_m=halo_m)
