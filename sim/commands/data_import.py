"""`sim data import`: a bundle from files."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.city.sources.osm_stream import reading_ahead
from sim.commands.data_options import (
    BothWays,
    Halo,
    NoEscalators,
    NoIndoor,
    NoLifts,
    NoSteps,
    Pavements,
    Private,
)
from sim.commands.options import (
    AsJson,
    Debug,
    command_app,
    examples,
)
from sim.commands.terminal import progress
from sim.processes import give_back_memory

if TYPE_CHECKING:
    from sim.city.model import City

app = command_app()


@app.command(
    epilog=examples(
        "sim data import walk_graph.gpkg --name mong_kok --name-zh 旺角",
        "sim data import central.osm.pbf --name central",
        "sim data import streets.graphml buildings.geojson --name town --area edge.geojson",
        'sim data import hong-kong-latest.osm.pbf --name wan_chai --area "Wan Chai"',
        "sim data import central.osm.pbf --name central --places clinics.csv",
        "sim data import hong_kong_streets.gpkg --name hong_kong",
        "sim data import PedestrianRoute.geojson Building.geojson --name tst --no-indoor",
        "sim data import central.osm.pbf --name central --json",
    )
)
def data_import_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE ...",
            help="One file with streets (.osm.pbf, .gpkg, .graphml; or a .gpkg of the streets that "
            "buses use; or the Government's pedestrian network), and any of building polygons "
            "(.geojson, .parquet, .gpkg), its buildings, lamp posts, trees, footbridges, "
            "pavements, terrain and districts, and mtr_exits.json.",
        ),
    ],
    name: Annotated[str, typer.Option("--name", help="Name of the bundle, for `area:`.")],
    name_zh: Annotated[str, typer.Option("--name-zh", help="Its name in Chinese.")] = "",
    area: Annotated[
        str | None,
        typer.Option(
            "--area",
            metavar="FILE or DISTRICTS",
            help="Where figures count: a polygon, or districts of Hong Kong.",
        ),
    ] = None,
    places: Annotated[
        Path | None,
        typer.Option(
            "--places",
            metavar="FILE",
            help="Schools, clinics, offices … beside those of the map, with a column kind.",
        ),
    ] = None,
    halo: Halo = None,
    private: Private = False,
    pavements: Pavements = False,
    no_indoor: NoIndoor = False,
    no_lifts: NoLifts = False,
    no_escalators: NoEscalators = False,
    no_steps: NoSteps = False,
    both_ways: BothWays = False,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="HH:MM", help="Pedestrian network: what is open at this hour."
        ),
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Make a bundle from files: streets, and where given buildings and station exits."""
    wanted = {"private": private, "pavements": pavements, "places": places}
    walked = {"indoor": not no_indoor, "lifts": not no_lifts, "escalators": not no_escalators}
    walked |= {"steps": not no_steps, "one_way": not both_ways}
    with _without_looking_for_cycles():
        folder, city = _import(files, (name, name_zh), area, halo, wanted, walked | {"at": at})
    from sim.commands.city_words import show_kept  # slow: loads the engine, see `_import`

    show_kept(city, name, folder, as_json=as_json)


@contextmanager
def _without_looking_for_cycles() -> Iterator[None]:
    """Leave the collector of cycles off: many objects, few cycles; it is a tenth of the time.

    What was made meanwhile is not looked through later either.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _is_usual(walked: dict[str, Any]) -> bool:
    """Return whether no choice was made among ways of the pedestrian network."""
    return all(value is True or value is None for value in walked.values())


def _import(
    files: list[Path],
    names: tuple[str, str],
    area: str | None,
    halo: float | None,
    wanted: dict[str, Any],
    walked: dict[str, Any],
) -> tuple[Path, City]:
    with progress() as announce, reading_ahead(files, boxed=area is not None) as begun:
        announce("reading")
        from sim.city.bundle import save_bundle  # slow, while others read the file already
        from sim.city.bundle_folder import bundle_path  # slow, likewise
        from sim.city.from_files import import_files  # slow, likewise

        name, wanted["name_zh"] = names
        wanted["walk"] = None if _is_usual(walked) else walked
        folder = bundle_path(name)
        city = import_files(files, name, area=area, halo_m=halo, begun=begun, **wanted)
        give_back_memory()  # writing takes a third more
        announce("writing")
        save_bundle(city, folder, imported=datetime.now(UTC).date().isoformat())
    return folder, city
