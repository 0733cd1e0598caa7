"""A small, real run folder made of hand-written streets, for tests of the page.

Nothing in it is mocked: fields are sectors minus the shadows of walls, computed with shapely;
first-seen ranks are the streets cut by those fields; walks and figures follow from the pieces.
It shares no code with the engine, and so can disagree with it.
"""

import json
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
import shapely.ops
from shapely import LineString, Point, Polygon, box

NEVER = 2147483647
TASKS = ("detect", "observe", "recognise", "identify")
RANGES = {"detect": 128.0, "observe": 51.0, "recognise": 25.5, "identify": 12.6}
NEAR_M = 3.0
FIELD_OF_VIEW = 62.0
CRS = "EPSG:2326"
CORNER = (835_300.0, 820_200.0)
"""Somewhere in Mong Kok, EPSG:2326."""
TOTALS = [4000, 20000, 60000]
STREETS = {
    "column": [("Shanghai Street", "上海街"), ("Portland Street", "砵蘭街"),
               ("Nathan Road", "彌敦道"), ("Tung Choi Street", "通菜街")],
    "row": [("Dundas Street", "登打士街"), ("Soy Street", "豉油街"),
            ("Nelson Street", "奶路臣街"), ("Argyle Street", "亞皆老街")],
}  # fmt: skip
BLOCK_M = 110.0


def hand_written_streets():
    """A 4 × 4 grid of named streets, a footbridge and a subway: nodes and edges."""
    size = range(4)
    node = {(i, j): i * 4 + j for i in size for j in size}
    at = {
        n: (CORNER[0] + i * BLOCK_M + 6 * j, CORNER[1] + j * BLOCK_M) for (i, j), n in node.items()
    }
    rows = []
    for i in size:
        for j in size:
            if j < 3:
                rows.append((node[i, j], node[i, j + 1], *STREETS["column"][i], "residential"))
            if i < 3:
                kind = "primary" if j == 3 else "tertiary"
                rows.append((node[i, j], node[i + 1, j], *STREETS["row"][j], kind))
    deck = ["street"] * len(rows)
    rows += [(node[0, 0], node[1, 1], "Skywalk", "行人天橋", "footway"),
             (node[2, 2], node[3, 3], "", "", "footway")]  # fmt: skip
    deck += ["footbridge", "subway"]
    edges = pd.DataFrame(rows, columns=["u", "v", "name", "name_zh", "highway"])
    lines = [LineString([at[u], at[v]]) for u, v in zip(edges["u"], edges["v"], strict=True)]
    edges.insert(0, "edge", np.arange(len(edges), dtype=np.int32))
    edges = edges.assign(deck=deck, street=edges["edge"], steps=False, length=shapely.length(lines))
    nodes = gpd.GeoDataFrame(
        {"node": list(at), "osm_id": list(at)}, geometry=[Point(p) for p in at.values()], crs=CRS
    )
    return nodes, gpd.GeoDataFrame(edges, geometry=lines, crs=CRS)


def hand_written_walls(edges):
    """Blocks between the streets of the grid."""
    open_air = shapely.union_all(shapely.buffer(edges.geometry, 8.0, cap_style="flat"))
    solid = box(*edges.total_bounds).difference(open_air)
    blocks = shapely.get_parts(solid)
    blocks = blocks[shapely.area(blocks) > 100]
    columns = {"height": np.full(len(blocks), np.nan), "kind": ["block"] * len(blocks)}
    return gpd.GeoDataFrame(columns, geometry=blocks, crs=CRS)


def random_heads(nodes, seed, count, highest):
    """Directed heads near junctions, ranked at random among `highest`; the first has rank 1."""
    draw = np.random.default_rng(seed)
    place = shapely.get_coordinates(nodes.geometry.to_numpy())[
        draw.integers(len(nodes), size=count)
    ]
    place = place + draw.uniform(-5, 5, (count, 2))
    rank = np.sort(draw.choice(np.arange(2, highest + 1), count - 1, replace=False))
    rank = np.concatenate([[1], rank])
    table = {
        "rank": rank.astype(np.int32), "area_rank": np.arange(1, count + 1),
        "site": np.arange(count),
        "x": place[:, 0], "y": place[:, 1], "mount": 4.0, "deck": "street",
        "heading": draw.uniform(0, 360, count), "field_of_view": FIELD_OF_VIEW, "near": NEAR_M,
        **{f"range_{task}": reach for task, reach in RANGES.items()},
        "duty": 1.0, "owner": "police", "status": "planned", "year": 2028,
    }  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=shapely.points(place), crs=CRS)


