"""`sim walk`: how much of one walk is seen in a run, and how little of it need be."""

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
    Totals,
    command_app,
    examples,
    percent,
    print_json,
)
from sim.commands.terminal import console, table
from sim.errors import InputError, one_line
from sim.results.metrics import HEADLINE_TASK
from sim.results.run import read_run
from sim.results.walk import WalkAnswer, via_of, walk_run

SHORT_STREET_M = 30.0
"""Streets walked for less are mostly crossed; `--json` has them all."""
FAR_M = 25.0
"""A junction further than this from the place typed is told."""
Task = Annotated[
    str,
    typer.Option("--task", metavar="TASK", help="Quality: detect, observe, recognise or identify."),
]

app = command_app()


@app.command(
    epilog=examples(
        "sim walk out/mong_kok_core --from 22.3193,114.1694 --to 22.3252,114.1721",
        'sim walk out/mong_kok_core --from "Mong Kok exit E2" --to "Flower Market"',
        'sim walk out/mong_kok_core --name "From Langham Place to MOKO"',
        "sim walk out/a --from 22.3193,114.1694 --to 22.3252,114.1721 --total 60000 --json",
    )
)
def walk_command(
    run_folder: RunFolder,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="LAT,LON", help="Or a corner, a station exit, a place."),
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="LAT,LON", help="Likewise.")] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="A walk that the run's scenario names, in their place."),
    ] = None,
    via: Annotated[
        list[str] | None,
        typer.Option("--via", metavar="LAT,LON", help="Way-point between; may be repeated."),
    ] = None,
    totals: Totals = None,
    task: Task = HEADLINE_TASK,
    geojson: Annotated[
        Path | None,
        typer.Option("--geojson", metavar="FILE", help="Write the walk and less seen ways."),
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show how much of one walk is seen in a finished run, and how little of it need be.

    The walk is the shortest one. What is typed is kept nowhere, unless --geojson names a file.
    """
    run = read_run(run_folder)
    stops = _stops(start, via or [], end) if name is None else via_of(run, name)
    if name is not None and (start or end or via):
        raise InputError("--name has its own way-points; leave out --from, --to and --via")
    answer = walk_run(run, stops, totals=totals or None, task=task)
    if geojson is not None:
        replace_text(geojson, answer.lines.to_json(drop_id=True, ensure_ascii=False) + "\n")
    if as_json:
        print_json(answer.content)
        return
    show = console()
    for line in _walk_lines(answer):
        show.print(line, markup=False)
    show.print(_walk_table(answer))
    for line in _walk_notes(answer):
        show.print(line, markup=False)


def _stops(start: str | None, via: list[str], end: str | None) -> list[str]:
    """Return the way-points typed.

    Raises
    ------
    InputError
        One of the ends is missing.
    """
    if start is None or end is None:
        missing = "--from" if start is None else "--to"
        raise InputError(f"{missing} is missing; give --from and --to, or --name")
    return [start, *via, end]


def _walk_lines(answer: WalkAnswer) -> Iterator[str]:
    """Yield the lines on the way the walk takes."""
    content = answer.content
    places = " → ".join(point["text"] for point in content["way_points"])
    yield one_line(
        f"{places}: {content['length_m']:,.0f} m, {content['duration_s'] / 60:.0f} min, the "
        "shortest way on foot"
    )
    for point in content["way_points"]:
        if (point["away_m"] or 0) >= FAR_M:
            yield one_line(
                f"from junction to junction: the one nearest to {point['text']} is "
                f"{point['away_m']:,.0f} m away"
            )
    named = [
        (street["name"] or street["name_zh"], street["length_m"])
        for street in content["streets"]
        if street["length_m"] >= SHORT_STREET_M
    ]
    joined: list[list[Any]] = []
    for name, length in named:
        if joined and joined[-1][0] == name:
            joined[-1][1] += length
        else:
            joined.append([name, length])
    way = ", ".join(f"{name or 'unnamed way'} ({length:,.0f} m)" for name, length in joined)
    if way:
        yield one_line(f"along {way}")


def _walk_table(answer: WalkAnswer) -> Table:
    """Return what is seen of the walk, a total a row."""
    content = answer.content
    stretches = [row["stretch"] for row in content["totals"][0]["least_seen"] or []]
    cameras = (
        "simulated cameras" if content["simulated"] else "some cameras are real or on listed poles"
    )
    shown = table(f"{content['run']}: {content['task']}, {cameras}")
    heads = ["cameras\nin the city", "walk\nseen", "minutes\nin view", "longest\nunseen"]
    heads += ["cameras\nmet", "identified\nonce"]
    heads += ["followed\nlive", "followed\nafterwards"]
    heads += [f"least seen\nup to ×{stretch:g}" for stretch in stretches]
    for head in heads:
        shown.add_column(head, justify="right", no_wrap=True)
    for row in content["totals"]:
        found = row["least_seen"] or []
        shown.add_row(
            f"{row['total']:,}",
            percent(row["observed_length"]),
            f"{row['in_view_s'] / 60:.1f}",
            f"{row['longest_gap_m']:,.0f} m",
            f"{row['heads']:,.0f}",
            percent(row["identified"]),
            percent(row["tracked_live"]),
            percent(row["tracked_afterwards"]),
            *(f"{percent(way['least_seen'])} (×{way['detour']:.2f})" for way in found),
        )
    return shown


def _walk_notes(answer: WalkAnswer) -> Iterator[str]:
    """Yield the lines on how to read the figures."""
    content = answer.content
    yield from content["notes"]
    yield (
        f"walk seen: share of its length with a camera near enough to {content['task']}"
        f"{' a face turned towards it' if content['task'] in ('recognise', 'identify') else ''}; "
        "followed: expected share of the time."
    )
    if content["simulated"]:
        yield (
            "least seen: metres that must be seen on a way at most so much longer, over the length "
            "of the shortest one. No camera here is real: nothing follows for a real walk."
        )
