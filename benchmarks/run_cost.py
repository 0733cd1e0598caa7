"""What a run costs: seconds a stage, memory and disk over a grid of scenarios, and the constants.

    python benchmarks/run_cost.py measure costs.csv    each run in a process of its own
    python benchmarks/run_cost.py fit costs.csv        prints COSTS for sim/pipeline/cost.py
    python benchmarks/run_cost.py linear [AREA]        a table: heads, then trips, doubled and again

Areas are the built-in core of Mong Kok and those bundles named here that are imported; sizes of
the city and numbers of people, cameras and totals vary. Kernels are compiled before by one run.
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

AREAS = ("mong_kok_core", "mong_kok", "central_tst", "helsinki", "las_palmas")
TOTALS = {
    "population": ([4000, 11000, 20000, 40000, 60000], [20000, 100000]),
    "direct": ([100, 300, 1000], [1000, 3000]),
}
PEOPLE = (100, 1000, 6000)


def scenarios():
    """Yield the grid."""
    for area in AREAS:
        rule = "direct" if area in ("helsinki", "las_palmas") else "population"
        for totals in TOTALS[rule]:
            for people in PEOPLE:
                yield area, rule, totals, people, "junctions"
        for strategy in ("greedy_cover", "betweenness", "equity"):
            yield area, rule, TOTALS[rule][0], 100, strategy


CHILD = """
import json, resource, sys, time
from pathlib import Path
from maps import write_pages
from sim.pipeline.run import run
from sim.scenario.schema import Scenario
wanted, out = Scenario.model_validate(json.loads(sys.argv[1])), Path(sys.argv[2])
drawn = []
def finish(folder):
    begun = time.process_time()
    write_pages(folder)
    drawn.append(time.process_time() - begun)
begun = time.perf_counter()
run(wanted, out, finish=finish)
seconds = time.perf_counter() - begun
used = resource.getrusage(resource.RUSAGE_SELF)
told = {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "drawn": drawn[0]}
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
        cameras = {"totals": totals, "strategy": "junctions"}
        scenario = {"name": "cost", "area": area, "cameras": cameras, "trips": {"people": people}}
        with tempfile.TemporaryDirectory() as folder:
            row = measure(scenario, folder)
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
    sizes = [
        Sizes(r.street_km, r.walls, r.heads, r.trips, r.totals, min(200, r.trips))
        for r in rows.itertuples()
    ]
    terms = [*sizes[0].features()]
    features = np.array([[*size.features().values()] for size in sizes])
    plain = (rows["strategy"] == "junctions").to_numpy()
    for name, column in (("seconds", "cpu"), ("memory", "peak"), ("disk", "disk")):
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
        for area, rule, totals, people, strategy in scenarios():
            cameras = {"totals": totals, "share_rule": rule, "strategy": strategy}
            scenario = {"name": "cost", "area": area, "cameras": cameras}
            scenario["trips"] = {"people": people}
            with tempfile.TemporaryDirectory() as folder:
                try:
                    rows.append(measure(scenario, folder))
                except subprocess.CalledProcessError as error:
                    print(area, people, totals, error.stderr.splitlines()[-1], file=sys.stderr)
                    continue
            print(area, totals[-1], people, strategy, f"{rows[-1]['seconds']:.1f} s", flush=True)
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
