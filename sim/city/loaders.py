"""The ways to a city: from osmnx, files or the network, and by the name of a bundle or sample."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Self

import geopandas as gpd

from sim.arguments import a_flag, a_path, a_table, a_text, either, named_arguments, number, several
from sim.city import model
from sim.city.assemble import DEFAULT_HALO_M, assemble
from sim.city.bundle import load_bundle, save_bundle
from sim.city.bundle_folder import (
    BUILT_IN,
    NAME,
    bundle_path,
    bundles_folder,
    is_bundle,
    list_bundles,
)
from sim.city.district_names import district_bundle, district_words
from sim.city.from_files import import_files
from sim.city.places import Places
from sim.city.sources.footprints import check_buildings, read_footprints
from sim.city.sources.graphs import Frames
from sim.city.sources.named_areas import NOMINATIM, nominatim, wanted_area
from sim.city.sources.osm_stream import OSM
from sim.city.sources.overpass import OVERPASS, fetch_city, overpass
from sim.city.sources.own_places import joined_places, places_of, with_places_outside
from sim.city.sources.sample import load_sample
from sim.city.streets import StreetNetwork
from sim.errors import InputError

if TYPE_CHECKING:
    import networkx as nx

OF_OSMNX = {"what": "graph of osmnx", **OSM}
"""The source of a city that is made of a graph."""


@dataclass(frozen=True, repr=False)
class City(model.City):
    """A study area with everything in it that stands still, and the ways to make and keep one.

    Attributes
    ----------
    area
        Polygon, region with halo, and districts.
    streets, walls, places
        The world in projected metres.
    provenance
        Sources, licences, digests and counts of what was dropped, as kept in the manifest.
    masked
        Stretches of street cut out of what cameras see, m along edges; None without any.
    ground
        Heights of the ground where a terrain model was imported; None: level.
    trees
        Those of the map; None without any.
    crowns
        Whether the crowns of trees hide what is behind them.
    surroundings
        Water, green ground and names for a map (projected metres), where an extract has them.
    """

    @classmethod
    def _of(cls, city: model.City) -> Self:
        return cls(
            city.area,
            city.streets,
            city.walls,
            city.places,
            city.provenance,
            city.masked,
            city.ground,
            city.trees,
            city.crowns,
            city.surroundings,
        )

    @classmethod
    @named_arguments(
        buildings=a_table("building polygons"), name=a_text, halo_m=number(0, unit="m"),
        private=a_flag, places=a_table("places"),
    )  # fmt: skip
    def from_osmnx(
        cls,
        graph: nx.Graph | Frames,
        buildings: gpd.GeoDataFrame | None = None,
        *,
        name: str = "my area",
        halo_m: float = 0.0,
        private: bool = False,
        places: gpd.GeoDataFrame | None = None,
    ) -> City:
        """Build a city from an osmnx graph and, where given, building polygons.

        Without buildings, façades are inferred from the streets ("blocks"). With `private`, ways
        that are closed to the public are walked as well.

        Parameters
        ----------
        graph
            As osmnx gives it, in any coordinate system that it names; or its frames (nodes,
            edges), or another graph of networkx with x and y of each node.
        buildings
            Polygons in any coordinate system; columns height (m) and others named after
            OpenStreetMap tags are read as in an extract, and what does not stand is left out.
        name
            Of the area, for texts.
        halo_m
            Width of the rim (m) that is simulated and not counted, taken off the graph's outline.
        private
            Whether ways that are closed to the public are walked as well.
        places
            Schools, clinics, offices … in any coordinate system, with a column kind or columns
            named after OpenStreetMap tags; see `sim.city.sources.own_places`.

        Raises
        ------
        InputError
            A place is of no known kind, or all lie elsewhere; the graph has no coordinate system,
            or nothing in it can be walked.
        """
        streets = StreetNetwork.from_osmnx(graph, private=private)
        left_out: dict[str, float] = {}
        if buildings is not None:
            check_buildings(buildings)
            buildings, left_out = read_footprints(buildings)
        given = None if places is None else places_of(places, streets.crs, "places")
        known = Places.empty(streets.crs).table
        if given is not None:
            known, added = joined_places(known, given)
            left_out |= added
        city = assemble(
            name,
            streets,
            buildings=buildings,
            halo_m=halo_m,
            places=Places(known),
            provenance={"left_out_while_reading": left_out, "sources": [OF_OSMNX]},
        )
        return cls._of(city if given is None else with_places_outside(city, given, "places"))

    @classmethod
    @named_arguments(
        files=several(a_path, "a list of paths"), name=a_text, area=a_path,
        halo_m=number(0, unit="m"), name_zh=a_text, private=a_flag, pavements=a_flag, places=a_path,
    )  # fmt: skip
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
        places: str | Path | None = None,
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
        places
            File of schools, clinics, offices … that stand beside those of the map.

        Raises
        ------
        InputError
            A file is missing, damaged or of the wrong kind, or they do not fit together.
        """
        city = import_files(
            [Path(file) for file in files],
            name,
            area=area,
            halo_m=halo_m,
            name_zh=name_zh,
            private=private,
            pavements=pavements,
            places=places,
        )
        return cls._of(city)

    @classmethod
    @named_arguments(
        area=either("an area in words, or a list of them", a_text, several(a_text, "")),
        name=a_text, halo_m=number(0, unit="m"), private=a_flag, pavements=a_flag, extract=a_path,
    )  # fmt: skip
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
        kept = bundles_folder() / ".fetched"
        words = [area] if isinstance(area, str) else [*area]
        wanted = wanted_area(words, nominatim(kept, geocoder, say=say))
        source = overpass(kept, server, say=say)
        halo_m = DEFAULT_HALO_M if halo_m is None else halo_m
        city = fetch_city(
            wanted,
            name or wanted.plain_name,
            source,
            halo_m=halo_m,
            private=private,
            pavements=pavements,
            extract=extract,
            say=say,
        )
        return cls._of(city)

    @named_arguments(name=a_text)
    def save(self, name: str = "") -> Path:
        """Keep the city as a bundle that scenarios take by its name; return its folder.

        Parameters
        ----------
        name
            Of the bundle; that of the area by default. An earlier bundle of it is replaced.

        Raises
        ------
        InputError
            It is not the name of a folder, or the bundle cannot be written.
        """
        today = datetime.now(UTC).date().isoformat()
        return save_bundle(self, bundle_path(name or self.area.name), imported=today)


