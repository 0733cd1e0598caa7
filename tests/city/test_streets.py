import numpy as np
import pandas as pd
import pytest
import shapely
from drawn import frames, grid_ways, shared
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.city.decks import DECKS
from sim.city.streets import StreetNetwork, projected_crs
from sim.city.tags import read_tag, split_name, split_names
from sim.errors import InputError


def build(ways, **keywords):
    return StreetNetwork.build(*frames(ways, **keywords))


def starts_and_ends(streets):
    line = streets.edges.geometry.to_numpy()
    at = streets.nodes.geometry.to_numpy()
    u, v = at[streets.edges["u"]], at[streets.edges["v"]]
    return (
        shapely.distance(shapely.get_point(line, 0), u),
        shapely.distance(shapely.get_point(line, -1), v),
    )


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.lists(st.booleans(), min_size=24, max_size=24), st.sampled_from(["line", "ends", "both"]))
def test_direction_of_drawing_and_of_ends_changes_no_length_and_no_street(flips, what):
    nodes, edges = frames(grid_ways())
    before = StreetNetwork.build(nodes, edges)
    flips = np.array(flips)
    if what != "ends":
        lines = edges.geometry.to_numpy()
        edges = edges.set_geometry(np.where(flips, shapely.reverse(lines), lines), crs=edges.crs)
    if what != "line":
        edges.loc[flips, ["u", "v"]] = edges.loc[flips, ["v", "u"]].to_numpy()
    after = StreetNetwork.build(nodes, edges)
    assert after.length_km == before.length_km
    start, end = starts_and_ends(after)
    assert start.max() == 0
    assert end.max() == 0


def test_a_graph_with_both_directions_is_the_same_network():
    nodes, edges = frames([*grid_ways(), ([(0, 0), (-20, 30), (-40, -10), (0, 0)], {})])
    back = edges.set_geometry(shapely.reverse(edges.geometry.to_numpy()), crs=edges.crs)
    back[["u", "v"]] = edges[["v", "u"]].to_numpy()
    both = pd.concat([edges, back], ignore_index=True)
    once, twice = StreetNetwork.build(nodes, edges), StreetNetwork.build(nodes, both)
    assert len(twice.edges) == len(once.edges)
    assert twice.length_km == once.length_km
    assert twice.report["carriageway_km"] == once.report["carriageway_km"]
    assert twice.report["merged_both_directions_km"] == pytest.approx(once.length_km, abs=1e-3)


def test_the_two_halves_of_a_ring_road_are_two_streets():
    ways = [([(0, 0), (30, 30), (60, 0)], {}), ([(0, 0), (30, -30), (60, 0)], {})]
    assert len(build(ways).edges) == 2


def test_kept_and_dropped_lengths_sum_to_the_file():
    ways = [
        *grid_ways(),
        ([(0, 0), (0, -100)], {"highway": "motorway"}),
        ([(0, 0), (-100, 0)], {"highway": "proposed"}),
        ([(0, 0), (-100, -100)], {"access": "private"}),
        ([(80, 0), (80, -100)], {"highway": "primary", "bridge": "viaduct"}),
        ([(900, 900), (950, 950)], {}),
    ]
    nodes, edges = frames(ways)
    streets = StreetNetwork.build(nodes, edges)
    report = streets.report
    dropped = [
        value for key, value in report.items() if key.startswith("dropped_") and key.endswith("_km")
    ]
    assert streets.length_km + sum(dropped) == pytest.approx(edges.length.sum() / 1000, abs=0.005)
    assert report["dropped_motorway_or_trunk_km"] == pytest.approx(0.1)
    assert report["dropped_flyover_or_underpass_km"] == pytest.approx(0.1)
    assert report["dropped_unconnected_km"] == pytest.approx(0.071)
    assert sorted(streets.unwalked["highway"]) == [
        "motorway",
        "primary",
        "residential",
        "residential",
    ]


@pytest.mark.parametrize(
    ("tags", "walked"),
    [
        ({"highway": "footway"}, True),
        ({"highway": "['footway', 'steps']"}, True),
        ({"highway": "trunk_link"}, False),
        ({"highway": "['trunk', 'primary']"}, True),
        ({"highway": "cycleway"}, False),
        ({"highway": "cycleway", "foot": "designated"}, True),
        ({"highway": "service", "access": "private"}, False),
        ({"highway": "service", "access": "private", "foot": "yes"}, True),
        ({"highway": "residential", "foot": "no"}, False),
        ({"highway": "secondary", "bridge": "yes"}, False),
        ({"highway": "secondary", "bridge": "yes", "sidewalk": "both"}, True),
        ({"highway": "secondary", "tunnel": "building_passage"}, True),
        ({"highway": "residential", "bridge": "yes"}, True),
        ({"highway": None}, False),
    ],
)
def test_which_ways_are_walked(tags, walked):
    ways = [*grid_ways(2, 2), ([(0, 0), (-50, -50)], tags)]
    assert len(build(ways).edges) == (5 if walked else 4)


