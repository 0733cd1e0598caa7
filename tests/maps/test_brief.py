"""The two pages of a brief: figures of the run, in both languages, without script or request."""

import html
import json
import re
import shutil

import pytest
from test_answer_in_pages import with_answer

from maps.answer import doubt_of
from maps.brief import effects_of, write_brief
from maps.brief_texts import WORDS
from maps.run_folder import read_run_folder
from maps.texts import TEXTS, closed_up
from maps.unpublished import ITEMS, WAYS
from sim.ensemble.cell import FACTORS
from sim.errors import InputError
from sim.results.contract import ERROR_OF_BLOCKS

PLACES = re.compile(r"\{\w+\}")


def row(factor, total, low, high, levels=("weak", "strong"), figure="answer"):
    named = dict(zip(("lowest_level", "highest_level"), levels, strict=True))
    ends = {"lowest": low, "highest": high, "spread": high - low, **named}
    return {"total": total, "task": "recognise", "figure": figure, "factor": factor, **ends}


DECOMPOSED = [
    row("street_share", 4000, 0.8, 0.9, ("high", "low")),
    row("street_share", 60000, 0.1, 0.2, ("high", "low")),
    row("optics", 4000, 0.5, 0.95), row("optics", 60000, 0.15, 0.16),
    row("plan", 4000, 0.87, 0.87, ("as_announced",) * 2),
    row("plan", 60000, 0.16, 0.16, ("as_announced",) * 2),
    row("optics", 4000, 0, 1, figure="coverage"),
    row("seed", 4000, 0, 1, (None, None)), row("seed", 60000, 0, 1, (None, None)),
]  # fmt: skip


def ranged(total, figure, mean):
    ends = {"lowest": {"value": 0.5, "case": "optics: weak"}}
    ends["highest"] = {"value": 0.95, "case": "strategy: random, street_share: low"}
    place = {"total": total, "task": "recognise", "figure": figure}
    return {
        **place,
        "mean": mean,
        "p5": mean - 0.07,
        "p50": mean,
        "p95": mean + 0.06,
        "n": 20,
        **ends,
    }


