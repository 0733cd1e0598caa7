"""Line of sight with shapely: the straight line from a head to a point meets no footprint.

Footprints are taken twice, a micrometre smaller and larger. A line that meets the smaller ones is
cut, one that misses the larger ones is clear, and one between the two touches and is not decided.
It knows nothing of faces, grids or intervals.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.cameras.fleet import HeadArrays
from sim.city.streets import StreetArrays
from sim.sight.arrays import SightingArrays

MARGIN_M = 1e-6


class LinesOfSight:
    """Footprints as tall as the sky, ready to be asked."""

    def __init__(self, footprints: NDArray[np.object_]) -> None:
        mitre = {"join_style": "mitre", "mitre_limit": 50.0}
        self.smaller = shapely.STRtree(shapely.buffer(footprints, -MARGIN_M, **mitre))
        self.larger = shapely.STRtree(shapely.buffer(footprints, MARGIN_M, **mitre))

    def outside(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Points clear of every footprint: heads inside one are not for this oracle."""
        hit = np.ones(len(x), bool)
        hit[self.larger.query(shapely.points(x, y), predicate="intersects")[0]] = False
        return hit

    def clear(self, start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.int8]:
        """1 clear, 0 cut, -1 a touch; start and end have shape (lines, 2)."""
        lines = shapely.linestrings(np.stack([start, end], axis=1))
        verdict = np.ones(len(lines), np.int8)
        verdict[self.larger.query(lines, predicate="intersects")[0]] = -1
        doubtful = np.flatnonzero(verdict < 0)
        cut = self.smaller.query(lines[doubtful], predicate="intersects")[0]
        verdict[doubtful[cut]] = 0
        return verdict


def in_field(heads: HeadArrays, h: NDArray[np.int64], task: int, x, y) -> NDArray[np.int8]:
    """1 inside near limit, range and field of view, 0 outside, -1 within 1 µm of an edge."""
    dx, dy = x - heads.x[h], y - heads.y[h]
    distance = np.hypot(dx, dy)
    bearing = np.degrees(np.arctan2(dx, dy)) - heads.heading[h]
    off = np.abs((bearing + 180) % 360 - 180) - heads.field_of_view[h] / 2
    past_edge = np.where(heads.field_of_view[h] >= 360, -np.inf, np.radians(off) * distance)
    margins = np.stack([distance - heads.reach[h, task], heads.near[h] - distance, past_edge])
    margins[1, heads.near[h] == 0] = -np.inf
    worst = margins.max(axis=0)
    return np.where(worst < -MARGIN_M, 1, np.where(worst > MARGIN_M, 0, -1)).astype(np.int8)


def points_on(streets: StreetArrays, edge, t) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates of positions along edges."""
    base = np.concatenate([[0.0], np.cumsum(streets.edge_length)])
    key = base[streets.segment_edge] + streets.segment_start
    k = np.searchsorted(key, base[edge] + t, side="right") - 1
    k = np.clip(k, streets.segment_ptr[edge], streets.segment_ptr[edge + 1] - 1)
    dx = streets.segment_x1[k] - streets.segment_x0[k]
    dy = streets.segment_y1[k] - streets.segment_y0[k]
    s = (t - streets.segment_start[k]) / np.hypot(dx, dy)
    return streets.segment_x0[k] + s * dx, streets.segment_y0[k] + s * dy


def engine_says(seen: SightingArrays, task: int, edge, head, t) -> NDArray[np.int8]:
    """1 inside a sighting, 0 outside, -1 within a micrometre of an end; one row a question."""
    edges = seen.edge_ptr.shape[1] - 1
    rows = slice(seen.edge_ptr[task, 0], seen.edge_ptr[task, edges])
    heads = int(max(seen.head.max(initial=0), np.max(head, initial=0))) + 1
    of_edge = np.repeat(np.arange(edges), np.diff(seen.edge_ptr[task]))
    place = of_edge.astype(np.int64) * heads + seen.head[rows]
    start, end = seen.start[rows], seen.end[rows]
    asked = np.asarray(edge, np.int64) * heads + head
    answer = np.zeros(len(asked), np.int8)
    first, stop = np.searchsorted(place, asked), np.searchsorted(place, asked, side="right")
    for step in range(int((stop - first).max(initial=0))):
        live = np.flatnonzero(first + step < stop)
        i = first[live] + step
        inside = np.minimum(t[live] - start[i], end[i] - t[live])
        answer[live[inside > MARGIN_M]] = 1
        answer[live[np.abs(inside) <= MARGIN_M]] = -1
    return answer


def compare(streets, heads, seen, sight: LinesOfSight, edge, head, t, task=0, deck=True):
    """Count questions decided by both, disagreements, and undecided ones; list the first few."""
    x, y = points_on(streets, edge, t)
    field = in_field(heads, head, task, x, y)
    if deck:
        field = np.where(streets.edge_deck[edge] == heads.deck[head], field, 0)
    truth = field.copy()
    ask = np.flatnonzero(field == 1)
    start = np.column_stack([heads.x[head[ask]], heads.y[head[ask]]])
    truth[ask] = sight.clear(start, np.column_stack([x[ask], y[ask]]))
    engine = engine_says(seen, task, edge, head, t)
    decided = (truth >= 0) & (engine >= 0)
    wrong = np.flatnonzero(decided & (truth != engine))
    return int(decided.sum()), wrong, int((~decided).sum()), truth, engine
