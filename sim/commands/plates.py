"""`sim plates`: how many trips by road have their number plate read."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from sim.commands.options import (
    AsJson,
    Debug,
    RunFolder,
    Totals,
    command_app,
    examples,
    kind_of_cameras,
    percent,
    print_json,
)
from sim.commands.terminal import console, table
from sim.errors import one_line
from sim.results.plates import DISPERSION, TRIPS
from sim.results.run import read_run
from sim.wording import counted

app = command_app()


@app.command(
    epilog=examples(
        "sim plates out/mong_kok_core",
        "sim plates out/mong_kok_core --total 4000 --total 60000 --trips 2000",
        "sim plates out/mong_kok_core --dispersion 0 --json",
    )
)
def plates_command(
    run: RunFolder,
    totals: Totals = None,
    trips: Annotated[int, typer.Option("--trips", metavar="N", help="Trips to draw.")] = TRIPS,
    dispersion: Annotated[
        float,
        typer.Option(
            "--dispersion", metavar="X", help="How far drivers' costs differ; 0: shortest ways."
        ),
    ] = DISPERSION,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show on how many trips by road a number plate could be read, and what of them follows.

    Trips are drawn; what software needs of a plate are named cases with their sources.
    """
    content = read_run(run).plates(totals=totals, trips=trips, dispersion=dispersion)
    if as_json:
        print_json(content)
        return
    show = console()
    show.print(_table(content))
    needs = "; ".join(
        f"{name} {case['px_per_m']:.0f} px/m, at most {case['vertical']:g}° down and "
        f"{case['horizontal']:g}° aside, from at most {case['highest_m']:g} m"
        for name, case in content["cases"].items()
    )
    for line in (
        f"What software needs of a plate: {needs}. A plate that could be read counts as read: "
        "speed, dirt, glare and vehicles in the way make it fewer.",
        "Read twice: at two sites of cameras. Followed: streets where it was read, and between two "
        "of them what the shortest way gets right. ± is the standard error of drawing so many "
        "trips.",
        *content["notes"],
    ):
        show.print(one_line(line), markup=False)


def _table(content: dict[str, Any]) -> Table:
    """Return the figures, a total and a case a row."""
    kind = kind_of_cameras(content)
    shown = table(
        f"{content['run']}: {counted(content['trips'], 'trip')} by road of "
        f"{content['trip_m']:,.0f} m, {kind}"
    )
    shown.add_column("cameras\nin the city", justify="right", no_wrap=True)
    shown.add_column("plates, case", no_wrap=True)
    for name in ("cameras that\ncould read", "trips read\nonce", "\ntwice", "of a trip\nfollowed"):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in content["totals"]:
        for name in content["cases"]:
            case = row[name]
            shares = (
                f"{percent(case[key])} ± {100 * case[f'{key}_se']:.1f}"
                for key in ("once", "twice", "reconstructed")
            )
            shown.add_row(f"{row['total']:,}", name, f"{case['heads']:,}", *shares)
    return shown
