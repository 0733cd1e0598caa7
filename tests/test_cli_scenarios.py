"""What the command says of scenario files: variants, JSON for programs, what a run would take."""

import json
from pathlib import Path

import pytest

from sim.city.bundle_folder import FORMAT
from sim.cli import main
from sim.scenario.load import read_scenario

pytestmark = pytest.mark.slow

TEXT = """\
name: a
area: mong_kok_core
cameras:
  totals: {2025: 4000, 2028: 60000}
trips: {people: 20}
variants:
  few: {trips: {people: 3}}
"""


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a scenario in a folder of its own, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    path = Path("s.yaml")
    path.write_text(TEXT, encoding="utf-8")
    return path


def answer(capsys: pytest.CaptureFixture[str], words: list[str], code: int = 0) -> dict:
    """Return what a command prints for programs; mistakes are a line each on the other stream."""
    assert main([*words, "--json"]) == code
    out, err = capsys.readouterr()
    assert (err == "") == (code == 0)
    content = json.loads(out)
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    return content


def test_validate_checks_all_that_a_file_holds(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario.write_text(TEXT + "matrix: {seed: [1, 2, 3]}\n")
    assert main(["validate", "s.yaml"]) == 0
    assert capsys.readouterr().out == (
        "s.yaml: valid (mong_kok_core; junctions; 4,000, 60,000 cameras; variants few; "
        "3 scenarios by its matrix)\n"
    )
    scenario.write_text(TEXT + "  wrong: {sede: 1}\n")
    assert main(["validate", "s.yaml"]) == 2
    assert capsys.readouterr().err == 's.yaml:8:11: sede: unknown key (did you mean "seed"?)\n'


def test_validate_for_programs(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = answer(capsys, ["validate", "s.yaml"])
    assert told["valid"] is True
    (file,) = told["files"]
    assert (file["file"], file["valid"], file["mistakes"]) == ("s.yaml", True, [])
    assert file["variants"] == ["few"]
    assert file["scenario"]["cameras"]["dates"] == ["2025", "2028"]
    Path("w.yaml").write_text(TEXT + "sede: 1\n")
    told = answer(capsys, ["validate", "s.yaml", "w.yaml", "none.yaml"], 2)
    assert [file["valid"] for file in told["files"]] == [True, False, False]
    assert told["files"][1]["mistakes"] == [
        {
            "where": "w.yaml", "line": 8, "column": 1, "key": "sede",
            "message": 'unknown key (did you mean "seed"?)',
        }
    ]  # fmt: skip
    assert told["files"][2]["mistakes"][0]["line"] is None


def test_a_dry_run_shows_what_a_run_takes_and_writes_nothing(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "s.yaml", "--variant", "few", "--dry-run"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    first, second = out.splitlines()[:2]
    assert first.startswith("# A run takes about ")
    assert second.startswith("# Mong Kok core: 66 km of streets, 1,025 walls, ")
    resolved = read_scenario(out, Path("resolved.yaml")).scenario
    assert (resolved.name, resolved.trips.people) == ("a_few", 3)
    told = answer(capsys, ["run", "s.yaml", "--dry-run"])
    assert told["scenario"]["trips"]["people"] == 20
    takes = told["estimate"]
    assert (takes["trips"], takes["totals"], takes["not_counted"]) == (20, 2, [])
    assert 1 < takes["seconds"] < 60
    assert 1e8 < takes["memory_bytes"] < 2e9
    assert 1e5 < takes["disk_bytes"] < 1e7
    assert sorted(path.name for path in Path().iterdir()) == ["s.yaml"]


def test_a_run_for_programs_and_one_of_a_variant(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer(capsys, ["run", "s.yaml", "--variant", "few", "--no-map"])
    assert told["folder"] == str(Path("out") / "a_few")
    assert told["map"] is None
    assert told["summary"] == json.loads((Path(told["folder"]) / "summary.json").read_text())
    assert main(["run", "s.yaml", "--variant", "fwe"]) == 2
    assert capsys.readouterr().err == '--variant fwe: is not a variant (did you mean "few"?)\n'


def test_a_matrix_is_for_sweeps(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario.write_text(TEXT + "matrix: {seed: [1, 2]}\n")
    assert main(["run", "s.yaml"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("s.yaml:8:1: matrix: ")
    assert "`sim sweep`" in err
    assert err.count("\n") == 1


def test_data_for_programs(
    scenario: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HK_CAMERA_SIM_DATA", "bundles")
    Path("bundles/broken").mkdir(parents=True)
    Path("bundles/broken/manifest.json").write_text(f'{{"format": "{FORMAT}", "ver')
    built_in, broken = answer(capsys, ["data", "list"])
    assert (built_in["name"], built_in["built_in"]) == ("mong_kok_core", True)
    assert broken["name"] == "broken"
    assert broken["unusable"]
    told = answer(capsys, ["data", "info", "mong_kok_core"])
    assert told["crs"] == "EPSG:2326"
    assert 66 < told["street_km"] < 67
    assert set(told["districts"]) == {"Yau Tsim Mong", "Sham Shui Po", "Kowloon City"}
