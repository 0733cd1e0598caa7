"""What a run will take: sizes are those of the run, and more of anything never takes less."""

from dataclasses import replace

import pytest

import sim
from sim import processes
from sim.cli import main
from sim.errors import InputError
from sim.pipeline import cost
from sim.pipeline.cost import COSTS, Sizes, estimate, sizes_of
from sim.scenario.parameters import placing
from sim.scenario.schema import Scenario


def scenario(**groups) -> Scenario:
    base = {"name": "a", "area": "mong_kok_core", "cameras": {"totals": [4000, 60000]}}
    return Scenario.model_validate({**base, **groups})


@pytest.fixture(scope="module")
def city() -> sim.City:
    return sim.load_city("mong_kok_core")


def test_sizes_are_those_of_the_run(city: sim.City) -> None:
    wanted = scenario(trips={"people": 50})
    sizes = sizes_of(wanted, city)
    fleet = sim.place(city, 60000, **placing(wanted))
    assert sizes.heads == len(fleet.heads)
    trips = sim.sample_trips(city, people=50, seed=0)
    assert sizes.trips == len(trips.table)
    assert sizes.walls == len(city.walls.arrays.x0)
    assert sizes.totals == 2


def test_more_never_takes_less(city: sim.City) -> None:
    small = estimate(scenario(trips={"people": 100}), city)
    for more in (
        scenario(trips={"people": 5000}),
        scenario(trips={"people": 100, "profiles": ["commuter"]}),
        scenario(trips={"people": 100}, cameras={"totals": [4000, 30000, 60000, 200000]}),
        scenario(
            trips={"people": 100}, cameras={"totals": [4000, 60000], "strategy": "greedy_cover"}
        ),
    ):
        large = estimate(more, city)
        assert large.seconds >= small.seconds
        assert large.memory_bytes >= small.memory_bytes
        assert large.disk_bytes >= small.disk_bytes
    assert all(constant >= 0 for terms in COSTS.values() for constant in terms.values())


def test_every_constant_is_of_a_term_of_the_model() -> None:
    terms = Sizes(1.0, 1, 1, 1, 1, 1).features()
    for constants in COSTS.values():
        assert set(constants) <= set(terms)


def test_what_cannot_be_known_is_named(city: sim.City) -> None:
    own = estimate(scenario(trips={"own": "walks.gpx"}), city)
    assert own.sizes.trips == 0
    assert own.to_json()["not_counted"] == ["walks of walks.gpx"]
    assert [*own.lines()][-1] == "Not counted: walks of walks.gpx."


def test_the_words_round_the_figures(city: sim.City) -> None:
    known = replace(estimate(scenario(), city), seconds=1234.5, memory_bytes=3.4567e9)
    assert "about 1200 s, 3500 MB of memory" in next(known.lines())


@pytest.mark.parametrize("share", [0.3, 0.9, 1.4, 1.49])
def test_what_may_fit_is_not_refused(city: sim.City, monkeypatch, share) -> None:
    known = estimate(scenario(), city)
    monkeypatch.setattr(cost, "machine_memory_bytes", lambda: known.memory_bytes / share)
    known.refuse_too_large()
    assert not any("refused" in line for line in known.lines())


@pytest.mark.parametrize("share", [1.51, 2, 100])
def test_what_cannot_fit_is_refused_with_the_figure(city: sim.City, monkeypatch, share) -> None:
    known = replace(estimate(scenario(), city), memory_bytes=48e9)
    monkeypatch.setattr(cost, "machine_memory_bytes", lambda: 48e9 / share)
    with pytest.raises(InputError, match="about 48,000 MB of memory and this machine has") as error:
        known.refuse_too_large()
    assert "\n" not in str(error.value)
    assert [*known.lines()][-1].startswith("It will be refused: this machine has")


@pytest.mark.parametrize("dry", [False, True])
def test_the_command_refuses_a_run_that_cannot_fit(tmp_path, monkeypatch, capsys, dry) -> None:
    monkeypatch.setattr(cost, "machine_memory_bytes", lambda: 100_000_000)
    path, out = tmp_path / "s.yaml", tmp_path / "out"
    path.write_text("name: a\narea: mong_kok_core\ncameras: {totals: [4000]}\n")
    words = ["run", str(path), "--out", str(out), "--no-cache", *(["--dry-run"] if dry else [])]
    assert main(words) == (0 if dry else 2)
    said = capsys.readouterr()
    assert "this machine has 100 MB" in (said.out if dry else said.err)
    assert not out.exists()


@pytest.mark.parametrize(
    ("text", "found"), [("max\n", None), ("1000000\n", 10**6), ("", None), ("9" * 18, None)]
)
def test_memory_is_the_machines_or_less_where_a_limit_is_set(
    tmp_path, monkeypatch, text, found
) -> None:
    monkeypatch.setattr(processes, "MEMORY_LIMITS", ())
    whole = processes.machine_memory_bytes()
    limit = tmp_path / "memory.max"
    limit.write_text(text)
    monkeypatch.setattr(processes, "MEMORY_LIMITS", (tmp_path / "none", limit))
    assert processes.machine_memory_bytes() == (found or whole)
    assert whole > 10**8


def test_a_rule_that_does_not_fit_is_refused(city: sim.City) -> None:
    elsewhere = replace(city, area=replace(city.area, parts=()))
    with pytest.raises(InputError):
        estimate(scenario(), elsewhere)
