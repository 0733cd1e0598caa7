"""`sim compare`: runs side by side, as tables and as a page of two."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from maps import write_comparison
from sim.atomic_write import replace_text
from sim.cameras.optics import TASKS
from sim.commands.options import (
    AsJson,
    Debug,
    command_app,
    examples,
    print_json,
)
from sim.commands.terminal import console, table
from sim.errors import InputError, one_line
from sim.results.compare import Comparison, compare
from sim.results.metrics import FIGURES, HEADLINE_TASK, in_words
from sim.wording import counted

OF_ALL_TOTALS = ("critical_total",)
"""Figures that are the same at every total: shown once, at the last."""

app = command_app()


@app.command(
    epilog=examples(
        "sim compare out/junctions out/transit",
        "sim compare out/a out/b out/c --task detect --task recognise --out all.csv",
        "sim compare out/a out/b --map two.html      both maps on one page",
        "sim compare out/a out/b --json",
    )
)
def compare_command(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN RUN ...", help="Run folders of `sim run`.")
    ],
    tasks: Annotated[
        list[str] | None,
        typer.Option(
            "--task",
            metavar="TASK",
            help="Quality: detect, observe, recognise (by default) or identify; may be repeated.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.csv", help="Also write all figures.")
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option("--map", metavar="FILE.html", help="Also write two runs on one page."),
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Set finished runs side by side: what differs in them, and what comes of it."""
    _check_csv(out)
    if page is not None:
        _write_two_runs(runs, page)
    compared = compare(runs, tasks=tasks or [HEADLINE_TASK])
    if out is not None:
        replace_text(out, compared.table.to_csv(index=False, lineterminator="\n"))
    if as_json:
        print_json(compared.to_json())
        return
    show = console(beside_file=out is not None or page is not None)
    for line in _differences(compared):
        show.print(line, markup=False)
    for task in dict.fromkeys(compared.table["task"]):
        show.print(_side_by_side(compared, task))
    for line in compared.notes:
        show.print(line, markup=False)
    for path in (out, page):
        if path is not None:
            print(path)


def _write_two_runs(runs: list[Path], page: Path) -> Path:
    """Write one page of two runs side by side, with differences for every task.

    Raises
    ------
    InputError
        Not two finished runs of one area, or a page that is not named .html.
    """
    if page.suffix.lower() != ".html":
        raise InputError(f"{page}: name it {page.stem or 'two'}.html")
    if len(runs) != 2:
        raise InputError(
            f"--map: {counted(len(runs), 'run')}; a page shows two, give 2 run folders"
        )
    compared = compare(runs, tasks=list(TASKS))
    return write_comparison(runs, page, compared.runs, compared.to_json())


def _check_csv(out: Path | None) -> None:
    if out is not None and out.suffix.lower() != ".csv":
        raise InputError(f"{out}: name it {out.stem or 'figures'}.csv")


def _differences(compared: Comparison) -> Iterator[str]:
    """Yield in which keys the scenarios differ, a line each."""
    if not compared.differs:
        yield "The scenarios are the same in every key that changes a figure."
    for key, values in compared.differs.items():
        words = (one_line(json.dumps(value, ensure_ascii=False))[:80] for value in values)
        yield f"{key}: {' | '.join(words)}"


def _side_by_side(compared: Comparison, task: str) -> Table:
    """Return the figures of all runs for one task, differences from the first beside them."""
    shown = table(f"{task}: {' | '.join(compared.runs)}")
    shown.add_column("cameras\nin the city", justify="right")
    shown.add_column("", no_wrap=True)
    for i, run in enumerate(compared.runs):
        shown.add_column(Text(run), justify="right", no_wrap=True)
        if i:
            shown.add_column("difference", justify="right", no_wrap=True)
    rows = compared.table[compared.table["task"] == task]
    for (total, figure), group in rows.groupby(["total", "figure"], sort=False):
        name = str(figure)
        before = name in OF_ALL_TOTALS and total != rows["total"].iloc[-1]
        if before or group["value"].isna().all():
            continue
        cells = []
        for i, row in enumerate(group.itertuples()):
            cells.append(in_words(name, _known(row.value)))
            if i:
                cells.append(_apart(name, _known(row.difference), _known(row.difference_se)))
        first = name == next(iter(FIGURES))
        shown.add_row(f"{total:,}" if first else "", FIGURES[name].words, *cells)
    return shown


def _known(value: Any) -> float | None:  # noqa: ANN401 - a cell of a table
    return None if value != value else float(value)  # noqa: PLR0124 - NaN


def _apart(name: str, difference: float | None, error: float | None) -> str:
    words = in_words(name, difference, signed=True)
    if error is None or difference is None:
        return words
    return f"{words} ± {in_words(name, error).removesuffix(' %')}"
