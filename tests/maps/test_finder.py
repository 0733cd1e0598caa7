"""Names lead to the junctions that `sim walk` takes for them, and sensitive places to none."""

import geopandas as gpd
import numpy as np
import pytest
from test_packing import unpack

from maps.finder import junctions
from maps.layers import layers, owner_codes
from maps.payload import build_payload
from maps.run_folder import read_run_folder
from sim.pipeline.run import run
from sim.results.run import read_run
from sim.scenario.schema import Scenario
from sim.trips.waypoints import Gazetteer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "names"
    data = {
        "name": "names", "area": "mong_kok_core", "cameras": {"totals": [4000, 60000]},
        "trips": {"people": 0, "walks": []}, "seed": 7,
    }  # fmt: skip
    run(Scenario.model_validate(data), out)
    return out


@pytest.fixture(scope="module")
def tables(finished):
    return read_run_folder(finished)


@pytest.fixture(scope="module")
def head_and_columns(tables):
    payload = build_payload(tables)
    return {**payload.head, **payload.words}, payload.columns


def numbered(tables):
    """Node of the run by the page's number of a junction."""
    ends = tables.edges[["u", "v"]].to_numpy().ravel().tolist()
    return dict(zip(junctions(tables.edges).ravel().tolist(), ends, strict=True))


def test_every_name_means_the_junction_that_the_engine_means(finished, tables, head_and_columns):
    head, columns = head_and_columns
    page = unpack(columns)
    node = numbered(tables)
    gazetteer = Gazetteer(read_run(finished).city)
    known = set(tables.places["name"]) | set(tables.places["name_zh"])
    streets = zip(head["names"], page["name_node"], strict=True)
    # homes and offices bear the names of their streets; there the engine takes one of them
    asked = [pair for pair in streets if pair[1] >= 0 and not known & set(pair[0])]
    asked += zip(head["found"], page["found_node"], strict=True)
    assert len(asked) > 80
    other = [
        (name, kind)
        for names, junction in asked
        for kind, name in enumerate(names)
        if gazetteer.node(name) != node[int(junction)]
    ]
    assert other == []


def test_sensitive_places_have_no_entry(tables, head_and_columns):
    head, _ = head_and_columns
    sensitive = set(tables.places["name"][tables.places["kind"] == "sensitive"])
    assert sensitive
    assert not sensitive & {names[0] for names in head["found"]}
    assert head["layers"]["sensitive"] is None  # a single place would be told of


def test_districts_show_the_runs_own_shares(tables, head_and_columns):
    head, _ = head_and_columns
    rows = tables.exposure[tables.exposure["by"] == "district"]
    districts = head["layers"]["districts"]
    assert [d["name"][0] for d in districts] == ["Yau Tsim Mong", "Sham Shui Po", "Kowloon City"]
    for district in districts:
        for total, step in zip(head["totals"], district["steps"], strict=True):
            for task, share in step.items():
                same = (rows["group"] == district["name"][0]) & (rows["total"] == total)
                expected = rows[same & (rows["task"] == task)]["share_seen"].iloc[0]
                assert share == pytest.approx(expected, abs=1e-5)


def test_every_camera_has_its_owner(tables):
    owners = layers(tables)["owners"]
    assert [owners[code] for code in owner_codes(tables)] == tables.heads["owner"].tolist()


def test_a_run_without_extras_shows_none(run_folder):
    plain = read_run_folder(run_folder)
    assert layers(plain) == {"owners": ["police"], "districts": [], "sensitive": None}
    assert isinstance(plain.places, gpd.GeoDataFrame)
    assert np.array_equal(owner_codes(plain), np.zeros(len(plain.heads)))
