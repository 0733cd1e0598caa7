"""How many look-alikes are really within reach: the formula against walkers on real streets.

    python benchmarks/look_alikes.py [BUNDLE ...] [--places 400]

Of each city (by default those of docs/tracking.md that are there): its streets' mean width w and
their length D per land; then, over places drawn along its streets as walkers stand on them, the
area of street really within r metres, over A(r) = w (2 r + D π r²) of the tracked share: in a
straight line, as if one could cross anywhere, and along the mapped ways, where one crosses only at
crossings. Then what it does: the chance to outlive a gap by the formula and where walkers stand on
the real streets, and the tracked shares with the formula fitted to the area along mapped ways.
A place counts at r where the circle of r lies within the region simulated. Where walkers stand
anywhere on the street with equal chance, their number within reach has the mean α δ times that
area, so no walker is drawn. Prints the tables of docs/tracking.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import shapely
from scipy.optimize import nnls
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from tracking import trips_of

from sim.city.loaders import load_city
from sim.city.model import City
from sim.city.street_space import StreetSpace
from sim.errors import InputError
from sim.placement.placing import place
from sim.sight.sightings import see
from sim.tracking.look_alikes import street_m2
from sim.tracking.parameters import CROWDS, TrackingParameters
from sim.tracking.watched import watched_walks

CITIES = ("mong_kok_core", "mong_kok", "central", "helsinki", "las_palmas")
RADII = np.array([25.0, 50.0, 100.0, 200.0, 400.0])
GAPS = np.array([15.0, 30.0, 60.0, 120.0])
SPEED, HEADS_PER_KM, WALKS = 1.34, 20, 2000
STEP_M = 5.0
LEAST = 20
"""Fewer places than this are not averaged."""


def within_reach(city: City, edge: np.ndarray, at: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Area of street within a walk of each radius from places on edges, shape (places, radii)."""
    a, space = city.streets.arrays, city.street_space
    nodes = len(a.node_x)
    u, v = np.minimum(a.edge_u, a.edge_v), np.maximum(a.edge_u, a.edge_v)
    order = np.argsort(a.edge_length, kind="stable")
    _, first = np.unique(u[order].astype(np.int64) * nodes + v[order], return_index=True)
    kept = order[first]  # of parallel edges the shortest
    graph = coo_array((a.edge_length[kept], (u[kept], v[kept])), shape=(nodes, nodes)).tocsr()
    per_m, out = space.edge_m2 / a.edge_length, np.zeros((len(edge), len(radii)))
    for k, (e, t) in enumerate(zip(edge, at, strict=True)):
        ends, rest = [a.edge_u[e], a.edge_v[e]], a.edge_length[e] - t
        found = dijkstra(graph, directed=False, indices=ends, limit=radii[-1])
        far = np.minimum(found[0] + t, found[1] + rest)
        for r, radius in enumerate(radii):
            left = np.maximum(radius - far, 0.0)
            metres = np.minimum(left[a.edge_u] + left[a.edge_v], a.edge_length)
            metres[e] = min(radius, t) + min(radius, rest)
            out[k, r] = metres @ per_m
    return out


