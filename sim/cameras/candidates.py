"""Where a camera could hang, and which way it would look.

Candidates stand at the corners of junctions, on lamp posts along the streets, on façades and at
station exits; each looks along the streets there first, and then across. They know nothing of how
many cameras there are or which come first; that is the business of placement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.cameras.facades import distance_to_facade
from sim.cameras.fleet import MOUNTS
from sim.city.decks import DECKS
from sim.city.linear_referencing import segment_at
from sim.city.walls import Walls, half_widths
from sim.errors import InputError
from sim.jit import lean_kernel
from sim.nearest import tree_of
from sim.processes import available_cores, computing_threads

if TYPE_CHECKING:
    from sim.city.model import City
    from sim.city.streets import StreetArrays

Floats = NDArray[np.float64]

KINDS = ("junctions", "lamp posts", "walls", "station exits")
"""Kinds of candidates, in the order in which they are listed."""
USUAL_KINDS = ("junctions", "lamp posts")
LAMP_POST_SPACING_M = 40.0
JUNCTION_RADIUS_M = 25.0
"""Junctions nearer than this to a busier one are the same crossing and share its pole."""
KERB = 0.6
"""A pole stands at this share of the way from the centreline to the façade."""
CLEAR_OF_WALL_M = 0.3
FACADE_WITHIN_M = 15.0
"""A façade farther than this from the middle of its street carries no bracket."""
BRACKET_M = 0.5
"""A bracket holds its camera so far off the façade."""
EXIT_TO_STREET_M = 60.0
"""A station exit farther than this from every street is not on one."""
CLASS_WEIGHT = {
    "primary": 4.0, "secondary": 3.0, "tertiary": 2.0, "unclassified": 1.5, "residential": 1.5,
    "living_street": 1.0, "pedestrian": 1.5, "service": 0.5,
}  # fmt: skip
"""How much a street adds to the importance of the junctions on it; 0.5 for every other class."""
SIGHT_LINES = 4
SAME_M, SAME_DEGREES = 1e-6, 1e-6
"""Lengths and angles this close are equal, whatever rounding a turned map brings."""


class Candidates(NamedTuple):
    """Possible sites (projected metres), kind after kind, each in the order of the network."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    deck: NDArray[np.int8]
    importance: NDArray[np.float64]
    """Sum of the class weights of the streets that meet there."""
    junction: NDArray[np.bool_]
    heading: NDArray[np.float64]
    """Shape (sites, 4): directions worth looking, busiest street first, degrees from north."""
    mounted_on: NDArray[np.int8]
    """Place in `sim.cameras.fleet.MOUNTS` of what a head would hang on."""


def those(sites: Candidates, keep: NDArray[np.bool_]) -> Candidates:
    """Return some of the candidates, in their order.

    Parameters
    ----------
    sites
        All of them.
    keep
        Which, shape (sites,).
    """
    return Candidates(
        sites.x[keep], sites.y[keep], sites.deck[keep], sites.importance[keep],
        sites.junction[keep], np.ascontiguousarray(sites.heading[keep]), sites.mounted_on[keep],
    )  # fmt: skip


class _Sites(NamedTuple):
    """Sites of one kind before those in walls are moved or left out."""

    x: Floats
    y: Floats
    own_x: Floats
    """Where on its street the site belongs."""
    own_y: Floats
    deck: NDArray[np.int8]
    importance: Floats
    heading: Floats


