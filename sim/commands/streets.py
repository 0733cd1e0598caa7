"""`sim streets`: which streets become seen in a run between two numbers of cameras."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.table import Table
from rich.text import Text

from sim.atomic_write import replace_text
from sim.commands.options import (
    AsJson,
    Debug,
    RunFolder,
    Task,
    command_app,
    examples,
    percent,
    print_json,
)
from sim.commands.terminal import console, say, table
from sim.commands.verbosity import can_move
from sim.errors import InputError
from sim.pipeline.streets import StreetsSeen, streets
from sim.results.contract import FEWEST_FOR_BAND
from sim.results.exported import plain_text
from sim.results.metrics import HEADLINE_TASK
from sim.wording import counted

app = command_app()


@app.command(
    epilog=examples(
        "sim streets out/mong_kok",
        "sim streets out/mong_kok --top 20 --from 4000 --to 11000 --task detect",
        "sim streets out/mong_kok --by class --out classes.csv",
        "sim streets out/mong_kok --one-fleet --json",
    )
)
def streets_command(
    run: RunFolder,
    top: Annotated[
        int, typer.Option("--top", metavar="K", min=1, help="So many streets are printed.")
    ] = 10,
    first: Annotated[
        int | None,
        typer.Option(
            "--from", metavar="N", help="Cameras in the city; 4,000, or the run's first total."
        ),
    ] = None,
    last: Annotated[
        int | None,
        typer.Option("--to", metavar="N", help="Likewise; 60,000, or the run's last total."),
    ] = None,
    by: Annotated[
        Literal["name", "class", "district"], typer.Option("--by", help="What a row is.")
    ] = "name",
    task: Task = HEADLINE_TASK,
    one_fleet: Annotated[
        bool,
        typer.Option("--one-fleet", help="Of the fleet shown alone: at once, without bands."),
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.csv", help="Also write every street.")
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show which streets of a finished run become seen between two numbers of cameras.

    A street's length counts once, though it may be drawn as carriageways and pavements; its share
    is that of all its lines. Where a run has several fleets they are drawn again, for the mean and
    the band in which one more would lie.
    """
    if out is not None and out.suffix.lower() != ".csv":
        raise InputError(f"{out}: name it {out.stem or 'streets'}.csv")
    found = streets(
        run, from_total=first, to_total=last, by=by, task=task, all_fleets=not one_fleet,
        foresee=_foreseen,
    )  # fmt: skip
    if out is not None:
        plain = plain_text(found.table)
        replace_text(out, plain.to_csv(index=False, lineterminator="\n"))
    if as_json:
        print_json(found.to_json(top))
        return
    show = console(beside_file=out is not None)
    show.print(_shown(found, top))
    for line in _notes(found, top):
        show.print(line, markup=False)
    if out is not None:
        print(out)


def _foreseen(fleets: int, seconds: float) -> None:
    if can_move():
        say(f"{counted(fleets, 'fleet is', 'fleets are')} drawn again, about {seconds:.0f} s")


def _shown(found: StreetsSeen, top: int) -> Table:
    """Return the streets that gain most, and all together below them."""
    title = (
        f"{found.task}, from {found.from_total:,} to {counted(found.to_total, 'camera')} in the "
        "city"
    )
    shown = table(title)
    shown.add_column({"name": "street"}.get(found.by, found.by))
    heads = ["km", f"seen at\n{found.from_total:,}", f"seen at\n{found.to_total:,}"]
    heads += ["more, points" if found.fleets > 1 else "more,\npoints", "km more"]
    for head in heads:
        shown.add_column(head, justify="right", no_wrap=True)
    rows = found.table.head(top).to_dict("records")
    for row in rows:
        names = [name for name in (row["name"], row.get("name_zh")) if name]
        shown.add_row(Text(" ".join(names)), *_cells(row))
    shown.add_row("all streets", *_cells(found.whole))
    return shown


def _cells(row: Any) -> tuple[str, ...]:  # noqa: ANN401 - figures by name
    gain = f"{100 * row['gain']:.1f}"
    if "gain_p5" in row:
        gain += f" ({100 * row['gain_p5']:.0f} to {100 * row['gain_p95']:.0f})"
    return (
        f"{row['km']:.2f}", percent(row["from_share"]), percent(row["to_share"]), gain,
        f"{row['gained_km']:.2f}",
    )  # fmt: skip


def _notes(found: StreetsSeen, top: int) -> list[str]:
    """Return the lines on how to read the table."""
    lines = list(found.notes)
    if found.fleets > 1:
        ends = "the band of one more" if found.fleets >= FEWEST_FOR_BAND else "lowest and highest"
        lines.append(
            f"Means of {counted(found.fleets, 'fleet')}, drawn again in {found.seconds:.0f} s; in "
            f"brackets {ends}."
        )
    if len(found.table) > top:
        lines.append(f"{top} of {counted(len(found.table), 'row')}; --top or --out gives more.")
    lines.append("km: each street once, however many carriageways and pavements it is drawn with.")
    return lines
