"""Where walks begin and end: places snapped to streets, cordon nodes, and the choice among them.

A person chooses a place by its weight and by how near it is to where the person is. Cordon
nodes (places of the kind "gate") are where the edge of the region cuts streets.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.area import district_outlines
from sim.city.model import City
from sim.trips.routing import nearest_nodes
from sim.trips.waypoints import REACH_M

CUT_WITHIN_M = 20.0
"""A street that ends this near to the edge of the region is cut by it."""
DEAD_END_WITHIN_M = 75.0
"""A dead end this near to the edge is taken to be cut too: extracts drop the edges that cross their
box, so their streets end up to one edge before it."""
BEYOND_M = 100.0
"""How far beyond the edge there must be land, where land is known, at a cordon node."""
USERS_POPULATION = "population of the user"
"""Kind of source by which `sim.city.population` names a file of residents."""
CELLS_AT_ONCE = 2_000_000


class Ends(NamedTuple):
    """Places of one kind that can be walked to, snapped to the street deck."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    weight: NDArray[np.float64]
    node: NDArray[np.int32]
    in_area: NDArray[np.bool_]


def ends_of(city: City, kind: str, report: dict[str, float]) -> Ends:
    """Return the places of a kind inside the region and near a street.

    Parameters
    ----------
    kind
        One of `sim.city.places.KINDS`. Cordon nodes are found where no place is a
        "gate"; without homes in the area, people live along its streets, evenly by length.
    report
        Gets what was assumed and how many places are too far from every street.
    """
    known = city.worked_out
    if ("ends", kind) not in known:
        known["ends", kind] = _snapped(city, kind)
    ends: Ends
    ends, noted = known["ends", kind]
    report |= noted
    return ends


def _snapped(city: City, kind: str) -> tuple[Ends, dict[str, float]]:
    """Return what `ends_of` does, and what it writes into the report."""
    report: dict[str, float] = {}
    table = city.places.of(kind)
    inside = shapely.intersects(city.area.region, table.geometry.to_numpy())
    x, y = shapely.get_coordinates(table.geometry.to_numpy()[inside]).reshape(-1, 2).T
    weight = table["weight"].to_numpy(np.float64)[inside]
    if kind == "home" and not shapely.intersects_xy(city.area.polygon, x, y).any():
        report["homes_along_streets"] = 1.0
        x, y, weight = _homes_along_streets(city)
    if kind == "gate" and not len(x):
        x, y, weight = _cordon_nodes(city)
    node, away = nearest_nodes(city.streets, x, y) if len(x) else (np.zeros(0, np.int32), x)
    weight = np.nan_to_num(weight, nan=0.0).clip(min=0.0)
    weight = weight if weight.any() else np.ones(len(x))
    near = (away <= REACH_M) & (weight > 0)
    report[f"{kind}_too_far_from_streets"] = float((away > REACH_M).sum())
    in_area = shapely.intersects_xy(city.area.polygon, x, y)
    return Ends(x[near], y[near], weight[near], node[near], in_area[near]), report


def residents(city: City) -> float | None:
    """Return the people who live in the area, None where its homes carry no population.

    The weights of homes are people in Hong Kong (census) and where the user gave a population;
    elsewhere they are metres of street, so nothing is said.
    """
    sources = city.provenance.get("sources", [])
    known = bool(city.area.parts) or any(s.get("kind") == USERS_POPULATION for s in sources)
    homes = city.places.of("home")
    inside = shapely.intersects(city.area.polygon, homes.geometry.to_numpy())
    people = float(np.nansum(homes["weight"].to_numpy(np.float64)[inside]))
    return people if known and people > 0 else None


def by_weight(weight: NDArray[np.float64], number: NDArray[np.float64]) -> NDArray[np.int64]:
    """Choose one index for each number in [0, 1), in proportion to weight."""
    summed = np.cumsum(weight)
    found = np.searchsorted(summed, number * summed[-1], side="right")
    return np.asarray(np.minimum(found, np.flatnonzero(weight)[-1]), np.int64)


