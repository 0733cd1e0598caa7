"""The command `sim`: arguments in, the engine called, words and exit codes out.

Exit code 0 is done, 1 failed while working, 2 the user's input is wrong, 130 stopped by Ctrl-C.
Errors are one line each on standard error. It computes nothing, and imports the engine only when
a command needs it, so that `sim --help` and `sim validate` answer at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import traceback
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.errors import InputError, InputErrors

if TYPE_CHECKING:
    from rich.table import Table

    from sim.cameras.real import RealCameras
    from sim.city import City
    from sim.scenario.load import LoadedScenario
    from sim.scenario.run import Announce

DONE, FAILED, WRONG_INPUT, STOPPED = 0, 1, 2, 130
HEADLINE_TASK = "recognise"
"""The task whose walks the closing table shows: close enough to recognise a face."""
MOST_REFUSED_SHOWN = 10

# typer carries click's classes under names that differ between its versions.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="sim",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
data_app = typer.Typer(rich_markup_mode=None, help="Bring city data in, and see what is here.")
app.add_typer(data_app, name="data")
cameras_app = typer.Typer(rich_markup_mode=None, help="Bring real cameras in.")
app.add_typer(cameras_app, name="cameras")

Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO.yaml", help="Scenario file.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Override one key, for example trips.people=500."
    ),
]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Parameters
    ----------
    arguments
        What follows `sim`; those of the process by default.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        with warnings.catch_warnings():
            if not debug:
                warnings.simplefilter("ignore")
            command = typer.main.get_command(app)
            with command.make_context("sim", words) as context:
                command.invoke(context)
            sys.stdout.flush()
    except typer.Exit as leave:
        return leave.exit_code
    except BrokenPipeError:
        # The reader of a pipe has gone; without this Python complains again as it ends.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (KeyboardInterrupt, typer.Abort, Exception) as error:
        if debug:
            traceback.print_exc()
        return _answer(error)
    return DONE


def _answer(error: BaseException) -> int:
    """Say on standard error what went wrong, one line each, and return the exit code."""
    from sim.scenario.load import one_line

    if isinstance(error, KeyboardInterrupt | typer.Abort):
        print("sim: stopped; nothing was written", file=sys.stderr)
        return STOPPED
    code = WRONG_INPUT
    if isinstance(error, InputErrors):
        lines = error.lines
    elif isinstance(error, InputError):
        lines = [str(error)]
    elif isinstance(error, _UsageError):
        words = getattr(error, "format_message", error.__str__)()
        asked = getattr(getattr(error, "ctx", None), "command_path", "sim")
        lines = [f"sim: {' '.join(words.split())} (see `{asked} --help`)"]
    else:
        code = FAILED
        lines = [f"sim: {_failure(error)}; --debug shows where"]
    for line in lines:
        print(one_line(line), file=sys.stderr)
    return code


def _failure(error: BaseException) -> str:
    """Say what stopped the work, where it is not the user's input."""
    if isinstance(error, MemoryError):
        return "not enough memory; take a smaller area or fewer people"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'a file'}: {error.strerror}"
    return f"failed: {type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _examples(*lines: str) -> str:
    """Return the closing part of a command's help, with its line breaks kept."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


@app.callback(
    invoke_without_command=True,
    epilog=_examples(
        "sim template > my.yaml          a commented scenario to begin with",
        "sim validate my.yaml            is it right?",
        "sim run my.yaml                 simulate; leaves out/<name> with map.html",
    ),
)
def top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Simulate what can still be walked unseen in Hong Kong at 4,000 and at 60,000 cameras."""
    if version:
        from importlib.metadata import version as installed

        print(f"sim {installed('hk-camera-sim')}")
    elif context.invoked_subcommand is None:
        print(context.get_help())


