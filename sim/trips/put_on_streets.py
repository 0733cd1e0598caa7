"""Lines of points put on streets, as the table and paths of which trips are made."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.city.streets import StreetNetwork
from sim.trips.matching import match
from sim.trips.own_traces import Traces
from sim.trips.routing import edge_seconds

OWN_PERSONS = 100_000_000
"""Person of the first walker of a file; sampled people are numbered from 0."""


class OnStreets(NamedTuple):
    """Walks as `sim.trips.model.Trips` holds them, and which line each is of."""

    line: NDArray[np.int64]
    table: pd.DataFrame
    path_ptr: NDArray[np.int64]
    path_edge: NDArray[np.int32]
    path_backward: NDArray[np.bool_]
    unreachable: int
    report: dict[str, float]


def put_on_streets(streets: StreetNetwork, traces: Traces, speed_m_s: float) -> OnStreets:
    """Find the walk that each line of points means; see `sim.trips.own.match_traces`."""
    found = match(streets, traces.xy, traces.ptr, speed_m_s=speed_m_s)
    a = streets.arrays
    walk_of = np.repeat(np.arange(len(found.line)), np.diff(found.path_ptr))
    first, last = found.path_ptr[:-1], found.path_ptr[1:] - 1
    begins = np.where(found.path_backward, a.edge_v[found.path_edge], a.edge_u[found.path_edge])
    ends = np.where(found.path_backward, a.edge_u[found.path_edge], a.edge_v[found.path_edge])

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        weights = values[found.path_edge]
        return np.bincount(walk_of, weights, len(found.line)).astype(np.float64)

    table = pd.DataFrame(
        {
            "person": OWN_PERSONS + traces.person[found.line],
            "kind": "own",
            "name": [traces.name[i] for i in found.line],
            "name_zh": [traces.name_zh[i] for i in found.line],
            "named": False,
            "origin": begins[first],
            "destination": ends[last],
            "length": summed(a.edge_length),
            "duration_s": summed(edge_seconds(streets, speed_m_s)),
            "leg": traces.leg[found.line],
            "departs_s": traces.departs_s[found.line],
        },
        index=range(len(found.line)),
    ).astype({"kind": "str", "name": "str", "name_zh": "str", "named": bool})
    report = {**traces.report, **found.report, "trips": float(len(table))}
    return OnStreets(
        found.line, table, found.path_ptr, found.path_edge, found.path_backward,
        int(found.report["unreachable"]),
        {f"own_{name}": value for name, value in report.items()},
    )  # fmt: skip
