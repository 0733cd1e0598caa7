"""The rule of the empirical strategy, fitted to real networks one city at a time.

    python benchmarks/real_networks_fit.py CALIBRATION [--table sim/facts/real_networks.csv]

Rates are log-linear in the features of `sim.placement.strategies.empirical` and in the poles that
stand near, by Poisson regression of the poles on the engine's candidates (the pseudo-likelihood of
Besag 1975 for a pattern with inhibition). A fleet that is born pole by pole need not show, in the
same regression, the coefficients it was made with; so they are moved until it does (indirect
inference, Gourieroux, Monfort and Renault 1993). Prints the fits; with --table writes the figures.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from real_networks import JUNCTION_M, Network, metres, networks, table
from scipy.spatial import cKDTree

from sim.cameras.optics import camera_type
from sim.placement.context import PlacementContext
from sim.placement.observed import MOST_HEADS, RATES, NetworkRule, observed_rule
from sim.placement.strategies.empirical import births, features

NAMES = RATES
SCHOOL = NAMES.index("school")
NEAR_M = (30.0, 50.0)
FARTHER_M = (75.0, 100.0, 150.0)
"""Rings in which poles are counted to look, not to fit."""
ROUNDS, SEEDS = 6, 8
"""Rounds of indirect inference, and fleets in each."""
WITHIN_M = 200.0
"""Patches are as strong as gives a pole so many others within this distance as in the city."""
PATCH_M = 150.0
STATION_M = 250.0
SHARED = 0.6
"""Mean correlation of the unknown causes of two poles within 200 m; only sets the step."""
CLOSE = 1e-9

FIRST_LOOK = {"along": 0.53, "across": 0.29, "between": 0.18}
NEXT_LOOK = {"right angle": 0.35, "opposite": 0.33, "otherwise": 0.32}
"""Of 1,871 heads of one district of Taipei, read once from addresses and not kept."""
HEADER = """\
# How real public networks of cameras stand on their streets: figures fitted by
# benchmarks/real_networks_fit.py to municipal lists, no position among them. Column mean is what
# the strategy `empirical` takes; an empty cell is not told by that city's list.
# Sources: Gangnam (Seoul open data OA-20923, 2021, KOGL type 1) and Gwangjin (data.go.kr 15013094)
#   of Seoul, Haeundae of Busan (data.go.kr); purposes against crime only; streets (c)
#   OpenStreetMap contributors, 2026, ODbL. Looks: 1,871 heads of one district of Taipei.
# rate: log of the rate at which a candidate gets a pole, against a lane (residential, unclassified,
#   living street) between crossings; homes: power of the homes within 250 m over their mean.
# near: log factor for each pole nearer than so many metres and not nearer than the line before.
# patches: standard deviation of the log rate between quarters about 150 m wide.
# heads: share of poles with so many heads. first_look, next_look: shares of directions.
"""


@dataclass(frozen=True)
class Fit:
    """What the regression says of one pattern of poles."""

    value: np.ndarray
    """Log rates as in `NAMES` (the first is 0), then of poles near, by ring."""
    error: np.ndarray


def poisson(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fit log E(y) = x·b by Newton's method; return b and its standard errors."""
    b = np.zeros(x.shape[1])
    b[0] = np.log(y.mean())
    for _ in range(100):
        mean = np.exp(x @ b)
        information = x.T @ (x * mean[:, None])
        step = np.linalg.solve(information, x.T @ (y - mean))
        b = b + step
        if np.abs(step).max() < CLOSE:
            break
    return b, np.sqrt(np.diag(np.linalg.inv(information)))


def at_candidates(of: Network) -> np.ndarray:
    """Return the candidate of each real pole: a junction's for those at one, else a lamp post."""
    junction = of.sites.junction
    at_one = cKDTree(of.junctions).query(of.poles)[0] <= JUNCTION_M
    nearest = [
        np.flatnonzero(kind)[cKDTree(of.places[kind]).query(of.poles)[1]]
        for kind in (~junction, junction)
    ]
    return np.where(at_one, nearest[1], nearest[0])


def others_near(of: Network, poles: np.ndarray, site: np.ndarray, rings) -> np.ndarray:
    """Count the poles in each ring round each candidate, but for those that are its own."""
    tree = cKDTree(poles)
    own = np.hypot(*(poles - of.places[site]).T)
    within = [
        tree.query_ball_point(of.places, radius, return_length=True)
        - np.bincount(site, own <= radius, len(of.places))
        for radius in rings
    ]
    return np.diff(within, axis=0, prepend=0).T


