"""One walk through a finished run: the trackers' figures, the way taken, and what is refused."""

import json
import math
import shutil
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from maps.run_folder import read_run_folder
from sim.cli import main
from sim.errors import InputError
from sim.pipeline.run import run
from sim.placement.additions import next_heads
from sim.results.compare import compare
from sim.results.metrics import ALONG_BUS_STREETS
from sim.results.read import RunData, read_data
from sim.results.run import read_run
from sim.results.walk import FIGURES, walk_run
from sim.scenario.schema import Scenario
from sim.tracking.parameters import MovingCrowd
from sim.tracking.percolation import dark_network

pytestmark = pytest.mark.slow

ENDS = ["Mong Kok exit E2", "Flower Market"]
TOTALS = [4000, 20000, 60000]


FESTIVAL = {
    "name": "Festival", "name_zh": "節慶", "walk": "There", "length_m": 100, "people_per_m2": 2,
    "speed_m_s": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "test"
    walks = [{"name": "There", "via": ENDS}, {"name": "Back", "via": ENDS[::-1]}]
    data = {
        "name": "test",
        "area": "mong_kok_core",
        "cameras": {"totals": TOTALS},
        "trips": {"people": 0, "walks": walks, "crowds": [FESTIVAL]},
        "tracking": {"uptime": 0.9, "memory_s": 200.0},
        "seed": 7,
    }
    run(Scenario.model_validate(data), out)
    return out


@pytest.fixture(scope="module")
def answer(folder):
    return walk_run(folder, ENDS)


@pytest.mark.parametrize("task", ["detect", "recognise"])
@pytest.mark.parametrize("via", [ENDS, ENDS[::-1]], ids=["there", "back"])
def test_a_named_walk_of_the_run_has_the_same_figures(folder, via, task):
    """The quickest way here is the shortest; the sightings were read back from the folder."""
    trips = read_run(folder).trip_figures(named=True)
    rows = trips[(trips.trip == int(via != ENDS)) & (trips.task == task)]
    content = walk_run(folder, via, task=task).content
    assert content["length_m"] == pytest.approx(rows["length"].iloc[0], rel=1e-12)
    assert content["duration_s"] == pytest.approx(rows["duration_s"].iloc[0], rel=1e-12)
    for step, row in zip(content["totals"], rows.to_dict("records"), strict=True):
        assert step["total"] == row["total"]
        for name in FIGURES:
            if math.isnan(row[name]):
                assert step[name] is None
            else:
                assert step[name] == pytest.approx(row[name], rel=1e-9, abs=1e-12), name


def test_what_is_read_back_is_what_was_written(folder):
    read = read_run(folder)
    table = pd.read_parquet(folder / "sightings.parquet")
    pd.testing.assert_frame_equal(
        read.seen.table.astype({"task": str}), table.astype({"task": str}), check_dtype=False
    )
    again = read.seen.first_seen.arrays
    for name in ("piece_ptr", "rank", "in_area"):
        np.testing.assert_array_equal(getattr(again, name), getattr(read.pieces, name))
    np.testing.assert_allclose(again.start, read.pieces.start, atol=1e-9)


def test_the_way_is_whole(answer):
    content = answer.content
    streets = sum(street["length_m"] for street in content["streets"])
    assert streets == pytest.approx(content["length_m"])
    assert {"Nathan Road"} < {street["name"] for street in content["streets"]}
    in_metres = answer.lines.to_crs("EPSG:2326")
    for row in in_metres.itertuples():
        assert row.geometry.length == pytest.approx(row.length_m, rel=1e-6)
    start, end = content["way_points"]
    for line in answer.lines.geometry:
        for point, place in ((0, start), (-1, end)):
            found = shapely.get_coordinates(line)[point]
            assert found == pytest.approx([place["longitude"], place["latitude"]], abs=1e-5)


def test_it_says_how_far_the_junction_is(folder, capsys):
    here = walk_run(folder, ENDS, totals=[4000]).content["way_points"]
    assert [point["away_m"] for point in here] == [None, None]
    at = f"{here[0]['latitude']},{here[0]['longitude']}"
    off = f"{here[0]['latitude'] + 0.0005:.6f},{here[0]['longitude']}"  # 55 m north
    assert walk_run(folder, [at, ENDS[1]]).content["way_points"][0]["away_m"] <= 0.1
    assert main(["walk", str(folder), "--from", off, "--to", ENDS[1]]) == 0
    away = walk_run(folder, [off, ENDS[1]]).content["way_points"][0]["away_m"]
    assert (f"is {away:,.0f} m away" in capsys.readouterr().out) == (away >= 25)


def test_less_seen_ways_keep_their_promise(answer):
    for step in answer.content["totals"]:
        seen = step["observed_length"]
        for way in step["least_seen"]:
            assert 1 - 1e-9 <= way["detour"] <= way["stretch"] + 1e-9
            assert way["at_least_seen_m"] <= way["seen_m"] + 1e-9
            assert way["least_seen"] <= seen + 1e-9
            seen = way["least_seen"]


def test_more_cameras_never_see_less(folder):
    totals = walk_run(folder, ENDS, totals=[1000, 4000, 9000, 33000, 60000]).content["totals"]
    for before, after in pairwise(totals):
        for name in ("observed_length", "heads", "identified", "tracked_live"):
            assert before[name] <= after[name] + 1e-12
        for way, later in zip(before["least_seen"], after["least_seen"], strict=True):
            assert way["at_least_seen_m"] <= later["seen_m"] + 1e-6


def test_way_points_on_the_way_add_up(folder):
    """Two legs are one walk: no sighting and no gap is cut where one walks on."""
    via = [ENDS[0], "Nathan Road / Argyle Street", ENDS[1]]
    content = walk_run(folder, via, totals=[60000]).content
    legs = [walk_run(folder, pair, totals=[60000]).content for pair in (via[:2], via[1:])]
    assert content["length_m"] == pytest.approx(sum(leg["length_m"] for leg in legs))
    seen = [leg["totals"][0]["observed_length"] * leg["length_m"] for leg in legs]
    whole = content["totals"][0]
    assert whole["observed_length"] * content["length_m"] == pytest.approx(sum(seen))
    found = [leg["totals"][0]["longest_gap_m"] for leg in legs]
    assert whole["longest_gap_m"] >= max(found) - 1e-9


def test_steps_do_not_make_a_way_longer(folder, tmp_path):
    """The walk is the shortest, not the quickest: with all ways steps it is the same."""
    steps = tmp_path / "steps"
    shutil.copytree(folder, steps)
    edges = gpd.read_parquet(steps / "edges.parquet")
    edges.assign(steps=edges["name"] == "Nathan Road").to_parquet(steps / "edges.parquet")
    plain, slow = (walk_run(f, ENDS, totals=[4000]).content for f in (folder, steps))
    assert slow["length_m"] == plain["length_m"]
    assert slow["streets"] == plain["streets"]
    assert slow["duration_s"] > plain["duration_s"]


def test_real_cameras_have_statistics_only(folder, tmp_path, capsys):
    real = tmp_path / "real"
    shutil.copytree(folder, real)
    heads = gpd.read_parquet(real / "cameras.parquet")
    heads.loc[3, "status"] = "mapped"
    heads.to_parquet(real / "cameras.parquet")
    found = walk_run(real, ENDS)
    assert found.content["simulated"] is False
    assert all(step["least_seen"] is None for step in found.content["totals"])
    assert set(found.lines["what"]) == {"walk"}
    words = ["walk", str(real), "--from", ENDS[0], "--to", ENDS[1]]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "Less seen ways are not looked for" in said
    assert "least seen" not in said


@pytest.mark.parametrize(
    ("via", "totals", "said"),
    [
        (["22.3193,114.1694", "22.5,114.1694"], None, "outside the area"),
        (["114.1694,22.3193", "Flower Market"], None, "the latitude comes first"),
        (["Flower Market", "Flower Market"], None, "are the same junction"),
        (["Flower Markt", "Mong Kok exit E2"], None, "did you mean Flower Market"),
        (["Flower Market"], None, "1 way-point; give 2 to 50"),
        (ENDS, [70000], "the run knows 1 to 60,000 cameras"),
        (ENDS, [0, 4000], "total 0: the run knows"),
    ],
)
def test_what_cannot_be_walked_is_refused(folder, via, totals, said):
    with pytest.raises(InputError, match=said):
        walk_run(folder, via, totals=totals)


def test_unknown_tasks_and_damaged_tables_are_refused(folder, tmp_path):
    with pytest.raises(InputError, match='task "see"'):
        walk_run(folder, ENDS, task="see")
    for name, column, value in (("sightings", "edge", -1), ("streets", "edge", 0)):
        broken = tmp_path / name
        shutil.copytree(folder, broken)
        path = broken / f"{name}.parquet"
        pd.read_parquet(path).assign(**{column: value}).to_parquet(path)
        with pytest.raises(InputError, match="run the scenario again"):
            walk_run(broken, ENDS)


def test_the_command_prints_json_and_writes_lines_only_when_asked(
    folder, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    words = ["walk", str(folder), "--from", "22.31835,114.1697", "--to", ENDS[1]]
    assert main([*words, "--total", "60000", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert [step["total"] for step in content["totals"]] == [60000]
    assert list(tmp_path.iterdir()) == []
    assert main([*words, "--geojson", "way.geojson"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "the shortest way on foot" in out
    assert "Nathan Road" in out
    lines = gpd.read_file("way.geojson")
    assert lines.crs == "EPSG:4326"
    assert len(lines) == len(TOTALS) * 4
    first = (tmp_path / "way.geojson").read_bytes()
    assert main([*words, "--geojson", "way.geojson"]) == 0
    assert (tmp_path / "way.geojson").read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["way.geojson"]
    assert main([*words, "--geojson", "none/way.geojson"]) == 2


def test_cameras_here_are_one_number_everywhere(folder):
    """Table, map, report, comparison, next cameras and dark network count the study area's."""
    run, page = read_data(folder, RunData), read_run_folder(folder)
    rank = page.heads["rank"].to_numpy()
    inside = run.fleet.inside(run.city.area.polygon)
    assert (page.heads_here == inside).all()
    assert 0 < inside.sum() < len(inside)  # the halo has some too
    dark = dark_network(run.city, run.seen)
    added = next_heads(run.seen, 1000, up_to=TOTALS[-1]).set_index("to_total")["cameras"].cumsum()
    compared = compare([folder, folder]).table
    compared = compared[compared["figure"] == "cameras"].drop_duplicates("total")
    compared = compared.set_index("total")["value"]
    for step in run.summary["steps"]:
        total, here = step["total"], step["cameras"]
        assert here == (page.heads_here & (rank <= total)).sum() == dark.cameras(total)
        assert here == added[total] == compared[total]


def test_a_named_walk_is_asked_for_by_its_name(folder, capsys):
    assert main(["walk", str(folder), "--name", "Back", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content == walk_run(folder, ENDS[::-1]).content
    for step in content["totals"]:
        expected = step["observed_time"] * content["duration_s"]
        assert step["in_view_s"] == pytest.approx(expected)
        assert step["in_view_s"] <= content["duration_s"] + 1e-9
    assert main(["walk", str(folder), "--name", "Back"]) == 0
    shown = capsys.readouterr().out
    assert "minutes" in shown
    assert f"{content['totals'][-1]['in_view_s'] / 60:.1f}" in shown


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--name", "Bakc"], 'no walk "Bakc" (did you mean "Back"?)'),
        (["--name", "Home"], 'no walk "Home"; it names There, Back'),
        (["--name", "Back", "--to", "Flower Market"], "--name has its own way-points"),
        (["--from", "Flower Market"], "--to is missing"),
        ([], "--from is missing"),
    ],
)
def test_walks_that_are_not_named_or_have_no_ends_are_refused(folder, words, says, capsys):
    assert main(["walk", str(folder), *words]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err


def test_a_crowd_of_the_scenario_walks_where_nobody_else_does(folder, capsys):
    for name in ("Festival", "節慶"):
        assert main(["crowd", str(folder), "--crowd", name, "--json"]) == 0
        content = json.loads(capsys.readouterr().out)
    assert content["crowd"]["people"] == 100 * 8 * 2
    way = walk_run(folder, ENDS).content
    assert content["way_m"] == pytest.approx(way["length_m"])
    assert content["passing_min"] == pytest.approx(content["walk_min"] + 100 / 60)
    pace = content["walk_min"] * 60 / way["duration_s"]
    for row, alone in zip(content["totals"], way["totals"], strict=True):
        assert row["never"] + row["once"] + row["more"] == pytest.approx(1600, rel=1e-12)
        assert row["recognised"] == pytest.approx(1600 - row["never"])
        assert row["in_view_min"] * 60 == pytest.approx(alone["in_view_s"] * pace)
        assert 0 < row["at_least"] <= row["recognised"] <= row["in_the_open"] <= 1600
        # at half the speed nobody is in view too short: in the open as one walker would be
        assert row["in_the_open"] / 1600 >= alone["identified"] - 1e-9
    one, last = content["totals"][0], content["totals"][-1]
    assert one["recognised"] < last["recognised"]
    assert one["by_software"] <= last["by_software"]
    assert main(["crowd", str(folder), "--crowd", "Festival"]) == 0
    said = capsys.readouterr().out
    assert "1,600 people on 100 × 8 m, 2 a m²" in said
    assert "at least: so many however long neighbours stay together" in said


def test_a_crowd_keeps_to_the_streets_named(folder):
    crowd = MovingCrowd(people_per_m2=0.5)
    run = read_run(folder)
    content = run.crowd(crowd, streets=["彌敦道", "Argyle St"])
    metres = {street["name"]: 0.0 for street in content["streets"]}
    for street in content["streets"]:
        metres[street["name"]] += street["length_m"]
    assert metres["Nathan Road"] + metres["Argyle Street"] > 0.6 * content["way_m"]
    one = run.crowd(crowd, streets=["Nathan Road"])
    on = sum(s["length_m"] for s in one["streets"] if s["name"] == "Nathan Road")
    assert on > 0.6 * one["way_m"]
    fast = run.crowd(MovingCrowd(people_per_m2=0.5, speed_m_s=3), streets=["Nathan Road"])
    assert fast["walk_min"] < one["walk_min"] / 2
    assert fast["totals"][-1]["never"] >= one["totals"][-1]["never"] - 1e-9


def test_a_crowd_on_bus_streets_says_so(folder):
    run = read_run(folder)
    run.summary["area"]["streets"] = "bus-street proxy"
    assert run.crowd(MovingCrowd(), via=ENDS)["notes"] == [ALONG_BUS_STREETS]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "a crowd has one way: give places, streets, or a walk"),
        (["--street", "Nathan Road", "--name", "There"], "a crowd has one way"),
        (["--from", ENDS[0]], "a way between places has two ends"),
        (["--crowd", "Festivall"], 'names no crowd "Festivall" (did you mean "Festival"?)'),
        (["--crowd", "Festival", "--density", "1"], "--crowd has its own way and size"),
        (["--name", "Theer"], 'names no walk "Theer" (did you mean "There"?)'),
        (["--street", "Nathen Road"], "did you mean Nathan Road or"),
        (["--street", "Nathan Road", "--street", "Sai Yee Street"], "the two streets do not meet"),
        (["--name", "There", "--density", "0"], "people_per_m2 is 0.0; give a number 0.001..10"),
        (["--name", "There", "--speed", "9"], "speed_m_s is 9.0; give a number 0.1..7"),
        (["--name", "There", "--total", "70000"], "the run knows 1 to"),
        (["--name", "There", "--task", "see"], 'task "see"'),
    ],
)
def test_a_crowd_that_cannot_be_is_refused(folder, words, said, capsys):
    assert main(["crowd", str(folder), *words]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err
