"""The register of what is not published is as its sources are."""

import importlib.util
from pathlib import Path

from maps.unpublished import ITEMS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_register_is_as_its_sources():
    spec = importlib.util.spec_from_file_location("unpublished_page", DOCS / "unpublished_page.py")
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    _, mark, below = page.PAGE.read_text(encoding="utf-8").partition(page.BEGIN)
    assert mark, "run `python docs/unpublished_page.py`"
    assert below == f"\n\n{page.table()}", "run `python docs/unpublished_page.py`"
    measured = page.measured()
    for item in ITEMS:
        line = next(line for line in below.splitlines() if line.startswith(f"| {item.what[0]} |"))
        assert all(figure in line for figure in measured.get(item.factor, ()))
    assert len(measured["optics"]) == 2
