import geopandas as gpd
import numpy as np
import pytest
import shapely
from drawn import ORIGIN, frames, grid_ways
from shapely.affinity import translate
from shapely.geometry import box

from sim.area import district_parts
from sim.city.assemble import RIM_M, along_streets, assemble
from sim.city.loaders import City
from sim.city.places import Places
from sim.city.streets import StreetNetwork
from sim.errors import InputError

ABROAD = np.array([385_000.0, 6_672_000.0])


def streets_of(ways, crs="EPSG:32635", origin=ABROAD):
    return StreetNetwork.build(*frames(ways, crs=crs, origin=origin))


def town(columns=11, rows=11, **tags):
    """A grid of 100 m pitch, by default 1 km wide."""
    return streets_of(grid_ways(columns, rows, 100.0, **tags))


def at(shape, origin=ABROAD):
    return translate(shape, *origin)


def houses(*shapes, crs="EPSG:32635", **columns):
    return gpd.GeoDataFrame(columns, geometry=[at(s) for s in shapes], crs=crs)


def test_the_region_is_the_hull_of_the_streets_and_the_area_lies_a_halo_inside():
    city = assemble("town", town())
    assert city.area.region.area == pytest.approx((1000 + 2 * RIM_M) ** 2, rel=1e-3)
    assert city.area.halo_m == 150
    gap = city.area.polygon.boundary.distance(city.area.region.boundary)
    assert gap == pytest.approx(150)
    assert city.area.parts == ()
    assert city.walls.kind == "blocks"


def test_every_street_lies_in_the_region_with_walls_on_both_sides():
    city = assemble("town", town(highway="primary"))
    assert shapely.within(city.streets.edges.geometry.to_numpy(), city.area.region).all()
    south = at(box(200, -20, 280, 0))
    assert city.walls.footprints.intersects(south).any()


def test_a_small_extract_gets_a_smaller_halo_and_says_so():
    city = assemble("village", town(5, 5))
    assert 0 < city.area.halo_m < 150
    assert city.area.polygon.area >= 0.3 * city.area.region.area
    assert any("halo" in text for text in city.provenance["assumptions"])
    assert not any("halo" in text for text in assemble("t", town()).provenance["assumptions"])


def test_a_halo_that_was_asked_for_is_kept_or_refused():
    assert assemble("town", town(), halo_m=0).area.polygon.equals(assemble("t", town()).area.region)
    assert assemble("town", town(), halo_m=300).area.halo_m == 300
    for halo in (600, -1, np.nan, 1e9):
        with pytest.raises(InputError, match="halo") as caught:
            assemble("town", town(), halo_m=halo)
        assert caught.value.key == "halo_m"


def test_people_of_a_street_are_as_many_as_it_is_long():
    """Streets of 10, 60, 61 and 500 m are served by points every 60 m at most, metre by metre."""
    lengths = [10.0, 60.0, 61.0, 500.0]
    ways = [([(0, 100 * k), (m, 100 * k)], {"name": f"{m:g}"}) for k, m in enumerate(lengths)]
    ways += [([(0, 100 * k), (0, 100 * k + 100)], {"highway": "primary"}) for k in range(3)]
    streets = streets_of(ways)
    around = shapely.box(*streets.nodes.total_bounds).buffer(50)
    homes = along_streets(streets, ("residential",), around, "home")
    assert homes.groupby("name")["weight"].sum().to_dict() == pytest.approx(
        {f"{m:g}": m for m in lengths}
    )
    assert homes["name"].value_counts().to_dict() == {"10": 1, "60": 1, "61": 2, "500": 9}


def test_an_area_that_is_given_counts_and_its_halo_is_simulated():
    area = at(box(300, 300, 600, 600))
    city = assemble("core", town(), area=area, halo_m=100)
    assert city.area.polygon.equals(area)
    assert city.area.region.equals(area.buffer(100))
    assert city.provenance["counts"]["area_street_km"] == pytest.approx(2.4)
    assert city.places.of("home").intersects(area).all()


