"""`sim days`: what weeks of identifications tell of simulated residents."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from maps import write_pages
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
from sim.days.parameters import RETENTIONS, DaysParameters
from sim.errors import InputError, one_line
from sim.results.contract import DAYS
from sim.results.days import weeks_of
from sim.results.doubt import put_days
from sim.results.life import write_life
from sim.results.metrics import HEADLINE_TASK
from sim.results.run import read_run
from sim.tracking.parameters import PERSON
from sim.wording import counted

NEVER = "never"
Picture = Annotated[
    Path | None,
    typer.Option("--picture", metavar="FILE.svg", help="Draw one invented life as well."),
]
Person = Annotated[
    int | None,
    typer.Option("--person", metavar="N", help="Whose, from 0; the first who works or learns."),
]
Into = Annotated[
    bool,
    typer.Option(
        "--into", help="Write days.json into RUN: its map and report then say what weeks tell."
    ),
]

app = command_app()


@app.command(
    epilog=examples(
        "sim days out/mong_kok_core",
        "sim days out/mong_kok_core --total 30000 --total 60000 --retention 7 --retention never",
        "sim days out/mong_kok_core --task identify --change 0.5 --json",
        "sim days out/mong_kok_core --retention never --picture life.svg",
        "sim days out/mong_kok_core --days 54 --into",
    )
)
def days_command(
    run: RunFolder,
    people: Annotated[
        int, typer.Option("--people", metavar="N", help="Residents simulated.")
    ] = DaysParameters.people,
    days: Annotated[
        int, typer.Option("--days", metavar="N", help="Days that each lives, up to 56.")
    ] = DaysParameters.days,
    retention: Annotated[
        list[str] | None,
        typer.Option(
            "--retention",
            metavar="DAYS|never",
            help="Identifications are kept so long; repeat it. 1, 7, 31 and never by default.",
        ),
    ] = None,
    totals: Totals = None,
    task: Task = HEADLINE_TASK,
    by: Annotated[
        str,
        typer.Option("--by", help="person (searches recordings), lenient, typical or strict."),
    ] = PERSON,
    change: Annotated[
        float | None,
        typer.Option("--change", metavar="SHARE", help="Stops made elsewhere than usual; 0.15."),
    ] = None,
    picture: Picture = None,
    person: Person = None,
    into: Into = False,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show what remains possible of home, work and routine after weeks of simulated lives.

    An observer has identifications (camera, time) for as long as they are kept, and a map.
    """
    parameters = DaysParameters(people, days, retentions(retention), by, change)
    data = read_run(run)
    if picture is not None:
        written = write_life(weeks_of(data, parameters, totals, task), picture, person)
        print(written, file=sys.stderr)
    content = data.days(parameters, totals=totals, task=task)
    if into:
        put_days(data, content)
        write_pages(run)
    if as_json:
        print_json(content)
        return
    show = console(beside_file=into)
    show.print(_table(content))
    for line in _notes(content):
        show.print(one_line(line), markup=False)
    if into:
        print(run / DAYS)


def retentions(words: list[str] | None) -> tuple[int | None, ...]:
    """Read how long identifications are kept; the usual cases where nothing is given."""
    if not words:
        return RETENTIONS
    for word in words:
        if word != NEVER and not word.isdecimal():
            raise InputError(f'--retention "{word}": give whole days, or {NEVER}')
    return tuple(dict.fromkeys(None if word == NEVER else int(word) for word in words))


def _table(content: dict[str, Any]) -> Table:
    """Return what remains, a total, owners and retention a row."""
    kind = kind_of_cameras(content)
    shown = table(
        f"{content['run']}: {counted(content['people'], 'simulated resident')} × "
        f"{counted(content['days'], 'day')}, "
        f"{content['task'] if content['by'] == PERSON else content['by']}, {kind}"
    )
    for head in (
        "cameras\nin the city", "owners\nlinked", "deleted\nafter days", "days\nidentified",
        "doors\nleft", "residents\nleft", "home\namong them", "home\nwithin 100 m",
        "work\nwithin 100 m", "leaves home\nwithin ½ h", "fewer than\n50 others",
    ):  # fmt: skip
        shown.add_column(head, justify="right", no_wrap=True)
    for step in content["steps"]:
        few, left = step["fewer_than"], step["residents"]
        shown.add_row(
            f"{step['total']:,}",
            "all" if step["linked"] else step["owner"],
            NEVER if step["retention_days"] is None else f"{step['retention_days']:,}",
            percent(step["identified_days"]["mean"]),
            f"{step['doors']['p50']:,.0f}",
            "–" if left is None else f"{left['p50']:,.0f}",
            percent(step["home"]["remains"]["share"]),
            percent(step["home"]["near"]["share"]),
            percent(step["work"]["near"]["share"]),
            percent(step["hour"]["share"]),
            "–" if few is None else percent(few["50"]["share"]),
        )
    return shown


def _notes(content: dict[str, Any]) -> Iterator[str]:
    """Yield the lines on how to read the figures."""
    blind = content["blind"]
    people = content["residents"]
    yield (
        f"Of {counted(content['doors'], 'door')} (junctions at homes)"
        + ("" if people is None else f" of {counted(round(people), 'resident')}")
        + "; doors and residents left are medians over people. With nothing at all, the same guess "
        f"is within 100 m of {percent(blind['home']['share'])} of homes and "
        f"{percent(blind['work']['share'])} of work places or schools."
    )
    errors = [step["home"]["near"]["se"] for step in content["steps"]]
    largest = max((each for each in errors if each is not None), default=None)
    yield (
        f"Standard error of the shares of homes: at most {percent(largest)}, people drawn; cameras "
        "are those of the fleet shown. Not a forecast for anybody: lives and habits are invented."
    )
