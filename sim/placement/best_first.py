"""The queue of every greedy choice: highest gain first, and of equals the lowest number.

A heap of 64-bit keys, gain above and number below. Gains are kept by whoever chooses and may fall
at any time; a key is brought up to date only when it comes to the top. What a gain means is not
known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.jit import lean_inner

Longs = NDArray[np.int64]

STEP = 4
"""The floor of the heap is lowered by this part of the highest gain at a time."""


class Picks(NamedTuple):
    """Candidates in the order in which they were chosen."""

    order: Longs
    gain: Longs
    """What each added when it was chosen: millimetres of street, or weight of trips."""


def check_keys(highest: int, slots: int) -> None:
    """Refuse gains that leave no room for the number of the candidate in one 64-bit key.

    Raises
    ------
    InputError
        The product of the highest gain and the number of candidates is above 2⁶².
    """
    if highest * max(slots, 1) > 2**62:
        raise InputError(
            f"greedy: one candidate of {slots:,} adds {highest:,}, more than can be told apart; "
            "take smaller weights or fewer candidates"
        )


def standing(first: Sequence[int] | Longs, candidates: int) -> Longs:
    """Return the candidates that stand already as an array.

    Raises
    ------
    InputError
        One of them is not a candidate, or stands there twice.
    """
    locked = np.asarray(first, np.int64)
    if len(np.unique(locked)) < len(locked) or ((locked < 0) | (locked >= candidates)).any():
        raise InputError(
            f"greedy: heads that stand already must be different candidates, 0 to {candidates - 1}"
        )
    return locked


@lean_inner
def settle(
    heap: Longs, begin: int, stop: int, size: int, floor: int, gain: Longs
) -> tuple[int, int]:
    """Bring the best of the slots from begin to stop to the top of their heap.

    The heap holds only keys of `floor` and more. Gains only fall, so no key in it is below the
    truth (lazy greedy, Minoux 1978) and none outside has risen above the floor: what falls below
    leaves, and when all have left, the floor is lowered and the gains are read through once more.
    Returns the size of the heap, 0 where nothing adds anything any more, and the floor.
    """
    while True:
        while size > 0:
            slot = len(gain) - 1 - heap[begin] % len(gain)
            now = gain[slot] * len(gain) + (len(gain) - 1 - slot)
            if now == heap[begin]:
                return size, floor
            heap[begin] = now
            if gain[slot] < floor:
                size -= 1
                heap[begin] = heap[begin + size]
            _sink(heap, begin, size, 0)
        if floor == 1:
            return 0, 1
        size, floor = _fill(heap, begin, stop, floor, gain)


@lean_inner
def _fill(heap: Longs, begin: int, stop: int, floor: int, gain: Longs) -> tuple[int, int]:
    """Lower the floor and make a heap of the slots that reach it; return its size and the floor.

    A key is the gain and, below it, the number of the slot counted from the last: the highest key
    is the highest gain, and of equals the slot with the lowest number.
    """
    highest = 1
    for slot in range(begin, stop):
        highest = max(highest, gain[slot])
    floor = highest - highest // STEP
    size = 0
    for slot in range(begin, stop):
        if gain[slot] >= floor:
            heap[begin + size] = gain[slot] * len(gain) + (len(gain) - 1 - slot)
            size += 1
    for k in range(size // 2 - 1, -1, -1):
        _sink(heap, begin, size, k)
    return size, floor


@lean_inner
def _sink(heap: Longs, begin: int, size: int, k: int) -> None:
    """Let the key at k sink below the higher ones."""
    if k >= size:
        return
    key = heap[begin + k]
    while 2 * k + 1 < size:
        child = 2 * k + 1
        if child + 1 < size and heap[begin + child + 1] > heap[begin + child]:
            child += 1
        if heap[begin + child] <= key:
            break
        heap[begin + k] = heap[begin + child]
        k = child
    heap[begin + k] = key
