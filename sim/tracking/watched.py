"""Walks in view of heads: what is seen of them and how well they are followed, rule by rule.

What is found of streets and heads is kept, so that the same walks can be followed again under
other chances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.cameras.optics import TASKS
from sim.cameras.software import SOFTWARE_CASES
from sim.errors import InputError
from sim.sight.arrays import NEVER
from sim.sight.ranks import pieces_of
from sim.tracking.exposure import ExposureArrays, exposure
from sim.tracking.kernels.walks import HeadSteps, PathArrays, StepPieces
from sim.tracking.linking import (
    LinkingArrays,
    Machine,
    faced_positions,
    linking,
    machine_of,
    working_heads,
)
from sim.tracking.look_alikes import crowd_of
from sim.tracking.parameters import LARGEST_TABLE, PERSON, TrackingParameters
from sim.tracking.walks import check_same_streets, head_steps, path_arrays, step_pieces

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.city.model import City
    from sim.sight.arrays import PieceArrays
    from sim.sight.ranks import FirstSeen
    from sim.sight.sightings import Sightings
    from sim.trips.model import Trips


def watched_walks(
    city: City,
    seen: Sightings,
    trips: Trips,
    totals: Sequence[int] | None = None,
    *,
    pieces: FirstSeen | None = None,
    facing_degrees: float = TrackingParameters.facing_degrees,
    workers: int | None = None,
) -> WatchedWalks:
    """Return walks in view of heads; what is given and refused is that of `track`."""
    check_same_streets(city.streets, seen.streets)
    steps, first_seen = _checked(totals, seen.fleet, len(trips)), (pieces or seen.first_seen).arrays
    return WatchedWalks(city, seen, trips, steps, first_seen, facing_degrees, workers)


@dataclass(frozen=True)
class WatchedWalks:
    """Walks in view of some heads at some totals, whatever is made of what is seen.

    Attributes
    ----------
    city, seen, trips
        As in `track`.
    steps
        The totals.
    pieces
        First-seen ranks along the streets.
    facing_degrees
        Of the tracking parameters.
    workers
        Threads; all cores by default. The result does not depend on it.
    """

    city: City
    seen: Sightings
    trips: Trips
    steps: NDArray[np.int64]
    pieces: PieceArrays
    facing_degrees: float
    workers: int | None = None

    @cached_property
    def paths(self) -> PathArrays:
        """The walks as plain arrays."""
        return path_arrays(self.city.streets, self.trips)

    @cached_property
    def heads(self) -> HeadSteps:
        """The heads as plain arrays."""
        return head_steps(self.seen.fleet, self.steps)

    @cached_property
    def _cut(self) -> list[StepPieces]:
        return _cut(self.pieces, self.steps)

    @cached_property
    def _faced(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        seen = self.seen
        streets = self.city.streets.arrays
        return faced_positions(streets, seen.fleet, seen.arrays, self.facing_degrees)

    @cached_property
    def _machines(self) -> dict[str, Machine]:
        return {}

    def _machine(self, case: str) -> Machine:
        """Return what software of a case makes of what is seen."""
        if case not in self._machines:
            seen, streets = self.seen, self.city.streets.arrays
            self._machines[case] = machine_of(
                streets, seen.fleet, seen.arrays, SOFTWARE_CASES[case]
            )
        return self._machines[case]

    def exposure(self, *, gaps: bool = True) -> ExposureArrays:
        """Return what is seen of each walk."""
        seen, steps = self.seen.arrays, len(self.steps)
        return exposure(self.paths, self.heads, seen, self._cut, steps, self.workers, gaps=gaps)

    @cached_property
    def observed_length(self) -> NDArray[np.float64]:
        """As in `TrackReport.figures`."""
        metres = self.trips.table["length"].to_numpy(np.float64)[:, None, None]
        return share_of(metres, self.exposure(gaps=False).seen_m)

    def prepare_to_follow(self, parameters: TrackingParameters) -> None:
        """Find on one thread what following needs, and keep it."""
        _ = self._faced, self.city.street_space
        if parameters.live_by != PERSON:
            self._machine(parameters.live_by)

    def followed(
        self, parameters: TrackingParameters, seed: int, machine_part: float = 1.0
    ) -> LinkingArrays:
        """Return how well each walker is followed; a part of the software's hit rate may count."""
        seen, machine = self.seen, None
        if parameters.live_by != PERSON:
            machine = self._machine(parameters.live_by)
            machine = machine._replace(hit_rate=machine.hit_rate * machine_part)
        hit = working_heads(seen.fleet, parameters.uptime, seed)
        alive = self._cut if (hit == 1).all() else _kept_alive(seen, hit, self.steps)
        return linking(
            self.paths, self.heads, hit, seen.arrays, self._faced, alive, len(self.steps),
            crowd_of(self.city, self.trips, parameters), parameters, self.workers, machine=machine,
        )  # fmt: skip

    def tracked(
        self, parameters: TrackingParameters, seed: int, machine_part: float = 1.0
    ) -> dict[str, NDArray[np.float64]]:
        """Return figures of `TrackReport.figures`: how well walkers are followed, seen length."""
        seconds = self.trips.table["duration_s"].to_numpy(np.float64)[:, None, None]
        found = self.followed(parameters, seed, machine_part)
        return {
            "tracked_live": share_of(seconds, found.live_s),
            "tracked_afterwards": share_of(seconds, found.afterwards_s),
            "identified": found.identified,
            "observed_length": self.observed_length,
        }


def share_of(whole: NDArray[np.float64], part: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn parts of a whole into shares of it, at most 1, where they stand."""
    return np.minimum(np.divide(part, whole, out=part), 1.0, out=part)


def _checked(totals: Sequence[int] | None, fleet: Fleet, trips: int) -> NDArray[np.int64]:
    rank = fleet.arrays.rank
    whole = [int(rank[-1])] if len(rank) else [1]
    steps = np.asarray(whole if totals is None else totals, np.int64)
    if steps.ndim != 1 or not len(steps) or steps[0] < 1 or (np.diff(steps) <= 0).any():
        raise InputError(
            f"totals {np.ravel(steps).tolist()}: give positive whole numbers, increasing",
            key="cameras.totals",
        )
    fleet.check_totals(steps.tolist())
    rows = trips * len(steps) * len(TASKS)
    if rows > LARGEST_TABLE:
        raise InputError(
            f"{trips:,} walks × {len(steps)} totals × {len(TASKS)} tasks are {rows:,} rows, above "
            f"{LARGEST_TABLE:,}; take fewer people or totals",
            key="trips.people",
        )
    return steps


def _kept_alive(
    seen: Sightings, hit: NDArray[np.float64], steps: NDArray[np.int64]
) -> list[StepPieces]:
    """Pieces seen by heads that look there all the time: only they surely keep a track alive."""
    rank = np.where(hit == 1, seen.fleet.arrays.rank, NEVER)
    length = seen.streets.arrays.edge_length
    uncut = np.zeros(len(length) + 1, np.int64)
    pieces = pieces_of(seen.arrays, rank, length, uncut, np.zeros(0))
    return _cut(pieces, steps)


def _cut(pieces: PieceArrays, steps: NDArray[np.int64]) -> list[StepPieces]:
    """Cut the streets by the first total that sees them, task by task."""
    return [step_pieces(pieces, task, steps) for task in range(len(TASKS))]
