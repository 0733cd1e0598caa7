"""Persons compared with one another: who shares the sightings of whom.

Chances over all ways to draw points, and over all parts of a crowd, are exact; only the points of
which it is asked whether anyone shares them all are drawn at random. Errors are the jackknife's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.keyed_random import keys

if TYPE_CHECKING:
    from scipy.sparse import coo_array, csr_array

POINTS = (1, 2, 3, 4)
"""How many sightings of a person are known."""
DRAWS = 4
"""Times each person's points are drawn to see whether anyone shares them all."""
PARTS_OF_SAMPLE = (0.125, 0.25, 0.5, 1.0)
"""Sample sizes at which the share of unique people is given, as parts of those compared."""


class Points(NamedTuple):
    """Who was in view of which head in which time bin, each only once, by person."""

    person: NDArray[np.int64]
    """Row of the persons compared, ascending."""
    head: NDArray[np.int64]
    bin: NDArray[np.int64]


@dataclass(frozen=True)
class Crowd:
    """Persons with their points, compared with one another at one total.

    Attributes
    ----------
    points
        By row of `persons`.
    persons
        Their ids, by which draws are keyed.
    represented
        People that they stand for.
    seed
        Decides which points are drawn.
    rank
        City rank of each head, by which draws are keyed.
    """

    points: Points
    persons: NDArray[np.int64]
    represented: float
    seed: int
    rank: NDArray[np.int32]

    @property
    def count(self) -> int:
        """How many persons are compared."""
        return len(self.persons)

    @property
    def sizes(self) -> list[int]:
        """Of the crowds, up to all persons, for which figures are given."""
        return sorted({max(2, round(part * self.count)) for part in PARTS_OF_SAMPLE})

    @cached_property
    def number(self) -> NDArray[np.int64]:
        """How many points each person has."""
        return np.bincount(self.points.person, minlength=self.count)

    @cached_property
    def at(self) -> csr_array:
        """Which person (row) has which point (column)."""
        from scipy.sparse import csr_array  # slow, and crowds are mostly found in the cache

        p = self.points
        most = int(p.bin.max(initial=0)) + 1
        place = np.unique(p.head * most + p.bin, return_inverse=True)[1]
        size = (self.count, int(place.max(initial=0)) + 1)
        return csr_array((np.ones(len(place)), (p.person, place)), shape=size)

    @property
    def table(self) -> pd.DataFrame:
        """As `Unicity.table`, without total and task."""
        together = (self.at @ self.at.T).tocoo()
        rows: list[dict[str, float]] = []
        for points in POINTS:
            rows += self._rows(points, together)
        return pd.DataFrame(rows)

    def _rows(self, points: int, together: coo_array) -> list[dict[str, float]]:
        """Figures for one number of points known, for crowds of all sizes."""
        may = self.number >= points
        share, share_error = self.sharing(points, together, may)
        sharers, who = self.sharers(points, may)
        rows = []
        for people in (*self.sizes, self.represented):
            unique, error = np.nan, np.nan
            if people <= self.count and may.any():
                unique, error = self.unique(sharers, who, int(people))
            rows.append(
                {
                    "points": points,
                    "people": people,
                    "sharing": (people - 1) * share,
                    "sharing_se": (people - 1) * share_error,
                    "unique": unique,
                    "unique_se": error,
                    "eligible": float(may.mean()) if self.count else np.nan,
                }
            )
        return rows

    def sharing(
        self, points: int, together: coo_array, may: NDArray[np.bool_]
    ) -> tuple[float, float]:
        """Chance that another person shares the points of one, over all ways to draw them."""
        from scipy.special import comb  # slow, as above

        n, able = self.count, int(may.sum())
        if not able or n < 2:
            return np.nan, np.nan
        person, other = together.coords
        ways = np.where(may, comb(self.number, points), np.inf)
        chance = np.where(person == other, 0.0, comb(together.data, points) / ways[person])
        mine, others = np.bincount(person, chance, n), np.bincount(other, chance, n)
        share = float(mine.sum()) / able / (n - 1)
        if able < 2 or n < 3:
            return share, np.nan
        return share, _jackknife((mine.sum() - mine - others) / (able - may) / (n - 2))

    def sharers(self, points: int, may: NDArray[np.bool_]) -> tuple[csr_array, NDArray[np.int64]]:
        """Draw points of each able person, and find who else has them all.

        Returns
        -------
        A row a draw, a column a person, 1 where that person shares the points; and whose points
        each draw holds.
        """
        from scipy.sparse import csr_array  # slow, as above

        able = np.flatnonzero(may)
        first = np.searchsorted(self.points.person, able)
        place = first[:, None] + np.arange(points)
        chosen = [order[place].ravel() for order in self._orders]
        who = np.tile(able, DRAWS)
        column = self.at.indices[np.concatenate(chosen)]
        ptr = np.arange(0, len(column) + 1, points)
        draws = csr_array((np.ones(len(column)), column, ptr), shape=(len(who), self.at.shape[1]))
        shared = csr_array(draws @ self.at.T)
        shared.data = (shared.data == points).astype(np.float64)
        shared.eliminate_zeros()
        own = csr_array(
            (np.ones(len(who)), who, np.arange(len(who) + 1)), shape=(len(who), self.count)
        )
        shared = csr_array(shared - own)
        shared.eliminate_zeros()
        return shared, who

    @cached_property
    def _orders(self) -> list[NDArray[np.int64]]:
        """Points by person, those of one person in an order of their own at each draw."""
        p, orders = self.points, []
        for number in range(DRAWS):
            draw = np.full(len(p.person), number)
            # keyed by person and head, so that another person or total changes no one's draw
            key = keys(self.seed, "unicity", self.persons[p.person], self.rank[p.head], p.bin, draw)
            orders.append(np.lexsort((key, p.person)))
        return orders

    def unique(
        self, sharers: csr_array, who: NDArray[np.int64], people: int
    ) -> tuple[float, float]:
        """Share of draws that nobody shares, in random crowds of some of those compared."""
        n, number = self.count, np.diff(sharers.indptr)
        alone = _none_in(number, n, people)
        drawn = np.bincount(who, minlength=n)
        value = float(alone.mean())
        if n < 3 or (drawn > 0).sum() < 2:
            return value, np.nan
        # without one person the rest are a crowd of one less, and who shared with it is freer
        size = min(people, n - 1)
        rest = _none_in(number, n - 1, size)
        freer = _none_in(number - 1, n - 1, size) - rest
        gained = np.asarray(sharers.T @ freer)
        own = np.bincount(who, rest, n)
        return value, _jackknife((rest.sum() - own + gained) / (len(who) - drawn))


def _none_in(sharing: NDArray[np.int64], count: int, people: int) -> NDArray[np.float64]:
    """Chance that none of the sharing are among `people` − 1 drawn of `count` − 1 others."""
    from scipy.special import gammaln  # slow, as above

    others, drawn = count - 1, people - 1
    least = int(sharing.min(initial=0))
    known = np.arange(least, int(sharing.max(initial=0)) + 1)
    left = others - known
    possible = (left >= drawn) & (known >= 0)
    left = np.where(possible, left, others)
    chance = (
        gammaln(left + 1) - gammaln(left - drawn + 1)
        - gammaln(others + 1) + gammaln(others - drawn + 1)
    )  # fmt: skip
    return np.where(possible, np.exp(chance), 0.0)[sharing - least]


def _jackknife(without: NDArray[np.float64]) -> float:
    """Return the standard error from the values without one person each."""
    n = len(without)
    return float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
