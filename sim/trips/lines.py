"""Walks as lines on the map, and lines on the map as points: into a GeoDataFrame and out of it.

Which streets a line follows is decided in `sim.trips.matching`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.errors import InputError
from sim.trips.own_traces import MOST_POINTS, Traces

if TYPE_CHECKING:
    from sim.city.streets import StreetNetwork
    from sim.trips.model import Trips


class OwnRows(NamedTuple):
    """What a user's table of lines holds beside them, a trip a row."""

    table: pd.DataFrame
    """In the user's index, with all columns but the lines."""
    geometry: str
    """What the user calls the column of lines."""


def lines_of(streets: StreetNetwork, trips: Trips) -> NDArray[np.object_]:
    """Return one line a walk, edge after edge in walking order; none for a walk of no edges.

    Parameters
    ----------
    streets
        What was walked on.
    trips
        The walks.
    """
    used, edge = np.unique(trips.path_edge, return_inverse=True)
    lines = streets.edges.geometry.to_numpy()[used]
    points, of_line = shapely.get_coordinates(lines, return_index=True)
    held = np.bincount(of_line, minlength=len(lines))
    begin, size = (np.cumsum(held) - held)[edge], held[edge]
    of_edge = np.repeat(np.arange(len(size)), size)
    place = np.arange(len(of_edge)) - np.repeat(np.cumsum(size) - size, size)
    back = trips.path_backward[of_edge]
    points = points[begin[of_edge] + np.where(back, size[of_edge] - 1 - place, place)]
    of_trip = np.repeat(np.arange(len(trips)), np.diff(trips.path_ptr))[of_edge]
    kept = (place > 0) | (np.diff(of_trip, prepend=-1) > 0)  # an edge begins where another ended
    walked = np.unique(of_trip)
    paths = np.full(len(trips), None, object)
    paths[walked] = shapely.linestrings(
        points[kept], indices=np.searchsorted(walked, of_trip[kept])
    )
    return paths


def with_lines(streets: StreetNetwork, trips: Trips, own: OwnRows | None) -> gpd.GeoDataFrame:
    """Return trips with their lines, and with the columns and index of a user's table.

    Parameters
    ----------
    streets
        What was walked on.
    trips
        The walks.
    own
        What the user's table held beside its lines.
    """
    table = trips.table
    if own is not None:
        beside = table[[name for name in table if name not in own.table]]
        table = pd.concat([own.table, beside.set_index(own.table.index)], axis=1)
    name = "geometry" if own is None or own.geometry in table else own.geometry
    with_them = table.assign(**{name: lines_of(streets, trips)})
    return gpd.GeoDataFrame(with_them, geometry=name, crs=streets.crs)


def traces_of(lines: gpd.GeoDataFrame, crs: str, departs: str | None) -> Traces:
    """Return the lines of a table as points.

    Parameters
    ----------
    lines
        LineStrings in any coordinate system, a walk a row; columns person, name and name_zh are
        read where there are any.
    crs
        Projected system of the result.
    departs
        Column with the time at which each begins: a time of pandas, or seconds after midnight.

    Raises
    ------
    InputError
        A row has no line, or the column does not hold times.
    """
    shape = lines.to_crs(crs).geometry.to_numpy()
    wrong = (shapely.get_type_id(shape) != 1) | shapely.is_empty(shape)
    if wrong.any():
        raise InputError(f"lines: row {int(wrong.argmax()) + 1} has no line; give LineStrings")
    xy, of_line = shapely.get_coordinates(shape, return_index=True)
    if not np.isfinite(xy).all() or len(xy) > MOST_POINTS:
        raise InputError(f"lines: a point has no place in {crs}, or there are over {MOST_POINTS:,}")
    ptr = np.concatenate([[0], np.bincount(of_line, minlength=len(shape)).cumsum()])
    who = pd.Series(lines["person"]) if "person" in lines else pd.Series(np.arange(len(lines)))
    person = pd.factorize(who)[0].astype(np.int64)
    leg = pd.Series(person).groupby(person).cumcount().to_numpy()
    name, name_zh = (
        lines[column].fillna("").astype(str).tolist() if column in lines else [""] * len(lines)
        for column in ("name", "name_zh")
    )  # fmt: skip
    return Traces(
        xy, ptr, person, np.asarray(leg, np.int32), name, name_zh, _seconds(lines, departs), {}
    )


def _seconds(lines: gpd.GeoDataFrame, departs: str | None) -> NDArray[np.float64]:
    """Return when each walk begins, seconds after midnight; NaN where that is missing."""
    if departs is None:
        return np.full(len(lines), np.nan)
    if departs not in lines:
        raise InputError(f"departs: the lines have no column {departs!r}; name one of theirs")
    times = lines[departs]
    if pd.api.types.is_timedelta64_dtype(times):
        return np.asarray(times.dt.total_seconds(), np.float64)
    if pd.api.types.is_datetime64_any_dtype(times):
        return np.asarray((times - times.dt.normalize()).dt.total_seconds(), np.float64)
    if not pd.api.types.is_numeric_dtype(times) or pd.api.types.is_bool_dtype(times):
        raise InputError(
            f"departs: column {departs!r} holds no times; make them with pandas.to_datetime, or "
            "give seconds after midnight"
        )
    seconds = times.to_numpy(np.float64, na_value=np.nan)
    if (np.isinf(seconds) | (seconds < 0)).any():
        raise InputError(f"departs: column {departs!r} holds a time below 0 or infinite")
    return np.asarray(seconds, np.float64)
