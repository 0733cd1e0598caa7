"""What a ground that rises and falls costs the sight stage of a whole city, beside level ground.

The same fleet looks through the same bundle, level and on hills on a grid of 5 m (made up, 40 m
high), or on a terrain model in the official form, in turn; all that sight needs is
found again each time: streets cut where the slope changes, and the ground under buildings and
heads. Roofs are known before. Usage:

    python benchmarks/terrain_cost.py BUNDLE [--cameras 60000] [--rounds 3] [--rough 0.3]
        [--terrain FILE]
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from sim.city.ground import Ground
from sim.city.loaders import City, load_city
from sim.city.sources.official_terrain import read_terrain
from sim.placement.placing import place
from sim.sight.sightings import see

CELL_M, MARGIN_M = 5.0, 300.0


def hills(city: City, rough: float = 0.0) -> Ground:
    """Make up a ground under a city; rough by a standard deviation at every square, m."""
    west, south, east, north = city.area.region.buffer(MARGIN_M).bounds
    x = np.arange(west, east, CELL_M, np.float32) - np.float32(west)
    y = np.arange(south, north, CELL_M, np.float32) - np.float32(south)
    height = 40 * np.sin(x / 400)[None, :] * np.cos(y / 300)[:, None]
    height += np.random.default_rng(1).normal(0, rough, height.shape).astype(np.float32)
    return Ground(west, south, CELL_M, height)


def main() -> None:
    """Print processor seconds of both, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle")
    parser.add_argument("--cameras", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rough", type=float, default=0.0)
    parser.add_argument("--terrain", type=Path)
    given = parser.parse_args()
    city = load_city(given.bundle)
    fleet = place(city, given.cameras, seed=7)
    ground = hills(city, given.rough)
    if given.terrain is not None:
        ground = read_terrain(given.terrain, city.area.region.bounds) or ground
    roofs = city.roofs
    taken: dict[str, list[float]] = {"level": [], "hills": []}
    for turn in range(given.rounds + 1):
        for name, under in (("level", None), ("hills", ground)):
            again = replace(city, ground=under)
            vars(again)["roofs"] = roofs
            begun = time.process_time()
            seen = see(again, fleet)
            cut = time.process_time()
            _ = seen.first_seen
            if turn:  # the first compiles
                taken[name].append(time.process_time() - begun)
            print(f"{name}: {cut - begun:.2f} s, with first-seen ranks "
                  f"{time.process_time() - begun:.2f} s, {len(again.open_streets.segment_x0):,} "
                  f"segments, {len(seen.arrays.head):,} sightings")  # fmt: skip
    level, sloping = (min(seconds) for seconds in taken.values())
    print(f"{len(fleet):,} cameras: hills take {sloping / level:.2f} times as long as level ground")


if __name__ == "__main__":
    main()
