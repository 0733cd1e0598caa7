"""Bands: cells as pure functions, pairs on the same people, resuming, and the split of variance."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import product

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pandas.testing import assert_frame_equal

from sim.cameras.fleet import Fleet, optics_of
from sim.cameras.optics import CAMERA_TYPES
from sim.cli import main
from sim.ensemble.bands import BANDED, bands
from sim.ensemble.cases import plan_of
from sim.ensemble.cell import FACTORS, NULL_MODELS, cell, change_of, digest, in_words
from sim.errors import InputError
from sim.pipeline.run import run
from sim.results.metrics import figures_of
from sim.results.uncertainty import variance_shares
from sim.scenario.schema import Scenario

pytestmark = pytest.mark.slow

TASKS = ["detect", "observe", "recognise", "identify"]
TOTALS = [4000, 60000]
FILES = ["bands.json", "cells.csv", "cells.jsonl"]


def scenario(**changes) -> Scenario:
    data = {
        "name": "test",
        "area": "mong_kok_core",
        "cameras": {"totals": TOTALS} | changes.pop("cameras", {}),
        "trips": {"people": 40} | changes.pop("trips", {}),
        "seed": 7,
    }
    return Scenario.model_validate(data | changes)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("bands") / "all"
    bands(scenario(), out, seeds=2)
    return out


@pytest.fixture(scope="module")
def content(folder):
    return json.loads((folder / "bands.json").read_text())


def rows(part, **wanted):
    return [row for row in part if all(row[key] == value for key, value in wanted.items())]


def one(part, **wanted):
    found = rows(part, **wanted)
    assert len(found) == 1
    return found[0]


def values(result, figure):
    return [row[figure] for row in result["rows"]]


def bytes_of(folder):
    return {name: (folder / name).read_bytes() for name in FILES}


# cells


def test_the_scenario_itself_is_the_run(tmp_path):
    own = scenario(trips={"people": 40, "taste": 0.3}, tracking={"uptime": 0.8, "subsample": 0})
    summary = run(own, tmp_path / "run")
    found = iter(cell(own, 7)["rows"])
    for step, task in product(summary["steps"], TASKS):
        row, expected = next(found), figures_of(step, task)
        assert (row["total"], row["task"]) == (step["total"], task)
        for name in BANDED:
            assert row[name] == expected[name], name


def test_cells_are_pure_whatever_was_asked_before():
    own = scenario()
    first = cell(own, 7, {"strategy": "transit"})
    cell(own, 8, {"walls": "none"})
    cell(scenario(trips={"people": 20}), 7)
    assert cell(own, 7, {"strategy": "transit"}, threads=1) == first
    json.dumps(first, allow_nan=False)


@pytest.mark.parametrize("seed", [7, 8])
def test_without_walls_nothing_is_seen_less(seed):
    own = scenario()
    plain, bare = cell(own, seed), cell(own, seed, {"walls": "none"})
    assert values(bare, "cameras") == values(plain, "cameras")
    for figure in ("coverage", "observed_length", "observed_length_p50"):
        pairs = zip(values(plain, figure), values(bare, figure), strict=True)
        assert all(before <= after + 1e-12 for before, after in pairs)
    assert values(bare, "coverage") != values(plain, "coverage")


def test_random_headings_leave_every_camera_where_it_is():
    own = scenario()
    plain, turned = cell(own, 7), cell(own, 7, NULL_MODELS["random headings"])
    assert values(turned, "cameras") == values(plain, "cameras")
    assert values(turned, "coverage") != values(plain, "coverage")
    assert values(cell(own, 8, {"headings": "random"}), "coverage") != values(turned, "coverage")


def test_a_height_is_that_of_a_camera_type_hung_so_high():
    own = scenario()
    high = cell(own, 7, {"mount": "8 m"})
    assert high["rows"] == cell(own, 7, {"optics": "typical_high"})["rows"]
    assert cell(own, 7, {"mount": "4 m"})["rows"] == cell(own, 7)["rows"]
    assert values(high, "coverage") != values(cell(own, 7), "coverage")
    turned = [cell(own, 7, {"headings": "random", **case}) for case in ({}, {"mount": "8 m"})]
    assert values(turned[0], "coverage") != values(turned[1], "coverage")


def test_real_cameras_stay_as_high_as_they_hang():
    heads = gpd.GeoDataFrame(
        {"camera_type": ["typical", "weak", "typical"], "status": ["simulated"] * 2 + ["osm"],
         "heading": 0.0},
        geometry=gpd.points_from_xy([0, 9, 18], [0, 0, 0]), crs="EPSG:2326",
    )  # fmt: skip
    fleet = Fleet.from_heads(heads)
    hung = change_of({"mount": "8 m"}, 7).fleet(fleet).heads
    assert [*hung["mount"]] == [8, 8, 4]
    for place, name in enumerate(("typical", "weak")):
        optics = optics_of(replace(CAMERA_TYPES[name], mount_m=8.0))
        assert dict(hung.loc[place, list(optics)]) == optics
    assert_frame_equal(hung.iloc[2:], fleet.heads.iloc[2:])


def test_more_cameras_on_streets_see_no_less():
    found = [cell(scenario(), 7, {"street_share": level}) for level in ("low", "middle", "high")]
    for figure in ("cameras", "coverage", "observed_length"):
        last = [values(result, figure)[-4:] for result in found]
        assert np.all(np.diff(last, axis=0) >= 0)


def test_a_digest_knows_all_that_changes_a_figure_and_no_more():
    own = scenario()
    same = [own.model_copy(update={"name": "other"}), own.model_copy(update={"seed": 11})]
    assert {digest(form, 7, {}) for form in same} == {digest(own, 7, {})}
    assert digest(own, 7, {"strategy": "junctions"}) == digest(own, 7, {})
    others = [
        digest(own, 8, {}),
        digest(own, 7, {"walls": "none"}),
        digest(own, 7, {"mount": "8 m"}),
        digest(own, 7, {"headings": "random"}),
        digest(own, 7, {"optics": "weak"}),
        digest(scenario(tracking={"memory_s": 60.0}), 7, {}),
        digest(scenario(trips={"people": 41}), 7, {}),
    ]
    assert len({digest(own, 7, {}), *others}) == len(others) + 1


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ({"lens": "weak"}, '"lens" is not a case'),
        ({"walls": "glass"}, 'walls: "glass" is not one of as mapped, none'),
        ({"mount": "1.6 m"}, 'mount: "1.6 m" is not a height above a face; write "as its type"'),
        ({"mount": "8"}, 'mount: "8" is not a height'),
        ({"mount": "inf m"}, 'mount: "inf m" is not a height'),
        ({"optics": "none"}, "case optics: none:"),
    ],
)
def test_cases_that_cannot_be_are_refused(case, said):
    with pytest.raises(InputError, match=said) as refused:
        cell(scenario(), 7, case)
    assert "\n" not in str(refused.value)


def test_night_is_a_key_of_the_scenario_and_indoors_is_arithmetic():
    day, night, inside = (
        cell(scenario(), 7, case)["rows"]
        for case in ({}, {"hours": "night"}, {"indoors": "20 % x 30 %"})
    )
    stated = scenario()
    stated = stated.model_copy(
        update={"cameras": stated.cameras.model_copy(update={"hours": "night"})}
    )
    assert cell(stated, 7)["rows"] == night
    for own, dark, indoors in zip(day, night, inside, strict=True):
        assert dark["coverage"] < own["coverage"] or own["coverage"] == 0
        assert dark["answer"] >= own["answer"]
        assert indoors["answer"] == pytest.approx(0.8 * own["answer"])
        assert indoors["coverage"] == own["coverage"]


def test_trees_are_a_case_only_where_some_are_known():
    with pytest.raises(InputError, match="trees: no trees of the area are known; leave it out"):
        plan_of(scenario(), seeds=2, cases=["trees"], factorial=False)
    with pytest.raises(InputError, match="no trees are known; import the layer") as refused:
        cell(scenario(), 7, {"trees": "crowns"})
    assert refused.value.key == "cameras.trees"
    with pytest.raises(InputError, match="case trees: bare"):
        cell(scenario(), 7, {"trees": "bare"})


# bands


def test_every_case_stands_once_for_every_total_task_and_figure(content):
    cases = {row["case"] for row in content["cases"]}
    assert len(cases) == 2 + 3 + 3 + 2 + 1 + 2
    each = len(TOTALS) * len(TASKS) * len(BANDED)
    assert len(content["chance"]) == len(content["range"]) == each
    assert len(content["cases"]) == each * len(cases)
    assert len(content["null_models"]) == each * len(NULL_MODELS)
    assert list(content["factors"]) == [each for each in FACTORS if each != "plan"]
    assert content["seeds"] == [7, 8]


def test_differences_are_paired_by_seed(content):
    own, at = scenario(), {"total": 60000, "task": "recognise", "figure": "observed_length"}
    place = TOTALS.index(60000) * len(TASKS) + TASKS.index("recognise")
    apart = [
        values(cell(own, seed, {"optics": "strong"}), "observed_length")[place]
        - values(cell(own, seed), "observed_length")[place]
        for seed in (7, 8)
    ]
    found = one(content["cases"], case="optics: strong", **at)["difference"]
    assert found["mean"] == pytest.approx(np.mean(apart))
    assert found["se"] == pytest.approx(np.std(apart, ddof=1) / math.sqrt(2))
    assert [found["p5"], found["p95"]] == pytest.approx([min(apart), max(apart)])  # of few


def test_the_range_is_over_named_cases_and_the_band_over_seeds(content):
    at = {"total": 60000, "task": "recognise", "figure": "observed_length_p50"}
    means = {row["case"]: row["mean"] for row in rows(content["cases"], **at)}
    chance = one(content["chance"], **at)
    means["the scenario"] = chance["mean"]
    found = one(content["range"], **at)
    assert found["lowest"] == min(means.values()) == means[found["lowest_case"]]
    assert found["highest"] == max(means.values()) == means[found["highest_case"]]
    assert chance["p5"] <= chance["p50"] <= chance["p95"]
    assert chance["n"] == 2
    optics = one(content["decomposition"], factor="optics", **at)
    levels = [means["optics: weak"], means["the scenario"], means["optics: strong"]]
    assert optics["spread"] == pytest.approx(max(levels) - min(levels))
    assert optics["share_of_variance"] is None


def test_one_seed_has_no_band():
    found = bands(scenario(), seeds=1, cases=["walls"]).content
    assert all(row["p5"] is None and row["p95"] is None for row in found["chance"])
    assert all(row["difference"]["se"] is None for row in found["cases"])


def test_a_scenario_that_is_a_null_model_itself():
    own = scenario(cameras={"strategy": "random"})
    found = bands(own, seeds=2, cases=["strategy"]).content
    for row in rows(found["null_models"], null_model="random places"):
        assert row["difference"]["mean"] == 0


def test_all_factors_together(tmp_path):
    read = bands(scenario(), seeds=2, cases=["optics", "walls"], factorial=True)
    assert len(rows(read.content["cases"], total=4000, task="detect", figure="coverage")) == 5
    at = {"total": 60000, "task": "recognise", "figure": "observed_length"}
    shares = {
        row["factor"]: row["share_of_variance"] for row in rows(read.content["decomposition"], **at)
    }
    assert list(shares) == ["optics", "walls", "seed", "factors together"]
    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares, key=shares.get) == "optics"


def test_levels_of_ones_own():
    plan = plan_of(scenario(), seeds=1, cases={"strategy": ["even", "transit"]}, factorial=False)
    assert plan.levels == {"strategy": ("junctions", "even", "transit")}
    assert [in_words(case) for case in plan.cases] == [
        "the scenario",
        "strategy: even",
        "strategy: transit",
    ]


def test_what_does_not_apply_is_left_out_and_said():
    own = scenario(cameras={"totals": [10, 400], "share_rule": "direct"})
    plan = plan_of(own, seeds=1, cases=None, factorial=False)
    assert "share_rule" not in plan.levels
    assert plan.notes == (
        "plan is not varied: the scenario does not follow the announced plan.",
        "share_rule is not varied: the totals are those of the area itself.",
    )
    with pytest.raises(InputError, match="share_rule: the totals are those of the area"):
        plan_of(own, seeds=1, cases=["share_rule"], factorial=False)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"seeds": 0}, "0 seeds; give 1 to 1000"),
        ({"cases": ["lens"]}, '"lens" is not a case; choose of plan, optics'),
        ({"cases": {"optics": ["blurred"]}}, "case optics: blurred:"),
        ({"workers": 0}, "0 workers"),
        ({"seeds": 1000, "factorial": True}, "cells are above 50,000"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(asked, said):
    with pytest.raises(InputError, match=said):
        bands(scenario(), **asked)


def test_bands_need_walks():
    with pytest.raises(InputError, match="write people: 2000") as refused:
        bands(scenario(trips={"people": 0}))
    assert refused.value.key == "trips.people"


# keeping and going on


def test_a_second_call_goes_on_and_ends_with_the_same_bytes(folder, tmp_path, monkeypatch):
    whole = bytes_of(folder)
    lines = whole["cells.jsonl"].splitlines(keepends=True)
    other = tmp_path / "half"
    other.mkdir()
    stale = lines[0].replace(b'"digest": "', b'"digest": "0')
    damaged = lines[1].replace(b"null", b"NaN", 1)
    half = lines[:16:2]
    (other / "cells.jsonl").write_bytes(stale + damaged + b"".join(half) + lines[3][:100])
    computed = []
    monkeypatch.setattr(
        "sim.ensemble.cell.cell", lambda *a, **more: computed.append(a) or cell(*a, **more)
    )
    bands(scenario(), other, seeds=2)
    assert len(computed) == len(lines) - len(half)
    assert bytes_of(other) == whole
    computed.clear()
    bands(scenario(), other, seeds=2)
    assert (computed, bytes_of(other)) == ([], whole)


@pytest.mark.slow
def test_workers_change_no_byte(tmp_path):
    for workers in (1, 2):
        bands(scenario(), tmp_path / str(workers), seeds=1, cases=["walls"], workers=workers)
    assert bytes_of(tmp_path / "1") == bytes_of(tmp_path / "2")


def test_more_seeds_change_no_cell(folder, tmp_path):
    bands(scenario(), tmp_path / "one", seeds=1)
    few = (tmp_path / "one" / "cells.jsonl").read_text().splitlines()
    assert (folder / "cells.jsonl").read_text().splitlines()[: len(few)] == few


def test_a_folder_of_something_else_is_not_touched(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="holds files that are not of bands"):
        bands(scenario(), tmp_path, seeds=1, cases=["walls"])
    with pytest.raises(InputError, match="is a file"):
        bands(scenario(), tmp_path / "mine.txt", seeds=1, cases=["walls"])
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


# variance


@settings(max_examples=60, deadline=None)
@given(
    arrays(
        np.float64,
        st.tuples(*[st.integers(2, 3)] * 3, st.integers(1, 4)),
        # a difference that adding 5 rounds away cannot be expected after it
        elements=st.integers(-100_000, 100_000).map(lambda thousandths: thousandths / 1000),
    )
)
def test_shares_of_variance_add_up(found):
    shares = variance_shares(found, ["a", "b", "c"])
    if shares:
        assert list(shares) == ["a", "b", "c", "factors together", "seed"]
        assert sum(shares.values()) == pytest.approx(1)
        assert min(shares.values()) >= -1e-9
        shifted = variance_shares(found[::-1] + 5, ["a", "b", "c"])
        assert shifted == pytest.approx(shares, abs=1e-6)


def test_shares_of_variance_by_hand():
    a, b, chance = np.array([0.0, 2.0]), np.array([0.0, 1.0, 2.0]), np.array([-0.5, 0.5])
    found = a[:, None, None] + b[None, :, None] + chance[None, None, :]
    squares = {"a": 1.0, "b": 2 / 3, "factors together": 0.0, "seed": 0.25}
    whole = sum(squares.values())
    expected = {name: square / whole for name, square in squares.items()}
    assert variance_shares(found, ["a", "b"]) == pytest.approx(expected)
    both = np.zeros((2, 2, 1))
    both[1, 1] = 4.0
    assert variance_shares(both, ["a", "b"]) == pytest.approx(
        {"a": 1 / 3, "b": 1 / 3, "factors together": 1 / 3, "seed": 0.0}
    )
    assert variance_shares(np.ones((2, 2, 3)), ["a", "b"]) == {}
    assert variance_shares(np.array([[0.0, np.nan]]), ["a"]) == {}


# the command


SCENARIO = """name: test
area: mong_kok_core
cameras:
  totals: [4000, 60000]
