"""Why do Helsinki's mapped cameras recognise on less street than any strategy's?

    python benchmarks/real_networks_helsinki.py HELSINKI.osm.pbf [--seeds 10]

One thing is changed at a time: aim, lens, height, walls, the spot beside the street, and who stands
near. Prints a table of docs/real-networks.md; no position leaves it.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from real_against_simulated import FACED, along_street, spots_along_streets, views_of_heads
from real_networks import Network, Spots, table, to_street
from real_networks_held_out import mapped
from scipy.spatial import cKDTree

import sim
from sim.cameras.fleet import Fleet, optics_of
from sim.cameras.optics import TASKS, Optics, camera_type
from sim.city.walls import Walls

TYPICAL = camera_type("typical")
WAYS = 8
"""Directions tried to find the best aim."""
BESIDE_M = 3.0
SAME_SPOT_M = 25.0


def hung(city: sim.City, spots: Spots, heading=None, lens: Optics = TYPICAL) -> Fleet:
    """Hang heads, along the nearest street where no heading is given."""
    heads = {"heading": along_street(city, spots) if heading is None else heading % 360,
             "camera_type": "typical", **optics_of(lens)}  # fmt: skip
    points = gpd.points_from_xy(*spots.T)
    return Fleet.from_heads(gpd.GeoDataFrame(heads, geometry=points, crs=city.area.crs))


def figures(city: sim.City, fleet: Fleet) -> dict[str, float]:
    """Return streets seen, street a head sees, and how much of that no other head sees."""
    seen = sim.see(city, fleet)
    share = float(seen.first_seen.coverage(len(fleet))[FACED])
    views = views_of_heads(fleet, seen)
    return {"share": share, "head": views["a head, m"], "none": views["heads with none"]}


def metres_of_heads(city: sim.City, fleet: Fleet) -> np.ndarray:
    """Return the street on which each head recognises, m, in the order of the heads."""
    a = sim.see(city, fleet).arrays
    rows = slice(*a.edge_ptr[TASKS.index(FACED), [0, -1]])
    return np.bincount(a.head[rows], a.end[rows] - a.start[rows], len(fleet))


def best_aim(of: Network) -> np.ndarray:
    """Return of eight directions from along the street on the one that recognises on most."""
    along = along_street(of.city, of.poles)
    found = [
        metres_of_heads(of.city, hung(of.city, of.poles, along + 360 / WAYS * way))
        for way in range(WAYS)
    ]
    return along + 360 / WAYS * np.argmax(found, axis=0)


def on_middle(of: Network) -> Spots:
    """Return the point of the nearest street nearest to each pole."""
    line = of.city.streets.edges.geometry.to_numpy()[to_street(of.city, of.poles)[0]]
    return shapely.get_coordinates(shapely.shortest_line(line, shapely.points(of.poles)))[::2]


def apart(spots: Spots) -> np.ndarray:
    """Return spots, in their order, none within 25 m of one kept before."""
    kept: list[int] = []
    for k in range(len(spots)):
        if not kept or np.hypot(*(spots[kept] - spots[k]).T).min() > SAME_SPOT_M:
            kept.append(k)
    return spots[kept]


def cases(of: Network) -> dict[str, dict[str, float]]:
    """Return figures with one thing changed at a time."""
    city, poles = of.city, of.poles
    bare = sim.City(city.area, city.streets, Walls.none(city.area.crs), city.places, {})
    site = cKDTree(of.places).query(poles)[1]
    beside = to_street(city, poles)[1] <= BESIDE_M
    lenses = {
        "weak lens": camera_type("weak"), "strong lens": camera_type("strong"),
        "at 3 m": replace(TYPICAL, mount_m=3.0), "at 8 m": replace(TYPICAL, mount_m=8.0),
    }  # fmt: skip
    return {
        "as they stand, along the street": figures(city, hung(city, poles)),
        "the best of eight directions": figures(city, hung(city, poles, best_aim(of))),
        **{name: figures(city, hung(city, poles, lens=lens)) for name, lens in lenses.items()},
        "without walls": figures(bare, hung(bare, poles)),
        "on the middle of the nearest street": figures(city, hung(city, on_middle(of))),
        "on the nearest candidate": figures(
            city, hung(city, of.places[site], of.sites.heading[site, 0])
        ),
        f"only the {beside.sum()} within 3 m of a street's middle": figures(
            city, hung(city, poles[beside])
        ),
        f"only the {(~beside).sum()} farther": figures(city, hung(city, poles[~beside])),
        "one within 25 m": figures(city, hung(city, apart(poles))),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extract", type=Path)
    parser.add_argument("--seeds", type=int, default=10)
    options = parser.parse_args()
    of = mapped(options.extract)
    found = cases(of)
    null = [
        figures(of.city, hung(of.city, spots_along_streets(of.city, len(of.poles), seed)))
        for seed in range(options.seeds)
    ]
    found["as many along streets at random"] = pd.DataFrame(null).mean().to_dict()
    rows = {
        name: [f"{100 * one['share']:.1f}", f"{one['head']:.0f}", f"{100 * one['none']:.0f}"]
        for name, one in found.items()
    }
    print(table(rows, [f"{len(of.poles)} cameras", "recognise, % of streets",
                       "street a head recognises on, m", "heads with none, %"]))  # fmt: skip
    way, away = to_street(of.city, of.poles)
    print(f"to the street: half within {np.median(away):.1f} m, 90 % {np.quantile(away, 0.9):.1f}")
    print(pd.Series(of.kinds[way]).value_counts(normalize=True).round(2).to_dict())


if __name__ == "__main__":
    main()
