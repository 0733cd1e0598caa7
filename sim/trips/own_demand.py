"""Origin-destination tables that users bring, and the trips drawn from them.

A row says how many people go from one place to another, the places as positions or in words. Each
unit of its count is a person with costs of their own, keyed by (seed, row, person), so another
row or a larger count changes nobody's walk. What cameras see is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.city.model import City
from sim.city.sources.tables import LATITUDE, LONGITUDE, OwnTable, listed, read_table
from sim.errors import InputError, InputErrors
from sim.keyed_random import uniform
from sim.trips.model import Trips
from sim.trips.parameters import WALKING_SPEED_M_S, TripParameters
from sim.trips.routing import Walks, nearest_nodes, walk
from sim.trips.waypoints import REACH_M, Gazetteer
from sim.wording import counted

OD_PERSONS = 1_000_000_000
"""Person of the first unit of the first row."""
MOST_OF_ROW = 1_000_000
"""The person of unit k of row r is OD_PERSONS + r · MOST_OF_ROW + k, rows numbered from 0."""
MOST_TRIPS = 1_000_000
MOST_NAMED = 20
"""Unknown places that are named in full; the rest is counted."""
COUNT = ("count", "trips", "people", "persons", "flow", "weight", "total")
ENDS = (("origin", "destination"), ("from", "to"), ("start", "end"), ("o", "d"))


@dataclass(frozen=True)
class Demand:
    """An origin-destination table on the streets of a city.

    Attributes
    ----------
    row
        Row of the file, from 0, int64.
    origin, destination
        Street nodes, int32.
    count
        People, float64; need not be whole.
    report
        Rows read and left out.
    path
        The file.
    """

    row: NDArray[np.int64]
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    count: NDArray[np.float64]
    report: dict[str, float]
    path: Path


def read_od(path: str | Path, city: City) -> Demand:
    """Read an origin-destination table.

    Parameters
    ----------
    path
        CSV or Parquet with a count (column count, trips, people, persons, flow, weight or total)
        and the two ends: origin and destination (or from and to, start and end) as way-points in
        words ("Mong Kok exit E2", "彌敦道／亞皆老街", "22.3193,114.1694"), or as positions
        origin_lon, origin_lat, destination_lon, destination_lat (WGS 84), or origin_x … (metres in
        the CRS of the city).
    city
        Its streets and names.

    Returns
    -------
    Demand
        Rows without people, with both ends at one junction, or with an end further than 250 m from
        every street are left out and counted.

    Raises
    ------
    InputError
        The file cannot be read, a count is negative or no number, a place is unknown (all
        unknown places are named at once), or no row is left.
    """
    path = Path(path)
    columns = {*COUNT, *(end for ends in ENDS for end in ends)}
    for name in (*LONGITUDE, *LATITUDE, "x", "y"):
        columns |= {f"{end}_{name}" for ends in ENDS for end in ends}
    table = read_table(path, columns)
    count = _counts(table)
    start, stop, far = _both_ends(table, city)
    moved = start != stop
    kept = ~far & moved & (count > 0)
    report = {
        "rows": float(len(table)),
        "rows_too_far": float(far.sum()),
        "rows_within_one_junction": float((~far & ~moved).sum()),
        "rows_without_people": float((count == 0).sum()),
        **table.unused(columns),
    }
    if not kept.any():
        raise InputError(
            f"{path}: no row joins two places of {city.area.name} on foot "
            f"({int(far.sum()):,} of {counted(len(table), 'row')} end further than {REACH_M:.0f} "
            "m from its streets)"
        )
    return Demand(np.flatnonzero(kept), start[kept], stop[kept], count[kept], report, path)


def sample_od(
    city: City,
    demand: Demand,
    *,
    seed: int,
    share: float = TripParameters.od_share,
    cost_dispersion: float = TripParameters.taste,
    speed_m_s: float = WALKING_SPEED_M_S,
) -> Trips:
    """Draw people from an origin-destination table and find their walks.

    Parameters
    ----------
    city
        The city for which the table was read.
    demand
        The table.
    seed
        Of the scenario.
    share
        Of each row's people, above 0 to 1, that are simulated; each stands for 1 / share people.
        What is left of a row after whole people is drawn by chance.
    cost_dispersion
        Sigma of the personal lognormal factor on each street's walking time.
    speed_m_s
        On the flat.

    Returns
    -------
    Trips
        Kind "od", in the order of rows and persons.

    Raises
    ------
    InputError
        The share is none, or makes more trips than can be simulated.
    """
    TripParameters(od_share=share, taste=cost_dispersion, speed_m_s=speed_m_s)
    of, person = _people(demand, share, seed)
    walks = walk(
        city.streets, demand.origin[of], demand.destination[of], person,
        seed=seed, cost_dispersion=cost_dispersion, speed_m_s=speed_m_s,
    )  # fmt: skip
    joined = ~np.isnan(walks.length)
    table = _table(demand, of, person, walks, share)[joined].reset_index(drop=True)
    counts = np.diff(walks.path_ptr)[joined]
    report = {f"od_{name}": value for name, value in demand.report.items()}
    return Trips(
        table.astype({"kind": "str", "name": "str", "name_zh": "str"}),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        walks.path_edge,
        walks.path_backward,
        walks.unreachable,
        speed_m_s,
        {**report, "od_trips": float(len(table)), "od_people": float(demand.count.sum())},
    )


def _people(demand: Demand, share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the row of the table and the number of each person that is simulated."""
    wanted = demand.count * share
    _check_size(demand, float(wanted.sum()), float(wanted.max()), share)
    whole = np.floor(wanted)
    extra = uniform(seed, "od-rest", demand.row) < wanted - whole
    number = (whole + extra).astype(np.int64)
    of = np.repeat(np.arange(len(number)), number)
    unit = np.arange(len(of)) - np.repeat(np.cumsum(number) - number, number)
    person = OD_PERSONS + demand.row[of] * MOST_OF_ROW + unit
    return of, person