def within_circle(city: City, edge: np.ndarray, at: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Area of street within each radius in a straight line, shape (places, radii)."""
    a, space = city.streets.arrays, city.street_space
    lines = city.streets.edges.geometry.to_numpy()
    count = np.ceil(a.edge_length / STEP_M).astype(int)
    of = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    points = shapely.line_interpolate_point(lines[of], (place + 0.5) / count[of], normalized=True)
    xy, weight = shapely.get_coordinates(points), (space.edge_m2 / count)[of]
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines[edge], at))
    away = (np.hypot(*(xy - spot).T) for spot in here)
    return np.array([[weight[d <= radius].sum() for radius in radii] for d in away])


def places_in(city: City, count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw places along streets by their area: edge, metres from u, metres to the region's rim."""
    rng, space, a = np.random.default_rng(seed), city.street_space, city.streets.arrays
    edge = rng.choice(len(space.edge_m2), count, p=space.edge_m2 / space.edge_m2.sum())
    at = rng.random(count) * a.edge_length[edge]
    lines = city.streets.edges.geometry.to_numpy()[edge]
    points = shapely.line_interpolate_point(lines, at)
    rim = shapely.distance(points, city.area.region.boundary)
    return edge, at, np.where(shapely.covers(city.area.region, points), rim, 0.0)


def fitted(space: StreetSpace, real: np.ndarray, counted: np.ndarray) -> StreetSpace:
    """The room that the formula would need for the mean areas measured."""
    mean = np.array([
        np.nan if n.sum() < LEAST else area[n].mean()
        for area, n in zip(real.T, counted.T, strict=True)
    ])  # fmt: skip
    known = np.isfinite(mean)
    terms = np.column_stack([2 * RADII, np.pi * RADII**2])[known] / mean[known, None]
    (width, around), _ = nnls(terms, np.ones(known.sum()))
    once = float(space.once_m.sum())
    scale = width * once / space.edge_m2.sum()
    return StreetSpace(space.edge_m2 * scale, space.once_m, once / (around / width))


def tracked(city: City, space: StreetSpace, parameters: TrackingParameters) -> tuple[float, float]:
    """Shares tracked live and afterwards at recognise, with another room for walkers.

    Persons watch and search: what differs is the formula alone.
    """
    if not hasattr(tracked, "of") or tracked.of[0] is not city:
        heads = int(HEADS_PER_KM * city.streets.length_km)
        fleet = place(city, heads, strategy="random", share_rule="direct", street_share="high",
                      seed=1)  # fmt: skip
        trips = trips_of(city.streets, WALKS)
        tracked.of = city, watched_walks(city, see(city, fleet), trips, [heads])
    city.__dict__["street_space"] = space
    walks = tracked.of[1]
    seconds = walks.trips.table["duration_s"].to_numpy(np.float64)
    found = walks.followed(parameters, 1)
    return tuple(
        float((values[:, 0, 2] / seconds).mean()) for values in (found.live_s, found.afterwards_s)
    )


def ratios(ratio: np.ndarray, counted: np.ndarray) -> list[str]:
    """Return mean and spread of a ratio at each radius."""
    out = []
    for each, n in zip(ratio.T, counted.T, strict=True):
        low, high = np.quantile(each[n], [0.1, 0.9]) if n.sum() >= LEAST else (0, 0)
        few = n.sum() < LEAST
        out.append("–" if few else f"{each[n].mean():.2f} ({low:.2f} to {high:.2f})")
    return out


def measure(name: str, count: int) -> dict[str, list[str]]:
    """Return the rows of the three tables for one city."""
    city = load_city(name)
    space = city.street_space
    edge, at, rim = places_in(city, count)
    formula = street_m2(RADII, space.width_m, space.per_m)
    real, around = (of(city, edge, at, RADII) for of in (within_reach, within_circle))
    counted = rim[:, None] >= RADII
    room = [f"{space.width_m:.1f}", f"{1000 * space.per_m:.1f}"]
    rows = {
        "straight": [*room, *ratios(around / formula, counted)],
        "along": [*room, *ratios(real / formula, counted)],
    }
    parameters = TrackingParameters()
    reach = SPEED * GAPS
    areas = [of(city, edge, at, reach) for of in (within_circle, within_reach)]
    there = rim[:, None] >= reach
    for crowd, density in list(CROWDS.items())[:2]:
        alike = parameters.look_alike_share * density
        chance = np.exp(-GAPS / parameters.memory_s)
        said = chance * np.exp(-alike * street_m2(reach, space.width_m, space.per_m))
        row = []
        for g in range(len(GAPS)):
            true = [chance[g] * np.exp(-alike * area[there[:, g], g]).mean() for area in areas]
            row.append(", ".join(f"{share:.3f}" for share in (said[g], *true)))
        rows[crowd] = row
    own = fitted(space, real, counted)
    for crowd in list(CROWDS)[:2]:
        watched = TrackingParameters(crowd=crowd, live_by="person")
        pairs = [
            [f"{100 * share:.1f}" for share in tracked(city, room, watched)]
            for room in (space, own)
        ]
        rows[f"tracked {crowd}"] = [f"{a}, {b}" for a, b in zip(*pairs, strict=True)]
    return rows


def table(head: list[str], rows: dict[str, list[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *([name, *row] for name, row in rows.items())]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundles", nargs="*", default=list(CITIES))
    parser.add_argument("--places", type=int, default=400)
    asked = parser.parse_args()
    found = {}
    for name in asked.bundles:
        try:
            found[name] = measure(name, asked.places)
        except InputError as error:
            print(f"{name}: left out, {error}", file=sys.stderr)
    radii = [f"r = {r:g} m" for r in RADII]
    for way, words in (("straight", "in a straight line"), ("along", "along mapped ways")):
        print(f"\nReal area within reach {words} over A(r), mean (10 to 90 % of places)\n")
        rows = {name: of[way] for name, of in found.items()}
        print(table(["city", "w, m", "D, km/km²", *radii], rows))
    for crowd in list(CROWDS)[:2]:
        print(f"\nChance to outlive a gap, {crowd} streets: formula, straight, along mapped ways\n")
        gaps = [f"{g:g} s" for g in GAPS]
        print(table(["city", *gaps], {n: v[crowd] for n, v in found.items()}))
    print("\nTracked at recognise, %: formula, fitted to the area along mapped ways\n")
    head = ["city", *(f"{c}, {of}" for c in list(CROWDS)[:2] for of in ("live", "afterwards"))]
    rows = {n: [x for c in list(CROWDS)[:2] for x in v[f"tracked {c}"]] for n, v in found.items()}
    print(table(head, rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
