"""`sim schema`: the JSON Schema of a scenario."""

from __future__ import annotations

from sim.commands.options import (
    Debug,
    command_app,
    examples,
    print_json,
)
from sim.scenario.schema import json_schema

app = command_app()


@app.command(
    epilog=examples(
        "sim schema > scenario.schema.json",
        "then begin a scenario with this line, and an editor completes and checks its keys:",
        "# yaml-language-server: $schema=scenario.schema.json",
    )
)
def schema_command(debug: Debug = False) -> None:
    """Print the JSON Schema of a scenario, for editors and other programs."""
    print_json(json_schema())
