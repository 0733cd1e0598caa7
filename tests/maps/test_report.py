"""The report is plain HTML in both languages, with the figures of the run and nothing to fetch."""

import json
import re
import shutil

import numpy as np
import pytest

from maps import write_pages, write_report
from maps.page import percent
from maps.report import Curve, chart


@pytest.fixture(scope="module")
def report(run_folder):
    return write_report(run_folder).read_text(encoding="utf-8")


def test_nothing_is_loaded_and_nothing_runs(report):
    assert "default-src &#39;none&#39;" in report or "default-src 'none'" in report
    assert not re.search(r"<(script|img|iframe|object)", report)
    assert not re.search(r"(src|href)=.?http", report)


def test_every_sentence_stands_in_both_languages(report):
    english = re.findall(r"<p>(.+?)</p>", report)
    chinese = re.findall(r'<p lang="zh-Hant-HK">(.+?)</p>', report)
    assert len(english) == len(chinese) > 5
    assert all(re.search("[\u4e00-\u9fff]", sentence) for sentence in chinese)


def test_the_table_holds_the_figures_of_the_run(report, run_folder):
    summary = json.loads((run_folder / "summary.json").read_text())
    rows = re.findall(
        r"<tr><td>([\d,]+)</td><td>(\w+) [^<]+</td><td>([\d,]+)</td><td>([^<]+)", report
    )
    expected = [
        (f"{s['total']:,}", task.capitalize(), f"{s['cameras']:,}", percent(s["coverage"][task]))
        for s in summary["steps"]
        for task in summary["tasks"]
    ]
    assert rows == expected


def test_hostile_names_stay_text(run_folder, tmp_path):
    copy = shutil.copytree(run_folder, tmp_path / "copy")
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["scenario"]["title"] = "</style><script>alert(1)</script>{{ 7 * 7 }}"
    (copy / "manifest.json").write_text(json.dumps(manifest))
    page = write_report(copy).read_text(encoding="utf-8")
    assert "<script" not in page
    assert "{{ 7 * 7 }}" in page


def test_both_pages_are_written(run_folder, tmp_path):
    copy = shutil.copytree(run_folder, tmp_path / "copy", ignore=shutil.ignore_patterns("*.html"))
    assert write_pages(copy) == copy / "map.html"
    assert (copy / "report.html").is_file()


def test_a_chart_keeps_labels_apart_and_curves_inside():
    totals = np.array([0.0, 100.0])
    curves = [Curve(totals, np.array([0.0, 0.5 + 0.001 * k]), f"<{k}>", "#000") for k in range(4)]
    drawn = str(chart(curves, 100))
    labels = [float(y) for y in re.findall(r'y="([\d.]+)" fill', drawn)]
    assert np.diff(labels).min() >= 15 - 1e-6
    assert "&lt;0&gt;" in drawn
    for points in re.findall(r'points="([^"]+)"', drawn):
        x, y = np.array([pair.split(",") for pair in points.split()], float).T
        assert 0 <= x.min() <= x.max() <= 640
        assert 0 <= y.min() <= y.max() <= 260
