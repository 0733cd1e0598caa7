"""The commands `sim cameras …`: what they print, what they write, and their exit codes."""

import json
from pathlib import Path

import pytest

import sim
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


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small run."""
    place = tmp_path_factory.mktemp("runs")
    text = """name: small
area: mong_kok_core
cameras:
  totals: [4000, 20000]
  strategy: junctions
trips: {people: 5}
seed: 7
"""
    (place / "small.yaml").write_text(text, encoding="utf-8")
    sim.run(sim.load_scenario(place / "small.yaml").scenario, place / "small")
    return place / "small"


def test_next_adds_up_to_the_coverage_of_the_run(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cameras", "next", str(run), "--step", "3000", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["to_total"] for row in rows] == [*range(3_000, 20_000, 3_000), 20_000]
    step = json.loads((run / "summary.json").read_text(encoding="utf-8"))["steps"][-1]
    assert sum(row["new_share"] for row in rows) == pytest.approx(step["coverage"]["recognise"])
    assert sum(row["cameras"] for row in rows) == step["cameras"]
    assert main(["cameras", "next", str(run), "--task", "detect", "--step", "20000"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "0 to 20,000" in out
    assert f"{100 * step['coverage']['detect']:.1f} %" in out


def test_without_an_owner_less_is_seen(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cameras", "without", str(run), "--owner", "police", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["total"] for row in rows[::4]] == [4_000, 20_000]
    assert all(row["coverage_without"] < row["coverage"] for row in rows)
    words = ["--site", "0", "--site", "1", "--total", "20000"]
    assert main(["cameras", "without", str(run), *words]) == 0
    out = capsys.readouterr().out
    assert "20,000" in out
    assert "4,000" not in out.split("recognise")[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["next", "nowhere"], "nowhere: no such folder"),
        (["next", "RUN", "--step", "0"], "give a step of 1 or more heads"),
        (["next", "RUN", "--task", "see"], "no task; choose one of detect"),
        (["without", "RUN"], "give --owner, --site or --rank"),
        (["without", "RUN", "--owner", "nobody"], "no camera of owner 'nobody'"),
        (["without", "RUN", "--site", "99999"], "no camera of site 99999"),
    ],
)
def test_questions_to_a_run_that_cannot_be(
    run: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(run) if word == "RUN" else word for word in words]
    assert main(["cameras", *given]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1
