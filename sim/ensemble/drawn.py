"""Bands, sweeps and sensitivities as notebooks show them: a card, and lines over the cameras."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from sim.arguments import named_arguments, one_of
from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.results.metrics import HEADLINE, HEADLINE_TASK
from sim.surface import WithCard, axes_for, percent
from sim.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

NO_SETTING = ("digest", "scenario", "seed", "total", "task")
"""Names of scenarios tell the seed, too."""
MOST_NAMED = 8
"""Lines up to which each stands in the legend."""


class DrawnCells(WithCard):
    """What results of many cells have in common."""

    if TYPE_CHECKING:
        cells: pd.DataFrame

    @named_arguments(task=one_of(TASKS))
    def plot(
        self, ax: Axes | None = None, *, figure: str = HEADLINE, task: str = HEADLINE_TASK
    ) -> Axes:
        """Draw a figure over the number of cameras, a line for each case; return the axes.

        The line is the mean over the seeds of a case, the band reaches from the lowest to the
        highest. Cases are not pooled: nobody knows how likely each is.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.
        figure
            A column of `cells`.
        task
            Quality: detect, observe, recognise or identify.

        Raises
        ------
        InputError
            There is no such figure or task, or matplotlib is not installed.
        """
        figures = list(self.cells.select_dtypes("float64").columns)
        if figure not in figures:
            raise InputError(f"figure: there is no {figure!r}; give one of {', '.join(figures)}")
        ax = axes_for(ax, to_scale=False)
        cells = self.cells[self.cells["task"] == task]
        lines = list(cells.groupby(self._case(figures), sort=False, dropna=False))
        for names, rows in lines:
            values = rows.groupby("total")[figure].agg(["mean", "min", "max"])
            label = ", ".join(map(str, names)) if isinstance(names, tuple) else str(names)
            (line,) = ax.plot(values.index, values["mean"], marker=".", label=label)
            low, high = values["min"], values["max"]
            ax.fill_between(values.index, low, high, alpha=0.2, linewidth=0, color=line.get_color())
        ax.set_xlabel("cameras in the whole city")
        ax.set_ylabel(f"{figure.replace('_', ' ')}, {task}")
        if len(lines) <= MOST_NAMED:
            ax.legend(frameon=False, fontsize="small")
        return ax

    def _case(self, figures: list[str]) -> list[str]:
        """Return the columns that tell one case from another."""
        for name in ("case", "combination"):
            if name in self.cells:
                return [name]
        settings = [str(name) for name in self.cells if name not in (*figures, *NO_SETTING)]
        varied = [name for name in settings if self.cells[name].nunique() > 1]
        if varied or "scenario" not in self.cells:
            return varied or settings[:1]
        alike = self.cells["scenario"].nunique() <= self.cells["seed"].nunique()
        return settings[:1] if alike else ["scenario"]

    def _in_short(self) -> str:
        return f"{counted(len(self.cells), 'row')} of cells by total and task"

    def _card(self) -> tuple[str, Mapping[str, object]]:
        cells = self.cells
        shown = cells[cells["task"] == HEADLINE_TASK]
        figure = HEADLINE if HEADLINE in cells else cells.select_dtypes("float64").columns[0]
        one = cells[(cells["task"] == cells["task"].iloc[0])] if len(cells) else cells
        return f"{type(self).__name__}: {figure.replace('_', ' ')}, {HEADLINE_TASK}", {
            "cells": len(one) // max(cells["total"].nunique(), 1),
            **{
                counted(cast("int", total), "camera"): f"{percent(of.min())} to {percent(of.max())}"
                for total, of in shown.groupby("total")[figure]
            },
        }
