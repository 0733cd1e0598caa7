"""`sim export`: a run as a GeoPackage or as a folder of tables, with its data dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands.options import (
    AsJson,
    Debug,
    command_app,
    examples,
    print_json,
)
from sim.results.export import FORMATS, default_out, export_run
from sim.results.run import read_run

app = command_app()


@app.command(
    epilog=examples(
        "sim export out/mong_kok_core",
        "sim export out/mong_kok_core --format csv --out tables",
        "sim export out/mong_kok_core --format geoparquet",
        "sim export out/mong_kok_core --json",
    )
)
def export_command(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder of `sim run`.")],
    form: Annotated[
        str,
        typer.Option("--format", metavar="FORMAT", help=f"One of {', '.join(FORMATS)}."),
    ] = "gpkg",
    out: Annotated[
        Path | None, typer.Option("--out", help="File or folder; beside the run by default.")
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Write a finished run's streets, cameras, walks and figures for GIS, spreadsheets or web maps.

    gpkg (one file that QGIS opens coloured); csv, geoparquet (1.1), geoparquet-2 (2.0) and pmtiles
    (vector tiles) are folders. A data dictionary lies beside: every column with unit and meaning.
    """
    run = read_run(run_folder)
    written = export_run(run, form, out if out is not None else default_out(run, form))
    if as_json:
        print_json({"format": form, "written": [str(path) for path in written]})
        return
    for path in written:
        print(path)
