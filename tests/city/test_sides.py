"""Both sides of streets that a map draws in their middle."""

import geopandas as gpd
import networkx as nx
import pytest
from drawn import frames, grid_ways, shared
from shapely.affinity import translate
from shapely.geometry import box

from sim.city.assemble import assemble
from sim.city.from_files import import_files
from sim.city.pavements import HALF_CARRIAGEWAY_M, KERB_TO_WALKER_M
from sim.city.sides import with_both_sides
from sim.city.streets import StreetNetwork
from sim.city.walls import Walls


def build(ways):
    return StreetNetwork.build(*frames(ways))


def inferred(ways):
    return with_both_sides(build(ways))


def test_every_street_of_a_grid_gets_two_pavements_at_their_distance():
    before = build(grid_ways(name="A"))
    after = with_both_sides(before)
    sides = after.edges[after.edges["highway"] == "residential"]
    long = sides[sides.length > 60]
    assert len(long) == 2 * len(before.edges)
    away = HALF_CARRIAGEWAY_M["residential"] + KERB_TO_WALKER_M
    middle = long.geometry.interpolate(0.5, normalized=True)
    assert middle.distance(before.edges.union_all()).to_numpy() == pytest.approx(away)
    assert (after.edges["highway"] == "footway").any()  # crossings
    assert nx.is_connected(nx.Graph(after.to_networkx()))
    assert set(after.edges["name"]) == {"A"}
    assert after.report["both_sides_inferred_km"] == pytest.approx(before.length_km)
    assert after.report["carriageway_km"] == before.report["carriageway_km"]


@pytest.mark.parametrize("highway", ["footway", "path", "service", "living_street", "pedestrian"])
def test_ways_without_kerbs_stay_as_they_are(highway):
    before = build(grid_ways(highway=highway))
    after = with_both_sides(before)
    assert after.length_km == pytest.approx(before.length_km)
    assert after.report["both_sides_inferred_km"] == 0


def test_a_street_with_its_pavement_on_the_map_stays_as_it_is():
    street = ([(0, 0), (200, 0)], {"name": "A"})
    ends = [([(0, 0), (0, 8)], {"highway": "footway"}), ([(200, 0), (200, 8)], {})]
    beside = ([(0, 8), (200, 8)], {"highway": "footway"})
    assert inferred([street, beside, *ends]).report["both_sides_inferred_km"] == pytest.approx(
        0, abs=0.02
    )
    far = ([(0, 40), (200, 40)], {"highway": "footway"})
    link = ([(0, 0), (0, 40)], {"highway": "footway"})
    assert inferred([street, far, link]).report["both_sides_inferred_km"] == pytest.approx(0.2)


def test_two_carriageways_of_one_street_are_its_two_sides():
    def sides(name):
        pair = [([(0, 0), (300, 0)], {"name": "A"}), ([(0, 15), (300, 15)], {"name": name})]
        link = ([(0, 0), (0, 15)], {"highway": "footway"})
        return inferred([*pair, link]).report["both_sides_inferred_km"]

    assert sides("A") == 0
    assert sides("B") == pytest.approx(0.6)


def houses_along(street, distance, crs):
    """A row of houses on both sides of a street along x."""
    rows = [box(x, side, x + 9, side + 8) for x in range(0, 200, 10)
            for side in (distance, -distance - 8)]  # fmt: skip
    at = [translate(row, *street) for row in rows]
    return Walls.from_footprints(gpd.GeoDataFrame(geometry=at, crs=crs))


@pytest.mark.parametrize(
    ("houses", "pavement"), [(30.0, 5.5), (6.0, 5.0), (4.0, 3.0), (3.0, 2.0), (2.9, 0.0)]
)
def test_pavements_keep_clear_of_the_houses(houses, pavement):
    before = build(
        [([(0, 0), (200, 0)], {"name": "A"}), ([(200, 0), (260, 0)], {"highway": "footway"})]
    )
    corner = before.nodes.geometry[before.edges["u"][0]]
    walls = houses_along((corner.x, corner.y), houses, before.crs)
    after = with_both_sides(before, walls)
    street = after.edges[(after.edges["name"] == "A") & (after.edges["length"] > 100)]
    assert len(street) == (2 if pavement else 1)
    middle = street.geometry.interpolate(0.5, normalized=True)
    assert middle.distance(before.edges.geometry[0]).to_numpy() == pytest.approx(pavement, abs=1e-6)
    assert not walls.footprints.intersects(street.union_all()).any()
    narrow = after.report["too_narrow_for_both_sides_km"]
    assert narrow == pytest.approx(0.0 if pavement else 0.2)


@pytest.mark.slow
def test_las_palmas_walks_past_its_houses_and_not_through_them():
    city = import_files([shared("cities/las_palmas.osm.pbf")], "las_palmas", pavements=True)
    counts = city.provenance["counts"]
    assert city.streets.report["both_sides_inferred_km"] > 500
    assert counts["streets_inside_footprints_km"] < 0.003 * city.streets.length_km


def test_decks_and_names_stay():
    ways = [
        *grid_ways(name="花園街 Fa Yuen Street"),
        ([(0, 0), (0, -60)], {"highway": "footway", "bridge": "yes", "name": "Bridge"}),
        ([(80, 0), (80, -60)], {"highway": "steps", "tunnel": "yes"}),
        ([(240, 0), (240, -60)], {"highway": "service", "access": "private", "foot": "yes"}),
    ]
    before = build(ways)
    after = with_both_sides(before)
    for deck in ("footbridge", "subway"):
        of = [network.edges[network.edges["deck"] == deck] for network in (before, after)]
        # where it ends, a way is joined to the two corners beside it
        assert of[0]["length"].sum() == pytest.approx(of[1]["length"].sum(), abs=12)
        assert set(of[0]["name"]) == set(of[1]["name"])
    assert before.edges["steps"].sum() == after.edges["steps"].sum() == 1
    assert {"Fa Yuen Street", "Bridge"} <= set(after.edges["name"])


def test_facades_stay_where_the_middle_of_the_street_puts_them():
    middles = build(grid_ways(6, 6))
    plain = assemble("town", middles, halo_m=0)
    sided = assemble("town", with_both_sides(middles), halo_m=0, centrelines=middles,
                     region=plain.area.region)  # fmt: skip
    blocks = (city.walls.footprints.union_all() for city in (plain, sided))
    assert next(blocks).symmetric_difference(next(blocks)).area == pytest.approx(0, abs=1e-6)


@pytest.mark.slow
def test_mong_kok_with_both_sides_is_in_one_piece():
    city = import_files([shared("mong_kok/walk_graph.gpkg")], "mong_kok", pavements=True)
    report = city.streets.report
    assert 30 < report["both_sides_inferred_km"] < 80
    assert report["dropped_unconnected_km"] < 2
    plain = import_files([shared("mong_kok/walk_graph.gpkg")], "mong_kok")
    assert city.streets.length_km > plain.streets.length_km + 0.8 * report["both_sides_inferred_km"]
    assert sum(p.carriageway_km for p in city.area.parts) == pytest.approx(
        sum(p.carriageway_km for p in plain.area.parts), rel=0.05
    )
