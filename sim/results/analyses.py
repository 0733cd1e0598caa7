"""What a run finds about the city beside its walks, as the writer of the run folder takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from sim.tracking.percolation import DarkNetwork
    from sim.tracking.subsample import Subsample


@dataclass(frozen=True)
class Analyses:
    """What the summary and the tables take beside the figures of single walks.

    Attributes
    ----------
    dark
        The unseen part of the network at every number of heads.
    anonymity, recognition
        By total, as in summary.json.
    alerts
        By total, as in summary.json; None where nobody walks.
    oversight
        Regimes and logs, as in summary.json; None where nobody walks.
    searched
        Figures that need a search for every walk, on some of them.
    policies
        What rules and fewer cameras change, a policy × total × task a row.
    exposure
        Streets by class and district, walks by kind, profile and hour, doors of sensitive places:
        a group × total × task a row.
    limit
        By total, the share of streets that no fleet of so many heads could exceed, by the task
        aimed at; None where no strategy looks for the most.
    spending
        By total, what the cameras cost, as in summary.json.
    """

    dark: DarkNetwork
    anonymity: dict[int, dict[str, Any]]
    recognition: dict[int, dict[str, Any]]
    alerts: dict[int, dict[str, Any] | None]
    oversight: dict[str, Any] | None
    searched: Subsample
    policies: pd.DataFrame
    exposure: pd.DataFrame
    limit: dict[int, dict[str, float] | None]
    spending: dict[int, dict[str, Any]]

    def of_trips(self, total: int, task: str) -> dict[str, Any]:
        """Return the figures of the subsample for one step of summary.json."""
        return self.searched.summary(total, task)
