"""The story's sentences, tables and chart say what summary.json, the rules and the bands say."""

import html
import json
import re
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from test_answer_in_pages import with_answer

from maps import write_map
from maps.answer import of_a_hundred
from maps.run_folder import read_run_folder
from maps.story import STEPS, cases_chart, story_of
from maps.story_tables import tables_of, years_of_plan
from maps.texts import LANGUAGES

AREA = ["a town", "一城"]
PLAN = {
    "phases": [
        {"total": 4000, "year": 2025}, {"total": 11_000, "year": 2025},
        {"total": 31_000, "year": 2026}, {"total": 60_000, "year": 2028},
        {"total": 99_000, "year": 2031},
    ]
}  # fmt: skip
SHARES = {"live": 0.52, "afterwards only": 0.49, "afterwards, kept 1 day": 0.07, "off": 0.0,
          "half the cameras": 0.4}  # fmt: skip
CASES = {"optics: weak": (0.9, 0.31), "street_share: high, mount: 8 m": (0.31, 0.02)}


@pytest.fixture(scope="module")
def run(run_folder, tmp_path_factory):
    copy = tmp_path_factory.mktemp("told") / "run"
    shutil.copytree(run_folder, copy, ignore=shutil.ignore_patterns("*.html"))
    path = copy / "summary.json"
    path.write_text(json.dumps(with_answer(json.loads(path.read_text()), plan=PLAN)), "utf-8")
    rules = pd.DataFrame(
        {"policy": [*SHARES], "total": 60_000, "task": "recognise", "tracked_live": 0.25,
         "tracked_afterwards": 0.125, "tracked": [*SHARES.values()]}
    )  # fmt: skip
    bands = [
        {"case": case, "total": total, "task": "recognise", "figure": "answer", "mean": mean}
        for case, means in CASES.items()
        for total, mean in zip((4000, 60_000), means, strict=True)
    ]
    return replace(read_run_folder(copy), policies=rules, bands={"cases": bands})


def test_every_step_has_a_sentence_and_the_counterpoint_is_the_run_s_own(run):
    told = story_of(run, AREA)
    assert set(STEPS) <= set(told)
    assert all(len(pair) == 2 and all(pair) for pair in told.values())
    high = run.summary["steps"][-1]
    each = f"{100 * high['coverage']['recognise'] / high['cameras']:.2f}%"
    for words in told["counter"]:
        assert {each, f"{high['cameras']:,}", "52%", "7%", "40%"} <= {
            found.rstrip(".,;") for found in re.findall(r"[\d,.]+%?", words)
        }
    assert "Recordings only, kept 1 day" in told["counter"][0]
    assert "只限錄影，保留 1 日" in told["counter"][1]
    without = story_of(replace(run, policies=None), AREA)["counter"]
    assert all(each in words and "52%" not in words for words in without)


def test_years_are_the_plan_s_as_far_as_the_run_goes(run):
    assert years_of_plan(run.summary) == {2025: 11_000, 2026: 31_000, 2028: 60_000}
    english, chinese = story_of(run, AREA)["years"]
    assert "11,000 in 2025; 31,000 in 2026; 60,000 in 2028." in english
    assert "2025 年 11,000 個；2026 年 31,000 個；2028 年 60,000 個。" in chinese
    summary = json.loads(json.dumps(run.summary))
    summary["area"]["share_rule"] = "direct"
    assert years_of_plan(summary) == {}


def test_tables_are_the_figures_of_the_run_in_both_languages(run):
    tables = tables_of(run)
    steps = run.summary["steps"]
    for step, row in zip(steps, tables["question"]["rows"], strict=True):
        shares = [step["answer"][task]["any_length"]["share"] for task in ("recognise", "detect")]
        for place, language in enumerate(LANGUAGES):
            wanted = [of_a_hundred(share, language) for share in shares]
            assert [row[1][place], row[3][place]] == wanted
            assert row[0][place] == f"{step['total']:,}"
    unseen = [f"{100 * (1 - step['coverage']['recognise']):.0f}%" for step in steps]
    assert [row[1][0] for row in tables["dots"]["rows"]] == unseen
    years = {row[0][0]: [cell[0] for cell in row[1:]] for row in tables["wipe"]["rows"]}
    assert years["2026"] == ["31,000", "—", "—"]
    assert years["2028"][:2] == ["60,000", unseen[-1]]
    assert [row[3][0] for row in tables["camera"]["rows"]] == ["0%", "7%", "40%", "49%", "52%"]
    cases = [[cell[0] for cell in row] for row in tables["sure"]["rows"]]
    assert cases[1:] == [["weak lens", "90", "31"], ["all watch streets, 8 m up", "31", "2"]]
    assert tables["sure"]["rows"][1][0][1] == "較弱鏡頭"


def test_the_chart_has_a_dot_a_case_where_its_share_is(run):
    drawn = cases_chart(run)
    at = [float(x) for x in re.findall(r'case-dot" cx="([\d.]+)"', drawn)]
    left, right = (float(x) for x in re.search(r'axis" d="M([\d.]+) \d+H([\d.]+)', drawn).groups())
    shares = [(x - left) / (right - left) for x in at]
    wanted = [CASES[case][row] for row in (0, 1) for case in CASES]
    assert shares == pytest.approx(wanted, abs=0.002)
    assert cases_chart(replace(run, bands=None)) == ""


def test_all_of_it_stands_in_the_page_without_a_script(run, tmp_path):
    page = write_map(tmp_path, run).read_text(encoding="utf-8")
    still = page[page.index("<main") : page.index('id="carried"')]
    said = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", still)).split())
    for pair in story_of(run, AREA).values():
        assert all(words in said or "一城" in words or "a town" in words for words in pair)
    for table in tables_of(run).values():
        for row in [table["head"], *table["rows"]]:
            assert all(words in said for cell in row for words in cell)


def test_nothing_of_single_walks_is_carried_where_cameras_are_not_simulated(run, tmp_path):
    assert "day_from" in carried(write_map(tmp_path, run))
    real = replace(run, summary={**run.summary, "simulated": False})
    assert "day_from" not in carried(write_map(tmp_path, real))


def carried(path):
    page = path.read_text(encoding="utf-8")
    head = json.loads(re.search(r'id="carried">([^<]*)', page)[1])["payload"]
    return [column[0] for column in head["columns"]]
