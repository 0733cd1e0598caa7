"""The gallery of notebooks: each runs from nothing, and is what its page says."""

import ast
import json
import re
import sys
import time

import pytest
from documentation.blocks import ROOT

sys.path.insert(0, str(ROOT / "docs"))
from make_notebooks import cells, execute, notebook, pages

pytestmark = pytest.mark.slow

PAGES = pages()
MOST_S = 60.0


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Return one folder for all, as a folder of notebooks is: the first makes the run."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_notebook_runs_and_prints_its_finding(page, desk, monkeypatch, capsys):
    plt = pytest.importorskip("matplotlib.pyplot", reason="the extra `plot` is not installed")
    plt.switch_backend("Agg")
    monkeypatch.chdir(desk)
    begun = time.process_time()
    execute(page)
    plt.close("all")
    assert time.process_time() - begun < MOST_S
    told = capsys.readouterr().out
    sentences = [line for line in told.splitlines() if line.endswith((".", ",", ";"))]
    assert any(re.search(r"\d", line) for line in sentences)
    assert not any(re.search(r"\b(nan|inf|None)\b", line) for line in sentences)


def test_there_are_ten_and_they_are_what_their_pages_say():
    assert len(PAGES) == 10
    for page in PAGES:
        held = page.with_suffix(".ipynb").read_text(encoding="utf-8")
        assert held == notebook(page), f"run python docs/make_notebooks.py ({page.name})"
        told = json.loads(held)
        assert all(not cell.get("outputs") for cell in told["cells"])
    left = {path.stem for path in PAGES[0].parent.glob("*.ipynb")}
    assert left == {page.stem for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_notebook_is_short_and_says_what_it_does_not_say(page):
    kinds = cells(page)
    code = [text for kind, text in kinds if kind == "code"]
    words = "\n".join(text for kind, text in kinds if kind == "markdown")
    assert 5 <= len(code) <= 15
    assert words.startswith("# ")
    assert "simulated" in words
    assert "**What it does not say.**" in words
    assert "The finding" in words
    last = ast.unparse(ast.parse(code[-1]))
    assert "print(f" in last
    assert not re.search(r"\d+ of 100|\d %", words)  # no figure of a run is written by hand