@named_arguments(name_or_path=a_path)
def load_city(name_or_path: str | Path) -> City:
    """Load a city by the name of a built-in sample or bundle, or by the path of a bundle.

    Districts of Hong Kong may be named as people write them, in either language, several with
    commas between them, or as "all": the bundle is the one that `sim data fetch` makes of them.

    Parameters
    ----------
    name_or_path
        "mong_kok_core", which is built in; a name that `sim data list` shows; a bundle's folder;
        or districts.

    Returns
    -------
    City
        Streets, walls and places in projected metres.

    Raises
    ------
    InputError
        Nothing of that name; the message names the nearest one and how to import.
    """
    name = str(name_or_path)
    if name in BUILT_IN:
        return City._of(load_sample(name))
    return City._of(load_bundle(_bundle_called(name)))


def _bundle_called(name: str) -> Path:
    """Return the folder of the bundle that a name, a path or districts stand for."""
    if NAME.fullmatch(name) and is_bundle(bundles_folder() / name):
        return bundles_folder() / name
    path = Path(name)
    if path.is_dir():
        return path
    if path.is_file():
        raise InputError(
            f"{name}: is a file, not a bundle; import it first: sim data import {name} --name NAME",
            key="area",
        )
    words = district_words(name)
    if words:
        return _bundle_of_districts(name, words)
    known = [*BUILT_IN, *list_bundles()]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    raise InputError(
        f"{name!r} is no built-in area and no bundle; {hint} "
        f"(to add one: sim data import FILE --name {name if NAME.fullmatch(name) else 'NAME'})",
        key="area",
    )


def _bundle_of_districts(name: str, words: list[str]) -> Path:
    """Return the folder of the bundle of districts; where there is none, raise how to make it."""
    plain = district_bundle(words)
    if is_bundle(bundles_folder() / plain):
        return bundles_folder() / plain
    asked = " ".join(f'"{word}"' if " " in word else word for word in words)
    raise InputError(
        f"{name}: no bundle {plain!r} of {'these districts' if words[1:] else 'it'} is here; "
        f"make one with `sim data fetch {asked}`, or from an extract with `sim data import "
        f"FILE.osm.pbf --name {plain} --area {quote(name)}`",
        key="area",
    )
