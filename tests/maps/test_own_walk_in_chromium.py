"""The reader's own walk in a real browser: figures of the engine, and nothing that leaves."""

import json
import re
import shutil
from itertools import pairwise
from urllib.parse import parse_qs

import networkx as nx
import numpy as np
import pytest
import shapely
from chromium import complaints, lit_pixels, open_page, requests, set_slider, wait

from maps import write_map
from maps.run_folder import read_run_folder
from sim.cameras.software import REFERENCE_CASE, SOFTWARE_CASES
from sim.pipeline.run import run
from sim.results.run import read_run
from sim.results.walk import walk_run
from sim.scenario.schema import Scenario

pytestmark = pytest.mark.slow

ENDS = ("Mong Kok exit E2", "Flower Market")
TASKS = ("detect", "observe", "recognise", "identify")
ENTER, DOWN, ESCAPE, RIGHT = "\ue007", "\ue015", "\ue00c", "\ue014"
LENGTH_M, SHARE, STRETCH_M = 0.3, 0.001, 0.3
"""How far the page's decimetres may lie from the engine's metres."""
FIGURES = """
const [task, total] = arguments;
const { own, figures } = Unseen.panel;
const code = figures.code(total);
const least = own.ways.leastSeen(own.shortest, task, code);
const { runs, ...seen } = own.ways.figures(own.shortest.steps, task, code);
return { ...seen, least };
"""
SET_ENDS = """
const { own } = Unseen.panel;
own.clear();
own.open();
for (const [lat, lng] of arguments[0]) own.tapped(L.latLng(lat, lng));
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of the engine on the built-in sample."""
    out = tmp_path_factory.mktemp("runs") / "own"
    data = {
        "name": "own", "area": "mong_kok_core", "cameras": {"totals": [4000, 20000, 60000]},
        "trips": {"people": 0, "walks": []}, "seed": 7,
    }  # fmt: skip
    run(Scenario.model_validate(data), out)
    return out


def type_place(browser, side, text, *keys):
    box = browser.find_element("id", f"own-{side}")
    browser.execute_script("arguments[0].select()", box)
    box.send_keys(text, *keys)


def agrees(page, engine):
    """Whether the figures of one walk at one total are the engine's."""
    length = engine["length_m"]
    assert page["length"] == pytest.approx(length, abs=LENGTH_M)
    assert page["share"] == pytest.approx(engine["observed_length"], abs=SHARE)
    assert page["gap"] == pytest.approx(engine["longest_gap_m"], abs=STRETCH_M)
    assert page["met"] == engine["heads"]
    first = engine["first_sighting_m"]
    assert (page["first"] is None) == (first is None)
    if first is not None:
        assert page["first"] == pytest.approx(first, abs=STRETCH_M)
    least = next(row for row in engine["least_seen"] if row["stretch"] == 1.5)
    assert page["least"]["length"] <= 1.5 * length + LENGTH_M
    assert least["at_least_seen_m"] - 1 <= page["least"]["seen"] <= page["seen"] + 1e-6


def test_names_typed_lead_to_the_engines_walk(browser, finished):
    open_page(browser, finished)
    browser.get_log("performance")
    type_place(browser, "from", "mong kok e2", DOWN, ENTER)
    type_place(browser, "to", "flwer markt", ENTER)
    wait(browser, "return Unseen.panel.own.shortest")
    engine = read_run(finished)
    for place, task in enumerate(TASKS):
        content = walk_run(engine, ENDS, task=task).content
        for step in content["totals"]:
            page = browser.execute_script(FIGURES, place, step["total"])
            agrees(page, {**step, "length_m": content["length_m"]})
    assert requests(browser) == []
    assert complaints(browser) == []


BOTH = """
const { own } = Unseen.panel;
const { at, last, inside, meetings } = own.counts.both.of(own.shortest, arguments[0]);
return {
  last: last === Infinity ? "always" : last, inside,
  at: at.map(({ total, seen, share, met, left }) => (
    { total, seen, share, met, left: left && left.length })),
  meetings: meetings.map(({ head, from }) => [head, from]),
};
"""


