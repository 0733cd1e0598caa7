"""How much a command says beside its result: `-q` nothing but errors, `-v` what it does and when.

What is said goes through the logger "sim" to standard error: notes as INFO, what `-v` shows as
DEBUG. A program that uses the library sets that logger as any other.
"""

from __future__ import annotations

import logging
import os
import platform
import sys
from typing import Annotated, Any

import typer

LOG = logging.getLogger("sim")
LIBRARIES = ("numpy", "numba", "scipy", "pandas", "geopandas", "shapely", "pyarrow")
"""Whose versions decide the last digits of figures."""


class _ToStandardError(logging.Handler):
    """Writes lines to what is standard error at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), file=sys.stderr, flush=True)


def begin() -> None:
    """Say notes, and no more, until an option says otherwise."""
    if not any(isinstance(handler, _ToStandardError) for handler in LOG.handlers):
        LOG.addHandler(_ToStandardError())
    LOG.setLevel(logging.INFO)


def note(line: str) -> None:
    """Say a line beside the result."""
    LOG.info("%s", line)


def detail(line: str) -> None:
    """Say a line that only `-v` shows."""
    LOG.debug("sim: %s", line)


def is_quiet() -> bool:
    """Return whether `-q` was given."""
    return LOG.level >= logging.ERROR


def can_move() -> bool:
    """Return whether bars may move on standard error: a terminal that can, and no option against.

    Under `-v` stages are lines, which a bar would overwrite.
    """
    able = sys.stderr.isatty() and os.environ.get("TERM", "") not in ("dumb", "unknown")
    return able and LOG.level == logging.INFO


def options() -> list[Any]:
    """Return `-q` and `-v`, which every command has."""
    declared = typer.Typer(add_completion=False, rich_markup_mode=None)
    declared.command()(_declared)
    return list(typer.main.get_command(declared).params)


def _quiet(given: bool) -> None:
    if given:
        LOG.setLevel(logging.ERROR)


def _verbose(given: bool) -> None:
    if not given:
        return
    LOG.setLevel(logging.DEBUG)
    detail(f"hk-camera-sim {_version('hk-camera-sim')}, Python {platform.python_version()}")
    detail(", ".join(f"{name} {_version(name)}" for name in LIBRARIES))


def _declared(
    quiet: Annotated[
        bool,
        typer.Option(
            "-q",
            "--quiet",
            callback=_quiet,
            expose_value=False,
            help="Print nothing but errors and what was asked for.",
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "-v",
            "--verbose",
            callback=_verbose,
            expose_value=False,
            help="Tell stages, seconds and versions on standard error.",
        ),
    ] = False,
) -> None:
    """Declare both as typer does."""


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # slow, and rarely asked for

    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
