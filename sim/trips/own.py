"""The user's own trips: traces matched to streets, trips of an own table, and GPX out.

It brings what `own_walks` and `own_demand` read from files onto the network as `Trips`, joins
several `Trips` into one, and writes them as GPX.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from sim.atomic_write import replace_file
from sim.city.model import City
from sim.errors import InputError
from sim.trips.matching import TOO_FAR_M
from sim.trips.model import Trips
from sim.trips.own_demand import Demand, read_od, sample_od
from sim.trips.own_walks import Traces, read_traces
from sim.trips.parameters import WALKING_SPEED_M_S
from sim.trips.put_on_streets import put_on_streets
from sim.wording import counted

__all__ = [
    "Demand", "Traces", "join", "match_traces", "read_od", "read_traces", "read_trips",
    "refuse_none", "sample_od", "write_gpx",
]  # fmt: skip


def read_trips(path: str | Path, city: City, *, speed_m_s: float = WALKING_SPEED_M_S) -> Trips:
    """Read a user's own walks and put them on the streets of a city.

    Parameters
    ----------
    path
        GPX, GeoJSON, CSV or Parquet, as `read_traces` takes them.
    city
        Its streets.
    speed_m_s
        On the flat; the times of a file order its points and say when a walk begins, no more.

    Returns
    -------
    Trips
        As `match_traces`.

    Raises
    ------
    InputError
        The file cannot be read, or no walk in it lies near the streets.
    """
    traces = read_traces(path, city.streets.crs)
    return refuse_none(match_traces(city, traces, speed_m_s=speed_m_s), path, city)


def refuse_none(trips: Trips, path: str | Path, city: City) -> Trips:
    """Return the trips matched from a file, if there are any.

    Raises
    ------
    InputError
        No walk of the file follows the streets; says why.
    """
    if len(trips):
        return trips
    reasons = {
        "own_dropped_too_far": f"further than {TOO_FAR_M:.0f} m from every street",
        "own_dropped_zero_length": "shorter than half a street",
        "own_unreachable": "not joined on foot",
    }
    counts = [(trips.report.get(key, 0.0), words) for key, words in reasons.items()]
    said = ", ".join(f"{count:,.0f} {words}" for count, words in counts if count)
    raise InputError(
        f"{path}: none of its {counted(round(trips.report['own_read']), 'walk')} follows the "
        f"streets of {city.area.name} ({said})"
    )


def match_traces(city: City, traces: Traces, *, speed_m_s: float = WALKING_SPEED_M_S) -> Trips:
    """Put lines of points on the streets of a city.

    Dense tracks are thinned and matched to streets, way-points are joined by the quickest ways;
    see `sim.trips.matching`. Each walk begins and ends at a junction, the nearer end of its first
    and last street.

    Parameters
    ----------
    city
        Its streets.
    traces
        Lines of points in the CRS of the city.
    speed_m_s
        On the flat.

    Returns
    -------
    Trips
        Kind "own", in the order of the file; persons are numbered from `OWN_PERSONS`. Points
        further than 50 m from every street are left out; the report counts them, and the walks
        dropped, with names that begin with "own_".
    """
    found = put_on_streets(city.streets, traces, speed_m_s)
    return Trips(
        found.table, found.path_ptr, found.path_edge, found.path_backward, found.unreachable,
        speed_m_s, found.report,
    )  # fmt: skip


def join(first: Trips, *others: Trips) -> Trips:
    """Put several sets of trips over the same streets into one, in their order.

    Raises
    ------
    InputError
        They were made for different walking speeds.
    """
    every = (first, *others)
    if len({trips.speed_m_s for trips in every}) > 1:
        raise InputError("trips of different walking speeds cannot be joined; take one speed")
    tables = [trips.table for trips in every if len(trips)] or [first.table]
    ends = np.cumsum([0, *(len(trips.path_edge) for trips in every)])
    ptr = [trips.path_ptr[1:] + end for trips, end in zip(every, ends[:-1], strict=True)]
    report: dict[str, float] = {}
    for trips in every:
        report |= trips.report
    return replace(
        first,
        table=pd.concat(tables, ignore_index=True),
        path_ptr=np.concatenate([[0], *ptr]).astype(np.int64),
        path_edge=np.concatenate([trips.path_edge for trips in every]),
        path_backward=np.concatenate([trips.path_backward for trips in every]),
        unreachable=sum(trips.unreachable for trips in every),
        own=None,
        report=report | {"trips": float(sum(len(trips) for trips in every))},
    )


def write_gpx(trips: Trips, city: City, path: str | Path) -> None:
    """Write trips as GPX 1.1, a track each, for phones, QGIS and other programs.

    Parameters
    ----------
    trips
        Walks over the streets of `city`.
    city
        Its streets.
    path
        The file; an earlier one is replaced when the new one is whole. Degrees carry 7 decimals
        (1 cm). A track's name is the trip's, or its kind and person.

    Raises
    ------
    InputError
        The file cannot be written.
    """

    def write(new: Path) -> None:
        with new.open("w", encoding="utf-8") as file:
            file.writelines(_gpx(trips, city))

    replace_file(Path(path), write)


def _gpx(trips: Trips, city: City) -> Iterator[str]:
    to_degrees = pyproj.Transformer.from_crs(city.streets.crs, "EPSG:4326", always_xy=True)
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="hk-camera-sim" xmlns="http://www.topografix.com/GPX/1/1">\n'
    )
    table = trips.table
    for i, names in enumerate(zip(table["name"], table["name_zh"], strict=True)):
        row = table.iloc[i]
        name = " ".join(filter(None, names)) or f"{row['kind']} {row['person']}"
        printable = "".join(c if c.isprintable() else " " for c in name)
        yield f" <trk>\n  <name>{escape(printable)}</name>\n  <trkseg>\n"
        for x, y in np.column_stack(to_degrees.transform(*_points(trips, city, i).T)).tolist():
            yield f'   <trkpt lat="{y:.7f}" lon="{x:.7f}"/>\n'
        yield "  </trkseg>\n </trk>\n"
    yield "</gpx>\n"


def _points(trips: Trips, city: City, trip: int) -> NDArray[np.float64]:
    """Return the corners of a walk in walking order, each once."""
    steps = slice(trips.path_ptr[trip], trips.path_ptr[trip + 1])
    lines = city.streets.edges.geometry.to_numpy()[trips.path_edge[steps]]
    lines = np.where(trips.path_backward[steps], shapely.reverse(lines), lines)
    points = shapely.get_coordinates(lines)
    new = np.ones(len(points), bool)
    new[1:] = (points[1:] != points[:-1]).any(axis=1)
    return np.asarray(points[new])
