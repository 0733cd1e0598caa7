"""Every link of the pages leads somewhere; no network is asked."""

import re
import sys
from urllib.parse import urlsplit

import pytest
from documentation.blocks import ROOT

sys.path.insert(0, str(ROOT / "docs"))
import links as found
from links import Link, anchors, links, outside, pages

AS_STATED = {"docs/licences.md", "docs/context.md"}
"""Addresses there are as packages and sources state them, with http where these do."""


def dead(link):
    """Return what is wrong with a link inside the project; nothing if it leads somewhere."""
    if re.match(r"[a-z]+:", link.target):
        return ""
    path, _, anchor = link.target.partition("#")
    page = (link.page.parent / path).resolve() if path else link.page
    if not page.exists():
        return f"{link.place}: there is no {path}"
    if not page.is_relative_to(ROOT):
        return f"{link.place}: {path} lies outside"
    if anchor and page.suffix in {".md", ".ipynb"} and anchor not in anchors(page):
        return f"{link.place}: {path} has no heading #{anchor}"
    return ""


def test_every_link_inside_leads_to_a_file_and_a_heading():
    every = [link for page in pages() for link in links(page)]
    assert len(every) > 500
    assert [told for link in every if (told := dead(link))] == []


def test_outside_addresses_are_well_formed():
    addresses = outside()
    assert len(addresses) > 50
    for address, places in addresses.items():
        parts = urlsplit(address)
        stated = {place.partition(":")[0] for place in places} <= AS_STATED
        assert parts.scheme == "https" or (stated and parts.scheme == "http"), (address, places)
        assert re.fullmatch(r"[\w-]+(\.[\w-]+)*\.[a-z]{2,}", parts.netloc), (address, places)
        assert not re.search(r"[\s<>\"\\^`{|}]|[.,;:]$", address), (address, places)
        assert not re.search(r"example\.|localhost", parts.netloc), (address, places)


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("none.md", "there is no none.md"),
        ("cookbook.md#no-such-thing", "has no heading"),
        ("#no-such-thing", "has no heading"),
        ("../../elsewhere", "there is no"),
    ],
)
def test_a_dead_link_would_be_found(target, says):
    assert says in dead(Link(ROOT / "docs" / "index.md", 1, target))
    assert dead(Link(ROOT / "docs" / "index.md", 1, "cookbook.md#my-own-city")) == ""


def test_what_is_a_link_and_what_is_none():
    text = '`[a](b)` [c](d.md "t") ![e](f.png)\n```sh\n[g](h)\n```\n[i `j`](k#l) <https://m.org>\n'
    told = found.prose(text)
    assert [one[1] for one in found.INLINE.finditer(told)] == ["d.md", "f.png", "k#l"]
    assert [one[1] for one in found.BARE.finditer(told)] == ["https://m.org"]


def test_the_addresses_can_be_listed(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["links.py"])
    found.main()
    told = capsys.readouterr().out.splitlines()
    assert len(told) == len(outside())
    assert all(re.match(r"https?://\S+  \S+:\d+", line) for line in told)
