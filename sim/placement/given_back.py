"""What is seen no more once cameras are gone: stretches of street, metres of walks, whole walks.

A stretch is seen again by nobody only where all cameras that see it are gone, and a walk is unseen
as walked only without every camera that sees any of it. So each is a weight, given back when the
last of a set of heads goes; sets that are equal are one. Lengths are whole millimetres.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.placement.bound import cut_pieces
from sim.placement.incidence import Incidence, incidence, stretches_in, whole_edges

if TYPE_CHECKING:
    from sim.sight.sightings import Sightings
    from sim.trips.model import Trips

Longs = NDArray[np.int64]

STREETS, TRIPS, UNSEEN = "streets", "trips", "unseen"
GOALS = (UNSEEN, TRIPS, STREETS)
"""What to give back: walks unseen as walked, metres of walks, or street of the study area."""


class GivenBack(NamedTuple):
    """Weights, and the heads that must all be gone for each to be given back."""

    weight: Longs
    """Walks, or mm of walks or street."""
    ptr: Longs
    """Heads of set s are head[ptr[s] : ptr[s + 1]], ascending."""
    head: Longs
    """Rows of the fleet, below `heads`."""
    heads: int
    free: int
    """The weight that no head holds back."""

    @property
    def sets(self) -> Longs:
        """Set of each of `head`."""
        return np.repeat(np.arange(len(self.weight)), np.diff(self.ptr))

    def value(self, gone: NDArray[np.bool_]) -> int:
        """Return what is given back where these heads are gone, what was free left out.

        Parameters
        ----------
        gone
            Shape (heads,).
        """
        held = np.bincount(self.sets[~gone[self.head]], minlength=len(self.weight)) > 0
        return int(self.weight[~held].sum())

    def alone(self) -> Longs:
        """Return what each head gives back if it goes alone, shape (heads,)."""
        single = np.flatnonzero(np.diff(self.ptr) == 1)
        found = np.bincount(self.head[self.ptr[single]], self.weight[single], self.heads)
        return np.asarray(np.rint(found), np.int64)


def given_back(
    goal: str, seen: Sightings, task: int, heads: int, trips: Trips | None = None
) -> GivenBack:
    """Return what the first heads of a fleet hold back.

    Parameters
    ----------
    goal
        Of `GOALS`.
    seen
        What the whole fleet sees; streets of its study area count.
    task
        Place in `sim.cameras.optics.TASKS`.
    heads
        How many heads of the fleet are there, the first ones.
    trips
        Walks, for goals other than "streets"; those that are named do not count.

    Raises
    ------
    InputError
        There is no such goal, or no walk counts.
    """
    if goal not in GOALS:
        raise InputError(f'"{goal}" cannot be given back; choose {", ".join(GOALS)}')
    if goal == STREETS:
        stretches = stretches_in(seen.streets, seen.area)
        found = incidence(seen.arrays, task, len(seen.fleet), stretches)
        return _of_pieces(found, np.ones(len(stretches.edge), np.int64), heads)
    trip, edge = _walked(trips)
    if goal == UNSEEN:
        return _of_walks(seen, task, heads, trip, edge)
    stretches = whole_edges(seen.streets.arrays.edge_length)
    found = incidence(seen.arrays, task, len(seen.fleet), stretches)
    return _of_pieces(found, np.bincount(edge, minlength=len(stretches.edge)), heads)


def _walked(trips: Trips | None) -> tuple[Longs, Longs]:
    """Return each edge of each walk that counts, with the number of the walk from 0."""
    drawn = np.zeros(0, bool) if trips is None else ~trips.table["named"].to_numpy(bool)
    if trips is None or not drawn.any():
        raise InputError("no walk counts; run the scenario with trips.people above 0")
    trip = np.repeat(np.cumsum(drawn) - 1, np.diff(trips.path_ptr))
    counts = np.repeat(drawn, np.diff(trips.path_ptr))
    return trip[counts], trips.path_edge[counts].astype(np.int64)


def _of_pieces(found: Incidence, times: Longs, heads: int) -> GivenBack:
    """Return the length of each stretch so many times, held back by all heads that see it."""
    pieces, stretches = cut_pieces(found), found.stretches
    there = pieces.head < heads
    first, stop, head = pieces.first[there], pieces.stop[there], pieces.head[there]
    # `cut_pieces` lays all stretches on one axis; the first piece of each row tells the stretch
    of_piece = np.zeros(len(pieces.length), np.int64)
    piece, row = _spans(first, stop)
    of_piece[piece] = found.row_stretch[there][row]
    weight = pieces.length * times[of_piece]
    whole = int((stretches.length * times).sum())
    return _distinct(piece, head[row].astype(np.int64), weight, heads, whole)


def _of_walks(seen: Sightings, task: int, heads: int, trip: Longs, edge: Longs) -> GivenBack:
    """Return each walk once, held back by all heads that see any of it."""
    a, streets = seen.arrays, seen.streets.arrays
    ptr = a.edge_ptr[task]
    rows = slice(ptr[0], ptr[-1])
    of = np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))
    real = np.minimum(a.end[rows], streets.edge_length[of]) > a.start[rows]
    real &= a.head[rows] < heads
    along, head = _pairs(of[real], a.head[rows][real].astype(np.int64))
    on = np.searchsorted(along, np.arange(len(ptr)))
    place, which = _spans(on[edge], on[edge + 1])
    walk, head = _pairs(trip[which], head[place])
    count = int(trip.max(initial=-1)) + 1
    return _distinct(walk, head, np.ones(count, np.int64), heads, count)


def _distinct(owner: Longs, head: Longs, weight: Longs, heads: int, whole: int) -> GivenBack:
    """Put equal sets of heads together.

    Parameters
    ----------
    owner, head
        Pairs of a stretch or walk and a head that sees it, in any order.
    weight
        Of each stretch or walk.
    heads
        How many there are.
    whole
        All weight, also of what nobody sees.
    """
    owner, head = _pairs(*(x[weight[owner] > 0] for x in (owner, head)))
    named, size = np.unique(owner, return_counts=True)
    ptr = np.append(0, np.cumsum(size))
    label = size.astype(np.int64)  # sets of different size are different from the beginning
    for k in range(int(size.max(initial=0))):
        longer = np.flatnonzero(size > k)
        key = label.copy() * (heads + 1)
        key[longer] += 1 + head[ptr[longer] + k]
        label = np.unique(key, return_inverse=True)[1].astype(np.int64)
    _, first, same = np.unique(label, return_index=True, return_inverse=True)
    total = np.zeros(len(first), np.int64)
    np.add.at(total, same, weight[named])
    place, _ = _spans(ptr[first], ptr[first + 1])
    return GivenBack(
        total, np.append(0, np.cumsum(size[first])), head[place], heads, whole - int(total.sum())
    )


def _pairs(first: Longs, second: Longs) -> tuple[Longs, Longs]:
    """Return pairs in order, each once."""
    key = np.unique(first << 32 | second)
    return key >> 32, key & 0xFFFFFFFF


def _spans(first: Longs, stop: Longs) -> tuple[Longs, Longs]:
    """Return the numbers first … stop − 1 of every span, and the span of each."""
    size = stop - first
    span = np.repeat(np.arange(len(size)), size)
    return np.arange(len(span)) + (first - np.cumsum(size) + size)[span], span
