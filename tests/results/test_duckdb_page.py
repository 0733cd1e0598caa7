"""The page on DuckDB: every answer that its SQL gives is the one that pandas finds."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from documentation.blocks import ROOT, blocks
from pandas.testing import assert_frame_equal

import sim

pytestmark = pytest.mark.slow

SCENARIO = """\
name: mong_kok_core
area: mong_kok_core
cameras: {totals: [4000, 20000, 60000]}
trips: {people: 60}
ensemble: {fleets: 3}
seed: 7
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """What the page's names stand for after all of it has run, and the run that it asked."""
    here = tmp_path_factory.mktemp("page")
    (here / "mong_kok_core.yaml").write_text(SCENARIO)
    namespace = {}
    with pytest.MonkeyPatch.context() as there:
        there.chdir(here)
        for block in blocks(ROOT / "docs" / "duckdb.md"):
            exec(compile(block.text, block.place, "exec"), namespace)
        namespace["run"] = here / "out" / "a"
        yield namespace


def read(page, name):
    return pd.read_parquet(Path(page["run"]) / f"{name}.parquet")


def test_the_share_seen_is_that_of_the_run(page):
    streets = read(page, "streets")
    inside = streets[streets["in_area"]]
    for row in page["share_seen"].itertuples():
        seen = inside.loc[inside["rank_recognise"] <= row.total, "length"].sum()
        assert row.share == pytest.approx(seen / inside["length"].sum(), rel=1e-12)
    fleet = sim.read_run(page["run"])
    shown = read(page, "fleets").query("shown and figure == 'coverage' and task == 'recognise'")
    assert [*page["share_seen"]["total"]] == [*fleet.totals]
    assert np.allclose(page["share_seen"]["share"], shown.sort_values("total")["value"], atol=1e-12)


def test_the_streets_seen_most_are_those_of_pandas(page):
    streets = read(page, "streets")
    inside = streets[streets["in_area"] & (streets["name"] != "")]
    seen = inside["length"].where(inside["rank_recognise"] <= 60000, 0)
    table = pd.DataFrame({"name": inside["name"], "metres": inside["length"], "seen": seen})
    table = table.groupby("name").sum().query("metres >= 100").reset_index()
    table["share"] = table["seen"] / table["metres"]
    first = table.assign(rounded=-table["share"].round(9)).sort_values(["rounded", "name"])[:10]
    assert set(page["most_seen"]["name"]) == set(first["name"])
    found = page["most_seen"].set_index("name").loc[first["name"]]
    assert np.allclose(found["share"], first["share"], atol=1e-12)
    assert np.allclose(found["metres"], first["metres"], atol=1e-6)
    assert page["most_seen"]["share"].is_monotonic_decreasing


def test_groups_are_those_of_the_table(page):
    exposure = read(page, "exposure")
    columns = {"by_district": ("district", "district"), "by_walk": ("kind", "walk")}
    for name, (kind, called) in columns.items():
        own = exposure[(exposure["by"] == kind) & (exposure["task"] == "recognise")]
        own = own.rename(columns={"group": called})[[*page[name].columns]]
        own = own.sort_values([called, "total"], ignore_index=True)
        assert_frame_equal(page[name], own, check_dtype=False)
    assert page["by_district"]["district"].nunique() == 3


def test_the_band_is_that_of_the_fleets(page):
    fleets = read(page, "fleets").query("figure == 'answer' and task == 'recognise'")
    values = fleets.groupby("total")["value"]
    band = page["band"].set_index("total")
    assert (band["fleets"] == 3).all()
    names = {"mean": "mean", "lowest": "min", "middle": "median", "highest": "max"}
    for name, how in names.items():
        assert np.allclose(band[name], values.agg(how), atol=1e-12)
    summary = json.loads((Path(page["run"]) / "summary.json").read_text())
    for step in summary["steps"]:
        told = step["answer"]["recognise"]["any_length"]
        assert band.loc[step["total"], "mean"] == pytest.approx(told["share"], abs=1e-12)


def test_cameras_over_each_street_are_those_of_geopandas(page):
    run, watched = Path(page["run"]), page["watched"]
    edges = gpd.read_parquet(run / "edges.parquet", bbox=(835000, 820000, 835500, 820500))
    seen = read(page, "sightings").query("task == 'recognise' and rank <= 60000")
    cameras = seen.groupby("edge")["rank"].nunique()
    assert 0 < len(watched) < len(read(page, "edges"))
    assert [*watched["edge"]] == [*edges.sort_values("edge")["edge"]]
    assert [*watched["cameras"]] == [int(cameras.get(edge, 0)) for edge in watched["edge"]]
    shapes = edges.set_index("edge").geometry.loc[watched["edge"]]
    assert watched.geometry.geom_equals(shapes.reset_index(drop=True)).all()
    assert watched["cameras"].max() > 1
