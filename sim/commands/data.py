"""The commands `sim data …`: streets and buildings in, and what is here.

They say how far the work has come and what was left out; the reading itself is in `sim.city`.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import STOPPED, AsJson, Debug, examples, print_json, progress
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.city.model import City

Private = Annotated[
    bool, typer.Option("--private", help="Walk ways of private access too, as in estates.")
]

Pavements = Annotated[
    bool,
    typer.Option("--pavements", help="Infer both pavements of streets that have none on the map."),
]

data_app = typer.Typer(rich_markup_mode=None, help="Bring city data in, and see what is here.")


def register(app: typer.Typer) -> None:
    """Add these commands to `sim`."""
    app.add_typer(data_app, name="data")


@data_app.command(
    "import",
    short_help="Make a bundle from files.",
    epilog=examples(
        "sim data import walk_graph.gpkg --name mong_kok --name-zh 旺角",
        "sim data import central.osm.pbf --name central",
        "sim data import streets.graphml buildings.geojson --name town --area edge.geojson",
        'sim data import hong-kong-latest.osm.pbf --name wan_chai --area "Wan Chai"',
        "sim data import hong_kong_streets.gpkg --name hong_kong",
        "sim data import central.osm.pbf --name central --json",
    ),
)
def data_import_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE ...",
            help="One file with streets (.osm.pbf, .gpkg, .graphml; or a .gpkg of the streets that "
            "buses use), and any of building polygons (.geojson, .parquet, .gpkg) and "
            "mtr_exits.json.",
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
    halo: Annotated[
        float | None,
        typer.Option("--halo", min=0, max=5000, metavar="METRES", help="Width simulated beyond."),
    ] = None,
    private: Private = False,
    pavements: Pavements = False,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Make a bundle from files: streets, and where given buildings and station exits."""
    walked = {"private": private, "pavements": pavements}
    with _without_looking_for_cycles():
        folder, city = _import(files, name, name_zh, area, halo, walked)
    _show_kept(city, name, folder, as_json=as_json)


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


def _import(
    files: list[Path],
    name: str,
    name_zh: str,
    area: str | None,
    halo: float | None,
    walked: dict[str, bool],
) -> tuple[Path, City]:
    from datetime import UTC, datetime

    from sim.city.sources.osm_stream import reading_ahead

    with progress() as announce, reading_ahead(files) as begun:
        announce("reading")
        from sim.city.bundle import save_bundle
        from sim.city.bundle_folder import bundle_path
        from sim.city.from_files import import_files

        folder = bundle_path(name)
        city = import_files(
            files, name, area=area, halo_m=halo, name_zh=name_zh, begun=begun, **walked
        )
        announce("writing")
        save_bundle(city, folder, imported=datetime.now(UTC).date().isoformat())
    return folder, city


def _show_kept(city: City, name: str, folder: Path, *, as_json: bool) -> None:
    """Say what a new bundle holds and how a scenario takes it."""
    if as_json:
        print_json({"area": name, "folder": str(folder), **_city_json(city)})
        return
    _show(city)
    print(f"kept in {folder}; a scenario takes it with `area: {name}`")


