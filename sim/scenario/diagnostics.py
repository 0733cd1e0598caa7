"""What is wrong with a value, in words a person can act on.

It turns the errors of the schema's validation into one line each: the nearest key or choice, what
to write instead of text where a number is meant, where a misplaced key belongs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from sim.scenario.schema import LAYER_KEYS, TAGS, Layers, Scenario
from sim.scenario.strict_yaml import Path, quote
from sim.scenario.units import kind_of, split
from sim.wording import counted

_NUMBER = re.compile(r"([-+]?\d[\d,_ ]*(?:\.\d+)?)\s*(%?)(.*)")


def complaints(errors: list[ErrorDetails], data: object) -> list[tuple[Path, str]]:
    """Return (path of the key, what is wrong) for every error of one validation.

    Parameters
    ----------
    errors
        What pydantic found, as `ValidationError.errors()` gives it.
    data
        The plain data that was validated.
    """
    found: list[tuple[Path, str]] = []
    causes: list[ErrorDetails] = []
    for error in errors:
        path = _path_in_data(error["loc"], data)
        context = error.get("ctx", {})
        if "problems" in context:
            new = [*context["problems"]]
        elif error["type"] == "scenario":
            for step in context["at"]:
                path = (*path, _key_written(_at(data, path), step))
            new = [(path, _own_words(error))]
        else:
            new = [(path, _words(error, path, _at(data, path)))]
        found.extend(new)
        causes.extend([error] * len(new))
    return [
        (path, text)
        for (path, text), error in zip(found, causes, strict=True)
        if error["type"] != "too_short" or not _named_inside(path, found)
    ]


def _named_inside(path: Path, found: list[tuple[Path, str]]) -> bool:
    """Return whether entries of a list are named already: refused ones make it count as short."""
    return sum(other[: len(path)] == path for other, _ in found) > 1


def nearest(word: str, choices: list[str]) -> str:
    """Return ` (did you mean "…"?)` for the choice nearest to `word`, or nothing."""
    near = get_close_matches(word, choices, n=1, cutoff=0.6)
    return f' (did you mean "{near[0]}"?)' if near else ""


def _path_in_data(location: tuple[int | str, ...], data: object) -> Path:
    """Return the part of pydantic's location that the user wrote, and the key that is missing."""
    path: list[int | str] = []
    for step in location:
        if step in TAGS and not (isinstance(data, dict) and step in data):
            continue
        if not isinstance(data, dict | list):
            break
        path.append(_key_written(data, step))
        data = _inside(data, path[-1])
    return tuple(path)


def _key_written(data: object, step: int | str) -> int | str:
    """Return the key of an entry of a list that was written as a group of keys."""
    if isinstance(data, dict) and isinstance(step, int) and step < len(data):
        return str([*data][step])
    return step


def _at(data: object, path: Path) -> object:
    """Return the value that was written at a path, None where there is none."""
    for step in path:
        data = _inside(data, step)
    return data


def _inside(data: object, step: int | str) -> object:
    """Return the value one step further in, None where there is none."""
    if isinstance(data, dict):
        return data.get(step)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return None


def _own_words(error: ErrorDetails) -> str:
    """Return a message of the schema, after the value it is about where that helps."""
    text: str = error["ctx"]["text"]
    about = error["input"]
    named = text.startswith(("is not", "has latitude", "has the un", "contains", "begins"))
    return f"{quote(about)} {text}" if named and isinstance(about, str) else text


def _words(error: ErrorDetails, path: Path, written: object) -> str:
    """Describe what is wrong with what was written, by pydantic's type of error."""
    value, kind = error["input"], error["type"]
    if kind in {"missing", "extra_forbidden"}:
        return _missing(path) if kind == "missing" else _unknown_key(path)
    if kind in {"int_type", "float_type", "finite_number"}:
        return _no_number(value, whole=kind == "int_type")
    if kind in {"string_type", "string_unicode"}:
        return _no_text(value)
    if kind in {"model_type", "model_attributes_type"}:
        return _no_group(value, path)
    return _limits(error, written)


def _limits(error: ErrorDetails, written: object) -> str:
    """Describe which choice or limit of length was missed; ranges are described elsewhere."""
    value, kind, context = error["input"], error["type"], error.get("ctx", {})
    least, most = context.get("min_length", 0), context.get("max_length", 0)
    words: dict[str, Callable[[], str]] = {
        "literal_error": lambda: _no_choice(value, re.findall("'([^']*)'", context["expected"])),
        "tuple_type": lambda: f"{describe(value)} is not a list; write one entry a line with `- `",
        "too_short": lambda: (
            f"has {len(value)} of at least {counted(least, 'entry', 'entries')}; add some"
        ),
        "too_long": lambda: f"has more than {counted(most, 'entry', 'entries')}; write fewer",
        "string_too_short": lambda: "is empty; write a text",
        "string_too_long": lambda: f"is longer than {counted(most, 'character')}; shorten it",
    }
    return words.get(kind, lambda: _out_of_range(error, written))()


def _out_of_range(error: ErrorDetails, written: object) -> str:
    """Describe a number out of range, by its limit; whatever is left over, in pydantic's words."""
    value, context = error["input"], error.get("ctx", {})
    limits = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    for key, words in limits.items():
        if key in context:
            limit = context[key]
            if isinstance(written, str):
                return _too_much(written, value, f"{words} {_figure(limit)}")
            percent = key == "le" and limit == 1 and 1 < value <= 100
            hint = f" (shares run from 0 to 1: {value / 100:g} is {value:g} %)" if percent else ""
            return f"{value} is out of range; write {words} {_figure(limit)}{hint}"
    return " ".join(error["msg"].split())


