"""The page in a real browser, opened from disk with the network cut."""

import json
from itertools import pairwise

import networkx as nx
import pytest
from chromium import (
    VISIBLE_TEXT,
    complaints,
    lit_pixels,
    number,
    open_page,
    requests,
    set_slider,
    wait,
    words,
)

from maps import write_map, write_report
from maps.bundle import modules_of
from maps.comparison import ENTRY as COMPARISON
from maps.page import ENTRY, page_asset
from maps.run_folder import read_run_folder

pytestmark = pytest.mark.slow


def test_the_page_opens_from_disk_without_error_or_request(browser, run_folder):
    open_page(browser, run_folder)
    address = (run_folder / "map.html").as_uri()
    asked = [url for url in requests(browser) if not url.startswith("data:")]
    assert asked == [address]
    assert complaints(browser) == []


def test_nothing_can_be_asked_of_any_address(browser, run_folder):
    open_page(browser, run_folder)
    browser.execute_script("new Image().src = 'https://example.org/x.png'")
    refused = browser.execute_async_script(
        "fetch('https://example.org').then(() => arguments[0](false), () => arguments[0](true))"
    )
    assert refused
    sent = [url for url in requests(browser) if url.startswith("http")]
    said = " ".join(entry["message"] for entry in browser.get_log("browser"))
    assert sent == []
    assert "Content Security Policy" in said


def test_no_other_script_runs(browser, run_folder):
    open_page(browser, run_folder)
    browser.execute_script(
        """
        const script = document.createElement("script");
        script.textContent = "window.ran = 1";
        document.body.append(script);
        document.body.insertAdjacentHTML("beforeend", "<b id='other' onclick='ran = 2'>");
        document.getElementById("other").click();
        """
    )
    assert browser.execute_script("return window.ran === undefined")
    said = " ".join(entry["message"] for entry in browser.get_log("browser"))
    assert "Content Security Policy" in said


@pytest.mark.parametrize("entry", [ENTRY, COMPARISON])
def test_no_module_hides_a_name_of_the_browser(browser, entry):
    browser.get("about:blank")  # elements of a page with an id are names too
    names = {name for module in modules_of(entry, page_asset) for name in module.own}
    hidden = browser.execute_script(
        "return arguments[0].filter((name) => name in window)", sorted(names)
    )
    assert hidden == []


def test_the_slider_lights_streets_up(browser, run_folder):
    open_page(browser, run_folder)
    painted = []
    for total in (0, 4000, 20000, 60000):
        set_slider(browser, total)
        painted.append(lit_pixels(browser))
    assert painted[0] == 0
    assert painted == sorted(painted)
    assert painted[-1] > 2 * painted[1] > 0


def test_the_task_changes_what_is_lit(browser, run_folder):
    open_page(browser, run_folder)
    painted = []
    for radio in browser.find_elements("css selector", "input[name=task]"):
        browser.execute_script("arguments[0].click()", radio)
        painted.append(lit_pixels(browser))
    assert painted == sorted(painted, reverse=True)
    assert painted[0] > painted[-1]


def test_figures_follow_the_slider_and_are_the_summary_s(browser, run_folder):
    open_page(browser, run_folder)
    summary = json.loads((run_folder / "summary.json").read_text())
    for step in summary["steps"]:
        set_slider(browser, step["total"])
        lit_pixels(browser)
        walks = step["trips"]["recognise"]
        assert number(browser, "cameras-here") == step["cameras"]
        share = 100 * step["coverage"]["recognise"]
        assert number(browser, "streets-seen") == pytest.approx(share, abs=0.51)
        seen = 100 * walks["observed_length"]["p50"]
        assert number(browser, "walk-seen") == pytest.approx(seen, abs=0.51)
        gap = walks["longest_gap_m"]["p50"]
        assert number(browser, "dark-stretch") == pytest.approx(gap, abs=0.51)


