"""Districts side by side: every number on the page is the summary's, in both languages."""

import json
import re
import shutil

import geopandas as gpd
import pandas as pd
import pytest
from invented_run import TASKS
from markupsafe import Markup
from test_answer_in_pages import with_answer

from maps.answer import of_a_hundred
from maps.district_texts import WORDS
from maps.districts import districts_of
from maps.names import area_pair, area_words
from maps.page import page_facts, page_of
from maps.run_folder import read_run_folder

NAMES = [("Yau Tsim Mong", "油尖旺"), ("Sham Shui Po", "深水埗區"), ("Islands", "離島區")]
SHARES = {"Yau Tsim Mong": (0.62, 0.4, 0.2), "Sham Shui Po": (0.9, 0.51, 0.314)}
ERRORS = (0.031, 0.02, 0.011)


def district(name, walks, share=None, se=(None,) * 3, **more):
    of = {"share": list(share or (None,) * 3), "se": list(se), **more}
    return {"name": name, "walks": walks, "answer": dict.fromkeys(TASKS, of)}


def told(**more):
    return [
        *(district(name, 1234 + k, share, ERRORS, **more)
          for k, (name, share) in enumerate(SHARES.items())),
        district("Islands", 7, **{end: [None] * 3 for end in more}),
    ]  # fmt: skip


@pytest.fixture
def folder(run_folder, tmp_path):
    copy = shutil.copytree(run_folder, tmp_path / "run", ignore=shutil.ignore_patterns("*.html"))
    table = gpd.read_parquet(copy / "districts.parquet")
    where = table[table["kind"] == "district"].geometry.iloc[0]
    others = gpd.GeoDataFrame(
        {"kind": "district", "name": [n[0] for n in NAMES[1:]],
         "name_zh": [n[1] for n in NAMES[1:]]},
        geometry=[where] * 2, crs=table.crs,
    )  # fmt: skip
    pd.concat([table, others]).to_parquet(copy / "districts.parquet")
    return copy


def rewritten(folder, change):
    """Return the folder read again after its summary was changed."""
    path = folder / "summary.json"
    path.write_text(json.dumps(change(json.loads(path.read_text()))), encoding="utf-8")
    return read_run_folder(folder)


@pytest.fixture
def run(folder):
    return rewritten(folder, lambda summary: with_answer(summary, districts=told()))


