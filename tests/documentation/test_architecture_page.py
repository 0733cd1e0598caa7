"""The page of the architecture is as the code is."""

import sys

import pytest
from architecture.source import files_of
from documentation.blocks import ROOT

sys.path.insert(0, str(ROOT / "docs"))
drawing = __import__("architecture_page")
RENEW = "run `python docs/architecture_page.py` and commit what it writes"


@pytest.fixture(scope="module")
def files():
    return files_of(ROOT)


def test_the_table_is_as_the_code(files):
    assert drawing.PAGE.read_text(encoding="utf-8") == drawing.page(files), RENEW


def test_the_picture_is_as_the_code(files):
    assert drawing.PICTURE.read_text(encoding="utf-8") == drawing.picture(files), RENEW


def test_arcs_go_from_right_to_left(files):
    flow = drawing.ROOMS
    for room, others in drawing.imports_between_rooms(files).items():
        if room not in ("commands", "cli"):  # which know the maps
            assert all(flow.index(other) < flow.index(room) for other in others)
