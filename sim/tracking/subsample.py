"""Figures that need a search for every walk, on a stated subsample of them.

How little of a walk need be seen, and how much of it could be retraced, take a search of the
network per walk, total and task; so some of the sampled walks are drawn at random, and every figure
says of how many it is and with what error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.cameras.optics import TASKS
from sim.keyed_random import keys
from sim.tracking.avoidance import STRETCHES, Avoidance, avoidance
from sim.tracking.linking import working_heads
from sim.tracking.parameters import SearchParameters, TrackingParameters
from sim.tracking.reconstruction import Reconstruction, reconstruction
from sim.tracking.statistics import NO_NUMBERS, WalkValues, numbers_of, shares_of

if TYPE_CHECKING:
    from sim.city.model import City
    from sim.sight.ranks import FirstSeen
    from sim.sight.sightings import Sightings
    from sim.trips.model import Trips

NOTHING: dict[str, Any] = {
    "reconstructed": None,
    "no_unseen_walk": None,
    "least_seen": {f"{stretch:g}": None for stretch in STRETCHES},
}
"""The figures of summary.json where no walk was searched for."""


@dataclass(frozen=True)
class Subsample:
    """What searching found for some walks.

    Attributes
    ----------
    totals
        Numbers of heads in the whole city.
    person
        Who makes each walk, shape (walks,).
    stratum
        The group in which each person was dealt out, also of those without a walk here.
    avoided, retraced
        How little of each need be seen, and how much could be retraced.
    """

    totals: tuple[int, ...]
    person: NDArray[np.int64]
    stratum: NDArray[np.int64]
    avoided: Avoidance
    retraced: Reconstruction

    def summary(self, total: int, task: str) -> dict[str, Any]:
        """Return the figures of summary.json for one total and task.

        Returns
        -------
        dict
            reconstructed, no_unseen_walk with its error, least_seen by stretch, and
            least_seen_proven: the share of searches that proved that no walk is less seen.
        """
        k, t = self.totals.index(total), TASKS.index(task)
        if not len(self.person):
            return {**NOTHING, "reconstructed": dict(NO_NUMBERS), "least_seen_proven": None}
        found = self._found
        unseen, error = found.no_unseen_walk[k][t]
        return {
            "reconstructed": found.reconstructed[k][t],
            "no_unseen_walk": unseen,
            "no_unseen_walk_se": error,
            "least_seen": {
                f"{stretch:g}": of[k][t]
                for stretch, of in zip(self.avoided.stretches, found.least_seen, strict=True)
            },
            "least_seen_proven": float(self.avoided.proven[:, k, t].mean()),
        }

    @cached_property
    def _found(self) -> _Found:
        """What `summary` tells, of every total and task at once."""
        a = self.avoided

        def of(values: NDArray[Any]) -> WalkValues:
            return WalkValues(values, self.person, self.stratum)

        return _Found(
            numbers_of(of(self.retraced.share)),
            shares_of(of(a.no_unseen_walk)),
            [numbers_of(of(a.least_seen[..., s])) for s in range(len(a.stretches))],
        )


class _Found(NamedTuple):
    """Figures of the walks searched for, by total and task."""

    reconstructed: list[list[dict[str, float | int | None]]]
    no_unseen_walk: list[list[tuple[float | None, float | None]]]
    least_seen: list[list[list[dict[str, float | int | None]]]]


def subsample(
    city: City,
    seen: Sightings,
    trips: Trips,
    totals: Sequence[int],
    *,
    pieces: FirstSeen,
    parameters: TrackingParameters | None = None,
    walks: int = SearchParameters.subsample,
    seed: int = 0,
    workers: int | None = None,
) -> Subsample:
    """Search for the minimal-exposure alternatives of some walks, and retrace those walks.

    Parameters
    ----------
    city, seen, trips, totals, pieces
        As `sim.track`; named walks are left out.
    parameters
        Of identification.
    walks
        So many are drawn at random, or all where there are fewer; one more changes no other.
    seed
        Decides which walks, which heads are out of order, and who is identified where.
    workers
        Threads; all cores by default. The result does not depend on it.
    """
    parameters = parameters or TrackingParameters()
    chosen = drawn_walks(trips, SearchParameters(walks).subsample, seed)
    found = avoidance(city.streets, pieces.arrays, trips, totals, trip=chosen, workers=workers)
    retraced = reconstruction(
        city.streets, seen, trips, totals, trip=chosen, seed=seed, parameters=parameters,
        hit=working_heads(seen.fleet, parameters.uptime, seed), workers=workers,
    )  # fmt: skip
    person, stratum = trips.persons
    steps = tuple(int(total) for total in totals)
    return Subsample(steps, person[chosen], stratum, found, retraced)


def drawn_walks(trips: Trips, walks: int, seed: int) -> NDArray[np.int64]:
    """Draw rows of the sampled walks, ascending, keyed by person and leg."""
    sampled = np.flatnonzero(~trips.table["named"].to_numpy(bool))
    person = trips.table["person"].to_numpy(np.int64)[sampled]
    leg = trips.table["leg"].to_numpy(np.int64)[sampled]
    order = np.argsort(keys(seed, "subsample", person, leg), kind="stable")
    return np.sort(sampled[order[:walks]])


def drawn_persons(trips: Trips, persons: int, seed: int) -> Trips:
    """Draw the sampled trips of so many persons; all trips where there are no more persons.

    Persons are drawn whole and keyed by their number, so that another person changes no other.
    """
    person = trips.table["person"].to_numpy(np.int64)
    known = np.unique(person[~trips.table["named"].to_numpy(bool)])
    if len(known) <= persons:
        return trips
    order = np.argsort(keys(seed, "persons", known), kind="stable")
    return trips.only(np.flatnonzero(np.isin(person, known[order[:persons]])))
