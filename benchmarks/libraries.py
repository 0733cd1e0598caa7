"""Our own code against libraries that could do its work, on the built-in sample.

    python benchmarks/libraries.py [--city mong_kok_core] [--rounds 5] [--only PART …]

It prints the rows that docs/decisions/0017-libraries.md quotes: milliseconds of processor time of
both (the best of the rounds, after one that compiles and loads) and by how much the results differ.
What is not installed is named and left out. Answers of servers are given by a server of its own on
this machine; nothing leaves it.
"""

import argparse
import contextlib
import gzip
import importlib.util
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

import sim
from sim.cameras.optics import TASKS
from sim.city.components import connected_components
from sim.city.walls import Walls
from sim.pipeline.stage_cache import StageCache
from sim.scenario.strict_yaml import read
from sim.sight.arrays import NEVER
from sim.tracking.fewest import fewest_heads, watched_ways
from sim.tracking.inequality import gini
from sim.tracking.percolation import dark_network, dark_tree
from sim.trips.matching import match

TOTAL, TASK = 4000, 2
PAIRS, LINES, NOISE_M, STEP_M = 10, 20, 4.0, 15.0


def cost_ms(work: Callable, rounds: int) -> float:
    """Return the least processor time of a call, after one that is not counted."""
    work()
    found = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return 1e3 * min(found)


def row(part: str, ours_ms: float, other: str, other_ms: float, differs: str) -> None:
    print(f"| {part} | {ours_ms:,.2f} | {other} | {other_ms:,.2f} | {differs} |", flush=True)


def components(city, _seen, rounds):
    from scipy.sparse import coo_array, csgraph

    a = city.streets.arrays
    u, v, size = a.edge_u, a.edge_v, len(a.node_x)

    def scipys():
        graph = coo_array((np.ones(len(u), np.int8), (u, v)), (size, size))
        return csgraph.connected_components(graph, directed=False)

    same = np.array_equal(scipys()[1], connected_components(u, v, size)[1])
    ours = cost_ms(lambda: connected_components(u, v, size), rounds)
    row("components", ours, "scipy", cost_ms(scipys, rounds), f"same numbers: {same}")


