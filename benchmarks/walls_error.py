"""How wrong are façades inferred from streets? Blocks against real footprints, per task and head.

    python benchmarks/walls_error.py [FILE.osm.pbf ...]

Each extract is read once and looked at three times by the same heads: with its mapped footprints,
with the blocks that would be inferred if none were mapped, and with no walls at all. Then a hole is
torn into the middle of the mapped buildings and filled as an import fills it ("mixed"). What is
printed are the tables of docs/walls.md.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from sim.cameras.optics import TASKS
from sim.city.from_files import import_files
from sim.city.gaps import unmapped
from sim.city.linear_referencing import points_at
from sim.city.walls import Walls
from sim.placement.placing import place
from sim.sight.sightings import see

SHARED = ROOT.parent / "shared" / "data" / "cities"
EXTRACTS = {"helsinki.osm.pbf": 2_000, "las_palmas.osm.pbf": 12_000}
"""Heads on each: about 20 a kilometre in a dense centre, 6 in a whole municipality."""
HEADS_PER_KM = 10
SEED = 7
HOLE_M = 500.0
CORE_M = 100.0
"""Houses at the rim of a hole reach so far into it that nothing is filled there."""


def read(path: Path):
    """Return the city, its three kinds of walls, and heads that all of them share."""
    city = import_files([path], path.name.split(".")[0])
    total = EXTRACTS.get(path.name, round(HEADS_PER_KM * city.streets.length_km))
    fleet = place(city, total, share_rule="direct", street_share="high", seed=SEED)
    mapped = city.walls.footprints
    walls = {
        "footprints": Walls.from_footprints(mapped[mapped["kind"] == "footprint"]),
        "blocks": Walls.from_streets(city.streets, city.area.region),
        "no walls": Walls.none(city.area.crs),
    }
    return city, walls, fleet


def measured(city, walls, fleet):
    """Coverage of the streets per task; per head the metres seen and how far it sees, per task."""
    seen = see(replace(city, walls=walls), fleet)
    coverage = seen.first_seen.coverage(int(fleet.heads["rank"].max()))
    arrays, streets = seen.arrays, city.streets.arrays
    metres = np.zeros((len(TASKS), len(fleet)))
    far = np.zeros((len(TASKS), len(fleet)))
    place_of = fleet.heads[["x", "y"]].to_numpy()
    edges = np.arange(len(streets.edge_u))
    for k, ptr in enumerate(arrays.edge_ptr):
        rows = slice(ptr[0], ptr[-1])
        edge, head = np.repeat(edges, np.diff(ptr)), arrays.head[rows]
        np.add.at(metres[k], head, (arrays.end - arrays.start)[rows])
        for t in (arrays.start[rows], arrays.end[rows]):
            away = np.hypot(*(points_at(streets, edge, t) - place_of[head]).T)
            np.maximum.at(far[k], head, away)
    return coverage, metres, far


def row(cells) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def print_tables(path: Path) -> None:
    city, walls, fleet = read(path)
    found = {kind: measured(city, w, fleet) for kind, w in walls.items()}
    true = found["footprints"]
    print(
        f"\n{city.area.name}: {city.streets.length_km:,.0f} km, "
        f"{len(walls['footprints'].footprints):,} footprints, "
        f"{len(walls['blocks'].footprints):,} blocks, {len(fleet):,} heads\n"
    )
    columns = ["coverage with footprints", "with blocks", "no walls", "metres a head sees, blocks",
               "no walls", "farthest, m: footprints", "blocks: median difference",
               "heads within 5 m"]  # fmt: skip
    print(row(["task", *columns]))
    print(row(["---"] * (len(columns) + 1)))
    for k, task in enumerate(TASKS):
        share = [f"{100 * found[kind][0][task]:.1f} %" for kind in found]
        metres = [
            f"{100 * (found[kind][1][k].sum() / true[1][k].sum() - 1):+.0f} %"
            for kind in ("blocks", "no walls")
        ]
        apart = found["blocks"][2][k] - true[2][k]
        far = [
            f"{np.median(true[2][k]):.0f}",
            f"{np.median(apart):+.1f} m ({np.percentile(apart, 10):+.0f} to "
            f"{np.percentile(apart, 90):+.0f})",
            f"{100 * (abs(apart) <= 5).mean():.0f} %",
        ]
        print(row([task, *share, *metres, *far]))
    print_hole(city, walls["footprints"], fleet)


def print_hole(city, footprints, fleet) -> None:
    """Tear a hole of HOLE_M into the densest quarter, fill it, and compare the streets in it."""
    shape = footprints.footprints.geometry.to_numpy()
    middle = np.median(shapely.get_coordinates(shapely.centroid(shape)), axis=0)
    hole = shapely.Point(middle).buffer(HOLE_M)
    left = footprints.footprints[~shapely.intersects(hole, shape)]
    torn = Walls.from_footprints(left)
    gap = unmapped(city.streets, left, city.area.region)
    filled = torn.with_blocks(Walls.from_streets(city.streets, gap))
    found = shapely.intersection(gap, hole).area / hole.area
    core = hole.buffer(-CORE_M)
    inside = replace(city, area=replace(city.area, polygon=core))
    shares = [
        see(replace(inside, walls=walls), fleet).first_seen.coverage(len(fleet))
        for walls in (footprints, filled, torn)
    ]
    print(
        f"\nA hole of {HOLE_M:.0f} m: {len(shape) - len(left):,} footprints taken out, "
        f"{found:.0%} of its area found and filled; streets at least {CORE_M:.0f} m inside\n"
    )
    print(row(["task", "with footprints", "mixed", "left open"]))
    print(row(["---"] * 4))
    for task in TASKS:
        print(row([task, *(f"{100 * share[task]:.1f} %" for share in shares)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    for path in parser.parse_args().files or [SHARED / name for name in EXTRACTS]:
        if not path.exists():
            raise SystemExit(f"{path}: not here; give an .osm.pbf with streets and buildings")
        print_tables(path)


if __name__ == "__main__":
    main()