@data_app.command(
    "fetch",
    short_help="Make a bundle from OpenStreetMap, over the network.",
    epilog=examples(
        'sim data fetch "Yau Tsim Mong"',
        "sim data fetch 油尖旺 深水埗 --name west_kowloon",
        "sim data fetch study.geojson --halo 200",
        "sim data fetch 22.3193,114.1694,800 --name mong_kok_800",
        'sim data fetch "Las Palmas de Gran Canaria" --extract las_palmas.osm.pbf',
        "sim data fetch all --name hong_kong --dry-run",
        "sim data fetch Wanchai --json",
        "sim data fetch --server http://localhost:12345/api -- -33.861,151.209,500",
    ),
)
def data_fetch_command(
    areas: Annotated[
        list[str],
        typer.Argument(
            metavar="AREA ...",
            help="Districts of Hong Kong (English or Chinese), `all`, a polygon file, "
            "LAT,LON,RADIUS in metres, or the name of a place; several are joined.",
        ),
    ],
    name: Annotated[
        str, typer.Option("--name", help="Name of the bundle; by default the area's.")
    ] = "",
    halo: Annotated[
        float | None,
        typer.Option("--halo", min=0, max=5000, metavar="METRES", help="Width simulated beyond."),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option("--server", metavar="URL", help="Overpass server to ask; a public one."),
    ] = None,
    geocoder: Annotated[
        str | None,
        typer.Option("--geocoder", metavar="URL", help="Nominatim server to ask for places."),
    ] = None,
    private: Private = False,
    pavements: Pavements = False,
    extract: Annotated[
        Path | None,
        typer.Option(
            "--extract",
            metavar="FILE.osm.pbf",
            help="Also keep what was fetched, mapped cameras included.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the queries and their size, fetch no data.")
    ] = False,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Make a bundle from OpenStreetMap: streets, buildings and places of an area.

    One question at a time, with pauses where the server is busy. Answers are kept for a week, so
    the same command goes on where it was stopped.
    """
    from datetime import UTC, datetime

    from sim.city.assemble import DEFAULT_HALO_M
    from sim.city.bundle import save_bundle
    from sim.city.bundle_folder import bundle_path, bundles_folder
    from sim.city.sources.named_areas import NOMINATIM, nominatim, wanted_area
    from sim.city.sources.overpass import OVERPASS, fetch_city, overpass
    from sim.city.sources.overpass_queries import plan
    from sim.city.sources.server import forget_old_answers

    kept = bundles_folder() / ".fetched"
    forget_old_answers(kept)
    area = wanted_area(areas, nominatim(kept, geocoder or NOMINATIM, say=_say))
    name = name or area.plain_name
    folder = bundle_path(name)
    source = overpass(kept, server or OVERPASS, say=_say)
    halo_m = DEFAULT_HALO_M if halo is None else halo
    if dry_run:
        lines = plan(source, area, halo_m)
        if as_json:
            print_json({"area": name, "plan": [*lines]})
            return
        for line in lines:
            print(line)
        return
    try:
        city = fetch_city(
            area,
            name,
            source,
            halo_m=halo_m,
            private=private,
            pavements=pavements,
            extract=extract,
            say=_say,
        )
    except KeyboardInterrupt:
        _say("stopped; no bundle was written, answers are kept: the same command goes on there")
        raise typer.Exit(STOPPED) from None
    save_bundle(city, folder, imported=datetime.now(UTC).date().isoformat())
    _show_kept(city, name, folder, as_json=as_json)


def _say(line: str) -> None:
    """Tell on standard error how far a fetch has come; servers' words may be hostile."""
    print(f"sim: {_printable(line)}", file=sys.stderr, flush=True)


@data_app.command(
    "list",
    short_help="List the areas that are here.",
    epilog=examples("sim data list", "sim data list --json"),
)
def data_list_command(as_json: AsJson = False, debug: Debug = False) -> None:
    """List the built-in areas and the bundles that are here."""
    found = [*_areas()]
    if as_json:
        print_json(found)
        return
    for area in found:
        if area["built_in"]:
            print(f"{area['name']}  built in")
        elif area["unusable"]:
            print(f"{area['name']}  unusable: {area['unusable']}")
        else:
            print(
                f"{area['name']}  imported {area['imported'] or 'at some time'}, {area['folder']}"
            )


def _areas() -> Iterator[dict[str, Any]]:
    """Yield name, folder and state of each area that a scenario can name."""
    from sim.city.bundle_folder import BUILT_IN, bundles_folder, list_bundles, read_manifest

    nothing = {"folder": None, "imported": None, "unusable": None}
    for name in BUILT_IN:
        yield {"name": name, "built_in": True, **nothing}
    for name in list_bundles():
        folder = bundles_folder() / name
        area = {**nothing, "folder": str(folder)}
        try:
            area["imported"] = read_manifest(folder).get("imported")
        except InputError as error:
            area["unusable"] = str(error)
        yield {"name": name, "built_in": False, **area}


@data_app.command(
    "info",
    short_help="Show what an area holds and where it comes from.",
    epilog=examples(
        "sim data info mong_kok_core", "sim data info mong_kok", "sim data info mong_kok --json"
    ),
)
def data_info_command(
    bundle: Annotated[
        str, typer.Argument(metavar="BUNDLE", help="Built-in area, name or folder of a bundle.")
    ],
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show what an area holds, what was left out of it, and where it comes from."""
    from sim.city.loaders import load_city

    city = load_city(bundle)
    if as_json:
        print_json(_city_json(city))
    else:
        _show(city)


def _city_json(city: City) -> dict[str, Any]:
    """Return what a program wants to know of a city; the words of `_city_lines` as data."""
    area, streets = city.area, city.streets
    left_out = {
        "streets": streets.report,
        "walls": city.walls.report,
        "reading": city.provenance.get("left_out_while_reading", {}),
    }
    return {
        "name": area.name,
        "name_zh": area.name_zh,
        "crs": str(area.crs),
        "counted_km2": round(area.polygon.area / 1e6, 6),
        "simulated_km2": round(area.region.area / 1e6, 6),
        "halo_m": area.halo_m,
        "street_km": round(float(streets.edges["length"].sum()) / 1000, 6),
        "edges": len(streets.edges),
        "nodes": len(streets.nodes),
        "walls": city.walls.kind,
        "footprints": len(city.walls.footprints),
        "places": {
            str(kind): int(count)
            for kind, count in city.places.table["kind"].value_counts().sort_index().items()
        },
        "districts": {part.district: round(part.land_km2, 6) for part in area.parts},
        "left_out": {
            title: {key: value for key, value in report.items() if value}
            for title, report in left_out.items()
        },
        "assumptions": city.provenance.get("assumptions", []),
        "sources": city.provenance.get("sources", []),
    }


def _show(city: City) -> None:
    """Print what a person wants to know of a city; names in it may be hostile to a terminal."""
    for line in _city_lines(city):
        print(_printable(line))


def _printable(line: str) -> str:
    """Return a line without characters that steer a terminal."""
    if line.isprintable():
        return line
    from sim.errors import one_line  # loads the scenario language, which takes a while

    return one_line(line)


def _city_lines(city: City) -> Iterator[str]:
    """Yield what a person wants to know of a city, a fact a line."""
    area, streets = city.area, city.streets
    in_chinese = f" ({area.name_zh})" if area.name_zh else ""
    yield f"{area.name}{in_chinese}, {area.crs}"
    yield (
        f"area: {area.polygon.area / 1e6:.2f} km2 counted, {area.region.area / 1e6:.2f} km2 "
        f"simulated (halo {area.halo_m:g} m)"
    )
    kind = city.provenance.get("streets_kind", "")
    yield (
        f"streets{kind and f' ({kind})'}: {streets.length_km:.1f} km in "
        f"{len(streets.edges):,} edges, {len(streets.nodes):,} junctions and ends"
    )
    shapes = city.walls.footprints["kind"].value_counts().sort_index(ascending=False)
    yield ", ".join(
        [f"walls: {city.walls.kind}", *(f"{count:,} {kind}s" for kind, count in shapes.items())]
    )
    counts = city.places.table["kind"].value_counts().sort_index()
    yield f"places: {', '.join(f'{count} {kind}' for kind, count in counts.items()) or 'none'}"
    districts = (f"{part.district} {part.land_km2:.2f} km2" for part in area.parts)
    yield f"districts: {', '.join(districts) or 'not in Hong Kong'}"
    for title, report in (
        ("streets", streets.report),
        ("walls", city.walls.report),
        ("reading", city.provenance.get("left_out_while_reading", {})),
    ):
        for key, value in report.items():
            if value:
                figure = f"{value:.6g}" if isinstance(value, float) else value
                yield f"{title}, {str(key).replace('_', ' ')}: {figure}"
    for assumption in city.provenance.get("assumptions", []):
        yield f"assumed: {assumption}"
    for source in city.provenance.get("sources", []):
        known = (source[key] for key in ("file", "attribution", "licence") if key in source)
        yield f"source: {', '.join(map(str, known))}"
