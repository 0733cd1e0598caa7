"""One contract of the run folder: what a run writes is what it says, column by column."""

import json
import shutil

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal

from sim.pipeline.run import run
from sim.results import contract
from sim.results.dictionary import LAYERS, LEFT_OUT
from sim.results.run import read_run
from sim.scenario.schema import Scenario
from sim.sight import ranks

pytestmark = pytest.mark.slow

ARROW = {
    "text": {"string", "large_string"},
    "float64": {"double"},
    "geometry": {"binary"},
    "box": {"struct<xmin: double, ymin: double, xmax: double, ymax: double>"},
    "int32 list": {"list<element: int32>", "list<item: int32>"},
    "bool list": {"list<element: bool>", "list<item: bool>"},
}
SCENARIOS = {
    "plain": {"people": 60},
    "one walk": {
        "people": 0,
        "walks": [{"name": "a", "via": ["22.3193,114.1694", "22.3212,114.1707"]}],
    },
    "day": {"people": 60, "profiles": ["commuter", "shopper"]},
}


@pytest.fixture(scope="module", params=SCENARIOS)
def folder(request, tmp_path_factory):
    own = Scenario.model_validate(
        {
            "name": "test",
            "area": "mong_kok_core",
            "cameras": {"totals": [4000, 60000]},
            "trips": SCENARIOS[request.param],
            "seed": 7,
        }
    )
    out = tmp_path_factory.mktemp("contract") / request.param
    run(own, out)
    return out


def test_a_run_has_exactly_the_columns_of_the_contract(folder):
    for table in contract.TABLES.values():
        schema = pq.read_schema(folder / table.file)
        there = [c for c in table.columns if not c.optional or c.name in schema.names]
        assert schema.names == [c.name for c in there], table.name
        for column in there:
            found = str(schema.field(column.name).type)
            assert found in ARROW.get(column.type, {column.type}), (table.name, column.name)
    exposure = pq.read_schema(folder / "exposure.parquet").names
    assert ("person_hours" in exposure) == (folder.name == "day")
    assert ("walks" in exposure) == (folder.name != "one walk")


def test_tables_with_geometry_are_geoparquet_1_1_with_exact_boxes(folder):
    shaped = {name: table for name, table in contract.TABLES.items() if "geometry" in table.names()}
    assert len(shaped) == 8
    for name, table in shaped.items():
        path = folder / f"{name}.parquet"
        geo = json.loads(pq.read_schema(path).metadata[b"geo"])
        assert geo["version"] == "1.1.0"
        assert (contract.BBOX in pq.read_schema(path).names) == (contract.BBOX in table.names())
        if contract.BBOX not in table.names():
            continue
        assert set(geo["columns"]["geometry"]["covering"]["bbox"]) == {
            "xmin",
            "ymin",
            "xmax",
            "ymax",
        }
        whole = gpd.read_parquet(path)
        assert contract.BBOX not in whole  # readers ask for it by name
        boxes = pq.read_table(path, columns=[contract.BBOX])[contract.BBOX].to_pylist()
        assert [*whole.bounds.itertuples(index=False, name=None)] == [(*b.values(),) for b in boxes]
    streets = gpd.read_parquet(folder / "edges.parquet")
    x, y = streets.union_all().centroid.coords[0]
    part = gpd.read_parquet(folder / "edges.parquet", bbox=(x - 50, y - 50, x + 50, y + 50))
    near = streets.cx[x - 50 : x + 50, y - 50 : y + 50]
    assert 0 < len(part) < len(streets)
    assert set(near["edge"]) <= set(part["edge"])


def test_folders_without_boxes_are_read_as_before(folder, tmp_path):
    older = shutil.copytree(folder, tmp_path / "older")
    for path in older.glob("*.parquet"):
        if contract.BBOX in pq.read_schema(path).names:
            gpd.read_parquet(path).to_parquet(path, index=False, schema_version="1.0.0")
            assert contract.BBOX not in pq.read_schema(path).names
    ours, theirs = read_run(folder), read_run(older)
    for name in ("streets", "cameras", "places"):
        assert_geodataframe_equal(ours.geometry(name), theirs.geometry(name))
    assert_frame_equal(ours.trip_figures(), theirs.trip_figures())


def test_what_is_made_on_reading_has_the_columns_of_the_contract(folder):
    finished = read_run(folder)
    of_lines, of_figures = contract.TRIP_LINES.columns, contract.TRIP_FIGURES.columns
    assert {column.name: column.type for column in of_lines} == types(finished.trip_lines())
    assert {column.name: column.type for column in of_figures} == types(finished.trip_figures())


def types(table):
    """Return the type of each column in the words of the contract."""
    words = {"str": "text", "object": "text"}
    return {name: words.get(str(dtype), str(dtype)) for name, dtype in table.dtypes.items()}


def test_rank_never_is_the_engines(folder):
    assert int(ranks.NEVER) == contract.NEVER
    streets = gpd.read_parquet(folder / "streets.parquet")
    highest = streets[[contract.rank_column(task) for task in contract.TASKS]].max(axis=None)
    assert highest in (contract.NEVER, streets["rank_detect"].max())


def test_every_column_has_a_meaning_and_names_are_one_each():
    for table in (*contract.TABLES.values(), contract.TRIP_LINES, contract.TRIP_FIGURES):
        assert len(set(table.names())) == len(table.names())
        assert all(column.meaning for column in table.columns)
    with pytest.raises(KeyError, match="streets has no column colour"):
        contract.TABLES["streets"].names("edge", "colour")


def test_an_export_has_every_column_or_says_why_not():
    exported = {(layer.table, column.name) for layer in LAYERS for column in layer.columns}
    lines, figures = contract.TRIP_LINES, contract.TRIP_FIGURES
    for table in (*contract.TABLES.values(), lines, figures):
        for column in table.columns:
            left_out = {table.name, f"{table.name}.{column.name}"} & set(LEFT_OUT)
            elsewhere = column.type in ("geometry", "box") or (
                table.name in ("trips", figures.name) and column.name in lines.names()
            )
            assert (table.name, column.name) in exported or left_out or elsewhere
