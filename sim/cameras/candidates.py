"""Where a camera could hang, and which way it would look.

Candidates stand at the corners of junctions and, between them, every 40 m along the streets, on
alternate sides, as lamp posts do; each looks along the streets that meet there. They know nothing
of how many cameras there are or which come first; that is the business of placement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sim.cameras.indoors import indoors
from sim.city.linear_referencing import segment_at
from sim.city.streets import DECKS
from sim.city.walls import half_widths

if TYPE_CHECKING:
    from sim.city import City

LAMP_POST_SPACING_M = 40.0
JUNCTION_RADIUS_M = 25.0
"""Junctions nearer than this to a busier one are the same crossing and share its pole."""
KERB = 0.6
"""A pole stands at this share of the way from the centreline to the façade."""
CLEAR_OF_WALL_M = 0.3
CLASS_WEIGHT = {
    "primary": 4.0, "secondary": 3.0, "tertiary": 2.0, "unclassified": 1.5, "residential": 1.5,
    "living_street": 1.0, "pedestrian": 1.5, "service": 0.5,
}  # fmt: skip
"""How much a street adds to the importance of the junctions on it; 0.5 for every other class."""
SIGHT_LINES = 4


class Candidates(NamedTuple):
    """Possible sites (projected metres), junctions first, in the order of the network."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    deck: NDArray[np.int8]
    importance: NDArray[np.float64]
    """Sum of the class weights of the streets that meet there."""
    junction: NDArray[np.bool_]
    heading: NDArray[np.float64]
    """Shape (sites, 4): directions worth looking, busiest street first, degrees from north."""


def candidates(city: City) -> Candidates:
    """List the places in the region where a camera could hang; none lies inside a building.

    Ways underground carry none: corridor walls are on no map, so cameras there are not simulated.
    """
    junctions = _junctions(city)
    posts = _lamp_posts(city)
    both = [np.concatenate(pair) for pair in zip(junctions, posts, strict=True)]
    x, y, own_x, own_y, deck, importance, junction, heading = both
    x, y = _out_of_walls(city, x, y, own_x, own_y)
    keep = ~indoors(city.walls, x, y) & (deck != DECKS.index("subway"))
    return Candidates(
        x[keep], y[keep], deck[keep].astype(np.int8), importance[keep],
        junction[keep].astype(bool), heading[keep],
    )  # fmt: skip


def _class_weights(city: City) -> NDArray[np.float64]:
    weight = city.streets.edges["highway"].map(CLASS_WEIGHT).fillna(0.5)
    return np.asarray(weight, np.float64)


def _bearings(city: City) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bearing of every edge as it leaves u and as it leaves v, degrees from north."""
    a = city.streets.arrays
    first, last = a.segment_ptr[:-1], a.segment_ptr[1:] - 1
    away = np.arctan2(
        a.segment_x1[first] - a.segment_x0[first], a.segment_y1[first] - a.segment_y0[first]
    )
    back = np.arctan2(
        a.segment_x0[last] - a.segment_x1[last], a.segment_y0[last] - a.segment_y1[last]
    )
    return np.degrees(away), np.degrees(back)


def _junctions(city: City) -> tuple[NDArray[np.float64], ...]:
    """One site a crossing, moved from its middle into the widest gap between its streets."""
    a = city.streets.arrays
    weight, width = _class_weights(city), half_widths(city.streets.edges)
    away, back = _bearings(city)
    degree = np.diff(a.adjacency_ptr)
    importance = np.bincount(a.edge_u, weight, len(degree)) + np.bincount(
        a.edge_v, weight, len(degree)
    )
    chosen = _thinned(a.node_x, a.node_y, np.where(degree >= 3, importance, 0.0))
    rows = []
    for node in chosen:
        arcs = slice(a.adjacency_ptr[node], a.adjacency_ptr[node + 1])
        edge = a.adjacency_edge[arcs]
        bearing = np.where(a.edge_u[edge] == node, away[edge], back[edge])
        arm = np.lexsort((bearing % 360, -weight[edge]))
        direction = np.radians(_widest_gap(bearing))
        pole = KERB * width[edge].max()
        x, y = a.node_x[node], a.node_y[node]
        deck = np.bincount(a.edge_deck[edge]).argmax()
        rows.append(
            (x + pole * np.sin(direction), y + pole * np.cos(direction), x, y, deck,
             importance[node], 1.0, _sight_lines(bearing[arm]))
        )  # fmt: skip
    return _columns(rows)


def _thinned(
    x: NDArray[np.float64], y: NDArray[np.float64], importance: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Keep the most important of nodes that stand within one junction's radius."""
    order = np.lexsort((np.arange(len(x)), -importance))
    order = order[importance[order] > 0]
    tree = cKDTree(np.column_stack([x[order], y[order]]))
    near = tree.query_ball_point(tree.data, JUNCTION_RADIUS_M)
    taken = np.zeros(len(order), bool)
    kept = []
    for i, neighbours in enumerate(near):
        if not taken[i]:
            kept.append(order[i])
            taken[neighbours] = True
    return np.sort(np.array(kept, np.int64))


