"""What is told of simulated cameras only: every way to ask for it, in one table, and what stays."""

import shutil

import geopandas as gpd
import pandas as pd
import pytest

from maps.payload import build_payload
from maps.run_folder import read_run_folder
from sim.cli import main
from sim.errors import InputError
from sim.pipeline.run import run
from sim.placement.additions import heads_of, next_heads, without
from sim.results.run import read_run
from sim.scenario.schema import Scenario
from sim.tracking.avoidance import minimal_exposure_path
from sim.tracking.parameters import MovingCrowd

pytestmark = pytest.mark.slow

ENDS = ["Mong Kok exit E2", "Flower Market"]
FROM_TO = ["--from", ENDS[0], "--to", ENDS[1]]
KINDS = ("given", "listed", "listed_pole", "mapped")
"""From a file or a script, from a list, simulated on a pole that was listed, from a map."""
REFUSED = {
    "unseen": ["unseen", "RUN", *FROM_TO],
    "remove": ["cameras", "remove", "RUN", "--count", "3", "--for", "streets"],
    "remove for walks": ["cameras", "remove", "RUN", "--count", "3", "--for", "unseen"],
    "without one": ["cameras", "without", "RUN", "--rank", "1"],
    "without a pole": ["cameras", "without", "RUN", "--site", "1"],
}
ANSWERED = {
    "walk": ["walk", "RUN", *FROM_TO],
    "unseen, all walks": ["unseen", "RUN"],
    "rules": ["rules", "RUN", "--restore", "0.2"],
    "rules, identified": ["rules", "RUN", "--restore", "0.2", "--target", "identified"],
    "streets": ["streets", "RUN"],
    "without an owner": ["cameras", "without", "RUN", "--owner", "police"],
    "next": ["cameras", "next", "RUN"],
    "crowd": ["crowd", "RUN", *FROM_TO],
    "quote": ["quote", "RUN"],
    "export": ["export", "RUN", "--format", "csv", "--out", "OUT"],
}
LIBRARY = {
    "unseen": lambda read: read.unseen(*ENDS),
    "removal": lambda read: read.removal(3, "trips"),
    "own worth": lambda read: read.own_worth(),
    "last totals of walks": lambda read: read.answer.last_unseen,
    "least-seen walk": lambda read: minimal_exposure_path(
        read.city.streets, read.fleet, read.pieces, 0, 1, total=4000, task="recognise", stretch=1.5
    ),
    "one camera": lambda read: heads_of(read.fleet, ranks=[int(read.fleet.arrays.rank[0])]),
}
STATISTICS = {
    "answer": lambda read: read.answer.summary[4000]["recognise"]["any_length"]["share"],
    "all walks": lambda read: read.unseen_walks()["walks"],
    "rules": lambda read: read.least_rules(0.2)["walks"],
    "crowd": lambda read: read.crowd(MovingCrowd(), via=ENDS)["totals"],
    "next": lambda read: len(next_heads(read.seen, 1000)),
    "owner": lambda read: len(without(read.seen, heads_of(read.fleet, owners=["police"]))),
    "coverage": lambda read: read.seen.at(4000).coverage(),
}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    out = tmp_path_factory.mktemp("only") / "simulated"
    data = {
        "name": "only", "area": "mong_kok_core", "cameras": {"totals": [4000]},
        "trips": {"people": 25}, "seed": 7,
    }  # fmt: skip
    run(Scenario.model_validate(data), out)
    return out


@pytest.fixture(scope="module", params=KINDS)
def folder(request, simulated):
    """A run of which one camera is not simulated."""
    out = simulated.with_name(request.param)
    shutil.copytree(simulated, out)
    cameras = gpd.read_parquet(out / "cameras.parquet")
    cameras.loc[cameras["rank"] == cameras["rank"].min(), "status"] = request.param
    cameras.to_parquet(out / "cameras.parquet")
    summary = (out / "summary.json").read_text(encoding="utf-8")
    assert '"simulated": true' in summary
    told = summary.replace('"simulated": true', '"simulated": false')
    (out / "summary.json").write_text(told, encoding="utf-8")
    return out


def asked(words, folder, capsys):
    words = [{"RUN": str(folder), "OUT": f"{folder}_csv"}.get(word, word) for word in words]
    return main(words), capsys.readouterr()


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_command_refuses_with_one_line(folder, simulated, name, capsys):
    code, (out, err) = asked(REFUSED[name], folder, capsys)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "some cameras are real or on poles that were listed" in err
    words = [word if word != "1" else None for word in REFUSED[name]]
    heads = read_run(simulated).fleet.heads
    one = {"--rank": str(heads["rank"].iloc[0]), "--site": str(heads["site"].iloc[0])}
    words = [word or one[words[k - 1]] for k, word in enumerate(words)]
    if folder.name == KINDS[0]:
        assert asked(words, simulated, capsys)[0] == 0, "of simulated cameras it is told"


@pytest.mark.parametrize("name", sorted(ANSWERED))
def test_statistics_still_come(folder, name, capsys):
    code, (out, err) = asked(ANSWERED[name], folder, capsys)
    assert code == 0, err
    assert out
    if name == "walk":
        assert "least seen" not in out
        assert "Less seen ways are not looked for" in out
    if name == "export":
        for table, gone in (("cameras", "only_"), ("trips", "last_unseen_")):
            kept = pd.read_csv(f"{folder}_csv/{table}.csv", encoding="utf-8-sig")
            columns = [column for column in kept if column.startswith(gone)]
            assert kept[columns].isna().all().all()


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_the_library_refuses(folder, name):
    with pytest.raises(InputError, match="some cameras are real or on poles that were listed"):
        LIBRARY[name](read_run(folder))


def test_the_library_gives_statistics(folder):
    read = read_run(folder)
    for name, ask in STATISTICS.items():
        assert ask(read) is not None, name
    content = read.walk(ENDS).content
    assert all(row["least_seen"] is None for row in content["totals"])


def test_the_page_looks_for_no_way_of_its_own(folder):
    assert build_payload(read_run_folder(folder)).head["simulated"] is False
