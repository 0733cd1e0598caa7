"""The sight benchmark: one command prints the tables and writes them as JSON.

    python benchmarks/sight.py [--out FILE] [--parts engine peers real growth compile] [--quick]

Times are medians of interleaved rounds in one process. Peers sample streets every 2 m and every
0.5 m and see for a subset of heads, scaled to heads a second; the engine answers exactly, so its
time does not depend on the step. Install benchmarks/requirements.txt for the peers.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import shapely
from scipy.spatial import cKDTree

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import plain_c
from city_scene import city, fleet
from oracles.lines_of_sight import engine_says, points_on
from peers import installed, questions, select
from real_scenes import FILES, openstreetmap

from sim.city.ground import LEVEL
from sim.sight import arrays, kernels, ranks, scene, sightings

RANGES = {"40 m": (40.0, 0.0, 0.0, 0.0), "128/51/26/13 m": (128.0, 51.0, 26.0, 13.0)}
BLOCK_HEADS = 512
ROWS = 1 << 16
THREADS = os.cpu_count() or 1


class Work:
    """One fleet in one city, stage by stage."""

    def __init__(self, streets, walls, heads) -> None:
        self.streets, self.walls, self.heads = streets, walls, heads
        self.fields = scene.fields_of(heads)
        self.index()

    def index(self) -> None:
        """Put streets and walls on their grids and heads in order of place."""
        self.scenes = scene.scenes_of(self.streets, self.walls)
        grid = self.scenes[0].grid
        column = np.floor((self.heads.x - grid.west) / grid.cell)
        row = np.floor((self.heads.y - grid.south) / grid.cell)
        self.order = np.lexsort((self.heads.rank, column, row))

    def kernel(self, see, threads: int) -> tuple[arrays.Rows, float, float]:
        """Return rows, wall seconds, and processor seconds a thread."""
        busy: list[float] = []

        def block(begin: int) -> arrays.Rows:
            started = time.thread_time()
            stop, parts, size = min(begin + BLOCK_HEADS, len(self.order)), [], 4096
            out, scratch = scene.empty_rows(ROWS), scene.empty_scratch(size)
            while begin < stop:
                reached, rows = see(
                    self.order, begin, stop, self.fields, *self.scenes, LEVEL, scratch, out
                )
                parts.append(scene.first_rows(out, rows))
                if reached == begin:
                    size *= 2
                    out, scratch = scene.empty_rows(16 * size), scene.empty_scratch(size)
                begin = reached
            busy.append(time.thread_time() - started)
            return scene.joined(parts)

        started = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            parts = list(pool.map(block, range(0, len(self.order), BLOCK_HEADS)))
        took = time.perf_counter() - started
        return scene.joined(parts), took, sum(busy) / threads

    def csr(self, rows: arrays.Rows):
        """Order the rows by task, edge and head."""
        return sightings.order_rows([rows], len(self.heads.x), len(self.streets.edge_length))

    def ranks(self, seen):
        """Find the first-seen rank along every street, for every total and task."""
        edges = len(self.streets.edge_length)
        none = np.zeros(edges + 1, np.int64)
        return ranks.pieces_of(seen, self.heads.rank, self.streets.edge_length, none, np.zeros(0))

    def floor(self, rows: arrays.Rows) -> None:
        """Read both indexes once and write the result once: the memory floor."""
        for part in self.scenes:
            part.grid.line.sum()
            part.grid.item.max(initial=0)
        for column in rows:
            column.copy()


def seconds(call: Callable[[], object]) -> tuple[float, object]:
    """Time one call."""
    started = time.perf_counter()
    result = call()
    return time.perf_counter() - started, result


def engine(given) -> list[dict]:
    """Time the engine and plain C: fleets of three sizes, fields and domes, one and four tasks."""
    streets, walls, _ = city(given.blocks)
    c = plain_c.PlainC() if plain_c.compiler() else None
    table = []
    sizes = (3_000, 60_000) if given.quick else (3_000, 12_000, 60_000)
    for name, reach in RANGES.items():
        for fov in (62.0, 360.0):
            for count in sizes:
                work = Work(streets, walls, fleet(streets, count, reach, fov))
                table.append({"ranges": name, "fov": fov, "heads": count} | one(work, c, given))
                show("engine", table[-1])
    return table


def one(work: Work, c, given) -> dict:
    """Interleaved rounds of one fleet."""
    taken: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        taken.setdefault(name, []).append(value)

    rows = work.kernel(kernels.see_heads, THREADS)[0]
    same = None
    if c:
        other = work.kernel(c.see_heads, THREADS)[0]
        same = all(a.tobytes() == b.tobytes() for a, b in zip(rows, other, strict=True))
    for _ in range(given.rounds):
        note("index", seconds(work.index)[0])
        for who, see in {"kernel": kernels.see_heads, **({"c": c.see_heads} if c else {})}.items():
            for threads in (THREADS, 1):
                _, wall, busy = work.kernel(see, threads)
                note(f"{who}_{threads}", wall)
                note(f"{who}_{threads}_cpu", busy)
        took, seen = seconds(lambda: work.csr(rows))
        note("csr", took)
        note("ranks", seconds(lambda seen=seen: work.ranks(seen))[0])
        note("total", seconds(lambda: whole(work))[0])
        note("floor", seconds(lambda: work.floor(rows))[0])
    result = {name: statistics.median(values) for name, values in taken.items()}
    if c:
        result["over_c"] = statistics.median(
            a / b for a, b in zip(taken["kernel_1_cpu"], taken["c_1_cpu"], strict=True)
        )
    return result | {"rows": len(rows.head), "same_bits_as_c": same}


def whole(work: Work):
    """Do what a user waits for: index, kernel, order, first-seen ranks for every total."""
    seen = sightings.see_arrays(work.streets, work.walls, work.heads, threads=THREADS)
    return work.ranks(seen)


def peers(given) -> list[dict]:
    """Peers and engine on the same heads, interleaved; the engine on all, peers on some."""
    streets, walls, footprints = city(given.blocks)
    tree = shapely.STRtree(footprints)
    table = []
    for fov in (62.0, 360.0):
        heads = fleet(streets, 12_000, RANGES["40 m"], fov)
        work = Work(streets, walls, heads)
        seen = work.csr(work.kernel(kernels.see_heads, THREADS)[0])
        rng = np.random.default_rng(4)
        chosen = rng.permutation(len(heads.x))[: given.peer_heads]
        chosen.sort()
        for step in (2.0, 0.5):
            table += against(work, seen, chosen, step, footprints, tree, given)
    return table


def sampled(streets, step: float):
    """Points every `step` metres of every segment, with edge and position."""
    length = np.hypot(
        streets.segment_x1 - streets.segment_x0, streets.segment_y1 - streets.segment_y0
    )
    count = np.maximum((length / step).astype(int), 1)
    k = np.repeat(np.arange(len(length)), count)
    place = np.arange(len(k)) - np.repeat(np.cumsum(count) - count, count)
    t = streets.segment_start[k] + length[k] * (place + 0.5) / count[k]
    return streets.segment_edge[k], t


def against(work: Work, seen, chosen, step: float, footprints, tree, given) -> list[dict]:
    """One field of view at one step: time every peer in turn, and compare its answers."""
    streets, heads = work.streets, work.heads
    edge, t = sampled(streets, step)
    cloud = shapely.STRtree(shapely.points(*points_on(streets, edge, t)))
    asked = questions(heads, chosen, cloud, tree)
    points = cKDTree(shapely.get_coordinates(cloud.geometries))
    finding: list[float] = []
    ready, absent = installed(footprints, step)
    rate: dict[str, list[float]] = {"engine": [], "engine, 1 thread": []}
    answers: dict[str, list] = {}
    share = {"embreex": 1.0, "shapely prepared": 0.5}
    for _ in range(given.rounds):
        for name, threads in (("engine", THREADS), ("engine, 1 thread", 1)):
            rate[name].append(len(heads.x) / work.kernel(kernels.see_heads, threads)[1])
        finding.append(seconds(lambda: select(heads, chosen, points))[0] / len(chosen))
        for name, answer in ready.items():
            some = asked[: max(5, int(len(asked) * share.get(name, 0.05)))]
            if name == "xarray-spatial" and name not in answers:
                answer(some)  # compiles, and draws its rasters
            took, answers[name] = seconds(lambda a=answer, s=some: a(s))
            rate.setdefault(name, []).append(len(some) / took)
    truth = told(work, seen, chosen, edge, t, asked, cloud)
    table = []
    for name, values in rate.items():
        faster = {}
        for who in ("engine", "engine, 1 thread"):
            # a peer first has to find its samples; the engine has found its streets in that time
            extra = [0.0] * len(values) if name.startswith("engine") else finding
            spent = [1 / rate_ + find for rate_, find in zip(values, extra, strict=True)]
            ratios = [a * b for a, b in zip(rate[who], spent, strict=True)]
            faster[f"{who}: times as fast"] = statistics.median(ratios)
            ratios = [a / b for a, b in zip(rate[who], values, strict=True)]
            faster[f"{who}: as its bare query"] = statistics.median(ratios)
        row = {"fov": heads.field_of_view[0], "step_m": step, "tool": name,
               "heads_a_second": statistics.median(values)} | faster  # fmt: skip
        if name in answers:
            pairs = list(zip(answers[name], truth, strict=False))
            wrong = sum(int(((b >= 0) & (a != (b == 1))).sum()) for a, b in pairs)
            row["samples"] = sum(len(a) for a, _ in pairs)
            row["differs"] = wrong / max(row["samples"], 1)
        table.append(row)
        show("peers", row)
    for name, why in absent.items():
        table.append({"fov": heads.field_of_view[0], "step_m": step, "tool": name, "absent": why})
        show("peers", table[-1])
    return table


def told(work: Work, seen, chosen, edge, t, asked, cloud) -> list:
    """Return what the engine says of the peers' samples: 1, 0, or -1 within 1 µm of an end."""
    verdicts = []
    for h, q in zip(chosen, asked, strict=True):
        of = cloud.query(shapely.points(q.samples), predicate="intersects")[1]
        verdicts.append(engine_says(seen, 0, edge[of], np.full(len(of), h), t[of]))
    return verdicts


