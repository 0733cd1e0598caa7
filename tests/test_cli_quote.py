"""`sim quote`, and the band and range that `sim bands --into` puts into a run."""

import html
import json

import pytest

from maps.answer import of_a_hundred
from sim.cli import main
from sim.results.contract import BRIEFS

pytestmark = pytest.mark.slow
SCENARIO = """name: small
area: mong_kok_core
cameras: {plan: as_announced, totals: [4000, 60000]}
trips: {people: 40}
seed: 3
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quoted")
    (folder / "s.yaml").write_text(SCENARIO)
    (folder / "other.yaml").write_text(SCENARIO.replace("seed: 3", "seed: 4"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["run", "s.yaml", "--out", "ran"]) == 0
        assert main(["quote", "ran", "--json"]) == 0
        bands = ["bands", "--seeds", "3", "--cases", "plan=announced_many_police"]
        assert main([*bands, "other.yaml", "--into", "ran"]) == 2
        assert not (folder / "out").exists(), "refused before the work"
        assert main([*bands, "s.yaml", "--into", "ran"]) == 0
    return folder


def words(here, capsys, *more):
    capsys.readouterr()
    assert main(["quote", str(here / "ran"), *more]) == 0
    return capsys.readouterr()


def test_the_quotation_has_band_range_digest_and_citation(here, capsys):
    manifest = json.loads((here / "ran" / "manifest.json").read_text())
    rows = {
        row["total"]: row
        for row in json.loads((here / "ran" / "summary.json").read_text())["range"]
        if (row["task"], row["figure"]) == ("recognise", "answer")
    }
    said = words(here, capsys)
    assert said.err == ""
    for row in rows.values():
        for share in (row["p5"], row["p95"], row["lowest"]["value"], row["highest"]["value"]):
            assert of_a_hundred(share, "en") in said.out
        assert row["lowest"]["value"] <= row["mean"] <= row["highest"]["value"]
    assert manifest["scenario_digest"][:12] in said.out
    assert "everyday walks in Mong Kok core" in said.out
    assert "every camera of the plan" in said.out
    assert "simulated" in said.out


def test_it_speaks_chinese(here, capsys):
    said = words(here, capsys, "--lang", "zh").out
    assert "不被認出" in said
    assert "模擬" in said
    assert "換成其他同樣可能的位置" in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_brief_stands_in_the_run_and_has_what_the_quotation_has(here, capsys, language):
    quoted = words(here, capsys, "--lang", language).out.splitlines()
    assert main(["brief", str(here / "ran"), "--lang", language]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    page = html.unescape((here / "ran" / BRIEFS[language]).read_text(encoding="utf-8"))
    assert said.out.strip().endswith(BRIEFS[language])
    for line in quoted[:2]:
        assert line in page


def test_map_and_report_say_the_band_too(here):
    for name in ("map.html", "report.html"):
        assert "Over the named cases" in (here / "ran" / name).read_text(), name


def test_bands_are_the_same_bytes_again_and_the_run_may_still_be_replaced(here, monkeypatch):
    monkeypatch.chdir(here)
    before = (here / "ran" / "summary.json").read_bytes()
    bands = ["bands", "--seeds", "3", "--cases", "plan=announced_many_police"]
    assert main([*bands, "s.yaml", "--into", "ran"]) == 0
    assert (here / "ran" / "summary.json").read_bytes() == before
    assert main(["run", "s.yaml", "--out", "ran", "--no-map"]) == 0
    assert not (here / "ran" / "bands.json").exists()


def test_without_bands_the_quotation_says_what_is_missing(here, capsys):
    said = words(here, capsys)  # the run was replaced by the test before
    assert "not yet with band and range" in said.err
    assert "ver the named cases" not in said.out