def bottlenecks(city, seen, rounds):
    """The tree of joins holds the bottleneck of every pair, as a maximum spanning tree does."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    e = dark_network(city, seen()).elements
    rank = e.rank[:, TASK].astype(np.int64)
    of = np.repeat(np.arange(len(rank)), np.diff(e.ptr))
    least = np.minimum(rank[of], rank[e.neighbour])
    weight = int(NEVER) + 1.0 - least
    graph = csr_array((weight, e.neighbour, e.ptr), (len(rank), len(rank)))

    def joins(weights):
        return np.sort(weights[weights > 0])

    tree = dark_tree(e, TASK)
    child = tree.parent != np.arange(len(rank))
    ours = joins(tree.joined[child].astype(np.int64))
    scipys = joins((int(NEVER) + 1 - minimum_spanning_tree(graph).data).astype(np.int64))
    same = np.array_equal(ours, scipys)
    mine = cost_ms(lambda: dark_tree(e, TASK), rounds)
    theirs = cost_ms(lambda: minimum_spanning_tree(graph), rounds)
    row("bottleneck tree", mine, "scipy", theirs, f"same joins: {same}")
    if importlib.util.find_spec("igraph"):
        import igraph

        once = of < e.neighbour
        net = igraph.Graph(n=len(rank), edges=np.column_stack([of, e.neighbour])[once])
        cost = weight[once].tolist()
        chosen = net.spanning_tree(cost, return_tree=False)
        same = np.array_equal(ours, joins(least[once][chosen]))
        theirs = cost_ms(lambda: net.spanning_tree(cost, return_tree=False), rounds)
        row("bottleneck tree", mine, "igraph", theirs, f"same joins: {same}")


def blocks(city, _seen, rounds):
    import momepy

    region = city.area.polygon
    edges = city.streets.edges.geometry
    limit = edges.iloc[:0]
    limit = type(edges)([region], crs=edges.crs)
    found = momepy.enclosures(edges, limit=limit, clip=True)
    walls = Walls.from_streets(city.streets, region).footprints
    ours = cost_ms(lambda: Walls.from_streets(city.streets, region), rounds)
    theirs = cost_ms(lambda: momepy.enclosures(edges, limit=limit, clip=True), rounds)
    said = (
        f"{len(walls)} blocks, {walls.area.sum() / region.area:.0%} of the area; "
        f"{len(found)} enclosures, {found.area.sum() / region.area:.0%}"
    )
    row("blocks between streets", ours, "momepy", theirs, said)


def inequality(city, _seen, rounds):
    from inequality.gini import Gini

    values = city.streets.arrays.edge_length
    off = abs(gini(values) - Gini(values).g)
    ours, theirs = cost_ms(lambda: gini(values), rounds), cost_ms(lambda: Gini(values).g, rounds)
    row("Gini", ours, "inequality", theirs, f"{off:.1e}, without weights (it takes none)")


def with_text_keys(value):
    if isinstance(value, dict):
        return {str(key): with_text_keys(below) for key, below in value.items()}
    return [with_text_keys(below) for below in value] if isinstance(value, list) else value


def yaml_places(_city, _seen, rounds):
    from ruamel.yaml import YAML

    text = (ROOT / "scenarios" / "as_announced.yaml").read_text(encoding="utf-8")
    loader = YAML()
    same = read(text).value == with_text_keys(loader.load(text))
    ours, theirs = cost_ms(lambda: read(text), rounds), cost_ms(lambda: loader.load(text), rounds)
    traps = ("a: 0x1F", "a: 1_000", "a: 2025-10-28", "a: &x 1", "a: .inf", "a: no")
    taken = 0
    for trap in traps:
        with contextlib.suppress(Exception):
            loader.load(trap)
            taken += 1
    refused = sum(bool(read(trap).problems) for trap in traps)
    ours_reads = len(traps) - refused
    said = f"same but for keys: {same}; of {len(traps)} traps it reads {taken}, ours {ours_reads}"
    row("YAML with places", ours, "ruamel.yaml", theirs, said)


def kept_stages(_city, seen, rounds):
    a = seen().first_seen.arrays
    arrays = {name: np.asarray(getattr(a, name)) for name in ("start", "end", "rank", "piece_ptr")}
    with tempfile.TemporaryDirectory() as folder:
        ours = StageCache(Path(folder) / "ours")

        def mine():
            ours.put("sight", "0a", arrays)
            return ours.get("sight", "0a")

        mine_ms = cost_ms(mine, rounds)
        if importlib.util.find_spec("joblib"):
            import joblib

            path = Path(folder) / "joblib"

            def joblibs():
                joblib.dump(arrays, path)
                return joblib.load(path)

            row("stage kept and read", mine_ms, "joblib", cost_ms(joblibs, rounds), "pickles")
        if importlib.util.find_spec("diskcache"):
            import diskcache

            with diskcache.Cache(str(Path(folder) / "disk")) as cache:

                def disks():
                    cache["sight"] = arrays
                    return cache["sight"]

                row("stage kept and read", mine_ms, "diskcache", cost_ms(disks, rounds), "pickles")


class _Failing(BaseHTTPRequestHandler):
    """Answers what its server has in its list, one after the other."""

    def do_GET(self):
        status, body, headers = self.server.answers[min(self.server.asked, 9)]
        self.server.asked += 1
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", headers.get("length", str(len(body))))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def polite_fetching(_city, _seen, _rounds):
    """What urllib3's Retry does about each way in which servers of map data fail."""
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    from sim.city.sources.server import GarbageError, NoAnswerError, Server

    good = (200, b"good", {})
    cases = {
        "busy (504), then good": (504, b"", {}),
        "garbage with status 200, then good": (200, b"<html>", {}),
        "cut off, then good": (200, b"go", {"length": "4"}),
    }

    def check(path):
        if gzip.decompress(path.read_bytes()) != b"good":
            raise GarbageError("garbage")
        return True

    for name, bad in cases.items():
        server = HTTPServer(("127.0.0.1", 0), _Failing)
        server.answers = [bad, *[good] * 9]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        server.asked = 0
        with requests.Session() as session:
            retry = Retry(total=3, status_forcelist=[504], backoff_factor=0)
            session.mount("http://", HTTPAdapter(max_retries=retry))
            try:
                theirs = f"gives {session.get(url).content!r}"
            except requests.RequestException as error:
                theirs = type(error).__name__
        theirs = f"urllib3 Retry: {theirs} after {server.asked}"
        if importlib.util.find_spec("requests_cache"):
            import requests_cache

            server.asked = 0
            with (
                requests_cache.CachedSession(backend="memory") as session,
                contextlib.suppress(requests.RequestException),
            ):
                session.get(url)
                again = session.get(url)
                theirs += f" | requests-cache keeps: {again.content!r} {again.from_cache}"
        server.asked = 0
        with tempfile.TemporaryDirectory() as folder:
            asks = Server("t", url, "GET", Path(folder), "", check, wait=lambda _s: None)
            try:
                asks.answer({})
                ours = "good"
            except NoAnswerError:
                ours = "no answer"
        print(f"| {name} | ours: {ours} after {server.asked} | {theirs} |")
        server.shutdown()
        server.server_close()


