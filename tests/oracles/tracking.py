"""Slow truths about walks that are seen: plain loops over plain lists, from the definitions.

Nothing here uses first-seen pieces, steps or kernels of `sim.tracking`; a walk is followed interval
by interval, integrals are done by quadrature, and the tracker is also played out by chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.integrate import quad

from sim.cameras.fleet import Fleet
from sim.cameras.optics import TASKS
from sim.city.streets import StreetNetwork
from sim.city.walls import WallArrays
from sim.sight.arrays import SightingArrays
from sim.sight.ranks import FirstSeen, pieces_of
from sim.sight.sightings import Sightings, see_arrays
from sim.trips.model import Trips

CRS = "EPSG:2326"
PLACED_FOR = 10**6
"""The part of the city that is drawn has but a few of so many."""


def network(lines, streets=None, steps=None) -> StreetNetwork:
    """Edges from lists of points; ends that coincide are one node."""
    number: dict[tuple[float, float], int] = {}
    ends = [[number.setdefault(tuple(line[k]), len(number)) for k in (0, -1)] for line in lines]
    shape = [shapely.LineString(line) for line in lines]
    u, v = np.array(ends, np.int32).T
    edges = gpd.GeoDataFrame(
        {
            "u": u, "v": v,
            "street": np.arange(len(lines)) if streets is None else np.array(streets, np.int64),
            "name": "", "name_zh": "", "highway": "residential", "deck": "street",
            "steps": False if steps is None else np.array(steps),
            "length": shapely.length(shape),
        },
        geometry=shape, crs=CRS,
    )  # fmt: skip
    points = [shapely.Point(p) for p in number]
    nodes = gpd.GeoDataFrame({"osm_id": np.arange(len(points))}, geometry=points, crs=CRS)
    return StreetNetwork(nodes, edges)


def fleet(heads) -> Fleet:
    """Heads from dicts with x, y and what differs from a dome that sees 60, 40, 25, 12 m."""
    columns = {
        "rank": range(1, len(heads) + 1), "area_rank": range(1, len(heads) + 1),
        "site": range(len(heads)), "mount": 4.0, "deck": "street", "heading": 0.0,
        "field_of_view": 360.0, "near": 0.0, "range_detect": 60.0, "range_observe": 40.0,
        "range_recognise": 25.0, "range_identify": 12.0, "duty": 1.0, "owner": "police",
        "status": "invented", "year": 2025,
    }  # fmt: skip
    table = pd.DataFrame(columns, index=range(len(heads)))
    for key in {key for head in heads for key in head}:
        default = table[key] if key in table else [0.0] * len(heads)
        table[key] = [head.get(key, d) for head, d in zip(heads, default, strict=True)]
    points = gpd.points_from_xy(table["x"], table["y"])
    return Fleet(gpd.GeoDataFrame(table, geometry=points, crs=CRS), placed_for=PLACED_FOR)


def open_field(streets: StreetNetwork, heads: Fleet) -> Sightings:
    """What the heads see where there are no walls."""
    nothing = np.zeros(0)
    walls = WallArrays(nothing, nothing, nothing, nothing, nothing, np.zeros(0, np.int32))
    return Sightings(heads, streets, see_arrays(streets.arrays, walls, heads.arrays, threads=1))


def given(streets: StreetNetwork, heads: Fleet, rows) -> Sightings:
    """Sightings from rows (task, edge, head, start, end)."""
    rows = sorted(rows)
    task, edge, head, start, end = np.array(rows, float).reshape(-1, 5).T
    edges = len(streets.edges)
    key = task.astype(int) * (edges + 1) + edge.astype(int)
    ptr = np.searchsorted(key, np.arange(len(TASKS) * (edges + 1))).reshape(len(TASKS), -1)
    arrays = SightingArrays(ptr.astype(np.int64), head.astype(np.int32), start, end)
    return Sightings(heads, streets, arrays)


def first_seen(seen: Sightings) -> FirstSeen:
    length = seen.streets.arrays.edge_length
    uncut = np.zeros(len(length) + 1, np.int64)
    return FirstSeen(pieces_of(seen.arrays, seen.fleet.arrays.rank, length, uncut, np.zeros(0)))


def trips_along(streets: StreetNetwork, paths, speed=1.34) -> Trips:
    """Trips from lists of (edge, backward)."""
    edge = [e for path in paths for e, _ in path]
    back = [b for path in paths for _, b in path]
    length = streets.arrays.edge_length
    slow = np.where(streets.edges["steps"], 2.0, 1.0)
    table = pd.DataFrame(
        {
            "person": np.arange(len(paths)), "kind": "home-station", "named": False,
            "name": "", "name_zh": "",
            "length": [sum(length[e] for e, _ in p) for p in paths],
            "duration_s": [sum(length[e] * slow[e] for e, _ in p) / speed for p in paths],
        }
    )  # fmt: skip
    ptr = np.cumsum([0, *(len(p) for p in paths)]).astype(np.int64)
    return Trips(table, ptr, np.array(edge, np.int32), np.array(back, bool), 0, speed)


@dataclass
class Spell:
    """One sighting of a walk."""

    head: int
    begin: float
    end: float
    seconds: float
    faced: float


def spells(seen: Sightings, trips: Trips, trip: int, task: int, faced) -> list[Spell]:
    """Sightings of a walk: intervals of a head, joined where they are 1 mm apart or less."""
    found, metres, clock = [], 0.0, 0.0
    a, slow = seen.arrays, np.where(seen.streets.edges["steps"], 2.0, 1.0)
    for k in range(trips.path_ptr[trip], trips.path_ptr[trip + 1]):
        edge, back = trips.path_edge[k], trips.path_backward[k]
        length = seen.streets.arrays.edge_length[edge]
        pace = slow[edge] / trips.speed_m_s
        for row in range(a.edge_ptr[task, edge], a.edge_ptr[task, edge + 1]):
            low, high = (a.start[row], a.end[row])
            if back:
                low, high = length - high, length - low
            at = length - faced[1][row] if back else faced[0][row]
            moment = math.inf if math.isnan(at) else clock + at * pace
            found.append(
                Spell(int(a.head[row]), metres + low, metres + high, (high - low) * pace, moment)
            )
        metres += length
        clock += length * pace
    joined: list[Spell] = []
    for spell in sorted(found, key=lambda s: (s.head, s.begin)):
        last = joined[-1] if joined else None
        if last and last.head == spell.head and spell.begin <= last.end + 1e-3:
            last.end, last.seconds = max(last.end, spell.end), last.seconds + spell.seconds
            last.faced = min(last.faced, spell.faced)
        else:
            joined.append(spell)
    return joined


def stretches(view: list[Spell], length: float) -> list[tuple[float, float, bool]]:
    """Begin, end (m) and whether seen, along a walk, from the union of its sightings."""
    out, at = [], 0.0
    for spell in sorted(view, key=lambda s: s.begin):
        if spell.end <= at:
            continue
        if spell.begin > at:
            out.append((at, spell.begin, False))
        out.append((max(at, spell.begin), min(spell.end, length), True))
        at = spell.end
    if at < length:
        out.append((at, length, False))
    return out


def clock_of(streets: StreetNetwork, trips: Trips, trip: int):
    """The function from metres to seconds along a walk."""
    slow = np.where(streets.edges["steps"], 2.0, 1.0)
    edges = trips.path_edge[trips.path_ptr[trip] : trips.path_ptr[trip + 1]]
    length = streets.arrays.edge_length[edges]
    metres = np.concatenate([[0], np.cumsum(length)])
    seconds = np.concatenate([[0], np.cumsum(length * slow[edges] / trips.speed_m_s)])
    return lambda m: float(np.interp(m, metres, seconds))


def exposure_of(seen, trips, trip, task, total) -> dict[str, float]:
    """Every figure of `sim.tracking.exposure` for one walk, from its sightings alone."""
    none = np.full(len(seen.arrays.head), np.nan)
    rank, site = seen.fleet.arrays.rank, seen.fleet.heads["site"].to_numpy()
    view = [s for s in spells(seen, trips, trip, task, (none, none)) if rank[s.head] <= total]
    length = float(trips.table["length"][trip])
    seconds = clock_of(seen.streets, trips, trip)
    parts = stretches(view, length)
    lit = [(a, b) for a, b, seen_there in parts if seen_there]
    gaps: list[list[float]] = []
    for a, b, seen_there in parts:
        if not seen_there and b - a >= 1e-3:
            gaps.append([b - a, seconds(b) - seconds(a)])
    return {
        "observed_length": sum(b - a for a, b in lit) / length,
        "observed_time": sum(seconds(b) - seconds(a) for a, b in lit) / seconds(length),
        "heads": len({s.head for s in view}),
        "sites": len({site[s.head] for s in view}),
        "sightings": len(view),
        "dwell_s": sum(s.seconds for s in view) / len(view) if view else math.nan,
        "longest_gap_m": max((g[0] for g in gaps), default=0.0),
        "longest_gap_s": max((g[1] for g in gaps), default=0.0),
        "median_gap_m": float(np.median([g[0] for g in gaps])) if gaps else math.nan,
        "median_gap_s": float(np.median([g[1] for g in gaps])) if gaps else math.nan,
        "first_sighting_m": lit[0][0] if lit else math.nan,
        "door_seen": bool(lit) and lit[0][0] < 1.0,
    }


@dataclass
class Timeline:
    """A walk as the tracker lives it: in view or not, and when it may be identified."""

    parts: list[tuple[float, float, bool]]
    events: list[tuple[float, float]]
    loss: float
    crowd: float

    def survival(self, gap: float) -> float:
        return math.exp(-self.loss * gap - self.crowd * gap * gap)


def timeline(seen, trips, trip, task, total, faced, parameters, machine=None) -> Timeline:
    """From the sightings of one walk, under the fleet of one total.

    Persons identify in what is seen for the task; a machine (what it could read as the only task of
    sightings of its own, where the face is turned, hit rate) in that.
    """
    rank = seen.fleet.arrays.rank
    view = [s for s in spells(seen, trips, trip, task, faced) if rank[s.head] <= total]
    seconds = clock_of(seen.streets, trips, trip)
    parts = [
        (seconds(a), seconds(b), lit)
        for a, b, lit in stretches(view, float(trips.table["length"][trip]))
    ]
    hit, needed = parameters.hit_rate[task], parameters.dwell_needed_s
    if machine is not None:
        read, turned, hit = machine
        view = [s for s in spells(read, trips, trip, 0, turned) if rank[s.head] <= total]
    events = sorted(
        (s.faced, hit * min(1.0, s.seconds / needed)) for s in view if math.isfinite(s.faced)
    )
    return Timeline(
        parts, events, 1 / parameters.memory_s, parameters.look_alikes_per_s2(trips.speed_m_s)
    )


def expected(line: Timeline) -> tuple[float, float, float]:
    """Probability identified, expected seconds live and afterwards, by quadrature."""
    stops = sorted({t for a, b, _ in line.parts for t in (a, b)} | {t for t, _ in line.events})
    spans = []
    for a, b in pairwise(stops):
        lit = any(p <= (a + b) / 2 <= q for p, q, seen_there in line.parts if seen_there)
        spans.append((a, b, lit))
    merged: list[tuple[float, float, bool]] = []
    cuts = {t for t, _ in line.events}
    for a, b, lit in spans:
        if merged and merged[-1][2] == lit and a not in cuts:
            merged[-1] = (merged[-1][0], b, lit)
        else:
            merged.append((a, b, lit))
    forward, f = [], 0.0
    for a, b, lit in merged:
        for t, p in line.events:
            if t == a:
                f = 1 - (1 - f) * (1 - p)
        forward.append(f)
        f = f if lit else f * line.survival(b - a)
    live, both, after = 0.0, 0.0, 0.0
    for (a, b, lit), f in reversed(list(zip(merged, forward, strict=True))):
        if lit:
            live += f * (b - a)
            both += (1 - (1 - f) * (1 - after)) * (b - a)
        else:
            g, later = b - a, after
            live += f * quad(line.survival, 0, g, epsabs=1e-12, epsrel=1e-12)[0]
            both += quad(
                lambda u, f=f, g=g, later=later: 1
                - (1 - f * line.survival(u)) * (1 - later * line.survival(g - u)),
                0, g, epsabs=1e-12, epsrel=1e-12,
            )[0]  # fmt: skip
            after *= line.survival(g)
        for t, p in line.events:
            if t == a:
                after = 1 - (1 - after) * (1 - p)
    missed = math.prod(1 - p for _, p in line.events)
    return 1 - missed, live, both


def played(line: Timeline, rng: np.random.Generator, plays: int) -> np.ndarray:
    """Play the tracker out by chance: seconds live and afterwards of each play."""
    out = np.zeros((plays, 2))
    end = line.parts[-1][1]
    for play in range(plays):
        hits = [t for t, p in line.events if rng.random() < p]
        ahead = _alive(line.parts, hits, line, rng)
        # time reversed: a hit at t tracks what came before it
        mirrored = [(end - b, end - a, lit) for a, b, lit in reversed(line.parts)]
        back = _alive(mirrored, [end - t for t in reversed(hits)], line, rng)
        back = [(end - b, end - a) for a, b in back]
        out[play] = _measure(ahead), _measure(ahead + back)
    return out


def _alive(parts, hits, line: Timeline, rng) -> list[tuple[float, float]]:
    """Intervals of time during which one played track is alive; hits are in order of time."""
    periods, tracked = [], False
    for a, b, lit in parts:
        if lit:
            since = a if tracked else None
            for t in hits:
                # a hit falls within what is seen, its ends included
                if a - 1e-9 <= t <= b + 1e-9 and since is None:
                    since = t
            tracked = since is not None
            if tracked:
                periods.append((since, b))
        elif tracked:
            lasts = _lifetime(line, rng)
            periods.append((a, min(b, a + lasts)))
            tracked = lasts >= b - a
    return periods


def _lifetime(line: Timeline, rng) -> float:
    """How long an unseen track lives: P(lifetime > g) = ρ(g)."""
    drawn = -math.log(1 - rng.random())
    if line.crowd == 0:
        return drawn / line.loss
    half = line.loss / (2 * line.crowd)
    return -half + math.sqrt(half * half + drawn / line.crowd)


def _measure(periods) -> float:
    total, at = 0.0, -math.inf
    for a, b in sorted(periods):
        total += max(0.0, b - max(a, at))
        at = max(at, b)
    return total
