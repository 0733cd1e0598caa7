"""Compile the kernels of walks in processes of their own, on a machine that has none yet.

Compiling is most of a first run. One process compiles one kernel at a time, so while the first
looks through the city a second takes a walk down an invented street, and a third searches that
street for other ways; all leave their kernels in numba's cache on disk. Later runs find them there
and start no other process.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point

from sim.area import HONG_KONG_CRS, Area
from sim.cameras.fleet import RANGE_COLUMNS, Fleet
from sim.cameras.optics import TASKS
from sim.city.model import City
from sim.city.places import Places
from sim.city.streets import StreetNetwork
from sim.city.walls import Walls
from sim.processes import begin_helper, end_with_parent
from sim.sight.arrays import NEVER, PieceArrays, SightingArrays
from sim.sight.isovist import isovists
from sim.sight.ranks import FirstSeen
from sim.sight.sightings import Sightings
from sim.tracking.answer import answer
from sim.tracking.kernels.curves import walk_curves
from sim.tracking.kernels.recognition import count_faces
from sim.tracking.parameters import TrackingParameters
from sim.tracking.percolation import dark_network
from sim.tracking.recognition import recognition_burden
from sim.tracking.report import TrackReport, follow_walks
from sim.tracking.subsample import subsample
from sim.tracking.walks import path_arrays
from sim.trips.demand import sample_trips
from sim.trips.model import Trips

LONGEST_S = 120.0
Helpers = Sequence[subprocess.Popen[bytes]]


@contextmanager
def kernels_ahead() -> Iterator[Helpers]:
    """Start compiling what is not on disk yet; wait with `wait_for` before the first walk."""
    helpers = [
        begin_helper("sim.pipeline.compile_ahead", part) for part in PARTS if not _on_disk(part)
    ]
    try:
        yield helpers
    finally:
        for process in helpers:
            process.kill()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()


def wait_for(helpers: Helpers) -> None:
    """Wait until the kernels are on disk; what is missing then is compiled here."""
    end = time.monotonic() + LONGEST_S
    for process in helpers:
        try:
            process.wait(max(end - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            process.kill()


def _on_disk(part: str) -> bool:
    """Return whether the last kernel that a helper compiles lies in numba's cache.

    Where there is no cache, helpers could hand nothing on: none are needed.
    """
    kernel: Any = {"walking": walk_curves, "searching": count_faces}[part]
    if kernel.stats.cache_path is None:
        return True
    module = kernel.__module__.rpartition(".")[2]
    return any(Path(kernel.stats.cache_path).glob(f"{module}.{kernel.__name__}-*.nbi"))


def compile_walking() -> None:
    """Walk down an invented street of two edges, past one camera, and follow the walker."""
    city = _one_street()
    trips = sample_trips(city, people=2, seed=0, kinds=("home-market",))
    seen, pieces = _one_sighting(city.streets)
    report = follow_walks(city, seen, trips, [1], pieces=pieces)
    assert len(report.table) == len(trips) * len(TASKS)
    assert len(report.curves) == 2 * len(TASKS)
    # heads that fail now and then: their walks are expected, and kept alive, by other kernels
    follow_walks(city, seen, trips, [1], pieces=pieces, parameters=TrackingParameters(uptime=0.5))


def compile_searching() -> None:
    """Search the invented street for the least seen way, for dark parts and for faces."""
    city = _one_street()
    seen, pieces = _one_sighting(city.streets)
    trips = _one_walk(city.streets)
    dark_network(city, seen, pieces).curve("detect")
    subsample(city, seen, trips, [1], pieces=pieces)
    answer(city, seen, trips, [1], pieces=pieces)
    isovists(city, seen.fleet)
    paths = path_arrays(city.streets, trips)
    recognition_burden(seen, TrackReport(trips, (1,), {}, paths, pieces.arrays))


PARTS: dict[str, Callable[[], None]] = {
    "searching": compile_searching,  # takes longest
    "walking": compile_walking,
}


def _one_street() -> City:
    """Draw a street of two edges between a home and a market, without walls."""
    points = [Point(835000.0 + 50 * i, 820000.0) for i in range(3)]
    nodes = gpd.GeoDataFrame({"osmid": [1, 2, 3]}, geometry=points, crs=HONG_KONG_CRS)
    lines = [LineString(points[:2]), LineString(points[1:])]
    edges = gpd.GeoDataFrame(
        {"u": [1, 2], "v": [2, 3], "osmid": [1, 2], "highway": "residential"},
        geometry=lines,
        crs=HONG_KONG_CRS,
    )
    streets = StreetNetwork.build(nodes, edges)
    region = LineString(points).buffer(100)
    area = Area("invented", "", region, region, HONG_KONG_CRS, (), 0.0)
    ends = {"kind": ["home", "market"], "name": "", "name_zh": "", "weight": 1.0}
    places = gpd.GeoDataFrame(ends, geometry=[points[0], points[2]], crs=HONG_KONG_CRS)
    return City(area, streets, Walls.none(HONG_KONG_CRS), Places(places))


def _one_walk(streets: StreetNetwork) -> Trips:
    """Walk it from end to end, written down, not routed."""
    length = streets.arrays.edge_length.sum()
    walk = {"person": 0, "kind": "home-market", "name": "", "name_zh": "", "named": False}
    walk |= {"origin": np.int32(0), "destination": np.int32(2)}
    walk |= {"length": length, "duration_s": length / Trips.speed_m_s}
    ends = np.array([0, 2], np.int64)
    return Trips(pd.DataFrame([walk]), ends, np.array([0, 1], np.int32), np.zeros(2, bool))


def _one_sighting(streets: StreetNetwork) -> tuple[Sightings, FirstSeen]:
    """One camera that sees the first ten metres of every edge, written down, not computed."""
    head: dict[str, object] = {"rank": 1, "area_rank": 1, "site": 0, "mount": 4.0, "deck": "street"}
    head |= {"x": 835000.0, "y": 820000.0, "heading": 90.0, "field_of_view": 62.0, "near": 0.0}
    head |= {"duty": 1.0}
    # one whole number among them makes pandas hand out a copy of the ranges, as of a real fleet,
    # and not a read-only view, for which kernels would be compiled apart
    head |= dict.fromkeys(RANGE_COLUMNS, 10.0) | {RANGE_COLUMNS[0]: 10}
    fleet = Fleet(gpd.GeoDataFrame([head], geometry=gpd.points_from_xy([835000.0], [820000.0])))
    edges = len(streets.edges)
    rows = len(TASKS) * edges
    edge_ptr = np.add.outer(np.arange(len(TASKS)) * edges, np.arange(edges + 1)).astype(np.int64)
    seen = SightingArrays(edge_ptr, np.zeros(rows, np.int32), np.zeros(rows), np.full(rows, 10.0))
    length = streets.arrays.edge_length
    start = np.column_stack([np.zeros(edges), np.full(edges, 10.0)]).ravel()
    end = np.column_stack([np.full(edges, 10.0), length]).ravel()
    rank = np.tile(np.array([[1], [NEVER]], np.int32), (edges, len(TASKS)))
    inside = np.ones(2 * edges, bool)
    pieces = PieceArrays(np.arange(0, 2 * edges + 1, 2), start, end, rank, inside)
    return Sightings(fleet, streets, seen), FirstSeen(pieces)


if __name__ == "__main__":
    end_with_parent()
    PARTS[sys.argv[1]]()
