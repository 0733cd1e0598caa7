"""Wrong input in the library: one error of one line that names the argument."""

from inspect import isfunction

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from test_library import own_graph

import sim
from sim.errors import InputError

pytestmark = pytest.mark.slow

NAN = float("nan")
NOT_WHOLE = (10.5, "10", True, np.True_, NAN, np.float64(0.5), None, [10], -1, float("inf"))
NOT_NUMBERS = (NAN, "1", True, float("inf"), [1.0])
NOT_TABLES = (
    pd.DataFrame({"x": [1.0]}), gpd.GeoSeries([shapely.Point(0, 0)], crs=2326), "a.gpkg", 3,
    gpd.GeoDataFrame({"height": [1.0]}),
    gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)]),
)  # fmt: skip


@pytest.fixture(scope="module")
def town():
    """Return a small city and what follows from it."""
    city = sim.City.from_osmnx(own_graph(blocks=4))
    fleet = sim.place(city, total=20, share_rule="direct", seed=1)
    seen = sim.see(city, fleet)
    walks = sim.sample_trips(city, people=3, seed=1)
    return {"city": city, "fleet": fleet, "seen": seen, "walks": walks}


def refuses(name, call, /, *args, **kwargs):
    """Assert that a call is refused in one line that begins with a name."""
    with pytest.raises(InputError, match=rf"^{name}\b") as caught:
        call(*args, **kwargs)
    assert "\n" not in str(caught.value)


def graph_with(crs="EPSG:4326", **node):
    graph = own_graph(blocks=3)
    graph.graph["crs"] = crs
    graph.nodes[0].update(node)
    return graph


def without_highway():
    graph = own_graph(blocks=3)
    for *_, data in graph.edges(data=True):
        del data["highway"]
    return graph


def frames(**columns):
    import osmnx as ox

    nodes, edges = ox.graph_to_gdfs(own_graph(blocks=3))
    return nodes, edges.assign(**columns)


GRAPHS = {
    "none": lambda: None,
    "path": lambda: "graph.graphml",
    "edges alone": lambda: frames()[1],
    "three frames": lambda: (*frames(), 1),
    "frames the wrong way round": lambda: frames()[::-1],
    "plain frames": lambda: tuple(pd.DataFrame(frame) for frame in frames()),
    "frames without a CRS": lambda: [f.set_crs(None, allow_override=True) for f in frames()],
    "empty": lambda: nx.MultiDiGraph(crs="EPSG:4326"),
    "no edges": lambda: nx.empty_graph(3, nx.MultiDiGraph(crs="EPSG:4326")),
    "unknown CRS": lambda: graph_with("nonsense"),
    "metres said of degrees": lambda: graph_with("EPSG:2326"),
    "text for x": lambda: graph_with(x="a"),
    "NaN for y": lambda: graph_with(y=NAN),
    "no highway": without_highway,
}


@pytest.mark.parametrize("what", sorted(GRAPHS))
def test_a_graph_that_cannot_be_is_named(what):
    refuses("graph", sim.City.from_osmnx, GRAPHS[what]())


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
def test_every_kind_of_graph_becomes_the_same_streets(kind):
    given = own_graph(blocks=3)
    plain = kind(**given.graph)
    plain.add_nodes_from(given.nodes(data=True))
    plain.add_edges_from((u, v, {**data}) for u, v, data in given.edges(data=True))
    found, wanted = (sim.City.from_osmnx(one).streets.length_km for one in (plain, given))
    assert found == pytest.approx(wanted)


def test_tables_beside_a_graph_are_named():
    graph = own_graph(blocks=3)
    for wrong in NOT_TABLES:
        refuses("buildings", sim.City.from_osmnx, graph, wrong)
        refuses("places", sim.City.from_osmnx, graph, places=wrong)
    for name, wrongs in (
        ("halo_m", (*NOT_NUMBERS, -1.0)), ("name", (3, None)), ("private", ("no", 1)),
    ):  # fmt: skip
        for wrong in wrongs:
            refuses(name, sim.City.from_osmnx, graph, **{name: wrong})


