"""How the cost of a run grows with heads, trips, totals, walls and districts.

    python benchmarks/scaling.py TERRITORY.osm.pbf FOLDER [--only heads walls …] [--steps 4]

TERRITORY is what `benchmarks/territory.py make` wrote. One size after the other is doubled while
the others stay, each run in a process of its own with nothing kept from before. For every stage
its processor seconds are printed and the exponent of the power of the size that fits them best
(1 is in proportion): least squares of the logarithms, without stages that take less than a fifth
of a second throughout. Districts are added one by one, with heads and trips in proportion to the
kilometres of streets, and counted in kilometres; their import is a stage too.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import numpy as np
from run_cost import measure
from territory import IMPORT, measured

SMALL = ["Sha Tin", "Tai Po"]
"""The districts in which all but districts is varied."""
GROWING = [
    "Sha Tin",
    "Tai Po",
    "North",
    "Yuen Long",
    "Tuen Mun",
    "Tsuen Wan",
    "Islands",
    "Sai Kung",
]
HEADS, PEOPLE, TOTALS = 60_000, 8_000, 4
TOGETHER = "cameras, sight, trips"
"""Walks are drawn beside cameras and sight: their processor seconds cannot be told apart."""
LEAST_SECONDS = 0.2
WANTED = 1.05


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extract", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", default=list(KINDS))
    parser.add_argument("--steps", type=int, default=4)
    given = parser.parse_args()
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["HK_CAMERA_SIM_DATA"] = str(folder / "bundles")
    imported(given.extract, folder, "small", SMALL)
    cost(asked("small", HEADS // 8, PEOPLE // 8, 2))  # compiles the kernels
    for kind in given.only:
        KINDS[kind](given.extract, folder, given.steps)


def imported(extract: Path, folder: Path, name: str, districts: list[str]) -> float:
    """Import districts as a bundle; return processor seconds."""
    words = ("data", "import", str(extract.resolve()), "--name", name)
    area = ",".join(districts)
    return measured(ROOT, folder, IMPORT, *words, "--area", area, quiet=True)["cpu"]


def asked(area: str, heads: int, people: int, totals: int) -> dict:
    """Return a scenario as plain data; heads are those of the area."""
    steps = [round(heads * (k + 1) / totals) for k in range(totals)]
    cameras = {"totals": steps, "strategy": "junctions", "share_rule": "direct"}
    return {"name": "scaling", "area": area, "cameras": cameras, "trips": {"people": people},
            "tracking": {"subsample": 200}, "seed": 7}  # fmt: skip


def cost(scenario: dict) -> dict:
    """Run a scenario, and return its sizes and the processor seconds of its stages."""
    with tempfile.TemporaryDirectory() as folder:
        row = measure(scenario, folder)
    stages = {key[2:]: value for key, value in row.items() if key.startswith("c_")}
    stages.pop("start", None)
    together = {TOGETHER: sum(stages.pop(name) for name in ("cameras", "sight", "trips"))}
    stages = {"city": stages.pop("city"), **together, **stages}
    return {**row, "stages": {**stages, "all": sum(stages.values())}}


def heads(_: Path, __: Path, steps: int) -> None:
    rows = [cost(asked("small", HEADS >> k, PEOPLE, TOTALS)) for k in reversed(range(steps))]
    show("heads", [(row["heads"], row["stages"]) for row in rows])


def trips(_: Path, __: Path, steps: int) -> None:
    rows = [cost(asked("small", HEADS, PEOPLE << k, TOTALS)) for k in range(steps)]
    show("trips", [(row["trips"], row["stages"]) for row in rows])


def totals(_: Path, __: Path, steps: int) -> None:
    rows = [cost(asked("small", HEADS, PEOPLE, TOTALS << k)) for k in range(steps)]
    show("totals", [(row["totals"], row["stages"]) for row in rows])


def walls(_: Path, folder: Path, steps: int) -> None:
    """The same streets with half of the footprints, a quarter and so on, taken evenly."""
    from sim.city.bundle import save_bundle
    from sim.city.loaders import load_city
    from sim.city.walls import Walls

    city, rows = load_city("small"), []
    for k in reversed(range(steps)):
        footprints = city.walls.footprints.iloc[:: 1 << k].reset_index(drop=True)
        some = replace(city.walls, footprints=footprints)
        assert isinstance(some, Walls)
        save_bundle(replace(city, walls=some), folder / "bundles" / "fewer_walls")
        row = cost(asked("fewer_walls", HEADS, PEOPLE, TOTALS))
        rows.append((len(some.arrays.x0), row["stages"]))
    show("walls", rows)


def districts(extract: Path, folder: Path, steps: int) -> None:
    rows, first = [], None
    for k in range(steps):
        own = GROWING[: 1 << k]
        seconds = imported(extract, folder, "growing", own)
        from sim.city.loaders import load_city

        km = load_city("growing").streets.length_km
        first = first or km
        part = km / first / 4
        row = cost(asked("growing", round(HEADS * part), round(PEOPLE * part), TOTALS))
        rows.append((round(km), {"import": seconds, **row["stages"]}))
    show("km of streets, districts added", rows)


KINDS = {"heads": heads, "trips": trips, "totals": totals, "walls": walls, "districts": districts}


def exponent(sizes: list[float], seconds: list[float]) -> float:
    """The power of the size that fits the seconds best."""
    return float(np.polyfit(np.log(sizes), np.log(np.maximum(seconds, 1e-9)), 1)[0])


def show(name: str, rows: list[tuple[float, dict[str, float]]]) -> None:
    """Print a table of stages; exponents above the wanted one are marked."""
    sizes = [size for size, _ in rows]
    print(f"\n| {name} | " + " | ".join(f"{size:,}" for size in sizes) + " | exponent |")
    print("|---" * (len(sizes) + 2) + "|")
    for stage in rows[0][1]:
        seconds = [stages[stage] for _, stages in rows]
        fitted = "–"
        if max(seconds) >= LEAST_SECONDS:
            power = exponent(sizes, seconds)
            fitted = f"**{power:.2f}**" if power > WANTED else f"{power:.2f}"
        print(f"| {stage} | " + " | ".join(f"{s:.2f}" for s in seconds) + f" | {fitted} |")
    print(f"\nprocessor seconds; load {os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    main()
