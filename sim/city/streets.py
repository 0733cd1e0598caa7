"""The walking network: GeoDataFrames outside, flat arrays inside.

It decides which ways can be walked, on which deck they lie and how they join. Whatever it drops or
infers is counted in its report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from sim.area import HONG_KONG_CRS
from sim.city.components import connected_components
from sim.city.decks import DECKS, inferred_decks, layer_of, tagged_decks, tagged_openings
from sim.city.own_edges import OwnEdges, edges_of_rows, own_table
from sim.city.raw_streets import (
    ROW,
    distances,
    plain_lines,
    way_ids,
    whole_numbers,
    without_far_ends,
    without_second_directions,
)
from sim.city.sources.graphs import WIDEST_DEGREES, Frames, graph_frames, refuse_degrees
from sim.city.tags import read_tag, split_names
from sim.city.walkable import NOT_BUILT, walked_edges
from sim.errors import InputError
from sim.surface import Result, axes_for
from sim.web_map import OF_ITS_CITY, Layer, web_map
from sim.wording import counted

if TYPE_CHECKING:
    import folium
    import networkx as nx
    from matplotlib.axes import Axes

TOOLTIP = ("name", "name_zh", "highway", "deck", "steps", "length")
OPEN_COLUMNS = ["highway", "deck", "geometry"]
SMALLEST_TOWN_KM = 50.0
"""A component this long is a town of its own, as Hong Kong Island is beside Kowloon, and stays."""


class StreetArrays(NamedTuple):
    """A street network as plain arrays (metres, C-contiguous), the form every kernel reads.

    Edge positions t are metres along the edge from its node `edge_u`.
    """

    node_x: NDArray[np.float64]
    node_y: NDArray[np.float64]
    edge_u: NDArray[np.int32]
    edge_v: NDArray[np.int32]
    edge_length: NDArray[np.float64]
    edge_deck: NDArray[np.int8]
    segment_ptr: NDArray[np.int64]
    """Segments of edge e are segment_ptr[e] : segment_ptr[e + 1], in order from u to v."""
    segment_edge: NDArray[np.int32]
    segment_start: NDArray[np.float64]
    """Position t at which the segment begins."""
    segment_x0: NDArray[np.float64]
    segment_y0: NDArray[np.float64]
    segment_x1: NDArray[np.float64]
    segment_y1: NDArray[np.float64]
    adjacency_ptr: NDArray[np.int64]
    """Arcs that leave node n are adjacency_ptr[n] : adjacency_ptr[n + 1]."""
    adjacency_node: NDArray[np.int32]
    adjacency_edge: NDArray[np.int32]


def street_layer(edges: gpd.GeoDataFrame, attribution: tuple[str, ...]) -> Layer:
    """Return the edges of a network as they are drawn on a map, with whose data they are."""
    return Layer(edges, "deck", "level of the street", TOOLTIP, attribution=attribution)


@dataclass(frozen=True, repr=False)
class StreetNetwork(Result):
    """An undirected walking network: its largest component, and any other of 50 km or more.

    Attributes
    ----------
    nodes
        Index 0…n-1; columns osm_id (int64), geometry (points, projected metres).
    edges
        Index 0…m-1; columns u, v (int32 node index), street (int64, the original way, by which
        costs vary between people), name, name_zh, highway, deck (one of `DECKS`),
        steps (bool), length (m), geometry (LineString from u to v); facades (m, NaN unknown), the
        width of its street, where a layer of pavements was measured.
    report
        What was dropped and inferred, as counts and kilometres by reason.
    unwalked
        Ways left out of the network (columns highway, deck, geometry), where known: nobody walks
        them, but they are open to sight. Only block inference reads them; a bundle does not keep
        them.
    openings
        Ways at street level that lead through buildings, walked or not, where there are any
        (columns kind, "passage" or "arcade"; width, m; geometry). Only `sim.city.passages` reads
        them.
    edge_of_row
        Of each row of the table of edges that it was built from, the edge that it became; −1
        where nobody walks there. A bundle does not keep it.
    own
        The edges of the graph that it was made of, in the user's index and with all columns;
        None of a file or bundle.
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    report: dict[str, float] = field(default_factory=dict)
    unwalked: gpd.GeoDataFrame | None = None
    openings: gpd.GeoDataFrame | None = None
    edge_of_row: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    own: OwnEdges | None = None

    @cached_property
    def crs(self) -> str:
        """Projected coordinate system, for example "EPSG:2326"."""
        return str(self.edges.crs.to_string())

    @property
    def length_km(self) -> float:
        """Length of all streets, km."""
        return float(self.edges["length"].sum()) / 1000

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the streets; return the axes.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.
        """
        ax = axes_for(ax)
        self.edges.plot(ax=ax, color="0.45", linewidth=0.6)
        return ax

    def explore(self, **options: Any) -> folium.Map:  # noqa: ANN401
        """Return a map of folium with the streets, coloured by their level.

        Parameters
        ----------
        options
            Further arguments of `GeoDataFrame.explore`: column, tooltip, scheme, k, cmap, tiles, m.
        """
        return web_map(street_layer(self.edges, (OF_ITS_CITY,)), **options)

    def _in_short(self) -> str:
        return f"{self.length_km:.1f} km in {counted(len(self.edges), 'edge')}, {self.crs}"

    def _card(self) -> tuple[str, Mapping[str, object]]:
        decks = self.edges["deck"].value_counts()
        length = {"length": f"{self.length_km:.1f} km"}
        counts = {"edges": len(self.edges), "junctions and ends": len(self.nodes)}
        return f"Streets ({self.crs})", {
            **length,
            **counts,
            **{k: int(n) for k, n in decks.items()},
        }

    @cached_property
    def arrays(self) -> StreetArrays:
        """The network as flat arrays."""
        return _to_arrays(self.nodes, self.edges)

    @classmethod
    def from_osmnx(
        cls, graph: nx.Graph | Frames, crs: str | None = None, *, private: bool = False
    ) -> StreetNetwork:
        """Build from an osmnx graph (projected or WGS 84); see `build`.

        Parameters
        ----------
        graph
            As osmnx gives it, or its frames (nodes, edges); graphs of networkx of any kind.
        crs
            Projected CRS to work in, as of `build`.
        private
            As of `build`.

        Raises
        ------
        InputError
            The graph has no CRS, or nothing in it can be walked.
        """
        frames = graph_frames(graph)
        network = cls.build(*frames, crs, private)
        return replace(network, own=OwnEdges(own_table(graph, frames[1]), network.edge_of_row))

    @classmethod
    def build(
        cls,
        nodes: gpd.GeoDataFrame,
        edges: gpd.GeoDataFrame,
        crs: str | None = None,
        private: bool = False,
    ) -> StreetNetwork:
        """Turn raw street edges into a walking network.

        Parameters
        ----------
        nodes
            A junction a row: columns osmid and geometry (points).
        edges
            A street a row: columns u, v (osmid of the ends), highway, geometry (LineString), and
            where known osmid, name, name:zh, bridge, tunnel, covered, access, foot, layer, area,
            width.
            Lists as osmnx writes them ("['footway', 'steps']") are read. A column deck (one of
            `DECKS`) is taken as it is, where a source knows the level of its ways.
        crs
            Projected CRS to work in; HK80 by default inside Hong Kong, else the local UTM zone.
        private
            Keep ways of private access, for example the paths of an estate, as its residents walk
            them; ways closed to all (access or foot is no) are left out all the same.

        Raises
        ------
        InputError
            No CRS, no edges, or nothing walkable left.
        """
        edges = _checked(edges, "streets")
        nodes = _checked(nodes, "junctions")
        missing = {"u", "v", "highway"} - set(edges.columns) | {"osmid"} - set(nodes.columns)
        if missing:
            raise InputError(
                f"streets: no column {', '.join(sorted(missing))}; give edges with u, v, highway "
                "and nodes with osmid, as osmnx saves them"
            )
        target = crs or projected_crs(edges)
        report: dict[str, float] = {}
        ends = {name: whole_numbers(edges[name], name) for name in ("u", "v")}
        every = np.arange(len(edges))
        twin = every.copy()
        raw = plain_lines(edges.assign(**ends, **{ROW: every}).to_crs(target), report)
        raw = without_second_directions(raw, report, twin)
        raw = without_far_ends(raw, nodes.to_crs(target), report)
        table, openings = _own_columns(raw), _openings(raw)
        walked = walked_edges(raw, report, private)
        walked[walked] = _in_large_components(table[walked], report)
        unwalked = table.loc[~walked & ~table["highway"].isin(NOT_BUILT), OPEN_COLUMNS]
        points, table = _numbered(nodes.to_crs(target), table[walked].reset_index(drop=True))
        table = _join_ends(points, table, report)
        if "deck" not in edges:
            table["deck"] = inferred_decks(table, report)
        report = {key: round(value, 3) for key, value in report.items()}
        unwalked = unwalked.reset_index(drop=True)
        rows = edges_of_rows(len(edges), raw[ROW].to_numpy(np.int64)[walked], twin)
        return cls(points, table.drop(columns="layer"), report, unwalked, openings, rows)

    def to_networkx(self) -> nx.MultiGraph:
        """Return the network as a networkx MultiGraph keyed by edge id, lengths in metres."""
        import networkx as nx  # slow, and needed here alone

        graph = nx.MultiGraph(crs=self.crs)
        graph.add_nodes_from((i, {"x": p.x, "y": p.y}) for i, p in enumerate(self.nodes.geometry))
        columns = ["u", "v", "length", "name", "name_zh", "highway", "deck"]
        for edge, u, v, *values in self.edges[columns].itertuples():
            graph.add_edge(u, v, key=edge, **dict(zip(columns[2:], values, strict=True)))
        return graph


def projected_crs(frame: gpd.GeoDataFrame) -> str:
    """Choose metres for a frame: HK80 inside Hong Kong, the local UTM zone elsewhere."""
    if frame.crs is None:
        raise InputError("geometry: no CRS; set one, for example EPSG:4326")
    refuse_degrees(frame, "geometry")
    degrees = frame.to_crs("EPSG:4326")
    west, south, east, north = degrees.total_bounds
    if not (-180 <= west <= east <= 180 and -90 < south <= north < 90):
        raise InputError(
            "geometry: coordinates lie outside the world; check that the file's CRS is the true one"
        )
    if east - west > 180:
        west, east = _eastward(degrees)
    if east - west > WIDEST_DEGREES or north - south > WIDEST_DEGREES:
        raise InputError(
            f"geometry: spans {max(east - west, north - south):.0f} degrees; one study area is a "
            "city, cut the file first"
        )
    if west > 113.7 and east < 114.6 and south > 22.1 and north < 22.65:
        return HONG_KONG_CRS
    middle = (west + east) / 2
    zone = min(int(((middle - 360 if middle > 180 else middle) + 180) // 6) + 1, 60)
    return f"EPSG:{(32600 if north + south >= 0 else 32700) + zone}"


def _eastward(degrees: gpd.GeoDataFrame) -> tuple[float, float]:
    """Return the western and eastern end with longitudes from 0 to 360, for the antimeridian."""
    longitude = shapely.get_coordinates(degrees.geometry.to_numpy())[:, 0] % 360
    return float(longitude.min()), float(longitude.max())


def _checked(frame: gpd.GeoDataFrame, what: str) -> gpd.GeoDataFrame:
    if frame.crs is None:
        raise InputError(f"{what}: no CRS in the file; set one, for example EPSG:4326")
    if frame.empty:
        raise InputError(f"{what}: none in the file; choose a larger area")
    return frame


def _own_columns(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Read OSM tags into our own columns, one row an edge."""
    names = split_names(edges)
    return gpd.GeoDataFrame(
        {
            "u": edges["u"].to_numpy(),
            "v": edges["v"].to_numpy(),
            "street": way_ids(edges),
            "name": names[:, 0],
            "name_zh": names[:, 1],
            "highway": read_tag(edges, "highway", _main_class),
            "deck": edges["deck"].to_numpy() if "deck" in edges else tagged_decks(edges),
            "steps": read_tag(edges, "highway", lambda words: "steps" in words),
            "layer": read_tag(edges, "layer", layer_of),
        },
        geometry=edges.geometry.to_numpy(),
        crs=edges.crs,
    )