def agrees_at_both(page, walk, unseen):
    """Whether what the page says at both counts is what `sim walk` and `sim unseen` say."""
    assert [at["total"] for at in page["at"]] == [4000, 60_000]
    assert page["inside"]
    last = -1 if unseen["never"] else "always" if unseen["always"] else unseen["last_unseen"]
    assert page["last"] == last
    by_total = {row["total"]: row for row in walk["totals"]}
    for at, left in zip(page["at"], unseen["totals"], strict=True):
        engine = by_total[at["total"]]
        assert at["share"] == pytest.approx(engine["observed_length"], abs=SHARE)
        assert at["seen"] == pytest.approx(engine["observed_length"] * walk["length_m"], abs=1)
        assert at["met"] == engine["heads"]
        assert (at["left"] is not None) == left["unseen"]
        if left["unseen"]:
            assert at["left"] == pytest.approx(left["length_m"], abs=1)
    assert len(page["meetings"]) == page["at"][-1]["met"]
    assert sorted(page["meetings"], key=lambda row: row[1]) == page["meetings"]
    return left["unseen"]


def test_both_counts_are_the_engines(browser, finished):
    open_page(browser, finished)
    engine = read_run(finished)
    nodes = engine.city.streets.nodes.geometry
    inside = nodes.index[nodes.within(engine.city.area.polygon)]
    level = engine.city.streets.edges.query("deck == 'street'")
    choice = np.intersect1d(np.unique(level[["u", "v"]]), inside)
    degrees = nodes.to_crs("EPSG:4326")
    draw = np.random.default_rng(11)
    kinds = []
    for k in range(12):
        pair = draw.choice(choice, 2, replace=False)
        via = [(degrees.iloc[node].y, degrees.iloc[node].x) for node in pair]
        typed = [f"{y:.9f},{x:.9f}" for y, x in via]
        task = k % 4
        walk = walk_run(engine, typed, totals=[4000, 60_000], task=TASKS[task]).content
        unseen = engine.unseen(*typed, totals=[4000, 60_000], task=TASKS[task]).content
        browser.execute_script(SET_ENDS, via)
        kinds.append(agrees_at_both(browser.execute_script(BOTH, task), walk, unseen))
    assert 0 < sum(kinds) < len(kinds), "walks with and without an unseen way"


def test_the_sentence_says_both_counts_in_both_languages(browser, finished):
    open_page(browser, finished)
    type_place(browser, "from", "mong kok e2", DOWN, ENTER)
    type_place(browser, "to", "flwer markt", ENTER)
    wait(browser, "return Unseen.panel.own.shortest")
    at = browser.execute_script(BOTH, 2)
    low, high = at["at"]
    length = browser.execute_script("return Unseen.panel.own.shortest.length")
    said = browser.find_element("id", "own-sentences").text
    begin = f"On the shortest way, {length:,.0f} m, one could be recognised for "
    assert said.startswith(f"{begin}{low['seen']:,.0f} m at 4,000 cameras in Hong Kong")
    assert f"; at 60,000, for {high['seen']:,.0f} m" in said
    assert f"without being recognised: {at['last']:,}." in said
    table = browser.find_element("id", "own-counts").text
    assert f"cameras in whose view it comes {low['met']} {high['met']}" in table
    items = browser.find_elements("css selector", "#own-cameras-list li")
    assert len(items) == high["met"]
    browser.find_element("css selector", "[data-language=zh]").click()
    said = browser.find_element("id", "own-sentences").text
    assert said.startswith(f"最短路線長 {length:,.0f} 米：全港有 4,000 個鏡頭時，其中 ")
    assert f"有 60,000 個時，{high['seen']:,.0f} 米" in said
    assert f"的最後鏡頭數目：{at['last']:,} 個。" in said
    wait(browser, "return document.getElementById('own-said').textContent.includes('最短路線')")
    browser.find_element("css selector", "[data-language=en]").click()
    assert complaints(browser) == []


