"""How many people one is hidden among: neighbours behind unseen streets, and shared sightings.

Neighbours are the residents whose doors hang on the same dark part of the network. Unicity asks how
many people passed the same heads in the same minutes as a person did (de Montjoye, Hidalgo,
Verleysen and Blondel, "Unique in the Crowd", Scientific Reports 3, 1376, 2013). Both are for all
totals; neither knows whether anyone is identified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.special import comb, gammaln

from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.keyed_random import keys, uniform
from sim.tracking.percolation import SEEN, DarkNetwork
from sim.tracking.walks import path_arrays
from sim.trips.destinations import residents
from sim.trips.waypoints import REACH_M

if TYPE_CHECKING:
    from sim.city.model import City
    from sim.sight.sightings import SightingArrays, Sightings
    from sim.trips.model import Trips

HEADLINE_TASK = "recognise"
"""The task of the figures in summary.json that are given without one."""
POINTS = (1, 2, 3, 4)
"""How many sightings of a person are known."""
BIN_S = 300.0
"""Length of a time bin, s: an assumption. Shorter bins make people more unique."""
PEOPLE = 1000
"""So many of the simulated persons are compared with one another unless stated."""
MOST_COMPARED = 5_000
DRAWS = 4
"""Times each person's points are drawn to see whether anyone shares them all."""
FROM_S, UNTIL_S = 7 * 3600.0, 19 * 3600.0
"""Walks of no known hour are spread evenly over these hours: an assumption."""
PARTS_OF_SAMPLE = (0.125, 0.25, 0.5, 1.0)
"""Sample sizes at which the share of unique people is given, as parts of those compared."""


class Doors(NamedTuple):
    """Homes and the piece of street at the door of each."""

    element: NDArray[np.int64]
    """As `DarkNetwork.at_positions`."""
    people: NDArray[np.float64]
    in_area: NDArray[np.bool_]


@dataclass(frozen=True)
class Neighbours:
    """Residents of the dark part of the network at each door.

    Attributes
    ----------
    totals
        Numbers of heads in the whole city.
    doors
        Homes.
    people
        Other residents whose doors hang on the same dark part, shape (doors, totals, tasks); 0
        where the street at the door is seen.
    seen
        Whether the street at the door is seen, same shape.
    at_least
        Whether the dark part goes on beyond the map, so that the figure is a lower bound.
    """

    totals: tuple[int, ...]
    doors: Doors
    people: NDArray[np.float64]
    seen: NDArray[np.bool_]
    at_least: NDArray[np.bool_]

    def summary(self, total: int, task: str = HEADLINE_TASK) -> dict[str, float | int | None]:
        """Return what the residents of the study area find at their doors.

        Returns
        -------
        dict
            mean, p10, p50, p90 of the neighbours over residents; n, homes asked; door_seen and
            at_least, shares of residents. All but n are None where nobody lives in the area.
        """
        k, t = self.totals.index(total), TASKS.index(task)
        rows = self.doors.in_area & (self.doors.people > 0)
        weight = self.doors.people[rows]
        if not len(weight):
            names = ("mean", "p10", "p50", "p90", "door_seen", "at_least")
            return {**dict.fromkeys(names), "n": 0}
        people = self.people[rows, k, t]
        p10, p50, p90 = weighted_percentiles(people, weight, (10, 50, 90))
        return {
            "mean": float(np.average(people, weights=weight)),
            "p10": p10,
            "p50": p50,
            "p90": p90,
            "n": len(weight),
            "door_seen": float(np.average(self.seen[rows, k, t], weights=weight)),
            "at_least": float(np.average(self.at_least[rows, k, t], weights=weight)),
        }


