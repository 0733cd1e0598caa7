"""The command `sim cameras import`: what it prints, what it writes, and its exit codes."""

from pathlib import Path

import pytest

from sim.cameras.real import read_cameras
from sim.cli import main

LIST = "lon,lat,heading\n114.17,22.32,90\n114.171,22.321,=junk\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder, which holds a list of two cameras."""
    monkeypatch.chdir(tmp_path)
    Path("list.csv").write_text(LIST, encoding="utf-8")
    return tmp_path


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cameras", "import", "--help"]) == 0
    assert "Examples:\n    sim cameras import" in capsys.readouterr().out


def test_a_list_becomes_a_fleet_and_what_was_refused_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cameras", "import", "list.csv", "--report", "values.csv"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "cameras: 2\n" in out
    assert 'refused: row 3: camera:direction "=junk": is no direction' in out
    assert out.splitlines()[-1] == "list_cameras.parquet"
    assert len(read_cameras("list_cameras.parquet").fleet) == 2
    assert "'=junk" in Path("values.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (["--format", "geojson"], "list_cameras.geojson"),
        (["--out", "a.geojson"], "a.geojson"),
        (["--out", "a.parquet", "--format", "parquet"], "a.parquet"),
        (["--columns", "heading=heading, lon=lon", "--columns", "lat=lat"], "list_cameras.parquet"),
        (["--fixed", "strong", "--undirected", "all-round"], "list_cameras.parquet"),
    ],
)
def test_options(
    folder: Path, words: list[str], file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cameras", "import", "list.csv", *words]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == file
    assert len(read_cameras(file).fleet) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none.csv"], "none.csv: no such file"),
        (["list.csv", "--format", "kml"], '--format: "kml" is neither'),
        (["list.csv", "--out", "a.csv"], "a.csv: name it a.parquet"),
        (["list.csv", "--out", "a.parquet", "--format", "geojson"], "a.parquet: name it a.geojson"),
        (["list.csv", "--columns", "heading"], '--columns: "heading" is not FIELD=COLUMN'),
        (["list.csv", "--columns", "lon=a,lon=b"], '--columns: "lon" is given twice'),
        (["list.csv", "--columns", "speed=b"], 'columns: unknown field "speed"'),
        (["list.csv", "--crs", "HK80"], 'crs: "HK80" is no system'),
        (["list.csv", "--fixed", "typicl"], 'unknown camera type "typicl"'),
        (["list.csv", "--undirected", "north"], 'undirected: "north" is neither'),
        (["list.csv", "--area", "nowhere"], "nowhere"),
        (["list.csv", "--out", "no/a.parquet"], "no/a.parquet: cannot be written"),
        (["list.csv", "--report", "./list.csv"], "list.csv: would be written over"),
        ([], "sim: Missing argument 'FILE'"),
    ],
)
def test_wrong_input_is_one_line_and_nothing_is_written(
    folder: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cameras", "import", *words]) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert err.count("\n") == 1
    assert out == ""
    assert [path.name for path in folder.iterdir()] == ["list.csv"]
