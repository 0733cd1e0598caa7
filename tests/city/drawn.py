"""Streets drawn by hand in HK80 metres, as osmnx would give them: junctions where ends meet."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

ORIGIN = np.array([835500.0, 820000.0])
SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def shared(name):
    """Path of a real data file, or skip the test where it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"real data {name} is not beside this checkout")
    return path


def frames(ways, crs="EPSG:2326", origin=ORIGIN):
    """Nodes and edges of ways, each a pair (coordinates, tags); ends that coincide are one node."""
    numbers, rows, lines = {}, [], []
    for number, (drawn, tags) in enumerate(ways):
        path = np.asarray(drawn, float) + origin
        ends = [numbers.setdefault(tuple(path[i]), len(numbers) + 1) for i in (0, -1)]
        rows.append(
            {"osmid": 1000 + number, "highway": "residential", **tags}
            | {"u": ends[0], "v": ends[1]}
        )
        lines.append(shapely.linestrings(path))
    edges = gpd.GeoDataFrame(rows, geometry=lines, crs=crs)
    nodes = gpd.GeoDataFrame(
        {"osmid": list(numbers.values())}, geometry=shapely.points(list(numbers)), crs=crs
    )
    return nodes, edges


def grid_ways(columns=4, rows=4, pitch=80.0, **tags):
    """A grid of streets, one way between each two neighbouring junctions."""
    across = [
        ([(c * pitch, r * pitch), ((c + 1) * pitch, r * pitch)], tags)
        for r in range(rows)
        for c in range(columns - 1)
    ]
    along = [
        ([(c * pitch, r * pitch), (c * pitch, (r + 1) * pitch)], tags)
        for r in range(rows - 1)
        for c in range(columns)
    ]
    return across + along
