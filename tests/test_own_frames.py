"""GeoDataFrames in and out: the user's index, columns and (u, v, key) come back with results."""

import pickle

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from test_library import own_graph

import sim
from sim.cameras.optics import TASKS
from sim.errors import InputError

pytestmark = pytest.mark.slow

KINDS = {"Graph": nx.Graph, "DiGraph": nx.DiGraph, "MultiGraph": nx.MultiGraph,
         "MultiDiGraph": nx.MultiDiGraph}  # fmt: skip


def graph_of(kind, *, names=False):
    """Return a grid with a column of one's own, as a graph of some kind, perhaps with texts."""
    given = own_graph(blocks=4)
    graph = KINDS[kind](**given.graph)
    graph.add_nodes_from(given.nodes(data=True))
    graph.add_edges_from((u, v, {**data}) for u, v, data in given.edges(data=True))
    for i, (*_, data) in enumerate(graph.edges(data=True)):
        data["shops"] = 100 + i
    return nx.relabel_nodes(graph, lambda node: f"n{node}") if names else graph


@pytest.fixture(scope="module")
def town():
    """Return a small city and what is seen of it."""
    graph = graph_of("MultiDiGraph")
    city = sim.City.from_osmnx(graph)
    fleet = sim.place(city, total=30, share_rule="direct", seed=1)
    return {"graph": graph, "city": city, "fleet": fleet, "seen": sim.see(city, fleet)}


@pytest.mark.parametrize("names", [False, True])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_seen_goes_back_onto_the_edges_of_any_graph(kind, names):
    graph = graph_of(kind, names=names)
    city = sim.City.from_osmnx(graph)
    at = sim.see(city, sim.place(city, total=30, share_rule="direct", seed=1)).at(30)
    edges = at.edges
    keys = list(graph.edges(keys=True)) if graph.is_multigraph() else [
        (u, v, 0) for u, v in graph.edges()
    ]  # fmt: skip
    assert edges.index.tolist() == keys
    assert edges.index.names == ["u", "v", "key"]
    assert edges["shops"].tolist() == [100 + i for i in range(len(keys))]
    assert edges.crs == graph.graph["crs"]
    own = edges.to_crs(city.streets.crs).geometry.to_numpy()
    walked = city.streets.edges.geometry.to_numpy()[edges["edge"]]
    assert shapely.hausdorff_distance(own, walked).max() < 0.01
    copy = at.to_graph(graph)
    for task in TASKS:
        shares = [data[f"seen_{task}"] for *_, data in copy.edges(data=True)]
        assert shares == edges[f"seen_{task}"].tolist()
    assert not any("seen_detect" in data for *_, data in graph.edges(data=True))
    once = edges.drop_duplicates("edge")
    length = city.streets.edges["length"].to_numpy()[once["edge"]]
    share = (once["seen_detect"].to_numpy() * length).sum() / length.sum()
    assert share == pytest.approx(at.coverage()["detect"])
    assert 0 < share < 1


def test_frames_keep_their_own_index_and_order():
    import osmnx as ox

    nodes, edges = ox.graph_to_gdfs(graph_of("MultiDiGraph"))
    edges = edges.sample(frac=1, random_state=1)
    city = sim.City.from_osmnx((nodes, edges))
    at = sim.see(city, sim.place(city, total=30, share_rule="direct", seed=1)).at(30)
    found = at.edges
    pd.testing.assert_frame_equal(pd.DataFrame(found[edges.columns]), pd.DataFrame(edges))


def test_streets_that_nobody_walks_come_back_without_shares():
    graph = own_graph(blocks=4)
    for u, v in ((0, 4), (4, 0)):
        graph.edges[u, v, 0]["highway"] = "motorway"
        graph.edges[u, v, 0]["foot"] = "no"
    city = sim.City.from_osmnx(graph)
    at = sim.see(city, sim.place(city, total=30, share_rule="direct", seed=1)).at(30)
    edges = at.edges
    assert (edges["edge"] < 0).sum() == 2
    assert edges.loc[[(0, 4, 0), (4, 0, 0)], "seen_detect"].isna().all()
    assert at.to_graph(graph).edges[0, 4, 0]["seen_detect"] is None
    for wrong in (own_graph(blocks=5), nx.Graph(), "graph"):
        with pytest.raises(InputError, match=r"^graph: "):
            at.to_graph(wrong)


