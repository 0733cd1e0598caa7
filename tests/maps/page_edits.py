"""Random edits of a fleet, made by the page's kernel under node and by the engine's in Python.

Both work on the same geometry: a scene drawn at random, or the streets and walls that a page
carries. What the page's kernel finds is compared interval by interval and rank by rank.
"""

import json
import subprocess
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from sim.cameras.fleet import HeadArrays
from sim.city.streets import StreetArrays
from sim.city.walls import WallArrays
from sim.sight.arrays import SightingArrays
from sim.sight.ranks import pieces_of
from sim.sight.sightings import see_arrays

DRIVER = Path(__file__).parent / "js" / "edit_fleet.js"
CLOSE_M = 1e-9
FOOTBRIDGE, SUBWAY = 1, 2
MOST_RANK = 100_000


@dataclass
class Differences:
    """What the two kernels do not agree on."""

    edits: int = 0
    intervals: int = 0
    pieces: int = 0
    furthest_m: float = 0.0
    faults: list[str] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)


def node_finds(node, cases, folder):
    """Let the page's kernel apply edits; return what it wrote."""
    given, found = folder / "cases.json", folder / "found.json"
    given.write_text(json.dumps(cases))
    subprocess.run([node, str(DRIVER), str(given), str(found)], check=True, cwd=folder)
    return json.loads(found.read_text())


def random_scene(seed, side=4, block=70.0):
    """Crooked streets on three decks among buildings, some lower than cameras, some overlapping."""
    draw = np.random.default_rng(seed)
    x0, y0, x1, y1, edge, start, deck, drawn = ([] for _ in range(8))
    for number in range(2 * side + 4):
        along = np.linspace(-20, side * block + 20, draw.integers(2, 7))
        across = (number % side) * block + draw.normal(0, 4, len(along))
        points = np.column_stack([along, across] if number < side else [across, along])
        walked = 0.0
        level = 0 if number < 2 * side else (FOOTBRIDGE, SUBWAY, 3, 0)[number - 2 * side]
        for (ax, ay), (bx, by) in pairwise(points.tolist()):
            row = ax, ay, bx, by, number, walked, level
            for column, value in zip((x0, y0, x1, y1, edge, start, deck), row, strict=True):
                column.append(value)
            walked += float(np.sqrt((bx - ax) ** 2 + (by - ay) ** 2))
        drawn.append(walked)
    walls = {name: [] for name in ("x0", "y0", "x1", "y1", "top")}
    for i in range(side):
        for k in range(side):
            for _ in range(draw.integers(1, 3)):
                _add_building(walls, draw, (i + 0.5) * block, (k + 0.5) * block, block)
    lines = {"x0": x0, "y0": y0, "x1": x1, "y1": y1, "edge": edge, "start": start, "deck": deck}
    cut_first, cut = [0], []
    for metres in drawn:
        cut += np.sort(draw.uniform(0, metres, draw.integers(3))).tolist()
        cut_first.append(len(cut))
    scene = {"lines": lines, "walls": walls, "drawn": drawn, "cutFirst": cut_first, "cut": cut}
    ranks = draw.permutation(np.arange(1, 400))[:60]
    cameras = [[k, int(rank), random_camera(draw, scene)] for k, rank in enumerate(ranks)]
    return {**scene, "cameras": cameras}


def _add_building(walls, draw, x, y, block):
    """Add a polygon round a middle, its corners counter-clockwise; height None is unknown."""
    angle = np.sort(draw.uniform(0, 2 * np.pi, draw.integers(3, 9)))
    size = draw.uniform(0.2, 0.45, len(angle)) * block
    corner = np.column_stack([x + size * np.cos(angle), y + size * np.sin(angle)])
    top = [None, 1.2, 2.5, 3.5, 6.0, 30.0][draw.integers(6)]
    for (ax, ay), (bx, by) in zip(corner, np.roll(corner, -1, axis=0), strict=True):
        for name, value in (("x0", ax), ("y0", ay), ("x1", bx), ("y1", by), ("top", top)):
            walls[name].append(value if value is None else float(value))


def random_camera(draw, scene, like=None):
    """Return a camera near some street, with any lens, or one like another elsewhere."""
    lines = scene["lines"]
    k = draw.integers(len(lines["x0"]))
    part, (dx, dy) = draw.random(), draw.normal(0, 6, 2)
    x = lines["x0"][k] + part * (lines["x1"][k] - lines["x0"][k]) + dx
    y = lines["y0"][k] + part * (lines["y1"][k] - lines["y0"][k]) + dy
    place = {"x": float(x), "y": float(y), "heading": float(draw.uniform(0, 360))}
    if like is not None:
        return {**like, **place}
    reach = np.sort(draw.uniform(4, 90, 4))[::-1]
    return {
        **place, "mount": float(draw.choice([2.2, 3.0, 4.0, 8.0])), "deck": int(lines["deck"][k]),
        "fieldOfView": float(draw.choice([30, 62, 90, 180, 200, 300, 360])),
        "near": float(draw.choice([0, 3, 5])), "reach": reach.tolist(),
    }  # fmt: skip


