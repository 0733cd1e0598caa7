"""Districts side by side in a browser: a tap goes there, a street by name, and back."""

import pytest
from chromium import open_file, wait
from test_answer_in_pages import with_answer
from test_district_cards import exposure, folder, on_bus_streets, rewritten, told  # noqa: F401

from maps.districts import districts_of
from maps.page import page_facts, page_of
from maps.run_folder import read_run_folder

pytestmark = pytest.mark.slow


@pytest.fixture
def shown(browser, folder):  # noqa: F811 the fixture
    run = rewritten(folder, lambda summary: with_answer(summary, districts=told()))
    (folder / "map.html").write_text(page_of(run), encoding="utf-8")
    browser.get((folder / "map.html").as_uri())
    browser.execute_async_script(
        "const done = arguments[0], look = () => document.documentElement.classList"
        ".contains('whole') ? done() : setTimeout(look, 20); look();"
    )
    browser.execute_script("document.querySelector('[data-language=en]').click()")
    return districts_of(run, page_facts(run)["area"])


def texts(browser, selector):
    script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)"
    return browser.execute_script(script, selector)


def test_a_district_is_chosen_left_by_a_street_and_let_go(browser, shown):
    assert texts(browser, ".district-name bdi:first-child") == [
        c["name"][0] for c in shown["cards"]
    ]
    lines = [line[0] for card in shown["cards"] for line in card["lines"]]
    assert texts(browser, ".district-words > span:not(.district-name)") == lines
    buttons = "document.querySelectorAll('#districts-beside button')"
    browser.execute_script(f"{buttons}[0].click()")
    assert texts(browser, "#district-said") == [shown["cards"][0]["says"][0]]
    under = "return document.querySelectorAll('#districts-beside li')[0].lastElementChild.id"
    assert browser.execute_script(under) == "district-detail"
    offered = browser.execute_script(
        "return [...document.querySelectorAll('#streets-in-district option')].map((o) => o.value)"
    )
    assert "Nathan Road" in offered
    browser.execute_script(
        "const box = document.getElementById('street-in-district');"
        "box.value = 'nathan road'; box.dispatchEvent(new Event('change'));"
    )
    said = texts(browser, "#street-said")[0].replace("\u00a0", " ")
    assert said == browser.execute_script(EXPECTED, "Nathan Road").replace("\u00a0", " ")
    browser.execute_script("document.querySelector('[data-language=zh]').click()")
    assert texts(browser, "#district-said") == [shown["cards"][0]["says"][1]]
    browser.execute_script("document.getElementById('district-back').click()")
    pressed = f"return [...{buttons}].map((b) => b.getAttribute('aria-pressed'))"
    assert browser.execute_script(pressed) == ["false"] * 3
    assert browser.execute_script(f"return document.activeElement === {buttons}[0]")
    assert not [log for log in browser.get_log("browser") if log["level"] == "SEVERE"]


EXPECTED = """
const { panel } = Unseen, { columns: c, head } = panel;
const name = head.names.findIndex((pair) => pair[0] === arguments[0]);
let [all, low, high, piece] = [0, 0, 0, 0];
c.edge_pieces.forEach((count, edge) => {
  for (const end = piece + count; piece < end; piece++) {
    if (c.edge_name[edge] !== name || !c.piece_inside[piece]) continue;
    const metres = c.piece_length[piece] * head.piece_step / 10;
    const rank = c.piece_recognise[piece] ? c.ranks[c.piece_recognise[piece] - 1] : Infinity;
    all += metres;
    if (rank > 4000) low += metres;
    if (rank > 60000) high += metres;
  }
});
const m = (value) => `${Math.round(value).toLocaleString("en-HK")} m`;
return `${arguments[0]}: of ${m(all)} of street here, nobody could be recognised on ${m(low)} at `
  + `4,000 cameras; at 60,000, on ${m(high)}.`;
"""


