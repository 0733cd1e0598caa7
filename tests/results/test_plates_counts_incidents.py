"""Plates, counts and incidents of a finished run: laws, sums by hand, what is said of them."""

import json

import numpy as np
import pytest

from sim.cameras.plates import PLATE_CASES
from sim.cli import main
from sim.errors import InputError
from sim.pipeline.run import run
from sim.results.run import read_run
from sim.scenario.schema import Scenario

pytestmark = pytest.mark.slow

TOTALS = [4000, 60000]
STREET = "Sai Yeung Choi Street South"


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "of_many"
    data = {
        "name": "test", "area": "mong_kok_core",
        "cameras": {"plan": "as_announced", "totals": TOTALS},
        "trips": {"people": 40}, "tracking": {"subsample": 0}, "ensemble": {"fleets": 2},
        "seed": 7,
    }  # fmt: skip
    run(Scenario.model_validate(data), out)
    return read_run(out)


def test_more_cameras_read_more_plates_and_stricter_software_fewer(read):
    content = read.plates(trips=120)
    assert content["trips"] + content["no_way"] <= 120
    assert content["trips"] > 100  # the sample's roads hang together
    assert 20 < content["road_km"] < 30  # half of its pavements along roads
    few, many = content["totals"]
    for name in PLATE_CASES:
        for row in (few, many):
            assert 0 <= row[name]["twice"] <= row[name]["once"] <= 1
            assert row[name]["reconstructed"] <= row[name]["once"]
        for key in ("heads", "once", "twice"):
            assert few[name][key] <= many[name][key]
    for key in ("once", "twice"):
        shares = [many[name][key] for name in PLATE_CASES]
        assert shares == sorted(shares, reverse=True)
    assert many["lenient"]["twice"] > 0.3
    assert "one-way rules are not in the data" in content["notes"][0]
    assert read.plates(trips=120) == content


def test_shortest_ways_are_put_together_between_readings(read):
    plain, tasted = (read.plates(trips=80, dispersion=sigma) for sigma in (0.0, 1.0))
    share = [content["totals"][1]["lenient"]["reconstructed"] for content in (plain, tasted)]
    assert share[0] != share[1]
    for wrong in ({"trips": 0}, {"dispersion": -1.0}, {"totals": [99999]}):
        with pytest.raises(InputError):
            read.plates(**wrong)


def test_a_count_is_right_where_all_is_seen_or_not(read):
    content = read.count([STREET], people_per_m2=0.5, width_m=10.0, chance=0.8, clumping=1.0)
    assert content["people"] == pytest.approx(5 * content["length_m"])
    for row in content["totals"]:
        assert row["estimate"] == pytest.approx(content["people"])
        assert row["added_up"] >= row["seen"] * content["people"] * (1 - 1e-9)
    few, many = content["totals"]
    assert many["error"] < few["error"]
    assert few["seen"] <= many["seen"]
    alone = read.count([STREET], chance=1.0, clumping=0.0)
    assert all(row["error"] == pytest.approx(0) for row in alone["totals"])
    for wrong in ({"people_per_m2": 0.0}, {"chance": 0.0}, {"task": "count"}):
        with pytest.raises(InputError):
            read.count([STREET], **wrong)
    with pytest.raises(InputError):
        read.count([])


def test_seen_share_of_a_street_is_that_of_its_pieces(read):
    row = read.count([STREET], task="recognise")["totals"][-1]
    pieces = read.pieces
    edges = read.city.streets.edges
    named = (edges["name"] == STREET).to_numpy()
    of = np.repeat(np.arange(len(edges)), np.diff(pieces.piece_ptr))
    metres = pieces.end - pieces.start
    inside = np.bincount(of, np.where(pieces.in_area, metres, 0.0)) > edges["length"] / 2
    here = (named & inside.to_numpy())[of]
    seen = metres[here & (pieces.rank[:, 2] <= TOTALS[-1])].sum()
    assert row["seen"] == pytest.approx(seen / metres[here].sum())


def test_incidents_in_view_by_hand(read):
    content = read.incidents(per_km=3.0, per_million_hours=50.0)
    table = read.trips.table
    hours = (table["represents"] * table["duration_s"]).sum() * 365 / 3600
    km = read.summary["area"]["street_km"]
    cases = content["cases"]
    assert cases["street"]["incidents"] == pytest.approx(3 * km)
    assert cases["walkers"]["incidents"] == pytest.approx(50 * hours / 1e6)
    for step, own in zip(content["steps"], read.summary["steps"], strict=True):
        street, walkers = step["street"], step["walkers"]
        assert street["in_view"] == pytest.approx(3 * km * own["coverage"]["recognise"])
        share = own["trips"]["recognise"]["observed_time"]["mean"]
        assert walkers["in_view"] == pytest.approx(50 * hours / 1e6 * share)
        band = own["coverage_fleets"]["recognise"]
        assert street["p95"] == pytest.approx(3 * km * band["p95"])
        assert street["p5"] <= street["in_view"] <= street["p95"]
        assert street["per_camera"] == pytest.approx(street["in_view"] / own["cameras"])
        assert street["hkd_each"] == pytest.approx(own["hkd_a_year"] / street["in_view"])
        assert street["per_hkd_million"] * street["hkd_each"] == pytest.approx(1e6)
    twice = read.incidents(per_km=6.0)["steps"][0]["street"]["in_view"]
    assert twice == pytest.approx(2 * content["steps"][0]["street"]["in_view"])
    for wrong in ({"per_km": 0.0}, {"per_million_hours": -1.0}, {"totals": [5000]}):
        with pytest.raises(InputError):
            read.incidents(**wrong)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["plates", "--trips", "30"], "one-way rules are not in the data"),
        (["count", "--street", STREET], "the same person counts once for every camera"),
        (["incidents"], "prevents or solves anything, is not said"),
    ],
    ids=["plates", "count", "incidents"],
)
def test_the_commands_say_what_their_figures_are_not(read, capsys, command, said):
    assert main([command[0], str(read.folder), *command[1:]]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert said in out
    assert "simulated" in out
    assert main([command[0], str(read.folder), *command[1:], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["simulated"] is True
