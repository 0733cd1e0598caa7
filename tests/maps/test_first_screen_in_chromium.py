"""The first screen: both counts and the result in sight on every screen; keys, focus, the wipe."""

import json
import shutil

import pytest
from chromium import complaints, lit_pixels, open_file, wait
from test_answer_in_pages import with_answer

from maps import write_map, write_report, write_site

pytestmark = pytest.mark.slow

SCREENS = [(1440, 900), (1024, 768), (390, 844), (360, 640), (640, 400)]
"""The last is a desk's 1280 × 800 at 200 % zoom."""
READY = "return document.documentElement.classList.contains('whole')"
IN_SIGHT = """
const hit = (e) => {
  const box = e.getBoundingClientRect();
  const inner = [[0.02, 0.4], [0.98, 0.4], [0.02, 0.6], [0.98, 0.6]];
  return inner.every(([across, down]) => {
    const [x, y] = [box.left + across * box.width, box.top + down * box.height];
    const found = document.elementFromPoint(x, y);
    return found && (e.contains(found) || found.contains(e));
  });
};
return [...document.querySelectorAll(arguments[0])].map((e) => [e.outerHTML.slice(0, 60), hit(e)]);
"""
FOCUS = """
const e = document.activeElement, box = e.getBoundingClientRect();
const hit = ([across, down]) => {
  const [x, y] = [box.left + across * box.width, box.top + down * box.height];
  const found = document.elementFromPoint(x, y);
  return found && (e.contains(found) || found.contains(e) || found.closest("label")?.contains(e));
};
const parts = [0.1, 0.3, 0.5, 0.7, 0.9];
const seen = parts.some((across) => parts.some((down) => hit([across, down])));
return [e.id || e.className || e.tagName, e === document.body || seen];
"""
MORE_STEPS = "return !document.getElementById('story-next').disabled"
TAB, ENTER, HOME, RIGHT, SPACE = "\ue004", "\ue007", "\ue011", "\ue014", " "


@pytest.fixture(scope="module")
def page(run_folder, tmp_path_factory):
    copy = tmp_path_factory.mktemp("first") / "run"
    shutil.copytree(run_folder, copy, ignore=shutil.ignore_patterns("*.html"))
    path = copy / "summary.json"
    path.write_text(json.dumps(with_answer(json.loads(path.read_text()))), encoding="utf-8")
    return write_map(copy)


def opened(browser, page, screen):
    open_file(browser, page, *screen)
    wait(browser, READY)


@pytest.mark.parametrize("screen", SCREENS)
def test_both_counts_and_the_result_are_in_sight(browser, page, screen):
    opened(browser, page, screen)
    for language in ("zh", "en"):
        browser.find_element("css selector", f"[data-language={language}]").click()
        parts = "h1:not(.still-only), .answer dt, .answer b, .answer .walks, .answer-means"
        found = browser.execute_script(IN_SIGHT, f"{parts}, #total, #dial-result, #slider")
        assert len(found) == 11
        assert [name for name, shown in found if not shown] == []
        sticky = (
            "return [...document.querySelectorAll('.panel *')]"
            ".filter((e) => getComputedStyle(e).position === 'sticky').length"
        )
        assert browser.execute_script(sticky) == 0
    shown = browser.find_element("css selector", ".answer").text
    assert "87 of 100" in shown
    assert "16 of 100" in shown


LONGEST = """
return [...document.querySelectorAll(".answer b, .counts b")].filter((e) => e.checkVisibility())
  .map((e) => {
    e.textContent = arguments[0];
    const range = document.createRange();
    range.selectNodeContents(e);
    return range.getBoundingClientRect().right - e.closest("div").getBoundingClientRect().right;
  });
"""


@pytest.mark.parametrize("screen", SCREENS)
def test_the_longest_answer_stays_in_its_half(browser, page, screen):
    report = write_report(page.parent)
    for shown in (page, report, write_site([page.parent], page.parent / "site")):
        open_file(browser, shown, *screen)
        if shown == page:
            wait(browser, READY)
        for words in ("fewer than 1 of 100", "每百程有不足 1 程"):
            beyond = browser.execute_script(LONGEST, words)
            assert len(beyond) >= 2
            assert max(beyond) <= 0.5


NAMELESS = """
return [...document.querySelectorAll("input[type=range]")].filter((e) => e.checkVisibility())
  .filter(({ labels }) => ![...labels].some((label) => {
    const { width, height } = label.getBoundingClientRect();
    return label.innerText.trim() && Math.min(width, height) > 5;
  })).map(({ id }) => id);
"""


