"""What a run costs over a grid of scenarios: processor seconds, memory, disk; and the constants.

    python benchmarks/run_cost.py measure costs.csv    each run in a process of its own
    python benchmarks/run_cost.py fit costs.csv        prints COSTS for sim/pipeline/cost.py
    python benchmarks/run_cost.py linear [AREA]        a table: heads, then trips, doubled and again

Areas are the built-in core of Mong Kok and three bundles that are imported before: yau_tsim_mong
(the extract, with --area and --pavements), las_palmas and hong_kong (the streets of buses).
People, cameras and totals vary. Kernels are compiled before by one run.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

CORE, DISTRICT, TERRITORY = "mong_kok_core", "yau_tsim_mong", "hong_kong"
ISLAND = "las_palmas"
GRID = (
    (CORE, 500, 2, 60_000, "population"), (CORE, 500, 64, 60_000, "population"),
    (CORE, 5_000, 12, 60_000, "population"), (CORE, 20_000, 64, 60_000, "population"),
    (CORE, 100_000, 5, 60_000, "population"), (CORE, 2_000, 12, 2_000, "direct"),
    (DISTRICT, 500, 2, 60_000, "population"), (DISTRICT, 500, 64, 60_000, "population"),
    (DISTRICT, 5_000, 12, 60_000, "population"), (DISTRICT, 5_000, 64, 60_000, "population"),
    (DISTRICT, 20_000, 5, 60_000, "population"), (DISTRICT, 500, 2, 10_000, "direct"),
    (DISTRICT, 500, 5, 4_000, "population"),
    (TERRITORY, 500, 2, 60_000, "population"), (TERRITORY, 500, 2, 3_000, "population"),
    (TERRITORY, 25_000, 12, 60_000, "population"), (TERRITORY, 100_000, 5, 60_000, "population"),
    (DISTRICT, 100_000, 12, 60_000, "population"), (ISLAND, 2_000, 5, 8_000, "direct"),
)  # fmt: skip
"""Area, people, number of totals, the largest of them, share rule."""
SUBSAMPLES = {(CORE, 500, 64): (200, 1)}
"""Walks that are searched, where it is not 200 alone."""
STRATEGIES = ("greedy_cover", "betweenness", "equity")


def scenarios():
    """Yield the grid as scenarios."""
    for area, people, count, most, rule in GRID:
        totals = sorted({max(1, round(most * (k + 1) / count)) for k in range(count)})
        for searched in SUBSAMPLES.get((area, people, count), (200,)):
            yield scenario(area, people, totals, rule, "junctions", searched)
    for strategy in STRATEGIES:
        yield scenario(CORE, 100, [20_000, 60_000], "population", strategy, 200)


def scenario(area, people, totals, rule, strategy, searched):
    """Return a scenario as plain data."""
    cameras = {"totals": totals, "share_rule": rule, "strategy": strategy}
    return {
        "name": "cost", "area": area, "cameras": cameras, "trips": {"people": people},
        "tracking": {"subsample": searched},
    }  # fmt: skip


CHILD = """
import json, resource, sys, time
from pathlib import Path
from maps import write_pages
from sim.pipeline.run import run
from sim.scenario.schema import Scenario
wanted, out = Scenario.model_validate(json.loads(sys.argv[1])), Path(sys.argv[2])
stages = [("start", time.process_time())]
def announce(name):
    stages.append((name, time.process_time()))
