"""Small scenes for the sight tests, written as plain lists of numbers.

A scene is edges (polylines), walls (P, Q, top) with the building on the left of P→Q, and heads.
It is turned into the arrays that the engine reads and nothing else; no geometry is decided here.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sim.cameras.fleet import HeadArrays
from sim.city.streets import StreetArrays
from sim.city.walls import WallArrays
from sim.sight.arrays import SightingArrays
from sim.sight.sightings import see_arrays

INF = float("inf")


@dataclass(frozen=True)
class Head:
    """One head; reach is one range for all tasks or a range for each."""

    x: float
    y: float
    heading: float = 0.0
    field_of_view: float = 360.0
    reach: tuple[float, ...] = (100.0,)
    near: float = 0.0
    mount: float = 4.0
    deck: int = 0


@dataclass(frozen=True)
class Scene:
    """Edges as lists of points, walls as (x0, y0, x1, y1, top), heads in order of rank."""

    edges: list[list[tuple[float, float]]]
    walls: list[tuple[float, float, float, float, float]] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    decks: list[int] = field(default_factory=list)

    def with_(self, **changes) -> Scene:
        return replace(self, **changes)

    def mapped(self, move) -> Scene:
        """Move every point; headings, where they change, are the caller's to change."""
        return Scene(
            [[move(*p) for p in edge] for edge in self.edges],
            [(*move(a, b), *move(c, d), top) for a, b, c, d, top in self.walls],
            [replace(h, x=move(h.x, h.y)[0], y=move(h.x, h.y)[1]) for h in self.heads],
            self.decks,
        )


def street_arrays(
    edges: Sequence[Sequence[tuple[float, float]]], decks: Sequence[int] = ()
) -> StreetArrays:
    """Every edge has its own two nodes; routing is not tested here."""
    count = np.array([len(edge) - 1 for edge in edges], np.int64)
    point = [np.array(edge, np.float64).reshape(-1, 2) for edge in edges]
    start = np.concatenate([p[:-1] for p in point]) if edges else np.zeros((0, 2))
    end = np.concatenate([p[1:] for p in point]) if edges else np.zeros((0, 2))
    length = np.hypot(*(end - start).T)
    of_edge = np.repeat(np.arange(len(edges), dtype=np.int32), count)
    ptr = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    begin = np.concatenate(
        [np.concatenate([[0.0], np.cumsum(length[a:b])[:-1]]) for a, b in itertools.pairwise(ptr)]
        or [np.zeros(0)]
    )
    nodes = np.array([q for p in point for q in (p[0], p[-1])]).reshape(-1, 2)
    number = np.arange(len(edges), dtype=np.int32)
    return StreetArrays(
        node_x=nodes[:, 0].copy(), node_y=nodes[:, 1].copy(),
        edge_u=2 * number, edge_v=2 * number + 1,
        edge_length=np.bincount(of_edge, weights=length, minlength=len(edges)),
        edge_deck=np.array(decks or [0] * len(edges), np.int8),
        segment_ptr=ptr, segment_edge=of_edge, segment_start=begin,
        segment_x0=start[:, 0].copy(), segment_y0=start[:, 1].copy(),
        segment_x1=end[:, 0].copy(), segment_y1=end[:, 1].copy(),
        adjacency_ptr=np.arange(2 * len(edges) + 1, dtype=np.int64),
        adjacency_node=np.stack([2 * number + 1, 2 * number], axis=1).ravel().astype(np.int32),
        adjacency_edge=np.repeat(number, 2),
    )  # fmt: skip


def wall_arrays(walls: Sequence[tuple[float, float, float, float, float]]) -> WallArrays:
    table = np.array(walls, np.float64).reshape(-1, 5)
    return WallArrays(
        *(np.ascontiguousarray(table[:, k]) for k in range(5)),
        np.arange(len(table), dtype=np.int32),
    )


def head_arrays(heads: Sequence[Head]) -> HeadArrays:
    def column(name: str, kind: type = np.float64):
        return np.array([getattr(h, name) for h in heads], kind)

    reach = [h.reach * 4 if len(h.reach) == 1 else h.reach for h in heads]
    return HeadArrays(
        np.arange(1, len(heads) + 1, dtype=np.int32), column("x"), column("y"), column("mount"),
        column("deck", np.int8), column("heading"), column("field_of_view"), column("near"),
        np.array(reach, np.float64).reshape(-1, 4),
    )  # fmt: skip


