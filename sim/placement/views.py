"""What every candidate head would see, for strategies that look before they choose.

Each site offers its four sight lines; cameras that stand already are looked through too, and come
first. All streets of the region count, not only those of the study area, so that no choice moves
cameras of the halo into the area. Which heads are chosen is decided by the strategies.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.cameras.candidates import SIGHT_LINES
from sim.cameras.fleet import RANGE_COLUMNS, HeadArrays, optics_of
from sim.cameras.indoors import indoors
from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.placement.ground import DIRECTIONS, Ground, HeadOrder, headings, hung
from sim.placement.incidence import Incidence, incidence, stretches_in
from sim.placement.strategies.junctions import busiest_junctions_first
from sim.placement.strategies.random import random_order
from sim.sight.sightings import see_arrays


class Views(NamedTuple):
    """Standing heads, then candidate heads by lot, and what each sees of the streets."""

    incidence: Incidence
    standing: NDArray[np.int64]
    """Numbers of the heads that stand already, in their order."""
    heads: HeadOrder
    """Candidate heads; the first has the number after the last standing one."""


def views(ground: Ground) -> Views:
    """Look through every candidate head, for the task that the scenario aims at.

    Raises
    ------
    InputError
        There is no such task.
    """
    if ground.aims.task not in TASKS:
        raise InputError(
            f'"{ground.aims.task}" is no task; choose one of {", ".join(TASKS)}',
            key="cameras.aims.task",
        )
    site = np.repeat(random_order(ground), SIGHT_LINES)
    heads = HeadOrder(site, np.tile(np.arange(SIGHT_LINES), len(site) // SIGHT_LINES))
    arrays = _candidate_arrays(ground, heads)
    standing = 0
    if ground.locked is not None:
        standing = len(ground.locked)
        arrays = _after(ground, ground.locked.arrays, arrays)
    city, task = ground.city, TASKS.index(ground.aims.task)
    seen = see_arrays(city.streets.arrays, city.walls.arrays, arrays)
    found = incidence(seen, task, len(arrays.x), stretches_in(city.streets, None))
    return Views(found, np.arange(standing), heads)


def completed(ground: Ground, chosen: HeadOrder) -> HeadOrder:
    """Let the heads of strategy junctions follow those chosen, as far as they are not among them.

    They come where no candidate adds anything, so nothing is left to choose by.
    """
    junctions = hung(busiest_junctions_first(ground), ground.heads_per_site)
    taken = np.isin(_code(junctions), _code(chosen))
    both = zip(chosen, junctions, strict=True)
    return HeadOrder(*(np.concatenate([own, other[~taken]]) for own, other in both))


def picked(ground: Ground, seen: Views, order: NDArray[np.int64]) -> HeadOrder:
    """Turn the numbers that a choice returns into heads, without those that stand already."""
    number = order[order >= len(seen.standing)] - len(seen.standing)
    return completed(ground, HeadOrder(*(values[number] for values in seen.heads)))


def _code(heads: HeadOrder) -> NDArray[np.int64]:
    return heads.site * DIRECTIONS + heads.direction


def _candidate_arrays(ground: Ground, heads: HeadOrder) -> HeadArrays:
    """Write the candidate heads as the sight stage reads them; ranks are numbers from 1."""
    sites, lens, count = ground.sites, optics_of(ground.lens), len(heads.site)
    return HeadArrays(
        rank=np.arange(1, count + 1, dtype=np.int32),
        x=sites.x[heads.site],
        y=sites.y[heads.site],
        mount=np.full(count, lens["mount"]),
        deck=sites.deck[heads.site],
        heading=headings(sites, heads),
        field_of_view=np.full(count, lens["field_of_view"]),
        near=np.full(count, lens["near"]),
        reach=np.tile([lens[column] for column in RANGE_COLUMNS], (count, 1)),
    )


def _after(ground: Ground, standing: HeadArrays, candidates: HeadArrays) -> HeadArrays:
    """Put standing heads before the candidates; one inside a building sees nothing."""
    inside = indoors(ground.city.walls, standing.x, standing.y, standing.mount)
    standing = standing._replace(reach=np.where(inside[:, None], 0.0, standing.reach))
    both: Any = zip(standing, candidates, strict=True)
    joined = HeadArrays(*(np.concatenate(pair) for pair in both))
    return joined._replace(rank=np.arange(1, len(joined.x) + 1, dtype=np.int32))
