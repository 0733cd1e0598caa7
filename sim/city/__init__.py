"""The world: streets, walls and places of a study area, from files to one `City`.

Its parts are loaded when first asked for, so that what needs none of them starts quickly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx

    from sim.area import Area
    from sim.city.places import Places
    from sim.city.streets import StreetNetwork
    from sim.city.walls import Walls

__all__ = ["City", "Places", "StreetNetwork", "Walls"]

_HOME = {"Places": "places", "StreetNetwork": "streets", "Walls": "walls"}


def __getattr__(name: str) -> object:
    """Load a part of the city from its home when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'sim.city' has no attribute {name!r}")
    return getattr(import_module(f"sim.city.{_HOME[name]}"), name)


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
        private: bool = False,
    ) -> City:
        """Build a city from an osmnx graph and, where given, building polygons.

        Without buildings, façades are inferred from the streets ("blocks"). With `private`, ways
        that are closed to the public are walked as well.

        Parameters
        ----------
        graph
            As osmnx gives it, in any coordinate system that it names.
        buildings
            Polygons in any coordinate system, with an optional column height (m).
        name
            Of the area, for texts.
        halo_m
            Width of the rim (m) that is simulated and not counted, taken off the graph's outline.
        private
            Whether ways that are closed to the public are walked as well.

        Raises
        ------
        InputError
            The graph has no coordinate system, or nothing in it can be walked.
        """
        from sim.city.assemble import assemble
        from sim.city.streets import StreetNetwork

        streets = StreetNetwork.from_osmnx(graph, private=private)
        return assemble(name, streets, buildings=buildings, halo_m=halo_m)
