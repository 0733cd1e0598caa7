"""Real cities for the sight benchmark: OpenStreetMap extracts that lie beside the project.

The files are no part of the project; where they are missing the benchmark says so.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from sim.city.sources.pbf import read_pbf
from sim.city.streets import StreetNetwork
from sim.city.walls import Walls

DATA = Path(__file__).parents[2] / "shared" / "data"
FILES = {
    "Las Palmas": DATA / "cities" / "las_palmas.osm.pbf",
    "Helsinki centre": DATA / "cities" / "helsinki.osm.pbf",
    "Hong Kong Central": DATA / "central" / "central_tst.osm.pbf",
}


def openstreetmap(file: Path):
    """Return streets, walls and footprints of an extract, projected metres."""
    extract = read_pbf(file)
    network = StreetNetwork.build(extract.nodes, extract.edges)
    buildings: gpd.GeoDataFrame = extract.buildings.to_crs(network.crs)
    walls = Walls.from_footprints(buildings)
    return network.arrays, walls.arrays, walls.footprints.geometry.to_numpy()
