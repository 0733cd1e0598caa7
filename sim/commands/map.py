"""`sim map`: the map and the report of a run drawn again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from maps import write_pages
from sim.commands.options import (
    AsJson,
    Debug,
    command_app,
    examples,
    print_json,
)

app = command_app()


@app.command(epilog=examples("sim map out/mong_kok_core", "sim map out/mong_kok_core --json"))
def map_command(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder of `sim run`.")],
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Draw map.html and report.html of a finished run again."""
    drawn = write_pages(run_folder)
    if as_json:
        print_json({"map": str(drawn), "report": str(drawn.with_name("report.html"))})
    else:
        print(drawn)