@pytest.mark.parametrize(
    ("tags", "walked"),
    [
        ({"highway": "service", "access": "private"}, True),
        ({"highway": "footway", "foot": "private"}, True),
        ({"highway": "residential", "access": "no"}, False),
        ({"highway": "residential", "foot": "no"}, False),
        ({"highway": "motorway", "access": "private"}, False),
    ],
)
def test_private_ways_are_walked_where_asked_for(tags, walked):
    ways = [*grid_ways(2, 2), ([(0, 0), (-50, -50)], tags)]
    streets = StreetNetwork.build(*frames(ways), private=True)
    assert len(streets.edges) == (5 if walked else 4)
    assert len(build(ways).edges) == 4


@pytest.mark.parametrize(
    ("tags", "deck"),
    [
        ({}, "street"),
        ({"bridge": "no", "tunnel": "no", "covered": "no"}, "street"),
        ({"bridge": "yes"}, "footbridge"),
        ({"bridge": "yes", "covered": "yes"}, "footbridge"),
        ({"bridge": "boardwalk"}, "street"),
        ({"tunnel": "yes"}, "subway"),
        ({"tunnel": "building_passage"}, "covered"),
        ({"covered": "arcade"}, "street"),
        ({"covered": "colonnade"}, "street"),
        ({"covered": "yes"}, "covered"),
        ({"highway": "corridor"}, "covered"),
        ({"layer": "1"}, "footbridge"),
        ({"layer": "-1"}, "subway"),
        ({"layer": "nonsense"}, "street"),
        ({"layer": "1", "highway": "residential"}, "street"),
    ],
)
def test_deck_of_one_way(tags, deck):
    ways = [*grid_ways(2, 2), ([(0, 0), (-50, -50)], {"highway": "footway", **tags})]
    assert build(ways).edges["deck"].iloc[-1] == deck


def footbridge(middle, *more):
    """Two streets joined by stairs, a bridge, some untagged footways in the middle, a bridge."""
    foot = {"highway": "footway"}
    return [
        ([(0, 0), (300, 0)], {}),
        ([(0, 0), (0, 20)], {"highway": "steps"}),
        ([(0, 20), (0, 40)], {**foot, "bridge": "yes"}),
        ([(0, 40), (0, 60)], {**foot, **middle}),
        ([(0, 60), (0, 80)], {**foot, **middle}),
        ([(0, 80), (0, 100)], {**foot, "bridge": "yes"}),
        ([(0, 100), (0, 120)], {"highway": "steps"}),
        ([(0, 120), (300, 120)], {}),
        *more,
    ]


@pytest.mark.parametrize(
    ("middle", "more", "deck"),
    [
        ({}, [], "footbridge"),
        ({"highway": "pedestrian"}, [], "footbridge"),
        ({"covered": "yes"}, [], "covered"),
        ({"highway": "service"}, [], "street"),
        (
            {},
            [([(0, 60), (50, 60)], {"highway": "steps"}), ([(50, 60), (90, 60)], {})],
            "footbridge",
        ),
        ({}, [([(0, 60), (50, 60)], {"highway": "footway"}), ([(50, 60), (90, 60)], {})], "street"),
        ({}, [([(0, 60), (400, 60)], {"highway": "footway"})], "street"),
    ],
    ids=["gap", "square", "tagged", "road", "stairs down", "level way out", "too long"],
)
def test_untagged_footways_between_bridges(middle, more, deck):
    streets = build(footbridge(middle, *more))
    in_the_middle = shapely.intersects(
        streets.edges.geometry.to_numpy(),
        shapely.points(frames([([(0, 50), (0, 55)], {})])[0].geometry.iloc[0].coords[0]),
    )
    assert set(streets.edges["deck"][in_the_middle]) == {deck}
    inferred = streets.report["inferred_footbridge_km"]
    assert inferred == pytest.approx(0.04 if deck == "footbridge" else 0.0)


