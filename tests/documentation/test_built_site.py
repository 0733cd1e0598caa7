"""The documentation site: it builds without a warning, and asks nothing of any other host."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
import typer
from documentation.blocks import ROOT

pytestmark = pytest.mark.slow

pytest.importorskip("sphinx", reason="the extra `docs` is not installed")
pytest.importorskip("myst_parser", reason="the extra `docs` is not installed")
pytest.importorskip("furo", reason="the extra `docs` is not installed")

FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src",
           "audio": "src", "video": "src", "embed": "src", "object": "data"}  # fmt: skip
"""What a browser fetches unasked; links that a reader may follow are another matter."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E"]
    words = [*command, "-d", str(folder / "read"), str(ROOT / "docs"), str(folder / "site")]
    built = subprocess.run(words, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    assert not built.stderr
    return folder / "site"


class Fetched(HTMLParser):
    """Collects what a page fetches, and what its style says."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if tag == "link" and told.get("rel") in {"canonical", "next", "prev", "index", "search"}:
            return
        self.found += [told[FETCHED[tag]]] if FETCHED.get(tag) in told else []
        self.found += re.findall(r"url\(([^)]*)\)", told.get("style") or "")


def test_the_site_asks_nothing_of_any_other_host(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 25
    for page in pages:
        parser = Fetched()
        text = page.read_text(encoding="utf-8")
        parser.feed(text)
        assert parser.found
        for address in parser.found:
            if address.startswith("data:"):  # carries all of itself
                continue
            assert not re.match(r"[a-z]+:|//", address), (page.name, address)
            local = re.split(r"[?#]", address)[0]
            assert (page.parent / local).exists(), (page.name, address)
    for style in site.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        outside = re.findall(r"(?:url\(|@import\s+)['\"]?((?:https?:)?//[^'\")]*)", text)
        assert not outside, (style.name, outside)


def test_every_public_name_and_command_has_its_place(site):
    import sim
    from sim.cli import app

    library = (site / "library.html").read_text(encoding="utf-8")
    for name in sim.__all__:
        assert f'id="sim.{name}"' in library, name
    commands = (site / "commands.html").read_text(encoding="utf-8")
    for name in typer.main.get_command(app).commands:
        assert f'id="sim-{name}"' in commands, name


def test_the_question_is_there_in_both_languages(site):
    assert "walked unseen" in (site / "index.html").read_text(encoding="utf-8")
    assert "不會被認出" in (site / "question-zh.html").read_text(encoding="utf-8")