def _openings(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    """Return the ways that lead through buildings, None where there are none."""
    kind, width = tagged_openings(edges)
    through = (kind != "") & ~read_tag(edges, "highway", lambda words: words <= NOT_BUILT)
    if not through.any():
        return None
    return gpd.GeoDataFrame(
        {"kind": kind[through], "width": width[through]},
        geometry=edges.geometry.to_numpy()[through],
        crs=edges.crs,
    )


def _main_class(words: frozenset[str]) -> str:
    """One class for a way merged of several: the widest, for it decides how far walls stand."""
    order = ("primary", "secondary", "tertiary", "unclassified", "residential", "living_street",
             "pedestrian", "service", "footway", "path", "steps", "trunk", "motorway")  # fmt: skip
    for name in order:
        if name in words or f"{name}_link" in words:
            return name
    return min(words, default="")


def _in_large_components(table: gpd.GeoDataFrame, report: dict[str, float]) -> NDArray[np.bool_]:
    """Return which edges lie in the longest connected component, or in one as long as a town's."""
    ids, codes = np.unique(np.concatenate([table["u"], table["v"]]), return_inverse=True)
    u, v = codes[: len(table)], codes[len(table) :]
    count, label = connected_components(u, v, len(ids))
    weight = np.bincount(label[u], weights=table.length, minlength=count)
    large = weight >= SMALLEST_TOWN_KM * 1000
    large[weight.argmax()] = True
    keep = np.asarray(large[label[u]])
    report["dropped_unconnected_km"] = float(table.length[~keep].sum()) / 1000
    report["dropped_unconnected_pieces"] = float(count - large.sum())
    if large.sum() > 1:
        report["pieces_apart"] = float(large.sum())
    return keep


def _numbered(
    nodes: gpd.GeoDataFrame, table: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Give the nodes in use the numbers 0…n-1, in ascending order of their ids."""
    ids, codes = np.unique(np.concatenate([table["u"], table["v"]]), return_inverse=True)
    table["u"] = codes[: len(table)].astype(np.int32)
    table["v"] = codes[len(table) :].astype(np.int32)
    known = nodes.assign(osmid=whole_numbers(nodes["osmid"], "osmid"))
    point = known.drop_duplicates("osmid").set_index("osmid").geometry.reindex(ids)
    missing = point.isna() | point.is_empty
    if missing.any():
        raise InputError(
            f"streets: the node table lacks {counted(int(missing.sum()), 'junction')} that edges "
            "name; "
            "save nodes and edges of the same graph"
        )
    frame = gpd.GeoDataFrame(
        {"osm_id": ids}, geometry=shapely.force_2d(point.to_numpy()), crs=table.crs
    )
    return frame, table


def _join_ends(
    nodes: gpd.GeoDataFrame, table: gpd.GeoDataFrame, report: dict[str, float]
) -> gpd.GeoDataFrame:
    """Turn every line to run from u to v and let it end at its nodes exactly.

    An undirected osmnx file names its ends in no particular order, so u and v say nothing of the
    direction in which the line is drawn.
    """
    line = table.geometry.to_numpy().copy()
    place = shapely.get_coordinates(nodes.geometry.to_numpy())
    u, v = place[table["u"].to_numpy()], place[table["v"].to_numpy()]
    vertex, of_line = shapely.get_coordinates(line, return_index=True)
    first = np.searchsorted(of_line, np.arange(len(line)))
    start, end = vertex[first], vertex[np.append(first[1:], len(vertex)) - 1]
    as_drawn = distances(start, u) + distances(end, v)
    turned = distances(start, v) + distances(end, u) < as_drawn
    line[turned] = shapely.reverse(line[turned])
    start[turned], end[turned] = end[turned], start[turned]
    gap = np.maximum(distances(start, u), distances(end, v))
    apart = np.flatnonzero(gap > 0)
    for i in apart:
        inner = shapely.get_coordinates(line[i])
        path = np.vstack([u[i], inner, v[i]])
        line[i] = shapely.remove_repeated_points(shapely.linestrings(path))
    report["joined_ends"] = float((gap > 0.01).sum())
    table = table.set_geometry(gpd.GeoSeries(line, crs=table.crs))
    table["length"] = table.length
    return table


def _positions(length: NDArray[np.float64], ptr: NDArray[np.int64]) -> NDArray[np.float64]:
    """Position at which each segment begins, summed along its own edge and no other.

    So the same edge has the same positions to the bit in every network that holds it.
    """
    start = np.zeros(len(length))
    count = np.diff(ptr)
    for number in np.unique(count[count > 1]):
        first = ptr[:-1][count == number]
        row = first[:, None] + np.arange(number - 1)
        start[row + 1] = np.cumsum(length[row], axis=1)
    return start


def _to_arrays(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> StreetArrays:
    coordinates, of_edge = shapely.get_coordinates(edges.geometry, return_index=True)
    inner = of_edge[1:] == of_edge[:-1]
    start, end = coordinates[:-1][inner], coordinates[1:][inner]
    segment_edge = of_edge[:-1][inner].astype(np.int32)
    length = np.hypot(*(end - start).T)
    segment_ptr = np.concatenate([[0], np.cumsum(np.bincount(segment_edge, minlength=len(edges)))])
    u, v = edges["u"].to_numpy(np.int32), edges["v"].to_numpy(np.int32)
    tail, head = np.concatenate([u, v]), np.concatenate([v, u])
    order = np.argsort(tail, kind="stable")
    edge = np.tile(np.arange(len(edges), dtype=np.int32), 2)
    degree = np.bincount(tail, minlength=len(nodes))
    deck = edges["deck"].map({name: code for code, name in enumerate(DECKS)})
    columns = [np.ascontiguousarray(c) for c in (*start.T, *end.T)]
    return StreetArrays(
        node_x=nodes.geometry.x.to_numpy(),
        node_y=nodes.geometry.y.to_numpy(),
        edge_u=u,
        edge_v=v,
        edge_length=edges["length"].to_numpy(np.float64),
        edge_deck=deck.to_numpy(np.int8),
        segment_ptr=segment_ptr.astype(np.int64),
        segment_edge=segment_edge,
        segment_start=_positions(length, segment_ptr),
        segment_x0=columns[0],
        segment_y0=columns[1],
        segment_x1=columns[2],
        segment_y1=columns[3],
        adjacency_ptr=np.concatenate([[0], np.cumsum(degree)]).astype(np.int64),
        adjacency_node=head[order],
        adjacency_edge=edge[order],
    )
