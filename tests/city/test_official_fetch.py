"""Layers fetched from a server that answers as the Government's does, faults included."""

import errno
import json
import os

import numpy as np
import official_server as server
import official_town as town
import pytest
from official_server import BRIDGES, BUILDINGS, NETWORK, PAVEMENTS, POSTS, TREES, times

from sim.city.bundle import load_bundle
from sim.city.bundle_folder import DATA_FOLDER_VARIABLE, bundle_path, list_bundles
from sim.city.sources import official_server
from sim.city.sources import server as web_server
from sim.city.sources.official_network import read_network
from sim.city.sources.official_server import OfficialLayer
from sim.city.sources.server import NoAnswerError
from sim.cli import main
from sim.errors import InputError

BOX = (town.WEST - 200, town.SOUTH - 200, town.WEST + 500, town.SOUTH + 500)
AREA = "22.3191,114.1694,90"
FACES = [({"STRUCT_NO": f"KF{k}"}, town.block("", (20, k, 80, k + 5), 0, 0)[1]) for k in (8, 30)]
ROADS = [
    ({"FEAT_TYPE": 1, "LVL": 0}, town.block("", (-20, k - 6, 260, k + 6), 0, 0)[1])
    for k in (0, 80, 160, 240)
]
ROW = [
    ({"TREE_ID": f"RTR{k}", "DBH": 200 * k}, [town.WEST + 20.0 * k, town.SOUTH + 3.0])
    for k in range(7)
]
LAYERS = {
    NETWORK: town.grid() + town.bridge(), BUILDINGS: town.houses(), POSTS: town.posts(),
    BRIDGES: FACES, PAVEMENTS: ROADS, TREES: ROW,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _quick(tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path / "data"))
    monkeypatch.setattr(web_server, "PAUSES_S", (0.01,) * 5)
    monkeypatch.setattr(web_server, "PAUSES_UNREACHED_S", (0.01,) * 2)
    monkeypatch.setattr(web_server, "BETWEEN_S", 0.0)
    monkeypatch.setattr(official_server, "PAGE", 5)


@pytest.fixture
def script():
    with server.running(LAYERS) as running:
        yield running


@pytest.fixture
def layer(script, tmp_path):
    """Return how to fetch the network: what was read, and what was said."""

    def fetch(name="official_network"):
        said = []
        own = OfficialLayer(name, BOX, tmp_path / "kept", script.url, say=said.append)
        fetched = own.fetch(tmp_path)
        return fetched, said

    return fetch


def records(path):
    return json.loads(path.read_text())["features"]


def test_a_layer_comes_in_pages_whole_and_in_order(script, layer):
    fetched, said = layer()
    numbers = [one["attributes"]["OBJECTID"] for one in records(fetched.path)]
    assert numbers == list(range(1, 29))
    assert said == ["PedestrianRoute: 28 records"]
    assert len(script.asked) == 1 + 6
    assert all(form.get("returnZ") == "true" for _, form in script.asked[1:])
    assert fetched.source["records"] == 28
    assert len(read_network(fetched.path).edges) == 27  # the lift has no length


def test_no_more_than_three_questions_are_under_way(script, layer):
    layer()
    assert script.most_at_once <= 3


def test_a_server_that_gives_fewer_at_a_time_is_followed(script, layer):
    script.most = 3
    fetched, _ = layer()
    assert len(records(fetched.path)) == 28
    assert len(script.asked) == 1 + 10


def test_refusals_and_errors_inside_200_are_asked_again(script, layer):
    wrong = json.dumps({"error": {"code": 500, "message": "Error performing query", "details": []}})
    script.faults += [
        times(2, 403, "Forbidden"),
        times(2, 200, wrong),
        times(1, 200, "<html>busy</html>", when=lambda form: "resultOffset" in form),
        times(1, 200, '{"features": [{"OBJECTID": 1…', when=lambda form: "resultOffset" in form),
    ]
    fetched, said = layer()
    assert len(records(fetched.path)) == 28
    text = "\n".join(said)
    assert "answers 403 (refused); again in" in text
    assert "answers an error with status 200 (500 Error performing query)" in text


def test_a_server_that_goes_on_refusing_is_given_up_and_what_came_stays(script, layer):
    script.faults.append(times(99, 403, when=lambda form: form.get("resultOffset") == "10"))
    with pytest.raises(NoAnswerError, match=r"answers 403 .*finished answers are kept") as given_up:
        layer()
    assert "\n" not in str(given_up.value)
    script.faults.clear()
    before = len(script.asked)
    fetched, _ = layer()
    assert len(records(fetched.path)) == 28
    assert len(script.asked) - before < 6  # the count and the first pages were kept


