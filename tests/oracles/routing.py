"""Slow truths about least-cost walks: perceived costs from the definition, paths by networkx.

Nothing here uses `sim.trips.routing`; only the edges' own columns and the definition of a person's
taste (docs/methods.md, "Walks").
"""

from __future__ import annotations

import math
from statistics import NormalDist

import networkx as nx
import numpy as np
import pytest
from oracles.keyed_random import key

LEVELS = 1024
"""A person likes a street in one of so many ways, each as likely: the upper ten bits of the key."""


def walking_seconds(streets, speed=1.34):
    """Seconds of each edge at a speed; people are half as fast on steps."""
    rows = zip(streets.edges["length"], streets.edges["steps"], strict=True)
    return np.array([length / (speed / 2 if steps else speed) for length, steps in rows])


def factors(taste):
    """The lognormal factor of each level, at the middle of its step of probability, mean 1."""
    drawn = [math.exp(taste * NormalDist().inv_cdf((k + 0.5) / LEVELS)) for k in range(LEVELS)]
    mean = math.fsum(drawn) / LEVELS
    return [factor / mean for factor in drawn]


def perceived(streets, seed, person, taste, speed=1.34):
    """Seconds of each edge as a person perceives them."""
    factor = factors(taste)
    level = [key(seed, "taste", person, int(street)) >> 54 for street in streets.edges["street"]]
    return walking_seconds(streets, speed) * np.array([factor[k] for k in level])


def cheapest_links(streets, cost):
    """Edge of least cost between two nodes, by its ends."""
    best: dict[tuple[int, int], int] = {}
    for edge, ends in enumerate(np.sort(streets.edges[["u", "v"]].to_numpy(), axis=1).tolist()):
        known = best.get(tuple(ends))
        if known is None or cost[edge] < cost[known]:
            best[tuple(ends)] = edge
    return best


def by_networkx(streets, cost, origins, targets):
    """Cost and length of the cheapest path of each pair; infinite and NaN where there is none."""
    length = streets.edges["length"].to_numpy()
    graph = nx.Graph()
    graph.add_nodes_from(range(len(streets.nodes)))
    for (u, v), edge in cheapest_links(streets, cost).items():
        graph.add_edge(u, v, cost=float(cost[edge]), length=float(length[edge]))
    found = np.full((2, len(origins)), np.inf)
    for i, (origin, target) in enumerate(zip(origins.tolist(), targets.tolist(), strict=True)):
        try:
            found[0, i], path = nx.bidirectional_dijkstra(graph, origin, target, weight="cost")
        except nx.NetworkXNoPath:
            found[1, i] = np.nan
        else:
            found[1, i] = nx.path_weight(graph, path, "length")
    return found


def check_paths(streets, origins, targets, found):
    """Every path leads from its origin to its target, and its length is that of its edges."""
    a = streets.arrays
    for i in range(len(origins)):
        node, metres = origins[i], 0.0
        for k in range(found.path_ptr[i], found.path_ptr[i + 1]):
            edge, back = found.path_edge[k], found.path_backward[k]
            assert node == (a.edge_v if back else a.edge_u)[edge]
            node = (a.edge_u if back else a.edge_v)[edge]
            metres += a.edge_length[edge]
        if not np.isnan(found.length[i]):
            assert node == targets[i]
            assert metres == pytest.approx(found.length[i])
