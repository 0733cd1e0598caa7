"""From points on a map to walks on the network: way-points joined, dense tracks matched.

A track is matched as a whole, so that noise does not send it into side streets: of the streets
near each point those are taken that are near and keep the way between points short (Newson and
Krumm, "Hidden Markov map matching through noise and sparseness", 2009). It reads no files.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.streets import StreetNetwork
from sim.errors import InputError
from sim.trips.parameters import WALKING_SPEED_M_S
from sim.trips.routing import Walks, walk
from sim.wording import counted

TOO_FAR_M = 50.0
"""A point further than this from every street is left out, and counted."""
THIN_M = 20.0
"""Points of a track nearer than this to the one before add noise, not knowledge."""
TRACK_M = 100.0
"""Points with a neighbour this near are a track; others are way-points at their nearest street."""
CHOICES = 6
"""Streets among which a point of a track is matched."""
NOISE_M = 8.0
"""Standard deviation of a phone's position between buildings, taken as normal."""
DETOUR_M = 10.0
"""Scale of the way along streets less the straight line between two points, exponential."""
POINTS_AT_ONCE = 20_000
LONGEST_LINE = 50_000
"""Points of one line after thinning, 1,000 km at least; more is not a walk and fills memory."""
COUNTED = (
    "points_too_far", "joined_across_points_left_out", "dropped_too_far", "dropped_zero_length",
    "unreachable",
)  # fmt: skip


class Matched(NamedTuple):
    """Walks along the network, in the order of the lines that could be matched."""

    line: NDArray[np.int64]
    """Which line each walk is of."""
    path_ptr: NDArray[np.int64]
    """As in `sim.trips.Trips`."""
    path_edge: NDArray[np.int32]
    path_backward: NDArray[np.bool_]
    report: dict[str, float]


class _Near(NamedTuple):
    """For each point the streets it may lie on, nearest first; edge −1 where there are fewer."""

    edge: NDArray[np.int64]
    """Shape (points, CHOICES), as the others."""
    t: NDArray[np.float64]
    """Position along the edge, m."""
    away: NDArray[np.float64]
    """Distance, m; infinite where there is no street."""


class _Ways(NamedTuple):
    """From each point to the next: for each pair of streets the way, as (steps, i, j)."""

    detour: NDArray[np.float64]
    """Metres of the way beyond the straight line; infinite where there is no way."""
    leaves: NDArray[np.int8]
    """End by which the first street is left: 0 for u, 1 for v, −1 where it is not left."""
    enters: NDArray[np.int8]
    walks: Walks
    """Between junctions."""
    walk_of: dict[tuple[int, int], int]
    """Which walk joins which two junctions."""


Path = tuple[int, list[int], list[bool]]
"""Number of a line, the edges of its walk, and whether each is walked backward."""


def match(
    streets: StreetNetwork,
    xy: NDArray[np.float64],
    ptr: NDArray[np.int64],
    *,
    speed_m_s: float = WALKING_SPEED_M_S,
) -> Matched:
    """Find the walk along the streets that each line of points means.

    Parameters
    ----------
    streets
        The network.
    xy
        Points of all lines end to end, shape (points, 2), metres in the CRS of the streets.
    ptr
        Points of line i are ptr[i] : ptr[i + 1].
    speed_m_s
        Decides, with the slower steps, which way between two points is the quickest.

    Returns
    -------
    Matched
        Walks from junction to junction, each the nearer end of a street. Lines that come to no
        walk are left out and counted: too far from streets (points_too_far, dropped_too_far),
        within half a street (dropped_zero_length), or not joined by any way (unreachable). Lines
        that lack some points are joined across them (joined_across_points_left_out).

    Raises
    ------
    InputError
        A line is far longer than anybody's walk.
    """
    report = dict.fromkeys(COUNTED, 0.0)
    xy, line_of, near, cut = _on_streets(streets, xy, ptr, report)
    counts = np.bincount(line_of, minlength=len(ptr) - 1)
    lines = np.flatnonzero(counts >= 2)
    _refuse_long(counts)
    report["dropped_too_far"] = float(len(counts) - len(lines))
    ends = np.cumsum(counts)
    paths: list[Path] = []
    for some in _in_batches(lines, counts):
        all_of = slice(int(ends[some[0]] - counts[some[0]]), int(ends[some[-1]]))
        part = _Near(near.edge[all_of], near.t[all_of], near.away[all_of])
        joined = np.diff(line_of[all_of]) == 0
        ways = _all_ways(streets, xy[all_of], part, joined, speed_m_s)
        for line in some.tolist():
            at = slice(ends[line] - counts[line] - all_of.start, ends[line] - all_of.start)
            path = _path(streets, part, ways, at)
            if path is None:
                report["unreachable"] += 1
            elif not path[0]:
                report["dropped_zero_length"] += 1
            else:
                report["joined_across_points_left_out"] += float(cut[line])
                paths.append((line, *path))
    return _matched(paths, report)