def test_a_second_fetch_asks_nothing(script, layer):
    first, _ = layer()
    asked = len(script.asked)
    second, _ = layer()
    assert len(script.asked) == asked
    assert second.source == first.source


def page_without(numbers):
    def fault(path, form):
        if "resultOffset" not in form:
            return None
        whole = server.Script({NETWORK: LAYERS[NETWORK]}).found(
            server.features(LAYERS[NETWORK]), form
        )
        whole["features"] = [
            one for one in whole["features"] if one["attributes"]["OBJECTID"] not in numbers
        ]
        return 200, json.dumps(whole)

    return fault


def test_records_that_no_page_holds_are_asked_for_by_their_ids(script, layer, monkeypatch):
    monkeypatch.setattr(official_server, "IDS_AT_ONCE", 2)
    script.faults.append(page_without({3, 8, 21}))
    fetched, said = layer()
    assert sorted(one["attributes"]["OBJECTID"] for one in records(fetched.path)) == [*range(1, 29)]
    assert "PedestrianRoute: 25 of 28 came; asking for the others" in said
    by_ids = [form["objectIds"] for _, form in script.asked if "objectIds" in form]
    assert sorted(by_ids) == ["21", "3,8"]


def test_records_that_stay_missing_are_an_error(script, layer):
    script.faults.append(page_without({3}))
    script.faults.append(
        lambda _path, form: (200, '{"features": []}') if "objectIds" in form else None
    )
    with pytest.raises(NoAnswerError, match="says 28 records and gives 27"):
        layer()


def test_a_layer_that_changed_its_fields_is_an_error(script, layer):
    for feature in script.layers[NETWORK]:
        feature["attributes"].pop("FeatureType")
    with pytest.raises(NoAnswerError, match="no field FeatureType: the layer has changed"):
        layer()


def test_an_empty_box_is_said(script, layer):
    script.layers[NETWORK] = []
    with pytest.raises(InputError, match="knows nothing in that area"):
        layer()


def test_too_many_records_are_refused_before_they_are_asked_for(script, layer):
    script.faults.append(times(1, 200, '{"count": 5000000}'))
    with pytest.raises(InputError, match="5,000,000 records are more than"):
        layer()
    assert len(script.asked) == 1


def test_a_moved_layer_is_said_at_once(script, layer):
    del script.layers[BUILDINGS]
    with pytest.raises(NoAnswerError, match="404"):
        layer("official_buildings")
    assert len(script.asked) == 1


def test_a_server_that_is_gone_is_one_line(script, tmp_path, capsys):
    with server.running(LAYERS) as other:
        gone = other.url
    words = ["--source", "official", "--server", gone, "--halo", "30", "--name", "town"]
    assert main(["data", "fetch", AREA, *words]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert "cannot be reached" in last
    assert "finished answers are kept" in last
    assert list_bundles() == []


def test_a_full_disk_is_one_line_and_what_came_stays(script, tmp_path, capsys, monkeypatch):
    keep = web_server.Server._keep

    def full(self, response, unfinished, begun):
        if "resultOffset=10" in response.url:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        keep(self, response, unfinished, begun)

    with monkeypatch.context() as disk:
        disk.setattr(web_server.Server, "_keep", full)
        assert fetch(script) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert "No space left on device" in last
    assert "Traceback" not in last
    assert list_bundles() == []
    kept = [*(tmp_path / "data" / ".fetched").iterdir()]
    assert kept
    assert not [path for path in kept if path.name.startswith(".")]  # nothing half written
    before = len(script.asked)
    assert fetch(script) == 0
    assert ("10" in [form.get("resultOffset") for _, form in script.asked[before:]]) is True
    assert "0" not in [
        form.get("resultOffset") for path, form in script.asked[before:] if NETWORK in path
    ]


def fetch(script, *words):
    return main(["data", "fetch", AREA, "--source", "official", "--server", script.url, "--halo",
                 "30", "--name", "town", *words])  # fmt: skip


def test_a_fetch_ends_in_a_bundle_and_says_first_what_the_server_learns(script, capsys):
    assert fetch(script) == 0
    said = capsys.readouterr().err.splitlines()
    assert "it learns the address of this connection" in said[0]
    assert "Lamppost, STR_FB, INV_PG, RoadsideTree" in said[0]
    assert "save the whole layers from a browser" in said[1]
    city = load_bundle(bundle_path("town"))
    assert city.walls.kind == "footprints"
    assert len(city.places.of("lamp_post"))
    assert [one["layer"] for one in city.provenance["fetched"]] == [
        "PedestrianRoute", "Building", "Lamppost", "STR_FB", "INV_PG", "RoadsideTree",
    ]  # fmt: skip
    layers = city.provenance["layers"]
    assert (layers["widths"], layers["trees"]) == (["official_pavements"], ["official_trees"])
    assert city.streets.edges["facades"].median() == pytest.approx(12)
    assert len(city.trees.table) == len(ROW)
    assert city.provenance["left_out_while_reading"]["trees_without_trunk"] == 1
    assert {*city.places.of("footbridge_face")["name"]} == {"KF8", "KF30"}
    assert any(
        "Footbridges, Highways Department" in text for text in city.provenance["attribution"]
    )
    assert all(len(one["fetched"]) == 2 for one in city.provenance["fetched"])
    assert np.isfinite(city.walls.footprints["height"]).all()


def test_without_lamp_posts_there_is_a_bundle_all_the_same(script, capsys):
    del script.layers[POSTS]
    assert fetch(script) == 0
    assert "the bundle is made without" in capsys.readouterr().err
    assert not len(load_bundle(bundle_path("town")).places.of("lamp_post"))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (None, "STR_FB at 127.0.0.1"),
        ([], "STR_FB: 127.0.0.1"),
        ([({"BRIDGE": "KF8"}, FACES[0][1])], "has no field STRUCT_NO"),
    ],
    ids=["moved", "none there", "other fields"],
)
def test_without_footbridges_there_is_a_bundle_all_the_same(script, capsys, changed, says):
    del script.layers[BRIDGES]
    if changed is not None:
        script.layers[BRIDGES] = server.features(changed)
    assert fetch(script) == 0
    (line,) = [one for one in capsys.readouterr().err.splitlines() if "made without" in one]
    assert says in line
    city = load_bundle(bundle_path("town"))
    assert not len(city.places.of("footbridge_face"))
    assert len(city.places.of("lamp_post"))