RING = """
const e = document.activeElement, box = e.getBoundingClientRect();
const marked = e.matches(".segments input") ? e.nextElementSibling : e;
const style = getComputedStyle(marked), after = getComputedStyle(e, "::after");
const bordered = after.content !== "none" && parseFloat(after.borderTopWidth) >= 2;
const drawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
const shown = marked.getBoundingClientRect();
const grow = bordered ? 0 : parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
let [left, top, right, bottom] = [0, 0, innerWidth, innerHeight];
for (let p = marked.parentElement; p; p = p.parentElement) {
  if (getComputedStyle(p).overflowX === "visible") continue;
  const b = p.getBoundingClientRect();
  [left, top] = [Math.max(left, b.left), Math.max(top, b.top)];
  [right, bottom] = [Math.min(right, b.right), Math.min(bottom, b.bottom)];
}
const tall = shown.height > bottom - top - 40;
const inside = left <= shown.left - grow + 0.5 && shown.right + grow <= right + 0.5
  && (tall || (top <= shown.top - grow + 0.5 && shown.bottom + grow <= bottom + 0.5));
const at = [0.1, 0.3, 0.5, 0.7, 0.9];
const seen = at.some((x) => at.some((y) => {
  const hit = document.elementFromPoint(box.left + x * box.width, box.top + y * box.height);
  return hit && (e.contains(hit) || hit.contains(e) || hit.closest("label")?.contains(e));
}));
const light = (colour) => {
  const [r, g, b] = colour.match(/[0-9.]+/g).map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
let ground = grow > 0 ? marked.parentElement : marked;
while (ground && /, 0\\)$|transparent/.test(getComputedStyle(ground).backgroundColor)) {
  ground = ground.parentElement;
}
const colours = [bordered ? after.borderTopColor : style.outlineColor,
  getComputedStyle(ground || document.body).backgroundColor].map(light);
const contrast = (Math.max(...colours) + 0.05) / (Math.min(...colours) + 0.05);
const name = e.id || e.className || e.name || e.textContent.trim().slice(0, 20);
return { name, body: e === document.body, seen, ring: drawn || bordered, inside,
  contrast: Math.round(contrast * 10) / 10, tag: e.tagName,
  chosen: Boolean(e.closest("#districts-beside")) };
"""
TAB, ENTER = "\ue004", "\ue007"


def tabbed(browser, most=170):
    """Go through a page with the Tab key; open all that opens; return what had the focus."""
    browser.execute_script("document.activeElement.blur()")
    found, chosen = [], False
    for _ in range(most):
        browser.switch_to.active_element.send_keys(TAB)
        at = browser.execute_script(RING)
        if at["body"]:
            return found
        found.append(at)
        if at["tag"] == "SUMMARY" or at["name"] == "story-next":
            browser.switch_to.active_element.send_keys(ENTER)
            assert browser.execute_script(RING)["seen"], at
        if at["chosen"] and not chosen:
            chosen = True
            browser.switch_to.active_element.send_keys(ENTER)
            assert browser.find_element("id", "district-said").text
    raise AssertionError(f"no way out of the page: {found[-3:]}")


@pytest.mark.parametrize("streets", ["walks", "buses"])
@pytest.mark.parametrize("screen", [(360, 640), (640, 400), (1024, 768)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_keys_alone_reach_all_and_the_ring_is_seen(browser, folder, streets, screen, scheme):  # noqa: F811
    if streets == "buses":
        exposure(read_run_folder(folder)).to_parquet(folder / "exposure.parquet")
        run = rewritten(folder, on_bus_streets)
    else:
        run = rewritten(folder, lambda summary: with_answer(summary, districts=told()))
    page = folder / "map.html"
    page.write_text(page_of(run), encoding="utf-8")
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    open_file(browser, page, *screen)
    wait(browser, "return document.documentElement.classList.contains('whole')")
    found = tabbed(browser)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    wrong = [at for at in found if not (at["seen"] and at["ring"] and at["inside"])]
    assert wrong == []
    assert [at for at in found if at["contrast"] < 3] == []
    names = {at["name"] for at in found}
    assert {"slider", "district-back", "street-in-district", "link-copy"} <= names
    assert sum(at["chosen"] for at in found) >= 3
