"""100,000 random edits of a fleet: the page's sight kernel under node against the engine.

    python benchmarks/edits_in_the_page.py RUN FOLDER [--edits 100000] [--block 2000]

RUN is a finished run; its packed streets, walls and cameras are the geometry of both. Cameras are
deleted, turned, dragged and added at random, block after block; each block begins with the fleet of
the run and writes its figures to FOLDER, so that the command goes on where it was stopped.
"""

import argparse
import json
import shutil
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "maps"))

from page_edits import compare, node_finds, random_edits, rows_of_cameras

from maps.payload import build_payload
from maps.run_folder import read_run_folder

SEED = 7


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--edits", type=int, default=100_000)
    parser.add_argument("--block", type=int, default=2000)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    payload = build_payload(read_run_folder(given.run))
    if payload.head["fixed"]:
        sys.exit(f"{given.run}: its cameras cannot be changed ({payload.head['fixed']})")
    carried = {"head": payload.head, "packed": payload.columns.text()}
    node = shutil.which("node")
    scene = node_finds(node, {"payload": carried, "edits": []}, given.folder)["scene"]
    first_rows = rows_of_cameras(scene, [camera for *_, camera in scene["cameras"]])
    blocks = -(-given.edits // given.block)
    for block in range(blocks):
        target = given.folder / f"block_{block:04d}.json"
        if target.exists():
            continue
        edits = random_edits(np.random.default_rng([SEED, block]), scene, given.block)
        found = node_finds(node, {"payload": carried, "edits": edits}, given.folder)
        told = compare(scene, edits, found["edits"], first_rows)
        target.write_text(json.dumps(vars(told)))
        print(f"block {block + 1} of {blocks}: {said(told)}", flush=True)
    print(figures(given.folder, len(scene["cameras"])))


def said(told):
    """Return one block's figures."""
    median = float(np.median(told.ms))
    return f"{told.edits} edits, {len(told.faults)} faults, median {median:.2f} ms"


def figures(folder, cameras):
    """Return the figures of all blocks so far."""
    blocks = [json.loads(path.read_text()) for path in sorted(folder.glob("block_*.json"))]
    ms = np.concatenate([block["ms"] for block in blocks])
    total = {
        name: sum(block[name] for block in blocks) for name in ("edits", "intervals", "pieces")
    }
    faults = [fault for block in blocks for fault in block["faults"]]
    furthest = max(block["furthest_m"] for block in blocks)
    return (
        f"{total['edits']:,} edits of {cameras:,} cameras: {total['intervals']:,} intervals, ends "
        f"at most {furthest:.1e} m apart; {total['pieces']:,} pieces of street; {len(faults)} "
        f"faults {faults[:3]}; an edit takes {np.median(ms):.2f} ms, 99 of 100 at most "
        f"{np.quantile(ms, 0.99):.2f} ms ({time.strftime('%Y-%m-%d')})"
    )


if __name__ == "__main__":
    main()
