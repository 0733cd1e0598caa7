"""How far do façades stand from the middle of a street, and do blocks made of that err less?

    python benchmarks/setbacks.py [--placements 8] [--bus-streets]

It reads quarters of cities with mapped footprints: the centre of Helsinki, square kilometres of
Las Palmas with houses mapped along the streets, the tip of Central. First it measures the distance
from the middle of a street to the first wall abreast of it, both sides, by exact rays, per class.
Then it fits the half widths of blocks on all cities but one and tries them on the one left out: as
the mean of the other cities' medians per class, and as two factors on today's table (streets; the
narrower ways) that make the error of coverage smallest there. The same heads look at the city with
footprints, with today's blocks and with the fitted ones. With --bus-streets only the classes that
buses use are streets, all of one class, as in the bus-street proxy of Hong Kong. Prints the tables
of docs/walls.md.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from sim.cameras.facades import LOWEST_M
from sim.cameras.optics import TASKS
from sim.city.assemble import assemble
from sim.city.from_files import import_files
from sim.city.gaps import FRONT_M, HOUSES_STAND_ALONG
from sim.city.model import City
from sim.city.sources.bus_streets import ASSUMED_CLASS
from sim.city.streets import StreetNetwork
from sim.city.walkable import BUS_CLASSES, FOOT_ONLY
from sim.city.walls import OTHER_WIDENING_M, WIDENING_M, Walls
from sim.placement.placing import placement
from sim.sight.sightings import see

SHARED = ROOT.parent / "shared" / "data"
EXTRACTS = {
    "Helsinki": SHARED / "cities" / "helsinki.osm.pbf",
    "Las Palmas": SHARED / "cities" / "las_palmas.osm.pbf",
    "Central": SHARED / "central" / "central_tst.osm.pbf",
}
QUARTERS_OF = "Las Palmas"
"""A whole municipality: square kilometres of it are taken, of the others all that there is."""
QUARTER_M = 1000.0
SMALLEST_STREETS_M = 12_000.0
"""Metres of streets along which houses stand that a quarter holds."""
SMALLEST_FRONTED = 0.75
"""Share of them along which a house is mapped."""
MOST_QUARTERS = 8
SPACING_M = 10.0
REACH_M = 60.0
"""Rays go no farther."""
OWN_M = 0.5
"""A ray meets another street from here on: its own lies at its beginning."""
SMALLEST_SAMPLE = 100
"""Rays of a class that meet a façade, below which a city does not speak of it."""
HEADS_PER_KM2 = (100, 500)
ON_BUS_STREETS_PER_KM2 = (20, 100)
"""There are fewer of them: about as many to the km as 8,000 and 60,000 in Hong Kong."""
MIX = {"junctions": 0.5, "random": 0.5}
"""So that placements differ: of junctions alone only ties do."""
FIT_SEEDS = range(100, 102)
"""Placements of the fit; those of the test are others."""
FACTORS = {"streets": (1.0, 1.25, 1.5, 1.75, 2.0, 2.5), "narrower ways": (1.0, 1.5, 2.0, 3.0)}
OTHERS = "all others"
Table = Mapping[str, float]
"""Half widths, m, by class or `OTHERS`; today's where a class is missing."""


class Quarter(NamedTuple):
    """A part of a city and its mapped walls."""

    city: City
    footprints: Walls


def quarters(name: str) -> list[Quarter]:
    """Read the quarters of a city that are measured."""
    path = EXTRACTS[name]
    if not path.exists():
        raise SystemExit(f"{path}: not here; the benchmark needs extracts with footprints")
    whole = import_files([path], name)
    cities = [whole]
    if name == QUARTERS_OF:
        cities = [_cut(path, square, whole.area.crs) for square in _squares(whole)]
    return [Quarter(city, _mapped(city)) for city in cities]


def _mapped(city: City) -> Walls:
    walls = city.walls.footprints
    return Walls.from_footprints(walls[walls["kind"] == "footprint"])


def _squares(city: City) -> list[shapely.Polygon]:
    """Return those with most streets among the squares where houses are mapped along them."""
    edges = city.streets.edges
    along = edges[edges["highway"].isin(HOUSES_STAND_ALONG) & (edges["deck"] == "street")]
    at = _along(along.geometry.to_numpy())
    houses = shapely.STRtree(_mapped(city).footprints.geometry.to_numpy())
    fronted = np.zeros(len(at.point), bool)
    fronted[houses.query(shapely.points(at.point), "dwithin", FRONT_M)[0]] = True
    cell = np.floor(at.point / QUARTER_M).astype(int)
    metres = pd.DataFrame({"all": at.metres, "fronted": at.metres * fronted})
    sums = metres.groupby([cell[:, 0], cell[:, 1]]).sum()
    dense = sums["all"] >= SMALLEST_STREETS_M
    mapped = sums["fronted"] >= SMALLEST_FRONTED * sums["all"]
    best = sums[dense & mapped].sort_values("all", ascending=False).index[:MOST_QUARTERS]
    return [shapely.box(*(QUARTER_M * np.array([x, y, x + 1, y + 1]))) for x, y in best]


