"""Figures of the page, the report's band and a site's cards, where percentiles all differ."""

import html
import json
import re
import shutil
from dataclasses import replace

import pytest
from invented_run import TASKS, TOTALS

from maps import write_pages, write_site
from maps.numbers import percent
from maps.page import headline
from maps.report_curves import walks
from maps.report_figures import Figures
from maps.run_folder import read_run_folder
from maps.texts import LANGUAGES, text

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


@pytest.mark.parametrize(
    ("walks", "streets", "note"),
    [(30, "osm", "headline_note"), (30, "bus-street proxy", "proxy_headline_note"),
     (0, "osm", "headline_note_streets"), (0, "bus-street proxy", "headline_note_streets")],
)  # fmt: skip
def test_the_note_of_the_headline_says_what_was_walked(folder, walks, streets, note):
    run = read_run_folder(folder)
    summary = json.loads(json.dumps(run.summary))
    summary["area"]["streets"] = streets
    for step in summary["steps"]:
        step["trips"]["recognise"]["observed_length"]["n"] = walks
    said = headline(replace(run, summary=summary), ["a town", "一城"])
    assert said["headline_note"] == [text(note, lang, walks=f"{walks:,}") for lang in LANGUAGES]
    share = percent(summary["steps"][0]["coverage"]["recognise"])
    lengths = (f"{share} of street length", f"{share} of the length of the streets that buses use")
    of_streets = any(length in said["headline"][0] for length in lengths)
    assert of_streets == (note != "headline_note")


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


@pytest.mark.parametrize(
    ("share", "said"),
    [(None, "—"), (0.0, "0%"), (0.0004, "0%"), (0.0005, "0.1%"), (0.05, "5.0%"), (0.0994, "9.9%"),
     (0.0995, "10%"), (0.5049, "50%"), (1.0, "100%")],
)  # fmt: skip
def test_shares_are_written_in_whole_percent_and_in_tenths_below_ten(share, said):
    assert percent(share) == said