def test_each_card_has_the_figures_of_the_summary(run):
    found = districts_of(run, ["Mong Kok corner", "旺角一角"])
    assert (found["of"], found["ends"], found["top"]) == ("walks", [0, 2], 1.0)
    assert [card["name"][0] for card in found["cards"]] == [
        "Sham Shui Po", "Yau Tsim Mong", "Islands",
    ]  # fmt: skip
    by_name = {one["name"]: one for one in run.summary["districts"]}
    for card in found["cards"][:2]:
        own = by_name[card["name"][0]]
        share, se = (own["answer"]["recognise"][name] for name in ("share", "se"))
        low, high = (of_a_hundred(share[k], "en") for k in (0, 2))
        error = {k: -int(-196 * se[k] // 1) for k in (0, 2)}
        assert card["curve"] == share
        assert card["lines"] == [
            [f"4,000: {low} of 100 ± {error[0]}", f"4,000 個：每百程有 {low} 程 ± {error[0]}"],
            [f"60,000: {high} of 100 ± {error[2]}", f"60,000 個：每百程有 {high} 程 ± {error[2]}"],
        ]
        assert card["behind"] == [f"{own['walks']:,} walks", f"{own['walks']:,} 程步行"]
        assert card["says"][0] == (
            f"{card['name'][0]}: of 100 everyday walks that begin here, {low} could still be made "
            f"without being recognised at 4,000 cameras; at 60,000, {high}."
        )
        assert re.findall(r"[\d,]+", card["says"][1]) == ["100", "4,000", low, "60,000", high]
    assert found["whole"] == [
        step["answer"]["recognise"]["any_length"]["share"] for step in run.summary["steps"]
    ]


def test_too_few_walks_say_so_and_have_no_figure(run):
    card = districts_of(run, ["a", "甲"])["cards"][-1]
    assert card["name"] == ["Islands", "離島區"]
    assert card["curve"] is None
    assert card["lines"] == [list(WORDS["few"])]
    assert card["cells"] == [["7", "7"], list(WORDS["few"]), list(WORDS["few"])]
    assert card["says"][0] == (
        "Islands: 7 of the simulated walks begin here, too few to give a figure."
    )


def test_where_all_walks_agree_the_error_is_not_nothing(folder):
    one, *others = told()
    one["answer"]["recognise"] = {"share": [1.0, 0.5, 0.0], "se": [0.0, 0.02, 0.0]}
    run = rewritten(folder, lambda s: with_answer(s, districts=[one, *others]))
    card = next(c for c in districts_of(run, ["a", "甲"])["cards"] if c["name"][0] == one["name"])
    assert [line[0] for line in card["lines"]] == ["4,000: 100 of 100 ± 1", "60,000: 0 of 100 ± 1"]


def test_several_fleets_give_their_band_instead(folder):
    districts = told(p5=[0.5, 0.3, 0.15], p95=[0.7, 0.5, 0.254])
    run = rewritten(folder, lambda s: with_answer(s, districts=districts, ensemble={"fleets": 20}))
    found = districts_of(run, ["a", "甲"])
    assert "20" in found["sure"][0]
    assert [line[0] for line in found["cards"][1]["lines"]] == [
        "4,000: 62 of 100 (50 to 70)", "60,000: 20 of 100 (15 to 25)",
    ]  # fmt: skip


def test_the_table_under_the_cards_says_the_same_without_script(run):
    written = page_of(run)
    found = districts_of(run, page_facts(run)["area"])
    body = written.split('id="by-district"')[1].split("</section>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)[1:]
    for row, card in zip(rows, found["cards"], strict=True):
        cells = [str(Markup(cell).striptags()) for cell in re.findall(r"<td.*?>(.*?)</td>", row)]
        assert cells == [" ".join(dict.fromkeys(cell)) for cell in card["cells"]]
        assert all(name in row for name in card["name"])


def exposure(run):
    rows = [
        ("district", name, total, task, 12.4, 0.1 * (k + 1) + 0.2 * t)
        for k, (name, _) in enumerate(NAMES)
        for t, total in enumerate(run.totals)
        for task in TASKS
    ]
    return pd.DataFrame(
        rows, columns=["by", "group", "total", "task", "street_km", "share_seen"]
    ).assign(walks=None, observed_time=None, observed_time_se=None, places=None)


def on_bus_streets(summary):
    changed = with_answer(summary, districts=told())
    changed["area"] |= {"streets": "bus-street proxy"}
    return changed


def test_on_bus_streets_only_streets_are_told_of(folder):
    exposure(read_run_folder(folder)).to_parquet(folder / "exposure.parquet")
    run = rewritten(folder, on_bus_streets)
    found = districts_of(run, ["a", "甲"])
    assert found["of"] == "streets"
    first = found["cards"][0]
    assert first["name"] == ["Yau Tsim Mong", "油尖旺"]
    assert [line[0] for line in first["lines"]] == ["4,000: 10%", "60,000: 50%"]
    assert first["says"][0] == (
        "Yau Tsim Mong: at 4,000 cameras one could be recognised along 10% of the length of "
        "streets that buses use; at 60,000, along 50%."
    )
    shown = page_of(run)
    assert '"answer":' not in shown.split('"typical":')[1].split("]")[0]
    assert "of the length of the streets that buses use" in page_facts(run)["headline"][0]


def test_one_district_is_not_set_beside_others(folder):
    run = rewritten(folder, lambda s: with_answer(s, districts=told()[:1]))
    assert districts_of(run, ["a", "甲"]) is None
    assert 'id="by-district"' not in page_of(run)


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_fill_the_same_places(key):
    english, chinese = (set(re.findall(r"\{(\w+)\}", words)) for words in WORDS[key])
    assert english == chinese


KNOWN = [("Wan Chai", "灣仔區"), ("Central and Western", "中西區"), ("Eastern", "東區")]


@pytest.mark.parametrize(
    ("name", "name_zh", "pair"),
    [
        ("mong_kok", "", ["Mong Kok", "Mong Kok"]),
        ("mong_kok", "旺角", ["Mong Kok", "旺角"]),
        ("wan_chai", "", ["Wan Chai", "灣仔區"]),
        ("central_and_western", "", ["Central and Western", "中西區"]),
        ("wan_chai_and_central_and_western", "",
         ["Wan Chai and Central and Western", "灣仔區及中西區"]),
        ("wan_chai_and_shatin", "", ["Wan Chai and Shatin"] * 2),
        ("hong_kong", "", ["Hong Kong", "香港"]),
        ("Mong Kok core", "旺角核心", ["Mong Kok core", "旺角核心"]),
        ("a_B", "", ["a_B", "a_B"]),
    ],
)  # fmt: skip
def test_names_of_areas_are_words(name, name_zh, pair):
    assert area_pair(name, name_zh, KNOWN) == pair
    assert area_words(name) == pair[0]


def test_every_page_names_an_imported_area_in_words(folder):
    def named(summary):
        changed = with_answer(summary)
        changed["area"]["name"] = "mong_kok_corner"
        return changed

    facts = page_facts(rewritten(folder, named))
    assert facts["area"] == ["Mong Kok Corner", "旺角一角"]
    assert "walks in Mong Kok Corner could" in facts["headline"][0]
    assert "_" not in facts["title"][0] + facts["story_question"][0]