def _cut(path: Path, square: shapely.Polygon, crs: str) -> City:
    with tempfile.TemporaryDirectory() as folder:
        area = Path(folder) / "area.geojson"
        gpd.GeoSeries([square], crs=crs).to_crs(4326).to_file(area)
        return import_files([path], path.name.split(".")[0], area=area)


def along_bus_streets(quarter: Quarter) -> Quarter:
    """Return a quarter of which no other streets are known than those that buses use."""
    before = quarter.city
    edges = before.streets.edges
    kept = edges[edges["highway"].isin(BUS_CLASSES) & (edges["deck"] == "street")]
    table = kept[["u", "v", "street", "deck", "geometry"]].rename(columns={"street": "osmid"})
    points = before.streets.nodes.geometry
    nodes = gpd.GeoDataFrame({"osmid": points.index}, geometry=points.to_numpy(), crs=points.crs)
    streets = StreetNetwork.build(
        nodes, table.assign(highway=ASSUMED_CLASS), points.crs.to_string()
    )
    area = before.area.polygon
    city = assemble(
        "streets of buses", streets, buildings=quarter.footprints, area=area, complete=True
    )
    return Quarter(city, quarter.footprints)


class Samples(NamedTuple):
    """Points along lines: number of the line, place, metres it stands for, unit vector along."""

    of: np.ndarray
    point: np.ndarray
    metres: np.ndarray
    along: np.ndarray


def _along(line) -> Samples:
    """Return a point every 10 m at most."""
    length = shapely.length(line)
    count = np.ceil(length / SPACING_M).astype(int)
    of = np.repeat(np.arange(len(line)), count)
    metres = (length / count)[of]
    t = (np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + 0.5) * metres
    before, at, after = (
        shapely.get_coordinates(shapely.line_interpolate_point(line[of], t + step))
        for step in (-OWN_M, 0.0, OWN_M)
    )
    along = after - before
    return Samples(of, at, metres, along / np.maximum(np.hypot(*along.T), 1e-9)[:, None])


def facade_distances(quarter: Quarter) -> pd.DataFrame:
    """Return a ray a row: class of its street, m to the first wall, infinite where none is met.

    Left out are rays that meet another street first and those that begin inside a building.
    """
    streets = quarter.city.streets.edges
    streets = streets[streets["deck"] == "street"]
    carriageway = ~streets["highway"].isin(FOOT_ONLY - {"pedestrian"})
    others = shapely.STRtree(streets.geometry.to_numpy()[carriageway])
    edges = streets[~streets["steps"]]
    samples = _along(edges.geometry.to_numpy())
    at = samples.point
    walls = quarter.footprints.footprints
    shape = walls.geometry.to_numpy()[~(walls["height"].to_numpy() < LOWEST_M)]
    rings = shapely.STRtree(shapely.boundary(shape))
    counts = shapely.contains_xy(quarter.city.area.polygon, *at.T)
    counts[shapely.STRtree(shape).query(shapely.points(at), "intersects")[0]] = False
    kind = edges["highway"].to_numpy()[samples.of]
    tables = []
    for side in (1.0, -1.0):
        across = side * np.column_stack([samples.along[:, 1], -samples.along[:, 0]])
        wall = _first_met(at, across, 0.0, rings)
        kept = counts & (_first_met(at, across, OWN_M, others) >= wall)
        tables.append(pd.DataFrame({"highway": kind[kept], "far": wall[kept]}))
    return pd.concat(tables, ignore_index=True)


def _first_met(at, direction, begin: float, tree: shapely.STRtree) -> np.ndarray:
    """Return how far from points the first line of a tree is met, m; infinite for none."""
    ray = shapely.linestrings(np.stack([at + begin * direction, at + REACH_M * direction], axis=1))
    i, k = tree.query(ray, predicate="intersects")
    far = shapely.distance(shapely.points(at[i]), shapely.intersection(ray[i], tree.geometries[k]))
    first = np.full(len(ray), np.inf)
    np.minimum.at(first, i, far)
    return first


