"""The answer of each district: of the walks that begin in it, how many can still be made unseen.

It counts the walks of `sim.tracking.answer` by the district of their first door, and takes the
error that comes from drawing people as `sim.tracking.statistics` does, all totals and tasks at
once. An area in one district, or outside Hong Kong, has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.area import district_outlines, districts, districts_at
from sim.cameras.optics import TASKS

if TYPE_CHECKING:
    from sim.city.model import City
    from sim.tracking.answer import Answer
    from sim.trips.model import Trips

FEWEST_WALKS = 100
"""Of fewer walks no share is given: chance alone would move it by ten of 100."""
FEWEST_DISTRICTS = 2
SMALLEST_KM2 = 0.05
"""An area that holds less than this of a district does not lie in it, km²: edges never meet."""


def answer_by_district(city: City, trips: Trips, answer: Answer) -> list[dict[str, Any]]:
    """Return the answer of each district of the study area.

    Parameters
    ----------
    city, trips
        Whose area and walks they are.
    answer
        Of these walks.

    Returns
    -------
    list of dict
        In the order of `sim.area.districts`: name, walks (that count and begin there) and answer,
        for each task {share: […], se: […]}, a number a total (None with fewer than
        `FEWEST_WALKS`), of walks that can be made by some way however long. Empty where the area
        has fewer than two districts.
    """
    names = _districts_of(city)
    if len(names) < FEWEST_DISTRICTS:
        return []
    walk = np.flatnonzero(answer.counted)
    begins = _district_of_doors(city, trips.table["origin"].to_numpy(np.int64)[walk])
    person, stratum = answer.persons
    steps = np.asarray(answer.totals)[None, :, None]
    found = []
    for place, district in enumerate(districts()):
        rows = walk[begins == place]
        if district.name not in names and not len(rows):
            continue
        shares = errors = np.full((len(answer.totals), len(TASKS)), np.nan)
        if len(rows) >= FEWEST_WALKS:
            yes = answer.closed.last[rows][:, None, :] >= steps
            shares, errors = shares_of_some(yes, person[rows], stratum)
        told = {
            task: {"share": _numbers(shares[:, t]), "se": _numbers(errors[:, t])}
            for t, task in enumerate(TASKS)
        }
        found.append({"name": district.name, "walks": len(rows), "answer": told})
    return found


def _districts_of(city: City) -> set[str]:
    """Return the districts in which some of the study area lies."""
    names = [part.district for part in city.area.parts]
    shapes = np.array([district_outlines()[name] for name in names], object)
    km2 = shapely.area(shapely.intersection(shapes, city.area.polygon)) / 1e6
    return {name for name, held in zip(names, km2, strict=True) if held > SMALLEST_KM2}


def _district_of_doors(city: City, door: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return the place of the district of each node, in `sim.area.districts`."""
    streets = city.streets.arrays
    asked = np.zeros(len(streets.node_x), np.bool_)
    asked[door] = True
    of_node = np.zeros(len(asked), np.int8)
    of_node[asked] = districts_at(streets.node_x[asked], streets.node_y[asked])
    return np.asarray(of_node[door], np.int8)


def _numbers(figures: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(value) else value for value in figures.tolist()]


def shares_of_some(
    yes: NDArray[np.bool_], person: NDArray[np.int64], stratum: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return shares over some of the walks, those that count, and their standard errors.

    Parameters
    ----------
    yes
        Of each walk that counts, shape (walks, totals, tasks).
    person
        Who made each of them.
    stratum
        The group in which each person was dealt out, whether or not a walk of theirs counts.

    Returns
    -------
    Both of shape (totals, tasks); errors NaN with fewer than two persons.

    Notes
    -----
    The error is what `sim.tracking.statistics.standard_error` gives of each share where other walks
    are NaN. Persons of one group with as many walks that count, and as many yeses among them, shift
    a share by the same, so those with none or one are counted and not looked at one by one.
    """
    who, walker, walks = np.unique(person, return_inverse=True, return_counts=True)
    flat, group, several = yes.reshape(len(yes), -1), stratum[who], walks > 1
    alone, size = ~several[walker], np.bincount(stratum)
    growth = size / np.maximum(size - 1, 1)
    usual = np.bincount(group, walks, len(size)) / np.maximum(size, 1)
    sums = _of_persons(flat[~alone], walker[~alone])
    made = {g: flat[alone & (stratum[person] == g)].sum(axis=0) for g in np.unique(group)}
    mean = (sum(made.values()) + sums.sum(axis=0)) / len(flat)

    def weight(k: NDArray[np.int64] | int, g: int) -> NDArray[np.float64]:
        """Of the square of a person of group g with k walks, for the others who are left."""
        left = len(flat) - growth[g] * (k - usual[g])
        return np.asarray(growth[g] / np.where(left > 0.5, left, np.inf) ** 2)  # walks are whole

    squares = np.zeros(flat.shape[1])
    for g, yeses in made.items():
        own = group == g
        many, singles = walks[own & several], int((own & ~several).sum())
        apart = sums[group[several] == g] - many[:, None] * mean
        middle = (yeses - singles * mean + apart.sum(axis=0)) / size[g]
        no, one = (mean + middle) ** 2, (1 - mean - middle) ** 2
        squares += weight(1, g) * (yeses * one + (singles - yeses) * no)
        squares += weight(many, g) @ (apart - middle) ** 2
        squares += weight(0, g) * (size[g] - singles - len(many)) * middle**2
    error = np.sqrt(squares) if len(who) > 1 else np.full(len(squares), np.nan)
    return mean.reshape(yes.shape[1:]), error.reshape(yes.shape[1:])


def _of_persons(flat: NDArray[np.bool_], walker: NDArray[np.int64]) -> NDArray[np.float64]:
    """Add up the walks of each person, persons ascending."""
    order = np.argsort(walker, kind="stable")
    first = np.flatnonzero(np.diff(walker[order], prepend=-1))
    if not len(first):
        return np.zeros((0, flat.shape[1]))
    return np.asarray(np.add.reduceat(flat[order].astype(np.float64), first, axis=0))
