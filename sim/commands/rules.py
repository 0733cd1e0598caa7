"""`sim rules`: the cheapest set of rules that brings walks back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

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
from sim.scenario.own_rules import read_rules
from sim.wording import counted

LEFT = {"answer": "walks left", "identified": "not identified"}

app = command_app()


@app.command(
    epilog=examples(
        "sim rules out/mong_kok_core --restore 0.5",
        'sim rules out/mong_kok_core --restore 0.3 --not "recognition off" --total 60000',
        'sim rules out/mong_kok_core --restore 0.3 --price "unlink mall=0.5" --json',
        "sim rules out/mong_kok_core --restore 0.8 --target identified",
        "sim rules out/mong_kok_core --restore 0.8 --rules my_rules.yaml",
    )
)
def rules_command(
    run: RunFolder,
    restore: Annotated[
        float,
        typer.Option("--restore", metavar="SHARE", help="Share of walks that is brought back."),
    ],
    target: Annotated[
        Literal["answer", "identified"],
        typer.Option(
            "--target", help="Walks that can be made unseen, or walks not identified as walked."
        ),
    ] = "answer",
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
    own: Annotated[
        Path | None,
        typer.Option("--rules", metavar="FILE", help="YAML with rules and prices of your own."),
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show the cheapest rules that bring a share of a run's walks back.

    Walks that can be made unseen by somebody who knew every camera, or walks not identified. Every
    set of up to 12 rules is tried. A rule costs the share of cameras, hours and uses that it takes,
    or what --price or the file says.
    """
    given = dict(_price(words) for words in prices or ())
    content = read_run(run).least_rules(
        restore, target=target, total=total, task=task, prices=given, left_out=left_out or (),
        own=None if own is None else read_rules(own),
    )  # fmt: skip
    if as_json:
        print_json(content)
        return
    show, best = console(), content["cheapest"]
    show.print(_rules(content))
    rules = " + ".join(best["rules"]) or "no rule"
    show.print(
        one_line(
            f"{_how(best)} for {percent(content['restore'])}: {rules}, price {best['price']:.3f}, "
            f"{LEFT[target]} {percent(best['share'])}"
        ),
        markup=False,
    )
    show.print(
        f"If the gains of single rules added up, {percent(best['by_sum'])}; all rules together "
        f"{percent(content['with_all'])}. Of {counted(content['walks'], 'walk')} under the fleet "
        "shown, mean over the hours of a day; a price not given is the share of cameras, hours "
        "and uses (live and afterwards, half each) that a rule takes.",
        markup=False,
    )


def _how(best: dict[str, Any]) -> str:
    """Return whether a set is the cheapest, or how much cheaper another could be."""
    if best["at_least"] >= best["price"]:
        return "cheapest"
    return f"no set costs less than {best['at_least']:.3f}, and one that is found"


def _rules(content: dict[str, Any]) -> Table:
    """Return each rule with what it takes, costs and does alone."""
    shown = table(
        f"{content['run']}: {content['task']}, {counted(content['total'], 'camera')} in the city"
    )
    shown.add_column("rule", no_wrap=True)
    left = f"{LEFT[content['target']]}\nunder it alone"
    for name in ("cameras", "hours\na day", "price", left):
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
