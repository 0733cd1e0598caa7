"""Who and where is seen more: districts, planning units, street classes, hours, groups, places.

Shares of street are exact lengths inside the study area; shares of walks are means over sampled
walks. It measures differences and how unequal they are (Gini, ratio of deciles); it does not say
why they are, and protected places are only ever counted together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from sim.area import district_outlines
from sim.cameras.optics import TASKS
from sim.city.linear_referencing import pieces_between
from sim.errors import InputError
from sim.sight.arrays import NEVER
from sim.tracking.statistics import WalkValues, shares_of
from sim.wording import counted

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from sim.city.model import City
    from sim.sight.arrays import PieceArrays
    from sim.sight.ranks import FirstSeen
    from sim.tracking.report import TrackReport

DOOR_M = 1.0
"""A door is seen if any of the street this near to it is, along the street to both sides."""
FARTHEST_DOOR_M = 50.0
"""A place farther than this from every street has no door on the map and is left out."""
FEWEST_PLACES = 5
"""Of fewer places no share is given, for it would tell of single ones."""
GROUP_FIGURES = ("observed_length", "observed_time", "tracked_live", "tracked_afterwards")
"""What groups of people are compared by."""


def gini(values: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the Gini coefficient: 0 where all have the same, near 1 where one has everything.

    Parameters
    ----------
    values
        What each has, 0 or more.
    weights
        How many each stands for; 1 by default.

    Returns
    -------
    float
        Half the mean difference between two drawn at random, over the mean (Gini 1912; for the
        weighted form see Lerman and Yitzhaki, Journal of Econometrics 42, 1989). 0 where nobody
        has anything; NaN without any.
    """
    value, weight = _ascending(values, weights)
    whole = weight.sum()
    if not whole:
        return float("nan")
    owned = value * weight
    if not owned.sum():
        return 0.0
    # the area under the Lorenz curve by trapezia
    below = np.concatenate([[0.0], np.cumsum(owned)])
    area = (weight * (below[1:] + below[:-1])).sum() / (2 * whole * below[-1])
    return float(max(1 - 2 * area, 0.0))


