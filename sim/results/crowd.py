"""A crowd on the move through a run: a marathon, a festival, the way home from fireworks.

It takes a way through the streets, the shortest between places or along streets by name, and tells
how many of its people are recognised at least once where bodies hide faces. Nobody need walk in the
run, and streets may be those that buses use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.cameras.software import SOFTWARE_CASES
from sim.errors import InputError
from sim.results.asked import Asked, asked, named
from sim.results.metrics import ALONG_BUS_STREETS, HEADLINE_TASK, along_bus_streets
from sim.results.read import RunData
from sim.results.walk import as_trip, nodes_of, shortest_legs, streets_of, tracks_of, via_of
from sim.scenario.parameters import following
from sim.tracking.kernels.walks import PathArrays
from sim.tracking.linking import working_heads
from sim.tracking.moving_crowd import (
    Looks,
    Recognised,
    WaySightings,
    recognised,
    sightings_of_way,
)
from sim.tracking.parameters import MovingCrowd
from sim.tracking.reach import in_reach, software_layer
from sim.tracking.walks import path_arrays
from sim.trips.routing import Walks, walk
from sim.trips.waypoints import Gazetteer

if TYPE_CHECKING:
    from sim.scenario.schema import Crowd

CROWD_VERSION = 1
NUMBERS = ("length_m", "width_m", "people_per_m2", "speed_m_s")
"""Of a crowd, in the order in which people say them."""
SOFTWARE = "lenient"
"""The case of software that is told beside persons who watch."""


def crowd_run(
    run: str | Path | RunData,
    crowd: MovingCrowd,
    *,
    via: Sequence[str] = (),
    streets: Sequence[str] = (),
    name: str | None = None,
    totals: Sequence[int] | None = None,
    task: str = HEADLINE_TASK,
) -> dict[str, Any]:
    """Answer for a crowd on the move through a run.

    Parameters
    ----------
    run
        Run folder, or what was read of it.
    crowd
        Its size, speed and bodies.
    via, streets, name
        Its way, one of three: way-points in walking order, as `sim.results.walk.walk_run` reads
        them; names of streets in walking order, each met by the next; or a walk that the scenario
        of the run names.
    totals
        Cameras in the whole city, up to the largest total of the run; the run's by default.
    task
        Of `sim.cameras.optics.TASKS`.

    Returns
    -------
    dict
        version, simulated, run, task, crowd (its numbers and people), way_m, streets (as of `sim
        walk`), walk_min (for one person), passing_min (from the first person to set out to the last
        to arrive), totals: total, heads (that see the way), in_view_min, sightings (with the face
        turned to the head), hidden (share of looks in which a body hides it, null without
        sightings), recognised (people, expected, at least once), error (its standard deviation),
        at_least (recognised if neighbours stay together all the way),
        never, once, more (people by how often; they add up to all), in_the_open (recognised if
        bodies hid no face), by_software (recognised by software of the lenient case); notes.

    Raises
    ------
    InputError
        There is no such way, walk or street; a number, total or task cannot be.
    """
    question = asked(run, totals, task)
    return {**_about(question, task), **_through(question, crowd, via, streets, name)}


def _about(question: Asked, task: str) -> dict[str, Any]:
    run = question.run
    return {
        "version": CROWD_VERSION,
        "simulated": run.fleet.simulated,
        "run": str(run.summary.get("scenario", "")),
        "task": task,
        "notes": [ALONG_BUS_STREETS] if along_bus_streets(run.summary) else [],
    }


def _through(
    question: Asked,
    crowd: MovingCrowd,
    via: Sequence[str],
    streets: Sequence[str],
    name: str | None,
) -> dict[str, Any]:
    """Return what is told of the crowd and its way, and what happens to it at each total."""
    run = question.run
    legs, nodes = _way(run, via, streets, name)
    trip, usual = as_trip(run, nodes, legs), run.scenario.trips.speed_m_s
    speed = crowd.speed_m_s or usual
    seconds = float(trip.table["duration_s"].iloc[0]) * usual / speed
    paths = path_arrays(run.city.streets, trip)
    paths = paths._replace(pace=paths.pace * usual / speed)
    in_view = tracks_of(run, trip, question.totals).figures["observed_time"][0, :, question.task]
    return {
        "crowd": {**asdict(crowd), "people": crowd.people, "speed_m_s": speed},
        "way_m": float(legs.length.sum()),
        "streets": streets_of(run, legs.path_edge),
        "walk_min": seconds / 60,
        "passing_min": (seconds + crowd.length_m / speed) / 60,
        "totals": [
            {**row, "in_view_min": float(share) * seconds / 60}
            for row, share in zip(_totals(question, crowd, paths), in_view, strict=True)
        ],
    }


def named_crowd(run: RunData, name: str) -> Crowd:
    """Return a crowd that the scenario of a run names.

    Parameters
    ----------
    run
        Whose scenario.
    name
        Of the crowd, in either language.

    Raises
    ------
    InputError
        It names none so; says which.
    """
    return named(run.scenario.trips.crowds, name, "crowd")


def _way(
    run: RunData, via: Sequence[str], streets: Sequence[str], name: str | None
) -> tuple[Walks, list[int]]:
    """Return the walk of each leg, and the nodes between which they lead."""
    if [bool(via), bool(streets), name is not None].count(True) != 1:
        raise InputError("a crowd has one way: give places, streets, or a walk of the scenario")
    if streets:
        return _along_streets(run, streets)
    via = via if name is None else via_of(run, name)
    nodes = nodes_of(run, via)
    return shortest_legs(run, via, nodes), nodes


def _along_streets(run: RunData, names: Sequence[str]) -> tuple[Walks, list[int]]:
    """Return the way along streets; a metre off a street counts for two."""
    nodes, edges = Gazetteer(run.city).along(names)
    streets, legs = run.city.streets, []
    for k, (name, on) in enumerate(zip(names, edges, strict=True)):
        off = ~np.isin(np.arange(len(streets.edges)), on)
        off_is_slow = replace(streets, edges=streets.edges.assign(steps=off))
        leg = walk(
            off_is_slow, [nodes[k]], [nodes[k + 1]], [-1], seed=0, cost_dispersion=0.0, workers=1
        )
        if leg.unreachable:
            raise InputError(f'no way on foot along "{name}"; choose other streets')
        legs.append(leg)
    edge = np.concatenate([leg.path_edge for leg in legs])
    if not len(edge):
        raise InputError(f"{', '.join(names)}: no way along; choose other streets")
    ptr = np.cumsum([0, *(len(leg.path_edge) for leg in legs)])
    backward = np.concatenate([leg.path_backward for leg in legs])
    length, duration, cost = (
        np.concatenate(parts)
        for parts in zip(*((leg.length, leg.duration_s, leg.cost) for leg in legs), strict=True)
    )
    return Walks(ptr, edge, backward, length, duration, cost, 0), nodes


def _totals(question: Asked, crowd: MovingCrowd, paths: PathArrays) -> list[dict[str, Any]]:
    """Return what happens to the crowd at each total, minutes in view apart."""
    run, steps, task = question
    parameters, streets, fleet = following(run.scenario), run.city.streets.arrays, run.fleet
    works = working_heads(fleet, parameters.uptime, run.scenario.seed)
    by_persons = sightings_of_way(
        paths, streets, fleet, run.seen.arrays, task, parameters.facing_degrees
    )
    case = SOFTWARE_CASES[SOFTWARE]
    read = in_reach(streets, fleet, run.seen.arrays, [software_layer(fleet, case)])
    by_software = sightings_of_way(paths, streets, fleet, read, 0, case.turn)
    rows = []
    for total in steps:
        there = fleet.arrays.rank <= total
        watched = _only(by_persons, there)
        found = recognised(
            watched, crowd, works[watched.head], parameters.hit_rate[task], parameters
        )
        machine = _only(by_software, there)
        read_by = recognised(machine, crowd, works[machine.head], case.hit_rate, parameters)
        rows.append(_row(total, watched, found, read_by))
    return rows


def _row(total: int, way: WaySightings, found: Recognised, software: Recognised) -> dict[str, Any]:
    return {
        "total": total,
        "heads": len(np.unique(way.head)),
        "sightings": len(way.head),
        "hidden": found.hidden if len(way.head) else None,
        "recognised": found.people - found.never,
        "error": found.error,
        "at_least": found.at_least,
        "never": found.never,
        "once": found.once,
        "more": found.more,
        "in_the_open": found.in_the_open,
        "by_software": software.people - software.never,
    }


def _only(way: WaySightings, heads: NDArray[np.bool_]) -> WaySightings:
    """Return the sightings of some heads."""
    kept = heads[way.head]
    looks = way.looks
    of = kept[looks.sighting]
    place = (np.cumsum(kept) - 1)[looks.sighting[of]]
    left = Looks(
        place, looks.weight[of], looks.far[of], looks.rise[of], looks.ahead[of], looks.aside[of]
    )
    return WaySightings(way.head[kept], way.seconds[kept], left)