def test_an_area_beyond_the_streets_is_said_or_refused():
    reaching_out = assemble("shore", town(), area=at(box(500, 500, 1500, 900)))
    assert any("beyond the outermost streets" in a for a in reaching_out.provenance["assumptions"])
    with pytest.raises(InputError, match="no streets inside"):
        assemble("sea", town(), area=at(box(5000, 5000, 6000, 6000)))


def test_footprints_are_walls_where_given():
    given = houses(box(20, 20, 60, 60), box(5000, 0, 5010, 10), height=[12.0, 5.0])
    city = assemble("town", town(), buildings=given.to_crs("EPSG:4326"))
    assert city.walls.kind == "mixed"  # one house in a town of a hundred blocks
    assert (city.walls.footprints["kind"] == "footprint").sum() == 1
    assert city.walls.report["outside_region"] == 1
    assert city.walls.report["height_known"] == 1
    assert city.provenance["walls"]["kind"] == "mixed"
    assert assemble("town", town(), buildings=given.iloc[:0]).walls.kind == "blocks"


def test_streets_inside_footprints_are_measured_once():
    overlapping = houses(box(-5, 20, 5, 60), box(-5, 40, 5, 80), box(120, 20, 150, 50))
    city = assemble("town", town(), buildings=overlapping)
    assert city.provenance["counts"]["streets_inside_footprints_km"] == pytest.approx(0.06)
    passages = streets_of(grid_ways(11, 11, 100.0, tunnel="building_passage"))
    inside = assemble("town", passages, buildings=overlapping).provenance["counts"]
    assert inside["streets_inside_footprints_km"] == 0


@pytest.mark.parametrize(
    ("buildings", "says"),
    [
        (houses(box(9000, 0, 9010, 10)), "none lies where the streets are"),
        (houses(box(0, 0, 9, 9)).set_crs(None, allow_override=True), "no CRS"),
        (houses(box(0, 0, 9, 9)).set_crs("EPSG:4326", allow_override=True), "none lies"),
    ],
)
def test_buildings_of_another_place_are_refused(buildings, says):
    with pytest.raises(InputError, match=says):
        assemble("town", town(), buildings=buildings)


def test_buildings_of_the_streets_own_source_that_lie_elsewhere_are_a_stated_fallback():
    far = houses(box(9000, 0, 9010, 10))
    city = assemble("town", town(), buildings=far, same_source=True)
    assert city.walls.kind == "blocks"
    assert any("no building footprints in the region" in a for a in city.provenance["assumptions"])
    with pytest.raises(InputError, match="none lies"):
        assemble("town", town(), buildings=far)


def test_homes_weigh_the_metres_of_residential_streets_where_no_census_is_known():
    ways = [*grid_ways(11, 11, 100.0, highway="primary"), ([(500, 500), (570, 530)], {})]
    city = assemble("town", streets_of(ways), halo_m=0)
    homes = city.places.of("home")
    assert homes["weight"].sum() == pytest.approx(np.hypot(70, 30))
    assert len(homes) == 2
    assert homes["weight"].tolist() == pytest.approx([np.hypot(70, 30) / 2] * 2)
    offices = city.places.of("office")
    assert offices["weight"].sum() == pytest.approx(22_000)
    line = shapely.union_all(city.streets.edges.geometry)
    assert (offices.distance(line) < 1e-6).all()
    assert any("offices" in text for text in city.provenance["assumptions"])


def test_places_that_are_given_are_kept_and_not_invented():
    table = gpd.GeoDataFrame(
        {
            "kind": ["home", "office", "school"],
            "name": "",
            "name_zh": "",
            "weight": [3.0, 2.0, 1.0],
        },
        geometry=[
            at(shapely.Point(500, 500)),
            at(shapely.Point(510, 500)),
            at(shapely.Point(9e3, 0)),
        ],
        crs="EPSG:32635",
    )
    city = assemble("town", town(), places=Places(table.to_crs("EPSG:4326")))
    assert city.places.table["kind"].tolist() == ["home", "office"]
    assert city.places.table.crs == "EPSG:32635"
    assert city.provenance["assumptions"] == assemble("t", town()).provenance["assumptions"][:1]


