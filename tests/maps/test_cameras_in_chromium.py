"""One camera in a real browser: what goes dark without it, edits by hand and by key, and undo."""

import json
import shutil

import pytest
from chromium import complaints, open_file, open_page, wait

from maps import write_map

pytestmark = pytest.mark.slow

CHOSEN = "return Unseen.panel.cameras.chosen"
SHARE = "return Unseen.panel.figures.streetShare(Unseen.panel.state.task, Unseen.panel.state.total)"
CARD = "camera-what", "camera-without", "camera-hint", "camera-table", "camera-by-hand"


@pytest.fixture
def page(browser, run_folder):
    open_page(browser, run_folder)
    return browser


def click(page, name):
    page.execute_script("document.getElementById(arguments[0]).click()", f"camera-{name}")


def said(page):
    return page.execute_script(
        "return arguments[0].map((id) => document.getElementById(id).textContent)", list(CARD)
    )


def choose(page):
    click(page, "nearest")
    wait(page, f"{CHOSEN} >= 0")


def test_a_camera_deleted_takes_away_what_it_alone_saw_and_undo_brings_it_back(page):
    choose(page)
    what, without, *_ = said(page)
    assert "Owner:" in what
    assert "60,000 cameras" in without
    before = page.execute_script(SHARE)
    alone = page.execute_script(
        "const { cameras, figures, state } = Unseen.panel, code = figures.code(state.total) + 1;"
        "return cameras.model.alone(cameras.chosen, state.task, code).metres"
    )
    heads = page.execute_script("return Unseen.panel.columns.head_rank.length")
    click(page, "delete")
    assert page.execute_script("return Unseen.panel.columns.head_rank.length") == heads - 1
    after = page.execute_script(SHARE)
    metres = page.execute_script("return Unseen.panel.figures.seen[0].value.all / 100")
    assert before - after == pytest.approx(alone / metres, abs=0.3 / metres)
    assert page.execute_script(CHOSEN) == -1
    click(page, "undo")
    assert page.execute_script(SHARE) == before
    assert page.execute_script("return Unseen.panel.columns === Unseen.panel.cameras.base")
    assert complaints(page) == []


def test_every_edit_is_a_button_and_by_hand_there_are_figures_only(page):
    choose(page)
    angle = "return Unseen.panel.cameras.entry.camera.heading"
    heading = page.execute_script(angle)
    click(page, "right")
    assert page.execute_script(angle) == pytest.approx((heading + 15) % 360)
    assert page.execute_script("return Unseen.panel.head.simulated")
    click(page, "left")
    click(page, "east")
    assert not page.execute_script("return Unseen.panel.head.simulated")
    assert "by hand" in said(page)[-1]
    assert "%" in said(page)[3]
    click(page, "reset")
    assert page.execute_script("return Unseen.panel.head.simulated")
    assert said(page)[3] == said(page)[-1] == ""
    heads = page.execute_script("return Unseen.panel.columns.head_rank.length")
    click(page, "add")  # by key: at the middle of the map
    wait(page, f"return Unseen.panel.columns.head_rank.length === {heads + 1}")
    assert "Your own" in said(page)[0]
    assert complaints(page) == []


def test_the_mark_is_dragged(page):
    choose(page)
    place = "const { x, y } = Unseen.panel.cameras.entry.camera; return [x, y]"
    x, y = page.execute_script(place)
    page.execute_script(
        """
        const { mark } = Unseen.panel.cameras;
        mark.setPointerCapture = () => {};
        const hand = (name, x, y) => mark.dispatchEvent(new PointerEvent(name,
          { clientX: x, clientY: y, bubbles: true, cancelable: true, pointerId: 1 }));
        hand("pointerdown", 500, 300); hand("pointermove", 520, 290); hand("pointerup", 540, 280);
        """
    )
    moved = page.execute_script(place)
    assert moved[0] > x
    assert moved[1] > y
    assert moved[0] - x == pytest.approx(2 * (moved[1] - y), rel=0.02)
    click(page, "undo")
    assert page.execute_script(place) == [x, y]


def test_a_tap_on_the_map_chooses_and_both_languages_say_it(page):
    page.execute_script(
        """
        const { panel } = Unseen, { head_x: x, head_y: y } = panel.columns;
        const R = 6378137, { origin, unit } = panel.head, last = x.length - 1;
        const [east, north] = [origin[0] + unit * x[last], origin[1] + unit * y[last]];
        const lat = (2 * Math.atan(Math.exp(north / R)) - Math.PI / 2) * 180 / Math.PI;
        panel.map.fire("click", { latlng: L.latLng(lat, east / R * 180 / Math.PI) });
        """
    )
    wait(page, f"{CHOSEN} >= 0")
    page.execute_script("Unseen.panel.speak('zh')")
    what, without, hint, *_ = said(page)
    assert what.startswith("擁有者：")
    assert "60,000 個鏡頭" in without
    assert hint.startswith("輕觸")


def test_real_cameras_are_not_moved_and_a_sentence_says_why(browser, run_folder, tmp_path):
    folder = shutil.copytree(run_folder, tmp_path / "real")
    for name in ("summary.json", "manifest.json"):
        content = json.loads((folder / name).read_text())
        (folder / name).write_text(json.dumps({**content, "simulated": False}))
    open_file(browser, write_map(folder))
    wait(browser, "return document.documentElement.classList.contains('whole')")
    assert "statistics only" in said(browser)[2]
    assert browser.execute_script("return document.getElementById('camera-tools').hidden")
    assert browser.execute_script("return Unseen.panel.cameras.model === null")