def with_digest(folder, digest):
    """Write the digest that a run has and return its manifest."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["scenario_digest"] = digest
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return manifest


@pytest.fixture
def folder(run_folder, tmp_path):
    """A run with an answer, its range and bands of the same scenario; invented numbers."""
    copy = shutil.copytree(run_folder, tmp_path / "run", ignore=shutil.ignore_patterns("*.html"))
    summary = with_answer(json.loads((copy / "summary.json").read_text()))
    summary["range"] = [ranged(t, f, 0.8) for t in (4000, 60000) for f in ("coverage", "answer")]
    (copy / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    manifest = with_digest(copy, "0123abcd" * 8)
    apart = ("name", "title", "title_zh")
    own = {k: v for k, v in manifest["scenario"].items() if k not in apart}
    bands = {"version": 1, "scenario": own, "headline": {}, "seeds": [1], "chance": [], "range": []}
    (copy / "bands.json").write_text(json.dumps({**bands, "decomposition": DECOMPOSED}))
    return copy


def text_of(path):
    page = re.sub(r"<style.*?</style>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_first_page_has_answer_band_range_and_how_to_cite(folder):
    brief = write_brief(folder, "en")
    assert brief == (folder / "brief.html", True)
    said = text_of(brief.path)
    manifest = json.loads((folder / "manifest.json").read_text())
    for words in (
        "87 of 100 everyday walks", "80 (73 to 86)", "50 to 95",
        "weak lens – anywhere, few watch streets", "20 equally possible placements",
        manifest["scenario_digest"], manifest["cite"],
        "Lens: at 4,000 cameras from 50 (weak lens) to 95 of 100",
        "May not be concluded",
    ):  # fmt: skip
        assert words in said, words


def test_the_questions_stand_by_what_they_move(folder):
    asked = re.findall(r'class="question">(.*?)</p>', write_brief(folder, "en").path.read_text())
    place = {item.question[0].format(last="60,000"): item.factor for item in ITEMS}
    factors = [place[html.unescape(question)] for question in asked]
    assert factors[:4] == ["optics", "street_share", WAYS, "plan"]
    assert len(asked) == len(ITEMS)
    said = text_of(folder / "brief.html")
    assert "Moves the answer: at 4,000 cameras from 50 (weak lens)" in said
    assert "Moves the answer: not at all in this run." in said, "what moves nothing says so"


def test_effects_are_those_of_the_answer_without_chance(folder):
    effects = effects_of(read_run_folder(folder))
    assert [effect.factor for effect in effects] == ["optics", "street_share", WAYS, "plan"]
    assert effects[0].ends == (
        (4000, 0.5, "weak", 0.95, "strong"), (60000, 0.15, "weak", 0.16, "strong"),
    )  # fmt: skip
    assert effects[2].size == pytest.approx(0.06)


@pytest.mark.parametrize("gone", ["bands.json", "range"])
def test_without_bands_it_says_what_is_missing(folder, gone):
    summary = json.loads((folder / "summary.json").read_text())
    (folder / "bands.json").unlink()
    if gone == "range":
        del summary["range"]
        (folder / "summary.json").write_text(json.dumps(summary))
    brief = write_brief(folder, "en")
    said = text_of(brief.path)
    assert brief.whole == (gone != "range")
    assert "How far each moves the figure was not measured" in said
    assert ("One placement and one crowd" in said) == (gone == "range")
    asked = re.findall(r'class="question">(.*?)</p>', brief.path.read_text())
    assert [html.unescape(a) for a in asked] == [i.question[0].format(last="60,000") for i in ITEMS]


def test_bands_of_another_scenario_are_not_taken(folder):
    bands = json.loads((folder / "bands.json").read_text())
    bands["scenario"]["seed"] = 99
    (folder / "bands.json").write_text(json.dumps(bands))
    assert [effect.factor for effect in effects_of(read_run_folder(folder))] == [WAYS]


def test_the_band_of_a_run_of_several_fleets_is_its_own(folder):
    summary = json.loads((folder / "summary.json").read_text())
    summary["steps"][0]["answer"]["recognise"]["any_length"]["fleets"] = {"p5": 0.1, "p95": 0.2}
    summary["ensemble"] = {"fleets": 12}
    found = doubt_of(summary, 4000)
    assert found[:5] == (0.874, 0.1, 0.2, 12, True)
    assert (found.lowest, found.highest_case) == (0.5, "strategy: random, street_share: low")
    assert doubt_of(summary, 60000)[3:5] == (20, False)
    assert doubt_of(summary, summary["steps"][1]["total"]).p5 is None


@pytest.mark.parametrize("kind", ["footprints", "blocks", "mixed", "none"])
def test_of_inferred_walls_it_says_what_is_known_of_their_error(folder, kind):
    summary = json.loads((folder / "summary.json").read_text())
    summary["area"]["walls"] = kind
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    for language, said in ERROR_OF_BLOCKS.items():
        shown = text_of(write_brief(folder, language).path)
        assert (closed_up(said) in closed_up(shown)) == (kind in ("blocks", "mixed"))


def test_the_error_of_blocks_names_the_tasks_as_the_map_does():
    for task in ("detect", "observe", "recognise"):
        for said, name in zip(ERROR_OF_BLOCKS.values(), TEXTS[task], strict=True):
            assert name.lower() in said


def test_it_speaks_chinese_alone(folder):
    brief = write_brief(folder, "zh", folder.parent / "quote.html")
    page = brief.path.read_text(encoding="utf-8")
    assert '<html lang="zh-Hant-HK">' in page
    said = text_of(brief.path)
    for words in ("可以引用", "不可得出的結論", "可以向議員提出的問題", "鏡頭規格"):
        assert words in said
    assert "May be quoted" not in said
    assert not re.search(r"[\u4e00-\u9fff] 不足", said)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_runs_and_nothing_is_asked_for(hostile_folder, tmp_path, language):
    copy = shutil.copytree(hostile_folder, tmp_path / "run")
    summary = with_answer(json.loads((copy / "summary.json").read_text()))
    (copy / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    with_digest(copy, "<script>")
    page = write_brief(copy, language).path.read_text(encoding="utf-8")
    body = page.split("</head>")[1]
    assert "<script" not in page
    assert not re.search(r"<(?!/?(?:body|html|article|section|p|h[12]|table|thead|tbody|tr|th|td|"
                         r"col|colgroup|b|small|br|ul|ol|li|div|code|bdi)\b)", body)  # fmt: skip
    assert not re.search(r"<[^>]*\b(?:src|href|on\w+)\s*=", body)
    assert "default-src 'none'" in page
    assert not PLACES.search(text_of(tmp_path / "run" / f"brief{'_zh' * (language == 'zh')}.html"))


def test_a_run_without_an_answer_and_odd_names_are_refused(run_folder, folder, tmp_path):
    with pytest.raises(InputError, match="no answer to quote"):
        write_brief(run_folder, "en", tmp_path / "brief.html")
    with pytest.raises(InputError, match=r"ends in \.html"):
        write_brief(folder, "en", tmp_path / "brief.txt")
    with pytest.raises(InputError, match="make it first"):
        write_brief(folder, "en", tmp_path / "none" / "brief.html")


@pytest.mark.parametrize("pairs", [WORDS.values(), [p for item in ITEMS for p in item[1:]]])
def test_every_text_is_there_in_both_languages_with_the_same_places(pairs):
    for english, chinese in pairs:
        assert english
        assert re.search(r"[\u4e00-\u9fff]|^\{", chinese)
        assert sorted(PLACES.findall(english)) == sorted(PLACES.findall(chinese))


def test_every_factor_is_one_that_is_measured():
    factors = [item.factor for item in ITEMS if item.factor]
    assert set(factors) == {*FACTORS, WAYS} - {"walls"}
    assert len(factors) == len(set(factors))
