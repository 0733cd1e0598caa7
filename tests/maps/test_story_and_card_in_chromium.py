"""The story and the picture of an own walk: the run's sentences, steps by keys, blurred ends."""

import json
import shutil

import pytest
from chromium import complaints, open_file, requests, wait
from test_answer_in_pages import with_answer

from maps import write_map
from maps.page import page_facts
from maps.run_folder import read_run_folder

pytestmark = pytest.mark.slow

READY = "return document.documentElement.classList.contains('whole')"
PUT = """
const { own } = Unseen.panel;
own.clear();
own.setEnd(0, own.atJunction(0, ["Home", "家"]));
own.setEnd(1, own.atJunction(10, ["Work", "公司"]));
"""
CARD = """
const card = Unseen.panel.own.card, [size, named] = arguments;
card.named.checked = named;
const canvas = card.draw(size), { data } = canvas.getContext("2d").getImageData(0, 0, ...size);
const inks = new Set();
for (let i = 0; i < data.length; i += 4) {
  if (data[i] === 0x4f && data[i + 1] === 0xb3) inks.add((i / 4) % size[0]);
}
return [canvas.width, canvas.height, Math.min(...inks), Math.max(...inks)];
"""


@pytest.fixture(scope="module")
def page(run_folder, tmp_path_factory):
    copy = tmp_path_factory.mktemp("story") / "run"
    shutil.copytree(run_folder, copy, ignore=shutil.ignore_patterns("*.html"))
    path = copy / "summary.json"
    path.write_text(json.dumps(with_answer(json.loads(path.read_text()))), encoding="utf-8")
    return write_map(copy)


def test_the_sentences_are_the_run_s_and_stand_without_a_script(page):
    written = page.read_text(encoding="utf-8")
    still = written[written.index("<main") : written.index('id="carried"')]
    assert "4,000 cameras leave 87 of 100 everyday walks" in still
    assert "60,000 leave 16." in still
    assert "每 100 程日常步行，有 87 程可全程不會被認出；60,000 個時，有 16 程。" in still
    summary = json.loads((page.parent / "summary.json").read_text())
    unseen = 1 - summary["steps"][-1]["coverage"]["recognise"]
    assert f"60,000 cameras leave {100 * unseen:.0f}% of street length" in still


SWIPE = """
const [from, to] = arguments, list = document.getElementById("story-steps");
const send = (kind, x) => {
  const touch = new Touch({ identifier: 1, target: list, clientX: x, clientY: 600 });
  list.dispatchEvent(new TouchEvent(kind, { touches: [touch], changedTouches: [touch] }));
};
send("touchstart", from);
send("touchend", to);
return [...document.querySelectorAll("#story-steps > li")].filter((li) => li.offsetParent)
  .map((li) => li.dataset.step);
"""
FITS = """
const panel = document.getElementById("panel").getBoundingClientRect();
return ["story-before", "story-next"].every((id) => {
  const box = document.getElementById(id).getBoundingClientRect();
  return box.top >= panel.top && box.bottom <= panel.bottom && box.height >= 34;
}) && document.querySelector(".read .story-says").getBoundingClientRect().bottom <= panel.bottom;
"""


@pytest.mark.parametrize("screen", [(390, 844), (360, 640), (640, 400)])
def test_on_a_phone_a_swipe_brings_the_next_step_and_one_is_there_at_a_time(browser, page, screen):
    open_file(browser, page, *screen)
    wait(browser, READY)
    browser.find_element("id", "story-start").click()
    assert browser.execute_script(FITS)
    assert browser.execute_script(SWIPE, 100, 90) == ["question"]
    steps = [browser.execute_script(SWIPE, 250, 100) for _ in range(7)]
    assert all(len(step) == 1 for step in steps)
    assert [step[0] for step in steps][:2] == ["eye", "wipe"]
    assert steps[-1] == ["sure"]
    for _ in range(3):
        assert browser.execute_script(FITS)
        browser.execute_script(SWIPE, 100, 250)
    assert complaints(browser) == []


def test_steps_are_read_by_keys_and_the_wipe_comes_and_goes(browser, page):
    open_file(browser, page, 390, 844)
    wait(browser, READY)
    browser.find_element("css selector", "[data-language=en]").click()
    shown = []
    for _ in range(6):
        shown.append(browser.execute_script("return Unseen.panel.state.wipe !== null"))
        browser.find_element("id", "story-next").send_keys("\ue007")
    assert shown == [False, False, True, False, False, False]
    assert browser.find_element("id", "story-place").text == "7 of 7"
    assert not browser.find_element("id", "story-next").is_enabled()
    assert browser.execute_script("return document.activeElement.id") == "story-before"
    assert complaints(browser) == []


DOTS = """
return [...document.querySelectorAll("#story-dots svg")].map((svg) => (
  [svg.getAttribute("aria-label"), svg.querySelectorAll(".dot-left").length]));
"""


def test_dots_are_a_hundred_of_the_run_where_its_walks_are_not_carried(browser, page, tmp_path):
    run = shutil.copytree(page.parent, tmp_path / "run", ignore=shutil.ignore_patterns("*.html"))
    path = run / "summary.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "simulated": False}))
    open_file(browser, write_map(run))
    wait(browser, READY)
    browser.find_element("css selector", "[data-language=en]").click()
    assert browser.execute_script(DOTS) == [
        ["4,000 cameras: 87 of 100 walks can be made without being recognised", 87],
        ["60,000 cameras: 16 of 100 walks can be made without being recognised", 16],
    ]
    assert not browser.find_element("id", "day").is_displayed()
    assert complaints(browser) == []


@pytest.mark.parametrize("size", [[1200, 630], [1080, 1350]])
def test_a_picture_hides_the_ends_of_a_walk_unless_asked(browser, page, size):
    open_file(browser, page)
    wait(browser, READY)
    browser.execute_script(PUT)
    width, height, left, right = browser.execute_script(CARD, size, False)
    assert [width, height] == size
    open_left, open_right = browser.execute_script(CARD, size, True)[2:]
    long = open_right - open_left
    assert left > open_left + 0.05 * long
    assert right < open_right - 0.05 * long
    words = browser.execute_script("return Unseen.panel.own.card.words()")
    assert words.startswith("On the shortest way, ")
    assert "Simulated cameras and people" in words
    assert "Home" not in words
    assert [url for url in requests(browser) if not url.startswith(("file:", "data:"))] == []


PRINTED = """
const parts = "main h1, main header p, .story-says, .story table, figcaption";
return [...document.querySelectorAll(parts)]
  .filter((e) => e.checkVisibility()).map((e) => e.innerText.trim().replace(/\\s+/g, " "));
"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_language_chosen_is_printed_and_once(browser, page, language):
    open_file(browser, page)
    wait(browser, READY)
    browser.find_element("css selector", f"[data-language={language}]").click()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    said = browser.execute_script(PRINTED)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    facts = page_facts(read_run_folder(page.parent))
    place = ["en", "zh"].index(language)
    wanted = ["title", "headline", "headline_note", "story_question", "story_sure_one", "still"]
    for key in wanted:
        if key in facts:
            assert said.count(" ".join(facts[key][place].split())) == 1, key
            assert facts[key][1 - place] not in " ".join(said)
    assert len(set(said)) == len(said), "nothing is printed twice"
