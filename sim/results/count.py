"""The number of people in a street, as its cameras would count it, with the error of the count.

Heads see overlapping pieces of it. Added up their counts are too many; with overlap removed exactly
the estimate is right on average, and its error says how far it may be off.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.results.asked import Asked, asked
from sim.results.read import RunData
from sim.tracking.counting import counted, overlapping
from sim.trips.waypoints import Gazetteer

COUNT_VERSION = 1
TASK = "detect"
"""That somebody is there is enough to count them."""
PEOPLE_PER_M2, WIDTH_M, CHANCE, CLUMPING = 0.3, 8.0, 0.9, 2.0
"""Assumptions of a count: a busy street, mostly pairs; every tenth person is missed."""


def count_run(
    run: str | Path | RunData,
    streets: Sequence[str],
    *,
    people_per_m2: float = PEOPLE_PER_M2,
    width_m: float = WIDTH_M,
    chance: float = CHANCE,
    clumping: float = CLUMPING,
    totals: Sequence[int] | None = None,
    task: str = TASK,
) -> dict[str, Any]:
    """Return how well the cameras of a run would count people who stand or walk in streets.

    Parameters
    ----------
    run
        Run folder, or what was read of it.
    streets
        Their names.
    people_per_m2, width_m
        Density of people, and width of the street that they fill, m.
    chance
        That a head finds a person whom it could see, 0 to 1.
    clumping
        As `sim.tracking.counting.counted`.
    totals
        Cameras in the whole city, up to the largest of the run; the run's by default.
    task
        Picture quality at which a person is counted.

    Returns
    -------
    dict
        version, simulated, run, task, streets, length_m, people (really there, expected) and the
        assumptions; totals: total, heads (that see the streets), seen (share of their length),
        added_up (what counts add up to), estimate (with overlap removed) and error (its standard
        error against the number there); estimate and error are None where nothing is seen.

    Raises
    ------
    InputError
        There is no such street, or a number, total or task cannot be.
    """
    question = asked(run, totals, task)
    run = question.run
    _check(people_per_m2, width_m, chance, clumping)
    edges = _edges(run, streets)
    density = people_per_m2 * width_m
    length = run.city.streets.arrays.edge_length[edges]
    return {
        "version": COUNT_VERSION, "simulated": run.fleet.simulated,
        "run": str(run.summary.get("scenario", "")), "task": task, "streets": list(streets),
        "length_m": float(length.sum()),
        "people": float(length.sum()) * density,
        "people_per_m2": people_per_m2, "width_m": width_m,
        "chance": chance, "clumping": clumping,
        "totals": [
            _row(question, edges, total, density, (chance, clumping)) for total in question.totals
        ],
    }  # fmt: skip


def _check(people_per_m2: float, width_m: float, chance: float, clumping: float) -> None:
    """Refuse numbers that cannot be."""
    if not (0 < people_per_m2 <= 10 and 0 < width_m <= 200):
        raise InputError(
            f"{people_per_m2:g} people a m² on {width_m:g} m: give above 0 to 10, and to 200 m"
        )
    if not (0 < chance <= 1 and 0 <= clumping <= 100):
        raise InputError(f"found {chance:g}, clumping {clumping:g}: give to 1, and 0 to 100")


def _edges(run: RunData, streets: Sequence[str]) -> NDArray[np.int64]:
    """Return the edges of the streets of which more than half lies in the study area."""
    if not streets:
        raise InputError("give the name of a street in which people are counted")
    gazetteer = Gazetteer(run.city)
    edges = np.unique(np.concatenate([gazetteer.along([name])[1][0] for name in streets]))
    pieces = run.pieces
    of = np.repeat(np.arange(len(pieces.piece_ptr) - 1), np.diff(pieces.piece_ptr))
    here = np.bincount(of, np.where(pieces.in_area, pieces.end - pieces.start, 0.0),
                       len(pieces.piece_ptr) - 1)  # fmt: skip
    kept = edges[here[edges] > run.city.streets.arrays.edge_length[edges] / 2]
    if not len(kept):
        raise InputError(f"{', '.join(streets)}: none of it lies in the study area")
    return np.asarray(kept, np.int64)


def _row(
    question: Asked,
    edges: NDArray[np.int64],
    total: int,
    density: float,
    about: tuple[float, float],
) -> dict[str, Any]:
    """Return what heads up to a total would count, in expectation."""
    run = question.run
    seen, fleet, streets = run.seen.arrays, run.fleet.arrays, run.city.streets.arrays
    ptr = seen.edge_ptr[question.task]
    rows = np.concatenate([np.arange(ptr[edge], ptr[edge + 1]) for edge in edges])
    place = np.repeat(np.arange(len(edges)), ptr[edges + 1] - ptr[edges])
    there = fleet.rank[seen.head[rows]] <= total
    rows, place = rows[there], place[there]
    pieces = overlapping(place, seen.start[rows], seen.end[rows], streets.edge_length[edges])
    row: dict[str, Any] = {"total": total, "heads": len(np.unique(seen.head[rows]))}
    if not (pieces.heads > 0).any():
        return row | {"seen": 0.0, "added_up": 0.0, "estimate": None, "error": None}
    chance, clumping = about
    found = counted(pieces, density * pieces.metres * pieces.heads * chance, chance, clumping)
    return row | {
        "seen": found.seen, "added_up": found.added_up, "estimate": found.people,
        "error": found.error,
    }  # fmt: skip
