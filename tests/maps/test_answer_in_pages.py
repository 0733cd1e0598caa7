"""The answer on the map and in the report: first, in both languages, to the figures of the run."""

import html
import json
import re
import shutil

import pytest
from invented_run import TASKS

from maps import write_comparison, write_map, write_report
from maps.answer import (
    answer_counts,
    answer_headline,
    answer_lines,
    ends_of,
    of_a_hundred,
    span,
)
from maps.numbers import percent

SHARES = {"detect": (0.331, 0.024), "observe": (0.5, 0.1), "recognise": (0.874, 0.16)}
"""At the lowest and at the highest total; identify as recognise."""


def shares_of(first, last, step, steps):
    """Shares by any way, by a near one and with all ways open, between first and last."""
    share = first + (last - first) * step / max(steps - 1, 1)
    near = {"share": share * 0.75, "se": 0.009, "n": 28}
    return {
        "any_length": {"share": share, "se": 0.008, "n": 28},
        "within_1.5": near,
        "open": {"any_length": {"share": min(share + 0.06, 1), "se": 0.007, "n": 28}},
    }


def with_answer(summary, **more):
    """A summary with an answer as `sim run` writes it; invented numbers."""
    steps = summary["steps"]
    for k, step in enumerate(steps):
        ends = {task: SHARES.get(task, SHARES["recognise"]) for task in TASKS}
        step["answer"] = {task: shares_of(*ends[task], k, len(steps)) for task in TASKS}
        step["trips"]["recognise"]["unseen_trips"] = 0.52 - 0.2 * k
    walks = {"counted": 28, "within_1.5": 28, "only_by_closed_ways": 3, "equal_ends": 0}
    summary["answer_walks"] = {**walks, "beyond_the_area": 2}
    return {**summary, **more}


@pytest.fixture
def folder(run_folder, tmp_path):
    copy = shutil.copytree(run_folder, tmp_path / "run", ignore=shutil.ignore_patterns("*.html"))
    path = copy / "summary.json"
    path.write_text(json.dumps(with_answer(json.loads(path.read_text()))), encoding="utf-8")
    return copy


def text_of(path):
    page = re.sub(r"<(script|style).*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


ENGLISH = (
    "At 4,000 cameras in Hong Kong, 87 of 100 everyday walks in {area} could still be made without "
    "being recognised once, by someone who knew every camera of the plan; at 60,000, 16 of 100. "
)
CHINESE = (
    "全港有 4,000 個閉路電視鏡頭時，{area}每 100 程日常步行，有 87 程仍可全程不被認出，"
    "只要步行者清楚計劃中每個鏡頭的位置；有 60,000 個時，餘下 16 程。"
)
NOTE = (
    "Without being seen at all: 33 of 100; at 60,000, 2. As people walk, knowing no camera, 52 of "
    "100 pass none that could recognise them; at 60,000, 12. Only the plan's cameras are counted, "
    "all of them simulated; subways, indoor and roofed ways count as closed. 28 simulated walks."
)


@pytest.mark.parametrize("write", [write_map, write_report])
def test_the_first_sentence_is_the_answer_in_both_languages(folder, write):
    area = json.loads((folder / "summary.json").read_text())["area"]["name"]
    said = text_of(write(folder))
    assert ENGLISH.format(area=area) in said
    assert re.search(CHINESE.format(area=r"\S+"), said)
    assert NOTE in said
    assert "每 100 程有 33 程；有 60,000 個時，2 程。" in said
    assert "全部屬模擬" in said
    assert "for 0% of the way" not in said, "the median of typical walks is not the headline"


def test_the_map_gives_it_at_every_total_and_task(folder):
    page = write_map(folder).read_text(encoding="utf-8")
    steps = json.loads((folder / "summary.json").read_text())["steps"]
    table = page.split('class="figures-table"', 1)[1].split("</table>")[0]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in table.split("<tr>")[2:]]
    shares = [step["answer"][task]["any_length"]["share"] for step in steps for task in TASKS]
    assert [row[4] for row in rows] == [percent(share) for share in shares]
    carried = json.loads(re.search(r'id="carried">(.*?)</script>', page)[1])
    typical = carried["payload"]["typical"]
    assert [typical[k][task]["answer"] for k in range(len(steps)) for task in TASKS] == shares
    assert 'id="way-left"' in page


