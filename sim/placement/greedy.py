"""Greedy choice of heads: next is always the candidate that shows most of what is still unseen.

What a candidate would add is not looked up again but kept exact: when a part of a street is first
seen, its length is taken from every candidate that sees it, which happens once for each part, so
the picks are those of plain greedy at a cost that hardly depends on how many are made. Lengths are
whole millimetres and the lowest number wins a tie. `sim.placement.bound` tells how much better any
other fleet could be.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import kernel, lean_inner
from sim.placement.best_first import Picks, check_keys, settle, standing
from sim.placement.incidence import Incidence

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Slots(NamedTuple):
    """What is chosen from: the part of one candidate's view that lies in one cell is a slot."""

    cell_ptr: Longs
    """Slots of cell c are cell_ptr[c] : cell_ptr[c + 1], in ascending order of candidate."""
    head: Longs
    of_row: Ints
    gain: Longs
    """What each slot would add now; the choice keeps it exact."""


class Free(NamedTuple):
    """What is still unseen: of stretch s the first parts[s] rows from stretch_ptr[s] + s on."""

    parts: Ints
    start: Ints
    end: Ints
    """Millimetres along the edge; the parts of a stretch stand in no order."""


def greedy_cover(incidence: Incidence, count: int, *, first: Sequence[int] | Longs = ()) -> Picks:
    """Choose heads that see most street: each adds more unseen length than any other would.

    Parameters
    ----------
    incidence
        What the candidates see.
    count
        How many to choose, those of `first` included; fewer where nothing new is left to see.
    first
        Candidates that stand already: chosen first, in this order, whatever they add.

    Notes
    -----
    Greedy for maximum coverage (Nemhauser, Wolsey and Fisher 1978): it sees at least 1 − 1/e of
    what the best fleet of that size would.
    """
    everyone = np.arange(incidence.candidates)
    whole = np.array([0, incidence.candidates])
    slots = Slots(whole, everyone, incidence.head, incidence.alone())
    return _choose(
        incidence, slots, np.zeros(len(incidence.stretches.edge), np.int32), count, first
    )


def equity_cover(
    incidence: Incidence,
    cell_of_stretch: NDArray[np.integer],
    count: int,
    *,
    first: Sequence[int] | Longs = (),
) -> Picks:
    """Choose heads for the cell that is seen least: the candidate that adds most length in it.

    Parameters
    ----------
    incidence
        What the candidates see.
    cell_of_stretch
        Cell of each stretch of the incidence, from 0.
    count, first
        As for `greedy_cover`. A cell in which nothing new can be seen is passed over; of cells
        with the same share the one with the lowest number comes first.
    """
    cell = np.asarray(cell_of_stretch, np.int32)
    candidates = incidence.candidates
    key = cell[incidence.row_stretch].astype(np.int64) * candidates + incidence.head
    slot, of_row = np.unique(key, return_inverse=True)
    length = incidence.end.astype(np.int64) - incidence.start
    gain = np.zeros(len(slot), np.int64)
    np.add.at(gain, of_row, length)
    cells = int(cell.max(initial=-1)) + 1
    ptr = np.searchsorted(slot, np.arange(cells + 1) * candidates)
    slots = Slots(ptr.astype(np.int64), slot % max(candidates, 1), of_row.astype(np.int32), gain)
    return _choose(incidence, slots, cell, count, first)