def field_of(head, walls, tree):
    """What a head sees up to its detect range: a ring sector minus the shadow of every wall."""
    angle = np.radians(head.heading + np.linspace(-0.5, 0.5, 33) * head.field_of_view)
    arc = np.column_stack([np.sin(angle), np.cos(angle)])
    at = np.array([head.x, head.y])
    ring = np.concatenate([at + head.range_detect * arc, (at + head.near * arc)[::-1]])
    near = walls[tree.query(Polygon(ring))]
    shadows = [near]
    for block in near:
        for start, end in pairwise(shapely.get_coordinates(block)):
            far = [point + 50 * (point - at) for point in (end, start)]
            shadows.append(np.array([Polygon([start, end, *far])]))
    dark = shapely.union_all(shapely.make_valid(np.concatenate(shadows)))
    return Polygon(ring).difference(dark)


def pieces_of(edges, heads, fields, area):
    """Cut every edge where its first-seen rank changes, for any task; and all that heads see."""
    tree = shapely.STRtree(fields)
    rows, sightings = [], []
    for edge in edges.itertuples():
        line, seen, cuts = edge.geometry, [], {0.0, edge.length}
        for place in sorted(tree.query(line)):
            if edge.deck != "street":
                continue
            centre = Point(heads["x"].iloc[place], heads["y"].iloc[place])
            for number, reach in enumerate(RANGES.values()):
                part = line.intersection(fields[place].intersection(centre.buffer(reach, 64)))
                for stretch in shapely.get_parts(part):
                    if stretch.length > 0:
                        ends = sorted(line.project(Point(p)) for p in stretch.coords)
                        seen.append((ends[0], ends[-1], number, heads["rank"].iloc[place]))
                        cuts |= {ends[0], ends[-1]}
        sightings += [(rank, edge.edge, t0, t1, TASKS[task]) for t0, t1, task, rank in seen]
        ordered = sorted(cuts)
        for t0, t1 in pairwise(ordered):
            if t1 - t0 < 1e-9:
                continue
            middle, rank = (t0 + t1) / 2, [NEVER] * 4
            for start, end, number, value in seen:
                if start <= middle <= end:
                    rank[number] = min(rank[number], int(value))
            shape = shapely.ops.substring(line, t0, t1)
            inside = bool(area.covers(line.interpolate(middle)))
            rows.append((edge.edge, t0, t1, edge.name, edge.name_zh, edge.highway, edge.deck,
                         inside, *rank, shape))  # fmt: skip
    columns = ["edge", "t0", "t1", "name", "name_zh", "highway", "deck", "in_area"]
    columns += [f"rank_{task}" for task in TASKS] + ["geometry"]
    frame = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=CRS)
    seen = pd.DataFrame(sightings, columns=["rank", "edge", "t0", "t1", "task"])
    seen = seen.astype({"rank": np.int32, "edge": np.int32, "t0": float, "t1": float, "task": str})
    return frame.astype({f"rank_{task}": np.int32 for task in TASKS}), seen