@pytest.mark.parametrize(
    ("value", "chinese", "english", "names"),
    [
        ("彌敦道 Nathan Road", None, None, ("Nathan Road", "彌敦道")),
        ("Nathan Road 彌敦道", None, None, ("Nathan Road", "彌敦道")),
        ("彌敦道Nathan Road", None, None, ("Nathan Road", "彌敦道")),
        ("太子站 A出口 Prince Edward Exit A", None, None, ("Prince Edward Exit A", "太子站 A出口")),
        ("Nathan Road", "彌敦道", "Nathan Road", ("Nathan Road", "彌敦道")),
        ("彌敦道", None, "Nathan Road", ("Nathan Road", "彌敦道")),
        ("Mannerheimintie", None, "Mannerheim Street", ("Mannerheimintie", "")),
        ("['乙街 B Street', '甲街 A Street']", None, None, ("B Street", "乙街")),
        (["甲街 A Street", "乙街 B Street"], None, None, ("B Street", "乙街")),
        ("['乙街 B Street', '甲街 A Street']", "['甲街', '乙街']", None, ("B Street", "乙街")),
        ("""["Queen's Road", 'Sai Street']""", None, None, ("Queen's Road", "")),
        ("B Street;A Street", None, None, ("A Street", "")),
        (None, None, None, ("", "")),
        (float("nan"), float("nan"), float("nan"), ("", "")),
        ("", "彌敦道", None, ("", "彌敦道")),
    ],
)
def test_names_in_two_languages(value, chinese, english, names):
    assert split_name(value, chinese, english) == names


@given(st.permutations(["甲街 A Street", "乙街 B Street", "C Street"]))
def test_the_order_of_a_list_of_names_does_not_matter(names):
    assert split_name(list(names)) == split_name(str(list(names))) == ("C Street", "")


def test_ends_that_miss_their_junction_are_joined_to_it():
    nodes, edges = frames(grid_ways(2, 2))
    edges.loc[0, "geometry"] = shapely.transform(
        edges.geometry[0], lambda xy: xy + np.array([0, 0.5])
    )
    streets = StreetNetwork.build(nodes, edges)
    start, end = starts_and_ends(streets)
    assert start.max() == 0
    assert end.max() == 0
    assert streets.report["joined_ends"] == 1


def test_a_town_apart_stays_and_a_village_apart_does_not():
    ways = [*grid_ways(6, 6, 1000.0)]
    away = ([(9e3, 0), (9e3, 51e3)], {}), ([(2e4, 0), (2e4, 49e3)], {})
    streets = StreetNetwork.build(*frames([*ways, *away]), crs="EPSG:2326")
    assert streets.length_km == pytest.approx(60 + 51)
    assert streets.report["pieces_apart"] == 2
    assert streets.report["dropped_unconnected_km"] == pytest.approx(49)
    assert streets.report["dropped_unconnected_pieces"] == 1
    assert "pieces_apart" not in StreetNetwork.build(*frames(ways)).report


def test_arrays_hold_the_same_geometry_as_the_frames():
    streets = build([*grid_ways(), ([(0, 0), (-30, 10), (-60, -40), (-90, 0)], {"bridge": "yes"})])
    a = streets.arrays
    assert a.segment_ptr[-1] == len(a.segment_x0)
    sums = np.add.reduceat(
        np.hypot(a.segment_x1 - a.segment_x0, a.segment_y1 - a.segment_y0), a.segment_ptr[:-1]
    )
    assert np.allclose(sums, a.edge_length, rtol=0, atol=1e-9)
    assert (a.segment_start[a.segment_ptr[:-1]] == 0).all()
    assert (a.node_x[a.edge_u] == a.segment_x0[a.segment_ptr[:-1]]).all()
    assert (a.node_y[a.edge_v] == a.segment_y1[a.segment_ptr[1:] - 1]).all()
    assert len(a.adjacency_node) == 2 * len(a.edge_u)
    assert [DECKS[code] for code in a.edge_deck] == list(streets.edges["deck"])


def test_metres_are_hk80_in_hong_kong_and_utm_elsewhere():
    _, edges = frames(grid_ways())
    assert projected_crs(edges.to_crs("EPSG:4326")) == "EPSG:2326"
    abroad = edges.to_crs("EPSG:4326").translate(xoff=-90).to_frame("geometry")
    assert projected_crs(abroad) == "EPSG:32635"


