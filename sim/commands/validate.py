"""`sim validate`: all mistakes of scenario files at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.commands.options import (
    AsJson,
    Debug,
    Settings,
    Variants,
    command_app,
    examples,
    print_json,
)
from sim.errors import InputErrors
from sim.scenario.load import check_file
from sim.scenario.mistakes import ScenarioMistakes

app = command_app()


@app.command(
    epilog=examples(
        "sim validate my.yaml",
        "sim validate scenarios/*.yaml",
        "sim validate my.yaml --json",
    )
)
def validate_command(
    scenarios: Annotated[
        list[Path], typer.Argument(metavar="SCENARIO.yaml ...", help="Scenario files.")
    ],
    settings: Settings = None,
    variants: Variants = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Check scenario files; all mistakes at once, each with file, line, column and remedy.

    All that a file holds is checked: what it extends, its variants, and its whole matrix.
    """
    wrong: list[str] = []
    files: list[dict[str, Any]] = []
    for path in scenarios:
        try:
            checked = check_file(path, settings or [], variants or [])
        except ScenarioMistakes as errors:
            wrong.extend(errors.lines)
            found = [mistake.to_json() for mistake in errors.mistakes]
            files.append({"file": str(path), "valid": False, "mistakes": found})
        else:
            held = checked.to_json()
            files.append({"file": str(path), "valid": True, "mistakes": [], **held})
            if not as_json:
                print(f"{path}: valid ({checked.in_words()})")
    if as_json:
        print_json({"valid": not wrong, "files": files})
    if wrong:
        raise InputErrors(wrong)