def _widest_gap(bearing: NDArray[np.float64]) -> float:
    """Middle of the widest gap between bearings, degrees: the corner with most room."""
    ordered = np.sort(bearing % 360)
    gap = np.diff(np.append(ordered, ordered[0] + 360))
    widest = int(gap.argmax())
    return float(ordered[widest] + gap[widest] / 2)


def _sight_lines(bearing: NDArray[np.float64]) -> list[float]:
    """Fill four directions from the bearings in order, leaving out near-repeats at first."""
    chosen: list[float] = []
    for least_apart in (45.0, 1.0):
        for value in bearing % 360:
            apart = [abs((value - other + 180) % 360 - 180) for other in chosen]
            if len(chosen) < SIGHT_LINES and min(apart, default=360.0) >= least_apart:
                chosen.append(float(value))
    while len(chosen) < SIGHT_LINES:
        chosen.append((chosen[-1] + 90.0) % 360)
    return chosen


def _lamp_posts(city: City) -> tuple[NDArray[np.float64], ...]:
    """Stand posts every 40 m along each edge, on alternate sides, not at its ends."""
    a = city.streets.arrays
    weight, width = _class_weights(city), half_widths(city.streets.edges)
    count = (a.edge_length / LAMP_POST_SPACING_M).astype(np.int64)
    edge = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    t = (number + 0.5) * (a.edge_length / np.maximum(count, 1))[edge]
    segment = segment_at(a, edge, t)
    dx = a.segment_x1[segment] - a.segment_x0[segment]
    dy = a.segment_y1[segment] - a.segment_y0[segment]
    long = np.hypot(dx, dy)
    along = (t - a.segment_start[segment]) / long
    x, y = a.segment_x0[segment] + along * dx, a.segment_y0[segment] + along * dy
    side = np.where((number + edge) % 2, 1.0, -1.0) * KERB * width[edge]
    bearing = np.degrees(np.arctan2(dx, dy))
    heading = (bearing[:, None] + np.array([0.0, 180.0, 90.0, 270.0])) % 360
    return (
        x + side * dy / long, y - side * dx / long, x, y, a.edge_deck[edge].astype(np.float64),
        weight[edge], np.zeros(len(edge)), heading,
    )  # fmt: skip


def _columns(rows: Sequence[tuple[object, ...]]) -> tuple[NDArray[np.float64], ...]:
    if not rows:
        return (*(np.zeros(0) for _ in range(7)), np.zeros((0, SIGHT_LINES)))
    return tuple(np.array(column, np.float64) for column in zip(*rows, strict=True))


def _out_of_walls(
    city: City,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    own_x: NDArray[np.float64],
    own_y: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bring a pole that stands in or at a wall back to the middle of its street."""
    if not len(city.walls.footprints):
        return x, y
    tree = shapely.STRtree(city.walls.footprints.geometry.to_numpy())
    close = np.zeros(len(x), bool)
    points = shapely.points(x, y)
    close[tree.query(points, predicate="dwithin", distance=CLEAR_OF_WALL_M)[0]] = True
    # a wall between the pole and its street would have it watch the wrong one
    reach = shapely.linestrings(np.stack([[x, y], [own_x, own_y]]).transpose(2, 0, 1))
    close[tree.query(reach, predicate="intersects")[0]] = True
    return np.where(close, own_x, x), np.where(close, own_y, y)