def largest_unseen_part(run, task, total):
    """Share of street length in the largest connected unseen part, by networkx."""
    graph = nx.Graph()
    decks = run.edges.set_index("edge")[["u", "v", "deck"]]
    seen_ends = set()
    for edge, pieces in run.pieces.groupby("edge"):
        u, v, deck = decks.loc[edge]
        rows = list(pieces.itertuples())
        for k, piece in enumerate(rows):
            dark = getattr(piece, f"rank_{task}") > total
            ends = [(u, deck)] * (k == 0) + [(v, deck)] * (k == len(rows) - 1)
            if not dark:
                seen_ends.update(ends)
                continue
            metres = (piece.t1 - piece.t0) * piece.in_area
            graph.add_node((edge, k, "piece"), metres=metres)
            if (edge, k - 1, "piece") in graph:
                graph.add_edge((edge, k - 1, "piece"), (edge, k, "piece"))
            graph.add_edges_from(((edge, k, "piece"), end) for end in ends)
    graph.remove_nodes_from(seen_ends & set(graph))
    decks_of = {}
    for junction in [node for node in graph if len(node) == 2]:
        decks_of.setdefault(junction[0], []).append(junction)
    for junctions in decks_of.values():
        graph.add_edges_from(pairwise(junctions))
    parts = [sum(graph.nodes[n].get("metres", 0.0) for n in part)
             for part in nx.connected_components(graph)]  # fmt: skip
    whole = (run.pieces["t1"] - run.pieces["t0"])[run.pieces["in_area"]].sum()
    return max(parts, default=0.0) / whole


def test_the_largest_unseen_part_is_that_of_networkx(browser, run_folder):
    open_page(browser, run_folder)
    run = read_run_folder(run_folder)
    for place, task in enumerate(run.tasks):
        for total in (0, 1000, *run.totals):
            shown = browser.execute_script(
                "return Unseen.panel.dark.largest(arguments[0], arguments[1]).share", place, total
            )
            assert shown == pytest.approx(largest_unseen_part(run, task, total), abs=1e-3)


def test_the_largest_unseen_part_is_drawn_when_asked_for(browser, run_folder):
    folder_summary = json.loads((run_folder / "summary.json").read_text())
    open_page(browser, run_folder)
    set_slider(browser, 20000)
    lit_pixels(browser)
    share = browser.execute_script("return Unseen.panel.dark.largest(2, 20000).share")
    assert number(browser, "dark-share") == pytest.approx(100 * share, abs=0.51)
    assert folder_summary["percolation"] == {}
    assert (
        browser.execute_script("return document.getElementById('dark-critical').textContent") == ""
    )
    before = canvas(browser)
    browser.execute_script("document.getElementById('dark-shown').click()")
    lit_pixels(browser)
    assert canvas(browser) != before
    assert (
        "largest connected part where nobody could be recognised"
        in browser.find_element("id", "legend").text
    )
    browser.execute_script("document.getElementById('dark-shown').click()")
    lit_pixels(browser)
    assert canvas(browser) == before


def canvas(browser):
    """What is painted on the canvas of seen streets."""
    return browser.execute_script("return Unseen.panel.sheets.light._container.toDataURL()")


def in_batches(browser, batch):
    """Have pieces painted in batches of this size, so that few of them make pictures too."""
    browser.execute_script(
        """
        Unseen.panel.state.ramp = true;  // it is the colours by class that are kept as pictures
        for (const seen of Unseen.panel.scene.seen.flat()) {
          seen.drop();
          seen.batches.clear();
          seen.batch = arguments[0];
        }
        """,
        batch,
    )


