"""Junction candidates one node at a time, in plain Python: the slow truth beside the arrays.

The loop by which candidates were first found. Only its ties are newer: equal streets come in the
order of the network and equal gaps clockwise from the first street, for the first version went by
the compass, and a turned map gave other candidates.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.spatial import cKDTree

CLASS_WEIGHT = {
    "primary": 4, "secondary": 3, "tertiary": 2, "unclassified": 1.5, "residential": 1.5,
    "pedestrian": 1.5, "living_street": 1,
}  # fmt: skip
"""How much a street adds to a junction; half a point for the classes left out."""
FACADES_M = {
    "motorway": 22, "trunk": 22, "primary": 22, "secondary": 18, "tertiary": 14, "residential": 14,
    "unclassified": 14, "living_street": 14, "pedestrian": 10, "service": 8,
}  # fmt: skip
"""From façade to façade, by class; 5 m for the others (docs/walls.md)."""
JUNCTION_RADIUS_M = 25
KERB = 0.6
"""Of the way from the middle of the street to the façade."""
SIGHT_LINES = 4
NOISE = 1e-6


def half_widths(edges) -> list[float]:
    """Half of what lies between the façades of each street: as stated, else usual for its class."""
    stated = edges.get("facades", [math.nan] * len(edges))
    return [
        (FACADES_M.get(highway, 5) if math.isnan(width) else width) / 2
        for highway, width in zip(edges["highway"], stated, strict=True)
    ]


def junctions(city) -> list[tuple]:
    """Pole x, y, node x, y, deck, importance and four headings of every junction."""
    a = city.streets.arrays
    weight = city.streets.edges["highway"].map(CLASS_WEIGHT).fillna(0.5).to_numpy(float)
    width = np.array(half_widths(city.streets.edges))
    away, back = bearings(a)
    degree = np.diff(a.adjacency_ptr)
    importance = np.bincount(a.edge_u, weight, len(degree)) + np.bincount(
        a.edge_v, weight, len(degree)
    )
    rows = []
    for node in thinned(a.node_x, a.node_y, np.where(degree >= 3, importance, 0.0)):
        arcs = slice(a.adjacency_ptr[node], a.adjacency_ptr[node + 1])
        edge = a.adjacency_edge[arcs]
        bearing = np.where(a.edge_u[edge] == node, away[edge], back[edge])
        arm = sorted(range(len(edge)), key=lambda i: -weight[edge[i]])
        direction = np.radians(widest_gap(bearing))
        pole = KERB * width[edge].max()
        x, y = a.node_x[node], a.node_y[node]
        deck = np.bincount(a.edge_deck[edge]).argmax()
        rows.append(
            (x + pole * np.sin(direction), y + pole * np.cos(direction), x, y, deck,
             importance[node], sight_lines(bearing[arm]))
        )  # fmt: skip
    return rows


def bearings(a):
    first, last = a.segment_ptr[:-1], a.segment_ptr[1:] - 1
    away = np.arctan2(
        a.segment_x1[first] - a.segment_x0[first], a.segment_y1[first] - a.segment_y0[first]
    )
    back = np.arctan2(
        a.segment_x0[last] - a.segment_x1[last], a.segment_y0[last] - a.segment_y1[last]
    )
    return np.degrees(away), np.degrees(back)


def thinned(x, y, importance):
    """Keep the most important of nodes that stand within one junction's radius."""
    order = np.lexsort((np.arange(len(x)), -importance))
    order = order[importance[order] > 0]
    if not len(order):
        return np.zeros(0, np.int64)
    tree = cKDTree(np.column_stack([x[order], y[order]]))
    near = tree.query_ball_point(tree.data, JUNCTION_RADIUS_M + NOISE)
    taken = np.zeros(len(order), bool)
    kept = []
    for i, neighbours in enumerate(near):
        if not taken[i]:
            kept.append(order[i])
            taken[neighbours] = True
    return np.sort(np.array(kept, np.int64))


def widest_gap(bearing) -> float:
    """Middle of the widest gap between bearings, degrees."""
    ordered = sorted(bearing % 360)
    gaps = np.diff([*ordered, ordered[0] + 360])
    widest = [i for i, gap in enumerate(gaps) if gap >= max(gaps) - NOISE]
    turn = {i: (ordered[i] - bearing[0]) % 360 for i in widest}
    first = min(widest, key=lambda i: 0.0 if turn[i] > 360 - NOISE else turn[i])
    return float(ordered[first] + gaps[first] / 2)


def sight_lines(bearing) -> list[float]:
    """Fill four directions from the bearings in order, leaving out near-repeats at first."""
    chosen: list[float] = []
    for least_apart in (45.0, 1.0):
        for value in bearing % 360:
            apart = [abs((value - other + 180) % 360 - 180) for other in chosen]
            if len(chosen) < SIGHT_LINES and min(apart, default=360.0) >= least_apart - NOISE:
                chosen.append(float(value))
    while len(chosen) < SIGHT_LINES:
        chosen.append((chosen[-1] + 90.0) % 360)
    return chosen
