"""Street graphs as people hold them in memory: nodes and edges as two tables.

Takes what osmnx, networkx and pyrosm make of streets; what the streets mean to a walker is decided
in `sim.city.streets`.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from sim.arguments import a_table
from sim.errors import InputError
from sim.wording import counted

if TYPE_CHECKING:
    import networkx as nx

HOW = "give a graph as osmnx makes it, or its frames (nodes, edges)"
WIDEST_DEGREES = 6
Frames = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]


def graph_frames(graph: nx.Graph | Frames) -> Frames:
    """Return the nodes and edges of a graph.

    Parameters
    ----------
    graph
        A networkx graph of any kind with a CRS and positions (x, y) of its nodes; or two frames as
        `osmnx.graph_to_gdfs` gives them.

    Returns
    -------
    nodes
        A node a row: osmid (the key of the node), geometry.
    edges
        An edge a row: u, v and all attributes, geometry.

    Raises
    ------
    InputError
        It is not a graph, has no nodes, no edges or no CRS, or a node has no position.
    """
    if isinstance(graph, tuple | list):
        return _of_frames(graph)
    if not hasattr(graph, "is_directed"):
        raise InputError(f"graph: is a {type(graph).__name__}; {HOW}")
    if "crs" not in graph.graph:
        raise InputError("graph: has no CRS; set graph.graph['crs'], for example 'EPSG:4326'")
    if not len(graph) or not graph.number_of_edges():
        what = "no edges" if len(graph) else "no nodes"
        raise InputError(f"graph: has {what}; choose a larger area")
    import osmnx as ox  # slow: wanted only where a graph is given

    _check_positions(graph)
    _check_crs(graph.graph["crs"])
    if not any("highway" in data for *_, data in graph.edges(data=True)):
        raise InputError(f"graph: its edges have no attribute highway; {HOW}")
    nodes, edges = ox.graph_to_gdfs(_multiple(graph))
    refuse_degrees(nodes, "graph")
    return _plain(nodes, "osmid"), _plain(edges)


def _multiple(graph: nx.Graph) -> nx.MultiDiGraph:
    """Return a graph as osmnx has it: directed, with room for several edges between two nodes."""
    import networkx as nx  # slow: wanted only where a graph is given

    if not all(isinstance(node, int | np.integer) for node in graph):
        graph = nx.convert_node_labels_to_integers(graph)
    if graph.is_multigraph() and graph.is_directed():
        return graph
    # each edge once, in one direction: people walk both ways
    directed = nx.MultiDiGraph(**graph.graph)
    directed.add_nodes_from(graph.nodes(data=True))
    directed.add_edges_from((u, v, {**data}) for u, v, data in graph.edges(data=True))
    return directed


def _check_positions(graph: nx.Graph) -> None:
    for node, data in graph.nodes(data=True):
        if "x" not in data or "y" not in data:
            raise InputError(f"graph: node {str(node)[:40]} has no x and y; {HOW}")
        try:
            finite = isfinite(float(data["x"])) and isfinite(float(data["y"]))
        except (TypeError, ValueError):
            finite = False
        if not finite:
            raise InputError(f"graph: x or y of node {str(node)[:40]} is not a number; {HOW}")


def refuse_degrees(frame: gpd.GeoDataFrame, name: str) -> None:
    """Refuse a projected system around coordinates in degrees: all would be within six metres."""
    west, south, east, north = frame.total_bounds
    widest = max(east - west, north - south)
    if not frame.crs.is_geographic and widest < WIDEST_DEGREES:
        raise InputError(
            f"{name}: spans {widest:.3g} m in {frame.crs.to_string()[:40]}, as degrees would; "
            "set the CRS that its coordinates are in, for example EPSG:4326"
        )


def _check_crs(crs: object) -> None:
    try:
        pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        raise InputError(
            f"graph: CRS {str(crs)[:40]!r} is not known; set graph.graph['crs'], for example "
            "'EPSG:4326'"
        ) from None


def _of_frames(frames: tuple[Any, ...] | list[Any]) -> Frames:
    if len(frames) != 2 or not all(isinstance(frame, gpd.GeoDataFrame) for frame in frames):
        raise InputError(f"graph: is no pair of GeoDataFrames; {HOW}")
    nodes, edges = frames
    for frame in frames:
        a_table("streets and their junctions")("graph", frame)
    refuse_degrees(nodes, "graph")
    if "geometry" in nodes and set(shapely.get_type_id(nodes.geometry.to_numpy())) - {0}:
        raise InputError(f"graph: the first frame holds no points; {HOW}")
    plain = _plain(nodes, None if _has_own_ids(nodes) else "osmid"), _plain(edges)
    if not {"u", "v"} <= set(plain[1].columns):
        raise InputError(f"graph: its edges have no columns u and v; {HOW}")
    if "highway" not in plain[1]:
        raise InputError(f"graph: its edges have no column highway; {HOW}")
    return _numbered(*plain)


def _numbered(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> Frames:
    """Give the nodes numbers where their keys are others, for example texts."""
    if all(
        pd.api.types.is_integer_dtype(keys) for keys in (nodes["osmid"], edges["u"], edges["v"])
    ):
        return nodes, edges
    number = {key: i for i, key in enumerate(nodes["osmid"])}
    ends = {name: edges[name].map(number) for name in ("u", "v")}
    unknown = ends["u"].isna() | ends["v"].isna()
    if unknown.any():
        raise InputError(
            f"graph: {counted(int(unknown.sum()), 'edge ends', 'edges end')} at nodes that it "
            f"lacks; {HOW}"
        )
    return nodes.assign(osmid=range(len(nodes))), edges.assign(**ends)


def _has_own_ids(nodes: pd.DataFrame) -> bool:
    """Return whether a column, and not the index, says what a node is called."""
    return isinstance(nodes.index, pd.RangeIndex) and "osmid" in nodes


def _plain(frame: gpd.GeoDataFrame, key: str | None = "") -> gpd.GeoDataFrame:
    """Return a frame with its index as columns, which win over attributes of the same name.

    Graphs of osmnx before 1.0, of pyrosm and of nx.relabel carry an attribute osmid beside the
    key of a node; edges may carry u, v and key.
    """
    if key is None or (key == "" and isinstance(frame.index, pd.RangeIndex)):
        return frame.reset_index(drop=True)
    names = [key] if key else [name for name in frame.index.names if name is not None]
    if not key and len(names) != frame.index.nlevels:
        return frame.reset_index(drop=True)
    return frame.drop(columns=[name for name in names if name in frame]).reset_index(names=names)
