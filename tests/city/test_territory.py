"""A territory made of copies of an extract: valid, sorted, under new ids, and one network."""

import sys
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely
from city.test_pbf import written
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sim.city.from_files import import_files

ROOT = Path(__file__).parents[2]
LAND = shapely.union_all(
    [
        shapely.box(820_000, 815_000, 820_920, 816_500),
        shapely.box(820_960, 815_000, 821_880, 816_500),
    ]
)
"""Two islands, 40 m apart."""


@pytest.fixture(scope="module")
def benchmark():
    """Both modules of benchmarks/."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benchmarks")
        import scaling
        import territory

        yield territory, scaling
    for name in ("territory", "scaling", "run_cost"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def made(benchmark, tmp_path_factory):
    """An extract of a crossing and a house, and its two copies."""
    folder = tmp_path_factory.mktemp("territory")
    crossing = [
        ([*range(50, 60)], {"highway": "residential"}),
        ([*range(5, 100, 10)], {"highway": "residential"}),
        ([61, 62, 72, 71, 61], {"building": "yes"}),
    ]
    written(folder / "one.osm.pbf", crossing)
    roads = benchmark[0].make(folder / "one.osm.pbf", folder / "two.osm.pbf", 2, LAND)
    return folder, roads


def test_copies_keep_their_shape_and_are_sorted_under_new_ids(made):
    folder, roads = made
    kinds, ids, length = [], {"n": [], "w": [], "r": []}, {}
    for name in ("one", "two"):
        city = import_files([folder / f"{name}.osm.pbf"], name, halo_m=0)
        length[name] = city.streets.length_km
        assert len(city.walls.footprints[city.walls.footprints["kind"] == "footprint"]) == (
            1 if name == "one" else 2
        )
    for thing in osmium.FileProcessor(str(folder / "two.osm.pbf")):
        kinds.append("nwr".index(thing.type_str()))
        ids[thing.type_str()].append(thing.id)
    assert kinds == sorted(kinds)
    assert all(found == sorted(set(found)) for found in ids.values())
    assert len(ids["w"]) == 2 * 3 + roads
    assert roads == 1
    assert length["two"] > 2 * length["one"]


def test_all_copies_are_one_network(made):
    city = import_files([made[0] / "two.osm.pbf"], "two", halo_m=0)
    a = city.streets.arrays
    links = coo_array((np.ones(len(a.edge_u)), (a.edge_u, a.edge_v)), shape=(len(a.node_x),) * 2)
    assert connected_components(links, directed=False)[0] == 1
    assert city.area.crs == "EPSG:2326"
    assert (
        "dropped_unconnected_pieces" not in city.streets.report
        or not (city.streets.report["dropped_unconnected_pieces"])
    )


@pytest.mark.parametrize("power", [0.0, 1.0, 1.37])
def test_exponents_are_those_of_the_power(benchmark, power):
    sizes = [100.0, 300.0, 5000.0]
    assert benchmark[1].exponent(sizes, [3.0 * s**power for s in sizes]) == pytest.approx(power)
