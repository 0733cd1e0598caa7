"""Whose street each way is, and how long each street is when it is counted once.

Maps draw one street as carriageways and pavements, and many ways without a name. Here a pavement
goes under the name of the street that it accompanies, an unnamed way under the streets that it
joins; and of lines that run side by side under one name each counts for its part only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from sim.city.beside import Beside, counted, stretches
from sim.city.sides import BESIDE_M
from sim.city.street_space import SAME_STREET_M
from sim.city.streets import StreetNetwork
from sim.city.walkable import FOOT_ONLY

ACCOMPANIES = 0.5
"""A way for feet alone is a pavement where a street runs beside it on this share of its length."""
UNNAMED = ("unnamed ways", "無名路")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Streets(NamedTuple):
    """The streets of a network by name.

    Attributes
    ----------
    names
        A street a row: name, name_zh, named (whether the map names it).
    of_edge
        Of each edge its row in `names`.
    ptr, at, once
        Metres of street counted once, from the beginning of edge e: 0 at `at[ptr[e]]`, then
        `once[i]` at `at[i]`, m, and straight lines between; to ptr[e + 1].
    """

    names: pd.DataFrame
    of_edge: Ints
    ptr: Ints
    at: Floats
    once: Floats

    def metres(self, edge: Ints, start: Floats, end: Floats) -> Floats:
        """Return the metres of street, counted once, of pieces of edges.

        Parameters
        ----------
        edge, start, end
            Of each piece; metres along the edge.
        """
        return self._until(edge, end) - self._until(edge, start)

    def _until(self, edge: Ints, t: Floats) -> Floats:
        # one ascending axis for all edges: each begins a metre after the longest could end
        room = float(self.at.max(initial=0.0)) + 1.0
        axis = self.at + room * np.repeat(np.arange(len(self.ptr) - 1), np.diff(self.ptr))
        return np.asarray(np.interp(t + room * edge, axis, self.once))


def streets_by_name(network: StreetNetwork) -> Streets:
    """Return the streets of a network by name, each counted once.

    Parameters
    ----------
    network
        The walking network.

    Returns
    -------
    Streets
        Streets of one name are one street. Pavements are ways for feet alone at street level with
        a street within 12 m on half of their length; other ways without a name are called after
        the streets that they join, the nearest along unnamed ways. Where k lines of one street
        within 50 m run beside each other, each counts for 1 / k of its length; a way for feet alone
        that only crosses its street counts for nothing.
    """
    street, names = _named(network)
    street = _with_pavements(network, street)
    street, names = _with_unnamed(network, street, names)
    return Streets(names, street, *_once(network, street))


def _named(network: StreetNetwork) -> tuple[Ints, pd.DataFrame]:
    """Return the street of each edge that has a name, -1 for others, and the streets."""
    edges = network.edges
    name, chinese = (edges[column].astype("str").to_numpy(object) for column in ("name", "name_zh"))
    both = pd.DataFrame({"name": name, "name_zh": chinese, "m": edges["length"].to_numpy()})
    # of a street that is named in two languages some parts may be named in one
    paired = both[(both["name"] != "") & (both["name_zh"] != "")]
    metres = paired.groupby(["name", "name_zh"], sort=True)["m"].sum()
    known = metres.sort_values(ascending=False, kind="stable").reset_index()
    english = known.drop_duplicates("name_zh").set_index("name_zh")["name"]
    also = known.drop_duplicates("name").set_index("name")["name_zh"]
    key = both["name"].where(both["name"] != "", both["name_zh"].map(english))
    key = key.where(key.notna() & (key != ""), both["name_zh"])
    code, keys = pd.factorize(key.to_numpy(object), sort=True)
    nameless = np.flatnonzero(keys == "")
    if len(nameless):  # it sorts first
        code, keys = code - 1, keys[1:]
    only_chinese = ~np.isin(keys, name)
    names = pd.DataFrame(
        {
            "name": np.where(only_chinese, "", keys),
            "name_zh": np.where(only_chinese, keys, pd.Series(keys, dtype=object).map(also)),
        }
    ).fillna("")
    return code.astype(np.int64), names.assign(named=True)


def _with_pavements(network: StreetNetwork, street: Ints) -> Ints:
    """Return the street of each edge, those of pavements without a name found beside them."""
    edges = network.edges
    at_ground = (edges["deck"] == "street").to_numpy()
    foot = edges["highway"].isin(FOOT_ONLY - {"pedestrian"}).to_numpy()
    bare = (street < 0) & at_ground & foot & ~edges["steps"].to_numpy()
    if not bare.any() or not (street >= 0).any():
        return street
    beside = _joined(
        stretches(
            network.arrays, BESIDE_M, lambda one, _: bare[one], bare, (street >= 0) & at_ground
        )
    )
    beside = _chosen(beside, beside.along)
    count = int(street.max()) + 1
    pair, key = np.unique(beside.edge * count + street[beside.other], return_inverse=True)
    edge, length = pair // count, network.arrays.edge_length
    steps = counted(key, beside.start, beside.end, length[edge])
    covered = np.bincount(
        steps.key, (steps.end - steps.start) * (steps.number[:, 0] > 0), minlength=len(pair)
    )
    found = pd.DataFrame({"edge": edge, "street": pair % count, "m": covered})
    best = found.sort_values(["edge", "m", "street"], ascending=[True, False, True])
    best = best.drop_duplicates("edge")
    best = best[best["m"] >= ACCOMPANIES * length[best["edge"]]]
    street = street.copy()
    street[best["edge"]] = best["street"]
    return street


def _with_unnamed(
    network: StreetNetwork, street: Ints, names: pd.DataFrame
) -> tuple[Ints, pd.DataFrame]:
    """Return the street of every edge, unnamed ways under the streets that they join."""
    bare = np.flatnonzero(street < 0)
    if not len(bare):
        return street, names
    near = _nearest_street(network, street)
    ends = np.sort(near[network.edges[["u", "v"]].to_numpy()[bare]], axis=1)
    kinds, which = np.unique(ends, axis=0, return_inverse=True)
    street = street.copy()
    street[bare] = len(names) + which.ravel()
    shown = names["name"].where(names["name"] != "", names["name_zh"]).to_list()
    chinese = names["name_zh"].where(names["name_zh"] != "", names["name"]).to_list()
    rows = [_in_words(one, two, shown, chinese) for one, two in kinds.tolist()]
    more = pd.DataFrame(rows, columns=["name", "name_zh"]).assign(named=False)
    return street, pd.concat([names, more], ignore_index=True)


def _in_words(one: int, two: int, names: list[str], chinese: list[str]) -> tuple[str, str]:
    """Return how ways are called that join two streets, or one, or (both -1) none with a name."""
    if two < 0:
        return UNNAMED
    if one in (two, -1):
        return f"unnamed ways off {names[two]}", f"{chinese[two]}旁的無名路"
    return (
        f"unnamed ways between {names[one]} and {names[two]}",
        f"{chinese[one]}與{chinese[two]}之間的無名路",
    )


def _nearest_street(network: StreetNetwork, street: Ints) -> Ints:
    """Return the street nearest to each node along ways without one; -1 where none is reached.

    At a corner it is the longest of those that meet there.
    """
    a = network.arrays
    size, named = len(a.node_x), street >= 0
    length = np.bincount(street[named], a.edge_length[named], minlength=1)
    at = np.concatenate([a.edge_u[named], a.edge_v[named]])
    of = np.tile(street[named], 2)
    order = np.lexsort((of, -length[of], at))
    node, first = np.unique(at[order], return_index=True)
    nearest = np.full(size, -1, np.int64)
    if not len(node):
        return nearest
    bare = ~named & (a.edge_u != a.edge_v)
    u, v = np.minimum(a.edge_u, a.edge_v)[bare], np.maximum(a.edge_u, a.edge_v)[bare]
    ways = pd.DataFrame({"u": u, "v": v, "m": np.maximum(a.edge_length[bare], 1e-9)})
    ways = ways.sort_values("m", kind="stable").drop_duplicates(["u", "v"])
    graph = csr_matrix((ways["m"], (ways["u"], ways["v"])), shape=(size, size))
    _, _, source = dijkstra(
        graph, directed=False, indices=node, min_only=True, return_predecessors=True
    )
    own = np.full(size, -1, np.int64)
    own[node] = of[order][first]
    reached = source >= 0
    nearest[reached] = own[source[reached]]
    return nearest


def _once(network: StreetNetwork, street: Ints) -> tuple[Ints, Floats, Floats]:
    """Return how many metres of street each edge stands for, as `Streets` holds it."""
    edges, length = network.edges, network.arrays.edge_length
    near = _joined(
        stretches(network.arrays, SAME_STREET_M, lambda one, two: street[one] == street[two])
    )
    lines = len(length)
    foot = edges["highway"].isin(FOOT_ONLY - {"pedestrian"}).to_numpy()
    kinds = np.column_stack([near.along, ~near.along]).astype(np.int64)
    steps = counted(near.edge, near.start, near.end, length, kinds)
    beside, crossed = steps.number.T
    share = 1.0 / (1 + beside)
    share[foot[steps.key] & (beside == 0) & (crossed > 0)] = 0.0
    metres = (steps.end - steps.start) * share
    pieces = np.bincount(steps.key, minlength=lines)
    ptr = np.concatenate([[0], np.cumsum(pieces + 1)])
    first = ptr[steps.key] + 1 + _place_within(steps.key)
    at, once = np.zeros(ptr[-1]), np.zeros(ptr[-1])
    at[first] = steps.end
    once[first] = metres
    total = np.cumsum(once)
    before = np.repeat(total[ptr[:-1]], np.diff(ptr))
    return ptr, at, total - before


def _place_within(key: Ints) -> Ints:
    """Return the place of each row among those of its key; keys ascend."""
    _, first, count = np.unique(key, return_index=True, return_counts=True)
    return np.arange(len(key)) - np.repeat(first, count)


def _chosen(found: Beside, rows: NDArray[np.bool_]) -> Beside:
    return Beside(
        found.edge[rows], found.other[rows], found.start[rows], found.end[rows], found.along[rows]
    )  # fmt: skip


def _joined(parts: Iterable[Beside]) -> Beside:
    """Return stretches found some at a time as one."""
    every = list(parts)
    if not every:
        none = np.zeros(0, np.int64)
        return Beside(none, none, np.zeros(0), np.zeros(0), np.zeros(0, bool))
    return Beside(*(np.concatenate(columns) for columns in zip(*every, strict=True)))