def test_a_map_of_a_run_without_an_answer_has_no_place_for_it(run_folder, tmp_path):
    copy = shutil.copytree(run_folder, tmp_path / "old", ignore=shutil.ignore_patterns("*.html"))
    page = write_map(copy).read_text(encoding="utf-8")
    assert 'id="way-left"' not in page
    assert 'data-t="table_answer"' not in page


def test_the_report_begins_with_the_answer(folder):
    page = write_report(folder).read_text(encoding="utf-8")
    rows = re.search(r'<table class="glance">(.*?)</table>', page, re.DOTALL)[1]
    values = [re.findall(r"<td>(.*?)</td>", row) for row in rows.split("<tr>")[2:]]
    assert values[:4] == [
        ["87% ± 0.8", "16% ± 0.8"], ["66% ± 0.9", "12% ± 0.9"],
        ["33% ± 0.8", "2.4% ± 0.8"], ["93% ± 0.7", "22% ± 0.7"],
    ]  # fmt: skip
    assert re.findall(r'<section id="(\w+)"', page)[:2] == ["glance", "answer"]
    assert "Recognise, up to × 1.5" in page
    said = text_of(folder / "report.html")
    for words in (
        "could still make 16% (± 0.8) of everyday walks without being recognised once, 12% (± 0.9)",
        "仍有 16%（± 0.8）的日常步行可全程不被認出",
        "with them open it is 22%. 3 walks no other way joins",
        "Left out: 2 walks with a door beyond the area.",
    ):
        assert words in said


@pytest.mark.parametrize("fleets", [None, {"p5": 0.1, "p95": 0.25}])
def test_two_runs_side_by_side_begin_with_it(folder, tmp_path, fleets):
    other = shutil.copytree(folder, tmp_path / "other")
    for one, share in ((folder, 0.16), (other, 0.003)):
        whole = json.loads((one / "summary.json").read_text())
        found = whole["steps"][-1]["answer"]["recognise"]["any_length"]
        found |= {"share": share} | ({"fleets": fleets} if fleets else {})
        (one / "summary.json").write_text(json.dumps(whole))
    rows = [
        {"run": run, "total": 60000, "task": "recognise", "figure": "answer", "value": share,
         "difference": apart, "difference_se": None, "pairing": ""}
        for run, share, apart in (("a", 0.16, None), ("b", 0.003, -0.157))
    ]  # fmt: skip
    page = tmp_path / "two.html"
    write_comparison([folder, other], page, ["a", "b"], {"differs": {}, "rows": rows})
    said = text_of(page)
    assert "With 60,000 cameras in Hong Kong, 16 of 100 everyday walks could still be made" in said
    assert "by someone who knew every camera, and fewer than 1 in B." in said
    assert "That is 15.7 fewer of 100 in B." in said
    assert "A 有 16 程，B 有不足 1 程。B 每 100 程少 15.7 程。" in said
    band = "Other placements, just as likely: 10 to 25 in A, 10 to 25 in B."
    assert (band in said, "One placement of each" in said) == (bool(fleets), not fleets)
    assert (
        "knowing every camera 清楚每個鏡頭的位置，走完全程也不會被認出的路程 16% 0.3% −15.7" in said
    )


def summary(run_folder, **more):
    return with_answer(json.loads((run_folder / "summary.json").read_text()), **more)


NAMES = ["a town", "一城"], ["Hong Kong", "全港"]


def test_with_one_total_there_is_one_figure(run_folder):
    whole = summary(run_folder)
    found = answer_headline({**whole, "steps": whole["steps"][-1:]}, *NAMES)
    assert found["headline"][0].endswith("by someone who knew every camera of the plan.")
    assert "16 of 100 everyday walks in a town" in found["headline"][0]
    assert "有 16 程仍可全程不被認出" in found["headline"][1]


def test_where_cameras_are_real_it_says_so_and_on_bus_streets_it_says_nothing(run_folder):
    real = answer_headline(summary(run_folder, simulated=False), *NAMES)
    assert "some of them real" in real["headline_note"][0]
    assert "部分為真實鏡頭" in real["headline_note"][1]
    whole = summary(run_folder)
    buses = {**whole, "area": {**whole["area"], "streets": "bus-street proxy"}}
    assert answer_headline(buses, *NAMES) is None
    assert answer_headline(json.loads((run_folder / "summary.json").read_text()), *NAMES) is None


