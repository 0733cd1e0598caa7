"""The story of a run of the engine: its walks, cameras in the way and years are the engine's."""

import json
from dataclasses import replace

import numpy as np
import pytest
from chromium import complaints, open_page, wait

from maps.answer import answer_of
from maps.everyday import _counted, everyday_doors
from maps.run_folder import read_run_folder
from maps.texts import text
from sim.pipeline.run import run
from sim.results.run import read_run
from sim.results.unseen import open_ways
from sim.results.walk import shortest_legs
from sim.scenario.schema import Scenario
from sim.tracking.fewest import fewest_heads, shortest_unseen, watched_ways

pytestmark = pytest.mark.slow

TASK, TOTALS = 2, (4000, 60_000)
FOUND = "return Unseen.panel.day.ready"
FEWEST = """
const done = arguments[1], { own, day, cameras } = Unseen.panel;
cameras.whenReady(() => done(arguments[0].map((k) => {
  own.clear();
  own.setEnd(0, own.atJunction(day.from[k], ["A", "A"]));
  own.setEnd(1, own.atJunction(day.to[k], ["B", "B"]));
  const found = own.counts.fewest(60000);
  const code = Unseen.panel.figures.code(60000);
  const before = own.counts.both.unseen.shortest(own.ends[0], own.ends[1], 2, code);
  for (const id of found) cameras.model.change(id, null);
  cameras._changed();
  const after = own.counts.both.unseen.shortest(own.ends[0], own.ends[1], 2, code + 1);
  cameras.reset();
  return [found.length, before !== null, after !== null];
})));
"""
TIMES = """
const { day, eye, wipe, sheets } = Unseen.panel;
const median = (work) => {
  const times = Array.from({ length: 30 }, (_, i) => {
    const began = performance.now();
    work(i);
    return performance.now() - began;
  });
  return times.sort((one, other) => one - other)[15];
};
return [
  median((i) => day.walker.moveTo(i / 30)),
  median((i) => { eye.eye.shown = -1; eye.show(i); }),
];
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("told") / "run"
    data = {
        "name": "told", "area": "mong_kok_core", "trips": {"people": 240}, "seed": 11,
        "cameras": {"plan": "as_announced", "totals": list(TOTALS)},
    }  # fmt: skip
    run(Scenario.model_validate(data), out)
    return out


@pytest.fixture(scope="module")
def engine(folder):
    return read_run(folder)


@pytest.fixture
def page(browser, folder):
    open_page(browser, folder)
    browser.find_element("css selector", "[data-language=en]").click()
    wait(browser, FOUND)
    return browser


def sampled(folder):
    return everyday_doors(read_run_folder(folder))


def test_the_sample_is_of_counted_walks_and_stands_for_all(folder, engine):
    run = read_run_folder(folder)
    doors, counted = everyday_doors(run), _counted(run).tolist()
    assert doors.shape == (100, 2)
    assert all(pair in counted for pair in doors.tolist())
    last = engine.last_unseen(*(np.ascontiguousarray(side) for side in doors.T))[:, TASK]
    shares = [answer_of(step, "recognise")[0] for step in run.summary["steps"]]
    assert [(last >= total).sum() for total in TOTALS] == [round(100 * share) for share in shares]
    summary = json.loads(json.dumps(run.summary))
    for step in summary["steps"]:
        step["answer"]["recognise"]["any_length"]["share"] = 1.0
    rare = everyday_doors(replace(run, summary=summary))
    evenly = np.linspace(0, len(counted) - 1, 100).round().astype(int)
    assert rare.tolist() == [counted[k] for k in evenly], "as they are, where a kind is too rare"


def test_the_dots_are_walks_of_the_run_with_the_engine_s_last_numbers(page, folder, engine):
    table = engine.trips.table
    last = engine.answer.last_unseen["last_unseen_recognise"].to_numpy()
    by_doors = dict(zip(zip(table["origin"], table["destination"], strict=True), last, strict=True))
    wanted = [by_doors[tuple(door)] for door in sampled(folder).tolist()]
    found = page.execute_script(
        "return Unseen.panel.day.lasts.map((last) => (last === Infinity ? 'inf' : last))"
    )
    assert [float(last) for last in found] == wanted
    labels = page.execute_script(
        "return [...document.querySelectorAll('#story-dots svg')].map("
        "(svg) => [svg.getAttribute('aria-label'), svg.querySelectorAll('.dot-left').length])"
    )
    for (label, dots), total in zip(labels, TOTALS, strict=True):
        left = sum(last >= total for last in wanted)
        assert dots == left
        assert label.startswith(f"{total:,} cameras: {left} of these 100 walks")
    shown = page.find_elements("css selector", ".answer b")
    assert [int(b.text.split()[0]) for b in shown] == [dots for _, dots in labels]
    said = page.execute_script("return document.getElementById('day-sample').textContent")
    assert said.endswith(
        f"{labels[0][1]} can be made at 4,000 cameras, {labels[1][1]} at 60,000."
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sentences_of_the_story_are_the_engine_s(page, folder, engine, language):
    page.find_element("css selector", f"[data-language={language}]").click()
    k = page.execute_script("return Unseen.panel.day.shown")
    start, end = (int(door) for door in sampled(folder)[k])
    length = float(shortest_legs(engine, ["A", "B"], [start, end]).length.sum())
    ways, streets = open_ways(engine), engine.city.streets.arrays
    rank = engine.fleet.arrays.rank
    watched = watched_ways(streets, engine.seen.arrays, rank, ways, TASK)

    def metres(m):
        return text("metres", language, n=f"{m:,.0f}")

    values = {"length": metres(length)}
    for name, total in zip(("low", "high"), TOTALS, strict=True):
        found = shortest_unseen(watched, ways, streets.edge_length, start, end, total, TASK)[0]
        longer = found - length
        key = "none" if np.isinf(found) else "same" if longer < 0.5 else "longer"
        values[name] = f"{total:,}"
        values[f"{name}_way"] = text(f"day_{key}", language, longer=metres(longer))
    written = "return ['day-says', 'day-sample', 'total', 'dial-result'].map("
    said = page.execute_script(f"{written}(id) => document.getElementById(id).textContent)")
    said = [" ".join(words.split()) for words in said]
    steps = read_run_folder(folder).summary["steps"]
    low_of, high_of = (round(100 * answer_of(step, "recognise")[0]) for step in steps)
    seen = text("recognise_seen", language)
    assert said == [
        text("day_says", language, **values),
        text(
            "day_sample", language, n="100", low="4,000", high="60,000", low_of=low_of,
            high_of=high_of,
        ),
        "60,000",
        text("dial_walks", language, of=high_of, seen=seen),
    ]  # fmt: skip


def test_an_everyday_walk_is_walked_and_gives_way_to_the_reader_s_own(page):
    said = page.find_element("id", "day-says").text
    assert "4,000 cameras leave" in said
    dot = "return document.getElementById('day-dot').hidden"
    assert not page.execute_script(dot)
    lit = "return Unseen.panel.state.day !== null"
    assert page.execute_script(lit)
    page.execute_script(
        "const { own, day } = Unseen.panel; own.setEnd(0, own.atJunction(day.from[0], ['A', 'A']));"
        "own.setEnd(1, own.atJunction(day.to[0], ['B', 'B']));"
    )
    assert not page.execute_script(lit)
    assert page.execute_script(dot)
    page.execute_script("Unseen.panel.own.clear()")
    assert page.execute_script(lit)
    page.find_element("id", "day-number").send_keys("\ue011")  # Home: the first walk
    assert page.execute_script("return Unseen.panel.day.shown") == 0
    assert page.find_element("id", "day-number").get_attribute("aria-valuetext").startswith(
        "Walk 1 of 100"
    )  # fmt: skip
    assert complaints(page) == []


def test_cameras_in_the_way_are_no_fewer_than_the_engine_s_and_open_a_way(page, folder, engine):
    ways = open_ways(engine)
    rank = engine.fleet.arrays.rank
    watched = watched_ways(engine.city.streets.arrays, engine.seen.arrays, rank, ways, TASK)
    doors = sampled(folder)
    least = [fewest_heads(watched, ways, int(a), int(b), TOTALS[1]) for a, b in doors]
    chosen = [k for k, found in enumerate(least) if found is not None and found.upper > 0][::12]
    assert len(chosen) >= 5
    for k, (fewest, before, after) in zip(
        chosen, page.execute_async_script(FEWEST, chosen), strict=True
    ):
        assert fewest >= least[k].lower
        assert fewest <= least[k].upper + 1
        assert not before
        assert after
    assert complaints(page) == []


def test_years_show_their_number_and_go_when_another_step_is_read(page):
    years = page.execute_script("return Unseen.panel.facts.plan_years")
    assert years[0][0] == 2025
    page.execute_script("Unseen.panel.story.goTo(2); Unseen.panel.plan.buttons[1].click()")
    assert page.execute_script("return Unseen.panel.state.total") == years[1][1]
    assert page.find_element("id", "years-said").text.startswith(f"{years[1][0]}: ")
    page.execute_script("Unseen.panel.story.goTo(4)")
    assert page.execute_script("return Unseen.panel.state.total") == TOTALS[1]


def test_the_walker_and_the_eye_are_quick(page):
    walker, eye = page.execute_script(TIMES)
    assert walker < 16
    assert eye < 5 * 4, "240 columns and the words; four times the target, for a busy machine"
