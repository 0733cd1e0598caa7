"""First-seen rank along every street: one pass that answers for every number of cameras.

Along an edge the smallest rank of a head that sees a point is a step function; its pieces are
stored once for all four tasks. The share seen at N cameras is the length whose rank is at most N.
Questions about a subset of heads are answered from the sightings under a mask, not from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.cameras.optics import TASKS
from sim.city.linear_referencing import pieces_between, points_at
from sim.jit import ONE, lean_inner, lean_kernel
from sim.sight.arrays import NEVER, PieceArrays, SightingArrays, read_only
from sim.sorting import sort_first
from sim.surface import Result, axes_for
from sim.wording import counted

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from shapely.geometry.base import BaseGeometry

    from sim.city.streets import StreetNetwork
    from sim.sight.sightings import Sightings

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Pointers = NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class FirstSeen(Result):
    """First-seen ranks of a street network, cut at the edge of the study area.

    Attributes
    ----------
    arrays
        The pieces.
    """

    arrays: PieceArrays

    @cached_property
    def _curves(self) -> list[tuple[NDArray[np.int32], NDArray[np.float64]]]:
        """Per task: ranks in ascending order and the length seen up to each, m."""
        a = self.arrays
        length = np.where(a.in_area, a.end - a.start, 0.0)
        curves = []
        for task in range(len(TASKS)):
            rank, where = np.unique(a.rank[:, task], return_inverse=True)
            curves.append((rank, np.bincount(where, weights=length).cumsum()))
        return curves

    def _in_short(self) -> str:
        return f"{counted(len(self.arrays.start), 'piece')} of street"

    def _card(self) -> tuple[str, Mapping[str, object]]:
        return "First-seen ranks", {
            "pieces of street": len(self.arrays.start),
            "streets counted": f"{self.length_m / 1000:.1f} km",
        }

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the share of street seen over the number of cameras, by task; return the axes.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.
        """
        ax = axes_for(ax, to_scale=False)
        for task in TASKS:
            ax.step(*self.curve(task), where="post", label=task)
        ax.set_xlabel("cameras in the whole city")
        ax.set_ylabel("share of street length seen")
        ax.legend(frameon=False)
        return ax

    @property
    def length_m(self) -> float:
        """Length of the streets in the study area, m."""
        return float(self._curves[0][1][-1])

    def coverage(self, total: int) -> dict[str, float]:
        """Return the share of street length seen at a number of cameras in the city, per task.

        Parameters
        ----------
        total
            Heads in the whole city, or in the area itself with share_rule "direct".
        """
        shares = {}
        for task, (rank, seen) in zip(TASKS, self._curves, strict=True):
            known = int(np.searchsorted(rank, total, side="right"))
            shares[task] = float(seen[known - 1] / self.length_m) if known else 0.0
        return shares

    def curve(self, task: str) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return ranks at which anything new is seen, and the share seen from each on.

        Parameters
        ----------
        task
            One of "detect", "observe", "recognise", "identify".
        """
        rank, seen = self._curves[TASKS.index(task)]
        real = rank < NEVER
        return rank[real], seen[real] / self.length_m


def pieces_table(streets: StreetNetwork, pieces: PieceArrays) -> gpd.GeoDataFrame:
    """Return the streets cut where a first-seen rank changes.

    A piece a row: edge, t0, t1 (m along the edge), length (m), name, name_zh, highway, deck,
    in_area, rank_<task> (`NEVER` where no camera sees it), geometry (projected metres).
    """
    import geopandas as gpd  # slow: wanted only where a table is asked for

    edge = np.repeat(np.arange(len(pieces.piece_ptr) - 1), np.diff(pieces.piece_ptr))
    names = streets.edges[["name", "name_zh", "highway", "deck"]].iloc[edge]
    return gpd.GeoDataFrame(
        {
            "edge": edge.astype(np.int32),
            "t0": pieces.start,
            "t1": pieces.end,
            "length": pieces.end - pieces.start,
            **{column: names[column].to_numpy() for column in names},
            "in_area": pieces.in_area,
            **{f"rank_{task}": pieces.rank[:, k] for k, task in enumerate(TASKS)},
        },
        geometry=pieces_between(streets.arrays, edge, pieces.start, pieces.end),
        crs=streets.crs,
    )


def first_seen(
    sightings: Sightings,
    area: BaseGeometry | None = None,
    *,
    heads: NDArray[np.bool_] | None = None,
) -> FirstSeen:
    """Find the first-seen rank along every street for every task.

    Parameters
    ----------
    sightings
        What the whole fleet sees.
    area
        Study area (same CRS), by default that of the sightings; pieces are cut at its edge.
    heads
        Which heads of the fleet count, for example those of one owner; by default all. Ranks are
        found again from the sightings, because a head left out may hide a later one.
    """
    area = sightings.area if area is None else area
    rank = sightings.fleet.arrays.rank
    if heads is not None:
        rank = np.where(heads, rank, NEVER)
    every = np.arange(len(sightings.streets.edges))
    return FirstSeen(_pieces_along(every, sightings.arrays, rank, sightings.streets, area))


def first_seen_again(
    sightings: Sightings, before: FirstSeen, changed: NDArray[np.bool_]
) -> FirstSeen:
    """Find first-seen ranks again where what is seen has changed only.

    Parameters
    ----------
    sightings
        What the whole fleet sees now.
    before
        First-seen ranks before the change, of the same streets and study area.
    changed
        Whether any sighting along an edge is new or gone, shape (edges,).

    Returns
    -------
    FirstSeen
        To the bit that of `first_seen`.
    """
    edges, old = np.flatnonzero(changed), before.arrays
    rows, ptr = _rows_along(edges, sightings.arrays)
    found = sightings.arrays
    part = SightingArrays(ptr, found.head[rows], found.start[rows], found.end[rows])
    rank = sightings.fleet.arrays.rank
    new = _pieces_along(edges, part, rank, sightings.streets, sightings.area)
    count = np.diff(old.piece_ptr)
    kept = np.repeat(~changed, count)
    count[changed] = 0
    place = np.repeat(np.cumsum(count)[edges], np.diff(new.piece_ptr))
    count[edges] = np.diff(new.piece_ptr)
    ptr = np.append(0, np.cumsum(count))
    return FirstSeen(
        PieceArrays(
            ptr,
            np.insert(old.start[kept], place, new.start),
            np.insert(old.end[kept], place, new.end),
            np.insert(old.rank[kept], place, new.rank, axis=0),
            np.insert(old.in_area[kept], place, new.in_area),
        )
    )


def _rows_along(
    edges: NDArray[np.int64], sightings: SightingArrays
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of the sightings along some edges, and their pointers by task and edge."""
    first, last = sightings.edge_ptr[:, edges].ravel(), sightings.edge_ptr[:, edges + 1].ravel()
    end = np.cumsum(last - first)
    rows = np.arange(end[-1] if len(end) else 0) + np.repeat(last - end, last - first)
    ptr = np.zeros((len(TASKS), len(edges) + 1), np.int64)
    ptr[:, 1:] = end.reshape(len(TASKS), -1)
    ptr[1:, 0] = ptr[:-1, -1]
    return rows, ptr