def look(scene: Scene, threads: int = 1, **options: float) -> SightingArrays:
    return see_arrays(
        street_arrays(scene.edges, scene.decks), wall_arrays(scene.walls),
        head_arrays(scene.heads), threads=threads, **options,
    )  # fmt: skip


def intervals(
    seen: SightingArrays, edge: int, head: int, task: int = 0
) -> list[tuple[float, float]]:
    """The intervals of one head on one edge, in order."""
    a, b = seen.edge_ptr[task, edge : edge + 2]
    mine = np.flatnonzero(seen.head[a:b] == head) + a
    return [(float(seen.start[i]), float(seen.end[i])) for i in mine]


def box(x0: float, y0: float, x1: float, y1: float, top: float = INF):
    """The four walls of a house, counter-clockwise."""
    corner = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return ring(corner, top)


def ring(corners: Sequence[tuple[float, float]], top: float = INF):
    """The walls of a ring of corners, in the order given."""
    return [(*p, *q, top) for p, q in zip(corners, [*corners[1:], corners[0]], strict=True)]


def measure(spans: Sequence[tuple[float, float]]) -> float:
    return sum(high - low for low, high in spans)


def beyond(spans, others) -> float:
    """Length of the part of `spans` that no other covers; both in order and disjoint."""
    both = sum(
        max(0.0, min(high, h) - max(low, w)) for low, high in spans for w, h in others
    )  # fmt: skip
    return measure(spans) - both


def apart(spans, others) -> float:
    """Length of what only one of the two covers."""
    return beyond(spans, others) + beyond(others, spans)


def city(scene: Scene, footprints=None, area=None):
    """The scene as the public functions take it: a City and a Fleet, EPSG:2326."""
    import geopandas as gpd
    import shapely

    from sim.area import Area
    from sim.cameras.fleet import RANGE_COLUMNS, Fleet
    from sim.city.decks import DECKS
    from sim.city.model import City
    from sim.city.places import Places
    from sim.city.streets import StreetNetwork
    from sim.city.walls import Walls

    crs = "EPSG:2326"
    arrays = street_arrays(scene.edges, scene.decks)
    nodes = gpd.GeoDataFrame(
        {"osm_id": np.arange(len(arrays.node_x))},
        geometry=gpd.points_from_xy(arrays.node_x, arrays.node_y), crs=crs,
    )  # fmt: skip
    edges = gpd.GeoDataFrame(
        {"u": arrays.edge_u, "v": arrays.edge_v, "street": range(len(scene.edges)),
         "name": "", "name_zh": "", "highway": "residential",
         "deck": [DECKS[code] for code in arrays.edge_deck], "steps": False,
         "length": arrays.edge_length},
        geometry=[shapely.LineString(edge) for edge in scene.edges], crs=crs,
    )  # fmt: skip
    walls = Walls.none(crs)
    if footprints is not None:
        walls = Walls.from_footprints(gpd.GeoDataFrame(geometry=list(footprints), crs=crs))
    table = head_arrays(scene.heads)
    heads = gpd.GeoDataFrame(
        {"rank": table.rank, "area_rank": table.rank, "site": table.rank,
         "x": table.x, "y": table.y, "mount": table.mount,
         "deck": [DECKS[code] for code in table.deck], "heading": table.heading,
         "field_of_view": table.field_of_view, "near": table.near,
         **dict(zip(RANGE_COLUMNS, table.reach.T, strict=True)),
         "duty": 1.0, "owner": "police", "status": "given", "year": 2025},
        geometry=gpd.points_from_xy(table.x, table.y), crs=crs,
    )  # fmt: skip
    region = shapely.box(*edges.total_bounds).buffer(500)
    where = Area("test", "", area if area is not None else region, region, crs, (), 0.0)
    return City(where, StreetNetwork(nodes, edges), walls, Places.empty(crs)), Fleet(
        heads, placed_for=10**6
    )