def neighbours(
    city: City, dark: DarkNetwork, totals: Sequence[int], doors: Doors | None = None
) -> Neighbours | None:
    """Count the residents behind the same unseen streets, for each home, total and task.

    Parameters
    ----------
    city
        Homes weighted by people.
    dark
        The unseen part of its streets.
    totals
        Numbers of heads in the whole city.
    doors
        Homes and their doors; those of the city where not given.

    Returns
    -------
    Neighbours or None
        None where the homes carry no number of people (outside Hong Kong, without a population).
    """
    if doors is None:
        if residents(city) is None:
            return None
        doors = doors_of(city, dark)
    shape = (len(doors.people), len(totals), len(TASKS))
    people, seen, at_least = np.zeros(shape), np.zeros(shape, bool), np.zeros(shape, bool)
    junction = np.flatnonzero(dark.elements.leaves_map)
    count = len(dark.elements.length)
    for k, total in enumerate(totals):
        for t, task in enumerate(TASKS):
            part = dark.part_roots(doors.element, total, task)
            behind = part != SEEN
            living = np.bincount(part[behind], doors.people[behind], count)
            beyond = np.zeros(count + 1, bool)
            beyond[dark.part_roots(junction, total, task)] = True
            beyond[SEEN] = False
            people[:, k, t] = np.where(behind, (living[part] - 1).clip(min=0), 0.0)
            seen[:, k, t] = ~behind
            at_least[:, k, t] = beyond[part]
    return Neighbours(tuple(totals), doors, people, seen, at_least)


def doors_of(city: City, dark: DarkNetwork) -> Doors:
    """Put each home of the region at the nearest point of a street, on the street deck.

    Homes farther than `REACH_M` from every street have no door on the map and are left out.
    """
    homes = city.places.of("home")
    place, people = homes.geometry.to_numpy(), homes["weight"].to_numpy(np.float64)
    kept = shapely.intersects(city.area.region, place) & (people > 0)
    place, people = place[kept], people[kept]
    deck = city.streets.arrays.edge_deck
    street = np.flatnonzero(deck == 0) if (deck == 0).any() else np.arange(len(deck))
    lines = city.streets.edges.geometry.to_numpy()[street]
    (row, found), _ = shapely.STRtree(lines).query_nearest(
        place, max_distance=REACH_M, return_distance=True, all_matches=False
    )
    t = shapely.line_locate_point(lines[found], place[row])
    inside = shapely.intersects(city.area.polygon, place[row])
    return Doors(dark.at_positions(street[found], t), people[row], inside)


def weighted_percentiles(
    values: NDArray[np.float64], weight: NDArray[np.float64], percent: Sequence[float]
) -> list[float]:
    """Return the smallest values that a share of the weight does not exceed."""
    order = np.argsort(values, kind="stable")
    summed = np.cumsum(weight[order])
    wanted = np.array(percent) / 100 * summed[-1]
    found = np.searchsorted(summed, wanted * (1 - 1e-12), side="left")
    return [float(value) for value in values[order][found.clip(max=len(values) - 1)]]


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


def summary(
    near: Neighbours | None, shared: Unicity, total: int, tasks: Sequence[str] = TASKS
) -> dict[str, Any]:
    """Return the figures of summary.json under "anonymity" for one total.

    Returns
    -------
    dict
        neighbours (None where no number of people is known) and unicity (expected number of
        people represented who share 1 … 4 sightings) of the `HEADLINE_TASK`; the same for every
        task with errors, under by_task; and how unicity was found, under sample.
    """
    by_task = {
        task: {
            "neighbours": None if near is None else near.summary(total, task),
            "unicity": shared.summary(total, task),
        }
        for task in tasks
    }
    headline = shared.summary(total)
    return {
        "task": HEADLINE_TASK,
        "neighbours": None if near is None else near.summary(total),
        "unicity": {points: figures["sharing"] for points, figures in headline.items()},
        "by_task": by_task,
        "sample": {
            "compared": shared.compared,
            "represented": shared.represented,
            "bin_s": shared.bin_s,
            "hours_known": shared.hours_known,
        },
    }


