"""`sim template`: a commented scenario to begin with."""

from __future__ import annotations

from sim.commands.options import (
    Debug,
    command_app,
    examples,
)
from sim.scenario.template import template

app = command_app()


@app.command(
    epilog=examples(
        "sim template > my.yaml && sim run my.yaml",
    )
)
def template_command(debug: Debug = False) -> None:
    """Print a commented scenario that is ready to run."""
    print(template(), end="")
