"""Is a city that was not fitted like fleets of the rule that was fitted to the others?

    python benchmarks/real_networks_held_out.py CALIBRATION [--fleets 20] [--others 5]
        [--helsinki HELSINKI.osm.pbf]

For each city: fleets of the `empirical` strategy with the mean of the other cities' figures beside
the real network and beside every other strategy, all with as many heads, on the same streets:
spacing, shares near junctions, streets seen, distance to the real poles and how early a strategy
comes to them. Prints tables of docs/real-networks.md; no position leaves it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from real_against_simulated import distances, early, nearest_sites
from real_networks import Network, networks, pattern, table, to_street
from real_networks_fit import at_candidates, context_of

import sim
from sim.cameras.candidates import candidates
from sim.cameras.fleet import Fleet
from sim.cameras.optics import TASKS
from sim.cameras.real import read_cameras
from sim.city.from_files import import_files
from sim.placement.context import DIRECTIONS, HeadOrder, headings
from sim.placement.context import hung as as_strategies
from sim.placement.observed import NetworkRule, observed_rule
from sim.placement.strategies.empirical import births, looks_of, order_by
from sim.placement.strategies.registry import STRATEGIES, ranked

OTHERS = tuple(name for name in STRATEGIES if name not in ("points", "empirical"))
HEADS_TOLD = ("seoul_gangnam", "busan_haeundae")
"""Cities whose list tells how many heads a pole has."""
BEST_VIEW = "empirical, best view first"
"""Its poles with heads as the other strategies hang them."""
LOW, HIGH = 0.05, 0.95
FIGURES = {
    "nearest": "nearest pole, m",
    "within 100 m": "others within 100 m",
    "at junction 15": "at a junction (15 m), %",
    "at junction 25": "near a junction (25 m), %",
    "on lane": "a metre of lane, ratio",
    "on main": "a metre of main road, ratio",
    "detect": "detect, % of streets",
    "recognise": "recognise, % of streets",
}
SHARES = {"at junction 10", "at junction 15", "at junction 25", *TASKS}


def others_rule(name: str, names: Sequence[str]) -> NetworkRule:
    """Return the mean of the figures of all cities but one."""
    rules = [observed_rule(other) for other in names if other != name]

    def mean(values):
        return tuple(float(v) for v in np.mean([*values], axis=0))

    return replace(
        rules[0],
        rates={k: float(np.mean([rule.rates[k] for rule in rules])) for k in rules[0].rates},
        near=tuple(zip([radius for radius, _ in rules[0].near],
                       mean([e for _, e in rule.near] for rule in rules), strict=True)),
        patches=float(np.mean([rule.patches for rule in rules])),
        heads=mean(observed_rule(c).heads for c in HEADS_TOLD if c != name),
    )  # fmt: skip


def mapped(extract: Path) -> Network:
    """Read the cameras of an extract: a head each, whatever their owners."""
    city = import_files([extract], extract.name.split(".")[0])
    spots = read_cameras(extract, city).fleet.heads[["x", "y"]].to_numpy(np.float64)
    away = to_street(city, spots)[1]
    heads = np.ones(len(spots), int)
    return Network(city.area.name, city, candidates(city), spots, heads, len(spots), away)


def another_city(name: str, names: Sequence[str], seed: int) -> NetworkRule:
    """Return the figures of a city like the others: drawn about their mean as they differ.

    Each figure is normal, with the variance between the cities and that of their mean; with two
    cities that variance is itself uncertain, which is left out.
    """
    rules = [observed_rule(other) for other in names if other != name]
    draw = np.random.default_rng([seed, 5])

    def drawn(values: Sequence[float]) -> float:
        doubt = np.std(values, ddof=1) * np.sqrt(1 + 1 / len(values))
        return float(np.mean(values) + doubt * draw.standard_normal())

    return replace(
        others_rule(name, names),
        rates={k: drawn([rule.rates[k] for rule in rules]) for k in rules[0].rates},
        near=tuple(
            (radius, drawn([rule.near[k][1] for rule in rules]))
            for k, (radius, _) in enumerate(rules[0].near)
        ),
        patches=max(0.0, drawn([rule.patches for rule in rules])),
    )


# --- fleets -----------------------------------------------------------------------------------


def hung(of: Network, spots: np.ndarray, heading: np.ndarray, lens: str = "typical") -> Fleet:
    """Hang heads of one camera type."""
    points = gpd.points_from_xy(*spots.T)
    heads = {"heading": heading % 360, "camera_type": lens}
    return Fleet.from_heads(gpd.GeoDataFrame(heads, geometry=points, crs=of.city.area.crs))


def ordered(of: Network, order: HeadOrder, lens: str = "typical") -> Fleet:
    """Hang as many heads as the real network has, in an order."""
    first = order.first(int(of.heads.sum()))
    return hung(of, of.places[first.site], headings(of.sites, first), lens)


def on_candidates(of: Network, seed: int, lens: str = "typical") -> Fleet:
    """The real network with every pole on its candidate, looking as the rule says."""
    return ordered(of, real_order(of, seed), lens)


def real_order(of: Network, seed: int | None) -> HeadOrder:
    """Return the real heads on their candidates; without a seed the best view comes first."""
    site = np.repeat(at_candidates(of), of.heads)
    number = np.arange(len(site)) - np.repeat(np.cumsum(of.heads) - of.heads, of.heads)
    number %= DIRECTIONS
    if seed is None:
        return HeadOrder(site, number)
    return HeadOrder(site, looks_of(of.sites, observed_rule(), seed)[site, number])


def where_they_stand(of: Network) -> tuple[np.ndarray, np.ndarray]:
    """Return the real spots, out of the inferred blocks, and the number of the pole of each."""
    to_degrees = pyproj.Transformer.from_crs(of.city.area.crs, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(*of.poles.T)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "poles.csv"
        pd.DataFrame({"lon": lon, "lat": lat, "id": np.arange(len(lon))}).to_csv(path, index=False)
        real = read_cameras(path, of.city)
    pole = real.sites["ref"].astype(int).to_numpy()[real.fleet.heads["site"].to_numpy()]
    return real.fleet.heads[["x", "y"]].to_numpy(np.float64), pole


def standing(of: Network, spots: np.ndarray, pole: np.ndarray, seed: int) -> Fleet:
    """The real network where it stands; those inside blocks are left out."""
    order = real_order(of, seed)
    owner = np.repeat(np.arange(len(of.poles)), of.heads)
    place = np.full(len(of.poles), -1)
    place[pole] = np.arange(len(pole))
    kept = place[owner] >= 0
    return hung(of, spots[place[owner[kept]]], headings(of.sites, order)[kept])


# --- figures ----------------------------------------------------------------------------------


def seen(of: Network, fleet: Fleet) -> dict[str, float]:
    found = sim.see(of.city, fleet).first_seen.coverage(len(fleet))
    return {task: float(found[task]) for task in TASKS}


def poles_of(fleet: Fleet) -> np.ndarray:
    return np.unique(fleet.heads[["x", "y"]].to_numpy(np.float64), axis=0)


def figures_of(of: Network, make: Callable[[int], Fleet], seeds: int) -> pd.DataFrame:
    """Return pattern and streets seen of fleets, a seed a row."""
    rows = []
    for seed in range(seeds):
        fleet = make(seed)
        rows.append(pattern(of, poles_of(fleet)) | seen(of, fleet))
    return pd.DataFrame(rows)


def shown(key: str, value: float) -> str:
    if key in SHARES:
        return f"{100 * value:.1f}"
    return f"{value:.0f}" if key == "nearest" else f"{value:.2f}"


def band(values: pd.Series) -> tuple[float, float]:
    """Return the band in which one more fleet lies, quantiles at rank / (fleets + 1)."""
    low, high = np.quantile(values, [LOW, HIGH], method="weibull")
    return float(low), float(high)


def judged(of: Network, names: Sequence[str], fleets: int) -> dict[str, list[str]]:
    """One city left out: a figure a row, of the real network and of the rule of the others."""
    rule = others_rule(of.name, names)
    heads = of.mean_heads

    def placed(by: NetworkRule, lens: str = "typical"):
        def make(seed: int) -> Fleet:
            context = replace(context_of(of, seed), heads_per_site=heads)
            return ordered(of, order_by(context, by), lens)

        return make

    real = figures_of(of, lambda seed: on_candidates(of, seed), fleets)
    own_places = pattern(of, of.poles)
    spots, pole = where_they_stand(of)
    where = pd.DataFrame([seen(of, standing(of, spots, pole, seed)) for seed in range(fleets)])
    found = figures_of(of, placed(rule), fleets)
    wide = figures_of(of, lambda seed: placed(another_city(of.name, names, seed))(seed), fleets)
    each = {name: figures_of(of, placed(observed_rule(name)), fleets // 4) for name in names}
    own = each.pop(of.name, None)
    rows = {}
    for key, words in FIGURES.items():
        truth = real[key].mean() if key in TASKS else own_places[key]
        low, high = band(found[key])
        means = [frame[key].mean() for frame in each.values()]
        rows[words] = [
            shown(key, truth),
            shown(key, where[key].mean()) if key in TASKS else "",
            f"{shown(key, found[key].mean())} ({shown(key, low)} to {shown(key, high)})",
            "in" if low <= truth <= high else f"{100 * (found[key].mean() / truth - 1):+.0f} %",
            "{} to {}{}".format(
                *(shown(key, end) for end in band(wide[key])),
                " (in)" if band(wide[key])[0] <= truth <= band(wide[key])[1] else "",
            ),
            f"{shown(key, min(means))} to {shown(key, max(means))}",
            "" if own is None else shown(key, own[key].mean()),
        ]
    print(f"\n{of.name}: {len(of.poles):,} poles, {of.heads.sum():,} heads; "
          f"{len(pole):,} poles outside blocks\n")  # fmt: skip
    head = [
        "", "real, on candidates", "real, where they stand", "held out (band)", "real in the band",
        "band of another city", "rules of one other city", "own rule",
    ]  # fmt: skip
    print(table(rows, head))
    return rows


def beside(of: Network, names: Sequence[str], seeds: int, others: Sequence[str]) -> None:
    """Every strategy beside the real network: distance, order, and streets seen."""
    rule, heads = others_rule(of.name, names), of.mean_heads

    def ask(name: str, seed: int, wanted: int) -> HeadOrder:
        context = replace(context_of(of, seed), heads_per_site=heads, wanted=wanted)
        if name == BEST_VIEW:
            return as_strategies(births(context, rule), heads)
        return order_by(context, rule) if name == "empirical" else ranked(name, context)

    near, count = nearest_sites(of.sites, of.poles), int(of.heads.sum())
    real = pd.DataFrame([seen(of, on_candidates(of, seed)) for seed in range(seeds)]).mean()
    best = seen(of, ordered(of, real_order(of, None)))
    rows = {
        "**real, looking as in Taipei**": real_row(real.to_dict()),
        "**real, best view first**": real_row(best),
    }
    for name in (*others, "empirical", BEST_VIEW):
        frame = []
        for seed in range(seeds):
            order = ask(name, seed, count)
            fleet = ordered(of, order)
            poles = poles_of(fleet)
            one = pattern(of, poles) | seen(of, fleet)
            one["matched"] = matched(of.poles, poles, seed)
            one["early"] = in_order(of, ask, name, seed, near)
            frame.append(one)
        mean = pd.DataFrame(frame).mean()
        rows[name] = [
            f"{mean['matched']:.0f}",
            f"{mean['early']:.2f}",
            *(f"{100 * mean[task]:.1f}" for task in TASKS),
            f"{mean['nearest']:.0f}, {mean['within 100 m']:.1f}, "
            f"{100 * mean['at junction 15']:.0f}",
        ]
    head = ["strategy", "matched, m", "early", *TASKS, "nearest m, within 100 m, at junction %"]
    print("\n" + table(rows, head), flush=True)


def real_row(figures: dict[str, float]) -> list[str]:
    return ["", "", *(f"{100 * figures[task]:.1f}" for task in TASKS), ""]


def matched(real: np.ndarray, poles: np.ndarray, seed: int) -> float:
    """Mean distance of matched poles; of two unequal numbers the larger is drawn from."""
    draw = np.random.default_rng(seed)
    count = min(len(real), len(poles))
    few = [draw.choice(len(spots), count, replace=False) for spots in (real, poles)]
    return distances(real[few[0]], poles[few[1]])["matched"]


def in_order(of: Network, ask, name: str, seed: int, near: np.ndarray) -> float:
    """How early the order of all candidates comes to the real poles (0.5: as at random)."""
    site = ask(name, seed, len(of.sites.x)).site
    _, first = np.unique(site, return_index=True)
    order = site[np.sort(first)]
    rest = np.setdiff1d(np.arange(len(of.sites.x)), order)
    return early(np.concatenate([order, rest]), near)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("calibration", type=Path)
    parser.add_argument("--fleets", type=int, default=20)
    parser.add_argument("--others", type=int, default=5)
    parser.add_argument("--helsinki", type=Path)
    parser.add_argument("--strategies", nargs="*", default=OTHERS, choices=OTHERS)
    options = parser.parse_args()
    measured = networks(options.calibration)
    names = [of.name for of in measured]
    if options.helsinki:
        measured.append(mapped(options.helsinki))
    for of in measured:
        judged(of, names, options.fleets)
    for of in measured:
        print(f"\n{of.name}, {options.others} seeds")
        beside(of, names, options.others, options.strategies)


if __name__ == "__main__":
    main()