def medians(rays: Mapping[str, pd.DataFrame], names: Iterable[str]) -> dict[str, float]:
    """Return per class the mean over cities of the median distance of façades within reach."""
    found: dict[str, list[float]] = {}
    for name in names:
        met = rays[name][np.isfinite(rays[name]["far"])]
        for kind, far in met.groupby("highway")["far"]:
            if len(far) >= SMALLEST_SAMPLE:
                found.setdefault(str(kind), []).append(float(far.median()))
    return {kind: float(np.mean(far)) for kind, far in found.items()}


def scaled(streets: float, narrower: float) -> dict[str, float]:
    """Return today's half widths times a factor for streets and one for all narrower ways."""
    table = {kind: half * streets for kind, half in WIDENING_M.items()}
    return {**table, OTHERS: OTHER_WIDENING_M * narrower}


def blocks(city: City, table: Table) -> Walls:
    """Return the blocks that a table of half widths makes."""
    known = {**WIDENING_M, **table}

    def stated(ways):
        half = ways["highway"].map(known).fillna(known.get(OTHERS, OTHER_WIDENING_M))
        return ways.assign(facades=2 * half.astype(float))

    unwalked = city.streets.unwalked
    streets = replace(
        city.streets,
        edges=stated(city.streets.edges),
        unwalked=None if unwalked is None else stated(unwalked),
    )
    return Walls.from_streets(streets, city.area.region)


class Seen(NamedTuple):
    """Pieces of street, all edges end to end: where each begins, whether it counts, is seen."""

    begin: np.ndarray
    counts: np.ndarray
    seen: np.ndarray


class Heads:
    """Fleets of a quarter, and what they see with the mapped footprints."""

    def __init__(
        self, quarter: Quarter, seeds: Iterable[int], densities: Iterable[int] = HEADS_PER_KM2
    ) -> None:
        self.city = replace(quarter.city, walls=quarter.footprints)
        length = self.city.streets.edges["length"].to_numpy()
        self.offset, self.end = np.cumsum(length) - length, float(length.sum())
        km2 = self.city.area.region.area / 1e6
        self.fleets = []
        for density in densities:
            places = placement(self.city, round(density * km2), strategy=MIX, share_rule="direct",
                               street_share="high")  # fmt: skip
            self.fleets.append([places.fleet(seed) for seed in seeds])
        self.truth = [[self._look(self.city.walls, f) for f in some] for some in self.fleets]

    def _look(self, walls: Walls, fleet) -> Seen:
        pieces = see(replace(self.city, walls=walls), fleet).first_seen.arrays
        edge = np.repeat(np.arange(len(pieces.piece_ptr) - 1), np.diff(pieces.piece_ptr))
        seen = pieces.rank <= int(fleet.heads["rank"].max())
        return Seen(self.offset[edge] + pieces.start, pieces.in_area, seen)

    def errors(self, walls: Walls) -> np.ndarray:
        """Return figures by number of heads, placement, figure and task.

        The figures: share of street length seen with footprints, that with other walls less it,
        and the share on which the two differ.
        """
        return np.array([
            [self._error(true, self._look(walls, fleet))
             for fleet, true in zip(fleets, truth, strict=True)]
            for fleets, truth in zip(self.fleets, self.truth, strict=True)
        ])  # fmt: skip

    def _error(self, truth: Seen, other: Seen) -> np.ndarray:
        begin = np.unique(np.concatenate([truth.begin, other.begin]))
        a, b = (np.searchsorted(seen.begin, begin, side="right") - 1 for seen in (truth, other))
        metres = np.diff(begin, append=self.end) * truth.counts[a]
        one, two = truth.seen[a].T, other.seen[b].T
        shares = [one @ metres, (two @ metres) - (one @ metres), (one != two) @ metres]
        return np.array(shares) / metres.sum()


def errors_of(heads: list[Heads], table: Table) -> np.ndarray:
    """Return the figures of a city, the mean over its quarters, for the blocks of a table."""
    return np.mean([h.errors(blocks(h.city, table)) for h in heads], axis=0)


def loss_of(found: np.ndarray, tasks=slice(None)) -> float:
    """Return the sum of squared errors of coverage, each as a share of the true coverage."""
    true, bias = found[:, :, 0].mean(1), found[:, :, 1].mean(1)
    return float(((bias / true)[:, tasks] ** 2).sum())


def print_distances(rays: Mapping[str, pd.DataFrame]) -> None:
    """Print the median and the middle half of the distances, and how many rays meet no wall."""
    print("\n| class | today, m | " + " | ".join(rays) + " |")
    print("| --- | --- |" + " --- |" * len(rays))
    for kind in [*WIDENING_M, "footway", "path"]:
        cells = []
        for table in rays.values():
            far = table.loc[table["highway"] == kind, "far"].to_numpy()
            met = far[np.isfinite(far)]
            if len(met) < SMALLEST_SAMPLE:
                cells.append("–")
                continue
            low, middle, high = np.percentile(met, [25, 50, 75])
            none = 1 - len(met) / len(far)
            cells.append(f"{middle:.1f} ({low:.1f} to {high:.1f}); {none:.0%} none")
        if set(cells) != {"–"}:
            today = WIDENING_M.get(kind, OTHER_WIDENING_M)
            print(f"| {kind} | {today:g} | " + " | ".join(cells) + " |")


