"""Real cameras against simulated ones: do fleets of the same size stand and see alike?

    python benchmarks/real_against_simulated.py HELSINKI.osm.pbf [--seeds 20] [--people 1000]
        [--hong-kong STREETS.gpkg TRAFFIC_CAMERAS.csv] [--picture docs/real-against-simulated.png]

Helsinki: the mapped cameras of OpenStreetMap beside as many heads of every strategy, and null
models: as many along the streets at random, the real positions looking any way, and the real
positions moved 25, 50 and 100 m. Hong Kong: positions of the Transport Department's cameras beside
orders of candidates on the streets that buses use. Prints the tables of
docs/real-against-simulated.md. The picture needs matplotlib, which the package itself does not.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import geopandas as gpd
import numpy as np
import shapely
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

import sim
from sim.cameras.candidates import Candidates, candidates
from sim.cameras.fleet import OWNERS, Fleet
from sim.cameras.indoors import indoors
from sim.cameras.optics import TASKS, camera_type
from sim.cameras.real import read_cameras
from sim.city.assemble import assemble
from sim.city.from_files import import_files
from sim.city.linear_referencing import points_at, segment_at
from sim.city.streets import StreetNetwork
from sim.placement.context import PlacementContext
from sim.placement.strategies.registry import STRATEGIES, ranked
from sim.sight.arrays import NEVER

PLACED = tuple(name for name in STRATEGIES if name != "points")
"""All strategies but the one that wants points of the user's own."""
NULL = "along streets"
MOVES_M = (25, 50, 100)
EVERYONE_ON_STREETS = dict.fromkeys(OWNERS, 1.0)
NEIGHBOURS_M = 100.0
SAMPLE_M = 1.0
MOUNT_M = 4.0
FACED = "recognise"
HONG_KONG_SEEDS = 5
"""At most so many there, where an order of all candidates takes seconds."""
NULL_SEEDS = 99
"""Fleets along streets by which distances are judged; they need no sight, so they may be many."""

Spots = np.ndarray
"""Positions, shape (cameras, 2), m."""


@dataclass(frozen=True)
class Scene:
    """What real and simulated fleets of one city share."""

    city: sim.City
    real: Fleet
    sites: Candidates
    walks: sim.Trips

    @property
    def turning(self):
        """Which real heads turn; their simulated counterparts do too."""
        return (self.real.heads["camera_type"] == "ptz").to_numpy()


# --- fleets -----------------------------------------------------------------------------------


def placed(scene: Scene, strategy: str, seed: int) -> Fleet:
    """As many heads as there are real ones, one a pole, of the same camera types."""
    turning = int(scene.turning.sum())
    return sim.place(
        scene.city, len(scene.real), strategy=strategy, seed=seed, share_rule="direct",
        street_share=EVERYONE_ON_STREETS, heads_per_site=1.0,
        optics={"typical": len(scene.real) - turning, "ptz": turning},
    )  # fmt: skip


def spots_along_streets(city, count, seed) -> Spots:
    """Positions drawn evenly by street length, above ground and outside buildings."""
    draw = np.random.default_rng([seed, 1])
    a = city.streets.arrays
    length = a.edge_length * (city.streets.edges["deck"] != "subway").to_numpy()
    found = np.zeros((0, 2))
    while len(found) < count:
        edge = draw.choice(len(length), 2 * count, p=length / length.sum())
        spots = points_at(a, edge, draw.random(2 * count) * length[edge])
        found = np.concatenate([found, spots[free(city, spots)]])
    return found[:count]


def moved(scene: Scene, metres: float, seed: int) -> Spots:
    """Real positions, each moved so far in a random direction, again where that is in a wall."""
    draw = np.random.default_rng([seed, 2])
    real = spots_of(scene.real)
    spots, todo = real.copy(), np.arange(len(real))
    for _ in range(500):
        turn = draw.random(len(todo)) * 2 * np.pi
        spots[todo] = real[todo] + metres * np.column_stack([np.sin(turn), np.cos(turn)])
        todo = todo[~free(scene.city, spots[todo])]
        if not len(todo):
            break
    return spots


def free(city, spots) -> np.ndarray:
    """Which spots lie in the region and outside buildings."""
    inside = indoors(city.walls, *spots.T, np.full(len(spots), MOUNT_M))
    return shapely.intersects_xy(city.area.region, *spots.T) & ~inside


