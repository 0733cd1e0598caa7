"""How many people are enough: figures and their standard errors over 250 to 16,000 people.

    python benchmarks/convergence.py [--seeds 20] [--area mong_kok_core]

Streets and cameras stay the same; only who walks is drawn again, for every number of people with
so many seeds. `se` is what summary.json reports (mean over the seeds), `spread` the standard
deviation of the figure itself over the seeds: where the two agree, the reported error is true.
Prints tables in Markdown, those in docs/convergence.md.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

import sim

PEOPLE = (250, 500, 1_000, 2_000, 4_000, 8_000, 16_000)
TOTALS = (4_000, 60_000)
TASK = "recognise"
SHARES = {"walk seen": "observed_length", "tracked live": "tracked_live"}
METRES = {"longest dark gap": "longest_gap_m"}


def figures(summary):
    """The figures of one run: by name, value and standard error, percent or metres."""
    found = {}
    for total in TOTALS:
        numbers = summary[total][TASK]
        for name, key in SHARES.items():
            found[name, total] = 100 * numbers[key]["mean"], 100 * numbers[key]["se"]
        for name, key in METRES.items():
            found[name, total] = numbers[key]["mean"], numbers[key]["se"]
        unseen = numbers["unseen_trips"], numbers["unseen_trips_se"]
        found["walks unseen", total] = tuple(100 * value for value in unseen)
    return found


def measured(area, seeds):
    """Values and errors for each number of people and each seed."""
    city = sim.load_city(area)
    seen = sim.see(city, sim.place(city, TOTALS[-1], seed=7))
    pieces = seen.first_seen
    runs = {}
    for people in PEOPLE:
        for seed in range(seeds):
            trips = sim.sample_trips(city, people=people, seed=1000 + seed)
            tracked = sim.track(city, seen, trips, TOTALS, pieces=pieces)
            runs[people, seed] = figures(tracked.summary)
            print(f"\r{people:,} people, seed {seed}", end="", file=sys.stderr)
    print(file=sys.stderr)
    return runs


def table(runs, seeds, total):
    """A row a number of people: for each figure mean ± se and, in brackets, the spread."""
    names = [name for name in runs[PEOPLE[0], 0] if name[1] == total]
    units = ["m" if name in METRES else "%" for name, _ in names]
    heads = [f"{name}, {unit}" for (name, _), unit in zip(names, units, strict=True)]
    yield f"| people, at {total:,} cameras | " + " | ".join(heads) + " |"
    yield "|" + "---:|" * (len(names) + 1)
    for people in PEOPLE:
        cells = []
        for name in names:
            values, errors = np.array([runs[people, seed][name] for seed in range(seeds)]).T
            cells.append(f"{values.mean():.1f} ± {errors.mean():.2f} ({values.std(ddof=1):.2f})")
        yield f"| {people:,} | " + " | ".join(cells) + " |"


def main():
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("--seeds", type=int, default=20)
    words.add_argument("--area", default="mong_kok_core")
    asked = words.parse_args()
    if asked.seeds < 2:
        words.error("--seeds: a spread needs at least 2")
    runs = measured(asked.area, asked.seeds)
    print("\n\n".join("\n".join(table(runs, asked.seeds, total)) for total in TOTALS))


if __name__ == "__main__":
    main()
