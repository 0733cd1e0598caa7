"""Which stretches of streets have others beside them or across them, exactly.

Of two straight segments, the stretch of the first from which the foot of a perpendicular falls on
the second is one interval. Such intervals tell how many lines run along a street, so that a street
drawn as two carriageways and two pavements can be counted once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.streets import StreetArrays

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Chosen = NDArray[np.bool_]
AT_ONCE = 20_000
"""Segments whose neighbours are looked for together: bounds the memory."""
ALONG = np.cos(np.radians(45))
"""Two segments run along each other where the angle between them is below 45°."""


class Beside(NamedTuple):
    """Stretches of edges that have another segment beside or across them.

    `edge` and `other` are the edges of both; `start` and `end` are metres along `edge`; `along`
    tells which run along each other, the others cross.
    """

    edge: Ints
    other: Ints
    start: Floats
    end: Floats
    along: Chosen


class Steps(NamedTuple):
    """A key's line cut where a number changes: from `start` to `end` so many cover it, by kind."""

    key: Ints
    start: Floats
    end: Floats
    number: Ints


def stretches(
    streets: StreetArrays,
    distance_m: float,
    wanted: Callable[[Ints, Ints], Chosen],
    edges: Chosen | None = None,
    others: Chosen | None = None,
) -> Iterator[Beside]:
    """Yield the stretches of edges that have others within a distance, some segments at a time.

    Parameters
    ----------
    streets
        The network.
    distance_m
        How far the foot of a perpendicular may be, m.
    wanted
        Takes an edge and another of each pair and returns which pairs count.
    edges, others
        Which edges are looked at, and which may lie beside them; all by default.

    Yields
    ------
    Beside
        Of positive length; several of one edge may overlap.
    """
    s = streets
    ends = np.stack(
        [
            np.column_stack([s.segment_x0, s.segment_y0]),
            np.column_stack([s.segment_x1, s.segment_y1]),
        ],
        axis=1,
    )
    line = shapely.linestrings(ends)
    there = np.arange(len(line)) if others is None else np.flatnonzero(others[s.segment_edge])
    here = np.arange(len(line)) if edges is None else np.flatnonzero(edges[s.segment_edge])
    tree = shapely.STRtree(line[there])
    for begin in range(0, len(here), AT_ONCE):
        some = here[begin : begin + AT_ONCE]
        mine, near = tree.query(line[some], predicate="dwithin", distance=distance_m)
        one, two = some[mine], there[near]
        keep = (one != two) & wanted(
            s.segment_edge[one].astype(np.int64), s.segment_edge[two].astype(np.int64)
        )
        yield _of_pairs(streets, ends, one[keep], two[keep], distance_m)


def _of_pairs(
    streets: StreetArrays, ends: Floats, one: Ints, two: Ints, distance_m: float
) -> Beside:
    """Return the stretch of each segment `one` whose perpendicular foot lies on `two`."""
    a, b = ends[one, 0], ends[one, 1]
    length, towards = _directions(a, b)
    other_length, other_towards = _directions(ends[two, 0], ends[two, 1])
    cosine = (towards * other_towards).sum(axis=1)
    from_other = a - ends[two, 0]
    # a point of `one` has, from the beginning of `two`, so much along it and so much to its side
    along = (from_other * other_towards).sum(axis=1)
    side = from_other[:, 0] * other_towards[:, 1] - from_other[:, 1] * other_towards[:, 0]
    sine = towards[:, 0] * other_towards[:, 1] - towards[:, 1] * other_towards[:, 0]
    low, high = _where_between(along, cosine, np.zeros(len(one)), other_length)
    near = _where_between(side, sine, np.full(len(one), -distance_m), np.full(len(one), distance_m))
    low, high = (
        np.maximum(np.maximum(low, near[0]), 0.0),
        np.minimum(np.minimum(high, near[1]), length),
    )
    real = high > low
    edge = streets.segment_edge[one].astype(np.int64)
    last = np.append(streets.segment_start[1:], 0.0)[one]
    final = one + 1 == streets.segment_ptr[edge + 1]
    last = np.where(final, streets.edge_length[edge], last)
    start, scale = streets.segment_start[one], (last - streets.segment_start[one]) / length
    return Beside(
        edge[real], streets.segment_edge[two].astype(np.int64)[real],
        (start + low * scale)[real], (start + high * scale)[real],
        (np.abs(cosine) >= ALONG)[real],
    )  # fmt: skip


def _directions(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    step = b - a
    length = np.maximum(np.hypot(*step.T), 1e-12)
    return length, step / length[:, None]


def _where_between(
    value: Floats, slope: Floats, lowest: Floats, highest: Floats
) -> tuple[Floats, Floats]:
    """Return from where to where value + slope · t lies between bounds; nowhere: inf, -inf."""
    flat = np.abs(slope) < 1e-12
    safe = np.where(flat, 1.0, slope)
    one, two = (lowest - value) / safe, (highest - value) / safe
    low, high = np.minimum(one, two), np.maximum(one, two)
    inside = (value >= lowest) & (value <= highest)
    low = np.where(flat, np.where(inside, -np.inf, np.inf), low)
    return low, np.where(flat, np.where(inside, np.inf, -np.inf), high)


def counted(
    key: Ints, start: Floats, end: Floats, length: Floats, amount: Ints | None = None
) -> Steps:
    """Cut lines where the number of intervals that cover them changes.

    Parameters
    ----------
    key, start, end
        Of each interval the line that it is on, and from where to where, m.
    length
        Of each line 0 … n - 1, m: their ends are cuts too.
    amount
        For how much each interval counts, shape (intervals, kinds); once by default.

    Returns
    -------
    Steps
        In order of line and position; every line is covered whole. `number` has a column for each
        kind.
    """
    lines = np.arange(len(length))
    each = np.ones((len(key), 1), np.int64) if amount is None else amount
    at = np.concatenate([np.zeros(len(length)), length, start, end])
    of = np.concatenate([lines, lines, key, key])
    change = np.concatenate([np.zeros((2 * len(length), each.shape[1]), np.int64), each, -each])
    order = np.lexsort((at, of))
    at, of, count = at[order], of[order], np.cumsum(change[order], axis=0)[:-1]
    real = (of[1:] == of[:-1]) & (at[1:] > at[:-1])
    return Steps(of[:-1][real], at[:-1][real], at[1:][real], count[real])
