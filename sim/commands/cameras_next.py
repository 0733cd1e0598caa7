"""`sim cameras next`: what each next thousand cameras of a run add."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.commands.options import AsJson, Debug, RunFolder, Task, command_app, examples
from sim.commands.terminal import console, print_rows, table
from sim.placement.additions import next_heads
from sim.results.run import read_run

app = command_app()


@app.command(
    epilog=examples(
        "sim cameras next out/mong_kok",
        "sim cameras next out/mong_kok --step 5000 --task detect --json",
    )
)
def cameras_next_command(
    run: RunFolder,
    step: Annotated[
        int, typer.Option("--step", metavar="N", help="Cameras in the whole city, a row each.")
    ] = 1000,
    task: Task = "recognise",
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show how much street of a run's area is first seen by each next cameras."""
    found = read_run(run)
    added = next_heads(found.seen, step, task=task, up_to=found.totals[-1])
    if as_json:
        print_rows(added)
        return
    shown = table(f"{found.summary['area']['name']}: what the next cameras add, {task}")
    for name in ("cameras in the city", "cameras here", "new street", "streets seen", "a camera"):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in added.to_dict("records"):
        shown.add_row(
            f"{row['from_total']:,} to {row['to_total']:,}", f"{row['cameras']:,}",
            f"{row['new_m']:,.0f} m", f"{100 * row['coverage']:.1f} %",
            _metres(row["m_per_camera"]),
        )  # fmt: skip
    console().print(shown)


def _metres(length: float) -> str:
    return "" if length != length else f"{length:,.1f} m"  # noqa: PLR0124 - NaN