@pytest.mark.parametrize("height", ["tall", True, -3.0, np.inf])
def test_heights_that_no_building_has_are_named(height):
    house = shapely.box(151.2101, -33.8699, 151.2105, -33.8695)
    table = gpd.GeoDataFrame({"height": [height]}, geometry=[house], crs=4326)
    refuses("buildings: row 1: height", sim.City.from_osmnx, own_graph(blocks=3), table)


@pytest.mark.parametrize("height", ["12 m", None, NAN, 12, "12"])
def test_heights_as_maps_write_them_are_read(height):
    house = shapely.box(151.2101, -33.8699, 151.2105, -33.8695)
    table = gpd.GeoDataFrame({"height": [height]}, geometry=[house], crs=4326)
    footprints = sim.City.from_osmnx(own_graph(blocks=3), table).walls.footprints
    assert len(footprints) == 1
    known = height is not None and height == height
    assert footprints["height"].isin([12.0]).all() == known


def test_placing_names_what_cannot_be(town):
    def place(**wrong):
        return sim.place(town["city"], **{"total": 10, "share_rule": "direct", **wrong})

    refuses("city", sim.place, own_graph(), 10)
    wrongs = {
        "total": NOT_WHOLE, "seed": NOT_WHOLE, "heads_per_site": (*NOT_NUMBERS, 0, 9),
        "mobile_share": (*NOT_NUMBERS, 2), "share": NOT_NUMBERS, "share_rule": ("fixed", 3),
        "strategy": (3, ["random"], True, {"random": NAN}, {"random": "a"}, {"random": -1}, {3: 1}),
        "optics": (3, None, {"typical": NAN}), "plan": (3, True), "existing": (3, "a.csv"),
        "sites": NOT_TABLES, "exclude": (3, "park", [3]), "aims": (3, {}), "phases": (3, "x", [3]),
        "street_share": (3, {"police": NAN}),
    }  # fmt: skip
    for name, values in wrongs.items():
        for wrong in values:
            refuses(name, place, **{name: wrong})
    assert len(place(total=10.0)) == len(place(total=np.int64(10)))


def test_a_table_of_heads_that_cannot_be_is_named(town):
    heads = town["fleet"].heads
    for wrong in (*NOT_TABLES, None, town["fleet"], heads.to_crs(4326)):
        refuses("heads", sim.Fleet.from_heads, wrong)
    for column, wrong in (("mount", "tall"), ("heading", NAN), ("rank", "a"), ("rank", True)):
        with pytest.raises(InputError, match=rf"row \d+: {column} "):
            sim.Fleet.from_heads(heads.assign(**{column: wrong}))


def test_seeing_and_asking_for_totals_name_what_cannot_be(town):
    city, fleet, seen = town["city"], town["fleet"], town["seen"]
    refuses("city", sim.see, fleet, city)
    refuses("fleet", sim.see, city, fleet.heads)
    for wrong in (0, -1, 1.5, "x", True):
        refuses("threads", sim.see, city, fleet, threads=wrong)
    for wrong in (*NOT_WHOLE, 10**6):
        refuses("total", seen.at, wrong)
        if wrong is not None:
            refuses("total", seen.plot, total=wrong)
            refuses("total", fleet.plot, total=wrong)
    assert seen.at(10.0).coverage() == seen.at(10).coverage()


def test_walks_name_what_cannot_be(town):
    def trips(**wrong):
        return sim.sample_trips(town["city"], **{"people": 3, "seed": 1, **wrong})

    refuses("city", sim.sample_trips, town["fleet"], people=3, seed=1)
    wrongs = {
        "people": NOT_WHOLE, "seed": NOT_WHOLE, "speed_m_s": (*NOT_NUMBERS, 0, -1, 9),
        "cost_dispersion": (*NOT_NUMBERS, -1), "kinds": (3, "home-station", [3]),
        "profiles": (3, "resident", [3]), "walks": (3, "a", [3]),
    }  # fmt: skip
    for name, values in wrongs.items():
        for wrong in values:
            refuses(name, trips, **{name: wrong})
    refuses("table", sim.Trips, 3, None, None, None)


