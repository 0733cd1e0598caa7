"""Whether walks are identified, whatever heads count and whatever may be done with their pictures.

Live it is software that identifies, afterwards a person who searches recordings. What each head
adds to that is found once for every walk, so that many sets of rules can be tried on the same ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.tracking.kernels.walks import SeenArrays, met_by
from sim.tracking.linking import faced_positions, hit_rates, machine_of, working_heads
from sim.tracking.parameters import PERSON, TrackingParameters
from sim.tracking.policy import Policy
from sim.tracking.rules import InForce
from sim.tracking.walks import head_steps, new_spells, path_arrays, seen_arrays

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.cameras.software import SoftwareCase
    from sim.city.model import City
    from sim.sight.sightings import Sightings
    from sim.trips.model import Trips

SURE = 1 - 1e-15
"""A larger chance counts as this one, so that its logarithm is a number."""


class ByHead(NamedTuple):
    """What heads do on walks, for one kind of walkers."""

    share: float
    """Of walkers."""
    walks: int
    walk: NDArray[np.int64]
    head: NDArray[np.int64]
    missed: NDArray[np.float64]
    """Logarithm of the chance that the head does not identify on the walk."""

    def by_none(self, left: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the chance of each walk that no head that is left identifies, times the share."""
        log = np.bincount(self.walk, self.missed * left[self.head], self.walks)
        return np.asarray(self.share * np.exp(log))


@dataclass(frozen=True)
class IdentifiedUnder:
    """Whether walks are identified under rules.

    Attributes
    ----------
    live, afterwards
        Of each kind of walkers, what software does as they pass, and who searches recordings.
    policy
        Without rules: how long recordings are kept, and when they are asked for.
    """

    live: list[ByHead]
    afterwards: list[ByHead]
    policy: Policy

    def share(self, force: InForce) -> float:
        """Return the share of walks that are not identified.

        Parameters
        ----------
        force
            What rules say.

        Notes
        -----
        A walk is searched for afterwards with the chance that rules allow, and the search finds it
        while recordings are kept (`Policy.still_kept`).
        """
        days = min(force.kept_days, self.policy.retention_days)
        delay = self.policy.request_delay_days
        searched = force.searched * -math.expm1(-days / delay)
        left = (~force.gone).astype(np.float64)
        missed = np.sum([kind.by_none(left) for kind in self.afterwards], axis=0)
        missed_live = np.sum([kind.by_none(left) for kind in self.live], axis=0)
        by_person = 1 - searched * (1 - missed)
        return float((by_person * missed_live if force.live else by_person).mean())


def identified_under(
    city: City,
    seen: Sightings,
    trips: Trips,
    total: int,
    task: int,
    parameters: TrackingParameters,
    seed: int,
    case: SoftwareCase | None,
) -> IdentifiedUnder:
    """Return what rules are tried on.

    Parameters
    ----------
    city, seen, trips
        Whose walks.
    total
        Cameras in the whole city.
    task
        Place in the tasks, of the person who searches recordings.
    parameters, seed
        Of following, and which heads are out of order.
    case
        Software that identifies live; a person of the same task where None.
    """
    streets, fleet = city.streets.arrays, seen.fleet
    works = working_heads(fleet, parameters.uptime, seed) * (fleet.arrays.rank <= total)
    faced = faced_positions(streets, fleet, seen.arrays, parameters.facing_degrees)
    of_person = seen_arrays(seen.arrays, task, faced)
    looked = partial(_by_head, city, fleet, trips, works, parameters)
    rate = parameters.hit_rate[task]
    afterwards = looked(of_person, rate)
    if parameters.live_by == PERSON or case is None:
        return IdentifiedUnder(afterwards, afterwards, Policy("none"))
    machine = machine_of(streets, fleet, seen.arrays, case)
    return IdentifiedUnder(looked(machine.seen, machine.hit_rate), afterwards, Policy("none"))


def _by_head(
    city: City,
    fleet: Fleet,
    trips: Trips,
    works: NDArray[np.float64],
    parameters: TrackingParameters,
    seen: SeenArrays,
    rate: float,
) -> list[ByHead]:
    """Return for each kind of walkers what each head adds to each walk."""
    paths = path_arrays(city.streets, trips)
    steps = head_steps(fleet, np.array([int(fleet.arrays.rank[-1])]))
    count = len(trips.table)
    spells = new_spells(np.arange(count), paths, seen, steps)
    walks, heads, chances = [], [], []
    for number in range(count):
        met = slice(0, met_by(number, paths, seen, spells))
        by, faces = spells.head[met], spells.faced[met] < np.inf
        long_enough = np.minimum(1.0, spells.seconds[met] / parameters.dwell_needed_s)
        chance = works[by] * long_enough * faces
        kept = chance > 0
        walks.append(np.full(int(kept.sum()), number))
        heads.append(by[kept].astype(np.int64))
        chances.append(chance[kept])
    walk, head = np.concatenate(walks), np.concatenate(heads)
    chance = np.concatenate(chances)
    rates, shares = hit_rates(rate, parameters.hit_rate_spread)
    return [
        ByHead(float(share), count, walk, head, np.log1p(-np.minimum(each * chance, SURE)))
        for each, share in zip(rates.tolist(), shares.tolist(), strict=True)
    ]
