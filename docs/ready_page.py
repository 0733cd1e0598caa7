"""Writes docs/ready/: map and report of the sample, for readers who install nothing.

`python docs/ready_page.py` runs `scenarios/as_announced.yaml` and its named cases (some minutes;
what it finds is kept below `out/`) and writes both files; `python docs/ready_page.py RUN` takes a
folder in which that was done (`sim run`, then `sim bands --seeds 20 --into RUN`). The map is drawn
on the page's own surface (`maps/assets/plane.js`), so no file of the repository holds code of
others.
A test fails where the files are not what the run and the code give today.
"""

from __future__ import annotations

import sys
from pathlib import Path

from maps.page import page_of, write_page
from maps.report import report_of
from maps.run_folder import read_run_folder
from sim.ensemble.bands import bands
from sim.pipeline.run import run
from sim.processes import available_cores
from sim.results.doubt import put_bands
from sim.scenario.load import load_scenario

ROOT = Path(__file__).parents[1]
READY = ROOT / "docs" / "ready"
SCENARIO = ROOT / "scenarios" / "as_announced.yaml"
WORK = ROOT / "out" / "ready"
SEEDS = 20


def pages(folder: Path) -> dict[str, str]:
    """Return both files of a run by name."""
    read = read_run_folder(folder)
    return {"map.html": page_of(read, own=True), "report.html": report_of(read, folder)}


def finished() -> Path:
    """Return a run of the scenario with band and range in it."""
    loaded, folder = load_scenario(SCENARIO), WORK / "as_announced"
    run(loaded.scenario, folder)
    found = bands(loaded, WORK / "bands", seeds=SEEDS, workers=available_cores())
    put_bands(folder, found.content)
    return folder


def main() -> None:
    """Write both files."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else finished()
    READY.mkdir(exist_ok=True)
    for name, content in pages(folder).items():
        print(write_page(READY / name, content))


if __name__ == "__main__":
    main()
