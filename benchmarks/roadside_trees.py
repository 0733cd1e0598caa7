"""Made-up roadside trees in the form of the official layer, along the streets of a bundle.

Rows of trees stand on both kerbs of streets chosen at random, every 10 m, 1.5 m in from the edge
of a carriageway as wide as its class, until there are as many as a census counted: 2,534 in Yau
Tsim Mong (C. Y. Jim, Multipurpose census methodology to assess urban forest structure in Hong
Kong, 2008). Trunks are drawn around 160 mm and are 95 mm or thicker, as in the layer. Usage:

    python benchmarks/roadside_trees.py BUNDLE trees.json [--count 2534]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import shapely

from sim.city.loaders import load_city

APART_M, KERB_M = 10.0, 1.5
HALF_CARRIAGEWAY_M = {"primary": 6.5, "secondary": 5.5, "tertiary": 4.5, "residential": 4.0,
                      "unclassified": 4.0, "living_street": 3.5}  # fmt: skip
MEDIAN_MM, SIGMA, LEAST_MM = 160.0, 0.5, 95.0
COUNT = 2534


def main() -> None:
    """Write the layer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle")
    parser.add_argument("file", type=Path)
    parser.add_argument("--count", type=int, default=COUNT, help="trees; 0: on every street")
    given = parser.parse_args()
    city = load_city(given.bundle)
    rng = np.random.default_rng(1)
    edges = city.streets.edges
    lined = edges[edges["highway"].isin(HALF_CARRIAGEWAY_M) & (edges["deck"] == "street")]
    lined = lined.sample(frac=1.0, random_state=1)
    places: list[tuple[float, float]] = []
    for line, name in zip(lined.geometry, lined["highway"], strict=True):
        middle = shapely.Point(line.interpolate(0.5, normalized=True))
        if given.count and len(places) >= given.count:
            break
        if not city.area.polygon.contains(middle):
            continue
        for side in (1, -1):
            kerb = shapely.offset_curve(line, side * (HALF_CARRIAGEWAY_M[name] + KERB_M))
            at = np.arange(APART_M / 2, kerb.length, APART_M)
            places += [(p.x, p.y) for p in shapely.line_interpolate_point(kerb, at)]
    places = places[: given.count or None]
    trunk = np.maximum(MEDIAN_MM * np.exp(SIGMA * rng.normal(size=len(places))), LEAST_MM)
    features = [
        {"attributes": {"OBJECTID": i + 1, "TREE_ID": f"RTR{i:07}", "DBH": int(trunk[i]),
                        "SPECIES_NAME": None, "ROAD_NAME": None, "LU_HMD": "Yau Tsim Mong"},
         "geometry": {"x": round(x, 2), "y": round(y, 2)}}
        for i, (x, y) in enumerate(places)
    ]  # fmt: skip
    about = {"spatialReference": {"wkid": 102140, "latestWkid": 2326}}
    given.file.write_text(json.dumps(about | {"features": features}))
    print(f"{len(places):,} trees, trunks {np.median(trunk):.0f} mm in the middle")


if __name__ == "__main__":
    main()
