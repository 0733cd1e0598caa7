"""Two runs on one page, in a real browser, opened from disk with the network cut."""

import json
import shutil

import numpy as np
import pytest
from chromium import HOSTILE, VISIBLE_TEXT, complaints, open_file, requests, wait, words
from compared_runs import compared, two_runs
from invented_run import write_run

from maps import write_comparison
from maps.comparison_texts import WORDS
from maps.page import page_asset
from maps.payload import build_payload
from maps.run_folder import read_run_folder
from sim.errors import InputError

pytestmark = pytest.mark.slow

PAINTED = """
const done = arguments[0];
requestAnimationFrame(() => requestAnimationFrame(() => done(Unseen.panel.views.map((view) => {
  const canvas = view.sheets.light._container;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let painted = 0;
  for (let i = 0; i < data.length; i += 4) {
    painted += data[i + 3] > 200 && data[i] > data[i + 2] + 60;
  }
  return painted;
}))));
"""
WHERE = """
return Unseen.panel.views.map(({ map }) => {
  const { lat, lng } = map.getCenter();
  return [lat, lng, map.getZoom()];
});
"""


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    folders, names, figures = two_runs(folder)
    return folders, write_comparison(folders, folder / "two.html", names, figures)


def open_two(browser, page, width=1280, height=800):
    open_file(browser, page, width, height)
    wait(browser, "return document.documentElement.classList.contains('whole')")


def slide(browser, total):
    browser.execute_script("Unseen.panel.setTotal(arguments[0])", total)
    return browser.execute_async_script(PAINTED)


@pytest.mark.parametrize("width", [360, 1280])
def test_it_opens_without_error_or_request_and_fits(browser, two, width):
    open_two(browser, two[1], width)
    assert [url for url in requests(browser) if not url.startswith("data:")] == [two[1].as_uri()]
    assert complaints(browser) == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    sizes = browser.execute_script(
        "return Unseen.panel.views.map(({ map }) => [map.getSize().x, map.getSize().y])"
    )
    assert np.allclose(sizes[0], sizes[1], atol=2)
    assert min(min(size) for size in sizes) > 150


def test_one_slider_lights_both_maps_and_figures_are_the_summaries(browser, two):
    folders, page = two
    open_two(browser, page)
    steps = [json.loads((folder / "summary.json").read_text())["steps"] for folder in folders]
    before = slide(browser, 0)
    assert before == [0, 0]
    for pair in zip(*steps, strict=True):
        painted = slide(browser, pair[0]["total"])
        assert all(now >= last for now, last in zip(painted, before, strict=True))
        before = painted
        for side, step in enumerate(pair):
            shown = browser.execute_script(
                "const { figures } = Unseen.panel.views[arguments[0]];"
                "return [0, 1, 2, 3].map((t) => figures.streetShare(t, arguments[1]));",
                side, step["total"],
            )  # fmt: skip
            assert shown == pytest.approx(list(step["coverage"].values()), abs=3e-5)
        apart = pair[1]["coverage"]["recognise"] - pair[0]["coverage"]["recognise"]
        row = browser.find_elements("css selector", "#two-figures tr")[1].text
        assert f"{abs(100 * apart):.1f} pts" in row
        assert min(painted) > 0 or pair[0]["total"] < 60_000
        assert "± 1.0" in browser.find_element("id", "two-figures").text


def test_the_maps_move_together(browser, two):
    open_two(browser, two[1])
    for side in (0, 1):
        browser.execute_script(
            "const { map } = Unseen.panel.views[arguments[0]];"
            "map.panBy([60, 25], { animate: false }); map.setZoom(map.getZoom() + 1);",
            side,
        )
        first, second = browser.execute_script(WHERE)
        assert first[2] == second[2]
        assert np.allclose(first[:2], second[:2], atol=2e-5)


def test_the_language_changes_every_visible_text(browser, two):
    open_two(browser, two[1])
    english = browser.execute_script(VISIBLE_TEXT)
    browser.find_element("css selector", "[data-language=zh]").click()
    browser.execute_async_script(PAINTED)
    chinese = browser.execute_script(VISIBLE_TEXT)
    browser.find_element("css selector", "[data-language=en]").click()
    assert words(english) & words(chinese) == set()
    assert len(words(chinese)) > 40


def test_hostile_names_run_nothing(browser, hostile_folder, tmp_path):
    other = shutil.copytree(hostile_folder, tmp_path / "other")
    differs = {name: [name, [name]] for name in HOSTILE}
    for key in range(0, len(HOSTILE) - 1, 2):
        names = HOSTILE[key : key + 2]
        figures = compared([hostile_folder, other], names, differs)
        page = write_comparison([hostile_folder, other], tmp_path / "two.html", names, figures)
        open_two(browser, page)
        browser.find_element("css selector", "[data-language=zh]").click()
        browser.execute_async_script(PAINTED)
        assert browser.execute_script("return window.ran === undefined")
        assert browser.execute_script("return document.querySelectorAll('main img').length") == 0
        assert complaints(browser) == []


def test_without_script_both_pictures_and_the_table_stand(browser, two):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(two[1].as_uri())
    said = browser.find_element("css selector", "main").text
    pictures = browser.find_elements("css selector", ".picture")
    sizes = [picture.size["width"] for picture in pictures]
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert len(sizes) == 2
    assert min(sizes) > 250
    assert "並排比較" in said
    assert "cameras.strategy" in said


def test_what_is_alike_is_carried_once(two):
    runs = [build_payload(read_run_folder(folder), walks=False) for folder in two[0]]
    apart = {name for name, *_ in runs[1].columns.without(runs[0].columns).index}
    assert {"edge_x", "edge_y", "wall_x", "edge_name", "edge_ends"} & apart == set()
    assert {"piece_new", "head_x"} <= apart


def test_runs_of_other_areas_or_totals_are_refused(two, tmp_path):
    folders, _ = two
    other = write_run(tmp_path / "elsewhere", area_name=("Elsewhere", "別處"))
    apart = write_run(tmp_path / "apart", totals=[5000, 9000])
    nothing = {"differs": {}, "rows": []}
    for runs, said in (
        ([folders[0], other], "another study area"), ([folders[0], apart], "no total"),
        ([folders[0]], "give 2 run folders"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=said):
            write_comparison(runs, tmp_path / "two.html", ["a", "b"], nothing)
    assert not (tmp_path / "two.html").exists()


def test_every_text_is_asked_for():
    content = page_asset("compare.html") + page_asset("compare.js")
    built = {f"two_{name}" for name in (
        "headline", "headline_streets", "note", "note_streets", "title", "paired", "independent",
        "cameras", "coverage", "walk", "walk_p10", "walk_p90", "unseen_trips", "longest_gap_m",
        "identified", "tracked_live", "tracked_afterwards", "no_unseen_walk", "dark", "answer",
        "headline_answer", "note_answer", "note_band", "note_one", "fewer", "more", "apart_error",
    )}  # fmt: skip
    assert [key for key in WORDS if key not in built and key not in content] == []
