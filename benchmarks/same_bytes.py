"""Does a change of the code leave every figure as it was, to the byte?

    python benchmarks/same_bytes.py DATA FOLDER                       # import, run, digest
    python benchmarks/same_bytes.py DATA FOLDER --against OTHER       # and compare

DATA is the folder with the real extracts (AREAS says what is looked for there); an area whose
file is missing is left out and named. FOLDER takes bundles, runs and digests.json: the SHA-256 of
summary.json, of every Parquet file of each run, and of the figures, lines and curves of its trips,
which are made on reading. With --against, the FOLDER of another checkout, each file that differs or
is missing on one side is named, and the exit code is 1. The code that is run is that of the
checkout in which this script lies.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
AREAS = {
    "mong_kok_core": None,
    "mong_kok": ["mong_kok/walk_graph.gpkg"],
    "central": ["central/central_tst.osm.pbf", "--halo", "50"],
    "helsinki": ["cities/helsinki.osm.pbf"],
    "las_palmas": ["cities/las_palmas.osm.pbf"],
    "yau_tsim_mong": [
        "yau_tsim_mong/yau_tsim_mong.osm.pbf",
        "--area",
        "Yau Tsim Mong",
        "--pavements",
    ],
}
"""Scenario: the file of its streets below DATA and what follows it in `sim data import`."""


ON_READING = """
import hashlib, sys
from sim.results.run import read_run
run = read_run(sys.argv[1])
found = hashlib.sha256()
for name, values in sorted(run.tracks.figures.items()):
    found.update(name.encode() + values.tobytes())
for line in run.trip_lines().geometry.to_wkb():
    found.update(line or b"")
for column in run.trip_curves().columns[2:]:
    found.update(column.combine_chunks().flatten().to_numpy().tobytes())
print(found.hexdigest())
"""


def python(folder: Path, *words: str) -> str:
    """Run Python with this checkout, bundles and stages kept in a folder; return what it says."""
    own = {
        "PYTHONPATH": str(ROOT),
        "HK_CAMERA_SIM_DATA": str(folder / "bundles"),
        "HK_CAMERA_SIM_CACHE": str(folder / "stages"),
    }
    command = [sys.executable, "-c", *words]
    return subprocess.run(
        command, env={**os.environ, **own}, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def sim(folder: Path, *words: str) -> None:
    """Run a command of this checkout."""
    python(folder, "from sim.cli import main; raise SystemExit(main())", *words)


def digests(folder: Path, run: Path) -> dict[str, str]:
    """Return the digest of each file with figures of a run, and of what is made on reading it."""
    files = [run / "summary.json", *sorted(run.glob("*.parquet"))]
    found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    return {**found, "trips, on reading": python(folder, ON_READING, str(run)).strip()}


def main() -> int:
    """Import, run, digest, and compare where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--only", nargs="*", default=list(AREAS))
    asked = parser.parse_args()
    folder = asked.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for area in asked.only:
        words = AREAS[area]
        if words and not (asked.data / words[0]).exists():
            print(f"{area}: left out, {words[0]} is not in {asked.data}")
            continue
        if words:
            file = str((asked.data / words[0]).resolve())
            sim(folder, "data", "import", file, "--name", area, *words[1:])
        run = folder / "runs" / area
        sim(folder, "run", str(ROOT / "scenarios" / f"{area}.yaml"), "--out", str(run))
        found[area] = digests(folder, run)
        print(f"{area}: {len(found[area])} files", flush=True)
    (folder / "digests.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if not asked.against:
        return 0
    other = json.loads((asked.against / "digests.json").read_text(encoding="utf-8"))
    apart = [
        f"{area}/{name}"
        for area in found
        for name in sorted(found[area].keys() | other.get(area, {}).keys())
        if found[area].get(name) != other.get(area, {}).get(name)
    ]
    print("\n".join(apart) or "every file is the same")
    return bool(apart)


if __name__ == "__main__":
    raise SystemExit(main())
