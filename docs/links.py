"""Find the links of the pages: print those that lead out of the project, or check them by asking.

    python docs/links.py           # every outside address, with the pages and lines that name it
    python docs/links.py --ask     # asks each (needs the network), prints what does not answer

Tests need no network: they hold that every link inside the project leads to a file and a heading,
and that outside addresses are well formed. Whether these answer, only `--ask` tells.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
INLINE = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
BARE = re.compile(r"<(https?://[^>\s]+)>")
FENCE = re.compile(r"^( *)(```+|~~~+).*?^\1\2\s*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)[^`].*?\1", re.DOTALL)
HEADING = re.compile(r"^(#{1,6}) +(.*?) *#*$", re.MULTILINE)
NAMED = re.compile(r"<a (?:id|name)=\"([^\"]+)\"|^\(([\w-]+)\)=$", re.MULTILINE)


class Link(NamedTuple):
    """A link: where it stands and where it leads."""

    page: Path
    line: int
    target: str

    @property
    def place(self) -> str:
        """Page and line, for a message."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Return the pages and notebooks, in order."""
    top = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    return [*top, *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "docs").rglob("*.ipynb"))]


def text_of(page: Path) -> str:
    """Return the words of a page, or of a notebook's cells of text."""
    text = page.read_text(encoding="utf-8")
    if page.suffix != ".ipynb":
        return text
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
    return "\n\n".join("".join(cell["source"]) for cell in cells)


def prose(text: str) -> str:
    """Blank out code, lines kept: what looks like a link in it is none."""
    for code in (FENCE, CODE):
        text = code.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text


def links(page: Path) -> Iterator[Link]:
    """Yield the links of a page."""
    text = prose(text_of(page))
    for form in (INLINE, BARE):
        for found in form.finditer(text):
            yield Link(page, text.count("\n", 0, found.start()) + 1, found[1])


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page, as code hosts and the site make them of headings."""
    text = FENCE.sub("", text_of(page))
    found: set[str] = set()
    for _, heading in HEADING.findall(text):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        slug, number = re.sub(r"[^\w\- ]", "", words).replace(" ", "-"), 0
        while (name := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(name)
    return found | {name for pair in NAMED.findall(text) for name in pair if name}


def outside() -> dict[str, list[str]]:
    """Return every outside address with the places that name it."""
    found: dict[str, list[str]] = defaultdict(list)
    for page in pages():
        for link in links(page):
            if re.match(r"[a-z]+:", link.target):
                found[link.target].append(link.place)
    return dict(sorted(found.items()))


def _ask(address: str) -> str:
    """Return what is wrong with an address; empty if it answers."""
    import requests  # slow, and needed for this alone

    try:
        answer = requests.get(address, timeout=20, stream=True, headers={"User-Agent": "links"})
    except requests.RequestException as error:
        return type(error).__name__
    return "" if answer.ok else str(answer.status_code)


def main() -> None:
    """Print the outside addresses, or those that do not answer."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--ask", action="store_true", help="ask each; print what does not answer")
    asked = parser.parse_args().ask
    for address, places in outside().items():
        wrong = _ask(address) if asked else ""
        if wrong or not asked:
            print(address, *([wrong] if wrong else []), ", ".join(places), sep="  ")


if __name__ == "__main__":
    main()
