"""`sim cameras without`: what a run's cameras see without some."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.commands.options import (
    AsJson,
    Debug,
    RunFolder,
    command_app,
    examples,
)
from sim.commands.terminal import console, print_rows, table
from sim.errors import InputError
from sim.placement.additions import heads_of, without
from sim.results.run import read_run
from sim.wording import counted

app = command_app()


@app.command(
    epilog=examples(
        "sim cameras without out/mong_kok --owner police",
        "sim cameras without out/mong_kok --owner mall --owner estate --total 20000",
        "sim cameras without out/mong_kok --site 12 --json",
    )
)
def cameras_without_command(
    run: RunFolder,
    owners: Annotated[
        list[str] | None,
        typer.Option("--owner", help="Those of an owner, for example police; may be repeated."),
    ] = None,
    sites: Annotated[
        list[int] | None,
        typer.Option("--site", metavar="N", help="Those on one pole, by its number."),
    ] = None,
    ranks: Annotated[
        list[int] | None, typer.Option("--rank", metavar="N", help="One camera, by its rank.")
    ] = None,
    totals: Annotated[
        list[int] | None,
        typer.Option("--total", metavar="N", help="Cameras in the city; by default the run's."),
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show what a finished run's cameras see with and without some; nobody takes their place."""
    if not (owners or sites or ranks):
        raise InputError("nothing to leave out; give --owner, --site or --rank")
    finished = read_run(run)
    gone = heads_of(finished.fleet, owners=owners or (), sites=sites or (), ranks=ranks or ())
    left = without(finished.seen, gone, totals=totals or finished.totals)
    if as_json:
        print_rows(left)
        return
    shown = table(f"{finished.summary['area']['name']}: without {counted(gone.sum(), 'camera')}")
    for name in ("cameras in the city", "task"):
        shown.add_column(name, no_wrap=True)
    for name in ("cameras, halo\nincluded", "left out", "seen with", "without", "lost", "a camera"):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in left.to_dict("records"):
        shown.add_row(
            f"{row['total']:,}", row["task"], f"{row['cameras']:,}", f"{row['removed']:,}",
            f"{100 * row['coverage']:.1f} %", f"{100 * row['coverage_without']:.1f} %",
            f"{row['lost_m']:,.0f} m", _metres(row["m_per_camera"]),
        )  # fmt: skip
    console().print(shown)


def _metres(length: float) -> str:
    return "" if length != length else f"{length:,.1f} m"  # noqa: PLR0124 - NaN
