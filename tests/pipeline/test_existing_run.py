"""A scenario that begins from cameras of a list says so wherever its figures show."""

import json

from sim.cli import main

SCENARIO = """\
name: listed
area: mong_kok_core
cameras:
  totals: [4000, 20000]
  existing: cameras.csv
  strategy: {junctions: 2, random: 1}
  mobile_share: 0.05
trips: {people: 50}
"""
CAMERAS = """\
lon,lat,heading,name
114.1695,22.3190,45,"<script>alert(1)</script>"
114.1700,22.3200,270,Corner
"""


def test_a_run_with_listed_cameras_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(SCENARIO)
    (tmp_path / "cameras.csv").write_text(CAMERAS)
    assert main(["run", "s.yaml", "--out", "run"]) == 0
    assert "2 cameras as mapped or listed by others" in " ".join(capsys.readouterr().out.split())
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert summary["simulated"] is False
    assert summary["real_cameras"] == 2
    assert manifest["cameras"]["existing"] == 2
    assert manifest["cameras"]["mobile"] > 0
    assert "2 cameras from a map or list" in manifest["cite"]
    kinds = {source.get("kind") for source in manifest["data"]["sources"]}
    assert "cameras that stand already" in kinds
    for page in ("map.html", "report.html"):
        text = (tmp_path / "run" / page).read_text(encoding="utf-8")
        assert "部分真實" in text
        assert "alert(1)" not in text


def test_a_file_that_is_not_there_is_told_by_its_key(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(SCENARIO)
    assert main(["run", "s.yaml", "--out", "run"]) == 2
    assert "s.yaml:5:3: cameras.existing: cameras.csv: no such" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
