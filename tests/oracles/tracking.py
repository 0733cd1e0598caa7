"""Slow truths about walks that are seen: plain loops over plain lists, from the definitions.

Nothing here uses first-seen pieces, steps or kernels of `sim.tracking`; a walk is followed interval
by interval, integrals are done by quadrature, and the tracker is also played out by chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.integrate import quad

from sim.cameras.fleet import Fleet
from sim.cameras.optics import TASKS
from sim.city.street_space import street_space
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
    """A walk as the tracker lives it: in view or not, and when it may be identified.

    `walkers` has from, to (s) and walkers per m² of street along the walk.
    """

    parts: list[tuple[float, float, bool]]
    events: list[tuple[float, float]]
    loss: float
    near: float
    wide: float
    walkers: list[tuple[float, float, float]]

    def walked(self, since: float, until: float) -> float:
        """∫ δ dt."""
        return sum(d * max(0.0, min(b, until) - max(a, since)) for a, b, d in self.walkers)

    def survival(self, since: float, until: float) -> float:
        """A track lost from view at the one moment is alive at the other, either way in time."""
        gap, walkers = until - since, self.walked(since, until)
        return math.exp(-self.loss * gap - self.near * walkers - self.wide * gap * walkers)

    def integral(self, value, a: float, b: float) -> float:
        """∫ value(t) dt, cut where the density changes; shorter than a nanosecond it is none."""
        cuts = sorted({a, b} | {t for c, d, _ in self.walkers for t in (c, d) if a < t < b})
        return sum(
            quad(value, c, d, epsabs=1e-12, epsrel=1e-12)[0]
            for c, d in pairwise(cuts)
            if d - c > 1e-9
        )


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
    space, speed = street_space(seen.streets), trips.speed_m_s
    alike = parameters.look_alike_share * space.width_m
    return Timeline(
        parts, events, 1 / parameters.memory_s, 2 * alike * speed,
        alike * space.per_m * math.pi * speed**2, _walkers(seen.streets, trips, trip, parameters),
    )  # fmt: skip


def _walkers(streets, trips, trip, parameters) -> list[tuple[float, float, float]]:
    """Walkers per m² on each street of a walk, with the seconds on it."""
    seconds, metres, out = clock_of(streets, trips, trip), 0.0, []
    for edge in trips.path_edge[trips.path_ptr[trip] : trips.path_ptr[trip + 1]]:
        length = streets.arrays.edge_length[edge]
        density = parameters.everywhere
        if density is None:
            hour = trips.table["departs_s"][trip] / 3600
            density = _density(streets.edges["highway"][edge], hour)
        out.append((seconds(metres), seconds(metres + length), density))
        metres += length
    return out


def _density(highway: str, hour: float) -> float:
    """Look a street up in sim/facts/crowds.csv; the mean from 7 to 23 without an hour."""
    if math.isnan(hour):
        return sum(_density(highway, h) for h in range(7, 23)) / 16
    rows = [line for line in CROWD_LINES if line["begins"] <= hour % 24 < line["ends"]]
    own = [line for line in rows if highway in line["classes"]]
    other = [line for line in rows if "others" in line["classes"]]
    return {"quiet": 0.01, "busy": 0.1, "crush": 1.0}[(own or other)[0]["crowd"]]


def _crowd_lines() -> list[dict]:
    text = (Path(__file__).parents[2] / "sim" / "facts" / "crowds.csv").read_text(encoding="utf-8")
    lines = [line.split(",") for line in text.splitlines() if not line.startswith("#")]
    return [
        {"classes": line[0].split(), "begins": int(line[1]), "ends": int(line[2]), "crowd": line[3]}
        for line in lines[1:]
    ]


CROWD_LINES = _crowd_lines()


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
        f = f if lit else f * line.survival(a, b)
    live, both, after = 0.0, 0.0, 0.0
    for (a, b, lit), f in reversed(list(zip(merged, forward, strict=True))):
        if lit:
            live += f * (b - a)
            both += (1 - (1 - f) * (1 - after)) * (b - a)
        else:
            later = after
            live += f * line.integral(lambda t, a=a: line.survival(a, t), a, b)
            both += line.integral(
                lambda t, f=f, a=a, b=b, later=later: 1
                - (1 - f * line.survival(a, t)) * (1 - later * line.survival(t, b)),
                a, b,
            )  # fmt: skip
            after *= line.survival(a, b)
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
        ahead = _alive(line, hits, rng)
        # time reversed: a hit at t tracks what came before it
        mirrored = replace(
            line,
            parts=[(end - b, end - a, lit) for a, b, lit in reversed(line.parts)],
            walkers=[(end - b, end - a, d) for a, b, d in reversed(line.walkers)],
        )
        back = _alive(mirrored, [end - t for t in reversed(hits)], rng)
        back = [(end - b, end - a) for a, b in back]
        out[play] = _measure(ahead), _measure(ahead + back)
    return out


def _alive(line: Timeline, hits, rng) -> list[tuple[float, float]]:
    """Intervals of time during which one played track is alive; hits are in order of time."""
    periods, tracked = [], False
    for a, b, lit in line.parts:
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
            lasts = _lifetime(line, a, b, rng)
            periods.append((a, min(b, a + lasts)))
            tracked = lasts >= b - a
    return periods


def _lifetime(line: Timeline, lost: float, end: float, rng) -> float:
    """How long a track unseen from a moment on lives: P(lifetime > g) = ρ(g); inf if longer."""
    drawn = 1 - rng.random()
    low, high = lost, end
    if line.survival(lost, end) >= drawn:
        return math.inf
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if line.survival(lost, middle) >= drawn else (low, middle)
    return low - lost


def _measure(periods) -> float:
    total, at = 0.0, -math.inf
    for a, b in sorted(periods):
        total += max(0.0, b - max(a, at))
        at = max(at, b)
    return total
