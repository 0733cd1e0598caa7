"""Which points a head sees, and the exact polygon of all that it sees, on plain arrays.

The rule is that of the street kernels: a wall as tall as the head hides all behind it, a lower one
what the line from the head down to a face (1.6 m) passes below its top. All is on level ground.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.arguments import named_arguments, number
from sim.city.decks import FACE_M
from sim.errors import InputError
from sim.sight.star import View, star_corners
from sim.surface import axes_for
from sim.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
WALL_COLUMNS, HEAD_COLUMNS = 4, 2
FURTHEST_M = 100_000.0


class Head(NamedTuple):
    """One head; angles are radians clockwise from north, lengths metres."""

    x: float
    y: float
    view: View
    near: float = 0.0
    height: float = np.inf


class Visibility(NamedTuple):
    """What heads see among walls.

    Attributes
    ----------
    seen
        Whether a head sees a point, shape (heads, points).
    polygons
        All that each head sees, a shapely polygon a head; the far edge of its range has a corner
        for each degree, everything else is exact.
    """

    seen: NDArray[np.bool_]
    polygons: NDArray[np.object_]

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw all that the heads see, the more of them the darker; return the axes.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.
        """
        ax = axes_for(ax)
        for polygon in self.polygons:
            for part in shapely.get_parts(polygon):
                if part.geom_type == "Polygon":
                    ax.fill(*part.exterior.xy, color="crimson", alpha=0.3, linewidth=0)
        return ax

    def __repr__(self) -> str:
        """Return counts on one line, for there may be any number of polygons."""
        heads, points = self.seen.shape
        pairs = counted(int(self.seen.sum()), "pair")
        return (
            f"<Visibility: {counted(heads, 'head')}, {counted(points, 'point')}, {pairs} in view>"
        )

    def _repr_html_(self) -> str:
        """Return what notebooks show: the same counts."""
        return f"<p>{repr(self).strip('<>').partition(': ')[2]}</p>"


@named_arguments(
    reach=number(0, FURTHEST_M, above=True, unit="m"),
    heading=number(unit="degrees"),
    field_of_view=number(0, 360, above=True, unit="degrees"),
)
def visibility(
    walls: Floats,
    heads: Floats,
    points: Floats | None = None,
    *,
    reach: float = 100.0,
    heading: float = 0.0,
    field_of_view: float = 360.0,
) -> Visibility:
    """Find what can be seen from heads among walls, with no city at all.

    Parameters
    ----------
    walls
        Segments that stop every sight line, from both sides: x0, y0, x1, y1, shape (walls, 4), m.
    heads
        Where to look from: x, y, shape (heads, 2), m.
    points
        Points to look at: x, y, shape (points, 2), m. None by default.
    reach
        Range, m.
    heading
        Degrees clockwise from north.
    field_of_view
        Degrees; 360 looks all round.

    Returns
    -------
    Visibility
        `seen`, truth values of shape (heads, points), and `polygons`, a polygon a head. Points of
        `seen` are measured by the true circle of the range.

    Raises
    ------
    InputError
        An array has another shape or a number that is not finite.

    Examples
    --------
    >>> import sim
    >>> found = sim.visibility([[-5, 5, 5, 5]], [[0, 0]], [[0, 3], [0, 8]], reach=10)
    >>> found.seen.tolist()
    [[True, False]]
    >>> round(float(found.polygons[0].area))  # the disc less what lies behind the wall
    260
    """
    lines, at = _array("walls", walls, WALL_COLUMNS), _array("heads", heads, HEAD_COLUMNS)
    to = _array("points", np.empty((0, 2)) if points is None else points, HEAD_COLUMNS)
    view = View(float(np.radians(heading)), float(np.radians(field_of_view / 2)), float(reach))
    every = [Head(x, y, view) for x, y in at.tolist()]
    tops = np.full(len(lines), np.inf)
    seen = np.array([points_seen(head, lines, tops, to) for head in every], bool)
    polygons = np.empty(len(every), object)
    polygons[:] = [polygon_seen(head, lines, tops) for head in every]
    return Visibility(seen.reshape(len(at), len(to)), polygons)


