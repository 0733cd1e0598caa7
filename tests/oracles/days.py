"""Slow truths about weeks of a resident: every way past heads, every door, and lives by chance.

Everything is written from the definition, with circles around heads on straight streets and plain
dictionaries; nothing of the engine is used.

A way is a chain of streets. Seeing somebody begins where the circle of a head is entered, and goes
on across junctions; the face is turned to the head while it lies at most 60° off the way ahead. A
sighting that began on the street before costs only what it is more than there, and nothing if it
went on all along that street with the face turned away: it may have cost all before. Moments less
than a millimetre apart are the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise

FACING = math.radians(60)
TOUCH = 1e-3
CAP = math.log(1000)
MARGIN = math.log(100)


@dataclass(frozen=True)
class View:
    """A stretch of a street in one direction that a head sees, m from where one enters it."""

    head: int
    begin: float
    end: float
    faced: float | None
    """Where the face is first turned to the head."""


@dataclass
class Town:
    """Junctions with their places, straight streets between them, and heads that see all around."""

    at: dict[int, tuple[float, float]]
    streets: list[tuple[int, int]]
    heads: list[tuple[float, float]]
    reach: float
    speed: float = 1.34
    views: dict[tuple[int, int], list[View]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        both = [*self.streets, *((v, u) for u, v in self.streets)]
        self.out = {n: [arc for arc in both if arc[0] == n] for n in self.at}
        for u, v in both:
            self.views[u, v] = [
                view for h in range(len(self.heads)) if (view := self._seen(h, u, v)) is not None
            ]

    def metres(self, arc: tuple[int, int]) -> float:
        return math.dist(self.at[arc[0]], self.at[arc[1]])

    def _seen(self, head: int, u: int, v: int) -> View | None:
        (x, y), (x0, y0), (x1, y1) = self.heads[head], self.at[u], self.at[v]
        length = math.dist((x0, y0), (x1, y1))
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        ahead, aside = (x - x0) * ux + (y - y0) * uy, abs((x - x0) * uy - (y - y0) * ux)
        if aside >= self.reach:
            return None
        half = math.sqrt(self.reach**2 - aside**2)
        begin, end = max(0.0, ahead - half), min(length, ahead + half)
        if begin >= end:
            return None
        turned_until = ahead - aside / math.tan(FACING)
        return View(head, begin, end, begin if begin < turned_until - 1e-6 else None)

    def cost(self, view: View, rate: float) -> float:
        """What the sighting costs if it did not identify."""
        if view.faced is None:
            return 0.0
        chance = rate * min(1.0, (view.end - view.begin) / self.speed)
        return -math.log1p(-min(chance, 1 - 1e-15))

    def added(self, before, arc, view: View, rate: float) -> float:
        """What it adds on a way that comes by the arc before, None at the door."""
        own = self.cost(view, rate)
        if before is None or view.begin > TOUCH or own == 0:
            return own
        length = self.metres(before)
        same = [
            math.inf if other.faced is None and other.begin <= TOUCH else self.cost(other, rate)
            for other in self.views[before]
            if other.head == view.head and other.end >= length - TOUCH
        ]
        return max(0.0, own - max(same, default=0.0))

    def passed(self, before, arc, rate: float, until: float = math.inf) -> float:
        """What an arc adds, up to a place on it."""
        return sum(
            self.added(before, arc, view, rate)
            for view in self.views[arc]
            if view.faced is not None and view.faced < until - TOUCH
        )

    def to_head(self, door: int, head: int, rate: float) -> float:
        """The least that any way from a door to a sighting by a head costs; at most the cap."""
        best = CAP

        def go(node, before, cost, walked) -> None:
            nonlocal best
            for arc in self.out[node]:
                for view in self.views[arc]:
                    if view.head == head and view.faced is not None:
                        best = min(best, cost + self.passed(before, arc, rate, view.faced))
                if arc not in walked:
                    more = cost + self.passed(before, arc, rate)
                    if more < best:
                        go(arc[1], arc, more, walked | {arc})

        go(door, None, 0.0, frozenset())
        return best

    def from_head(self, head: int, rate: float) -> dict[int, float]:
        """The least that any way from a sighting by a head to each door costs."""
        best = dict.fromkeys(self.at, CAP)

        def go(arc, cost, walked) -> None:
            best[arc[1]] = min(best[arc[1]], cost)
            for other in self.out[arc[1]]:
                more = cost + self.passed(arc, other, rate)
                if other not in walked and more < CAP:
                    go(other, more, walked | {other})

        for arc, views in self.views.items():
            for view in views:
                if view.head == head and view.faced is not None:
                    later = sum(
                        self.cost(other, rate)
                        for other in views
                        if other.faced is not None and other.faced > view.faced + TOUCH
                    )
                    if later < CAP:
                        go(arc, later, frozenset({arc}))
        return best

    def relaxed(self, rate: float):
        """The same two, for all heads and doors: sent round from arc to arc until nothing falls."""
        arcs = list(self.views)
        turn = {(a, b): self.passed(a, b, rate) for a in arcs for b in self.out[a[1]]}
        to, back = {}, {}
        for head in range(len(self.heads)):
            faced = [(a, v) for a in arcs for v in self.views[a]
                     if v.head == head and v.faced is not None]  # fmt: skip
            ahead = dict.fromkeys(arcs, math.inf)
            for arc, view in faced:
                for before in arcs:
                    if before[1] == arc[0]:
                        here = self.passed(before, arc, rate, view.faced)
                        ahead[before] = min(ahead[before], here)
            self._settle(ahead, [(b, a, c) for (a, b), c in turn.items()])
            for door in self.at:
                costs = [self.passed(None, a, rate) + ahead[a] for a in self.out[door]]
                costs += [self.passed(None, a, rate, v.faced) for a, v in faced if a[0] == door]
                to[head, door] = min([CAP, *costs])
            since = dict.fromkeys(arcs, math.inf)
            for arc, view in faced:
                later = sum(self.cost(o, rate) for o in self.views[arc]
                            if o.faced is not None and o.faced > view.faced + TOUCH)  # fmt: skip
                since[arc] = min(since[arc], later)
            self._settle(since, [(a, b, c) for (a, b), c in turn.items()])
            for door in self.at:
                back[head, door] = min([CAP, *(since[a] for a in arcs if a[1] == door)])
        return to, back

    @staticmethod
    def _settle(cost, steps) -> None:
        falls = True
        while falls:
            falls = False
            for one, other, more in steps:
                if cost[one] + more < cost[other] - 1e-15:
                    cost[other], falls = cost[one] + more, True

    def met(self, nodes: list[int]) -> list[tuple[float, int, float]]:
        """Second, head and chance at hit rate 1 of each sighting of a walk, by moment."""
        open_now: dict[int, list] = {}
        found, clock = [], 0.0
        for arc in pairwise(nodes):
            length = self.metres(arc)
            going_on = {}
            for view in self.views[arc]:
                spell = open_now.get(view.head) if view.begin <= TOUCH else None
                if spell is None:
                    spell = [math.inf, view.head, 0.0]
                    found.append(spell)
                spell[2] += (view.end - view.begin) / self.speed
                if view.faced is not None:
                    spell[0] = min(spell[0], clock + view.faced / self.speed)
                if view.end >= length - TOUCH:
                    going_on[view.head] = spell
            open_now, clock = going_on, clock + length / self.speed
        return sorted((t, h, min(1.0, s)) for t, h, s in found if t < math.inf)

    def apart(self) -> dict[tuple[int, int], float]:
        """Metres along streets between all junctions (Floyd 1962)."""
        far = {(a, b): 0.0 if a == b else math.inf for a in self.at for b in self.at}
        for u, v in self.streets:
            far[u, v] = far[v, u] = min(far[u, v], self.metres((u, v)))
        for k in self.at:
            for a in self.at:
                for b in self.at:
                    far[a, b] = min(far[a, b], far[a, k] + far[k, b])
        return far


def possible(doors, days, to, back) -> list[int]:
    """Doors within 1/100 of the highest likelihood; days are (first head, last head)."""
    total = {x: sum(to[f, x] + back[last, x] for f, last in days) for x in doors}
    least = min(total.values())
    return [x for x in doors if total[x] <= least + MARGIN + 1e-9]


def medoid(left, people, apart) -> int:
    """The door with the least sum of metres to all who remain, of equal ones the first."""
    return min(left, key=lambda x: (round(sum(people[y] * apart[x, y] for y in left), 6), x))


def days_of(town: Town, walks, rate: float, rng) -> list[tuple[int, int] | None]:
    """Play a life, walks by day as (start in seconds, junctions); return what is kept of days."""
    kept = []
    for day in walks:
        seen = [
            (start + t, head)
            for start, nodes in day
            for t, head, part in town.met(nodes)
            if rng.random() < rate * part
        ]
        seen.sort()
        kept.append((seen[0][1], seen[-1][1]) if seen else None)
    return kept
