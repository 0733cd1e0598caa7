"""Compile the kernels of walks in a process beside, on a machine that has none yet.

Compiling is most of a first run, and one process compiles one kernel at a time. While the run
places cameras and looks through the city, a helper takes walks down an invented street and searches
it for other ways, and leaves the kernels in numba's cache on disk, those first that the run needs
first; what it has not begun when the run would wait, the run compiles itself. Later runs find them
there and start no other process.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point

from sim.area import HONG_KONG_CRS, Area
from sim.cameras.fleet import RANGE_COLUMNS, Fleet
from sim.cameras.optics import TASKS
from sim.city.ground import Ground
from sim.city.model import City
from sim.city.places import Places
from sim.city.streets import StreetNetwork
from sim.city.walls import Walls
from sim.first_run import Claims, Compiling, all_compiled, begin_compiling, begun_early
from sim.jit import on_disk
from sim.processes import end_with_parent, seek_cycles_seldom
from sim.sight.arrays import NEVER, PieceArrays, SightingArrays
from sim.sight.isovist import isovist_polygons, outline_fields
from sim.sight.ranks import FirstSeen
from sim.sight.sightings import Sightings
from sim.tracking.answer import answer
from sim.tracking.avoidance import avoidance
from sim.tracking.exposure import expected_metres, exposure
from sim.tracking.kernels.avoidance import search_walks
from sim.tracking.kernels.curves import walk_curves
from sim.tracking.kernels.linking import follow
from sim.tracking.kernels.recognition import count_faces
from sim.tracking.kernels.reconstruction import retrace
from sim.tracking.kernels.walks import met_by
from sim.tracking.parameters import TrackingParameters
from sim.tracking.percolation import dark_network
from sim.tracking.recognition import recognition_burden
from sim.tracking.reconstruction import reconstruction
from sim.tracking.report import TrackReport, follow_walks
from sim.tracking.software import read_by_software
from sim.tracking.walks import head_steps, new_spells, path_arrays, seen_arrays, step_pieces
from sim.trips.model import Trips

LONGEST_S = 120.0
ASKED_EVERY_S = 0.02


@dataclass
class KernelsAhead:
    """What processes beside this one compile."""

    compiling: Compiling = field(default_factory=Compiling)

    @property
    def helpers(self) -> list[subprocess.Popen[bytes]]:
        """The processes."""
        return self.compiling.helpers

    def wait_for(self, *parts: str) -> None:
        """Wait until parts are on disk, and compile meanwhile what no process has taken yet.

        What is missing when all others have ended is compiled where it is called.
        """
        end = time.monotonic() + LONGEST_S
        for part in parts:
            while self._is_awaited(part):
                if any(self._compiled_here(other) for other in (part, *reversed(PARTS))):
                    continue
                if time.monotonic() > end:
                    for process in self.helpers:
                        process.kill()
                        process.wait()
                time.sleep(ASKED_EVERY_S)

    def _is_awaited(self, part: str) -> bool:
        working = any(process.poll() is None for process in self.helpers)
        return working and not on_disk(PARTS[part].last)

    def _compiled_here(self, part: str) -> bool:
        """Compile a part that is missing and not taken; return whether it was."""
        if on_disk(PARTS[part].last) or not self.compiling.claims.take(part):
            return False
        PARTS[part].compile()
        return True


@contextmanager
def kernels_ahead() -> Iterator[KernelsAhead]:
    """Compile what is not on disk yet beside; wait for a part before it is called."""
    compiling = begun_early()
    early = compiling is not None
    if all_on_disk():
        if compiling is not None:
            compiling.end()
        compiling = Compiling()
    compiling = begin_compiling() if compiling is None else compiling
    try:
        yield KernelsAhead(compiling)
    finally:
        compiling.end()
        if early and all_on_disk():
            all_compiled()


def all_on_disk() -> bool:
    """Return whether no part is missing."""
    return all(on_disk(part.last) for part in PARTS.values())


def compile_exposing() -> None:
    """Measure how much of a walk down the invented street one camera sees, and may see."""
    s = _seen_street()
    cut = [step_pieces(s.pieces.arrays, task, np.array([1])) for task in range(len(TASKS))]
    paths, heads = path_arrays(s.city.streets, s.trips), head_steps(s.seen.fleet, np.array([1]))
    exposure(paths, heads, s.seen.arrays, cut, 1)
    expected_metres(paths, heads, s.seen.arrays, np.full(1, 0.5), 1)
    assert len(_report(s).curves) == 2 * len(TASKS)


def compile_following() -> None:
    """Follow the walker."""
    s = _seen_street()
    report = follow_walks(s.city, s.seen, s.trips, [1], pieces=s.pieces)
    assert len(report.table) == len(s.trips) * len(TASKS)


def compile_answering() -> None:
    """Ask whether the walk can still be made unseen, for dark parts, and for faces."""
    s = _seen_street()
    known = answer(s.city, s.seen, s.trips, [1], pieces=s.pieces)
    read_by_software(s.city, s.seen, s.trips, [1], known, pieces=s.pieces)
    dark_network(s.city, s.seen, s.pieces).curve("detect")
    recognition_burden(s.seen, _report(s))


def compile_drawing() -> None:
    """Draw what the camera sees."""
    s = _seen_street()
    isovist_polygons(s.city.walls, s.seen.fleet)


def compile_searching() -> None:
    """Search the invented street for the least seen way."""
    s = _seen_street()
    avoidance(s.city.streets, s.pieces.arrays, s.trips, [1])


def compile_retracing() -> None:
    """Find the walk again from what the camera saw of it."""
    s = _seen_street()
    rules = TrackingParameters()
    reconstruction(s.city.streets, s.seen, s.trips, [1], seed=0, parameters=rules)


def compile_meeting() -> None:
    """Find whom the camera meets on the walk, of which rules alone ask."""
    s = _seen_street()
    paths, heads = path_arrays(s.city.streets, s.trips), head_steps(s.seen.fleet, np.array([1]))
    seen = seen_arrays(s.seen.arrays, 0)
    met_by(0, paths, seen, new_spells(np.arange(1), paths, seen, heads))


def compile_sloping() -> None:
    """Cut the street where the slope of a hill changes, of which cities on a terrain alone ask."""
    hill = Ground(834900.0, 819900.0, 25.0, np.array([[0, 9] * 8] * 5, np.float32))
    assert len(replace(_one_street(), ground=hill).open_streets.segment_x0) > 2


class Part(NamedTuple):
    """Kernels that are compiled one after the other."""

    compile: Callable[[], None]
    last: Any
    """The kernel that is compiled last: where it is on disk, all are."""


PARTS = {
    "exposing": Part(compile_exposing, walk_curves),
    "following": Part(compile_following, follow),
    "answering": Part(compile_answering, count_faces),
    "searching": Part(compile_searching, search_walks),
    "drawing": Part(compile_drawing, outline_fields),
    "retracing": Part(compile_retracing, retrace),
}
WALKS = ("exposing", "following")
ANSWERS = ("answering",)
SEARCHES = ("searching", "drawing", "retracing")
"""Parts that are called to follow walks, to answer, and to write cameras and search other ways."""


class _Street(NamedTuple):
    """An invented street with one camera and one walk."""

    city: City
    trips: Trips
    seen: Sightings
    pieces: FirstSeen


def _seen_street() -> _Street:
    city = _one_street()
    return _Street(city, _one_walk(city.streets), *_one_sighting(city.streets))


def _report(s: _Street) -> TrackReport:
    paths = path_arrays(s.city.streets, s.trips)
    return TrackReport(s.trips, (1,), {}, paths, s.pieces.arrays)


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
    seek_cycles_seldom()
    claims = Claims.told(sys.argv[1:])
    for name in claims.ends:
        if not on_disk(PARTS[name].last) and claims.take(name):
            PARTS[name].compile()
