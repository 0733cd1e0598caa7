"""What can be seen from a point among walls, as an exact polygon.

Between two directions in which a wall begins, ends or crosses another, one wall is the nearest; the
polygon is made of its parts, one after another. There is no step in angle: of n walls all
directions are found at once, in n² comparisons (the lower envelope of segments round a point).
Everything is relative to the head.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PAIRS_AT_ONCE = 4_000_000


class View(NamedTuple):
    """Where a head looks: a sector with a corner for each degree of its far edge."""

    heading: float
    """Radians clockwise from north."""
    half: float
    """Half of the field of view, radians; π looks all round."""
    reach: float
    """m."""

    @property
    def round(self) -> bool:
        """Whether it looks all round."""
        return bool(self.half >= np.pi)


def star_corners(walls: Floats, view: View) -> Floats:
    """Return the corners of what is seen, clockwise, the head among them unless it looks all round.

    Parameters
    ----------
    walls
        Segments that stop every sight line from both sides, shape (n, 4): x0, y0, x1, y1, m.
    view
        Where the head at (0, 0) looks.

    Returns
    -------
    array
        Shape (corners, 2), m.
    """
    walls = walls[_nearest(walls) < view.reach]
    edge = _far_edge(view)
    lines = np.concatenate([walls, np.column_stack([edge[:-1], edge[1:]])])
    points = np.concatenate([walls[:, :2], walls[:, 2:], edge, _crossings(lines)])
    turn, points = _in_order(points, view)
    middle = (turn[1:] + turn[:-1]) / 2 + view.heading
    found = _nearest_line(lines, np.column_stack([np.sin(middle), np.cos(middle)]))
    starts = _on_lines(lines[found], points[:-1])
    ends = _on_lines(lines[found], points[1:])
    corners = np.stack([starts, ends], axis=1).reshape(-1, 2)
    return corners if view.round else np.concatenate([[[0.0, 0.0]], corners])


def _nearest(walls: Floats) -> Floats:
    """Return the distance from the head to each wall."""
    p, e = walls[:, :2], walls[:, 2:] - walls[:, :2]
    length = (e * e).sum(axis=1)
    s = np.divide(-(p * e).sum(axis=1), length, out=np.zeros(len(p)), where=length > 0)
    return np.asarray(np.hypot(*(p + s.clip(0, 1)[:, None] * e).T))


def _far_edge(view: View) -> Floats:
    """Return the corners of the far edge of a view, clockwise."""
    steps = max(int(np.ceil(np.degrees(2 * view.half) - 1e-9)), 1)
    bearing = view.heading + np.linspace(-view.half, view.half, steps + 1)
    edge = view.reach * np.column_stack([np.sin(bearing), np.cos(bearing)])
    if view.round:
        edge[-1] = edge[0]
    return edge


def _crossings(lines: Floats) -> Floats:
    """Return where lines cross one another."""
    p, e = lines[:, :2], lines[:, 2:] - lines[:, :2]
    found = [np.empty((0, 2))]
    rows = max(PAIRS_AT_ONCE // max(len(lines), 1), 1)
    for first in range(0, len(lines), rows):
        a, d = p[first : first + rows, None], e[first : first + rows, None]
        away = p[None] - a
        across = d[..., 0] * e[:, 1] - d[..., 1] * e[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            s = (away[..., 0] * e[:, 1] - away[..., 1] * e[:, 0]) / across
            t = (away[..., 0] * d[..., 1] - away[..., 1] * d[..., 0]) / across
        i, j = np.nonzero((s >= 0) & (s <= 1) & (t >= 0) & (t <= 1))
        found.append(p[first + i] + s[i, j, None] * e[first + i])
    return np.concatenate(found)


def _in_order(points: Floats, view: View) -> tuple[Floats, Floats]:
    """Return the turns from the heading at which something may change, and a point of each.

    Turns are radians from −half to half, both included, ascending.
    """
    away = np.hypot(*points.T)
    points = points[(away > 0) & (away <= view.reach * (1 + 1e-12))]
    turn = np.arctan2(points[:, 0], points[:, 1]) - view.heading
    turn -= 2 * np.pi * np.rint(turn / (2 * np.pi))
    inside = np.abs(turn) < view.half
    ends = np.array([-view.half, view.half])
    edge = view.heading + ends
    turn = np.concatenate([turn[inside], ends])
    points = np.concatenate([points[inside], np.column_stack([np.sin(edge), np.cos(edge)])])
    turn, first = np.unique(turn, return_index=True)
    return turn, points[first]


def _nearest_line(lines: Floats, directions: Floats) -> NDArray[np.int64]:
    """Return for each direction the line that it meets first."""
    p, q = lines[:, :2], lines[:, 2:]
    e = q - p
    from_head = p[:, 0] * e[:, 1] - p[:, 1] * e[:, 0]
    nearest = np.empty(len(directions), np.int64)
    rows = max(PAIRS_AT_ONCE // max(len(lines), 1), 1)
    for first in range(0, len(directions), rows):
        d = directions[first : first + rows, None]
        side_p = d[..., 0] * p[:, 1] - d[..., 1] * p[:, 0]
        side_q = d[..., 0] * q[:, 1] - d[..., 1] * q[:, 0]
        across = d[..., 0] * e[:, 1] - d[..., 1] * e[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            away = from_head / across
        met = (side_p * side_q <= 0) & (away > 0)
        nearest[first : first + rows] = np.where(met, away, np.inf).argmin(axis=1)
    return nearest


def _on_lines(lines: Floats, points: Floats) -> Floats:
    """Return where the direction of each point meets its line, no farther off than the line is."""
    p, e = lines[:, :2], lines[:, 2:] - lines[:, :2]
    away = np.hypot(*points.T)
    d = points / away[:, None]
    from_head = p[:, 0] * e[:, 1] - p[:, 1] * e[:, 0]
    across = d[:, 0] * e[:, 1] - d[:, 1] * e[:, 0]
    least = _nearest(lines)
    most = np.maximum(np.hypot(*p.T), np.hypot(*lines[:, 2:].T))
    with np.errstate(divide="ignore", invalid="ignore"):
        met = np.nan_to_num(from_head / across, nan=0.0)
    return np.asarray(d * np.clip(met, least, most)[:, None])
