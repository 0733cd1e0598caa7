"""The routing benchmark: one command prints the tables and writes them as JSON.

    python benchmarks/routing.py [--out FILE] [--quick]

Local walks of 0.3 to 2 km in a straight line, with full paths, on 155,000 nodes: the walking graph
of Mong Kok (or, where that file is missing, the built-in sample) laid side by side and joined at
the seams. Rounds are interleaved and medians printed. Peers are given the cheapest of parallel
edges, build their graphs untimed, and all pay the same seconds; only ours gives every walker
street costs of their own. Install benchmarks/requirements.txt for the peers.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from oracles.routing import cheapest_links

from sim.city.loaders import load_city
from sim.city.streets import StreetNetwork
from sim.trips.routing import edge_seconds, walk

MONG_KOK = ROOT.parent / "shared" / "data" / "mong_kok" / "walk_graph.gpkg"
NODES = 155_000
GAP_M, SEAM_M, LINKS = 40.0, 250.0, 60
"""Tiles lie so far apart; so deep and so many at most are the links across a seam."""
SPEED = 1.34


class Links(NamedTuple):
    """The undirected graph that every peer is given: one link between two nodes, u < v."""

    u: np.ndarray
    v: np.ndarray
    seconds: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def rows(self) -> list[tuple[int, int, float]]:
        return list(zip(self.u.tolist(), self.v.tolist(), self.seconds.tolist(), strict=True))


Route = Callable[[list[int], list[int]], tuple[list, list[float] | None]]
"""Paths as nodes, and the costs that the peer states, for origins and targets."""


# --- streets and walks


def one_tile() -> tuple[str, StreetNetwork]:
    if MONG_KOK.exists():
        layers = (gpd.read_file(MONG_KOK, layer=layer) for layer in ("nodes", "edges"))
        return "Mong Kok", StreetNetwork.build(*layers)
    return "built-in sample", load_city("mong_kok_core").streets


def tiled(one: StreetNetwork, columns: int, rows: int) -> StreetNetwork:
    """Lay copies of a network side by side and join neighbours where nodes are near."""
    x, y = one.arrays.node_x, one.arrays.node_y
    size, streets = len(x), int(one.edges["street"].max()) + 1
    pitch = np.array([np.ptp(x), np.ptp(y)]) + GAP_M
    nodes, edges = [], []
    for tile in range(columns * rows):
        at = pitch * (tile % columns, tile // columns)
        moved = {"u": one.edges["u"] + tile * size, "v": one.edges["v"] + tile * size,
                 "street": one.edges["street"] + tile * streets}  # fmt: skip
        nodes.append(one.nodes.set_geometry(one.nodes.geometry.translate(*at)))
        edges.append(one.edges.assign(**moved).set_geometry(one.edges.geometry.translate(*at)))
    points = pd.concat(nodes, ignore_index=True)
    edges.append(seams(points, size, columns, rows, pitch, streets * columns * rows))
    return StreetNetwork(points, pd.concat(edges, ignore_index=True))


def seams(points, size, columns, rows, pitch, street) -> gpd.GeoDataFrame:
    """Straight links from a tile to the ones east and north of it."""
    xy = np.column_stack([points.geometry.x, points.geometry.y])
    corner = xy.min(axis=0) - GAP_M / 2
    found = []
    for tile in range(columns * rows):
        for axis, other in ((0, tile + 1), (1, tile + columns)):
            place = (tile % columns, tile // columns)[axis] + 1
            if place == (columns, rows)[axis]:
                continue
            seam = corner[axis] + place * pitch[axis]
            near = [np.arange(t * size, (t + 1) * size) for t in (tile, other)]
            near = [part[abs(xy[part, axis] - seam) < SEAM_M] for part in near]
            away, nearest = cKDTree(xy[near[1]]).query(xy[near[0]])
            chosen = np.argsort(away)[:LINKS]
            found.append(np.column_stack([near[0][chosen], near[1][nearest[chosen]]]))
    u, v = np.concatenate(found).T.astype(np.int32)
    line = shapely.linestrings(np.stack([xy[u], xy[v]], axis=1))
    columns_ = {
        "u": u, "v": v, "street": street + np.arange(len(u)), "name": "", "name_zh": "",
        "highway": "residential", "deck": "street", "steps": False, "length": shapely.length(line),
    }  # fmt: skip
    return gpd.GeoDataFrame(columns_, geometry=line, crs=points.crs)


def local_walks(streets: StreetNetwork, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Random nodes, and nodes 0.3 to 2 km from them in any direction."""
    rng = np.random.default_rng(1)
    xy = np.column_stack([streets.arrays.node_x, streets.arrays.node_y])
    origin = rng.integers(0, len(xy), 4 * count)
    way, metres = rng.uniform(0, 2 * np.pi, 4 * count), rng.uniform(300, 2000, 4 * count)
    aim = xy[origin] + metres[:, None] * np.column_stack([np.cos(way), np.sin(way)])
    target = cKDTree(xy).query(aim)[1]
    straight = np.hypot(*(xy[origin] - xy[target]).T)
    kept = np.flatnonzero((straight >= 300) & (straight <= 2000))[:count]
    return origin[kept].astype(np.int32), target[kept].astype(np.int32)


