"""From street centrelines to the two pavements that people walk on, with corners and crossings.

It takes the width of a carriageway from its class, turns the pavements of streets that meet around
the corner, and adds crossings over the arms of a junction. There are no crossings between
junctions, although people in narrow streets cross anywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

HALF_CARRIAGEWAY_M = {
    "primary": 7.0, "secondary": 6.0, "tertiary": 4.5, "unclassified": 4.5, "residential": 4.5,
    "living_street": 3.0, "pedestrian": 2.5,
}  # fmt: skip
"""Half the distance from kerb to kerb, by class, where the centreline states no width."""
OTHER_HALF_CARRIAGEWAY_M = 2.5
KERB_TO_WALKER_M = 1.0
"""People walk this far inside the kerb."""
MITRE_LIMIT = 4.0
"""A corner lies at most this many offsets away from its junction."""
STRAIGHT = math.sin(math.radians(12))
"""Two arms within 12° of one line are one street going on; they share a corner beside them."""
SAME_POINT_M = 0.5
"""Corners nearer than this to each other are one."""
NOT_A_STREET = {"footway", "steps", "path", "corridor", "elevator"}
"""Classes whose end at a street makes no junction that is crossed."""

Point = tuple[float, float]


class _Leg(NamedTuple):
    """A centreline between two junctions; `offset` is 0 where people walk on the line itself."""

    line: int
    start: int
    end: int
    points: NDArray[np.float64]
    offset: float
    is_street: bool


class _Arm(NamedTuple):
    """A leg as it leaves a junction: unit direction, and the left normal of that direction."""

    leg: int
    line: int
    forward: bool
    along: NDArray[np.float64]
    left: NDArray[np.float64]
    offset: float
    reach: float
    is_street: bool


class _Side(NamedTuple):
    """What lies between an arm with pavements and the next such arm, counter-clockwise.

    `begin` ends the left pavement of the one, `finish` the right pavement of the other, both from
    the middle of the junction; `lanes` are the arms without pavements between them.
    """

    arm: int
    following: int
    lanes: list[int]
    begin: NDArray[np.float64]
    finish: NDArray[np.float64]


@dataclass
class _Drawing:
    """Walking nodes and edges as they are found.

    An edge is its two nodes, its vertices, the row of its centreline, and whether it is a crossing.
    """

    points: list[Point]
    edges: list[tuple[int, int, NDArray[np.float64], int, bool]]

    def node(self, xy: NDArray[np.float64]) -> int:
        self.points.append((float(xy[0]), float(xy[1])))
        return len(self.points) - 1

    def edge(
        self, u: int, v: int, between: NDArray[np.float64] | None, line: int, crossing: bool = False
    ) -> None:
        ends = np.array([self.points[u], self.points[v]])
        points = ends if between is None else np.vstack([ends[:1], between, ends[1:]])
        if u != v and np.hypot(*np.diff(points, axis=0).T).sum() > 1e-6:
            self.edges.append((u, v, points, line, crossing))


def pavements(centrelines: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw both pavements of every street, their corners and the crossings between corners.

    Two lines join where they share a vertex. At a junction the arms are sorted by direction; the
    corner between neighbours is where the left pavement of one meets the right pavement of the
    next. Crossings join the two corners of an arm, at junctions of at least three streets and at
    dead ends. Lines without pavements are walked on themselves, and end where they meet the
    pavement of the street they run into.

    Parameters
    ----------
    centrelines
        LineStrings in projected metres, with column highway and, where known, pavements ("both"
        or "none"; none by default), width (m from kerb to kerb; by class where missing), and any
        columns to be kept (name, osmid, bridge ...).

    Returns
    -------
    nodes, edges
        As `sim.city.streets.StreetNetwork.build` reads them. Edges carry the columns of their
        centreline; `footway` is "crossing", "sidewalk" or "" (a line walked on itself).
    """
    legs, junctions = _legs(centrelines)
    drawing = _Drawing([], [])
    corners: dict[tuple[int, bool], tuple[int, int]] = {}
    for centre, arms in zip(junctions, _arms(legs, len(junctions)), strict=True):
        _draw_junction(drawing, centre, arms, corners)
    for number, leg in enumerate(legs):
        left, right = corners[number, True]
        far_right, far_left = corners[number, False]
        ways = [(leg.offset, left, far_left), (-leg.offset, right, far_right)]
        for offset, u, v in ways if leg.offset else ways[:1]:
            between = _beside(leg.points, offset, drawing.points[u], drawing.points[v])
            drawing.edge(u, v, between, leg.line)
    return _frames(drawing, centrelines)