def _refuse_long(counts: NDArray[np.int64]) -> None:
    """Refuse a line of more points than anybody's walk.

    Raises
    ------
    InputError
        Names the first such line.
    """
    if counts.max(initial=0) > LONGEST_LINE:
        raise InputError(
            f"walk {counts.argmax() + 1} has {counted(counts.max(), 'point')} {THIN_M:.0f} m "
            f"apart or more ({LONGEST_LINE:,} at most), which nobody walks; split it"
        )


def _matched(paths: list[Path], report: dict[str, float]) -> Matched:
    """Put the walks found into arrays."""
    return Matched(
        np.array([line for line, _, _ in paths], np.int64),
        np.concatenate([[0], np.cumsum([len(edge) for _, edge, _ in paths])]).astype(np.int64),
        np.array([e for _, edge, _ in paths for e in edge], np.int32),
        np.array([b for _, _, back in paths for b in back], np.bool_),
        report,
    )


def _on_streets(
    streets: StreetNetwork,
    xy: NDArray[np.float64],
    ptr: NDArray[np.int64],
    report: dict[str, float],
) -> tuple[NDArray[np.float64], NDArray[np.int64], _Near, NDArray[np.bool_]]:
    """Thin the lines and find the streets near their points; points without one are left out.

    Returns the points, the line of each, the streets near each, and which lines lack some.
    """
    kept = _thinned(xy, ptr)
    xy, line_of = xy[kept], np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))[kept]
    near = _near(streets, shapely.points(xy), _alone(xy, line_of))
    found = np.isfinite(near.away[:, 0])
    report["points_too_far"] = float((~found).sum())
    cut = np.bincount(line_of[~found], minlength=len(ptr) - 1) > 0
    near = _Near(near.edge[found], near.t[found], near.away[found])
    return xy[found], line_of[found], near, np.asarray(cut, np.bool_)


def _street_tree(streets: StreetNetwork) -> tuple[shapely.STRtree, NDArray[np.int64]]:
    """Return an index of the streets; a street from a junction to itself has no direction."""
    a = streets.arrays
    edges = np.flatnonzero(a.edge_u != a.edge_v)
    return shapely.STRtree(streets.edges.geometry.to_numpy()[edges]), edges


