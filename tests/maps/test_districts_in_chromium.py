"""Districts side by side in a browser: a tap goes there, a street by name, and back."""

import pytest
from test_answer_in_pages import with_answer
from test_district_cards import folder, rewritten, told  # noqa: F401 a fixture

from maps.districts import districts_of
from maps.page import page_facts, page_of

pytestmark = pytest.mark.slow


@pytest.fixture
def shown(browser, folder):  # noqa: F811 the fixture
    run = rewritten(folder, lambda summary: with_answer(summary, districts=told()))
    (folder / "map.html").write_text(page_of(run), encoding="utf-8")
    browser.get((folder / "map.html").as_uri())
    browser.execute_async_script(
        "const done = arguments[0], look = () => document.documentElement.classList"
        ".contains('ready') ? done() : setTimeout(look, 20); look();"
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
