"""Which candidate sees which stretch of street, in whole millimetres, for the choice of heads.

Every edge of the network is one stretch, or as many as it has parts in the study area; what lies
outside counts for nothing and is left out. Positions are rounded to millimetres once, along the
edge, so lengths add up exactly and two ways of choosing can be compared to the bit. How candidates
were thought of, and which of them is best, is decided elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.linear_referencing import points_at
from sim.sight.arrays import SightingArrays
from sim.sight.ranks import edge_cuts
from sim.sight.sightings import head_index

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from sim.city.streets import StreetNetwork


class Stretches(NamedTuple):
    """Parts of edges that count, in the order of the edges and along each."""

    edge: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    """Millimetres along the edge from its node u."""

    @property
    def length(self) -> NDArray[np.int64]:
        """Length of each stretch, mm."""
        return self.end.astype(np.int64) - self.start


class Incidence(NamedTuple):
    """What candidates see, an interval a row, sorted by stretch and candidate."""

    stretches: Stretches
    stretch_ptr: NDArray[np.int64]
    """Rows of stretch s are stretch_ptr[s] : stretch_ptr[s + 1]."""
    head: NDArray[np.int32]
    """Candidate, from 0."""
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    """Millimetres along the edge; the intervals of one candidate do not overlap."""
    row_stretch: NDArray[np.int32]
    head_ptr: NDArray[np.int64]
    head_row: NDArray[np.int64]
    """Rows of candidate h are head_row[head_ptr[h] : head_ptr[h + 1]]."""

    @property
    def candidates(self) -> int:
        """Number of candidates, those that see nothing included."""
        return len(self.head_ptr) - 1

    def alone(self) -> NDArray[np.int64]:
        """Return what each candidate would see if it were the only one, mm."""
        length = self.end.astype(np.int64) - self.start
        total = np.concatenate([[0], np.cumsum(length[self.head_row])])
        return np.asarray(np.diff(total[self.head_ptr]), np.int64)


def whole_edges(length: NDArray[np.float64]) -> Stretches:
    """Return every edge as one stretch.

    Parameters
    ----------
    length
        Of each edge, m.
    """
    end = np.rint(length * 1000).astype(np.int32)
    return Stretches(np.arange(len(length), dtype=np.int32), np.zeros_like(end), end)


def stretches_in(streets: StreetNetwork, area: BaseGeometry | None) -> Stretches:
    """Return the parts of the streets that lie in the study area, all of them where it is None.

    They are the parts that `sim.sight.ranks.first_seen` counts.
    """
    length = streets.arrays.edge_length
    if area is None:
        return whole_edges(length)
    cut_ptr, cut = edge_cuts(streets, area)
    edges = np.arange(len(length))
    edge = np.concatenate([edges, np.repeat(edges, np.diff(cut_ptr))])
    start = np.concatenate([np.zeros(len(length)), cut])
    order = np.lexsort((start, edge))
    edge, start = edge[order], start[order]
    last = np.append(edge[1:] != edge[:-1], [True] * bool(len(edge)))
    end = np.where(last, length[edge], np.append(start[1:], 0.0))
    shapely.prepare(area)
    inside = shapely.intersects_xy(area, *points_at(streets.arrays, edge, (start + end) / 2).T)
    begin_mm, end_mm = (np.rint(t * 1000).astype(np.int32) for t in (start, end))
    keep = inside & (end_mm > begin_mm)
    return Stretches(edge[keep].astype(np.int32), begin_mm[keep], end_mm[keep])


def incidence(
    sightings: SightingArrays, task: int, candidates: int, stretches: Stretches
) -> Incidence:
    """Arrange what candidates see of the stretches that count.

    Parameters
    ----------
    sightings
        What all candidates see; their heads are numbered as the candidates are.
    task
        Number of the task in `sim.cameras.optics.TASKS`.
    candidates
        How many there are, those that see nothing included.
    stretches
        From `stretches_in` or `whole_edges`.
    """
    first, stop = (sightings.edge_ptr[task, i + stretches.edge] for i in (0, 1))
    size = stop - first
    stretch = np.repeat(np.arange(len(size), dtype=np.int32), size)
    source = np.arange(len(stretch)) + np.repeat(first - (np.cumsum(size) - size), size)
    start = np.rint(sightings.start[source] * 1000).astype(np.int32)
    end = np.rint(sightings.end[source] * 1000).astype(np.int32)
    np.maximum(start, stretches.start[stretch], out=start)
    np.minimum(end, stretches.end[stretch], out=end)
    keep = end > start
    if not keep.all():
        stretch, source, start, end = stretch[keep], source[keep], start[keep], end[keep]
    stretch_ptr = np.zeros(len(size) + 1, np.int64)
    stretch_ptr[1:] = np.bincount(stretch, minlength=len(size)).cumsum()
    head = sightings.head[source]
    index = head_index(SightingArrays(sightings.edge_ptr, head, sightings.start, sightings.end),
                       candidates)  # fmt: skip
    return Incidence(stretches, stretch_ptr, head, start, end, stretch, index.ptr, index.row)
