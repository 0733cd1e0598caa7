"""`sim site`, and the page of `sim compare`: finished runs as pages for any static host or disk.

Arguments in, `maps` called, a path out. It computes no figure and draws nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands import AsJson, Debug, examples, print_json
from sim.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the commands to `sim`."""
    app.command(
        "site",
        short_help="Make a website of finished runs.",
        epilog=examples(
            "sim site out/mong_kok_core --out site",
            "sim site out/junctions out/transit out/random --out public",
            "sim site out/mong_kok_core --out site --json",
        ),
    )(site_command)


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
    from maps import write_site

    index = write_site(runs, out)
    if as_json:
        print_json({"index": str(index), "runs": [str(run) for run in runs]})
    else:
        print(index)


def write_two_runs(runs: list[Path], page: Path) -> Path:
    """Write one page of two runs side by side, with differences for every task.

    Raises
    ------
    InputError
        Not two finished runs of one area, or a page that is not named .html.
    """
    from maps import write_comparison
    from sim.cameras.optics import TASKS
    from sim.results.compare import compare

    if page.suffix.lower() != ".html":
        raise InputError(f"{page}: name it {page.stem or 'two'}.html")
    if len(runs) != 2:
        raise InputError(f"--map: {len(runs)} runs; a page shows two, give 2 run folders")
    compared = compare(runs, tasks=list(TASKS))
    return write_comparison(runs, page, compared.runs, compared.to_json())
