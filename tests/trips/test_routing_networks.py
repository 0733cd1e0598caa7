"""Least-cost walks on real networks: equal to networkx and scipy, pair by pair.

SIM_ROUTING_PAIRS=2000 asks networkx for as many pairs on each network (minutes); by default it is
asked for a few, and scipy for 2,000.
"""

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from oracles.routing import by_networkx, cheapest_links, check_paths, perceived
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from sim.city.loaders import load_city
from sim.city.sources.pbf import read_pbf
from sim.city.streets import StreetNetwork
from sim.trips.routing import walk

pytestmark = pytest.mark.slow

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
PAIRS = int(os.environ.get("SIM_ROUTING_PAIRS", "60"))
PERSONS = 20


def from_lines(path):
    """Build a network of a file that has edges only: junctions are the ends of its lines."""
    edges = gpd.read_file(path).assign(highway="residential")
    ends = {
        node: shapely.get_point(line, place)
        for column, place in (("u", 0), ("v", -1))
        for node, line in zip(edges[column], edges.geometry, strict=True)
    }
    nodes = gpd.GeoDataFrame({"osmid": list(ends)}, geometry=list(ends.values()), crs=edges.crs)
    return StreetNetwork.build(nodes, edges)


def from_two_layers(path):
    layers = (gpd.read_file(path, layer=layer) for layer in ("nodes", "edges"))
    return StreetNetwork.build(*layers)


def from_extract(path):
    extract = read_pbf(path)
    return StreetNetwork.build(extract.nodes, extract.edges)


NETWORKS = {
    "Mong Kok": ("mong_kok/walk_graph.gpkg", from_two_layers),
    "Helsinki": ("cities/helsinki.osm.pbf", from_extract),
    "Las Palmas": ("cities/las_palmas.osm.pbf", from_extract),
    "18 districts": ("streets/hong_kong_streets.gpkg", from_lines),
}


@pytest.fixture(scope="module", params=["sample", *NETWORKS])
def streets(request):
    if request.param == "sample":
        return load_city("mong_kok_core").streets
    file, build = NETWORKS[request.param]
    if not (SHARED / file).exists():
        pytest.skip(f"the data of {request.param} are not beside this checkout")
    return build(SHARED / file)


def random_pairs(streets, count):
    """Pairs all over the network; each person walks one in `PERSONS` of them."""
    rng = np.random.default_rng(3)
    origins, targets = rng.integers(0, len(streets.nodes), (2, count))
    return origins, targets, np.arange(count) % PERSONS


@pytest.mark.parametrize("taste", [0.0, 0.2])
def test_cost_and_length_equal_networkx(streets, taste):
    origins, targets, persons = random_pairs(streets, PAIRS)
    found = walk(streets, origins, targets, persons, seed=9, cost_dispersion=taste)
    truth = np.empty((2, PAIRS))
    for person in range(PERSONS) if taste else [None]:
        mine = persons == person if taste else np.ones(PAIRS, bool)
        cost = perceived(streets, 9, person or 0, taste)
        truth[:, mine] = by_networkx(streets, cost, origins[mine], targets[mine])
    np.testing.assert_allclose(found.cost, truth[0], rtol=1e-12)
    np.testing.assert_allclose(found.length, truth[1], rtol=1e-12)
    assert found.unreachable == 0
    check_paths(streets, origins, targets, found)


@pytest.mark.parametrize("taste", [0.0, 0.5])
def test_2000_pairs_cost_what_scipy_says(streets, taste):
    rng = np.random.default_rng(4)
    size = len(streets.nodes)
    sources = rng.integers(0, size, PERSONS)
    origins, targets = np.repeat(sources, 2000 // PERSONS), rng.integers(0, size, 2000)
    persons = np.repeat(np.arange(PERSONS), 2000 // PERSONS)
    found = walk(streets, origins, targets, persons, seed=9, cost_dispersion=taste)
    truth = [scipy_costs(streets, perceived(streets, 9, p, taste), sources[p])
             for p in range(PERSONS)]  # fmt: skip
    np.testing.assert_allclose(found.cost, np.array(truth)[persons, targets], rtol=1e-12)


def scipy_costs(streets, cost, source):
    """Cost from one node to all others."""
    links = cheapest_links(streets, cost)
    ends = np.array(list(links)).T
    size = len(streets.nodes)
    graph = csr_array((cost[list(links.values())], ends), shape=(size, size))
    return dijkstra(graph, directed=False, indices=source)


def test_workers_order_and_company_change_no_walk(streets):
    origins, targets, persons = random_pairs(streets, 900)
    options = {"seed": 4, "cost_dispersion": 0.3}
    one = walk(streets, origins, targets, persons, workers=1, **options)
    two = walk(streets, origins, targets, persons, workers=2, **options)
    assert [column.tobytes() for column in one[:-1]] == [column.tobytes() for column in two[:-1]]
    rng = np.random.default_rng(5)
    some = rng.choice(900, 200, replace=False)
    fewer = walk(streets, origins[some], targets[some], persons[some], **options)
    np.testing.assert_array_equal(fewer.cost, one.cost[some])
    for i, k in enumerate(some):
        before, after = (w.path_edge[w.path_ptr[j] : w.path_ptr[j + 1]]
                         for w, j in ((fewer, i), (one, k)))  # fmt: skip
        np.testing.assert_array_equal(after, before)


def test_pairs_that_no_way_joins_are_counted_as_networkx_counts_them():
    whole = load_city("mong_kok_core").streets
    open_still = np.random.default_rng(6).random(len(whole.edges)) < 0.6
    streets = StreetNetwork(whole.nodes, whole.edges[open_still].reset_index(drop=True))
    origins, targets, persons = random_pairs(streets, 2000)
    found = walk(streets, origins, targets, persons, seed=1, cost_dispersion=0.0)
    cost, length = by_networkx(streets, perceived(streets, 1, 0, 0.0), origins, targets)
    np.testing.assert_allclose(np.nan_to_num(found.cost, nan=np.inf), cost, rtol=1e-12)
    np.testing.assert_array_equal(np.isnan(found.length), np.isnan(length))
    assert 0 < found.unreachable == np.isnan(length).sum() < 2000
    check_paths(streets, origins, targets, found)
