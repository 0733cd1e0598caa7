"""What sight over a ground that rises and falls costs, beside level ground.

The same heads look at a grid of streets and houses, level and on a ground of hills. Usage:

    python benchmarks/relief.py
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from sim.city.ground import LEVEL, Ground, Relief, graded
from sim.sight.sightings import see_arrays

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from oracles.scenes import Head, box, head_arrays, street_arrays, wall_arrays

BLOCKS, PITCH, HEADS, ROUNDS = 60, 80.0, 6_000, 5


def main() -> None:
    """Print processor seconds of both, and their ratio."""
    rng = np.random.default_rng(1)
    side = BLOCKS * PITCH
    along = [[(0.0, k * PITCH), (side, k * PITCH)] for k in range(BLOCKS + 1)]
    edges = [*along, *[[(y, x) for x, y in line] for line in along]]
    cut = [[(a + (b - a) * t, c + (d - c) * t) for t in np.linspace(0, 1, BLOCKS + 1)]
           for (a, c), (b, d) in edges]  # fmt: skip
    houses = [(c * PITCH + 8, r * PITCH + 8) for c in range(BLOCKS) for r in range(BLOCKS)]
    walls = wall_arrays(
        [wall for x, y in houses for wall in box(x, y, x + 64, y + 64, rng.uniform(3, 60))]
    )
    heads = head_arrays(
        [Head(round(x / PITCH) * PITCH + 3, y, float(rng.uniform(0, 360)), 62.0, (80, 60, 40, 20))
         for x, y in rng.uniform(0, side, (HEADS, 2))]
    )  # fmt: skip
    axis = np.arange(-100.0, side + 200, 25.0)
    x, y = np.meshgrid(axis, axis)
    ground = Ground(-100.0, -100.0, 25.0, (40 * np.sin(x / 400) * np.cos(y / 300)).astype("f4"))
    streets = street_arrays(cut)
    sloping, slope = graded(ground, streets, streets)
    middle = np.array(houses)[walls.footprint // 4] + 32
    relief = Relief(slope, ground.at(*middle.T.copy()), ground.at(heads.x, heads.y))
    taken: dict[str, float] = {}
    for name, some, given in (("level", streets, LEVEL), ("hills", sloping, relief)):
        see_arrays(some, walls, heads, threads=1, relief=given)
        begun = time.process_time()
        for _ in range(ROUNDS):
            seen = see_arrays(some, walls, heads, threads=1, relief=given)
        taken[name] = (time.process_time() - begun) / ROUNDS
        print(f"{name}: {taken[name]:.3f} s, {len(some.segment_x0):,} segments, "
              f"{len(seen.head):,} sightings")  # fmt: skip
    print(f"hills take {taken['hills'] / taken['level']:.2f} times as long as level ground")


if __name__ == "__main__":
    main()
