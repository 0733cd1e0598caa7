"""`sim unseen`: whether walks can still be made unseen, and how many cameras are in the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from sim.atomic_write import replace_text
from sim.commands.options import (
    AsJson,
    Debug,
    RunFolder,
    Task,
    Totals,
    command_app,
    examples,
    percent,
    print_json,
)
from sim.commands.terminal import console, table
from sim.errors import InputError, one_line
from sim.results.contract import FEWEST_FOR_BAND
from sim.results.metrics import HEADLINE_TASK
from sim.results.run import Run, read_run
from sim.wording import counted

UNSEEN_BY = {
    "detect": "unseen", "observe": "unobserved", "recognise": "unrecognised",
    "identify": "unidentified",
}  # fmt: skip

app = command_app()


@app.command(
    epilog=examples(
        "sim unseen out/mong_kok_core",
        "sim unseen out/mong_kok_core --total 10000 --total 30000 --task detect --json",
        'sim unseen out/mong_kok_core --from "Mong Kok exit E2" --to "Flower Market"',
    )
)
def unseen_command(
    run_folder: RunFolder,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="PLACE", help="A corner, station exit, place or LAT,LON."),
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="PLACE", help="Likewise.")] = None,
    totals: Totals = None,
    task: Task = HEADLINE_TASK,
    geojson: Annotated[
        Path | None,
        typer.Option("--geojson", metavar="FILE", help="Write the ways of the walk asked."),
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show up to how many cameras walks can still be made unseen, and how many are in the way.

    Of all walks of a run, or with --from and --to of one, under simulated cameras only, by somebody
    who knew every camera. What is typed is kept nowhere, unless --geojson names a file.
    """
    if (start is None) != (end is None):
        raise InputError("one walk has two ends; give --from and --to, or neither for all walks")
    run = read_run(run_folder)
    if start is None or end is None:
        if geojson is not None:
            raise InputError("--geojson: all walks together have no line; give --from and --to")
        _all_walks(run, totals, task, as_json=as_json)
        return
    answer = run.unseen(start, end, totals=totals or None, task=task)
    if geojson is not None:
        replace_text(geojson, answer.lines.to_json(drop_id=True, ensure_ascii=False) + "\n")
    if as_json:
        print_json(answer.content)
        return
    show = console()
    for line in _walk_lines(answer.content):
        show.print(line, markup=False)
    show.print(_walk_table(answer.content))
    for line in _walk_notes(answer.content):
        show.print(line, markup=False)


def _all_walks(run: Run, totals: list[int] | None, task: str, *, as_json: bool) -> None:
    content = run.unseen_walks(totals=totals or None, task=task)
    if as_json:
        print_json(content)
        return
    show, word = console(), UNSEEN_BY[task]
    shown = table(f"{content['run']}: walks left {word}")
    for name in (
        "cameras\nin the city",
        f"can be made\n{word}",
        "last way gone\nsince the row above",
    ):
        shown.add_column(name, justify="right", no_wrap=True)
    count = max((row["fleets"]["count"] for row in content["totals"] if row["fleets"]), default=1)
    if count > 1:
        shown.add_column(f"mean of\n{counted(count, 'fleet')}", justify="right", no_wrap=True)
    for row in content["totals"]:
        cells = [f"{row['total']:,}", percent(row["share"]), percent(row["parted"])]
        shown.add_row(*cells, *([_band(row["fleets"])] if count > 1 else []))
    show.print(shown)
    last = {name: _cameras(value) for name, value in content["last_unseen"].items()}
    show.print(
        f"Last total of a walk: a tenth of {counted(content['walks'], 'walk')} below "
        f"{last['p10']}, half below {last['p50']}, nine tenths below {last['p90']}; at every "
        "total of the run "
        f"{percent(content['always'])}. Without any camera {percent(content['never'])} have no way "
        "outside subways, indoor and roofed ways, which count as closed.",
        markup=False,
    )  # fmt: skip
    show.print(
        f"By somebody who knew every camera of the fleet shown{_fleets(count)}.", markup=False
    )


def _band(found: dict[str, Any] | None) -> str:
    if found is None:
        return "–"
    return f"{percent(found['mean'])} ({100 * found['p5']:.0f} – {100 * found['p95']:.0f})"


def _fleets(count: int) -> str:
    """Return what the last column is."""
    if count == 1:
        return ", without a band"
    ends = "the band of one more" if count >= FEWEST_FOR_BAND else "lowest and highest"
    return f"; in the last column of all {counted(count, 'fleet')}, in brackets {ends}"


def _cameras(total: int | None) -> str:
    return "a total above the run's" if total is None else counted(total, "camera")


def _walk_lines(content: dict[str, Any]) -> Iterator[str]:
    """Yield the lines on the walk and its last total."""
    ends = " → ".join(point["text"] for point in content["way_points"])
    word = UNSEEN_BY[content["task"]]
    yield one_line(f"{ends}: {content['shortest_m']:,.0f} m by the shortest way on foot")
    if content["always"]:
        yield f"some way can be made {word} at every total of the run"
    elif content["never"]:
        yield "no way outside subways, indoor and roofed ways joins the two, with no camera either"
    else:
        yield (
            f"some way can be made {word} up to {counted(content['last_unseen'], 'camera')} in "
            "the city"
        )


def _walk_table(content: dict[str, Any]) -> Table:
    """Return what is left of the walk and what is in its way, a total a row."""
    shown = table(f"{content['run']}: {content['task']}, simulated cameras")
    heads = ["cameras\nin the city", f"shortest\n{UNSEEN_BY[content['task']]} way"]
    for head in (*heads, "over the\nshortest", "fewest cameras\nin the way"):
        shown.add_column(head, justify="right", no_wrap=True)
    for head in ("by owner", "by district"):
        shown.add_column(head)
    for row in content["totals"]:
        found = row["fewest"]
        shown.add_row(
            f"{row['total']:,}",
            f"{row['length_m']:,.0f} m" if row["unseen"] else "–",
            f"×{row['detour']:.2f}" if row["unseen"] else "–",
            _bracket(found),
            *(_counts(found, key) for key in ("by_owner", "by_district")),
        )
    return shown


def _bracket(found: dict[str, Any] | None) -> str:
    if found is None:
        return "–"
    return f"{found['upper']:,}" if found["exact"] else f"{found['lower']:,} to {found['upper']:,}"


def _counts(found: dict[str, Any] | None, key: str) -> str:
    counts = {} if found is None else found[key]
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _walk_notes(content: dict[str, Any]) -> Iterator[str]:
    """Yield the lines on how to read the figures."""
    yield (
        "fewest cameras in the way: of all ways, however long, that of the fewest different "
        "cameras; two numbers: no way passes fewer than the first, one passes the second."
    )
    yield "Of the fleet shown. No camera here is real: nothing follows for a real walk."
