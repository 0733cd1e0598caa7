"""The edges of a user's own graph, and which edge of the walking network each became.

The network has edges of its own, numbered from 0 and walked both ways. Here the user's rows stand
beside them, with their index (u, v, key) and all their columns, so that results go back onto them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import InputError

if TYPE_CHECKING:
    import networkx as nx

ENDS = ("u", "v", "key")


class OwnEdges(NamedTuple):
    """A user's edges as they were given."""

    table: gpd.GeoDataFrame
    """An edge a row, in the user's index, columns and coordinate system."""
    edge: NDArray[np.int32]
    """Which edge of the network each row became, −1 where nobody walks there, shape (rows,)."""


def own_table(
    graph: nx.Graph | tuple[gpd.GeoDataFrame, ...], edges: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the edges of a graph or of frames in the user's own index.

    Parameters
    ----------
    graph
        What the user gave.
    edges
        The same edges in the same order, with all attributes.
    """
    if isinstance(graph, tuple | list):
        return graph[1]
    plain = edges.drop(columns=[name for name in ENDS if name in edges])
    return plain.set_index(pd.MultiIndex.from_tuples(edge_keys(graph), names=list(ENDS)))


def edge_keys(graph: nx.Graph) -> list[tuple[Any, Any, Any]]:
    """Return (u, v, key) of every edge of a graph in its order; key is 0 where it has none."""
    if graph.is_multigraph():
        return list(graph.edges(keys=True))
    return [(u, v, 0) for u, v in graph.edges()]


def edges_of_rows(
    rows: int, of_edge: NDArray[np.int64], twin_of: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Return which edge of the network each row of a table became.

    Parameters
    ----------
    rows
        Of the table.
    of_edge
        Row that each edge of the network came from.
    twin_of
        For each row the row that stands for it: itself, or the same line in another direction.
    """
    edge = np.full(rows, -1, np.int32)
    edge[of_edge] = np.arange(len(of_edge), dtype=np.int32)
    while (twin_of[twin_of] != twin_of).any():
        twin_of = twin_of[twin_of]
    return edge[twin_of]


def with_values(graph: nx.Graph, own: OwnEdges | None, values: pd.DataFrame) -> nx.Graph:
    """Return a copy of the user's graph with values on its edges.

    Parameters
    ----------
    graph
        The graph that the city was made of.
    own
        The edges of that graph.
    values
        A column an attribute, a row an edge of the network. Edges that nobody walks get None.

    Raises
    ------
    InputError
        The city was not made of that graph.
    """
    if not hasattr(graph, "is_multigraph"):
        raise InputError(f"graph: is a {type(graph).__name__}; give the graph of the city")
    keys = edge_keys(graph)
    if own is None or keys != list(own.table.index):
        raise InputError("graph: the city was not made of this graph; give the one it was made of")
    copy = graph.copy()
    for name, column in values.items():
        found = [*column.tolist(), None]
        for (u, v, key), edge in zip(keys, own.edge.tolist(), strict=True):
            data = copy.edges[u, v, key] if copy.is_multigraph() else copy.edges[u, v]
            data[name] = found[edge]
    return copy
