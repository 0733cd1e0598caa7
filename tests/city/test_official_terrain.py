"""The terrain model of the Government: an ASCII grid, cut to a city, kept, looked over."""

import json
import zipfile
from dataclasses import replace

import numpy as np
import official_town as town
import pytest

import sim
from sim.city.bundle import load_bundle, save_bundle
from sim.city.digest import scene_digest
from sim.city.from_files import import_files
from sim.city.loaders import City
from sim.city.sources.files import file_kind
from sim.city.sources.official_terrain import read_terrain
from sim.errors import InputError

WEST, SOUTH, CELL = town.WEST - 300, town.SOUTH - 300, 5.0
SIDE = 180


def grid(path, height, nothing=-9999, **header):
    """Write heights, given from south to north, as the model has them."""
    rows, columns = height.shape
    said = {"ncols": columns, "nrows": rows, "xllcorner": WEST, "yllcorner": SOUTH,
            "cellsize": CELL, "NODATA_value": nothing} | header  # fmt: skip
    text = "".join(f"{key} {value}\n" for key, value in said.items() if value is not None)
    text += "\n".join(" ".join(f"{z:.2f}" for z in row) for row in height[::-1]) + "\n"
    path.write_text(text)
    return path


def slope(side=SIDE):
    """One metre up for ten to the east."""
    return np.tile((np.arange(side) + 0.5) * CELL / 10, (side, 1))


def test_heights_lie_at_the_middles_of_their_squares(tmp_path):
    path = grid(tmp_path / "t.asc", slope())
    assert file_kind(path) == "official_terrain"
    ground = read_terrain(path, (WEST + 100, SOUTH + 100, WEST + 200, SOUTH + 150))
    assert ground.height.shape[1] < SIDE / 2
    x, y = np.array([WEST + 100.0, WEST + 137.1, WEST + 200.0]), np.full(3, SOUTH + 111.0)
    assert ground.at(x, y) == pytest.approx((x - WEST) / 10, abs=0.01)
    north = grid(tmp_path / "n.asc", slope().T)
    ground = read_terrain(north, (WEST + 100, SOUTH + 100, WEST + 200, SOUTH + 150))
    assert ground.at(x[:1], y[:1]) == pytest.approx(11.1, abs=0.01)


def test_a_zip_with_one_grid_is_the_same_and_the_sea_is_level(tmp_path):
    height = slope()
    height[:90] = -9999
    path = grid(tmp_path / "t.asc", height)
    packed = tmp_path / "Whole_HK_DTM_5m.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, "Whole_HK_DTM_5m.asc")
        archive.writestr("readme.txt", "x")
    assert file_kind(packed) == "official_terrain"
    box = (WEST, SOUTH, WEST + 900, SOUTH + 900)
    ground = read_terrain(packed, box)
    assert ground.height.min() == 0.0
    assert np.array_equal(ground.height, read_terrain(path, box).height)
    assert read_terrain(path, (WEST + 50, SOUTH + 50, WEST + 90, SOUTH + 90)) is None  # all sea


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ncols": None}, "no ncols in its first six lines"),
        ({"ncols": 9}, "has 180 of 9 heights"),
        ({"cellsize": 0}, "squares of 0 m"),
        ({"ncols": 10**9, "nrows": 10**9}, "too many or none"),
        ({"xllcorner": 0, "yllcorner": 0}, "does not hold the area"),
        ({"nrows": 200}, "has 0 of 180 heights; it was cut short"),
        ({"NODATA_value": -1}, "heights of no ground here"),
    ],
)
def test_bad_grids_are_one_line(tmp_path, change, says):
    height = slope()
    height[3, 3] = -9999
    path = grid(tmp_path / "t.asc", height, **change)
    with pytest.raises(InputError, match=says) as refused:
        read_terrain(path, (WEST + 1, SOUTH + 1, WEST + 800, SOUTH + 800))
    assert "\n" not in str(refused.value)


def test_a_bundle_keeps_its_ground_and_cameras_look_over_it(tmp_path):
    files = [
        town.esri(tmp_path / "n.json", town.grid()), town.esri(tmp_path / "b.json", town.houses()),
    ]  # fmt: skip
    level = import_files(files, "town")
    flat = grid(tmp_path / "flat.asc", np.full((SIDE, SIDE), 5.0))
    same = import_files([*files, flat], "town")
    assert same.ground is None
    assert scene_digest(same) == scene_digest(level)
    hill = import_files([*files, grid(tmp_path / "t.asc", 6 * slope())], "town")
    assert any("terrain model" in one for one in hill.provenance["assumptions"])
    assert any("Digital Terrain Model" in one for one in hill.provenance["attribution"])
    save_bundle(hill, tmp_path / "hill")
    kept = load_bundle(tmp_path / "hill")
    assert np.array_equal(kept.ground.height, hill.ground.height)
    assert json.loads((tmp_path / "hill" / "manifest.json").read_text())["version"] == 2
    assert scene_digest(kept) == scene_digest(hill) != scene_digest(level)
    fleet = sim.place(kept, 30, share_rule="given", share=1.0, seed=7)
    seen = [sim.see(City._of(one), fleet).at(30).coverage()["identify"] for one in (level, kept)]
    assert seen[0] != seen[1] > 0
    raised = replace(kept, ground=replace(kept.ground, height=kept.ground.height + 64))
    assert sim.see(City._of(raised), fleet).at(30).coverage()["identify"] == pytest.approx(
        seen[1], abs=1e-9
    )
    (tmp_path / "hill" / "ground.parquet").write_bytes(b"x")
    with pytest.raises(InputError, match=r"ground.parquet: cut short or changed"):
        load_bundle(tmp_path / "hill")
