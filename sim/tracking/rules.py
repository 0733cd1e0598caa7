"""The cheapest set of rules that brings walks back: which heads count in which hours, and for what.

Every set of few rules is tried, the cheapest first, because two rules together may do more than the
sum of both: a street that two owners watch is free only of both. Of many rules a search from the
cheapest sets on gives the best one or a bracket of its price. What a rule means for a real camera
is not known here; it is a set of heads, hours, what may be done with pictures, and a price.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.tracking.answer import OpenWays
from sim.tracking.fewest import WatchedWays
from sim.tracking.kernels.percolation import NOT_DARK, grow_dark
from sim.tracking.percolation import junctions_at, touching
from sim.wording import counted

HOURS = 24
EVERY_SET = 12
"""All sets of so many rules are tried."""
MOST_RULES = 60
MOST_LOOKS = 3000
"""Shares found in the search among more rules; then it ends with a bracket."""
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
    live: bool = True
    """Whether faces may be compared as people walk by."""
    kept_days: float = math.inf
    """How long recordings may be kept at most."""
    searched: float = 1.0
    """Share of walks for which recordings may be searched."""


class InForce(NamedTuple):
    """What rules say together while they hold."""

    gone: NDArray[np.bool_]
    """Heads that do not count, shape (heads,)."""
    live: bool
    kept_days: float
    searched: float


class RuleSet(NamedTuple):
    """Rules together."""

    rules: tuple[int, ...]
    """Places in the list of rules, ascending."""
    price: float
    share: float
    """Mean over the day of the share of walks that is asked for."""
    at_least: float = 0.0
    """No set of these rules that reaches the share asked for costs less."""


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
        Share of walks under what is in force.
    """

    rules: Sequence[Rule]
    share_of: Callable[[InForce], float]
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
        """Return the cheapest set of rules that leaves so large a share of walks.

        Of sets of one price the one with fewest rules, then the one that stands first. Among more
        than `EVERY_SET` rules its `at_least` may be below its price: then it need not be the
        cheapest, and none is cheaper than that.

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
                f"all {counted(len(self.rules), 'rule')} together bring back "
                f"{together.share:.3f} of the walks; restore "
                f"{np.floor(1000 * together.share) / 1000:g} or less"
            )
        if len(self.rules) > EVERY_SET:
            return self._searched(share)
        sets = [chosen for size in range(len(every) + 1) for chosen in combinations(every, size)]
        price = [sum(self.rules[k].price for k in chosen) for chosen in sets]
        for place in np.argsort(price, kind="stable"):
            found = self.of(sets[place])
            if found.share >= share - REACHED:
                return found._replace(at_least=found.price)
        return together

    def greedy(self, share: float) -> RuleSet:
        """Return a set of rules that leaves so large a share of walks, with no rule in vain.

        All rules hold at first, and the dearest that can go is taken out, again and again.

        Parameters
        ----------
        share
            0 to 1, which all rules together reach.
        """
        kept = list(range(len(self.rules)))
        for rule in sorted(kept, key=lambda k: (-self.rules[k].price, k)):
            fewer = [k for k in kept if k != rule]
            if self.of(fewer).share >= share - REACHED:
                kept = fewer
        return self.of(kept)

    def _searched(self, share: float) -> RuleSet:
        """Return the cheapest set, or one of greedy with a price below which there is none.

        Sets of rules that must hold are grown from the cheapest on. More rules never leave fewer
        walks, so a rule without which all others that are left do not reach the share must hold;
        a set with all of these that reaches it is the cheapest, and until then no set is cheaper
        than the cheapest one that waits.
        """
        best = self.greedy(share)
        waiting: list[tuple[float, tuple[int, ...], int]] = [(0.0, (), 0)]
        while waiting:
            price, must, rule = heappop(waiting)
            if price >= best.price or len(self._known) >= MOST_LOOKS:
                return best._replace(at_least=min(price, best.price))
            left = range(rule, len(self.rules))
            must = (*must, *(k for k in left if not self._can_do_without(k, must, rule, share)))
            found = self.of(must)
            if found.price >= best.price:
                continue
            if found.share >= share - REACHED:
                best = found
                continue
            for k in left:  # the next rule that holds is this one, those between do not
                if k not in must:
                    held = (*must, k)
                    if self._reaches(held, k + 1, share):
                        heappush(waiting, (self.of(held).price, held, k + 1))
        return best._replace(at_least=best.price)

    def _reaches(self, held: Sequence[int], rule: int, share: float) -> bool:
        """Return whether rules that hold and all from one on leave the share."""
        every = {*held, *range(rule, len(self.rules))}
        return self.of(tuple(every)).share >= share - REACHED

    def _can_do_without(self, gone: int, held: Sequence[int], rule: int, share: float) -> bool:
        every = {*held, *range(rule, len(self.rules))} - {gone}
        return gone in held or self.of(tuple(every)).share >= share - REACHED

    def _in_force(self, chosen: tuple[int, ...]) -> float:
        """Return the share while these rules hold."""
        if chosen not in self._known:
            gone = np.zeros(len(self.rules[0].gone), bool)
            for k in chosen:
                gone |= self.rules[k].gone
            held = [self.rules[k] for k in chosen]
            force = InForce(
                gone,
                all(rule.live for rule in held),
                min((rule.kept_days for rule in held), default=math.inf),
                min((rule.searched for rule in held), default=1.0),
            )
            self._known[chosen] = self.share_of(force)
        return self._known[chosen]


def rules_tried(rules: Sequence[Rule], share_of: Callable[[InForce], float]) -> RulesTried:
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
        raise InputError(f"{counted(len(rules), 'rule')}; give 1 to {MOST_RULES}")
    for rule in rules:
        if not 0 <= rule.price < np.inf:
            raise InputError(f'rule "{rule.name}": price {rule.price:g}; give 0 or more')
    return RulesTried(tuple(rules), share_of)