def _thinned(xy: NDArray[np.float64], ptr: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the points of each line that lie apart, with its first and its last."""
    kept: list[int] = []
    for begin, stop in zip(ptr[:-1].tolist(), ptr[1:].tolist(), strict=True):
        if stop == begin:
            continue
        points = xy[begin:stop].tolist()
        last = points[0]
        kept.append(begin)
        for i in range(1, len(points) - 1):
            if (points[i][0] - last[0]) ** 2 + (points[i][1] - last[1]) ** 2 >= THIN_M**2:
                last = points[i]
                kept.append(begin + i)
        if len(points) > 1:
            kept.append(stop - 1)
    return np.array(kept, np.int64)


def _alone(xy: NDArray[np.float64], line: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell the way-points from the points of tracks."""
    step = np.hypot(*np.diff(xy, axis=0).T) if len(xy) > 1 else np.zeros(0)
    close = (step <= TRACK_M) & (np.diff(line) == 0)
    beside = np.zeros(len(xy), bool)
    beside[1:] |= close
    beside[:-1] |= close
    return ~beside


def _near(
    streets: StreetNetwork,
    points: NDArray[np.object_],
    alone: NDArray[np.bool_],
) -> _Near:
    """Find the streets near each point: several for a track, the nearest for a way-point.

    Way-points lie on the street deck where one is near enough: nobody says "exit B2" and means
    the bridge above it.
    """
    tree, edges = _street_tree(streets)
    edge = np.full((len(points), CHOICES), -1, np.int64)
    away = np.full((len(points), CHOICES), np.inf)
    level = streets.arrays.edge_deck == 0
    for first in range(0, len(points), POINTS_AT_ONCE):
        some = points[first : first + POINTS_AT_ONCE]
        of, found = tree.query(some, predicate="dwithin", distance=TOO_FAR_M)
        street = edges[found]
        distance = shapely.distance(some[of], streets.edges.geometry.to_numpy()[street])
        later = alone[first + of] & ~level[street]
        order = np.lexsort((street, distance, later, of))
        of, street, distance = of[order], street[order], distance[order]
        place = np.arange(len(of)) - np.searchsorted(of, of)
        good = place < np.where(alone[first + of], 1, CHOICES)
        edge[first + of[good], place[good]] = street[good]
        away[first + of[good], place[good]] = distance[good]
    t = np.zeros(edge.shape)
    row, column = np.nonzero(edge >= 0)
    line = streets.edges.geometry.to_numpy()[edge[row, column]]
    along = shapely.line_locate_point(line, points[row], normalized=True)
    t[row, column] = along * streets.arrays.edge_length[edge[row, column]]
    return _Near(edge, t, away)


def _in_batches(lines: NDArray[np.int64], counts: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Cut the lines so that the ways between the points of one batch fit into memory."""
    number = np.cumsum(counts[lines]) // POINTS_AT_ONCE
    return [lines[number == n] for n in np.unique(number)]


def _all_ways(
    streets: StreetNetwork,
    xy: NDArray[np.float64],
    near: _Near,
    joined: NDArray[np.bool_],
    speed_m_s: float,
) -> _Ways:
    """Find the way from each point's streets to the next one's, where both are of one line."""
    a = streets.arrays
    ends = np.stack([a.edge_u[near.edge], a.edge_v[near.edge]], axis=-1).astype(np.int64)
    rest = np.stack([near.t, a.edge_length[near.edge] - near.t], axis=-1)
    real = near.edge >= 0
    # axes: step, street here, street there, end here, end there
    start, stop = ends[:-1, :, None, :, None], ends[1:, None, :, None, :]
    both = np.broadcast_to(
        (real[:-1, :, None] & real[1:, None, :] & joined[:, None, None])[..., None, None],
        (len(xy) - 1, CHOICES, CHOICES, 2, 2),
    )
    key = np.broadcast_to(start * len(a.node_x) + stop, both.shape)
    wanted, index = np.unique(key[both], return_inverse=True)
    walks = walk(
        streets, wanted // len(a.node_x), wanted % len(a.node_x), np.full(len(wanted), -1),
        seed=0, cost_dispersion=0.0, speed_m_s=speed_m_s,
    )  # fmt: skip
    way = np.full(both.shape, np.inf)
    way[both] = np.where(np.isnan(walks.length), np.inf, walks.length)[index]
    way = way + rest[:-1, :, None, :, None] + rest[1:, None, :, None, :]
    flat = way.reshape(*way.shape[:3], 4)
    best = flat.argmin(axis=-1)
    metres = np.take_along_axis(flat, best[..., None], axis=-1)[..., 0]
    leaves, enters = (best // 2).astype(np.int8), (best % 2).astype(np.int8)
    same = (near.edge[:-1, :, None] == near.edge[1:, None, :]) & real[:-1, :, None]
    straight = np.abs(near.t[:-1, :, None] - near.t[1:, None, :])
    metres = np.where(same, straight, metres)
    leaves, enters = np.where(same, -1, leaves), np.where(same, -1, enters)
    pair = {
        (int(k) // len(a.node_x), int(k) % len(a.node_x)): i for i, k in enumerate(wanted.tolist())
    }
    detour = np.maximum(metres - np.hypot(*np.diff(xy, axis=0).T)[:, None, None], 0.0)
    return _Ways(detour, leaves, enters, walks, pair)


def _most_likely(near: _Near, ways: _Ways, at: slice) -> NDArray[np.int64] | None:
    """Return which street of each point the line follows, or None where no way joins them."""
    unlikely = 0.5 * (near.away[at] / NOISE_M) ** 2
    cost = unlikely[0]
    came: list[NDArray[np.int64]] = []
    for k in range(1, len(unlikely)):
        way = cost[:, None] + ways.detour[at.start + k - 1] / DETOUR_M
        came.append(way.argmin(axis=0))
        cost = way.min(axis=0) + unlikely[k]
    if not np.isfinite(cost).any():
        return None
    chosen = [int(cost.argmin())]
    for before in reversed(came):
        chosen.append(int(before[chosen[-1]]))
    return np.array(chosen[::-1], np.int64)


def _path(
    streets: StreetNetwork, near: _Near, ways: _Ways, at: slice
) -> tuple[list[int], list[bool]] | None:
    """Return the streets that a line walks and whether backward; None where no way joins it."""
    chosen = _most_likely(near, ways, at)
    if chosen is None:
        return None
    a = streets.arrays
    ends = (a.edge_u, a.edge_v)
    point = np.arange(at.start, at.stop)
    edge, t = near.edge[point, chosen].tolist(), near.t[point, chosen].tolist()
    leaves = ways.leaves[point[:-1], chosen[:-1], chosen[1:]].tolist()
    enters = ways.enters[point[:-1], chosen[:-1], chosen[1:]].tolist()
    path: list[int] = []
    backward: list[bool] = []
    entered: int | None = None
    reached = [t[0] / a.edge_length[edge[0]]]
    for k in range(len(edge)):
        left = leaves[k] if k < len(leaves) else None
        if left is None or left >= 0:
            walked = _on_street(entered, left, reached)
            path.extend([edge[k]] * len(walked))
            backward.extend(begin == 1 for begin in walked)
        if left is not None and left >= 0:
            found = ways.walk_of[int(ends[left][edge[k]]), int(ends[enters[k]][edge[k + 1]])]
            between = slice(ways.walks.path_ptr[found], ways.walks.path_ptr[found + 1])
            path.extend(ways.walks.path_edge[between].tolist())
            backward.extend(ways.walks.path_backward[between].tolist())
            entered, reached = enters[k], []
        if left is not None:
            reached.append(t[k + 1] / a.edge_length[edge[k + 1]])
    return path, backward


def _on_street(entered: int | None, left: int | None, reached: list[float]) -> list[int]:
    """Return the ends (0, 1) from which a street is walked whole, one after the other.

    A line begins and ends at the nearer end of its first and last street. A street that is
    entered and left by one end is walked there and back if a point lies beyond its middle.
    """
    begin = round(reached[0]) if entered is None else entered
    stop = round(reached[-1]) if left is None else left
    if begin != stop:
        return [begin]
    passing = entered is not None and left is not None
    beyond = any(abs(share - begin) > 0.5 for share in reached)
    return [begin, 1 - begin] if passing and beyond else []