def _legs(centrelines: gpd.GeoDataFrame) -> tuple[list[_Leg], NDArray[np.float64]]:
    """Cut the lines at every vertex that two of them share, and at their ends."""
    drawn = shapely.remove_repeated_points(centrelines.geometry.to_numpy())
    points, line = shapely.get_coordinates(drawn, return_index=True)
    places, place = np.unique(points, axis=0, return_inverse=True)
    place = place.ravel()
    is_end = np.diff(line, prepend=-1, append=-1) != 0
    is_end = is_end[:-1] | is_end[1:]
    uses = np.bincount(place, minlength=len(places))
    cut = is_end | (uses[place] > 1)
    number = np.full(len(places), -1)
    junction_places = np.unique(place[cut])
    number[junction_places] = np.arange(len(junction_places))
    offset, is_street = _offsets(centrelines), _are_streets(centrelines)
    at = np.flatnonzero(cut)
    legs = [
        _Leg(
            int(line[a]), int(number[place[a]]), int(number[place[b]]), points[a : b + 1],
            offset[line[a]], is_street[line[a]],
        )
        for a, b in pairwise(at)
        if line[a] == line[b]
    ]  # fmt: skip
    return legs, places[junction_places]


def _column(frame: pd.DataFrame, name: str, default: float | str) -> pd.Series[Any]:
    return frame[name] if name in frame else pd.Series([default] * len(frame), index=frame.index)


def _offsets(centrelines: gpd.GeoDataFrame) -> list[float]:
    """Distance of each line's pavements from the line, 0 where it has none of its own."""
    half = centrelines["highway"].map(HALF_CARRIAGEWAY_M).fillna(OTHER_HALF_CARRIAGEWAY_M)
    width = _column(centrelines, "width", np.nan).astype(np.float64) / 2
    has = (_column(centrelines, "pavements", "none") == "both").to_numpy()
    offset: list[float] = np.where(has, width.fillna(half) + KERB_TO_WALKER_M, 0.0).tolist()
    return offset


def _are_streets(centrelines: gpd.GeoDataFrame) -> list[bool]:
    street = ~centrelines["highway"].isin(NOT_A_STREET)
    return [bool(value) for value in street]


def _arms(legs: list[_Leg], junctions: int) -> list[list[_Arm]]:
    """List the arms around every junction, counter-clockwise."""
    around: list[list[tuple[float, _Arm]]] = [[] for _ in range(junctions)]
    for number, leg in enumerate(legs):
        reach = float(np.hypot(*np.diff(leg.points, axis=0).T).sum())
        for forward in (True, False):
            step = leg.points[1] - leg.points[0] if forward else leg.points[-2] - leg.points[-1]
            along = step / math.hypot(*step)
            left = np.array([-along[1], along[0]])
            arm = _Arm(number, leg.line, forward, along, left, leg.offset, reach, leg.is_street)
            angle = math.atan2(along[1], along[0])
            around[leg.start if forward else leg.end].append((angle, arm))
    return [[arm for _, arm in sorted(arms, key=lambda item: item[0])] for arms in around]