def test_the_walker_is_moved_by_keys_and_stands_still_where_motion_is_unwelcome(browser, finished):
    open_page(browser, finished)
    type_place(browser, "from", "mong kok e2", DOWN, ENTER)
    type_place(browser, "to", "flwer markt", ENTER)
    wait(browser, "return Unseen.panel.own.shortest")
    place = browser.find_element("id", "own-at")
    before = browser.find_element("id", "walker").get_attribute("style")
    place.send_keys(RIGHT * 300)
    assert browser.find_element("id", "walker").get_attribute("style") != before
    assert re.match(r"After \d+\sm: .* 4,000, .* 60,000\.", place.get_attribute("aria-valuetext"))
    browser.find_element("id", "own-play").click()
    wait(browser, "return Number(document.getElementById('own-at').value) > 310")
    stopped = """
        const { walker } = Unseen.panel.own.counts;
        if (!walker.walking) walker.walk();
        document.getElementById("own-play").click();
        return walker.walking;
        """
    assert browser.execute_script(stopped) == 0
    calm = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", calm)
    browser.find_element("css selector", "[data-language=en]").click()
    assert not browser.find_element("id", "own-play").is_displayed()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_a_camera_s_eye_has_the_engine_s_reach_and_is_moved_by_keys(browser, finished):
    open_page(browser, finished)
    fleet = read_run(finished).fleet
    found = browser.execute_script(
        """
        const { eye } = Unseen.panel.eye, heads = Unseen.panel.columns.head_rank.length;
        return Array.from({ length: heads }, (_, head) => [
          eye.software(head) || [0, 0],
          [8, 15, 25, 40].map((metres) => eye.task(head, metres)), eye.pixels(head, 25),
        ]);
        """
    )
    near, far = SOFTWARE_CASES[REFERENCE_CASE].intervals(fleet)
    heads = fleet.arrays
    for row, (read, tasks, pixels) in enumerate(found):
        assert read == pytest.approx([near[row], far[row]], abs=0.15)
        reach = heads.reach[row].round(1)
        known = [int((reach >= metres).sum()) - 1 if metres >= heads.near[row] else -1
                 for metres in (8, 15, 25, 40)]  # fmt: skip
        assert tasks == known
        slant = np.hypot(25, heads.mount[row] - 1.6)
        assert pixels == pytest.approx(
            250 * np.hypot(heads.reach[row, -1], heads.mount[row] - 1.6) / slant, rel=0.01
        )
    place = browser.find_element("id", "eye-metres")
    browser.execute_script("arguments[0].scrollIntoView()", place)
    picture = "return document.getElementById('eye-picture').toDataURL()"
    said, seen = set(), set()
    for metres in (40, 20, 8):
        while float(place.get_attribute("value")) > metres:
            place.send_keys(RIGHT)
        said.add(browser.find_element("id", "eye-words").text)
        seen.add(browser.execute_script(picture))
        assert place.get_attribute("aria-valuetext").replace("\u00a0", " ") in said
    assert len(said) == len(seen) == 3
    assert any(words.startswith("At 8 m, ") and "a stranger, beyond doubt" in words
               for words in said)  # fmt: skip
    times = browser.execute_script(
        """
        const { eye } = Unseen.panel;
        return Array.from({ length: 30 }, (_, i) => {
          const began = performance.now();
          eye.moveTo(8 + i);
          return performance.now() - began;
        }).sort((a, b) => a - b);
        """
    )
    assert times[15] < 5, "a frame of the eye"
    assert complaints(browser) == []


def test_walks_between_junctions_are_the_engines(browser, finished):
    open_page(browser, finished)
    engine = read_run(finished)
    nodes = engine.city.streets.nodes.geometry.to_crs("EPSG:4326")
    level = engine.city.streets.edges.query("deck == 'street'")
    inside = level[level.intersects(engine.city.area.polygon)]
    draw = np.random.default_rng(5)
    equal = []
    for k in range(12):
        pair = draw.choice(np.unique(inside[["u", "v"]]), 2, replace=False)
        via = [(nodes.iloc[node].y, nodes.iloc[node].x) for node in pair]
        task = k % 4
        content = walk_run(engine, [f"{y:.9f},{x:.9f}" for y, x in via], task=TASKS[task]).content
        browser.execute_script(SET_ENDS, via)
        for step in content["totals"]:
            page = browser.execute_script(FIGURES, task, step["total"])
            agrees(page, {**step, "length_m": content["length_m"]})
            least = next(row for row in step["least_seen"] if row["stretch"] == 1.5)
            equal.append(page["least"]["seen"] <= least["seen_m"] + 1)
    assert np.mean(equal) >= 0.9  # found, not proven


