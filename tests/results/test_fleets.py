"""Figures of many fleets: errors of both chances, bands, the middle, what a run writes."""

import json
import math
import shutil

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

import sim
from sim.cameras.optics import TASKS
from sim.city.loaders import load_city
from sim.errors import InputError
from sim.pipeline.cached_stages import CachedStages
from sim.pipeline.fleets import FleetsOf, in_order, many_fleets
from sim.pipeline.run import run
from sim.pipeline.simulate import drawn_walks
from sim.pipeline.stage_cache import StageCache
from sim.pipeline.streets import fleets_again, streets
from sim.pipeline.user_inputs import read_own_inputs
from sim.results.compare import compare
from sim.results.fleets import Fleets, PersonSums, crossed_error
from sim.results.read import RunData, read_data
from sim.results.streets import Grouped
from sim.scenario.schema import Scenario
from sim.tracking.statistics import WalkValues, person_shifts, standard_error

TOTALS = [4000, 60000]
FLEETS = 3


def scenario(fleets=FLEETS, people=60, seed=5, **cameras) -> Scenario:
    return Scenario.model_validate(
        {
            "name": "test",
            "area": "mong_kok_core",
            "cameras": {"totals": TOTALS, "strategy": "transit", **cameras},
            "trips": {"people": people},
            "tracking": {"subsample": 10},
            "ensemble": {"fleets": fleets},
            "seed": seed,
        }
    )


