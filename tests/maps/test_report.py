"""The report is plain HTML in both languages, with the figures of the run and nothing to fetch."""

import json
import re
import shutil

import pandas as pd
import pytest
from invented_run import TASKS, TOTALS, write_run

from maps import write_pages, write_report
from maps.numbers import chance, number, percent
from maps.report_figures import with_error
from maps.run_folder import read_run_folder
from sim.errors import InputError

HOSTILE = "</style><script>alert(1)</script>{{ 7 * 7 }}"
SEARCHED = {"mean": 0.25, "se": 0.013, "p10": 0.0, "p50": 0.2, "p90": 0.5, "n": 200}


@pytest.fixture(scope="module")
def report(run_folder):
    return write_report(run_folder).read_text(encoding="utf-8")


@pytest.fixture
def copy(run_folder, tmp_path):
    return shutil.copytree(run_folder, tmp_path / "copy", ignore=shutil.ignore_patterns("*.html"))


def change(folder, name, **content):
    path = folder / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **content}), encoding="utf-8")


def answers_of(summary):
    """The figures beside those of single walks, as `sim run` writes them; invented numbers."""
    for k, step in enumerate(summary["steps"]):
        for task in TASKS:
            step["trips"][task] |= {
                "unseen_trips": 0.3, "tracked_afterwards": {**SEARCHED, "p50": 0.4},
                "reconstructed": SEARCHED, "no_unseen_walk": 0.6, "no_unseen_walk_se": 0.034,
                "least_seen": dict.fromkeys(("1.25", "1.5", "2"), SEARCHED),
                "least_seen_proven": 1.0,
            }  # fmt: skip
        crowd = {str(n): 40.0 / n / (k + 1) for n in (1, 2, 3, 4)}
        detail = {n: {"sharing_se": 1.26, "eligible": 0.61} for n in crowd}
        step["anonymity"] = {
            "task": "recognise", "unicity": crowd,
            "neighbours": {"mean": 900.0, "p10": 0.0, "p50": 1234.0 / (k + 1), "p90": 2000.0,
                           "n": 77, "door_seen": 0.2, "at_least": 0.0 if k else 0.38},
            "by_task": {"recognise": {"unicity": detail}},
            "sample": {"compared": 1000, "represented": 75836.0, "bin_s": 300.0,
                       "hours_known": False},
        }  # fmt: skip
        cases = {"low": (0.6, 0.997), "middle": (32.0, 0.8), "high": (641.0, 0.02)}
        step["recognition"] = {
            "faces_per_day": 192_396.0, "task": "identify",
            "cases": {case: {"false_alerts_per_day": false, "alert_is_right": right}
                      for case, (false, right) in cases.items()},
        }  # fmt: skip
    steps = [[0, 1.0], [3, 0.4], [7, 0.1]]
    broken = {"critical_cameras": 3, "critical_total": 1234, "largest_dark_share": steps}
    never = {"critical_cameras": None, "critical_total": None, "largest_dark_share": [[0, 1.0]]}
    summary["percolation"] = {task: never if task == "identify" else broken for task in TASKS}
    return summary


