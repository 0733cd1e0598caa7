"""A run from scenario to folder on the built-in sample: the contract, the bytes, and bad input."""

import hashlib
import json
import math
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sim.errors import InputError, KeptBesideError
from sim.pipeline.run import run
from sim.results.contract import TABLES
from sim.results.run import read_run
from sim.scenario.schema import Scenario
from sim.sight.arrays import NEVER

TASKS = ["detect", "observe", "recognise", "identify"]
NUMBERS = {"mean", "se", "p10", "p50", "p90", "n"}


def scenario(**cameras) -> Scenario:
    return Scenario.model_validate(
        {
            "name": "test",
            "area": "mong_kok_core",
            "cameras": {"totals": [4000, 11000, 60000], **cameras},
            "trips": {
                "people": 300,
                "walks": [
                    {
                        "name": "Along Nathan Road",
                        "name_zh": "沿彌敦道",
                        "via": ["Nathan Road / Argyle Street", "Nathan Road / Mong Kok Road"],
                    }
                ],
            },
            "seed": 7,
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "test"
    run(scenario(), out)
    return out


@pytest.fixture(scope="module")
def summary(folder):
    return json.loads((folder / "summary.json").read_text())


def test_the_folder_holds_what_the_contract_says(folder):
    expected = {f"{name}.parquet" for name in TABLES} | {"summary.json", "manifest.json"}
    assert {path.name for path in folder.iterdir()} == expected
    assert not list(folder.parent.glob(".*"))


def test_summary_has_every_field_of_the_contract(summary):
    assert list(summary) == [
        "version", "simulated", "real_cameras", "listed_poles", "scenario", "plan", "area", "tasks",
        "steps", "answer_walks", "software", "percolation", "oversight", "ensemble", "districts",
    ]  # fmt: skip
    assert summary["simulated"] is True
    assert summary["tasks"] == TASKS
    assert set(summary["area"]) == {
        "name", "districts", "street_km", "street_width_m", "street_m_per_m2", "buildings",
        "walls", "streets", "trips",
        "share_rule", "street_share",
    }  # fmt: skip
    assert summary["area"]["walls"] == "blocks"
    assert [step["total"] for step in summary["steps"]] == [4000, 11000, 60000]
    for step in summary["steps"]:
        assert set(step) == {
            "total", "date", "cameras", "answer", "coverage", "coverage_limit", "trips",
            "software", "in_reach_facing", "hkd_a_year", "hkd_a_km", "hkd_a_walk", "anonymity",
            "recognition", "alerts",
        }  # fmt: skip
        assert set(step["in_reach_facing"]) == set(TASKS)
        assert set(step["software"]) == set(summary["software"]["cases"])
        for case in step["software"].values():
            assert set(case) == {
                "cameras_reading", "streets", "walks", "walks_facing", "unread_walks",
                "unread_walks_se", "unread_walks_facing", "unread_walks_facing_se", "answer",
            }  # fmt: skip
            assert set(case["walks"]) == set(case["walks_facing"]) == NUMBERS
            assert set(case["answer"]["any_length"]) == {"share", "se", "n"}
        for task in TASKS:
            answer = step["answer"][task]
            assert set(answer) == {"any_length", "within_1.5", "open"}
            for shares in (answer, answer["open"]):
                for way in ("any_length", "within_1.5"):
                    assert set(shares[way]) == {"share", "se", "n"}
        for task in TASKS:
            figures = step["trips"][task]
            assert set(figures) == {
                "observed_length", "observed_time", "expected_length", "heads", "sites",
                "sightings", "dwell_s",
                "longest_gap_m", "longest_gap_s", "first_sighting_m", "identified", "identified_se",
                "tracked_live", "tracked_afterwards", "reconstructed", "unseen_trips",
                "unseen_trips_se", "no_unseen_walk", "no_unseen_walk_se", "least_seen",
                "least_seen_proven",
            }  # fmt: skip
            assert set(figures["observed_length"]) == NUMBERS
    assert set(summary["percolation"]) == set(TASKS)


def test_the_answer_falls_with_cameras_and_is_of_walks_that_count(summary):
    walks = summary["answer_walks"]
    assert set(walks) == {
        "counted", "within_1.5", "only_by_closed_ways", "equal_ends", "beyond_the_area",
    }  # fmt: skip
    steps = [step["answer"] for step in summary["steps"]]
    assert {step[task]["any_length"]["n"] for step in steps for task in TASKS} == {walks["counted"]}
    for before, after in pairwise(steps):
        for task in TASKS:
            for way in ("any_length", "within_1.5"):
                assert after[task][way]["share"] <= before[task][way]["share"]
                assert after[task][way]["share"] <= after[task]["open"][way]["share"]


def test_software_reads_no_more_than_can_be_identified(summary):
    assert summary["software"]["reference"] == "lenient"
    for step in summary["steps"]:
        for case in step["software"].values():
            assert case["streets"] <= step["coverage"]["identify"]
            seen = step["trips"]["identify"]
            assert case["walks_facing"]["mean"] <= case["walks"]["mean"]
            assert case["walks"]["mean"] <= seen["observed_length"]["mean"]
            assert case["unread_walks_facing"] >= case["unread_walks"] >= seen["unseen_trips"]
            known = step["answer"]["identify"]["any_length"]
            assert case["answer"]["any_length"]["share"] >= known["share"]
            assert case["answer"]["any_length"]["n"] == known["n"]
        for task in TASKS:
            faced = step["in_reach_facing"][task]
            assert faced["mean"] <= step["trips"][task]["observed_length"]["mean"]
    cases = summary["steps"][-1]["software"]
    assert cases["lenient"]["cameras_reading"] > 0 < cases["lenient"]["streets"]
    # with this lens no place is near enough and far enough at once
    assert cases["strict"]["cameras_reading"] == cases["strict"]["streets"] == 0
    assert cases["strict"]["answer"]["any_length"]["share"] > 0.99


def test_more_cameras_never_show_less(summary):
    for before, after in zip(summary["steps"], summary["steps"][1:], strict=False):
        assert after["cameras"] >= before["cameras"]
        for task in TASKS:
            assert after["coverage"][task] >= before["coverage"][task]
            for figure in ("observed_length", "observed_time", "tracked_live"):
                assert (
                    after["trips"][task][figure]["mean"]
                    >= before["trips"][task][figure]["mean"] - 1e-12
                )


def test_stricter_tasks_see_less(summary):
    for step in summary["steps"]:
        assert sorted(step["coverage"].values(), reverse=True) == list(step["coverage"].values())


def test_coverage_is_the_length_of_pieces_with_a_low_rank(folder, summary):
    streets = gpd.read_parquet(folder / "streets.parquet")
    inside = streets[streets["in_area"]]
    length = inside["t1"] - inside["t0"]
    assert inside.geometry.length.sum() / 1000 == pytest.approx(summary["area"]["street_km"])
    for step in summary["steps"]:
        for task in TASKS:
            seen = length[inside[f"rank_{task}"] <= step["total"]].sum() / length.sum()
            assert seen == pytest.approx(step["coverage"][task], abs=1e-12)


def test_pieces_cover_every_edge_without_holes(folder):
    streets = pd.read_parquet(folder / "streets.parquet", columns=["edge", "t0", "t1"])
    edges = gpd.read_parquet(folder / "edges.parquet").set_index("edge")
    for edge, pieces in streets.groupby("edge"):
        ends = pieces.sort_values("t0")
        assert ends["t0"].iloc[0] == 0
        assert ends["t1"].iloc[-1] == pytest.approx(edges.loc[edge, "length"], abs=1e-9)
        assert (ends["t0"].to_numpy()[1:] == ends["t1"].to_numpy()[:-1]).all()


def test_first_seen_rank_equals_the_sightings(folder):
    streets = pd.read_parquet(folder / "streets.parquet")
    sightings = pd.read_parquet(folder / "sightings.parquet")
    rng = np.random.default_rng(1)
    for row in rng.choice(len(streets), 300, replace=False):
        piece = streets.iloc[row]
        middle = (piece.t0 + piece.t1) / 2
        here = sightings[
            (sightings["edge"] == piece.edge)
            & (sightings["t0"] < middle)
            & (middle < sightings["t1"])
        ]
        for task in TASKS:
            ranks = here.loc[here["task"] == task, "rank"]
            assert piece[f"rank_{task}"] == (ranks.min() if len(ranks) else NEVER)


def test_cameras_stand_outside_walls_and_are_called_simulated(folder):
    cameras = gpd.read_parquet(folder / "cameras.parquet")
    walls = gpd.read_parquet(folder / "walls.parquet")
    assert not cameras.geometry.intersects(shapely.union_all(walls.geometry)).any()
    assert set(cameras["status"]) == {"simulated"}
    assert cameras["rank"].is_monotonic_increasing
    assert cameras["field"].is_valid.all()
    assert set(cameras["field"].geom_type) == {"Polygon"}
    assert not cameras["field"].is_empty.any()
    assert cameras.groupby("site").size().mean() == pytest.approx(2.5, abs=0.1)


def test_figures_of_trips_have_a_row_for_each_total_and_task(folder):
    finished = read_run(folder)
    trips, lines = finished.trip_figures(), finished.trip_lines()
    geometry = lines.assign(**finished.trip_curves().to_pandas().drop(columns=["trip", "length"]))
    assert len(trips) == len(geometry) * 3 * 4
    assert len(pd.read_parquet(folder / "trips.parquet")) == len(geometry)
    assert geometry.geometry.length.to_numpy() == pytest.approx(
        geometry["length"].to_numpy(), abs=1e-6
    )
    named = geometry[geometry["named"]]
    assert named["name_zh"].tolist() == ["沿彌敦道"]
    last = trips[(trips["total"] == 60000) & (trips["task"] == "detect")].set_index("trip")
    for _, walk in geometry.iterrows():
        seen = walk["curve_length_detect"][walk["curve_rank_detect"] <= 60000].sum()
        share = last.loc[walk["trip"], "observed_length"]
        assert seen / walk["length"] == pytest.approx(share, abs=1e-9)


def test_the_same_scenario_gives_the_same_bytes(folder, tmp_path):
    run(scenario(), tmp_path / "again")
    for path in folder.iterdir():
        if path.name != "manifest.json":
            other = tmp_path / "again" / path.name
            assert _digest(path) == _digest(other), path.name


def _digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_manifest_says_what_went_in(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["simulated"] is True
    assert manifest["seed"] == 7
    assert manifest["scenario"]["cameras"]["street_share"] == "middle"
    assert "OpenStreetMap" in json.dumps(manifest["data"]) + manifest["cite"]
    assert all(math.isfinite(seconds) for seconds in manifest["timings_s"].values())


@pytest.mark.parametrize(
    "names", [["letter.txt"], ["manifest.json"], ["manifest.json", "summary.json", "letter.txt"]]
)
def test_a_folder_that_is_no_run_is_left_alone(names, tmp_path):
    for name in names:
        (tmp_path / name).write_text("mine")
    with pytest.raises(InputError, match="choose another --out"):
        run(scenario(), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(names)


def earlier_run(out):
    """Write what a run is known by."""
    out.mkdir()
    (out / "manifest.json").write_text('{"version": 1, "scenario": {}, "scenario_digest": ""}')
    (out / "summary.json").write_text('{"version": 1, "steps": []}')


def test_a_failure_leaves_the_former_run_and_nothing_else(folder, tmp_path):
    out = tmp_path / "kept"
    earlier_run(out)
    before = (out / "manifest.json").read_text()

    def fail(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(scenario(), out, finish=fail)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (out / "manifest.json").read_text() == before


@pytest.mark.parametrize("link", [False, True])
def test_what_appears_in_out_survives_and_the_run_is_kept_beside(tmp_path, link):
    out, place = tmp_path / "out", tmp_path / ("real" if link else "out")
    earlier_run(place)
    if link:
        out.symlink_to(place)
    before = {path.name: path.read_text() for path in place.iterdir()}

    def appear(_):
        (out / "notes.txt").write_text("dear")

    beside = tmp_path / f"{place.name}-new"
    with pytest.raises(KeptBesideError, match=rf"notes\.txt.* in {beside}$"):
        run(scenario(), out, finish=appear)
    kept = {path.name: path.read_text() for path in place.iterdir()}
    assert kept == {**before, "notes.txt": "dear"}
    assert (beside / "summary.json").is_file()
    assert out.is_symlink() == link
    assert {path.name for path in tmp_path.iterdir()} == {"out", place.name, beside.name}


@pytest.mark.parametrize(
    "contents",
    [
        {"manifest.json": "{}", "summary.json": "{}"},
        {"manifest.json": '{"name": "my app"}', "summary.json": '{"version": 1, "steps": []}'},
        {"manifest.json": "[]", "summary.json": "[]"},
        {"manifest.json": "", "summary.json": ""},
        {"summary.json": '{"version": 1, "steps": []}'},
        {"trips.parquet": "mine"},
    ],
)
def test_files_with_the_names_of_a_run_are_no_run(tmp_path, contents):
    for name, text in contents.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match="holds files that are not of a run"):
        run(scenario(), tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == contents


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"area": "nowhere_at_all"}, "nowhere_at_all"),
        ({"cameras": {"totals": [1_000_000], "share_rule": "direct"}}, "places for"),
    ],
)
def test_what_does_not_fit_is_one_line(change, says, tmp_path):
    wrong = Scenario.model_validate({**scenario().model_dump(), **change})
    with pytest.raises(InputError, match=says) as error:
        run(wrong, tmp_path / "runs" / "out")
    assert "\n" not in str(error.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_greedy_runs_say_what_no_fleet_can_exceed(tmp_path):
    figures = run(scenario(strategy={"greedy_cover": 1, "random": 1}), tmp_path / "out")
    for step in figures["steps"]:
        assert set(step["coverage_limit"]) == {"recognise"}
        assert step["coverage"]["recognise"] <= step["coverage_limit"]["recognise"] <= 1


def test_other_runs_have_no_limit(summary):
    assert [step["coverage_limit"] for step in summary["steps"]] == [None, None, None]