def _too_much(written: str, value: float, limit: str) -> str:
    """Describe text with a unit that is out of range, in the unit of the key."""
    measured = split(written)
    kind = kind_of(measured[1]) if measured else None
    own = f" {kind.own}" if kind and kind.own else ""
    return f"{quote(written)} is {value:g}{own}, out of range; write {limit}{own}"


def _figure(limit: float) -> str:
    """Return a limit as a person writes it."""
    return str(int(limit)) if float(limit).is_integer() else f"{limit:.10f}".rstrip("0")


def _missing(path: Path) -> str:
    """Describe a missing key, with an example of it."""
    field = _field_at(path)
    if field is None or not field.examples:
        needed = [name for name, inner in _fields(path).items() if inner.is_required()]
        return (
            f"is missing; add it, with `{needed[0]}` below it" if needed else "is missing; add it"
        )
    example = field.examples[0]
    shown = example if isinstance(example, str) else str(example).replace("'", '"')
    return f"is missing; add for example `{path[-1]}: {shown}`"


def _unknown_key(path: Path) -> str:
    """Describe an unknown key: where it belongs, or which key is nearest."""
    word = str(path[-1])
    if word in LAYER_KEYS:
        return "cannot be changed here; write it at the top of a file"
    if ":" in word:
        return "unknown key; write a colon and a space after the key"
    here = list(_fields(path[:-1]))
    elsewhere = [".".join(section) for section, name in _all_keys(Scenario) if name == word]
    if elsewhere:
        return f"unknown key here; it belongs under `{elsewhere[0] or 'the top'}`, check its indent"
    hint = nearest(word, here) or nearest(word.lower(), here)
    return f"unknown key{hint}" if hint else f"unknown key; known here are {', '.join(here)}"


def _no_choice(value: object, choices: list[str]) -> str:
    """Describe a value that is none of the choices."""
    hint = nearest(value.lower(), choices) if isinstance(value, str) else ""
    return f"{describe(value)} is not one of {', '.join(choices)}{hint}"


def _no_number(value: object, *, whole: bool) -> str:
    """Return what to write instead of something that is not a number."""
    wanted = "a whole number" if whole else "a number"
    if isinstance(value, float):
        hint = f" (did you mean {value:.0f}?)" if abs(value) < 1e15 else ""
        return f"{value} is not {wanted}{hint}"
    if not isinstance(value, str):
        return f"{describe(value)} is not {wanted}"
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", value).strip())
    if not match:
        return f"{quote(value)} is text; write {wanted}"
    comma = None if whole else re.fullmatch(r"[-+]?\d+,(\d{1,2}|\d{4,})", match[1])
    digits = re.sub("[,_ ]", "." if comma else "", match[1]).lstrip("+")
    if match[3].strip() in {"k", "K"}:
        return f"{quote(value)} is text; write {float(digits) * 1000:.0f}"
    if match[2] and not match[3]:
        digits = f"{float(digits) / 100:g}"
    unit = f" and leave out the unit {quote(match[3])}" if match[3] else ""
    return f"{quote(value)} is text; write {digits}{unit}"


def _no_text(value: object) -> str:
    """Return how to write as text what was read as something else."""
    if isinstance(value, bool) or value is None:
        return f"{describe(value)} is not a text; write one"
    if isinstance(value, int | float):
        position = ' (a position: "22.3193,114.1694")' if isinstance(value, float) else ""
        return f'{value} is a number; a text needs quotes: "{value}"{position}'
    if isinstance(value, list) and len(value) == 2 and all(isinstance(v, float) for v in value):
        return f'a position is written as a text in quotes: "{value[0]},{value[1]}"'
    return f"{describe(value)} is not a text"


def _no_group(value: object, path: Path) -> str:
    """Return how to write a group of keys where something else stands."""
    keys = list(_fields(path))
    if value is None:
        return f"nothing stands under it; indent its keys ({', '.join(keys[:3])}, …) or remove it"
    if isinstance(value, str) and (":" in value or "\uff1a" in value):
        return f"{quote(value)} is text; write a colon and a space: `key: value`"
    return f"{describe(value)} is not a group of keys such as `{keys[0]}: …`"


def describe(value: object) -> str:
    """Name a value of any type, shortly."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a group of keys"
    if isinstance(value, list):
        return "a list"
    return quote(value) if isinstance(value, str) else str(value)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the groups of keys that an annotation allows."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _fields(path: Path) -> dict[str, FieldInfo]:
    """Return the keys known in the group at `path`."""
    models: list[type[BaseModel]] = [Scenario] if path else [Scenario, Layers]
    for step in path:
        if isinstance(step, int):
            continue
        inside = [m.model_fields[step].annotation for m in models if step in m.model_fields]
        models = [model for annotation in inside for model in _models(annotation)]
    return {name: field for model in models for name, field in model.model_fields.items()}


def is_group(path: Path) -> bool:
    """Return whether a key is always a group of keys, never a word or a list."""
    field = _field_at(path)
    inner = field.annotation if field else None
    return isinstance(inner, type) and issubclass(inner, BaseModel)


def _field_at(path: Path) -> FieldInfo | None:
    """Return the key at `path`, None where it is an entry of a list or unknown."""
    return _fields(path[:-1]).get(str(path[-1])) if path else None


def _all_keys(
    model: type[BaseModel], section: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield (section, key) for every key of the language."""
    for name, field in model.model_fields.items():
        yield section, name
        for inner in _models(field.annotation):
            yield from _all_keys(inner, (*section, name))
