"""A city from the Government's servers: its layers around an area, fetched and then imported."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd

from sim.area import HONG_KONG_CRS
from sim.city.assemble import DEFAULT_HALO_M
from sim.city.from_files import import_files
from sim.city.model import City
from sim.city.sources.named_areas import WantedArea
from sim.city.sources.official_server import CSDI, SERVICES, Fetched, OfficialLayer
from sim.city.sources.server import NoAnswerError
from sim.errors import InputError

MARGIN_M = 100.0
"""Layers are asked for so far beyond the halo: the ground of a building may lie there."""


def learned(area: WantedArea, url: str = CSDI, halo_m: float = DEFAULT_HALO_M) -> Iterator[str]:
    """Yield what a server learns from a fetch, and how to go without, a line each.

    Parameters
    ----------
    area
        The study area.
    url
        Address of the server.
    halo_m
        Width simulated beyond the area.

    Raises
    ------
    InputError
        The area does not lie in Hong Kong.
    """
    west, south, east, north = _box(area, halo_m)
    yield (
        f"asks {url}: it learns the address of this connection, the hour, and the box "
        f"{west:.0f},{south:.0f} to {east:.0f},{north:.0f} (HK80 metres), of no scenario"
    )
    yield (
        "to tell nobody which area it is, save the whole layers from a browser and use "
        "`sim data import` (docs/hong-kong.md)"
    )


def fetch_official(
    area: WantedArea,
    name: str,
    kept: Path,
    url: str = CSDI,
    *,
    halo_m: float = DEFAULT_HALO_M,
    say: Callable[[str], None] = lambda _line: None,
    wait: Callable[[float], None] = time.sleep,
) -> City:
    """Build a city from the Government's buildings, pedestrian network, lamp posts and footbridges.

    Parameters
    ----------
    area
        The study area, as `sim.city.sources.named_areas.wanted_area` finds it.
    name
        Of the city.
    kept
        Folder of kept answers; interrupted fetches go on from them.
    url
        Address of the server, up to the names of the layers.
    halo_m
        Width simulated beyond the area.
    say
        Told in one line how far it has come.
    wait
        Called with seconds.

    Raises
    ------
    InputError
        The area is not in Hong Kong, or holds nothing.
    NoAnswerError
        The server does not answer after all tries, or not with what was asked.
    """
    box = _box(area, halo_m)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        found: list[Fetched] = []
        for layer, service in SERVICES.items():
            try:
                found.append(OfficialLayer(layer, box, kept, url, say=say, wait=wait).fetch(folder))
            except (NoAnswerError, InputError) as error:
                if service.needed:
                    raise
                say(f"{error}; the bundle is made without")
        outline = folder / "area.parquet"
        gpd.GeoDataFrame(geometry=[area.polygon], crs=area.crs).to_parquet(outline)
        files = [fetched.path for fetched in found]
        city = import_files(files, name, area=outline, halo_m=halo_m, name_zh=area.name_zh)
    sources = [one for one in city.provenance["sources"] if one.get("kind") != "area"]
    fetched = [one.source for one in found]
    provenance = {**city.provenance, "sources": [*sources, *area.sources], "fetched": fetched}
    return replace(city, provenance=provenance)


def _box(area: WantedArea, halo_m: float) -> tuple[float, float, float, float]:
    if area.crs != HONG_KONG_CRS:
        raise InputError(
            f"{area.name}: does not lie in Hong Kong, of which these layers are; "
            "leave --source official out"
        )
    west, south, east, north = area.polygon.bounds
    m = halo_m + MARGIN_M
    return west - m, south - m, east + m, north + m
