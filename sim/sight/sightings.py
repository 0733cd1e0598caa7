"""Who sees what: every interval of every street that every head sees, for every task.

The surface takes a city and a fleet and returns `Sightings`; blocks of heads are shared among
threads and put back in order, so the result does not depend on how many threads there were.
What the sightings mean for people is decided elsewhere.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.arguments import made, named_arguments, threads, whole
from sim.cameras.fleet import Fleet, HeadArrays
from sim.cameras.indoors import indoors
from sim.cameras.optics import TASKS
from sim.city.decks import FACE_M, deck_heights
from sim.city.ground import LEVEL, Relief
from sim.city.own_edges import with_values
from sim.city.streets import StreetArrays, StreetNetwork
from sim.city.trees import NO_CROWNS, CrownArrays
from sim.city.walls import WallArrays
from sim.errors import InputError
from sim.jit import lean_kernel
from sim.processes import available_cores, computing_threads, machine_memory_bytes
from sim.sight.arrays import FieldArrays, HeadIndex, Rows, SightingArrays, StreetScene, WallScene
from sim.sight.by_edge import edges_with, seen_shares
from sim.sight.drawn import DrawnSightings
from sim.sight.kernels import TOUCH_M, see_heads
from sim.sight.ranks import FirstSeen, first_seen, pieces_table
from sim.sight.scene import (
    empty_rows,
    empty_scratch,
    fields_of,
    first_rows,
    joined,
)
from sim.sight.tiles import TILE_M, tiles_of
from sim.sorting import stable_order
from sim.surface import WithCard, percent
from sim.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    import folium
    import geopandas as gpd
    import networkx as nx
    from matplotlib.axes import Axes
    from shapely.geometry.base import BaseGeometry

    from sim.city.model import City

BLOCK_HEADS = 512
SCRATCH_ROWS = 1 << 16
PILOT_HEADS = 256
"""So many heads, spread over the scene, tell how much memory all of them will need."""
BYTES_A_ROW = 170
"""Measured: found, put in order and cut into first-seen pieces, at the peak."""


@dataclass(frozen=True, repr=False)
class Sightings(DrawnSightings):
    """What a fleet sees of a street network.

    Attributes
    ----------
    fleet, streets
        What was seen by, and what was looked at.
    arrays
        The intervals, sorted by task, edge, head and start.
    area
        Study area, which figures count; everything where None.
    indoors
        Whether a head stands inside a building and sees nothing, shape (heads,).
    attribution
        Whose streets they are, a source each.
    """

    fleet: Fleet
    streets: StreetNetwork
    arrays: SightingArrays
    area: BaseGeometry | None = None
    indoors: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    attribution: tuple[str, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """The sightings, an interval a row: rank, edge, t0, t1 (m along the edge), task."""
        a = self.arrays
        edges = a.edge_ptr.shape[1] - 1
        count = np.diff(a.edge_ptr, axis=1).ravel()
        return pd.DataFrame(
            {
                "rank": self.fleet.arrays.rank[a.head],
                "edge": np.repeat(np.tile(np.arange(edges, dtype=np.int32), len(TASKS)), count),
                "t0": a.start,
                "t1": a.end,
                "task": np.repeat(np.array(TASKS, object), count.reshape(len(TASKS), -1).sum(1)),
            }
        )

    @cached_property
    def first_seen(self) -> FirstSeen:
        """The first-seen rank along every street, for every task: all camera counts at once."""
        return first_seen(self)

    @property
    def pieces(self) -> gpd.GeoDataFrame:
        """The streets cut where a first-seen rank changes, a piece a row; see `pieces_table`."""
        return pieces_table(self.streets, self.first_seen.arrays)

    @property
    def last_rank(self) -> int:
        """City rank of the last head of the fleet: so many cameras the city has; 0 of none."""
        return self.fleet.last_rank

    def _card(self) -> tuple[str, Mapping[str, object]]:
        seen = self.at(self.last_rank).coverage()
        return (
            f"What {counted(len(self.fleet), 'camera sees', 'cameras see')} of "
            f"{self.streets.length_km:.1f} km",
            {
                "sightings (head × street × task)": len(self.arrays.head),
                "heads inside buildings": int(self.indoors.sum()),
                **{f"streets seen: {task}": percent(seen[task]) for task in TASKS},
            },
        )

    @cached_property
    def by_head(self) -> HeadIndex:
        """Where the sightings of each head stand in the arrays."""
        return head_index(self.arrays, len(self.fleet))

    @named_arguments(total=whole(0))
    def at(self, total: int) -> SightingsAt:
        """Return what is seen at a number of cameras in the city: a filter, no new computation.

        Parameters
        ----------
        total
            Heads in the whole city, or in the area itself with share_rule "direct".

        Raises
        ------
        InputError
            The fleet was placed for fewer.
        """
        self.fleet.check_totals([total])
        return SightingsAt(self, total)


@dataclass(frozen=True, repr=False)
class SightingsAt(WithCard):
    """What the heads of rank up to `total` see.

    Attributes
    ----------
    sightings
        What the whole fleet sees.
    total
        Heads in the whole city.
    """

    sightings: Sightings
    total: int

    @property
    def table(self) -> pd.DataFrame:
        """The sightings of these heads, a row each, as `Sightings.table`."""
        table = self.sightings.table
        return table[table["rank"] <= self.total].reset_index(drop=True)

    @property
    def pieces(self) -> gpd.GeoDataFrame:
        """The streets cut where what is seen changes; a column a task says whether it is seen."""
        pieces = self.sightings.pieces
        seen = {task: pieces.pop(f"rank_{task}") <= self.total for task in TASKS}
        return pieces.assign(**seen)

    @property
    def edges(self) -> gpd.GeoDataFrame:
        """The edges of the user's own graph, with its index and columns, and what is seen of each.

        Columns seen_<task>, shares of length 0 to 1, and edge, the number in the network (−1 and
        missing shares where nobody walks). Without such a graph the edges of the network.
        """
        shares = seen_shares(self.sightings.first_seen.arrays, self.total)
        return edges_with(self.sightings.streets, shares)

    def to_graph(self, graph: nx.Graph) -> nx.Graph:
        """Return a copy of the graph that the city was made of with what is seen on its edges.

        Parameters
        ----------
        graph
            As given to `City.from_osmnx`; edges get the attributes seen_<task>, shares of length
            0 to 1, None where nobody walks.

        Raises
        ------
        InputError
            The city was not made of this graph.
        """
        shares = seen_shares(self.sightings.first_seen.arrays, self.total)
        return with_values(graph, self.sightings.streets.own, shares)

    def coverage(self) -> dict[str, float]:
        """Return the share of street length in the study area that is seen, per task."""
        return self.sightings.first_seen.coverage(self.total)

    def plot(self, ax: Axes | None = None, *, task: str = "recognise") -> Axes:
        """Draw the streets that are seen and those that are not; return the axes.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.
        task
            Quality: detect, observe, recognise or identify.
        """
        return self.sightings.plot(ax, task=task, total=self.total)

    def explore(self, *, task: str = "recognise", **options: Any) -> folium.Map:  # noqa: ANN401
        """Return a map of folium with the streets that are seen and those that are not.

        Parameters
        ----------
        task
            Quality: detect, observe, recognise or identify.
        options
            As of `Sightings.explore`.
        """
        return self.sightings.explore(task=task, total=self.total, **options)

    def _in_short(self) -> str:
        return f"{counted(self.total, 'camera')} in the city, of {self.sightings._in_short()}"

    def _card(self) -> tuple[str, Mapping[str, object]]:
        seen = self.coverage()
        title = f"Streets seen by {counted(self.total, 'camera')} in the city"
        return title, {task: percent(seen[task]) for task in TASKS}


@named_arguments(city=made("City"), fleet=made("Fleet"), threads=threads)
def see(city: City, fleet: Fleet, *, threads: int | None = None) -> Sightings:
    """Find exactly which part of which street every head sees, for all four tasks.

    Parameters
    ----------
    city
        Streets and walls, projected metres.
    fleet
        Heads; those of another projected system are brought into that of the city.
    threads
        Worker threads; by default one a processor. The result is the same for any number.

    Returns
    -------
    Sightings
        Intervals along edges, m from their start, by task, edge and head.

    Raises
    ------
    InputError
        A head is not finite, not higher than a face (1.6 m), or its ranges grow with the task; or
        what is given is a table and no fleet.
    """
    fleet = fleet.in_crs(city.streets.crs)
    rows, indoor = see_rows(city, fleet, threads=threads)
    arrays = order_rows([rows], len(fleet), len(city.streets.edges))
    return Sightings(fleet, city.streets, arrays, city.area.polygon, indoor, city.attribution)


def see_rows(
    city: City,
    fleet: Fleet,
    *,
    only: NDArray[np.bool_] | None = None,
    threads: int | None = None,
) -> tuple[Rows, NDArray[np.bool_]]:
    """Look with some heads of a fleet; return rows in no set order, and which heads are indoors."""
    heads = fleet.arrays
    wanted = np.ones(len(fleet), bool) if only is None else only
    indoor = np.zeros(len(fleet), bool)
    height = heads.mount + deck_heights(heads.deck)
    indoor[wanted] = indoors(city.walls, heads.x[wanted], heads.y[wanted], height[wanted])
    chosen = np.flatnonzero(wanted & ~indoor)
    relief = city.relief_at(heads.x, heads.y)
    rows = look(
        city.open_streets, city.walls.arrays, heads, chosen, threads=threads, relief=relief,
        crowns=city.crown_arrays,
    )  # fmt: skip
    return rows, indoor


def see_arrays(
    streets: StreetArrays,
    walls: WallArrays,
    heads: HeadArrays,
    *,
    threads: int | None = None,
    tile_m: float = TILE_M,
    relief: Relief = LEVEL,
    crowns: CrownArrays = NO_CROWNS,
) -> SightingArrays:
    """Do what `see` does on plain arrays; no head is checked for standing indoors.

    Streets come without what lies under roofs (`City.open_streets`), with the ground under all of
    them (`City.relief_at`) where it is not level; crowns are those that hide.
    """
    chosen = np.arange(len(heads.x))
    rows = look(
        streets, walls, heads, chosen, threads=threads, tile_m=tile_m, relief=relief, crowns=crowns
    )
    return order_rows([rows], len(heads.x), len(streets.edge_length))


def look(
    streets: StreetArrays,
    walls: WallArrays,
    heads: HeadArrays,
    chosen: NDArray[np.int64],
    *,
    threads: int | None = None,
    tile_m: float = TILE_M,
    relief: Relief = LEVEL,
    crowns: CrownArrays = NO_CROWNS,
) -> Rows:
    """Find the sightings of the chosen heads, tile after tile, block after block of neighbours.

    Sizes of tiles change the memory that is needed, not a bit of what is found.
    """
    fields = fields_of(heads)
    if len(chosen) > 16 * PILOT_HEADS:
        pilot = chosen[:: len(chosen) // PILOT_HEADS]
        rows = look(
            streets, walls, heads, pilot, threads=threads, tile_m=tile_m, relief=relief,
            crowns=crowns,
        )  # fmt: skip
        check_memory(len(rows.head) / len(pilot) * len(chosen), len(chosen))
    workers = threads or available_cores()
    waiting: deque[Future[Rows]] = deque()
    found: list[Rows] = []
    far = heads if not len(relief.head) else _slanting(heads)
    with computing_threads(workers) as pool:
        for tile in tiles_of(streets, walls, far, chosen, tile_m, crowns):
            for begin in range(0, len(tile.order), BLOCK_HEADS):
                stop = min(begin + BLOCK_HEADS, len(tile.order))
                block = tile.order, begin, stop, fields, tile.streets, tile.walls, relief
                waiting.append(pool.submit(_see_block, *block))
                if len(waiting) > 2 * workers:  # no tile is built long before its turn
                    found.append(waiting.popleft().result())
        found.extend(each.result() for each in waiting)
    return joined(found)


def _slanting(heads: HeadArrays) -> HeadArrays:
    """Return heads that reach as far as they do down a slope: their slant ranges."""
    above = (heads.mount - FACE_M)[:, None]
    return heads._replace(reach=np.hypot(heads.reach, above))


def check_memory(rows: float, heads: int) -> None:
    """Refuse what would not fit into this machine's memory, before it is taken.

    Raises
    ------
    InputError
        The estimate is above three quarters of the memory; it is in the message.
    """
    needed, have = rows * BYTES_A_ROW, machine_memory_bytes()
    if needed > 0.75 * have:
        raise InputError(
            f"sight: {heads:,} heads would make about {rows / 1e6:,.0f} million sightings, "
            f"{needed / 1e9:,.0f} GB of {have / 1e9:,.0f} GB; take fewer heads, a shorter range "
            "or a part of the area"
        )


def _see_block(
    order: NDArray[np.int64], begin: int, stop: int,
    fields: FieldArrays, streets: StreetScene, walls: WallScene, relief: Relief,
) -> Rows:  # fmt: skip
    """Run the kernel over a block; where its room was too small, go on with twice as much."""
    size = 4096
    parts: list[Rows] = []
    out, scratch = empty_rows(SCRATCH_ROWS), empty_scratch(size)
    while begin < stop:
        reached, rows = see_heads(order, begin, stop, fields, streets, walls, relief, scratch, out)
        parts.append(first_rows(out, rows))
        if reached == begin:
            size *= 2
            out, scratch = empty_rows(16 * size), empty_scratch(size)
        begin = reached
    return joined(parts)


def head_index(sightings: SightingArrays, heads: int) -> HeadIndex:
    """Return where the sightings of each head stand."""
    row = stable_order(sightings.head.astype(np.int64), heads)
    ptr = np.zeros(heads + 1, np.int64)
    ptr[1:] = np.bincount(sightings.head, minlength=heads).cumsum()
    return HeadIndex(ptr, row)


def rows_of(before: Sightings, former: NDArray[np.int64]) -> Rows:
    """Return the sightings of former heads under their new numbers.

    Parameters
    ----------
    before
        Sightings of the former fleet.
    former
        Per new head the number it had before, -1 for none.
    """
    sightings, index = before.arrays, before.by_head
    edges = sightings.edge_ptr.shape[1] - 1
    count = np.diff(sightings.edge_ptr, axis=1).ravel()
    edge = np.repeat(np.tile(np.arange(edges, dtype=np.int32), len(TASKS)), count)
    task = np.repeat(np.arange(len(TASKS), dtype=np.int8), count.reshape(len(TASKS), -1).sum(1))
    size = np.append(np.diff(index.ptr), 0)[former]  # -1 is the last: nothing seen before
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    row = index.row[np.repeat(index.ptr[former], size) + within]
    head = np.repeat(np.arange(len(former), dtype=np.int32), size)
    return Rows(head, edge[row], task[row], sightings.start[row], sightings.end[row])


def order_rows(parts: list[Rows], head_count: int, edge_count: int) -> SightingArrays:
    """Order rows by task, edge, head and start; join what meets across segments."""
    rows = joined(parts)
    by_head = stable_order(rows.head.astype(np.int64), head_count)
    key = rows.task[by_head].astype(np.int64) * edge_count + rows.edge[by_head]
    inner = stable_order(key, len(TASKS) * edge_count)
    place, order = key[inner], by_head[inner]
    head, start, end = rows.head[order], rows.start[order], rows.end[order]
    count = _join_meeting(place, head, start, end)
    edge_ptr = edge_pointers(place[:count], edge_count)
    return SightingArrays(edge_ptr, head[:count].copy(), start[:count].copy(), end[:count].copy())


def edge_pointers(place: NDArray[np.int64], edge_count: int) -> NDArray[np.int64]:
    """Return where the sightings of each task and edge begin, and where the last of a task end.

    Parameters
    ----------
    place
        Of each sighting, task · edge_count + edge.
    edge_count
        Edges of the network.
    """
    held = np.bincount(place, minlength=len(TASKS) * edge_count)
    edge_ptr = np.zeros((len(TASKS), edge_count + 1), np.int64)
    edge_ptr[:, 1:] = held.cumsum().reshape(len(TASKS), edge_count)
    edge_ptr[1:, 0] = edge_ptr[:-1, -1]
    return edge_ptr


@lean_kernel
def _join_meeting(
    place: NDArray[np.int64],
    head: NDArray[np.int32],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
) -> int:
    """Put each head's intervals at one place in order and join those that meet.

    Works in place; returns how many intervals are left at the front of the arrays.
    """
    count = 0
    begin = 0
    while begin < len(head):
        stop = begin + 1
        while stop < len(head) and head[stop] == head[begin] and place[stop] == place[begin]:
            stop += 1
        for i in range(begin + 1, stop):
            low, high, k = start[i], end[i], i
            while k > begin and start[k - 1] > low:
                start[k], end[k] = start[k - 1], end[k - 1]
                k -= 1
            start[k], end[k] = low, high
        first = count
        for i in range(begin, stop):
            if count > first and start[i] - end[count - 1] <= TOUCH_M:
                end[count - 1] = max(end[count - 1], end[i])
                continue
            place[count], head[count] = place[begin], head[begin]
            start[count], end[count] = start[i], end[i]
            count += 1
        begin = stop
    return count
