"""Draws the architecture from the code: `python docs/architecture_page.py` renews page and picture.

It reads the imports of every file (`tests/architecture/source.py`), and writes the rooms, what each
is for in the words of its own docstring and what it imports from into docs/architecture.md, and the
same as arcs into docs/pictures/architecture.svg. A test fails where the two are not as the code is.
"""

from __future__ import annotations

import ast
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from architecture import source  # noqa: E402 - found by the line above

PAGE = ROOT / "docs" / "architecture.md"
PICTURE = ROOT / "docs" / "pictures" / "architecture.svg"
BEGIN, END = "<!-- drawn from the code -->\n", "<!-- end of what is drawn -->\n"
ROOMS = (*source.FLOW, "maps")
STEP, TOP, LABEL = 76, 250, 30


def room_of(module: str) -> str | None:
    """Return the room of a module; the maps are a room of their own here."""
    return "maps" if module.split(".", maxsplit=1)[0] == "maps" else source.room_of(module)


def imports_between_rooms(files: dict[str, source.File]) -> dict[str, set[str]]:
    """Return the rooms that each room imports from, itself left out."""
    found: dict[str, set[str]] = {room: set() for room in ROOMS}
    for name, file in files.items():
        room = room_of(name)
        if room in found:
            found[room] |= {room_of(module) for module in source.targets(file, files)}
    return {room: (others & set(ROOMS)) - {room} for room, others in found.items()}


def purpose(room: str, files: dict[str, source.File]) -> str:
    """Return the first sentence of a room's docstring."""
    file = files["maps" if room == "maps" else f"sim.{room}"]
    paragraph = (ast.get_docstring(file.tree) or "").split("\n\n")[0]
    return " ".join(paragraph.split())


def table(files: dict[str, source.File]) -> str:
    """Return the rooms as a table in Markdown."""
    rows = ["| room | what it is | imports from |", "|---|---|---|"]
    for room, others in imports_between_rooms(files).items():
        name = "maps/" if room == "maps" else f"sim/{room}"
        words = ", ".join(other for other in ROOMS if other in others) or "nothing of the flow"
        rows.append(f"| `{name}` | {purpose(room, files)} | {words} |")
    rows += ["", "Beside the flow, for every room, and importing from none of it:", ""]
    rows += ["| file | what it is |", "|---|---|"]
    rows += [
        f"| `sim/{room}` | {purpose(room, files)} |"
        for room in sorted(source.FREE)
        if f"sim.{room}" in files
    ]
    return "\n".join(rows) + "\n"


def picture(files: dict[str, source.File]) -> str:
    """Return the rooms on a line, and an arc from each to every room that it imports from."""
    place = {room: 50 + STEP * k for k, room in enumerate(ROOMS)}
    arcs = []
    for room, others in imports_between_rooms(files).items():
        for other in sorted(others, key=ROOMS.index):
            one, two = place[other], place[room]
            high = TOP - min(TOP - 10, abs(two - one) // 4 + 14)
            arcs.append(
                f'<path d="M{two} {TOP}Q{(one + two) // 2} {2 * high - TOP} {one} {TOP}">'
                f"<title>{escape(room)} imports from {escape(other)}</title></path>"
            )
    names = [
        f'<circle cx="{x}" cy="{TOP}" r="5"/><text x="{x}" y="{TOP + LABEL}">{escape(room)}</text>'
        for room, x in place.items()
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 '
            f'{STEP * (len(ROOMS) - 1) + 100} {TOP + 50}" font-family="sans-serif" font-size="13">',
            "<title>Rooms from left to right, and which imports from which</title>",
            '<rect width="100%" height="100%" fill="#fff"/>',
            '<g fill="none" stroke="#0b6e75" stroke-width="1.3" stroke-opacity="0.55">',
            *arcs,
            '</g><g fill="#222" text-anchor="middle">',
            *names,
            "</g></svg>\n",
        ]
    )


def page(files: dict[str, source.File]) -> str:
    """Return the page with what is drawn put in its place."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{table(files)}\n{END}{after}"


def main() -> None:
    """Write page and picture again."""
    files = source.files_of(ROOT)
    PAGE.write_text(page(files), encoding="utf-8")
    PICTURE.write_text(picture(files), encoding="utf-8")


if __name__ == "__main__":
    main()
