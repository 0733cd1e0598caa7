"""axe-core finds no fault of any level in any page: for screen readers, keyboards and weak eyes."""

import json
import shutil
from pathlib import Path

import pytest
from chromium import open_file, wait
from compared_runs import two_runs
from invented_run import write_run
from test_answer_in_pages import with_answer
from test_weeks_in_pages import content

from maps import write_comparison, write_map, write_pages, write_site
from sim.results.doubt import put_days
from sim.results.read import RunData, read_data

pytestmark = pytest.mark.slow

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = [
    "wcag2a", "wcag21a", "wcag2aa", "wcag21aa", "wcag22aa", "wcag2aaa", "best-practice",
]  # fmt: skip
RUN_AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ["violations"], runOnly: RULES }).then(
  ({ violations }) => done(violations
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`)),
  (error) => done([String(error)]));
""".replace("RULES", str(LEVELS))


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Every kind of page, by name."""
    folder = tmp_path_factory.mktemp("pages")
    runs, names, compared = two_runs(folder)
    for run in runs:
        write_pages(run)
    told = shutil.copytree(runs[0], folder / "told", ignore=shutil.ignore_patterns("*.html"))
    summary = told / "summary.json"
    summary.write_text(json.dumps(with_answer(json.loads(summary.read_text()))), encoding="utf-8")
    put_days(read_data(told, RunData), content())
    many = write_run(folder / "many", totals=[2000 * k for k in range(1, 13)])
    return {
        "story": write_map(told),
        "many": write_map(many),
        "map": write_map(runs[0]),
        "compare": write_comparison(runs, folder / "two.html", names, compared),
        "report": runs[0] / "report.html",
        "site": write_site(runs, folder / "site"),
    }


@pytest.mark.skipif(
    not AXE.is_file(), reason="axe-core is not installed (npm install --no-save axe-core)"
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("page", "language"),
    [
        ("map", "en"),
        ("map", "zh"),
        ("story", "en"),
        ("story", "zh"),
        ("many", "zh"),
        ("compare", "en"),
        ("compare", "zh"),
        ("report", "en"),
        ("report", "zh"),
        ("site", "en"),
        ("site", "zh"),
    ],
)
def test_axe_finds_no_fault(browser, pages, page, language, scheme):
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    open_file(browser, pages[page])
    if page in ("report", "site"):
        browser.find_element("css selector", f"label[for=in-{language}]").click()
    else:
        wait(browser, "return document.documentElement.classList.contains('ready')")
        browser.find_element("css selector", f"[data-language={language}]").click()
        browser.execute_script(
            "for (const part of document.querySelectorAll('details')) part.open = true"
        )
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script(RUN_AXE)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert found == []


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed")
@pytest.mark.parametrize("screen", [(390, 844), (640, 400)])
def test_axe_finds_no_fault_in_any_step_on_a_phone(browser, pages, screen):
    open_file(browser, pages["story"], *screen)
    wait(browser, "return document.documentElement.classList.contains('ready')")
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    for step in range(7):
        browser.execute_script("Unseen.panel.story.goTo(arguments[0])", step)
        assert browser.execute_async_script(RUN_AXE) == [], step