def split_graph(run, ends):
    """The network with a place on an edge for each end, and the pieces it is made of."""
    graph = nx.MultiGraph()
    cuts = {}
    for name, (edge, at) in ends.items():
        cuts.setdefault(edge, []).append((at, name))
    for row in run.edges.itertuples():
        stops = [(0.0, row.u), *sorted(cuts.get(row.edge, [])), (row.geometry.length, row.v)]
        for (start, one), (end, other) in pairwise(stops):
            graph.add_edge(one, other, length=end - start, part=(row.edge, start, end))
    return graph


def seen_of(pieces, part, task, total):
    edge, start, end = part
    rows = pieces[(pieces["edge"] == edge) & (pieces[f"rank_{task}"] <= total)]
    overlap = np.minimum(rows["t1"], end) - np.maximum(rows["t0"], start)
    return float(overlap.clip(lower=0).sum())


def test_taps_between_junctions_count_part_of_a_street(browser, run_folder):
    open_page(browser, run_folder)
    tables = read_run_folder(run_folder)
    edges = tables.edges.query("deck == 'street'")
    draw = np.random.default_rng(3)
    for _ in range(8):
        chosen = draw.choice(len(edges), 2, replace=False)
        at = [draw.uniform(0.2, 0.8) * edges.geometry.iloc[k].length for k in chosen]
        ends = {
            name: (int(edges["edge"].iloc[k]), t)
            for name, k, t in zip("AB", chosen, at, strict=True)
        }
        graph = split_graph(tables, ends)
        points = edges.iloc[chosen].geometry.interpolate(at).to_crs("EPSG:4326")
        browser.execute_script(SET_ENDS, [[point.y, point.x] for point in points])
        shortest = nx.shortest_path_length(graph, "A", "B", weight="length")
        page = browser.execute_script(FIGURES, 1, 60000)
        assert page["length"] == pytest.approx(shortest, abs=0.3)
        tapped = browser.execute_script(
            "return Unseen.panel.own.shortest.steps.map((s) => [s.edge, s.from, s.to])"
        )
        parts = [(edge, min(start, end), max(start, end)) for edge, start, end in tapped]
        seen = sum(seen_of(tables.pieces, part, "observe", 60000) for part in parts)
        assert page["seen"] == pytest.approx(seen, abs=0.5)
        assert sum(end - start for _, start, end in parts) == pytest.approx(shortest, abs=0.3)


def opposite_corners(folder):
    points = shapely.get_point(read_run_folder(folder).edges.geometry.to_numpy()[[0, 20]], 0)
    table = read_run_folder(folder).edges.iloc[[0, 20]].set_geometry(points).to_crs("EPSG:4326")
    return [[point.y, point.x] for point in table.geometry]


def shown(browser):
    browser.execute_script("document.getElementById('own-more').open = true")
    return browser.find_element("id", "own-result").text


def test_the_walk_follows_slider_task_and_language_and_is_cleared(browser, run_folder):
    open_page(browser, run_folder)
    lit_pixels(browser)
    before = canvas(browser)
    browser.find_element("id", "own-open").click()
    assert browser.find_element("id", "own-open").text == "Tap where your walk begins"
    browser.execute_script(SET_ENDS, opposite_corners(run_folder))
    wait(browser, "return document.querySelector('#own-result table')")
    said = [shown(browser)]
    lit_pixels(browser)
    assert canvas(browser) != before
    set_slider(browser, 8000)
    lit_pixels(browser)
    said.append(shown(browser))
    assert "8,000 cameras" in said[-1]
    browser.execute_script("document.querySelector('input[name=task]').click()")
    lit_pixels(browser)
    said.append(shown(browser))
    browser.find_element("css selector", "[data-language=zh]").click()
    lit_pixels(browser)
    said.append(shown(browser))
    assert "最短路線" in said[-1]
    assert len(set(said)) == 4
    wait(browser, "return document.getElementById('own-said').textContent.includes('最短路線')")
    browser.execute_script("document.getElementById('own-clear').click()")
    assert shown(browser) == ""
    assert browser.execute_script("return Unseen.panel.own.ends.every((end) => end === null)")
    browser.find_element("css selector", "[data-language=en]").click()


