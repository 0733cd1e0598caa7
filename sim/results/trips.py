"""Walks in a run folder: a row each with its edges, the same walks read back, and their lines.

A row holds what cannot be computed again: who walks when from where to where along which edges.
Figures, curves and lines follow from it and from the other tables, see `sim.results.read`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.city.streets import StreetNetwork
from sim.results.contract import TABLES, Column, packing
from sim.trips.model import Trips

NOT_JOINED = "not_joined"
"""Key of the manifest, beside the report of the trips, for all pairs that no way joins."""
EDGES, BACKWARD = "edges", "backward"
LISTS = {EDGES: pa.int32(), BACKWARD: pa.bool_()}
DTYPES = {"text": "str"}
"""Of a column of a table of trips, where it is not called as in the contract."""


def write_trips(path: Path, trips: Trips) -> None:
    """Write walks as trips.parquet, a walk a row.

    Parameters
    ----------
    path
        The file.
    trips
        The walks.
    """
    plain = trips.table.astype({c.name: DTYPES.get(c.type, c.type) for c in _plain_columns()})
    table = pa.Table.from_pandas(plain, preserve_index=False)
    table = table.append_column("trip", pa.array(np.arange(len(trips), dtype=np.int32)))
    ends = pa.array(trips.path_ptr.astype(np.int32))
    for name, values in ((EDGES, trips.path_edge), (BACKWARD, trips.path_backward)):
        flat = pa.array(values, LISTS[name])
        table = table.append_column(name, pa.ListArray.from_arrays(ends, flat))
    columns = TABLES["trips"].names()
    pq.write_table(table.select([*columns]), path, **packing(columns))


def read_trips_table(
    table: pa.Table, streets: StreetNetwork, speed_m_s: float, report: Mapping[str, Any]
) -> Trips:
    """Return the walks of a run as they were when it was made.

    Parameters
    ----------
    table
        trips.parquet.
    streets
        Those of the run.
    speed_m_s
        Walking speed of its scenario.
    report
        `trips` of its manifest.

    Raises
    ------
    ValueError
        The walks are not along the streets: an edge that is not there, or not where the one
        before it ends.
    """
    columns = _plain_columns()
    plain = table.select([column.name for column in columns]).to_pandas(ignore_metadata=True)
    ptr, edge = _list(table, EDGES)
    other, backward = _list(table, BACKWARD)
    if not np.array_equal(table["trip"].to_numpy(), np.arange(len(plain))):
        raise ValueError("trips are not numbered in their order")
    if not np.array_equal(ptr, other):
        raise ValueError("trips have other numbers of edges than of directions")
    _check_ways(streets, plain, ptr, edge, backward)
    kept = {name: value for name, value in report.items() if name != NOT_JOINED}
    return Trips(
        plain.astype({column.name: DTYPES.get(column.type, column.type) for column in columns}),
        ptr, edge, backward, int(report[NOT_JOINED]), speed_m_s, kept,
    )  # fmt: skip


def _plain_columns() -> list[Column]:
    """Return the columns that a table of trips in memory has."""
    columns = TABLES["trips"].columns
    return [column for column in columns if column.name not in ("trip", EDGES, BACKWARD)]


def _list(table: pa.Table, name: str) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return a column of lists as places in one array, shape (rows + 1,), and that array."""
    column = table[name].combine_chunks()
    values = column.flatten()
    if column.null_count or values.null_count:
        raise ValueError(f"{name} has empty cells")
    lengths = column.value_lengths().to_numpy(zero_copy_only=False)
    ptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    # arrays of its own, for kernels are compiled once more for those that cannot be written to
    return ptr, np.array(values.cast(LISTS[name]).to_numpy(zero_copy_only=False))


def _check_ways(
    streets: StreetNetwork,
    table: pd.DataFrame,
    ptr: NDArray[np.int64],
    edge: NDArray[np.int32],
    backward: NDArray[np.bool_],
) -> None:
    """Refuse walks that do not go from origin to destination along edges that join."""
    a = streets.arrays
    if len(edge) and not 0 <= edge.min() <= edge.max() < len(a.edge_u):
        raise ValueError("trips take edges that are not there")
    begins = np.where(backward, a.edge_v[edge], a.edge_u[edge])
    ends = np.where(backward, a.edge_u[edge], a.edge_v[edge])
    some = np.diff(ptr) > 0
    begun, ended = np.zeros((2, len(edge)), bool)
    first, last = ptr[:-1][some], ptr[1:][some] - 1
    begun[first] = True
    ended[last] = True
    broken = (ends[:-1] != begins[1:])[~begun[1:]].any()
    origin, destination = (table[name].to_numpy()[some] for name in ("origin", "destination"))
    if broken or (begins[first] != origin).any() or (ends[last] != destination).any():
        raise ValueError("trips take edges that do not join")