def choose_near(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    node: NDArray[np.int32],
    there: Ends,
    nearness_m: float,
    number: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Choose one place for each person, by weight × exp(−distance / nearness).

    Parameters
    ----------
    x, y, node
        Where each person is, metres, and the street node there.
    there
        Where they may go; at least one place. One at the person's own node is chosen only where
        there is no other.
    nearness_m
        Distance in a straight line over which a place loses 63 % of its pull.
    number
        In [0, 1), one a person.

    Returns
    -------
    Index into `there`, one a person.
    """
    at, person_at = np.unique(np.column_stack([x, y, node]), axis=0, return_inverse=True)
    person_at = person_at.reshape(-1)
    chosen = np.zeros(len(x), np.int64)
    rows = max(1, CELLS_AT_ONCE // len(there.x))
    for first in range(0, len(at), rows):
        block = at[first : first + rows]
        away = np.hypot(block[:, :1] - there.x, block[:, 1:2] - there.y)
        same = block[:, 2:] == there.node
        away[same & ~same.all(axis=1, keepdims=True)] = np.inf
        # relative to the nearest, so that far places do not all vanish in rounding
        pull = there.weight * np.exp((away.min(axis=1, keepdims=True) - away) / nearness_m)
        summed = np.cumsum(pull, axis=1)
        here = np.flatnonzero((person_at >= first) & (person_at < first + rows))
        for row, persons in _grouped(person_at[here] - first, here):
            wanted = number[persons] * summed[row, -1]
            chosen[persons] = np.searchsorted(summed[row], wanted, side="right")
    return np.minimum(chosen, len(there.x) - 1)


def _grouped(
    row: NDArray[np.int64], person: NDArray[np.int64]
) -> list[tuple[int, NDArray[np.int64]]]:
    """Return each row that occurs with its persons."""
    order = np.argsort(row, kind="stable")
    rows, first = np.unique(row[order], return_index=True)
    return list(zip(rows.tolist(), np.split(person[order], first[1:]), strict=True))


def _homes_along_streets(
    city: City,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Homes at junctions of the street deck, weighted by the length of street around each."""
    a = city.streets.arrays
    street = a.edge_deck == 0
    ends = np.concatenate([a.edge_u[street], a.edge_v[street]])
    length = np.tile(a.edge_length[street] / 2, 2)
    weight = np.bincount(ends, weights=length, minlength=len(a.node_x)).astype(np.float64)
    return a.node_x, a.node_y, weight


def _cordon_nodes(
    city: City,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the street nodes where the edge of the region cuts the network, all of one weight."""
    a = city.streets.arrays
    street = np.zeros(len(a.node_x), bool)
    street[np.concatenate([end[a.edge_deck == 0] for end in (a.edge_u, a.edge_v)])] = True
    node = np.flatnonzero(street & cut_nodes(city))
    return a.node_x[node], a.node_y[node], np.ones(len(node))


def cut_nodes(city: City) -> NDArray[np.bool_]:
    """Return at which nodes, of any deck, the edge of the region cuts a street.

    A shore cuts none.
    """
    a = city.streets.arrays
    edge = shapely.boundary(city.area.region)
    shapely.prepare(edge)
    point = shapely.points(a.node_x, a.node_y)
    cut = shapely.dwithin(edge, point, CUT_WITHIN_M)  # far more quickly than by distances
    dead_end = np.flatnonzero(~cut & (np.diff(a.adjacency_ptr) == 1))
    cut[dead_end] = shapely.dwithin(edge, point[dead_end], DEAD_END_WITHIN_M)
    if city.area.parts:
        node = np.flatnonzero(cut)
        cut[node] = districts_beyond(city, a.node_x[node], a.node_y[node]) != ""
    return np.asarray(cut)


def districts_beyond(
    city: City, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.object_]:
    """Return the Hong Kong district that lies beyond the edge of the region next to each point.

    It is "" where there is sea, and everywhere outside Hong Kong.
    """
    found = np.full(len(x), "", object)
    if not city.area.parts or not len(x):
        return found
    beyond = _beyond(city, x, y)
    for name, outline in district_outlines().items():
        found[shapely.intersects_xy(outline, *beyond.T)] = name
    return found


def _beyond(city: City, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Go from each point over the nearest edge of the region, straight on."""
    edge = shapely.boundary(city.area.region)
    shapely.prepare(edge)
    line = shapely.shortest_line(edge, shapely.points(x, y))
    end, begin = (shapely.get_coordinates(shapely.get_point(line, k)) for k in (0, -1))
    length = np.hypot(*(end - begin).T)
    way = np.divide(end - begin, length[:, None], where=length[:, None] > 0, out=end * 0)
    return np.asarray(end + way * BEYOND_M, np.float64)