begun = time.perf_counter()
run(wanted, out, announce=announce, finish=write_pages)
seconds = time.perf_counter() - begun
announce("end")
used = resource.getrusage(resource.RUSAGE_SELF)
told = {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime}
told |= {f"c_{name}": stop - start for (name, start), (_, stop) in zip(stages, stages[1:])}
print(json.dumps({**told, "peak": used.ru_maxrss * 1024}))
"""


def measure(scenario, folder):
    """Run one scenario in a process of its own and return its row."""
    out = Path(folder) / "out"
    words = [sys.executable, "-c", CHILD, json.dumps(scenario), str(out)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    row = json.loads(done.stdout.splitlines()[-1])
    manifest = json.loads((out / "manifest.json").read_text())
    sizes = {path.name: path.stat().st_size for path in out.iterdir()}
    import pyarrow.parquet as parquet

    count = {path.stem: parquet.read_metadata(path).num_rows for path in out.glob("*.parquet")}
    return {
        "area": scenario["area"], "people": scenario["trips"]["people"],
        "strategy": scenario["cameras"]["strategy"], "totals": len(scenario["cameras"]["totals"]),
        "heads": count["cameras"], "edges": count["edges"],
        "searched": scenario["tracking"]["subsample"],
        "walls": manifest["data"]["counts"]["walls"],
        "street_km": manifest["data"]["counts"]["street_km"],
        "trips": manifest["trips"]["trips"], "sightings": count["sightings"],
        "pieces": count["streets"], "disk": sum(sizes.values()), "map": sizes["map.html"],
        **row, **{f"s_{stage}": s for stage, s in manifest["timings_s"].items()},
    }  # fmt: skip


LINEAR = [(15_000, 25_000), (30_000, 25_000), (60_000, 25_000), (60_000, 50_000), (60_000, 100_000)]
"""Heads in the city, people."""


def linear(area):
    """Print what a run of a whole city costs as heads, and then trips, are doubled."""
    print("| heads | trips | processor s | GB | placed | seen | trips | tracked |")
    print("|---|---|---|---|---|---|---|---|")
    for total, people in LINEAR:
        totals = [round(total * (k + 1) / 12) for k in range(12)]
        asked = scenario(area, people, totals, "population", "junctions", 200)
        with tempfile.TemporaryDirectory() as folder:
            row = measure(asked, folder)
        stages = (f"{row[f's_{name}']:.1f}" for name in ("cameras", "sight", "trips", "tracking"))
        print(
            f"| {row['heads']:,} | {row['trips']:,} | {row['cpu']:.0f} | {row['peak'] / 1e9:.1f} | "
            f"{' | '.join(stages)} |",
            flush=True,
        )


def fit(path):
    """Print the constants of `sim.pipeline.cost`, and how far the model is off."""
    import numpy as np
    import pandas as pd
    from scipy.optimize import nnls

    from sim.pipeline.cost import Sizes

    rows = pd.read_csv(path)
    rows["writing"] = rows["c_files"] + rows["c_map"]
    rows["computing"] = rows["cpu"] - rows["writing"]
    sizes = [
        Sizes(r.street_km, r.walls, r.heads, r.trips, r.totals, min(r.searched, r.trips))
        for r in rows.itertuples()
    ]
    terms = [*sizes[0].features()]
    features = np.array([[*size.features().values()] for size in sizes])
    plain = (rows["strategy"] == "junctions").to_numpy()
    columns = {"seconds": "computing", "writing": "writing", "memory": "peak", "disk": "disk"}
    for name, column in columns.items():
        wanted = rows[column].to_numpy(float)
        # relative errors count, so that a small run is estimated as well as a large one
        found, _ = nnls(features[plain] / wanted[plain, None], np.ones(plain.sum()))
        off = features @ found / wanted
        constants = ", ".join(f'"{t}": {c:.3g}' for t, c in zip(terms, found, strict=True) if c)
        print(f'    "{name}": {{{constants}}},')
        print(f"    # off by {off[plain].min():.2f} to {off[plain].max():.2f} times")
        if name == "seconds":
            extra = (wanted - features @ found) / rows["street_km"]
    for strategy, more in extra[~plain].groupby(rows["strategy"]):
        print(f"    {strategy}: {more.median():.4f} s/km ({more.min():.4f} to {more.max():.4f})")


def main(words):
    """Measure, or fit."""
    if words[:1] == ["measure"]:
        rows = []
        for asked in scenarios():
            area, people = asked["area"], asked["trips"]["people"]
            with tempfile.TemporaryDirectory() as folder:
                try:
                    rows.append(measure(asked, folder))
                except subprocess.CalledProcessError as error:
                    print(area, people, error.stderr.splitlines()[-1], file=sys.stderr)
                    continue
            print(area, people, f"{rows[-1]['cpu']:.1f} s of processor time", flush=True)
            with Path(words[1]).open("w", newline="") as file:
                table = csv.DictWriter(file, sorted({key for row in rows for key in row}))
                table.writeheader()
                table.writerows(rows)
    elif words[:1] == ["linear"]:
        linear(words[1] if words[1:] else "hong_kong")
    elif words[:1] == ["fit"]:
        fit(words[1])


if __name__ == "__main__":
    main(sys.argv[1:])