def decile_ratio(values: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the ninth decile over the first: how many times as much the upper tenth begins at.

    Parameters
    ----------
    values, weights
        As `gini`.

    Returns
    -------
    float
        A decile is the smallest value up to which the values hold so many tenths of the weight.
        NaN where the first decile is 0, for then there is no ratio, and without any value.
    """
    value, weight = _ascending(values, weights)
    reached = np.cumsum(weight)
    if not len(reached) or not reached[-1]:
        return float("nan")
    # a hair below, so that rounding of the sums moves no decile
    at = np.searchsorted(reached, np.array([0.1, 0.9]) * reached[-1] * (1 - 1e-12))
    first, ninth = value[at].tolist()
    return float(ninth / first) if first else float("nan")


def exposure_by_street_class(
    city: City, first_seen: FirstSeen, totals: Sequence[int]
) -> pd.DataFrame:
    """Return the share of street seen, by class of street (OpenStreetMap's `highway`).

    Returns
    -------
    DataFrame
        A row for each class × total × task: by ("street class"), group, total, task, street_km,
        share_seen. Slip roads count with the street they serve.
    """
    pieces = first_seen.arrays
    edge = np.repeat(np.arange(len(pieces.piece_ptr) - 1), np.diff(pieces.piece_ptr))
    words = city.streets.edges["highway"].astype("str").str.removesuffix("_link").to_numpy()
    code, names = pd.factorize(words[edge], sort=True)
    metres = np.where(pieces.in_area, pieces.end - pieces.start, 0.0)
    piece = np.arange(len(metres))
    return _shares("street class", piece, code, metres, list(names), pieces, totals)


def exposure_by_district(city: City, first_seen: FirstSeen, totals: Sequence[int]) -> pd.DataFrame:
    """Return the share of street seen, by Hong Kong district; no rows outside Hong Kong.

    Returns
    -------
    DataFrame
        As `exposure_by_zone`, by "district".
    """
    parts = {part.district for part in city.area.parts}
    outlines = {name: shape for name, shape in district_outlines().items() if name in parts}
    zones = gpd.GeoDataFrame(
        {"name": list(outlines)}, geometry=list(outlines.values()), crs=city.streets.crs
    )
    return exposure_by_zone(city, first_seen, totals, zones, by="district")


def exposure_by_zone(
    city: City,
    first_seen: FirstSeen,
    totals: Sequence[int],
    zones: gpd.GeoDataFrame,
    *,
    by: str = "planning unit",
) -> pd.DataFrame:
    """Return the share of street seen inside each of the zones given.

    Parameters
    ----------
    city, first_seen, totals
        Streets, first-seen ranks and numbers of heads in the whole city.
    zones
        Polygons with a column `name`, in any coordinate system.
    by
        What the zones are.

    Returns
    -------
    DataFrame
        A row for each zone with streets in the study area × total × task: by, group, total, task,
        street_km, share_seen. Streets are cut exactly at the zones' edges.

    Raises
    ------
    InputError
        The zones have no names or no coordinate system.
    """
    if "name" not in zones.columns or zones.crs is None:
        raise InputError("zones: give polygons with a column name and a coordinate system")
    shapes = zones.to_crs(city.streets.crs).geometry.to_numpy()
    pieces = first_seen.arrays
    piece, zone, metres = _in_zones(city, pieces, shapes)
    names = zones["name"].astype("str").tolist()
    return _shares(by, piece, zone, metres, names, pieces, totals)


def _in_zones(
    city: City, pieces: PieceArrays, shapes: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return pieces in the study area with the zones that they lie in, and the metres there.

    Most streets lie wholly in one zone and need not be cut.
    """
    streets = city.streets.edges.geometry.to_numpy()
    zone, street = shapely.STRtree(streets).query(shapes, predicate="intersects")
    shapely.prepare(shapes)
    whole = shapely.contains_properly(shapes[zone], streets[street])
    ptr = pieces.piece_ptr
    size = ptr[street + 1] - ptr[street]
    before = np.repeat(np.cumsum(size) - size, size)
    piece = np.repeat(ptr[street], size) + np.arange(size.sum()) - before
    zone, whole = np.repeat(zone, size), np.repeat(whole, size)
    counted = pieces.in_area[piece] & (pieces.end[piece] > pieces.start[piece])
    piece, zone, whole = piece[counted], zone[counted], whole[counted]
    metres = pieces.end[piece] - pieces.start[piece]
    cut = piece[~whole]
    edge = np.searchsorted(ptr, cut, side="right") - 1
    lines = pieces_between(city.streets.arrays, edge, pieces.start[cut], pieces.end[cut])
    metres[~whole] = shapely.length(shapely.intersection(lines, shapes[zone[~whole]]))
    return piece, zone, metres


def zones_around(points: gpd.GeoDataFrame, region: BaseGeometry) -> gpd.GeoDataFrame:
    """Return the zone nearest to each point, where only points of planning units are known.

    Parameters
    ----------
    points
        Points with a column `name`, in projected metres; equal names are one zone.
    region
        What to divide, in the same coordinates.

    Returns
    -------
    GeoDataFrame
        Polygons with the column name: all of the region that is nearer to the point than to any
        other (Voronoi). They are not the units' true outlines, and texts have to say so.

    Raises
    ------
    InputError
        No names, no coordinate system, or not one point.
    """
    if "name" not in points.columns or points.crs is None or points.empty:
        raise InputError("zones: give points with a column name and a coordinate system")
    spots = shapely.union_all(points.geometry.to_numpy())
    cells = shapely.get_parts(shapely.voronoi_polygons(spots, extend_to=region))
    if not len(cells):  # one point has everything
        cells = np.array([shapely.envelope(region)], object)
    nearest, cell = shapely.STRtree(cells).query_nearest(
        points.geometry.to_numpy(), all_matches=False
    )
    cell, first = np.unique(cell, return_index=True)  # of points at one spot the first counts
    zones = gpd.GeoDataFrame(
        {"name": points["name"].astype("str").to_numpy()[nearest[first]]},
        geometry=shapely.intersection(cells[cell], region), crs=points.crs,
    )  # fmt: skip
    zones = zones[~zones.is_empty]
    return zones.dissolve("name").reset_index()[["name", "geometry"]]


def exposure_by_hour(report: TrackReport) -> pd.DataFrame:
    """Return how much of the time walked is seen, by the hour in which a walk begins.

    Returns
    -------
    DataFrame
        A row for each hour with walks × total × task: by ("hour"), group (0 to 23), total, task,
        walks, person_hours (of the people represented), share_seen (of those hours). No rows
        where no walk has a time.
    """
    table = report.trips.table
    leaves = table["departs_s"].to_numpy(np.float64)
    chosen = np.isfinite(leaves) & ~table["named"].to_numpy(bool)
    hour = (leaves[chosen] // 3600 % 24).astype(np.int64)
    hours, of = np.unique(hour, return_inverse=True)
    weight = (table["represents"] * table["duration_s"]).to_numpy(np.float64)[chosen] / 3600
    seen = report.figures["observed_time"][chosen]
    walks, walked = np.bincount(of, minlength=len(hours)), np.bincount(of, weight, len(hours))
    rows = []
    for k, total in enumerate(report.totals):
        for t, task in enumerate(TASKS):
            share = np.bincount(of, weight * seen[:, k, t], len(hours)) / walked
            rows += [
                ("hour", int(hours[h]), int(total), task, int(walks[h]), walked[h], share[h])
                for h in range(len(hours))
            ]
    columns = ["by", "group", "total", "task", "walks", "person_hours", "share_seen"]
    return pd.DataFrame(rows, columns=columns)


def exposure_by_group(report: TrackReport, by: str = "profile") -> pd.DataFrame:
    """Return how much of their walks people of each group are seen and followed.

    Parameters
    ----------
    report
        Of `sim.track`.
    by
        A column of the trips: profile (who they are) or kind (from where to where).

    Returns
    -------
    DataFrame
        A row for each group × total × task: by, group, total, task, walks, people (represented),
        and of each of `GROUP_FIGURES` the mean over walks and its standard error by person
        (<figure>_se, NaN with fewer than two persons).
    """
    table = report.trips.table
    if by not in ("profile", "kind"):
        raise InputError(f'groups by "{by}"; choose profile or kind')
    sampled = np.flatnonzero(~table["named"].to_numpy(bool))
    group, names = pd.factorize(table[by].astype("str").to_numpy()[sampled], sort=True)
    persons, stratum = report.trips.persons
    persons = persons[sampled]
    represents = table["represents"].to_numpy(np.float64)[sampled]
    rows = []
    for g, name in enumerate(names):
        own = np.flatnonzero(group == g)
        first = np.unique(persons[own], return_index=True)[1]
        people = float(represents[own][first].sum())
        found = {
            figure: shares_of(
                WalkValues(report.figures[figure][sampled[own]], persons[own], stratum)
            )
            for figure in GROUP_FIGURES
        }
        for k, total in enumerate(report.totals):
            for t, task in enumerate(TASKS):
                row: dict[str, Any] = {"by": by, "group": str(name), "total": int(total)}
                row |= {"task": task, "walks": len(own), "people": people}
                for figure, of in found.items():
                    row[figure], error = of[k][t]
                    row[f"{figure}_se"] = np.nan if error is None else error
                rows.append(row)
    columns = ["by", "group", "total", "task", "walks", "people"]
    columns += [name for figure in GROUP_FIGURES for name in (figure, f"{figure}_se")]
    return pd.DataFrame(rows, columns=columns)


def sensitive_places(
    city: City,
    first_seen: FirstSeen,
    totals: Sequence[int],
    kinds: Sequence[str] = ("sensitive",),
) -> pd.DataFrame:
    """Return at how many places of each kind the door is seen; no single place is told of.

    Parameters
    ----------
    city, first_seen, totals
        Places in the study area, first-seen ranks, numbers of heads in the whole city.
    kinds
        Kinds of place (`sim.city.places.KINDS`); "sensitive" are clinics, places of worship,
        courts and unions.

    Returns
    -------
    DataFrame
        A row for each kind × total × task: by ("place"), group, total, task, places, share_seen.
        The share is NaN for fewer than `FEWEST_PLACES` places. A door is where the street (not a
        subway) is nearest to the place.
    """
    rows = []
    for kind in kinds:
        spot = city.places.of(kind).geometry.to_numpy()
        spot = spot[shapely.intersects(city.area.polygon, spot)]
        rank = _door_ranks(city, first_seen.arrays, spot)
        told = len(rank) >= FEWEST_PLACES
        rows += [
            ("place", kind, int(total), task, len(rank),
             float((rank[:, t] <= total).mean()) if told else np.nan)
            for total in totals for t, task in enumerate(TASKS)
        ]  # fmt: skip
    columns = ["by", "group", "total", "task", "places", "share_seen"]
    return pd.DataFrame(rows, columns=columns)


def inequality_across(table: pd.DataFrame, value: str, weight: str) -> pd.DataFrame:
    """Return how unequal the groups of one of the tables above are.

    Parameters
    ----------
    table
        With columns by, total, task.
    value, weight
        Columns: what each group has, and how much it counts (for example share_seen and
        street_km; observed_length and people).

    Returns
    -------
    DataFrame
        A row for each total × task: by, total, task, groups, lowest, highest, gini, decile_ratio.
    """
    rows = []
    for (by, total, task), part in table.groupby(["by", "total", "task"], sort=False):
        x, w = part[value].to_numpy(np.float64), part[weight].to_numpy(np.float64)
        known = np.isfinite(x) & (w > 0)
        rows.append((by, total, task, *_unequal(x[known], w[known])))
    return pd.DataFrame(rows, columns=INEQUALITY_COLUMNS)


def inequality_of_people(report: TrackReport, figure: str = "observed_time") -> pd.DataFrame:
    """Return how unequal the persons simulated are; each one's walks are taken together.

    Parameters
    ----------
    report
        Of `sim.track`.
    figure
        A share of time: observed_time, tracked_live or tracked_afterwards; each person has the
        share of their whole time on foot.

    Returns
    -------
    DataFrame
        As `inequality_across`, by "person", each weighted with the people represented.
    """
    table = report.trips.table
    sampled = ~table["named"].to_numpy(bool)
    persons = table["person"].to_numpy(np.int64)[sampled]
    seconds = table["duration_s"].to_numpy(np.float64)[sampled]
    weight = table["represents"].to_numpy(np.float64)[sampled]
    _, first, of = np.unique(persons, return_index=True, return_inverse=True)
    walked = np.bincount(of, seconds, len(first))
    rows = []
    for k, total in enumerate(report.totals):
        for t, task in enumerate(TASKS):
            values = seconds * report.figures[figure][sampled, k, t]
            share = np.bincount(of, values, len(first)) / walked
            rows.append(("person", int(total), task, *_unequal(share, weight[first])))
    return pd.DataFrame(rows, columns=INEQUALITY_COLUMNS)


INEQUALITY_COLUMNS = [
    "by", "total", "task", "groups", "lowest", "highest", "gini", "decile_ratio",
]  # fmt: skip


def _unequal(
    values: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[int, float, float, float, float]:
    """Return how many there are, the least, the most, the Gini and the ratio of deciles."""
    if not len(values):
        return 0, np.nan, np.nan, np.nan, np.nan
    low, high = float(values.min()), float(values.max())
    return len(values), low, high, gini(values, weights), decile_ratio(values, weights)


def _ascending(
    values: ArrayLike, weights: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return values in ascending order with their weights, refusing what cannot be."""
    value = np.ravel(np.asarray(values, np.float64))
    weight = np.ones(len(value)) if weights is None else np.ravel(np.asarray(weights, np.float64))
    if len(value) != len(weight):
        raise InputError(
            f"{counted(len(value), 'value')} and {counted(len(weight), 'weight')}: give one "
            "weight a value"
        )
    if not (np.isfinite(value).all() and (value >= 0).all()):
        raise InputError("values: give numbers of 0 or more")
    if not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise InputError("weights: give numbers of 0 or more")
    order = np.argsort(value, kind="stable")
    held = weight[order] > 0
    return value[order][held], weight[order][held]


def _shares(
    by: str,
    piece: NDArray[np.int64],
    group: NDArray[np.int64],
    metres: NDArray[np.float64],
    names: list[str],
    pieces: PieceArrays,
    totals: Sequence[int],
) -> pd.DataFrame:
    """Add up metres of pieces by group; row i is `metres[i]` of a piece in a group."""
    whole = np.bincount(group, metres, len(names))
    held = np.flatnonzero(whole > 0)
    rows = []
    rank = np.ascontiguousarray(pieces.rank[piece].T)
    for total in totals:
        for t, task in enumerate(TASKS):
            seen = metres * (rank[t] <= total)
            share = np.bincount(group, seen, len(names))[held] / whole[held]
            rows += [
                (by, names[g], int(total), task, whole[g] / 1000, min(float(s), 1.0))
                for g, s in zip(held, share, strict=True)
            ]
    columns = ["by", "group", "total", "task", "street_km", "share_seen"]
    return pd.DataFrame(rows, columns=columns)


def _door_ranks(city: City, pieces: PieceArrays, spot: NDArray[np.object_]) -> NDArray[np.int32]:
    """Return the first-seen rank at the door of each place near a street, shape (places, 4)."""
    edges = city.streets.edges
    open_air = np.flatnonzero((edges["deck"] != "subway").to_numpy(bool))
    lines = edges.geometry.to_numpy()[open_air]
    place, line = shapely.STRtree(lines).query_nearest(
        spot, max_distance=FARTHEST_DOOR_M, all_matches=False
    )
    at = shapely.line_locate_point(lines[line], spot[place])
    ranks = np.full((len(place), len(TASKS)), NEVER, np.int32)
    for i, (edge, t) in enumerate(zip(open_air[line], at, strict=True)):
        own = slice(pieces.piece_ptr[edge], pieces.piece_ptr[edge + 1])
        near = (pieces.start[own] <= t + DOOR_M) & (pieces.end[own] >= t - DOOR_M)
        ranks[i] = pieces.rank[own][near].min(axis=0, initial=NEVER)
    return ranks