def test_without_a_graph_of_ones_own_edges_are_those_of_the_network():
    city = sim.load_city("mong_kok_core")
    fleet = sim.place(city, total=4_000, seed=1)
    at = sim.see(city, fleet).at(4_000)
    assert at.edges["edge"].tolist() == list(range(len(city.streets.edges)))
    with pytest.raises(InputError, match=r"^graph: "):
        at.to_graph(city.streets.to_networkx())


def test_a_table_of_heads_comes_back_with_its_index_and_columns(town):
    heads = town["fleet"].heads.assign(budget=1.5, note="ours")
    heads.index = pd.Index([f"cam{i}" for i in range(len(heads))], name="camera")
    fleet = sim.Fleet.from_heads(heads)
    found = fleet.to_gdf()
    pd.testing.assert_frame_equal(pd.DataFrame(found[heads.columns]), pd.DataFrame(heads))
    assert found.crs == heads.crs
    moved = fleet.in_crs("EPSG:3857").to_gdf()
    assert moved.index.equals(heads.index)
    fields = fleet.fields("recognise", total=10)
    assert fields.index.tolist() == heads.index[heads["rank"] <= 10].tolist()
    assert set(heads.columns) <= set(fields.columns)
    seen = sim.what_if(town["city"], sim.see(town["city"], fleet), add=town["fleet"].heads.iloc[:1]
                       .drop(columns="rank"))  # fmt: skip
    joined = seen.fleet.to_gdf()
    assert joined["note"].isna().sum() == 1
    assert len(joined) == len(heads) + 1
    assert town["fleet"].to_gdf().index.equals(town["fleet"].heads.index)


def test_fields_are_ring_sectors(town):
    heads = town["fleet"].heads
    area = town["fleet"].fields("observe").area.to_numpy()
    angle = np.radians(heads["field_of_view"].to_numpy())
    exact = angle / 2 * (heads["range_observe"] ** 2 - heads["near"] ** 2).to_numpy()
    assert area == pytest.approx(exact, rel=1e-3)
    whole = sim.Fleet.from_heads(heads.assign(field_of_view=360.0)).fields("observe").area
    assert whole.to_numpy() == pytest.approx(exact * 2 * np.pi / angle, rel=1e-3)
    blind = sim.Fleet.from_heads(heads.assign(range_identify=0.0)).fields("identify")
    assert blind.is_empty.all()


@pytest.mark.parametrize(
    ("times", "seconds"),
    [
        (pd.to_datetime(["2026-01-01 08:00", None, "2026-01-02 23:59"]), 8 * 3600),
        (pd.to_datetime(["2026-01-01 08:00", None, "2026-01-02"], format="ISO8601")
         .tz_localize("Asia/Hong_Kong"), 8 * 3600),
        (pd.to_timedelta(["08:00:00", None, "09:00:00"]), 8 * 3600),
        ([28_800, None, 3], 8 * 3600),
    ],
)  # fmt: skip
def test_lines_become_walks_and_come_back_with_index_columns_and_times(town, times, seconds):
    city = town["city"]
    lines = city.streets.edges.to_crs(3857).iloc[[3, 7, 11]][["geometry"]]
    lines = lines.assign(purpose=["a", "b", "c"], person=["x", "y", "x"], t=times)
    lines.index = pd.Index([30, 10, 20], name="diary")
    trips = sim.Trips.from_gdf(city, lines, departs="t")
    assert trips.table["departs_s"].iloc[0] == seconds
    assert np.isnan(trips.table["departs_s"].iloc[1])
    assert trips.table["leg"].tolist() == [0, 0, 1]
    found = trips.to_gdf(city)
    assert found.index.equals(lines.index)
    assert found["purpose"].tolist() == ["a", "b", "c"]
    assert found["person"].tolist() == ["x", "y", "x"]
    assert found.crs == city.streets.crs
    assert found.length.to_numpy() == pytest.approx(trips.table["length"].to_numpy())
    report = sim.track(city, town["seen"], trips, totals=[10, 30])
    figures = report.to_gdf(city, total=10, task="detect")
    assert figures.index.equals(lines.index)
    rows = report.table.query("total == 10 and task == 'detect'")
    assert figures["observed_length"].tolist() == rows["observed_length"].tolist()
    kept = trips.only(np.array([0, 2]))
    assert kept.to_gdf(city).index.tolist() == [30, 20]
    assert pickle.loads(pickle.dumps(trips)).to_gdf(city).index.equals(lines.index)


