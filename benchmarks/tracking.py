"""The tracking benchmark: one command prints the table of times and memory.

    python benchmarks/tracking.py [--trips 100000] [--heads 60000] [--quick]

100,000 local walks, 12 totals and four tasks on 155,000 nodes: the walking graph of Mong Kok (or
the built-in sample) laid side by side, with the façades of its blocks, and heads at random places.
Each stage is timed once warm, compilation apart; the peak of memory is the whole process's.
"""

from __future__ import annotations

import argparse
import json
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
from sim.city import City, Places, Walls
from sim.city.streets import StreetNetwork
from sim.placement import place
from sim.sight.sightings import see
from sim.tracking import track
from sim.trips import Trips
from sim.trips.routing import edge_seconds, walk

TOTALS = 12


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
    walks = walk(streets, origin, target, person, seed=1, taste=0.2)
    seconds = edge_seconds(streets, 1.34)
    trip = np.repeat(np.arange(len(origin)), np.diff(walks.path_ptr))
    duration = np.bincount(trip, seconds[walks.path_edge], len(origin))
    table = pd.DataFrame(
        {"person": person, "kind": "home-market", "name": "", "name_zh": "", "named": False,
         "origin": origin, "destination": target, "length": walks.length, "duration_s": duration}
    )  # fmt: skip
    return Trips(table, walks.path_ptr, walks.path_edge, walks.path_backward)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--trips", type=int, default=100_000)
    parser.add_argument("--heads", type=int, default=60_000)
    parser.add_argument("--quick", action="store_true", help="four tiles, few heads and walks")
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    name, tile = one_tile()
    side = 2 if wanted.quick else int(np.ceil(np.sqrt(NODES / len(tile.nodes))))
    streets = tiled(tile, side, side)
    count, heads = (1000, 2000) if wanted.quick else (wanted.trips, wanted.heads)
    city = city_of(streets, tile, side)
    seconds: dict[str, float] = {}

    def timed(stage, work):
        begun = time.perf_counter()
        result = work()
        seconds[stage] = time.perf_counter() - begun
        return result

    totals = np.linspace(heads / TOTALS, heads, TOTALS).astype(int).tolist()
    fleet = timed("place", lambda: place(
        city, heads, strategy="random", share_rule="direct", street_share="high", seed=1
    ))  # fmt: skip
    few = trips_of(streets, 10)
    seen = see(city, fleet)
    track(city, seen, few, totals)  # compiles
    seen = timed("sight", lambda: see(city, fleet))
    pieces = timed("ranks", lambda: seen.first_seen)
    trips = timed("routing", lambda: trips_of(streets, count))
    report = timed("tracking", lambda: track(city, seen, trips, totals, pieces=pieces))
    timed("summary", lambda: report.summary)
    timed("curves", lambda: report.curves)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{name} × {side * side}: {len(streets.nodes):,} nodes, {len(streets.edges):,} edges, "
          f"{len(fleet):,} heads, {len(trips):,} walks × {TOTALS} totals × {len(TASKS)} tasks")
    print("\n| stage | s |\n|---|---|")
    for stage, value in seconds.items():
        print(f"| {stage} | {value:.2f} |")
    print(f"\npeak of memory {peak:.2f} GB")
    if wanted.out:
        wanted.out.write_text(json.dumps({"seconds": seconds, "peak_gb": peak}, indent=1) + "\n")


if __name__ == "__main__":
    main()