def _table(
    demand: Demand, of: NDArray[np.int64], person: NDArray[np.int64], walks: Walks, share: float
) -> pd.DataFrame:
    """Return every person's walk, a row each."""
    return pd.DataFrame(
        {
            "person": person,
            "kind": "od",
            "name": "",
            "name_zh": "",
            "named": False,
            "origin": demand.origin[of],
            "destination": demand.destination[of],
            "length": walks.length,
            "duration_s": walks.duration_s,
            "represents": 1 / share,
        }
    )


def _check_size(demand: Demand, trips: float, most_of_row: float, share: float) -> None:
    limit = min(MOST_TRIPS / trips, MOST_OF_ROW / (most_of_row + 1)) if trips else 1.0
    if limit < 1:
        remedy = 10.0 ** np.floor(np.log10(share * limit))
        raise InputError(
            f"{demand.path}: {trips:,.0f} trips are too many ({MOST_TRIPS:,} at most); simulate a "
            f"share of them (trips.od_share: {remedy:.10f}".rstrip("0")
            + ")",
            key="trips.od_share",
        )


def _counts(table: OwnTable) -> NDArray[np.float64]:
    name = table.find(*COUNT)
    if name is None:
        raise InputError(
            f"{table.path}:1: no column count (found: {listed(table.names)}); name the "
            "column with the number of people count"
        )
    values = table.numbers(name)
    if (values < 0).any():
        row = int((values < 0).argmax())
        raise InputError(f"{table.where(row)}: {name}: {values[row]:g} is below 0")
    return values


def _both_ends(
    table: OwnTable, city: City
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.bool_]]:
    """Return the nodes of both ends, and which rows have an end away from the streets."""
    for origin, destination in ENDS:
        points = [table.points(f"{end}_", city.streets.crs) for end in (origin, destination)]
        if points[0] is not None and points[1] is not None:
            start, away = nearest_nodes(city.streets, *points[0].T)
            stop, off = nearest_nodes(city.streets, *points[1].T)
            return start, stop, (away > REACH_M) | (off > REACH_M)
        if origin in table.columns and destination in table.columns:
            start, stop = _named(table, city, origin, destination)
            return start, stop, np.zeros(len(table), bool)
    raise InputError(
        f"{table.path}:1: no columns origin and destination, or origin_lon, origin_lat, "
        f"destination_lon and destination_lat (found: {listed(table.names)})"
    )


def _named(
    table: OwnTable, city: City, *columns: str
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Find every place once; complain of all that are unknown, each at its first row."""
    names = Gazetteer(city)
    nodes: dict[str, int] = {}
    wrong: list[str] = []
    found = []
    for column in columns:
        texts = table.texts(column)
        for row, text in enumerate(texts):
            if text in nodes:
                continue
            nodes[text] = -1
            try:
                nodes[text] = names.node(text)
            except InputError as error:
                wrong.append(f"{table.where(row)}: {column}: {' '.join(str(error).split())}")
                if len(wrong) > MOST_NAMED:
                    break
        found.append(texts)
    if wrong:
        more = [f"{table.path}: and more like these"] if len(wrong) > MOST_NAMED else []
        raise InputErrors(wrong[:MOST_NAMED] + more)
    start, stop = (np.array([nodes[text] for text in texts], np.int32) for texts in found)
    return start, stop
