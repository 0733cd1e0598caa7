"""The 10th, 50th and 90th percentile stand each in its own place, wherever a page writes them."""

import json
import re
import shutil

import pytest
from compared_runs import compared

from maps import write_comparison, write_map, write_report
from maps.numbers import percent
from maps.page import HEADLINE_TASK, page_facts
from maps.run_folder import read_run_folder

NAMES = ("p10", "p50", "p90")
BASE = {"p10": 0.11, "p50": 0.42, "p90": 0.77}


def told_apart(run_folder, folder, side=0):
    """A copy of a run whose percentiles are nowhere the same; return it and them by total."""
    copy = shutil.copytree(run_folder, folder, ignore=shutil.ignore_patterns("*.html"))
    summary = json.loads((copy / "summary.json").read_text())
    found = {}
    for k, step in enumerate(summary["steps"]):
        for j, (_, figures) in enumerate(sorted(step["trips"].items())):
            more = 0.01 * (k + 5 * j + 2 * side)
            figures["observed_length"] |= {name: BASE[name] + more for name in NAMES}
        seen = step["trips"][HEADLINE_TASK]["observed_length"]
        found[step["total"]] = [percent(seen[name]) for name in NAMES]
    (copy / "summary.json").write_text(json.dumps(summary))
    return copy, found


@pytest.fixture(scope="module")
def apart(run_folder, tmp_path_factory):
    return told_apart(run_folder, tmp_path_factory.mktemp("apart") / "run")


def percents(sentence):
    return re.findall(r"\d+(?:\.\d+)?%", sentence)


def test_the_headline_says_the_median_then_both_ends(apart):
    folder, found = apart
    low, high = found[min(found)], found[max(found)]
    expected = [share for p10, p50, p90 in (low, high) for share in (p50, p10, p90)]
    assert len(set(expected)) == 6
    for sentence in page_facts(read_run_folder(folder))["headline"]:
        assert percents(sentence) == expected


def test_the_table_of_all_figures_says_them(apart):
    folder, found = apart
    page = write_map(folder).read_text(encoding="utf-8")
    table = page.split('class="figures-table"', 1)[1].split("</table>")[0]
    for p10, p50, p90 in found.values():
        assert f"{p50} ({p10}–{p90})" in table


def test_the_report_says_them(apart):
    folder, found = apart
    report = write_report(folder).read_text(encoding="utf-8")
    p10, p50, p90 = found[max(found)]
    assert f"{p50} ({p10}–{p90})" in report


def test_a_comparison_says_them_of_each_run(run_folder, tmp_path):
    runs = [told_apart(run_folder, tmp_path / name, side) for side, name in enumerate("ab")]
    folders, names = [folder for folder, _ in runs], ["one", "other"]
    page = write_comparison(
        folders, tmp_path / "two.html", names, compared(folders, names, {"seed": [1, 2]})
    ).read_text(encoding="utf-8")
    a, b = (found[max(found)] for _, found in runs)
    headline = json.loads(re.search(r'"headline":(\[.*?\])', page)[1])
    for sentence in headline:
        assert percents(sentence) == [a[1], a[0], a[2], b[1], b[0], b[2]]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page, flags=re.DOTALL)
    for k, key in enumerate(("two_walk_p10", "two_walk", "two_walk_p90")):
        cells = [percents(row)[:2] for row in rows if f'data-t="{key}"' in row]
        both = zip(*(found.values() for _, found in runs), strict=True)
        expected = [[of_a[k], of_b[k]] for of_a, of_b in both]
        assert [cell for cell in cells if cell] == expected