def test_the_provenance_of_the_caller_is_kept():
    city = assemble("town", town(), provenance={"note": "kept"}, name_zh="城")
    assert city.provenance["note"] == "kept"
    assert city.area.name_zh == "城"
    assert city.provenance["dropped"] == city.streets.report


def test_a_far_shore_is_no_part_of_the_region_and_is_said():
    away = np.array([3000, 0])
    island = [(np.asarray(path) + away, tags) for path, tags in grid_ways(3, 3, 100.0)]
    city = assemble("town", streets_of([*grid_ways(11, 11, 100.0), *island]))
    assert city.area.region.equals(assemble("town", town()).area.region)
    assert "1.2 km of walkable ways" in city.provenance["assumptions"][0]


# Hong Kong


def mong_kok():
    """A grid of 1 km somewhere in Mong Kok."""
    return streets_of(grid_ways(11, 11, 100.0), "EPSG:2326", ORIGIN - 500)


def test_homes_in_hong_kong_carry_the_people_of_the_study_area():
    city = assemble("grid", mong_kok())
    people = sum(part.population for part in district_parts(city.area.polygon, 0.0))
    homes = city.places.of("home")
    assert homes["weight"].sum() == pytest.approx(people)
    assert 10_000 < people < 60_000
    assert homes.within(city.area.polygon.buffer(1e-6)).all()
    assert {part.district for part in city.area.parts} <= {
        "Yau Tsim Mong",
        "Sham Shui Po",
        "Kowloon City",
    }


def test_a_known_population_is_what_the_homes_sum_to():
    city = assemble("grid", mong_kok(), halo_m=0, population={"Yau Tsim Mong": 5000.0})
    assert sum(part.population for part in city.area.parts) == 5000
    assert city.places.of("home")["weight"].sum() == pytest.approx(5000)


def test_stations_and_markets_come_from_the_gazetteer_unless_one_is_given_there():
    plain = assemble("grid", mong_kok())
    stations = plain.places.of("station")
    assert len(stations) >= 1
    one = stations.iloc[[0]].assign(
        name="My exit", geometry=stations.geometry.iloc[[0]].translate(40, 0)
    )
    own = assemble("grid", mong_kok(), places=Places(one))
    assert len(own.places.of("station")) == len(stations)
    assert "My exit" in set(own.places.of("station")["name"])
    assert stations["name"].iloc[0] not in set(own.places.of("station")["name"])
    assert plain.places.table.intersects(plain.area.region).all()


def test_facts_of_hong_kong_are_attributed():
    given = {"sources": [{"file": "a", "licence": "L", "attribution": "A"}]}
    assert assemble("town", town(), provenance=given).provenance["attribution"] == ["A"]
    provenance = assemble("grid", mong_kok(), provenance=given).provenance
    assert [source["file"] for source in provenance["sources"]] == ["a", "built-in facts"]
    assert len(provenance["attribution"]) == len(provenance["licence"]) == 2


def test_a_city_from_an_osmnx_graph():
    import osmnx as ox

    nodes, edges = frames(grid_ways(11, 11, 100.0), crs="EPSG:2326")
    nodes = nodes.assign(x=nodes.geometry.x, y=nodes.geometry.y).set_index("osmid")
    keyed = edges.assign(key=0).set_index(["u", "v", "key"])
    graph = ox.graph_from_gdfs(nodes, keyed, graph_attrs={"crs": "EPSG:2326"})
    city = City.from_osmnx(graph, name="grid")
    assert city.area.name == "grid"
    assert city.area.halo_m == 0
    assert city.walls.kind == "blocks"
