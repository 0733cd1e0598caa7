"""Pavements: counts at simple junctions, then laws of motion, distance and connection."""

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sim.city.pavements import KERB_TO_WALKER_M, pavements
from sim.city.streets import StreetNetwork

pytestmark = pytest.mark.slow

ORIGIN = np.array([835500.0, 820000.0])
WIDTH = 9.0
OFFSET = WIDTH / 2 + KERB_TO_WALKER_M


def scene(*chains, turn=0.0, shift=(0.0, 0.0), **columns):
    """Centrelines about the origin of the scene, turned by degrees and shifted by metres."""
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    lines = []
    for chain in chains:
        x, y = np.asarray(chain, float).T
        lines.append(shapely.linestrings(np.column_stack([c * x - s * y, s * x + c * y]) + shift))
    n = len(chains)
    table = {"highway": "residential", "pavements": "both", "width": WIDTH, "name": "Street"}
    table |= columns
    table = {k: v if isinstance(v, list) else [v] * n for k, v in table.items()}
    table["osmid"] = list(range(100, 100 + n))
    frame = gpd.GeoDataFrame(table, geometry=lines, crs="EPSG:2326")
    frame.geometry = frame.translate(*ORIGIN)
    return frame


CROSS = ([(-100, 0), (0, 0), (100, 0)], [(0, -100), (0, 0), (0, 100)])
TEE = ([(-100, 0), (0, 0), (100, 0)], [(0, 0), (0, 100)])
BEND = ([(0, 0), (100, 0), (100, 100)],)


def near(frame, radius=40.0):
    return frame[frame.within(shapely.Point(ORIGIN).buffer(radius))]


def degree(nodes, edges):
    return np.bincount(edges[["u", "v"]].to_numpy().ravel(), minlength=len(nodes))


def in_one_piece(nodes, edges):
    links = coo_array((np.ones(len(edges)), (edges["u"], edges["v"])), shape=(len(nodes),) * 2)
    return connected_components(links, directed=False)[0] == 1


def kinds(edges):
    return edges["footway"].value_counts().to_dict()


def test_crossroads_has_four_corners_eight_pavements_four_crossings():
    nodes, edges = pavements(scene(*CROSS))
    assert len(near(nodes)) == 4
    assert (degree(nodes, edges)[near(nodes).index] == 4).all()
    assert kinds(edges) == {"sidewalk": 8, "crossing": 4 + 4}  # and one round each dead end
    crossings = near(edges[edges["footway"] == "crossing"])
    assert len(crossings) == 4
    np.testing.assert_allclose(crossings.length, 2 * OFFSET)
    corners = np.abs(shapely.get_coordinates(near(nodes).geometry) - ORIGIN)
    np.testing.assert_allclose(corners, OFFSET)


def test_side_street_is_crossed_straight_on_all_three_sides():
    nodes, edges = pavements(scene(*TEE))
    assert len(near(nodes)) == 4
    crossings = near(edges[edges["footway"] == "crossing"])
    assert len(crossings) == 3
    np.testing.assert_allclose(crossings.length, 2 * OFFSET)
    beyond = near(edges[edges["footway"] == "sidewalk"])
    np.testing.assert_allclose(beyond.length, [2 * OFFSET])  # the far pavement goes on


def test_dead_end_is_walked_round():
    nodes, edges = pavements(scene([(0, 0), (100, 0)]))
    assert len(nodes) == 4
    assert kinds(edges) == {"sidewalk": 2, "crossing": 2}
    np.testing.assert_allclose(edges.length.sum(), 2 * (100 - 2 * KERB_TO_WALKER_M) + 4 * OFFSET)


def test_bend_has_no_crossing_and_right_lengths():
    nodes, edges = pavements(scene(*BEND))
    sides = edges[edges["footway"] == "sidewalk"]
    assert len(nodes) == 4
    ends = 2 * KERB_TO_WALKER_M
    np.testing.assert_allclose(
        sorted(sides.length), [200 - 2 * OFFSET - ends, 200 + 2 * OFFSET - ends]
    )


def test_street_that_changes_its_name_is_not_crossed_there():
    nodes, edges = pavements(scene([(-100, 0), (0, 0)], [(0, 0), (100, 0)]))
    assert len(near(nodes)) == 2
    assert not len(near(edges[edges["footway"] == "crossing"]))


def test_lane_ends_where_it_meets_the_pavement():
    nodes, edges = pavements(scene(*TEE, pavements=["both", "none"]))
    lane = edges[edges["footway"] == ""]
    np.testing.assert_allclose(lane.length, [100 - OFFSET])
    assert kinds(edges)["crossing"] == 1 + 2
    assert in_one_piece(nodes, edges)


def test_lanes_among_themselves_are_their_centrelines():
    nodes, edges = pavements(scene(*CROSS, pavements="none"))
    assert len(nodes) == 5
    np.testing.assert_allclose(edges.length, 100.0)
    assert kinds(edges) == {"": 4}


@pytest.mark.parametrize("highway", ["steps", "footway"])
def test_stairs_that_land_on_a_pavement_make_no_crossing(highway):
    lines = scene(*TEE, pavements=["both", "none"], highway=["primary", highway])
    nodes, edges = pavements(lines)
    assert not len(near(edges[edges["footway"] == "crossing"]))
    assert in_one_piece(nodes, edges)


