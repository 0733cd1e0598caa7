"""What weeks tell, on report and page: every figure is that of days.json, in both languages."""

import html
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from maps import write_map, write_pages
from maps.report import write_report
from maps.run_folder import read_run_folder
from maps.weeks import weeks_facts, weeks_not, weeks_of, weeks_sentences, weeks_table
from maps.weeks_texts import WORDS
from sim.errors import InputError
from sim.results.contract import DAYS, DAYS_VERSION, RUN_FILES, TITLES
from sim.results.days import NEAR_M
from sim.results.doubt import put_days
from sim.results.read import RunData, read_data
from tests.maps.invented_run import TOTALS, write_run

KEPT = (1, 7, 31, None)


def step(total, linked, kept):
    """Invented: more cameras, links and days tell more; at the lowest total one owner has all."""
    every = linked or total == TOTALS[0]
    share = 0.01 + total / 1e6 * (KEPT.index(kept) + 1) * (1 if every else 0.5)
    place = {"near": {"share": share, "se": share / 10}, "remains": {"share": 0.875, "se": 0.0123}}
    return {
        "total": total, "linked": linked, "owner": None if linked else "police",
        "cameras": total // (100 if every else 300),
        "retention_days": kept, "home": place,
        "work": {**place, "near": {"share": 2 * share, "se": None}},
    }  # fmt: skip


def content(**changed):
    steps = [step(n, linked, kept) for n in TOTALS for linked in (True, False) for kept in KEPT]
    blind = {"home": {"share": 0.0123, "se": 0.0045}, "work": {"share": 0.0678, "se": 0.0091}}
    return {
        "version": DAYS_VERSION, "simulated": True, "run": "test", "task": "recognise",
        "by": "person", "hit_rate": 0.43, "people": 1234, "days": 53, "workers": 789,
        "blind": blind, "steps": steps,
    } | changed  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("weeks") / "run")


@pytest.fixture(scope="module")
def run(folder):
    return read_run_folder(folder)


@pytest.fixture(scope="module")
def told(run):
    """The run as read with such a days.json."""

    def put(**changed):
        own = {"scenario": {k: v for k, v in run.manifest["scenario"].items() if k not in TITLES}}
        return replace(run, weeks=content(**{**own, **changed}))

    return put


def written(one, place="home"):
    share, error = one[place]["near"]["share"], one[place]["near"]["se"]
    return f"{100 * share:.1f}" + ("" if error is None else f" ± {100 * error:.1f}")


def test_every_figure_is_that_of_days_json_in_both_languages(told):
    weeks = weeks_of(told())
    simulated, says, few, alone, work, who, _ = weeks_sentences(weeks)
    low, high = TOTALS[0], TOTALS[-1]
    for at in (0, 1):
        assert re.findall(r"\d[\d,]*", simulated[at])[:2] == ["1,234", "53"]
        shown = re.findall(r"\d+\.\d ± \d+\.\d", says[at])
        wanted = [written(step(high, True, kept)) for kept in (1, None)]
        assert shown == [*wanted, "1.2 ± 0.4"]  # 0.45 to even
        assert f"{high:,}" in says[at]
        wanted = [written(step(low, True, kept)) for kept in (1, None)]
        assert re.findall(r"\d+\.\d ± \d+\.\d", few[at]) == wanted
        wanted = [written(step(high, False, kept)) for kept in (1, None)]
        assert re.findall(r"\d+\.\d ± \d+\.\d", alone[at]) == wanted
        assert f"{written(step(high, True, None), 'work')} " in work[at]
        assert {"789", "6.8 ± 0.9"} <= set(re.findall(r"\d+\.\d ± \d+\.\d|\d+", work[at]))
        assert "43%" in who[at]
        assert "12.5 ± 1.2" in weeks_not(weeks)[-1][at]
    assert "simulated" in simulated[0]
    assert "模擬" in simulated[1]
    assert "警方" in alone[1]
    assert f"within {NEAR_M:.0f} m" in says[0]
    assert f"不足 {NEAR_M:.0f} 米" in says[1]


