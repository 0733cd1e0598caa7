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


SCREENS = [(1440, 900), (1024, 768), (390, 844), (360, 640), (640, 400)]


@pytest.mark.skipif(
    not AXE.is_file(), reason="axe-core is not installed (npm install --no-save axe-core)"
)
@pytest.mark.parametrize("page", ["map", "story", "many", "compare", "report", "site"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_on_any_screen(browser, pages, page, scheme):
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme},
                          {"name": "prefers-reduced-motion", "value": "reduce"}]}  # fmt: skip
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    found = {}
    # every screen in one of the two schemes, languages in turn
    screens = SCREENS[::2] if scheme == "light" else SCREENS[1::2]
    for shown, screen in zip(("en", "zh", "en"), screens, strict=False):
        open_file(browser, pages[page], *screen)
        if page in ("report", "site"):
            label = browser.find_element("css selector", f"label[for=in-{shown}]")
            browser.execute_script("arguments[0].click()", label)
        else:
            wait(browser, "return document.documentElement.classList.contains('whole')")
            browser.find_element("css selector", f"[data-language={shown}]").click()
        browser.execute_script(
            "for (const part of document.querySelectorAll('details')) part.open = true"
        )
        browser.execute_script(AXE.read_text(encoding="utf-8"))
        found[screen] = browser.execute_async_script(RUN_AXE)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert {screen: faults for screen, faults in found.items() if faults} == {}


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed")
@pytest.mark.parametrize("screen", SCREENS[2:])
def test_axe_finds_no_fault_in_any_step_on_a_phone(browser, pages, screen):
    open_file(browser, pages["story"], *screen)
    wait(browser, "return document.documentElement.classList.contains('whole')")
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    for step in range(7):  # one is there at a time
        browser.execute_script("Unseen.panel.story.goTo(arguments[0])", step)
        assert browser.execute_async_script(RUN_AXE) == [], step