def test_lines_that_share_no_vertex_do_not_join():
    nodes, edges = pavements(scene([(-100, 0), (100, 0)], [(0, -100), (0, 100)]))
    assert not in_one_piece(nodes, edges)


def test_edges_keep_their_street_and_crossings_are_footways():
    _, edges = pavements(scene(*CROSS, name=["A", "B"], highway=["primary", "tertiary"]))
    assert set(edges.loc[edges["name"] == "A", "osmid"]) == {100}
    crossing = edges["footway"] == "crossing"
    assert set(edges.loc[crossing, "highway"]) == {"footway"}
    assert set(edges.loc[~crossing, "highway"]) == {"primary", "tertiary"}
    assert not {"pavements", "width"} & set(edges.columns)
    over_a = edges[crossing & (edges["name"] == "A")]
    assert (np.ptp(over_a.geometry.bounds[["minx", "maxx"]], axis=1) < 1e-6).all()


def test_width_by_class_where_none_is_stated():
    columns = {"highway": ["primary"], "width": [math.nan]}
    _, edges = pavements(scene([(0, 0), (100, 0)], **columns))
    np.testing.assert_allclose(edges[edges["footway"] == "crossing"].length, 2 * (7.0 + 1.0))


def test_repeated_vertices_change_nothing():
    _, once = pavements(scene(*TEE))
    _, twice = pavements(scene([(-100, 0), (-100, 0), (0, 0), (0, 0), (100, 0)], TEE[1]))
    np.testing.assert_allclose(sorted(once.length), sorted(twice.length))


# --- laws -------------------------------------------------------------------------------------


@st.composite
def stars(draw):
    """Streets and lanes that leave one junction in directions at least 25° apart."""
    gaps = draw(st.lists(st.floats(25, 120), min_size=2, max_size=7))
    angles = np.cumsum(gaps)
    angles = angles[angles <= 335 + gaps[0]]
    chains, kind, width = [], [], []
    for angle in angles:
        turn = math.radians(draw(st.floats(-20, 20)))
        a = math.radians(angle)
        bend = (150 * math.cos(a), 150 * math.sin(a))
        end = (bend[0] + 150 * math.cos(a + turn), bend[1] + 150 * math.sin(a + turn))
        chains.append([(0.0, 0.0), bend, end])
        kind.append(draw(st.sampled_from(["both", "both", "none"])))
        width.append(draw(st.sampled_from([6.0, 9.0, 14.0, 23.0])))
    return chains, {"pavements": kind, "width": width}


@settings(max_examples=60, deadline=None)
@given(stars(), st.floats(0, 360), st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_turning_and_moving_a_scene_keeps_every_length(star, turn, dx, dy):
    chains, columns = star
    _, still = pavements(scene(*chains, **columns))
    _, moved = pavements(scene(*chains, turn=turn, shift=(dx, dy), **columns))
    np.testing.assert_allclose(sorted(still.length), sorted(moved.length), atol=1e-5)
    assert kinds(still) == kinds(moved)


@settings(max_examples=60, deadline=None)
@given(stars())
def test_direction_of_drawing_does_not_matter(star):
    chains, columns = star
    _, there = pavements(scene(*chains, **columns))
    _, back = pavements(scene(*(chain[::-1] for chain in chains), **columns))
    np.testing.assert_allclose(sorted(there.length), sorted(back.length), atol=1e-6)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(stars())
def test_a_junction_is_in_one_piece_and_every_street_has_two_pavements(star):
    chains, columns = star
    nodes, edges = pavements(scene(*chains, **columns))
    assert in_one_piece(nodes, edges)
    assert (degree(nodes, edges) > 0).all()
    for n, kind in enumerate(columns["pavements"]):
        own = edges[(edges["osmid"] == 100 + n) & (edges["footway"] != "crossing")]
        long = own[own.length > 120]  # and not what goes on past a side street
        assert len(long) == (2 if kind == "both" else 1)
    ends = shapely.get_coordinates(nodes.geometry)
    for u, v, line in edges[["u", "v", "geometry"]].itertuples(index=False):
        np.testing.assert_allclose(line.coords[0], ends[u])
        np.testing.assert_allclose(line.coords[-1], ends[v])
    streets = StreetNetwork.build(nodes, edges, "EPSG:2326")
    assert len(streets.edges) == len(edges)


@settings(max_examples=60, deadline=None)
@given(stars())
def test_pavements_keep_their_distance_from_the_middle(star):
    chains, columns = star
    lines = scene(*chains, **columns)
    _, edges = pavements(lines)
    for n, (kind, width) in enumerate(zip(columns["pavements"], columns["width"], strict=True)):
        if kind != "both":
            continue
        own = edges[(edges["osmid"] == 100 + n) & (edges["footway"] == "sidewalk")]
        far = own.geometry.to_numpy()[own.length > 120]
        point = shapely.line_interpolate_point(far, shapely.length(far) - 5.0)
        point = np.append(point, shapely.line_interpolate_point(far, 5.0))
        away = shapely.distance(point, lines.geometry[n])
        outer = shapely.distance(point, shapely.Point(ORIGIN)) > 200
        np.testing.assert_allclose(away[outer], width / 2 + KERB_TO_WALKER_M, atol=1e-6)
