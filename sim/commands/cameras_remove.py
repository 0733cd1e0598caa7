"""`sim cameras remove`: which cameras of a run matter most."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from sim.commands.options import (
    AsJson,
    Debug,
    LargestTotal,
    RunFolder,
    Task,
    command_app,
    examples,
    percent,
    print_json,
)
from sim.commands.terminal import console, table
from sim.errors import one_line
from sim.results.metrics import HEADLINE_TASK
from sim.results.run import read_run
from sim.wording import counted

FIGURES = {
    "streets_seen": "streets seen", "walk_seen": "mean walk seen",
    "walks_unseen": "walks unseen as walked",
}  # fmt: skip

app = command_app()


@app.command(
    epilog=examples(
        "sim cameras remove out/mong_kok_core --count 50 --for unseen",
        "sim cameras remove out/mong_kok_core --count 100 --for streets --total 20000 --json",
    )
)
def cameras_remove_command(
    run: RunFolder,
    count: Annotated[
        int, typer.Option("--count", metavar="K", help="How many of the run's cameras to remove.")
    ],
    goal: Annotated[
        Literal["unseen", "trips", "streets"],
        typer.Option("--for", help="Give back walks unseen, metres of walks, or street."),
    ],
    total: LargestTotal = None,
    task: Task = HEADLINE_TASK,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show how much the removal of the K cameras that matter most would give back.

    Under simulated cameras only, by owner and district, with a bound that no choice exceeds.
    """
    content = read_run(run).removal(count, goal, total=total, task=task)
    if as_json:
        print_json(content)
        return
    show = console()
    show.print(one_line(_first_line(content)), markup=False)
    for key in ("by_owner", "by_district"):
        words = ", ".join(f"{number:,} {name}" for name, number in content[key].items())
        show.print(one_line(f"{key.replace('_', ' ')}: {words}"), markup=False)
    shown = table(f"{content['run']}: {content['task']}, simulated cameras")
    for name in ("", "all", f"without\nthese {count:,}", f"without the\nlast {count:,}"):
        shown.add_column(name, justify="right" if name else "left", no_wrap=True)
    for name, words in FIGURES.items():
        parts = (content[when][name] for when in ("before", "after", "without_last"))
        shown.add_row(words, *(percent(part) for part in parts))
    show.print(shown)
    show.print(
        "Cameras of the region, its surroundings included; last: in the order in which they "
        "come. Of the fleet shown, without a band. No camera here is real.",
        markup=False,
    )


def _first_line(content: dict[str, Any]) -> str:
    return (
        f"Removing {content['removed']:,} of {counted(content['cameras'], 'camera')} at "
        f"{content['total']:,} in the city gives back {content['given_back']:,.0f} "
        f"{content['unit']}; no choice gives back more than {content['at_most']:,.0f} "
        f"(gap {percent(content['gap'])})"
    )