def policies(names):
    rows = [
        (name, TOTALS[-1], "recognise", 0.2, 0.3, 0.32 - 0.03 * k, -0.03 * k, 0.004)
        for k, name in enumerate(names)
    ]
    columns = ["policy", "total", "task", "tracked_live", "tracked_afterwards", "tracked",
               "tracked_change", "tracked_change_se"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def exposure(names):
    rows = [
        ("street class", name, TOTALS[-1], "recognise", 3.0, 0.4 / (k + 1), None, None, None, None)
        for k, name in enumerate(names)
    ]
    rows += [("hour", str(h), TOTALS[-1], "recognise", None, 0.1, 9.0, None, None, None)
             for h in (7, 18)]  # fmt: skip
    columns = ["by", "group", "total", "task", "street_km", "share_seen", "walks", "observed_time",
               "observed_time_se", "places"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture
def full(copy):
    """A run with all figures and tables that this version writes."""
    path = copy / "summary.json"
    path.write_text(json.dumps(answers_of(json.loads(path.read_text()))))
    names = ["live", "off", "police heads only", "kept 7 days", "half the cameras", HOSTILE]
    policies(names).to_parquet(copy / "policies.parquet")
    exposure(["primary", "steps", HOSTILE]).to_parquet(copy / "exposure.parquet")
    return copy


def bands(folder, **changed):
    """A bands.json of the run's own scenario, as `sim bands` writes it."""
    scenario = json.loads((folder / "manifest.json").read_text())["scenario"]
    own = {k: v for k, v in scenario.items() if k not in ("name", "title", "title_zh")}
    key = {"task": "recognise", "figure": "observed_length_p50"}
    spread = {"lowest": 0.045, "lowest_level": HOSTILE, "highest": 0.24, "highest_level": "strong",
              "spread": 0.2}  # fmt: skip
    seed = {"lowest": 0.16, "lowest_level": None, "highest": 0.2, "highest_level": None}
    last = {"total": TOTALS[-1], **key}
    return {
        "version": 1, "scenario": own, "headline": key, "seeds": [7, 8, 9],
        "chance": [{"total": n, **key, "mean": 0.18, "p5": 0.16, "p95": 0.2} for n in TOTALS],
        "range": [{"total": n, **key, "lowest": 0.045, "lowest_case": "optics: weak",
                   "highest": 0.37, "highest_case": "strategy: transit"} for n in TOTALS],
        "decomposition": [{**last, "factor": "optics", **spread},
                          {**last, "factor": "seed", "spread": 0.04, **seed}],
    } | changed  # fmt: skip


def sensitivity(folder, **changed):
    """A sensitivity.json of the run's own scenario, as `sim sensitivity` writes it."""
    key = {"task": "recognise", "figure": "answer"}
    part = {"share": 0.12, "se": 0.02}

    def factor(name, share, **means):
        levels = {level: {"mean": mean, "se": 0.01} for level, mean in means.items()}
        return {"factor": name, "share": share, "se": 0.03, "alone": part, "total": part,
                "levels": levels}  # fmt: skip

    return {
        "version": 1, "scenario": bands(folder)["scenario"], "headline": key, "seeds": 2,
        "combinations": 500, "every_combination": False,
        "figures": [
            {"total": n, **key, "mean": 0.4, "sd": 0.2, "model": "pairs",
             "held_out": {"pairs": {"error": 0.051, "noise": 0.042, "explained": 0.9}},
             "factors": [factor("walls", 0.04, **{"as mapped": 0.39, HOSTILE: 0.41}),
                         factor("optics", 0.52, weak=0.7, typical=0.4, strong=-0.003)],
             "higher": part, "chance": part, "sum": part} for n in TOTALS
        ],
    } | changed  # fmt: skip


def test_the_tornado_has_the_greatest_share_first_and_its_ends(copy):
    (copy / "sensitivity.json").write_text(json.dumps(sensitivity(copy)))
    page = write_report(copy).read_text(encoding="utf-8")
    assert sections_of(page)[-6:] == ["sensitivity", "assumed", "table", "read", "cite", "ran"]
    said = re.sub(r"\s+", " ", page)
    assert "At 60,000 cameras most of it is “Lens”: 52%" in said
    assert "「鏡頭規格」：佔" in said
    assert "misses combinations left out by 5.1 points, of which chance alone is 4.2" in said
    assert "<script" not in page
    for drawn in page.split('class="tornado"')[1:]:
        factors = re.findall(r'class="factor"><span lang="en">(\w+)', drawn)
        assert factors == ["Lens", "Buildings"]
        first = drawn.split('class="factor">')[1]
        assert "52% ± 3.0" in first
        assert "0 (strong lens) – 70 (weak lens)" in first
        place, wide = map(float, re.search(r'x="([\d.]+)" y="3" width="([\d.]+)"', first).groups())
        assert (place, wide) == (0, pytest.approx(1000 * 0.7 / 0.8))
        assert 'd="M500.0 0V24"' in first, "the mean of all cases, 0.4 of an axis to 0.8"


def test_a_sensitivity_of_another_scenario_is_not_drawn_and_a_broken_one_is_named(copy):
    path = copy / "sensitivity.json"
    path.write_text(json.dumps(sensitivity(copy, every_combination=True)))
    assert "all 500 combinations" in write_report(copy).read_text(encoding="utf-8")
    path.write_text(json.dumps(sensitivity(copy, scenario={})))
    page = write_report(copy).read_text(encoding="utf-8")
    assert "belongs to another scenario" in page
    assert "tornado" not in page.split("</style>")[1]
    path.write_text(json.dumps(sensitivity(copy, figures=[])))
    with pytest.raises(InputError, match=r"^[^\n]*sensitivity\.json[^\n]*$"):
        write_report(copy)
    path.write_text('{"version": 9}')
    with pytest.raises(InputError, match="run `sim sensitivity` again"):
        read_run_folder(copy)


def test_nothing_is_loaded_and_nothing_runs(report):
    assert "default-src 'none'" in report.replace("&#39;", "'")
    assert not re.search(r"<(script|img|iframe|object)", report)
    assert not re.search(r"(src|href)=.?http", report)
    assert not re.search(r"url\((?!data:)|@import", report)


@pytest.mark.parametrize("folder", ["run_folder", "full"])
def test_every_sentence_stands_in_both_languages(folder, request):
    page = write_report(request.getfixturevalue(folder)).read_text(encoding="utf-8")
    pairs = re.findall(r'<p lang="en">(.+?)</p>\s*<p lang="zh-Hant-HK">(.+?)</p>', page)
    assert "<p>" not in page
    assert len(pairs) == page.count('<p lang="en">') > 10
    words = re.findall(r'<span lang="en">(.+?)</span> <span lang="zh-Hant-HK">(.+?)</span>', page)
    assert len(words) == page.count('<span lang="en">') == page.count('<span lang="zh-Hant-HK">')
    assert all(re.search("[\u4e00-\u9fff]", chinese) for _, chinese in pairs)
    assert not re.search("[\u4e00-\u9fff]", "".join(english for english, _ in pairs))


def test_the_table_holds_the_figures_of_the_run(report, run_folder):
    summary = json.loads((run_folder / "summary.json").read_text())
    rows = re.findall(
        r'<tr><td>([\d,]+)</td><td><span lang="en">(\w+)</span> <span lang="zh-Hant-HK">[^<]+'
        r"</span></td><td>([\d,]+)</td><td>([^<]+)",
        report,
    )
    expected = [
        (f"{s['total']:,}", task.capitalize(), f"{s['cameras']:,}", percent(s["coverage"][task]))
        for s in summary["steps"]
        for task in summary["tasks"]
    ]
    assert rows == expected


def test_hostile_names_stay_text(full):
    scenario = json.loads((full / "manifest.json").read_text())["scenario"]
    change(full, "manifest.json", scenario={**scenario, "title": HOSTILE})
    (full / "bands.json").write_text(json.dumps(bands(full)), encoding="utf-8")
    page = write_report(full).read_text(encoding="utf-8")
    assert "<script" not in page
    assert page.count("</style>") == 1
    assert page.count("{{ 7 * 7 }}") >= 4
    assert "49" not in re.findall(r"<h1[^>]*>(.*?)</h1>", page)[0]


def test_both_pages_are_written(copy):
    assert write_pages(copy) == copy / "map.html"
    assert (copy / "report.html").is_file()


def test_the_same_run_gives_the_same_bytes(full):
    first = write_report(full).read_bytes()
    assert write_report(full).read_bytes() == first


def sections_of(page):
    return re.findall(r'<section id="(\w+)"', page)


def test_a_run_of_an_earlier_version_has_the_sections_it_can_have(report):
    assert sections_of(report) == [
        "glance", "streets", "typical", "tracked", "bands", "assumed", "table", "read", "cite",
        "ran",
    ]  # fmt: skip
    assert "was not computed for this page" in report


def test_a_whole_run_has_every_section_and_the_retraced_one_last(full):
    sections = sections_of(write_report(full).read_text(encoding="utf-8"))
    curves = ["streets", "typical", "tracked", "dark", "hiding", "ways", "crowd", "faces"]
    assert sections == [
        "glance", *curves, "rules", "unequal", "bands", "retraced", "assumed", "table", "read",
        "cite", "ran",
    ]  # fmt: skip


def test_sentences_say_the_figures_of_the_run(full):
    page = re.sub(r"\s+", " ", write_report(full).read_text(encoding="utf-8"))
    for said in (
        "Up to about 1,200 cameras one connected network",
        "Detect 1,200, Observe 1,200, Recognise 1,200, Identify not up to 60,000",
        "shares them with about 411 others, at 4,000 with at least 1,230; for 20%",
        "to 25% ± 1.3 of a walk",
        "for 60% ± 3.4 of the walks no way",
        "of 75,836 on average",
        "about 192,000 faces a day",
        "32 alerts a day would be false (0.60 to 641 by case)",
        "right in 80% of cases (2.0% to 99.7%)",
        "drawn evenly between 7:00 and 19:00",
        "next comes “Recordings kept 7 days” with 23%",
        "half the cameras would leave 20%",
        "class “primary road”",
    ):
        assert said in page, said


def test_where_nobody_is_tracked_no_rule_is_compared(full):
    table = policies(["live", "off", "police heads only", "kept 7 days"])
    for nothing in (0.0, float("nan")):
        table.assign(tracked=nothing).to_parquet(full / "policies.parquet")
        page = write_report(full).read_text(encoding="utf-8")
        assert "rules" not in sections_of(page)
        assert "nan" not in page


def test_a_run_without_walks_or_with_one_total_has_a_report_and_a_map(tmp_path):
    folder = write_run(tmp_path / "run", walks=0, totals=[60000])
    path = folder / "summary.json"
    summary = answers_of(json.loads(path.read_text()))
    for figures in summary["steps"][0]["trips"].values():
        empty = {**dict.fromkeys(SEARCHED), "n": 0}
        figures |= {
            "unseen_trips": None, "tracked_afterwards": empty, "reconstructed": empty,
            "no_unseen_walk": None, "least_seen": dict.fromkeys(("1.25", "1.5", "2")),
        }  # fmt: skip
    path.write_text(json.dumps(summary))
    write_pages(folder)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "typical" not in sections_of(page)
    assert "ways" not in sections_of(page)
    assert "others; for 20%" in page
    assert "nan" not in page
    assert "None" not in page


def test_bands_of_the_same_scenario_are_shown_and_others_are_not(copy):
    (copy / "bands.json").write_text(json.dumps(bands(copy)))
    page = write_report(copy).read_text(encoding="utf-8")
    assert "between 16% and 20% (5 to 95 % of 3 seeds)" in re.sub(r"\s+", " ", page)
    assert "(weak lens) and 37% (stations first)" in re.sub(r"\s+", " ", page)
    other = {**bands(copy)["scenario"], "seed": -1}
    (copy / "bands.json").write_text(json.dumps(bands(copy, scenario=other)))
    assert "belongs to other settings" in write_report(copy).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"version": 9}', '{"version": 1}'], ids=["cut", "list", "later", "less"]
)
def test_what_is_no_bands_is_named(copy, content):
    (copy / "bands.json").write_text(content)
    with pytest.raises(InputError, match=r"bands\.json"):
        read_run_folder(copy)