def painted_at(browser, totals):
    """The canvas of seen streets at each of some totals, visited in this order."""
    return browser.execute_script(
        """
        const { panel } = Unseen, { light } = panel.sheets;
        return arguments[0].map((total) => {
          panel.state.total = total;
          panel.refresh();
          light._draw();
          return light._container.toDataURL();
        });
        """,
        totals,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_painted_depends_on_the_total_alone(browser, run_folder, scheme):
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    open_page(browser, run_folder)
    totals = [0, 900, 3999, 4000, 4001, 9000, 13000, 20000, 31000, 45000, 59999, 60000]
    moves = (
        "Unseen.panel.map.setZoom(12, { animate: false })",
        "Unseen.panel.map.setZoom(16, { animate: false })",
        "Unseen.panel.map.panBy([90, 40], { animate: false })",
        "document.querySelector('input[name=task]').click()",
    )
    in_batches(browser, 7)
    for move in moves:
        browser.execute_script(move)
        up = painted_at(browser, totals)
        assert painted_at(browser, totals[::-1]) == up[::-1]
        jumps = [3, 8, 1, 9, 7, 2, 11, 5]
        assert painted_at(browser, [totals[i] for i in jumps]) == [up[i] for i in jumps]
        for i in (2, 6, 9):
            in_batches(browser, 7)
            assert painted_at(browser, [totals[i]]) == [up[i]]
    assert browser.execute_script("return Unseen.panel.scene.seen[0][0].whole.size") > 0
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_pictures_show_the_streets_that_strokes_do(browser, run_folder):
    open_page(browser, run_folder)
    for total in (3000, 15000, 42000, 60000):
        in_batches(browser, 7)
        set_slider(browser, total)
        copied = lit_pixels(browser)
        in_batches(browser, 1_000_000)
        browser.execute_script("Unseen.panel.sheets.light.redraw()")
        assert copied == pytest.approx(lit_pixels(browser), rel=0.01)


def test_a_large_network_is_looked_through_once_the_slider_rests(browser, run_folder):
    open_page(browser, run_folder)
    moving = browser.execute_script(
        """
        const { panel } = Unseen;
        panel.dark.long = true;
        panel.state.total = 20000;
        panel.refresh();
        return document.getElementById("dark-share").textContent;
        """
    )
    assert moving == "…"
    wait(browser, "return document.getElementById('dark-share').textContent !== '…'")
    share = browser.execute_script("return Unseen.panel.dark.largest(2, 20000).share")
    assert number(browser, "dark-share") == pytest.approx(100 * share, abs=0.51)


def test_between_totals_shares_are_exact_and_steps_say_so(browser, run_folder):
    open_page(browser, run_folder)
    exact = browser.execute_script(
        "return [4000, 12345, 20000, 59999].map((n) => Unseen.panel.figures.streetShare(0, n))"
    )
    assert exact == sorted(exact)
    set_slider(browser, 12_350)
    lit_pixels(browser)
    said = browser.find_element("css selector", ".step-note").text
    assert "4,000 cameras, the nearest total at or below" in said
    set_slider(browser, 100)
    lit_pixels(browser)
    assert "no figure" in browser.find_element("css selector", ".step-note").text


def test_the_slider_is_worked_by_keys(browser, run_folder):
    open_page(browser, run_folder)
    totals = read_run_folder(run_folder).totals
    slider = browser.find_element("id", "slider")
    slider.send_keys("\ue011")  # Home
    lit_pixels(browser)
    assert number(browser, "total") == totals[0]
    slider.send_keys("\ue014")  # right arrow
    lit_pixels(browser)
    assert number(browser, "total") == totals[1]
    said = slider.get_attribute("aria-valuetext")
    assert said.startswith(f"{totals[1]:,} cameras. ")
    assert "could be recognised" in said, "it says what the number comes to"
    assert browser.find_elements("css selector", "#dial output, #dial [aria-live]") == []
    stops = browser.execute_script(
        "return Unseen.panel.totals.map((total) => Unseen.panel.part(total))"
    )
    assert stops == [k / (len(totals) - 1) for k in range(len(totals))]


def test_footbridges_are_drawn_over_the_streets_below(browser, run_folder):
    open_page(browser, run_folder)
    raised = browser.execute_script("return [...Unseen.panel.scene.raised]")
    streets = read_run_folder(run_folder)
    deck = streets.edges.set_index("edge")["deck"].loc[streets.pieces["edge"]]
    assert raised == [int(name == "footbridge") for name in deck]
    legend = browser.find_element("id", "legend").text
    assert "footbridge: only cameras on the bridge are counted" in legend


def test_choosing_a_walk_marks_it_and_shows_its_figures(browser, run_folder):
    open_page(browser, run_folder)
    walk = browser.find_element("css selector", ".walk")
    assert walk.get_attribute("aria-expanded") == "false"
    browser.execute_script("arguments[0].click()", walk)
    lit_pixels(browser)
    item = browser.find_element("css selector", ".walks .chosen")
    assert browser.execute_script("return Unseen.panel.state.walk") == 0
    assert "longest stretch without" in item.text
    assert "tracked live" in item.text


def test_the_language_changes_every_visible_text(browser, run_folder):
    open_page(browser, run_folder)
    english = browser.execute_script(VISIBLE_TEXT)
    title = browser.title
    browser.find_element("css selector", "[data-language=zh]").click()
    lit_pixels(browser)
    chinese = browser.execute_script(VISIBLE_TEXT)
    assert browser.execute_script("return document.documentElement.lang") == "zh-Hant-HK"
    assert browser.title != title

    assert words(english) & words(chinese) == set()
    assert len(words(chinese)) > 60
    labels = "return [...document.querySelectorAll('[aria-label]')].map((e) => e.ariaLabel)"
    assert not [label for label in browser.execute_script(labels) if label.isascii()]
    browser.find_element("css selector", "[data-language=en]").click()


def test_hostile_names_run_nothing(browser, hostile_folder):
    open_page(browser, hostile_folder)
    for language in ("zh", "en"):
        browser.find_element("css selector", f"[data-language={language}]").click()
        for walk in browser.find_elements("css selector", ".walk"):
            browser.execute_script("arguments[0].click()", walk)
            lit_pixels(browser)
    assert browser.execute_script("return window.ran === undefined")
    assert complaints(browser) == []
    shown = browser.execute_script("return document.body.textContent")
    assert "{{ 7 * 7 }}" in shown
    assert "49" not in browser.title
    images = browser.execute_script("return document.querySelectorAll('main img').length")
    assert images == 0


@pytest.mark.parametrize("width", [360, 390, 760, 1920])
def test_nothing_runs_over_the_edge_of_the_screen(browser, run_folder, width):
    open_page(browser, run_folder, width, 740)
    wide = browser.execute_script(
        """
        return [...document.querySelectorAll("main *, footer *")]
          .filter((e) => e.checkVisibility() && !e.closest(".scroll, svg, .ticks"))
          .filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1)
          .map((e) => e.outerHTML.slice(0, 120));
        """
    )
    assert wide == []
    strip = browser.find_element("id", "strip")
    about = browser.execute_script("return document.getElementById('conditions').textContent")
    assert "OpenStreetMap" in strip.text
    assert "not real positions" in strip.text
    for said in ("street blocks inferred", "middle case", "seed 7"):
        assert said in about
        assert said not in strip.text
    assert strip.size["height"] < 45


def test_touch_targets_are_large_enough(browser, run_folder):
    open_page(browser, run_folder, 390, 844)
    small = browser.execute_script(
        """
        return [...document.querySelectorAll("button, .segments label, .leaflet-bar a, #slider")]
          .filter((e) => e.checkVisibility())
          .map((e) => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
          .filter(([, box]) => Math.min(box.width, box.height) < 24)
          .map(([html]) => html);
        """
    )
    assert small == []


CONTRAST = """
const channel = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const rgb = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
const behind = (e) => {
  for (; e; e = e.parentElement) {
    const colour = rgb(getComputedStyle(e).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return [255, 255, 255];
};
const poor = [];
for (const e of document.querySelectorAll("main *, footer *")) {
  const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  if (!own || !e.checkVisibility() || e.closest(".crowded, .segments")) continue;
  const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < 4.5) poor.push(`${e.textContent.slice(0, 30)} ${ratio.toFixed(2)}`);
}
return poor;
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground(browser, run_folder, scheme):
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    open_page(browser, run_folder)
    assert browser.execute_script(CONTRAST) == []
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_without_script_the_page_still_answers(browser, run_folder):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(write_map(run_folder).as_uri())
    main = browser.find_element("css selector", "main").text
    picture = browser.find_element("css selector", ".picture").size
    controls = browser.find_elements("css selector", ".live-only, .live-only *")
    idle = [control for control in controls if control.is_displayed()]
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert "recognise a face turned towards it" in main
    assert "面向鏡頭便可能被認出" in main
    assert "模擬" in main
    assert picture["width"] > 300
    assert idle == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_report_fits_the_screen_and_asks_for_nothing(browser, run_folder, width):
    screen = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    address = write_report(run_folder).as_uri()
    browser.get_log("performance")
    browser.get(address)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert [url for url in requests(browser) if not url.startswith("data:")] == [address]
    assert complaints(browser) == []
