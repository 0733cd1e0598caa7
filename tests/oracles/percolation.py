"""Slow truths about the dark network: one graph for each number of cameras, made anew each time.

A street is a list of stretches (length, rank, in the area); nothing here uses elements, trees or
kernels of `sim.tracking.percolation`.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
from oracles import tracking

from sim.city.decks import DECKS
from sim.city.streets import StreetNetwork
from sim.sight.arrays import NEVER, PieceArrays


@dataclass
class Street:
    """An edge from one point to another: its deck and its stretches (length, rank, in area)."""

    start: tuple[float, float]
    end: tuple[float, float]
    stretches: list[tuple[float, int, bool]]
    deck: str = "street"

    @property
    def length(self) -> float:
        return sum(stretch[0] for stretch in self.stretches)


def arrays_of(streets: list[Street]) -> tuple[StreetNetwork, PieceArrays]:
    """The same streets as the engine reads them; all tasks alike."""
    network = tracking.network([[s.start, (_x(s), 0.5), s.end] for s in streets])
    network.edges["deck"] = [s.deck for s in streets]
    counts = [len(s.stretches) for s in streets]
    ends = [np.cumsum([piece[0] for piece in s.stretches]) for s in streets]
    network.edges["length"] = [end[-1] for end in ends]
    flat = [piece for s in streets for piece in s.stretches]
    return network, PieceArrays(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate([np.append(0.0, end[:-1]) for end in ends]),
        np.concatenate(ends),
        np.repeat(np.array([[piece[1]] for piece in flat], np.int32), 4, axis=1),
        np.array([piece[2] for piece in flat]),
    )


def _x(street: Street) -> float:
    """A middle point that lies on no other street, for the shape plays no part."""
    return 1e3 + 7 * street.start[0] + 13 * street.end[0] + street.length


def random_streets(rng: np.random.Generator, decks: int = 4) -> list[Street]:
    """Streets between few points, several between the same two and some from a point to itself."""
    points = [(float(i), float(i * i)) for i in range(rng.integers(2, 9))]
    ranks = [*range(1, int(rng.integers(2, 12))), int(NEVER)]
    streets = []
    for _ in range(rng.integers(1, 16)):
        start, end = rng.integers(len(points), size=2)
        stretches = [
            (float(rng.uniform(1, 50)), int(rng.choice(ranks)), bool(rng.random() < 0.8))
            for _ in range(rng.integers(1, 5))
        ]
        deck = DECKS[int(rng.integers(decks))]
        streets.append(Street(points[start], points[end], stretches, deck))
    streets[0].stretches[0] = (*streets[0].stretches[0][:2], True)
    return streets


def dark_graph(streets: list[Street], total: int) -> nx.Graph:
    """Dark stretches (street, number) and dark junctions (point, deck) at one total."""
    graph = nx.Graph()
    seen = set()
    for s in streets:
        for point, stretch in ((s.start, s.stretches[0]), (s.end, s.stretches[-1])):
            if stretch[1] <= total:
                seen.add((point, s.deck))
    for i, s in enumerate(streets):
        dark = [k for k, stretch in enumerate(s.stretches) if stretch[1] > total]
        for k in dark:
            graph.add_node((i, k), metres=s.stretches[k][0] * s.stretches[k][2])
            if k - 1 in dark:
                graph.add_edge((i, k - 1), (i, k))
        for point, k in ((s.start, 0), (s.end, len(s.stretches) - 1)):
            if (point, s.deck) not in seen:
                graph.add_edge((i, k), (point, s.deck))
    for point in {point for s in streets for point in (s.start, s.end)}:
        decks = [deck for deck in DECKS if (point, deck) in graph]
        nx.add_path(graph, [(point, deck) for deck in decks])
    return graph


def parts_of(streets: list[Street], total: int) -> list[tuple[float, frozenset[object]]]:
    """Length in the area and stretches of each dark part."""
    graph = dark_graph(streets, total)
    metres = dict(graph.nodes(data="metres"))
    return [
        (sum(metres[n] or 0.0 for n in part), frozenset(n for n in part if metres[n] is not None))
        for part in nx.connected_components(graph)
    ]


def last_joined(streets: list[Street], a: tuple[int, int], b: tuple[int, int]) -> float:
    """Largest total at which two stretches hang together, by trying every total."""
    ranks = sorted({piece[1] for s in streets for piece in s.stretches} - {int(NEVER)})
    last = -1.0
    for total, until in zip([0, *ranks], [*ranks, np.inf], strict=True):
        graph = dark_graph(streets, total)
        if a in graph and b in graph and nx.has_path(graph, a, b):
            last = until - 1
    return last
