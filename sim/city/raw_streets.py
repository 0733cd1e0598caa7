"""Street edges as files and graphs hold them, made plain: lines, ids, ends, one of two directions.

What an edge means to a walker is decided in `sim.city.streets`.
"""

from __future__ import annotations

import re
from itertools import count
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.city.tags import tag_values
from sim.errors import InputError
from sim.wording import counted

_WHOLE = re.compile(r"(?<![\d.])(-?\d+)(?:\.0*)?(?![\d.])")
LARGEST_END_GAP_M = 50.0
"""An edge that ends farther from its node than this is left out."""
MOST_FAR_ENDS = 0.1
"""Share of such edges above which nodes and edges are taken to be of different graphs."""
ROW = "_row"
"""Column with the number of an edge in the table that was given."""
SAME_LINE_M = 0.5
"""Two directions of a street lie no farther apart than this."""


def plain_lines(edges: gpd.GeoDataFrame, report: dict[str, float]) -> gpd.GeoDataFrame:
    """Flat single lines without repeated points; what is not a line is counted and left out."""
    shape = edges.geometry.to_numpy().copy()
    if shapely.has_z(shape).any():
        shape = shapely.force_2d(shape)
    several = shapely.get_type_id(shape) == 5
    shape[several] = shapely.line_merge(shape[several])
    line = shapely.get_type_id(shape) == 1
    shape[line] = without_repeats(shape[line])
    length = shapely.length(shape)
    good = line & np.isfinite(length) & (length > 0)
    report["dropped_not_a_line"] = float((~good).sum())
    if not good.any():
        raise InputError("streets: no edge has a line of finite length; check the file")
    return edges.set_geometry(shape)[good].reset_index(drop=True)


def without_repeats(shape: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return shapes without vertices that stand twice in a row, which few have."""
    vertex, of_shape = shapely.get_coordinates(shape, return_index=True)
    same = (vertex[1:] == vertex[:-1]).all(axis=1) & (of_shape[1:] == of_shape[:-1])
    repeats = np.unique(of_shape[1:][same])
    shape = shape.copy()
    shape[repeats] = shapely.remove_repeated_points(shape[repeats])
    return shape


def without_second_directions(
    edges: gpd.GeoDataFrame, report: dict[str, float], twin: NDArray[np.int64]
) -> gpd.GeoDataFrame:
    """Keep one edge where a graph holds the same line in both directions, or twice.

    Two lines between the same nodes, on the same deck where it is known, are the same where no
    point of one is farther than `SAME_LINE_M` from the other.

    Parameters
    ----------
    edges
        With their numbers in a column `ROW`.
    report
        Gains what was left out.
    twin
        By number: which edge stands for each; those left out are entered.
    """
    ends = np.sort(edges[["u", "v"]].to_numpy(), axis=1)
    if "deck" in edges:  # a bridge right above a crossing, with a lift at each end
        ends = np.column_stack([ends, pd.factorize(edges["deck"])[0]])
    pair, size = np.unique(ends, axis=0, return_inverse=True, return_counts=True)[1:]
    pair = pair.reshape(-1)
    line = edges.geometry.to_numpy()
    repeated = np.zeros(len(edges), bool)
    row = edges[ROW].to_numpy(np.int64)
    order = np.flatnonzero(size[pair] > 1)
    order = order[np.argsort(pair[order], kind="stable")]
    for step in range(1, int(size.max())):
        first, second = order[:-step], order[step:]
        both = (pair[first] == pair[second]) & ~repeated[first]
        first, second = first[both], second[both]
        same = shapely.hausdorff_distance(line[first], line[second]) <= SAME_LINE_M
        repeated[second[same]] = True
        twin[row[second[same]]] = row[first[same]]
    report["merged_both_directions_km"] = float(edges.length[repeated].sum()) / 1000
    return edges[~repeated].reset_index(drop=True)


def without_far_ends(
    edges: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame, report: dict[str, float]
) -> gpd.GeoDataFrame:
    """Leave out lines that end far from their nodes; many of them mean another graph's nodes.

    osmnx leaves some where it has merged junctions: a loop keeps its own ring.
    """
    point = shapely.get_coordinates(nodes.geometry.to_numpy())
    row = pd.Series(np.arange(len(nodes)), whole_numbers(nodes["osmid"], "osmid"))
    row = row[~row.index.duplicated()]
    at = [row.reindex(edges[name]).fillna(-1).to_numpy(np.int64) for name in ("u", "v")]
    known = (at[0] >= 0) & (at[1] >= 0) & (len(point) == len(nodes))
    line = edges.geometry.to_numpy()
    start, end = (
        shapely.get_coordinates(shapely.get_point(line, place)).reshape(-1, 2) for place in (0, -1)
    )
    u, v = (point[rows] for rows in at)
    drawn = np.maximum(distances(start, u), distances(end, v))
    turned = np.maximum(distances(start, v), distances(end, u))
    gap = np.where(known, np.minimum(drawn, turned), 0.0)
    far = gap > LARGEST_END_GAP_M
    if far.mean() > MOST_FAR_ENDS:
        raise InputError(
            f"streets: {counted(int(far.sum()), 'edge ends', 'edges end')} up to {gap.max():.0f} m "
            "from their junctions; save nodes and edges of the same graph"
        )
    report["dropped_far_from_junctions_km"] = float(edges.length[far].sum()) / 1000
    return edges[~far].reset_index(drop=True)


def way_ids(edges: gpd.GeoDataFrame) -> list[int]:
    """Return the original way of each edge; of several merged ones the smallest id.

    An edge without a way is a way of its own, numbered below zero where no other is.
    """
    ids = [_way_id(value) for value in _column(edges, "osmid")]
    lowest = min((number for number in ids if number is not None), default=0)
    unknown = count(min(lowest, 0) - 1, -1)
    return [next(unknown) if number is None else number for number in ids]


def _way_id(value: object) -> int | None:
    """Return the smallest whole number in a cell: of numbers, texts such as "5000.0", or lists."""
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return int(value) if np.isfinite(value) else None
    words = tag_values(value) if not isinstance(value, str) else [value]
    found = [number for word in words for number in _WHOLE.findall(word)]
    return min((int(number) for number in found), default=None)


def whole_numbers(values: pd.Series[Any], name: str) -> NDArray[np.int64]:
    """Return a column of node numbers; one that holds others is refused."""
    try:
        return pd.to_numeric(values).to_numpy(np.int64)
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(f"streets: column {name} holds values that are no node numbers") from error


def _column(frame: pd.DataFrame, name: str) -> list[Any]:
    return frame[name].tolist() if name in frame else [None] * len(frame)


def distances(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the metres between points, row by row; both of shape (n, 2)."""
    return np.asarray(np.hypot(*(a - b).T))