def canvas(browser):
    return browser.execute_script("return Unseen.panel.sheets.light._container.toDataURL()")


def test_the_boxes_are_worked_by_keys_and_say_what_they_are(browser, run_folder):
    open_page(browser, run_folder)
    box = browser.find_element("id", "own-from")
    box.send_keys("nathn")
    assert box.get_attribute("role") == "combobox"
    assert box.get_attribute("aria-expanded") == "true"
    box.send_keys(DOWN)
    active = browser.find_element("id", box.get_attribute("aria-activedescendant"))
    assert active.get_attribute("role") == "option"
    assert active.get_attribute("aria-selected") == "true"
    assert "Nathan Road" in active.text
    box.send_keys(ESCAPE)
    assert box.get_attribute("aria-expanded") == "false"
    box.send_keys("彌敦")
    browser.execute_script("arguments[0].value = '彌敦'", box)
    box.send_keys("道")
    box.send_keys(ENTER)
    assert box.get_attribute("value") == "Nathan Road"
    type_place(browser, "to", "nathan rd / argyle", ENTER)
    assert browser.find_element("id", "own-to").get_attribute("value") == (
        "Nathan Road / Argyle Street"
    )
    type_place(browser, "to", "zzzzqqqq")
    assert "No such name here" in browser.find_element("id", "own-to-list").text


def test_a_link_holds_the_ends_only_after_a_yes(browser, run_folder):
    open_page(browser, run_folder)
    browser.execute_script("document.getElementById('link').open = true")
    browser.execute_script(SET_ENDS, opposite_corners(run_folder))
    set_slider(browser, 20000)
    lit_pixels(browser)
    words = browser.execute_script("return document.getElementById('link-text').value")
    assert "file:" not in words, "nobody else could open it"
    assert "not real positions" in words
    link = "return Unseen.panel.link.content()"
    plain = parse_qs(browser.execute_script(link))
    assert set(plain) == {"n", "task", "lang", "at", "zoom"}
    browser.execute_script("document.getElementById('link-ends').click()")
    whole = browser.execute_script(link)
    assert set(parse_qs(whole)) - set(plain) == {"from", "to"}
    length = browser.execute_script("return Unseen.panel.own.shortest.length")
    kept = "return [location.hash, localStorage.length, document.cookie, history.state]"
    assert browser.execute_script(kept) == ["", 0, "", None]
    browser.get("about:blank")
    browser.get(f"{(run_folder / 'map.html').as_uri()}#{whole}")
    wait(browser, "return document.documentElement.classList.contains('whole')")
    assert browser.execute_script("return Unseen.panel.state.total") == 20000
    again = browser.execute_script("return Unseen.panel.own.shortest.length")
    assert again == pytest.approx(length, abs=3)
    browser.execute_script("document.getElementById('own-clear').click()")
    assert not browser.execute_script("return document.getElementById('link-ends').checked")


@pytest.mark.parametrize(
    "hash_",
    ["n=-5&task=x&lang=__proto__", "at=NaN,9&zoom=1e9&from=1,1&to=2,2", "%E0%A4%A&=&n=1e99"],
)
def test_a_link_that_makes_no_sense_does_no_harm(browser, run_folder, hash_):
    browser.get_log("browser")
    browser.get("about:blank")
    browser.get(f"{write_map(run_folder).as_uri()}#{hash_}")
    wait(browser, "return document.documentElement.classList.contains('whole')")
    total = browser.execute_script("return Unseen.panel.state.total")
    assert 0 <= total <= 60000
    assert complaints(browser) == []


