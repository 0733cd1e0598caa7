"""`sim incidents`: how many assumed incidents would be in view, and at what price."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from sim.commands.options import (
    AsJson,
    Debug,
    RunFolder,
    RunTotals,
    Task,
    command_app,
    examples,
    kind_of_cameras,
    percent,
    print_json,
)
from sim.commands.terminal import console, table
from sim.errors import one_line
from sim.results.incidents import PER_KM, PER_MILLION_HOURS
from sim.results.metrics import HEADLINE_TASK
from sim.results.run import read_run

WHERE = {"street": "on each metre of street alike", "walkers": "in each hour of walking alike"}

app = command_app()


@app.command(
    epilog=examples(
        "sim incidents out/mong_kok_core",
        "sim incidents out/mong_kok_core --per-km 4 --per-million-hours 20 --task identify",
        "sim incidents out/mong_kok_core --total 60000 --json",
    )
)
def incidents_command(
    run: RunFolder,
    per_km: Annotated[
        float, typer.Option("--per-km", metavar="N", help="A year on a kilometre of street.")
    ] = PER_KM,
    per_million_hours: Annotated[
        float,
        typer.Option("--per-million-hours", metavar="N", help="In a million hours of walking."),
    ] = PER_MILLION_HOURS,
    totals: RunTotals = None,
    task: Task = HEADLINE_TASK,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show how many incidents of a year would be in view, per camera and per HK$ million.

    How many there are is your assumption. In view is not noticed, and not solved.
    """
    content = read_run(run).incidents(
        per_km=per_km, per_million_hours=per_million_hours, totals=totals, task=task
    )
    if as_json:
        print_json(content)
        return
    show = console()
    show.print(_table(content))
    cases = "; ".join(
        f"{WHERE[name]}, {case['incidents']:,.0f} a year" for name, case in content["cases"].items()
    )
    for line in (
        f"Assumed, not measured: {cases}. Another number changes counts and prices in proportion, "
        "and no share.",
        "In view: where and when a camera could see it well enough for the task. Whether anybody "
        "looks, notices, keeps or finds the picture, and whether that prevents or solves anything, "
        "is not said.",
        "Band: one more placement of as many cameras lies in it in 9 of 10 cases. Prices are those "
        "of the scenario for cameras in this area.",
    ):
        show.print(one_line(line), markup=False)


def _table(content: dict[str, Any]) -> Table:
    """Return the figures, a total and a case a row."""
    kind = kind_of_cameras(content)
    shown = table(f"{content['run']}: assumed incidents in view, {content['task']}, {kind}")
    for name in ("cameras\nin the city", "here"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("incidents", no_wrap=True)
    for name in ("in view", "a year", "band", "a camera", "a HK$\nmillion", "HK$\neach"):
        shown.add_column(name, justify="right", no_wrap=True)
    for step in content["steps"]:
        for name, words in WHERE.items():
            row = step[name]
            band = "" if row["p5"] is None else f"{row['p5']:,.1f}-{row['p95']:,.1f}"
            shown.add_row(
                f"{step['total']:,}", f"{step['cameras']:,}", words, percent(row["share"]),
                f"{row['in_view']:,.1f}", band, _number(row["per_camera"], 3),
                _number(row["per_hkd_million"], 1), _number(row["hkd_each"], 0),
            )  # fmt: skip
    return shown


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:,.{digits}f}"
