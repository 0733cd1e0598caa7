"""`sim cameras import`: real cameras from a map or a list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cameras.exchange import write_cameras, write_report
from sim.cameras.real import BEYOND, RealCameras, read_cameras, undirected_way
from sim.cameras.tags import OUTCOMES
from sim.city.loaders import load_city
from sim.commands.options import (
    AsJson,
    Debug,
    command_app,
    examples,
    print_json,
)
from sim.commands.terminal import progress
from sim.commands.verbosity import is_quiet
from sim.errors import InputError, one_line

MOST_REFUSED_SHOWN = 10

app = command_app()

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="OpenStreetMap (.osm.pbf, Overpass .json, .geojson), or a list (.csv, .parquet).",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="By default <name>_cameras.parquet, here."),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="FORMAT", help="parquet, or geojson with OpenStreetMap's tags."
    ),
]
Area = Annotated[
    str | None,
    typer.Option("--area", metavar="BUNDLE", help="Streets and walls to fit the cameras to."),
]
Crs = Annotated[
    str | None, typer.Option("--crs", help="System of x and y in a list, as EPSG:2326.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--columns", metavar="FIELD=COLUMN,...", help="Columns of a list: heading=bearing."
    ),
]
Fixed = Annotated[
    str, typer.Option("--fixed", metavar="TYPE", help="Camera type of fixed cameras.")
]
Turning = Annotated[
    str, typer.Option("--turning", metavar="TYPE", help="Camera type of domes and the like.")
]
Undirected = Annotated[
    str,
    typer.Option(
        "--undirected",
        metavar="WAY",
        help="Fixed cameras of unknown direction look along the street, or all-round.",
    ),
]
Report = Annotated[
    Path | None,
    typer.Option("--report", metavar="CSV", help="What became of every value, a row each."),
]


@app.command(
    epilog=examples(
        "sim cameras import helsinki.osm.pbf --area helsinki",
        "sim cameras import overpass.json --out cameras.geojson --report values.csv",
        "sim cameras import traffic_cameras.csv",
        "sim cameras import list.csv --crs EPSG:2326 --columns x=east,y=north,heading=bearing",
        "sim cameras import helsinki.osm.pbf --json",
    )
)
def cameras_import_command(
    file: File,
    out: Out = None,
    file_format: Format = None,
    area: Area = None,
    crs: Crs = None,
    columns: Columns = None,
    fixed: Fixed = "typical",
    turning: Turning = "ptz",
    undirected: Undirected = "street",
    report: Report = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Read real cameras; say what was read, guessed and refused, and write them as a fleet."""
    target = _cameras_file(file, out, file_format)
    if len({path.resolve() for path in (file, target, report) if path}) < 2 + (report is not None):
        raise InputError(f"{file}: would be written over; give --out and --report other names")
    with progress() as announce:
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
    if as_json:
        print_json(_cameras_json(cameras, target, report))
        return
    if not is_quiet():
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


def _cameras_json(cameras: RealCameras, target: Path, report: Path | None) -> dict[str, Any]:
    """Return what was read, guessed and refused as plain data."""
    keys = cameras.by_key.itertuples()
    return {
        "cameras": str(target),
        "report": None if report is None else str(report),
        "counts": {str(what): int(count) for what, count in cameras.counts.items()},
        "values": {
            str(key): dict(zip(OUTCOMES, map(int, counts), strict=True)) for key, *counts in keys
        },
    }


def _show_cameras(cameras: RealCameras) -> None:
    """Print what was read, guessed and refused; values in it may be hostile to a terminal."""
    for what, count in cameras.counts.items():
        if count:
            print(one_line(f"{what}: {count:,}"))
    if len(cameras.table):
        print(f"\n{'key':20}{'read':>8}{'guessed':>9}{'refused':>9}")
    for key, *counts in cameras.by_key.itertuples():
        read, guessed, refusals = (f"{count:,}" for count in counts)
        print(one_line(f"{key[:20]:20}{read:>8}{guessed:>9}{refusals:>9}"))
    values = cameras.table
    refused = values[(values["outcome"] == "refused") & (values["reason"] != BEYOND)]
    for row in refused.head(MOST_REFUSED_SHOWN).itertuples():
        value = str(row.value)[:60]
        print(one_line(f'refused: {row.source}: {row.key} "{value}": {row.reason}'))
    if len(refused) > MOST_REFUSED_SHOWN:
        print(f"refused: {len(refused) - MOST_REFUSED_SHOWN:,} more; --report FILE.csv lists all")