def test_the_table_has_a_row_for_every_total_and_link_beside_no_record(told):
    table = weeks_table(weeks_of(told()))
    assert [cell[0] for cell in table["head"][1:]] == [
        "1 day", "7 days", "31 days", "never deleted",
    ]  # fmt: skip
    rows = {row[0][0]: [cell[1] for cell in row[1:]] for row in table["rows"]}
    assert [*rows][:4] == [
        "Home, no record at all", "Home, 4,000 cameras, all of one owner (police)",
        "Home, 60,000 cameras, all owners linked", "Home, 60,000 cameras, police alone",
    ]  # fmt: skip
    assert rows["Home, no record at all"] == ["1.2 ± 0.4"] * 4
    for name, place, linked in (("Home", "home", False), ("Work or school", "work", True)):
        whose = "all owners linked" if linked else "police alone"
        wanted = [written(step(60_000, linked, kept), place) for kept in KEPT]
        assert rows[f"{name}, 60,000 cameras, {whose}"] == wanted


def test_report_and_map_carry_all_of_it_and_the_picture_is_to_scale(told, folder):
    put_days(read_data(folder, RunData), content())
    write_pages(folder)
    (folder / DAYS).unlink()
    run = told()
    weeks = weeks_of(run)
    report, page = (
        re.sub(r"\s+", " ", html.unescape((folder / name).read_text(encoding="utf-8")))
        for name in ("report.html", "map.html")
    )
    cells = [row[0] for row in weeks_table(weeks)["rows"]]
    for pair in (*weeks_sentences(weeks), *weeks_not(weeks), *cells, WORDS["weeks"]):
        assert all(words in report and words in page for words in pair)
    assert re.findall(r'<section id="(weeks)"', report) == ["weeks"]
    drawn = ElementTree.fromstring(weeks_facts(run)[0]["picture"])
    means = [each.get("d") for each in drawn if each.get("class") == "case-mean"]
    at = [float(re.match(r"M([\d.]+)", d)[1]) for d in means]
    shares = [step(n, True, kept)["home"]["near"]["share"] for n in (4000, 60_000) for kept in KEPT]
    wide = (at[-1] - at[0]) / (shares[-1] - shares[0])
    wanted = [at[0] + wide * (s - shares[0]) for s in shares]
    assert at == pytest.approx(wanted, abs=0.11)
    rings = [each for each in drawn if each.get("class") == "case-dot"]
    assert len(rings) == 4, "at 4,000 one owner has all"


def test_a_run_without_days_json_says_nothing_of_it(run, folder):
    assert DAYS in RUN_FILES
    assert "weeks" not in write_report(folder, run).read_text(encoding="utf-8")
    assert "weeks" not in write_map(folder, run).read_text(encoding="utf-8")


def test_one_retention_one_total_and_software_are_told_in_their_own_words(told):
    steps = [{**step(9000, linked, 7), "cameras": 9} for linked in (True, False)]
    run = told(steps=steps, by="lenient", workers=0)
    said = weeks_sentences(weeks_of(run))
    assert len(said) == 5
    assert "linked and deleted after 7 days" in said[1][0]
    assert "software that needs the least" in said[3][0]
    assert len(weeks_table(weeks_of(run))["rows"]) == 2


def test_days_of_another_scenario_are_not_shown_and_a_broken_file_is_named(told, folder):
    other = told(scenario={"seed": -1})
    assert WORDS["weeks_other"][0] in write_report(folder, other).read_text(encoding="utf-8")
    assert weeks_facts(other) == ({}, {})
    broken = told(steps=[])
    for ask in (weeks_of, lambda run: write_report(folder, run)):
        with pytest.raises(InputError, match=r"^days\.json is not as [^\n]*$"):
            ask(broken)
    (folder / DAYS).write_text(json.dumps({"version": 9}))
    with pytest.raises(InputError, match=r"days\.json has a form[^\n]*run `sim days` again"):
        read_run_folder(folder)
    (folder / DAYS).unlink()


def test_every_word_has_the_same_places_in_both_languages():
    for key, pair in WORDS.items():
        english, chinese = (sorted(set(re.findall(r"\{(\w+)\}", words))) for words in pair)
        assert english == chinese, key
