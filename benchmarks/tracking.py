"""The tracking benchmark: one command prints the table of times and memory.

    python benchmarks/tracking.py [--trips 100000] [--heads 60000] [--quick]

Two networks: the walking graph of Mong Kok (or the built-in sample), and the same laid side by side
until it has 155,000 nodes; with the façades of its blocks, and heads at random places, as dense on
both. 12 totals and four tasks; 100,000 local walks on the large network. Figures that need a search
for every walk are those of 500 walks. Each stage is timed once warm, compilation apart, on the wall
and in seconds of the processor (all threads); the load of the machine is printed beside them. The
peak of memory is the whole process's.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from routing import GAP_M, NODES, local_walks, one_tile, tiled

from sim.area import Area
from sim.cameras.optics import TASKS
from sim.city.model import City
from sim.city.places import Places
from sim.city.streets import StreetNetwork
from sim.city.walls import Walls
from sim.placement.placing import place
from sim.processes import available_cores
from sim.sight.sightings import see
from sim.tracking.percolation import dark_network
from sim.tracking.recognition import recognition_burden
from sim.tracking.report import follow_walks
from sim.tracking.subsample import subsample
from sim.tracking.unicity import unicity
from sim.trips.model import Trips
from sim.trips.routing import edge_seconds, walk

TOTALS = 12
SEARCHED = 500
RANK_BASED = ("tracking", "summary", "curves", "dark network", "recognition")
"""After routing: what follows from ranks, no search for a walk."""


def city_of(streets: StreetNetwork, tile: StreetNetwork, side: int) -> City:
    """A city of its own, all of it counted, with the façades of each tile's blocks."""
    region = shapely.box(*streets.nodes.total_bounds).buffer(100)
    area = Area("tiles", "", region, region, str(streets.crs), (), 0.0)
    blocks = Walls.from_streets(tile, shapely.box(*tile.nodes.total_bounds)).footprints
    pitch = np.array([np.ptp(tile.arrays.node_x), np.ptp(tile.arrays.node_y)]) + GAP_M
    moved = [
        blocks.set_geometry(blocks.translate(*(pitch * (k % side, k // side))))
        for k in range(side * side)
    ]
    walls = Walls.from_footprints(pd.concat(moved, ignore_index=True))
    return City(area, streets, walls, Places.empty(str(streets.crs)))


def trips_of(streets: StreetNetwork, count: int) -> Trips:
    """Walks of one person each, with a taste of their own."""
    origin, target = local_walks(streets, count)
    person = np.arange(len(origin))
    walks = walk(streets, origin, target, person, seed=1, cost_dispersion=0.2)
    seconds = edge_seconds(streets, 1.34)
    trip = np.repeat(np.arange(len(origin)), np.diff(walks.path_ptr))
    duration = np.bincount(trip, seconds[walks.path_edge], len(origin))
    table = pd.DataFrame(
        {"person": person, "kind": "home-market", "name": "", "name_zh": "", "named": False,
         "origin": origin, "destination": target, "length": walks.length, "duration_s": duration}
    )  # fmt: skip
    return Trips(table, walks.path_ptr, walks.path_edge, walks.path_backward)


class Clock:
    """Wall and processor seconds of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, tuple[float, float]] = {}

    def timed(self, stage, work):
        wall, own = time.perf_counter(), time.process_time()
        result = work()
        self.seconds[stage] = time.perf_counter() - wall, time.process_time() - own
        return result

    def sum_of(self, stages) -> tuple[float, float]:
        return tuple(sum(self.seconds[stage][k] for stage in stages) for k in (0, 1))


def measure(name: str, tile: StreetNetwork, side: int, heads: int, walks: int) -> Clock:
    """Run every stage on a network of side × side tiles and print the table."""
    streets = tiled(tile, side, side) if side > 1 else tile
    city, clock = city_of(streets, tile, side), Clock()
    totals = np.linspace(heads / TOTALS, heads, TOTALS).astype(int).tolist()
    fleet = clock.timed("place", lambda: place(
        city, heads, strategy="random", share_rule="direct", street_share="high", seed=1
    ))  # fmt: skip
    seen = clock.timed("sight", lambda: see(city, fleet))
    pieces = clock.timed("ranks", lambda: seen.first_seen)
    trips = clock.timed("routing", lambda: trips_of(streets, walks))
    report = clock.timed("tracking", lambda: follow_walks(
        city, seen, trips, totals, pieces=pieces
    ))  # fmt: skip
    clock.timed("summary", lambda: report.summary)
    clock.timed("curves", lambda: report.curves)
    dark = clock.timed("dark network", lambda: dark_network(city, seen, pieces))
    assert len(dark.curve("identify"))
    clock.timed("recognition", lambda: recognition_burden(seen, report))
    searches = f"{SEARCHED} walks searched"
    clock.timed(searches, lambda: subsample(
        city, seen, trips, totals, pieces=pieces, walks=SEARCHED
    ))  # fmt: skip
    clock.timed("unicity", lambda: unicity(seen, trips, totals, seed=1))
    print(
        f"\n{name} × {side * side}: {len(streets.nodes):,} nodes, {len(streets.edges):,} edges, "
        f"{len(fleet):,} heads, {len(trips):,} walks × {TOTALS} totals × {len(TASKS)} tasks"
    )
    print("\n| stage | s | processor s |\n|---|---|---|")
    rows = {**clock.seconds, "**all from ranks**": clock.sum_of(RANK_BASED),
            "**all searched**": clock.sum_of((searches, "unicity"))}  # fmt: skip
    for stage, (wall, own) in rows.items():
        print(f"| {stage} | {wall:.2f} | {own:.2f} |")
    return clock


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--trips", type=int, default=100_000)
    parser.add_argument("--heads", type=int, default=60_000)
    parser.add_argument("--quick", action="store_true", help="four tiles, few heads and walks")
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    name, tile = one_tile()
    side = 2 if wanted.quick else int(np.ceil(np.sqrt(NODES / len(tile.nodes))))
    walks, heads = (1000, 2000) if wanted.quick else (wanted.trips, wanted.heads)
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        measure(name, tile, 1, 100, 20)  # compiles
    begun = os.getloadavg()[0]
    one = measure(name, tile, 1, heads // side**2, walks // side**2)
    many = measure(name, tile, side, heads, walks)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"\npeak of memory {peak:.2f} GB; load {begun:.1f} before, {os.getloadavg()[0]:.1f} after, "
        f"on {available_cores()} cores"
    )
    if wanted.out:
        found = {"one": one.seconds, "many": many.seconds, "peak_gb": peak}
        wanted.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
