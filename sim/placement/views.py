"""What every candidate head would see, for strategies that look before they choose.

Each site offers its four sight lines; cameras that stand already are looked through too, and come
first. All streets of the region count, not only those of the study area, so that no choice moves
cameras of the halo into the area. Which heads are chosen is decided by the strategies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.cameras.candidates import SIGHT_LINES, Candidates
from sim.cameras.fleet import RANGE_COLUMNS, HeadArrays, optics_of
from sim.cameras.indoors import indoors
from sim.cameras.optics import TASKS
from sim.city.decks import deck_heights
from sim.errors import InputError
from sim.placement.context import DIRECTIONS, HeadOrder, PlacementContext, headings, hung
from sim.placement.incidence import Incidence, Stretches, incidence, stretches_in
from sim.placement.strategies.junctions import busiest_junctions_first
from sim.placement.strategies.random import random_order
from sim.sight.sightings import see_arrays

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.cameras.optics import Optics
    from sim.city.model import City


class Views(NamedTuple):
    """Standing heads, then candidate heads in random order, and what each sees of the streets."""

    incidence: Incidence
    standing: NDArray[np.int64]
    """Numbers of the heads that stand already, in their order."""
    heads: HeadOrder
    """Candidate heads; the first has the number after the last standing one."""


def views(context: PlacementContext) -> Views:
    """Look through every candidate head, for the task that the scenario aims at.

    Raises
    ------
    InputError
        There is no such task.
    """
    if context.aims.task not in TASKS:
        raise InputError(
            f'"{context.aims.task}" is no task; choose one of {", ".join(TASKS)}',
            key="cameras.aims.task",
        )
    site = np.repeat(random_order(context), SIGHT_LINES)
    heads = HeadOrder(site, np.tile(np.arange(SIGHT_LINES), len(site) // SIGHT_LINES))
    arrays = candidate_arrays(context.sites, heads, context.lens)
    standing = 0
    if context.locked is not None:
        standing = len(context.locked)
        arrays = after_standing(context.city, context.locked, arrays)
    streets = stretches_in(context.city.streets, None)
    return Views(
        seen_of(context.city, arrays, context.aims.task, streets), np.arange(standing), heads
    )


def seen_of(city: City, heads: HeadArrays, task: str, stretches: Stretches) -> Incidence:
    """Return what heads see of the stretches for one task.

    The task takes the place of the first and the others have no range, so nobody looks for them;
    the intervals are the same to the bit.
    """
    reach = np.zeros_like(heads.reach)
    reach[:, 0] = heads.reach[:, TASKS.index(task)]
    seen = see_arrays(
        city.open_streets, city.walls.arrays, heads._replace(reach=reach),
        relief=city.relief_at(heads.x, heads.y), crowns=city.crown_arrays,
    )  # fmt: skip
    return incidence(seen, 0, len(heads.x), stretches)


def completed(context: PlacementContext, chosen: HeadOrder) -> HeadOrder:
    """Let the heads of strategy junctions follow those chosen, as far as they are not among them.

    They come where no candidate adds anything, so nothing is left to choose by.
    """
    junctions = hung(busiest_junctions_first(context), context.heads_per_site)
    taken = np.isin(_code(junctions), _code(chosen))
    both = zip(chosen, junctions, strict=True)
    return HeadOrder(*(np.concatenate([own, other[~taken]]) for own, other in both))


def picked(context: PlacementContext, seen: Views, order: NDArray[np.int64]) -> HeadOrder:
    """Turn the numbers that a choice returns into heads, without those that stand already."""
    number = order[order >= len(seen.standing)] - len(seen.standing)
    return completed(context, HeadOrder(*(values[number] for values in seen.heads)))


def _code(heads: HeadOrder) -> NDArray[np.int64]:
    return heads.site * DIRECTIONS + heads.direction


def candidate_arrays(sites: Candidates, heads: HeadOrder, lens: Optics) -> HeadArrays:
    """Write candidate heads as the sight stage reads them; ranks are numbers from 1."""
    optics, count = optics_of(lens), len(heads.site)
    return HeadArrays(
        rank=np.arange(1, count + 1, dtype=np.int32),
        x=sites.x[heads.site],
        y=sites.y[heads.site],
        mount=np.full(count, optics["mount"]),
        deck=sites.deck[heads.site],
        heading=headings(sites, heads),
        field_of_view=np.full(count, optics["field_of_view"]),
        near=np.full(count, optics["near"]),
        reach=np.tile([optics[column] for column in RANGE_COLUMNS], (count, 1)),
    )


def after_standing(city: City, standing: Fleet, candidates: HeadArrays) -> HeadArrays:
    """Put standing heads before the candidates; one inside a building sees nothing."""
    heads = standing.arrays
    inside = indoors(city.walls, heads.x, heads.y, heads.mount + deck_heights(heads.deck))
    heads = heads._replace(reach=np.where(inside[:, None], 0.0, heads.reach))
    return one_after_another([heads, candidates])


def one_after_another(parts: Sequence[HeadArrays]) -> HeadArrays:
    """Join heads; their ranks are numbers from 1."""
    columns: Any = zip(*parts, strict=True)
    joined = HeadArrays(*(np.concatenate(column) for column in columns))
    return joined._replace(rank=np.arange(1, len(joined.x) + 1, dtype=np.int32))
