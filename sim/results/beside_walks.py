"""Questions to a run that are not of its walks: plates on trips by road, counts, incidents in view.

`sim.results.run.Run` answers them beside all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.results.count import CHANCE, CLUMPING, PEOPLE_PER_M2, TASK, WIDTH_M, count_run
from sim.results.incidents import PER_KM, PER_MILLION_HOURS, incidents_run
from sim.results.plates import DISPERSION, TRIPS, plates_run
from sim.results.read import RunData


class RunBesideWalks(RunData):
    """What a run folder holds, and what it tells of roads, crowds and incidents."""

    def incidents(
        self,
        *,
        per_km: float = PER_KM,
        per_million_hours: float = PER_MILLION_HOURS,
        totals: Sequence[int] | None = None,
        task: str = "recognise",
    ) -> dict[str, Any]:
        """Count assumed incidents in view; see `sim.results.incidents.incidents_run`.

        Parameters
        ----------
        per_km
            Incidents a year on each kilometre of street.
        per_million_hours
            Incidents in each million hours that people walk.
        totals
            Of the run's totals; all of them by default.
        task
            Picture quality at which an incident is in view.

        Returns
        -------
        dict
            At each total the incidents of a year in view, per camera and per HK$ million.

        Raises
        ------
        InputError
            The run has no walks, or a rate, total or task cannot be.
        """
        return incidents_run(
            self, per_km=per_km, per_million_hours=per_million_hours, totals=totals, task=task
        )

    def plates(
        self,
        *,
        totals: Sequence[int] | None = None,
        trips: int = TRIPS,
        dispersion: float = DISPERSION,
    ) -> dict[str, Any]:
        """Ask on how many trips by road a plate is read; see `sim.results.plates.plates_run`.

        Parameters
        ----------
        totals
            Cameras in the whole city, up to the largest of the run; the run's by default.
        trips
            Trips to draw.
        dispersion
            Standard deviation of the logarithm of each driver's cost of a street, a ratio.

        Returns
        -------
        dict
            At each total and in each case the share of trips read once and twice, and followed.

        Raises
        ------
        InputError
            No street is a road, or a number or total cannot be.
        """
        return plates_run(self, totals=totals, trips=trips, dispersion=dispersion)

    def count(
        self,
        streets: Sequence[str],
        *,
        people_per_m2: float = PEOPLE_PER_M2,
        width_m: float = WIDTH_M,
        chance: float = CHANCE,
        clumping: float = CLUMPING,
        totals: Sequence[int] | None = None,
        task: str = TASK,
    ) -> dict[str, Any]:
        """Count the people in streets as cameras would; see `sim.results.count.count_run`.

        Parameters
        ----------
        streets
            Their names.
        people_per_m2, width_m
            Density of people, and width of the street that they fill, m.
        chance
            That a head finds a person whom it could see, 0 to 1.
        clumping
            Variance of the number of people on a stretch over its mean, a ratio.
        totals
            Cameras in the whole city, up to the largest of the run; the run's by default.
        task
            Picture quality at which a person is counted.

        Returns
        -------
        dict
            At each total what counts add up to, the estimate with overlap removed, and its error.

        Raises
        ------
        InputError
            There is no such street, or a number, total or task cannot be.
        """
        return count_run(
            self, streets, people_per_m2=people_per_m2, width_m=width_m, chance=chance,
            clumping=clumping, totals=totals, task=task,
        )  # fmt: skip