def fewest(city, seen, _rounds):
    """The fewest heads in the way, by our bracket and as an integer programme (HiGHS)."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    from sim.tracking.answer import both_ways
    from sim.tracking.percolation import junctions_at

    seen = seen()
    ways, _ = both_ways(city, seen.first_seen.arrays)
    rank = seen.fleet.arrays.rank
    watched = watched_ways(city.streets.arrays, seen.arrays, rank, ways, TASK)
    heads = int(np.searchsorted(watched.rank, TOTAL, side="right"))
    nodes, edges = len(city.streets.arrays.node_x), len(watched.edge)
    edge, head = (side[watched.watched[1] < heads] for side in watched.watched)
    pairs = np.random.default_rng(1).choice(np.unique(watched.ends), (PAIRS, 2), replace=False)
    fewest_heads(watched, ways, *pairs[0].tolist(), TOTAL)
    ours_s = theirs_s = 0.0
    outside = asked = 0
    for start, end in pairs.tolist():
        begun = time.process_time()
        found = fewest_heads(watched, ways, start, end, TOTAL)
        ours_s += time.process_time() - begun
        if found is None:
            continue
        begun = time.process_time()
        number, one = np.arange(edges), np.ones(edges)
        u, v = watched.ends
        balance = coo_array(
            (np.concatenate([one, -one, one, -one]),
             (np.concatenate([u, v, v, u]), np.concatenate([number] * 2 + [edges + number] * 2))),
            (nodes, 2 * edges + heads),
        ).tocsr()  # fmt: skip
        due = np.zeros(nodes)
        due[[start, end]] = 1, -1
        rows = np.arange(len(edge))
        counted = coo_array(
            (np.repeat([1.0, 1.0, -1.0], len(edge)),
             (np.tile(rows, 3), np.concatenate([edge, edges + edge, 2 * edges + head]))),
            (len(edge), 2 * edges + heads),
        ).tocsr()  # fmt: skip
        doors = junctions_at(ways.elements, np.array([start, end]))
        at_doors = np.isin(watched.door[0], doors) & (watched.door[1] < heads)
        lowest = np.zeros(2 * edges + heads)
        lowest[2 * edges + watched.door[1][at_doors]] = 1
        cost = np.append(np.zeros(2 * edges), np.ones(heads))
        best = milp(
            cost, bounds=Bounds(lowest, 1), integrality=cost,
            constraints=[
                LinearConstraint(balance, due, due), LinearConstraint(counted, -np.inf, 0),
            ],
            options={"time_limit": 30.0},
        )  # fmt: skip
        theirs_s += time.process_time() - begun
        asked += 1
        outside += not found.lower <= round(best.fun) <= found.upper
    said = f"{asked} pairs at {TOTAL} and {TASKS[TASK]}, optimum outside our bracket: {outside}"
    row("fewest heads in the way", 1e3 * ours_s, "HiGHS", 1e3 * theirs_s, said)


def matching(city, _seen, _rounds):
    """Noisy tracks of known walks, matched; the share of their length found again."""
    from leuvenmapmatching.map.inmem import InMemMap
    from leuvenmapmatching.matcher.distance import DistanceMatcher

    a = city.streets.arrays
    walks = sim.sample_trips(city, people=200, seed=1)
    rng = np.random.default_rng(1)
    shapes = city.streets.edges.geometry.to_numpy()
    tracks, truth = [], []
    for k in range(200):
        path = slice(*walks.path_ptr[k : k + 2])
        edges, backward = walks.path_edge[path], walks.path_backward[path]
        if len(edges) < 8:
            continue
        points = []
        for e, back in zip(edges.tolist(), backward.tolist(), strict=True):
            at = np.arange(0.0, shapes[e].length, STEP_M)
            at = shapes[e].length - at if back else at
            points += [(p.x, p.y) for p in (shapes[e].interpolate(t) for t in at.tolist())]
        tracks.append(np.array(points) + rng.normal(0, NOISE_M, (len(points), 2)))
        truth.append(set(edges.tolist()))
        if len(tracks) == LINES:
            break
    xy, ptr = np.concatenate(tracks), np.cumsum([0, *map(len, tracks)])

    def compared(found: list[set[int]]) -> str:
        """Return which share of the length walked was found, and how much beside it."""
        length = a.edge_length
        whole = sum(length[list(t)].sum() for t in truth)
        both = sum(length[list(f & t)].sum() for f, t in zip(found, truth, strict=True))
        more = sum(length[list(f - t)].sum() for f, t in zip(found, truth, strict=True))
        return f"{both / whole:.1%} found and {more / whole:.1%} beside it"

    mine = match(city.streets, xy, ptr)
    found = [set() for _ in tracks]
    for k, line in enumerate(mine.line.tolist()):
        found[line] = set(mine.path_edge[slice(*mine.path_ptr[k : k + 2])].tolist())
    ours_ms = cost_ms(lambda: match(city.streets, xy, ptr), 1)
    begun = time.process_time()
    # straight between junctions unless the map has every vertex, so every vertex is a node
    net, owner = InMemMap("m", use_latlon=False, use_rtree=False), {}
    for e, line in enumerate(shapes):
        names = [tuple(np.round(c, 3)) for c in np.asarray(line.coords)[:, :2]]
        for name in names:
            net.add_node(name, name)
        for p, q in pairwise(names):
            net.add_edge(p, q)
            net.add_edge(q, p)
            owner[p, q] = owner[q, p] = e
    theirs = []
    for track in tracks:
        matcher = DistanceMatcher(net, max_dist=50, obs_noise=8, max_lattice_width=6)
        matcher.match([tuple(p) for p in track.tolist()])
        nodes = matcher.path_pred_onlynodes
        theirs.append({owner[p] for p in pairwise(nodes) if p in owner})
    theirs_ms = 1e3 * (time.process_time() - begun)
    said = f"{LINES} tracks; ours {compared(found)}; its {compared(theirs)}"
    row("tracks matched", ours_ms, "leuvenmapmatching", theirs_ms, said)


PARTS = {
    "components": (components, "scipy"),
    "bottlenecks": (bottlenecks, "scipy"),
    "blocks": (blocks, "momepy"),
    "inequality": (inequality, "inequality"),
    "yaml": (yaml_places, "ruamel.yaml"),
    "stages": (kept_stages, "numpy"),
    "fetching": (polite_fetching, "urllib3"),
    "fewest": (fewest, "scipy"),
    "matching": (matching, "leuvenmapmatching"),
}
MODULES = {"ruamel.yaml": "ruamel"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--city", default="mong_kok_core")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    asked = parser.parse_args()
    city = sim.load_city(asked.city)
    seen = cache(lambda: sim.see(city, sim.place(city, TOTAL, seed=0)))
    print(f"{asked.city}: {len(city.streets.edges)} edges; Python {platform.python_version()}")
    print("| task | ours, ms | library | its, ms | results |\n|---|---|---|---|---|")
    used = set()
    for name in asked.only:
        part, package = PARTS[name]
        if not importlib.util.find_spec(MODULES.get(package, package)):
            print(f"| {name} | | {package} is not installed | | |")
            continue
        used.add(package)
        part(city, seen, asked.rounds)
    print("; ".join(f"{name} {version(name)}" for name in sorted(used)))


if __name__ == "__main__":
    main()