def print_factors(fits: Mapping[str, Mapping[tuple[float, float], np.ndarray]]) -> None:
    """Print which factors would make the error of each task smallest in each city."""
    print("\n| factors: streets, narrower ways | " + " | ".join(TASKS) + " | all together |")
    print("| --- |" + " --- |" * (len(TASKS) + 1))
    for name, found in fits.items():
        best = [min(found, key=lambda pair: loss_of(found[pair], k)) for k in range(len(TASKS))]
        best.append(min(found, key=lambda pair: loss_of(found[pair])))
        print(f"| {name} | " + " | ".join(f"{a:g}, {b:g}" for a, b in best) + " |")


def print_held_out(name: str, densities: Iterable[int], results: Mapping[str, np.ndarray]) -> None:
    """Print the errors in a city that was left out, and where the fitted tables are better."""
    for n, density in enumerate(densities):
        print(f"\n{name} left out, {density} heads to the km²\n")
        print(f"| walls | {' | '.join(TASKS)} | {' | '.join(f'{t} differs' for t in TASKS)} |")
        print("| --- |" + " --- |" * 2 * len(TASKS))
        true = 100 * results["today's blocks"][n, :, 0].mean(0)
        print("| footprints | " + " | ".join([*(f"{s:.1f} %" for s in true), *[""] * 4]) + " |")
        for label, found in results.items():
            some = 100 * found[n]
            mean, se = some.mean(0), some.std(0, ddof=1) / np.sqrt(len(some))
            bias = [f"{m:+.2f} ± {s:.2f}" for m, s in zip(mean[1], se[1], strict=True)]
            print(f"| {label} | " + " | ".join([*bias, *(f"{m:.2f}" for m in mean[2])]) + " |")
    before = abs(results["today's blocks"].mean(1))
    for label, found in results.items():
        smaller = abs(found.mean(1)) < before
        for figure, what in ((1, "coverage"), (2, "what differs")):
            tasks = [task for k, task in enumerate(TASKS) if smaller[:, figure, k].all()]
            print(f"{name}, {label}: error of {what} smaller for {', '.join(tasks) or 'none'}")
    sys.stdout.flush()


def print_fits(
    read: Mapping[str, list[Quarter]],
    rays: Mapping[str, pd.DataFrame],
    pairs: list[tuple[float, float]],
    densities: Iterable[int],
    placements: int,
) -> None:
    """Fit on all cities but one, try on that one, and print."""
    fits = {}
    for name, some in read.items():
        heads = [Heads(quarter, FIT_SEEDS, densities) for quarter in some]
        fits[name] = {pair: errors_of(heads, scaled(*pair)) for pair in pairs}
    print_factors(fits)
    sys.stdout.flush()
    for name, some in read.items():
        others = [other for other in read if other != name]
        pair = min(pairs, key=lambda p: sum(loss_of(fits[o][p]) for o in others))
        tables = {
            "today's blocks": {},
            "medians of the others": medians(rays, others),
            f"factors of the others, {pair[0]:g} and {pair[1]:g}": scaled(*pair),
        }
        heads = [Heads(quarter, range(placements), densities) for quarter in some]
        found = {what: errors_of(heads, table) for what, table in tables.items()}
        print_held_out(name, densities, found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--placements", type=int, default=8)
    parser.add_argument("--bus-streets", action="store_true")
    options = parser.parse_args()
    read = {name: quarters(name) for name in EXTRACTS}
    pairs, densities = [*itertools.product(*FACTORS.values())], HEADS_PER_KM2
    if options.bus_streets:
        read = {name: [*map(along_bus_streets, some)] for name, some in read.items()}
        pairs = [pair for pair in pairs if pair[1] == 1]  # there are no narrower ways
        densities = ON_BUS_STREETS_PER_KM2
    for name, some in read.items():
        km2 = sum(quarter.city.area.polygon.area for quarter in some) / 1e6
        km = sum(quarter.city.streets.length_km for quarter in some)
        print(f"{name}: {len(some)} quarters, {km2:.2f} km², {km:.0f} km with their halo")
    rays = {name: pd.concat([facade_distances(q) for q in some]) for name, some in read.items()}
    print_distances(rays)
    sys.stdout.flush()
    print_fits(read, rays, pairs, densities, options.placements)


if __name__ == "__main__":
    main()
