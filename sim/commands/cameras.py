"""The commands `sim cameras …`: real cameras in, and what cameras of a finished run add.

They show what was read, guessed and refused, and what some cameras see that no others do; the
reading itself is in `sim.cameras`, the counting in `sim.placement.additions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import AsJson, Debug, console, examples, print_json, progress, table
from sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from sim.cameras.real import RealCameras

MOST_REFUSED_SHOWN = 10

Run = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run.")]

cameras_app = typer.Typer(
    rich_markup_mode=None, help="Bring real cameras in; ask what cameras of a run add."
)


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
        "sim cameras import helsinki.osm.pbf --json",
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
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Read real cameras; say what was read, guessed and refused, and write them as a fleet."""
    from sim.cameras.exchange import write_cameras, write_report
    from sim.cameras.real import read_cameras, undirected_way
    from sim.city.loaders import load_city

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
    _show_cameras(cameras)
    print(target)


@cameras_app.command(
    "next",
    short_help="Show what each next thousand cameras add.",
    epilog=examples(
        "sim cameras next out/mong_kok",
        "sim cameras next out/mong_kok --step 5000 --task detect --json",
    ),
)
def cameras_next_command(
    run: Run,
    step: Annotated[
        int, typer.Option("--step", metavar="N", help="Cameras in the whole city, a row each.")
    ] = 1000,
    task: Annotated[
        str, typer.Option("--task", help="detect, observe, recognise or identify.")
    ] = "recognise",
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show how much street of a finished run's area is first seen by each next cameras."""
    from sim.placement.additions import next_heads
    from sim.results.read import read_run

    finished = read_run(run)
    added = next_heads(finished.seen, step, task=task, up_to=finished.totals[-1])
    if as_json:
        _print_rows(added)
        return
    shown = table(f"{finished.summary['area']['name']}: what the next cameras add, {task}")
    for name in ("cameras in the city", "in the area", "new street", "streets seen", "a camera"):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in added.to_dict("records"):
        shown.add_row(
            f"{row['from_total']:,} to {row['to_total']:,}", f"{row['cameras']:,}",
            f"{row['new_m']:,.0f} m", f"{100 * row['coverage']:.1f} %",
            _metres(row["m_per_camera"]),
        )  # fmt: skip
    console().print(shown)


@cameras_app.command(
    "without",
    short_help="Show what is seen without some cameras.",
    epilog=examples(
        "sim cameras without out/mong_kok --owner police",
        "sim cameras without out/mong_kok --owner mall --owner estate --total 20000",
        "sim cameras without out/mong_kok --site 12 --json",
    ),
)
def cameras_without_command(
    run: Run,
    owners: Annotated[
        list[str] | None,
        typer.Option("--owner", help="Those of an owner, for example police; may be repeated."),
    ] = None,
    sites: Annotated[
        list[int] | None,
        typer.Option("--site", metavar="N", help="Those on one pole, by its number."),
    ] = None,
    ranks: Annotated[
        list[int] | None, typer.Option("--rank", metavar="N", help="One camera, by its rank.")
    ] = None,
    totals: Annotated[
        list[int] | None,
        typer.Option("--total", metavar="N", help="Cameras in the city; by default the run's."),
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show what a finished run's cameras see with and without some; nobody takes their place."""
    from sim.placement.additions import heads_of, without
    from sim.results.read import read_run

    if not (owners or sites or ranks):
        raise InputError("nothing to leave out; give --owner, --site or --rank")
    finished = read_run(run)
    gone = heads_of(finished.fleet, owners=owners or (), sites=sites or (), ranks=ranks or ())
    left = without(finished.seen, gone, totals=totals or finished.totals)
    if as_json:
        _print_rows(left)
        return
    shown = table(f"{finished.summary['area']['name']}: without {gone.sum():,} cameras")
    for name in ("cameras in the city", "task"):
        shown.add_column(name, no_wrap=True)
    for name in ("cameras here", "left out", "seen with", "without", "lost", "a camera"):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in left.to_dict("records"):
        shown.add_row(
            f"{row['total']:,}", row["task"], f"{row['cameras']:,}", f"{row['removed']:,}",
            f"{100 * row['coverage']:.1f} %", f"{100 * row['coverage_without']:.1f} %",
            f"{row['lost_m']:,.0f} m", _metres(row["m_per_camera"]),
        )  # fmt: skip
    console().print(shown)


def _metres(length: float) -> str:
    return "" if length != length else f"{length:,.1f} m"  # noqa: PLR0124 - NaN


def _print_rows(rows: pd.DataFrame) -> None:
    """Print a table as a JSON list of rows; what is not known is null."""
    print(rows.to_json(orient="records", indent=1, double_precision=15))


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
    from sim.cameras.tags import OUTCOMES

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
    from sim.cameras.real import BEYOND
    from sim.errors import one_line

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