def on_maps(of: Network) -> np.ndarray:
    """Return the features of the candidates, schools left out: extracts of streets have none."""
    x = features(of.city, of.sites)
    x[:, SCHOOL] = 0.0
    return x


def regression(of: Network, x: np.ndarray, poles, site, rings=NEAR_M) -> Fit:
    """Fit rates and effects of poles near to a pattern; lanes are the measure of all rates."""
    used = np.flatnonzero(x.any(axis=0))
    used = used[used > 0]
    near = others_near(of, poles, site, rings)
    b, error = poisson(
        np.column_stack([np.ones(len(x)), x[:, used], near]),
        np.bincount(site, minlength=len(x)).astype(float),
    )
    value, doubt = np.zeros(x.shape[1] + len(rings)), np.full(x.shape[1] + len(rings), np.nan)
    where = np.concatenate([used, x.shape[1] + np.arange(len(rings))])
    value[where], doubt[where] = b[1:], error[1:]
    return Fit(value, doubt)


def rule_of(value: np.ndarray, patches: float) -> NetworkRule:
    return replace(
        observed_rule(),
        rates=dict(zip(NAMES, value, strict=False)),
        near=tuple(zip(NEAR_M, value[len(NAMES) :], strict=True)),
        patches=patches, patch_m=PATCH_M,
    )  # fmt: skip


def context_of(of: Network, seed: int) -> PlacementContext:
    return PlacementContext(of.city, of.sites, seed, len(of.poles), camera_type("typical"))


def born(of: Network, rule: NetworkRule, seed: int) -> np.ndarray:
    """Return the candidates of as many poles as the real network has."""
    return births(context_of(of, seed), rule)[: len(of.poles)]


def crowd(spots: np.ndarray) -> float:
    return 2 * len(cKDTree(spots).query_pairs(WITHIN_M)) / len(spots)


def fitted(of: Network) -> tuple[Fit, NetworkRule]:
    """Return the regression of a real network, and the rule whose fleets show the same."""
    x = on_maps(of)
    real = regression(of, x, of.poles, at_candidates(of))
    value, variance = real.value.copy(), 0.0
    for turn in range(ROUNDS):
        rule = rule_of(value, float(np.sqrt(variance)))
        fleets = [born(of, rule, 1_000 * (turn + 1) + seed) for seed in range(SEEDS)]
        shown = np.mean([regression(of, x, of.places[f], f).value for f in fleets], axis=0)
        crowded = np.mean([crowd(of.places[f]) for f in fleets])
        value = value + (real.value - shown)
        variance = max(0.0, variance + float(np.log(crowd(of.poles) / crowded)) / SHARED)
    return real, rule_of(value, float(np.sqrt(variance)))


# --- what only one city tells -----------------------------------------------------------------


def people(of: Network, path: Path) -> Mapping[str, np.ndarray]:
    """Return log of people within 250 m by hour, over their mean, and school zones, by site."""
    cells = pd.read_csv(path)
    tree = cKDTree(metres(cells["lon"], cells["lat"], of.city.area.crs))
    near = tree.query_ball_point(of.places, 250.0)
    found: dict[str, np.ndarray] = {}
    for hour in ("22h", "18h", "10h"):
        count = cells[f"pedestrian_{hour}"].to_numpy()
        total = np.array([count[rows].sum() for rows in near])
        found[hour] = np.log(total / total.mean() + 0.1)
    zone = cells["is_school_zone"].to_numpy()[tree.query(of.places)[1]]
    return found | {"school": zone.astype(float)}


def with_people(of: Network, path: Path) -> tuple[float, str]:
    """Return the effect of a school zone, and a table of regressions with people and schools."""
    base, site, found = on_maps(of), at_candidates(of), people(of, path)
    homes = NAMES.index("homes")
    cases = {
        "homes": ("homes",),
        "homes, school": ("homes", "school"),
        "night, school": ("22h", "school"),
        "evening, school": ("18h", "school"),
        "day, school": ("10h", "school"),
        "night, day, school": ("22h", "10h", "school"),
        "homes, night, day, school": ("homes", "22h", "10h", "school"),
    }
    rows, school = {}, 0.0
    for name, parts in cases.items():
        columns = [base[:, homes] if part == "homes" else found[part] for part in parts]
        x = np.column_stack([base[:, :homes], *columns])
        fit = regression(of, x, of.poles, site)
        at = {part: homes + k for k, part in enumerate(parts)}
        rows[name] = [
            f"{fit.value[at[part]]:+.2f} ± {fit.error[at[part]]:.2f}" if part in at else ""
            for part in ("homes", "22h", "18h", "10h", "school")
        ]
        if name == "homes, school":
            school = float(fit.value[homes + 1])
    return school, table(rows, ["in the regression", "homes", "night", "evening", "day", "school"])