@app.command(
    "run",
    short_help="Simulate a scenario: figures, tables and a map.",
    epilog=_examples(
        "sim run scenarios/mong_kok_core.yaml",
        "sim run my.yaml --out results/try1 --set cameras.strategy=transit",
        'sim run my.yaml --set "cameras.totals=[4000, 60000]" --no-map',
        "sim run my.yaml --dry-run",
    ),
)
def run_command(
    scenario: ScenarioFile,
    out: Annotated[
        Path | None, typer.Option("--out", help="Run folder; out/<name> by default.")
    ] = None,
    settings: Settings = None,
    no_map: Annotated[bool, typer.Option("--no-map", help="Draw no map and no report.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the scenario as resolved, run nothing.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Simulate a scenario; leave its figures, tables and map in a run folder."""
    from sim.scenario.load import load_scenario

    loaded = load_scenario(scenario, settings or [])
    with _located(loaded):
        if dry_run:
            _show_resolved(loaded)
            return
        folder = out if out is not None else Path("out") / loaded.scenario.name
        _run(loaded, folder, draw_map=not no_map)


def _show_resolved(loaded: LoadedScenario) -> None:
    """Print the scenario with its defaults, after checking that its area is here and fits."""
    from sim.city.bundle import load_city
    from sim.scenario.load import dump_scenario
    from sim.scenario.run import check_fits

    check_fits(loaded.scenario, load_city(loaded.scenario.area))
    print(dump_scenario(loaded.scenario), end="")


def _run(loaded: LoadedScenario, folder: Path, *, draw_map: bool) -> None:
    """Run a loaded scenario and show its figures."""
    from rich.console import Console

    from sim.scenario.run import run
    from sim.scenario.schema import mix_words

    finish = None
    if draw_map:
        from maps import write_pages

        finish = write_pages
    begun = time.perf_counter()
    with _progress() as announce:
        summary = run(loaded.scenario, folder, announce=announce, finish=finish)
    console = Console(highlight=False, width=max(80, get_terminal_size().columns))
    console.print(_closing_table(summary))
    for line in _reading(summary, mix_words(loaded.scenario.cameras.optics)):
        console.print(line, markup=False)
    seconds = time.perf_counter() - begun
    print(f"{folder / 'map.html' if draw_map else folder} ({seconds:.1f} s)")


@contextlib.contextmanager
def _progress() -> Iterator[Announce]:
    """Show each stage with its seconds while it runs, on a terminal; in a pipe show nothing."""
    if not sys.stderr.isatty():
        yield lambda _stage: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, Task, TextColumn
    from rich.text import Text

    class Seconds(TextColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.finished_time or task.elapsed or 0:6.1f} s")

    columns = SpinnerColumn(finished_text="✓"), TextColumn("{task.description:10}"), Seconds("")
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def announce(stage: str) -> None:
            finish_all()
            progress.add_task(stage, total=1)

        def finish_all() -> None:
            for task in progress.tasks:
                progress.update(task.id, completed=1)

        yield announce
        finish_all()


def _closing_table(summary: dict[str, Any]) -> Table:
    """Return the figures of a run as a table, a total a row."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    area, tasks = summary["area"], summary["tasks"]
    title = f"{area['name']}: {area['street_km']:.1f} km of streets, simulated cameras"
    # As Text, because a name in brackets would be taken for rich's markup.
    table = Table(title=Text(title, "bold"), title_justify="left", box=box.SIMPLE_HEAD, padding=0)
    heads = ["cameras\nin the city", "here", *(f"streets\n{task}" for task in tasks)]
    for head in [*heads, "walk\nseen", "walks\nunseen", "dark\ngap"]:
        table.add_column(head, justify="right", no_wrap=True)
    for step in summary["steps"]:
        walks = step["trips"].get(HEADLINE_TASK) or {}
        table.add_row(
            f"{step['total']:,}",
            f"{step['cameras']:,}",
            *(_percent(step["coverage"].get(task)) for task in tasks),
            _percent((walks.get("observed_length") or {}).get("p50")),
            _percent(walks.get("unseen_trips")),
            _metres((walks.get("longest_gap_m") or {}).get("p50")),
        )
    return table


def _reading(summary: dict[str, Any], optics: str) -> list[str]:
    """Return the lines that say how the table is to be read, and on which assumptions."""
    area = summary["area"]
    return [
        "streets: share of length in view, by what the picture can tell; walk seen: median share "
        f"of a typical walk with a camera near enough to {HEADLINE_TASK} a face turned towards "
        "it; walks unseen: share of walks without any; dark gap: median of the longest without.",
        f"Simulated, not a list of real cameras. Shared out by: {area['share_rule']}; watching a "
        f"street: {area['street_share']}; optics: {optics}; walls: {area['walls']}.",
    ]


def _percent(share: float | None) -> str:
    """Return a share 0..1 as a percentage, a dash where there is none."""
    return "–" if share is None else f"{100 * share:.1f} %"


def _metres(length: float | None) -> str:
    """Return a length, a dash where there is none."""
    return "–" if length is None else f"{length:,.0f} m"


@contextlib.contextmanager
def _located(loaded: LoadedScenario) -> Iterator[None]:
    """Put file and line of the key before an input error that names one."""
    try:
        yield
    except InputError as error:
        if not error.key:
            raise
        raise InputError(loaded.complaint(error.key, str(error))) from error


@app.command(
    "validate",
    short_help="Check scenario files.",
    epilog=_examples(
        "sim validate my.yaml",
        "sim validate scenarios/*.yaml",
    ),
)
def validate_command(
    scenarios: Annotated[
        list[Path], typer.Argument(metavar="SCENARIO.yaml ...", help="Scenario files.")
    ],
    settings: Settings = None,
    debug: Debug = False,
) -> None:
    """Check scenario files; all mistakes at once, each with file, line and remedy."""
    from sim.scenario.load import load_scenario
    from sim.scenario.schema import mix_words

    wrong: list[str] = []
    for path in scenarios:
        try:
            loaded = load_scenario(path, settings or [])
        except InputErrors as errors:
            wrong.extend(errors.lines)
        else:
            cameras = loaded.scenario.cameras
            totals = ", ".join(f"{total:,}" for total in cameras.totals)
            strategy = mix_words(cameras.strategy)
            print(f"{path}: valid ({loaded.scenario.area}; {strategy}; {totals} cameras)")
    if wrong:
        raise InputErrors(wrong)


@app.command(
    "schema",
    short_help="Print the JSON Schema of a scenario.",
    epilog=_examples(
        "sim schema > scenario.schema.json",
        "then begin a scenario with this line, and an editor completes and checks its keys:",
        "# yaml-language-server: $schema=scenario.schema.json",
    ),
)
def schema_command(debug: Debug = False) -> None:
    """Print the JSON Schema of a scenario, for editors and other programs."""
    from sim.scenario.schema import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@app.command(
    "template",
    short_help="Print a commented scenario to begin with.",
    epilog=_examples(
        "sim template > my.yaml && sim run my.yaml",
    ),
)
def template_command(debug: Debug = False) -> None:
    """Print a commented scenario that is ready to run."""
    from sim.scenario.template import template

    print(template(), end="")


@app.command(
    "map",
    short_help="Draw the map of a finished run again.",
    epilog=_examples("sim map out/mong_kok_core"),
)
def map_command(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder of `sim run`.")],
    debug: Debug = False,
) -> None:
    """Draw map.html and report.html of a finished run again."""
    from maps import write_pages

    print(write_pages(run_folder))


@data_app.command(
    "import",
    short_help="Make a bundle from files.",
    epilog=_examples(
        "sim data import walk_graph.gpkg --name mong_kok --name-zh 旺角",
        "sim data import central.osm.pbf --name central",
        "sim data import streets.graphml buildings.geojson --name town --area edge.geojson",
    ),
)
def data_import_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE ...",
            help="One file with streets (.osm.pbf, .gpkg, .graphml), and any of building polygons "
            "(.geojson, .parquet, .gpkg) and mtr_exits.json.",
        ),
    ],
    name: Annotated[str, typer.Option("--name", help="Name of the bundle, for `area:`.")],
    name_zh: Annotated[str, typer.Option("--name-zh", help="Its name in Chinese.")] = "",
    area: Annotated[
        Path | None,
        typer.Option("--area", metavar="FILE", help="Polygon in which figures count."),
    ] = None,
    halo: Annotated[
        float | None,
        typer.Option("--halo", min=0, max=5000, metavar="METRES", help="Width simulated beyond."),
    ] = None,
    debug: Debug = False,
) -> None:
    """Make a bundle from files: streets, and where given buildings and station exits."""
    from datetime import UTC, datetime

    from sim.city.bundle import bundle_path, import_files, save_bundle

    folder = bundle_path(name)
    with _progress() as announce:
        announce("reading")
        city = import_files(files, name, area=area, halo_m=halo, name_zh=name_zh)
        announce("writing")
        save_bundle(city, folder, imported=datetime.now(UTC).date().isoformat())
    _show(city)
    print(f"kept in {folder}; a scenario takes it with `area: {name}`")


@data_app.command(
    "fetch",
    short_help="Make a bundle from OpenStreetMap, over the network.",
    epilog=_examples(
        'sim data fetch "Yau Tsim Mong"',
        "sim data fetch 油尖旺 深水埗 --name west_kowloon",
        "sim data fetch study.geojson --halo 200",
        "sim data fetch 22.3193,114.1694,800 --name mong_kok_800",
        'sim data fetch "Las Palmas de Gran Canaria" --extract las_palmas.osm.pbf',
        "sim data fetch all --name hong_kong --dry-run",
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
        str, typer.Option("--server", metavar="URL", help="Overpass server to ask.")
    ] = "https://overpass-api.de/api",
    geocoder: Annotated[
        str, typer.Option("--geocoder", metavar="URL", help="Nominatim server to ask for places.")
    ] = "https://nominatim.openstreetmap.org",
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
    debug: Debug = False,
) -> None:
    """Make a bundle from OpenStreetMap: streets, buildings and places of an area.

    One question at a time, with pauses where the server is busy. Answers are kept for a week, so
    the same command goes on where it was stopped.
    """
    from datetime import UTC, datetime

    from sim.city.assemble import DEFAULT_HALO_M
    from sim.city.bundle import bundle_path, bundles_folder, save_bundle
    from sim.city.sources.answers import forget_old_answers
    from sim.city.sources.named_areas import nominatim, wanted_area
    from sim.city.sources.overpass import fetch_city, overpass
    from sim.city.sources.overpass_queries import plan

    kept = bundles_folder() / ".fetched"
    forget_old_answers(kept)
    area = wanted_area(areas, nominatim(kept, geocoder, say=_say))
    name = name or area.plain_name
    folder = bundle_path(name)
    source = overpass(kept, server, say=_say)
    halo_m = DEFAULT_HALO_M if halo is None else halo
    if dry_run:
        for line in plan(source, area, halo_m):
            print(line)
        return
    try:
        city = fetch_city(area, name, source, halo_m=halo_m, extract=extract, say=_say)
    except KeyboardInterrupt:
        _say("stopped; no bundle was written, answers are kept: the same command goes on there")
        raise typer.Exit(STOPPED) from None
    save_bundle(city, folder, imported=datetime.now(UTC).date().isoformat())
    _show(city)
    print(f"kept in {folder}; a scenario takes it with `area: {name}`")


def _say(line: str) -> None:
    """Tell on standard error how far a fetch has come; servers' words may be hostile."""
    from sim.scenario.load import one_line

    print(f"sim: {one_line(line)}", file=sys.stderr, flush=True)


@data_app.command(
    "list", short_help="List the areas that are here.", epilog=_examples("sim data list")
)
def data_list_command(debug: Debug = False) -> None:
    """List the built-in areas and the bundles that are here."""
    from sim.city.bundle import BUILT_IN, bundles_folder, list_bundles, read_manifest

    for name in BUILT_IN:
        print(f"{name}  built in")
    for name in list_bundles():
        folder = bundles_folder() / name
        try:
            manifest = read_manifest(folder)
        except InputError as error:
            print(f"{name}  unusable: {error}")
        else:
            print(f"{name}  imported {manifest.get('imported') or 'at some time'}, {folder}")


@data_app.command(
    "info",
    short_help="Show what an area holds and where it comes from.",
    epilog=_examples("sim data info mong_kok_core", "sim data info mong_kok"),
)
def data_info_command(
    bundle: Annotated[
        str, typer.Argument(metavar="BUNDLE", help="Built-in area, name or folder of a bundle.")
    ],
    debug: Debug = False,
) -> None:
    """Show what an area holds, what was left out of it, and where it comes from."""
    from sim.city.bundle import load_city

    _show(load_city(bundle))


def _show(city: City) -> None:
    """Print what a person wants to know of a city; names in it may be hostile to a terminal."""
    from sim.scenario.load import one_line

    for line in _city_lines(city):
        print(one_line(line))


def _city_lines(city: City) -> Iterator[str]:
    """Yield what a person wants to know of a city, a fact a line."""
    area, streets = city.area, city.streets
    in_chinese = f" ({area.name_zh})" if area.name_zh else ""
    yield f"{area.name}{in_chinese}, {area.crs}"
    yield (
        f"area: {area.polygon.area / 1e6:.2f} km2 counted, {area.region.area / 1e6:.2f} km2 "
        f"simulated (halo {area.halo_m:g} m)"
    )
    yield (
        f"streets: {streets.edges['length'].sum() / 1000:.1f} km in {len(streets.edges):,} edges, "
        f"{len(streets.nodes):,} junctions and ends"
    )
    yield f"walls: {city.walls.kind}, {len(city.walls.footprints):,} footprints"
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
    for source in city.provenance.get("sources", []):
        known = (source[key] for key in ("file", "attribution", "licence") if key in source)
        yield f"source: {', '.join(map(str, known))}"


@cameras_app.command(
    "import",
    short_help="Read real cameras from a map or a list.",
    epilog=_examples(
        "sim cameras import helsinki.osm.pbf --area helsinki",
        "sim cameras import overpass.json --out cameras.geojson --report values.csv",
        "sim cameras import traffic_cameras.csv",
        "sim cameras import list.csv --crs EPSG:2326 --columns x=east,y=north,heading=bearing",
    ),
)
def cameras_import_command(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="OpenStreetMap (.osm.pbf, Overpass .json, .geojson), or a list (.csv, .parquet).",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="By default <name>_cameras.parquet, here."),
    ] = None,
    file_format: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="FORMAT", help="parquet, or geojson with OpenStreetMap's tags."
        ),
    ] = None,
    area: Annotated[
        str | None,
        typer.Option("--area", metavar="BUNDLE", help="Streets and walls to fit the cameras to."),
    ] = None,
    crs: Annotated[
        str | None, typer.Option("--crs", help="System of x and y in a list, as EPSG:2326.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--columns", metavar="FIELD=COLUMN,...", help="Columns of a list: heading=bearing."
        ),
    ] = None,
    fixed: Annotated[
        str, typer.Option("--fixed", metavar="TYPE", help="Camera type of fixed cameras.")
    ] = "typical",
    turning: Annotated[
        str, typer.Option("--turning", metavar="TYPE", help="Camera type of domes and the like.")
    ] = "ptz",
    undirected: Annotated[
        str,
        typer.Option(
            "--undirected",
            metavar="WAY",
            help="Fixed cameras of unknown direction look along the street, or all-round.",
        ),
    ] = "street",
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="CSV", help="What became of every value, a row each."),
    ] = None,
    debug: Debug = False,
) -> None:
    """Read real cameras; say what was read, guessed and refused, and write them as a fleet."""
    from sim.cameras.exchange import write_cameras, write_report
    from sim.cameras.real import read_cameras, undirected_way
    from sim.city.bundle import load_city

    target = _cameras_file(file, out, file_format)
    if len({path.resolve() for path in (file, target, report) if path}) < 2 + (report is not None):
        raise InputError(f"{file}: would be written over; give --out and --report other names")
    with _progress() as announce:
        announce("reading")
        cameras = read_cameras(
            file,
            None if area is None else load_city(area),
            columns=_columns(columns or []),
            crs=crs,
            fixed=fixed,
            turning=turning,
            undirected=undirected_way(undirected.replace("-", " ")),
        )
        announce("writing")
        write_cameras(cameras.fleet, target, cameras.sites)
        if report is not None:
            write_report(cameras.table, report)
    _show_cameras(cameras)
    print(target)


