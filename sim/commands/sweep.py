"""`sim sweep`: every combination of a scenario's matrix, on workers here or elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from sim.commands.options import (
    AsJson,
    Debug,
    Settings,
    Variants,
    command_app,
    examples,
    percent,
    print_json,
    resumable,
)
from sim.commands.terminal import console, counting, say, table
from sim.commands.verbosity import is_quiet
from sim.ensemble.sweep import SweepPlan, Swept, default_folder, missing_of, plan_of, sweep
from sim.errors import one_line
from sim.pipeline.cost import estimate_cells
from sim.processes import available_cores
from sim.wording import counted

MOST_ROWS = 30
"""Lines of the closing table; the rest is in the files."""

app = command_app()

SweepFile = Annotated[
    Path, typer.Argument(metavar="SWEEP.yaml", help="Scenario file with a matrix.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="A dask scheduler, as tcp://host:8786; workers here without it.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, max=256, help="Processes here; one a core by default."),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="out/<name>_sweep by default.")
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Check and count every cell, say what they take, run nothing."),
]


@app.command(
    epilog=examples(
        "sim sweep scenarios/sweep_mong_kok_core.yaml --dry-run",
        "sim sweep scenarios/sweep_mong_kok_core.yaml",
        "sim sweep my_sweep.yaml --workers 4 --out sweeps/first",
        "sim sweep my_sweep.yaml --scheduler tcp://10.0.0.1:8786",
        "sim sweep my_sweep.yaml --json",
    )
)
def sweep_command(
    sweep_file: SweepFile,
    scheduler: Scheduler = None,
    workers: Workers = None,
    out: Out = None,
    dry_run: DryRun = False,
    settings: Settings = None,
    variants: Variants = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Run every combination of a scenario's matrix and put all figures into one table.

    Finished cells are kept in DIR at once: after Ctrl-C, a crash or a change of the matrix, the
    same command computes what is missing.
    """
    plan = plan_of(sweep_file, settings or [], variants or [])
    folder = out if out is not None else default_folder(plan)
    if not (as_json or is_quiet()):
        for line in _plan_lines(plan):
            print(line)
    if dry_run:
        _show_plan(plan, folder, workers, as_json=as_json)
        return
    with resumable(), counting() as done:
        swept = sweep(plan, folder, scheduler=scheduler, workers=workers, done=done, announce=say)
    if as_json:
        print_json(_swept_json(swept, folder))
        return
    if swept.bands:
        console(beside_file=True).print(_closing_table(swept.bands))
    there = len({one.digest for one in plan.cells}) - swept.computed
    if not is_quiet():
        cells = counted(swept.computed, "cell")
        print(f"{cells} computed now, {there:,} were there")
    for name in swept.bands:
        print(folder / name)
    print(folder / "cells.parquet")


def _show_plan(plan: SweepPlan, folder: Path, workers: int | None, *, as_json: bool) -> None:
    """Print what is finished already and what the rest takes."""
    missing = missing_of(plan, folder)
    kept = len({cell.digest for cell in plan.cells}) - len(missing)
    takes = estimate_cells((cell.scenario for cell in missing), workers or available_cores())
    if as_json:
        varied = {key: [*values] for key, values in plan.varied.items()}
        counts = {"cells": len(plan.cells), "finished": kept}
        told = {"folder": str(folder), "varied": varied, **counts}
        print_json({"name": plan.name, **told, "estimate": takes.to_json()})
        return
    print(f"{kept:,} of them are finished in {folder}")
    print(takes.line())


def _swept_json(swept: Swept, folder: Path) -> dict[str, Any]:
    """Return what a sweep found as plain data; the cells themselves are in the files."""
    return {
        "folder": str(folder),
        "cells": str(folder / "cells.parquet"),
        "computed": swept.computed,
        "bands": dict(swept.bands),
    }


def _plan_lines(plan: SweepPlan) -> Iterator[str]:
    """Yield what is varied, a line a key."""
    yield f"{plan.name}: {counted(len(plan.cells), 'cell')}"
    for key, values in plan.varied.items():
        shown = ", ".join(values[:12]) + (f" and {len(values) - 12} more" * (len(values) > 12))
        yield one_line(f"  {key}: {shown}")[:200]


def _closing_table(found: Mapping[str, Mapping[str, Any]]) -> Table:
    """Return the headline figure at each total: by chance, and over the named cases."""
    shown = table("typical walk within reach of recognition (median)")
    heads = ["area", "cameras\nin the city", "first case\n(mean)", "by chance\n(5–95 %)"]
    heads += ["lowest\ncase", "highest\ncase"]
    for head in heads:
        shown.add_column(head, justify="left" if head == "area" else "right", no_wrap=True)
    rows = [row for content in found.values() for row in _rows(content)]
    for row in rows[:MOST_ROWS]:
        shown.add_row(*row)
    if len(rows) > MOST_ROWS:
        shown.caption = f"and {counted(len(rows) - MOST_ROWS, 'line')} more, in the files below"
    return shown


def _rows(content: Mapping[str, Any]) -> Iterator[list[str]]:
    headline = content["headline"]
    chance, spread = (
        [row for row in content[key] if all(row[k] == headline[k] for k in headline)]
        for key in ("chance", "range")
    )
    for one, ends in zip(chance, spread, strict=True):
        band = "–"
        if one["p5"] is not None:
            band = f"{percent(one['p5'])} to {percent(one['p95'])}"
        yield [
            content["scenario"]["area"],
            f"{one['total']:,}",
            percent(one["mean"]),
            band,
            percent(ends["lowest"]),
            percent(ends["highest"]),
        ]