# --- peers


def osmnx(links: Links) -> Route:
    """Its router is networkx on a directed multigraph."""
    import networkx as nx
    import osmnx as ox

    graph = nx.MultiDiGraph(crs="EPSG:2326")
    graph.add_nodes_from(range(len(links.x)))
    for u, v, seconds in links.rows():
        graph.add_edge(u, v, seconds=seconds)
        graph.add_edge(v, u, seconds=seconds)

    def route(origins, targets):
        return ox.routing.shortest_path(graph, origins, targets, weight="seconds", cpus=1), None

    return route


def networkx_bidirectional(links: Links) -> Route:
    """Dijkstra from both ends, in Python."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from(links.rows())

    def route(origins, targets):
        pairs = zip(origins, targets, strict=True)
        found = [nx.bidirectional_dijkstra(graph, o, d) for o, d in pairs]
        return [path for _, path in found], [cost for cost, _ in found]

    return route


def networkit_bidirectional(links: Links) -> Route:
    """Dijkstra from both ends, in C++; the quickest of its three on these walks."""
    import networkit as nk

    graph = nk.GraphFromCoo(
        (links.seconds, (links.u, links.v)), n=len(links.x), weighted=True, directed=False
    )

    def route(origins, targets):
        paths, costs = [], []
        for o, d in zip(origins, targets, strict=True):
            search = nk.distance.BidirectionalDijkstra(graph, o, d)
            search.run()
            paths.append([o, *search.getPath(), d])
            costs.append(search.getDistance())
        return paths, costs

    return route


def igraph_dijkstra(links: Links) -> Route:
    """Dijkstra from one end, in C."""
    import igraph

    graph = igraph.Graph(n=len(links.x), edges=np.column_stack(links[:2]))
    graph.es["seconds"] = links.seconds

    def route(origins, targets):
        pairs = zip(origins, targets, strict=True)
        return [graph.get_shortest_path(o, d, "seconds", output="vpath") for o, d in pairs], None

    return route


def pandana_contraction(links: Links) -> Route:
    """Contraction hierarchies: a new cost means a new hierarchy, so no costs for each person."""
    import pandana

    ends = (pd.Series(links.u), pd.Series(links.v))
    with quiet():
        network = pandana.Network(
            pd.Series(links.x), pd.Series(links.y), *ends, pd.DataFrame({"s": links.seconds})
        )

    def route(origins, targets):
        return network.shortest_paths(origins, targets), None

    route.stated = network.shortest_path_lengths
    return route


PEERS = {  # builder and its share of the walks, so that a round takes seconds
    "osmnx": (osmnx, 0.01),
    "networkx": (networkx_bidirectional, 0.05),
    "igraph": (igraph_dijkstra, 0.05),
    "networkit": (networkit_bidirectional, 0.25),
    "pandana": (pandana_contraction, 1.0),
}


@contextmanager
def quiet():
    """Send what C++ writes on standard output to standard error."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


# --- measurement


def measured(call: Callable[[], object], walks: int) -> dict:
    """Walks a second by the clock, and by processor time, which a busy machine disturbs less."""
    started, busy = time.perf_counter(), time.process_time()
    result = call()
    took, used = time.perf_counter() - started, time.process_time() - busy
    return {"result": result, "clock": walks / took, "processor": walks / used}


def excess(links: Links, paths, costs, least: np.ndarray) -> tuple[float, float]:
    """Largest relative surplus of a path over the least cost, and error of the stated cost."""
    seconds = {(u, v): s for u, v, s in links.rows()}
    true = []
    for path in paths:
        steps = np.sort(np.column_stack([path[:-1], path[1:]]).astype(int), axis=1).tolist()
        true.append(sum(seconds[u, v] for u, v in steps if u != v))
    surplus = float(np.abs(np.array(true) / least - 1).max())
    stated = float("nan") if costs is None else float(np.abs(np.array(costs) / least - 1).max())
    return surplus, stated


