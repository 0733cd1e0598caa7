"""Greedy choice of heads for people: next is the one that sees most trips not seen enough yet.

A trip counts each head that sees any part of its way, up to `times` heads. Which candidate sees
which trip is never written down: a trip that is seen often enough walks down its way once more and
takes its weight from every candidate along it. When on the way a walker is seen, and for how long,
plays no part in the choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.jit import kernel, lean_inner
from sim.placement.best_first import Picks, check_keys, settle, standing
from sim.placement.incidence import Incidence
from sim.trips.model import Trips

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Ways(NamedTuple):
    """Which stretches lie along which trips, both ways round."""

    trip_ptr: Longs
    trip_stretch: Ints
    """Stretches along trip t are trip_stretch[trip_ptr[t] : trip_ptr[t + 1]]."""
    stretch_ptr: Longs
    stretch_trip: Ints
    """Trips on stretch s are stretch_trip[stretch_ptr[s] : stretch_ptr[s + 1]]."""


def greedy_trips(
    incidence: Incidence,
    trips: Trips,
    count: int,
    *,
    times: int = 1,
    weight: NDArray[np.integer] | None = None,
    first: Sequence[int] | Longs = (),
) -> Picks:
    """Choose heads that see most trips: each adds more sightings that count than any other would.

    Parameters
    ----------
    incidence
        What the candidates see; only its stretches count.
    trips
        Walks over the same streets.
    count
        How many heads to choose, those of `first` included; fewer where nothing is left to gain.
    times
        So many heads on a trip count, further ones add nothing.
    weight
        What one head on each trip is worth, whole and not negative; 1 by default.
    first
        Candidates that stand already: chosen first, in this order, whatever they add.

    Raises
    ------
    InputError
        `times` is below 1, or a weight is negative or missing.

    Notes
    -----
    Sum over trips of weight · min(times, heads that see it) is submodular, so greedy reaches at
    least 1 − 1/e of the best (Nemhauser, Wolsey and Fisher 1978).
    """
    worth = np.ones(len(trips), np.int64) if weight is None else np.asarray(weight, np.int64)
    if times < 1:
        raise InputError(f"greedy_trips: times is {times}; give 1 or more")
    if len(worth) != len(trips) or worth.min(initial=0) < 0:
        raise InputError("greedy_trips: give every trip a weight of 0 or more")
    locked = standing(first, incidence.candidates)
    count = max(min(count, incidence.candidates), len(locked))
    check_keys(int(worth.sum()), incidence.candidates)
    picks = Picks(np.empty(count, np.int64), np.empty(count, np.int64))
    chosen = _choose_heads(incidence, _ways(incidence, trips), worth, times, locked, picks)
    return Picks(picks.order[:chosen], picks.gain[:chosen])


def _ways(incidence: Incidence, trips: Trips) -> Ways:
    edge = trips.path_edge
    first = np.searchsorted(incidence.stretches.edge, edge, "left")
    stop = np.searchsorted(incidence.stretches.edge, edge, "right")
    size = stop - first
    before = np.concatenate([[0], np.cumsum(size)])
    stretch = (np.arange(before[-1]) + np.repeat(first - before[:-1], size)).astype(np.int32)
    trip_ptr = before[trips.path_ptr].astype(np.int64)
    trip = np.repeat(np.arange(len(trips), dtype=np.int32), np.diff(trip_ptr))
    stretch_ptr = np.zeros(len(incidence.stretch_ptr), np.int64)
    stretch_ptr[1:] = np.bincount(stretch, minlength=len(stretch_ptr) - 1).cumsum()
    return Ways(trip_ptr, stretch, stretch_ptr, trip[np.argsort(stretch, kind="stable")])


@kernel
def _choose_heads(
    incidence: Incidence, ways: Ways, weight: Longs, times: int, locked: Longs, picks: Picks
) -> int:
    """Choose heads one by one; return how many were found."""
    candidates, trips = len(incidence.head_ptr) - 1, len(weight)
    gain = np.zeros(candidates, np.int64)
    met = np.full(candidates, -1)
    for trip in range(trips):
        _add_along(incidence, ways, trip, trip, weight[trip], met, gain)
    heads_on = np.zeros(trips, np.int64)
    seen_by = np.full(trips, -1)
    heap = np.empty(candidates, np.int64)
    size, floor = 0, 0
    taken = 0
    while taken < len(picks.order):
        if taken < len(locked):
            best = locked[taken]
        else:
            size, floor = settle(heap, 0, candidates, size, floor, gain)
            if size == 0:
                break
            best = candidates - 1 - heap[0] % candidates
        new = 0
        for i in range(incidence.head_ptr[best], incidence.head_ptr[best + 1]):
            stretch = incidence.row_stretch[incidence.head_row[i]]
            for j in range(ways.stretch_ptr[stretch], ways.stretch_ptr[stretch + 1]):
                trip = ways.stretch_trip[j]
                if seen_by[trip] == taken or heads_on[trip] == times:
                    continue
                seen_by[trip] = taken
                heads_on[trip] += 1
                new += weight[trip]
                if heads_on[trip] == times:
                    _add_along(incidence, ways, trip, trips + trip, -weight[trip], met, gain)
        gain[best] = 0  # nobody is chosen twice, though a further head on its trips would count
        picks.order[taken], picks.gain[taken] = best, new
        taken += 1
    return taken


@lean_inner
def _add_along(
    incidence: Incidence, ways: Ways, trip: int, mark: int, weight: int, met: Longs, gain: Longs
) -> None:
    """Add the weight of a trip to every candidate along its way, once to each."""
    stretch_ptr, head = incidence.stretch_ptr, incidence.head
    for i in range(ways.trip_ptr[trip], ways.trip_ptr[trip + 1]):
        stretch = ways.trip_stretch[i]
        for row in range(stretch_ptr[stretch], stretch_ptr[stretch + 1]):
            if met[head[row]] != mark:
                met[head[row]] = mark
                gain[head[row]] += weight
