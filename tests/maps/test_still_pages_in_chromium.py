"""Pages that stand still: without a script in both languages, printed whole in the one chosen."""

import json
import re

import pytest
from chromium import open_file, wait
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


PRINTED = """
const shown = [...document.querySelectorAll("main *")].filter((e) => e.checkVisibility());
const own = (e) => !e.closest(".glossary, [translate=no] bdi, .other-name, .languages");
const style = (name) => [...new Set(shown.filter((e) => e.matches(name[0]))
  .map((e) => getComputedStyle(e)[name[1]]))];
return {
  ink: getComputedStyle(document.querySelector("h1")).color,
  languages: [...new Set(shown.filter((e) => e.lang && own(e)).map((e) => e.lang))],
  wide: shown.filter((e) => e.matches(".scroll, main, figure, .cards")
    && e.scrollWidth > e.clientWidth + 1).map((e) => e.outerHTML.slice(0, 80)),
  swatches: style([".swatch.ink", "printColorAdjust"]),
  figures: style(["figure, tr", "breakInside"]),
  headings: style(["h2, h3, summary", "breakAfter"]),
  names: shown.filter((e) => e.matches(".sides bdi")).map((e) => e.innerText.trim()),
  tables: shown.filter((e) => e.matches(".sides-by-district table")).length,
};
"""
A4_PX = 718
"""An A4 page less the margins that browsers leave."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_printed_page_is_whole_in_the_language_chosen(browser, pages, language):
    for page, names in zip(pages, ([], NAMES[language]), strict=True):
        open_file(browser, page, A4_PX, 1000)
        wait(browser, "return document.documentElement.classList.contains('whole')")
        browser.find_element("css selector", f"[data-language={language}]").click()
        dark = [{"name": "prefers-color-scheme", "value": "dark"}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": dark})
        found = browser.execute_script(PRINTED)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
        assert found["ink"] == "rgb(27, 35, 44)", "dark on paper, also of a dark screen"
        assert set(found["languages"]) <= {"en" if language == "en" else "zh-Hant-HK"}
        assert found["wide"] == []
        assert found["swatches"] == ["exact"]
        assert found["figures"] == ["avoid"]
        assert found["headings"] == ["avoid"]
        assert found["names"] == names
        assert found["tables"] == 0, "the cards say the same"


NAMES = {
    "en": ["wide junctions first", "anywhere"],
    "zh": ["大路口優先", "隨處"],
}


def story_tables(carried):
    return carried["facts"].get("story_tables", {}).values()


def squeezed(words):
    """Words without spaces, which a browser puts between and takes from blocks of its own."""
    return "".join(words.split())
