"""Compile the kernels of walking and tracking in a second process, on a machine that has none yet.

Compiling is most of a first run. One process compiles one kernel at a time, so a second one takes
a walk down an invented street while the first looks through the city; both leave their kernels in
numba's cache on disk. Later runs find them there and start no second process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sim.city import StreetNetwork
    from sim.sight.ranks import FirstSeen
    from sim.sight.sightings import Sightings

LONGEST_S = 120.0


@contextmanager
def kernels_ahead() -> Iterator[subprocess.Popen[bytes] | None]:
    """Start compiling if nothing is on disk yet; wait with `wait_for` before the first walk."""
    process = None
    if not _on_disk():
        process = subprocess.Popen(  # a broken helper costs time only, so its words are dropped
            [sys.executable, "-P", "-m", "sim.scenario.compile_ahead"],
            env=_same_package(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    try:
        yield process
    finally:
        if process is not None:
            process.kill()
            process.wait()


def wait_for(process: subprocess.Popen[bytes] | None) -> None:
    """Wait until the kernels are on disk; what is missing then is compiled here."""
    if process is not None:
        try:
            process.wait(LONGEST_S)
        except subprocess.TimeoutExpired:
            process.kill()


def _same_package() -> dict[str, str]:
    """Let the second process import the very files of the first, for the cache hangs on them.

    A checkout in the working folder would otherwise come before an installed package.
    """
    paths = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _on_disk() -> bool:
    """Say whether the last kernel that the helper compiles lies in numba's cache."""
    from sim.tracking.report import _walk_curves

    kernel: Any = _walk_curves
    return any(Path(kernel.stats.cache_path).glob(f"report.{kernel.__name__}-*.nbi"))


def compile_walking_and_tracking() -> None:
    """Walk down an invented street of two edges, past one camera, and follow the walker."""
    import geopandas as gpd
    from shapely import LineString, Point

    from sim.area import HONG_KONG_CRS, Area
    from sim.cameras.optics import TASKS
    from sim.city import City, Places, StreetNetwork, Walls
    from sim.tracking import track
    from sim.trips.demand import sample_trips

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
    city = City(area, streets, Walls.none(HONG_KONG_CRS), Places(places))
    trips = sample_trips(city, people=2, seed=0, kinds=("home-market",))
    seen, pieces = _one_sighting(streets)
    report = track(city, seen, trips, [1], pieces=pieces)
    assert len(report.table) == len(trips) * len(TASKS)
    assert len(report.curves) == 2 * len(TASKS)


def _one_sighting(streets: StreetNetwork) -> tuple[Sightings, FirstSeen]:
    """One camera that sees the first ten metres of every edge, written down, not computed."""
    import geopandas as gpd

    from sim.cameras.fleet import RANGE_COLUMNS, Fleet
    from sim.cameras.optics import TASKS
    from sim.sight.ranks import NEVER, FirstSeen, PieceArrays
    from sim.sight.sightings import SightingArrays, Sightings

    head: dict[str, object] = {"rank": 1, "area_rank": 1, "site": 0, "mount": 4.0, "deck": "street"}
    head |= {"x": 835000.0, "y": 820000.0, "heading": 90.0, "field_of_view": 62.0, "near": 0.0}
    head |= {"duty": 1.0}
    head |= dict.fromkeys(RANGE_COLUMNS, 10.0)
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
    compile_walking_and_tracking()
