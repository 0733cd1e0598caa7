"""A page on its own surface shows what it shows on Leaflet, and is moved by the same hands."""

import pytest
from carried_scripts import scripts_of
from chromium import complaints, open_file, requests, wait
from selenium.webdriver import ActionChains

from maps.page import page_of
from maps.run_folder import read_run_folder

pytestmark = pytest.mark.slow

LOOK = """
const { map } = Unseen.panel;
const { lat, lng } = map.getCenter();
const places = [[0.001, -0.002], [-0.0015, 0.0005]].map(([up, right]) => {
  const { x, y } = map.latLngToContainerPoint({ lat: lat + up, lng: lng + right });
  return [x, y];
});
const ink = (name) => {
  const canvas = Unseen.panel.sheets[name]._container;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let painted = 0;
  for (let i = 3; i < data.length; i += 4) painted += data[i] > 128;
  return painted / data.length * 4;
};
return {
  zoom: map.getZoom(), at: [lat, lng], places,
  ground: ink("ground"), light: ink("light"), names: ink("names"),
  bar: document.querySelector(".leaflet-control-scale-line").textContent,
};
"""


@pytest.fixture(scope="module")
def files(run_folder, tmp_path_factory):
    """The page of one run on both surfaces."""
    folder, run = tmp_path_factory.mktemp("surfaces"), read_run_folder(run_folder)
    for name, own in (("leaflet", False), ("own", True)):
        (folder / f"{name}.html").write_text(page_of(run, own=own), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in ("leaflet", "own")}


def shown(browser, file, size):
    open_file(browser, file, *size)
    wait(browser, "return document.documentElement.classList.contains('whole')")
    return browser.execute_script(LOOK)


@pytest.mark.parametrize("size", [(1440, 900), (390, 844), (640, 400)])
def test_both_surfaces_show_the_same(browser, files, size):
    theirs, ours = (shown(browser, files[name], size) for name in ("leaflet", "own"))
    assert ours["zoom"] == theirs["zoom"]
    assert ours["at"] == pytest.approx(theirs["at"], abs=2e-5)
    for a, b in zip(ours["places"], theirs["places"], strict=True):
        assert a == pytest.approx(b, abs=2), "a pixel for each rounding to whole ones"
    for sheet in ("ground", "light", "names"):
        assert ours[sheet] == pytest.approx(theirs[sheet], rel=0.02)
    assert ours["bar"] == theirs["bar"]


def test_hands_and_keys_move_it_and_nothing_is_asked_for(browser, files):
    before = shown(browser, files["own"], (1280, 800))
    box = browser.find_element("css selector", ".folium-map")
    drag = ActionChains(browser).move_to_element_with_offset(box, 300, 0).click_and_hold()
    drag.move_by_offset(-60, 40).release().perform()
    look = "const { lat, lng } = Unseen.panel.map.getCenter(); return [lat, lng]"
    lat, lng = browser.execute_script(look)
    assert lat > before["at"][0]
    assert lng > before["at"][1]
    browser.execute_script("arguments[0].focus()", box)
    box.send_keys("+", "\ue012")
    assert browser.execute_script("return Unseen.panel.map.getZoom()") == before["zoom"] + 0.5
    assert browser.execute_script(look)[1] < lng
    browser.find_element("css selector", ".leaflet-bar a:last-child").click()
    assert browser.execute_script("return Unseen.panel.map.getZoom()") == before["zoom"]
    browser.find_element("id", "own-open").click()
    for across in (330, 120):
        ActionChains(browser).move_to_element_with_offset(box, across, 60).click().perform()
    assert browser.execute_script("return Unseen.panel.own.ends.length") == 2
    assert complaints(browser) == []
    assert [url for url in requests(browser) if not url.startswith("data:")] == [
        files["own"].as_uri()
    ]


def test_no_line_of_it_is_of_others(files):
    for name, there in (("own", False), ("leaflet", True)):
        page = files[name].read_text(encoding="utf-8")
        assert any("Leaflet" in text for text in (page, *scripts_of(page))) == there