def _cameras_file(file: Path, out: Path | None, file_format: str | None) -> Path:
    """Return the file to write, after checking that its name and the format agree."""
    suffixes = {"parquet": ".parquet", "geojson": ".geojson"}
    if file_format is not None and file_format not in suffixes:
        raise InputError(f'--format: "{file_format}" is neither parquet nor geojson')
    if out is None:
        stem = file.name.partition(".")[0]
        return Path(f"{stem}_cameras{suffixes[file_format or 'parquet']}")
    known = out.suffix.lower() in suffixes.values()
    if not known or (file_format and out.suffix.lower() != suffixes[file_format]):
        raise InputError(f"{out}: name it {out.stem}{suffixes[file_format or 'parquet']}")
    return out


def _columns(settings: Sequence[str]) -> dict[str, str]:
    """Read "x=east,heading=bearing" as which column holds which field."""
    pairs = [pair for setting in settings for pair in setting.split(",")]
    columns = {}
    for pair in pairs:
        field, equals, column = (part.strip() for part in pair.partition("="))
        if not (field and equals and column):
            raise InputError(f'--columns: "{pair}" is not FIELD=COLUMN, as in heading=bearing')
        if field in columns:
            raise InputError(f'--columns: "{field}" is given twice')
        columns[field] = column
    return columns


def _show_cameras(cameras: RealCameras) -> None:
    """Print what was read, guessed and refused; values in it may be hostile to a terminal."""
    from sim.cameras.real import BEYOND
    from sim.scenario.load import one_line

    for what, count in cameras.counts.items():
        if count:
            print(one_line(f"{what}: {count:,}"))
    if len(cameras.table):
        print(f"\n{'key':20}{'read':>8}{'guessed':>9}{'refused':>9}")
    for key, *counts in cameras.by_key.itertuples():
        read, guessed, refusals = (f"{count:,}" for count in counts)
        print(one_line(f"{key[:20]:20}{read:>8}{guessed:>9}{refusals:>9}"))
    table = cameras.table
    refused = table[(table["outcome"] == "refused") & (table["reason"] != BEYOND)]
    for row in refused.head(MOST_REFUSED_SHOWN).itertuples():
        value = str(row.value)[:60]
        print(one_line(f'refused: {row.source}: {row.key} "{value}": {row.reason}'))
    if len(refused) > MOST_REFUSED_SHOWN:
        print(f"refused: {len(refused) - MOST_REFUSED_SHOWN:,} more; --report FILE.csv lists all")


if __name__ == "__main__":
    sys.exit(main())