def aimed(scene: Scene, spots: Spots, heading=None) -> Fleet:
    """Hang the real camera types on these spots; they look along the nearest street, as real ones.

    Of the two ways that one counts in which more of the street lies ahead.
    """
    types = scene.real.heads["camera_type"].to_numpy()
    table = {"heading": along_street(scene.city, spots) if heading is None else heading,
             "camera_type": types}  # fmt: skip
    points = gpd.points_from_xy(*spots.T)
    return Fleet.from_heads(gpd.GeoDataFrame(table, geometry=points, crs=scene.city.area.crs))


def along_street(city, spots: Spots) -> np.ndarray:
    """Bearing along the nearest street, the way in which more of it lies ahead."""
    above = np.flatnonzero((city.streets.edges["deck"] != "subway").to_numpy())
    lines = city.streets.edges.geometry.to_numpy()[above]
    points = shapely.points(spots)
    _, line = shapely.STRtree(lines).query_nearest(points, all_matches=False)
    t = shapely.line_locate_point(lines[line], points)
    a, edge = city.streets.arrays, above[line]
    segment = segment_at(a, edge, t)
    dx = a.segment_x1[segment] - a.segment_x0[segment]
    dy = a.segment_y1[segment] - a.segment_y0[segment]
    back = np.where(t > a.edge_length[edge] / 2, 180.0, 0.0)
    return (np.degrees(np.arctan2(dx, dy)) + back) % 360


def any_way(scene: Scene, seed: int) -> Fleet:
    """Real positions, looking any way."""
    heading = np.random.default_rng([seed, 3]).random(len(scene.real)) * 360
    return aimed(scene, spots_of(scene.real), heading)


def fleets_of(scene: Scene) -> Mapping[str, Callable[[int], Fleet]]:
    """Every kind of fleet by name, as a function of a seed."""
    count = len(scene.real)
    return {
        **{name: partial(placed, scene, name) for name in PLACED},
        NULL: lambda seed: aimed(scene, spots_along_streets(scene.city, count, seed)),
        "real, looking any way": partial(any_way, scene),
        **{
            f"real, moved {metres} m": partial(
                lambda metres, seed: aimed(scene, moved(scene, metres, seed)), metres
            )
            for metres in MOVES_M
        },
    }


# --- figures ----------------------------------------------------------------------------------


def spots_of(fleet: Fleet) -> Spots:
    """Positions of the heads."""
    return fleet.heads[["x", "y"]].to_numpy(np.float64)


def nearest(of: Spots, to: Spots) -> float:
    """Mean distance from each position to the nearest of the others, m."""
    return float(cKDTree(to).query(of)[0].mean())


def distances(real: Spots, other: Spots) -> dict[str, float]:
    """How far two sets of as many positions lie apart, m.

    Matched: each real camera has one simulated camera of its own, so that the sum is least
    (the Wasserstein distance of the two sets).
    """
    cost = cdist(real, other)
    return {
        "real to simulated": nearest(real, other),
        "simulated to real": nearest(other, real),
        "matched": float(cost[linear_sum_assignment(cost)].mean()),
    }


def pattern(city, spots: Spots) -> dict[str, float]:
    """How a set of positions lies: means over its cameras, m or a count."""
    tree = cKDTree(spots)
    lines = shapely.STRtree(city.streets.edges.geometry.to_numpy())
    _, street = lines.query_nearest(shapely.points(spots), return_distance=True, all_matches=False)
    return {
        "own neighbour": float(tree.query(spots, k=2)[0][:, 1].mean()),
        "within 100 m": 2 * len(tree.query_pairs(NEIGHBOURS_M)) / len(spots),
        "to the street": float(street.mean()),
    }


def seen_samples(seen: sim.Sightings) -> dict[str, np.ndarray]:
    """For each task, which of the points a metre apart on streets of the area are seen."""
    a = seen.first_seen.arrays
    length = seen.streets.arrays.edge_length
    offset = np.concatenate([[0.0], np.cumsum(length)])
    start = a.start + np.repeat(offset[:-1], np.diff(a.piece_ptr))
    piece = np.searchsorted(start, np.arange(SAMPLE_M / 2, offset[-1], SAMPLE_M), "right") - 1
    piece = piece[a.in_area[piece]]
    return {task: a.rank[piece, k] < NEVER for k, task in enumerate(TASKS)}