def _choose(
    incidence: Incidence, slots: Slots, cell: Ints, count: int, first: Sequence[int] | Longs
) -> Picks:
    """Give the kernel its working arrays and cut what it wrote to what was chosen."""
    locked = standing(first, incidence.candidates)
    count = max(min(count, incidence.candidates), len(locked))
    check_keys(int(slots.gain.max(initial=0)), len(slots.gain))
    stretches = incidence.stretches
    cells = len(slots.cell_ptr) - 1
    length = np.bincount(cell, stretches.length, cells).astype(np.int64)
    # a stretch falls apart into one more unseen part with each row at most
    room = len(incidence.head) + len(stretches.edge)
    free = Free(
        np.ones(len(stretches.edge), np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    )
    picks = Picks(np.empty(count, np.int64), np.empty(count, np.int64))
    chosen = _choose_heads(incidence, slots, cell, length, free, locked, picks)
    return Picks(picks.order[:chosen], picks.gain[:chosen])


@kernel
def _choose_heads(
    incidence: Incidence, slots: Slots, cell: Ints, length: Longs, free: Free, locked: Longs,
    picks: Picks,
) -> int:  # fmt: skip
    """Choose heads one by one; return how many were found."""
    stretches, stretch_ptr = incidence.stretches, incidence.stretch_ptr
    for s in range(len(stretches.start)):
        free.start[stretch_ptr[s] + s] = stretches.start[s]
        free.end[stretch_ptr[s] + s] = stretches.end[s]
    heap = np.empty(len(slots.gain), np.int64)
    size = np.zeros(len(length), np.int64)
    floor = np.zeros(len(length), np.int64)
    unseen = length.copy()
    taken = 0
    while taken < len(picks.order):
        if taken < len(locked):
            head = locked[taken]
        else:
            slot = _best_of_the_least_seen(heap, slots, size, floor, length, unseen)
            if slot < 0:
                break
            head = slots.head[slot]
        new = 0
        for i in range(incidence.head_ptr[head], incidence.head_ptr[head + 1]):
            row = incidence.head_row[i]
            seen = _see(incidence, slots, free, row)
            unseen[cell[incidence.row_stretch[row]]] -= seen
            new += seen
        picks.order[taken], picks.gain[taken] = head, new
        taken += 1
    return taken


@lean_inner
def _best_of_the_least_seen(
    heap: Longs, slots: Slots, size: Longs, floor: Longs, length: Longs, unseen: Longs
) -> int:
    """Return the best slot of the cell with the least share seen, -1 where nothing is left.

    A cell with nothing to gain has an empty heap and a floor of 1.
    """
    while True:
        least, share = -1, 0.0
        for c in range(len(length)):
            if (size[c] > 0 or floor[c] != 1) and unseen[c] / length[c] > share:
                least, share = c, unseen[c] / length[c]
        if least < 0:
            return -1
        begin, stop = slots.cell_ptr[least], slots.cell_ptr[least + 1]
        gain = slots.gain
        size[least], floor[least] = settle(heap, begin, stop, size[least], floor[least], gain)
        if size[least] > 0:
            slot: int = len(gain) - 1 - heap[begin] % len(gain)
            return slot


@lean_inner
def _see(incidence: Incidence, slots: Slots, free: Free, seen: int) -> int:
    """See what row `seen` sees: take it from every row that saw it; return what was new."""
    start, end, of_row, gain = incidence.start, incidence.end, slots.of_row, slots.gain
    low, high = start[seen], end[seen]
    stretch = incidence.row_stretch[seen]
    begin, stop = incidence.stretch_ptr[stretch], incidence.stretch_ptr[stretch + 1]
    base = begin + stretch
    new = 0
    k = 0
    while k < free.parts[stretch]:
        a, b = max(low, free.start[base + k]), min(high, free.end[base + k])
        if a >= b:
            k += 1
            continue
        new += b - a
        for row in range(begin, stop):
            both = min(b, end[row]) - max(a, start[row])
            if both > 0:
                gain[of_row[row]] -= both
        before, after = a > free.start[base + k], b < free.end[base + k]
        if before and after:
            last = base + free.parts[stretch]
            free.start[last], free.end[last] = b, free.end[base + k]
            free.parts[stretch] += 1
        if before:
            free.end[base + k] = a
        elif after:
            free.start[base + k] = b
        else:
            free.parts[stretch] -= 1
            last = base + free.parts[stretch]
            free.start[base + k], free.end[base + k] = free.start[last], free.end[last]
            continue
        k += 1
    return new
