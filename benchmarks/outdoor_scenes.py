"""Sight over terrain and past crowns of trees, against sampling in space, on random scenes.

Each scene has a head, six houses on their own ground, four streets that rise and fall, and in two
rows of the table 20 crowns. Points drawn at random along every street are asked of both, for all
four tasks; those within a micrometre of an end of an interval, the stated bound, are counted and
not asked. Usage:

    python benchmarks/outdoor_scenes.py [--scenes 1000] [--samples 80] [--seed 11]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from oracles.solid_scenes import Scenes, compared

CASES: dict[str, dict[str, Any]] = {
    "level, no crowns": {"level": True},
    "hills, no crowns": {},
    "level, crowns": {"level": True, "crowns": 20},
    "hills, crowns": {"crowns": 20},
}


def main() -> None:
    """Print a row a case; exit with 1 where engine and sampling differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=1000)
    parser.add_argument("--samples", type=int, default=80)
    parser.add_argument("--seed", type=int, default=11)
    given = parser.parse_args()
    wrong = 0
    print(
        "| scenes | points x tasks | seen | at the bound | told otherwise |\n|---|---|---|---|---|"
    )
    for name, case in CASES.items():
        told = compared(Scenes(given.seed, given.scenes, **case), given.samples)
        wrong += told.differ
        print(f"| {given.scenes:,}: {name} | {told.points:,} | {told.seen:.1%} | "
              f"{told.near_ends} | {told.differ} |", flush=True)  # fmt: skip
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
