"""What several commands share: options, examples in the help, the line of a key before its error.

It is light: it is loaded for `sim --help` too. Nothing is computed here.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sim.commands.verbosity import note
from sim.errors import InputError
from sim.stopping import STOPPED, stop_asked

if TYPE_CHECKING:
    from sim.scenario.load import LoadedScenario

Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO.yaml", help="Scenario file.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Override one key, for example trips.people=500."
    ),
]
Variants = Annotated[
    list[str] | None,
    typer.Option("--variant", metavar="NAME", help="Choose a variant of the file; repeatable."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON, for programs.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="Run folder of `sim run`.")]
Task = Annotated[str, typer.Option("--task", help="detect, observe, recognise or identify.")]
Totals = Annotated[
    list[int] | None,
    typer.Option("--total", metavar="N", help="Cameras in the city; the run's by default."),
]
RunTotals = Annotated[
    list[int] | None,
    typer.Option("--total", metavar="N", help="One of the run's totals; all by default."),
]
LargestTotal = Annotated[
    int | None,
    typer.Option("--total", metavar="N", help="Cameras in the city; the run's largest."),
]
Cases = Annotated[
    str | None,
    typer.Option(
        "--cases",
        metavar="CASE,...",
        help="Of plan, optics, strategy, share_rule, street_share, walls, mount; all by default. "
        "Levels of one's own: strategy=even+transit.",
    ),
]
CellWorkers = Annotated[int, typer.Option("--workers", min=1, max=256, help="Processes.")]
CountCells = Annotated[
    bool, typer.Option("--dry-run", help="Count the cells, say what they take, run nothing.")
]
Language = Annotated[Literal["en", "zh"], typer.Option("--lang", help="English or 繁體中文.")]


def command_app() -> typer.Typer:
    """Return what one command is declared with."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def examples(*lines: str) -> str:
    """Return the closing part of a command's help, with its line breaks kept."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


@contextlib.contextmanager
def located(loaded: LoadedScenario) -> Iterator[None]:
    """Put file and line of the key before an input error that names one."""
    try:
        yield
    except InputError as error:
        if not error.key:
            raise
        raise InputError(loaded.complaint(error.key, str(error))) from error


@contextlib.contextmanager
def resumable() -> Iterator[None]:
    """Say on Ctrl-C that what is finished is kept, and leave with the exit code of a stop."""
    try:
        yield
    except (KeyboardInterrupt, Exception) as error:
        if not (stop_asked() or isinstance(error, KeyboardInterrupt)):
            raise  # what a stop breaks may end in any error
        print("sim: stopped; finished cells are kept: the same command goes on", file=sys.stderr)
        raise typer.Exit(STOPPED) from None


def cases_of(text: str | None) -> Mapping[str, Sequence[str]] | None:
    """Read "optics,strategy=even+transit" as factors with levels; none of one's own are all."""
    if text is None:
        return None
    chosen: dict[str, list[str]] = {}
    for part in text.split(","):
        factor, equals, levels = (word.strip() for word in part.partition("="))
        names = [level.strip() for level in levels.split("+")] if equals else []
        if not factor or (equals and not all(names)):
            raise InputError(f'--cases: "{part}" is not CASE or CASE=LEVEL+LEVEL, as strategy=even')
        if factor in chosen:
            raise InputError(f'--cases: "{factor}" is given twice')
        chosen[factor] = names
    return chosen


def kind_of_cameras(content: Mapping[str, Any]) -> str:
    """Say in a table's title whether all cameras of an answer are simulated."""
    return "simulated cameras" if content["simulated"] else "some cameras are real or listed"


def percent(share: float | None) -> str:
    """Return a share 0..1 as a percentage, a dash where there is none."""
    return "–" if share is None else f"{100 * share:.1f} %"


def say_without_doubt(run_folder: Path) -> None:
    """Say on standard error how a run gets the band and the range that a figure is quoted with."""
    note(
        f"{run_folder}: not yet with band and range: `sim bands SCENARIO --into {run_folder}` "
        "puts them there"
    )


def print_json(content: object) -> None:
    """Print for programs: one JSON document on standard output, and nothing else there."""
    print(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))