def test_lines_that_follow_no_street_are_left_out_with_their_rows(town):
    city = town["city"]
    lines = city.streets.edges.iloc[[3, 7]][["geometry"]].reset_index(drop=True)
    far = lines.translate(5_000, 5_000).iloc[:1]
    both = gpd.GeoDataFrame(geometry=[far.iloc[0], *lines.geometry], crs=city.streets.crs)
    trips = sim.Trips.from_gdf(city, both)
    assert trips.to_gdf(city).index.tolist() == [1, 2]
    assert trips.report["own_dropped_too_far"] == 1


def test_lines_and_times_that_cannot_be_are_named(town):
    city = town["city"]
    lines = city.streets.edges.iloc[[3, 7]][["geometry"]].assign(t=["a", "b"], n=[-1.0, 3.0])
    for wrong in (3, pd.DataFrame(lines), lines.set_crs(None, allow_override=True),
                  lines.set_geometry(lines.centroid)):  # fmt: skip
        with pytest.raises(InputError, match=r"^lines: "):
            sim.Trips.from_gdf(city, wrong)
    for wrong in ("t", "n", "none", 3):
        with pytest.raises(InputError, match=r"^departs: "):
            sim.Trips.from_gdf(city, lines, departs=wrong)
    report = sim.track(city, town["seen"], sim.Trips.from_gdf(city, lines), totals=[10])
    with pytest.raises(InputError, match=r"^total: "):
        report.to_gdf(city, total=11)
    with pytest.raises(InputError, match=r"^task: "):
        report.to_gdf(city, task="see")


def test_columns_of_shapes_keep_the_names_that_they_came_with(town):
    import osmnx

    city, fleet, seen = town["city"], town["fleet"], town["seen"]
    nodes, edges = osmnx.graph_to_gdfs(town["graph"])
    of_frames = sim.City.from_osmnx((nodes.rename_geometry("at"), edges.rename_geometry("line")))
    heads = fleet.to_gdf().rename_geometry("pole")
    poles = sim.Fleet.from_heads(heads)
    assert sim.see(of_frames, fleet).at(30).edges.active_geometry_name == "line"
    assert poles.heads.active_geometry_name == "geometry"
    lines = sim.sample_trips(city, people=5, seed=1).to_gdf(city)[["geometry"]]
    walks = sim.Trips.from_gdf(city, lines.rename_geometry("way"))
    doors = city.streets.nodes[["geometry"]].iloc[:3].rename_geometry("door")
    found = sim.see(city, poles, targets=doors)
    report = sim.track(city, seen, walks, [30])
    few = walks.only(np.arange(2))
    for name, tables in {
        "pole": (poles.to_gdf(), poles.fields(), poles.fields(total=3)),
        "way": (walks.to_gdf(city), report.to_gdf(city), few.to_gdf(city)),
        "door": (found.table, found.at(10)),
    }.items():
        for table in tables:
            assert table.active_geometry_name == name
            assert list(table).count(name) == 1
            assert "geometry" not in table
            assert table.crs == city.streets.crs
    assert shapely.equals(poles.to_gdf()["pole"].to_numpy(), heads["pole"].to_numpy()).all()
    assert len(walks.to_gdf(city)["way"]) == len(walks)
    poles.explore()
    report.explore(city)


def test_a_name_that_a_result_needs_itself_gives_way(town):
    heads = town["fleet"].to_gdf()
    given = heads.drop(columns="site").rename_geometry("site")
    poles = sim.Fleet.from_heads(given).to_gdf()
    assert poles.active_geometry_name == "geometry"
    assert poles["site"].dtype == np.int64 or poles["site"].dtype == np.int32
    lines = sim.sample_trips(town["city"], people=3, seed=1).to_gdf(town["city"])[["geometry"]]
    walks = sim.Trips.from_gdf(town["city"], lines.rename_geometry("length")).to_gdf(town["city"])
    assert walks.active_geometry_name == "geometry"
    assert walks["length"].dtype == np.float64