def bad(case):
    nodes, edges = frames(grid_ways())
    match case:
        case "no CRS":
            return nodes, edges.set_crs(None, allow_override=True)
        case "no CRS of nodes":
            return nodes.set_crs(None, allow_override=True), edges
        case "no edges":
            return nodes, edges.iloc[:0]
        case "no column":
            return nodes, edges.drop(columns="highway")
        case "motorways":
            return nodes, edges.assign(highway="motorway")
        case "missing junctions":
            return nodes.iloc[:3], edges
        case "other junctions":
            return nodes.assign(osmid=nodes["osmid"].to_numpy()[::-1]), edges
        case "text as junction":
            return nodes, edges.assign(u="north")
        case "points":
            return nodes, edges.set_geometry(edges.centroid)
        case "not the CRS it says":
            return nodes, edges.set_crs("EPSG:4326", allow_override=True)
        case "half the world":
            far = edges.to_crs("EPSG:4326")
            return nodes, pd.concat([far, far.set_geometry(far.translate(xoff=-50))])


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("no CRS", "no CRS"),
        ("no CRS of nodes", "no CRS"),
        ("no edges", "larger area"),
        ("no column", "highway"),
        ("motorways", "nothing walkable"),
        ("missing junctions", "junctions"),
        ("other junctions", "from their junctions"),
        ("text as junction", "column u"),
        ("points", "line"),
        ("not the CRS it says", "outside the world"),
        ("half the world", "degrees"),
    ],
)
def test_bad_streets_are_refused_in_one_line(case, says):
    with pytest.raises(InputError, match=says) as caught:
        StreetNetwork.build(*bad(case))
    assert "\n" not in str(caught.value)


def test_a_graph_without_crs_is_refused():
    import networkx as nx

    with pytest.raises(InputError, match="CRS"):
        StreetNetwork.from_osmnx(nx.MultiDiGraph())


def test_an_osmnx_graph_in_memory_gives_the_network_of_its_file(tmp_path):
    import osmnx as ox

    nodes, edges = frames(grid_ways(name="彌敦道 Nathan Road"), crs="EPSG:2326")
    nodes = nodes.assign(x=nodes.geometry.x, y=nodes.geometry.y).set_index("osmid")
    keyed = edges.assign(key=0).set_index(["u", "v", "key"])
    graph = ox.graph_from_gdfs(nodes, keyed, graph_attrs={"crs": "EPSG:2326"})
    streets = StreetNetwork.from_osmnx(graph)
    assert streets.length_km == StreetNetwork.build(*frames(grid_ways())).length_km
    assert set(streets.edges["name_zh"]) == {"彌敦道"}
    back = streets.to_networkx()
    assert back.number_of_edges() == len(streets.edges)


def test_mong_kok_as_osmnx_saved_it():
    from sim.city.sources.files import read_streets

    nodes, edges = read_streets(shared("mong_kok/walk_graph.gpkg"))
    assert (len(nodes), len(edges)) == (5406, 7788)
    streets = StreetNetwork.build(nodes, edges)
    assert streets.crs == "EPSG:2326"
    assert 280 < streets.length_km < 310
    assert streets.report["dropped_unconnected_km"] < 2
    start, end = starts_and_ends(streets)
    assert max(start.max(), end.max()) == 0
    nathan = streets.edges[streets.edges["name_zh"] == "彌敦道"]
    assert set(nathan["name"]) == {"Nathan Road"}
    assert set(streets.edges["deck"]) == set(DECKS)
    assert not streets.edges["highway"].isin(["motorway", "trunk"]).any()


@pytest.mark.parametrize("as_text", [False, True])
def test_a_table_of_tags_is_read_as_its_rows_are(as_text):
    highways = ["residential", ["steps", "footway"], None, "footway;steps", ["steps", "footway"]]
    rows = [("花園街 Fa Yuen Street", None, None), (["B Road", "A Road"], None, None), (None,) * 3,
            ("C", "丙", "Sea"), ("花園街 Fa Yuen Street", None, "Garden Street")]  # fmt: skip
    table = pd.DataFrame(rows, columns=["name", "name:zh", "name:en"]).assign(highway=highways)
    if as_text:
        table = table.map(lambda value: str(value) if isinstance(value, list) else value)
    assert split_names(table).tolist() == [[*split_name(*row)] for row in rows]
    assert read_tag(table, "highway", len).tolist() == [1, 2, 0, 2, 2]
    assert read_tag(table, "highway", lambda words: "steps" in words).tolist() == [
        False, True, False, True, True,
    ]  # fmt: skip
    assert read_tag(table, "bridge", "-".join).tolist() == [""] * 5
    assert split_names(table[["highway"]].iloc[:0]).shape == (0, 2)
