import gzip
import os
import time

import geopandas as gpd
import overpass_server as server
import pytest
import shapely
from drawn import shared
from drawn_planet import MIDDLE, quarter
from overpass_server import busy, running, saying

from sim.city.bundle import load_bundle, save_bundle
from sim.city.bundle_folder import read_manifest
from sim.city.from_files import import_files
from sim.city.sources import overpass as fetching
from sim.city.sources import overpass_queries
from sim.city.sources import server as web_server
from sim.city.sources.named_areas import nominatim, wanted_area
from sim.city.sources.overpass import fetch_city, overpass
from sim.city.sources.overpass_queries import LAYERS, plan
from sim.city.sources.server import NoAnswerError, forget_old_answers
from sim.errors import InputError

PLANET = quarter()
AROUND = f"{MIDDLE},150"


class Desk:
    """One person at a machine: a folder of kept answers, a server, all that was said and waited."""

    def __init__(self, script, folder):
        self.script, self.folder = script, folder
        self.said, self.waited = [], []

    def area(self, *words):
        return wanted_area(words, nominatim(self.folder, self.script.nominatim))

    def server(self):
        return overpass(
            self.folder, self.script.overpass, say=self.said.append, wait=self.waited.append
        )

    def fetch(self, *words, **options):
        options = {"halo_m": 60.0, "say": self.said.append, **options}
        return fetch_city(self.area(*(words or (AROUND,))), "quarter", self.server(), **options)

    @property
    def kept(self):
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def desk(tmp_path):
    with running(PLANET) as script:
        yield Desk(script, tmp_path / "kept")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The city as it comes when nothing goes wrong."""
    with running(PLANET) as script:
        return Desk(script, tmp_path_factory.mktemp("whole") / "kept").fetch()


def assert_same_world(one, other):
    assert one.area == other.area
    for own, others in zip(layers(one), layers(other), strict=True):
        assert len(own)
        assert own.equals(others)
    assert one.streets.report == other.streets.report


def layers(city):
    return city.streets.nodes, city.streets.edges, city.walls.footprints, city.places.table


def test_everything_that_was_asked_for_comes(whole):
    assert whole.area.crs == "EPSG:2326"
    assert whole.walls.kind == "footprints"
    names = whole.places.table.set_index("kind")["name"]
    assert "school" in names["school"]
    assert "station Exit B2" in list(names[["station"]])
    assert {"home", "office", "market"} <= set(whole.places.table["kind"])
    assert "Street & <3>" in set(whole.streets.edges["name"])
    assert whole.provenance["left_out_while_reading"]["mapped_cameras"] == 1
    courtyards = shapely.get_num_interior_rings(whole.walls.footprints.geometry.to_numpy())
    assert courtyards.sum() == 1
    assert set(whole.walls.footprints["height"].dropna()) == {32.0}


def test_the_manifest_says_where_from_when_and_how_much(whole):
    source = whole.provenance["sources"][0]
    assert source["kind"] == "overpass"
    assert source["data_of"] == ["2026-11-20T03:04:05Z"] * 2
    assert {answer["layer"] for answer in source["answers"]} == set(LAYERS)
    assert source["bytes"] == sum(answer["bytes"] for answer in source["answers"])
    assert whole.provenance["licence"].count("ODbL 1.0") == 1
    assert "© OpenStreetMap contributors" in whole.provenance["attribution"]


def test_it_asks_one_question_at_a_time_with_pauses_and_says_who_asks(desk):
    desk.fetch()
    assert desk.script.most_at_once == 1
    assert len(desk.script.asked) == len(LAYERS)
    assert desk.waited == [web_server.BETWEEN_S] * (len(LAYERS) - 1)
    assert all(agent.startswith("hk-camera-sim") for agent in desk.script.agents)
    assert [line.split(" ")[0] for line in desk.said] == list(LAYERS)


def test_the_same_answers_give_the_same_bytes(desk, tmp_path):
    bundles = [save_bundle(desk.fetch(), tmp_path / name) for name in ("one", "two")]
    assert len(desk.script.asked) == len(LAYERS)
    for path in bundles[0].iterdir():
        assert path.read_bytes() == (bundles[1] / path.name).read_bytes()
    assert_same_world(load_bundle(bundles[0]), load_bundle(bundles[1]))


TEMPORARY = {
    "429": [busy(429)],
    "504": [busy(504), busy(504)],
    "cut mid-answer": [server.cut],
    "no answer": [server.dropped],
    "half an answer": [server.half],
    "a login page": [server.page],
    "nothing": [server.sending("")],
    "JSON": [server.sending('{"version": 0.6, "elements": []}')],
    "cut JSON": [server.sending('{"version": 0.6, "elem')],
    "no number": [server.sending(server.HEAD + '<node id="x" lat="1" lon="2"/>' + server.FOOT)],
    "wrong nesting": [server.sending(server.HEAD + "<way><node></way>" + server.FOOT)],
    "entities": [
        server.sending('<!DOCTYPE osm [<!ENTITY a "b">]>' + server.HEAD[39:] + server.FOOT)
    ],
    "busy, with status 200": [saying(server.BUSY), server.sending(server.PAGE % "timeout")],
    "a fault of its disk": [saying("runtime error: open64: 5 Input/output error nodes.bin")],
    "all in a row": [busy(429), busy(504), server.cut, server.page],
}


@pytest.mark.parametrize("failures", TEMPORARY.values(), ids=TEMPORARY)
def test_what_goes_wrong_for_a_while_is_waited_for(failures, desk, whole):
    desk.script.failures = list(failures)
    assert_same_world(desk.fetch(), whole)
    pauses = [pause for pause in desk.waited if pause > web_server.BETWEEN_S]
    assert pauses == list(web_server.PAUSES_S[: len(failures)])
    assert len(desk.script.asked) == len(LAYERS) + len(failures)
    assert len(desk.kept) == len(LAYERS)


def test_a_server_may_say_how_long_to_wait(desk):
    desk.script.failures = [busy(429, retry_after=77)]
    desk.fetch()
    assert 77.0 in desk.waited
    desk.script.failures = [busy(429, retry_after=86400)]
    with pytest.raises(NoAnswerError, match="86400 s"):
        desk.fetch(f"{MIDDLE},100")


FOR_EVER = {
    "504": (busy(504), "answers 504 .overloaded., 6 times in a row"),
    "429": (busy(429), "answers 429"),
    "cut": (server.cut, "cut off"),
    "page": (server.page, "something else than OSM data, with status 200"),
    "remark": (saying(server.BUSY), "too busy to answer"),
}


@pytest.mark.parametrize(("failure", "words"), FOR_EVER.values(), ids=FOR_EVER)
def test_what_goes_wrong_for_ever_is_one_line_after_bounded_tries(failure, words, desk):
    desk.script.for_ever = failure
    with pytest.raises(NoAnswerError, match=words) as caught:
        desk.fetch()
    assert "\n" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
    assert len(desk.script.asked) == len(web_server.PAUSES_S) + 1
    assert sum(desk.waited) < 10 * 60
    assert desk.kept == []


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_refusal_is_not_asked_again(status, desk):
    desk.script.for_ever = busy(status)
    with pytest.raises(NoAnswerError, match=f"answers {status}"):
        desk.fetch()
    assert len(desk.script.asked) == 1


def test_a_server_that_has_moved_says_where_to(desk):
    desk.script.for_ever = lambda handler, _make: handler._send(
        301, "", [("Location", "https://example.org/api/interpreter")]
    )
    with pytest.raises(NoAnswerError, match=r"has moved to https://example\.org/api/"):
        desk.fetch()
    assert len(desk.script.asked) == 1


def test_a_server_that_is_not_there_is_tried_less_often(tmp_path):
    with running(PLANET) as script:
        gone = Desk(script, tmp_path)
    with pytest.raises(NoAnswerError, match="cannot be reached, 3 times"):
        gone.fetch()
    assert gone.waited == [5.0, 1.0, 15.0, 1.0]


def test_a_silent_server_is_given_up(desk, monkeypatch):
    monkeypatch.setattr(web_server, "SILENCE_S", 0.05)
    desk.script.failures = [lambda handler, make: (time.sleep(0.3), server.dropped(handler, make))]
    desk.fetch()
    assert any("silent" in line for line in desk.said)


def test_an_endless_answer_is_given_up(desk, monkeypatch):
    monkeypatch.setattr(web_server, "LONGEST_ANSWER_S", -1.0)
    with pytest.raises(NoAnswerError, match="no end"):
        desk.fetch()
    assert desk.kept == []


def test_a_query_that_takes_too_long_is_cut_in_four(desk, whole):
    good = [None] * 4
    desk.script.failures = [saying(server.TIMED_OUT), *good, saying(server.OUT_OF_MEMORY)]
    assert_same_world(desk.fetch(), whole)
    assert len(desk.script.asked) == len(LAYERS) + 4 + 4
    desk.script.for_ever = saying(server.TIMED_OUT)
    with pytest.raises(NoAnswerError, match=r"cannot answer for streets even in .* Query timed"):
        desk.fetch(f"{MIDDLE},100")


def test_an_answer_without_end_is_cut_in_four_until_it_is_small_enough_or_hopeless(
    desk, monkeypatch
):
    monkeypatch.setattr(web_server, "LARGEST_ANSWER_MB", 0.001)
    with pytest.raises(NoAnswerError, match=r"cannot answer for streets even in .* km2"):
        desk.fetch()
    assert desk.kept == []


def test_all_answers_together_are_limited(desk, monkeypatch):
    monkeypatch.setattr(fetching, "LARGEST_FETCH_MB", 0.01)
    with pytest.raises(InputError, match="MB of answers; take a smaller area"):
        desk.fetch()


@pytest.mark.parametrize("finished", range(1, len(LAYERS)))
def test_an_interrupted_fetch_goes_on_where_it_was(finished, desk, whole):
    desk.script.failures = [None] * finished
    desk.script.for_ever = busy(504)
    with pytest.raises(NoAnswerError):
        desk.fetch()
    assert len(desk.kept) == finished
    desk.script.for_ever, desk.script.asked, desk.said[:] = None, [], []
    assert_same_world(desk.fetch(), whole)
    assert len(desk.script.asked) == len(LAYERS) - finished
    assert [line.endswith("kept") for line in desk.said] == [
        number < finished for number in range(len(LAYERS))
    ]


def test_stopping_by_hand_leaves_finished_layers_and_no_half_file(desk, whole):
    def stop(handler, make):
        server.cut(handler, make)

    def waited(seconds):
        if seconds > web_server.BETWEEN_S:
            raise KeyboardInterrupt

    desk.script.failures = [None, None, stop]
    impatient = desk.server()
    impatient.wait = waited
    with pytest.raises(KeyboardInterrupt):
        fetch_city(desk.area(AROUND), "quarter", impatient, halo_m=60.0)
    assert len(desk.kept) == 2
    assert_same_world(desk.fetch(), whole)
    assert len(desk.script.asked) == len(LAYERS) + 1


@pytest.mark.parametrize("damage", [b"", b"no gzip", "cut", "other"])
def test_a_damaged_kept_answer_is_asked_for_again(damage, desk, whole):
    desk.fetch()
    path = desk.folder / desk.kept[0]
    if damage == "cut":
        damage = path.read_bytes()[:-40]
    elif damage == "other":
        damage = gzip.compress(b"<html></html>")
    path.write_bytes(damage)
    assert_same_world(desk.fetch(), whole)
    assert len(desk.script.asked) == len(LAYERS) + 1


def test_old_answers_are_not_used_and_are_deleted(desk):
    desk.fetch()
    old = time.time() - (web_server.KEPT_DAYS + 1) * 86400
    first, second, *_ = desk.kept
    for name in (first, second):
        os.utime(desk.folder / name, (old, old))
    desk.fetch()
    assert len(desk.script.asked) == len(LAYERS) + 2
    os.utime(desk.folder / first, (old, old))
    forget_old_answers(desk.folder)
    assert first not in desk.kept
    forget_old_answers(desk.folder / "nowhere")


def test_answers_of_one_server_are_not_taken_for_those_of_another(desk, tmp_path):
    desk.fetch()
    with running(PLANET) as other:
        Desk(other, desk.folder).fetch()
        assert len(other.asked) == len(LAYERS)


def test_no_streets_is_one_clear_line(desk):
    with pytest.raises(InputError, match=r"100 m around 0 0: .* knows no streets there"):
        desk.fetch("0,0,100")


def test_streets_beside_an_area_are_not_streets_in_it(desk):
    # The box is rounded outwards to about 100 m, so that an answer may hold streets beyond.
    with pytest.raises(InputError, match="knows no streets there"):
        desk.fetch("22.30930,114.1604,10", halo_m=0.0)


def test_streets_without_buildings_fall_back_to_blocks(tmp_path):
    bare = server.Planet(PLANET.nodes, {i: w for i, w in PLANET.ways.items() if i < 300})
    with running(bare) as script:
        city = Desk(script, tmp_path).fetch()
    assert city.walls.kind == "blocks"
    assert any("no building footprints" in line for line in city.provenance["assumptions"])


def test_a_hut_away_from_the_only_path_is_no_mistake(tmp_path):
    nodes = {1: (114.1605, 22.3105, {}), 2: (114.1625, 22.3125, {})}
    nodes |= {10 + i: (114.1624 + x, 22.3104 + y, {})
              for i, (x, y) in enumerate([(0, 0), (0.0001, 0), (0.0001, 0.0001)])}  # fmt: skip
    ways = {5: ([1, 2], {"highway": "path"}), 6: ([10, 11, 12, 10], {"building": "hut"})}
    with running(server.Planet(nodes, ways)) as script:
        city = Desk(script, tmp_path).fetch("22.3115,114.1615,150")
    assert city.walls.kind == "blocks"


@pytest.mark.parametrize("tile", [0.0017, 0.0023])
def test_tiles_do_not_show(tile, desk, whole, monkeypatch):
    monkeypatch.setattr(overpass_queries, "TILE_DEGREES", tile)
    assert_same_world(desk.fetch(), whole)
    assert len(desk.script.asked) > 3 * len(LAYERS)


def test_a_plan_says_what_would_be_asked_and_asks_nothing(desk):
    lines = list(plan(desk.server(), desk.area(AROUND), 60.0))
    assert desk.script.asked == []
    assert lines[-1].startswith("# to ask of 127.0.0.1")
    assert "kept: 0" in lines[-1]
    desk.fetch()
    assert set(desk.script.asked) == {line for line in lines if not line.startswith("#")}
    assert "kept: 4" in list(plan(desk.server(), desk.area(AROUND), 60.0))[-1]


def test_the_extract_can_be_imported_like_any_other(desk, tmp_path):
    area = desk.area(AROUND)
    gpd.GeoSeries([area.polygon], crs=area.crs).to_file(tmp_path / "area.gpkg")
    city = desk.fetch(str(tmp_path / "area.gpkg"), extract=tmp_path / "kept.osm.pbf")
    imported = import_files(
        [tmp_path / "kept.osm.pbf"], "quarter", area=tmp_path / "area.gpkg", halo_m=60.0
    )
    for own, others in zip(layers(city), layers(imported), strict=True):
        assert own.equals(others)
    with pytest.raises(InputError, match="cannot be written"):
        desk.fetch(extract=tmp_path / "nowhere" / "kept.osm.pbf")


@pytest.fixture(scope="module")
def helsinki(tmp_path_factory):
    """Helsinki's centre in the form of Overpass, a box of it, and the file's import of the box."""
    path = shared("cities/helsinki.osm.pbf")
    box = tmp_path_factory.mktemp("helsinki") / "box.geojson"
    gpd.GeoSeries([shapely.box(24.940, 60.1685, 24.946, 60.1715)], crs="EPSG:4326").to_file(box)
    return server.Planet.read(path), box, import_files([path], "box", area=box, halo_m=100.0)


@pytest.mark.slow
@pytest.mark.parametrize("tile", [0.05, 0.006])
def test_what_is_fetched_is_what_an_extract_holds(tile, helsinki, tmp_path, monkeypatch):
    monkeypatch.setattr(overpass_queries, "TILE_DEGREES", tile)
    planet, box, expected = helsinki
    with running(planet) as script:
        city = Desk(script, tmp_path / "kept").fetch(str(box), halo_m=100.0)
    # The same in all layers; only what was left out is counted over what was read.
    for own, others in zip(layers(city), layers(expected), strict=True):
        assert len(own) > 50
        assert own.equals(others)
    fetched, imported = (
        read_manifest(save_bundle(of, tmp_path / name))["layers"]
        for name, of in (("fetched", city), ("imported", expected))
    )
    # water, parks, names and trees are read of an extract and not asked of the server
    assert fetched == {k: v for k, v in imported.items() if k not in ("surroundings", "trees")}
    assert city.streets.report == expected.streets.report
    assert city.area.polygon.equals(expected.area.polygon)
    assert city.area.region.equals(expected.area.region)
    assert city.provenance["counts"] == expected.provenance["counts"]
