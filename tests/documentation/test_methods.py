"""The ten assumptions of docs/methods.md stand by the effects that other pages measured."""

import re

from documentation.blocks import ROOT

DOCS = ROOT / "docs"


def rows(text):
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]


def of_page(page, begin, end):
    text = (DOCS / page).read_text(encoding="utf-8")
    return text.split(begin)[1].split(end)[0]


def test_the_ten_assumptions_are_those_measured_in_their_order():
    table = rows(of_page("methods.md", "## Ten assumptions", "## What each number"))[1:]
    assert len(table) == 10
    ends = {row[0]: row[1:] for row in rows(of_page("sensitivity.md", "lowest level", "## How"))}
    shares = {row[0]: row[1:3] for row in rows(of_page("sensitivity.md", "## Shares", "## From"))}
    named = {}
    for words, *cells in table:
        for name in re.findall(r"\((`\w+`)\)", words):
            named[name] = cells
    assert len(named) == 7
    for name, (four, sixty, share, _) in named.items():
        assert [four, sixty] == ends[name]
        assert share == ", ".join(shares[name])
    farthest = [max(int(cell.rpartition(": ")[2]) for cell in row[1:3]) for row in table]
    assert farthest == sorted(farthest, reverse=True)


def test_the_answer_is_that_of_the_readme():
    text = (ROOT / "README.md").read_text(encoding="utf-8").replace("\n", " ")
    four, sixty = re.search(
        r"at 4,000 cameras, (\d+) of 100 everyday walks.*?at 60,000, (\d+) of 100", text
    ).groups()
    methods = (DOCS / "methods.md").read_text(encoding="utf-8").replace("\n", " ")
    assert f"{four} at 4,000 cameras, {sixty} at 60,000" in methods
