"""What cameras cost: prices by owner, kilometres seen, walks of a year."""

import csv
from importlib.resources import files

import pytest

import sim
from sim.cameras.prices import PROGRAMME_HKD, CameraPrices
from sim.cameras.tasks import TASKS
from sim.errors import InputError
from sim.results.spending import spending, walks_a_year

TOTALS = (1, 4_000, 60_000)


@pytest.fixture(scope="module")
def found():
    """The sample with one fleet and its walks."""
    city = sim.load_city("mong_kok_core")
    fleet = sim.place(city, TOTALS[-1], plan="as_announced", seed=3)
    seen = sim.see(city, fleet)
    walks = sim.sample_trips(city, people=20, seed=1)
    return city, fleet, seen, sim.track(city, seen, walks, totals=list(TOTALS))


def spent(found, **prices):
    city, fleet, seen, tracks = found
    return spending(city, fleet, seen.first_seen, tracks, CameraPrices(**prices))


def test_the_default_is_the_programme_over_its_years_and_cameras():
    text = files("sim.facts").joinpath("camera_cost.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    said = {row["item"]: row for row in rows}["programme"]
    a_camera = float(said["hkd"]) / float(said["years"]) / float(said["cameras"])
    assert pytest.approx(a_camera, abs=50) == PROGRAMME_HKD
    assert CameraPrices().mall == PROGRAMME_HKD


def test_cost_is_price_times_cameras_of_each_owner_in_the_area(found):
    city, fleet, _, _ = found
    heads = fleet.heads[fleet.heads.geometry.within(city.area.polygon)]
    price = {"police": 100.0, "department": 20.0, "transport": 3.0, "estate": 0.5, "mall": 0.0}
    by_hand = spent(found, **price, other=7.0)
    for total in TOTALS:
        owners = heads.loc[heads["rank"] <= total, "owner"]
        expected = sum({**price, "other": 7.0}[owner] for owner in owners)
        assert by_hand[total]["hkd_a_year"] == pytest.approx(expected)


def test_kilometres_and_walks_are_those_in_reach(found):
    _, _, seen, tracks = found
    every = spent(found)
    walks = walks_a_year(tracks.trips)
    table = tracks.trips.table
    assert walks == pytest.approx(365 * table.loc[~table["named"], "represents"].sum())
    for total in TOTALS[1:]:
        cost = every[total]["hkd_a_year"]
        km = seen.first_seen.length_m / 1000
        for task in TASKS:
            share = seen.at(total).coverage()[task]
            assert every[total]["hkd_a_km"][task] == pytest.approx(cost / share / km)
            met = 1 - tracks.summary[total][task]["unseen_trips"]
            a_walk = every[total]["hkd_a_walk"][task]
            assert a_walk is None if met == 0 else a_walk == pytest.approx(cost / met / walks)


def test_before_the_first_camera_nothing_is_spent_and_nothing_has_a_price(found):
    _, fleet, _, _ = found
    assert fleet.arrays.rank[0] > TOTALS[0]
    assert spent(found)[TOTALS[0]] == {
        "hkd_a_year": 0.0,
        "hkd_a_km": dict.fromkeys(TASKS),
        "hkd_a_walk": dict.fromkeys(TASKS),
    }


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf"), 1e8])
def test_prices_that_are_none_are_refused(wrong):
    with pytest.raises(InputError, match="police is") as told:
        CameraPrices(police=wrong)
    assert told.value.key == "cameras.cost.police"