@pytest.mark.parametrize(
    ("path", "changed", "says"),
    [
        (PAVEMENTS, None, "INV_PG at 127.0.0.1"),
        (PAVEMENTS, [({"LVL": 0}, ROADS[0][1])], "has no field FEAT_TYPE"),
        (PAVEMENTS, [(ROADS[0][0] | {"LVL": 1}, ROADS[0][1])], "sim: INV_PG.json: none of its 1"),
        (TREES, [], "RoadsideTree: 127.0.0.1"),
    ],
    ids=["moved", "other fields", "flyovers alone", "none there"],
)
def test_without_pavements_or_trees_there_is_a_bundle(script, capsys, path, changed, says):
    del script.layers[path]
    if changed is not None:
        script.layers[path] = server.features(changed)
    assert fetch(script) == 0
    (line,) = [one for one in capsys.readouterr().err.splitlines() if "made without" in one]
    assert says in line
    city = load_bundle(bundle_path("town"))
    assert (city.trees is None) == (path == TREES)
    assert ("widths" in city.provenance["layers"]) == (path == TREES)


def test_escalators_are_walked_both_ways_if_asked(script, capsys):
    up = town.way([(80, 80, town.GROUND), (160, 160, 11.5)], 8, Direction=1)
    back = town.way([(160, 160, 11.5), (160, 160, town.GROUND)], 10, Direction=-1)
    script.layers[NETWORK] = server.features([*town.grid(), up, back])
    km = {}
    for words in ([], ["--both-ways"]):
        assert fetch(script, *words) == 0
        city = load_bundle(bundle_path("town"))
        km[*words] = city.streets.edges["length"].sum()
    assert km["--both-ways",] > km[()] + 50
    assert "escalators against their direction too" in " ".join(city.provenance["assumptions"])


def test_a_failed_fetch_leaves_no_bundle(script, capsys):
    del script.layers[BUILDINGS]
    assert fetch(script) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("sim: ")
    assert list_bundles() == []


def test_a_dry_run_asks_nothing(script, capsys):
    assert fetch(script, "--dry-run") == 0
    assert "it learns" in capsys.readouterr().out
    assert script.asked == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--private"], "are of OpenStreetMap"),
        (["--pavements"], "are of OpenStreetMap"),
        (["--extract", "x.osm.pbf"], "are of OpenStreetMap"),
    ],
)
def test_options_of_the_other_source_are_refused(script, capsys, words, says):
    assert fetch(script, *words) == 2
    assert says in capsys.readouterr().err
    assert script.asked == []


def test_directions_are_of_the_government_s_network(capsys):
    assert main(["data", "fetch", AREA, "--both-ways"]) == 2
    assert "give --source official" in capsys.readouterr().err


def test_a_place_elsewhere_is_refused(script, capsys):
    words = ["data", "fetch", "--source", "official", "--server", script.url, "--", "48.8,2.3,500"]
    assert main(words) == 2
    assert "does not lie in Hong Kong" in capsys.readouterr().err
    assert script.asked == []
