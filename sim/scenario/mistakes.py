"""All that is wrong with a scenario, collected in one reading and raised together.

A mistake has a place in a file or an option of the command line, the key it is about, and words.
What is wrong is found in `sim.scenario.load` and put into words in `sim.scenario.diagnostics`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import InputErrors, one_line
from sim.scenario.layers import Written
from sim.scenario.strict_yaml import Place
from sim.wording import counted

MOST_LINES = 50
"""Mistakes named in full; the rest is counted."""
LONGEST_LINE = 500
"""Characters after which a message is cut: keys and values may be of any length."""
TOP = Place(1, 1)
"""Where a file begins."""
_LAST = 10**9
"""Sorts mistakes of the command line after those of files."""


class Mistake(NamedTuple):
    """One mistake: in a file or an option, with its place where it has one, and its key."""

    where: str
    place: Place | None
    key: str
    text: str

    def to_json(self) -> dict[str, Any]:
        """Return the mistake as plain data for programs."""
        line, column = self.place or (None, None)
        return {
            "where": self.where, "line": line, "column": column, "key": self.key or None,
            "message": self.text,
        }  # fmt: skip

    def line(self) -> str:
        """Return the mistake on one line, cut where it is very long."""
        place = f":{self.place.line}:{self.place.column}" if self.place else ""
        key = f"{self.key}: " if self.key else ""
        return one_line(f"{self.where}{place}: {key}{self.text}")[:LONGEST_LINE]


class ScenarioMistakes(InputErrors):
    """All that is wrong with a scenario, in the order of its files.

    Attributes
    ----------
    mistakes
        One for each of `lines`.
    """

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__([mistake.line() for mistake in mistakes])
        self.mistakes = mistakes


class Mistakes:
    """Collects what is wrong, to be raised together in the order of the files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = [path]
        self.found: dict[Mistake, tuple[int, Place]] = {}
        self.more = 0

    def at(self, where: Written, key: str, words: str) -> None:
        """Note a mistake at a place in a file."""
        if where.file not in self.files:
            self.files.append(where.file)
        order = self.files.index(where.file), where.place
        self.found.setdefault(Mistake(str(where.file), where.place, key, words), order)

    def in_option(self, option: str, key: str, words: str) -> None:
        """Note a mistake on the command line."""
        self.found.setdefault(Mistake(option, None, key, words), (_LAST, TOP))

    def raise_if_any(self) -> None:
        """Raise everything found, one line each."""
        in_order = sorted(self.found, key=lambda mistake: self.found[mistake])
        if len(in_order) > MOST_LINES:
            more = f"and {counted(len(in_order) - MOST_LINES + self.more, 'mistake')} more"
            in_order = [*in_order[:MOST_LINES], Mistake(str(self.path), None, "", more)]
        if in_order:
            raise ScenarioMistakes(in_order)
