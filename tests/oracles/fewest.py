"""The slow truth about the fewest heads in the way: every set of heads taken away, smallest first.

A street is a line between two points with the stretches of it that single heads see. Nothing here
uses pieces, elements, bounds or kernels of the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

DECKS = ("street", "footbridge", "subway", "covered")


@dataclass
class Street:
    """An edge from one point to another; `sights` are (head, from, to) along it, m."""

    start: int
    end: int
    length: float
    sights: list[tuple[int, float, float]] = field(default_factory=list)
    deck: str = "street"

    @property
    def closed(self):
        return self.deck in ("subway", "covered")


def random_town(rng, *, heads, points=7, streets=12, decks=4, sights=3):
    """Streets between few points, some double, some from a point to itself."""
    points = int(rng.integers(2, points + 1))
    town = []
    for _ in range(int(rng.integers(1, streets + 1))):
        start, end = (int(p) for p in rng.integers(points, size=2))
        deck = DECKS[int(rng.integers(decks))] if rng.random() < 0.3 else "street"
        town.append(Street(start, end, float(rng.uniform(10, 90)), [], deck))
    watch(town, rng, heads, sights)
    return town


def grid(rng, side, *, heads, sights=4):
    """A town of square blocks."""
    town = []
    for i in range(side * side):
        neighbours = [i + 1] * (i % side < side - 1) + [i + side] * (i < side * (side - 1))
        town += [Street(i, j, float(rng.uniform(10, 90))) for j in neighbours]
    watch(town, rng, heads, sights)
    return town


def watch(town, rng, heads, sights):
    """Let every head see some stretches: whole streets, ends, middles."""
    for head in range(heads):
        for place in rng.integers(len(town), size=int(rng.integers(0, sights + 1))):
            street = town[int(place)]
            low, high = sorted(rng.uniform(0, street.length, 2))
            kind = rng.random()
            low = 0.0 if kind < 0.4 else float(low)
            high = street.length if 0.2 < kind < 0.6 else float(high)
            if all(high < a or low > b for h, a, b in street.sights if h == head):
                street.sights.append((head, low, high))


def joined(town, start, end, heads):
    """Return whether a way joins two points on which none of these heads sees anything."""
    doors = {
        p: min(DECKS.index(s.deck) for s in town if p in (s.start, s.end)) for p in (start, end)
    }
    seen = {
        (s.start if at == 0 else s.end, s.deck)
        for s in town
        for head, low, high in s.sights
        for at in (0, 1)
        if head in heads and (low <= 0 if at == 0 else high >= s.length)
    }
    if any((p, DECKS[deck]) in seen for p, deck in doors.items()):
        return False
    reached, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for s in town:
            if here not in (s.start, s.end) or s.closed:
                continue
            there = s.end if here == s.start else s.start
            watched = any(head in heads for head, _, _ in s.sights)
            ends = {(s.start, s.deck), (s.end, s.deck)}
            if there not in reached and not watched and not ends & seen:
                reached.add(there)
                waiting.append(there)
    return end in reached


def fewest(town, start, end, heads):
    """Return how many heads at least must go to leave an unseen way; None if no set does."""
    for count in range(len(heads) + 1):
        for gone in combinations(heads, count):
            if joined(town, start, end, set(heads) - set(gone)):
                return count
    return None