def test_a_run_prints_the_same_sentence_and_note(run_folder):
    whole = summary(run_folder)
    name = whole["area"]["name"]
    said = answer_headline(whole, [name] * 2, NAMES[1])
    assert answer_lines(whole) == [said["headline"][0], said["headline_note"][0]]
    direct = {**whole, "area": {**whole["area"], "share_rule": "direct"}}
    assert answer_lines(direct)[0].startswith("At 4,000 cameras in the area, 87 of 100")
    assert answer_lines(json.loads((run_folder / "summary.json").read_text())) == []


def test_what_a_run_cannot_say_is_left_out(run_folder):
    whole = summary(run_folder)
    for step in whole["steps"]:
        step["trips"]["recognise"]["unseen_trips"] = None
        step["answer"]["detect"]["any_length"]["share"] = None
    note = answer_headline(whole, *NAMES)["headline_note"]
    assert note[0].startswith("Only the plan's cameras are counted")
    assert note[1].startswith("只計算計劃內的鏡頭")


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, ("0", "0")), (1, ("100", "100")), (0.16, ("16", "16")),
     (0.004, ("fewer than 1", "不足 1")), (0.997, ("more than 99", "超過 99")),
     (0.006, ("1", "1")), (0.994, ("99", "99")), (0.5, ("50", "50"))],
)  # fmt: skip
def test_neither_none_nor_all_is_written_for_what_is_neither(share, words):
    assert (of_a_hundred(share, "en"), of_a_hundred(share, "zh")) == words


@pytest.mark.parametrize(
    ("totals", "told"),
    [((4000, 60_000, 66_500), (4000, 60_000)), ((4000, 20_000), (4000, 20_000)),
     ((60_000, 66_500), (60_000, 66_500)), ((60_000,), (60_000, 60_000)),
     ((2000, 4000, 60_000), (4000, 60_000))],
)  # fmt: skip
def test_the_headline_tells_of_the_announced_number_where_it_is_asked_for(totals, told):
    steps = [{"total": total} for total in totals]
    assert tuple(step["total"] for step in ends_of({"steps": steps})) == told


def test_a_span_whose_ends_are_written_alike_is_written_once():
    assert span(0.35, 0.46, "en") == "35 to 46"
    assert span(0.0, 0.004, "en") == "0 to fewer than 1"
    assert span(0.001, 0.004, "en") == "fewer than 1"
    assert span(0.35, 0.46, "zh") == "35 至 46"
    assert span(0.0, 0.0, "zh") == "0"


def with_machine(summary, reading=40):
    """A summary with what software could read, as `sim run` writes it; invented numbers."""
    needs = {"lenient": (24, 30, 30), "typical": (32, 15, 15), "strict": (40, 15, 15)}
    summary["software"] = {
        "reference": "lenient",
        "cases": {name: dict(zip(("pupil_px", "pitch", "turn"), of, strict=True))
                  for name, of in needs.items()},
    }  # fmt: skip
    for k, step in enumerate(summary["steps"]):
        step["software"] = {}
        for name in needs:
            n = reading if name == "lenient" else 0
            share = 0.995 - 0.1 * k if n else 1.0
            step["software"][name] = {
                "cameras_reading": n,
                "streets": 0.028 if n else 0.0,
                "walks": {"mean": 0.03, "n": 28},
                "unread_walks": 0.23 if n else 1.0,
                "unread_walks_facing": 0.59 if n else 1.0,
                "answer": {"any_length": {"share": share, "se": 0.008, "n": 28}},
            }
    return summary


