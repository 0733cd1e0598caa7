"""`sim sweep`: every combination of a scenario's matrix, on workers here or elsewhere.

Arguments in, `sim.ensemble.sweep` called, progress and a table out. It computes no figure.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import (
    STOPPED,
    AsJson,
    Debug,
    Settings,
    Variants,
    console,
    counting,
    examples,
    print_json,
    table,
)

if TYPE_CHECKING:
    from rich.table import Table

    from sim.ensemble.sweep import SweepPlan, Swept

MOST_ROWS = 30
"""Lines of the closing table; the rest is in the files."""


def register(app: typer.Typer) -> None:
    """Add the command to `sim`."""
    app.command(
        "sweep",
        short_help="Run every combination of a scenario's matrix; goes on where it was stopped.",
        epilog=examples(
            "sim sweep scenarios/sweep_mong_kok_core.yaml --dry-run",
            "sim sweep scenarios/sweep_mong_kok_core.yaml",
            "sim sweep my_sweep.yaml --workers 4 --out sweeps/first",
            "sim sweep my_sweep.yaml --scheduler tcp://10.0.0.1:8786",
            "sim sweep my_sweep.yaml --json",
        ),
    )(sweep_command)


def sweep_command(
    sweep_file: Annotated[
        Path, typer.Argument(metavar="SWEEP.yaml", help="Scenario file with a matrix.")
    ],
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="ADDRESS",
            help="A dask scheduler, as tcp://host:8786; workers here without it.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, max=256, help="Processes here; one a core by default."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="out/<name>_sweep by default.")
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Check and count every cell, say what they take, run nothing."
        ),
    ] = False,
    settings: Settings = None,
    variants: Variants = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Run every combination of a scenario's matrix and put all figures into one table.

    Finished cells are kept in DIR at once: after Ctrl-C, a crash or a change of the matrix, the
    same command computes what is missing.
    """
    from sim.ensemble.sweep import default_folder, plan_of, sweep

    plan = plan_of(sweep_file, settings or [], variants or [])
    folder = out if out is not None else default_folder(plan)
    if not as_json:
        for line in _plan_lines(plan):
            print(line)
    if dry_run:
        _show_plan(plan, folder, workers, as_json=as_json)
        return
    try:
        with counting() as done:
            swept = sweep(
                plan, folder, scheduler=scheduler, workers=workers, done=done, announce=_say
            )
    except KeyboardInterrupt:
        print("sim: stopped; finished cells are kept: the same command goes on", file=sys.stderr)
        raise typer.Exit(STOPPED) from None
    if as_json:
        print_json(_swept_json(swept, folder))
        return
    if swept.bands:
        console().print(_closing_table(swept.bands))
    there = len({one.digest for one in plan.cells}) - swept.computed
    print(f"{swept.computed:,} cells computed now, {there:,} were there")
    for name in swept.bands:
        print(folder / name)
    print(folder / "cells.parquet")


def _show_plan(plan: SweepPlan, folder: Path, workers: int | None, *, as_json: bool) -> None:
    """Say what is finished already and what the rest takes."""
    from sim.ensemble.sweep import missing_of
    from sim.pipeline.cost import estimate_cells
    from sim.processes import available_cores

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
    """Say what is varied, a line a key."""
    from sim.errors import one_line

    yield f"{plan.name}: {len(plan.cells):,} cells"
    for key, values in plan.varied.items():
        shown = ", ".join(values[:12]) + (f" and {len(values) - 12} more" * (len(values) > 12))
        yield one_line(f"  {key}: {shown}")[:200]


def _say(words: str) -> None:
    print(words, file=sys.stderr)


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
        shown.caption = f"and {len(rows) - MOST_ROWS} lines more, in the files below"
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
            band = f"{_percent(one['p5'])} to {_percent(one['p95'])}"
        yield [
            content["scenario"]["area"],
            f"{one['total']:,}",
            _percent(one["mean"]),
            band,
            _percent(ends["lowest"]),
            _percent(ends["highest"]),
        ]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
