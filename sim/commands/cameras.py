"""The commands `sim cameras …`: real cameras in, from maps and lists.

They show what was read, guessed and refused; the reading itself is in `sim.cameras`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands import Debug, examples, progress
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.cameras.real import RealCameras

MOST_REFUSED_SHOWN = 10

cameras_app = typer.Typer(rich_markup_mode=None, help="Bring real cameras in.")


def register(app: typer.Typer) -> None:
    """Add these commands to `sim`."""
    app.add_typer(cameras_app, name="cameras")


@cameras_app.command(
    "import",
    short_help="Read real cameras from a map or a list.",
    epilog=examples(
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
