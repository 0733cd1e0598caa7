"""Whether walks of a finished run can be made unseen: what the run found, and what is refused."""

import json
import shutil

import geopandas as gpd
import numpy as np
import pytest

from sim.cli import main
from sim.errors import InputError
from sim.pipeline.run import run
from sim.results.run import read_run
from sim.scenario.schema import Scenario

pytestmark = pytest.mark.slow

ENDS = ["Mong Kok exit E2", "Flower Market"]
TOTALS = [500, 4000, 60000]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "test"
    data = {
        "name": "test",
        "area": "mong_kok_core",
        "cameras": {"totals": TOTALS},
        "trips": {"people": 60, "walks": [{"name": "There", "via": ENDS}]},
        "seed": 7,
    }
    run(Scenario.model_validate(data), out)
    return out


@pytest.mark.parametrize("task", ["detect", "recognise"])
def test_a_walk_has_the_last_total_that_the_run_found(folder, task):
    read = read_run(folder)
    last = read.answer.last_unseen[f"last_unseen_{task}"]
    named = int(np.flatnonzero(read.trips.table["named"])[0])
    content = read.unseen(*ENDS, task=task).content
    assert content["last_unseen"] == last[named]
    at = content["last_unseen"]
    for total, left in ((at, True), (at + 1, False)):
        row = read.unseen(*ENDS, totals=[total], task=task).content["totals"][0]
        assert row["unseen"] == left
        assert (row["fewest"]["upper"] == 0) == left


def test_a_walk_at_every_total(folder):
    read = read_run(folder)
    answer = read.unseen(*ENDS, totals=[100, 4000, 20000, 60000])
    content, lines = answer.content, answer.lines.to_crs("EPSG:2326")
    before = 0
    for row, line in zip(content["totals"], lines.itertuples(), strict=True):
        found = row["fewest"]
        assert found["lower"] <= found["upper"] == len(found["simulated_ranks"])
        assert found["exact"] == (found["lower"] == found["upper"])
        assert before <= found["upper"]
        before = found["lower"]
        assert max(found["simulated_ranks"], default=0) <= row["total"]
        for key in ("by_owner", "by_district"):
            assert sum(found[key].values()) == found["upper"]
        assert line.geometry.length == pytest.approx(line.length_m, rel=1e-6)
        if row["unseen"]:
            assert row["length_m"] == pytest.approx(line.length_m)
            assert row["detour"] == pytest.approx(row["length_m"] / content["shortest_m"])
            assert row["detour"] >= 1 - 1e-9
        else:
            assert row["length_m"] is row["detour"] is None


def test_all_walks_are_those_of_the_answer(folder):
    read = read_run(folder)
    content = read.unseen_walks()
    shares = [read.answer.summary[total]["recognise"]["any_length"] for total in TOTALS]
    assert [row["share"] for row in content["totals"]] == [share["share"] for share in shares]
    assert content["walks"] == shares[0]["n"]
    gone = sum(row["parted"] for row in content["totals"])
    assert gone + content["totals"][-1]["share"] == pytest.approx(1)
    last = content["last_unseen"]
    share_at = lambda total: read.unseen_walks(totals=[total])["totals"][0]["share"]  # noqa: E731
    assert share_at(last["p10"]) >= 0.9
    assert share_at(last["p10"] + 1) < 0.9 + 1e-9


def test_real_cameras_have_statistics_only(folder, tmp_path, capsys):
    real = tmp_path / "real"
    shutil.copytree(folder, real)
    heads = gpd.read_parquet(real / "cameras.parquet")
    heads.loc[3, "status"] = "mapped"
    heads.to_parquet(real / "cameras.parquet")
    assert main(["unseen", str(real), "--from", ENDS[0], "--to", ENDS[1]]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "of those there are statistics alone" in err
    with pytest.raises(InputError, match="statistics alone"):
        read_run(real).unseen(*ENDS)
    assert main(["unseen", str(real), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content == {**read_run(folder).unseen_walks(), "simulated": False}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "Flower Market"], "one walk has two ends"),
        (["--geojson", "a.geojson"], "all walks together have no line"),
        (["--from", "Flower Market", "--to", "Flower Market"], "are the same junction"),
        (["--total", "70000"], "the run knows 1 to 60,000 cameras"),
        (["--task", "see"], 'task "see"'),
    ],
)
def test_what_cannot_be_asked_is_refused(folder, words, said, capsys):
    assert main(["unseen", str(folder), *words]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err


def test_a_door_beyond_the_study_area_is_refused(folder):
    read = read_run(folder)
    nodes = read.city.streets.nodes.geometry
    beyond = nodes[~nodes.within(read.city.area.polygon)].to_crs("EPSG:4326").iloc[0]
    with pytest.raises(InputError, match="lies beyond the study area"):
        read.unseen(ENDS[0], f"{beyond.y},{beyond.x}")


def test_the_command_shows_both(folder, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["unseen", str(folder), "--task", "detect"]) == 0
    assert "test: walks left unseen" in capsys.readouterr().out
    words = ["unseen", str(folder), "--from", ENDS[0], "--to", ENDS[1]]
    assert main([*words, "--geojson", "way.geojson"]) == 0
    said = capsys.readouterr().out
    assert "can be made unrecognised up to" in said
    assert "No camera here is real" in said
    lines = gpd.read_file("way.geojson")
    assert lines.crs == "EPSG:4326"
    assert lines["total"].tolist() == TOTALS
    assert [path.name for path in tmp_path.iterdir()] == ["way.geojson"]


def test_all_walks_have_a_band_where_the_run_has_fleets(folder, tmp_path, capsys):
    assert all(row["fleets"] is None for row in read_run(folder).unseen_walks()["totals"])
    several = tmp_path / "several"
    shutil.copytree(folder, several)
    read = read_run(several)
    band = {"p5": 0.1, "p50": 0.2, "p95": 0.4}
    for step in read.summary["steps"]:
        step["answer"]["recognise"]["any_length"]["fleets"] = band
    read.summary["ensemble"]["fleets"] = 20
    rows = read.unseen_walks(totals=[1, TOTALS[0]])["totals"]
    assert rows[0]["fleets"] is None, "no total of the run"
    stated = read.summary["steps"][0]["answer"]["recognise"]["any_length"]["share"]
    assert rows[1]["fleets"] == {"count": 20, "mean": stated, **band}
    (several / "summary.json").write_text(json.dumps(read.summary), encoding="utf-8")
    assert main(["unseen", str(several)]) == 0
    said = capsys.readouterr().out
    assert "(10 – 40)" in said
    assert "in brackets the band of one more" in said
