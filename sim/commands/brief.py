"""`sim brief`: a page to quote from and a page of questions to a councillor, to print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from maps.brief import write_brief
from sim.commands.options import (
    AsJson,
    Debug,
    Language,
    RunFolder,
    command_app,
    examples,
    print_json,
    say_without_doubt,
)

app = command_app()


@app.command(
    epilog=examples(
        "sim brief out/mong_kok_core",
        "sim brief out/mong_kok_core --lang zh",
        "sim brief out/mong_kok_core --out brief.html --json",
    )
)
def brief_command(
    run_folder: RunFolder,
    lang: Language = "en",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE.html", help="brief.html or brief_zh.html of the run by default."
        ),
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Write two pages of A4: what may be quoted of a run, and questions to a councillor.

    The questions are ordered by how far the answer to each moves the figures, where `sim bands`
    put that into the run. The file is plain HTML and asks for nothing from any network.
    """
    brief = write_brief(run_folder, lang, out)
    if as_json:
        print_json({"brief": str(brief.path), "whole": brief.whole})
        return
    if not brief.whole:
        say_without_doubt(run_folder)
    print(brief.path)
