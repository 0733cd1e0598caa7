"""`sim crowd`: how many of a crowd on the move are recognised."""

from __future__ import annotations

from collections.abc import Iterator
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
from sim.errors import InputError, one_line
from sim.results.crowd import NUMBERS, named_crowd
from sim.results.metrics import HEADLINE_TASK
from sim.results.run import Run, read_run
from sim.scenario.parameters import moving
from sim.tracking.parameters import MovingCrowd
from sim.wording import counted

WORDS = {
    "detect": "detected", "observe": "observed", "recognise": "recognised",
    "identify": "identified",
}  # fmt: skip

OfScenario = Annotated[
    str | None, typer.Option("--crowd", help="A crowd that the run's scenario names.")
]
Streets = Annotated[
    list[str] | None,
    typer.Option("--street", help="Its way along a street; repeat for the next one."),
]
From = Annotated[
    str | None, typer.Option("--from", metavar="PLACE", help="Or its way from a place.")
]
To = Annotated[str | None, typer.Option("--to", metavar="PLACE", help="To a place.")]
Name = Annotated[
    str | None, typer.Option("--name", help="Or a walk that the run's scenario names.")
]
Length = Annotated[
    float | None, typer.Option("--length", metavar="M", help="Front to rear; 200 m.")
]
Width = Annotated[
    float | None, typer.Option("--width", metavar="M", help="Across the street; 8 m.")
]
Density = Annotated[float | None, typer.Option("--density", metavar="N", help="People per m²; 1.")]
Speed = Annotated[
    float | None,
    typer.Option("--speed", metavar="M/S", help="On the flat; that of the run's walks."),
]

app = command_app()


@app.command(
    epilog=examples(
        'sim crowd out/mong_kok_core --street "Sai Yeung Choi Street South" --length 200 --width 8',
        'sim crowd out/mong_kok_core --from "Mong Kok exit E2" --to "Flower Market" --density 2',
        'sim crowd out/mong_kok_core --name "From Langham Place to MOKO" --speed 2.8 --json',
        'sim crowd out/festival --crowd "Lantern festival"',
    )
)
def crowd_command(
    run_folder: RunFolder,
    crowd: OfScenario = None,
    streets: Streets = None,
    start: From = None,
    end: To = None,
    name: Name = None,
    length: Length = None,
    width: Width = None,
    density: Density = None,
    speed: Speed = None,
    totals: Totals = None,
    task: Task = HEADLINE_TASK,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show how many people of a crowd on the move are recognised, where bodies hide faces.

    A marathon, a festival, the way home from fireworks. Everybody walks the whole way. What is
    typed is kept nowhere.
    """
    run = read_run(run_folder)
    numbers = dict(zip(NUMBERS, (length, width, density, speed), strict=True))
    given = {key: value for key, value in numbers.items() if value is not None}
    if (start is None) != (end is None):
        raise InputError("a way between places has two ends; give --from and --to")
    via = [start, end] if start is not None and end is not None else []
    if crowd is not None:
        if given or via or streets or name:
            raise InputError("--crowd has its own way and size; leave out the other options")
        content = _of_scenario(run, crowd, totals, task)
    else:
        content = run.crowd(
            MovingCrowd(**given), via=via, streets=streets or [], name=name,
            totals=totals or None, task=task,
        )  # fmt: skip
    if as_json:
        print_json(content)
        return
    show = console()
    for line in _lines(content):
        show.print(line, markup=False)
    show.print(_table(content))
    for line in _notes(content):
        show.print(line, markup=False)


def _of_scenario(run: Run, name: str, totals: list[int] | None, task: str) -> dict[str, Any]:
    keys = named_crowd(run, name)
    return run.crowd(moving(keys), name=keys.walk, totals=totals or None, task=task)


def _lines(content: dict[str, Any]) -> Iterator[str]:
    """Yield the lines on the crowd and its way."""
    crowd = content["crowd"]
    yield one_line(
        f"{crowd['people']:,.0f} people on {crowd['length_m']:,g} × {crowd['width_m']:g} m, "
        f"{crowd['people_per_m2']:g} a m², at {crowd['speed_m_s']:g} m/s: "
        f"{content['way_m']:,.0f} m in {counted(round(content['walk_min']), 'minute')} each, the "
        f"whole crowd in {content['passing_min']:.0f}"
    )
    names = [row["name"] or row["name_zh"] for row in content["streets"]]
    known = list(dict.fromkeys(name for name in names if name))
    if known:
        yield one_line(f"along {', '.join(known)}")


def _table(content: dict[str, Any]) -> Table:
    """Return what happens to the crowd, a total a row."""
    people, word = content["crowd"]["people"], WORDS[content["task"]]
    kind = kind_of_cameras(content)
    shown = table(f"{content['run']}: {content['task']}, {kind}")
    for head in (
        "cameras\nin the city", "cameras\non the way", "minutes\nin view", "faces\nhidden",
        f"people\n{word}", "of all", "at\nleast", "once", "more\noften", "if nobody\nhid a face",
        "by\nsoftware",
    ):  # fmt: skip
        shown.add_column(head, justify="right", no_wrap=True)
    for row in content["totals"]:
        shown.add_row(
            f"{row['total']:,}",
            f"{row['heads']:,}",
            f"{row['in_view_min']:.1f}",
            percent(row["hidden"]),
            f"{row['recognised']:,.0f} ± {row['error']:,.0f}",
            percent(row["recognised"] / people),
            f"{row['at_least']:,.0f}",
            f"{row['once']:,.0f}",
            f"{row['more']:,.0f}",
            f"{row['in_the_open']:,.0f}",
            f"{row['by_software']:,.0f}",
        )
    return shown


def _notes(content: dict[str, Any]) -> Iterator[str]:
    """Yield the lines on how to read the figures."""
    yield from content["notes"]
    yield (
        f"people {WORDS[content['task']]}: expected, at least once by a person who watches, ± the "
        "standard deviation of one event under the cameras of the fleet shown; hidden: share of "
        "looks in which a body stands before the face; by software: of the lenient case."
    )
    yield (
        "Bodies are upright cylinders at random around each face. Who walks beside whom changes "
        "from camera to camera; at least: so many however long neighbours stay together."
    )
