"""The Government's 3D pedestrian network as streets: joined in three dimensions, with decks.

A line joins another only where both end at the same place and height. Its deck follows from its
type; of a plain footway from its height above the streets beside it, and of steps, ramps and
escalators from the ways at their ends. Lifts join their two ends and have no length. All that stays
is walked both ways, so a one-way escalator stays only where a way back lies beside it.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from sim.area import HONG_KONG_CRS
from sim.city.components import connected_components
from sim.city.sources.official_codes import (
    COVERED,
    DIRECTIONS,
    ENABLED,
    FEATURE_TYPES,
    INDOOR,
    LOCATIONS,
    PAID_AREA,
    TRUE_FALSE,
    WEATHER_PROOF,
    codes,
)  # fmt: skip
from sim.city.sources.official_directions import ways_back
from sim.city.sources.official_hours import Hours, minute_of, open_at
from sim.city.sources.official_records import LINE, Records, read_records, texts
from sim.errors import InputError
from sim.nearest import tree_of

JOIN_M = 0.05
"""Ends nearer than this, in three dimensions, are one junction: degrees are written to 1 mm."""
LIFT_FLAT_M = 1.0
"""A lift no longer than this on the map joins its ends."""
RAISED_M = 3.0
"""A footway this much above the street beside it lies on a deck."""
RAISED_IN_BUILDING_M = 1.5
"""The same of a footway that belongs to a building."""
BESIDE_M = 50.0
"""A street farther off says nothing of a footway's deck."""
NEAR_M = 10.0
"""Of footways that meet a street, only a street so near tells; on a slope others are lower."""
SPACING_M = 10.0
FOOTWAY, FOOTBRIDGE, SUBWAY, LIFT, SIGNALISED = 1, 2, 4, 10, 30
STREETS = (5, 6, 7, 30, 31, 32, 33)
"""Service lanes, traffic islands, run-ins and crossings lie at street level."""
ESCALATORS, LIFTS, STAIRLIFTS = (8, 16), (10, 18), (13, 21)
TRAVELATORS, STEPS, RAMPS = (9, 17), (12, 20), (11, 19)
BETWEEN = (*ESCALATORS, *TRAVELATORS, *LIFTS, *STEPS, *RAMPS)
"""Types that lead from one deck to another."""
PATHS, LANES = (23, 24, 25, 26), (5, 7)
FIELDS = (
    "OBJECTID", "PedestrianRouteID", "FeatureType", "Location", "WeatherProof", "Enabled",
    "Direction", "AliasNameEN", "AliasNameTC", "StreetNameEN", "StreetNameTC", "ST_CODE",
    "BuildingID_1", "AccessTimeID",
)  # fmt: skip


@dataclass(frozen=True)
class WalkOptions:
    """Which ways of the network are walked.

    Attributes
    ----------
    indoor
        Ways inside buildings, outside paid areas.
    lifts, escalators, steps
        Lifts; escalators and travelators; staircases.
    at
        Minute after midnight: ways that are closed then, on every day, are left out. None: all.
    one_way
        Keep to directions: a one-way way stays only where a way back lies beside it
        (`sim.city.sources.official_directions`). False: each is walked both ways.
    """

    indoor: bool = True
    lifts: bool = True
    escalators: bool = True
    steps: bool = True
    at: int | None = None
    one_way: bool = True


def walk_options(chosen: Mapping[str, Any]) -> WalkOptions:
    """Return options from plain values.

    Parameters
    ----------
    chosen
        Some of the attributes of `WalkOptions`; `at` as text, for example "08:30".

    Raises
    ------
    InputError
        `at` is no time of day.
    """
    at = chosen.get("at")
    return WalkOptions(**{**chosen, "at": None if at is None else minute_of(str(at))})


class OfficialNetwork(NamedTuple):
    """Junctions and ways, as `StreetNetwork.build` takes them, and what was left out."""

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    """With a column deck, and with tags named after OpenStreetMap's."""
    report: dict[str, float]
    ground: NDArray[np.object_]
    """Lines at street level, with their heights above HKPD."""
    signals: NDArray[np.object_]
    """Points at both ends of signalised crossings, where traffic lights stand, each once."""


