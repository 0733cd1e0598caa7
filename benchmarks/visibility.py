"""Compare polygons of what is seen with shapely's, in random scenes: areas and seconds.

python benchmarks/visibility.py [SCENES] [SEED]; 10,000 scenes by default, up to 40 walls each.
"""

import sys
import time
from pathlib import Path

import numpy as np
import shapely

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from oracles.shadows import random_scene, seen_area

from sim.sight.star import star_corners


def main(scenes=10_000, seed=0):
    rng = np.random.default_rng(seed)
    worst, seconds = 0.0, [0.0, 0.0]
    for _ in range(scenes):
        walls, view = random_scene(rng)
        times = [time.process_time()]
        found = shapely.Polygon(star_corners(walls, view)).area
        times.append(time.process_time())
        wanted = seen_area(walls, view)
        times.append(time.process_time())
        seconds = [a + b for a, b in zip(seconds, np.diff(times), strict=True)]
        worst = max(worst, abs(found - wanted) / wanted)
    print(f"{scenes:,} scenes, seed {seed}: largest relative difference of area {worst:.1e}")
    print(f"processor seconds: {seconds[0]:.1f} here, {seconds[1]:.1f} by shapely")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
