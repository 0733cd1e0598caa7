"""What a strategy looks at, its context, and what it answers, an order of heads.

A strategy sees the city, the candidate sites and its aims, and ranks; it never counts, though it
may leave the order open beyond the heads that will be wanted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.cameras.candidates import SIGHT_LINES, Candidates
from sim.errors import InputError
from sim.keyed_random import keys
from sim.placement.parameters import Objective, PlacementParameters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.cameras.fleet import Fleet
    from sim.cameras.optics import Optics
    from sim.city.model import City

Found = TypeVar("Found")

DIRECTIONS = 8
"""Directions a site offers: its four sight lines, then halfway between them."""


class HeadOrder(NamedTuple):
    """Heads in order of preference: rows of the candidates, and which of their directions."""

    site: NDArray[np.int64]
    direction: NDArray[np.int64]

    def first(self, heads: int) -> HeadOrder:
        """Return the first heads of the order.

        Parameters
        ----------
        heads
            How many, from the first on.
        """
        return HeadOrder(self.site[:heads], self.direction[:heads])


@dataclass(frozen=True)
class PlacementContext:
    """What a strategy may look at.

    Attributes
    ----------
    city, sites
        The world, and the places where a camera could hang.
    seed
        For draws; key them by (seed, stage, position) so that a site more changes no other.
    wanted
        Heads that will be used; the order beyond may be left open.
    lens, heads_per_site
        What a head sees with, and the mean number of heads on a pole.
    aims
        What the scenario asks of this strategy.
    locked
        Heads that stand already and come first, or None.
    shared
        What strategies found about city and sites, which no seed changes, see `once`.
    """

    city: City
    sites: Candidates
    seed: int
    wanted: int
    lens: Optics
    heads_per_site: float = PlacementParameters.heads_per_site
    aims: Objective = field(default_factory=Objective)
    locked: Fleet | None = None
    shared: dict[object, Any] = field(default_factory=dict)

    def once(self, key: object, find: Callable[[], Found]) -> Found:
        """Return what city and sites alone decide; it is found when first asked for.

        The key tells apart what is found, and whatever else decides it.
        """
        whole = (id(self.city), id(self.sites), key)
        if whole not in self.shared:
            self.shared[whole] = (find(), self.city, self.sites)  # held, so that no id comes again
        found: Found = self.shared[whole][0]
        return found


def hung(order: NDArray[np.int64], heads_per_site: float) -> HeadOrder:
    """Hang heads on sites in order: 2.5 a site are two, three, two, three …, best view first."""
    number = np.arange(int(len(order) * heads_per_site))
    turn = (number / heads_per_site).astype(np.int64)
    return HeadOrder(order[turn], number - np.searchsorted(turn, turn))


def headings(sites: Candidates, heads: HeadOrder) -> NDArray[np.float64]:
    """Return the heading of each head, degrees clockwise from north."""
    along = sites.heading[heads.site, heads.direction % SIGHT_LINES]
    return (along + 45.0 * (heads.direction // SIGHT_LINES)) % 360


def interleaved(orders: Sequence[HeadOrder], weights: Sequence[float], wanted: int) -> HeadOrder:
    """Mix orders by weight: the next site goes to the highest weight / (2 · heads so far + 1).

    The heads of a site stay together; heads that an earlier turn has taken are skipped.

    Raises
    ------
    InputError
        A weight is not positive.
    """
    if not all(np.isfinite(weights)) or min(weights, default=0.0) <= 0:
        raise InputError("weights of a mix must be positive numbers", key="cameras.strategy")
    # no order is read beyond as many heads as are wanted: by then all of them are taken
    waiting = {i: _blocks(order.first(wanted)) for i, order in enumerate(orders)}
    given, due = [0] * len(orders), [float(weight) for weight in weights]
    taken: set[int] = set()
    chosen: list[int] = []
    while len(chosen) < wanted and waiting:
        turn = max(waiting, key=due.__getitem__)  # the first of equals
        new = None
        for block in waiting[turn]:  # until one has a head that nobody took
            new = [code for code in block if code not in taken]
            if new:
                break
        if not new:
            del waiting[turn]
        else:
            taken.update(new)
            chosen.extend(new)
            given[turn] += len(new)
            due[turn] = weights[turn] / (2 * given[turn] + 1)
    code = np.array(chosen[:wanted], np.int64)
    return HeadOrder(code // DIRECTIONS, code % DIRECTIONS)


def by_turns(
    weight: NDArray[np.float64], group: NDArray[np.int64], *preference: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Rank candidates so that at every length of the order each group has its share of them.

    The next place goes to the group of highest weight / (2 · places so far + 1) (Sainte-Laguë), as
    long as it has candidates; groups without weight come last.

    Parameters
    ----------
    weight
        Of each group, at least 0.
    group
        Of each candidate.
    preference
        Keys that order the candidates of one group, the most important first, ascending. A tie
        between groups goes to the one with fewer places so far, then by the same keys.
    """
    ascending = preference[::-1]
    own = np.lexsort((*ascending, group))
    first = np.searchsorted(group[own], group[own], side="left")
    turn = np.empty(len(group), np.int64)
    turn[own] = np.arange(len(group)) - first
    return np.lexsort((*ascending, turn, -weight[group] / (2 * turn + 1)))


def planning_seed(seed: int) -> int:
    """Return the seed of walks that only strategies see.

    Planners draw people of their own: cameras fitted to the very walks that later judge them would
    look better than they are.
    """
    return int(keys(seed, "planning walks")[0] >> np.uint64(1))


def _blocks(order: HeadOrder) -> Iterator[list[int]]:
    """Yield codes of the heads, those of one site together where they follow one another."""
    code = (order.site * DIRECTIONS + order.direction).tolist()
    cuts = [0, *(np.flatnonzero(np.diff(order.site)) + 1).tolist(), len(code)]
    for begin, stop in pairwise(cuts) if code else ():
        yield code[begin:stop]
