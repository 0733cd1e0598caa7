"""Candidates: the arrays against the loop, where each kind stands and looks, none indoors."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from city.drawn import ORIGIN, frames, grid_ways, shared
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.junctions import junctions

import sim
from sim.area import Area
from sim.cameras.candidates import KINDS, SIGHT_LINES, _junctions, candidates
from sim.cameras.fleet import MOUNTS
from sim.cameras.indoors import indoors
from sim.city.decks import DECKS
from sim.city.model import City
from sim.city.places import Places
from sim.city.streets import StreetNetwork
from sim.city.walls import Walls
from sim.errors import InputError

pytestmark = pytest.mark.slow

CRS = "EPSG:2326"
HIGHWAYS = ("primary", "residential", "residential", "service", "footway")


def drawn_city(ways, footprints=(), stations=(), heights=None):
    """A city of drawn streets, footprints and stations, all in metres from the origin."""
    streets = StreetNetwork.build(*frames(ways))
    shape = [shapely.transform(f, lambda p: p + ORIGIN) for f in footprints]
    frame = gpd.GeoDataFrame({"height": heights or [np.nan] * len(shape)}, geometry=shape, crs=CRS)
    walls = Walls.from_footprints(frame) if shape else Walls.none(CRS)
    point = [shapely.Point(*(np.array(p) + ORIGIN)) for p in stations]
    table = {"kind": ["station"] * len(point), "name": "", "name_zh": "", "weight": 1.0}
    places = Places(gpd.GeoDataFrame(table, geometry=point, crs=CRS))
    region = shapely.box(*streets.edges.total_bounds).buffer(100)
    return City(Area("drawn", "", region, region, CRS, (), 0.0), streets, walls, places)


@st.composite
def tangles(draw):
    """Streets between points of a small field: equal classes, near nodes, arms of any number."""
    count = draw(st.integers(3, 12))
    point = draw(
        st.lists(
            st.tuples(st.integers(0, 12), st.integers(0, 12)),
            min_size=count, max_size=count, unique=True,
        )
    )  # fmt: skip
    pair = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    ends = draw(st.lists(pair.filter(lambda p: p[0] < p[1]), max_size=20, unique=True))
    ends += [(i, i + 1) for i in range(count - 1)]  # one connected piece
    scale = draw(st.sampled_from([7.3, 25.0, 61.0]))
    return [
        ([tuple(scale * c for c in point[u]), tuple(scale * c for c in point[v])],
         {"highway": draw(st.sampled_from(HIGHWAYS))})
        for u, v in dict.fromkeys(ends)
    ]  # fmt: skip


def same_as_the_loop(city):
    found, rows = _junctions(city), junctions(city)
    assert len(found.x) == len(rows)
    for have, want in zip(found, zip(*rows, strict=True), strict=bool(rows)):
        assert np.array_equal(have, np.array(want))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(tangles())
def test_junctions_are_those_of_the_loop_to_the_bit(ways):
    same_as_the_loop(drawn_city(ways))


def test_junctions_of_real_streets_are_those_of_the_loop():
    same_as_the_loop(sim.load_city("mong_kok_core"))
    nodes = gpd.read_file(shared("mong_kok/walk_graph.gpkg"), layer="nodes")
    edges = gpd.read_file(shared("mong_kok/walk_graph.gpkg"), layer="edges")
    streets = StreetNetwork.build(nodes, edges)
    region = shapely.box(*streets.edges.total_bounds)
    where = Area("Mong Kok", "", region, region, CRS, (), 0.0)
    same_as_the_loop(City(where, streets, Walls.none(CRS), Places.empty(CRS)))


def test_usual_kinds_are_junctions_and_posts_on_alternate_sides():
    city = drawn_city(grid_ways(4, 3, pitch=100.0))
    sites = candidates(city)
    crossings = 12 - 4  # corners of the grid are bends, not junctions
    assert sites.junction.sum() == crossings
    assert (sites.mounted_on == np.where(sites.junction, 2, 0)).all()
    assert MOUNTS[2] == "traffic light"
    assert MOUNTS[0] == "lamp post"
    posts = candidates(city, ["lamp posts"])
    assert len(posts.x) == 2 * len(city.streets.edges)
    both = candidates(city, ["lamp posts"], both_sides=True)
    assert len(both.x) == 2 * len(posts.x)
    there = set(zip(posts.x.round(6), posts.y.round(6), strict=True))
    assert there < set(zip(both.x.round(6), both.y.round(6), strict=True))


def test_adding_kinds_leaves_the_others_as_they_are():
    city = sim.load_city("mong_kok_core")
    usual, every = candidates(city), candidates(city, KINDS)
    for few, many in zip(usual, every, strict=True):
        assert np.array_equal(few, many[: len(few)])
        assert few.dtype == many.dtype
    backwards = candidates(city, KINDS[::-1])
    assert all(map(np.array_equal, every, backwards))


def test_posts_look_along_their_street_first_and_then_across():
    city = drawn_city([([(0, 0), (0, 60)], {})])
    (heading,) = candidates(city, ["lamp posts"]).heading
    assert heading == pytest.approx([0, 180, 90, 270])


def test_brackets_hang_on_facades_that_face_the_street_and_look_away_from_them():
    house = shapely.box(6, 0, 20, 60)
    far = shapely.box(-40, 0, -20, 60)
    city = drawn_city([([(0, 0), (0, 60)], {})], [house, far])
    sites = candidates(city, ["walls"])
    assert sites.x - ORIGIN[0] == pytest.approx([5.5])
    assert sites.y - ORIGIN[1] == pytest.approx([30])
    assert sites.heading[0] == pytest.approx([0, 180, 270, 315])
    assert MOUNTS[sites.mounted_on[0]] == "wall"
    mirrored = drawn_city([([(0, 0), (0, 60)], {})], [shapely.box(-20, 0, -6, 60)])
    assert candidates(mirrored, ["walls"]).heading[0] == pytest.approx([0, 180, 90, 45])


@pytest.mark.parametrize(
    ("shape", "height"),
    [
        (shapely.box(6, 0, 20, 60), 3.0),  # a kiosk
        (shapely.box(-3, 0, 20, 60), np.nan),  # the street runs inside it
        (shapely.Polygon([(3, 28), (13, 32), (13, 33), (3, 29)]), np.nan),  # nearly edge-on
    ],
)
def test_walls_that_are_low_or_do_not_face_the_street_carry_no_bracket(shape, height):
    city = drawn_city([([(0, 0), (0, 60)], {})], [shape], heights=[height])
    assert len(candidates(city, ["walls"]).x) == 0


def test_exits_look_along_the_nearest_street_and_then_towards_it():
    streets = [([(0, 0), (100, 0)], {}), ([(0, 0), (0, 300)], {})]
    city = drawn_city(streets, stations=[(50, 20), (90, 200)])
    sites = candidates(city, ["station exits"])
    assert len(sites.x) == 1  # the other is 90 m from any street
    assert sites.heading[0] == pytest.approx([90, 270, 180, 0])
    assert MOUNTS[sites.mounted_on[0]] == "building"
    indoor = drawn_city(streets, [shapely.box(40, 10, 60, 30)], stations=[(50, 20)])
    moved = candidates(indoor, ["station exits"])
    assert (moved.x - ORIGIN[0], moved.y - ORIGIN[1]) == (pytest.approx([50]), pytest.approx([0]))


def test_a_city_without_stations_junctions_or_walls_has_none_of_these():
    city = drawn_city([([(0, 0), (30, 0)], {})])
    for kind in KINDS:
        sites = candidates(city, [kind])
        assert len(sites.x) == 0
        assert sites.heading.shape == (0, SIGHT_LINES)


def test_subways_carry_none():
    ways = [([(0, 0), (90, 0)], {}), ([(90, 0), (200, 0)], {"tunnel": "yes", "highway": "footway"})]
    sites = candidates(drawn_city(ways, stations=[(150, 5)]), KINDS)
    assert DECKS.index("subway") not in sites.deck
    assert (sites.x <= ORIGIN[0] + 100).all() or len(sites.x) == 0


@settings(max_examples=25, deadline=None)
@given(
    tangles(),
    st.lists(st.tuples(*[st.integers(0, 140)] * 2, *[st.integers(2, 40)] * 2), max_size=6),
    st.booleans(),
)
def test_no_candidate_stands_indoors(ways, boxes, both_sides):
    houses = [shapely.box(x, y, x + w, y + h) for x, y, w, h in boxes]
    city = drawn_city(ways, houses, stations=[(20, 20), (70, 60)])
    sites = candidates(city, KINDS, both_sides=both_sides)
    assert not indoors(city.walls, sites.x, sites.y).any()
    solid = shapely.union_all(city.walls.footprints.geometry.to_numpy()) if houses else None
    if solid is not None:
        assert not shapely.intersects(solid, shapely.points(sites.x, sites.y)).any()
    assert ((sites.heading >= 0) & (sites.heading < 360)).all()


def test_unknown_kinds_are_named():
    city = drawn_city([([(0, 0), (30, 0)], {})])
    with pytest.raises(InputError, match="balloons"):
        candidates(city, ["balloons"])
    with pytest.raises(InputError, match="no kind"):
        candidates(city, [])
