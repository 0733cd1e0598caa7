"""Real public networks: how their poles stand on the streets. Figures only, never a position.

    python benchmarks/real_networks.py CALIBRATION

CALIBRATION holds a folder a city (cameras.csv, stations.csv, boundary.geojson, *.osm.pbf). Prints
the first tables of docs/real-networks.md: heads on a pole, shares near junctions, spacing, pair
correlation and poles by class of street, beside as many poles along the streets at random. What is
read here is fitted by real_networks_fit.py and judged by real_networks_held_out.py.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from real_against_simulated import spots_along_streets
from scipy.spatial import cKDTree

import sim
from sim.cameras.candidates import Candidates, candidates
from sim.city.from_files import import_files
from sim.city.linear_referencing import points_at
from sim.city.places import Places
from sim.placement.observed import STREETS
from sim.placement.strategies.empirical import CLASSES

PURPOSES = {
    "seoul_gangnam": ("crime prevention",),
    "seoul_gwangjin": ("crime prevention", "child protection", "multi-purpose"),
    "busan_haeundae": ("multi-purpose",),
}
"""City by folder, and the purposes that make a network against crime: the others look at
carriageways, rivers or rubbish."""
AGAINST_CRIME = (
    "crime prevention", "child protection", "multi-purpose", "police", "public safety"
)  # fmt: skip
FOR_A_SEED = 99
"""Random fleets along the streets by which a pattern is judged."""
OFF_STREET_M = 30.0
"""Poles farther than this from every mapped way (parks, hills) are not on a street."""
JUNCTION_M = 15.0
"""A pole so near to where three ways meet stands at the junction. Half-way between the engine's
candidates there (within 10 m) and the first lamp post (20 m on)."""
NEAR_JUNCTION_M = (10.0, 15.0, 25.0)
RINGS_M = (0.0, 30.0, 50.0, 100.0, 200.0, 500.0)
STEP_M = 5.0
Spots = np.ndarray


@dataclass(frozen=True)
class Network:
    """A real network on its streets.

    Attributes
    ----------
    name, city, sites
        The city as the engine reads it, and the engine's candidates.
    poles, heads
        Positions, m, shape (poles, 2), and heads on each.
    listed
        Poles of the list, before those off every street were left out.
    off_street
        Distance of every listed pole to the nearest way, m.
    """

    name: str
    city: sim.City
    sites: Candidates
    poles: Spots
    heads: np.ndarray
    listed: int
    off_street: np.ndarray

    @property
    def places(self) -> Spots:
        return np.column_stack([self.sites.x, self.sites.y])

    @property
    def junctions(self) -> Spots:
        """Where three ways or more meet."""
        a = self.city.streets.arrays
        return np.column_stack([a.node_x, a.node_y])[np.diff(a.adjacency_ptr) >= 3]

    @property
    def mean_heads(self) -> float:
        return float(self.heads.mean())

    @cached_property
    def kinds(self) -> np.ndarray:
        """The kind of every way, as the empirical strategy tells them apart."""
        word = self.city.streets.edges["highway"].str.removesuffix("_link").map(CLASSES)
        return word.fillna("foot").to_numpy()

    @cached_property
    def length_by_kind(self) -> dict[str, float]:
        """Length of each kind of street away from junctions, m, measured every 5 m."""
        a = self.city.streets.arrays
        count = np.ceil(a.edge_length / STEP_M).astype(int)
        edge = np.repeat(np.arange(len(count)), count)
        number = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
        step = (a.edge_length / count)[edge]
        away = away_from_junctions(self, points_at(a, edge, (number + 0.5) * step))
        return {name: float(step[away & (self.kinds[edge] == name)].sum()) for name in STREETS}


def network(folder: Path) -> Network:
    """Read one city: its streets, and its poles against crime."""
    name = folder.name
    city = import_files(
        sorted(folder.glob("*.osm.pbf")), name, area=folder / "boundary.geojson", halo_m=0.0
    )
    city = with_stations(city, folder / "stations.csv")
    table = pd.read_csv(folder / "cameras.csv")
    table = table[table["purpose"].isin(PURPOSES[name])]
    spot, heads = poles_of_list(table, city.area.crs)
    away = to_street(city, spot)[1]
    near = away <= OFF_STREET_M
    return Network(name, city, candidates(city), spot[near], heads[near], len(spot), away)


def poles_of_list(table: pd.DataFrame, crs) -> tuple[Spots, np.ndarray]:
    """Return poles and heads on each: rows at one spot, to a metre, are one pole."""
    spot = metres(table["lon"], table["lat"], crs)
    _, first, pole = np.unique(np.round(spot), axis=0, return_index=True, return_inverse=True)
    heads = np.bincount(pole.ravel(), table["heads"].to_numpy(np.float64)).astype(int)
    return spot[first], heads


def networks(calibration: Path) -> list[Network]:
    return [network(calibration / name) for name in PURPOSES]


def metres(lon, lat, crs) -> Spots:
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326").to_crs(crs)
    return np.column_stack([points.x, points.y])


def with_stations(city: sim.City, path: Path) -> sim.City:
    """Put the stations of the list in place of those of the extract."""
    table = pd.read_csv(path)
    spot = metres(table["lng"], table["lat"], city.area.crs)
    stations = gpd.GeoDataFrame(
        {"kind": "station", "name": "", "name_zh": "", "weight": 1.0},
        index=range(len(spot)), geometry=shapely.points(spot), crs=city.area.crs,
    )  # fmt: skip
    others = city.places.table[city.places.table["kind"] != "station"]
    joined = pd.concat([others, stations], ignore_index=True)
    return sim.City(city.area, city.streets, city.walls, Places(joined), city.provenance)


def to_street(city: sim.City, spots: Spots) -> tuple[np.ndarray, np.ndarray]:
    """Return the way nearest to each spot and how far it is, m."""
    tree = shapely.STRtree(city.streets.edges.geometry.to_numpy())
    (_, way), away = tree.query_nearest(
        shapely.points(spots), all_matches=False, return_distance=True
    )
    return way, away


def pattern(of: Network, spots: Spots) -> dict[str, float]:
    """How poles stand: spacing, others near, shares near junctions."""
    tree = cKDTree(spots)
    apart = tree.query(spots, k=2)[0][:, 1]
    junction = cKDTree(of.junctions).query(spots)[0]
    pairs = [2 * len(tree.query_pairs(radius)) / len(spots) for radius in RINGS_M]
    return {
        "nearest": float(apart.mean()),
        "within 100 m": pairs[RINGS_M.index(100.0)],
        **{f"at junction {d:.0f}": float((junction <= d).mean()) for d in NEAR_JUNCTION_M},
        **{f"ring {RINGS_M[i + 1]:.0f}": pairs[i + 1] - pairs[i] for i in range(len(RINGS_M) - 1)},
        **by_kind(of, spots),
    }


def by_kind(of: Network, spots: Spots) -> dict[str, float]:
    """Poles for each metre of each kind of street, over their mean, away from junctions.

    At a junction the nearest street is chance: there a few metres decide.
    """
    away = away_from_junctions(of, spots)
    if not away.any():
        return {f"on {name}": float("nan") for name in STREETS}
    there = of.kinds[to_street(of.city, spots[away])[0]]
    length = of.length_by_kind
    return {
        f"on {name}": float((there == name).mean() / (length[name] / sum(length.values())))
        for name in STREETS
    }


def away_from_junctions(of: Network, spots: Spots) -> np.ndarray:
    """Return which spots lie farther than 15 m from every junction."""
    return cKDTree(of.junctions).query(spots)[0] > JUNCTION_M


def random_patterns(of: Network, fleets: int = FOR_A_SEED) -> pd.DataFrame:
    """As many poles evenly along the streets at random, a fleet a row."""
    return pd.DataFrame([
        pattern(of, spots_along_streets(of.city, len(of.poles), seed)) for seed in range(fleets)
    ])  # fmt: skip


def table(rows: dict[str, Sequence[str]], head: Sequence[str]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += [f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows.items()]
    return "\n".join(lines)


def printed(measured: list[Network]) -> None:
    """Print the tables."""
    head = ["", *(of.name for of in measured)]
    rows: dict[str, list[str]] = {
        "poles listed, on a street": [f"{of.listed:,}, {len(of.poles):,}" for of in measured],
        "streets, km": [f"{of.city.streets.length_km:,.0f}" for of in measured],
        "to the street, m: half within, 90 % within": [
            f"{np.median(of.off_street):.0f}, {np.quantile(of.off_street, 0.9):.0f}"
            for of in measured
        ],
        "heads a pole": [f"{of.mean_heads:.2f}" for of in measured],
        "1, 2, 3, 4, 5, 6 and more heads, %": [
            ", ".join(f"{100 * (of.heads.clip(max=6) == n).mean():.0f}" for n in range(1, 7))
            for of in measured
        ],
    }
    print(table(rows, head), end="\n\n")
    own = [pattern(of, of.poles) for of in measured]
    null = [random_patterns(of) for of in measured]
    rows = {}
    for key in own[0]:
        rows[key] = [
            f"{one[key]:.3g} ({other[key].mean():.3g} ± {other[key].std():.2g})"
            for one, other in zip(own, null, strict=True)
        ]
        if key.startswith("ring") or key == "nearest":
            rows[f"{key}, ratio"] = [
                f"{one[key] / other[key].mean():.2f}" for one, other in zip(own, null, strict=True)
            ]
    print(table(rows, head))


def without_streets(folder: Path) -> str:
    """Return a table of lists whose streets are not at hand: heads on a pole, and spacing."""
    rows = {}
    for path in sorted(folder.glob("*.csv")):
        list_ = pd.read_csv(path)
        list_ = list_[list_["purpose"].isin(AGAINST_CRIME)].dropna(subset=["lat", "lon"])
        crs = gpd.GeoSeries(
            gpd.points_from_xy(list_["lon"], list_["lat"]), crs="EPSG:4326"
        ).estimate_utm_crs()
        spots, heads = poles_of_list(list_, crs)
        apart = cKDTree(spots).query(spots, k=2)[0][:, 1]
        shares = ", ".join(f"{100 * (heads.clip(max=6) == n).mean():.0f}" for n in range(1, 7))
        rows[path.stem] = [
            f"{len(spots):,}",
            f"{heads.mean():.2f}",
            shares,
            f"{np.median(apart):.0f}",
            f"{100 * (apart < 30).mean():.0f}",
        ]
    return table(rows, ["", "poles", "heads a pole", "1, 2, 3, 4, 5, 6 and more, %",
                        "nearest, m (half)", "nearer than 30 m, %"])  # fmt: skip


def blurred(of: Network, metres_off: float, seed: int = 0) -> dict[str, float]:
    """Shares near junctions if every position were off by so much (standard deviation, m)."""
    draw = np.random.default_rng(seed)
    spots = of.poles + draw.normal(0.0, metres_off, of.poles.shape)
    found = pattern(of, spots)
    away = to_street(of.city, spots)[1]
    kept = {key: found[key] for key in found if key.startswith("at junction")}
    half, most = np.quantile(away, [0.5, 0.9])
    return kept | {"half to the street": float(half), "90 %": float(most)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("calibration", type=Path)
    options = parser.parse_args()
    measured = networks(options.calibration)
    printed(measured)
    off = {f"{metres_off} m": blurred(measured[0], metres_off) for metres_off in (0.0, 3.0, 6.0)}
    rows = {name: [f"{value:.3g}" for value in one.values()] for name, one in off.items()}
    print("\n" + table(rows, [f"{measured[0].name}, positions off by", *off["0.0 m"]]))
    print("\n" + without_streets(options.calibration / "cameras_only"))


if __name__ == "__main__":
    main()
