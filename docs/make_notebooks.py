"""Make the notebooks of the gallery from its pages, or run one without Jupyter.

    python docs/make_notebooks.py                     # docs/notebooks/*.ipynb, without outputs
    python docs/make_notebooks.py --run 01_unseen     # runs its cells, prints what they show

A page is plain Markdown; every block of Python in it is a cell, what stands between them is text.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
from pathlib import Path

GALLERY = Path(__file__).parent / "notebooks"
FENCE = re.compile(r"^```python\n(.*?)^```$\n?", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """Return the pages that are notebooks, in their order."""
    return sorted(GALLERY.glob("[0-9]*.md"))


def cells(page: Path) -> list[tuple[str, str]]:
    """Return kind ("markdown" or "code") and text of each cell of a page."""
    parts = FENCE.split(page.read_text(encoding="utf-8"))
    kinds = ("markdown", "code")
    found = [(kinds[number % 2], part.strip()) for number, part in enumerate(parts)]
    return [(kind, text) for kind, text in found if text]


def notebook(page: Path) -> str:
    """Return a page as a notebook of version 4, a line of JSON for each line of text."""
    made = []
    for kind, text in cells(page):
        lines = (text if kind == "code" else _for_jupyter(text)).splitlines(keepends=True)
        cell = {"cell_type": kind, "metadata": {}, "source": lines}
        made.append(cell | ({"execution_count": None, "outputs": []} if kind == "code" else {}))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": made,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _for_jupyter(text: str) -> str:
    """Let links to other pages of the gallery lead to their notebooks."""
    return re.sub(r"\]\((\d\d_\w+)\.md\)", r"](\1.ipynb)", text)


def execute(page: Path) -> None:
    """Run the cells of a page one after the other; print what the last line of each shows."""
    names: dict[str, object] = {"__name__": "__main__"}
    for number, (kind, text) in enumerate(cells(page)):
        if kind == "markdown":
            continue
        place = f"{page.stem}, cell {number + 1}"
        *body, last = ast.parse(text).body
        shown = isinstance(last, ast.Expr) and not text.endswith(";")
        if not shown:
            body.append(last)
        exec(compile(ast.Module(body, []), place, "exec"), names)
        if shown and isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), place, "eval"), names)
            if value is not None:
                print(value)


def main() -> None:
    """Write the notebooks, or run one."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--run", metavar="NAME", help="run this one and write nothing")
    name = parser.parse_args().run
    if name:
        execute(GALLERY / f"{name}.md")
        return
    for page in pages():
        page.with_suffix(".ipynb").write_text(notebook(page), encoding="utf-8")


if __name__ == "__main__":
    main()
