"""Real scenes in tiles: the same bits as on one grid, whatever the tiles and the workers."""

import os
from pathlib import Path

import numpy as np
import pytest

from sim.city.from_files import import_files
from sim.city.loaders import load_city
from sim.placement.placing import place
from sim.sight.sightings import see_arrays
from sim.sight.tiles import tiles_of

DATA = Path(__file__).parents[3] / "shared" / "data"
WHOLE = np.inf
LONG = "HK_CAMERA_SIM_LONG_TESTS"


def scene(name):
    rules = {}
    if name == "mong_kok_core":
        city = load_city(name)
    else:
        files = {"mong_kok": "mong_kok/walk_graph.gpkg", "las_palmas": "cities/las_palmas.osm.pbf"}
        if not (DATA / files[name]).exists():
            pytest.skip(f"real data ({files[name]}) is not beside this checkout")
        if name == "las_palmas" and not os.environ.get(LONG):
            pytest.skip(f"reading a whole city takes long; set {LONG}=1")
        city = import_files([DATA / files[name]], name)
        if name == "las_palmas":
            rules = {"share_rule": "direct", "street_share": "high"}
    total = 8_000 if rules else 60_000
    fleet = place(city, total, strategy="junctions", seed=7, **rules)
    return city.streets.arrays, city.walls.arrays, fleet.arrays


def grid_bytes(tile):
    return sum(
        array.nbytes
        for each in (tile.streets.grid, tile.walls.grid)
        for array in (each.cell_ptr, each.item, each.line, each.first)
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mong_kok_core", "mong_kok", "las_palmas"])
def test_tiles_and_workers_change_no_bit_and_bound_the_grids(name):
    arrays = scene(name)
    whole = [a.tobytes() for a in see_arrays(*arrays, threads=1, tile_m=WHOLE)]
    drawn = np.random.default_rng(3).uniform(150, 1500, 2)
    for tile_m in (*drawn, 5000.0):
        for threads in (1, 2):
            seen = see_arrays(*arrays, threads=threads, tile_m=tile_m)
            assert [a.tobytes() for a in seen] == whole, (tile_m, threads)
    heads = np.arange(len(arrays[2].x))
    (largest,) = map(grid_bytes, tiles_of(*arrays, heads, WHOLE))
    tiles = list(tiles_of(*arrays, heads, 400.0))
    assert sorted(np.concatenate([tile.order for tile in tiles])) == list(heads)
    assert max(map(grid_bytes, tiles)) < largest