def by_stations(of: Network) -> str:
    """Return the effect of a station within 250 m, beside the features of the rule."""
    stations = of.city.places.of("station").geometry
    near = cKDTree(np.column_stack([stations.x, stations.y])).query(of.places)[0] <= STATION_M
    x = np.column_stack([on_maps(of), near])
    fit = regression(of, x, of.poles, at_candidates(of))
    return f"{fit.value[len(NAMES)]:+.2f} ± {fit.error[len(NAMES)]:.2f}"


def head_shares(of: Network) -> np.ndarray | None:
    """Return the shares of poles with 1, 2, ... 8 heads; None where the list knows one head."""
    if of.mean_heads < 1.1:
        return None
    return np.bincount(of.heads.clip(max=MOST_HEADS), minlength=MOST_HEADS + 1)[1:] / len(of.heads)


# --- the table --------------------------------------------------------------------------------


def figures(fits: Mapping[str, tuple[Network, Fit, NetworkRule]], school: float) -> pd.DataFrame:
    """Return every figure of the table, a row each: kind, name, mean and the cities."""
    rows: list[dict[str, object]] = []

    def add(kind: str, name: str, by_city: Mapping[str, float], mean: float | None = None):
        found = float(np.mean([*by_city.values()])) if mean is None else mean
        rows.append({"kind": kind, "name": name, "mean": found, **by_city})

    for name in NAMES:
        if name == "school":
            add("rate", name, {"seoul_gangnam": school})
        else:
            add("rate", name, {city: rule.rates[name] for city, (_, _, rule) in fits.items()})
    for k, radius in enumerate(NEAR_M):
        by_city = {city: rule.near[k][1] for city, (_, _, rule) in fits.items()}
        add("near", f"{radius:.0f}", by_city)
    add("patches", "spread", {city: rule.patches for city, (_, _, rule) in fits.items()})
    add("patches", "width", {}, PATCH_M)
    shares = {city: head_shares(of) for city, (of, _, _) in fits.items()}
    for n in range(MOST_HEADS):
        add("heads", str(n + 1), {c: float(s[n]) for c, s in shares.items() if s is not None})
    for kind, looks in (("first_look", FIRST_LOOK), ("next_look", NEXT_LOOK)):
        for name, share in looks.items():
            add(kind, name, {}, share)
    return pd.DataFrame(rows, columns=["kind", "name", "mean", *fits])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("calibration", type=Path)
    parser.add_argument("--table", type=Path)
    options = parser.parse_args()
    fits = {of.name: (of, *fitted(of)) for of in networks(options.calibration)}
    rows: dict[str, list[str]] = {}
    for k, name in enumerate([*NAMES, *(f"pole within {r:.0f} m" for r in NEAR_M)]):
        rows[name] = [
            f"{fit.value[k]:+.2f} ± {fit.error[k]:.2f}; "
            f"{[*rule.rates.values(), *(e for _, e in rule.near)][k]:+.2f}"
            for _, fit, rule in fits.values()
        ]
    rows["patches"] = [f"{rule.patches:.2f}" for _, _, rule in fits.values()]
    print(table(rows, ["regression; rule", *fits]), end="\n\n")
    rings = NEAR_M + FARTHER_M
    all_rings = [
        regression(of, on_maps(of), of.poles, at_candidates(of), rings)
        for of, _, _ in fits.values()
    ]
    far = {
        f"pole {low:.0f} to {high:.0f} m": [
            f"{fit.value[len(NAMES) + k]:+.2f} ± {fit.error[len(NAMES) + k]:.2f}"
            for fit in all_rings
        ]
        for k, (low, high) in enumerate(pairwise((0.0, *rings)))
    }
    far["station within 250 m"] = [by_stations(of) for of, _, _ in fits.values()]
    print(table(far, ["poles near, all rings; a station", *fits]), end="\n\n")
    gangnam = fits["seoul_gangnam"][0]
    school, text = with_people(gangnam, options.calibration / gangnam.name / "people_50m.csv")
    print(text, end="\n\n")
    found = figures(fits, school)
    print(found.to_string())
    if options.table:
        body = found.to_csv(index=False, float_format="%.4f", lineterminator="\n")
        options.table.write_text(HEADER + body, encoding="utf-8")


if __name__ == "__main__":
    main()
