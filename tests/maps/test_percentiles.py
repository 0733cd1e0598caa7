"""The tenth, the middle and the ninetieth of a hundred walks: each stands where it belongs.

A summary with percentiles that are all different is written over an invented run's, and the pages
are read as a reader reads them.
"""

import html
import json
import re
import shutil

import numpy as np
import pytest
from compared_runs import figures_of, two_runs
from invented_run import TASKS, TOTALS

from maps import write_comparison, write_map, write_pages, write_report, write_site
from maps.page import headline, percent
from maps.report_curves import walks
from maps.report_figures import Figures
from maps.run_folder import read_run_folder

NAMES = ("p10", "p50", "p90")


def walk_shares(step, task):
    """Three different shares, for each total and task others: 11 %, 21 % and 31 % for the first."""
    first = 0.11 + 0.04 * step + 0.01 * task
    return {"p10": first, "p50": first + 0.1, "p90": first + 0.2}


def with_shares(folder):
    path = folder / "summary.json"
    summary = json.loads(path.read_text())
    for k, step in enumerate(summary["steps"]):
        for t, task in enumerate(TASKS):
            step["trips"][task]["observed_length"] |= walk_shares(k, t)
    path.write_text(json.dumps(summary), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(run_folder, tmp_path_factory):
    target = tmp_path_factory.mktemp("percentiles") / "run"
    return with_shares(shutil.copytree(run_folder, target, ignore=shutil.ignore_patterns("*.html")))


def text_of(path):
    page = path.read_text(encoding="utf-8")
    page = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


RECOGNISE = TASKS.index("recognise")
LAST = len(TOTALS) - 1


def written(step, task=RECOGNISE):
    return [percent(walk_shares(step, task)[name]) for name in NAMES]


def test_the_headline_tells_the_middle_and_the_range_of_both_ends(folder):
    run = read_run_folder(folder)
    english, chinese = headline(run, ["a town", "一城"])["headline"]
    (low10, low50, low90), (high10, high50, high90) = written(0), written(LAST)
    assert len({low10, low50, low90, high10, high50, high90}) == 6
    assert f"With {TOTALS[0]:,} cameras in a town" in english
    assert f"for {low50} of the way ({low10} to {low90})" in english
    assert f"with {TOTALS[-1]:,}, for {high50} ({high10} to {high90})" in english
    for middle, low, high in ((low50, low10, low90), (high50, high10, high90)):
        assert re.search(rf"有 {middle}\s*（{low} 至 {high}）", chinese)
    page = text_of(write_map(folder))
    assert f"for {low50} of the way ({low10} to {low90})" in page
    assert f"for {high50} ({high10} to {high90})" in page


def test_the_table_of_the_page_has_every_percentile_in_its_row(folder):
    page = text_of(write_map(folder))
    for k, t in np.ndindex(len(TOTALS), len(TASKS)):
        p10, p50, p90 = written(k, t)
        assert f"{p50} ({p10}–{p90})" in page


def test_the_report_gives_the_middle_at_a_glance_and_in_its_table(folder):
    report = text_of(write_report(folder))
    for k in (0, LAST):
        p10, p50, p90 = written(k)
        assert f"{p50} ({p10}–{p90})" in report


def test_the_band_of_the_report_runs_from_the_tenth_to_the_ninetieth(folder):
    section = walks(Figures(read_run_folder(folder), ["a town", "一城"]))
    assert written(LAST)[1] in section.says[0]
    (band,) = section.charts[0].bands
    (drawn,) = [line for line in section.charts[0].lines if line["style"] == "recognise"]
    middle = heights(" ".join(drawn["points"]))[1:]
    around = heights(band["points"])
    upper, lower = around[1 : LAST + 2], around[-2 : LAST + 1 : -1]
    unit = walk_shares(0, RECOGNISE)["p50"] / middle[0]
    for name, points in zip(NAMES, (lower, middle, upper), strict=True):
        wanted = [walk_shares(k, RECOGNISE)[name] for k in range(len(TOTALS))]
        assert [unit * height for height in points] == pytest.approx(wanted, abs=1e-3)


def heights(points):
    """Of the points of a chart above its floor."""
    return [500 - float(point.split(",")[1]) for point in points.split()]


def test_the_card_of_a_site_tells_the_middle(folder, tmp_path):
    write_pages(folder)
    page = text_of(write_site([folder], tmp_path / "site"))
    assert written(LAST)[1] in page


def test_two_runs_are_told_apart_by_percentile(tmp_path):
    folders, names, found = two_runs(tmp_path)
    said = text_of(write_comparison(folders, tmp_path / "two.html", names, found))
    sides = []
    for folder in folders:
        step = json.loads((folder / "summary.json").read_text())["steps"][-1]
        seen = figures_of(step, "recognise")
        sides.append([percent(seen[f"observed_length_{name}"]) for name in NAMES])
    (a10, a50, a90), (b10, b50, b90) = sides
    assert (
        f"for {a50} of the way ({a10} to {a90}) in A, and for {b50} ({b10} to {b90}) in B" in said
    )


@pytest.mark.parametrize(
    ("share", "said"),
    [(None, "—"), (0.0, "0%"), (0.0004, "0%"), (0.0005, "0.1%"), (0.05, "5.0%"), (0.0994, "9.9%"),
     (0.0995, "10%"), (0.5049, "50%"), (1.0, "100%")],
)  # fmt: skip
def test_shares_are_written_in_whole_percent_and_in_tenths_below_ten(share, said):
    assert percent(share) == said
