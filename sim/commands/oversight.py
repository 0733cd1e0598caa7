"""`sim oversight`: four regimes on the same walks, and what an auditor of their logs finds."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from sim.commands.options import (
    AsJson,
    Debug,
    LargestTotal,
    RunFolder,
    command_app,
    examples,
    percent,
    print_json,
)
from sim.commands.terminal import console, table
from sim.errors import one_line
from sim.results.regimes import MONTHS, Warrant
from sim.results.run import read_run
from sim.tracking.oversight import MOST_MONTHS, Audit
from sim.wording import counted

app = command_app()


@app.command(
    epilog=examples(
        "sim oversight out/mong_kok_core",
        "sim oversight out/mong_kok_core --place 0.05 --hours 8 --people 100",
        "sim oversight out/mong_kok_core --officers 2000 --misuse 1 --checked 0.5 --json",
    )
)
def oversight_command(
    run: RunFolder,
    total: LargestTotal = None,
    place: Annotated[
        float, typer.Option("--place", metavar="SHARE", help="Of the cameras, under a warrant.")
    ] = Warrant.place,
    hours: Annotated[
        float, typer.Option("--hours", metavar="N", help="Of a day, under a warrant.")
    ] = Warrant.hours,
    people: Annotated[
        int, typer.Option("--people", metavar="N", help="Pictures on the list, under a warrant.")
    ] = Warrant.people,
    officers: Annotated[
        int, typer.Option("--officers", metavar="N", help="Who may search.")
    ] = Audit.officers,
    searches: Annotated[
        float, typer.Option("--searches", metavar="N", help="With a reason, by each in a month.")
    ] = Audit.searches,
    misuse: Annotated[
        float, typer.Option("--misuse", metavar="N", help="Without one, by a misuser in a month.")
    ] = Audit.misuse,
    checked: Annotated[
        float, typer.Option("--checked", metavar="SHARE", help="Of entries, reason looked up.")
    ] = Audit.checked,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show four regimes of face recognition on a run's walks, and what their logs would betray.

    Live, afterwards only, live under a warrant with place, hours and people, and off. By what is
    logged, how many months it takes to find one officer who searches without a reason.
    """
    content = read_run(run).oversight(
        total=total,
        warrant=Warrant(place=place, hours=hours, people=people),
        audit=Audit(officers=officers, searches=searches, misuse=misuse, checked=checked),
    )
    if as_json:
        print_json(content)
        return
    show = console()
    for each in (_regimes(content), _logs(content), _groups(content)):
        show.print(each)
    for line in _notes(content):
        show.print(one_line(line), markup=False)


def _regimes(content: dict[str, Any]) -> Table:
    """Return what each regime does to the same walks."""
    shown = table(
        f"{content['run']}: {counted(content['total'], 'camera')}, four regimes, the same walks"
    )
    shown.add_column("regime", no_wrap=True)
    for name in (
        "walk followed\nlive", "\nafterwards", "faces searched\na day",
        "wrongful stops\na year", "\nlowest", "\nhighest",
    ):  # fmt: skip
        shown.add_column(name, justify="right", no_wrap=True)
    for row in content["regimes"]:
        shown.add_row(
            row["regime"], percent(row["tracked_live"]), percent(row["tracked_afterwards"]),
            f"{row['faces_per_day']:,.0f}",
            *(f"{row[end]:,.1f}" for end in ("wrongful_stops", "lowest", "highest")),
        )  # fmt: skip
    return shown


def _by_months(title: str, first: tuple[str, ...]) -> Table:
    """Return an empty table of power by months of logs."""
    shown = table(title)
    for name in first:
        shown.add_column(name, no_wrap=True)
    for months in MONTHS:
        shown.add_column(f"{months}", justify="right", no_wrap=True)
    return shown


def _logs(content: dict[str, Any]) -> Table:
    """Return how soon one misuser is found, by what is logged."""
    shown = _by_months(
        "Chance that one officer who misuses access is found, after months of logs", ("logged",)
    )
    shown.add_column("months until 80 %", justify="right", no_wrap=True)
    for row in content["logs"]:
        months = row["months_until"][0]["months"]
        until = f"more than {MOST_MONTHS}" if months is None else str(months)
        shown.add_row(row["logged"], *(percent(each["power"]) for each in row["power"]), until)
    return shown


def _groups(content: dict[str, Any]) -> Table:
    """Return how surely unequal wrongful stops are found."""
    shown = _by_months(
        "Chance that unequal wrongful stops are found, if logs hold outcome and group",
        ("case", "regime", "stops a month"),
    )
    for row in content["groups"]:
        shown.add_row(
            row["case"], row["regime"], f"{row['stops_a_month']:,.2f}",
            *(percent(each["power"]) for each in row["power"]),
        )  # fmt: skip
    return shown


def _notes(content: dict[str, Any]) -> list[str]:
    """Return what must be said beside the figures."""
    audit, warrant = content["audit"], content["warrant"]
    return [
        f"Warrant: {percent(warrant['place'])} of cameras, {warrant['hours']:g} hours a day, "
        f"{warrant['people']:,} people. Wrongful stops: by live alerts, middle case; what searches "
        "of recordings lead to is not simulated.",
        f"Audit: {audit['officers']:,} officers, {audit['searches']:g} searches a month with a "
        f"reason, one with {audit['misuse']:g} more without; all numbers are assumptions, none is "
        "published. What matters is which log finds it at all.",
    ]
