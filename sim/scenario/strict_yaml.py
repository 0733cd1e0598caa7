"""YAML read strictly: plain data with the place of every key, and every surprise refused.

Only what a scenario needs is accepted: groups of keys, lists, text, numbers, true, false, null.
Anchors, tags, several documents, duplicate keys, tabs and the words that YAML 1.1 turns into
something else (no, 1_000, 12:30, 2025-10-28) are answered with what to write instead. It builds no
objects.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

DEEPEST = 20
"""Levels of nesting after which a file is refused."""

Path = tuple[str | int, ...]
"""Where a value stands: keys and list indices from the top."""

_NO_KEY = "\0"
"""Stands in a path for a key that is still to be read or was refused."""

_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_OLD_BOOLEANS = {"yes", "no", "on", "off", "y", "n"}
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_TRAPS = (
    (re.compile(r"[-+]?0[0-9]+"), "begins with a zero; write numbers plainly (4000, not 4,000)"),
    (re.compile(r"[-+]?0[xob][0-9a-fA-F_]+"), "is not decimal; write the number in decimal"),
    (re.compile(r"[-+]?[0-9][0-9,_]*_[0-9,_]*"), "holds underscores; write the digits alone"),
    (re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"), "is not a number that can be used"),
    (re.compile(r"[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?"), "reads as a time of day"),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?"), "reads as a date"),
)
_BACKSLASH = "in double quotes \\ begins an escape; use single quotes"
_STUMBLES = (
    ("quoted scalar", "end of stream", "opened", "the quotation mark opened here is not closed"),
    ("quoted scalar", "unknown escape", "line", _BACKSLASH),
    ("quoted scalar", "expected escape sequence", "line", _BACKSLASH),
    ("", "could not find expected ':'", "opened",
     "no `key: value` here; write a colon and a space after the key"),
    ("", "mapping values are not allowed", "line",
     "a colon where none can be; align the keys, and quote text that holds `: `"),
    ("flow sequence", "expected ',' or ']'", "opened",
     "the list opened here lacks a comma or its ], or text in it needs quotes"),
    ("flow mapping", "expected ',' or '}'", "opened",
     "the group opened here lacks a comma or its }, or text in it needs quotes"),
    ("", "expected '<document start>'", "line",
     "is indented unlike the lines above; keys of one group begin in one column"),
    ("", "expected the node content", "line",
     "has a sign of YAML where a value should be; put text into quotes"),
    ("", "expected <block end>", "line",
     "is indented unlike the lines above; keys of one group begin in one column"),
    ("", "'\\t' that cannot start any token", "line", "has a tab; use spaces"),
    ("", "cannot start any token", "line",
     "has text that begins with a sign of YAML; put it into quotes"),
)  # fmt: skip
"""What PyYAML says (context, problem), which of its two lines to name, and what to say instead."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_BREAK = re.compile(r"\r\n|\r|\n")
_DATE = re.compile(r"[0-9]{4}(-[0-9]{1,2}){0,2}")
"""Years and dates may be keys, as text."""


class Place(NamedTuple):
    """Line and column of a text, each from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Problem:
    """Something wrong: where, with the path of the key where one is known."""

    place: Place
    path: Path
    text: str


@dataclass
class Document:
    """What was read.

    Attributes
    ----------
    value
        Plain data: dict, list, str, int, float, bool, None.
    places
        Where each key and list item begins, by path.
    problems
        Everything refused, in order of the text.
    unread
        Paths whose value was refused, so that no second complaint is made about them.
    """

    value: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: set[Path] = field(default_factory=set)


class _TooDeepError(Exception):
    """Nesting beyond `DEEPEST`: reading stops at once."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.place = place


def quote(text: str, longest: int = 60) -> str:
    """Return `text` in double quotes on one line, cut to `longest` characters."""
    text = text if len(text) <= longest else text[:longest] + "…"
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return f'"{shown}"'


def read(text: str) -> Document:
    """Read one YAML document strictly; never raises for what is in `text`."""
    document = Document()
    _look_at_characters(text, document)
    if document.problems:
        return document
    reader = _Reader(yaml.parse(text, Loader=yaml.BaseLoader), document)
    try:
        document.value = reader.document()
    except _TooDeepError as deep:
        message = f"is nested more than {DEEPEST} levels deep"
        document.problems.append(Problem(deep.place, (), message))
    except yaml.MarkedYAMLError as error:
        document.problems.append(_syntax(error, text))
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # PyYAML lets int() and chr() fail on escapes and directives that are out of range.
        problem = " ".join(str(error).split())
        message = f"cannot be read as YAML: {problem[:100]}"
        document.problems.append(Problem(Place(1, 1), (), message))
    return document


def means(plain: str) -> object:
    """Return what an unquoted word means: None, a boolean, a number or the text itself.

    Raises
    ------
    ValueError
        With what to write instead, where readers of YAML disagree about the word.
    """
    if plain in _NULL:
        return None
    if plain in _TRUE or plain in _FALSE:
        return plain in _TRUE
    if plain.lower() in _OLD_BOOLEANS:
        raise ValueError(f"reads as true or false to some programs; for text write {quote(plain)}")
    for pattern, reason in _TRAPS:
        if pattern.fullmatch(plain):
            raise ValueError(f"{reason}; for text write {quote(plain)}")
    if not _DECIMAL.fullmatch(plain):
        return plain
    if len(plain) > 40 or not math.isfinite(float(plain)):
        raise ValueError("is too long or too large a number")
    return int(plain) if _WHOLE.fullmatch(plain) else float(plain)


