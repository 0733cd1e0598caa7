"""Where software could read faces: streets, walks and the answer, by named case.

It comes from the sightings to identify, cut by what each case asks for (`sim.cameras.software`).
Beside "in reach" stands "in reach and face turned", for software and for a person who watches. That
somebody could avoid every such place is asked without the turn of the face, which may change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.cameras.optics import TASKS
from sim.cameras.software import SOFTWARE_CASES
from sim.tracking.answer import both_ways, last_totals
from sim.tracking.parameters import TrackingParameters
from sim.tracking.reach import (
    Layer,
    everywhere,
    faced,
    in_reach,
    pieces_in_reach,
    shares_in_reach,
    software_layer,
)
from sim.tracking.statistics import WalkValues, numbers_of, shares_of
from sim.tracking.walks import part_of, path_arrays

if TYPE_CHECKING:
    from sim.city.model import City
    from sim.sight.arrays import PieceArrays
    from sim.sight.ranks import FirstSeen
    from sim.sight.sightings import Sightings
    from sim.tracking.answer import Answer
    from sim.trips.model import Persons, Trips

CASES = tuple(SOFTWARE_CASES)
WALKS, WALKS_FACING = "walks", "walks_facing"
"""Figures of summary.json: share of a walk in reach, and in reach and face turned."""
UNREAD, UNREAD_FACING = "unread_walks", "unread_walks_facing"
"""Share of walks of which nothing is."""
OF_SOFTWARE, OF_PERSONS = "software", "in_reach_facing"
"""Parts of a step of summary.json."""
ANSWER = "answer/any_length"


@dataclass(frozen=True)
class SoftwareReport:
    """What software could read, and what persons who watch see with the face turned to them.

    Attributes
    ----------
    totals
        Numbers of heads in the whole city.
    cameras
        Heads in the study area that could read a face at some distance, shape (totals, cases):
        where there is none, no place on the street is near enough and far enough at once.
    streets
        Share of street length in reach, shape (totals, cases).
    reach, facing
        Share of each drawn walk in reach, and in reach and face turned, shape (walks, totals,
        cases).
    last
        For each walk that counts for the answer, the largest total at which it can be made without
        any place in reach, shape (walks, cases).
    counted
        Who made these walks, shape (walks,).
    person
        Who made each drawn walk, shape (walks,).
    stratum
        In which group each person was dealt out, shape (persons,).
    watched
        Share of each drawn walk in reach of a person who watches and face turned to the head,
        shape (walks, totals, tasks).
    """

    totals: tuple[int, ...]
    cameras: NDArray[np.int64]
    streets: NDArray[np.float64]
    reach: NDArray[np.float64]
    facing: NDArray[np.float64]
    last: NDArray[np.float64]
    counted: NDArray[np.int64]
    person: NDArray[np.int64]
    stratum: NDArray[np.int64] | None
    watched: NDArray[np.float64]

    def of_walks(self) -> Iterator[tuple[str, WalkValues]]:
        """Return the figures of walks by their paths in a step of summary.json.

        Returns
        -------
        Path without the case or task, and a value for each walk, total, and case or task.
        """
        who = self.person, self.stratum
        steps = np.asarray(self.totals)[None, :, None]
        for name, each in ((WALKS, self.reach), (WALKS_FACING, self.facing)):
            yield f"{OF_SOFTWARE}/{name}", WalkValues(each, *who)
        for name, each in ((UNREAD, self.reach), (UNREAD_FACING, self.facing)):
            yield f"{OF_SOFTWARE}/{name}", WalkValues(each == 0, *who)
        yes = self.last[:, None, :] >= steps
        yield f"{OF_SOFTWARE}/{ANSWER}", WalkValues(yes, self.counted, self.stratum)
        yield OF_PERSONS, WalkValues(self.watched, *who)

    @cached_property
    def summary(self) -> dict[int, dict[str, dict[str, Any]]]:
        """By total, the parts `software` and `in_reach_facing` of summary.json."""
        found = dict(self.of_walks())
        means = {name: numbers_of(found[f"{OF_SOFTWARE}/{name}"]) for name in (WALKS, WALKS_FACING)}
        shares = {
            name: shares_of(found[f"{OF_SOFTWARE}/{name}"])
            for name in (UNREAD, UNREAD_FACING, ANSWER)
        }
        persons = numbers_of(found[OF_PERSONS])

        def of(k: int, c: int) -> dict[str, Any]:
            unread = {}
            for name in (UNREAD, UNREAD_FACING):
                unread[name], unread[f"{name}_se"] = shares[name][k][c]
            share, error = shares[ANSWER][k][c]
            return {
                "cameras_reading": int(self.cameras[k, c]),
                "streets": float(self.streets[k, c]),
                **{name: numbers[k][c] for name, numbers in means.items()},
                **unread,
                "answer": {"any_length": {"share": share, "se": error, "n": len(self.counted)}},
            }

        return {
            total: {
                OF_SOFTWARE: {case: of(k, c) for c, case in enumerate(CASES)},
                OF_PERSONS: dict(zip(TASKS, persons[k], strict=True)),
            }
            for k, total in enumerate(self.totals)
        }


def read_by_software(
    city: City,
    seen: Sightings,
    trips: Trips,
    totals: Sequence[int],
    answer: Answer,
    *,
    pieces: FirstSeen | None = None,
    facing_degrees: float = TrackingParameters.facing_degrees,
    workers: int | None = None,
) -> SoftwareReport:
    """Find where software could read faces, and what persons see with the face turned to them.

    Parameters
    ----------
    city, seen, trips
        The streets, what the whole fleet sees of them, and who walks where.
    totals
        Numbers of heads in the whole city, ascending.
    answer
        Which walks count for the answer.
    pieces
        First-seen ranks, which say what lies in the study area; found from `seen` where not given.
    facing_degrees
        Largest angle between walking direction and direction to the head at which a person who
        watches sees the face.
    workers
        Threads; as many as there are cores by default.
    """
    streets, fleet, paths = city.streets.arrays, seen.fleet, path_arrays(city.streets, trips)
    steps = np.asarray(totals, np.int64)
    along = partial(shares_in_reach, paths, fleet.arrays.rank, totals=steps, workers=workers)
    layers = [software_layer(fleet, case) for case in SOFTWARE_CASES.values()]
    reading = in_reach(streets, fleet, seen.arrays, layers)
    read = pieces_in_reach(streets, fleet.arrays.rank, reading, (pieces or seen.first_seen).arrays)
    drawn = part_of(~trips.table["named"].to_numpy(bool))
    shares = along(reading, by_direction=False)
    turned = faced(streets, fleet, seen.arrays, layers)
    facing = along(turned, by_direction=True)
    persons = faced(streets, fleet, seen.arrays, [
        Layer(task, *everywhere(fleet), facing_degrees) for task in range(len(TASKS))
    ])  # fmt: skip
    watched = along(persons, by_direction=True)
    counted = trips.table[answer.counted]
    ends = counted["origin"].to_numpy(np.int64), counted["destination"].to_numpy(np.int64)
    here = fleet.inside(city.area.polygon) & (fleet.arrays.rank <= steps[:, None])
    of: Persons = trips.persons
    return SoftwareReport(
        tuple(steps.tolist()),
        np.stack([(here & (layer.far > 0)).sum(axis=1) for layer in layers], axis=1),
        _share_of_streets(read, steps),
        shares[drawn], facing[drawn],
        last_totals(both_ways(city, read)[0], *ends, workers),
        of.of_walk[answer.counted], of.of_walk[drawn], of.stratum,
        watched[drawn],
    )  # fmt: skip


def _share_of_streets(pieces: PieceArrays, totals: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the share of street length in the study area in reach, (totals, cases)."""
    metres = np.where(pieces.in_area, pieces.end - pieces.start, 0.0)
    shares = [
        np.bincount(np.searchsorted(totals, rank), metres, len(totals) + 1)[:-1].cumsum()
        for rank in pieces.rank.T
    ]
    return np.asarray(np.stack(shares, axis=1) / (metres.sum() or 1.0), np.float64)