def test_bands_that_lack_their_rows_are_an_error_of_one_line(copy):
    (copy / "bands.json").write_text(json.dumps(bands(copy, chance=[])))
    with pytest.raises(InputError, match=r"^[^\n]*bands\.json[^\n]*$"):
        write_report(copy)


def test_a_run_with_cameras_from_a_list_says_so(copy):
    change(copy, "summary.json", simulated=False)
    page = write_report(copy).read_text(encoding="utf-8")
    assert "Some cameras as others mapped or listed them" in page
    assert "Nothing here shows where a real camera is" not in page


@pytest.mark.parametrize(
    ("value", "written"),
    [(192_395.9, "192,000"), (640.5, "640"), (32.04, "32"), (7.34, "7.3"), (0.6104, "0.61"),
     (0, "0"), (99.96, "100"), (None, "—"), (float("nan"), "—")],
)  # fmt: skip
def test_estimates_are_written_with_the_digits_they_bear(value, written):
    assert number(value) == written


def test_an_error_is_written_to_the_place_of_its_estimate():
    assert with_error(2.418, 0.845) == "2.4 ± 0.8"
    assert with_error(20.8, 1.87) == "21 ± 2"


def test_nearly_sure_is_not_written_as_sure():
    assert chance(0.9974) == "99.7%"
    assert chance(0.99999) == "99.9%"
    assert chance(1) == "100%"
    assert chance(0.02) == "2.0%"
