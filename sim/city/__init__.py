"""The world: streets, walls and places of a study area, from files to one `City`.

Its parts are loaded when first asked for, so that what needs none of them starts quickly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.surface import Result, axes_for

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx
    from matplotlib.axes import Axes

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


OVERPASS = "https://overpass-api.de/api"
NOMINATIM = "https://nominatim.openstreetmap.org"
"""The public servers, asked where nobody names others."""


@dataclass(frozen=True)
class City(Result):
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

    @classmethod
    def from_files(
        cls,
        files: Sequence[str | Path],
        name: str,
        *,
        area: str | Path | None = None,
        halo_m: float | None = None,
        name_zh: str = "",
        private: bool = False,
        pavements: bool = False,
    ) -> City:
        """Build a city from files, as `sim data import` does; see `from_files.import_files`.

        Parameters
        ----------
        files
            One with streets (.osm.pbf, .gpkg or .graphml as osmnx saves them), and any of building
            polygons (.geojson, .parquet, .gpkg) and mtr_exits.json.
        name, name_zh
            Of the city.
        area
            Where figures count: a file with the polygon, or districts of Hong Kong.
        halo_m
            Width simulated beyond the area; 150 m by default.
        private
            Whether ways that are closed to the public are walked as well.
        pavements
            Whether streets that have no pavements on the map get both.

        Raises
        ------
        InputError
            A file is missing, damaged or of the wrong kind, or they do not fit together.
        """
        from sim.city.from_files import import_files

        return import_files(
            [Path(file) for file in files],
            name,
            area=area,
            halo_m=halo_m,
            name_zh=name_zh,
            private=private,
            pavements=pavements,
        )

    @classmethod
    def from_overpass(
        cls,
        area: str | Sequence[str],
        *,
        name: str = "",
        halo_m: float | None = None,
        private: bool = False,
        pavements: bool = False,
        server: str = OVERPASS,
        geocoder: str = NOMINATIM,
        extract: Path | None = None,
        say: Callable[[str], None] = lambda _line: None,
    ) -> City:
        """Build a city from OpenStreetMap over the network, as `sim data fetch` does.

        Parameters
        ----------
        area
            A district of Hong Kong in either language, a polygon file, "LAT,LON,RADIUS" in metres
            or the name of a place; several are joined.
        name
            Of the city; by default that of the area.
        halo_m
            Width simulated beyond the area; 150 m by default.
        private, pavements
            As `from_files` takes them.
        server, geocoder
            The Overpass and the Nominatim server to ask.
        extract
            Where to keep all that was fetched, mapped cameras included, as .osm.pbf.
        say
            Told of each answer in one line.

        Raises
        ------
        InputError
            There is no such area, it is too large, or it has no streets.
        NoAnswerError
            A server does not answer after all tries.
        """
        from sim.city.assemble import DEFAULT_HALO_M
        from sim.city.bundle import bundles_folder
        from sim.city.sources.named_areas import nominatim, wanted_area
        from sim.city.sources.overpass import fetch_city, overpass

        kept = bundles_folder() / ".fetched"
        words = [area] if isinstance(area, str) else [*area]
        wanted = wanted_area(words, nominatim(kept, geocoder, say=say))
        source = overpass(kept, server, say=say)
        halo_m = DEFAULT_HALO_M if halo_m is None else halo_m
        return fetch_city(
            wanted,
            name or wanted.plain_name,
            source,
            halo_m=halo_m,
            private=private,
            pavements=pavements,
            extract=extract,
            say=say,
        )

    def save(self, name: str = "") -> Path:
        """Keep the city as a bundle that scenarios take by its name; return its folder.

        Parameters
        ----------
        name
            Of the bundle; that of the area by default. An earlier bundle of it is replaced.

        Raises
        ------
        InputError
            It is no name of a folder, or the bundle cannot be written.
        """
        from datetime import UTC, datetime

        from sim.city.bundle import bundle_path, save_bundle

        today = datetime.now(UTC).date().isoformat()
        return save_bundle(self, bundle_path(name or self.area.name), imported=today)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw walls, streets and the edge of the study area; return the axes.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.

        Raises
        ------
        InputError
            matplotlib is not installed.
        """
        import geopandas as gpd

        ax = axes_for(ax)
        if len(self.walls.footprints):
            self.walls.footprints.plot(ax=ax, color="0.85")
        self.streets.edges.plot(ax=ax, color="0.45", linewidth=0.6)
        gpd.GeoSeries([self.area.polygon], crs=self.area.crs).boundary.plot(
            ax=ax, color="black", linewidth=0.8, linestyle="--"
        )
        return ax

    def _card(self) -> tuple[str, Mapping[str, object]]:
        counted = f"{self.area.polygon.area / 1e6:.2f} km² counted"
        return f"City: {self.area.name} ({self.area.crs})", {
            "area": f"{counted}, {self.area.region.area / 1e6:.2f} km² simulated",
            "streets": f"{self.streets.length_km:.1f} km in {len(self.streets.edges):,} edges",
            "walls": f"{self.walls.kind}, {len(self.walls.footprints):,} footprints",
            "places": len(self.places.table),
            "districts": ", ".join(part.district for part in self.area.parts) or "not in Hong Kong",
        }
