"""Sentences of first screen and story, whole and in both languages, to numbers of summary.json."""

import json

import pytest
from test_answer_in_pages import with_answer

from maps.answer import answer_headline
from maps.page import page_facts
from maps.run_folder import read_run_folder

OWN = {4000: (0.713, 0.958), 60_000: (0.004, 0.296)}
SEEDS = {4000: (0.61, 0.94, 0.2, 0.99), 60_000: (0.021, 0.31, 0.003, 0.75)}


@pytest.fixture(scope="module")
def summary(run_folder):
    return with_answer(json.loads((run_folder / "summary.json").read_text()))


def changed(summary, change):
    copy = json.loads(json.dumps(summary))
    change(copy)
    return copy


def own_fleets(summary):
    summary["ensemble"] = {"fleets": 20}
    for step in summary["steps"]:
        p5, p95 = OWN.get(step["total"], (0.2, 0.8))
        found = step["answer"]["recognise"]["any_length"]
        found["fleets"] = {"p5": p5, "p50": (p5 + p95) / 2, "p95": p95}


def seeds(summary):
    summary["range"] = [
        {"total": total, "task": "recognise", "figure": "answer", "mean": 0.5, "n": 20, "p5": p5,
         "p95": p95, "lowest": {"value": lowest, "case": "a"},
         "highest": {"value": highest, "case": "b"}}
        for total, (p5, p95, lowest, highest) in SEEDS.items()
    ]  # fmt: skip


def facts_of(run_folder, tmp_path, summary):
    for path in run_folder.iterdir():
        if path.suffix != ".html":
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / "summary.json").unlink()
    (tmp_path / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    return page_facts(read_run_folder(tmp_path))


def test_the_story_s_sentences_are_the_summary_s_in_both_languages(run_folder, tmp_path, summary):
    facts = facts_of(run_folder, tmp_path, changed(summary, own_fleets))
    english, chinese = facts["area"]
    unseen = f"{100 * (1 - summary['steps'][-1]['coverage']['recognise']):.0f}%"
    assert facts["story_question"] == [
        f"4,000 cameras leave 87 of 100 everyday walks in {english} that can be made without "
        "being recognised once; 60,000 leave 16.",
        f"4,000 個鏡頭時，{chinese}每 100 程日常步行，有 87 程可全程不會被認出；60,000 個時，"
        "有 16 程。",
    ]
    assert facts["story_dots"] == [
        f"Streets stay dark, walks do not: 60,000 cameras leave {unseen} of street length where "
        "nobody could be recognised, but 16 of 100 walks.",
        f"街道多半仍不會被認出，走完全程卻很難：60,000 個鏡頭時，有 {unseen} 的街道走過不會被認出，"
        "但每 100 程只有 16 程可全程不會被認出。",
    ]
    assert facts["story_wipe"] == [
        "On the map: 4,000 cameras left of the line, 60,000 right of it. Thick teal is where "
        "nobody could be recognised.",
        "地圖上，分界線左邊是 4,000 個鏡頭，右邊是 60,000 個；青綠粗線是不會被認出的街道。",
    ]
    assert facts["story_sure"] == [
        "How sure: other placements of as many cameras, just as likely, leave 71 to 96 of 100 "
        "walks at 4,000, fewer than 1 to 30 at 60,000. Where the cameras stand is simulated; "
        "nothing follows for any real camera, person or place.",
        "有多肯定：同樣多的鏡頭，換成其他同樣可能的位置，4,000 個時每 100 程有 71 至 96 程，"
        "60,000 個時有不足 1 至 30 程。鏡頭位置是模擬的，不能據此推斷任何真實的鏡頭、人或地方。",
    ]


def test_the_first_screen_is_four_parts_that_are_a_sentence(run_folder, tmp_path, summary):
    facts = facts_of(run_folder, tmp_path, changed(summary, own_fleets))
    said = [
        " ".join(" ".join(facts[f"{end}_{part}"][at] for part in
                          ("count", "answer", "walks", "band")).split())
        for end in ("low", "high") for at in (0, 1)
    ]  # fmt: skip
    assert said == [
        "With 4,000 cameras, 87 of 100 everyday walks could still be made without being "
        "recognised. Same number, placed differently: 71 to 96",
        "4,000 個閉路電視鏡頭時， 每百程有 87 程 日常步行可走完全程也不被認出。 "
        "同樣數目、不同位置：71 至 96 程",
        "With 60,000 cameras (planned for 2028), 16 of 100 everyday walks could still be made "
        "without being recognised. Same number, placed differently: fewer than 1 to 30",
        "60,000 個閉路電視鏡頭時（計劃 2028 年）， 每百程有 16 程 日常步行可走完全程也不被認出。 "
        "同樣數目、不同位置：不足 1 至 30 程",
    ]
    english, chinese = facts["area"]
    assert facts["answer_means"] == [
        f"For someone who knew every camera of the plan assumed here, walking in {english}. "
        "Recognised: filmed by one of them, near enough for a person watching, not software, to "
        "tell who it is. From farther away it does not count.",
        f"假設步行者身在{chinese}，並清楚這裏假設的計劃每個鏡頭的位置。「認出」指計劃中有鏡頭拍到你，"
        "近得讓看畫面的人（不計軟件）看得出是誰；遠處拍到不算。",
    ]
    assert facts["still"] == [
        "Streets at 60,000 cameras in Hong Kong: thick where nobody could be recognised, thin "
        "where one could be.",
        "全港有 60,000 個鏡頭時的街道：粗線的不會被認出，幼線的可能被認出。",
    ]


NAMES = ["a town", "一城"], ["Hong Kong", "全港"]


def test_the_note_s_doubts_are_the_summary_s_in_both_languages(summary):
    english, chinese = answer_headline(changed(summary, own_fleets), *NAMES)["headline_note"]
    assert english.startswith(
        "Other placements of as many cameras, just as likely, give 71 to 96 of 100 at 4,000, "
        "fewer than 1 to 30 at 60,000. "
    )
    assert chinese.startswith(
        "同樣多的鏡頭，換成其他同樣可能的位置，4,000 個時每 100 程有 71 至 96 程，60,000 個時"
        "有不足 1 至 30 程。"
    )
    assert "Means of 20 equally possible placements" in english
    assert "以上為 20 個同樣可能的鏡頭分佈的平均值" in chinese
    english, chinese = answer_headline(changed(summary, seeds), *NAMES)["headline_note"]
    assert "Other placements and walkers of as many cameras, just as likely, give" in english
    assert "61 to 94 of 100 at 4,000, 2 to 31 at 60,000. Over the named cases 20 to 99" in english
    assert "of 100, and fewer than 1 to 75." in english
    assert "換成其他同樣可能的位置和行人，4,000 個時每 100 程有 61 至 94 程" in chinese
    assert "各種假設之間，則分別為 20 至 99 程、不足 1 至 75 程。" in chinese


def test_the_note_s_other_answers_are_the_summary_s_in_both_languages(summary):
    english, chinese = answer_headline(summary, *NAMES)["headline_note"]
    for words in (
        "Without being seen at all: 33 of 100; at 60,000, 2.",
        "As people walk, knowing no camera, 52 of 100 pass none that could recognise them; at "
        "60,000, 12.",
        "28 simulated walks.",
    ):
        assert words in english
    for words in (
        "全程不被拍到：每 100 程有 33 程；有 60,000 個時，2 程。",
        "照常步行、不知道鏡頭位置的話，每 100 程有 52 程不會被認出；有 60,000 個時，12 程。",
        "共 28 程模擬步行。",
    ):
        assert words in chinese