@dataclass
class _Ways:
    """The ways that are walked; arrays of equal length."""

    line: NDArray[np.object_]
    kind: NDArray[np.int64]
    indoor: NDArray[np.bool_]
    covered: NDArray[np.bool_]
    coded: NDArray[np.bool_]
    """Belongs to a street with a code."""
    building: NDArray[np.bool_]
    """Belongs to a building."""
    name: NDArray[np.object_]
    name_zh: NDArray[np.object_]
    route: NDArray[np.int64]
    direction: NDArray[np.int64]
    """0 both ways, 1 along the line, -1 against it."""
    ends: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 2), np.int64))


def read_network(
    path: Path, options: WalkOptions | None = None, hours: Hours | None = None
) -> OfficialNetwork:
    """Read the layer PedestrianRoute.

    Parameters
    ----------
    path
        The whole layer as GeoJSON, or JSON of the server, asked for with its heights.
    options
        Which ways are walked.
    hours
        Opening hours, by which `options.at` decides.

    Raises
    ------
    InputError
        As `read_records`; or its lines have no heights, or none of them can be walked.
    """
    records = read_records(path, FIELDS, LINE)
    flat = np.isnan(_heights(records.shape))
    if flat.all():
        raise InputError(
            f"{path}: its lines have no heights, without which bridges join the streets below; "
            "ask the server with returnZ=true, or save the whole layer"
        )
    report = {**records.left_out, "without_height": float(flat.sum())}
    options = options or WalkOptions()
    closed = _closed(records, hours, options.at)
    ways = _walked(records, ~flat, closed, options, report)
    if not len(ways.line):
        raise InputError(f"{path}: nothing in it can be walked; take a larger area")
    ways.ends, place = _joined(ways)
    if options.one_way:
        ways = _there_and_back(ways, report)
    deck = _decks(ways, len(place))
    ground = (deck == "street") & ~np.isin(ways.kind, BETWEEN)
    report["raised_footways_km"] = _km(ways, (deck == "footbridge") & (ways.kind != FOOTBRIDGE))
    nodes, edges = _tables(ways, deck, place, report)
    kept = {key: round(value, 3) for key, value in report.items() if value}
    lights = np.unique(ways.ends[ways.kind == SIGNALISED])
    return OfficialNetwork(nodes, edges, kept, ways.line[ground], shapely.points(place[lights]))


