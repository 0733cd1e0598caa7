"""The words of the pages: what new readers took wrongly is not said again, in either language."""

import re
from pathlib import Path

import pytest
import yaml

from maps.brief_texts import WORDS as BRIEF
from maps.comparison_texts import WORDS as COMPARISON
from maps.district_texts import WORDS as DISTRICTS
from maps.report_texts import ASSUMPTIONS, GROUPS
from maps.report_texts import WORDS as REPORT
from maps.site import WORDS as SITE
from maps.texts import TEXTS, text

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
PAGES = {
    "map": TEXTS, "districts": DISTRICTS, "compare": COMPARISON, "report": REPORT, "brief": BRIEF,
    "site": SITE,
    "groups": GROUPS, "assumptions": dict(enumerate(pair for _, pair in ASSUMPTIONS)),
}  # fmt: skip
NOT_ENGLISH = (
    "Turn round", "hang together", "likewise", "by lot", "walked unseen", "seen at all points",
    "covered face", "`sim ", "percentile",
)  # fmt: skip
NOT_CHINESE = (
    "被看見", "典型", "牆壁", "情境", "抽籤", "遮面", "百分位", "寫下的規則", "你的路程", "同上",
    "引用方式", "全市", "近得足以", "毫無疑問", "此畫面", "識別", "看得見的鏡頭", "不等於獲得",
)  # fmt: skip
TASK = {"seen": "被認出"}
PINNED = {
    "title": "在旺角，還有多少路程，走完全程也不會被認出？",
    "walk_median": "的一般路程，走過可能被認出",
    "own_met": "拍到你的鏡頭",
    "heads_typical": "個鏡頭，一般路程會遇到",
    "dark_part": "仍連成一片、不會被認出的街道",
    "legend_unseen": "60,000 個鏡頭時仍不會被認出",
    "own_least": "最不易被認出的路線",
    "own_after": "走 3 米後",
    "recognise": "認得熟人",
    "identify": "確認身份",
    "identify_means": "足以確認陌生人的身份",
    "legend_walls": "建築物（阻擋視線）",
    "legend_roofed": "行人隧道或有蓋通道：只計通道內的鏡頭",
    "legend_area": "統計範圍",
    "own_turn": "起終點對調",
    "own_again": "再試一程",
    "own": "試試你的路線",
    "link": "分享這個畫面",
    "cite": "如何引用",
    "streets_seen": "的街道，走過可能被認出",
    "simulated": "鏡頭和行人都是模擬的，不是真實位置或真人 Simulated",
    "legend_title": "認得熟人：全港有多少個鏡頭時，走過這段街開始可能被認出",
    "own_less": "繞行 365 米，可能被認出的路段由 400 米 減至 180 米。",
}
VALUES = {
    "area": "旺角", "city": "全港", "n": "60,000", "m": "3 米", "task": "認得熟人",
    "longer": "365 米", "before": "400 米", "after": "180 米",
}  # fmt: skip


def said(place):
    return [
        (page, key, pair[place]) for page, words in PAGES.items() for key, pair in words.items()
    ]


@pytest.mark.parametrize(("place", "words"), [(0, NOT_ENGLISH), (1, NOT_CHINESE)])
def test_words_that_misled_are_not_said(place, words):
    # The brief is for who runs the program, and names its commands.
    found = [
        (page, key, word)
        for page, key, sentence in said(place)
        for word in words
        if word in sentence and not (page == "brief" and word == "`sim ")
    ]
    assert found == []


@pytest.mark.parametrize("key", PINNED)
def test_the_page_says_it_as_people_in_hong_kong_do(key):
    assert text(key, "zh", **VALUES, **TASK) == PINNED[key]


def test_what_is_counted_goes_with_the_task():
    words = [text(f"{task}_seen", "zh") for task in ("detect", "observe", "recognise", "identify")]
    assert words == ["被拍到", "被看清", "被認出", "被確認身份"]
    assert [text(f"{task}_seen", "en") for task in ("detect", "recognise")] == [
        "seen",
        "recognised",
    ]


def test_rules_on_paper_and_health_masks():
    assert REPORT["policy everybody covered"][1] == "人人戴口罩（如 2020-23 年）"
    assert "有規則，不等於有人遵守" in REPORT["rules_note"][1]
    assert "隨機抽出" in REPORT["ways_note"][1]
    assert "十程有八程在這範圍內" in REPORT["glance_walk"][1]


def test_a_camera_is_called_cctv_where_it_is_first_spoken_of():
    for key in TEXTS:
        if key.startswith(("headline_answer", "headline_two", "headline_one", "answer_count")):
            assert "閉路電視鏡頭" in TEXTS[key][1]


def test_no_space_lies_between_a_unit_and_the_word_after_it():
    assert not [key for _, key, sentence in said(1) if re.search(r"\{m\} [一-鿿]", sentence)]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_titles_of_scenarios_ask_in_the_same_words(path):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert "unseen" not in content.get("title", "")
    assert "看見" not in content.get("title_zh", "")
