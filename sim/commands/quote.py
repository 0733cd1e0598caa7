"""`sim quote`: what may be said of a run, in one place, with its doubt and how to cite it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from maps.quote import quotation
from sim.commands.options import AsJson, Debug, command_app, examples, print_json

app = command_app()

Language = Annotated[Literal["en", "zh"], typer.Option("--lang", help="English or 繁體中文.")]


@app.command(
    epilog=examples("sim quote out/mong_kok_core", "sim quote out/mong_kok_core --lang zh")
)
def quote_command(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder of `sim run`.")],
    lang: Language = "en",
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Print the answer of a run as it may be quoted: band, range, digest, how to cite."""
    said = quotation(run_folder, lang)
    if as_json:
        print_json(said._asdict())
        return
    if not said.whole:
        print(
            f"{run_folder}: no band and no range yet: `sim bands SCENARIO --into {run_folder}` "
            "puts them there",
            file=sys.stderr,
        )
    print("\n".join(said.lines))
