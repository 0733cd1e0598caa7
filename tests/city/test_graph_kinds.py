"""Graphs as people hold them: other kinds, other keys, gaps in ids, merged junctions, both ways."""

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd
import pytest
import shapely
from drawn import ORIGIN, frames, grid_ways

from sim.city.loaders import City
from sim.city.sources.files import read_streets
from sim.city.streets import StreetNetwork
from sim.errors import InputError


def drawn_graph(ways=None, **attributes):
    """A grid as osmnx holds it: both directions of every street."""
    nodes, edges = frames(ways or grid_ways())
    edges = edges.assign(**attributes) if attributes else edges
    back = edges.rename(columns={"u": "v", "v": "u"})
    back = back.set_geometry(shapely.reverse(edges.geometry.to_numpy()))
    both = pd.concat([edges, back], ignore_index=True).assign(key=0)
    points = nodes.set_index("osmid").assign(x=lambda f: f.geometry.x, y=lambda f: f.geometry.y)
    keyed = both.assign(length=both.length).set_index(["u", "v", "key"])
    return ox.graph_from_gdfs(points, keyed, graph_attrs={"crs": "EPSG:2326"})


LENGTH_KM = StreetNetwork.build(*frames(grid_ways())).length_km


@pytest.mark.parametrize(
    "kind", [nx.MultiDiGraph, nx.DiGraph, nx.MultiGraph, nx.Graph, ox.graph_to_gdfs]
)
def test_graphs_of_every_kind_are_one_city(kind):
    assert City.from_osmnx(kind(drawn_graph())).streets.length_km == pytest.approx(LENGTH_KM)


def with_osmid_on_nodes(graph):
    for node in graph:
        graph.nodes[node]["osmid"] = node
    return graph


def with_ends_on_edges(graph):
    for u, v, _, data in graph.edges(keys=True, data=True):
        data.update(u=u, v=v, key=0)
    return graph


def with_texts_as_keys(graph):
    return nx.relabel_nodes(graph, {node: f"n{node}" for node in graph})


def with_tuples_as_keys(graph):
    return nx.relabel_nodes(graph, {n: (d["x"], d["y"]) for n, d in graph.nodes(data=True)})


@pytest.mark.parametrize(
    "change", [with_osmid_on_nodes, with_ends_on_edges, with_texts_as_keys, with_tuples_as_keys]
)
def test_attributes_and_keys_of_other_programs(change):
    streets = StreetNetwork.from_osmnx(change(drawn_graph()))
    assert streets.length_km == pytest.approx(LENGTH_KM)
    assert len(streets.edges) == len(grid_ways())


def test_osmid_on_nodes_in_a_file(tmp_path):
    ox.save_graphml(with_osmid_on_nodes(drawn_graph()), tmp_path / "g.graphml")
    assert StreetNetwork.build(*read_streets(tmp_path / "g.graphml")).length_km == pytest.approx(
        LENGTH_KM
    )


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (nx.MultiDiGraph(crs="EPSG:2326"), "no nodes"),
        (nx.MultiDiGraph(), "no CRS"),
        (7, "is a int"),
        ((1, 2), "no pair of GeoDataFrames"),
        (nx.MultiDiGraph([(1, 2)], crs="EPSG:2326"), "no x and y"),
    ],
)
def test_what_is_no_graph_is_said_in_one_line(graph, words):
    with pytest.raises(InputError, match=words):
        City.from_osmnx(graph)


def test_a_graph_of_nodes_alone_is_refused():
    graph = nx.MultiDiGraph(crs="EPSG:2326")
    graph.add_node(1, x=0.0, y=0.0)
    with pytest.raises(InputError, match="no edges"):
        City.from_osmnx(graph)


@pytest.mark.parametrize(
    "written",
    [
        lambda ids: [*ids[:-1], None],  # a gap makes the column one of fractions
        lambda ids: [*map(str, map(float, ids[:-1])), None],  # "5000.0", as texts
        lambda ids: [*map(str, ids[:-1]), ""],
        lambda ids: [*([number, number + 10**6] for number in ids[:-1]), None],
        lambda ids: [*(f"[{number}, {number + 10**6}]" for number in ids[:-1]), None],
        lambda ids: [*(f"{number}.0;{number + 10**6}.0" for number in ids[:-1]), None],
        lambda ids: [*(np.float64(number) for number in ids[:-1]), np.nan],
    ],
)
def test_a_gap_in_ids_leaves_every_other_street_its_own(written):
    nodes, edges = frames(grid_ways())
    ids = edges["osmid"].tolist()
    streets = StreetNetwork.build(nodes, edges.assign(osmid=written(ids))).edges["street"]
    assert sorted(streets)[1:] == ids[:-1]
    assert streets.min() < 0


def test_streets_without_any_id_are_streets_of_their_own():
    nodes, edges = frames(grid_ways())
    streets = StreetNetwork.build(nodes, edges.drop(columns="osmid")).edges["street"]
    assert streets.nunique() == len(edges)


@pytest.mark.parametrize("apart", [0.0, 1e-7, 0.3])
def test_two_directions_are_merged_within_a_tolerance(apart):
    nodes, edges = frames(grid_ways())
    moved = shapely.transform(edges.geometry.to_numpy(), lambda xy: xy + apart)
    back = edges.rename(columns={"u": "v", "v": "u"}).set_geometry(shapely.reverse(moved))
    streets = StreetNetwork.build(nodes, pd.concat([edges, back], ignore_index=True))
    assert streets.length_km == pytest.approx(LENGTH_KM)


def test_two_ways_round_a_square_stay_two():
    ways = [([(0, 0), (80, 0)], {}), ([(0, 0), (0, 3), (80, 3), (80, 0)], {})]
    streets = StreetNetwork.build(*frames([*grid_ways(), *ways[1:]]))
    assert len(streets.edges) == len(grid_ways()) + 1


def far_loop(metres):
    """A loop whose junction was moved away from its ring, as merging of junctions leaves it."""
    nodes, edges = frames(grid_ways())
    ring = np.array([(0, 0), (20, 0), (20, 20), (0, 20), (0, 0)]) + ORIGIN + [300, metres]
    loop = edges.iloc[[0]].assign(osmid=77, u=1, v=1).set_geometry([shapely.linestrings(ring)])
    start = nodes.loc[nodes["osmid"] == 1, "geometry"].iloc[0]
    assert start.distance(loop.geometry.iloc[0]) > metres
    return nodes, gpd.GeoDataFrame(pd.concat([edges, loop], ignore_index=True))


@pytest.mark.parametrize("metres", [60, 474])
def test_a_far_loop_does_not_cost_the_whole_city(metres):
    streets = StreetNetwork.build(*far_loop(metres))
    assert streets.length_km == pytest.approx(LENGTH_KM)
    assert streets.report["dropped_far_from_junctions_km"] == pytest.approx(0.08)


def test_nodes_of_another_graph_are_still_refused():
    nodes, edges = frames(grid_ways())
    with pytest.raises(InputError, match="of the same graph"):
        StreetNetwork.build(nodes.set_geometry(nodes.translate(0, 500)), edges)
