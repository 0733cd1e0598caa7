"""Without a script every page says everything in both languages."""

import json
import re

import pytest
from chromium import open_file
from compared_runs import two_runs
from test_answer_in_pages import with_answer
from test_district_cards import folder, rewritten, told  # noqa: F401 a fixture
from test_weeks_in_pages import content

from maps import write_comparison, write_map
from sim.results.doubt import put_days
from sim.results.read import RunData, read_data

pytestmark = pytest.mark.slow

SAID = """
for (const part of document.querySelectorAll("details")) part.open = true;
const shown = (name) => [...document.querySelectorAll(`[data-${name}]`)]
  .filter((e) => e.checkVisibility()).map((e) => e.getAttribute(`data-${name}`));
return [shown("t"), shown("fact"), document.body.innerText,
  document.getElementById("carried").textContent,
  [...document.querySelectorAll("table[data-table]")].map((e) => e.parentElement.innerText)];
"""


@pytest.fixture
def pages(tmp_path, folder):  # noqa: F811 the fixture
    """A page with the story, districts and weeks, and one of two runs."""
    rewritten(folder, lambda summary: with_answer(summary, districts=told()))
    put_days(read_data(folder, RunData), content())
    runs, names, compared = two_runs(tmp_path)
    return [
        write_map(folder),
        write_comparison(runs, tmp_path / "two.html", names, compared),
    ]


def test_without_script_all_is_said_in_both_languages(browser, pages):
    for page in pages:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        open_file(browser, page)
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        keys, facts, shown, carried, tables = browser.execute_script(SAID)
        shown, carried = squeezed(shown), json.loads(carried)
        assert len({*keys, *facts}) > 20
        english, chinese = (carried["texts"][language] for language in ("en", "zh"))
        for said in (english, chinese):
            wanted = [part for key in {*keys} for part in re.split(r"\{\w+\}", said[key])]
            assert [part for part in wanted if squeezed(part) not in shown] == []
        for place in (0, 1):
            wanted = [carried["facts"][key][place] for key in {*facts}]
            assert [part for part in wanted if squeezed(part) not in shown] == []
        for table, told_of in zip(tables, story_tables(carried), strict=True):
            for row in (told_of["head"], *told_of["rows"]):
                assert all(squeezed(said) in squeezed(table) for cell in row for said in cell)


def story_tables(carried):
    return carried["facts"].get("story_tables", {}).values()


def squeezed(words):
    """Words without spaces, which a browser puts between and takes from blocks of its own."""
    return "".join(words.split())