def candidates(
    city: City, kinds: Sequence[str] = USUAL_KINDS, *, both_sides: bool = False
) -> Candidates:
    """List the places in the region where a camera could hang; none lies inside a building.

    Ways underground carry none: corridor walls are on no map, so cameras there are not simulated.

    Parameters
    ----------
    city
        Streets, walls and, for station exits, places.
    kinds
        Some of `KINDS`; whatever their order here, they are listed in the order of `KINDS`.
    both_sides
        Whether a lamp post stands on each side every 40 m, or on alternate sides.

    Raises
    ------
    InputError
        An unknown kind.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise InputError(f'unknown kind of place "{unknown[0]}"; choose from {", ".join(KINDS)}')
    found = [_of_kind(city, kind, both_sides) for kind in KINDS if kind in kinds]
    if not found:
        raise InputError(f"no kind of place for cameras; choose from {', '.join(KINDS)}")
    return Candidates(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _of_kind(city: City, kind: str, both_sides: bool) -> Candidates:
    """List the candidates of one kind that stand outside buildings and above ground."""
    if kind == "junctions":
        sites, mount = _junctions(city), "traffic light"
    elif kind == "lamp posts":
        sites, mount = _lamp_posts(city, both_sides), "lamp post"
    elif kind == "walls":
        sites, mount = _walls(city), "wall"
    else:
        sites, mount = _station_exits(city), "building"
    x, y = sites.x, sites.y
    unsure = np.ones(len(x), bool)
    if kind != "walls":
        unsure = _in_walls(city, sites)  # the others are clear of every wall
        x, y = np.where(unsure, sites.own_x, x), np.where(unsure, sites.own_y, y)
    keep = sites.deck != DECKS.index("subway")
    keep[unsure] &= ~_near(city.walls, shapely.points(x[unsure], y[unsure]), SAME_M)
    count = int(keep.sum())
    return Candidates(
        x[keep], y[keep], sites.deck[keep], sites.importance[keep],
        np.full(count, kind == "junctions"), np.ascontiguousarray(sites.heading[keep]),
        np.full(count, MOUNTS.index(mount), np.int8),
    )  # fmt: skip


def _class_weights(city: City) -> Floats:
    weight = city.streets.edges["highway"].map(CLASS_WEIGHT).fillna(0.5)
    return np.asarray(weight, np.float64)


def _bearings(a: StreetArrays) -> tuple[Floats, Floats]:
    """Bearing of every edge as it leaves u and as it leaves v, degrees from north."""
    first, last = a.segment_ptr[:-1], a.segment_ptr[1:] - 1
    away = np.arctan2(
        a.segment_x1[first] - a.segment_x0[first], a.segment_y1[first] - a.segment_y0[first]
    )
    back = np.arctan2(
        a.segment_x0[last] - a.segment_x1[last], a.segment_y0[last] - a.segment_y1[last]
    )
    return np.degrees(away), np.degrees(back)


def _junctions(city: City) -> _Sites:
    """One site a crossing, moved from its middle into the widest gap between its streets."""
    a = city.streets.arrays
    weight, width = _class_weights(city), half_widths(city.streets.edges)
    away, back = _bearings(a)
    degree = np.diff(a.adjacency_ptr)
    nodes = len(degree)
    meeting = np.bincount(a.edge_u, weight, nodes) + np.bincount(a.edge_v, weight, nodes)
    importance = np.asarray(meeting, np.float64)
    chosen = _thinned(a.node_x, a.node_y, np.where(degree >= 3, importance, 0.0))
    direction, pole = np.zeros(len(chosen)), np.zeros(len(chosen))
    heading = np.zeros((len(chosen), SIGHT_LINES))
    deck = np.zeros(len(chosen), np.int8)
    for arms in np.unique(degree[chosen]):  # nodes of one degree are rows of one table
        row = np.flatnonzero(degree[chosen] == arms)
        node = chosen[row]
        edge = a.adjacency_edge[a.adjacency_ptr[node, None] + np.arange(arms)]
        bearing = np.where(a.edge_u[edge] == node[:, None], away[edge], back[edge]) % 360
        direction[row] = np.radians(_widest_gap(bearing))
        pole[row] = KERB * width[edge].max(axis=1)
        heading[row] = _sight_lines(_busiest_first(bearing, weight[edge]))
        held = (a.edge_deck[edge][:, :, None] == np.arange(len(DECKS))).sum(axis=1)
        deck[row] = held.argmax(axis=1)
    x, y = a.node_x[chosen], a.node_y[chosen]
    return _Sites(
        x + pole * np.sin(direction), y + pole * np.cos(direction), x, y, deck,
        importance[chosen], heading,
    )  # fmt: skip


def _thinned(x: Floats, y: Floats, importance: Floats) -> NDArray[np.int64]:
    """Keep the most important of nodes that stand within one junction's radius."""
    order = np.lexsort((np.arange(len(x)), -importance))
    order = order[importance[order] > 0]
    tree = tree_of(np.column_stack([x[order], y[order]]))
    pair = tree.query_pairs(JUNCTION_RADIUS_M + SAME_M, output_type="ndarray")
    first, second = pair.min(axis=1), pair.max(axis=1)
    by_first = np.argsort(first, kind="stable")
    ptr = np.concatenate([[0], np.cumsum(np.bincount(first, minlength=len(order)))])
    kept = np.ones(len(order), np.bool_)
    _drop_neighbours(ptr.astype(np.int64), second[by_first].astype(np.int64), kept)
    return np.sort(order[kept])