def random_edits(draw, scene, count):
    """Return edits [id, rank, camera], camera None where it goes: delete, turn, drag, add."""
    cameras = {number: (rank, camera) for number, rank, camera in scene["cameras"]}
    taken = {rank for rank, _ in cameras.values()}
    models = [camera for _, camera in cameras.values()]
    edits = []
    for _ in range(count):
        kind = draw.choice(["delete", "turn", "drag", "add"])
        numbers = list(cameras)
        number = numbers[draw.integers(len(numbers))]
        if kind == "add" or len(numbers) == 1:
            rank = next(int(rank) for rank in draw.integers(1, MOST_RANK, 1000)
                        if int(rank) not in taken)  # fmt: skip
            like = models[draw.integers(len(models))]
            number, camera = max(numbers) + 1, random_camera(draw, scene, like)
            cameras[number] = rank, camera
            taken.add(rank)
        elif kind == "delete":
            taken.discard(cameras.pop(number)[0])
            edits.append([number, 0, None])
            continue
        else:
            rank, camera = cameras[number]
            camera = {**camera, "heading": float(draw.uniform(0, 360))}
            if kind == "drag":
                camera = {**camera, "x": camera["x"] + float(draw.normal(0, 15)),
                          "y": camera["y"] + float(draw.normal(0, 15))}  # fmt: skip
            cameras[number] = rank, camera
        edits.append([number, *cameras[number]])
    return edits


def streets_of(scene):
    """Return the streets of a scene as the engine's arrays; no way leads over them."""
    lines = {name: np.array(column) for name, column in scene["lines"].items()}
    edges = len(scene["drawn"])
    deck = np.zeros(edges, np.int8)
    deck[lines["edge"].astype(int)] = lines["deck"]
    count = np.bincount(lines["edge"].astype(int), minlength=edges)
    none = np.zeros(0, np.int32)
    return StreetArrays(
        np.zeros(0), np.zeros(0), none, none, np.array(scene["drawn"]), deck,
        np.concatenate([[0], np.cumsum(count)]).astype(np.int64), lines["edge"].astype(np.int32),
        *(lines[name].astype(float) for name in ("start", "x0", "y0", "x1", "y1")),
        np.zeros(1, np.int64), none, none,
    )  # fmt: skip


def walls_of(scene):
    """Return the walls of a scene as the engine's arrays."""
    columns = [np.array(scene["walls"][name], float) for name in ("x0", "y0", "x1", "y1")]
    top = np.array([np.inf if top is None else top for top in scene["walls"]["top"]], float)
    return WallArrays(*columns, top, np.arange(len(top), dtype=np.int32))


def rows_of_cameras(scene, cameras):
    """Return what the engine finds that each camera sees: place, start and end, by camera."""
    column = {name: np.array([camera[name] for camera in cameras], float)
              for name in ("x", "y", "mount", "heading", "fieldOfView", "near")}  # fmt: skip
    heads = HeadArrays(
        np.arange(1, len(cameras) + 1, dtype=np.int32), column["x"], column["y"], column["mount"],
        np.array([camera["deck"] for camera in cameras], np.int8), column["heading"],
        column["fieldOfView"], column["near"],
        np.array([camera["reach"] for camera in cameras], float).reshape(-1, 4),
    )  # fmt: skip
    seen = see_arrays(streets_of(scene), walls_of(scene), heads)
    edges = seen.edge_ptr.shape[1] - 1
    task = np.repeat(np.arange(4), np.diff(seen.edge_ptr, axis=1).sum(axis=1))
    edge = np.concatenate([np.repeat(np.arange(edges), np.diff(ptr)) for ptr in seen.edge_ptr])
    order = np.lexsort((seen.start, 4 * edge + task, seen.head))
    place, start, end = (4 * edge + task)[order], seen.start[order], seen.end[order]
    first = np.searchsorted(seen.head[order], np.arange(len(cameras) + 1))
    return [(place[a:b], start[a:b], end[a:b]) for a, b in pairwise(first)]


