"""Unicity: how many people passed the same heads in the same minutes as a person did.

After de Montjoye, Hidalgo, Verleysen and Blondel, "Unique in the Crowd", Scientific Reports 3,
1376, 2013, for all totals. Whether anyone is identified is not considered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.keyed_random import keys, uniform
from sim.tracking.crowd import POINTS, Crowd, Points
from sim.tracking.walks import path_arrays

if TYPE_CHECKING:
    from sim.sight.arrays import SightingArrays
    from sim.sight.sightings import Sightings
    from sim.tracking.kernels.walks import PathArrays
    from sim.trips.model import Trips

HEADLINE_TASK = "recognise"
"""The task of the figures in summary.json that are given without one."""
BIN_S = 300.0
"""Length of a time bin, s: an assumption. Shorter bins make people more unique."""
PEOPLE = 1000
"""So many of the simulated persons are compared with one another unless stated."""
MOST_COMPARED = 5_000
FROM_S, UNTIL_S = 7 * 3600.0, 19 * 3600.0
"""Walks of no known hour are spread evenly over these hours: an assumption."""


@dataclass(frozen=True)
class Unicity:
    """How many people share some sightings of a person.

    Attributes
    ----------
    table
        Columns total, task, points (how many sightings of a person are known), people (size of
        the crowd), sharing (expected number of others in the crowd who were in view of the same
        heads in the same time bins), sharing_se, unique (share of people with whom nobody else
        shares them; NaN for a crowd larger than those compared, which could only lower it),
        unique_se, eligible (share of people with that many points). The last crowd is the
        population represented; all others are parts of those compared.
    compared
        How many simulated persons were compared with one another.
    represented
        How many people they stand for.
    bin_s
        Length of a time bin, s.
    hours_known
        Whether the walks have times of day; otherwise they were spread over `FROM_S` … `UNTIL_S`.
    """

    table: pd.DataFrame
    compared: int
    represented: float
    bin_s: float
    hours_known: bool

    def summary(self, total: int, task: str = HEADLINE_TASK) -> dict[str, dict[str, float | None]]:
        """Return, by the number of points known, the figures of one total and task.

        Returns
        -------
        dict
            sharing and sharing_se, among the people represented; unique_in_sample and
            unique_in_sample_se, among those compared only; eligible. None where nobody has so many
            points.
        """
        figures = {}
        for points in POINTS:
            sample, crowd = self._rows[int(total), task, points][-2:]
            values = {
                "sharing": crowd["sharing"],
                "sharing_se": crowd["sharing_se"],
                "unique_in_sample": sample["unique"],
                "unique_in_sample_se": sample["unique_se"],
                "eligible": crowd["eligible"],
            }
            figures[str(points)] = {
                name: float(value) if np.isfinite(value) else None for name, value in values.items()
            }
        return figures

    @cached_property
    def _rows(self) -> dict[tuple[int, str, int], list[dict[str, Any]]]:
        """Rows of the table by total, task and points, the crowds in their order."""
        rows: dict[tuple[int, str, int], list[dict[str, Any]]] = {}
        for row in self.table.to_dict("records"):
            rows.setdefault((row["total"], row["task"], row["points"]), []).append(
                {str(name): value for name, value in row.items()}
            )
        return rows


def unicity(
    seen: Sightings,
    trips: Trips,
    totals: Sequence[int],
    *,
    seed: int,
    people: int = PEOPLE,
    bin_s: float = BIN_S,
    tasks: Sequence[str] = TASKS,
) -> Unicity:
    """Find how many people share k randomly drawn (head, time bin) points of a person.

    Parameters
    ----------
    seen
        What the whole fleet sees.
    trips
        Who walks where and when; named walks are left out.
    totals
        Numbers of heads in the whole city.
    seed
        Decides who is compared, which points are drawn, and hours where none are known.
    people
        How many persons to compare with one another.
    bin_s
        Length of a time bin, s.
    tasks
        Of `TASKS`.

    Notes
    -----
    Persons compared are a random sample of those represented, so the number of people sharing
    scales as (represented − 1) / (compared − 1), without bias. The share of unique people does
    not scale: it is given for crowds up to those compared, exactly over all their subsets. Errors
    are the jackknife's over persons, each left out both as the one known and as one who shares.

    Raises
    ------
    InputError
        Persons, bins or totals that cannot be.
    """
    seen.fleet.check_totals(totals)
    if not bin_s > 0 or not 2 <= people <= MOST_COMPARED:
        wanted = f"give 2 to {MOST_COMPARED:,} people and a positive bin"
        raise InputError(f"unicity: {people} people in bins of {bin_s:g} s; {wanted}")
    rows, persons, represented = _compared(trips, seed, people)
    person = np.searchsorted(persons, trips.table["person"].to_numpy(np.int64)[rows])
    departs, known = _departures(trips, rows, seed)
    tables, paths = [], path_arrays(seen.streets, trips)
    for task in tasks:
        every = points_of(seen, paths, rows, person, departs, TASKS.index(task), bin_s)
        first = seen.fleet.arrays.rank[every.head]
        for total in totals:
            points = Points(*(column[first <= total] for column in every))
            crowd = Crowd(points, persons, represented, seed, seen.fleet.arrays.rank)
            tables.append(crowd.table.assign(total=total, task=task))
    columns = ["total", "task", *tables[0].columns.drop(["total", "task"])]
    table = pd.concat(tables, ignore_index=True)[columns]
    return Unicity(table, len(persons), represented, bin_s, known)


def _compared(
    trips: Trips, seed: int, people: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], float]:
    """Draw whom to compare: rows of their trips, their ids, and the people all stand for."""
    sampled = ~trips.table["named"].to_numpy(bool)
    everyone = trips.table["person"].to_numpy(np.int64)
    persons, first = np.unique(everyone[sampled], return_index=True)
    represented = float(trips.table["represents"].to_numpy(np.float64)[sampled][first].sum())
    drawn = persons[np.argsort(keys(seed, "unicity-who", persons), kind="stable")[:people]]
    return np.flatnonzero(sampled & np.isin(everyone, drawn)), np.sort(drawn), represented


def _departures(
    trips: Trips, rows: NDArray[np.int64], seed: int
) -> tuple[NDArray[np.float64], bool]:
    """Return when walks begin, s after midnight; those of no known hour spread over the day."""
    departs = trips.table["departs_s"].to_numpy(np.float64)[rows]
    person = trips.table["person"].to_numpy(np.int64)[rows]
    leg = trips.table["leg"].to_numpy(np.int64)[rows]
    drawn = FROM_S + (UNTIL_S - FROM_S) * uniform(seed, "unicity-hour", person, leg)
    known = np.isfinite(departs)
    return np.where(known, departs, drawn), bool(known.all())


def points_of(
    seen: Sightings,
    paths: PathArrays,
    rows: NDArray[np.int64],
    person: NDArray[np.int64],
    departs_s: NDArray[np.float64],
    task: int,
    bin_s: float,
) -> Points:
    """Return who was in view of which head in which time bin.

    Parameters
    ----------
    seen, paths
        What the fleet sees, and walks.
    rows, person, departs_s
        Which trips, whose they are (numbered from 0), and when each begins, s.
    task
        Place in `TASKS`.
    bin_s
        Length of a time bin; a sighting counts in every bin that it touches.
    """
    who, head, begin, end = _in_view(seen, paths, rows, person, departs_s, task)
    first, last = (np.floor(moment / bin_s).astype(np.int64) for moment in (begin, end))
    often = last - first + 1
    step = np.arange(often.sum()) - np.repeat(np.cumsum(often) - often, often)
    table = np.stack(
        [np.repeat(who, often), np.repeat(head, often), np.repeat(first, often) + step]
    )
    order = np.lexsort(table[::-1])
    table = table[:, order]
    new = np.ones(table.shape[1], bool)
    new[1:] = (table[:, 1:] != table[:, :-1]).any(axis=0)
    return Points(*table[:, new])


def _in_view(
    seen: Sightings,
    paths: PathArrays,
    rows: NDArray[np.int64],
    person: NDArray[np.int64],
    departs_s: NDArray[np.float64],
    task: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return person, head, and when the head begins and ceases to see the person, s."""
    a: SightingArrays = seen.arrays
    steps = np.diff(paths.ptr)[rows]
    trip = np.repeat(np.arange(len(rows)), steps)
    within = np.arange(steps.sum()) - np.repeat(np.cumsum(steps) - steps, steps)
    place = paths.ptr[rows][trip] + within
    edge, backward = paths.edge[place], paths.backward[place]
    seconds = (paths.edge_length * paths.pace)[edge]
    passed = np.cumsum(seconds) - seconds
    began = departs_s[trip] + passed - passed[np.searchsorted(trip, trip)]
    low, high = a.edge_ptr[task, edge], a.edge_ptr[task, edge + 1]
    count = high - low
    at = np.repeat(np.arange(len(edge)), count)
    row = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + low[at]
    length, pace = paths.edge_length[edge[at]], paths.pace[edge[at]]
    near = np.where(backward[at], length - a.end[row], a.start[row])
    far = np.where(backward[at], length - a.start[row], a.end[row])
    return (
        person[trip[at]], a.head[row].astype(np.int64), began[at] + near * pace,
        began[at] + far * pace,
    )  # fmt: skip
