"""Progress and tables on a terminal; in a pipe plain, or nothing."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from shutil import get_terminal_size

import pandas as pd
from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from sim.commands.verbosity import can_move, is_quiet, note

PIPE_WIDTH = 1000
Announce = Callable[[str], None]


class _Seconds(TextColumn):
    """The seconds that a stage has taken."""

    def render(self, task: Task) -> Text:
        """Return them with one decimal."""
        return Text(f"{task.finished_time or task.elapsed or 0:6.1f} s")


@contextlib.contextmanager
def progress() -> Iterator[Announce]:
    """Show each stage with its seconds while it runs, on a terminal; in a pipe show nothing."""
    if not can_move():
        yield lambda _stage: None
        return
    columns = SpinnerColumn(finished_text="✓"), TextColumn("{task.description:10}"), _Seconds("")
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
    if not can_move():
        yield lambda _count, _of: None
        return
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


def say(words: str) -> None:
    """Print a line beside the result, where errors go."""
    note(words)


def console(*, beside_file: bool = False) -> Console:
    """Return where tables are printed: as wide as the terminal, in a pipe as wide as they are.

    Beside a file, whose path is the result, `-q` prints none.
    """
    tty = sys.stdout.isatty()
    width = max(80, get_terminal_size().columns) if tty else PIPE_WIDTH
    return Console(highlight=False, width=width, quiet=beside_file and is_quiet())


def table(title: str) -> Table:
    """Return an empty table: ruled on a terminal, plain in a pipe."""
    lines = box.SIMPLE_HEAD if sys.stdout.isatty() else None
    # as Text, because a name in brackets would be taken for rich's markup
    return Table(title=Text(title, "bold"), title_justify="left", box=lines, pad_edge=False)


def print_rows(rows: pd.DataFrame) -> None:
    """Print a table as a JSON list of rows; what is not known is null."""
    print(rows.to_json(orient="records", indent=1, double_precision=15))
