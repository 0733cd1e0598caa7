"""Writes the table of docs/unpublished.md: `python docs/unpublished_page.py` renews the page.

What is not published comes from `maps.unpublished`, how far it moves the answer from the table of
docs/bands.md, which a test compares with its command.
"""

from __future__ import annotations

import re
from pathlib import Path

from maps.unpublished import ITEMS, WAYS, Item

HERE = Path(__file__).parent
PAGE, BANDS = HERE / "unpublished.md", HERE / "bands.md"
BEGIN = "<!-- written by docs/unpublished_page.py -->"
TOTALS = ("4,000 cameras", "60,000 cameras")


def table() -> str:
    """Return what stands below the mark on the page."""
    lines = [
        "| what | who would know | what stands in for it | the answer at 4,000 | at 60,000 |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *map(_line, ITEMS)]) + "\n"


def _line(item: Item) -> str:
    cells = (item.what[0], item.who[0], item.stands_in[0], *_moves(item.factor))
    return "| " + " | ".join(cells) + " |"


def _moves(factor: str) -> tuple[str, ...]:
    """Return how far a case moves the answer, as docs/bands.md says it."""
    if factor == WAYS:
        return ("each run says it",) * 2
    return tuple(measured()[factor]) if factor else ("not measured",) * 2


def measured() -> dict[str, list[str]]:
    """Return the figures of docs/bands.md at the totals of this page, by case."""
    rows = re.findall(r"^\| (.+) \|$", BANDS.read_text(encoding="utf-8"), re.MULTILINE)
    cells = [row.split(" | ") for row in rows]
    (head,) = (row for row in cells if row[0] == "assumption")
    at = [head.index(total) for total in TOTALS]
    return {
        row[0].strip("`"): [row[place] for place in at]
        for row in cells
        if len(row) == len(head) and row is not head
    }


if __name__ == "__main__":
    above = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]
    PAGE.write_text(f"{above}{BEGIN}\n\n{table()}", encoding="utf-8")
