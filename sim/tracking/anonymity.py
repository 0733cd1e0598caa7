"""How many people one is hidden among: neighbours behind unseen streets, and shared sightings.

Neighbours are the residents whose doors hang on the same dark component of the network; shared
sightings are counted in `sim.tracking.unicity`. Both are for all totals; neither knows whether
anyone is identified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.cameras.optics import TASKS
from sim.tracking.percolation import SEEN, DarkNetwork
from sim.tracking.unicity import HEADLINE_TASK, Unicity
from sim.trips.destinations import residents
from sim.trips.waypoints import REACH_M

if TYPE_CHECKING:
    from sim.city.model import City


SAME_M = 0.01
"""Streets whose distances from a home differ by no more are equally near: positions are no better
known, and homes on the middle line of a carriageway lie half-way between its pavements."""
BESIDE_M = 0.1
"""A home as near to a street as that is looked for first."""


class Doors(NamedTuple):
    """Doors of homes, and the piece of street or junction at each."""

    element: NDArray[np.int64]
    """As `DarkNetwork.at_positions`, or a junction."""
    people: NDArray[np.float64]
    in_area: NDArray[np.bool_]
    home: NDArray[np.int64]
    """Which home each is of, numbered in the order of the city's."""


@dataclass(frozen=True)
class Neighbours:
    """Residents of the dark component of the network at each door.

    Attributes
    ----------
    totals
        Numbers of heads in the whole city.
    doors
        Homes.
    people
        Other residents whose doors hang on the same dark component, shape (doors, totals, tasks); 0
        where the street at the door is seen.
    seen
        Whether the street at the door is seen, same shape.
    at_least
        Whether the dark component goes on beyond the map, so that the figure is a lower bound.
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
        rows, homes = self._asked
        weight = self.doors.people[rows]
        if not homes:
            names = ("mean", "p10", "p50", "p90", "door_seen", "at_least")
            return {**dict.fromkeys(names), "n": 0}
        people = self.people[rows, k, t]
        p10, p50, p90 = weighted_percentiles(people, weight, (10, 50, 90))
        return {
            "mean": float(np.average(people, weights=weight)),
            "p10": p10,
            "p50": p50,
            "p90": p90,
            "n": homes,
            "door_seen": float(np.average(self.seen[rows, k, t], weights=weight)),
            "at_least": float(np.average(self.at_least[rows, k, t], weights=weight)),
        }

    @cached_property
    def _asked(self) -> tuple[NDArray[np.bool_], int]:
        """Doors of residents of the study area, and of how many homes they are."""
        rows = self.doors.in_area & (self.doors.people > 0)
        return rows, len(np.unique(self.doors.home[rows]))


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
            component = dark.component_roots(doors.element, total, task)
            behind = component != SEEN
            living = np.bincount(component[behind], doors.people[behind], count)
            beyond = np.zeros(count + 1, bool)
            beyond[dark.component_roots(junction, total, task)] = True
            beyond[SEEN] = False
            people[:, k, t] = np.where(behind, (living[component] - 1).clip(min=0), 0.0)
            seen[:, k, t] = ~behind
            at_least[:, k, t] = beyond[component]
    return Neighbours(tuple(totals), doors, people, seen, at_least)


def doors_of(city: City, dark: DarkNetwork) -> Doors:
    """Put each home of the region at the nearest point of a street, on the street deck.

    Where several streets are equally near (`SAME_M`), as pavements on both sides are, the people
    of the home are shared out evenly among them. Where the nearest point is the end of a street,
    the door is at its junction, as it is in `sim.tracking.answer`: seen as soon as one street is
    there. So no order of streets and no last bit decides. Homes farther than `REACH_M` from every
    street have no door on the map and are left out.
    """
    homes = city.places.of("home")
    place, people = homes.geometry.to_numpy(), homes["weight"].to_numpy(np.float64)
    kept = shapely.intersects(city.area.region, place) & (people > 0)
    place, people = place[kept], people[kept]
    deck = city.streets.arrays.edge_deck
    street = np.flatnonzero(deck == 0) if (deck == 0).any() else np.arange(len(deck))
    lines = city.streets.edges.geometry.to_numpy()[street]
    row, found = equally_near(lines, place)
    t = shapely.line_locate_point(lines[found], place[row])
    edge, left = street[found], shapely.length(lines[found]) - t
    begins, ends = dark.elements.edge_ends[:, edge]
    along = np.where(left <= SAME_M, ends, dark.at_positions(edge, t))
    element = np.where(t <= SAME_M, begins, along)
    home, element = np.unique(np.stack([row, element]), axis=1)
    inside = shapely.intersects(city.area.polygon, place)
    shared = people / np.maximum(np.bincount(home, minlength=len(people)), 1)
    return Doors(element, shared[home], inside[home], home)


def equally_near(
    lines: NDArray[np.object_], place: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of a place and a line: the nearest within `REACH_M`, and those as near as it."""
    tree = shapely.STRtree(lines)
    # homes spread along streets stand on one: to ask who is that near takes a third of the time
    row, found = tree.query(place, predicate="dwithin", distance=BESIDE_M)
    away, least = shapely.distance(lines[found], place[row]), np.full(len(place), np.inf)
    np.minimum.at(least, row, away)
    beside = least + SAME_M <= BESIDE_M
    kept = beside[row] & (away <= least[row] + SAME_M)
    others = np.flatnonzero(~beside)
    (near, _), distance = tree.query_nearest(
        place[others], max_distance=REACH_M, return_distance=True, all_matches=False
    )
    others = others[near]
    asked, line = tree.query(place[others], predicate="dwithin", distance=distance + SAME_M)
    return np.append(row[kept], others[asked]), np.append(found[kept], line)


def weighted_percentiles(
    values: NDArray[np.float64], weight: NDArray[np.float64], percent: Sequence[float]
) -> list[float]:
    """Return the smallest values that a share of the weight does not exceed."""
    order = np.argsort(values, kind="stable")
    summed = np.cumsum(weight[order])
    wanted = np.array(percent) / 100 * summed[-1]
    found = np.searchsorted(summed, wanted * (1 - 1e-12), side="left")
    return [float(value) for value in values[order][found.clip(max=len(values) - 1)]]


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
