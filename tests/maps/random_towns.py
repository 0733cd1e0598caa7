"""Random towns packed as a page packs them, with the engine's walks through them."""

from dataclasses import dataclass, replace
from itertools import pairwise
from types import SimpleNamespace

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from oracles import tracking as slow

from maps.finder import junctions
from maps.payload import build_payload
from maps.run_folder import RunFolder
from sim.cameras.optics import TASKS
from sim.city.decks import DECKS
from sim.city.roofs import Stretches
from sim.city.streets import StreetNetwork
from sim.sight.arrays import PieceArrays
from sim.tracking.answer import last_totals, unwatched, ways_of
from sim.tracking.avoidance import avoidance
from sim.tracking.closed import closed_pieces
from sim.tracking.fewest import WatchedWays, shortest_unseen

NEVER = 2147483647
TOTAL = 6
HIGHEST = 12
STRETCHES = (1.0, 1.25, 1.5, 2.0)
CRS = "EPSG:2326"
CORNER = (835_300.0, 820_200.0)


@dataclass(frozen=True)
class Town:
    """Streets, the pieces they are cut into and the rank at which each is first seen."""

    streets: object
    pieces: PieceArrays


def random_town(seed, side=5, drop=0.15):
    """A crooked grid with streets missing, doubled or bent, and pieces of streets seen at random.

    Cuts lie on whole decimetres, as the page rounds them; lengths are as they come.
    """
    draw = np.random.default_rng(seed)
    point = {
        (i, j): np.add(CORNER, [90 * i, 90 * j]) + draw.uniform(-28, 28, 2)
        for i in range(side)
        for j in range(side)
    }
    pairs = [((i, j), (i + 1, j)) for i in range(side - 1) for j in range(side)]
    pairs += [((j, i), (j, i + 1)) for i in range(side - 1) for j in range(side)]
    lines = []
    for a, b in pairs:
        if draw.random() < drop:
            continue
        lines.append([tuple(point[a]), tuple(point[b])])
        if draw.random() < 0.15:
            bend = (point[a] + point[b]) / 2 + draw.uniform(-40, 40, 2)
            lines.append([tuple(point[b]), tuple(bend), tuple(point[a])])
    streets = slow.network(lines)
    return Town(streets, random_pieces(streets.arrays.edge_length, draw))


def random_pieces(length, draw):
    """Cut each edge at up to four places; a stricter task is never seen earlier than a looser."""
    share = draw.uniform(0.4, 1.0)
    cuts = [
        np.unique(np.r_[0.0, np.round(draw.uniform(0.2, metres - 0.2, draw.integers(5)), 1)])
        for metres in length
    ]
    count = np.array([len(cut) for cut in cuts])
    start = np.concatenate(cuts)
    end = np.concatenate([np.r_[cut[1:], metres] for cut, metres in zip(cuts, length, strict=True)])
    seen = draw.random((len(start), len(TASKS))) < share
    rank = np.where(seen, draw.integers(1, HIGHEST + 1, seen.shape), NEVER)
    rank = np.maximum.accumulate(rank, axis=1).astype(np.int32)
    ptr = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    return PieceArrays(ptr, start, end, rank, np.ones(len(start), bool))


def random_trips(town, draw, count):
    """Walks between random junctions that a way joins, as the engine takes them."""
    graph = town.streets.to_networkx()
    u = town.streets.arrays.edge_u
    paths = []
    while len(paths) < count:
        a, b = draw.choice(len(town.streets.nodes), 2, replace=False).tolist()
        if not (graph.has_node(a) and graph.has_node(b) and nx.has_path(graph, a, b)):
            continue
        steps = pairwise(nx.shortest_path(graph, a, b))
        keys = [(min(graph[x][y]), x) for x, y in steps]
        paths.append([(edge, bool(u[edge] != x)) for edge, x in keys])
    return slow.trips_along(town.streets, paths)


def run_of(town):
    """The town as a run folder that has been read: streets, and one camera that sees nothing."""
    edges = town.streets.edges.reset_index(drop=True).assign(edge=lambda t: np.arange(len(t)))
    a = town.pieces
    edge = np.repeat(np.arange(len(edges)), np.diff(a.piece_ptr))
    pieces = gpd.GeoDataFrame(
        {"edge": edge, "t0": a.start, "t1": a.end, "in_area": a.in_area,
         **{f"rank_{task}": a.rank[:, k] for k, task in enumerate(TASKS)}},
        geometry=edges.geometry.to_numpy()[edge], crs=CRS,
    )  # fmt: skip
    area = shapely.box(*edges.total_bounds).buffer(50)
    at = shapely.Point(CORNER)
    heads = gpd.GeoDataFrame(
        {"rank": [1], "near": 3.0, "owner": "", "year": 0, "field": [at.buffer(4)],
         **{f"range_{task}": 4.0 for task in TASKS}}, geometry=[at], crs=CRS,
    )  # fmt: skip
    nothing = gpd.GeoDataFrame({"kind": [], "name": [], "name_zh": []}, geometry=[], crs=CRS)
    outline = {"kind": ["area"], "name": ["Town"], "name_zh": [""]}
    curves = {f"curve_{what}_{task}": [] for task in TASKS for what in ("rank", "length")}
    walks = {"trip": [], "name": [], "name_zh": [], "length": [], "duration_s": []}
    figures = ("trip", "total", "task")
    return RunFolder(
        summary={"tasks": list(TASKS), "simulated": True,
                 "area": {"name": ["Town", ""], "share_rule": "direct"},
                 "steps": [{"total": n, "trips": {}} for n in (TOTAL, HIGHEST)]},
        manifest={}, edges=edges, pieces=pieces, heads=heads, walls=nothing, places=nothing,
        districts=gpd.GeoDataFrame(outline, geometry=[area], crs=CRS),
        walks=gpd.GeoDataFrame({**walks, **curves}, geometry=[], crs=CRS),
        walk_figures=pd.DataFrame({name: [] for name in figures}),
        curves=pa.table({"length": pa.array([], pa.float64())}),
        policies=None, exposure=None, sightings=None, bands=None,
    )  # fmt: skip


