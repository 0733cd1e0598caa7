"""From alert to stop on a finished run: faces as the run has them, sums and ends by hand."""

import pytest

from sim.cli import main
from sim.errors import InputError
from sim.pipeline.run import run
from sim.results.regimes import Warrant
from sim.results.run import read_run
from sim.results.wrongful_stops import FACTORS, MIDDLE, SEARCHED
from sim.scenario.schema import Scenario
from sim.tracking.recognition import scaled_false_positive_rate
from sim.tracking.stops import stop_cases

pytestmark = pytest.mark.slow

TOTALS = [4000, 60000]


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "alerts"
    data = {
        "name": "test", "area": "mong_kok_core",
        "cameras": {"plan": "as_announced", "totals": TOTALS},
        "trips": {"people": 60}, "tracking": {"uptime": 0.9, "subsample": 0}, "seed": 7,
    }  # fmt: skip
    run(Scenario.model_validate(data), out)
    return read_run(out)


@pytest.fixture(scope="module")
def content(read):
    return read.alerts()


def test_the_claim_searches_what_the_run_says_of_recognition(read, content):
    for step, own in zip(content["steps"], read.summary["steps"], strict=True):
        claim = step["searched"]["claim"]
        assert claim["faces_per_day"] == pytest.approx(own["recognition"]["faces_per_day"])
        middle = step["range"]["middle"]["wrongful_stops"]
        case = stop_cases()["middle"]
        false = own["recognition"]["false_alerts_per_day"] * 365
        assert middle == pytest.approx(false * case.check_false * case.reached)
        faces = [step["searched"][name]["faces_per_day"] for name in SEARCHED]
        assert faces == sorted(faces, reverse=True)  # each asks for more than the one before
        for name in SEARCHED[1:]:
            cameras = own["software"][name]["cameras_reading"]
            assert step["searched"][name]["cameras_reading"] == cameras
            facing = own["software"][name]["walks_facing"]["mean"]
            assert (step["searched"][name]["faces_per_day"] > 0) == (facing > 0)


def test_the_summary_says_what_the_command_says(read, content):
    for step, own in zip(content["steps"], read.summary["steps"], strict=True):
        told = own["alerts"]
        assert (told["gallery"], told["walkers"]) == (content["gallery"], content["walkers"])
        assert (told["range"], told["moves"]) == (step["range"], step["moves"])
        by_name = {tuple(case[name] for name in FACTORS): case for case in step["cases"]}
        assert told["middle"].items() <= by_name[MIDDLE].items()
        for name in SEARCHED:
            of = [c["wrongful_stops"] for names, c in by_name.items() if names[0] == name]
            middle = by_name[name, *MIDDLE[1:]]["wrongful_stops"]
            ends = {"lowest": min(of), "middle": middle, "highest": max(of)}
            assert told["wrongful_stops"][name] == ends
            assert told["searched"][name].items() <= step["searched"][name].items()
    oversight, told = read.oversight(), read.summary["oversight"]
    for key in ("total", "warrant", "audit", "regimes"):
        assert told[key] == oversight[key]
    for short, long in zip(told["logs"], oversight["logs"], strict=True):
        assert short["logged"] == long["logged"]
        assert short["power"] == long["power"][:4]


def test_ends_and_moves_are_those_of_the_cases(content):
    for step in content["steps"]:
        by_name = {tuple(case[name] for name in FACTORS): case for case in step["cases"]}
        assert len(by_name) == len(step["cases"]) == len(SEARCHED) * 9
        stops = [case["wrongful_stops"] for case in step["cases"]]
        ends = step["range"]
        assert ends["lowest"]["wrongful_stops"] == min(stops)
        assert ends["highest"]["wrongful_stops"] == max(stops)
        for place, name in enumerate(FACTORS):
            for level, value in step["moves"][name].items():
                key = (*MIDDLE[:place], level, *MIDDLE[place + 1 :])
                assert by_name[key]["wrongful_stops"] == value
        for case in step["cases"]:
            assert case["people_fewest"] <= case["people_most"] + 1e-9
            assert case["people_most"] <= case["wrongful_stops"] * (1 + 1e-9)
            assert case["found_fewest"] <= case["found_most"] + 1e-9
            assert case["found_most"] <= min(case["listed"], case["right_stops"]) * (1 + 1e-9)
            if case["right"]["stop_once"] is not None:
                assert case["right"]["stop_once"] <= case["right"]["stop"] + 1e-9


def test_groups_add_up_to_the_middle_case(content):
    middle = content["steps"][-1]["range"]["middle"]["wrongful_stops"]
    for groups in content["groups"].values():
        assert sum(row["wrongful_stops"] for row in groups) == pytest.approx(middle)
        assert sum(row["share_of_wrongful_stops"] for row in groups) == pytest.approx(1)


def test_list_threshold_and_days(read, content):
    other = read.alerts(totals=[60000], gallery=1000, stricter=10.0, days=100)
    before, after = content["rates"]["middle"], other["rates"]["middle"]
    assert after["hit"] < before["hit"]
    rate = float(scaled_false_positive_rate(before["false"], 10_000, 1000)) / 10
    assert after["false"] == pytest.approx(rate)
    whole = content["steps"][-1]["range"]["middle"]["wrongful_stops"]
    part = other["steps"][0]["range"]["middle"]["wrongful_stops"]
    assert part == pytest.approx(whole * rate / before["false"] * 100 / 365)


def test_what_cannot_be_is_refused(read):
    for wrong in ({"totals": [5000]}, {"gallery": 0}, {"stricter": 0.0}, {"days": 400}):
        with pytest.raises(InputError):
            read.alerts(**wrong)


def test_four_regimes_by_hand(read, content):
    """The warrant's list, place and hours scale what is live; afterwards and off search nobody."""
    warrant = Warrant(place=0.1, hours=6.0, people=100)
    found = read.oversight(total=60000, warrant=warrant)
    live, afterwards, named, off = found["regimes"]
    middle = content["steps"][-1]["range"]["middle"]["wrongful_stops"]
    assert live["wrongful_stops"] == pytest.approx(middle)
    assert live["faces_per_day"] == content["steps"][-1]["searched"]["claim"]["faces_per_day"]
    assert named["faces_per_day"] == pytest.approx(live["faces_per_day"] * 0.1 * 6 / 24)
    on_list = read.alerts(totals=[60000], gallery=100)["steps"][0]["range"]["middle"]
    assert named["wrongful_stops"] == pytest.approx(on_list["wrongful_stops"] * 0.025)
    assert live["tracked_live"] > named["tracked_live"] > 0
    assert live["tracked_afterwards"] >= afterwards["tracked_afterwards"] > 0
    assert afterwards["tracked_live"] == off["tracked_live"] == off["tracked_afterwards"] == 0
    assert afterwards["wrongful_stops"] == off["wrongful_stops"] == off["faces_per_day"] == 0
    assert [row["power"] for row in found["logs"][0]["power"]] == [0.0] * 5
    for row in found["groups"]:
        power = [each["power"] for each in row["power"]]
        assert power[0] <= power[-1] + 1e-9 <= 1 + 1e-6


def test_the_command_says_that_what_is_stated_was_made_without(read, capfd):
    assert main(["alerts", str(read.folder)]) == 0
    out, _ = capfd.readouterr()
    assert "899" in out
    assert "787" in out
    assert "error rates and who is on the list" in out
    assert "without live recognition, so they say nothing for it" in " ".join(out.split())
