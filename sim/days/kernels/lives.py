"""Who is identified where on each walk, and what of a day is kept: its first and last, its gap."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import ZERO, lean_kernel
from sim.keyed_random import scrambled_one
from sim.tracking.kernels.walks import PathArrays, SeenArrays, Spells, gather_spells

NOBODY = -1
"""No head: nobody was identified."""


class Met(NamedTuple):
    """Sightings of walks with the face turned to the head; walk w has ptr[w] : ptr[w + 1]."""

    ptr: NDArray[np.int64]
    head: NDArray[np.int32]
    moment_s: NDArray[np.float64]
    """From the start of the walk until the face is turned to the head, ascending in each walk."""
    part: NDArray[np.float64]
    """Of the time in view that identifying needs, at most 1."""
    again: NDArray[np.int32]
    """How often the same head met the walker before on this walk."""


class Legs(NamedTuple):
    """Walks of persons by person, day and hour; person p has ptr[p] : ptr[p + 1]."""

    ptr: NDArray[np.int64]
    day: NDArray[np.int64]
    leg: NDArray[np.int64]
    walk: NDArray[np.int64]
    departs_s: NDArray[np.float64]


class Watch(NamedTuple):
    """Heads and which of them count in each case."""

    rank: NDArray[np.int64]
    works: NDArray[np.float64]
    """Shape (heads, days): duty, 0 on days on which the head is out of order."""
    total: NDArray[np.int64]
    """Of each case: heads up to this rank count."""
    counts: NDArray[np.bool_]
    """Shape (cases, heads): whether the owner of the head does."""


class Kept(NamedTuple):
    """What is kept of days; every array has the shape (cases, persons, days)."""

    first: NDArray[np.int32]
    last: NDArray[np.int32]
    before: NDArray[np.int32]
    after: NDArray[np.int32]
    """Heads on either side of the longest time between two identifications of the day."""
    first_s: NDArray[np.float64]
    last_s: NDArray[np.float64]
    gap_s: NDArray[np.float64]
    """That time; 0 without two identifications."""
    times: NDArray[np.int32]
    """Identifications."""


@lean_kernel
def count_met(
    first: int, stop: int, paths: PathArrays, seen: SeenArrays, spells: Spells,
    count: NDArray[np.int64],
) -> None:  # fmt: skip
    """Count the sightings of the walks first … stop − 1 with the face turned to the head."""
    for walk in range(first, stop):
        found = gather_spells(walk, paths, seen, spells)
        for spell in range(found):
            count[walk] += spells.faced[spell] < np.inf


@lean_kernel
def write_met(
    first: int, stop: int, paths: PathArrays, seen: SeenArrays, spells: Spells, needed_s: float,
    met: Met,
) -> None:  # fmt: skip
    """Write them; in each walk in the order of streets and heads."""
    for walk in range(first, stop):
        found = gather_spells(walk, paths, seen, spells)
        row = met.ptr[walk]
        for spell in range(found):
            if spells.faced[spell] < np.inf:
                again = ZERO
                for before in range(met.ptr[walk], row):
                    again += met.head[before] == spells.head[spell]
                met.head[row] = spells.head[spell]
                met.moment_s[row] = spells.faced[spell]
                met.part[row] = min(1.0, spells.seconds[spell] / needed_s)
                met.again[row] = again
                row += 1


@lean_kernel
def identify(
    first: int, stop: int, legs: Legs, met: Met, watch: Watch, rate: NDArray[np.float64],
    key: np.uint64, kept: Kept,
) -> None:  # fmt: skip
    """Draw on which sightings the persons first … stop − 1 are identified; keep what is asked."""
    for person in range(first, stop):
        of_person = scrambled_one(key ^ np.uint64(person))
        for row in range(legs.ptr[person], legs.ptr[person + 1]):
            day, walk = legs.day[row], legs.walk[row]
            of_leg = scrambled_one(scrambled_one(of_person ^ np.uint64(day))
                                   ^ np.uint64(legs.leg[row]))  # fmt: skip
            for k in range(met.ptr[walk], met.ptr[walk + 1]):
                head = met.head[k]
                drawn = scrambled_one(scrambled_one(of_leg ^ np.uint64(watch.rank[head]))
                                      ^ np.uint64(met.again[k]))  # fmt: skip
                chance = watch.works[head, day] * rate[person] * met.part[k]
                if np.float64(drawn >> np.uint64(11)) * 2.0**-53 >= chance:
                    continue
                moment = legs.departs_s[row] + met.moment_s[k]
                for case in range(len(watch.total)):
                    if watch.rank[head] > watch.total[case] or not watch.counts[case, head]:
                        continue
                    at = (case, person, day)
                    gap = moment - kept.last_s[at]
                    if kept.times[at] == 0:
                        kept.first[at], kept.first_s[at] = head, moment
                    elif gap > kept.gap_s[at]:
                        kept.gap_s[at] = gap
                        kept.before[at], kept.after[at] = kept.last[at], head
                    kept.last[at], kept.last_s[at] = head, moment
                    kept.times[at] += 1
