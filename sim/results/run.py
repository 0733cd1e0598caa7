"""A run as researchers hold it: what the folder holds, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.arguments import a_path, named_arguments
from sim.days.parameters import DaysParameters
from sim.results.alerts import alerts_run
from sim.results.crowd import crowd_run
from sim.results.days import days_run
from sim.results.drawn import DrawnRun
from sim.results.export import default_out, export_run
from sim.results.oversight import oversight_run
from sim.results.read import read_data
from sim.results.regimes import Warrant
from sim.results.removal import own_worth, removal
from sim.results.rules import least_rules
from sim.results.unseen import UnseenAnswer, unseen_walk, unseen_walks
from sim.results.walk import WalkAnswer, walk_run
from sim.scenario.own_rules import OwnRules
from sim.tracking.oversight import Audit
from sim.tracking.parameters import MovingCrowd
from sim.tracking.stops import DAYS_A_YEAR


@dataclass(frozen=True, repr=False)
class Run(DrawnRun):
    """A run folder.

    Attributes
    ----------
    folder
        Where it stands.
    summary, manifest
        The two JSON files.
    """

    def walk(
        self, via: Sequence[str], *, totals: Sequence[int] | None = None, task: str = "recognise"
    ) -> WalkAnswer:
        """Answer for the shortest walk through way-points; see `sim.results.walk.walk_run`.

        Parameters
        ----------
        via
            Way-points in words or as "latitude,longitude", two or more.
        totals
            Cameras in the whole city; those of the run by default.
        task
            Quality: detect, observe, recognise or identify.

        Returns
        -------
        WalkAnswer
            What the run says of the walk at each total, and its line on the map.

        Raises
        ------
        InputError
            A way-point, total or task that cannot be, or no way on foot.
        """
        return walk_run(self, via, totals=totals, task=task)

    def unseen(
        self,
        start: str,
        end: str,
        *,
        totals: Sequence[int] | None = None,
        task: str = "recognise",
    ) -> UnseenAnswer:
        """Answer whether one walk can be made unseen; see `sim.results.unseen.unseen_walk`.

        Parameters
        ----------
        start, end
            Places in words or as "latitude,longitude".
        totals
            Cameras in the whole city; those of the run by default.
        task
            Quality: detect, observe, recognise or identify.

        Returns
        -------
        UnseenAnswer
            The last total at which it can, and at each total the shortest unseen way and the
            fewest cameras in the way; the ways on the map.

        Raises
        ------
        InputError
            A camera is not simulated, or a place, total or task cannot be.
        """
        return unseen_walk(self, start, end, totals=totals, task=task)

    def unseen_walks(
        self, *, totals: Sequence[int] | None = None, task: str = "recognise"
    ) -> dict[str, Any]:
        """Return up to which totals all walks can be made unseen.

        See `sim.results.unseen.unseen_walks`.

        Parameters
        ----------
        totals
            Cameras in the whole city; those of the run by default.
        task
            Quality: detect, observe, recognise or identify.

        Returns
        -------
        dict
            Quantiles of the last total, and at each total the share of walks left.

        Raises
        ------
        InputError
            The run has no walks, or a total or task cannot be.
        """
        return unseen_walks(self, totals=totals, task=task)

    def crowd(
        self,
        crowd: MovingCrowd,
        *,
        via: Sequence[str] = (),
        streets: Sequence[str] = (),
        name: str | None = None,
        totals: Sequence[int] | None = None,
        task: str = "recognise",
    ) -> dict[str, Any]:
        """Answer for a crowd on the move; see `sim.results.crowd.crowd_run`.

        Parameters
        ----------
        crowd
            Its size, speed and bodies.
        via, streets, name
            Its way, one of three: way-points, streets by name, or a walk of the scenario.
        totals
            Cameras in the whole city; those of the run by default.
        task
            Quality: detect, observe, recognise or identify.

        Returns
        -------
        dict
            At each total how many of its people are recognised, with the error.

        Raises
        ------
        InputError
            There is no such way, walk or street, or a number, total or task cannot be.
        """
        return crowd_run(self, crowd, via=via, streets=streets, name=name, totals=totals, task=task)

    def alerts(
        self,
        *,
        totals: Sequence[int] | None = None,
        gallery: int | None = None,
        stricter: float = 1.0,
        days: int = DAYS_A_YEAR,
    ) -> dict[str, Any]:
        """Follow faces searched to alerts, stops and arrests; see `sim.results.alerts.alerts_run`.

        Parameters
        ----------
        totals
            Of the run's totals; all of them by default.
        gallery
            Pictures on the list; that of the scenario by default.
        stricter
            The threshold is set so that false alerts are so many times fewer.
        days
            Days of a year like the run's day.

        Returns
        -------
        dict
            At each total what comes to each link in a year, right and wrong, by named case.

        Raises
        ------
        InputError
            The run has no walks, or a total, list, threshold or number of days cannot be.
        """
        return alerts_run(self, totals=totals, gallery=gallery, stricter=stricter, days=days)

    def oversight(
        self,
        *,
        total: int | None = None,
        warrant: Warrant | None = None,
        audit: Audit | None = None,
    ) -> dict[str, Any]:
        """Set four regimes side by side; see `sim.results.oversight.oversight_run`.

        Parameters
        ----------
        total
            One of the run's totals; the largest by default.
        warrant
            What a warrant for live recognition names.
        audit
            Who searches how often, and what an audit asks for.

        Returns
        -------
        dict
            What each regime does to the same walks, and what an auditor of its logs finds.

        Raises
        ------
        InputError
            The run has no walks, or a total cannot be.
        """
        return oversight_run(self, total=total, warrant=warrant, audit=audit)

    def days(
        self,
        parameters: DaysParameters | None = None,
        *,
        totals: Sequence[int] | None = None,
        task: str = "recognise",
    ) -> dict[str, Any]:
        """Return what weeks of identifications tell of residents; see `sim.results.days.days_run`.

        Parameters
        ----------
        parameters
            Residents, days, and how long identifications are kept; the defaults by default.
        totals
            Cameras in the whole city; those of the run by default.
        task
            Quality: detect, observe, recognise or identify.

        Returns
        -------
        dict
            At each total, with owners linked and not, for each retention: what remains possible of
            home, work place and the hour of leaving, with errors.

        Raises
        ------
        InputError
            Nobody lives in the run's area, or a total or task cannot be.
        """
        return days_run(self, parameters, totals=totals, task=task)

    def removal(
        self, count: int, goal: str, *, total: int | None = None, task: str = "recognise"
    ) -> dict[str, Any]:
        """Choose the cameras whose removal gives back most; see `sim.results.removal.removal`.

        Parameters
        ----------
        count
            How many to remove.
        goal
            What to give back: "unseen" walks, metres of "trips", or "streets".
        total
            Cameras in the whole city before; the run's largest by default.
        task
            Quality: detect, observe, recognise or identify.

        Returns
        -------
        dict
            What is given back and a bound that no choice exceeds, by owner and district.

        Raises
        ------
        InputError
            A camera is not simulated, or a count, goal, total or task cannot be.
        """
        return removal(self, count, goal, total=total, task=task)

    def own_worth(self, *, total: int | None = None, task: str = "recognise") -> pd.DataFrame:
        """Return what each camera gives back if it goes alone.

        See `sim.results.removal.own_worth`.

        Parameters
        ----------
        total
            Cameras in the whole city; the run's largest by default.
        task
            Quality: detect, observe, recognise or identify.

        Returns
        -------
        DataFrame
            A camera a row: its rank, and the street, metres of walks and walks of it alone.

        Raises
        ------
        InputError
            A camera is not simulated, or a total or task cannot be.
        """
        return own_worth(self, total=total, task=task)

    def least_rules(
        self,
        restore: float,
        *,
        target: str = "answer",
        total: int | None = None,
        task: str = "recognise",
        prices: Mapping[str, float] | None = None,
        left_out: Sequence[str] = (),
        own: OwnRules | None = None,
    ) -> dict[str, Any]:
        """Find the cheapest rules that bring walks back; see `sim.results.rules`.

        Parameters
        ----------
        restore
            Share of walks.
        target
            "answer": walks that can be made unseen; "identified": walks, as walked, on which
            nobody is identified.
        total
            Cameras in the whole city; the run's largest by default.
        task
            Quality: detect, observe, recognise or identify.
        prices
            By rule, other than those of the ready set.
        left_out
            Rules that are not to be had.
        own
            Rules of one's own, of `sim.scenario.own_rules.read_rules`.

        Returns
        -------
        dict
            Each rule with its price and what it does alone, and the cheapest set.

        Raises
        ------
        InputError
            No rule reaches the share, or a rule, price, target, total or task cannot be.
        """
        return least_rules(
            self, restore, target=target, total=total, task=task, prices=prices,
            left_out=left_out, own=own,
        )  # fmt: skip

    def export(self, form: str = "gpkg", out: str | Path | None = None) -> list[Path]:
        """Write the tables for other programs; see `sim.results.export.export_run`.

        Parameters
        ----------
        form
            "gpkg", "csv", "geoparquet", "geoparquet-2" or "pmtiles".
        out
            File or folder to write; beside the run by default.

        Returns
        -------
        list of Path
            The files written.

        Raises
        ------
        InputError
            The format is not known, the run is damaged, or `out` is something else.
        """
        return export_run(self, form, default_out(self, form) if out is None else Path(out))


@named_arguments(folder=a_path)
def read_run(folder: str | Path) -> Run:
    """Read a run folder; its tables are read when they are asked for.

    Parameters
    ----------
    folder
        As `sim run` left it.

    Returns
    -------
    Run
        Summary and manifest as read; tables, scenario and city follow on demand.

    Raises
    ------
    InputError
        There is no whole run there, or it was written in another version.
    """
    return read_data(folder, Run)
