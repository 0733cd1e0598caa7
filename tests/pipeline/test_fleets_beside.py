"""Fleets in another process: the same figures, whoever finds them, and whatever becomes of it."""

import os
import pickle
from unittest.mock import Mock

import pytest

from sim import second_python
from sim.city.loaders import load_city
from sim.pipeline import fleets_beside
from sim.pipeline.cached_stages import CachedStages
from sim.pipeline.fleets import FleetsOf, in_turn
from sim.pipeline.run import run
from sim.pipeline.simulate import drawn_walks
from sim.pipeline.user_inputs import read_own_inputs
from sim.processes import machine_memory_bytes
from sim.scenario.schema import Scenario
from sim.second_python import Beside, Turns

SCENARIO = {
    "name": "test",
    "area": "mong_kok_core",
    "cameras": {"totals": [4000, 60000]},
    "trips": {"people": 20},
    "tracking": {"subsample": 5},
    "ensemble": {"fleets": 6},
}


@pytest.fixture
def alone():
    """Return processes beside, of which there are none yet."""
    beside = Beside(Turns(*os.pipe()), [])
    yield beside
    beside.end()


def test_numbers_are_taken_once_and_in_order(alone):
    turns = alone.turns
    turns.deal(range(250, 600))
    other = Turns(turns.taking)
    assert [turns.take(), other.take(), turns.take()] == [250, 251, 252]
    assert list(iter(other.take, None)) == list(range(253, 600))
    assert turns.take() is None


def test_what_others_took_and_did_not_find_is_computed_here(alone):
    computed = []

    def compute(number):
        computed.append(number)
        return -number

    alone.found = {3: "theirs", 6: "theirs"}
    found = in_turn(compute, 8, 2, alone)
    first = [next(found)]
    taken = [alone.turns.take() for _ in range(5)]  # by another, which found two of them
    assert taken == [2, 3, 4, 5, 6]
    assert first + list(found) == [0, -1, -2, "theirs", -4, -5, "theirs", -7]
    assert sorted(computed) == [0, 1, 2, 4, 5, 7]


@pytest.mark.slow
def test_a_run_says_the_same_with_a_process_beside(tmp_path, monkeypatch):
    begun = []

    def begin():
        monkeypatch.setattr(second_python, "available_cores", lambda: 2)
        begun.append(second_python.begin_beside())
        return begun[-1]

    scenario = Scenario.model_validate(SCENARIO)
    monkeypatch.setattr(fleets_beside, "begin_beside", lambda: None)
    expected = run(scenario, tmp_path / "alone")
    monkeypatch.setattr(fleets_beside, "begin_beside", begin)
    assert run(scenario, tmp_path / "beside") == expected
    (beside,) = begun
    assert [helper.poll() is not None for helper in beside.helpers] == [True]


@pytest.mark.slow
def test_the_process_finds_what_this_one_finds(tmp_path):
    turns = Turns(*os.pipe())
    turns.deal([1])
    scenario = Scenario.model_validate(SCENARIO)
    with (tmp_path / "found").open("wb") as stream:
        fleets_beside.compute_in_turn(scenario, turns, os.dup(stream.fileno()))
    turns.close()
    number, (part, walks) = pickle.loads((tmp_path / "found").read_bytes())
    city, own = read_own_inputs(scenario, load_city(scenario.area))
    stages = CachedStages(scenario, city, None)
    here, of_walks = FleetsOf(stages, own, drawn_walks(scenario, city, own)).found(1)
    assert (number, part) == (1, here)
    assert [name for name, _ in walks] == [name for name, _ in of_walks]


def test_a_process_that_dies_is_done_without(monkeypatch):
    monkeypatch.setattr(second_python, "available_cores", lambda: 2)
    beside = second_python.begin_beside()
    assert beside is not None
    beside.begin("no scenario")  # it ends with an error
    assert list(in_turn(lambda number: number + 1, 5, 2, beside)) == [1, 2, 3, 4, 5]
    beside.end()


def test_one_core_has_nothing_to_spare(monkeypatch):
    monkeypatch.setattr(second_python, "available_cores", lambda: 1)
    assert second_python.begin_beside() is None


@pytest.mark.parametrize(("fleets", "wanted"), [(5, False), (6, True)])
def test_few_fleets_are_not_worth_a_process(fleets, wanted, monkeypatch, alone):
    monkeypatch.setattr(fleets_beside, "begin_beside", lambda: Beside(Turns(*os.pipe()), []))
    monkeypatch.setattr(fleets_beside, "all_on_disk", lambda: True)
    scenario = Scenario.model_validate({**SCENARIO, "ensemble": {"fleets": fleets}})
    with fleets_beside.fleets_beside(scenario) as beside:
        assert (beside is not None) == wanted


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        (["run", "many.yaml"], True),
        (["run", "one.yaml", "--set", "ensemble.fleets=20"], True),
        (["run", "one.yaml"], False),
        (["run", "many.yaml", "--help"], False),
        (["run", "many.yaml", "--dry-run"], False),
        (["run", "missing.yaml"], False),
        (["validate", "many.yaml"], False),
        ([], False),
    ],
)
def test_the_words_say_whether_many_fleets_are_asked_for(words, begins, tmp_path, monkeypatch):
    (tmp_path / "many.yaml").write_text("ensemble: {fleets: 20}\n")
    (tmp_path / "one.yaml").write_text("name: one\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(second_python, "seem_missing", lambda: False)
    monkeypatch.setattr(second_python, "_begun", [])
    monkeypatch.setattr(second_python, "begin_beside", lambda: Beside(Turns(*os.pipe()), []))
    second_python.begin_early(words)
    beside = second_python.begun_early()
    assert (beside is not None) == begins
    if beside is not None:
        beside.end()


def test_nothing_begins_while_kernels_are_missing(tmp_path, monkeypatch):
    (tmp_path / "many.yaml").write_text("ensemble: {fleets: 20}\n")
    monkeypatch.setattr(second_python, "seem_missing", lambda: True)
    second_python.begin_early(["run", str(tmp_path / "many.yaml")])
    assert second_python.begun_early() is None


@pytest.mark.parametrize(("share", "kept"), [(0.2, True), (0.3, False)])
def test_a_process_for_which_there_is_no_room_ends(share, kept, monkeypatch):
    monkeypatch.setattr(second_python, "available_cores", lambda: 2)
    beside = second_python.begin_beside()
    assert beside is not None
    takes = Mock(memory_bytes=share * machine_memory_bytes())
    assert (fleets_beside.with_room(beside, takes) is beside) == kept
    (helper,) = beside.helpers
    assert (helper.poll() is None) == kept
    beside.end()  # the second time where there was no room
    assert helper.poll() is not None
    assert fleets_beside.with_room(None, takes) is None
