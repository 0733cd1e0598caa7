"""Ask ten million questions of the engine and of straight lines of sight in shapely.

    python benchmarks/agreement.py [--pairs 10000000] [--pbf FILE | --mong-kok FILE]

Every head asks about points of streets in its range; touches (within a micrometre of a decision)
are left out and counted. One disagreement ends it with exit code 1. Without a file it takes the
generated city.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from city_scene import city, fleet
from oracles.lines_of_sight import LinesOfSight, compare, points_on
from real_scenes import openstreetmap

from sim.sight.sightings import see_arrays

REACH = (128.0, 51.0, 26.0, 13.0)
CHUNK_HEADS = 400
POINTS_A_HEAD = 1000


def mong_kok(file: Path):
    """Read the walking graph; walls are the blocks between its streets."""
    import geopandas as gpd

    from sim.city.streets import StreetNetwork
    from sim.city.walls import Walls

    network = StreetNetwork.build(
        gpd.read_file(file, layer="nodes"), gpd.read_file(file, layer="edges")
    )
    walls = Walls.from_streets(network, shapely.box(*network.edges.total_bounds))
    return network.arrays, walls.arrays, walls.footprints.geometry.to_numpy()


def ask(streets, heads, cloud: tuple, rng: np.random.Generator, of: NDArray[np.int64]):
    """Questions (edge, head, t): points of a cloud on the streets that lie in range."""
    tree, edge, t = cloud
    disc = shapely.buffer(shapely.points(heads.x[of], heads.y[of]), REACH[0])
    which, point = tree.query(disc, predicate="intersects")
    keep = rng.random(len(which)) < POINTS_A_HEAD * len(of) / max(len(which), 1)
    return edge[point[keep]], of[which[keep]], t[point[keep]]


def main() -> int:
    """Ask until there are enough answers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=10_000_000)
    parser.add_argument("--pbf", type=Path)
    parser.add_argument("--mong-kok", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    began = time.perf_counter()
    if given.pbf:
        streets, walls, footprints = openstreetmap(given.pbf)
    elif given.mong_kok:
        streets, walls, footprints = mong_kok(given.mong_kok)
    else:
        streets, walls, footprints = city(30)
    walls = walls._replace(top=np.full(len(walls.top), np.inf))
    oracle = LinesOfSight(footprints)
    rng = np.random.default_rng(given.seed)
    km = streets.edge_length.sum() / 1000
    edge = rng.choice(len(streets.edge_length), int(400 * km), p=streets.edge_length / km / 1000)
    t = rng.uniform(0, streets.edge_length[edge])
    cloud = shapely.STRtree(shapely.points(*points_on(streets, edge, t))), edge, t
    decided = undecided = seen_points = 0
    heads_asked = 0
    while decided < given.pairs:
        heads = fleet(streets, 3 * CHUNK_HEADS, REACH, 62.0, seed=int(rng.integers(1 << 30)))
        fov = rng.choice([30.0, 62.0, 90.0, 180.0, 270.0, 360.0], len(heads.x))
        near = rng.choice([0.0, 3.8], len(heads.x))
        heads = heads._replace(field_of_view=fov, near=near)
        free = np.flatnonzero(oracle.outside(heads.x, heads.y))[:CHUNK_HEADS]
        seen = see_arrays(streets, walls, heads)
        task = int(rng.choice(4, p=(0.7, 0.1, 0.1, 0.1)))
        questions = ask(streets, heads, cloud, rng, free)
        both, wrong, touch, truth, engine = compare(streets, heads, seen, oracle, *questions, task)
        if len(wrong):
            for i in wrong[:10]:
                h = questions[1][i]
                print(
                    f"DISAGREE head ({heads.x[h]!r}, {heads.y[h]!r}) heading {heads.heading[h]!r} "
                    f"fov {fov[h]} near {near[h]} edge {questions[0][i]} t {questions[2][i]!r} "
                    f"task {task}: shapely {truth[i]}, engine {engine[i]}"
                )
            return 1
        decided += both
        undecided += touch
        seen_points += int((truth == 1).sum())
        heads_asked += len(free)
        took = time.perf_counter() - began
        print(f"\r{decided:,} pairs, {heads_asked:,} heads, {took:.0f} s", end="", file=sys.stderr)
    print(file=sys.stderr)
    print(
        f"{decided:,} (head, point) pairs of {heads_asked:,} heads decided by both, "
        f"0 disagreements; {seen_points:,} seen; {undecided:,} touches left out; {took:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
