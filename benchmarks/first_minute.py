"""How long the first minutes with the simulator take: help, first run, later runs.

    python benchmarks/first_minute.py [CHECKOUT …] [--rounds 5]

Of each checkout (this one by default) in turn, so that what else the machine does meets all alike:
medians of seconds by the clock and of processor seconds, helpers included. What is run is the
announced plan on the built-in sample, one fleet. A first run begins with no compiled kernels and no
stages of earlier runs; a later one finds both; "other seed" finds the kernels alone. "README" is
the command that the README of the checkout begins with, kernels and stages of one fleet found.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
SCENARIO = """\
name: one_fleet
area: mong_kok_core
cameras:
  plan: as_announced
  totals: {2025-10: 4000, 2025-12: 11000, 2028: 60000, 2031: 66500}
trips: {people: 2000}
seed: 7
"""
RUN = ("-m", "sim", "run", "{folder}/one_fleet.yaml", "--out")
README = ("-m", "sim", "run", "scenarios/as_announced.yaml", "--out")
CASES = {
    "import sim": ("-c", "import sim"),
    "sim --help": ("-m", "sim", "--help"),
    "first run": (*RUN, "{folder}/run"),
    "later run": (*RUN, "{folder}/run"),
    "later run, --no-map": (*RUN, "{folder}/run", "--no-map"),
    "other seed": (*RUN, "{folder}/run", "--set", "seed={round}"),
    "--no-cache": (*RUN, "{folder}/run", "--no-cache"),
    "README": (*README, "{folder}/readme"),
    "README, again": (*README, "{folder}/readme"),
}


def took(checkout: Path, words: tuple[str, ...], folder: Path, number: int) -> tuple[float, float]:
    """Call Python in a checkout; return seconds by the clock and of the processor."""
    own = {
        "PYTHONPATH": str(checkout),
        "NUMBA_CACHE_DIR": str(folder / "kernels"),
        "HK_CAMERA_SIM_CACHE": str(folder / "stages"),
    }
    (folder / "one_fleet.yaml").write_text(SCENARIO, encoding="utf-8")
    filled = [word.format(folder=folder, round=100 + number) for word in words]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, *filled], cwd=checkout, env={**os.environ, **own}, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, spent


def main() -> None:
    """Print a table, a case a row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkouts", nargs="*", type=Path, default=[ROOT])
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    checkouts = [path.resolve() for path in asked.checkouts]
    found: dict[tuple[Path, str], list[tuple[float, float]]] = {}
    for number in range(asked.rounds):
        with tempfile.TemporaryDirectory() as folder:
            for case, words in CASES.items():
                for index, checkout in enumerate(checkouts):
                    own = Path(folder) / str(index)
                    own.mkdir(exist_ok=True)
                    found.setdefault((checkout, case), []).append(
                        took(checkout, words, own, number)
                    )
    print("| |", " | ".join(f"{path.name}: s, processor s" for path in checkouts), "|")
    print("|---|" + "---|" * len(checkouts))
    for case in CASES:
        cells = [zip(*found[path, case], strict=True) for path in checkouts]
        told = (", ".join(f"{median(values):.2f}" for values in cell) for cell in cells)
        print(f"| {case} |", " | ".join(told), "|")


if __name__ == "__main__":
    main()
