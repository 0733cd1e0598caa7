"""A city from the Government's servers: its layers around an area, fetched and then imported."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd

from sim.area import HONG_KONG_CRS
from sim.city.assemble import DEFAULT_HALO_M
from sim.city.from_files import import_files
from sim.city.model import City
from sim.city.sources.named_areas import WantedArea
from sim.city.sources.official_pavements import read_pavements
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
    layers = ", ".join(service.title for service in SERVICES.values())
    yield (
        f"asks {url}: it learns the address of this connection, the hour, the layers ({layers}), "
        f"the box {west:.0f},{south:.0f} to {east:.0f},{north:.0f} (HK80 metres), of no scenario"
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
    one_way: bool = True,
    say: Callable[[str], None] = lambda _line: None,
    wait: Callable[[float], None] = time.sleep,
) -> City:
    """Build a city from the Government's buildings and pedestrian network, and more where it can.

    Lamp posts, footbridges, pavements and roadside trees are left out where they cannot be had.

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
    one_way
        Keep to the directions of ways; False: escalators are walked against them too.
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
        asked = [OfficialLayer(one, box, kept, url, say=say, wait=wait) for one in SERVICES]
        found = [*_fetched(asked, folder, say)]
        outline = folder / "area.parquet"
        gpd.GeoDataFrame(geometry=[area.polygon], crs=area.crs).to_parquet(outline)
        files = [fetched.path for fetched in found]
        walk = None if one_way else {"one_way": False}
        city = import_files(
            files, name, area=outline, halo_m=halo_m, name_zh=area.name_zh, walk=walk
        )
    sources = [one for one in city.provenance["sources"] if one.get("kind") != "area"]
    fetched = [one.source for one in found]
    provenance = {**city.provenance, "sources": [*sources, *area.sources], "fetched": fetched}
    return replace(city, provenance=provenance)


def _fetched(
    asked: Iterable[OfficialLayer], folder: Path, say: Callable[[str], None]
) -> Iterator[Fetched]:
    """Yield the layers that came; without the others, if they are needed, there is no city."""
    for one in asked:
        try:
            fetched = one.fetch(folder)
            if one.layer == "official_pavements":
                read_pavements(fetched.path)  # it may hold no street at ground level
        except (NoAnswerError, InputError) as error:
            if one.service.needed:
                raise
            say(f"{str(error).replace(f'{folder}/', '')}; the bundle is made without")
        else:
            yield fetched


def _box(area: WantedArea, halo_m: float) -> tuple[float, float, float, float]:
    if area.crs != HONG_KONG_CRS:
        raise InputError(
            f"{area.name}: does not lie in Hong Kong, of which these layers are; "
            "leave --source official out"
        )
    west, south, east, north = area.polygon.bounds
    m = halo_m + MARGIN_M
    return west - m, south - m, east + m, north + m