def cases_of(seed, trips):
    """One town as JSON: what its page carries, and the engine's result for each walk and task.

    Each result lists, for every stretch, the metres seen of the least seen walk and the proven
    bound below which no walk is seen.
    """
    town = random_town(seed)
    draw = np.random.default_rng(seed + 1_000_000)
    walked = random_trips(town, draw, trips)
    found = avoidance(
        town.streets, town.pieces, walked, [TOTAL, HIGHEST], stretches=STRETCHES, workers=1
    )
    a = town.streets.arrays
    own = junctions(pd.DataFrame({"u": a.edge_u, "v": a.edge_v}))
    number = dict(
        zip([*a.edge_u.tolist(), *a.edge_v.tolist()], own.T.ravel().tolist(), strict=True)
    )
    ends = [(path[0], path[-1]) for path in _nodes(a, walked)]
    payload = build_payload(run_of(town))
    cases = [
        {
            "from": number[int(first)], "to": number[int(last)],
            "total": total, "task": task, "shortest": found.shortest_m[trip],
            "seen": found.seen_m[trip, step, task].tolist(),
            "bound": found.bound_m[trip, step, task].tolist(),
        }
        for trip, (first, last) in enumerate(ends)
        for task in range(len(TASKS))
        for step, total in [(int(draw.integers(2)),) * 2]
    ]  # fmt: skip
    for case in cases:
        case["total"] = (TOTAL, HIGHEST)[case["total"]]
    return {
        "head": payload.head,
        "packed": payload.columns.text(),
        "stretches": STRETCHES,
        "cases": cases,
    }


def _nodes(a, walked):
    """The junctions of each walk."""
    for i in range(len(walked)):
        steps = slice(walked.path_ptr[i], walked.path_ptr[i + 1])
        edge, back = walked.path_edge[steps], walked.path_backward[steps]
        first = a.edge_v[edge[0]] if back[0] else a.edge_u[edge[0]]
        last = a.edge_u[edge[-1]] if back[-1] else a.edge_v[edge[-1]]
        yield first, last


def unseen_cases_of(seed, pairs):
    """One town with decks, roofs and a rim beyond the area, and what stays unseen there.

    Each case has the last total (null where every total leaves a way), and the metres of the
    shortest unseen way at its total (null where none is left).
    """
    draw = np.random.default_rng(seed + 2_000_000)
    town = random_town(seed)
    count = len(town.streets.edges)
    decks = draw.choice(DECKS, count, p=(0.82, 0.08, 0.05, 0.05))
    edges = town.streets.edges.assign(deck=decks)
    streets = StreetNetwork(town.streets.nodes, edges)
    inside = town.pieces.in_area.copy()
    inside[draw.random(len(inside)) < 0.03] = False
    pieces = town.pieces._replace(in_area=inside)
    a = streets.arrays
    roofed = np.flatnonzero(draw.random(count) < 0.06)
    middle = a.edge_length[roofed] / 2
    roofs = Stretches(roofed, middle - 3.0, middle + 4.0)
    shut = unwatched(edges["highway"].to_numpy(), a)
    ways = ways_of(a, pieces, shut, roofs)[0]
    city = SimpleNamespace(streets=streets, roofs=roofs)
    payload = build_payload(
        replace(run_of(Town(streets, pieces)), closed=closed_pieces(city, pieces))
    )
    own = junctions(pd.DataFrame({"u": a.edge_u, "v": a.edge_v}))
    number = dict(
        zip([*a.edge_u.tolist(), *a.edge_v.tolist()], own.T.ravel().tolist(), strict=True)
    )
    ends = np.array([draw.choice(list(number), 2, replace=False) for _ in range(pairs)])
    last = last_totals(ways, *ends.T)
    cases = []
    for task in range(len(TASKS)):
        edge = np.flatnonzero((ways.edge_rank[:, task] > 0) & (a.edge_u != a.edge_v))
        none = (np.zeros(0, np.int64),) * 2
        between = np.stack([a.edge_u[edge], a.edge_v[edge]]).astype(np.int64)
        watched = WatchedWays(edge, between, none, none, np.arange(1, HIGHEST + 1, dtype=np.int32))
        for row, (start, end) in enumerate(ends.tolist()):
            total = int(draw.integers(1, HIGHEST + 1))
            metres, _ = shortest_unseen(watched, ways, a.edge_length, start, end, total, task)
            cases.append({
                "from": number[start], "to": number[end], "total": total, "task": task,
                "last": float(last[row, task]) if np.isfinite(last[row, task]) else None,
                "left": metres if np.isfinite(metres) else None,
            })  # fmt: skip
    return {"head": payload.head, "packed": payload.columns.text(), "cases": cases}
