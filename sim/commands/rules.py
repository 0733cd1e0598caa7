"""`sim rules`: the cheapest set of rules that brings unseen walks back."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

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
from sim.errors import InputError, one_line
from sim.results.metrics import HEADLINE_TASK
from sim.results.run import read_run

app = command_app()


@app.command(
    epilog=examples(
        "sim rules out/mong_kok_core --restore 0.5",
        'sim rules out/mong_kok_core --restore 0.3 --not "recognition off" --total 60000',
        'sim rules out/mong_kok_core --restore 0.3 --price "unlink mall=0.5" --json',
    )
)
def rules_command(
    run: RunFolder,
    restore: Annotated[
        float,
        typer.Option("--restore", metavar="SHARE", help="Share of walks that can be made unseen."),
    ],
    total: LargestTotal = None,
    task: Task = HEADLINE_TASK,
    prices: Annotated[
        list[str] | None,
        typer.Option("--price", metavar="RULE=PRICE", help="Another price; may be repeated."),
    ] = None,
    left_out: Annotated[
        list[str] | None,
        typer.Option("--not", metavar="RULE", help="A rule not to be had; may be repeated."),
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show the cheapest rules under which a share of a run's walks can be made unseen again.

    By somebody who knew every camera. Every set of the rules is tried. A rule costs the share of
    cameras and hours that it takes, or what --price says.
    """
    given = dict(_price(words) for words in prices or ())
    content = read_run(run).least_rules(
        restore, total=total, task=task, prices=given, left_out=left_out or ()
    )
    if as_json:
        print_json(content)
        return
    show, best = console(), content["cheapest"]
    show.print(_rules(content))
    rules = " + ".join(best["rules"]) or "no rule"
    show.print(
        one_line(
            f"cheapest for {percent(content['restore'])}: {rules}, price {best['price']:.3f}, "
            f"walks left {percent(best['share'])}"
        ),
        markup=False,
    )
    show.print(
        f"If the gains of single rules added up, {percent(best['by_sum'])}; all rules together "
        f"{percent(content['with_all'])}. Of {content['walks']:,} walks, mean over the hours of a "
        "day; a price without --price is the share of cameras and hours that a rule takes.",
        markup=False,
    )


def _rules(content: dict[str, Any]) -> Table:
    """Return each rule with what it takes, costs and does alone."""
    shown = table(f"{content['run']}: {content['task']}, {content['total']:,} cameras in the city")
    shown.add_column("rule", no_wrap=True)
    for name in ("cameras", "hours\na day", "price", "walks left\nunder it alone"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_row("none", "", "", "", percent(content["without_rules"]))
    for row in content["rules"]:
        shown.add_row(
            row["rule"], f"{row['cameras']:,}", str(row["hours"]), f"{row['price']:.3f}",
            percent(row["alone"]),
        )  # fmt: skip
    return shown


def _price(words: str) -> tuple[str, float]:
    """Return rule and price of RULE=PRICE."""
    name, _, number = words.rpartition("=")
    try:
        return name.strip(), float(number)
    except ValueError:
        raise InputError(f'--price "{words}": give RULE=PRICE, "unlink mall=0.5"') from None