class Engine:
    """A fleet whose first-seen ranks the engine paints on the edges asked for."""

    def __init__(self, scene, rows):
        self.length = np.array(scene["drawn"])
        self.cut_first, self.cut = np.array(scene["cutFirst"]), np.array(scene["cut"], float)
        self.seen, self.along = {}, {}
        for (number, rank, _), found in zip(scene["cameras"], rows, strict=True):
            self.put(number, rank, found)

    def put(self, number, rank, found):
        """Put a camera in place, or take it away where `found` is None; return edges concerned."""
        edges = set()
        if number in self.seen:
            edges |= set((self.seen.pop(number)[1][0] // 4).tolist())
            for edge in edges:
                self.along[edge].discard(number)
        if found is not None:
            self.seen[number] = rank, found
            new = set((found[0] // 4).tolist())
            for edge in new:
                self.along.setdefault(edge, set()).add(number)
            edges |= new
        return sorted(edges)

    def pieces(self, edges):
        """Return the pieces of some edges: per edge where each ends and its four ranks."""
        met = sorted(set().union(*(self.along.get(edge, ()) for edge in edges)),
                     key=lambda number: self.seen[number][0])  # fmt: skip
        size = [len(self.seen[number][1][0]) for number in met]
        head = np.repeat(np.arange(len(met), dtype=np.int32), size)
        columns = [np.concatenate([np.zeros(0), *(self.seen[number][1][k] for number in met)])
                   for k in range(3)]  # fmt: skip
        number = np.full(len(self.length), -1)
        number[edges] = np.arange(len(edges))
        edge, task = number[columns[0].astype(int) // 4], columns[0].astype(int) % 4
        kept = np.flatnonzero(edge >= 0)
        order = kept[np.lexsort((columns[1][kept], head[kept], edge[kept], task[kept]))]
        place = task[order] * len(edges) + edge[order]
        ptr = np.searchsorted(place, np.arange(4 * len(edges) + 1))
        edge_ptr = np.stack([ptr[k * len(edges) : (k + 1) * len(edges) + 1] for k in range(4)])
        cuts = [self.cut[self.cut_first[e] : self.cut_first[e + 1]] for e in edges]
        cut_ptr = np.concatenate([[0], np.cumsum([len(cut) for cut in cuts])]).astype(np.int64)
        arrays = SightingArrays(edge_ptr.astype(np.int64), head[order], *(
            np.ascontiguousarray(column[order]) for column in columns[1:]))  # fmt: skip
        rank = np.array([self.seen[number][0] for number in met], np.int32)
        a = pieces_of(arrays, rank, self.length[edges], cut_ptr, np.concatenate([[], *cuts]))
        return [
            (a.end[i:k], a.rank[i:k])
            for i, k in zip(a.piece_ptr[:-1], a.piece_ptr[1:], strict=True)
        ]


def compare(scene, edits, found, rows=None, first_rows=None):
    """Compare what the page's kernel found of each edit with the engine; see `Differences`."""
    first_rows = first_rows or rows_of_cameras(scene, [camera for *_, camera in scene["cameras"]])
    engine = Engine(scene, first_rows)
    rows = iter(rows_of_cameras(scene, [camera for *_, camera in edits if camera]))
    told = Differences()
    for k, ((number, rank, camera), edit) in enumerate(zip(edits, found, strict=True)):
        told.edits += 1
        told.ms.append(edit["ms"])
        own = next(rows) if camera else None
        if own is not None:
            _compare_rows(told, k, own, edit["seen"])
        edges = engine.put(number, rank, own)
        if edges != edit["edges"]:
            told.faults.append(f"edit {k}: edges {edit['edges']}, the engine has {edges}")
            continue
        if edges:
            _compare_pieces(told, k, engine.pieces(edges), edit["pieces"])
    return told


def _compare_rows(told, k, own, seen):
    place, start, end = own
    told.intervals += len(place)
    if place.tolist() != seen["place"]:
        told.faults.append(f"edit {k}: places {seen['place']}, the engine has {place.tolist()}")
        return
    apart = np.abs(np.concatenate([start - seen["start"], end - seen["end"]]))
    told.furthest_m = max(told.furthest_m, float(apart.max(initial=0.0)))
    if apart.max(initial=0.0) > CLOSE_M:
        told.faults.append(f"edit {k}: an end {apart.max()} m away")


def _compare_pieces(told, k, own, found):
    for (end, rank), other in zip(own, found, strict=True):
        mine = _lasting(end, rank)
        theirs = _lasting(np.array(other["end"]), np.array(other["rank"]).reshape(-1, 4))
        told.pieces += len(mine[0])
        if mine[1].tolist() != theirs[1].tolist():
            told.faults.append(f"edit {k}: ranks {theirs[1].tolist()}, not {mine[1].tolist()}")
        elif np.abs(mine[0] - theirs[0]).max(initial=0.0) > 2 * CLOSE_M:
            told.faults.append(f"edit {k}: a piece ends elsewhere")


def _lasting(end, rank):
    """Pieces longer than what both kernels may differ by."""
    kept = np.diff(end, prepend=0.0) > 2 * CLOSE_M
    return end[kept], rank[kept]
