"""What was guessed or left out is told in both languages, in table, map and report."""

import json
import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from city.drawn import frames, grid_ways

from maps import write_pages
from sim.city.assemble import assemble
from sim.city.streets import StreetNetwork
from sim.city.walls import Walls
from sim.cli import main
from sim.results.contract import ERROR_OF_BLOCKS, WITH_BLOCKS
from sim.results.notes import notes
from sim.trips.demand import sample_trips


def told(city, people=20, **report):
    trips = sample_trips(city, people=people, seed=1)
    trips.report.update(report)
    found = notes(city, trips, people)
    assert all(set(note) == {"en", "zh"} and all(note.values()) for note in found)
    assert all(re.search(r"[\u4e00-\u9fff]", note["zh"]) for note in found)
    return " ".join(note["en"] for note in found)


def town(**more):
    return assemble("town", StreetNetwork.build(*frames(grid_ways())), halo_m=0, **more)


def house(height):
    box = shapely.box(835510, 820010, 835560, 820060)
    return gpd.GeoDataFrame({"height": [height]}, geometry=[box], crs="EPSG:2326")


def test_inferred_walls_and_places_are_told():
    said = told(town())
    assert "No building is mapped here" in said
    assert "Offices: " in said
    assert "Homes: " in said


def test_unknown_heights_are_counted():
    walls = Walls.from_footprints(house(float("nan")))
    assert "taller than any camera: 1 of 1 mapped building." in told(town(buildings=walls))
    known = Walls.from_footprints(house(12.0))
    assert "no known height" not in told(town(buildings=known))


@pytest.mark.parametrize("kind", ["footprints", "blocks", "mixed", "none"])
def test_what_is_known_of_the_error_of_blocks_stands_beside_every_run_with_blocks(kind):
    city = town()
    city = replace(city, walls=replace(city.walls, kind=kind))
    assert (ERROR_OF_BLOCKS["en"] in told(city)) == (kind in ("blocks", "mixed"))
    assert (kind in WITH_BLOCKS) == (kind in ("blocks", "mixed"))


def test_the_error_of_blocks_is_the_same_in_both_languages_and_in_the_docs():
    docs = (Path(__file__).parents[2] / "docs" / "walls.md").read_text(encoding="utf-8")
    figures = re.findall(r"\d+(?:\.\d+)?", ERROR_OF_BLOCKS["en"])
    assert sorted(figures) == sorted(re.findall(r"\d+(?:\.\d+)?", ERROR_OF_BLOCKS["zh"]))
    (told_of,) = re.findall(r"An\s+independent\s+measurement.+?\n\n", docs, re.DOTALL)
    assert set(figures) <= set(re.findall(r"\d+(?:\.\d+)?", told_of))


def test_outlines_that_the_map_cuts_are_counted():
    provenance = {"left_out_while_reading": {"buildings_cut_or_crossing": 3.0}}
    assert "holds only in part: 3 drawn" in told(town(provenance=provenance))


@pytest.mark.parametrize(("half", "farthest"), [(3, 470), (40, 41), (1200, 5000)])
def test_how_far_cameras_stand_from_points_is_told(half, farthest):
    counts = {"points_watched": 7, "points_half_within_m": half, "points_farthest_m": farthest}
    city = town()
    found = notes(city, sample_trips(city, people=5, seed=1), 5, counts)
    (said,) = [note for note in found if "points to watch" in note["en"]]
    assert f"half stand within {half:,} m of one of the 7 points" in said["en"]
    assert f"{farthest:,} m away" in said["en"]
    assert f"{farthest:,} 米" in said["zh"]


def test_nobody_walks():
    assert "Nobody walks (people: 0)" in told(town(), people=0)


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (
            {"left_out_school_pupil": 7.0},
            "people (school pupil) missing, with no place here to go to: 7.",
        ),
        ({"replaced_school_by_market_pupil": 5.0}, "5 walks go elsewhere"),
        ({"instead_home-office": 1.0}, "from home to office instead"),
        ({"left_out_school_pupil": 0.0}, ""),
        ({"own_dates_without_time_of_day": 12.0}, "dates without a time of day: 12."),
    ],
)
def test_what_people_do_instead(report, words):
    assert words in told(town(), **report)


def test_the_notes_stand_in_table_map_and_report(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(
        "name: s\narea: mong_kok_core\ncameras: {totals: [4000], strategy: junctions}\n"
        "trips: {people: 20}\nseed: 1\n"
    )
    assert main(["run", "s.yaml", "--out", "run"]) == 0
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert ERROR_OF_BLOCKS in manifest["notes"]
    printed = " ".join(capsys.readouterr().out.split())
    for note in manifest["notes"]:
        assert note["en"][:40] in printed
    write_pages(tmp_path / "run")
    for page in ("map.html", "report.html"):
        text = (tmp_path / "run" / page).read_text(encoding="utf-8")
        assert 'id="run-notes"' in text
        assert manifest["notes"][0]["zh"][:10] in text
        assert ERROR_OF_BLOCKS["en"] in text
        assert ERROR_OF_BLOCKS["zh"] in text