def contenders(streets, links, origins, targets):
    """Build name -> (call, walks, route or None) of ours and of each peer that is installed."""
    count = len(origins)
    persons = np.arange(count)
    ready, missing = {}, {}
    for taste in (0.0, 0.2):
        for threads in (1, 2):
            options = {"seed": 1, "cost_dispersion": taste, "speed_m_s": SPEED, "workers": threads}
            ready[f"ours, taste {taste:g}, {threads} thread{'s'[: threads - 1]}"] = (
                lambda options=options: walk(streets, origins, targets, persons, **options), count,
                None, 0.0,
            )  # fmt: skip
    for name, (build, share) in PEERS.items():
        some = max(10, round(share * count))
        pairs = origins[:some].tolist(), targets[:some].tolist()
        try:
            started = time.perf_counter()
            route = build(links)
        except ImportError as error:
            missing[name] = str(error)
            continue
        built = time.perf_counter() - started
        label = f"{name} {version(name)}"
        ready[label] = (lambda route=route, pairs=pairs: route(*pairs), some, route, built)
    return ready, missing


def table(streets, origins, targets, rounds: int) -> tuple[list[dict], dict[str, str]]:
    seconds = edge_seconds(streets, SPEED)
    cheapest = cheapest_links(streets, seconds)
    u, v = np.array(list(cheapest), np.int64).T
    links = Links(u, v, seconds[list(cheapest.values())], streets.arrays.node_x,
                  streets.arrays.node_y)  # fmt: skip
    least = walk(
        streets, origins, targets, np.zeros(len(origins)), seed=0, cost_dispersion=0.0
    ).cost
    ready, missing = contenders(streets, links, origins, targets)
    runs: dict[str, list[dict]] = {name: [] for name in ready}
    for _ in range(rounds):
        for name, (call, walks, *_) in ready.items():
            runs[name].append(measured(call, walks))
    rows = []
    for name, (_, walks, route, built) in ready.items():
        row = {"router": name, "walks": walks, "build_s": built}
        for key in ("clock", "processor"):
            row[key] = statistics.median(run[key] for run in runs[name])
        if route is not None:
            paths, costs = runs[name][0]["result"]
            if hasattr(route, "stated"):
                costs = route.stated(origins[:walks], targets[:walks])
            row["surplus"], row["stated"] = excess(links, paths, costs, least[:walks])
        rows.append(row)
    return rows, missing


def printed(rows: list[dict]) -> None:
    ours = next(row["clock"] for row in rows if row["router"] == "ours, taste 0.2, 2 threads")
    print("| router | walks/s | walks/s of processor time | ours with taste, 2 threads, is "
          "| path over the least by | stated cost off by | builds in |")  # fmt: skip
    print("|---|---:|---:|---:|---:|---:|---:|")
    for row in rows:
        cells = [row["router"], f"{row['clock']:,.0f}", f"{row['processor']:,.0f}"]
        times = ours / row["clock"]
        cells += [f"{times:,.{int(times < 10)}f} ×", error(row, "surplus"), error(row, "stated")]
        cells.append(f"{row['build_s']:.1f} s" if row["build_s"] else "-")
        print(f"| {' | '.join(cells)} |")


def error(row: dict, key: str) -> str:
    """Relative error; what sums of 64-bit numbers differ by in another order counts as none."""
    value = row.get(key, float("nan"))
    return "-" if value != value else "0" if value < 1e-14 else f"{value:.1e}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="also write the figures to this JSON file")
    parser.add_argument("--quick", action="store_true", help="one round of fewer walks")
    options = parser.parse_args()
    tile, one = one_tile()
    tiles = -(-NODES // len(one.nodes))
    columns = max(1, round(tiles**0.5))
    streets = tiled(one, columns, -(-tiles // columns))
    origins, targets = local_walks(streets, 1000 if options.quick else 4000)
    load = [round(os.getloadavg()[0], 2)]
    rows, missing = table(streets, origins, targets, 1 if options.quick else 5)
    load.append(round(os.getloadavg()[0], 2))
    length = walk(streets, origins, targets, origins, seed=1, cost_dispersion=0.2).length
    about = {
        "streets": f"{tile}, {columns} × {-(-tiles // columns)} tiles",
        "nodes": len(streets.nodes), "edges": len(streets.edges), "walks": len(origins),
        "median_walk_m": round(float(np.median(length))), "load_before_after": load,
        "cores": os.cpu_count(), "machine": platform.processor() or platform.machine(),
        "python": platform.python_version(), "not_installed": missing,
    }  # fmt: skip
    print(f"{about['streets']}: {about['nodes']:,} nodes, {about['edges']:,} edges; walks of "
          f"{about['median_walk_m']} m in the median; {about['cores']} cores, load "
          f"{load[0]} before and {load[1]} after\n")  # fmt: skip
    printed(rows)
    for name, why in missing.items():
        print(f"\n{name} is left out: {why}")
    if options.out:
        options.out.write_text(json.dumps({"about": about, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
