"""Weeks of residents in a run: order in what is kept, and the same bytes with any workers."""

import json
import shutil
from xml.etree import ElementTree

import numpy as np
import pytest

from sim.cameras.fleet import Fleet
from sim.cli import main
from sim.days.observer import remaining, told_of_home
from sim.days.parameters import DaysParameters
from sim.errors import InputError
from sim.pipeline.run import run
from sim.results.contract import RUN_FILES, TITLES
from sim.results.days import weeks_of
from sim.results.life import write_life
from sim.results.run import read_run
from sim.scenario.schema import Scenario
from sim.tracking.parameters import TrackingParameters

pytestmark = pytest.mark.slow

FEW = DaysParameters(people=60, days=10, retention=(1, 7, 31, None))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "days"
    data = {
        "name": "test", "area": "mong_kok_core",
        "cameras": {"plan": "as_announced", "totals": [4000, 60000]},
        "trips": {"people": 20}, "tracking": {"subsample": 0}, "seed": 7,
    }  # fmt: skip
    run(Scenario.model_validate(data), out)
    return out


@pytest.fixture(scope="module")
def content(folder):
    return read_run(folder).days(FEW)


def test_every_total_owner_and_retention_has_a_step(content):
    keys = [(s["total"], s["linked"], s["retention_days"]) for s in content["steps"]]
    assert keys == [
        (total, linked, kept)
        for total in (4000, 60000)
        for linked in (True, False)
        for kept in (1, 7, 31, None)
    ]
    assert content["people"] == 60
    json.dumps(content, allow_nan=False)


def test_more_is_kept_of_more_cameras_and_for_longer(content):
    by = {(s["total"], s["linked"], s["retention_days"]): s for s in content["steps"]}
    for (total, linked, kept), step in by.items():
        if kept == 1:
            counts = [by[total, linked, k]["kept"]["mean"] for k in (1, 7, 31, None)]
            assert counts == sorted(counts)
            assert by[total, linked, 31]["home"] == by[total, linked, None]["home"]
        assert step["kept"]["mean"] <= by[60000, True, None]["kept"]["mean"]
        assert 0 <= step["home"]["remains"]["share"] <= 1
    assert by[4000, False, 7]["kept"]["mean"] <= by[4000, True, 7]["kept"]["mean"]
    assert by[4000, True, None]["doors"]["mean"] > by[60000, True, None]["doors"]["mean"]


def test_with_sure_heads_the_home_of_everybody_remains(folder, monkeypatch):
    sure = TrackingParameters(hit_rate=(0, 0, 1, 1), dwell_needed_s=1e-6)
    monkeypatch.setattr("sim.results.days.following", lambda _: sure)
    steps = read_run(folder).days(FEW, totals=[60000])["steps"]
    told = [step for step in steps if step["linked"]]
    assert [step["home"]["remains"]["share"] for step in told] == [1.0] * 4
    doors = [step["doors"]["mean"] for step in told]
    assert doors == sorted(doors, reverse=True)
    assert doors[0] > doors[1] > 1


def test_any_number_of_workers_gives_the_same_bytes(folder, content, monkeypatch):
    for workers in (1, 8):
        for module in ("sim.tracking.walks", "sim.trips.routing"):
            monkeypatch.setattr(f"{module}.available_cores", lambda count=workers: count)
        assert json.dumps(read_run(folder).days(FEW)) == json.dumps(content)


def test_first_and_last_are_those_of_the_day(folder):
    weeks = weeks_of(folder, FEW)
    kept = weeks.kept
    seen = kept.times > 0
    assert ((kept.first >= 0) == seen).all()
    assert (kept.first_s <= kept.last_s)[seen].all()
    assert ((kept.before >= 0) == (kept.times > 1)).all()
    assert (kept.gap_s <= (kept.last_s - kept.first_s) + 1e-9).all()
    rank = weeks.question.run.fleet.arrays.rank
    for number, case in enumerate(weeks.cases):
        assert (rank[kept.first[number][seen[number]]] <= case.total).all()
    linked, own = kept.times[0], kept.times[1]
    assert (own <= linked).all()
    assert np.array_equal(weeks.heads_of(weeks.cases[1]) & weeks.heads_of(weeks.cases[0]),
                          weeks.heads_of(weeks.cases[1]))  # fmt: skip


def test_the_picture_shows_the_doors_that_remain(folder, tmp_path):
    weeks = weeks_of(folder, FEW)
    number, doors = len(weeks.cases) - 2, weeks.candidates.columns[0]
    found = remaining(weeks.ways(number), told_of_home(weeks.kept, number), doors,
                      weeks.candidates.home, 10)  # fmt: skip
    for person in (0, 7):
        tree = ElementTree.parse(write_life(weeks, tmp_path / "life.svg", person))
        amber = [e for e in tree.iter() if e.get("fill") == "#e8a33d"]
        assert len(amber) == found.places[person, -1]
    text = write_life(weeks, tmp_path / "life.svg").read_text(encoding="utf-8")
    assert "invented" in text
    assert "60,000 simulated cameras" in text
    assert "虛構人生一例：10 日，60,000 個模擬鏡頭" in text
    with pytest.raises(InputError, match="person 60"):
        write_life(weeks, tmp_path / "life.svg", 60)


def test_no_life_is_drawn_under_cameras_that_are_not_simulated(folder, tmp_path):
    weeks = weeks_of(folder, FEW)
    table = weeks.question.run.fleet.heads.assign(status="existing")
    weeks.question.run.__dict__["fleet"] = Fleet(table, placed_for=60000)
    with pytest.raises(InputError, match="statistics alone"):
        write_life(weeks, tmp_path / "life.svg")
    assert not (tmp_path / "life.svg").exists()


def test_the_command_shows_it_and_refuses_what_cannot_be(folder, capsys):
    words = ["days", str(folder), "--people", "20", "--days", "3", "--total", "60000"]
    assert main([*words, "--retention", "2", "--retention", "never"]) == 0
    said = capsys.readouterr().out
    assert "never" in said
    assert "Not a forecast" in said
    assert main([*words, "--retention", "soon"]) == 2
    assert "--retention" in capsys.readouterr().err
    assert main([*words, "--by", "anybody"]) == 2
    with pytest.raises(InputError, match="task"):
        read_run(folder).days(FEW, task="guess")


def test_into_writes_days_json_and_both_pages_and_the_folder_is_still_a_run(
    folder, tmp_path, capsys
):
    copy = tmp_path / "run"
    shutil.copytree(folder, copy)
    command = ["days", str(copy), "--people", "20", "--days", "2", "--total", "60000"]
    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert not (copy / "days.json").exists()
    assert main([*command, "--into"]) == 0
    assert capsys.readouterr().out.endswith(f"{copy / 'days.json'}\n")
    content = json.loads((copy / "days.json").read_text())
    scenario = read_run(copy).manifest["scenario"]
    own = {key: value for key, value in scenario.items() if key not in TITLES}
    assert content == {**told, "scenario": own}
    assert {path.name for path in copy.iterdir()} - {path.name for path in folder.iterdir()} == {
        "days.json", "map.html", "report.html",
    }  # fmt: skip
    assert {path.name for path in copy.iterdir()} <= RUN_FILES
    for page in ("map.html", "report.html"):
        assert "What weeks tell" in (copy / page).read_text(encoding="utf-8")