def _heights(line: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the mean height of each line, NaN where a vertex has none."""
    vertex, of = shapely.get_coordinates(line, include_z=True, return_index=True)
    return np.bincount(of, vertex[:, 2], len(line)) / np.maximum(np.bincount(of), 1)


def _km(ways: _Ways, chosen: NDArray[np.bool_]) -> float:
    return float(shapely.length(ways.line[chosen]).sum()) / 1000


def _walked(
    records: Records,
    with_height: NDArray[np.bool_],
    closed: NDArray[np.bool_],
    options: WalkOptions,
    report: dict[str, float],
) -> _Ways:
    """Return the ways that are walked; count the others by reason, once each."""
    found, unknown = {}, {}
    for name, table in (
        ("FeatureType", FEATURE_TYPES), ("Location", LOCATIONS), ("WeatherProof", WEATHER_PROOF),
        ("Enabled", TRUE_FALSE), ("Direction", DIRECTIONS),
    ):  # fmt: skip
        found[name], unknown[name] = codes(records.fields[name], table)
        report[f"unknown_{name}"] = float(unknown[name].sum())
    kind = np.where(unknown["FeatureType"], FOOTWAY, found["FeatureType"])
    length, keep = shapely.length(records.shape), with_height.copy()
    for reason, drop in (
        ("not_enabled", (found["Enabled"] != ENABLED) & (found["Enabled"] != 0)),
        ("paid_area", found["Location"] == PAID_AREA),
        ("stairlifts", np.isin(kind, STAIRLIFTS)),
        ("indoor_ways", (found["Location"] == INDOOR) & (not options.indoor)),
        ("lifts", np.isin(kind, LIFTS) & (not options.lifts)),
        ("closed", closed),
        ("escalators", np.isin(kind, (*ESCALATORS, *TRAVELATORS)) & (not options.escalators)),
        ("steps", np.isin(kind, STEPS) & (not options.steps)),
    ):
        report[f"{reason}_left_out"] = float((drop & keep).sum())
        keep &= ~drop
    one_way = keep & (found["Direction"] != 0)
    timed = keep & _given(records, "AccessTimeID")
    report["one_way_km"] = float(length[one_way].sum()) / 1000
    report["with_opening_hours_km"] = float(length[timed].sum()) / 1000
    street = [
        _names(records.fields[f"StreetName{tongue}"], records.fields[f"AliasName{tongue}"])[keep]
        for tongue in ("EN", "TC")
    ]
    given = {name: _given(records, name)[keep] for name in ("ST_CODE", "BuildingID_1")}
    return _Ways(
        records.shape[keep], kind[keep], (found["Location"] == INDOOR)[keep],
        (found["WeatherProof"] == COVERED)[keep], given["ST_CODE"], given["BuildingID_1"],
        street[0], street[1], _routes(records)[keep], found["Direction"][keep],
    )  # fmt: skip


def _closed(records: Records, hours: Hours | None, at: int | None) -> NDArray[np.bool_]:
    """Return which ways are closed at the time of day."""
    if hours is None or at is None:
        return np.zeros(len(records.shape), bool)
    return ~open_at(hours, texts(records.fields["AccessTimeID"]), at)


def _given(records: Records, name: str) -> NDArray[np.bool_]:
    """Return which records have a number in a field."""
    return np.array([text not in ("", "0") for text in texts(records.fields[name])], bool)


def _names(street: list[Any], alias: list[Any]) -> NDArray[np.object_]:
    """Return the name of the street, or else what the way is called; not in capitals only."""
    chosen = [a or b for a, b in zip(texts(street), texts(alias), strict=True)]
    plain = [string.capwords(name) if name.isupper() else name for name in chosen]
    return np.array(plain, object)


def _routes(records: Records) -> NDArray[np.int64]:
    """Return the number of each route; of one without it, its place in the file below zero."""
    said = texts(records.fields["PedestrianRouteID"])
    known = [int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
             for text in said]  # fmt: skip
    return np.where(np.array(known) >= 0, known, -records.number)


def _joined(ways: _Ways) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the junctions at both ends of each way, and where they are on the map.

    Ends at one place and height are one junction, and so are both ends of a lift.
    """
    end = np.stack([_point(ways.line, place) for place in (0, -1)], axis=1).reshape(-1, 3)
    pair = tree_of(end).query_pairs(JOIN_M, output_type="ndarray")
    plain = np.hypot(*(end[::2] - end[1::2])[:, :2].T)
    along = shapely.length(ways.line)
    lift = np.isin(ways.kind, LIFTS) & (np.maximum(along, plain) <= LIFT_FLAT_M)
    upright = np.flatnonzero(lift | (along < JOIN_M))
    first = np.concatenate([pair[:, 0], 2 * upright])
    second = np.concatenate([pair[:, 1], 2 * upright + 1])
    count, label = connected_components(first, second, len(end))
    size = np.bincount(label, minlength=count)
    place = np.column_stack([np.bincount(label, end[:, k], count) / size for k in (0, 1)])
    # the first end stands for all, so that a junction of one way keeps its place to the bit
    leader = np.full(count, len(end))
    np.minimum.at(leader, label, np.arange(len(end)))
    place = np.where((size == 1)[:, None], end[leader, :2], place)
    return label.reshape(-1, 2).astype(np.int64), place


def _point(line: NDArray[np.object_], place: int) -> NDArray[np.float64]:
    return np.asarray(shapely.get_coordinates(shapely.get_point(line, place), include_z=True))


def _there_and_back(ways: _Ways, report: dict[str, float]) -> _Ways:
    """Return the ways without those of one direction that have no way back beside them."""
    length = shapely.length(ways.line)
    back = ways_back(ways.ends, length, ways.direction)
    stays = np.isfinite(back)
    longer = (back - length)[stays & (ways.direction != 0)]
    report["one_way_without_way_back"] = float((~stays).sum())
    report["one_way_without_way_back_km"] = float(length[~stays].sum()) / 1000
    report["longest_way_back_m_more"] = float(max(longer.max(initial=0.0), 0.0))
    if stays.all():
        return ways
    return _Ways(*(getattr(ways, column.name)[stays] for column in fields(_Ways)))


def _decks(ways: _Ways, junctions: int) -> NDArray[np.object_]:
    """Return the deck of each way."""
    between = np.isin(ways.kind, BETWEEN)
    raised = _raised(ways, between, junctions)
    deck = np.full(len(ways.kind), "street", object)
    deck[ways.covered] = "covered"
    deck[ways.indoor] = "covered"
    deck[(ways.kind == FOOTBRIDGE) | raised] = "footbridge"
    deck[ways.kind == SUBWAY] = "subway"
    touches = {}
    for name in ("street", "footbridge", "subway", "covered"):
        of_deck = np.zeros(junctions, bool)
        of_deck[ways.ends[(deck == name) & ~between].ravel()] = True
        touches[name] = of_deck[ways.ends]
    for name in ("footbridge", "subway"):
        others = np.any([touches[other] for other in touches if other != name], axis=0)
        whole = (touches[name] & ~others).all(axis=1)
        deck[between & whole & ~ways.indoor] = name
    return deck


def _raised(ways: _Ways, between: NDArray[np.bool_], junctions: int) -> NDArray[np.bool_]:
    """Return which plain ways outside lie on a deck, by their height above the streets beside them.

    A footway of a street with a code, a crossing, a lane or an island lies on the street. Ways
    that meet one of these without steps between lie there too, however the ground rises; unless
    they belong to a building, or a street lies right beside and below them.
    """
    outside = ~ways.indoor & ~between
    typed = np.isin(ways.kind, (FOOTBRIDGE, SUBWAY))
    street = outside & ~typed & ~ways.building
    street &= np.isin(ways.kind, STREETS) | ((ways.kind == FOOTWAY) & ways.coded)
    asked = outside & ~typed & ~street
    rise, apart = _above(ways.line, street, asked)
    count, label = connected_components(ways.ends[asked, 0], ways.ends[asked, 1], junctions)
    on_street = np.zeros(junctions, bool)
    on_street[ways.ends[street].ravel()] = True
    meets = np.bincount(label[np.flatnonzero(on_street)], minlength=count) > 0
    grounded = np.zeros(len(ways.kind), bool)
    grounded[asked] = meets[label[ways.ends[asked, 0]]]
    by_height = (rise > RAISED_M) & (~grounded | (apart <= NEAR_M))
    by_building = ways.building & ~(rise <= RAISED_IN_BUILDING_M)
    return np.asarray(asked & (by_height | by_building))


def _above(
    line: NDArray[np.object_], street: NDArray[np.bool_], asked: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far ways lie above the nearest street, and how far from it, m; NaN without one."""
    rise, apart = np.full(len(line), np.nan), np.full(len(line), np.nan)
    if not street.any() or not asked.any():
        return rise, apart
    dense = [shapely.segmentize(line[some], SPACING_M) for some in (street, asked)]
    ground, _ = shapely.get_coordinates(dense[0], include_z=True, return_index=True)
    vertex, of = shapely.get_coordinates(dense[1], include_z=True, return_index=True)
    distance, nearest = tree_of(ground[:, :2]).query(vertex[:, :2], distance_upper_bound=BESIDE_M)
    known = np.isfinite(distance)
    row = np.flatnonzero(asked)
    order = np.lexsort((distance[known], of[known]))
    which, first = np.unique(of[known][order], return_index=True)
    best = np.flatnonzero(known)[order][first]
    rise[row[which]] = vertex[best, 2] - ground[nearest[best], 2]
    apart[row[which]] = distance[best]
    return rise, apart


def _tables(
    ways: _Ways, deck: NDArray[np.object_], place: NDArray[np.float64], report: dict[str, float]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return junctions and ways with length on the map."""
    long = (ways.ends[:, 0] != ways.ends[:, 1]) | (shapely.length(ways.line) > LIFT_FLAT_M)
    report["lifts_that_join_decks"] = float((~long & np.isin(ways.kind, LIFTS)).sum())
    kind = ways.kind
    highway = np.select(
        [
            np.isin(kind, (*STEPS, *ESCALATORS)), np.isin(kind, LIFTS), ways.indoor,
            np.isin(kind, PATHS), np.isin(kind, LANES),
        ],
        ["steps", "elevator", "corridor", "path", "service"], "footway",
    )  # fmt: skip
    edges = gpd.GeoDataFrame(
        {
            "u": ways.ends[long, 0], "v": ways.ends[long, 1], "osmid": ways.route[long],
            "highway": highway[long], "name": ways.name[long], "name:zh": ways.name_zh[long],
            "deck": deck[long],
        },
        geometry=shapely.force_2d(ways.line[long]),
        crs=HONG_KONG_CRS,
    )  # fmt: skip
    nodes = gpd.GeoDataFrame(
        {"osmid": np.arange(len(place))}, geometry=shapely.points(place), crs=HONG_KONG_CRS
    )
    return nodes, edges