def found_for(wanted: Scenario) -> Fleets:
    city, own = read_own_inputs(wanted, load_city(wanted.area))
    stages = CachedStages(wanted, city, None)
    return many_fleets(FleetsOf(stages, own, drawn_walks(wanted, city, own)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fleets") / "run"
    run(scenario(), folder)
    return folder


@pytest.fixture(scope="module")
def summary(folder):
    return json.loads((folder / "summary.json").read_text())


@pytest.fixture(scope="module")
def alone():
    """What the library finds for each fleet by itself, with the people of the scenario."""
    city = load_city("mong_kok_core")
    trips = sim.sample_trips(city, people=60, seed=5)
    reports, seen = [], []
    for seed in range(5, 5 + FLEETS):
        fleet = sim.place(city, 60_000, strategy="transit", seed=seed)
        seen.append(sim.see(city, fleet))
        reports.append(sim.track(city, seen[-1], trips, TOTALS, seed=5))
    return reports, seen


# errors


@pytest.mark.parametrize("apart", [0, 4])
@pytest.mark.parametrize(("of_fleets", "of_people", "of_both"), [(1, 1, 1), (3, 0.2, 1), (0, 1, 2)])
def test_intervals_hold_the_truth_as_often_as_they_say(of_fleets, of_people, of_both, apart):
    """Crossed random effects with a known mean: 95 % intervals hold it in 93 to 97.5 %.

    People are dealt out in four groups, whose means may lie apart; that is no chance.
    """
    rng = np.random.default_rng(1)
    fleets, persons, held, ratios, times = 8, 40, 0, [], 1500
    nobody, group = np.arange(persons), np.arange(persons) % 4
    between = apart * (group - group.mean())
    for _ in range(times):
        values = (
            of_fleets * rng.normal(size=(fleets, 1)) + of_people * rng.normal(size=(1, persons))
            + of_both * rng.normal(size=(fleets, persons)) + between
        )  # fmt: skip
        sums = PersonSums()
        for row in values:
            sums.add([("y", WalkValues(row[:, None, None], nobody, group))])
        variance, free = sums.variances()["y"][0, 0]
        errors = np.array([standard_error(row, nobody, group) for row in values])
        se, df = crossed_error(values.mean(axis=1), errors, float(variance), int(free))
        held += abs(values.mean()) <= student.ppf(0.975, df) * se
        ratios.append((se**2, values.mean()))
    squares, means = np.array(ratios).T
    assert 0.93 <= held / times <= 0.985
    assert squares.mean() == pytest.approx(means.var(), rel=0.15)


def test_nobody_and_one_fleet_have_no_error():
    none = (None, None)
    assert crossed_error(np.array([0.5]), np.array([0.1]), 0.01, 40) == none
    assert crossed_error(np.array([0.5, 0.6]), np.array([0.1, 0.1]), 0.01, 0) == none
    assert crossed_error(np.array([np.nan, 0.6]), np.array([np.nan, 0.1]), 0.01, 40) == none
    assert crossed_error(np.zeros(3), np.zeros(3), 0.0, 40) == (0.0, None)


@pytest.mark.parametrize("several", [False, True])
def test_shifts_are_the_jackknife(several):
    rng = np.random.default_rng(2)
    person = np.sort(rng.integers(0, 12, 40)) if several else np.arange(40)
    person = np.unique(person, return_inverse=True)[1]
    values = rng.random((40, 2, 3))
    values[rng.random(values.shape) < 0.3] = np.nan
    shift = person_shifts(WalkValues(values, person))
    for k, t in np.ndindex(2, 3):
        known = np.isfinite(values[:, k, t])
        rest = np.unique(person[known], return_inverse=True)[1]
        without = [
            values[known & (person != p), k, t].mean() - values[known, k, t].mean()
            for p in range(person.max() + 1)
        ]
        assert -shift[:, k, t] == pytest.approx(without, abs=1e-6)
        expected = standard_error(values[known, k, t], rest)
        persons = rest.max() + 1
        squares = (shift[:, k, t].astype(float) ** 2).sum() * (persons - 1) / persons
        assert math.sqrt(squares) == pytest.approx(expected, rel=1e-5)


# figures of a run


def test_figures_are_means_over_the_fleets(summary, alone):
    reports, seen = alone
    for k, total in enumerate(TOTALS):
        step = summary["steps"][k]
        covered = [of.first_seen.coverage(total) for of in seen]
        for task in TASKS:
            walks = [report.summary[total][task] for report in reports]
            answers = [report.answer.summary[total][task]["any_length"] for report in reports]
            own = step["trips"][task]
            for name in ("observed_length", "heads", "longest_gap_m", "tracked_live"):
                means = [of[name]["mean"] for of in walks]
                assert own[name]["mean"] == pytest.approx(np.mean(means))
                band = {"p5": min(means), "p50": np.median(means), "p95": max(means)}
                assert own[name]["fleets"] == pytest.approx(band)
                assert own[name]["p90"] == pytest.approx(np.mean([of[name]["p90"] for of in walks]))
            shares = [of["unseen_trips"] for of in walks]
            assert own["unseen_trips"] == pytest.approx(np.mean(shares))
            assert own["unseen_trips_fleets"]["p95"] == max(shares)
            share = np.mean([of["share"] for of in answers])
            assert step["answer"][task]["any_length"]["share"] == pytest.approx(share)
            assert step["coverage"][task] == pytest.approx(np.mean([of[task] for of in covered]))
            assert step["coverage_fleets"][task]["p5"] == min(of[task] for of in covered)


def test_errors_are_larger_than_those_of_people_alone(summary, alone):
    reports, _ = alone
    own = summary["steps"][1]["trips"]["recognise"]["observed_length"]
    values = np.stack([report.figures["observed_length"][:, 1, 2] for report in reports])
    means = values.mean(axis=1)
    kind = reports[0].trips.table["kind"].to_numpy(object)

    def of_people(each):
        """Cochran's 5.9: what is drawn is who walks, and not how many walk each kind."""
        within = [each[kind == k] for k in np.unique(kind)]
        return sum(len(own) * own.var(ddof=1) for own in within) / len(each) ** 2

    people = of_people(values.mean(axis=0))
    fleets = means.var(ddof=1) / FLEETS
    both = (np.mean([of_people(each) for each in values]) - people) / (FLEETS - 1)
    expected = max(fleets + people - max(both, 0), fleets, people)
    assert own["se"] == pytest.approx(math.sqrt(expected), rel=1e-4)
    assert own["df"] >= 1


def test_the_fleet_shown_is_the_one_in_the_middle(folder, summary):
    table = pd.read_parquet(folder / "fleets.parquet")
    assert table["fleet"].nunique() == FLEETS
    assert sorted(table["seed"].unique()) == [5, 6, 7]
    about = summary["ensemble"]
    shown = table[table["shown"]]
    assert set(shown["fleet"]) == {about["shown_fleet"]}
    assert set(shown["seed"]) == {about["shown_seed"]}
    wide = table[table["task"] == "recognise"].pivot(
        index="fleet", columns=["total", "figure"], values="value"
    )
    wide = wide.loc[:, wide.notna().all() & (wide.std() > 0)]
    distance = (((wide - wide.mean()) / wide.std(ddof=0)) ** 2).sum(axis=1)
    assert distance.idxmin() == about["shown_fleet"]


def test_tables_are_of_the_fleet_shown(folder, summary):
    heads = pd.read_parquet(folder / "cameras.parquet")
    again = sim.place(
        load_city("mong_kok_core"), 60_000, strategy="transit",
        seed=summary["ensemble"]["shown_seed"],
    ).heads  # fmt: skip
    assert heads["rank"].tolist() == again["rank"].tolist()
    assert heads["x"].tolist() == again["x"].tolist()


def test_a_folder_of_many_fleets_is_found_again_on_reading(folder):
    data = read_data(folder, RunData)
    assert len(data.tracks.totals) == len(TOTALS)
    assert data.answer.totals == tuple(TOTALS)


def test_figures_do_not_depend_on_how_many_are_computed_at_once(monkeypatch):
    several = found_for(scenario(people=20))
    monkeypatch.setattr("sim.pipeline.fleets.available_cores", lambda: 1)
    one = found_for(scenario(people=20))
    assert one.parts == several.parts
    assert {k: v.tolist() for k, v in one.people.items()} == {
        k: v.tolist() for k, v in several.people.items()
    }


def test_the_first_fleets_do_not_depend_on_how_many_there_are():
    few, more = found_for(scenario(2, people=20)), found_for(scenario(4, people=20))
    assert more.parts[:2] == few.parts


def test_where_seeds_change_nothing_there_is_one_placement():
    found = found_for(scenario(people=10, share_rule="given", share=0.0))
    assert found.seeds == (5,)
    assert found.shown == 0
    assert found.put_into({"steps": []})["ensemble"]["asked"] == FLEETS


def test_one_fleet_changes_no_figure(tmp_path):
    figures = run(scenario(1, people=20), tmp_path / "one")
    text = json.dumps({k: v for k, v in figures.items() if k != "ensemble"})
    assert '"fleets"' not in text
    assert "_fleets" not in text
    assert figures["ensemble"]["fleets"] == 1
    assert len(pd.read_parquet(tmp_path / "one" / "fleets.parquet")["fleet"].unique()) == 1


def critical(*values):
    """Return what is said of critical totals, one of each fleet."""
    parts = tuple(
        {
            "steps": [],
            "percolation": {
                task: {"critical_cameras": value, "critical_total": value} for task in TASKS
            },
        }
        for value in values
    )
    fleets = Fleets(len(values), tuple(range(len(values))), (), parts, {})
    fleets.__dict__["shown"] = 0
    said = fleets.put_into({"steps": [], "percolation": parts[0]["percolation"]})
    return said["percolation"]["recognise"]


def test_what_is_never_reached_counts_as_infinite():
    said = critical(*range(100, 1900, 100), None)
    assert said["critical_total"] == 1000
    assert said["critical_total_p5"] == 100
    assert said["critical_total_p95"] is None
    assert said["fleets_reaching"] == 18
    assert critical(*[None] * 20)["critical_total"] is None


def test_quantiles_are_those_of_a_value_not_yet_drawn():
    values = np.random.default_rng(3).integers(0, 10_000, 20)
    said = critical(*values.tolist())
    low, middle, high = np.percentile(values, [5, 50, 95], method="weibull")
    assert [said[f"critical_total_{p}"] for p in ("p5", "p50", "p95")] == pytest.approx(
        [low, middle, high], abs=1
    )


def test_results_come_in_order_and_errors_end_all():
    assert list(in_order(lambda k: k * k, range(9), 3)) == [k * k for k in range(9)]

    def fails(number: int) -> int:
        if number == 4:
            raise ValueError("four")
        return number

    with pytest.raises(ValueError, match="four"):
        list(in_order(fails, range(100), 2))


def test_fleets_recalled_are_those_computed(tmp_path):
    cache = StageCache(tmp_path / "cache")
    first, again = (run(scenario(people=20), tmp_path / "run", cache=cache) for _ in range(2))
    assert first == again
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert "fleets" in manifest["machine"]["stages_of_earlier_runs"]
    other = run(scenario(2, people=20), tmp_path / "run", cache=cache)
    assert other["ensemble"]["fleets"] == 2


# comparing


def test_runs_of_as_many_fleets_are_compared_fleet_by_fleet(folder, tmp_path):
    other = tmp_path / "junctions"
    run(scenario(strategy="junctions"), other)
    rows = compare([folder, other]).table.set_index(["run", "total", "figure"])
    one, two = (pd.read_parquet(each / "fleets.parquet") for each in (folder, other))
    name = rows.index[-1][0]

    def of(table, figure):
        chosen = table[
            (table["total"] == 60000) & (table["task"] == "recognise") & (table["figure"] == figure)
        ]
        return chosen.sort_values("fleet")["value"].to_numpy()

    apart = of(two, "coverage") - of(one, "coverage")
    row = rows.loc[(name, 60000, "coverage")]
    assert row["difference"] == pytest.approx(apart.mean())
    assert row["difference_se"] == pytest.approx(apart.std(ddof=1) / math.sqrt(FLEETS))
    assert row["pairing"] == "paired"
    walks = rows.loc[(name, 60000, "observed_length")]
    apart = of(two, "observed_length") - of(one, "observed_length")
    assert walks["difference"] == pytest.approx(apart.mean())
    assert walks["difference_se"] > apart.std(ddof=1) / math.sqrt(FLEETS)
    assert math.isnan(rows.loc[(name, 60000, "observed_length_p50")]["difference_se"])


# streets


def test_streets_are_means_and_bands_of_the_same_fleets(folder):
    run_ = sim.read_run(folder)
    foreseen = []
    found = streets(folder, foresee=lambda *told: foreseen.append(told))
    assert (found.from_total, found.to_total, found.fleets) == (4000, 60000, FLEETS)
    assert [fleets for fleets, seconds in foreseen] == [FLEETS]
    assert not found.notes
    shown = streets(run_, all_fleets=False)
    grouped = Grouped(run_.city)
    each = [grouped.seen(one, 4000, 60000, "recognise") for one in fleets_again(run_)]
    gains = np.array([(one.at_last - one.at_first).sum() / one.length.sum() for one in each])
    assert found.whole["gain"] == pytest.approx(gains.mean())
    assert (found.whole["gain_p5"], found.whole["gain_p95"]) == pytest.approx(
        (gains.min(), gains.max())
    )
    assert np.isclose(shown.whole["gain"], gains).any()
    for table in (found.table, shown.table):
        assert table["km"].sum() == pytest.approx(found.whole["km"])
        assert table["gained_km"].sum() == pytest.approx(table["km"] @ table["gain"])
        assert table["gained_km"].is_monotonic_decreasing
        assert (table["from_share"] <= table["to_share"] + 1e-12).all()
    assert "gain_p5" not in shown.table
    nathan = found.table.set_index("name").loc["Nathan Road"]
    drawn = pd.read_parquet(folder / "streets.parquet", columns=["name", "in_area", "length"])
    twice = drawn.loc[drawn["in_area"] & (drawn["name"] == "Nathan Road"), "length"].sum() / 1000
    assert nathan["km"] < 0.6 * twice
    assert nathan["name_zh"] == "彌敦道"


def test_all_streets_are_the_same_however_they_are_grouped(folder):
    every = [streets(folder, by=by, all_fleets=False) for by in ("name", "class", "district")]
    for found in every[1:]:
        assert found.whole == pytest.approx(every[0].whole)
        assert found.table["km"].sum() == pytest.approx(every[0].whole["km"], abs=1e-3)
        assert found.table["gained_km"].sum() == pytest.approx(every[0].whole["gained_km"])
    assert "Yau Tsim Mong" in set(every[2].table["name"])


def test_streets_without_the_data_of_the_run_are_those_of_the_fleet_shown(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "moved")
    manifest = json.loads((other / "manifest.json").read_text())
    manifest["scenario"]["cameras"]["strategy"] = "random"  # not what was run
    (other / "manifest.json").write_text(json.dumps(manifest))
    found = streets(other)
    assert found.fleets == 1
    assert "have changed since" in found.notes[0]
    manifest["scenario"]["area"] = "no_such_bundle"
    (other / "manifest.json").write_text(json.dumps(manifest))
    assert "no_such_bundle" in streets(other).notes[0]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"from_total": 5000, "to_total": 5000}, "rising order"),
        ({"from_total": -1}, "rising order"),
        ({"to_total": 60001}, "goes up to 60,000"),
        ({"task": "see"}, '"see" is no task'),
        ({"by": "colour"}, '"colour" is not a kind of group'),
    ],
)
def test_streets_that_cannot_be_asked_for_are_refused_in_one_line(folder, asked, says):
    with pytest.raises(InputError, match=says) as told:
        streets(folder, **asked)
    assert "\n" not in str(told.value)
