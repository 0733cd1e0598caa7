"""A synthetic territory as large as Hong Kong, made of one city's extract, and a run on it.

    python benchmarks/territory.py make EXTRACT territory.osm.pbf [--copies 12]
    python benchmarks/territory.py run territory.osm.pbf FOLDER [--cameras 60000] [--people 100000]
        [--code CHECKOUT] [--imported]
    python benchmarks/territory.py districts territory.osm.pbf FOLDER [--seeds 1] [--imported]

No extract of the whole territory comes with the project, yet what a run of that size takes must be
known. `make` lays copies of an extract over the 18 districts in rows, in metres of the new place,
with new ids for nodes, ways and relations, and joins by roads what lies on the districts' land.
`run` imports that file, cut to the districts, and runs a scenario, each in a process of its own
with nothing kept from before, and prints what every stage took, and the peak of memory up to its
end; `--code` names another checkout whose code is to do it, and `--imported` takes the bundle that
an earlier `run` left in the folder. `districts` imports each of the 18 by itself and sweeps them
under five strategies with one worker and with two, which has to give the same bytes: what a cell
of a larger machine takes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import geopandas as gpd
import numpy as np
import osmium
import shapely
from osmium.io import Header
from osmium.osm import mutable
from pyproj import Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from sim.area import HONG_KONG_CRS, district_outlines
from sim.city.streets import projected_crs

ROADS = (
    "primary", "secondary", "tertiary", "unclassified", "residential", "living_street",
    "pedestrian", "service", "footway", "path", "track", "steps",
)  # fmt: skip
"""Ways that count as joined."""
SEAM_CELL_M, SEAM_GAP_M = 1000.0, 200.0
"""Neighbouring copies are joined once in every such cell where streets come as near as that."""
TOTALS = 12
CAMERAS, PEOPLE = 60_000, 5_000
"""Of the sweep of districts: heads in the whole city, and people in each district."""
STRATEGIES = ("junctions", "random", "even", "transit", "betweenness")
LEAST_ENDS = 50
"""Street ends that a piece of the network needs to be joined to the others."""


@dataclass
class Extract:
    """What a file holds: positions in degrees, and ids by rank among all that are mentioned."""

    ids: dict[str, np.ndarray]
    nodes: np.ndarray
    position: np.ndarray
    node_tags: dict[int, dict[str, str]]
    ways: list[tuple[int, list[int], dict[str, str]]]
    relations: list[tuple[int, list[tuple[str, int, str]], dict[str, str]]]


def read(path: Path) -> Extract:
    """Read a whole extract; ids become ranks, also those of things that it only mentions."""
    nodes, position, node_tags, ways, relations = [], [], {}, [], []
    for thing in osmium.FileProcessor(str(path)):
        kind, tags = thing.type_str(), dict(thing.tags)
        if kind == "n":
            nodes.append(thing.id)
            position.append((thing.lon, thing.lat))
            if tags:
                node_tags[thing.id] = tags
        elif kind == "w":
            ways.append((thing.id, [node.ref for node in thing.nodes], tags))
        else:
            members = [(member.type, member.ref, member.role) for member in thing.members]
            relations.append((thing.id, members, tags))
    named = {"n": [nodes], "w": [[way for way, _, _ in ways]], "r": [[r for r, _, _ in relations]]}
    named["n"] += [references for _, references, _ in ways]
    for _, members, _ in relations:
        for kind, reference, _ in members:
            named[kind].append([reference])
    ids = {
        k: np.unique(np.concatenate([np.asarray(i, np.int64) for i in v])) for k, v in named.items()
    }
    rank = {
        kind: dict(zip(found.tolist(), range(len(found)), strict=True))
        for kind, found in ids.items()
    }
    order = np.argsort(nodes, kind="stable")
    return Extract(
        ids,
        np.searchsorted(ids["n"], np.asarray(nodes, np.int64)[order]),
        np.asarray(position).reshape(-1, 2)[order],
        {rank["n"][node]: tags for node, tags in node_tags.items()},
        sorted((rank["w"][i], [rank["n"][n] for n in refs], tags) for i, refs, tags in ways),
        sorted((rank["r"][i], [(k, rank[k][m], role) for k, m, role in members], tags)
               for i, members, tags in relations),
    )  # fmt: skip


def laid(extract: Extract, copies: int, land) -> list[np.ndarray]:
    """Positions of every copy's nodes in HK80 metres: side by side in rows over the land."""
    degrees = gpd.GeoSeries([shapely.multipoints(extract.position)], crs="EPSG:4326")
    own = projected_crs(degrees.to_frame("geometry"))
    metres = shapely.get_coordinates(degrees.to_crs(own).to_numpy())
    low, high = metres.min(axis=0), metres.max(axis=0)
    size = high - low
    west, south, east, north = land.bounds
    wide = (copies * (east - west) * size[1] / ((north - south) * size[0])) ** 0.5
    columns = min(max(1, round(wide)), copies)
    rows = -(-copies // columns)
    cells = np.array([(copy % columns, copy // columns) for copy in range(copies)])
    middle = np.array([west + east, south + north]) / 2
    corners = middle + (cells - np.array([columns, rows]) / 2) * size
    return [metres - low + corner for corner in corners]


def joins(extract: Extract, placed: list[np.ndarray], land) -> list[tuple[int, int]]:
    """Pairs of nodes, numbered over all copies, that roads join so that the land is one network."""
    count, size = len(extract.ids["n"]), len(placed)
    where = np.full((size * count, 2), np.nan)
    for copy, position in enumerate(placed):
        where[copy * count + extract.nodes] = position
    links, ends = _streets(extract)
    links = np.concatenate([links + copy * count for copy in range(size)])
    ends = np.concatenate([ends + copy * count for copy in range(size)])
    shapely.prepare(land)
    on_land = shapely.contains_xy(land, *where.T)
    links, ends = links[on_land[links].all(axis=1)], ends[on_land[ends]]
    seams = _seams(ends, ends // count, where)
    linked = np.concatenate([links, np.asarray(seams, np.int64).reshape(-1, 2)])
    graph = coo_array((np.ones(len(linked), bool), tuple(linked.T)), shape=(len(where),) * 2)
    _, component = connected_components(graph, directed=False)
    return seams + _spanning(ends, component[ends], where)


def _streets(extract: Extract) -> tuple[np.ndarray, np.ndarray]:
    """Neighbouring nodes of streets, shape (n, 2), and the ends of those streets."""
    known = np.zeros(len(extract.ids["n"]), bool)
    known[extract.nodes] = True
    links, ends = [], []
    for _, references, tags in extract.ways:
        closed = {tags.get("access"), tags.get("foot")} & {"private", "no"}
        if tags.get("highway") in ROADS and tags.get("area") != "yes" and not closed:
            kept = [node for node in references if known[node]]
            links.append(np.column_stack([kept[:-1], kept[1:]]))
            ends += kept[:1] + kept[-1:]
    return np.concatenate(links).astype(np.int64), np.unique(ends).astype(np.int64)


def _seams(ends: np.ndarray, copy: np.ndarray, where: np.ndarray) -> list[tuple[int, int]]:
    """The shortest join of two copies in each cell where they meet."""
    found = []
    for first in range(copy.max() + 1 if len(copy) else 0):
        own, others = ends[copy == first], ends[copy > first]
        if not (len(own) and len(others)):
            continue
        gap, at = cKDTree(where[others]).query(where[own], distance_upper_bound=SEAM_GAP_M)
        near = np.flatnonzero(np.isfinite(gap))
        near = near[np.argsort(gap[near], kind="stable")]
        cell = np.floor(where[own[near]] / SEAM_CELL_M).astype(np.int64)
        near = near[np.sort(np.unique(cell, axis=0, return_index=True)[1])]
        found += zip(own[near].tolist(), others[at[near]].tolist(), strict=True)
    return found


def _spanning(ends: np.ndarray, component: np.ndarray, where: np.ndarray) -> list[tuple[int, int]]:
    """The shortest joins that make one network of all large components (Prim's tree)."""
    sizes = np.bincount(component, minlength=1)
    large = sizes[component] >= min(LEAST_ENDS, sizes.max())
    ends, component = ends[large], component[large]
    found, joined = [], np.zeros(len(ends), bool)
    gap, partner = np.full(len(ends), np.inf), np.zeros(len(ends), np.int64)
    newest = np.argmax(sizes)
    while True:
        added = component == newest
        joined |= added
        if joined.all():
            return found
        rest = np.flatnonzero(~joined)
        distance, at = cKDTree(where[ends[added]]).query(where[ends[rest]])
        nearer = distance < gap[rest]
        gap[rest[nearer]] = distance[nearer]
        partner[rest[nearer]] = ends[added][at[nearer]]
        chosen = rest[np.argmin(gap[rest])]
        found.append((int(ends[chosen]), int(partner[chosen])))
        newest = component[chosen]


def write(extract: Extract, placed: list[np.ndarray], roads: list[tuple[int, int]], path: Path):
    """Write all copies and the roads between them, sorted, under new ids."""
    header = Header()
    header.set("sorting", "Type_then_ID")
    header.set("generator", "benchmarks/territory.py of hk-camera-sim")
    degrees = Transformer.from_crs(HONG_KONG_CRS, "EPSG:4326", always_xy=True)
    sizes = {kind: len(found) for kind, found in extract.ids.items()}
    with osmium.SimpleWriter(str(path), overwrite=True, header=header) as file:
        for copy, position in enumerate(placed):
            lon, lat = degrees.transform(*position.T)
            first = 1 + copy * sizes["n"]
            rows = zip(extract.nodes.tolist(), lon.tolist(), lat.tolist(), strict=True)
            for node, x, y in rows:
                tags = extract.node_tags.get(node)
                file.add_node(mutable.Node(id=first + node, location=(x, y), tags=tags))
        for copy in range(len(placed)):
            first, first_node = 1 + copy * sizes["w"], 1 + copy * sizes["n"]
            for way, nodes, tags in extract.ways:
                shifted = [first_node + node for node in nodes]
                file.add_way(mutable.Way(id=first + way, nodes=shifted, tags=tags))
        for number, (start, end) in enumerate(roads, 1 + len(placed) * sizes["w"]):
            tags = {"highway": "residential", "bridge": "yes", "layer": "1"}
            file.add_way(mutable.Way(id=number, nodes=[1 + start, 1 + end], tags=tags))
        for copy in range(len(placed)):
            for relation, members, tags in extract.relations:
                shifted = [(k, 1 + copy * sizes[k] + m, role) for k, m, role in members]
                number = 1 + copy * sizes["r"] + relation
                file.add_relation(mutable.Relation(id=number, members=shifted, tags=tags))


def make(source: Path, path: Path, copies: int, land=None) -> int:
    """Write the territory, whole or not at all, and return how many roads join its parts."""
    extract = read(source)
    land = shapely.union_all(list(district_outlines().values())) if land is None else land
    placed = laid(extract, copies, land)
    roads = joins(extract, placed, land)
    unfinished = path.with_name(f"unfinished-{path.name}")
    write(extract, placed, roads, unfinished)
    unfinished.replace(path)
    return len(roads)


RUN = """
import json, resource, sys, time
from pathlib import Path
from maps import write_pages
from sim.pipeline.run import run
stages = []
def announce(name):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    stages.append((name, time.perf_counter(), time.process_time(), peak))
run(Path(sys.argv[1]), Path(sys.argv[2]), finish=write_pages, announce=announce)
announce("end")
took = {
    first[0]: {"wall": then[1] - first[1], "cpu": then[2] - first[2], "peak": then[3]}
    for first, then in zip(stages, stages[1:])
}
Path(sys.argv[3]).write_text(json.dumps(took))
"""
IMPORT = "from sim.cli import main; raise SystemExit(main())"


def measured(code: Path, folder: Path, program: str, *words: str, quiet: bool = False) -> dict:
    """Run Python on a checkout's code; its seconds on the wall and of processors, and GB."""
    own = {"PYTHONPATH": str(code), "HK_CAMERA_SIM_DATA": str(folder / "bundles")}
    begun = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-c", program, *words],
        cwd=code,
        env={**os.environ, **own},
        stdout=subprocess.DEVNULL if quiet else None,
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{words[0]}: exit code {child.returncode}")
    return {
        "wall": time.perf_counter() - begun,
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss * 1024 / 1e9,
    }


def run(code: Path, extract: Path | None, folder: Path, cameras: int, people: int) -> None:
    """Import, run and print both tables."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {}
    if extract is not None:
        words = ("data", "import", str(extract.resolve()), "--name", "territory", "--area", "all")
        rows["import"] = measured(code, folder, IMPORT, *words, quiet=True)
    scenario, out, stages = (folder / name for name in ("scenario.json", "run", "stages.json"))
    totals = [round(cameras * (k + 1) / TOTALS) for k in range(TOTALS)]
    asked = {"name": "territory", "area": "territory", "cameras": {"totals": totals}}
    scenario.write_text(json.dumps({**asked, "trips": {"people": people}, "seed": 7}))
    shutil.rmtree(out, ignore_errors=True)
    rows["run"] = measured(code, folder, RUN, *map(str, (scenario, out, stages)))
    manifest = json.loads((out / "manifest.json").read_text())
    print("| | wall s | processor s | peak GB |\n|---|---|---|---|")
    for name, row in json.loads(stages.read_text()).items():
        rows[f"– {name}"] = row
    for name, row in rows.items():
        print(f"| {name} | {row['wall']:.1f} | {row['cpu']:.1f} | {row['peak']:.2f} |")
    show_sizes(out)
    print(f"\n{json.dumps(manifest['data']['counts'])}; load {os.getloadavg()[0]:.1f}")


def districts(extract: Path | None, folder: Path, seeds: int) -> None:
    """Import every district, sweep all of them twice, and print what a cell takes."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {name: name.lower().replace(" ", "_") for name in district_outlines()}
    rows: list[dict] = []
    for name, bundle in names.items() if extract is not None else ():
        words = ("data", "import", str(extract.resolve()), "--name", bundle, "--area", name)
        try:
            rows.append(measured(ROOT, folder, IMPORT, *words, quiet=True))
        except SystemExit:
            print(f"{name}: left out, no streets of the synthetic territory lie there")
    bundles = [name for name in names.values() if (folder / "bundles" / name).is_dir()]
    if rows:
        seconds, peak = sum(row["cpu"] for row in rows), max(row["peak"] for row in rows)
        print(f"{len(rows)} imports: {seconds:.0f} processor s, at most {peak:.2f} GB")
    asked = {
        "name": "districts", "area": bundles[0], "trips": {"people": PEOPLE},
        "cameras": {"totals": [round(CAMERAS * (k + 1) / TOTALS) for k in range(TOTALS)]},
        "matrix": {"area": bundles, "cameras.strategy": list(STRATEGIES),
                   "seed": list(range(7, 7 + seeds))},
    }  # fmt: skip
    sweep = folder / "districts.yaml"
    sweep.write_text(json.dumps(asked))
    cells = len(bundles) * len(STRATEGIES) * seeds
    outs = [folder / f"workers_{workers}" for workers in (1, 2)]
    for workers, out in enumerate(outs, 1):
        shutil.rmtree(out, ignore_errors=True)
        words = ("sweep", str(sweep), "--workers", str(workers), "--out", str(out))
        row = measured(ROOT, folder, IMPORT, *words, quiet=True)
        print(
            f"{workers} workers: {row['wall']:.0f} s, {row['cpu'] / cells:.2f} processor s a cell, "
            f"{row['peak']:.2f} GB; load {os.getloadavg()[0]:.1f}"
        )
    one, two = (
        {path.name: path.read_bytes() for path in out.iterdir() if path.name != "cells.jsonl"}
        for out in outs
    )
    print("the same bytes" if one == two else "NOT the same bytes")


def show_sizes(out: Path) -> None:
    """Print what the files of a run folder take on disk."""
    sizes = {path.name: path.stat().st_size / 1e6 for path in sorted(out.iterdir())}
    print("\n| file | MB |\n|---|---|")
    for name, size in sizes.items():
        print(f"| {name} | {size:.2f} |")
    print(f"| whole folder | {sum(sizes.values()):.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    jobs = parser.add_subparsers(required=True, dest="job")
    making = jobs.add_parser("make")
    making.add_argument("extract", type=Path)
    making.add_argument("out", type=Path)
    making.add_argument("--copies", type=int, default=12)
    running = jobs.add_parser("run")
    running.add_argument("extract", type=Path)
    running.add_argument("folder", type=Path)
    running.add_argument("--cameras", type=int, default=60_000)
    running.add_argument("--people", type=int, default=100_000)
    running.add_argument("--code", type=Path, default=ROOT)
    running.add_argument("--imported", action="store_true")
    sharing = jobs.add_parser("districts")
    sharing.add_argument("extract", type=Path)
    sharing.add_argument("folder", type=Path)
    sharing.add_argument("--seeds", type=int, default=1)
    sharing.add_argument("--imported", action="store_true")
    given = parser.parse_args()
    if given.job == "districts":
        extract = None if given.imported else given.extract
        districts(extract, given.folder.resolve(), given.seeds)
        return
    if given.job == "run":
        code, folder = given.code.resolve(), given.folder.resolve()
        extract = None if given.imported else given.extract
        run(code, extract, folder, given.cameras, given.people)
        return
    roads = make(given.extract, given.out, given.copies)
    size = given.out.stat().st_size / 1e6
    print(f"{given.out}: {size:.1f} MB, {roads} roads between copies")


if __name__ == "__main__":
    main()