def walks_of(edges, pieces, ends, named):
    """Shortest walks between nodes with their edges, lines and curves."""
    graph = nx.MultiGraph()
    for edge in edges.itertuples():
        graph.add_edge(edge.u, edge.v, key=edge.edge, length=edge.length)
    by_edge = dict(list(pieces.groupby("edge")))
    rows = []
    for trip, (start, end) in enumerate(ends):
        path = nx.shortest_path(graph, start, end, weight="length")
        keys = [min(graph[u][v], key=lambda k, u=u, v=v: graph[u][v][k]["length"])
                for u, v in pairwise(path)]  # fmt: skip
        walked = pd.concat([by_edge[key] for key in keys])
        length = float(edges["length"].iloc[keys].sum())
        names = named[trip] if trip < len(named) else ("", "")
        row = {"trip": trip, "person": -1 if trip < len(named) else trip, "kind": "walk",
               "named": trip < len(named), "name": names[0], "name_zh": names[1],
               "origin": start, "destination": end, "length": length,
               "duration_s": length / 1.34, "profile": "", "leg": 0, "departs_s": np.nan,
               "represents": 1.0, "edges": keys,
               "backward": [edges["u"].iloc[k] != u for k, u in zip(keys, path, strict=False)],
               }  # fmt: skip
        for task in TASKS:
            seen = walked[walked[f"rank_{task}"] < NEVER]
            curve = (seen["t1"] - seen["t0"]).groupby(seen[f"rank_{task}"]).sum().sort_index()
            row[f"curve_rank_{task}"] = curve.index.to_numpy(np.int32)
            row[f"curve_length_{task}"] = curve.to_numpy(np.float64)
        line = [edges.geometry.iloc[key].coords[:] for key in keys]
        points = [node_point(line, number, keys, path, edges) for number in range(len(keys))]
        rows.append({**row, "geometry": LineString([p for part in points for p in part])})
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def node_point(lines, number, keys, path, edges):
    """The points of one edge of a walk, turned into walking direction."""
    forward = edges["u"].iloc[keys[number]] == path[number]
    return lines[number] if forward else lines[number][::-1]


def trips_table(walks):
    """A walk a row as the run folder has it: without lines and curves."""
    kept = ["trip", "person", "kind", "named", "name", "name_zh", "origin", "destination", "length",
            "duration_s", "profile", "leg", "departs_s", "represents"]  # fmt: skip
    numbers = {"trip": np.int32, "origin": np.int32, "destination": np.int32, "leg": np.int32}
    table = pa.Table.from_pandas(pd.DataFrame(walks[kept]).astype(numbers), preserve_index=False)
    table = table.append_column("edges", pa.array(walks["edges"], pa.list_(pa.int32())))
    return table.append_column("backward", pa.array(walks["backward"], pa.list_(pa.bool_())))


def trip_rows(walks, totals):
    """A trip × total × task a row; heads and tracking as plain functions of the seen share."""
    rows = []
    for walk in walks.itertuples():
        for total in totals:
            for task in TASKS:
                rank = getattr(walk, f"curve_rank_{task}")
                metres = getattr(walk, f"curve_length_{task}")
                share = min(float(metres[rank <= total].sum()) / walk.length, 1.0)
                rows.append({
                    "trip": walk.trip, "person": walk.person, "kind": walk.kind,
                    "named": walk.named, "name": walk.name, "name_zh": walk.name_zh,
                    "total": total, "task": task, "length": walk.length,
                    "duration_s": walk.duration_s, "observed_length": share, "observed_time": share,
                    "heads": int((rank <= total).sum()), "sites": int((rank <= total).sum()),
                    "sightings": int((rank <= total).sum()), "dwell_s": share * walk.duration_s,
                    "longest_gap_m": (1 - share) * walk.length, "longest_gap_s": 0.0,
                    "first_sighting_m": 0.0, "identified": share > 0, "tracked_live": share,
                    "tracked_afterwards": None, "door_seen": False,
                })  # fmt: skip
    return pd.DataFrame(rows)


def spread(values):
    """The {mean, p10, p50, p90, n} of the summary."""
    values = np.asarray(values, float)
    if not len(values):
        return dict.fromkeys(("mean", "p10", "p50", "p90")) | {"n": 0}
    p10, p50, p90 = np.quantile(values, [0.1, 0.5, 0.9]).tolist()
    return {"mean": float(values.mean()), "p10": p10, "p50": p50, "p90": p90, "n": len(values)}