def _draw_junction(
    drawing: _Drawing,
    centre: NDArray[np.float64],
    arms: list[_Arm],
    corners: dict[tuple[int, bool], tuple[int, int]],
) -> None:
    """Place the corners of one junction, its crossings, and the ends of lines without pavements.

    Fills `corners`: for each arm the nodes at its left and right end, seen from the junction.
    """
    if not any(arm.offset for arm in arms):
        middle = drawing.node(centre)
        corners.update({(arm.leg, arm.forward): (middle, middle) for arm in arms})
        return
    first = len(drawing.edges)
    crossed = len(arms) == 1 or sum(arm.is_street for arm in arms) >= 3
    sides = _sides(arms, crossed)
    left: dict[int, int] = {}
    right: dict[int, int] = {}
    for side in sides:
        u = drawing.node(centre + side.begin)
        near = math.dist(side.begin, side.finish) < SAME_POINT_M
        v = u if near else drawing.node(centre + side.finish)
        left[side.arm], right[side.following] = u, v
        if side.lanes:
            _draw_lanes(drawing, centre, side, arms, (u, v), corners)
        elif len(arms) > 1:
            drawing.edge(u, v, None, arms[side.arm].line)
    for k, arm in enumerate(arms):
        if arm.offset:
            corners[arm.leg, arm.forward] = (left[k], right[k])
    linked = {frozenset(edge[:2]) for edge in drawing.edges[first:]}
    for k, arm in enumerate(arms):
        pair = frozenset((left[k], right[k])) if crossed and arm.offset else frozenset()
        if len(pair) == 2 and pair not in linked:
            drawing.edge(left[k], right[k], None, arm.line, crossing=True)
            linked.add(pair)


def _sides(arms: list[_Arm], crossed: bool) -> list[_Side]:
    """Find the corners all around a junction that has pavements."""
    paved = [k for k, arm in enumerate(arms) if arm.offset]
    sides = []
    for k, following in zip(paved, paved[1:] + paved[:1], strict=True):
        stop = following if following > k else following + len(arms)
        lanes = [m % len(arms) for m in range(k + 1, stop)]
        if len(arms) == 1:
            inwards = KERB_TO_WALKER_M * arms[k].along
            begin = inwards + arms[k].offset * arms[k].left
            finish = inwards - arms[k].offset * arms[k].left
        else:
            begin = _corner(arms[k], arms[(k + 1) % len(arms)])
            finish = _corner(arms[following - 1], arms[following])
        sides.append(_Side(k, following, lanes, begin, finish))
    return _opposite(arms, sides) if crossed else sides


def _opposite(arms: list[_Arm], sides: list[_Side]) -> list[_Side]:
    """Let crossings of a street that goes on past a side street run straight across.

    Its far pavement gets a corner opposite each of the two corners of the side street.
    """
    moved = []
    for n, side in enumerate(sides):
        arm, following = arms[side.arm], arms[side.following]
        if side.lanes or len(sides) < 3 or not _goes_on(arm, following):
            moved.append(side)
            continue
        back = float(sides[n - 1].finish @ arm.along)
        ahead = float(sides[(n + 1) % len(sides)].begin @ following.along)
        begin = side.begin + arm.along * min(max(back, 0.0), 0.45 * arm.reach)
        finish = side.finish + following.along * min(max(ahead, 0.0), 0.45 * following.reach)
        moved.append(side._replace(begin=begin, finish=finish))
    return moved


def _draw_lanes(
    drawing: _Drawing,
    centre: NDArray[np.float64],
    side: _Side,
    arms: list[_Arm],
    ends: tuple[int, int],
    corners: dict[tuple[int, bool], tuple[int, int]],
) -> None:
    """End lines without pavements between two streets, at the corners u and v of those streets.

    A single lane ends at the first corner that lies on it, or in the middle of the junction, and
    the other corner is joined to its end. Of several lanes the outer two end at the corners, the
    inner ones in the middle.
    """
    u, v = ends
    lane = arms[side.lanes[0]]
    if len(side.lanes) == 1:
        met = [
            (float(p @ lane.along), node)
            for p, node in ((side.begin, u), (side.finish, v))
            if abs(p @ lane.left) < SAME_POINT_M and p @ lane.along >= 0
        ]
        stops = [max(met)[1] if met else drawing.node(centre)]
    elif len(side.lanes) == 2:
        stops = [u, v]
    else:
        stops = [u, *[drawing.node(centre)] * (len(side.lanes) - 2), v]
    chain = list(dict.fromkeys([u, *stops, v]))
    for a, b in pairwise(chain):
        drawing.edge(a, b, None, lane.line)
    for number, stop in zip(side.lanes, stops, strict=True):
        corners[arms[number].leg, arms[number].forward] = (stop, stop)


