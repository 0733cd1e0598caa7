"""What remains possible of a place when days are added up, and the medoid of what remains."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import ONE, ZERO, lean_inner, lean_kernel
from sim.trips.search import DONE, Heap, Index, pop, push

UNTOLD = -1
"""Of a day: nothing is kept that tells of the place."""
CLOSE = 1e-9
"""Likelihoods, as logarithms, and sums of metres that differ by no more count as equal."""


class Told(NamedTuple):
    """What days tell of the places that may be; rows of costs are −log of the likelihood."""

    to: NDArray[np.float64]
    back: NDArray[np.float64]
    """Shape (rows, places): of the way from a place to a sighting, and from a sighting to it."""
    to_row: NDArray[np.int32]
    back_row: NDArray[np.int32]
    """Shape (persons, days): which rows a day tells, `UNTOLD` for none."""


class Places(NamedTuple):
    """Places that may be, and which are true."""

    weight: NDArray[np.float64]
    """How many live at each, or 1."""
    apart_m: NDArray[np.float64]
    """Shape (places, places): metres along streets."""
    true: NDArray[np.int64]
    """Of each person, −1 where it is none of them."""


class Remaining(NamedTuple):
    """What remains possible of the place of each person."""

    places: NDArray[np.int32]
    weight: NDArray[np.float64]
    true_one: NDArray[np.bool_]
    """Shape (persons, days): after each day, whether the true one remains."""
    guess: NDArray[np.int64]
    """Shape (persons,): medoid of what remains after the last day."""


class Scratch(NamedTuple):
    """Room of one thread; each array has the shape (places,)."""

    total: NDArray[np.float64]
    kept: NDArray[np.int64]
    bound: NDArray[np.float64]


@lean_kernel
def remain(
    first: int, stop: int, window: int, every_day: bool, margin: float, told: Told, places: Places,
    scratch: Scratch, out: Remaining,
) -> None:  # fmt: skip
    """Judge the persons first … stop − 1 after each day, or after the last one alone.

    Days before the last `window` ones are deleted.
    """
    days = told.to_row.shape[1]
    for person in range(first, stop):
        scratch.total[:] = 0.0
        for day in range(days):
            since, changed = max(ZERO, day + 1 - window), day == 0
            if day >= window:
                changed = told.to_row[person, day - window] != UNTOLD
            changed = changed or told.to_row[person, day] != UNTOLD
            judged = every_day or day == days - 1
            if day >= window and judged and changed:
                scratch.total[:] = 0.0
                for other in range(since, day):
                    _add(person, other, told, scratch.total)
            if day < window or (judged and changed):
                _add(person, day, told, scratch.total)
            if not judged:
                continue
            if changed or not every_day:
                _judge(person, day, margin, places, scratch, out)
            else:
                out.places[person, day] = out.places[person, day - 1]
                out.weight[person, day] = out.weight[person, day - 1]
                out.true_one[person, day] = out.true_one[person, day - 1]
        count = _kept(margin, scratch)
        out.guess[person] = _medoid(count, places, scratch)


@lean_inner
def _add(person: int, day: int, told: Told, total: NDArray[np.float64]) -> None:
    """Add what a day tells."""
    to, back = told.to_row[person, day], told.back_row[person, day]
    if to == UNTOLD:
        return
    for place in range(len(total)):
        total[place] += told.to[to, place] + told.back[back, place]


@lean_inner
def _kept(margin: float, scratch: Scratch) -> Index:
    """Write which places remain, in their order; return how many."""
    count: Index = ZERO
    least = np.inf
    for place in range(len(scratch.total)):
        least = min(least, scratch.total[place])
    for place in range(len(scratch.total)):
        if scratch.total[place] <= least + margin + CLOSE:
            scratch.kept[count] = place
            count += 1
    return count


@lean_inner
def _judge(
    person: int, day: int, margin: float, places: Places, scratch: Scratch, out: Remaining
) -> None:
    """Write what remains after a day."""
    count, weight, true_one = _kept(margin, scratch), 0.0, False
    for k in range(count):
        weight += places.weight[scratch.kept[k]]
        true_one |= scratch.kept[k] == places.true[person]
    out.places[person, day], out.weight[person, day] = count, weight
    out.true_one[person, day] = true_one


@lean_inner
def _medoid(count: Index, places: Places, scratch: Scratch) -> Index:
    """Return the place with the least weighted sum of metres to all that remain; first of equal.

    A sum is at least its distance to another place times the whole weight, less that other's sum,
    so few are added up (trimed; Newling and Fleuret, A sub-quadratic exact medoid algorithm,
    AISTATS 2017).
    """
    kept, bound = scratch.kept, scratch.bound
    found: Index = kept[0]
    whole, best = 0.0, np.inf
    for k in range(count):
        whole += places.weight[kept[k]]
        bound[k] = 0.0
    step = _coprime(count)
    for number in range(count):
        next_one = number * step % count
        if bound[next_one] > best * (1 + CLOSE) + CLOSE:
            continue
        here, summed = kept[next_one], 0.0
        for other in range(count):
            summed += places.weight[kept[other]] * places.apart_m[here, kept[other]]
        for other in range(count):
            least = abs(summed - whole * places.apart_m[here, kept[other]])
            bound[other] = max(bound[other], least)
        equal = abs(summed - best) <= best * CLOSE + CLOSE if best < np.inf else False
        if (equal and here < found) or (not equal and summed < best):
            best, found = summed, here
    return found


@lean_inner
def _coprime(count: Index) -> Index:
    """Return a step that visits all of so many places, far ones one after another."""
    step: Index = max(ONE, np.int64(0.6180339887498949 * count))
    while True:
        a, b = count, step
        while b > 0:
            a, b = b, a % b
        if a == 1:
            return step
        step += 1


@lean_kernel
def metres_from(
    first: int, stop: int, node: NDArray[np.int64], arc_ptr: NDArray[np.int64],
    arc_node: NDArray[np.int32], arc_m: NDArray[np.float64], heap: Heap,
    metres: NDArray[np.float64], apart: float, out: NDArray[np.float64],
) -> None:  # fmt: skip
    """Write how far apart nodes are along streets; `apart` where no street joins them."""
    for i in range(first, stop):
        metres[:] = np.inf
        heap.place[:] = -1
        metres[node[i]] = 0.0
        size = push(heap, ZERO, ZERO, 0.0, node[i])
        while size > 0:
            here = heap.item[0]
            size = pop(heap, ZERO, size)
            heap.place[here] = DONE
            for arc in range(arc_ptr[here], arc_ptr[here + 1]):
                other = arc_node[arc]
                far = metres[here] + arc_m[arc]
                if far < metres[other]:
                    metres[other] = far
                    size = push(heap, ZERO, size, far, other)
        for k in range(len(node)):
            out[i, k] = min(metres[node[k]], apart)
