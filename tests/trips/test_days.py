"""Typical days: chains that connect, hours that ascend, what a further person may not change."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from trips_grid import CRS, PLACES, SOUTH, WEST, grid_city

from sim.area import Area, DistrictPart, district_outlines, districts
from sim.city import census
from sim.city.loaders import load_city
from sim.city.model import City
from sim.city.places import KINDS
from sim.errors import InputError
from sim.pipeline.run import run
from sim.results.run import read_run
from sim.scenario.schema import PROFILES, ProfileShares, Scenario
from sim.trips import days, profiles
from sim.trips.demand import sample_trips
from sim.trips.destinations import Ends, choose_near, ends_of

ALL = tuple(profiles.profiles())
LIVING_HERE = [name for name in ALL if profiles.profiles()[name].begins == "home"]


@pytest.fixture(scope="module")
def core():
    return load_city("mong_kok_core")


@pytest.fixture(scope="module")
def day(core):
    return sample_trips(core, people=600, seed=7, profiles=ALL)


def in_hong_kong(city, share=0.5):
    """The same city, said to hold a part of Sham Shui Po and of Yau Tsim Mong."""
    parts = tuple(
        DistrictPart(d.name, 1000.0, 1.0, share * d.carriageway_km)
        for d in districts()
        if d.name in ("Sham Shui Po", "Yau Tsim Mong")
    )
    a = city.area
    area = Area(a.name, a.name_zh, a.polygon, a.region, a.crs, parts, a.halo_m)
    return City(area, city.streets, city.walls, city.places)


class TestFacts:
    def test_profiles_are_those_of_the_scenario_language(self):
        assert ALL == PROFILES == tuple(ProfileShares.model_fields)

    def test_every_stop_is_a_kind_of_place_and_in_the_day(self):
        known = {*KINDS, "work", "away"}
        for profile in profiles.profiles().values():
            assert profile.begins in ("home", "away")
            assert 0 < profile.share < 1
            hours = [stop.leaves_h for stop in profile.stops]
            assert hours == sorted(hours)
            assert profile.stops[-1].to == (profile.begins,)
            assert profile.stops[-1].chance == 1
            for stop in profile.stops:
                assert set(stop.to) <= known
                assert stop.otherwise in known | {""}
                assert 0 < stop.leaves_h < 24
                assert 0 < stop.chance <= 1

    def test_residents_are_not_counted_twice(self):
        assert sum(profiles.profiles()[name].share for name in LIVING_HERE) <= 1

    def test_commuting_is_the_census_table(self):
        table = census.commuting()
        names = {d.name for d in districts()}
        assert set(table) == names
        assert set().union(*table.values()) == names | {"New Territories elsewhere"}
        assert sum(sum(row.values()) for row in table.values()) == 2_858_052
        assert table["Yau Tsim Mong"]["Central and Western"] == 20_439
        share = 2_858_052 / sum(d.population for d in districts())
        assert profiles.profiles()["commuter"].share == pytest.approx(share, abs=5e-4)


class TestLaws:
    def test_each_walk_begins_where_the_one_before_ended(self, core, day):
        table = day.table
        same = table["person"].to_numpy()[1:] == table["person"].to_numpy()[:-1]
        assert same.sum() > 500
        ended, began = table["destination"].to_numpy()[:-1], table["origin"].to_numpy()[1:]
        assert (ended == began)[same].all()
        assert (np.diff(table["leg"])[same] == 1).all()
        assert (table["leg"].to_numpy()[1:][~same] == 0).all()
        kinds = table["kind"].str.split("-", expand=True)
        assert (kinds[1].to_numpy()[:-1] == kinds[0].to_numpy()[1:])[same].all()

    def test_each_path_joins_its_ends(self, core, day):
        u, v = core.streets.arrays.edge_u, core.streets.arrays.edge_v
        first, last = day.path_ptr[:-1], day.path_ptr[1:] - 1
        for edges, node, at_end in ((first, "origin", False), (last, "destination", True)):
            edge, back = day.path_edge[edges], day.path_backward[edges]
            end = np.where(back == at_end, u[edge], v[edge])
            assert (end == day.table[node]).all()

    def test_nobody_leaves_before_having_arrived(self, day):
        table = day.table
        same = table["person"].to_numpy()[1:] == table["person"].to_numpy()[:-1]
        departs = table["departs_s"].to_numpy()
        arrives = departs + table["duration_s"].to_numpy()
        assert ((departs[1:] - arrives[:-1])[same] >= profiles.customs().stay_s - 1e-6).all()
        assert departs.min() >= 0
        assert departs.max() < 28 * 3600

    def test_the_day_ends_where_it_began(self, core, day):
        table = day.table[day.table["profile"].isin(["commuter", "pupil", "shopper"])]
        rows = table.groupby("person").agg(
            begin=("origin", "first"), end=("destination", "last"), kinds=("kind", list)
        )
        assert (rows["begin"] == rows["end"]).all()
        for kinds in rows["kinds"]:
            assert kinds[0].startswith("home-")
            assert kinds[-1].endswith("-home")

    def test_one_more_person_changes_no_other(self, core, day):
        more = sample_trips(core, people=601, seed=7, profiles=ALL)
        walks = ["person", "kind", "origin", "destination", "length", "profile", "departs_s"]
        assert more.table[walks].iloc[: len(day)].equals(day.table[walks])
        assert (more.path_edge[: len(day.path_edge)] == day.path_edge).all()
        other = sample_trips(core, people=600, seed=8, profiles=ALL)
        assert not other.table["origin"].equals(day.table["origin"])

    def test_workers_of_the_machine_change_nothing(self, core, day, monkeypatch):
        monkeypatch.setattr("sim.trips.routing.available_cores", lambda: 1)
        one = sample_trips(core, people=600, seed=7, profiles=ALL)
        monkeypatch.setattr("sim.trips.routing.available_cores", lambda: 2)
        two = sample_trips(core, people=600, seed=7, profiles=ALL)
        for trips in (one, two):
            assert trips.table.equals(day.table)
            assert trips.path_edge.tobytes() == day.path_edge.tobytes()
            assert trips.path_backward.tobytes() == day.path_backward.tobytes()

    @settings(max_examples=15, deadline=None)
    @given(people=st.integers(1, 400), seed=st.integers(0, 2**63 - 1))
    def test_people_sampled_stand_for_the_residents(self, people, seed):
        city = in_hong_kong(grid_city(PLACES))
        report = {}
        _, represents = days.draw_days(city, people, seed, ALL, report)
        local = report["people_who_live_in_the_area"]
        inhabitants = sum(10.0 * (i + 1) for i in range(20))
        assert report["residents_of_the_area"] == inhabitants
        if local:
            assert represents * local == pytest.approx(inhabitants)
        assert sum(report[f"people_{name}"] for name in ALL) == people

    def test_shares_are_kept_within_a_person_or_two(self, core):
        wanted = {"commuter": 0.5, "pupil": 0.3, "visitor": 0.2}
        for people in (10, 137, 1000):
            report = {}
            days.draw_days(core, people, 3, wanted, report)
            for name, share in wanted.items():
                assert abs(report[f"people_{name}"] - share * people) <= 3

    def test_a_population_of_the_user_is_stood_for_too(self, tmp_path):
        from sim.city.population import with_population

        city = grid_city(PLACES)
        file = tmp_path / "people.csv"
        file.write_text(f"x,y,population\n{WEST + 100},{SOUTH + 100},600\n")
        trips = sample_trips(with_population(city, file), people=60, seed=1)
        assert (trips.table["represents"] == 10).all()


class TestPlaces:
    def test_walks_begin_and_end_at_places_of_their_kind(self, core, day):
        node = core.streets.nodes.geometry.to_numpy()
        kinds = day.table["kind"].str.split("-", expand=True)
        for end, column in ((0, "origin"), (1, "destination")):
            for kind in set(kinds[end]) - {"gate"}:
                at = node[day.table[column][kinds[end] == kind]]
                of_kind = shapely.multipoints(core.places.of(kind).geometry.to_numpy())
                assert shapely.distance(at, of_kind).max() < 250
            at = node[day.table[column][kinds[end] == "gate"]]
            assert len(at)
            assert shapely.distance(at, shapely.boundary(core.area.region)).max() <= 75

    def test_homes_lie_in_the_area(self, core, day):
        ends = ends_of(core, "home", {})
        home = set(ends.node[ends.in_area])
        begins = day.table["kind"].str.startswith("home-")
        assert begins.any()
        assert set(day.table["origin"][begins]) <= home

    def test_places_that_are_missing_are_replaced_and_counted(self):
        trips = sample_trips(grid_city(PLACES), people=200, seed=1, profiles=ALL)
        report = trips.report
        assert report["replaced_school_by_away_pupil"] > 0
        assert report["replaced_sensitive_by_station_older_resident"] > 0  # the pier is too far
        assert "school" not in set("-".join(trips.table["kind"]).split("-"))

    def test_who_comes_from_elsewhere_goes_first_where_weight_leads(self):
        """To one office of four near the station, to three far from it, however near the first."""
        near, far = (190, 120), (410, 290)
        places = [("office", "", "", 1.0, *near), ("office", "", "", 3.0, *far),
                  ("station", "S", "", 1.0, 120, 120)]  # fmt: skip
        city = grid_city(places)
        trips = sample_trips(city, people=4000, seed=1, profiles=["worker"])
        first = trips.table[trips.table["leg"] == 0]
        node = city.streets.nodes.geometry.to_numpy()[first["destination"]]
        goes = shapely.distance(node, shapely.Point(WEST + far[0], SOUTH + far[1])) < 60
        from_station = (first["kind"] == "station-office").to_numpy()
        assert from_station.sum() > 1000
        share = goes[from_station].mean()
        assert share == pytest.approx(0.75, abs=4 * np.sqrt(0.1875 / from_station.sum()))

    def test_without_any_place_people_stay_at_home(self):
        homes = [place for place in PLACES if place[0] == "home"]
        inner = (60, 60, 420, 300)
        city = grid_city(homes, area=inner)
        wide = city.area.region.buffer(500)  # far from every street: no cordon nodes
        area = Area("g", "", city.area.polygon, wide, CRS, (), 0.0)
        alone = City(area, city.streets, city.walls, city.places)
        trips = sample_trips(alone, people=40, seed=1, profiles=ALL)
        assert len(trips) == 0
        assert trips.report["left_out_visitor"] > 0
        assert trips.report["left_out_work_commuter"] > 0

    def test_without_stations_people_leave_at_cordon_nodes(self):
        places = [place for place in PLACES if place[0] != "station"]
        city = in_hong_kong(grid_city(places))
        trips = sample_trips(city, people=300, seed=1, profiles=["commuter"])
        assert "home-gate" in set(trips.table["kind"])
        assert "station" not in "".join(trips.table["kind"])


class TestCordonNodes:
    def test_cordon_nodes_are_the_cut_ends_of_a_grid(self):
        city = grid_city(PLACES)
        ends = ends_of(city, "gate", {})
        rim = {
            node
            for node, point in enumerate(city.streets.nodes.geometry)
            if point.x in (WEST, WEST + 480) or point.y in (SOUTH, SOUTH + 360)
        }
        assert set(ends.node) == rim

    def test_no_cordon_nodes_on_a_shore(self, core):
        nodes = ends_of(core, "gate", {})
        land = shapely.union_all(list(district_outlines().values()))
        assert len(nodes.x) > 20
        from sim.trips.destinations import districts_beyond

        leads_to = districts_beyond(core, nodes.x, nodes.y)
        assert set(leads_to) <= {d.name for d in districts()}
        assert shapely.intersects_xy(land, nodes.x, nodes.y).all()

    def test_cordon_nodes_that_are_given_are_taken(self):
        place = ("gate", "North Gate", "北門", 1.0, 240, 340)
        ends = ends_of(grid_city([*PLACES, place]), "gate", {})
        assert len(ends.x) == 1


class TestWork:
    def test_work_follows_the_census_table(self):
        city = in_hong_kong(grid_city(PLACES))
        report = {}
        n = 4000
        days.draw_days(city, n, 5, ["commuter"], report)
        table = census.commuting()
        homes = shapely.points(WEST + 240, SOUTH + 180)
        outlines = district_outlines()
        living = min(outlines, key=lambda name: shapely.distance(outlines[name], homes))
        row = table[living]
        expected = (
            0.5 * (row["Sham Shui Po"] + row["Yau Tsim Mong"]) / sum(row.values())
        )  # half of the streets of both are in the region
        share = report["commuters_working_inside"] / n
        assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / n)

    def test_without_a_table_work_is_inside_and_that_is_said(self):
        trips = sample_trips(grid_city(PLACES), people=100, seed=5, profiles=["commuter"])
        assert trips.report["no_home_work_table"] == 100
        assert trips.report["commuters_working_inside"] == 100


class TestChoice:
    def test_choice_goes_with_weight_and_nearness(self):
        x = np.array([0.0, 100.0, 200.0])
        weight = np.array([1.0, 2.0, 4.0])
        there = Ends(x, x * 0, weight, np.arange(3, dtype=np.int32), x == x)
        number = (np.arange(100_000) + 0.5) / 100_000
        nobody = np.full(len(number), -1, np.int32)
        chosen = choose_near(number * 0, number * 0, nobody, there, 100.0, number)
        pull = weight * np.exp(-x / 100)
        np.testing.assert_allclose(np.bincount(chosen) / 1e5, pull / pull.sum(), atol=2e-5)

    def test_nobody_goes_where_they_are(self):
        x = np.array([0.0, 100.0])
        there = Ends(x, x * 0, np.ones(2), np.array([7, 8], np.int32), x == x)
        number = np.linspace(0, 0.999, 50)
        at = np.zeros(50)
        assert (choose_near(at, at, np.full(50, 7, np.int32), there, 1.0, number) == 1).all()
        alone = Ends(*(values[:1] for values in there))
        assert (choose_near(at, at, np.full(50, 7, np.int32), alone, 1.0, number) == 0).all()


@pytest.mark.parametrize(
    ("wanted", "key"),
    [(["comuter"], "trips.profiles.0"), ({"pupils": 1.0}, "trips.profiles.pupils"),
     ({"pupil": 0.0}, "trips.profiles")],
)  # fmt: skip
def test_profiles_that_cannot_be(core, wanted, key):
    with pytest.raises(InputError) as error:
        sample_trips(core, people=3, seed=1, profiles=wanted)
    assert error.value.key == key


@pytest.mark.parametrize("share", [-1.0, float("nan")])
def test_shares_of_profiles_that_cannot_be_name_the_argument(core, share):
    with pytest.raises(InputError, match=r"^profiles"):
        sample_trips(core, people=3, seed=1, profiles={"pupil": share})


@pytest.mark.slow
def test_the_run_folder_carries_the_day(tmp_path):
    scenario = Scenario.model_validate(
        {
            "name": "day",
            "area": "mong_kok_core",
            "cameras": {"totals": [4000]},
            "trips": {
                "people": 30,
                "profiles": {"commuter": 0.6, "visitor": 0.4},
                "walks": [{"name": "W", "via": ["Mong Kok exit E2", "Flower Market"]}],
            },
        }
    )
    run(scenario, tmp_path / "day")
    lines = read_run(tmp_path / "day").trip_lines()
    rows = pd.read_parquet(tmp_path / "day" / "trips.parquet")
    for table in (lines, rows):
        named, sampled = table[table["named"]], table[~table["named"]]
        assert named[["profile", "leg", "represents"]].to_numpy().tolist() == [["", 0, 1.0]]
        assert named["departs_s"].isna().all()
        assert set(sampled["profile"]) == {"commuter", "visitor"}
        assert sampled["departs_s"].notna().all()
        assert sampled["represents"].nunique() == 1
        assert (sampled.groupby("person")["departs_s"].diff().dropna() > 0).all()
    sampled = lines[~lines["named"]]
    for _, chain in sampled.groupby("person"):
        ends = shapely.get_coordinates(shapely.get_point(chain.geometry.to_numpy(), -1))
        begins = shapely.get_coordinates(shapely.get_point(chain.geometry.to_numpy(), 0))
        assert (ends[:-1] == begins[1:]).all()
    living_here = 75_836 / sampled["represents"].iloc[0]
    assert living_here == pytest.approx(18, abs=2)