def _look_at_characters(text: str, document: Document) -> None:
    """Refuse tabs before a key and characters that no editor shows."""
    for number, line in enumerate(_BREAK.split(text), start=1):
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent and line.strip():
            place = Place(number, indent.index("\t") + 1)
            document.problems.append(Problem(place, (), "begins with a tab; indent with spaces"))
        for character in dict.fromkeys(_UNPRINTABLE.findall(line)):
            place = Place(number, line.index(character) + 1)
            message = f"contains the invisible character U+{ord(character):04X}; remove it"
            document.problems.append(Problem(place, (), message))


class _Reader:
    """Builds plain data from the events of PyYAML's parser."""

    def __init__(self, events: Iterator[yaml.Event], document: Document) -> None:
        self.events = events
        self.found = document

    def document(self) -> object:
        """Read the first document and refuse a second."""
        value: object = None
        begun = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                begun += 1
                if begun > 1:
                    self.refuse(event, (), "begins a second document; keep one to a file")
                    break
                value = self.value(next(self.events), (), 0)
        return value

    def value(self, event: yaml.Event, path: Path, depth: int) -> object:
        """Read the value that begins with `event`."""
        if depth > DEEPEST:
            raise _TooDeepError(_place(event))
        self.found.places.setdefault(path, _place(event))
        if isinstance(event, yaml.AliasEvent):
            self.refuse(
                event, path, f"{quote(f'*{event.anchor}')} refers to another value; write it out"
            )
            return None
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor is not None:
            self.refuse(event, path, f"{quote(f'&{anchor}')} is a YAML anchor; remove it")
        if tag is not None:
            self.refuse(event, path, f"{quote(tag)} is a YAML tag; remove it")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.items(path, depth)
        return self.group(path, depth)

    def scalar(self, event: yaml.ScalarEvent, path: Path) -> object:
        """Read a word, a number or quoted text."""
        text = str(event.value)
        if event.style is not None:
            return text
        try:
            return means(text)
        except ValueError as reason:
            self.refuse(event, path, f"{quote(text)} {reason}")
            return None

    def items(self, path: Path, depth: int) -> list[object]:
        """Read a list up to its end."""
        found: list[object] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.value(event, (*path, len(found)), depth + 1))
        return found

    def group(self, path: Path, depth: int) -> dict[str, object]:
        """Read a group of keys up to its end."""
        found: dict[str, object] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            place = _place(event)
            key = self.key(event, path, depth)
            inner = (*path, key) if key is not None else (*path, _NO_KEY)
            if key in found:
                first = self.found.places[inner].line
                self.refuse(event, inner, f"stands twice (first on line {first}); keep one")
            self.found.places.setdefault(inner, place)
            value = self.value(next(self.events), inner, depth + 1)
            if key is not None:
                found.setdefault(key, value)
        return found

    def key(self, event: yaml.Event, path: Path, depth: int) -> str | None:
        """Read a key; None where it is not plain text."""
        if isinstance(event, yaml.ScalarEvent) and _is_date(event):
            return str(event.value)
        before = len(self.found.problems)
        value = self.value(event, (*path, _NO_KEY), depth + 1)
        del self.found.places[*path, _NO_KEY]
        if isinstance(value, str):
            return value
        if len(self.found.problems) == before:
            shown = quote(str(event.value)) if isinstance(event, yaml.ScalarEvent) else "this"
            self.refuse(event, path, f"{shown} is not a key; keys are words")
        return None

    def refuse(self, event: yaml.Event, path: Path, text: str) -> None:
        """Note one problem."""
        self.found.problems.append(Problem(_place(event), path, text))
        self.found.unread.add(path)


def _place(event: yaml.Event) -> Place:
    """Return where an event begins."""
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


def _at(mark: yaml.error.Mark | None) -> Place:
    """Return the place of one of PyYAML's marks, the beginning where there is none."""
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


def _is_date(event: yaml.ScalarEvent) -> bool:
    """Return whether a key is a plain date; quoted ones are text anyway."""
    bare = event.style is None and event.anchor is None and event.tag is None
    return bare and bool(_DATE.fullmatch(str(event.value)))


def _syntax(error: yaml.MarkedYAMLError, text: str) -> Problem:
    """Return in plain words what PyYAML's scanner or parser stumbled over."""
    context, problem = error.context or "", error.problem or "is not YAML"
    stumbled = _at(error.problem_mark or error.context_mark)
    opened = _at(error.context_mark) if error.context_mark else stumbled
    column = [*_BREAK.split(text), ""][opened.line - 1].find("\uff1a") + 1
    if column:
        place = Place(opened.line, column)
        return Problem(place, (), "has a full-width colon (\uff1a); write `key: value` with : ")
    for in_context, in_problem, where, remedy in _STUMBLES:
        if in_context in context and in_problem in problem:
            return Problem(opened if where == "opened" else stumbled, (), remedy)
    words = " ".join(f"{context} {problem}".split())
    return Problem(stumbled, (), f"cannot be read as YAML: {words}")
