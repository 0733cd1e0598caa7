"""The parts of the command `sim`, a file a family of commands; each has `register(app)`.

What several of them share stands here: exit codes, options, examples in the help, the line of a
scenario key before its error, and where tables go. Nothing is computed here.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from sim.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sim.pipeline.run import Announce
    from sim.scenario.load import LoadedScenario

STOPPED = 130
PIPE_WIDTH = 1000

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
def progress() -> Iterator[Announce]:
    """Show each stage with its seconds while it runs, on a terminal; in a pipe show nothing."""
    if not sys.stderr.isatty():
        yield lambda _stage: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, Task, TextColumn
    from rich.text import Text

    class Seconds(TextColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.finished_time or task.elapsed or 0:6.1f} s")

    columns = SpinnerColumn(finished_text="✓"), TextColumn("{task.description:10}"), Seconds("")
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def announce(stage: str) -> None:
            finish_all()
            progress.add_task(stage, total=1)

        def finish_all() -> None:
            for task in progress.tasks:
                progress.update(task.id, completed=1)

        yield announce
        finish_all()


@contextlib.contextmanager
def counting() -> Iterator[Callable[[int, int], None]]:
    """Show how many cells are done and the time left, on a terminal; in a pipe show nothing."""
    if not sys.stderr.isatty():
        yield lambda _count, _of: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("cells"),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task("cells", total=None)
        yield lambda count, of: shown.update(task, completed=count, total=of)


def console() -> Console:
    """Return where tables are printed: as wide as the terminal, in a pipe as wide as they are."""
    from rich.console import Console

    tty = sys.stdout.isatty()
    width = max(80, get_terminal_size().columns) if tty else PIPE_WIDTH
    return Console(highlight=False, width=width)


def table(title: str) -> Table:
    """Return an empty table: ruled on a terminal, plain in a pipe."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    lines = box.SIMPLE_HEAD if sys.stdout.isatty() else None
    # as Text, because a name in brackets would be taken for rich's markup
    return Table(title=Text(title, "bold"), title_justify="left", box=lines, pad_edge=False)


def print_json(content: object) -> None:
    """Print for programs: one JSON document on standard output, and nothing else there."""
    print(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))
