"""The data set of runs: its dictionary is that of its tables, its figures those of the runs."""

import hashlib
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

from sim.pipeline.run import run
from sim.results.contract import NEVER, TABLES
from sim.results.metrics import error_of, figures_of
from sim.results.run import read_run
from sim.scenario.schema import Scenario

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(ROOT / "benchmarks")
    import data_set

ARROW = {
    "text": {"string", "large_string"},
    "float64": {"double"},
    "geometry": {"binary"},
    "box": {"struct<xmin: double, ymin: double, xmax: double, ymax: double>"},
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs, one of them with three fleets."""
    here = tmp_path_factory.mktemp("runs")
    for name, fleets in (("one", 1), ("three", 3)):
        told = {
            "name": name,
            "area": "mong_kok_core",
            "cameras": {"totals": [4000, 60000]},
            "trips": {"people": 40},
            "ensemble": {"fleets": fleets},
            "seed": 7,
        }
        run(Scenario.model_validate(told), here / name)
    return [here / "one", here / "three"]


@pytest.fixture(scope="module")
def made(runs, tmp_path_factory):
    out = tmp_path_factory.mktemp("data") / "set"
    assert data_set.main([*map(str, runs), "--out", str(out)]) == 0
    return out


def test_the_dictionary_says_every_column_of_every_table(made):
    words = pd.read_csv(made / "data_dictionary.csv", keep_default_na=False)
    assert (words["meaning"] != "").all()
    files = {path.stem for path in made.glob("*.parquet")} - {"data_dictionary"}
    assert {*words["table"]} == files
    for name, columns in words.groupby("table"):
        schema = pq.read_schema(made / f"{name}.parquet")
        assert sorted(columns["column"]) == sorted(schema.names), name
        for column in columns.itertuples():
            found = str(schema.field(column.column).type)
            assert found in ARROW.get(column.type, {column.type}), (name, column.column)
        if name == "streets":
            continue
        assert [*pd.read_csv(made / f"{name}.csv").columns] == schema.names == [*columns["column"]]


def test_units_and_meanings_are_those_of_the_run_folder(made):
    words = pd.read_csv(made / "data_dictionary.csv", keep_default_na=False)
    told = words.set_index(["table", "column"])
    for name in ("fleets", "exposure", "policies", "streets"):
        for column in TABLES[name].columns:
            row = told.loc[name, column.name]
            if column.name in data_set.MEANINGS:
                assert row["unit"] == "degrees"
            else:
                assert (row["unit"], row["meaning"]) == (column.unit, column.meaning)


def test_figures_are_those_of_the_summaries(made, runs):
    figures = pd.read_parquet(made / "figures.parquet").set_index(["run", "total", "task"])
    for folder in runs:
        summary = read_run(folder).summary
        for step in summary["steps"]:
            for task in summary["tasks"]:
                rows = figures.loc[(folder.name, step["total"], task)].set_index("figure")
                for name, value in figures_of(step, task, summary["percolation"]).items():
                    for found, own in (
                        (rows.loc[name, "value"], value),
                        (rows.loc[name, "se"], error_of(step, task, name)),
                    ):
                        assert found == own or (own is None and np.isnan(found))
                ends = step["answer"][task]["any_length"].get("fleets")
                if ends:
                    found = rows.loc["answer", ["p5", "p50", "p95"]]
                    assert np.allclose(found.astype(float), [*ends.values()], atol=1e-12)
    assert figures.loc["one", ["p5", "p95"]].isna().all(axis=None)


def test_tables_hold_the_rows_of_all_runs(made, runs):
    for name in ("fleets", "exposure", "policies"):
        table = pd.read_parquet(made / f"{name}.parquet")
        own = {folder.name: pd.read_parquet(folder / f"{name}.parquet") for folder in runs}
        assert table.groupby("run").size().to_dict() == {n: len(t) for n, t in own.items()}
    streets = gpd.read_parquet(made / "streets.parquet")
    own = gpd.read_parquet(runs[1] / "streets.parquet")
    here = streets[streets["run"] == "three"].reset_index(drop=True)
    assert streets.crs.to_epsg() == 4326
    assert np.allclose(here.to_crs(2326).length, own.length, rtol=1e-6, atol=1e-6)
    assert here["rank_identify"].isna().equals(own["rank_identify"] == NEVER)


def test_it_says_what_it_is_and_whose(made, runs):
    text = (made / "README.md").read_text()
    assert "All cameras are simulated, and so are all people." in text
    for name, rows in re.findall(r"^\| (\w+) \| (\d+) \|", text, re.M):
        assert pq.read_metadata(made / f"{name}.parquet").num_rows == int(rows)
    terms = (made / "LICENCE.md").read_text()
    for folder in runs:
        manifest = read_run(folder).manifest
        assert manifest["cite"] in text
        for name in (*manifest["data"]["attribution"], *manifest["data"]["licence"]):
            assert f"- {name}" in terms
    cited = yaml.safe_load((made / "CITATION.cff").read_text())
    assert (cited["type"], cited["license"]) == ("dataset", "ODbL-1.0")


def test_sums_are_those_of_the_files_and_the_same_again(made, runs, tmp_path):
    lines = (made / "SHA256SUMS").read_text().splitlines()
    sums = {line.split("  ")[1]: line.split("  ")[0] for line in lines}
    assert {*sums} == {path.name for path in made.iterdir()} - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((made / name).read_bytes()).hexdigest() == digest
    for _ in range(2):  # an earlier one is replaced
        data_set.write(runs, tmp_path / "again")
    for path in made.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_what_cannot_be_is_refused_in_one_line(runs, tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "README.md").write_text("dear")
    asked = [str(runs[0])]
    assert data_set.main([*asked, "--out", str(tmp_path / "mine")]) == 2
    assert data_set.main([*asked, *asked, "--out", str(tmp_path / "a")]) == 2
    assert data_set.main([str(tmp_path), "--out", str(tmp_path / "a")]) == 2
    assert capsys.readouterr().err.count("\n") == 3
    assert [path.name for path in Path(tmp_path).iterdir()] == ["mine"]
