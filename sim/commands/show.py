"""`sim.show`: the map of a finished run inside a notebook, without a server or a network."""

from __future__ import annotations

from functools import cached_property
from html import escape
from pathlib import Path
from typing import Protocol

from maps.page import page_of
from maps.run_folder import read_run_folder
from sim.arguments import named_arguments, number
from sim.errors import InputError

LOWEST, HIGHEST = 200, 4000
"""Heights that a notebook can show, CSS pixels."""


class HasFolder(Protocol):
    """A result that stands in a run folder, as `sim.read_run` gives it."""

    @property
    def folder(self) -> Path:
        """Where it stands."""


class Shown:
    """The page of a run, which notebooks draw: the one that `sim run` writes as map.html.

    The page travels inside an iframe, in which it may run its own scripts and nothing else: it has
    no origin, asks for no address and does not see the notebook. Saved notebooks hold it.

    Attributes
    ----------
    folder
        The run.
    height
        Of the frame, CSS pixels.
    """

    def __init__(self, folder: Path, height: int) -> None:
        self.folder, self.height = folder, height

    @cached_property
    def page(self) -> str:
        """The HTML of the page, drawn when it is first asked for."""
        return page_of(read_run_folder(self.folder), own=True)

    def _repr_html_(self) -> str:
        """Return the frame with the page in it."""
        style = f"width:100%;height:{self.height}px;border:0"
        return (
            f'<iframe title="{escape(str(self), quote=True)}" style="{style}" '
            f'sandbox="allow-scripts allow-downloads" srcdoc="{escape(self.page, quote=True)}">'
            "</iframe>"
        )

    def __repr__(self) -> str:
        """Return what consoles show."""
        return f"map of {self.folder}"


@named_arguments(height=number(unit="pixels"))
def show(run: str | Path | HasFolder, *, height: int = 700) -> Shown:
    """Show the map of a finished run in a notebook, as the last expression of a cell.

    Nothing is asked of any network or server, so it works in Jupyter, in marimo and in notebooks
    that were saved as HTML.

    Parameters
    ----------
    run
        A run folder, or a result that stands in one (`sim.read_run`).
    height
        Of the frame, CSS pixels; it is as wide as the cell. A wide cell shows the panel beside the
        map, a narrow one over its foot.

    Returns
    -------
    Shown
        What notebooks draw; its `page` is the HTML.

    Raises
    ------
    InputError
        Not the folder of a finished run, or a height that cannot be.

    Examples
    --------
    >>> import sim
    >>> sim.show("out/as_announced")  # doctest: +SKIP
    """
    if not LOWEST <= height <= HIGHEST:
        raise InputError(f"height: {height}; give {LOWEST} to {HIGHEST} pixels")
    folder = Path(run) if isinstance(run, str | Path) else getattr(run, "folder", None)
    if not isinstance(folder, Path):
        raise InputError(
            f"show: {type(run).__name__} stands in no run folder; give the folder or what "
            "`sim.read_run` returns"
        )
    read_run_folder(folder)  # what is no run is refused here, and not while a cell is drawn
    return Shown(folder, height)
