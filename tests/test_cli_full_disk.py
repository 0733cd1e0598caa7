"""No room and no permission: one line, and what stood before stands after."""

import json
import resource
from contextlib import contextmanager

import geopandas as gpd
import pytest
import shapely

from sim.cli import main

pytestmark = pytest.mark.slow

SCENARIO = """name: small
area: mong_kok_core
cameras: {totals: [4000]}
trips: {people: 20}
tracking: {subsample: 2}
"""


@contextmanager
def full_disk(room):
    """No file may grow beyond `room` bytes: the system refuses as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HK_CAMERA_SIM_DATA", str(tmp_path / "bundles"))
    (tmp_path / "s.yaml").write_text(SCENARIO)
    spots = [(114 + i / 999, 22.3 + j / 999) for i in range(20) for j in range(2)]
    nodes = gpd.GeoDataFrame({"osmid": range(40)}, geometry=shapely.points(spots), crs=4326)
    ends = [(2 * i, 2 * i + 1) for i in range(20)]
    ends += [(2 * i + j, 2 * i + j + 2) for i in range(19) for j in range(2)]
    lines = [shapely.LineString([spots[u], spots[v]]) for u, v in ends]
    table = {"u": [u for u, _ in ends], "v": [v for _, v in ends], "key": 0, "osmid": range(58)}
    edges = gpd.GeoDataFrame({**table, "highway": "residential"}, geometry=lines, crs=4326)
    nodes.to_file(tmp_path / "streets.gpkg", layer="nodes")
    edges.to_file(tmp_path / "streets.gpkg", layer="edges")
    return tmp_path


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


IMPORT = ["data", "import", "streets.gpkg", "--name", "mine"]
COMMANDS = {"run": ["run", "s.yaml", "--out", "o"], "import": IMPORT}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_one_line_and_what_stood_stands(there, capsys, command):
    words = COMMANDS[command]
    for before in ("nothing", "an earlier one"):
        stood = content(there)
        capsys.readouterr()
        with full_disk(6_000):
            assert main(words) in (1, 2), before
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        assert "File too large" in err
        assert content(there) == stood
        assert not [path for path in there.rglob(".*") if path.is_dir()]
        assert main(words) == 0


@pytest.mark.usefixtures("unprivileged")
@pytest.mark.parametrize("command", [*COMMANDS, "sweep", "export"])
def test_a_read_only_folder_is_one_line(there, capsys, command):
    assert main([*COMMANDS["run"], "--no-map"]) == 0
    (there / "w.yaml").write_text(SCENARIO + "matrix: {seed: [1, 2]}\n")
    (there / "bundles").mkdir()
    words = {
        **COMMANDS,
        "run": ["run", "s.yaml", "--out", "bundles/o"],
        "sweep": ["sweep", "w.yaml", "--out", "bundles/o"],
        "export": ["export", "o", "--out", "bundles/a.gpkg"],
    }[command]
    (there / "bundles").chmod(0o555)
    stood = content(there)
    capsys.readouterr()
    try:
        assert main(words) in (1, 2)
    finally:
        (there / "bundles").chmod(0o755)
    assert capsys.readouterr().err.count("\n") == 1
    assert content(there) == stood


@pytest.mark.parametrize("command", [*COMMANDS, "sweep", "export"])
def test_a_place_that_no_folder_can_be_made_in_is_one_line(there, capsys, monkeypatch, command):
    assert main([*COMMANDS["run"], "--no-map"]) == 0
    (there / "w.yaml").write_text(SCENARIO + "matrix: {seed: [1, 2]}\n")
    monkeypatch.setenv("HK_CAMERA_SIM_DATA", str(there / "s.yaml" / "bundles"))
    words = {
        "run": ["run", "s.yaml", "--out", "s.yaml/o"],
        "import": IMPORT,
        "sweep": ["sweep", "w.yaml", "--out", "s.yaml/o"],
        "export": ["export", "o", "--out", "s.yaml/a.gpkg"],
    }[command]
    stood = content(there)
    capsys.readouterr()
    assert main(words) in (1, 2)
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "s.yaml/" in err
    assert content(there) == stood


def test_a_run_on_a_full_disk_keeps_its_stages_or_not_but_never_half(there, monkeypatch):
    monkeypatch.setenv("HK_CAMERA_SIM_CACHE", str(there / "stages"))
    with full_disk(6_000):
        assert main(COMMANDS["run"]) == 1
    assert main(COMMANDS["run"]) == 0
    manifest = json.loads((there / "o" / "manifest.json").read_text())
    kept = {path.name.partition("-")[0] for path in (there / "stages").iterdir()}
    assert set(manifest["machine"]["stages_of_earlier_runs"]) <= kept
    assert not list((there / "stages").glob(".*"))