def summary_of(pieces, heads, trips, area, totals, name, walls_kind):
    """The figures of summary.json, as contracts.md lists them."""
    inside = pieces[pieces["in_area"]]
    length = inside["t1"] - inside["t0"]
    here = shapely.intersects(area, heads.geometry.to_numpy())
    typical = trips[~trips["named"]]
    kept = ["observed_length", "heads", "longest_gap_m", "tracked_live"]
    steps = []
    for total in totals:
        rows = typical[typical["total"] == total]
        by_task = {task: rows[rows["task"] == task] for task in TASKS}
        steps.append({
            "total": total,
            "cameras": int((heads["rank"][here] <= total).sum()),
            "coverage": {
                task: float(length[inside[f"rank_{task}"] <= total].sum() / length.sum())
                for task in TASKS
            },
            "trips": {task: {column: spread(table[column]) for column in kept}
                      for task, table in by_task.items()},
        })  # fmt: skip
    return {
        "version": 2, "simulated": True, "scenario": "invented",
        "area": {"name": name[0], "districts": ["Yau Tsim Mong"],
                 "street_km": float(length.sum()) / 1000, "buildings": 0, "walls": walls_kind,
                 "share_rule": "population", "street_share": "middle"},
        "tasks": list(TASKS), "steps": steps, "percolation": {},
    }  # fmt: skip


def write_run(
    folder,
    nodes=None,
    edges=None,
    walls=None,
    *,
    area=None,
    area_name=("Mong Kok corner", "旺角一角"),
    heads=40,
    walks=30,
    named=(("Shanghai Street to Argyle Street", "上海街往亞皆老街"), ("Soy Street", "豉油街")),
    places=(("station", "Mong Kok", "旺角", 8), ("landmark", "Ladies' Market", "女人街", 13)),
    totals=TOTALS,
    seed=7,
    cite="hk-camera-sim 0.1.0, scenario invented, seed 7",
    attributions=("© OpenStreetMap contributors, ODbL 1.0",),
    title="",
):
    """Write a whole run folder and return its path."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if edges is None:
        nodes, edges = hand_written_streets()
    walls = hand_written_walls(edges) if walls is None else walls
    area = area or box(*edges.total_bounds).buffer(-20)
    fleet = random_heads(nodes, seed, heads, totals[-1])
    shapes = walls.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    fields = np.array([field_of(head, shapes, tree) for head in fleet.itertuples()])
    pieces, sightings = pieces_of(edges, fleet, fields, area)
    draw = np.random.default_rng(seed + 1)
    ends = [(0, len(nodes) - 1), (1, len(nodes) - 3)][: len(named)]
    while len(ends) < walks + len(named):
        pair = draw.integers(len(nodes), size=2)
        if pair[0] != pair[1]:
            ends.append(tuple(pair.tolist()))
    lines = walks_of(edges, pieces, ends, named)
    trips = trip_rows(lines, totals)
    fleet["field"] = gpd.GeoSeries(fields, crs=CRS)
    at = nodes.geometry.to_numpy()
    tables = {
        "nodes": nodes, "edges": edges, "walls": walls, "streets": pieces, "cameras": fleet,
        "sightings": sightings,
        "places": gpd.GeoDataFrame(
            {"kind": [p[0] for p in places], "name": [p[1] for p in places],
             "name_zh": [p[2] for p in places], "weight": 1.0},
            geometry=[at[p[3]] for p in places], crs=CRS),
        "districts": gpd.GeoDataFrame(
            {"kind": ["area", "region", "district"],
             "name": [area_name[0], "", "Yau Tsim Mong"],
             "name_zh": [area_name[1], "", "油尖旺"]},
            geometry=[area, area.buffer(40), area.buffer(3000)], crs=CRS),
    }  # fmt: skip
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet")
    pq.write_table(trips_table(lines), folder / "trips.parquet")
    summary = summary_of(pieces, fleet, trips, area, totals, area_name, "blocks")
    manifest = {
        "version": 2, "seed": seed, "cite": cite,
        "area": {"name": area_name[0], "name_zh": area_name[1], "crs": CRS, "halo_m": 40.0,
                 "parts": []},
        "trips": {"not_joined": 0},
        "data": {"streets": {"attribution": list(attributions)}},
        "scenario": {"name": "invented", "area": "invented", "title": title, "title_zh": "",
                     "cameras": {"optics": "typical", "totals": totals}},
    }  # fmt: skip
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder
