"""`sim count`: how well cameras would count the people in a street."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from sim.commands.options import (
    AsJson,
    Debug,
    RunFolder,
    Task,
    Totals,
    command_app,
    examples,
    kind_of_cameras,
    percent,
    print_json,
)
from sim.commands.terminal import console, table
from sim.errors import one_line
from sim.results.count import CHANCE, CLUMPING, PEOPLE_PER_M2, TASK, WIDTH_M
from sim.results.run import read_run

app = command_app()


@app.command(
    epilog=examples(
        'sim count out/mong_kok_core --street "Sai Yeung Choi Street South"',
        'sim count out/mong_kok_core --street "Nathan Road" --density 1 --width 12 --clumping 3',
        'sim count out/mong_kok_core --street "Nathan Road" --found 1 --total 60000 --json',
    )
)
def count_command(
    run: RunFolder,
    streets: Annotated[
        list[str] | None,
        typer.Option("--street", help="In which people are counted; repeat for another one."),
    ] = None,
    density: Annotated[
        float, typer.Option("--density", metavar="N", help="People per m².")
    ] = PEOPLE_PER_M2,
    width: Annotated[
        float, typer.Option("--width", metavar="M", help="Of the street that they fill.")
    ] = WIDTH_M,
    found: Annotated[
        float, typer.Option("--found", metavar="P", help="Chance that a camera finds a person.")
    ] = CHANCE,
    clumping: Annotated[
        float,
        typer.Option("--clumping", metavar="X", help="1: everybody alone; 2: pairs; or more."),
    ] = CLUMPING,
    totals: Totals = None,
    task: Task = TASK,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show how well cameras would count the people in a street where they see the same people.

    Counts of cameras that overlap are too many when added up; with overlap removed they are right
    on average. Nobody is followed or told apart.
    """
    content = read_run(run).count(
        streets or [], people_per_m2=density, width_m=width, chance=found, clumping=clumping,
        totals=totals, task=task,
    )  # fmt: skip
    if as_json:
        print_json(content)
        return
    show = console()
    show.print(_table(content))
    for line in (
        f"Really there: {content['people']:,.0f} people on {content['length_m']:,.0f} m "
        f"({content['people_per_m2']:g} a m², {content['width_m']:g} m wide; assumptions). "
        "Added up: the same person counts once for every camera. Estimate: overlaps removed, "
        "unseen street taken to be as full as the seen; ± is its standard error for one moment.",
        f"A camera finds {percent(content['chance'])} of those whom it could see, independently of "
        "the others; bodies that hide bodies and people who gather where no camera looks make the "
        "error larger.",
    ):
        show.print(one_line(line), markup=False)


def _table(content: dict[str, Any]) -> Table:
    """Return what would be counted, a total a row."""
    kind = kind_of_cameras(content)
    shown = table(f"{content['run']}: people in {', '.join(content['streets'])}, {kind}")
    for name in (
        "cameras\nin the city", "cameras that\nsee it", "of it\nseen", "counts\nadded up",
        "estimate", "error\nof it",
    ):  # fmt: skip
        shown.add_column(name, justify="right", no_wrap=True)
    for row in content["totals"]:
        known = row["estimate"] is not None
        shown.add_row(
            f"{row['total']:,}", f"{row['heads']:,}", percent(row["seen"]),
            f"{row['added_up']:,.0f}",
            f"{row['estimate']:,.0f} ± {row['error']:,.0f}" if known else "nobody is seen",
            percent(row["error"] / row["estimate"]) if known else "",
        )  # fmt: skip
    return shown
