"""Which cameras matter most: the heads whose removal gives back most, and a proven bound.

What a set of removals gives back is supermodular (two cameras that see a street give it back only
together), so a greedy choice has no guarantee: it is printed with an upper bound and the gap.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.jit import lean_inner, lean_kernel
from sim.placement.given_back import GivenBack
from sim.trips.search import Heap, new_heap, pop, push
from sim.wording import counted

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Index = int | np.int64

SPREADS = 1000
"""Rounds in which weights are spread over their heads for the bound."""
LOOK_EVERY = 25
PEELS = 60
"""How often the heads are put back one by one."""
SWAPS = 500
TRIED = 8
"""Heads that are tried, those with the highest gain first, before no exchange is taken to help."""
FIRST = np.int64(0)


class Removal(NamedTuple):
    """Heads to remove, and what that gives back."""

    heads: Longs
    """Rows of the fleet, ascending."""
    value: int
    """What is given back, in the unit of `GivenBack.weight`."""
    bound: int
    """No choice of as many heads gives back more."""

    @property
    def gap(self) -> float:
        """How much more the best choice might give back, as a share of the bound."""
        return 1 - self.value / self.bound if self.bound else 0.0


def best_removal(held: GivenBack, count: int) -> Removal:
    """Choose the heads whose removal gives back most.

    Parameters
    ----------
    held
        What the heads hold back.
    count
        How many to remove.

    Raises
    ------
    InputError
        There are fewer heads, or the count is below 1.

    Notes
    -----
    The first choice is the heads that give back most alone. Then reverse greedy: all heads are
    gone, and the one that costs least is put back, until `count` are left; again and again with
    what each head has cost so far on top (Boob and others, "Flowless: extracting densest subgraphs
    without flow computations", 2020), and with what it carries in the bound. In each choice single
    heads are exchanged while that helps. The bound is the dual of the linear relaxation: each
    weight is spread over its heads, and no choice gives back more than the heaviest `count` heads
    carry; the spread is evened out by the method of Frank and Wolfe (1956).
    """
    if not 1 <= count <= held.heads:
        raise InputError(
            f"{counted(count, 'camera')} cannot be removed of {held.heads:,}; give 1 to "
            f"{held.heads:,}"
        )
    bound, carried = _bound(held, count)
    best, gone = -1, np.zeros(held.heads, bool)
    of_ptr, of = _by_head(held)
    load = np.zeros(held.heads)
    heaviest = 10.0 * float(held.weight.sum()) * carried / max(carried.max(initial=0.0), 1e-300)
    for turn in range(PEELS + 2):
        if turn == 0:
            order = np.argsort(held.alone(), kind="stable")
        else:
            order, lost = _peel(held, of_ptr, of, heaviest if turn > PEELS else load)
            load[order] += lost
        now = np.zeros(held.heads, bool)
        now[order[held.heads - count :]] = True
        value = held.value(now) + _exchange(held, now)
        if value > best:
            best, gone = value, now
        if best == bound:
            break
    return Removal(np.flatnonzero(gone), best, bound)


def _bound(held: GivenBack, count: int) -> tuple[int, Floats]:
    """Return the most that so many heads could give back, and what each carries at the best."""
    size = np.diff(held.ptr)
    even = np.repeat(held.weight / size, size)
    load = np.bincount(held.head, even, held.heads).astype(np.float64)
    best, carried = _heaviest(load, count), load.copy()
    new = np.empty_like(load)
    for turn in range(0, SPREADS, LOOK_EVERY):
        _spread(held.ptr, held.head, held.weight, load, new, turn, turn + LOOK_EVERY)
        now = _heaviest(load, count)
        if now < best:
            best, carried = now, load.copy()
    # whole numbers, but for the rounding of sums of as many numbers as there are weights
    return int(np.floor(best * (1 + 1e-12 * max(len(size), 1)) + 1e-9)), carried


def _heaviest(load: Floats, count: int) -> float:
    return float(np.sort(load)[len(load) - count :].sum())


@lean_kernel
def _spread(
    ptr: Longs, head: Longs, weight: Longs, load: Floats, new: Floats, first: int, stop: int
) -> None:
    """Move each weight towards the heads of its set that carry least, in ever smaller steps."""
    for turn in range(first, stop):
        for h in range(len(new)):
            new[h] = 0.0
        for s in range(len(weight)):
            least, ties = np.inf, 0
            for k in range(ptr[s], ptr[s + 1]):
                carried = load[head[k]]
                if carried < least:
                    least, ties = carried, 0
                ties += carried == least
            for k in range(ptr[s], ptr[s + 1]):
                if load[head[k]] == least:
                    new[head[k]] += weight[s] / ties
        step = 2.0 / (turn + 3.0)
        for h in range(len(new)):
            load[h] += step * (new[h] - load[h])


def _by_head(held: GivenBack) -> tuple[Longs, Longs]:
    """Return the sets of each head: pointers by head, sets."""
    order = np.argsort(held.head, kind="stable")
    return np.searchsorted(held.head[order], np.arange(held.heads + 1)), held.sets[order]


def _peel(held: GivenBack, of_ptr: Longs, of: Longs, load: Floats) -> tuple[Longs, Longs]:
    """Put all heads back, the cheapest first; return their order and what each cost."""
    order, lost = np.empty(held.heads, np.int64), np.empty(held.heads, np.int64)
    cost = np.bincount(held.head, held.weight[held.sets], held.heads).astype(np.int64)
    free = np.ones(len(held.weight), bool)
    heap = new_heap(held.heads)
    _put_back(held.ptr, held.head, held.weight, of_ptr, of, load, cost, free, heap, order, lost)
    return order, lost


@lean_kernel
def _put_back(
    ptr: Longs,
    head: Longs,
    weight: Longs,
    of_ptr: Longs,
    of: Longs,
    load: Floats,
    cost: Longs,
    free: NDArray[np.bool_],
    heap: Heap,
    order: Longs,
    lost: Longs,
) -> None:
    """Write the order in which heads are put back, and what each then takes."""
    size: Index = FIRST
    for h in range(len(cost)):
        size = push(heap, FIRST, size, load[h] + cost[h], np.int64(h))
    for k in range(len(cost)):
        h = heap.item[0]
        size = pop(heap, FIRST, size)
        order[k], lost[k] = h, cost[h]
        cost[h] = -1
        for j in range(of_ptr[h], of_ptr[h + 1]):
            if free[of[j]]:
                free[of[j]] = False
                size = _lower(of[j], size, ptr, head, weight, load, cost, heap)


@lean_inner
def _lower(
    taken: Index,
    size: Index,
    ptr: Longs,
    head: Longs,
    weight: Longs,
    load: Floats,
    cost: Longs,
    heap: Heap,
) -> Index:
    """Let the other heads of a set that is taken cost so much less; return the heap's size."""
    for i in range(ptr[taken], ptr[taken + 1]):
        other = head[i]
        if cost[other] >= 0:
            cost[other] -= weight[taken]
            size = push(heap, FIRST, size, load[other] + cost[other], other)
    return size


def _exchange(held: GivenBack, gone: NDArray[np.bool_]) -> int:
    """Exchange removed heads for others in place while more is given back; return how much more."""
    more, sets, weight = 0, held.sets, held.weight[held.sets]
    missing = np.bincount(sets, ~gone[held.head], len(held.weight)).astype(np.int64)
    by_ptr, by = _by_head(held)
    for _ in range(SWAPS):
        nearly = (missing[sets] == 1) & ~gone[held.head]
        gain = np.where(gone, -1.0, np.bincount(held.head, weight * nearly, held.heads))
        for new in np.argsort(-gain, kind="stable")[:TRIED]:
            missing[by[by_ptr[new] : by_ptr[new + 1]]] -= 1
            whole = (missing[sets] == 0) * weight
            loss = np.where(gone, np.bincount(held.head, whole, held.heads), np.inf)
            old = int(loss.argmin())
            if gain[new] > loss[old]:
                break
            missing[by[by_ptr[new] : by_ptr[new + 1]]] += 1
        else:
            return more
        more += int(gain[new] - loss[old])
        gone[new], gone[old] = True, False
        missing[by[by_ptr[old] : by_ptr[old + 1]]] += 1
    return more