def _pieces_along(
    edges: NDArray[np.int64],
    sightings: SightingArrays,
    rank: NDArray[np.int32],
    streets: StreetNetwork,
    area: BaseGeometry | None,
) -> PieceArrays:
    """Cut some edges, of which these are the sightings, where ranks change and the area ends."""
    a = streets.arrays
    cut_ptr, cut = edge_cuts(streets, area, edges)
    pieces = pieces_of(sightings, rank, read_only(a.edge_length[edges]), cut_ptr, cut)
    if area is None:
        return pieces
    edge = np.repeat(edges, np.diff(pieces.piece_ptr))
    middle = points_at(a, edge, (pieces.start + pieces.end) / 2)
    shapely.prepare(area)
    return pieces._replace(in_area=shapely.intersects_xy(area, *middle.T))


def edge_cuts(
    streets: StreetNetwork, area: BaseGeometry | None, edges: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return where edges cross the edge of the study area: pointers per edge, positions (m).

    Parameters
    ----------
    streets, area
        The network, and the study area.
    edges
        Which edges; all by default.
    """
    lines = streets.edges.geometry.to_numpy()
    lines = lines if edges is None else lines[edges]
    ptr = np.zeros(len(lines) + 1, np.int64)
    if area is None:
        return ptr, np.zeros(0)
    border = shapely.boundary(area)
    shapely.prepare(border)
    crossing = np.flatnonzero(shapely.intersects(border, lines))
    parts, source = shapely.get_parts(
        shapely.intersection(lines[crossing], border), return_index=True
    )
    points, of_part = shapely.get_coordinates(parts, return_index=True)
    edge = crossing[source[of_part]]
    position = shapely.line_locate_point(lines[edge], shapely.points(points))
    order = np.lexsort((position, edge))
    ptr[1:] = np.bincount(edge, minlength=len(lines)).cumsum()
    return ptr, position[order]


def pieces_of(
    sightings: SightingArrays,
    rank: NDArray[np.int32],
    length: NDArray[np.float64],
    cut_ptr: NDArray[np.int64],
    cut: NDArray[np.float64],
) -> PieceArrays:
    """Cut every edge where a first-seen rank changes.

    Parameters
    ----------
    sightings
        Intervals by task and edge.
    rank
        Rank of each head, ascending; a head with rank `NEVER` counts as not there.
    length
        Of each edge, m.
    cut_ptr, cut
        Further positions at which to cut (m), by edge.
    """
    edges = len(length)
    room = int(2 * len(sightings.head) + len(cut) + edges)
    tasks = len(sightings.edge_ptr)
    start, end = np.empty(room), np.empty(room)
    ranks = np.empty((room, tasks), np.int32)
    piece_ptr = np.zeros(edges + 1, np.int64)
    stops = 2 + np.diff(cut_ptr) + 2 * np.diff(sightings.edge_ptr, axis=1).sum(axis=0)
    most = int(stops.max(initial=2))
    brush = _Brush(
        np.empty(most), np.empty(most, np.bool_), np.empty((tasks, most), np.int32),
        np.empty(most, np.int64),
    )  # fmt: skip
    count = _paint_edges(
        sightings.edge_ptr, sightings.head, sightings.start, sightings.end,
        read_only(rank), length, cut_ptr, cut, brush, piece_ptr, start, end, ranks,
    )  # fmt: skip
    return PieceArrays(
        piece_ptr, start[:count].copy(), end[:count].copy(), ranks[:count].copy(),
        np.ones(count, bool),
    )  # fmt: skip


class _Brush(NamedTuple):
    """Room for one edge."""

    stops: Floats
    """Where a rank may change, ascending, m."""
    is_cut: NDArray[np.bool_]
    painted: Ints
    """Ranks by task and piece."""
    following: Pointers
    """Of each piece one from it on that may have no paint yet."""


@lean_kernel
def _paint_edges(
    edge_ptr: Pointers,
    head: Ints,
    start: Floats,
    end: Floats,
    rank: Ints,
    length: Floats,
    cut_ptr: Pointers,
    cut: Floats,
    brush: _Brush,
    piece_ptr: Pointers,
    out_start: Floats,
    out_end: Floats,
    out_rank: Ints,
) -> int:
    """Write the pieces of every edge to the out arrays; return their number."""
    stops, painted, tasks = brush.stops, brush.painted, out_rank.shape[1]
    count = 0
    for edge in range(len(length)):
        pieces = _stops_of_edge(edge_ptr, start, end, edge, length[edge], cut_ptr, cut, brush) - 1
        for task in range(tasks):
            begin, stop = edge_ptr[task, edge], edge_ptr[task, edge + 1]
            _paint_task(begin, stop, head, start, end, rank, pieces, brush, task)
        first = count
        for k in range(pieces):
            same = count > first and not brush.is_cut[k]
            for task in range(tasks):
                same = same and out_rank[count - 1, task] == painted[task, k]
            if same:
                out_end[count - 1] = stops[k + 1]
                continue
            out_start[count], out_end[count] = stops[k], stops[k + 1]
            for task in range(tasks):
                out_rank[count, task] = painted[task, k]
            count += 1
        piece_ptr[edge + 1] = count
    return count


@lean_inner
def _stops_of_edge(
    edge_ptr: Pointers,
    start: Floats,
    end: Floats,
    edge: int,
    length: float,
    cut_ptr: Pointers,
    cut: Floats,
    brush: _Brush,
) -> int:
    """Write the positions of an edge where a rank may change, ascending, and which are cuts.

    Tasks are nested, but a smaller ring ends elsewhere, so all four have ends of their own. Returns
    how many positions there are.
    """
    stops, is_cut = brush.stops, brush.is_cut
    stops[0], stops[1] = 0.0, length
    k: int = 2 * ONE
    for i in range(cut_ptr[edge], cut_ptr[edge + 1]):
        stops[k] = min(max(cut[i], 0.0), length)
        k += 1
    for task in range(edge_ptr.shape[0]):
        for i in range(edge_ptr[task, edge], edge_ptr[task, edge + 1]):
            stops[k], stops[k + 1] = start[i], min(end[i], length)
            k += 2
    sort_first(stops, k)
    kept: int = ONE
    for i in range(1, k):
        if stops[i] > stops[kept - 1]:
            stops[kept] = stops[i]
            kept += 1
    for i in range(kept):
        is_cut[i] = False
    for i in range(cut_ptr[edge], cut_ptr[edge + 1]):
        is_cut[_place(stops, kept, min(max(cut[i], 0.0), length))] = True
    return kept


@lean_inner
def _place(stops: Floats, count: int, position: float) -> int:
    """Index of the first stop that is not before the position."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if stops[middle] < position:
            low = middle + 1
        else:
            high = middle
    return low


@lean_inner
def _paint_task(
    begin: int,
    stop: int,
    head: Ints,
    start: Floats,
    end: Floats,
    rank: Ints,
    pieces: int,
    brush: _Brush,
    task: int,
) -> None:
    """Paint pieces in order of rank; `following` skips what is painted already."""
    stops, painted, following = brush.stops, brush.painted, brush.following
    for k in range(pieces + 1):
        following[k] = k
    for k in range(pieces):
        painted[task, k] = NEVER
    for i in range(begin, stop):  # heads ascend within an edge, and ranks with them
        if rank[head[i]] == NEVER:
            continue
        k = _unpainted(following, min(_place(stops, pieces + 1, start[i]), pieces))
        last = min(_place(stops, pieces + 1, end[i]), pieces)
        while k < last:
            painted[task, k] = rank[head[i]]
            following[k] = k + 1
            k = _unpainted(following, k)


@lean_inner
def _unpainted(following: Pointers, k: int) -> int:
    """First piece from `k` on that has no paint yet, shortening the way for the next search."""
    root = k
    while following[root] != root:
        root = following[root]
    while following[k] != root and k != root:
        following[k], k = root, following[k]
    return root