def _goes_on(arm: _Arm, following: _Arm) -> bool:
    """Return whether two arms are one street that goes straight on."""
    turn = float(arm.along[0] * following.along[1] - arm.along[1] * following.along[0])
    return abs(turn) < STRAIGHT and float(arm.along @ following.along) < 0


def _corner(arm: _Arm, following: _Arm) -> NDArray[np.float64]:
    """Where the left pavement of one arm meets the right pavement of the next, from the centre.

    Arms that go straight on share a point beside the junction; a corner between nearly parallel
    arms is kept within the mitre limit and within 45 % of the shorter arm.
    """
    if _goes_on(arm, following):
        widths = [offset for offset in (arm.offset, following.offset) if offset]
        beside = arm.left - following.left
        return np.asarray(beside / math.hypot(*beside) * (sum(widths) / len(widths)))
    turn = float(arm.along[0] * following.along[1] - arm.along[1] * following.along[0])
    widest = max(arm.offset, following.offset)
    limit = min(MITRE_LIMIT * widest, max(0.45 * min(arm.reach, following.reach), widest))
    if abs(turn) < 1e-9:
        return following.along * limit
    # The solution of p · left = offset and p · next left = −next offset.
    ahead = (arm.offset * float(arm.along @ following.along) + following.offset) / turn
    corner = ahead * arm.along + arm.offset * arm.left
    return np.asarray(corner * min(1.0, limit / max(math.hypot(*corner), 1e-9)))


def _beside(
    points: NDArray[np.float64], offset: float, start: Point, end: Point
) -> NDArray[np.float64]:
    """Offset a line's inner vertices to its left (to its right if negative), mitred.

    Vertices that lie beyond the corners in which the pavement starts and ends are left out.
    """
    if len(points) == 2:
        return points[:0]
    step = np.diff(points, axis=0)
    length = np.hypot(*step.T)
    along = step / length[:, None]
    left = np.column_stack([-along[:, 1], along[:, 0]])
    mitre = left[:-1] + left[1:]
    flat = 1 + np.einsum("ij,ij->i", left[:-1], left[1:])
    mitre /= np.maximum(flat, 2 / MITRE_LIMIT**2)[:, None]
    beside: NDArray[np.float64] = points[1:-1] + offset * mitre
    after_start = np.einsum("ij,ij->i", beside - np.array(start), along[:-1]) > SAME_POINT_M
    before_end = np.einsum("ij,ij->i", np.array(end) - beside, along[1:]) > SAME_POINT_M
    inner: NDArray[np.float64] = beside[after_start & before_end]
    return inner


def _frames(
    drawing: _Drawing, centrelines: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Write nodes and edges as tables; edges inherit the columns of their centreline."""
    points = np.array(drawing.points)
    nodes = gpd.GeoDataFrame(
        {"osmid": np.arange(len(points))}, geometry=shapely.points(points), crs=centrelines.crs
    )
    line = np.array([edge[3] for edge in drawing.edges])
    table = centrelines.drop(columns=centrelines.geometry.name).iloc[line].reset_index(drop=True)
    table = table.drop(columns=["pavements", "width"], errors="ignore")
    crossing = np.array([edge[4] for edge in drawing.edges])
    own = np.array(_offsets(centrelines))[line] > 0
    table["footway"] = np.where(crossing, "crossing", np.where(own, "sidewalk", ""))
    table["highway"] = np.where(crossing, "footway", table["highway"])
    table["u"] = [edge[0] for edge in drawing.edges]
    table["v"] = [edge[1] for edge in drawing.edges]
    shape = [shapely.LineString(edge[2]) for edge in drawing.edges]
    return nodes, gpd.GeoDataFrame(table, geometry=shape, crs=centrelines.crs)