def points_seen(head: Head, walls: Floats, tops: Floats, points: Floats) -> NDArray[np.bool_]:
    """Return which points a head sees.

    Parameters
    ----------
    head
        Where it stands and looks.
    walls, tops
        Segments, shape (walls, 4), and their heights, m.
    points
        Shape (points, 2), m.
    """
    at = points - (head.x, head.y)
    view = head.view
    away = np.hypot(*at.T)
    seen = (away <= view.reach) & (away >= head.near)
    if not view.round:
        turn = np.arctan2(at[:, 0], at[:, 1]) - view.heading
        seen &= np.abs(turn - 2 * np.pi * np.rint(turn / (2 * np.pi))) <= view.half
    rows = np.flatnonzero(seen)
    seen[rows] = ~_hidden(head, _around(head, walls), tops, at[rows])
    return np.asarray(seen, np.bool_)


def polygon_seen(head: Head, walls: Floats, tops: Floats) -> shapely.Geometry:
    """Return all that a head sees, as a polygon or several.

    Parameters
    ----------
    head, walls, tops
        As of `points_seen`.
    """
    lines = _around(head, walls)
    high = tops >= head.height
    seen: shapely.Geometry = shapely.Polygon(star_corners(lines[high], head.view))
    if not seen.is_valid:  # a spike, where rounding puts the end of a wall on both sides of a ray
        seen = shapely.make_valid(seen)
    low = ~high & (tops > FACE_M)
    if low.any():
        further = (head.height - FACE_M) / (head.height - tops[low])
        p, q = lines[low, :2], lines[low, 2:]
        corners = np.stack([p, q, q * further[:, None], p * further[:, None]], axis=1)
        shadows = shapely.polygons(corners[shapely.area(shapely.polygons(corners)) > 0])
        seen = shapely.difference(seen, shapely.union_all(shadows))
    if head.near > 0:
        everywhere = View(0.0, np.pi, head.near)
        seen = shapely.difference(seen, shapely.Polygon(star_corners(lines[:0], everywhere)))
    place = np.array([head.x, head.y])
    return shapely.transform(seen, lambda corner: corner + place)


def _around(head: Head, walls: Floats) -> Floats:
    return walls - (head.x, head.y, head.x, head.y)


def _hidden(head: Head, lines: Floats, tops: Floats, at: Floats) -> NDArray[np.bool_]:
    """Return which points, relative to the head as the walls are, some wall hides."""
    p, q = lines[:, :2].copy(), lines[:, 2:].copy()
    back = p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0] > 0
    p[back], q[back] = q[back], p[back]
    e = q - p
    most = e[:, 0] * p[:, 1] - e[:, 1] * p[:, 0]
    low = tops < head.height
    with np.errstate(divide="ignore", invalid="ignore"):
        further = np.where(low, (head.height - FACE_M) / (head.height - tops), 1.0)
    most = np.where(low, most * further, np.inf)  # a wall that points at the head has most = 0
    a = at[:, None]
    beyond = e[:, 0] * a[..., 1] - e[:, 1] * a[..., 0]
    hidden = (
        (a[..., 0] * p[:, 1] - a[..., 1] * p[:, 0] >= 0)
        & (a[..., 1] * q[:, 0] - a[..., 0] * q[:, 1] > 0)
        & (beyond > e[:, 0] * p[:, 1] - e[:, 1] * p[:, 0])
        & (beyond <= most)
        & (tops > FACE_M)
    )
    return np.asarray(hidden.any(axis=1))


def _array(name: str, values: object, columns: int) -> Floats:
    """Return an array of a public argument as finite numbers in its shape."""
    try:
        found = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"{name}: holds no numbers; give an array of shape (n, {columns})"
        ) from None
    if found.ndim != 2 or found.shape[1] != columns:
        raise InputError(f"{name}: has the shape {found.shape}; give one of shape (n, {columns})")
    if not np.isfinite(found).all():
        row = int((~np.isfinite(found)).any(axis=1).argmax())
        raise InputError(f"{name}: row {row} is not finite; give metres")
    return found