@lean_kernel
def _drop_neighbours(
    ptr: NDArray[np.int64], later: NDArray[np.int64], kept: NDArray[np.bool_]
) -> None:
    """Go through nodes in order; one that is still kept drops its neighbours later in order."""
    for i in range(len(kept)):
        if kept[i]:
            for k in range(ptr[i], ptr[i + 1]):
                kept[later[k]] = False


def _widest_gap(bearing: Floats) -> Floats:
    """Middle of the widest gap between the bearings of a row, degrees: the roomiest corner.

    Of equally wide gaps the first clockwise from the row's first bearing, so that no point of the
    compass is preferred and turning the map turns the corner with it.
    """
    ordered = np.sort(bearing, axis=1)
    gap = np.diff(ordered, axis=1, append=ordered[:, :1] + 360)
    clockwise = (ordered - bearing[:, :1]) % 360
    clockwise = np.where(clockwise > 360 - SAME_DEGREES, 0.0, clockwise)
    widest = gap >= gap.max(axis=1, keepdims=True) - SAME_DEGREES
    first = np.where(widest, clockwise, np.inf).argmin(axis=1)
    row = np.arange(len(gap))
    return np.asarray(ordered[row, first] + gap[row, first] / 2)


def _busiest_first(bearing: Floats, weight: Floats) -> Floats:
    """Put the bearings of each row in order, busiest street first, equals as they come."""
    order = np.argsort(-weight, axis=1, kind="stable")
    return np.asarray(np.take_along_axis(bearing, order, axis=1))


def _sight_lines(bearing: Floats) -> Floats:
    """Fill four directions from the bearings of a row in order, near-repeats left out at first."""
    sites, arms = bearing.shape
    chosen = np.full((sites, SIGHT_LINES), np.nan)
    count = np.zeros(sites, np.int64)
    for least_apart in (45.0, 1.0):
        for arm in range(arms):
            value = bearing[:, arm]
            apart = np.abs((value[:, None] - chosen + 180) % 360 - 180)
            near = np.fmin.reduce(apart, axis=1, initial=360.0)  # not yet chosen is nowhere near
            new = (count < SIGHT_LINES) & (near >= least_apart - SAME_DEGREES)
            chosen[new, count[new]] = value[new]
            count[new] += 1
    for line in range(1, SIGHT_LINES):
        left = count <= line
        chosen[left, line] = (chosen[left, line - 1] + 90.0) % 360
    return chosen


class _Stands(NamedTuple):
    """Positions along the streets at which something may stand."""

    edge: NDArray[np.int64]
    x: Floats
    y: Floats
    dx: Floats
    dy: Floats
    """The segment of the street there, from its beginning to its end."""
    long: Floats
    bearing: Floats


def _stands_at(a: StreetArrays, edge: NDArray[np.int64], t: Floats) -> _Stands:
    segment = segment_at(a, edge, t + SAME_M)  # at a bend, the way the street goes on
    dx = a.segment_x1[segment] - a.segment_x0[segment]
    dy = a.segment_y1[segment] - a.segment_y0[segment]
    long = np.hypot(dx, dy)
    along = (t - a.segment_start[segment]) / long
    x, y = a.segment_x0[segment] + along * dx, a.segment_y0[segment] + along * dy
    return _Stands(edge, x, y, dx, dy, long, np.degrees(np.arctan2(dx, dy)))


def _spaced(a: StreetArrays) -> tuple[_Stands, NDArray[np.int64]]:
    """Positions every 40 m along each edge, not at its ends, and their numbers on it."""
    count = ((a.edge_length + SAME_M) / LAMP_POST_SPACING_M).astype(np.int64)
    edge = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    t = (number + 0.5) * (a.edge_length / np.maximum(count, 1))[edge]
    return _stands_at(a, edge, t), number