@pytest.mark.parametrize("screen", SCREENS)
def test_the_eye_its_slider_and_what_it_says_are_in_sight_and_named(browser, page, screen):
    opened(browser, page, screen)
    for language in ("zh", "en"):
        browser.find_element("css selector", f"[data-language={language}]").click()
        browser.execute_script("Unseen.panel.story.goTo(1)")
        parts = "#eye-picture, label[for=eye-metres], #eye-metres, #eye-words"
        found = browser.execute_script(IN_SIGHT, parts)
        assert len(found) == 4
        assert [name for name, shown in found if not shown] == []
    for step in range(7):
        browser.execute_script("Unseen.panel.story.goTo(arguments[0])", step)
        nameless = set(browser.execute_script(NAMELESS))
        assert nameless <= {"slider", "wipe"}  # a line over them says what they show


@pytest.mark.parametrize("screen", [(360, 640), (640, 400)])
def test_no_focused_control_is_hidden_and_tabbing_starts_nothing(browser, page, screen):
    opened(browser, page, screen)
    browser.execute_script("document.querySelector('[data-language=en]').focus()")
    names = []
    for _ in range(52):
        browser.switch_to.active_element.send_keys(TAB)
        name, seen = browser.execute_script(FOCUS)
        names.append(name)
        assert seen, f"{name} has the focus and is hidden"
        if name == "story-next":  # each step of the story, once
            browser.switch_to.active_element.send_keys(ENTER)
            assert browser.execute_script(FOCUS)[1], "hidden once another step is read"
        if name == "story-explore" and browser.execute_script(MORE_STEPS):
            browser.execute_script("document.getElementById('story-next').focus()")
            browser.switch_to.active_element.send_keys(ENTER)
    wanted = {"slider", "story-start", "eye-metres", "wipe-shown", "own-from", "own-to"}
    assert wanted <= set(names)
    classes = browser.execute_script(
        "return [document.documentElement.className, document.getElementById('panel').className]"
    )
    assert "tapping" not in classes[0]
    assert "walking" not in classes[1]
    assert "typing" not in classes[1]
    assert browser.execute_script("return Unseen.panel.own.armed") == -1


def test_the_wipe_is_moved_by_keys_and_says_both_results(browser, page):
    opened(browser, page, (1280, 800))
    few, many = [lit_at(browser, total) for total in (4000, 60_000)]
    assert few < many
    browser.execute_script("document.querySelector('[data-step=wipe]').scrollIntoView()")
    wait(browser, "return document.getElementById('wipe-shown').checked")  # the story shows it
    for shown in (False, True):
        browser.find_element("id", "wipe-shown").send_keys(SPACE)
        assert browser.find_element("id", "wipe-line").is_displayed() == shown
    wipe = browser.find_element("id", "wipe")
    wipe.send_keys(HOME)
    assert browser.execute_script("return Unseen.panel.state.wipe.totals") == [4000, 60_000]
    all_many = lit_pixels(browser)
    wipe.send_keys(RIGHT * 50)
    half = lit_pixels(browser)
    assert few < half < all_many
    said = wipe.get_attribute("aria-valuetext")
    assert said.startswith("50% of the map with 4,000 cameras: 87 of 100 walks left")
    assert "The rest with 60,000: 16 of 100 walks left" in said
    lines = browser.execute_script(
        "const box = document.getElementById('wipe-line').getBoundingClientRect();"
        "return [box.left + box.width / 2, Unseen.panel.state.wipe.x]"
    )
    assert lines[0] == pytest.approx(lines[1], abs=1)
    times = browser.execute_script(
        """
        const { panel } = Unseen, { light } = panel.sheets;
        return Array.from({ length: 40 }, (_, i) => {
          panel.wipe.moveTo(i / 40);
          const began = performance.now();
          light._draw();
          return performance.now() - began;
        });
        """
    )
    assert sorted(times[2:])[19] < 16, "a frame while wiping"
    browser.find_element("id", "slider").send_keys(HOME)
    assert not browser.find_element("id", "wipe-shown").is_selected()
    assert not browser.find_element("id", "wipe-line").is_displayed()
    assert complaints(browser) == []


def lit_at(browser, total):
    browser.execute_script("Unseen.panel.setTotal(arguments[0])", total)
    return lit_pixels(browser)


def test_colours_by_class_are_shown_when_asked_for(browser, page):
    opened(browser, page, (1280, 800))
    assert "nobody could be recognised" in browser.find_element("id", "key").text
    legend = "return document.getElementById('legend').textContent"
    assert "up to 4,000" not in browser.execute_script(legend)
    browser.execute_script("document.getElementById('ramp-shown').click()")
    lit_pixels(browser)
    assert "up to 4,000" in browser.execute_script(legend)
    assert not browser.find_element("id", "key").is_displayed()
