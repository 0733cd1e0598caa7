"""Plain greedy, written for one reading and no speed: every gain anew before every pick.

A view is, per head, a list of (edge, low, high) in whole millimetres; what is seen is a set of
disjoint intervals per edge, held as Python integers. No array, no queue, nothing remembered.
"""

from __future__ import annotations

from collections.abc import Sequence

View = Sequence[tuple[int, int, int]]


def union(spans) -> list[tuple[int, int]]:
    """The same points as disjoint intervals in order."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return joined


def seen_length(views: Sequence[View]) -> int:
    """Length that some of the views hold."""
    by_edge: dict[int, list[tuple[int, int]]] = {}
    for view in views:
        for edge, low, high in view:
            by_edge.setdefault(edge, []).append((low, high))
    return sum(high - low for spans in by_edge.values() for low, high in union(spans))


def new_length(view: View, seen: dict[int, list[tuple[int, int]]]) -> int:
    """Length of the view that is in none of the spans seen."""
    return sum(
        high - low - sum(max(0, min(high, b) - max(low, a)) for a, b in seen.get(edge, []))
        for edge, low, high in view
    )


def see(view: View, seen: dict[int, list[tuple[int, int]]]) -> None:
    for edge, low, high in view:
        seen[edge] = union([*seen.get(edge, []), (low, high)])


def cover(views: Sequence[View], count: int, first: Sequence[int] = ()) -> list[tuple[int, int]]:
    """(head, gain) of each pick: most newly seen, lowest number on ties."""
    return equity(views, count, lambda edge, low, high: 0, {0: 1}, first)


def equity(
    views: Sequence[View], count: int, cell_of, length: dict[int, int], first: Sequence[int] = ()
) -> list[tuple[int, int]]:
    """(head, gain) of each pick, for the cell with the largest unseen share, lowest on ties."""
    seen: dict[int, list[tuple[int, int]]] = {}
    unseen = dict(length)
    picks: list[tuple[int, int]] = []

    def take(head: int) -> None:
        picks.append((head, new_length(views[head], seen)))
        for part in views[head]:
            unseen[cell_of(*part)] -= new_length([part], seen)
            see([part], seen)

    for head in first:
        take(head)
    while len(picks) < max(count, len(first)):
        shares = sorted(length, key=lambda c: (-(unseen[c] / length[c]) if length[c] else 1, c))
        for cell in shares:
            gains = [
                new_length([part for part in view if cell_of(*part) == cell], seen)
                for view in views
            ]
            best = max(gains, default=0)
            if best:
                take(gains.index(best))
                break
        else:
            break
    return picks


def trips_gain(trips: set[int], times: Sequence[int], k: int, weight: Sequence[int]) -> int:
    return sum(weight[t] for t in trips if times[t] < k)


def trips(
    heads: Sequence[set[int]], weight: Sequence[int], k: int, count: int, first: Sequence[int] = ()
) -> list[tuple[int, int]]:
    """(head, gain) of each pick, where heads[h] is the set of trips that h sees."""
    times = [0] * len(weight)
    picks: list[tuple[int, int]] = []
    while len(picks) < max(count, len(first)):
        gains = [trips_gain(mine, times, k, weight) for mine in heads]
        left = [0 if (h in dict(picks)) else gain for h, gain in enumerate(gains)]
        if len(picks) < len(first):
            best = first[len(picks)]
        elif max(left, default=0) == 0:
            break
        else:
            best = left.index(max(left))
        picks.append((best, gains[best]))
        for t in heads[best]:
            times[t] += 1
    return picks
