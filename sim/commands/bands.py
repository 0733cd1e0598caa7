"""`sim bands`: how far a scenario's figures move, by chance and by case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from sim.ensemble.bands import Bands, bands, cells_to_compute
from sim.errors import one_line
from sim.pipeline.cost import estimate_cells
from sim.results.doubt import check_same, put_bands
from sim.scenario.load import load_scenario
from sim.wording import counted

app = command_app()

Seeds = Annotated[
    int, typer.Option("--seeds", min=1, max=1000, help="Seeds, from the scenario's own on.")
]
Factorial = Annotated[
    bool, typer.Option("--factorial", help="Vary all cases together, not one at a time.")
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="out/<name>_bands by default.")
]
Into = Annotated[
    Path | None,
    typer.Option(
        "--into",
        metavar="RUN",
        help="Run of the same scenario: its summary, map and report then say band and range.",
    ),
]


@app.command(
    epilog=examples(
        "sim bands scenarios/mong_kok_core.yaml",
        "sim bands my.yaml --seeds 20 --cases optics,street_share --workers 2",
        'sim bands my.yaml --cases "strategy=even+population+greedy_cover,walls"',
        "sim bands my.yaml --factorial --cases optics,strategy --out bands/both",
        "sim bands my.yaml --seeds 100 --dry-run",
        "sim bands my.yaml --seeds 20 --into out/my",
        "sim bands my.yaml --seeds 5 --json",
    )
)
def bands_command(
    scenario: ScenarioFile,
    seeds: Seeds = 10,
    cases: Cases = None,
    factorial: Factorial = False,
    out: Out = None,
    into: Into = None,
    workers: CellWorkers = 1,
    dry_run: CountCells = False,
    settings: Settings = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show how far a scenario's figures move, by chance and by named case.

    Seeds give a band of what is drawn by chance; cases are set beside one another, never pooled.
    Finished cells are kept in DIR, so the same command goes on where it was stopped.
    """
    loaded = load_scenario(scenario, settings or [])
    own = loaded.scenario
    folder = out if out is not None else Path("out") / f"{own.name}_bands"
    asked: dict[str, Any] = {"seeds": seeds, "cases": cases_of(cases), "factorial": factorial}
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
        found = bands(own, folder, workers=workers, done=done, announce=say, **asked)
    if into is not None:
        put_bands(into, found.content)
        write_pages(into)
    if as_json:
        print_json({"folder": str(folder), **found.content})
        return
    _show(found)
    print(folder / "bands.json" if into is None else into)


def _show(found: Bands) -> None:
    """Print the headline as a table, and how it is to be read."""
    show = console(beside_file=True)
    show.print(_bands_table(found))
    for line in _bands_lines(found):
        show.print(line, markup=False)


def _bands_table(found: Bands) -> Table:
    """Return the headline at each total: the scenario, chance, and the range of each case."""
    content = found.content
    headline = content["headline"]
    chosen = {key: _of_headline(content[key], headline) for key in (
        "chance", "range", "decomposition", "null_models",
    )}  # fmt: skip
    totals = [row["total"] for row in chosen["chance"]]
    shown = table(f"{content['name']}: typical walk seen (median), {headline['task']}")
    shown.add_column("cameras in the city", no_wrap=True)
    for total in totals:
        shown.add_column(f"{total:,}", justify="right", no_wrap=True)
    shown.add_row("the scenario", *(percent(row["mean"]) for row in chosen["chance"]))
    shown.add_row(
        f"by chance ({counted(len(content['seeds']), 'seed')}, 5–95 %)",
        *(_from_to(row["p5"], row["p95"]) for row in chosen["chance"]),
    )
    for factor in content["factors"]:
        rows = [row for row in chosen["decomposition"] if row["factor"] == factor]
        shown.add_row(
            f"range over {factor}", *(_from_to(row["lowest"], row["highest"]) for row in rows)
        )
    shown.add_row(
        "range of scenarios", *(_from_to(row["lowest"], row["highest"]) for row in chosen["range"])
    )
    for name in dict.fromkeys(row["null_model"] for row in chosen["null_models"]):
        rows = [row for row in chosen["null_models"] if row["null_model"] == name]
        shown.add_row(f"null model: {name}", *(percent(row["mean"]) for row in rows))
    for cells in _other_rows(content):
        shown.add_row(*cells)
    return shown


def _other_rows(content: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield the answer, and the walks never seen: where few are seen, their median says nothing."""
    for figure, words in (("answer", "could be walked unseen"), ("unseen_trips", "never seen")):
        wanted = {**content["headline"], "figure": figure}
        chance, spread = (_of_headline(content[key], wanted) for key in ("chance", "range"))
        yield [f"walks {words}, the scenario", *(percent(row["mean"]) for row in chance)]
        bands_of_chance = (_from_to(row["p5"], row["p95"]) for row in chance)
        yield [f"walks {words}, by chance", *bands_of_chance]
        ends = (_from_to(row["lowest"], row["highest"]) for row in spread)
        yield [f"walks {words}, range of scenarios", *ends]


def _bands_lines(found: Bands) -> Iterator[str]:
    """Yield how the table is to be read, and which cases lie at its ends."""
    content = found.content
    last = _of_headline(content["range"], content["headline"])[-1]
    if last["lowest_case"] is not None:
        yield one_line(
            f"At {counted(last['total'], 'camera')} the lowest case is {last['lowest_case']} "
            f"({percent(last['lowest'])}), the highest {last['highest_case']} "
            f"({percent(last['highest'])})."
        )
    shares = [
        f"{row['factor']} {percent(row['share_of_variance'])}"
        for row in _of_headline(content["decomposition"], content["headline"])
        if row["total"] == last["total"] and row["share_of_variance"] is not None
    ]
    if shares:
        yield (
            f"Variance at {counted(last['total'], 'camera')}, over these levels: "
            f"{', '.join(shares)}."
        )
    yield (
        "Cases are means over seeds, set beside one another: nobody knows how likely each is, so "
        "they are no error band."
    )
    if content["simulated"]:
        yield "All cameras and people are simulated."
    yield from map(one_line, content["notes"])


def _of_headline(
    rows: Sequence[Mapping[str, Any]], headline: Mapping[str, str]
) -> list[Mapping[str, Any]]:
    return [row for row in rows if all(row[key] == headline[key] for key in ("figure", "task"))]


def _from_to(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{100 * low:.1f}–{100 * high:.1f} %"
