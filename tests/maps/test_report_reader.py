"""The report's first two pages: the answer of summary.json in both languages, and no command."""

import html
import json
import re
import shutil

import pytest
from typer.main import get_command

from maps import write_report
from maps.report_reader import COMMANDS
from sim.cli import app

LOW, HIGH = 0.874, 0.16
CASES = {"lowest": {"value": 0.02, "case": "optics: strong"},
         "highest": {"value": 0.91, "case": "strategy: transit"}}  # fmt: skip


def answered(summary, **doubt):
    """A summary with an answer at its first and last total; invented numbers."""
    steps = summary["steps"]
    for k, step in enumerate(steps):
        share = LOW + (HIGH - LOW) * k / (len(steps) - 1)
        way = {"share": share, "se": 0.01, "n": 28}
        found = {"any_length": {**way, **doubt}, "within_1.5": way}
        step["answer"] = dict.fromkeys(summary["tasks"], found)
        step["answer"]["detect"] = {"any_length": {**way, "share": share / 4}, "within_1.5": way}
        step["trips"]["recognise"]["unseen_trips"] = share / 2
    return summary


@pytest.fixture
def folder(run_folder, tmp_path):
    return shutil.copytree(run_folder, tmp_path / "run", ignore=shutil.ignore_patterns("*.html"))


def report_with(folder, change):
    path = folder / "summary.json"
    path.write_text(json.dumps(change(json.loads(path.read_text()))), encoding="utf-8")
    return write_report(folder).read_text(encoding="utf-8")


def sheets(page):
    """The text of the first two pages in English and in Chinese."""
    first = page.split("<main>")[1].split('class="appendix"')[0]
    for other in ("zh-Hant-HK", "en"):
        own = re.sub(rf'<(\w+) lang="{other}">.*?</\1>', "", first, flags=re.DOTALL)
        yield " ".join(html.unescape(re.sub(r"<[^>]+>", " ", own)).split())


def test_the_first_page_has_both_counts_the_band_and_the_range(folder):
    def change(summary):
        summary["ensemble"] = {"fleets": 20}
        summary["range"] = [
            {"total": step["total"], "task": "recognise", "figure": "answer", **CASES}
            for step in summary["steps"]
        ]
        return answered(summary, fleets={"p5": 0.1, "p50": 0.2, "p95": 0.3})

    page = report_with(folder, change)
    english, chinese = sheets(page)
    for words in (
        "With 4,000 cameras, 87 of 100 everyday walks could still be made without being "
        "recognised. Same number, placed differently: 10 to 30 over the named cases 2 to 91",
        "With 60,000 cameras (planned for 2028), 16 of 100 everyday walks could still be made",
        "at 4,000 cameras 2 to 91 of 100, at 60,000 cameras 2 to 91.",
        "60,000 16 10 to 30 2 to 91 strong lens – stations first 4 8",
        "Figures are means over 20 equally possible placements",
        "That it is the most that knowing every camera could do",
        "Not recognised, knowing every camera 16%",
        "Not recognised, as people walk 8.0%",
        "Not seen at all, knowing every camera 4.0%",
    ):
        assert words in english
    for words in (
        "4,000 個閉路電視鏡頭時， 每百程有 87 程 日常步行可走完全程也不被認出。 "
        "同樣數目、不同位置：10 至 30 程 各種情況之間 2 至 91 程",
        "60,000 個閉路電視鏡頭時（計劃 2028 年）， 每百程有 16 程",
        "有 4,000 個鏡頭時，每 100 程有 2 至 91 程；有 60,000 個時，2 至 91 程。",
        "60,000 16 10 至 30 2 至 91 較強鏡頭 – 車站優先 4 8",
        "各數字是 20 種同樣可能的裝設",
        "照常步行，不被認出 8.0%",
    ):
        assert words in chinese
    assert not re.search("[\u4e00-\u9fff]", english.replace("模擬", ""))
    points = re.search(r'<polyline class="line recognise" points="([^"]+)"', page)[1].split()
    assert points[-1].split(",")[1] == f"{500 * (1 - HIGH):.1f}"
    assert 'class="band recognise"' in page.split('class="appendix"')[0]


def test_without_band_and_range_it_says_that_no_figure_is_for_quoting(folder):
    english, chinese = sheets(report_with(folder, answered))
    assert "One placement and one crowd; no band was computed." in english
    assert "A figure without that range is not for quoting." in english
    assert "沒有範圍的數字不宜引用" in chinese
    assert "over the named cases 2" not in english
    assert "placed differently: 10" not in english


def test_a_run_without_an_answer_says_so_and_quotes_nothing(folder):
    english, chinese = sheets(write_report(folder).read_text(encoding="utf-8"))
    assert "it has no answer to the question" in english
    assert "因此沒有答案" in chinese
    assert "May be quoted" not in english
    assert "May not be concluded" in english


def test_commands_stand_in_the_appendix_alone_and_are_there(folder):
    page = report_with(folder, answered)
    names = set(get_command(app).commands)
    command = rf"\bsim ({'|'.join(sorted(names))})\b"
    public, _, own = page.partition('<section id="ran"')
    assert not re.search(command, public)
    assert re.findall(command, own) == [line.split()[1] for _, line in COMMANDS]