trips:
  people: 40
seed: 7
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(SCENARIO)
    return tmp_path


def test_the_command_shows_the_headline(here, capsys):
    words = ["bands", "s.yaml", "--seeds", "2", "--cases", "strategy=even+transit,walls"]
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for said in ("the scenario", "by chance (2 seeds, 5–95 %)", "range over strategy", "no error"):
        assert said in out
    assert out.endswith("out/test_bands/bands.json\n")
    assert sorted(path.name for path in (here / "out" / "test_bands").iterdir()) == FILES


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--cases", "strategy="], '--cases: "strategy=" is not CASE'),
        (["--cases", "walls,walls"], '--cases: "walls" is given twice'),
        (["--set", "trips.people=0"], "--set trips.people: bands are read"),
        (["--set", "area=nowhere"], "nowhere"),
    ],
)
def test_the_command_refuses_in_one_line(here, capsys, words, said):
    assert main(["bands", "s.yaml", *words]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err
    assert not (here / "out").exists()


@pytest.mark.slow
def test_ctrl_c_loses_no_finished_cell(here):
    command = [sys.executable, "-m", "sim.cli", "bands", str(here / "s.yaml"), "--seeds", "40"]
    process = subprocess.Popen(
        [*command, "--out", str(here / "b"), "--workers", "2"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    cells = here / "b" / "cells.jsonl"
    until = time.monotonic() + 120
    while time.monotonic() < until and not (cells.exists() and cells.stat().st_size):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    err = process.communicate(timeout=120)[1]
    assert process.returncode == 130
    assert err == "sim: stopped; finished cells are kept: the same command goes on\n"
    kept = [json.loads(line) for line in cells.read_text().splitlines()]
    assert 0 < len(kept) < 400
    assert not (here / "b" / "bands.json").exists()
