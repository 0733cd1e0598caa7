"""Trips by road through a run: how many have their number plate read, and how much follows from it.

Roads are the run's streets of a class that vehicles drive on. Trips are drawn here; nobody real
drives, and no plate is of anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.cameras.plates import PLATE_CASES, PlateCase
from sim.errors import InputError
from sim.results.asked import Asked, asked
from sim.results.metrics import HEADLINE_TASK
from sim.results.read import RunData
from sim.tracking.plates import Way, read_from, readers, reconstructed, shortest_ways
from sim.trips.roads import Roads, RoadTrips, drive, roads_of

PLATES_VERSION = 1
TRIPS = 500
MOST_TRIPS = 100_000
DISPERSION = 0.1
"""Of drivers' costs, as of walkers' by default."""
ROADS_SAID = (
    "Roads are streets of the walking network that vehicles drive on by their class, traffic on "
    "the left where both pavements are drawn: both ways, for one-way rules are not in the data, "
    "and without motorways and tunnels, where nobody walks."
)


def plates_run(
    run: str | Path | RunData,
    *,
    totals: Sequence[int] | None = None,
    trips: int = TRIPS,
    dispersion: float = DISPERSION,
) -> dict[str, Any]:
    """Return how many trips by road have their number plate read, at each total and in each case.

    Parameters
    ----------
    run
        Run folder, or what was read of it.
    totals
        Cameras in the whole city, up to the largest of the run; the run's by default.
    trips
        Trips to draw, their ends uniform per metre of road in the study area.
    dispersion
        Standard deviation of the logarithm of each driver's cost of a street, a ratio.

    Returns
    -------
    dict
        version, simulated, run, trips (driven), no_way (pairs of ends that no road joins), road_km,
        trip_m (mean); cases, what each needs; totals: total and by case heads (that could read
        somewhere), once and twice (shares of trips read at one site, and at two), reconstructed
        (mean share of a trip), each with its standard error (_se) over trips drawn; notes.

    Raises
    ------
    InputError
        No street is a road, or a number or total cannot be.
    """
    question = asked(run, totals, HEADLINE_TASK)
    run = question.run
    _check(trips, dispersion)
    roads = roads_of(run.city.streets)
    driven = drive(roads, trips, run.scenario.seed, _metres(run)[roads.edge], dispersion)
    count = len(driven.ptr) - 1
    if not count:
        raise InputError("no road joins any of the ends drawn; draw more trips")
    by_case = {
        name: _by_total(question, roads, driven, case, shortest_ways(roads))
        for name, case in PLATE_CASES.items()
    }
    return {
        "version": PLATES_VERSION,
        "simulated": run.fleet.simulated,
        "run": str(run.summary.get("scenario", "")),
        "trips": count,
        "no_way": driven.no_way,
        "road_km": float(_metres(run)[roads.edge].sum()) / 2000,
        "trip_m": float(roads.length[driven.arc].sum()) / count,
        "cases": {name: _needs(case) for name, case in PLATE_CASES.items()},
        "totals": [
            {"total": total, **{name: rows[k] for name, rows in by_case.items()}}
            for k, total in enumerate(question.totals)
        ],
        "notes": [ROADS_SAID],
    }  # fmt: skip


def _check(trips: int, dispersion: float) -> None:
    """Refuse numbers that cannot be."""
    if not (isinstance(trips, int) and 1 <= trips <= MOST_TRIPS):
        raise InputError(f"trips {trips}: give a whole number of trips, 1..{MOST_TRIPS:,}")
    if not 0 <= dispersion <= 2:
        raise InputError(f"dispersion {dispersion:g}: give 0 to 2")


def _needs(case: PlateCase) -> dict[str, Any]:
    """Return what software of a case needs of a plate, and where that comes from."""
    return {
        "px_per_m": case.px_per_m, "vertical": case.vertical, "horizontal": case.horizontal,
        "highest_m": case.highest_m, "sources": dict(case.sources),
    }  # fmt: skip


def _metres(run: RunData) -> NDArray[np.float64]:
    """Return the metres of each street in the study area."""
    pieces = run.pieces
    edge = np.repeat(np.arange(len(pieces.piece_ptr) - 1), np.diff(pieces.piece_ptr))
    metres = np.where(pieces.in_area, pieces.end - pieces.start, 0.0)
    return np.asarray(np.bincount(edge, metres, len(pieces.piece_ptr) - 1), np.float64)


def _by_total(
    question: Asked, roads: Roads, driven: RoadTrips, case: PlateCase, way: Way
) -> list[dict[str, float]]:
    """Return the figures of one case at each total."""
    run = question.run
    fleet, streets = run.fleet, run.city.streets.arrays
    found = readers(streets, fleet, run.seen.arrays, case)
    once, twice = read_from(roads, driven, found)
    can = case.intervals(fleet)[1] > 0
    rows = []
    for total in question.totals:
        read = np.zeros(len(streets.edge_length), bool)
        read[found.edge[found.rank <= total]] = True
        retraced = reconstructed(roads, driven, read, way)
        row: dict[str, float] = {"heads": int((can & (fleet.arrays.rank <= total)).sum())}
        shares = {"once": once <= total, "twice": twice <= total, "reconstructed": retraced}
        for name, value in shares.items():
            row[name], row[f"{name}_se"] = _mean(np.asarray(value, np.float64))
        rows.append(row)
    return rows


def _mean(value: NDArray[np.float64]) -> tuple[float, float]:
    """Return a mean over trips and its standard error, 0 of a single trip."""
    error = value.std(ddof=1) / np.sqrt(len(value)) if len(value) > 1 else 0.0
    return float(value.mean()), float(error)
