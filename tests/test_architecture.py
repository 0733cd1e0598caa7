"""The way through the house is one-way, and the shape of its files is as the design has it."""

import shutil
from pathlib import Path

import pytest
from architecture import source

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def files():
    return source.files_of(ROOT)


@pytest.fixture
def plant(files):
    """Return how to add lines to a file of a copy of the source, kept in memory."""
    planted = dict(files)

    def add(module, text, at_end=True):
        file = planted[module]
        text = file.text + text if at_end else text + file.text
        planted[module] = source.File(module, file.path, text)
        return planted

    return add


def test_every_room_has_its_place(files):
    assert source.rooms_without_a_place(files) == set()
    assert {"sim.cli", "sim.city.model", "sim.results.contract", "maps.page"} <= files.keys()


def test_a_room_imports_only_from_its_left(files):
    assert source.rooms_out_of_order(files) == []


def test_the_maps_read_run_folders_and_only_the_commands_know_the_maps(files):
    assert source.borders_crossed(files) == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("sim.area", "from sim.city.model import City\n"),
        ("sim.area", "def later():\n    import sim.city.model\n"),
        ("sim.sight.sightings", "from sim import results\n"),
        ("sim.errors", "from sim.area import StudyArea\n"),
        ("sim.results.read", "from ..pipeline import run\n"),
        ("sim.area", "from importlib import import_module\nLATER = 'sim.tracking'\n"),
    ],
)
def test_an_import_from_the_right_is_found(plant, module, text):
    assert len(source.rooms_out_of_order(plant(module, text))) == 1


def test_an_import_for_annotations_alone_is_no_import(plant):
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sim.city.model\n"
    assert source.rooms_out_of_order(plant("sim.area", text)) == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("sim.pipeline.run", "def later():\n    import maps\n"),
        ("sim.pipeline.run", "from maps.page import write_map\n"),
        ("sim.results.read", "from sim import load_city\n"),
        ("maps.page", "from sim.results import write\n"),
        ("maps.page", "def later():\n    from sim.city.model import City\n"),
        ("maps.page", "import sim\n"),
    ],
)
def test_a_crossed_border_is_found(plant, module, text):
    assert len(source.borders_crossed(plant(module, text))) == 1


@pytest.mark.parametrize(
    "planted",
    [
        {
            "sim.city.points": "import sim.city.walls\n",
            "sim.city.walls": "import sim.city.points\n",
        },
        {
            "sim.city.points": "def later():\n    from sim.city.walls import Walls\n",
            "sim.city.walls": "from . import points\n",
        },
        {"sim.sight": "import sim.area\n", "sim.area": "import sim.sight.arrays\n"},
        {"sim.area": "from sim import load_city\n"},
        {"maps.page": "from maps import write_pages\n"},
    ],
    ids=["two files", "in a function", "a package's own file", "the face", "a name of the package"],
)
def test_a_planted_circle_is_found(files, plant, planted):
    before = source.circles(files)
    for module, text in planted.items():
        spoiled = plant(module, text)
    found = source.circles(spoiled)
    assert found != before
    (circle,) = [circle for circle in found if planted.keys() <= circle]
    assert source.a_way_round(spoiled, circle).count(" -> ") > 1


def test_an_import_for_annotations_alone_makes_no_circle(files, plant):
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sim.city.points\n"
    plant("sim.city.points", "import sim.city.walls\n")
    assert source.circles(plant("sim.city.walls", text)) == source.circles(files)


def test_a_circle_planted_in_a_copy_of_the_tree_is_found(tmp_path):
    for package in source.PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "assets", "*.csv", "*.json")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    before = source.circles(source.files_of(tmp_path))
    for one, other in (("points", "walls"), ("walls", "points")):
        with (tmp_path / "sim" / "city" / f"{one}.py").open("a", encoding="utf-8") as file:
            file.write(f"\n\ndef later():\n    import sim.city.{other}\n")
    found = source.circles(source.files_of(tmp_path))
    assert found != before
    assert any({"sim.city.points", "sim.city.walls"} <= circle for circle in found)


HIDDEN = """
def later():
    import folium
    import branca  # slow: loads jinja
    # optional: the extra `plot`
    import matplotlib
    from numpy import (  # slow: of no use before
        sqrt,
    )
    import pandas
"""


def test_a_hidden_import_is_found_and_its_reason_read(files, plant):
    before = source.hidden_imports(files)
    found = source.hidden_imports(plant("sim.area", HIDDEN))
    assert [reason for line, reason in found if (line, reason) not in before] == [
        False, True, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["# mypy: ignore-errors\n", "# ruff: noqa: ANN001\n", "# type: ignore\n", "# flake8: noqa\n"],
)
def test_a_file_wide_exception_is_found(files, plant, text):
    before = len(source.file_wide_exceptions(ROOT, files))
    spoiled = plant("sim.area", text, at_end=False)
    assert len(source.file_wide_exceptions(ROOT, spoiled)) == before + 1


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("def walk():\n", 1),
        ("# long: every step is told\ndef walk():\n", 1),
        ("@kernel\ndef walk():\n", 1),
        ("# one long loop: a call inside would cost a third\n@lean_kernel\ndef walk():\n", 0),
        ("@numba.njit(cache=True)\ndef walk():\n    # long, because it is one loop\n", 0),
    ],
)
def test_a_long_function_is_found(files, plant, head, found):
    before = len(source.long_functions(files))
    text = head + "    pass\n" * source.LONGEST_FUNCTION
    assert len(source.long_functions(plant("sim.area", text))) == before + found


def test_a_long_file_is_found(files, plant):
    before = len(source.long_files(files))
    assert len(source.long_files(plant("sim.area", "\n" * source.LONGEST_FILE))) == before + 1


def test_no_files_run_each_other_in_a_circle(files):
    assert [source.a_way_round(files, circle) for circle in source.circles(files)] == []


def test_few_imports_stand_inside_functions_and_each_says_why(files):
    found = source.hidden_imports(files)
    assert [where for where, reason in found if not reason] == []
    assert len(found) <= source.MOST_HIDDEN_IMPORTS, [where for where, _ in found]


def test_no_file_is_free_of_a_check(files):
    assert source.file_wide_exceptions(ROOT, files) == []


def test_no_function_is_long(files):
    assert source.long_functions(files) == []


def test_no_file_of_the_engine_is_long(files):
    assert source.long_files(files) == []
