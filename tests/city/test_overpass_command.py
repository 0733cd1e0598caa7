import json

import overpass_server as server
import pytest
from drawn_planet import MIDDLE, quarter
from overpass_server import busy, running

from sim.city.bundle_folder import DATA_FOLDER_VARIABLE, list_bundles
from sim.city.loaders import load_city
from sim.city.sources import server as web_server
from sim.cli import main


@pytest.fixture
def script(tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path / "data"))
    monkeypatch.setattr(web_server, "PAUSES_S", (0.01,) * 5)
    monkeypatch.setattr(web_server, "PAUSES_UNREACHED_S", (0.01,) * 2)
    monkeypatch.setattr(web_server, "BETWEEN_S", 0.0)
    with running(quarter(), {"Quarter": []}) as running_script:
        yield running_script


def fetch(script, *words):
    servers = ["--server", script.overpass, "--geocoder", script.nominatim]
    return main(["data", "fetch", *servers, "--halo", "60", *words])


def test_a_fetch_ends_in_a_bundle(script, capsys):
    assert fetch(script, f"{MIDDLE},150", "--name", "quarter") == 0
    said = capsys.readouterr()
    assert "walls: footprints" in said.out
    assert "reading, mapped cameras: 1" in said.out
    assert "a scenario takes it with `area: quarter`" in said.out
    assert [line.split()[1] for line in said.err.splitlines()] == [
        "streets", "buildings", "places", "surveillance",
    ]  # fmt: skip
    assert list_bundles() == ["quarter"]
    assert load_city("quarter").area.halo_m == 60


def test_a_fetch_for_programs(script, capsys):
    assert fetch(script, f"{MIDDLE},150", "--name", "quarter", "--dry-run", "--json") == 0
    assert json.loads(capsys.readouterr().out)["area"] == "quarter"
    assert fetch(script, f"{MIDDLE},150", "--name", "quarter", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["area"], told["walls"], told["halo_m"]) == ("quarter", "footprints", 60)


def test_the_area_names_the_bundle(script):
    assert fetch(script, f"{MIDDLE},150") == 0
    (name,) = list_bundles()
    assert name.startswith("150_m_around_22.3")


def test_a_dry_run_asks_for_nothing(script, capsys):
    assert fetch(script, f"{MIDDLE},150", "--dry-run") == 0
    said = capsys.readouterr().out
    assert script.asked == []
    assert said.count("[out:xml]") == 4
    assert "# to ask of 127.0.0.1" in said
    assert list_bundles() == []


def test_a_server_that_fails_for_ever_is_one_last_line_and_no_bundle(script, capsys):
    script.failures, script.for_ever = [None, None], busy(504)
    assert fetch(script, f"{MIDDLE},150", "--name", "quarter") == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("sim: Overpass at 127.0.0.1")
    assert "answers 504 (overloaded), 6 times in a row; try later" in last
    assert list_bundles() == []
    script.for_ever, script.asked = None, []
    assert fetch(script, f"{MIDDLE},150", "--name", "quarter") == 0
    assert len(script.asked) == 2


def test_stopping_says_that_the_same_command_goes_on(script, capsys, monkeypatch):
    def stop(_seconds):
        raise KeyboardInterrupt

    script.failures = [None, server.cut]
    original = web_server.Server.__post_init__

    def impatient(self):
        original(self)
        self.wait = lambda seconds: stop(seconds) if seconds else None

    monkeypatch.setattr(web_server.Server, "__post_init__", impatient)
    assert fetch(script, f"{MIDDLE},150", "--name", "quarter") == 130
    assert capsys.readouterr().err.splitlines()[-1] == (
        "sim: stopped; no bundle was written, answers are kept: the same command goes on there"
    )
    assert list_bundles() == []


@pytest.mark.parametrize(("words", "reason"), [
    (["Quarter"], "Quarter: no such place found"),
    ([f"{MIDDLE},150", "--name", "a/b"], "cannot name a bundle"),
    ([f"{MIDDLE},150", "--name", "mong_kok_core"], "is the built-in sample"),
    (["0,0,100"], "knows no streets there"),
])  # fmt: skip
def test_wrong_words_are_one_line(words, reason, script, capsys):
    assert fetch(script, *words) == 2
    assert reason in capsys.readouterr().err.splitlines()[-1]


def test_hostile_words_of_a_server_do_not_reach_the_terminal(script, capsys):
    remark = "\x1b[31m\x07 Dispatcher_Client"
    script.failures = [
        lambda handler, _make: handler._send(
            200, f"{server.HEAD}<remark>{remark}</remark>{server.FOOT}"
        )
    ]
    assert fetch(script, f"{MIDDLE},150") == 0
    assert "\x1b" not in capsys.readouterr().err
