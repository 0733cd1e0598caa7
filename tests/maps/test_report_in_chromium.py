"""The report in a browser: two printed pages for a reader, and one language at a time."""

import base64
import json
import re
import shutil

import pytest
from chromium import open_file
from test_report_reader import CASES, answered

from maps import write_report

pytestmark = pytest.mark.slow

WITHOUT_APPENDIX = """
for (const part of [...document.querySelector("main").children]) {
  if (!part.classList.contains("sheet")) part.remove();
}
"""
SHOWN = """
return [...document.querySelectorAll("main [lang]")].filter((part) => part.checkVisibility())
  .map((part) => part.lang);
"""


@pytest.fixture(scope="module", params=["whole", "no answer"])
def report(request, run_folder, tmp_path_factory):
    """A report with all that its first pages can hold, at six totals; and one with the least."""
    folder = shutil.copytree(run_folder, tmp_path_factory.mktemp("two") / "run")
    path = folder / "summary.json"
    summary = json.loads(path.read_text())
    if request.param == "whole":
        summary["ensemble"] = {"fleets": 20}
        summary["range"] = [
            {"total": step["total"], "task": "recognise", "figure": "answer", **CASES}
            for step in summary["steps"]
        ]
        answered(summary, fleets={"p5": 0.0995, "p50": 0.2, "p95": 0.9995})
        path.write_text(json.dumps(summary), encoding="utf-8")
    return write_report(folder)


def pages(browser):
    options = {"paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": True}
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", options)["data"])
    return len(re.findall(rb"/Type /Page\b", printed))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_reader_needs_is_two_printed_pages_and_one_language(browser, report, language):
    open_file(browser, report)
    browser.find_element("css selector", f"label[for=in-{language}]").click()
    shown = set(browser.execute_script(SHOWN))
    assert shown == {"en" if language == "en" else "zh-Hant-HK"}
    whole = pages(browser)
    browser.execute_script(WITHOUT_APPENDIX)
    assert pages(browser) == 2
    assert whole > 2


def test_keys_change_the_language(browser, report):
    open_file(browser, report)
    box = browser.find_element("id", "in-en")
    browser.execute_script("arguments[0].focus()", box)
    box.send_keys("\ue014")
    assert set(browser.execute_script(SHOWN)) == {"zh-Hant-HK"}