def _lamp_posts(city: City, both_sides: bool) -> _Sites:
    """Stand posts every 40 m along each edge, on alternate sides or on both."""
    a = city.streets.arrays
    weight, width = _class_weights(city), half_widths(city.streets.edges)
    at, number = _spaced(a)
    side = np.where((number + at.edge) % 2, 1.0, -1.0) * KERB * width[at.edge]
    if both_sides:
        at = _Stands._make(np.repeat(column, 2) for column in at)
        side = np.column_stack([side, -side]).ravel()
    heading = (at.bearing[:, None] + np.array([0.0, 180.0, 90.0, 270.0])) % 360
    return _Sites(
        at.x + side * at.dy / at.long, at.y - side * at.dx / at.long, at.x, at.y,
        a.edge_deck[at.edge], weight[at.edge], heading,
    )  # fmt: skip


def _walls(city: City) -> _Sites:
    """Hang brackets on the façades abreast of every 40 m of street, both sides."""
    a = city.streets.arrays
    at, _ = _spaced(a)
    at = _Stands._make(np.repeat(column, 2) for column in at)
    side = np.tile([1.0, -1.0], len(at.x) // 2)  # right and left of the way the edge runs
    east, north = side * at.dy / at.long, -side * at.dx / at.long
    distance = distance_to_facade(city.walls, at.x, at.y, east, north, FACADE_WITHIN_M)
    found = np.isfinite(distance)
    at = _Stands._make(column[found] for column in at)
    side, east, north, distance = side[found], east[found], north[found], distance[found]
    out = distance - np.minimum(BRACKET_M, distance / 2)
    # along the street both ways, across it, and half across: never into the wall
    turn = np.column_stack([0.0 * side, 0.0 * side + 180, -90 * side, -45 * side])
    return _Sites(
        at.x + out * east, at.y + out * north, at.x, at.y,
        a.edge_deck[at.edge], _class_weights(city)[at.edge], (at.bearing[:, None] + turn) % 360,
    )  # fmt: skip


def _station_exits(city: City) -> _Sites:
    """Stand at the exits of stations, looking along the nearest street, then towards it."""
    return _beside_streets(city, city.places.of("station").geometry.to_numpy())[1]


def _beside_streets(
    city: City, spot: NDArray[np.object_], deck: str | None = None
) -> tuple[NDArray[np.int64], _Sites]:
    """Return which spots have a street near, and sites there that look along it and towards it.

    Streets of one deck only, or by default all above ground.
    """
    a = city.streets.arrays
    level = a.edge_deck != DECKS.index("subway")
    above = np.flatnonzero(level if deck is None else a.edge_deck == DECKS.index(deck))
    line = city.streets.edges.geometry.to_numpy()[above]
    number, nearest = _nearest(line, spot)
    spot, edge = spot[number], above[nearest]
    at = _stands_at(a, edge, shapely.line_locate_point(line[nearest], spot))
    x, y = shapely.get_x(spot), shapely.get_y(spot)
    across = np.degrees(np.arctan2(at.x - x, at.y - y))
    across = np.where(np.hypot(at.x - x, at.y - y) > CLEAR_OF_WALL_M, across, at.bearing + 90)
    heading = np.column_stack([at.bearing, at.bearing + 180, across, across + 180]) % 360
    weight = _class_weights(city)[edge]
    return number, _Sites(x, y, at.x, at.y, a.edge_deck[edge], weight, heading)


def listed_sites(
    city: City, x: Floats, y: Floats, *, above_street: bool = False
) -> tuple[Candidates, dict[str, int]]:
    """Return poles that somebody listed as candidates, and how many can be none, by reason.

    Parameters
    ----------
    city
        Streets and walls.
    x, y
        Where the poles stand, projected metres.
    above_street
        Whether they hang on footbridges and watch the street below, not the bridge.

    Returns
    -------
    candidates
        At their own positions; each looks along the nearest street, then across it. One within
        25 m of a junction counts as standing there. One inside a block that was only inferred
        from streets moves to the nearest point of its street.
    left_out
        Counts: poles_elsewhere (outside the region), poles_off_streets (more than 60 m from every
        street above ground), poles_in_buildings; and poles_moved, which are candidates.
    """
    here = shapely.intersects_xy(city.area.region, x, y)
    spot = shapely.points(x[here], y[here])
    number, sites = _beside_streets(city, spot, "street" if above_street else None)
    sites, free, moved = _out_of_blocks(city.walls, sites)
    left_out = {
        "poles_elsewhere": int((~here).sum()),
        "poles_off_streets": len(spot) - len(number),
        "poles_in_buildings": int((~free).sum()),
        "poles_moved": moved,
    }
    importance, junction = _near_junctions(city, sites)
    found = Candidates(
        sites.x, sites.y, sites.deck, importance, junction, sites.heading,
        np.full(len(sites.x), MOUNTS.index("unknown"), np.int8),
    )  # fmt: skip
    return those(found, free), left_out


def _out_of_blocks(walls: Walls, sites: _Sites) -> tuple[_Sites, NDArray[np.bool_], int]:
    """Move poles out of inferred blocks to their street; return which are free, and how many moved.

    A pole inside a mapped building stays there and is not free.
    """
    mapped = Walls(walls.footprints[walls.footprints["kind"] == "footprint"], walls.kind)
    inside = _near(walls, shapely.points(sites.x, sites.y), SAME_M)
    move = inside.copy()
    move[inside] = ~_near(mapped, shapely.points(sites.x[inside], sites.y[inside]), SAME_M)
    move[move] = ~_near(walls, shapely.points(sites.own_x[move], sites.own_y[move]), SAME_M)
    x, y = np.where(move, sites.own_x, sites.x), np.where(move, sites.own_y, sites.y)
    return sites._replace(x=x, y=y), ~inside | move, int(move.sum())


def _near_junctions(city: City, sites: _Sites) -> tuple[Floats, NDArray[np.bool_]]:
    """Return how busy the streets at each site are, and whether it stands at a junction."""
    a = city.streets.arrays
    weight, nodes = _class_weights(city), len(a.node_x)
    meeting = np.bincount(a.edge_u, weight, nodes) + np.bincount(a.edge_v, weight, nodes)
    crossing = np.flatnonzero(np.diff(a.adjacency_ptr) >= 3)
    if not len(crossing) or not len(sites.x):
        return sites.importance, np.zeros(len(sites.x), bool)
    tree = tree_of(np.column_stack([a.node_x[crossing], a.node_y[crossing]]))
    away, node = tree.query(np.column_stack([sites.x, sites.y]))
    junction = away <= JUNCTION_RADIUS_M
    return np.where(junction, meeting[crossing[node]], sites.importance), junction


def _nearest(
    line: NDArray[np.object_], point: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the nearest line of each point that has one, the first of equally near ones."""
    tree = shapely.STRtree(line)
    (near, _), distance = tree.query_nearest(
        point, max_distance=EXIT_TO_STREET_M + SAME_M, all_matches=False, return_distance=True
    )
    row, found = tree.query(point[near], predicate="dwithin", distance=distance + SAME_M)
    first = np.full(len(near), len(line))
    np.minimum.at(first, row, found)
    return near, first


def _near(walls: Walls, shapes: NDArray[np.object_], distance: float) -> NDArray[np.bool_]:
    """Return which shapes lie in a footprint or no farther from one than a distance, metres."""
    footprints = walls.footprints.geometry.to_numpy()
    near = np.zeros(len(shapes), bool)
    if not len(footprints) or not len(shapes):
        return near
    tree, cores = shapely.STRtree(shapes), available_cores()

    def found(some: NDArray[np.object_]) -> NDArray[np.int64]:
        return np.asarray(tree.query(some, predicate="dwithin", distance=distance)[1])

    with computing_threads(cores) as pool:
        for part in pool.map(found, [footprints[first::cores] for first in range(cores)]):
            near[part] = True
    return near


def _in_walls(city: City, sites: _Sites) -> NDArray[np.bool_]:
    """Return which poles stand in or at a wall: they go back to the middle of their street."""
    ends = np.array([[sites.x, sites.y], [sites.own_x, sites.own_y]]).transpose(2, 0, 1)
    across = shapely.linestrings(ends)
    close = _near(city.walls, across, CLEAR_OF_WALL_M)  # few, and no other can be
    # a wall between the pole and its street would have it watch the wrong one
    close[close] = _near(city.walls, across[close], SAME_M) | _near(
        city.walls, shapely.points(ends[close, 0]), CLEAR_OF_WALL_M
    )
    return close