class Points(NamedTuple):
    """Who was in view of which head in which time bin, each only once, by person."""

    person: NDArray[np.int64]
    """Row of the persons compared, ascending."""
    head: NDArray[np.int64]
    bin: NDArray[np.int64]


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
        Fewer than two persons or more than `MOST_COMPARED`, or a bin that is not positive.
    """
    if not bin_s > 0 or not 2 <= people <= MOST_COMPARED:
        raise InputError(
            f"unicity: {people} people in bins of {bin_s:g} s; give 2 to {MOST_COMPARED:,} people "
            "and a positive bin"
        )
    rows, persons, represented = _compared(trips, seed, people)
    person = np.searchsorted(persons, trips.table["person"].to_numpy(np.int64)[rows])
    departs, known = _departures(trips, rows, seed)
    tables = []
    for task in tasks:
        every = points_of(seen, trips, rows, person, departs, TASKS.index(task), bin_s)
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
    trips: Trips,
    rows: NDArray[np.int64],
    person: NDArray[np.int64],
    departs_s: NDArray[np.float64],
    task: int,
    bin_s: float,
) -> Points:
    """Return who was in view of which head in which time bin.

    Parameters
    ----------
    seen, trips
        What the fleet sees, and walks.
    rows, person, departs_s
        Which trips, whose they are (numbered from 0), and when each begins, s.
    task
        Place in `TASKS`.
    bin_s
        Length of a time bin; a sighting counts in every bin that it touches.
    """
    who, head, begin, end = _in_view(seen, trips, rows, person, departs_s, task)
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
    trips: Trips,
    rows: NDArray[np.int64],
    person: NDArray[np.int64],
    departs_s: NDArray[np.float64],
    task: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return person, head, and when the head begins and ceases to see the person, s."""
    a: SightingArrays = seen.arrays
    paths = path_arrays(seen.streets, trips)
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


