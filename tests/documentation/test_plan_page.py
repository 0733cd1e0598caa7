"""The page of the plan is as the facts are."""

import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_tables_are_as_the_facts():
    spec = importlib.util.spec_from_file_location("plan_page", DOCS / "plan_page.py")
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    above, mark, below = page.PAGE.read_text(encoding="utf-8").partition(page.BEGIN)
    assert mark, "run `python docs/plan_page.py`"
    assert below == f"\n\n{page.tables()}", "run `python docs/plan_page.py`"
    assert "as_announced" in above
