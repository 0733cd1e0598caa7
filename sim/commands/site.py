"""`sim site`: runs as pages for any static host or disk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from maps import write_site
from sim.commands.options import (
    AsJson,
    Debug,
    command_app,
    examples,
    print_json,
)

app = command_app()


@app.command(
    epilog=examples(
        "sim site out/mong_kok_core --out site",
        "sim site out/junctions out/transit out/random --out public",
        "sim site out/mong_kok_core --out site --json",
    )
)
def site_command(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders of `sim run`.")],
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="Folder to write; an older site is replaced."),
    ],
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Write an index of runs with their maps and reports, ready for any static host.

    Each run is a card with its picture and its sentence, in English and Chinese. The pages ask for
    nothing from any network; links are relative, so the folder may be put anywhere.
    """
    index = write_site(runs, out)
    if as_json:
        print_json({"index": str(index), "runs": [str(run) for run in runs]})
    else:
        print(index)