@dataclass(frozen=True)
class Crowd:
    """Persons with their points, compared with one another at one total.

    Attributes
    ----------
    points
        By row of `persons`.
    persons
        Their ids, by which draws are keyed.
    represented
        People that they stand for.
    seed
        Decides which points are drawn.
    rank
        City rank of each head, by which draws are keyed.
    """

    points: Points
    persons: NDArray[np.int64]
    represented: float
    seed: int
    rank: NDArray[np.int32]

    @property
    def count(self) -> int:
        """How many persons are compared."""
        return len(self.persons)

    @property
    def sizes(self) -> list[int]:
        """Of the crowds, up to all persons, for which figures are given."""
        return sorted({max(2, round(part * self.count)) for part in PARTS_OF_SAMPLE})

    @cached_property
    def number(self) -> NDArray[np.int64]:
        """How many points each person has."""
        return np.bincount(self.points.person, minlength=self.count)

    @cached_property
    def at(self) -> csr_array:
        """Which person (row) has which point (column)."""
        p = self.points
        most = int(p.bin.max(initial=0)) + 1
        place = np.unique(p.head * most + p.bin, return_inverse=True)[1]
        size = (self.count, int(place.max(initial=0)) + 1)
        return csr_array((np.ones(len(place)), (p.person, place)), shape=size)

    @property
    def table(self) -> pd.DataFrame:
        """As `Unicity.table`, without total and task."""
        together = (self.at @ self.at.T).tocoo()
        rows: list[dict[str, float]] = []
        for points in POINTS:
            rows += self._rows(points, together)
        return pd.DataFrame(rows)

    def _rows(self, points: int, together: coo_array) -> list[dict[str, float]]:
        """Figures for one number of points known, for crowds of all sizes."""
        may = self.number >= points
        share, share_error = self.sharing(points, together, may)
        sharers, who = self.sharers(points, may)
        rows = []
        for people in (*self.sizes, self.represented):
            unique, error = np.nan, np.nan
            if people <= self.count and may.any():
                unique, error = self.unique(sharers, who, int(people))
            rows.append(
                {
                    "points": points,
                    "people": people,
                    "sharing": (people - 1) * share,
                    "sharing_se": (people - 1) * share_error,
                    "unique": unique,
                    "unique_se": error,
                    "eligible": float(may.mean()) if self.count else np.nan,
                }
            )
        return rows

    def sharing(
        self, points: int, together: coo_array, may: NDArray[np.bool_]
    ) -> tuple[float, float]:
        """Chance that another person shares the points of one, over all ways to draw them."""
        n, able = self.count, int(may.sum())
        if not able or n < 2:
            return np.nan, np.nan
        person, other = together.coords
        ways = np.where(may, comb(self.number, points), np.inf)
        chance = np.where(person == other, 0.0, comb(together.data, points) / ways[person])
        mine, others = np.bincount(person, chance, n), np.bincount(other, chance, n)
        share = float(mine.sum()) / able / (n - 1)
        if able < 2 or n < 3:
            return share, np.nan
        return share, _jackknife((mine.sum() - mine - others) / (able - may) / (n - 2))

    def sharers(self, points: int, may: NDArray[np.bool_]) -> tuple[csr_array, NDArray[np.int64]]:
        """Draw points of each able person, and find who else has them all.

        Returns
        -------
        A row a draw, a column a person, 1 where that person shares the points; and whose points
        each draw holds.
        """
        p, chosen, drawn_by = self.points, [], []
        first = np.searchsorted(p.person, np.arange(self.count))
        able = np.flatnonzero(may)
        for number in range(DRAWS):
            draw = np.full(len(p.person), number)
            # keyed by person and head, so that another person or total changes no one's draw
            key = keys(self.seed, "unicity", self.persons[p.person], self.rank[p.head], p.bin, draw)
            order = np.lexsort((key, p.person))
            chosen.append(order[first[able][:, None] + np.arange(points)].ravel())
            drawn_by.append(able)
        who = np.concatenate(drawn_by)
        column = self.at.indices[np.concatenate(chosen)]
        ptr = np.arange(0, len(column) + 1, points)
        draws = csr_array((np.ones(len(column)), column, ptr), shape=(len(who), self.at.shape[1]))
        shared = csr_array(draws @ self.at.T)
        shared.data = (shared.data == points).astype(np.float64)
        shared.eliminate_zeros()
        own = csr_array(
            (np.ones(len(who)), who, np.arange(len(who) + 1)), shape=(len(who), self.count)
        )
        shared = csr_array(shared - own)
        shared.eliminate_zeros()
        return shared, who

    def unique(
        self, sharers: csr_array, who: NDArray[np.int64], people: int
    ) -> tuple[float, float]:
        """Share of draws that nobody shares, in random crowds of some of those compared."""
        n, number = self.count, np.diff(sharers.indptr)
        alone = _none_in(number, n, people)
        drawn = np.bincount(who, minlength=n)
        value = float(alone.mean())
        if n < 3 or (drawn > 0).sum() < 2:
            return value, np.nan
        # without one person the rest are a crowd of one less, and who shared with it is freer
        size = min(people, n - 1)
        rest = _none_in(number, n - 1, size)
        freer = _none_in(number - 1, n - 1, size) - rest
        gained = np.asarray(sharers.T @ freer)
        own = np.bincount(who, rest, n)
        return value, _jackknife((rest.sum() - own + gained) / (len(who) - drawn))


def _none_in(sharing: NDArray[np.int64], count: int, people: int) -> NDArray[np.float64]:
    """Chance that none of the sharing are among `people` − 1 drawn of `count` − 1 others."""
    others, drawn = count - 1, people - 1
    left = others - sharing
    possible = (left >= drawn) & (sharing >= 0)
    left = np.where(possible, left, others)
    chance = (
        gammaln(left + 1) - gammaln(left - drawn + 1)
        - gammaln(others + 1) + gammaln(others - drawn + 1)
    )  # fmt: skip
    return np.where(possible, np.exp(chance), 0.0)


def _jackknife(without: NDArray[np.float64]) -> float:
    """Return the standard error from the values without one person each."""
    n = len(without)
    return float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
