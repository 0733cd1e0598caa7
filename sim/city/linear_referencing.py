"""Positions along edges: from metres along a street to points and pieces on the map.

All functions are vectorised over many positions; t is metres along the edge from its node u.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.streets import StreetArrays


def segment_at(
    streets: StreetArrays, edge: NDArray[np.int64], t: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the segment of each edge on which its position t lies."""
    before = np.concatenate([[0.0], np.cumsum(streets.edge_length)])
    key = before[streets.segment_edge] + streets.segment_start
    found = np.searchsorted(key, before[edge] + t, side="right") - 1
    return np.clip(found, streets.segment_ptr[edge], streets.segment_ptr[edge + 1] - 1)


def points_at(
    streets: StreetArrays, edge: NDArray[np.int64], t: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the coordinates of positions along edges, shape (positions, 2)."""
    s = segment_at(streets, edge, t)
    start = np.column_stack([streets.segment_x0[s], streets.segment_y0[s]])
    step = np.column_stack([streets.segment_x1[s], streets.segment_y1[s]]) - start
    share = np.clip((t - streets.segment_start[s]) / np.hypot(*step.T), 0.0, 1.0)
    return np.asarray(start + share[:, None] * step)


def pieces_between(
    streets: StreetArrays,
    edge: NDArray[np.int64],
    t0: NDArray[np.float64],
    t1: NDArray[np.float64],
) -> NDArray[np.object_]:
    """Return the part of each edge from t0 to t1 (t0 < t1) as a LineString."""
    first, last = segment_at(streets, edge, t0), segment_at(streets, edge, t1)
    # the joints strictly between the ends are the beginnings of segments first + 1 … last
    last = np.where(streets.segment_start[last] >= t1, last - 1, last)
    inner = np.maximum(last - first, 0)
    offset = np.concatenate([[0], np.cumsum(inner + 2)])
    coordinates = np.empty((offset[-1], 2))
    coordinates[offset[:-1]] = points_at(streets, edge, t0)
    coordinates[offset[1:] - 1] = points_at(streets, edge, t1)
    joint = np.arange(inner.sum()) - np.repeat(np.cumsum(inner) - inner, inner)
    segment = np.repeat(first, inner) + 1 + joint
    at = np.repeat(offset[:-1], inner) + 1 + joint
    coordinates[at] = np.column_stack([streets.segment_x0[segment], streets.segment_y0[segment]])
    return np.asarray(
        shapely.from_ragged_array(shapely.GeometryType.LINESTRING, coordinates, (offset,))
    )
