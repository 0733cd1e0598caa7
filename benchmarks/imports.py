"""The import benchmark: one command prints the table of docs/imports.md.

    python benchmarks/imports.py [FILE.osm.pbf ...] [--rounds 3] [--peers PYTHON] [--osmnx]

Every tool reads the same layers of an extract in a process of its own, in turn, and the best round
counts: `sim data import` (streets cut and joined, decks, walls, places, bundle written),
pyosmium alone (the same streets, buildings and places, only met and counted), pyrosm (walking
network with nodes, buildings, places), and with --osmnx also osmnx from XML (graph and buildings;
writing the XML is not counted). `--peers` is a Python that has pyrosm and osmnx.
"""

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
EXTRACTS = ("cities/las_palmas", "cities/helsinki", "central/central_tst")
PLACES = {
    "amenity": True, "shop": ["mall", "supermarket", "department_store"], "office": True,
    "tourism": ["attraction", "museum", "gallery"], "railway": ["station", "halt"],
}  # fmt: skip
LONGEST_S = 900


def ours(path: str) -> dict:
    """The command itself: `sim data import`."""
    sys.path.insert(0, str(ROOT))
    from sim.cli import main as sim

    with tempfile.TemporaryDirectory() as folder:
        os.environ["HK_CAMERA_SIM_DATA"] = folder
        with contextlib.redirect_stdout(sys.stderr):
            sim(["data", "import", path, "--name", "measured"])
        counts = json.loads((Path(folder) / "measured" / "manifest.json").read_text())["layers"]
    return {"edges": counts["edges"]["rows"], "buildings": counts["walls"]["rows"]}


def pyosmium(path: str) -> dict:
    """Meet every way with a highway and every area of a building or place, and do nothing."""
    import osmium
    from osmium.filter import KeyFilter

    keys = ("building", "building:part", *PLACES)
    items = osmium.FileProcessor(path).with_areas(KeyFilter(*keys))
    items.with_filter(KeyFilter("highway", *keys))
    ways = buildings = 0
    for item in items:
        if item.is_way():
            ways += "highway" in item.tags
        elif item.is_area():
            buildings += "building" in item.tags or "building:part" in item.tags
    return {"ways": ways, "buildings": buildings}


def pyrosm(path: str) -> dict:
    import pyrosm

    osm = pyrosm.OSM(path)
    _, edges = osm.get_network("walking", nodes=True)
    buildings = osm.get_buildings()
    osm.get_pois(custom_filter=PLACES)
    return {"edges": len(edges), "buildings": len(buildings)}


def osmnx(path: str) -> dict:
    import osmnx as ox

    graph = ox.graph_from_xml(path, retain_all=True)
    buildings = ox.features_from_xml(path, tags={"building": True})
    return {"edges": len(graph.edges), "buildings": len(buildings)}


TOOLS = {tool.__name__: tool for tool in (ours, pyosmium, pyrosm, osmnx)}


def as_xml(path: Path, folder: str) -> Path:
    """The extract as OSM XML for osmnx, which takes no way that leaves the extract."""
    import osmium

    out = Path(folder) / f"{path.name.split('.')[0]}.osm"
    with osmium.SimpleWriter(str(out)) as writer:
        for item in osmium.FileProcessor(str(path)).with_locations():
            if not item.is_way() or all(node.location.valid() for node in item.nodes):
                writer.add(item)
    return out


def measured(python: str, tool: str, path: Path) -> dict | None:
    """Run one tool in a fresh process; None where it is missing or fails."""
    begun = time.perf_counter()
    call = [python, __file__, "--one", tool, str(path)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    if done.returncode:
        print(f"{tool}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return {**json.loads(done.stdout.splitlines()[-1]), "wall": time.perf_counter() - begun}


def one(tool: str, path: str) -> None:
    found = TOOLS[tool](path)
    own, helper = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    cpu = sum(used.ru_utime + used.ru_stime for used in (own, helper))
    figures = {"cpu": cpu, "mb": (own.ru_maxrss + helper.ru_maxrss) / 1024, "found": found}
    print(json.dumps(figures))


def compare(path: Path, rounds: int, peers: str, with_osmnx: bool) -> None:
    calls = {"ours": (sys.executable, path), "pyosmium": (sys.executable, path)}
    calls["pyrosm"] = (peers, path)
    with tempfile.TemporaryDirectory() as folder:
        if with_osmnx:
            calls["osmnx"] = (peers, as_xml(path, folder))
        best: dict[str, dict] = {}
        for number in range(rounds):
            for tool, (python, file) in calls.items():
                found = measured(python, tool, file) if tool != "osmnx" or not number else None
                if found is None:
                    continue
                known = best.setdefault(tool, found)
                for figure in ("wall", "cpu", "mb"):
                    known[figure] = min(known[figure], found[figure])
    for tool, figures in best.items():
        times = figures["cpu"] / best["ours"]["cpu"]
        print(
            f"| {path.name} | {tool} | {figures['wall']:.1f} s | {figures['cpu']:.1f} s "
            f"| {times:.2f} × | {figures['mb']:.0f} MB | {figures['found']} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--osmnx", action="store_true")
    parser.add_argument("--one", choices=TOOLS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one, str(given.files[0]))
        return
    files = given.files or [SHARED / f"{name}.osm.pbf" for name in EXTRACTS]
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; best of {given.rounds}\n")
    print("| extract | tool | wall | processor | of ours | peak | found |")
    print("|---|---|---|---|---|---|---|")
    for path in files:
        compare(path, given.rounds, given.peers, given.osmnx)
    print(f"\nload {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
