"""A scenario to begin with: every key of the language with its default and a comment.

It is made from the schema, so it is never out of date, and it runs as it stands. It reads and
writes no files.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.scenario.schema import Scenario, Walk

WIDTH = 96

_HEADING = """\
# A scenario for `sim run`: copy it, change it, run it.
# Only name, area and cameras.totals must be given; every other key shows its default.
# Files that extend files, variants and matrices: docs/scenario-language.md
"""


def template() -> str:
    """Return a commented scenario in YAML that is ready to run."""
    return _HEADING + "\n".join(_lines(Scenario, 0)) + "\n"


def _lines(model: type[BaseModel], depth: int) -> Iterator[str]:
    """Yield the lines of a group of keys, each key under its comment."""
    indent = "  " * depth
    for name, field in model.model_fields.items():
        if depth == 0:
            yield ""
        yield from _comment(field, indent)
        inner = field.annotation
        if name == "walks":
            yield f"{indent}walks:"
            yield from _walk(f"{indent}  ")
        elif isinstance(inner, type) and issubclass(inner, BaseModel):
            yield f"{indent}{name}:"
            yield from _lines(inner, depth + 1)
        elif field.default is None:
            yield f"{indent}# {name}:"
        else:
            yield f"{indent}{name}: {_value(field)}"


def _walk(indent: str) -> Iterator[str]:
    """Yield the lines of one named walk."""
    for number, (name, field) in enumerate(Walk.model_fields.items()):
        mark = "- " if number == 0 else "  "
        yield from _comment(field, indent if number == 0 else f"{indent}  ")
        yield f"{indent}{mark}{name}: {_value(field)}"


def _comment(field: FieldInfo, indent: str) -> list[str]:
    """Return a key's description as comment lines."""
    start = f"{indent}# "
    return textwrap.wrap(
        field.description or "", WIDTH, initial_indent=start, subsequent_indent=start
    )


def _value(field: FieldInfo) -> str:
    """Return a key's example or default in YAML on one line."""
    value = field.examples[0] if field.examples else field.default
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_word, value))}]"
    return _word(value)


def _word(value: object) -> str:
    """Return one value in YAML; the words of the language need no quotes unless empty."""
    return '""' if value == "" else str(value)