def overlap(real: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Jaccard index of what two fleets see, and what it would be by chance at these shares."""
    p, q = real.mean(), other.mean()
    return float((real & other).sum() / (real | other).sum()), float(p * q / (p + q - p * q))


def walks_seen(scene: Scene, fleet: Fleet, seen: sim.Sightings) -> dict[str, float]:
    """Share of walks with a face recognised at least once, and mean share of a walk's length."""
    last = int(fleet.arrays.rank.max())
    figures = sim.track(scene.city, seen, scene.walks, [last]).figures
    task = TASKS.index(FACED)
    return {
        "walks": float((figures["heads"][:, 0, task] > 0).mean()),
        "of a walk": float(figures["observed_length"][:, 0, task].mean()),
    }


def views_of_heads(fleet: Fleet, seen: sim.Sightings) -> dict[str, float]:
    """Street on which a head lets a face be recognised, mean m, and share of heads with none."""
    a = seen.arrays
    rows = slice(*a.edge_ptr[TASKS.index(FACED), [0, -1]])
    metres = np.bincount(a.head[rows], a.end[rows] - a.start[rows], len(fleet))
    return {"a head, m": float(metres.mean()), "heads with none": float((metres == 0).mean())}


def figures_of(scene: Scene, fleet: Fleet, real_seen) -> dict[str, float]:
    """Everything that is compared, of one fleet."""
    spots, seen = spots_of(fleet), sim.see(scene.city, fleet)
    found = seen.first_seen.coverage(int(fleet.arrays.rank.max()))
    found |= distances(spots_of(scene.real), spots) | pattern(scene.city, spots)
    found |= walks_seen(scene, fleet, seen) | views_of_heads(fleet, seen)
    samples = seen_samples(seen)
    for task in ("detect", FACED):
        found[f"overlap {task}"], found[f"chance {task}"] = overlap(
            (real_seen or samples)[task], samples[task]
        )
    return found


def early(order: np.ndarray, near: np.ndarray) -> float:
    """Chance that a candidate by a real camera comes before one at random (0.5: no better).

    `order` holds candidates, best first; `near` the candidate nearest to each real camera.
    """
    place = np.empty(len(order))
    place[order] = (np.arange(len(order)) + 0.5) / len(order)
    return float(1 - place[near].mean())


def site_order(city, sites: Candidates, strategy: str, seed: int) -> np.ndarray:
    """All candidates in a strategy's order, each at its first head."""
    context = PlacementContext(city, sites, seed, len(sites.x), camera_type("typical"), 1.0)
    site = ranked(strategy, context).site
    _, first = np.unique(site, return_index=True)
    return site[np.sort(first)]


def nearest_sites(sites: Candidates, spots: Spots) -> np.ndarray:
    """Return the candidate nearest to each spot."""
    return cKDTree(np.column_stack([sites.x, sites.y])).query(spots)[1]


# --- tables -----------------------------------------------------------------------------------


def averages(rows: list[dict[str, float]]) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of each figure over the seeds."""
    every = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    return {key: (float(v.mean()), float(v.std(ddof=len(v) > 1))) for key, v in every.items()}


def null_positions(city, real: Spots) -> dict[str, tuple[float, float]]:
    """Distances and clustering of as many cameras along the streets at random."""
    rows = []
    for seed in range(NULL_SEEDS):
        spots = spots_along_streets(city, len(real), 1_000 + seed)
        rows.append(distances(real, spots) | pattern(city, spots))
    return averages(rows)


def coverage_table(real, found):
    yield "| fleet | detect | observe | recognise | identify | walks | of a walk |"
    yield "|---|---|---|---|---|---|---|"
    keys = [*TASKS, "walks", "of a walk"]
    yield "| **real** | " + " | ".join(f"**{100 * real[key]:.1f}**" for key in keys) + " |"
    for name, figures in found.items():
        cells = []
        for key in keys:
            mean, deviation = (100 * value for value in figures[key])
            more = round(mean - 100 * real[key], 1) + 0.0  # no -0.0
            cells.append(f"{mean:.1f} ({more:+.1f} ± {deviation:.1f})")
        yield f"| {name} | {' | '.join(cells)} |"


def head_table(real, found):
    yield "| fleet | street on which a head recognises, m | heads that recognise on none, % |"
    yield "|---|---|---|"
    rows = {"**real**": real} | {name: {k: v[0] for k, v in f.items()} for name, f in found.items()}
    for name, figures in rows.items():
        yield f"| {name} | {figures['a head, m']:.0f} | {100 * figures['heads with none']:.0f} |"


def overlap_table(found):
    yield "| fleet | detect: overlap | by chance | ratio | recognise: overlap | by chance | ratio |"
    yield "|---|---|---|---|---|---|---|"
    for name, figures in found.items():
        cells = []
        for task in ("detect", FACED):
            both, chance = figures[f"overlap {task}"][0], figures[f"chance {task}"][0]
            cells += [f"{100 * both:.1f}", f"{100 * chance:.1f}", f"{both / chance:.2f}"]
        yield f"| {name} | {' | '.join(cells)} |"


def position_table(real, null, found):
    keys = ("real to simulated", "simulated to real", "matched")
    own = ("own neighbour", "within 100 m", "to the street")
    yield f"| fleet | {', m | '.join(keys)}, m | z | {own[0]}, m | {own[1]} | {own[2]}, m |"
    yield "|---|---|---|---|---|---|---|---|"
    yield f"| **real** | | | | | {real[own[0]]:.0f} | {real[own[1]]:.1f} | {real[own[2]]:.1f} |"
    mean, deviation = null["matched"]
    for name, figures in found.items():
        m = {key: figures[key][0] for key in (*keys, *own)}
        apart = " | ".join(f"{m[key]:,.0f}" for key in keys)
        yield (
            f"| {name} | {apart} | {(m['matched'] - mean) / deviation:+.1f} | {m[own[0]]:.0f} "
            f"| {m[own[1]]:.1f} | {m[own[2]]:.1f} |"
        )


def early_orders(city, sites, real: Spots, seeds: int, names) -> dict[str, tuple[float, float]]:
    """How early each strategy's order comes to the real cameras, and cameras at random likewise."""
    near = nearest_sites(sites, real)
    rows = defaultdict(list)
    for seed in range(seeds):
        lot = nearest_sites(sites, spots_along_streets(city, len(real), seed))
        for name in names:
            order = site_order(city, sites, name, seed)
            rows[name].append({"real": early(order, near), "lot": early(order, lot)})
    every = {name: averages(values) for name, values in rows.items()}
    return {name: (values["real"][0], values["lot"][0]) for name, values in every.items()}


# --- the two cities ---------------------------------------------------------------------------


def helsinki(pbf: Path, seeds: int, people: int):
    """Compare fleets in Helsinki; print the tables and return what the picture needs."""
    city = import_files([pbf], "helsinki")
    real = read_cameras(pbf, city).fleet
    scene = Scene(city, real, candidates(city), sim.sample_trips(city, people=people, seed=7))
    seen = seen_samples(sim.see(city, real))
    own = figures_of(scene, real, None)
    found = {
        name: averages([figures_of(scene, fleet(seed), seen) for seed in range(seeds)])
        for name, fleet in fleets_of(scene).items()
    }
    spots = spots_of(real)
    null = null_positions(city, spots)
    orders = early_orders(city, scene.sites, spots, seeds, PLACED)
    print(f"\nHelsinki, {len(real)} heads, {seeds} seeds, {people:,} walks\n")
    for table in (
        coverage_table(own, found),
        head_table(own, found),
        overlap_table(found),
        position_table(own, null, found),
        order_table(orders),
    ):
        print("\n".join(table), end="\n\n")
    print(spread(null), end="\n\n")
    return own, found, null, len(real)


def hong_kong(streets: Path, cameras: Path, seeds: int):
    """Compare positions of traffic cameras with strategies on the streets that buses use."""
    edges = gpd.read_file(streets).assign(highway="residential")
    ends = {
        node: shapely.get_point(line, place)
        for column, place in (("u", 0), ("v", -1))
        for node, line in zip(edges[column], edges.geometry, strict=True)
    }
    nodes = gpd.GeoDataFrame({"osmid": list(ends)}, geometry=list(ends.values()), crs=edges.crs)
    city = assemble("Hong Kong", StreetNetwork.build(nodes, edges), halo_m=0.0)
    sites, real = candidates(city), spots_of(read_cameras(cameras).fleet)
    null = null_positions(city, real)
    found = {}
    for name in (*PLACED, NULL):
        rows = []
        for seed in range(seeds):
            spots = chosen(city, sites, name, len(real), seed)
            rows.append(distances(real, spots) | pattern(city, spots))
        found[name] = averages(rows)
    orders = early_orders(city, sites, real, seeds, [n for n in PLACED if n != "even"])
    print(f"\nHong Kong, {len(real)} cameras, {len(sites.x):,} candidates, {seeds} seeds\n")
    print("\n".join(position_table(pattern(city, real), null, found)), end="\n\n")
    print("\n".join(order_table(orders)), end="\n\n")
    print(spread(null))


def chosen(city, sites: Candidates, name: str, count: int, seed: int) -> Spots:
    """Return the first positions of a strategy, one a pole."""
    if name == NULL:
        return spots_along_streets(city, count, seed)
    context = PlacementContext(city, sites, seed, count, camera_type("typical"), 1.0)
    site = ranked(name, context).first(count).site
    return np.column_stack([sites.x[site], sites.y[site]])


def order_table(orders):
    yield "| strategy | early, real cameras | early, as many along streets at random |"
    yield "|---|---|---|"
    for name, (real, lot) in sorted(orders.items(), key=lambda item: -item[1][0]):
        yield f"| {name} | {real:.2f} | {lot:.2f} |"


def spread(null) -> str:
    """Return what the null fleets have, mean and standard deviation."""
    parts = (f"{key} {mean:.1f} ± {deviation:.1f}" for key, (mean, deviation) in null.items())
    return f"{NULL}, {NULL_SEEDS} fleets: " + ", ".join(parts)


# --- picture ----------------------------------------------------------------------------------

PAPER, INK, FAINT, REAL = "#ffffff", "#22252b", "#d9d5cc", "#c1274b"
COLOURS = {"detect": "#d99a13", FACED: "#15294b"}


def picture(own, found, null, count, path):
    """Three panels side by side, a fleet a row: streets seen, distance, clustering."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import MaxNLocator

    names = list(found)
    rows = np.arange(len(names))[::-1]
    figure, panels = plt.subplots(1, 3, figsize=(11.6, 5.8), sharey=True, facecolor=PAPER)
    titles = (
        "streets seen, less those the\nreal cameras see (points of %)",
        "metres to a real camera of its own\n(least sum; band: lot, 5 to 95 %)",
        "other cameras within 100 m\n(line: the real ones)",
    )
    for axes, title in zip(panels, titles, strict=True):
        axes.set_title(title, fontsize=9.5, color=INK, loc="left")
        axes.grid(axis="y", color=FAINT, lw=0.6)
        axes.tick_params(length=0, labelsize=9, colors=INK)
        for side in axes.spines.values():
            side.set_visible(False)
    errors, apart, crowd = panels
    for task, shift in (("detect", 0.13), (FACED, -0.13)):
        mean = [100 * (found[n][task][0] - own[task]) for n in names]
        bars = [200 * found[n][task][1] for n in names]
        errors.errorbar(mean, rows + shift, xerr=bars, fmt="o", ms=5, color=COLOURS[task], lw=1.4,
                        label=task)  # fmt: skip
    errors.axvline(0, color=REAL, lw=1.2)
    errors.legend(frameon=False, fontsize=8.5, loc="lower right")
    for axes, key in ((apart, "matched"), (crowd, "within 100 m")):
        bars = [2 * found[n][key][1] for n in names]
        axes.errorbar([found[n][key][0] for n in names], rows, xerr=bars, fmt="o", ms=5, color=INK,
                      lw=1.4)  # fmt: skip
        axes.set_xlim(left=0)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    mean, deviation = null["matched"]
    apart.axvspan(mean - 1.645 * deviation, mean + 1.645 * deviation, color=FAINT, zorder=0)
    crowd.axvline(own["within 100 m"], color=REAL, lw=1.2)
    errors.set_yticks(rows, names)
    title = f"{count} mapped cameras of Helsinki beside as many simulated ones"
    figure.suptitle(title, x=0.012, y=0.985, ha="left", fontsize=14, fontweight="bold", color=INK)
    note = (
        "Bars: two standard deviations over seeds. Cameras and streets © OpenStreetMap contributors"
        " (2019), ODbL 1.0. No mapped camera has a direction: it is assumed."
    )
    figure.text(0.012, 0.012, note, fontsize=8, color=INK)
    figure.tight_layout(rect=(0, 0.03, 1, 0.99))
    figure.savefig(path, dpi=120, facecolor=PAPER, metadata={"Software": None})
    plt.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("helsinki", type=Path)
    parser.add_argument("--hong-kong", type=Path, nargs=2, metavar=("STREETS", "CAMERAS"))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    compared = helsinki(options.helsinki, options.seeds, options.people)
    if options.picture:
        picture(*compared, options.picture)
    if options.hong_kong:
        hong_kong(*options.hong_kong, min(options.seeds, HONG_KONG_SEEDS))


if __name__ == "__main__":
    main()
