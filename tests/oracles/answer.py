"""The slow truth about the answer: every simple way between two doors, walked stretch by stretch.

A street is a list of stretches (length, ranks by task, in the area, under a roof). Nothing here
uses elements, trees, pieces or kernels of the engine; ways are found by trying every turn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DECKS = ("street", "footbridge", "subway", "covered")
NEVER = 2**31 - 1
TASKS = 4


@dataclass
class Stretch:
    length: float
    ranks: tuple[int, ...]
    in_area: bool = True
    roof: bool = False


@dataclass
class Street:
    """An edge from one point to another."""

    start: int
    end: int
    stretches: list[Stretch]
    deck: str = "street"
    highway: str = "footway"

    @property
    def length(self):
        return sum(s.length for s in self.stretches)


def random_town(rng, *, decks=4, roofs=True, one_rank_a_junction=False):
    """Streets between few points, some double, some from a point to itself."""
    points = int(rng.integers(2, 8))
    ranks = [*range(1, int(rng.integers(2, 12))), NEVER]
    of_point = [drawn(rng, ranks) for _ in range(points)]
    streets = []
    for _ in range(int(rng.integers(1, 13))):
        start, end = (int(p) for p in rng.integers(points, size=2))
        stretches = [
            Stretch(
                float(rng.uniform(1, 50)), drawn(rng, ranks), bool(rng.random() < 0.95),
                bool(roofs and rng.random() < 0.15),
            )
            for _ in range(int(rng.integers(1, 5)))
        ]  # fmt: skip
        if one_rank_a_junction:
            stretches = [Stretch(1.0, of_point[start]), *stretches, Stretch(1.0, of_point[end])]
        deck = DECKS[int(rng.integers(decks))] if rng.random() < 0.5 else "street"
        highway = "corridor" if rng.random() < 0.05 and decks > 1 else "footway"
        streets.append(Street(start, end, stretches, deck, highway))
    return streets


def drawn(rng, ranks):
    """Ranks of the four tasks: who sees more detail sees it later."""
    return tuple(sorted(int(r) for r in rng.choice(ranks, TASKS)))


def best_ways(streets, start, end, task, *, closed, stretch):
    """Last totals by any way and by one within a stretch of the shortest; and its length.

    −1 where no way is open; NEVER − 1 where none of it is ever seen.
    """
    seen = {}
    for s in streets:
        for point, at in ((s.start, s.stretches[0]), (s.end, s.stretches[-1])):
            key = point, s.deck
            seen[key] = min(seen.get(key, NEVER), at.ranks[task])
    doors = [
        next(seen[point, deck] for deck in DECKS if (point, deck) in seen) for point in (start, end)
    ]
    ways = [
        (length, min(rank, *doors))
        for length, rank in every_way(streets, start, end, task, closed, seen, {start})
    ]
    if not ways:
        return -1, -1, np.inf
    shortest = min(length for length, _ in ways)
    within = [rank for length, rank in ways if length <= stretch * shortest * (1 + 1e-9)]
    return max(rank for _, rank in ways) - 1, max(within) - 1, shortest


def every_way(streets, here, end, task, closed, seen, been):
    """Length and lowest rank of all simple ways from a point to the end."""
    if here == end:
        yield 0.0, NEVER
        return
    for s in streets:
        if here not in (s.start, s.end):
            continue
        there = s.end if here == s.start else s.start
        if there in been:
            continue
        rank = min(lowest(s, task, closed), seen[s.start, s.deck], seen[s.end, s.deck])
        for length, further in every_way(streets, there, end, task, closed, seen, {*been, there}):
            yield s.length + length, min(rank, further)


def lowest(street, task, closed):
    """Smallest rank along a street; 0 where it cannot be used."""
    if closed and (street.deck in ("subway", "covered") or street.highway == "corridor"):
        return 0
    return min(
        0 if not s.in_area or (closed and s.roof) else s.ranks[task] for s in street.stretches
    )
