"""The dark network: which unseen streets still hang together, for every number of cameras at once.

Streets are cut where the first-seen rank changes; a junction is seen on a deck as soon as one of
its ends there is, and decks meet where a node has ways of several. Cameras are taken away one by
one, from all to none, while what grows dark is joined; the tree of these joins answers for every
total. Only streets of the study area count in lengths, but components may hang together through its
surroundings. Who lives along dark streets is asked in `sim.tracking.anonymity`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.cameras.optics import TASKS
from sim.city.decks import DECKS
from sim.errors import InputError
from sim.processes import available_cores
from sim.sight.arrays import NEVER
from sim.tracking.kernels.percolation import NOT_DARK, grow_dark
from sim.trips.destinations import cut_nodes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.city.model import City
    from sim.city.streets import StreetArrays
    from sim.sight.arrays import PieceArrays
    from sim.sight.ranks import FirstSeen
    from sim.sight.sightings import Sightings

HALF = 0.5
"""The dark network is broken where its largest component holds less than this share of streets."""
FINEST_STEP = 0.005
"""The curve in summary.json leaves out steps smaller than this share of street length."""
MOST_PLACES = 2000
SEEN = -1
"""Component of a piece that is seen."""


class DarkElements(NamedTuple):
    """Pieces of street, then junctions (a node on one deck), and which of them touch."""

    ptr: NDArray[np.int64]
    """Those that touch element i are neighbour[ptr[i] : ptr[i + 1]]."""
    neighbour: NDArray[np.int32]
    length: NDArray[np.float64]
    """Metres in the study area; 0 for junctions and for pieces around it."""
    rank: NDArray[np.int32]
    """Shape (elements, 4): number of cameras from which on the element is seen."""
    junction_node: NDArray[np.int64]
    """Node of each junction, ascending; of several junctions at a node the street deck is first."""
    leaves_map: NDArray[np.bool_]
    """Whether the element is a junction at which the edge of the map cuts a street."""
    edge_ends: NDArray[np.int64]
    """Shape (2, edges): the junctions at which each edge begins and ends."""


class DarkTree(NamedTuple):
    """How dark components of one task are joined as cameras are taken away."""

    parent: NDArray[np.int32]
    joined: NDArray[np.int32]
    """The element hangs on its parent at every total below this; 0 where it has none."""
    total: NDArray[np.int32]
    """Totals at which anything changes, from 0, ascending."""
    largest_m: NDArray[np.float64]
    """Street length of the largest dark component from each total to the next."""
    components: NDArray[np.int64]
    dark_m: NDArray[np.float64]


class DarkComponents(NamedTuple):
    """The dark network at one total, components in descending order of length."""

    component: NDArray[np.int32]
    """Of each piece of street; `SEEN` where it is seen."""
    length_m: NDArray[np.float64]
    """Of each component, in the study area."""
    leaves_map: NDArray[np.bool_]
    """Whether the component goes on beyond the map, so that all about it are lower bounds."""


@dataclass(frozen=True)
class DarkNetwork:
    """The unseen part of a street network for every number of cameras and every task.

    Attributes
    ----------
    elements
        What can be dark: pieces and junctions.
    piece_ptr, piece_start
        Pieces of edge e are piece_ptr[e] : piece_ptr[e + 1]; where each begins, m from node u.
    street_m
        Street length in the study area.
    camera_ranks
        City ranks of the cameras that stand in the study area, ascending.
    """

    elements: DarkElements
    piece_ptr: NDArray[np.int64]
    piece_start: NDArray[np.float64]
    street_m: float
    camera_ranks: NDArray[np.int32]

    @cached_property
    def trees(self) -> tuple[DarkTree, ...]:
        """How dark components are joined, one tree a task."""
        with ThreadPoolExecutor(available_cores()) as pool:
            return tuple(pool.map(lambda task: dark_tree(self.elements, task), range(len(TASKS))))

    def cameras(self, total: int) -> int:
        """Return the cameras of a city total that stand in the study area."""
        return int(np.searchsorted(self.camera_ranks, total, side="right"))

    def curve(self, task: str) -> pd.DataFrame:
        """Return the dark network for all totals, a row for each at which it changes.

        Returns
        -------
        DataFrame
            Columns total and cameras (from which on the row holds, until the next row's),
            largest_share (of street length, in the largest dark component), parts (number of dark
            parts), dark_m (length of all dark streets).
        """
        tree = self.trees[TASKS.index(task)]
        return pd.DataFrame(
            {
                "total": tree.total,
                "cameras": np.searchsorted(self.camera_ranks, tree.total, side="right"),
                "largest_share": tree.largest_m / self.street_m,
                "parts": tree.components,
                "dark_m": tree.dark_m,
            }
        )

    def largest_share(self, total: int, task: str) -> float:
        """Return the share of street length that the largest dark component holds at a total."""
        tree = self.trees[TASKS.index(task)]
        row = int(np.searchsorted(tree.total, total, side="right")) - 1
        return float(tree.largest_m[row]) / self.street_m

    def percolation_threshold(self, task: str) -> int | None:
        """Return the smallest total at which no dark component holds half of street length.

        It is None if one still does with every camera of the fleet, and 0 if none does without
        any camera, because the map itself is in pieces.
        """
        tree = self.trees[TASKS.index(task)]
        broken = tree.largest_m < HALF * self.street_m
        return int(tree.total[int(broken.argmax())]) if broken.any() else None

    def components(self, total: int, task: str) -> DarkComponents:
        """Return which dark component each piece of street belongs to at a total."""
        e, pieces = self.elements, len(self.piece_start)
        root = self.component_roots(np.arange(len(e.length)), total, task)
        dark = root != SEEN
        found, label = np.unique(root[dark], return_inverse=True)
        length = np.bincount(label, e.length[dark], len(found))
        beyond = np.bincount(label, e.leaves_map[dark], len(found)) > 0
        # a junction alone is not a component: none is dark without the pieces that end there
        order = np.lexsort((found, -length))
        number = np.empty(len(found), np.int32)
        number[order] = np.arange(len(found), dtype=np.int32)
        component = np.full(len(root), SEEN, np.int32)
        component[dark] = number[label]
        return DarkComponents(
            component[:pieces], np.asarray(length[order], np.float64), beyond[order]
        )

    def component_roots(
        self, element: NDArray[np.integer[Any]], total: int, task: str
    ) -> NDArray[np.int32]:
        """Return an element that stands for the dark component of each; `SEEN` where seen."""
        tree = self.trees[TASKS.index(task)]
        root = np.array(element, np.int32)
        climbing = np.flatnonzero(tree.joined[root] > total)
        while len(climbing):
            root[climbing] = tree.parent[root[climbing]]
            climbing = climbing[tree.joined[root[climbing]] > total]
        dark = self.elements.rank[element, TASKS.index(task)] > total
        return np.where(dark, root, np.int32(SEEN))

    def at_positions(
        self, edge: NDArray[np.integer[Any]], t: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """Return the element at each position, t metres along an edge from its node u."""
        low, high = self.piece_ptr[edge], self.piece_ptr[np.asarray(edge) + 1] - 1
        while (low < high).any():
            middle = (low + high + 1) // 2
            begun = self.piece_start[middle] <= t
            low, high = np.where(begun, middle, low), np.where(begun, high, middle - 1)
        return np.asarray(low, np.int64)

    def at_nodes(self, node: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Return the element at each node: its junction on the street deck, if it has one."""
        return junctions_at(self.elements, node)

    def last_joined(self, element: NDArray[np.int64], task: str) -> NDArray[np.float64]:
        """Return the largest total at which places are still joined unseen, pair by pair.

        Parameters
        ----------
        element
            Of each place, from `at_positions` or `at_nodes`.
        task
            One of `TASKS`.

        Returns
        -------
        Shape (places, places): the bottleneck of the best way; infinite where the whole fleet
        does not part the two, −1 where the map itself does not join them. On the diagonal, the
        last total at which the place itself is unseen.

        Raises
        ------
        InputError
            More than `MOST_PLACES` places.
        """
        if len(element) > MOST_PLACES:
            raise InputError(f"{len(element)} places: pairs of at most {MOST_PLACES} can be asked")
        number = TASKS.index(task)
        a, b = (side.ravel() for side in np.meshgrid(element, element, indexing="ij"))
        last = last_joined_pairs(self.trees[number], self.elements.rank[:, number], a, b)
        return last.reshape(len(element), len(element))

    def bottlenecks(self, names: Sequence[str], element: NDArray[np.int64]) -> pd.DataFrame:
        """Return `last_joined` as a table, a row for each pair of named places.

        Returns
        -------
        DataFrame
            Columns from, to, and last_<task> for each task.
        """
        first, second = np.triu_indices(len(element), 1)
        name = np.array(names, object)
        columns = {"from": name[first], "to": name[second]}
        for task in TASKS:
            columns[f"last_{task}"] = self.last_joined(element, task)[first, second]
        return pd.DataFrame(columns)

    @property
    def summary(self) -> dict[str, dict[str, Any]]:
        """By task, the figures of summary.json under "percolation"."""
        return {task: self._summary(task) for task in TASKS}

    def critical(self, task: str) -> dict[str, int | None]:
        """Return the number of cameras that breaks the unseen network, as summary.json has it."""
        total = self.percolation_threshold(task)
        here = None if total is None else self.cameras(total)
        return {"critical_cameras": here, "critical_total": total}

    def _summary(self, task: str) -> dict[str, Any]:
        tree = self.trees[TASKS.index(task)]
        shares = (tree.largest_m / self.street_m).tolist()
        kept = [0]
        for row, share in enumerate(shares):
            if shares[kept[-1]] - share >= FINEST_STEP or row == len(shares) - 1 > 0:
                kept.append(row)
        return {
            **self.critical(task),
            "largest_dark_share": [
                [self.cameras(int(tree.total[row])), shares[row]] for row in kept
            ],
        }


def dark_network(city: City, seen: Sightings, pieces: FirstSeen | None = None) -> DarkNetwork:
    """Find the unseen part of the streets for every number of cameras and every task.

    Parameters
    ----------
    city
        Streets, and the region that the map covers.
    seen
        What the whole fleet sees.
    pieces
        First-seen ranks; those of `seen` where not given (give others for a part of the owners).

    Raises
    ------
    InputError
        No street lies in the study area.
    """
    ranks = seen.fleet.arrays.rank[seen.fleet.inside(city.area.polygon)]
    arrays = (pieces or seen.first_seen).arrays
    return network_of(city.streets.arrays, arrays, cut_nodes(city), ranks)


def network_of(
    streets: StreetArrays,
    pieces: PieceArrays,
    cut: NDArray[np.bool_],
    camera_ranks: NDArray[np.int32],
) -> DarkNetwork:
    """Do what `dark_network` does on plain arrays.

    Parameters
    ----------
    streets, pieces
        Streets and their first-seen ranks.
    cut
        Of each node, whether the edge of the map cuts a street there.
    camera_ranks
        Of the cameras in the study area.
    """
    elements = dark_elements(streets, pieces, cut)
    street_m = float(elements.length.sum())
    if not street_m > 0:
        raise InputError("no street lies in the study area; choose a larger one", key="area")
    return DarkNetwork(elements, pieces.piece_ptr, pieces.start, street_m, np.sort(camera_ranks))


def dark_elements(
    streets: StreetArrays, pieces: PieceArrays, cut: NDArray[np.bool_]
) -> DarkElements:
    """Cut streets into pieces and junctions, and find which touch.

    Pieces of an edge touch one after the other; the first and the last touch the junctions of
    their deck; junctions of one node touch, whatever their decks.
    """
    count = len(pieces.start)
    first, last = pieces.piece_ptr[:-1], pieces.piece_ptr[1:] - 1
    deck = np.tile(streets.edge_deck.astype(np.int64), 2)
    place = np.concatenate([streets.edge_u, streets.edge_v]) * np.int64(len(DECKS)) + deck
    junctions, junction = np.unique(place, return_inverse=True)
    node = junctions // len(DECKS)
    end = np.concatenate([first, last])
    rank = np.full((len(junctions), pieces.rank.shape[1]), NEVER, np.int32)
    np.minimum.at(rank, junction, pieces.rank[end])
    along = np.ones(count, bool)
    along[last] = False
    before = np.flatnonzero(along)
    stairs = np.flatnonzero(node[1:] == node[:-1])
    links = np.concatenate(
        [
            np.stack([before, before + 1]),
            np.stack([end, count + junction]),
            count + np.stack([stairs, stairs + 1]),
            count + _far_decks(node),
        ],
        axis=1,
    )
    ptr, neighbour = touching(links, count + len(junctions))
    return DarkElements(
        ptr,
        neighbour,
        np.append(np.where(pieces.in_area, pieces.end - pieces.start, 0.0), np.zeros(len(node))),
        np.concatenate([pieces.rank, rank]),
        node,
        np.append(np.zeros(count, bool), cut[node]),
        count + junction.reshape(2, -1).astype(np.int64),
    )


def junctions_at(elements: DarkElements, node: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Return the junction of each node on the street deck, or on its first deck without one."""
    pieces = len(elements.length) - len(elements.junction_node)
    return np.asarray(pieces + np.searchsorted(elements.junction_node, node), np.int64)


def last_joined_pairs(
    tree: DarkTree,
    rank: NDArray[np.int32],
    first: NDArray[np.integer[Any]],
    second: NDArray[np.integer[Any]],
) -> NDArray[np.float64]:
    """Return the largest total at which the two elements of each pair hang together unseen.

    Parameters
    ----------
    tree
        Of one task.
    rank
        Of the elements, for that task.
    first, second
        Elements, shape (pairs,). A pair of one element is joined while it is unseen.

    Returns
    -------
    Shape (pairs,): infinite where the whole fleet does not part the two, −1 where the map itself
    does not join them.
    """
    a, b = np.array(first, np.int64), np.array(second, np.int64)
    lowest = rank[a].copy()
    apart = np.flatnonzero(a != b)
    while len(apart):
        swap = tree.joined[a[apart]] < tree.joined[b[apart]]
        a[apart[swap]], b[apart[swap]] = b[apart[swap]], a[apart[swap]]
        # joins grow later towards the root, so the lower of the two climbs
        lowest[apart] = np.minimum(lowest[apart], tree.joined[a[apart]])
        apart = apart[lowest[apart] > 0]
        a[apart] = tree.parent[a[apart]]
        apart = apart[a[apart] != b[apart]]
    return np.where(lowest == NEVER, np.inf, lowest - 1.0)


def _far_decks(node: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs of junctions of one node with one or two others between them."""
    pairs = [np.zeros((2, 0), np.int64)]
    for apart in (2, 3):
        lower = np.flatnonzero(node[apart:] == node[:-apart])
        pairs.append(np.stack([lower, lower + apart]))
    return np.concatenate(pairs, axis=1)


def touching(links: NDArray[np.int64], count: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return both directions of every link, by element, each once.

    Parameters
    ----------
    links
        Shape (2, links): elements that touch.
    count
        Of elements.
    """
    a, b = np.concatenate([links, links[::-1]], axis=1).astype(np.int64)
    both = np.sort(a << 32 | b)  # numpy's unique is fifty times as slow as sorting
    both = both[np.diff(both, prepend=-1) > 0]
    ptr = np.cumsum(np.bincount((both >> 32) + 1, minlength=count + 1))
    return ptr, both.astype(np.int32)


def dark_tree(elements: DarkElements, task: int) -> DarkTree:
    """Join what grows dark as cameras are taken away, the last first."""
    rank = np.ascontiguousarray(elements.rank[:, task])
    order = np.argsort(NEVER - rank, kind="stable")
    count = len(order)
    parent, joined = np.full(count, NOT_DARK), np.zeros(count, np.int32)
    largest, components = np.zeros(count + 1), np.zeros(count + 1, np.int64)
    grow_dark(
        order, rank, elements.ptr, elements.neighbour, elements.length.copy(),
        parent, joined, largest, components,
    )  # fmt: skip
    roots = np.flatnonzero(parent < 0)
    parent[roots] = roots
    dark = np.append(0.0, np.cumsum(elements.length[order]))
    falling = rank[order]
    # of the elements of one rank, the first begins what is dark below it: all before are dark at it
    first = np.flatnonzero(np.append(True, falling[1:] != falling[:-1]))[::-1]
    first = first[falling[first] < NEVER]
    held = np.append(count, first)
    total = np.append(np.int32(0), falling[first])
    return DarkTree(parent, joined, total, largest[held], components[held], dark[held])