def test_less_seen_ways_are_refused_where_cameras_are_not_simulated(browser, run_folder, tmp_path):
    copy = shutil.copytree(run_folder, tmp_path / "copy")
    path = copy / "summary.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "simulated": False}))
    open_page(browser, copy)
    browser.execute_script(SET_ENDS, opposite_corners(copy))
    wait(browser, "return document.querySelector('#own-result table')")
    refused = browser.find_element("id", "own-sentences").text
    assert "some cameras of this run are not simulated" in refused
    assert "or hang on poles that were listed" in refused
    assert "Way least in view" not in shown(browser)
    whole = browser.find_element("id", "own").text
    assert "way left" not in whole
    assert "longer" not in whole
    assert not browser.find_elements("css selector", "#own-cameras-list li")
    assert browser.execute_script(
        "return Unseen.panel.own.counts.found.at.every(({ left }) => left === null)"
    )
    assert browser.execute_script("return Unseen.panel.state.own.other || null") is None


def test_hostile_names_in_the_list_run_nothing(browser, hostile_folder):
    open_page(browser, hostile_folder)
    for side, text in (("from", "script"), ("to", "img src")):
        type_place(browser, side, text)
        items = browser.find_elements("css selector", f"#own-{side}-list [role=option]")
        assert items
        browser.find_element("id", f"own-{side}").send_keys(ENTER)
    lit_pixels(browser)
    assert browser.execute_script("return window.ran === undefined")
    assert browser.execute_script("return document.querySelectorAll('main img').length") == 0
    assert complaints(browser) == []


def test_a_part_of_a_street_is_met_by_no_more_cameras_than_the_whole(browser, finished):
    """Whole streets are counted from the run's sightings, parts from the fields that are drawn."""
    open_page(browser, finished)
    tables = read_run_folder(finished)
    seen = tables.sightings.query("task == 'observe' and rank <= 20000").groupby("edge")["rank"]
    counts = seen.nunique()
    for edge in counts.index[::40]:
        whole, parts = browser.execute_script(
            """
            const [edge, task] = arguments, { ways } = Unseen.panel.own;
            const code = Unseen.panel.figures.code(20000), end = ways.length[edge];
            const met = (from, to) => ways.met([{ edge, from, to }], task, code);
            const nearly = met(end * 1e-9, end);
            return [met(0, end), [met(end, end * 0.5), met(0, end * 0.3), nearly]];
            """,
            int(edge),
            1,
        )
        assert whole == counts.loc[edge]
        assert max(parts) <= whole
        assert parts[2] >= whole - 1  # a glimpse shorter than half a metre may be missed


def test_owners_and_districts_change_the_map_and_no_figure(browser, finished):
    open_page(browser, finished)
    lit_pixels(browser)
    figures = "return [...document.querySelectorAll('.cards b')].map((e) => e.textContent)"
    before, said = canvas(browser), browser.execute_script(figures)
    names = browser.find_element("id", "owners").get_attribute("textContent")
    assert "police" in names
    for control in ("#owners input", "#districts-shown"):
        browser.execute_script(f"document.querySelector('{control}').click()")
        lit_pixels(browser)
        assert canvas(browser) != before
        browser.execute_script(f"document.querySelector('{control}').click()")
        lit_pixels(browser)
        assert canvas(browser) == before
    assert browser.execute_script(figures) == said
    shown = browser.find_element("id", "districts").get_attribute("textContent")
    assert "Sham Shui Po" in shown


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_result_fits_a_small_phone(browser, run_folder, language):
    open_page(browser, run_folder, 360, 740)
    browser.find_element("css selector", f"[data-language={language}]").click()
    browser.execute_script(SET_ENDS, opposite_corners(run_folder))
    browser.execute_script("document.getElementById('link').open = true")
    wait(browser, "return document.querySelector('#own-result table')")
    wide = browser.execute_script(
        """
        return [...document.querySelectorAll("main *, footer *, .own-open")]
          .filter((e) => e.checkVisibility() && !e.closest(".scroll, svg, .ticks, .unshown"))
          .filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1)
          .map((e) => e.outerHTML.slice(0, 120));
        """
    )
    assert wide == []
    small = browser.execute_script(
        """
        return [...document.querySelectorAll(".own button, .own [type=text], .own-open")]
          .filter((e) => e.checkVisibility())
          .filter((e) => Math.min(e.offsetWidth, e.offsetHeight) < 34)
          .map((e) => e.outerHTML.slice(0, 90));
        """
    )
    assert small == []
    browser.find_element("css selector", "[data-language=en]").click()