def test_tracking_and_what_if_name_what_cannot_be(town):
    city, seen, walks = town["city"], town["seen"], town["walks"]
    refuses("city", sim.track, own_graph(), seen, walks)
    refuses("seen", sim.track, city, town["fleet"], walks)
    refuses("trips", sim.track, city, seen, walks.table)
    tracking = {
        "totals": ([10.5], ["10"], [True], [NAN], [-1], 10, [20, 10], [10, 10], [], "10"),
        "parameters": (3, {"uptime": 0.5}), "seed": NOT_WHOLE, "workers": (0, 1.5, "x", True),
    }  # fmt: skip
    for name, values in tracking.items():
        for wrong in values:
            refuses(name, sim.track, city, seen, walks, **{name: wrong})
    rank = int(town["fleet"].heads["rank"].iloc[0])
    changes = {
        "add": NOT_TABLES[:4], "remove": (3, ["a"], [1.5], [True]),
        "turn": ([1], {rank: NAN}, {rank: "a"}, {rank: True}, {"a": 1.0}),
        "move": ([1], {rank: (1,)}, {rank: (NAN, 2)}, {rank: "ab"}),
    }  # fmt: skip
    for name, values in changes.items():
        for wrong in values:
            refuses(name, sim.what_if, city, seen, **{name: wrong})
    refuses("before", sim.what_if, city, town["fleet"])
    for wrong in NOT_NUMBERS:
        refuses("uptime", sim.TrackingParameters, uptime=wrong)
        refuses("mount_m", sim.Optics, 100, 100, 60, wrong)
        refuses("focal_mm", sim.Optics.from_lens, 5.6, wrong, 100, 100, 3.0)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("name_or_path", sim.load_city),
        ("path", sim.load_scenario),
        ("path", sim.read_cameras),
        ("folder", sim.read_run),
        ("show", sim.show),
        ("scenario", lambda wrong: sim.run(wrong, "out")),
        ("scenario", sim.bands),
        ("plan", lambda wrong: sim.sweep(wrong, "out")),
        ("out", lambda wrong: sim.sweep("a.yaml", wrong)),
        ("out", lambda wrong: sim.run("a.yaml", wrong)),
        ("seeds", lambda wrong: sim.bands("a.yaml", seeds=(wrong, 1))),
        ("runs", sim.compare),
        ("runs", lambda wrong: sim.compare([wrong, "b"])),
        ("files", lambda wrong: sim.City.from_files([wrong], "x")),
        ("area", sim.City.from_overpass),
    ],
)
@pytest.mark.parametrize("wrong", [3, None, 1.5])
def test_paths_and_names_are_named(name, call, wrong):
    refuses(name, call, wrong)


def test_no_public_function_is_without_checks():
    public = {name: getattr(sim, name) for name in sim.__all__}
    assert not [name for name, one in public.items() if isfunction(one) and not one.__wrapped__]


def test_a_table_that_is_no_fleet_yet_is_named(town):
    heads = town["fleet"].heads
    for wrong in (None, 3, pd.DataFrame(heads), town["city"]):
        refuses("heads", sim.Fleet, wrong)
    for column, wrong in (("mount", "high"), ("x", "a"), ("rank", np.arange(len(heads))[::-1])):
        refuses("heads", lambda table: sim.Fleet(table).arrays, heads.assign(**{column: wrong}))
    refuses("heads", lambda table: sim.Fleet(table).arrays, heads.drop(columns="near"))


def test_buildings_without_a_polygon_and_empty_weights_are_named(town):
    doors = town["city"].streets.nodes[["geometry"]].iloc[:3]
    refuses("buildings", sim.City.from_osmnx, own_graph(blocks=3), doors)
    empty = sim.City.from_osmnx(own_graph(blocks=3), doors.iloc[:0])
    assert not (empty.walls.footprints["kind"] == "footprint").any()
    for name in ("strategy", "optics"):
        refuses(name, sim.place, town["city"], 5, share_rule="direct", **{name: {}})
