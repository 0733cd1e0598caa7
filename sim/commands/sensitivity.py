"""`sim sensitivity`: which assumption moves the figures most, all named cases varied together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from maps import write_pages
from sim.commands.options import (
    AsJson,
    Cases,
    CellWorkers,
    CountCells,
    Debug,
    ScenarioFile,
    Settings,
    cases_of,
    command_app,
    examples,
    located,
    percent,
    print_json,
    resumable,
)
from sim.commands.terminal import console, counting, say, table
from sim.ensemble.sensitivity import Sensitivity, cells_to_compute, sensitivity
from sim.errors import one_line
from sim.pipeline.cost import estimate_cells
from sim.results.doubt import check_same, put_sensitivity
from sim.scenario.load import load_scenario
from sim.wording import counted

app = command_app()

Combinations = Annotated[
    int,
    typer.Option(
        "--combinations", min=1, max=25_000, help="How many are taken; all, if there are no more."
    ),
]
Seeds = Annotated[
    int, typer.Option("--seeds", min=2, max=20, help="Of each combination; they tell chance apart.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="out/<name>_sensitivity by default."),
]
Into = Annotated[
    Path | None,
    typer.Option(
        "--into",
        metavar="RUN",
        help="Run of the same scenario: its report then draws what moves the answer most.",
    ),
]


@app.command(
    epilog=examples(
        "sim sensitivity scenarios/as_announced.yaml --workers 2",
        "sim sensitivity my.yaml --cases optics,street_share,mount --seeds 10",
        "sim sensitivity my.yaml --combinations 1000 --into out/my",
        "sim sensitivity my.yaml --dry-run",
        "sim sensitivity my.yaml --combinations 300 --json",
    )
)
def sensitivity_command(
    scenario: ScenarioFile,
    combinations: Combinations = 500,
    seeds: Seeds = 2,
    cases: Cases = None,
    out: Out = None,
    into: Into = None,
    workers: CellWorkers = 1,
    dry_run: CountCells = False,
    settings: Settings = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show which assumption moves a scenario's figures most.

    All named cases are varied together, in every combination or a balanced sample, and the
    variance of the answer and of the walk seen is split among them (Shapley effects), chance apart.
    Finished cells are kept in DIR, so the same command goes on where it was stopped.
    """
    loaded = load_scenario(scenario, settings or [])
    own = loaded.scenario
    folder = out if out is not None else Path("out") / f"{own.name}_sensitivity"
    asked: dict[str, Any] = {
        "combinations": combinations, "seeds": seeds, "cases": cases_of(cases)
    }  # fmt: skip
    if dry_run:
        with located(loaded):
            takes = estimate_cells(cells_to_compute(own, folder, **asked), workers)
        if as_json:
            print_json({"folder": str(folder), "estimate": takes.to_json()})
        else:
            print(takes.line())
        return
    if into is not None:
        check_same(into, own)  # before the work
    with resumable(), located(loaded), counting() as done:
        found = sensitivity(own, folder, workers=workers, done=done, announce=say, **asked)
    if into is not None:
        put_sensitivity(into, found.content)
        write_pages(into)
    if as_json:
        print_json({"folder": str(folder), **found.content})
        return
    show = console(beside_file=True)
    show.print(_shares(found))
    for line in _lines(found):
        show.print(line, markup=False)
    print(folder / "sensitivity.json" if into is None else into)


def _shares(found: Sensitivity) -> Table:
    """Return the shares of the answer at each total, the greatest at the last one first."""
    rows = _of_answer(found.content)
    shown = table(f"{found.content['name']}: share of the answer's variance (Shapley effects)")
    shown.add_column("cameras in the city", no_wrap=True)
    for row in rows:
        shown.add_column(f"{row['total']:,}", justify="right", no_wrap=True)
    by_factor = [{one["factor"]: one for one in row["factors"]} for row in rows]
    factors = sorted(
        found.content["factors"], key=lambda name: -(by_factor[-1].get(name, {}).get("share") or 0)
    )
    for factor in factors:
        shown.add_row(factor, *(_with_error(of.get(factor)) for of in by_factor))
    for key, words in (
        ("higher", "more of them together"),
        ("chance", "chance"),
        ("sum", "check: all, of the cells' variance"),
    ):
        shown.add_row(words, *(_with_error(row[key]) for row in rows))
    shown.add_row("mean over all cases", *(percent(row["mean"]) for row in rows))
    return shown


def _lines(found: Sensitivity) -> Iterator[str]:
    """Yield how far to trust the shares and how to read them."""
    content = found.content
    of_each = f"under {counted(content['seeds'], 'seed')} each"
    if content["every_combination"]:
        yield (
            f"All {counted(content['combinations'], 'combination')}, {of_each}: the split is exact."
        )
    else:
        yield f"{counted(content['combinations'], 'combination')}, a balanced sample, {of_each}."
        for row in _of_answer(content):
            if row["model"] is not None:
                told = row["held_out"][row["model"]]
                yield (
                    f"At {counted(row['total'], 'camera')} the fit ({row['model']}) misses "
                    f"combinations left out by {100 * told['error']:.1f} points, of which chance "
                    "is "
                    f"{100 * told['noise']:.1f}; it explains {percent(told['explained'])}."
                )
    yield "Every level counts alike: shares say how much a case matters, not how likely it is."
    if content["simulated"]:
        yield "All cameras and people are simulated."
    yield from map(one_line, content["notes"])


def _of_answer(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    wanted = content["headline"]
    return [row for row in content["figures"] if all(row[key] == wanted[key] for key in wanted)]


def _with_error(part: Mapping[str, Any] | None) -> str:
    if part is None or part["share"] is None:
        return "–"
    error = "–" if part["se"] is None else f"{100 * part['se']:.0f}"
    return f"{100 * part['share']:.0f} ± {error} %"
