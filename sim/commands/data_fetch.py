"""`sim data fetch`: a bundle from OpenStreetMap or the Government, over the network."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from sim.city.assemble import DEFAULT_HALO_M
from sim.city.bundle import save_bundle
from sim.city.bundle_folder import bundle_path, bundles_folder
from sim.city.fetch_official import fetch_official, learned
from sim.city.model import City
from sim.city.sources.named_areas import NOMINATIM, WantedArea, nominatim, wanted_area
from sim.city.sources.official_server import CSDI
from sim.city.sources.overpass import OVERPASS, fetch_city, overpass
from sim.city.sources.overpass_queries import plan
from sim.city.sources.server import forget_old_answers
from sim.commands.city_words import show_kept
from sim.commands.data_options import BothWays, Halo, Pavements, Private
from sim.commands.options import AsJson, Debug, command_app, examples, print_json
from sim.commands.verbosity import note
from sim.errors import InputError, one_line
from sim.stopping import STOPPED

app = command_app()

Areas = Annotated[
    list[str],
    typer.Argument(
        metavar="AREA ...",
        help="Districts of Hong Kong (English or Chinese), `all`, a polygon file, "
        "LAT,LON,RADIUS in metres, or the name of a place; several are joined.",
    ),
]
Name = Annotated[str, typer.Option("--name", help="Name of the bundle; by default the area's.")]
Overpass = Annotated[
    str | None,
    typer.Option("--server", metavar="URL", help="Server to ask in place of the public one."),
]
Geocoder = Annotated[
    str | None,
    typer.Option("--geocoder", metavar="URL", help="Nominatim server to ask for places."),
]
Extract = Annotated[
    Path | None,
    typer.Option(
        "--extract",
        metavar="FILE.osm.pbf",
        help="Also keep what was fetched, mapped cameras included.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show the queries and their size, fetch no data.")
]
Source = Annotated[
    Literal["osm", "official"],
    typer.Option("--source", help="OpenStreetMap, or layers of the Hong Kong Government."),
]


@app.command(
    epilog=examples(
        'sim data fetch "Yau Tsim Mong"',
        "sim data fetch 油尖旺 深水埗 --name west_kowloon",
        "sim data fetch study.geojson --halo 200",
        "sim data fetch 22.3193,114.1694,800 --name mong_kok_800",
        'sim data fetch "Las Palmas de Gran Canaria" --extract las_palmas.osm.pbf',
        "sim data fetch all --name hong_kong --dry-run",
        "sim data fetch Wanchai --json",
        'sim data fetch "Yau Tsim Mong" --source official',
        "sim data fetch --server http://localhost:12345/api -- -33.861,151.209,500",
    )
)
def data_fetch_command(
    areas: Areas,
    name: Name = "",
    source: Source = "osm",
    halo: Halo = None,
    server: Overpass = None,
    geocoder: Geocoder = None,
    private: Private = False,
    pavements: Pavements = False,
    both_ways: BothWays = False,
    extract: Extract = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Make a bundle from OpenStreetMap, or the Government: streets, buildings, places of an area.

    With pauses where the server is busy. Answers are kept for a week, so the same command goes on
    where it was stopped.
    """
    kept = bundles_folder() / ".fetched"
    forget_old_answers(kept)
    area = wanted_area(areas, nominatim(kept, geocoder or NOMINATIM, say=_say))
    official = source == "official"
    name = name or f"{area.plain_name}{'_official' if official else ''}"
    folder = bundle_path(name)
    halo_m = DEFAULT_HALO_M if halo is None else halo
    walked = {"private": private, "pavements": pavements}
    if official and (any(walked.values()) or extract):
        raise InputError(
            "--private, --pavements and --extract are of OpenStreetMap; leave them out"
        )
    if both_ways and not official:
        raise InputError("--both-ways is of the pedestrian network; give --source official with it")
    asked = overpass(kept, server or OVERPASS, say=_say)
    if dry_run:
        lines = learned(area, server or CSDI, halo_m) if official else plan(asked, area, halo_m)
        _show_plan(name, lines, as_json=as_json)
        return
    try:
        if official:
            city = _from_government(area, name, kept, server or CSDI, halo_m, not both_ways)
        else:
            city = fetch_city(area, name, asked, halo_m=halo_m, extract=extract, say=_say, **walked)
    except KeyboardInterrupt:
        _say("stopped; no bundle was written, answers are kept: the same command goes on there")
        raise typer.Exit(STOPPED) from None
    save_bundle(city, folder, imported=datetime.now(UTC).date().isoformat())
    show_kept(city, name, folder, as_json=as_json)


def _from_government(
    area: WantedArea, name: str, kept: Path, server: str, halo_m: float, one_way: bool
) -> City:
    """Say what the server learns, then ask it."""
    for line in learned(area, server, halo_m):
        _say(line)
    return fetch_official(area, name, kept, server, halo_m=halo_m, one_way=one_way, say=_say)


def _show_plan(name: str, lines: Iterable[str], *, as_json: bool) -> None:
    """Print the queries that would be asked."""
    if as_json:
        print_json({"area": name, "plan": [*lines]})
        return
    for line in lines:
        print(line)


def _say(line: str) -> None:
    """Tell on standard error how far a fetch has come; servers' words may be hostile."""
    note(f"sim: {one_line(line)}")
