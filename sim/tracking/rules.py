"""The cheapest set of rules that brings the answer back, by which heads count in which hours.

Every set of rules is tried, the cheapest first, because two rules together may do more than the sum
of both: a street that two owners watch is free only of both. What a rule means for a real camera is
not known here; a rule is a set of heads, a set of hours and a price.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.tracking.answer import OpenWays
from sim.tracking.fewest import WatchedWays
from sim.tracking.kernels.percolation import NOT_DARK, grow_dark
from sim.tracking.percolation import junctions_at, touching

HOURS = 24
MOST_RULES = 12
"""All sets of so many are tried."""
REACHED = 1e-12
"""A share this little below what is asked for has reached it."""


class Rule(NamedTuple):
    """Heads that do not count in some hours."""

    name: str
    gone: NDArray[np.bool_]
    """Shape (heads,)."""
    hours: NDArray[np.bool_]
    """Shape (24,): whether it holds in the hour that begins then."""
    price: float


class RuleSet(NamedTuple):
    """Rules together."""

    rules: tuple[int, ...]
    """Places in the list of rules, ascending."""
    price: float
    share: float
    """Mean over the day of the share of walks that can be made unseen."""


@dataclass(frozen=True)
class WalksUnder:
    """Whether walks can be made unseen, whatever heads count: the answer by components.

    Attributes
    ----------
    watched, ways
        Of one task.
    start, end
        Nodes of the two doors of each walk.
    nodes
        Of the network.
    heads
        How many heads of the fleet there are, the first ones.
    """

    watched: WatchedWays
    ways: OpenWays
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    nodes: int
    heads: int

    def share(self, gone: NDArray[np.bool_]) -> float:
        """Return the share of walks that some way lets pass unseen by all heads that are left.

        Parameters
        ----------
        gone
            Heads that do not count, shape (heads of the fleet,).
        """
        left = ~gone
        left[self.heads :] = False
        edge, head = self.watched.watched
        edges = len(self.watched.edge)
        dark = np.bincount(edge[left[head]], minlength=edges) == 0
        part = self._parts(np.flatnonzero(dark))
        at, by = self.watched.door
        seen = np.unique(at[left[by]])
        yes = part[edges + self.start] == part[edges + self.end]
        for node in (self.start, self.end):
            yes &= ~np.isin(junctions_at(self.ways.elements, node), seen)
        return float(yes.mean())

    @cached_property
    def _touching(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Which edges, and nodes numbered on after them, touch."""
        edges = len(self.watched.edge)
        ends = edges + self.watched.ends
        links = np.stack([np.tile(np.arange(edges), 2), ends.ravel()])
        return touching(links, edges + self.nodes)

    def _parts(self, dark: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return an element that stands for the part of each, edges that are not dark left out."""
        ptr, neighbour = self._touching
        count = len(ptr) - 1
        order = np.append(np.arange(count - self.nodes, count), dark)
        parent = np.full(count, NOT_DARK)
        grow_dark(
            order, np.ones(count, np.int32), ptr, neighbour, np.zeros(count), parent,
            np.zeros(count, np.int32), np.zeros(count + 1), np.zeros(count + 1, np.int64),
        )  # fmt: skip
        part = np.arange(count)
        while (climbing := parent[part] >= 0).any():
            part[climbing] = parent[part[climbing]]
        return part


@dataclass(frozen=True)
class RulesTried:
    """What rules do, alone and together.

    Attributes
    ----------
    rules
        Those that were tried.
    share_of
        Share of walks under the heads that do not count.
    """

    rules: Sequence[Rule]
    share_of: Callable[[NDArray[np.bool_]], float]
    _known: dict[tuple[int, ...], float] = field(default_factory=dict)

    def of(self, chosen: Sequence[int]) -> RuleSet:
        """Return what some rules do together.

        Parameters
        ----------
        chosen
            Places in `rules`.
        """
        chosen = tuple(sorted(chosen))
        holds = np.array([self.rules[k].hours for k in chosen], bool).reshape(-1, HOURS)
        price = float(sum(self.rules[k].price for k in chosen))
        by_hour = [
            self._in_force(tuple(k for k, now in zip(chosen, hour, strict=True) if now))
            for hour in holds.T
        ]
        return RuleSet(chosen, price, sum(by_hour) / HOURS)

    def cheapest(self, share: float) -> RuleSet:
        """Return the cheapest set under which so large a share of walks can be made unseen.

        Of sets of one price the one with fewest rules, then the one that stands first.

        Parameters
        ----------
        share
            0 to 1.

        Raises
        ------
        InputError
            All rules together do not reach it.
        """
        every = range(len(self.rules))
        together = self.of(every)
        if together.share < share - REACHED:
            raise InputError(
                f"all {len(self.rules)} rules together bring back {together.share:.3f} of the "
                f"walks; restore {np.floor(1000 * together.share) / 1000:g} or less"
            )
        sets = [chosen for size in range(len(every) + 1) for chosen in combinations(every, size)]
        price = [sum(self.rules[k].price for k in chosen) for chosen in sets]
        for place in np.argsort(price, kind="stable"):
            found = self.of(sets[place])
            if found.share >= share - REACHED:
                return found
        return together

    def _in_force(self, chosen: tuple[int, ...]) -> float:
        """Return the share while these rules hold."""
        if chosen not in self._known:
            gone = np.zeros(len(self.rules[0].gone), bool)
            for k in chosen:
                gone |= self.rules[k].gone
            self._known[chosen] = self.share_of(gone)
        return self._known[chosen]


def rules_tried(
    rules: Sequence[Rule], share_of: Callable[[NDArray[np.bool_]], float]
) -> RulesTried:
    """Return what is asked of some rules, after a look at them.

    Parameters
    ----------
    rules, share_of
        As of `RulesTried`.

    Raises
    ------
    InputError
        There is none, or there are more than `MOST_RULES`; a price is below 0.
    """
    if not 1 <= len(rules) <= MOST_RULES:
        raise InputError(f"{len(rules)} rules: every set of 1 to {MOST_RULES} rules can be tried")
    for rule in rules:
        if not 0 <= rule.price < np.inf:
            raise InputError(f'rule "{rule.name}": price {rule.price:g}; give 0 or more')
    return RulesTried(tuple(rules), share_of)