@pytest.mark.parametrize("reading", [40, 0])
def test_what_a_machine_could_read_stands_beside_the_answer(folder, reading):
    path = folder / "summary.json"
    summary = with_machine(json.loads(path.read_text()), reading)
    path.write_text(json.dumps(summary), encoding="utf-8")
    last = (
        f"{100 * summary['steps'][-1]['software']['lenient']['answer']['any_length']['share']:.0f}"
    )
    sentence = (
        "Without any place where a machine could read the face, by software that needs the least "
        f"of a picture: more than 99 of 100; at 60,000, {last}. As people walk,"
    )
    chinese = f"每 100 程有 超過 99 程；有 60,000 個時，{last} 程。"
    if not reading:
        sentence = (
            "A machine could read no face here: with this lens no place on the street is near "
            "enough and far enough at once, even for software that needs the least of a picture. As"
        )
        chinese = "街上也沒有任何位置既夠近又夠遠。"
    assert sentence in answer_lines(summary)[1]
    for write in (write_map, write_report):
        said = text_of(write(folder))
        assert sentence in said
        assert chinese.replace(" ", "") in said.replace(" ", "")
    page = (folder / "report.html").read_text(encoding="utf-8")
    section = page.split('<section id="machine"')[1].split("</section>")[0]
    cells = [re.findall(r"<td>(.*?)</td>", row) for row in section.split("<tr>")[2:]]
    none = "none: no place is near enough and far enough at once"
    first = [re.sub(r"<span lang=.en.>(.*?)</span>.*", r"\1", row[0]) for row in cells]
    assert first == [
        str(reading) if reading else none,
        none,
        none,
    ]
    if reading:
        assert cells[0][1:] == ["2.8%", "77%", "41%", f"{last}% ± 0.8"]
        assert "could read a face on 2.8% of the street length; 77% of typical walks" in section
    else:
        assert "At 60,000 cameras no software of these cases could read a face" in section


def test_a_run_from_before_says_nothing_of_machines(folder):
    page = write_report(folder).read_text(encoding="utf-8")
    assert '<section id="machine"' not in page
    assert "machine" not in answer_lines(json.loads((folder / "summary.json").read_text()))[1]


def test_the_first_screen_has_both_counts_and_says_whose_they_are(run_folder):
    whole = summary(run_folder)
    said = answer_counts(whole, NAMES[0], {4000: 2025, 60_000: 2028})
    assert said["low_count"] == [
        "With 4,000 cameras (2025),", "4,000 個閉路電視鏡頭時（2025 年），"
    ]  # fmt: skip
    assert said["high_count"] == [
        "With 60,000 cameras (planned for 2028),", "60,000 個閉路電視鏡頭時（計劃 2028 年），"
    ]  # fmt: skip
    assert said["low_answer"] == ["87 of 100", "每百程有 87 程"]
    assert said["high_answer"] == ["16 of 100", "每百程有 16 程"]
    walks = "everyday walks could still be made without being recognised."
    assert said["low_walks"] == said["high_walks"] == [walks, "日常步行可走完全程也不被認出。"]
    assert said["low_band"] == ["", ""]
    assert "every camera of the plan assumed here" in said["answer_means"][0]
    assert "清楚這裏假設的計劃每個鏡頭的位置" in said["answer_means"][1]
    assert said["answer_official"][0].startswith("How many cameras: the Government's figures.")
    other = {**whole, "steps": [{**step, "total": step["total"] + 1} for step in whole["steps"]]}
    assert "simulated" in answer_counts(other, NAMES[0], {})["answer_official"][0]
    assert "Government" not in str(answer_counts(other, NAMES[0], {}))
    steps = [{**whole["steps"][0], "total": 5000}, *whole["steps"][1:]]
    partly = answer_counts({**whole, "steps": steps}, NAMES[0], {60_000: 2028})
    assert partly["answer_official"][0].startswith("60,000 is the Government's figure.")
    assert "answer_official" not in answer_counts({**whole, "simulated": False}, NAMES[0], {})
    assert "real" not in answer_counts(whole, NAMES[0], {})["answer_means"][0]
    announced = answer_counts({**whole, "plan": {"name": "as_announced"}}, NAMES[0], {})
    assert "the Government's announced plan (SmartView)" in announced["answer_means"][0]
    assert "政府公布的「銳眼」計劃" in announced["answer_means"][1]
    one = answer_counts({**whole, "steps": whole["steps"][-1:]}, NAMES[0], {})
    assert "low_count" not in one
    assert answer_counts(json.loads((run_folder / "summary.json").read_text()), NAMES[0], {}) == {}


