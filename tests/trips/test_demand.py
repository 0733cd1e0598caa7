"""Typical and named walks: who walks where, and what a further person may not change."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from oracles.tracking import CRS, network
from trips_grid import PLACES, SOUTH, WEST, grid_city

from sim.area import Area
from sim.city.model import City
from sim.city.places import Places
from sim.city.walls import Walls
from sim.errors import InputError
from sim.trips.demand import sample_trips
from sim.trips.destinations import by_weight, ends_of
from sim.trips.waypoints import Gazetteer, NamedWalk

KINDS = ("home-station", "home-market", "station-office")


@pytest.fixture(scope="module")
def city():
    return grid_city(PLACES)


def paths(trips):
    return [
        trips.path_edge[a:b].tolist()
        for a, b in zip(trips.path_ptr[:-1], trips.path_ptr[1:], strict=True)
    ]


def test_walks_begin_and_end_where_their_kind_says(city):
    trips = sample_trips(city, people=300, seed=1)
    assert trips.table["kind"].tolist()[:3] == list(KINDS)
    node = city.streets.nodes.geometry.to_numpy()
    for kind in KINDS:
        rows = trips.table[trips.table["kind"] == kind]
        for end, name in zip(("origin", "destination"), kind.split("-"), strict=True):
            of_kind = city.places.of(name).geometry.to_numpy()
            away = [shapely.distance(of_kind, node[n]).min() for n in rows[end]]
            assert max(away) <= 60 / np.sqrt(2)  # snapped to the next corner
            if name in ("home", "office"):
                assert shapely.dwithin(city.area.polygon, node[rows[end]], 43).all()
    assert (trips.table["length"] > 0).all()
    np.testing.assert_allclose(trips.table["duration_s"], trips.table["length"] / 1.34)
    assert trips.report["trips"] + trips.report["dropped_zero_length"] == 300


def test_one_more_person_changes_no_other(city):
    few = sample_trips(city, people=50, seed=4)
    many = sample_trips(city, people=51, seed=4)
    kept = few.table.equals(many.table.iloc[: len(few)])
    assert kept
    assert paths(few) == paths(many)[: len(few)]
    assert sample_trips(city, people=51, seed=4).table.equals(many.table)
    assert not sample_trips(city, people=51, seed=5).table.equals(many.table)


def test_homes_are_drawn_by_weight(city):
    trips = sample_trips(city, people=20_000, seed=2, kinds=("home-station",), cost_dispersion=0)
    homes = city.places.of("home")[:20]
    from sim.trips.routing import nearest_nodes

    node, _ = nearest_nodes(city.streets, homes.geometry.x, homes.geometry.y)
    wanted = np.bincount(node, weights=homes["weight"], minlength=len(city.streets.nodes))
    origin = trips.table["origin"].to_numpy()
    got = np.bincount(origin, minlength=len(wanted))
    # homes at the station's own corner may have been dropped: compare the others
    whole = got > 0
    share = wanted[whole] / wanted.sum()
    assert np.abs(got[whole] / 20_000 - share).max() < 4 * np.sqrt(0.25 / 20_000)


def test_nearer_places_draw_more(city):
    trips = sample_trips(city, people=3000, seed=2, kinds=("home-station",), cost_dispersion=0)
    counts = trips.table["destination"].value_counts()
    assert len(counts) == 3
    assert counts.index[-1] == trips.table["destination"].max()  # Prince Edward is furthest


def test_a_kind_without_places_is_left_out_and_said(city):
    fewer = City(
        city.area, city.streets, city.walls,
        Places(city.places.table[city.places.table["kind"] != "market"]),
    )  # fmt: skip
    trips = sample_trips(fewer, people=40, seed=1)
    assert set(trips.table["kind"]) == {"home-station", "station-office"}
    assert trips.report["left_out_home-market"] == 1
    none = sample_trips(fewer, people=40, seed=1, kinds=("home-market",))
    assert len(none) == 0
    assert none.path_ptr.tolist() == [0]
    assert len(none.table.columns) == 13


def test_without_stations_and_markets_people_walk_to_work_and_it_is_said(city):
    known = city.places.table["kind"].isin(["home", "office"])
    fewer = City(city.area, city.streets, city.walls, Places(city.places.table[known]))
    trips = sample_trips(fewer, people=40, seed=1)
    assert set(trips.table["kind"]) == {"home-office"}
    assert trips.report["instead_home-office"] == 1
    assert len(sample_trips(fewer, people=40, seed=1, kinds=("home-station",))) == 0
    usual = sample_trips(city, people=40, seed=1)
    assert "instead_home-office" not in usual.report


def test_without_homes_people_live_along_the_streets(city):
    fewer = Places(city.places.table[city.places.table["kind"] != "home"])
    trips = sample_trips(
        City(city.area, city.streets, city.walls, fewer), people=90, seed=1, kinds=KINDS[:2]
    )
    assert trips.report["homes_along_streets"] == 1
    assert trips.table["origin"].nunique() > 15
    start = city.streets.nodes.geometry.to_numpy()[trips.table["origin"]]
    assert shapely.intersects(city.area.polygon, start).all()


def test_homes_along_streets_weigh_half_of_each_street_that_ends_there():
    at = [(WEST, SOUTH), (WEST + 90, SOUTH), (WEST + 90, SOUTH + 40), (WEST + 90, SOUTH - 250)]
    streets = network([[at[0], at[1]], [at[1], at[2]], [at[1], at[3]]])
    around = shapely.box(*streets.nodes.total_bounds).buffer(10)
    area = Area("T", "", around, around, CRS, (), 0.0)
    town = City(area, streets, Walls.none(CRS), Places(grid_city(PLACES).places.table.iloc[:0]))
    report: dict[str, float] = {}
    homes = ends_of(town, "home", report)
    weight = {int(n): w for n, w in zip(homes.node, homes.weight, strict=True)}
    number = {p.coords[0]: i for i, p in enumerate(streets.nodes.geometry)}
    half = [45, (90 + 40 + 250) / 2, 20, 125]
    assert weight == pytest.approx({number[p]: w for p, w in zip(at, half, strict=True)})
    assert report["homes_along_streets"] == 1
    # so a person lives at an end as often as its streets are long
    lives = by_weight(homes.weight, (np.arange(38_000) + 0.5) / 38_000)
    share = np.bincount(lives, minlength=4) / 38_000
    assert share == pytest.approx(homes.weight / homes.weight.sum(), abs=1e-4)


def stub(x, north):
    """A dead end at x that stops so many metres before the northern edge of the region."""
    return [(WEST + x, SOUTH), (WEST + x, SOUTH + 300 - north)]


def test_cordon_nodes_are_streets_that_the_edge_cuts_and_dead_ends_close_to_it():
    """A street that goes on is cut within 20 m of the edge; one that just ends, within 75 m."""
    dead_ends = {100.0: 0.0, 200.0: 19.0, 300.0: 21.0, 400.0: 74.0, 500.0: 76.0, 600.0: 150.0}
    through = {700.0: 19.0, 760.0: 21.0}
    lines = [stub(x, north) for x, north in (dead_ends | through).items()]
    for x, north in through.items():  # goes on from there, back to the main road
        end = (WEST + x, SOUTH + 300 - north)
        lines.append([end, (WEST + x + 20, SOUTH + 100), (WEST + x + 20, SOUTH)])
    stops = [*dead_ends, *(x + d for x in through for d in (0, 20))]
    for a, b in pairwise(sorted({0.0, 900.0, *stops})):
        lines.append([(WEST + a, SOUTH), (WEST + b, SOUTH)])
    streets = network(lines)
    region = shapely.box(WEST - 200, SOUTH - 200, WEST + 1100, SOUTH + 300)
    area = Area("T", "", region, region, CRS, (), 0.0)
    town = City(area, streets, Walls.none(CRS), Places(grid_city(PLACES).places.table.iloc[:0]))
    nodes = ends_of(town, "gate", {})
    assert sorted(nodes.x - WEST) == pytest.approx([100, 200, 300, 400, 700])
    assert (nodes.weight == 1).all()


def test_home_and_station_at_one_corner_is_no_walk():
    places = [("home", "", "", 1.0, 121, 121), ("station", "S", "", 1.0, 119, 119)]
    trips = sample_trips(grid_city(places), people=10, seed=1, kinds=("home-station",))
    assert len(trips) == 0
    assert trips.report["dropped_zero_length"] == 10


def test_named_walks_come_first_and_are_the_quickest(city):
    walks = [
        NamedWalk("Round", ("A1 Street / B1 Road", "朗豪坊", "mong kok EXIT e2"), "一圈"),
        NamedWalk("Straight", ("甲2街/乙1道", "a2 street / b7 ROAD")),
    ]
    trips = sample_trips(city, people=5, seed=1, walks=walks)
    table = trips.table
    assert table["named"].tolist() == [True] * 2 + [False] * (len(trips) - 2)
    assert table["name"].tolist()[:2] == ["Round", "Straight"]
    assert table["name_zh"].tolist()[:3] == ["一圈", "", ""]
    assert table["person"].tolist()[:3] == [-1, -1, 0]
    assert table["length"][1] == pytest.approx(360)
    assert table["length"][0] == pytest.approx(60 * 6 + 60 * 4)
    assert trips.path_ptr[-1] == len(trips.path_edge) == len(trips.path_backward)
    alone = sample_trips(city, people=5, seed=1)
    assert alone.table.equals(table.iloc[2:].reset_index(drop=True))


def test_people_are_dealt_out_by_kind_of_walk(city):
    walks = [NamedWalk("Round", ("A1 Street / B1 Road", "朗豪坊"), "一圈")]
    trips = sample_trips(city, people=31, seed=1, walks=walks)
    who, stratum = trips.persons
    drawn = trips.table["person"].to_numpy()[1:]
    assert who[0] == -1
    assert who[1:].tolist() == [sorted(drawn).index(p) for p in drawn]
    assert stratum.tolist() == [sorted(KINDS).index(KINDS[p % len(KINDS)]) for p in drawn]


@pytest.mark.parametrize(
    ("kinds", "groups"),
    [
        ("aabbb", [0, 0, 1, 1, 1]),
        ("aabcd", [0, 0, 1, 1, 1]),  # those alone are together
        ("aaabbc", [0, 0, 0, 1, 1, 1]),  # one alone joins the smallest group
        ("ab", [0, 0]),
        ("a", [0]),
        ("", []),
    ],
)
def test_nobody_is_alone_in_a_group(city, kinds, groups):
    trips = sample_trips(city, people=30, seed=1, kinds=("home-station",))
    some = trips.only(np.arange(len(kinds)))
    some.table["kind"] = list(kinds)
    assert some.persons.stratum.tolist() == groups


def test_persons_with_a_day_are_dealt_out_by_profile(city):
    trips = sample_trips(city, people=90, seed=1, profiles=("shopper", "commuter"))
    who, stratum = trips.persons
    profile = trips.table["profile"].to_numpy(object)
    assert len(who) > len(stratum)  # several walks each
    assert {*zip(profile, stratum[who], strict=True)} == {("commuter", 0), ("shopper", 1)}


def test_a_walk_without_a_day_has_no_hour(city):
    trips = sample_trips(city, people=30, seed=1)
    table = trips.table
    assert (table["profile"] == "").all()
    assert (table["leg"] == 0).all()
    assert table["departs_s"].isna().all()
    assert (table["represents"] == 1).all()  # not in Hong Kong: homes may be metres of street


@pytest.mark.parametrize(
    ("via", "key", "text"),
    [
        (("B1 Road / A1 Street", "Flour Market"), "trips.walks.0.via.1", "Flower Market"),
        (("A1 Street / B1 Road", "B1 Road / A1 Street"), "trips.walks.0.via.1", "same junction"),
        (("A1 Street / B1 Road", "Far Pier"), "trips.walks.0.via.1", "from the nearest street"),
    ],
)
def test_way_points_that_cannot_be(city, via, key, text):
    with pytest.raises(InputError, match=text) as error:
        sample_trips(city, people=0, seed=1, walks=[NamedWalk("w", via)])
    assert error.value.key == key


@pytest.mark.parametrize(
    ("options", "key"),
    [({"people": -1}, "trips.people"), ({"people": 10**9}, "trips.people"),
     ({"kinds": ("home-stadium",)}, "trips.kinds.0"), ({"kinds": ("home",)}, "trips.kinds.0")],
)  # fmt: skip
def test_demand_that_cannot_be(city, options, key):
    with pytest.raises(InputError) as error:
        sample_trips(city, **{"people": 3, "seed": 1, **options})
    assert error.value.key == key


class TestGazetteer:
    def where(self, city, text):
        point = city.streets.nodes.geometry.iloc[Gazetteer(city).node(text, "k")]
        return point.x - WEST, point.y - SOUTH

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("A3 Street / B5 Road", (300, 180)),
            ("b5 road/a3 street", (300, 180)),
            ("甲3街 / 乙5道", (300, 180)),
            ("A3 Street / 乙5道", (300, 180)),
            ("Mong Kok exit E2", (120, 120)),
            ("MTR Mong Kok Station, Exit E2", (120, 120)),
            ("旺角 E2出口", (120, 120)),
            ("旺角站E2出口", (120, 120)),
            ("langham place", (360, 120)),
            ("花墟", (300, 240)),
            ("Mong Kok", (120, 120)),
            ("旺角站", (120, 120)),
            ("A3 Street", (240, 180)),
            ("乙5道", (300, 180)),
        ],
    )
    def test_names(self, city, text, expected):
        assert self.where(city, text) == pytest.approx(expected)

    def test_coordinates(self, city):
        corner = gpd.GeoSeries([shapely.Point(WEST + 302, SOUTH + 178)], crs=CRS).to_crs(4326)[0]
        assert self.where(city, f"{corner.y:.6f},{corner.x:.6f}") == pytest.approx((300, 180))
        with pytest.raises(InputError, match="latitude comes first"):
            self.where(city, f"{corner.x:.6f},{corner.y:.6f}")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("22.28,114.16", "km outside the area; is it latitude,longitude"),
            ("91,200", "outside the area"),
            ("Langham Plaza", "did you mean Langham Place"),
            ("Mong Kok exit Z9", "did you mean Mong Kok exit"),
            ("A3 Streit / B5 Road", "did you mean A3 Street"),
            ("A3 Street / Nowhere", '"Nowhere" in "A3 Street / Nowhere" is no street'),
            ("A3 Street / A4 Street", "60 m apart"),
            ("A3 Street / B5 Road / B6 Road", "give two"),
            ("/", "is no street"),
            ("???", "is no place or street"),
            ("", "is no place or street"),
        ],
    )
    def test_what_cannot_be_found(self, city, text, message):
        with pytest.raises(InputError, match=message.replace("?", r"\?")) as error:
            Gazetteer(city).node(text, "trips.walks.2.via.0")
        assert error.value.key == "trips.walks.2.via.0"
        assert "\n" not in str(error.value)

    def test_pavements_without_a_name_between_two_streets(self):
        streets = network([[(0, 0), (100, 0)], [(100, 0), (100, 20)], [(100, 20), (100, 90)]])
        streets.edges["name"] = ["Main Street", "", "Side Street"]
        polygon = shapely.box(-10, -10, 200, 200)
        city = City(
            Area("s", "", polygon, polygon, CRS, (), 0.0), streets, Walls.none(CRS),
            Places.empty(CRS),
        )  # fmt: skip
        assert Gazetteer(city).node("Main Street / Side Street") == 1


def street_of(places, length=4000.0, step=100.0):
    """A town of one straight street with a junction every 100 m, and the given places on it."""
    stops = np.arange(0, length + step, step)
    streets = network([[(WEST + a, SOUTH), (WEST + b, SOUTH)] for a, b in pairwise(stops)])
    around = shapely.box(WEST - 50, SOUTH - 50, WEST + length + 50, SOUTH + 50)
    table = gpd.GeoDataFrame(
        {"kind": [p[0] for p in places], "name": "", "name_zh": "",
         "weight": [float(p[1]) for p in places]},
        geometry=[shapely.Point(WEST + p[2], SOUTH + 1) for p in places], crs=CRS,
    )  # fmt: skip
    area = Area("T", "", around, around, CRS, (), 0.0)
    return City(area, streets, Walls.none(CRS), Places(table))


def chosen_metres(city, people=20_000, **options):
    """How many of the people walk so many metres, rounded."""
    trips = sample_trips(
        city, people=people, seed=3, kinds=("home-station",), cost_dispersion=0.0, **options
    )
    metres, count = np.unique(trips.table["length"].round(), return_counts=True)
    return dict(zip(metres.tolist(), count.tolist(), strict=True)), trips.report


def test_a_station_draws_by_its_weight_and_less_with_every_200_m():
    stations = [("station", 1, 200), ("station", 3, 400), ("station", 2, 700)]
    found, _ = chosen_metres(street_of([("home", 1, 0), *stations]))
    pull = {200: 1 * np.exp(-1), 400: 3 * np.exp(-2), 700: 2 * np.exp(-3.5)}
    people = 20_000
    for metres, part in pull.items():
        share = part / sum(pull.values())
        assert found[metres] / people == pytest.approx(
            share, abs=4 * np.sqrt(share * (1 - share) / people)
        )


def test_only_the_twelve_nearest_stations_draw():
    stations = [("station", 1 if k < 12 else 1e9, 100 * (k + 1)) for k in range(14)]
    found, _ = chosen_metres(street_of([("home", 1, 0), *stations]), people=50_000)
    assert set(found) <= {100.0 * k for k in range(1, 13)}
    assert found[100] > found[400] > found[800]
    heavy = [*stations[:11], ("station", 1e9, 1200), stations[13]]
    assert set(chosen_metres(street_of([("home", 1, 0), *heavy]), people=500)[0]) == {1200.0}


def test_a_choice_of_the_own_corner_is_made_again_up_to_five_times():
    """Of two stations as likely, one is at the corner of the home: 1 in 32 stays at home."""
    city = street_of([("home", 1, 0), ("station", 1, 0), ("station", np.exp(0.5), 100)])
    found, report = chosen_metres(city, people=64_000)
    assert set(found) == {100.0}
    assert report["dropped_zero_length"] == pytest.approx(2_000, abs=180)
    assert report["redrawn"] == pytest.approx(64_000 * (1 / 2 + 1 / 4 + 1 / 8 + 1 / 16), rel=0.02)


def test_walks_of_more_than_two_kilometres_are_counted():
    stations = [("station", 1, metres) for metres in (2000, 2100)]
    found, report = chosen_metres(street_of([("home", 1, 0), *stations]), people=500)
    assert sum(found.values()) == report["trips"] == report["people_with_a_walk"] == 500
    assert report["longer_than_2_km"] == found[2100] > 0


def test_whom_no_way_joins_is_left_out_and_counted():
    home, station = ("home", 1, 0), ("station", 1, 300)
    city = street_of([home, station, ("station", 1, 200)])
    a = city.streets.edges
    cut = a[(a["u"] != 2) | (a["v"] != 3)].reset_index(drop=True)  # from 200 to 300 m
    broken = type(city.streets)(city.streets.nodes, cut)
    trips = sample_trips(
        City(city.area, broken, city.walls, city.places), people=400, seed=3,
        kinds=("home-station",), cost_dispersion=0.0,
    )  # fmt: skip
    assert set(trips.table["length"].round()) == {200.0}
    lost = 400 - len(trips)
    assert trips.report["unreachable"] == trips.unreachable == lost > 100
    assert trips.report["dropped_with_unreachable"] == 0
    assert trips.report["people_with_a_walk"] == len(trips)
    assert np.diff(trips.path_ptr).tolist() == [2] * len(trips)
