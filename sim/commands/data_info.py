"""`sim data info`: what an area holds and where it comes from."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.city.loaders import load_city
from sim.commands.city_words import city_json, show_city
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
        "sim data info mong_kok_core", "sim data info mong_kok", "sim data info mong_kok --json"
    )
)
def data_info_command(
    bundle: Annotated[
        str, typer.Argument(metavar="BUNDLE", help="Built-in area, name or folder of a bundle.")
    ],
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show what an area holds, what was left out of it, and where it comes from."""
    city = load_city(bundle)
    if as_json:
        print_json(city_json(city))
    else:
        show_city(city)
