"""`sim alerts`: what becomes of faces searched in a year, right and wrong."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from sim.commands.options import (
    AsJson,
    Debug,
    RunFolder,
    RunTotals,
    command_app,
    examples,
    percent,
    print_json,
)
from sim.commands.terminal import console, table
from sim.errors import one_line
from sim.results.run import read_run
from sim.results.wrongful_stops import FACTORS, MIDDLE
from sim.tracking.stops import DAYS_A_YEAR
from sim.wording import counted

SEARCHED = {
    "claim": "every camera that sees a face well enough to identify (as the plan claims)",
    "lenient": "software, lenient case",
    "typical": "software, typical case",
    "strict": "software, strict case",
}
WORDS = {
    "searched": "who reads faces", "rates": "error rates and who is on the list",
    "stops": "what officers do with an alert",
}  # fmt: skip

app = command_app()


@app.command(
    epilog=examples(
        "sim alerts out/mong_kok_core",
        "sim alerts out/mong_kok_core --total 4000 --total 60000 --list 1000",
        "sim alerts out/mong_kok_core --stricter 10 --json",
    )
)
def alerts_command(
    run: RunFolder,
    totals: RunTotals = None,
    gallery: Annotated[
        int | None,
        typer.Option("--list", metavar="N", help="Pictures on the list; the scenario's."),
    ] = None,
    stricter: Annotated[
        float,
        typer.Option("--stricter", metavar="X", help="Threshold with X times fewer false alerts."),
    ] = 1.0,
    days: Annotated[
        int, typer.Option("--days", metavar="N", help="Days of a year like the run's day.")
    ] = DAYS_A_YEAR,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show what live face recognition would raise in a year among a run's walkers, right and wrong.

    Faces searched come from the run; rates come from tests and trials elsewhere, as named cases.
    """
    content = read_run(run).alerts(totals=totals, gallery=gallery, stricter=stricter, days=days)
    if as_json:
        print_json(content)
        return
    show = console()
    show.print(_range(content))
    show.print(_links(content))
    show.print(_groups(content))
    for line in _notes(content):
        show.print(one_line(line), markup=False)


def _range(content: dict[str, Any]) -> Table:
    """Return wrongful stops a year at each total, by who searches, with their range."""
    shown = table(
        f"{content['run']}: wrongful stops a year among {content['walkers']:,.0f} people, "
        f"list of {content['gallery']:,}"
    )
    shown.add_column("cameras", justify="right", no_wrap=True)
    shown.add_column("who reads faces", no_wrap=True)
    for name in ("faces\na day", "lowest", "middle", "highest"):
        shown.add_column(name, justify="right", no_wrap=True)
    for step in content["steps"]:
        for name, searched in step["searched"].items():
            of = [case for case in step["cases"] if case["searched"] == name]
            stops = [case["wrongful_stops"] for case in of]
            middle = next(c for c in of if (c["rates"], c["stops"]) == MIDDLE[1:])
            shown.add_row(
                f"{step['total']:,}", SEARCHED[name], f"{searched['faces_per_day']:,.0f}",
                *(f"{value:,.1f}" for value in (min(stops), middle["wrongful_stops"], max(stops))),
            )  # fmt: skip
    return shown


def _links(content: dict[str, Any]) -> Table:
    """Return every link of the chain at the largest total, where every camera reads."""
    step = content["steps"][-1]
    shown = table(f"{counted(step['total'], 'camera')}, every camera reads: in a year")
    shown.add_column("rates, stops", no_wrap=True)
    for name in (
        "alerts\nright", "\nwrong", "stops\nright", "\nwrong", "wrongful\narrests",
        "people wrongly\nstopped", "listed people\nhere", "\nfound",
        "a stop is right:\nlist refilled", "\neach found once",
    ):  # fmt: skip
        shown.add_column(name, justify="right", no_wrap=True)
    for rates, stops in (("low", "light"), MIDDLE[1:], ("high", "heavy")):
        wanted = (MIDDLE[0], rates, stops)
        case = next(c for c in step["cases"] if tuple(c[name] for name in FACTORS) == wanted)
        links = ("true_alerts", "false_alerts", "right_stops", "wrongful_stops", "wrongful_arrests")
        shown.add_row(
            f"{rates}, {stops}", *(f"{case[name]:,.0f}" for name in links),
            f"{case['people_fewest']:,.0f} to {case['people_most']:,.0f}", f"{case['listed']:,.0f}",
            f"{case['found_fewest']:,.0f} to {case['found_most']:,.0f}",
            percent(case["right"]["stop"]), percent(case["right"]["stop_once"]),
        )  # fmt: skip
    return shown


def _groups(content: dict[str, Any]) -> Table:
    """Return how wrongful stops fall on groups of walkers."""
    shown = table("Who bears them, if false alerts fall as measured elsewhere (middle case)")
    for name in ("case", "group"):
        shown.add_column(name, no_wrap=True)
    for name in ("share of\nwalkers", "of wrongful\nstops", "wrongful\nstops a year"):
        shown.add_column(name, justify="right", no_wrap=True)
    for name, groups in content["groups"].items():
        for row in groups:
            shown.add_row(
                name, row["group"], percent(row["share"]), percent(row["share_of_wrongful_stops"]),
                f"{row['wrongful_stops']:,.1f}",
            )  # fmt: skip
    return shown


def _notes(content: dict[str, Any]) -> list[str]:
    """Return what must be said beside the figures."""
    said = "; ".join(
        f"{row['count']:,} {row['what']} ({row['since']} to {row['until']}, {row['source']})"
        for row in content["stated"]
    )
    step = content["steps"][-1]
    moved = "; ".join(
        f"{WORDS[name]} {min(found.values()):,.0f} to {max(found.values()):,.0f}"
        for name, found in step["moves"].items()
    )
    return [
        f"Wrongful stops at {counted(step['total'], 'camera')}, every camera reads, middle case: "
        f"{step['range']['middle']['wrongful_stops']:,.0f} a year. Moved alone: {moved}.",
        f"What the police state: {said}. All were made without live recognition, so they say "
        "nothing for it, and nothing against it.",
        "Lowest, middle and highest are named cases, not chances; rates were measured elsewhere, "
        "with cameras set up for it. People are those for whom the run's walks stand, in its "
        f"area alone, on {counted(content['days'], 'day')} like the run's. People wrongly "
        "stopped: fewest if the same look-alikes are mistaken each time, most if every search "
        "errs by itself. Right "
        "stops are of the same few listed people again and again, as if each who is found were "
        "followed on the list by another; found once, each counts once.",
    ]