def test_the_first_screen_says_when_and_what_other_placements_give(run_folder):
    whole = summary(run_folder)
    whole["steps"][0]["date"], whole["steps"][-1]["date"] = "2025-10", "2028-03-31"
    for step, p5 in zip(whole["steps"], (0.31, 0.021), strict=False):
        found = step["answer"]["recognise"]["any_length"]
        found["fleets"] = {"p5": p5, "p50": 0.5, "p95": 0.9}
    said = answer_counts(whole, NAMES[0], {})
    assert said["low_count"] == [
        "With 4,000 cameras (October 2025),", "4,000 個閉路電視鏡頭時（2025 年 10 月），"
    ]  # fmt: skip
    assert said["high_count"] == [
        "With 60,000 cameras (planned for 31 March 2028),",
        "60,000 個閉路電視鏡頭時（計劃 2028 年 3 月 31 日），",
    ]
    bands = [" ".join(words.split()) for words in said["low_band"]]
    assert bands == ["Same number, placed differently: 31 to 90", "同樣數目、不同位置：31 至 90 程"]
    direct = {**whole, "area": {**whole["area"], "share_rule": "direct"}}
    assert answer_counts(direct, NAMES[0], {})["high_count"][0].endswith("(31 March 2028),")
    plan = {"phases": [{"total": 4000, "year": 2025}]}
    of_plan = {**summary(run_folder), "plan": plan}
    assert answer_counts(of_plan, NAMES[0], {})["low_count"][0] == "With 4,000 cameras (2025),"
    seeds = [
        {"total": step["total"], "task": "recognise", "figure": "answer", "mean": 0.5, "p5": 0.3,
         "p95": 0.7, "n": 20, "lowest": {"value": 0.1, "case": ""},
         "highest": {"value": 0.9, "case": ""}}
        for step in whole["steps"]
    ]  # fmt: skip
    drawn = answer_counts({**summary(run_folder), "range": seeds}, NAMES[0], {})
    assert "other walkers" in drawn["high_band"][0]
    assert "行人" in drawn["high_band"][1]


def test_the_first_screen_is_the_summary_s(folder):
    page = write_map(folder).read_text(encoding="utf-8")
    shown = re.findall(r'data-fact="(?:low|high)_answer">([^<]*)<', page)
    assert shown == ["87 of 100", "16 of 100"]
    assert 'data-fact="answer_means"' in page


@pytest.mark.parametrize(
    ("titles", "differs", "names"),
    [(("One", "Two"), {}, ("One", "Two")),
     (("", ""), {"cameras.strategy": ["junctions", "transit"]},
      ("wide junctions first", "stations first")),
     (("", ""), {"seed": [7, 8]}, ("run a", "run b"))],
)  # fmt: skip
def test_two_runs_are_called_by_their_titles_or_by_what_differs(
    run_folder, tmp_path, titles, differs, names
):
    folders = []
    for place, title in enumerate(titles):
        folder = shutil.copytree(run_folder, tmp_path / f"{place}")
        path = folder / "manifest.json"
        manifest = json.loads(path.read_text())
        manifest["scenario"] = {**(manifest.get("scenario") or {}), "title": title}
        path.write_text(json.dumps(manifest))
        folders.append(folder)
    page = write_comparison(
        folders, tmp_path / "two.html", ["run_a", "run_b"], {"differs": differs, "rows": []}
    ).read_text(encoding="utf-8")
    assert tuple(re.findall(r"<li><b[^>]*>[AB]</b> <bdi><span[^>]*>([^<]*)<", page)) == names
    assert "run_a" not in page.split("</header>")[0].split("<main")[1]


@pytest.mark.parametrize("streets", ["osm", "bus-street proxy"])
def test_named_walks_are_there_without_people_and_on_bus_streets(run_folder, tmp_path, streets):
    folder = shutil.copytree(run_folder, tmp_path / "run")
    path = folder / "summary.json"
    whole = json.loads(path.read_text())
    whole["area"]["streets"] = streets
    for step in whole["steps"]:
        for task in TASKS:
            step["trips"][task]["observed_length"]["n"] = 0
    path.write_text(json.dumps(whole))
    page = write_map(folder).read_text(encoding="utf-8")
    assert 'id="walks"' in page
    assert '"name":["Shanghai Street to Argyle Street"' in page
    assert ('id="own"' in page) == (streets == "osm")
