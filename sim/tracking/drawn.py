"""The answer on axes: the share of walks that are left over the number of cameras."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.arguments import named_arguments, one_of
from sim.cameras.optics import TASKS
from sim.surface import Result, axes_for
from sim.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class DrawnAnswer(Result):
    """What of the answer is drawing."""

    if TYPE_CHECKING:
        totals: tuple[int, ...]

        @property
        def summary(self) -> dict[int, dict[str, dict[str, Any]]]:
            """As of `Answer`."""

    @named_arguments(task=one_of(TASKS))
    def plot(self, ax: Axes | None = None, *, task: str = "recognise") -> Axes:
        """Draw the share of walks that can still be made unseen, a line a length of way.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.
        task
            Quality: detect, observe, recognise or identify.

        Returns
        -------
        Axes
            Over the cameras in the whole city.
        """
        ax = axes_for(ax, to_scale=False)
        for way, found in self.summary[self.totals[0]][task].items():
            if way == "open":
                continue
            rows = [self.summary[total][task][way]["share"] for total in self.totals]
            shares = [math.nan if share is None else share for share in rows]
            ax.plot(self.totals, shares, marker="o", label=f"{way} ({counted(found['n'], 'walk')})")
        ax.set_xlabel("cameras in the whole city")
        ax.set_ylabel(f"share of walks left, {task}")
        ax.legend(frameon=False)
        return ax
