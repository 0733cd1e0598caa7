"""The benchmark of the answer: one command prints its times.

    python benchmarks/answer.py [--trips 100000] [--heads 60000] [--quick]

The large network of `benchmarks/tracking.py` (155,000 nodes), 100,000 local walks: the largest
total at which each is still joined unseen, for every task, with ways closed and open; then the
whole answer at 12 totals with 2,000 walks searched for their lengths. Each is timed once warm, on
the wall and in seconds of the processor (all threads).
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from routing import NODES, local_walks, one_tile, tiled
from tracking import TOTALS, Clock, city_of

from sim.placement.placing import place
from sim.sight.ranks import FirstSeen
from sim.sight.sightings import Sightings, see
from sim.tracking.answer import answer, last_totals, unwatched, ways_of
from sim.trips.model import Trips


def walks_of(origin: np.ndarray, destination: np.ndarray) -> Trips:
    """Walks of one person each of which only the doors are known."""
    table = pd.DataFrame(
        {"person": np.arange(len(origin)), "kind": "home-market", "name": "", "name_zh": "",
         "named": False, "origin": origin, "destination": destination, "length": 1.0,
         "duration_s": 1.0}
    )  # fmt: skip
    none = np.zeros(0)
    return Trips(table, np.zeros(len(table) + 1, np.int64), none.astype("i4"), none.astype(bool))


def any_length(seen: Sightings, pieces: FirstSeen, city, trips: Trips) -> list[np.ndarray]:
    """The last total of every walk and task, ways closed and open."""
    a, table = city.streets.arrays, trips.table
    closed = unwatched(city.streets.edges["highway"].to_numpy(), a)
    both = ways_of(a, pieces.arrays, closed, city.roofs)
    start, end = (table[name].to_numpy(np.int64) for name in ("origin", "destination"))
    return [last_totals(ways, start, end) for ways in both]


def measure(tile, side: int, heads: int, walks: int) -> None:
    streets = tiled(tile, side, side) if side > 1 else tile
    city, clock = city_of(streets, tile, side), Clock()
    totals = np.linspace(heads / TOTALS, heads, TOTALS).astype(int).tolist()
    fleet = place(city, heads, strategy="random", share_rule="direct", street_share="high", seed=1)
    seen = see(city, fleet)
    pieces = seen.first_seen
    trips = walks_of(*local_walks(streets, walks))
    lasts = clock.timed("any length, every total", lambda: any_length(seen, pieces, city, trips))
    found = clock.timed("whole answer", lambda: answer(city, seen, trips, totals, pieces=pieces))
    assert np.array_equal(lasts[0][found.counted], found.closed.last[found.counted])
    print(
        f"\n{len(streets.nodes):,} nodes, {len(pieces.arrays.start):,} pieces, {len(fleet):,} "
        f"heads, {len(trips):,} walks, {len(found.searched):,} of them searched for lengths"
    )
    print("\n| stage | s | processor s |\n|---|---|---|")
    for stage, (wall, own) in clock.seconds.items():
        print(f"| {stage} | {wall:.2f} | {own:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--trips", type=int, default=100_000)
    parser.add_argument("--heads", type=int, default=60_000)
    parser.add_argument("--quick", action="store_true", help="four tiles, few heads and walks")
    wanted = parser.parse_args()
    _, tile = one_tile()
    side = 2 if wanted.quick else int(np.ceil(np.sqrt(NODES / len(tile.nodes))))
    walks, heads = (1000, 2000) if wanted.quick else (wanted.trips, wanted.heads)
    measure(tile, 1, 100, 20)  # compiles
    measure(tile, side, heads, walks)


if __name__ == "__main__":
    main()
