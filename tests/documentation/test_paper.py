"""The paper: the form of its journal, its references, and its figures as kept beside it.

That these are what the reference run gives is for tests/test_readme.py.
"""

import re
import sys

import pytest
import yaml
from documentation.blocks import ROOT

FOLDER = ROOT / "docs" / "paper"
SECTIONS = ["Summary", "Statement of need", "State of the field", "Software design",
            "Research impact statement", "AI usage disclosure", "Acknowledgements",
            "References"]  # fmt: skip


@pytest.fixture(scope="module")
def paper():
    head, text = (FOLDER / "paper.md").read_text(encoding="utf-8").split("---\n", 2)[1:]
    return yaml.safe_load(head), text


@pytest.fixture(scope="module")
def figures():
    sys.path.insert(0, str(FOLDER))
    import figures

    sys.path.remove(str(FOLDER))
    return figures


def test_it_has_the_form_of_its_journal(paper):
    head, text = paper
    assert {"title", "tags", "authors", "affiliations", "date", "bibliography"} <= set(head)
    assert head["authors"][0]["name"] == "The hk-camera-sim contributors"
    assert (FOLDER / head["bibliography"]).exists()
    assert re.findall(r"^# (.+)$", text, re.MULTILINE) == SECTIONS
    assert 750 <= len(text.split()) <= 1750


def test_every_reference_is_there_and_used(paper):
    entries = re.findall(r"^@\w+\{(\w+),$", (FOLDER / "paper.bib").read_text("utf-8"), re.MULTILINE)
    cited = set(re.findall(r"(?<![\w.])@(\w+)", paper[1]))
    assert entries == sorted(entries)
    assert cited == set(entries)


def test_its_figures_are_those_kept_beside_it(paper, figures):
    words = " ".join(paper[1].split())
    assert figures.sentence() in words
    ranges = []
    for total in ("4,000 cameras", "60,000 cameras"):
        ends = [end[:2] for end in figures.cases(total).values()]
        low, high = min(low for low, _ in ends), max(high for _, high in ends)
        ranges.append(f"{low:.0f} to {high:.0f}" if low >= 1 else f"less than 1 to {high:.0f}")
    assert " and ".join(ranges) in words


def test_its_picture_is_drawn_from_them(figures):
    image = pytest.importorskip("PIL.Image", reason="the extra `plot` is not installed")
    with image.open(figures.PICTURE) as picture:
        assert picture.info["Description"] == figures.drawn_from(), "run docs/paper/figures.py"
