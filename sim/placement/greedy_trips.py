"""Greedy choice of heads for people: next is the one that sees most trips not seen enough yet.

A trip counts each head that sees any part of its way, up to `times` heads. Which candidate sees
which trip is never written down: a trip that is seen often enough walks down its way once more and
takes its weight from every candidate along it. When on the way a walker is seen, and for how long,
plays no part in the choice.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.jit import kernel, lean_inner
from sim.placement.best_first import Picks, check_keys, settle, standing
from sim.placement.incidence import Incidence
from sim.trips.model import Trips

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


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
    trip_ptr, trip_stretch = _ways(incidence, trips)
    of_stretch = np.argsort(trip_stretch, kind="stable")
    trip = np.repeat(np.arange(len(trips), dtype=np.int32), np.diff(trip_ptr))[of_stretch]
    on_stretch = np.zeros(len(incidence.stretch_ptr), np.int64)
    on_stretch[1:] = np.bincount(trip_stretch, minlength=len(on_stretch) - 1).cumsum()
    check_keys(int(worth.sum()), incidence.candidates)
    order, gain = np.empty(count, np.int64), np.empty(count, np.int64)
    chosen = _choose_heads(
        incidence.stretch_ptr, incidence.head, incidence.row_stretch, incidence.head_ptr,
        incidence.head_row, trip_ptr, trip_stretch, on_stretch, trip, worth, times, locked,
        order, gain,
    )  # fmt: skip
    return Picks(order[:chosen], gain[:chosen])


def _ways(incidence: Incidence, trips: Trips) -> tuple[Longs, Ints]:
    """Return the stretches along each trip: pointers per trip, and stretches."""
    edge = trips.path_edge
    first = np.searchsorted(incidence.stretches.edge, edge, "left")
    stop = np.searchsorted(incidence.stretches.edge, edge, "right")
    size = stop - first
    before = np.concatenate([[0], np.cumsum(size)])
    stretch = np.arange(before[-1]) + np.repeat(first - before[:-1], size)
    return before[trips.path_ptr].astype(np.int64), stretch.astype(np.int32)


@kernel
def _choose_heads(
    stretch_ptr: Longs, head: Ints, row_stretch: Ints, head_ptr: Longs, head_row: Longs,
    trip_ptr: Longs, trip_stretch: Ints, on_stretch: Longs, trip_on: Ints, weight: Longs,
    times: int, locked: Longs, order: Longs, gained: Longs,
) -> int:  # fmt: skip
    """Choose heads one by one; return how many were found."""
    candidates, trips = len(head_ptr) - 1, len(weight)
    gain = np.zeros(candidates, np.int64)
    met = np.full(candidates, -1)
    for trip in range(trips):
        _add_along(trip, trip, weight[trip], trip_ptr, trip_stretch, stretch_ptr, head, met, gain)
    heads_on = np.zeros(trips, np.int64)
    seen_by = np.full(trips, -1)
    heap = np.empty(candidates, np.int64)
    size, floor = 0, 0
    taken = 0
    while taken < len(order):
        if taken < len(locked):
            best = locked[taken]
        else:
            size, floor = settle(heap, 0, candidates, size, floor, gain)
            if size == 0:
                break
            best = candidates - 1 - heap[0] % candidates
        new = 0
        for i in range(head_ptr[best], head_ptr[best + 1]):
            stretch = row_stretch[head_row[i]]
            for j in range(on_stretch[stretch], on_stretch[stretch + 1]):
                trip = trip_on[j]
                if seen_by[trip] == taken or heads_on[trip] == times:
                    continue
                seen_by[trip] = taken
                heads_on[trip] += 1
                new += weight[trip]
                if heads_on[trip] == times:
                    _add_along(trip, trips + trip, -weight[trip], trip_ptr, trip_stretch,
                               stretch_ptr, head, met, gain)  # fmt: skip
        gain[best] = 0  # nobody is chosen twice, though a further head on its trips would count
        order[taken], gained[taken] = best, new
        taken += 1
    return taken


@lean_inner
def _add_along(
    trip: int, mark: int, weight: int, trip_ptr: Longs, trip_stretch: Ints,
    stretch_ptr: Longs, head: Ints, met: Longs, gain: Longs,
) -> None:  # fmt: skip
    """Add the weight of a trip to every candidate along its way, once to each."""
    for i in range(trip_ptr[trip], trip_ptr[trip + 1]):
        stretch = trip_stretch[i]
        for row in range(stretch_ptr[stretch], stretch_ptr[stretch + 1]):
            if met[head[row]] != mark:
                met[head[row]] = mark
                gain[head[row]] += weight
