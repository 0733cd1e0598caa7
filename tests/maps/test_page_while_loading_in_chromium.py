"""A page whose rest has not arrived: the map is used all the same, and all is as it is later."""

import pytest
from chromium import complaints, open_file, wait

from maps import write_map

pytestmark = pytest.mark.slow

HOLD = """
window.held = [];
window.requestIdleCallback = (go) => held.push(go);
"""
"""Nothing that may wait is done, as on a device that has no moment to spare."""
USE = """
const done = arguments[0], { panel } = Unseen, { map, sheets, own } = panel, found = {};
const frames = () => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
const drawn = () => Object.values(sheets).map(({ _container }) => _container.toDataURL());
(async () => {
  const [center, zoom] = [map.getCenter(), map.getZoom()];
  map.panBy([40, 25], { animate: false });
  await frames();
  found.dragged = drawn();
  panel.wipe.show(0.5);
  await frames();
  panel.wipe.moveTo(0.3);
  await frames();
  found.wiped = drawn();
  panel.wipe.hide();
  const slider = document.getElementById("slider");
  slider.value = "0";
  slider.dispatchEvent(new Event("input"));
  await frames();
  found.few = [drawn(), document.getElementById("dial-result").textContent];
  slider.value = slider.max;
  slider.dispatchEvent(new Event("input"));
  map.setView(map.getCenter(), 17, { animate: false });
  await frames();
  found.near = drawn();
  found.names = own.finder.find("a").map(({ name }) => name);
  found.place = own.atPoint(map.getCenter());
  map.setView(center, zoom, { animate: false });
  await frames();
  done(found);
})();
"""
RELEASE = "while (held.length) held.shift()({ timeRemaining: () => 50 });"
READY = "return document.documentElement.classList.contains('ready')"
WHOLE = "return document.documentElement.classList.contains('whole')"


@pytest.fixture
def held(browser, run_folder):
    script = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": HOLD})
    open_file(browser, write_map(run_folder))
    wait(browser, READY)
    yield browser
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def test_the_map_is_used_before_all_has_arrived_and_shows_the_same_as_later(held):
    assert held.execute_script("return held.length")
    early = held.execute_async_script(USE)
    assert not held.execute_script(WHOLE)
    held.execute_script(RELEASE)
    assert held.execute_script(WHOLE)
    assert held.execute_async_script(USE) == early
    assert len({*early["dragged"], *early["wiped"], *early["near"]}) > 6
    assert early["names"]
    assert early["place"]
    assert not complaints(held)


def test_what_came_late_is_what_a_page_without_idle_moments_makes_at_once(held):
    held.execute_script(RELEASE)
    chart = held.execute_script("return document.getElementById('chart-frame').innerHTML")
    assert "polyline" in chart
    held.execute_script("Unseen.panel.speak('zh'); Unseen.panel.speak('en');")
    again = held.execute_script("return document.getElementById('chart-frame').innerHTML")
    assert again == chart


def test_an_arrow_key_moves_a_page_that_is_still_arriving(held):
    held.execute_script("Unseen.panel.map.getContainer().focus()")
    before = held.execute_script("return Unseen.panel.map.getCenter().lng")
    key = {"key": "ArrowRight", "code": "ArrowRight", "windowsVirtualKeyCode": 39}
    for kind in ("rawKeyDown", "keyUp"):
        held.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind, **key})
    wait(held, f"return Unseen.panel.map.getCenter().lng > {before}")
    assert not held.execute_script(WHOLE)