def real(given) -> list[dict]:
    """Real cities where their files are here: four tasks of a 4K head, domes, 60,000 heads."""
    table = []
    c = plain_c.PlainC() if plain_c.compiler() else None
    for name, file in FILES.items():
        if not file.exists():
            table.append({"scene": name, "absent": "file not here"})
            continue
        streets, walls, _ = openstreetmap(file)
        for fov in (62.0, 360.0):
            heads = fleet(streets, 12_000, RANGES["128/51/26/13 m"], fov)
            work = Work(streets, walls, heads)
            row = {"scene": name, "walls": len(walls.x0), "segments": len(streets.segment_x0),
                   "km": streets.edge_length.sum() / 1000, "heads": 12_000, "fov": fov}  # fmt: skip
            table.append(row | one(work, c, given))
            show("real", table[-1])
    return table


def growth(given) -> list[dict]:
    """How the time grows with heads, with walls at the same density of heads, and with range."""
    table = []

    def note(what: str, value: float, blocks: int, count: int, reach: float) -> None:
        streets, walls, _ = city(blocks)
        heads = fleet(streets, count, (reach, 0, 0, 0), 62.0)
        work = Work(streets, walls, heads)
        work.kernel(kernels.see_heads, THREADS)
        runs = [work.kernel(kernels.see_heads, THREADS)[1] for _ in range(given.rounds)]
        row = {"grows": what, "value": value, "heads": count, "walls": len(walls.x0),
               "range_m": reach, "kernel": statistics.median(runs),
               "total": seconds(lambda: whole(work))[0]}  # fmt: skip
        table.append(row)
        show("growth", row)

    for count in (7_500, 15_000, 30_000, 60_000):
        note("heads", count, given.blocks, count, 40.0)
    for blocks in (given.blocks // 4, given.blocks // 2, given.blocks):
        note("walls", blocks**2, blocks, round(60_000 * (blocks / given.blocks) ** 2), 40.0)
    for reach in (20.0, 40.0, 80.0, 160.0):
        note("range", reach, given.blocks, 15_000, reach)
    return table


COMPILE = """
import sys, time
sys.path[:0] = {paths!r}
import numba
began = time.perf_counter()
from city_scene import city, fleet
from sim.sight import ranks, sightings
import numpy as np
loaded = time.perf_counter()
streets, walls, _ = city(3)
heads = fleet(streets, 20, (128.0, 51.0, 26.0, 13.0), 62.0)
made = time.perf_counter()
seen = sightings.see_arrays(streets, walls, heads)
none = np.zeros(len(streets.edge_length) + 1, np.int64)
ranks.pieces_of(seen, heads.rank, streets.edge_length, none, np.zeros(0))
print(time.perf_counter() - made)
"""
MEMORY = """
import re, sys
from pathlib import Path
sys.path[:0] = {paths!r}
import numpy as np
from city_scene import city, fleet
from sim.sight import ranks, sightings

def gigabytes(what):
    return int(re.search(what + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1e6

streets, walls, _ = city({blocks})
del _
heads = fleet(streets, 60_000, {reach!r}, {fov})
Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
before = gigabytes("VmRSS")
seen = sightings.see_arrays(streets, walls, heads)
none = np.zeros(len(streets.edge_length) + 1, np.int64)
ranks.pieces_of(seen, heads.rank, streets.edge_length, none, np.zeros(0))
print(before, gigabytes("VmHWM"))
"""


def child(text: str, **environment: str) -> list[float]:
    """Run a small program of its own and read the numbers it prints."""
    done = subprocess.run(
        [sys.executable, "-c", text], env=os.environ | environment, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    return [float(word) for word in done.stdout.split()]


def compile_and_memory(given) -> list[dict]:
    """Compilation from cold and from cache; peak memory of a whole computation, in processes."""
    paths = [str(ROOT), str(ROOT / "benchmarks")]
    table = []
    with tempfile.TemporaryDirectory() as cache:
        text = COMPILE.format(paths=paths)
        for state in ("cold", "warm"):
            row = {"compile": state, "seconds": child(text, NUMBA_CACHE_DIR=cache)[0]}
            table.append(row)
            show("compile", row)
    for name, reach in RANGES.items():
        for fov in (62.0, 360.0):
            text = MEMORY.format(paths=paths, blocks=given.blocks, reach=reach, fov=fov)
            before, peak = child(text)
            row = {"memory": name, "fov": fov, "scene_gb": before, "peak_gb": peak}
            table.append(row)
            show("compile", row)
    return table


PARTS = {
    "engine": engine, "peers": peers, "real": real, "growth": growth, "compile": compile_and_memory,
}  # fmt: skip


def show(part: str, row: dict) -> None:
    """Say on standard error what was just measured."""
    words = (f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items())
    print(f"{part}: " + ", ".join(words), file=sys.stderr, flush=True)


def markdown(rows: list[dict]) -> str:
    """Return a table with every column that any row has."""
    columns = list(dict.fromkeys(key for row in rows for key in row))

    def cell(value) -> str:
        if value is None:
            return ""
        return f"{value:.4g}" if isinstance(value, float) else str(value)

    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(cell(row.get(c)) for c in columns) + " |" for row in rows]
    return "\n".join(lines)


def machine() -> dict:
    """Return what the numbers were taken on, and how busy it was."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            x.split(":", 1)[1].strip() for x in info.read_text().splitlines() if "model name" in x
        ]
        model = names[0] if names else model
    return {"cpu": model, "cores": THREADS, "load": os.getloadavg()[0],
            "python": platform.python_version(), "memory_gb":
            os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9,
            "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}  # fmt: skip


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--blocks", type=int, default=114, help="side of the generated city")
    parser.add_argument("--peer-heads", type=int, default=1000)
    parser.add_argument("--quick", action="store_true", help="fewer fleets, two rounds")
    given = parser.parse_args()
    if given.quick:
        given.rounds, given.peer_heads = 2, 200
    before = machine()
    result: dict = {part: PARTS[part](given) for part in given.parts}
    result["machine"] = {**before, "load_after": os.getloadavg()[0]}
    for part, rows in result.items():
        print(f"\n### {part}\n\n{markdown(rows if isinstance(rows, list) else [rows])}")
    if given.out:
        beside = given.out.with_suffix(".part")
        beside.write_text(json.dumps(result, indent=1, default=float))
        beside.replace(given.out)


if __name__ == "__main__":
    main()
