"""Alerts, stops and oversight on report and page: every figure is that of summary.json.

The sentences that state facts are those of the tables of facts.
"""

import json
import re

import pytest

from maps.page import page_of
from maps.report import write_report
from maps.report_alert_texts import WORDS
from maps.run_folder import read_run_folder
from maps.stops import alerts_sentences, oversight_sentences
from sim.cameras.optics import facts_table
from tests.maps.invented_run import TOTALS, write_run

READERS = ("claim", "lenient", "typical", "strict")


def step_alerts(times):
    """Invented: software reads half as much, then nothing."""
    claim = {"lowest": 1.234 * times, "middle": 56.78 * times, "highest": 4321.0 * times}
    stops = {who: {end: value * share for end, value in claim.items()}
             for who, share in zip(READERS, (1, 0.5, 0, 0), strict=True)}  # fmt: skip
    return {
        "gallery": 5000, "days": 365, "walkers": 75_836.0, "wrongful_stops": stops,
        "searched": {who: {"faces_per_day": 1000.0 * times, "faces_per_day_se": 9.0}
                     for who in READERS},
        "moves": {"searched": {"claim": 9e9, "lenient": 0.0},
                  "rates": {"low": 1.2, "middle": 56.78, "high": 2222.0},
                  "stops": {"light": 80.0, "middle": 56.78, "heavy": 99.0}},
        "middle": {"people_fewest": 3.0, "people_most": 51.0, "listed": 11.0,
                   "found_fewest": 7.0, "found_most": 7.2, "right": {"stop_once": 0.123}},
    }  # fmt: skip


def oversight():
    stops = {"live": 170.34, "afterwards only": 0.0, "live under warrant": 0.021, "off": 0.0}
    regimes = [
        {"regime": name, "tracked_live": 0.31, "tracked_afterwards": 0.57, "wrongful_stops": count,
         "lowest": 0.0, "highest": 10 * count}
        for name, count in stops.items()
    ]  # fmt: skip
    found = {"nothing": 0.0, "all searches": 0.051, "by officer": 0.001,
             "by officer and person": 0.83, "reasons, looked up": 0.02}  # fmt: skip
    return {
        "total": TOTALS[-1], "warrant": {"place": 0.02, "hours": 3.0, "people": 17},
        "audit": {"officers": 432, "searches": 21.0, "misuse": 6.0, "checked": 0.04,
                  "false_alarm": 0.05},
        "regimes": regimes,
        "logs": [{"logged": name,
                  "power": [{"months": m, "power": share} for m in (1, 3, 6, 12)]}
                 for name, share in found.items()],
    }  # fmt: skip


@pytest.fixture
def summary():
    steps = [{"total": total, "alerts": step_alerts(k + 1)} for k, total in enumerate(TOTALS)]
    return {"area": {"share_rule": "daytime"}, "steps": steps, "oversight": oversight()}


def test_the_range_comes_first_and_every_figure_is_the_runs(summary):
    (english, chinese), few, stated = alerts_sentences(summary)
    assert (
        "at 60,000 cameras between 3.7 and 13,000 wrongful stops a year among the 75,800" in english
    )
    assert english.endswith("because nobody has published the error rate; 170 in the middle case.")
    for figure in ("5,000", "60,000", "75,800", "3.7 至 13,000", "170", "錯誤率"):
        assert figure in chinese
    assert few[0] == "At 4,000 cameras: between 1.2 and 4,320; 57 in the middle case."
    regimes, logs = oversight_sentences(summary)
    assert "170 wrongful stops a year if faces are compared live; 0.021 if" in regimes[0]
    assert "17 people, 2.0% of the cameras and 3 hours a day" in regimes[0]
    assert "one of 432 officers makes 6 searches a month" in logs[0]
    assert "in 83% of cases after three months" in logs[0]
    assert "in 5.1% after twelve (false alarms alone: 5.0%)" in logs[0]
    assert stated == list(WORDS["alerts_stated"])


def test_what_moves_most_is_what_the_run_says(summary):
    summary["steps"][-1]["alerts"]["moves"]["stops"]["heavy"] = 9999.0
    assert "what officers do with an alert" in alerts_sentences(summary)[0][0]


def test_where_nobody_is_searched_nobody_is_stopped(summary):
    summary["steps"][-1]["alerts"]["wrongful_stops"]["claim"]["highest"] = 0.0
    said = alerts_sentences(summary)
    assert "nobody would be stopped" in said[0][0]
    assert len(said) == 2


def test_what_the_police_state_is_that_of_the_facts_and_of_hong_kong_alone(summary):
    english, chinese = WORDS["alerts_stated"]
    rows = facts_table("stated_results.csv")
    assert {row["live_recognition"] for row in rows} == {"no"}
    for row in rows:
        (unit_en, unit_zh) = ("cases", "宗") if row["count"] == "899" else ("arrests", "人")
        assert f"{row['count']} {unit_en}" in english
        assert f" {row['count']} {unit_zh}" in chinese
        year, month = row["until"].split("-")
        assert f"{year} 年 {int(month)} 月" in chinese
        assert year in english
    assert "without live recognition: they say nothing for it" in english
    assert "沒有實時比對人臉" in chinese
    summary["area"]["share_rule"] = "direct"
    assert len(alerts_sentences(summary)) == 2
    assert not any("police" in said[0] for said in alerts_sentences(summary))


def test_a_run_of_before_has_no_such_sections_and_one_without_walks_neither(summary):
    summary["steps"][-1]["alerts"] = None
    assert alerts_sentences(summary) == []
    assert oversight_sentences({"steps": []}) == []


def test_the_report_and_the_map_carry_both_languages(tmp_path, summary):
    folder = write_run(tmp_path / "run")
    path = folder / "summary.json"
    whole = json.loads(path.read_text())
    for step, found in zip(whole["steps"], summary["steps"], strict=True):
        step["alerts"] = found["alerts"]
    path.write_text(json.dumps(whole | {"oversight": summary["oversight"]}))
    live = page_of(read_run_folder(folder)).replace("&#39;", "'")
    page = re.sub(r"\s+", " ", write_report(folder).read_text(encoding="utf-8"))
    for said in (*alerts_sentences(whole), *oversight_sentences(whole)):
        assert said[0] in live
        assert said[1] in live
    assert re.findall(r'<section id="(alerts|regimes|logs)"', page) == ["alerts", "regimes", "logs"]
    for said in (
        *alerts_sentences(whole), *oversight_sentences(whole), WORDS["alerts typical"],
        WORDS["log by officer and person"], WORDS["regime live under warrant"],
    ):  # fmt: skip
        assert said[0] in page
        assert said[1] in page
    assert "3.0 to 51 of these people would be wrongly stopped" in page
    assert "11 of them are on the list, and 7.0 to 7.2 would be found" in page
    assert "a stop is right in 12% of cases" in page
    assert "each officer makes 21 searches a month" in page
    assert "one entry in 25 is looked up" in page


def test_every_word_is_asked_for_and_has_the_same_places():
    for key, (english, chinese) in WORDS.items():
        places = [sorted(re.findall(r"\{(\w+)\}", said)) for said in (english, chinese)]
        assert places[0] == places[1], key
