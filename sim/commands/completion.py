"""Completion of words in a shell: scenario files, run folders, areas, keys and strategies.

A command's own module loads the engine, which takes a second; so a word that is no option is
completed by what `sim.commands` says that the command takes. Typer talks with bash, zsh and fish.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer

from sim.city.bundle_folder import BUILT_IN, list_bundles
from sim.commands import Command, Family

PROGRAMS = ("sim", "hk-camera-sim")
STRATEGIES = (
    "betweenness", "empirical", "equity", "even", "greedy_cover", "greedy_trips", "junctions",
    "places", "points", "population", "random", "transit",
)  # fmt: skip
"""As the registry has them, which loads the engine; a test holds both equal."""
KEYS = (
    "area", "cameras.strategy", "cameras.totals", "ensemble.fleets", "name", "seed",
    "trips.people",
)  # fmt: skip
"""Those that are set most often."""


def program() -> str:
    """Return the name under which the command was called."""
    called = Path(sys.argv[0]).name.removesuffix(".exe")
    return called if called in PROGRAMS else PROGRAMS[0]


def is_asked() -> bool:
    """Return whether a shell asks for completions, or for the script that makes it ask."""
    return _variable() in os.environ


def is_quick(entry: Command | Family) -> bool:
    """Return whether a shell asks for a word of a command that need not be loaded for it."""
    if not isinstance(entry, Command) or not os.environ.get(_variable(), "").startswith("complete"):
        return False
    return not _last_word().startswith("-")


def quick_command(name: str, entry: Command) -> Any:  # noqa: ANN401 - click's or typer's command
    """Return a command that completes words as the one of `entry` would, and does nothing else."""

    def complete(context: Any, _parameter: Any, incomplete: str) -> list[str]:  # noqa: ANN401
        before = [str(word) for word in context.params.get("words") or ()]
        return [*_words(entry.takes, before, incomplete)]

    words_argument = typer.Argument(None, shell_complete=complete)

    def accept(words: list[str] = words_argument) -> None:
        """Take any words."""

    declared = typer.Typer(add_completion=False, rich_markup_mode=None)
    declared.command(name, context_settings={"ignore_unknown_options": True})(accept)
    command = typer.main.get_command(declared)
    command.name = name
    return command


def _words(takes: str, before: list[str], incomplete: str) -> Iterator[str]:
    """Yield what may stand for an incomplete word of a command that takes `takes`."""
    last = before[-1] if before else ""
    if last == "--set":
        offered = [f"cameras.strategy={name}" for name in STRATEGIES]
        keys = [f"{key}=" for key in KEYS if key != "cameras.strategy"]
        offered += [*keys, *(f"area={name}" for name in _areas())]
        yield from (word for word in sorted(offered) if word.startswith(incomplete))
    elif last == "--area" or (takes == "area" and not last.startswith("-")):
        yield from (name for name in _areas() if name.startswith(incomplete))
    elif takes == "scenario" and not last.startswith("-"):
        yield from _paths(incomplete, lambda path: path.suffix in (".yaml", ".yml"))
    elif takes == "run" and not last.startswith("-"):
        yield from _paths(incomplete, lambda path: (path / "summary.json").is_file())
    # nothing: bash, zsh and fish then offer files


def _areas() -> list[str]:
    return sorted([*BUILT_IN, *list_bundles()])


def _paths(incomplete: str, fits: Callable[[Path], bool]) -> list[str]:
    """Return the paths that begin so and fit, and the folders on the way to more.

    A folder that is the only one is gone into: bash would put a space behind its name.
    """
    folder, _, begun = incomplete.rpartition("/")
    above = f"{folder}/" if "/" in incomplete else ""
    try:
        found = sorted(Path(above or ".").expanduser().iterdir())
    except OSError:
        return []
    named = [path for path in found if path.name.startswith(begun)]
    shown = [path for path in named if begun or not path.name.startswith(".")]
    offered = [
        above + path.name + ("" if fits(path) else "/")
        for path in shown
        if fits(path) or path.is_dir()
    ]
    if len(offered) == 1 and offered[0].endswith("/"):
        return _paths(offered[0], fits) or offered
    return offered


def _variable() -> str:
    return f"_{program().replace('-', '_')}_COMPLETE".upper()


def _last_word() -> str:
    """Return the word at which a shell asks."""
    if "COMP_WORDS" in os.environ:
        words = os.environ["COMP_WORDS"].split()
        at = int(os.environ.get("COMP_CWORD", "0"))
        return words[at] if at < len(words) else ""
    line = os.environ.get("_TYPER_COMPLETE_ARGS", "")
    if not line or line[-1].isspace():
        return ""
    try:
        return shlex.split(line)[-1]
    except ValueError:
        return line.split()[-1]
