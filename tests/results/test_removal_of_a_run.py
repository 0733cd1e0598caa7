"""Which cameras of a finished run matter most: against ranks found again, and refusals."""

import shutil

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from sim.cli import main
from sim.errors import InputError
from sim.pipeline.run import run
from sim.placement.given_back import GOALS, given_back
from sim.results.run import read_run
from sim.scenario.schema import Scenario
from sim.sight.ranks import first_seen

pytestmark = pytest.mark.slow

TOTALS = [4000, 60000]
TASK = 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "test"
    walks = [{"name": "There", "via": ["Mong Kok exit E2", "Flower Market"]}]
    data = {
        "name": "test", "area": "mong_kok_core", "cameras": {"totals": TOTALS},
        "trips": {"people": 60, "walks": walks}, "seed": 7,
    }  # fmt: skip
    run(Scenario.model_validate(data), out)
    return out


@pytest.fixture(scope="module")
def read(folder):
    return read_run(folder)


def seen_of(read, gone, total):
    """Return unseen street, m, and seen and all metres of each walk, from ranks found again."""
    pieces = first_seen(read.seen, heads=~gone).arrays
    metres = pieces.end - pieces.start
    seen = pieces.rank[:, TASK] <= total
    edge = np.repeat(np.arange(len(pieces.piece_ptr) - 1), np.diff(pieces.piece_ptr))
    on_edge = np.bincount(edge, metres * seen)
    trips = read.trips
    walks = [
        trips.path_edge[a:b]
        for a, b, named in zip(
            trips.path_ptr, trips.path_ptr[1:], trips.table["named"], strict=False
        )
        if not named
    ]
    length = read.city.streets.arrays.edge_length
    street = metres[~seen & pieces.in_area].sum()
    return street, np.array([(on_edge[w].sum(), length[w].sum()) for w in walks])


@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize("goal", GOALS)
def test_what_is_given_back_is_what_is_no_more_seen(read, goal, total):
    heads = int((read.fleet.arrays.rank <= total).sum())
    held = given_back(goal, read.seen, TASK, heads, read.trips)
    rng = np.random.default_rng(3)
    for share in (0.0, 0.5, 0.9, 1.0):
        gone = np.zeros(len(read.fleet), bool)
        gone[:heads] = rng.random(heads) < share
        street, walks = seen_of(read, gone, total)
        found = held.free + held.value(gone[:heads])
        if goal == "unseen":
            assert found == (walks[:, 0] == 0).sum()
        else:
            expected = street if goal == "streets" else (walks[:, 1] - walks[:, 0]).sum()
            assert found / 1000 == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("goal", GOALS)
def test_the_choice_gives_back_what_it_says(read, goal):
    content = read.removal(30, goal)
    ranks = content["simulated_ranks"]
    gone = np.isin(read.fleet.arrays.rank, ranks)
    assert gone.sum() == 30 == sum(content["by_owner"].values())
    assert sum(content["by_district"].values()) == 30
    assert content["given_back"] <= content["at_most"]
    assert content["gap"] == pytest.approx(1 - content["given_back"] / content["at_most"])
    none, last = np.zeros_like(gone), np.arange(len(gone)) >= len(gone) - 30
    for name, without in (("before", none), ("after", gone), ("without_last", last)):
        _, walks = seen_of(read, without, TOTALS[-1])
        shown = content[name]
        assert shown["walk_seen"] == pytest.approx((walks[:, 0] / walks[:, 1]).mean())
        assert shown["walks_unseen"] == (walks[:, 0] == 0).mean()
        again = first_seen(read.seen, heads=~without).coverage(TOTALS[-1])["recognise"]
        assert shown["streets_seen"] == pytest.approx(again)
    drawn = ~read.tracks.trips.table["named"].to_numpy(bool)
    mean = read.tracks.figures["observed_length"][drawn, -1, TASK].mean()
    assert content["before"]["walk_seen"] == pytest.approx(mean)
    better = {"unseen": "walks_unseen", "trips": "walk_seen", "streets": "streets_seen"}[goal]
    gain = content["after"][better] - content["without_last"][better]
    assert gain >= 0 if goal == "unseen" else gain <= 0


def test_each_camera_has_its_own_worth_in_the_export(read, folder, tmp_path):
    worth = read.own_worth().set_index("rank")
    for rank in worth.index[::100]:
        gone = read.fleet.arrays.rank == rank
        street, walks = seen_of(read, gone, TOTALS[-1])
        before, full = seen_of(read, np.zeros_like(gone), TOTALS[-1])
        assert worth["only_street_m"][rank] == pytest.approx(street - before, abs=0.05)
        freed = (full[:, 0] - walks[:, 0]).sum()
        assert worth["only_walk_m"][rank] == pytest.approx(freed, abs=1)
        assert worth["only_walks"][rank] == ((walks[:, 0] == 0) & (full[:, 0] > 0)).sum()
    read.export("csv", tmp_path / "csv")
    table = pd.read_csv(tmp_path / "csv" / "cameras.csv").set_index("rank")
    for name in worth:
        np.testing.assert_allclose(table[name], worth[name])
    early = read.own_worth(total=TOTALS[0])
    assert early["only_street_m"].notna().sum() == (early["rank"] <= TOTALS[0]).sum()


def test_of_real_cameras_nothing_is_told(folder, tmp_path, capsys):
    real = tmp_path / "real"
    shutil.copytree(folder, real)
    heads = gpd.read_parquet(real / "cameras.parquet")
    heads.loc[3, "status"] = "mapped"
    heads.to_parquet(real / "cameras.parquet")
    assert main(["cameras", "remove", str(real), "--count", "3", "--for", "streets"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "of those there are statistics alone" in err
    with pytest.raises(InputError, match="statistics alone"):
        read_run(real).own_worth()
    read_run(real).export("csv", tmp_path / "csv")
    table = pd.read_csv(tmp_path / "csv" / "cameras.csv")
    assert table[["only_street_m", "only_walk_m", "only_walks"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--count", "9999", "--for", "unseen"], "cannot be removed of"),
        (["--count", "3", "--for", "unseen", "--total", "70000"], "the run knows 1 to 60,000"),
        (["--count", "3", "--for", "unseen", "--task", "see"], 'task "see"'),
    ],
)
def test_what_cannot_be_asked_is_refused(folder, words, said, capsys):
    assert main(["cameras", "remove", str(folder), *words]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err


def test_the_command_says_the_bound(folder, capsys):
    assert main(["cameras", "remove", str(folder), "--count", "20", "--for", "trips"]) == 0
    said = capsys.readouterr().out
    assert "no choice gives back more than" in said
    assert "by owner: " in said
    assert "No camera here is real" in said
