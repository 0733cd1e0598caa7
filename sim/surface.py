"""What every result can do at the surface: be pickled, be shown in a notebook, be drawn.

A result is pickled by its fields alone. In a notebook and in print it is a short table of figures,
no picture, with every text escaped. Plots draw on matplotlib axes and return them; what draws is an
extra of the package, asked for only when something is drawn. What is in the table, each result
knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.arguments import made
from sim.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_TEXT = 200
"""Characters of a text in a card; names of areas may be of any length."""

LONGEST_LINE = 100
"""Characters that a result's line stays below."""


class WithCard:
    """What everything that is shown to researchers has in common: a line and a card of figures."""

    def _repr_html_(self) -> str:
        """Return the card that notebooks show."""
        title, figures = self._card()
        rows = "".join(
            f"<tr><th scope='row' style='text-align:left'>{plain_text(name)}</th>"
            f"<td style='text-align:right'>{plain_text(value)}</td></tr>"
            for name, value in figures.items()
        )
        caption = f"<caption style='text-align:left'>{plain_text(title)}</caption>"
        return f"<table>{caption}<tbody>{rows}</tbody></table>"

    def __str__(self) -> str:
        """Return the card as lines of text, for consoles."""
        title, figures = self._card()
        rows = (f"  {_printable(name)}: {_printable(value)}" for name, value in figures.items())
        return "\n".join([_printable(title), *rows])

    def __repr__(self) -> str:
        """Return one line for consoles; what is in a result is of any length."""
        line = _printable(f"<{type(self).__name__}: {self._in_short()}>")
        return line if len(line) < LONGEST_LINE else f"{line[: LONGEST_LINE - 3]}…>"

    def _in_short(self) -> str:
        """Return counts with units, known without computing; each result has its own."""
        raise NotImplementedError

    def _card(self) -> tuple[str, Mapping[str, object]]:
        """Return a title and the figures by name; each result has its own."""
        raise NotImplementedError


class Result(WithCard):
    """What results have in common; dataclasses inherit it."""

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the fields alone.

        What is worked out from them is worked out again: arrays that come from a pickle may be
        written to, others may not, and numba would compile every kernel once more for them.
        """
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]


def plain_text(value: object) -> str:
    """Return a value as escaped text of one line."""
    return escape(_printable(value))


def _printable(value: object) -> str:
    """Return a value as text of one line that steers no terminal."""
    text = f"{value:,}" if isinstance(value, int) else str(value)
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return shown if len(shown) <= LONGEST_TEXT else shown[:LONGEST_TEXT] + "…"


def optional(module: str, extra: str) -> Any:  # noqa: ANN401 - a module of any package
    """Return a module that an extra of the package brings.

    Parameters
    ----------
    module
        As in an import statement.
    extra
        That has it.

    Raises
    ------
    InputError
        It is not installed; says what to install.
    """
    try:
        return import_module(module)
    except ImportError:
        raise InputError(
            f"{module.partition('.')[0]} is not installed and is needed for this; install it: "
            f"python -m pip install 'hk-camera-sim[{extra}]'"
        ) from None


def percent(share: float | None) -> str:
    """Return a share 0..1 in words, a dash where there is none."""
    return "–" if share is None or share != share else f"{100 * share:.1f} %"  # noqa: PLR0124 - NaN


def axes_for(ax: Axes | None, *, to_scale: bool = True) -> Axes:
    """Return the axes to draw on: those given, or new ones.

    Parameters
    ----------
    ax
        Axes to draw on, None for new ones.
    to_scale
        Whether a metre is as long to the east as to the north.

    Raises
    ------
    InputError
        matplotlib is not installed.
    """
    pyplot = optional("matplotlib.pyplot", "plot")
    drawn: Axes = pyplot.subplots()[1] if ax is None else ax
    made("Axes")("ax", drawn)
    if to_scale:
        drawn.set_aspect("equal")
        drawn.set_axis_off()
    return drawn
