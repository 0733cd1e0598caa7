"""From a scenario file to a checked `Scenario`, with the line of every key kept.

All mistakes are found in one reading and raised together, each as one line `file:line: key: what
is wrong`. Keys may be overridden (`--set KEY=VALUE`). It opens the scenario file and nothing
else: whether the study area exists is asked when the scenario runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from sim.errors import InputErrors
from sim.scenario import strict_yaml
from sim.scenario.explain import complaints, describe
from sim.scenario.schema import Scenario

LARGEST_FILE = 1_000_000
"""Bytes above which a file is no scenario."""
MOST_LINES = 50
"""Mistakes named in full; the rest is counted."""
LONGEST_LINE = 500
"""Characters after which a message is cut: keys and values may be of any length."""
_LAST = 10**9
"""Sorts mistakes of `--set` after those of the file."""

Lines = Mapping[strict_yaml.Path, int]


@dataclass(frozen=True)
class LoadedScenario:
    """A scenario and where each of its keys was written.

    Attributes
    ----------
    scenario
        As resolved, with defaults and overrides.
    path
        The file.
    text
        Its text.
    lines
        Line, from 1, of each key and list entry, by path.
    overridden
        Paths of the keys that overrides have set.
    """

    scenario: Scenario
    path: Path
    text: str = field(repr=False)
    lines: Lines = field(repr=False)
    overridden: tuple[strict_yaml.Path, ...] = ()

    def locate(self, key: str) -> str:
        """Return "file:line" of a key such as "trips.walks.0.via.1", or of the group it is in.

        A key that an override has set is located as "--set KEY".
        """
        at = _steps(key)
        set_by = _set_by(at, self.lines, self.overridden)
        if set_by is not None:
            return f"--set {set_by}"
        return one_line(f"{self.path}:{_line_of(at, self.lines)}")

    def complaint(self, key: str, words: str) -> str:
        """Return what is wrong with a key on one line, as `load_scenario` itself would say it."""
        where = self.locate(key)
        return one_line(
            f"{where}: {words}" if where == f"--set {key}" else f"{where}: {key}: {words}"
        )


@dataclass(frozen=True)
class _Override:
    """One `--set KEY=VALUE`, read."""

    key: str
    value: object


class _Mistakes:
    """Collects what is wrong, to be raised together in the order of the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: list[tuple[int, str]] = []

    def on_line(self, line: int, key: str, words: str) -> None:
        """Note a mistake on a line of the file."""
        self.found.append((line, f"{self.path}:{line}: {key + ': ' if key else ''}{words}"))

    def in_setting(self, key: str, words: str) -> None:
        """Note a mistake in an override."""
        self.found.append((_LAST, f"--set {key}: {words}"))

    def in_file(self, words: str) -> None:
        """Note that the file as a whole cannot be read."""
        self.found.append((0, f"{self.path}: {words}"))

    def raise_if_any(self) -> None:
        """Raise everything found, one line each."""
        in_order = sorted(self.found, key=lambda found: found[0])
        lines = [one_line(text)[:LONGEST_LINE] for _, text in in_order]
        if len(lines) > MOST_LINES:
            more = len(lines) - MOST_LINES
            lines = [*lines[:MOST_LINES], f"{one_line(str(self.path))}: and {more} mistakes more"]
        if lines:
            raise InputErrors(lines)


def load_scenario(path: str | Path, overrides: Sequence[str] = ()) -> LoadedScenario:
    """Read a scenario file.

    Parameters
    ----------
    path
        YAML file in UTF-8, at most 1 MB.
    overrides
        "KEY=VALUE" each: KEY a dotted path ("cameras.totals", "trips.walks.0.name"), VALUE in
        YAML. A later one wins over an earlier one.

    Raises
    ------
    InputErrors
        With one line for each mistake: "file:line: key: what is wrong".
    """
    path = Path(path)
    mistakes = _Mistakes(path)
    text = _text_of(path, mistakes)
    mistakes.raise_if_any()
    return read_scenario(text, path, overrides)


def read_scenario(text: str, path: Path, overrides: Sequence[str] = ()) -> LoadedScenario:
    """Read a scenario from its text; `path` names it in messages. See `load_scenario`."""
    mistakes = _Mistakes(path)
    document = strict_yaml.read(text)
    for problem in document.problems:
        mistakes.on_line(problem.line, _dotted(problem.path), problem.text)
    settings = _read_overrides(overrides, mistakes)
    overridden = tuple(_steps(setting.key) for setting in settings)
    scenario = None
    if isinstance(document.value, dict):
        for setting in settings:
            _apply(setting, document.value, mistakes)
        scenario, complained = _validate(document.value)
        for at, words in complained:
            key, set_by = _dotted(at), _set_by(at, document.lines, overridden)
            if set_by is not None:
                mistakes.in_setting(set_by, words if set_by == key else f"{key}: {words}")
            elif not any(at[: len(unread)] == unread for unread in document.unread):
                mistakes.on_line(_line_of(at, document.lines), key, words)
    elif not document.problems:
        mistakes.on_line(1, "", _no_keys(document.value))
    mistakes.raise_if_any()
    if scenario is None:  # every way here without a scenario has noted a mistake
        raise AssertionError("no scenario and no mistake")
    return LoadedScenario(scenario, path, text, document.lines, overridden)


def dump_scenario(scenario: Scenario) -> str:
    """Return a scenario as YAML, every key with its value, that reads back as the same."""
    plain = scenario.model_dump(mode="json")
    return yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def one_line(text: str) -> str:
    """Return `text` on one line without characters that steer a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


class _Dumper(yaml.SafeDumper):
    """Writes plain data so that `strict_yaml` reads it back: text quoted where it must be."""

    def ignore_aliases(self, data: object) -> bool:
        """Write equal values out each time."""
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    """Quote text that would be read as something else."""
    try:
        plain = strict_yaml.means(text) == text
    except ValueError:
        plain = False
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Dumper.add_representer(str, _represent_text)


def _text_of(path: Path, mistakes: _Mistakes) -> str:
    """Return the text of a scenario file."""
    try:
        if path.is_dir():
            mistakes.in_file("is a folder; name a scenario file in it")
        elif not path.exists():
            beside = {file.stem: file.name for file in path.parent.glob("*.y*ml")}
            near = get_close_matches(path.stem, beside, n=1)
            hint = f' (did you mean "{path.with_name(beside[near[0]])}"?)' if near else ""
            mistakes.in_file(f"no such file{hint}")
        elif not path.is_file():
            mistakes.in_file("is not a regular file")
        elif path.stat().st_size > LARGEST_FILE:
            mistakes.in_file("is larger than 1 MB, so no scenario; name a scenario file")
        else:
            return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        mistakes.on_line(line, "", "is not text in UTF-8; save the file as UTF-8")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        mistakes.in_file(f"cannot be read: {getattr(error, 'strerror', None) or error}")
    return ""


def _validate(
    data: dict[str, object],
) -> tuple[Scenario | None, list[tuple[strict_yaml.Path, str]]]:
    """Return the scenario, or what is wrong with its data."""
    try:
        return Scenario.model_validate(data), []
    except ValidationError as error:
        return None, complaints(error.errors(include_url=False), data)


def _set_by(
    at: strict_yaml.Path, lines: Lines, overridden: Sequence[strict_yaml.Path]
) -> str | None:
    """Return the key of the last override that has set the value at a path or made its group."""
    for key in reversed(overridden):
        if at[: len(key)] == key or (at not in lines and key[: len(at)] == at):
            return _dotted(key)
    return None


def _line_of(at: strict_yaml.Path, lines: Lines) -> int:
    """Return the line of a key, or of the innermost group around it that was written."""
    around = (at[:length] for length in range(len(at), 0, -1))
    return next((lines[path] for path in around if path in lines), 1)


def _steps(key: str) -> strict_yaml.Path:
    """Return the path that a dotted key means; figures are places in a list."""
    return tuple(int(step) if step.isdecimal() else step for step in key.split("."))


def _dotted(path: strict_yaml.Path) -> str:
    """Return a path as a dotted key."""
    return ".".join(str(step) for step in path)


def _no_keys(value: object) -> str:
    """Say that the file holds no keys at all."""
    if value is None:
        return "is empty; `sim template` prints a scenario to begin with"
    if isinstance(value, str) and (":" in value or "\uff1a" in value):
        return "has no `key: value` lines; write a colon (: not \uff1a) and a space after each key"
    return f"begins with {describe(value)}; a scenario is lines of `key: value`"


def _read_overrides(overrides: Sequence[str], mistakes: _Mistakes) -> list[_Override]:
    """Return the overrides that can be read, and note the others."""
    read: list[_Override] = []
    for text in overrides:
        key, equals, value = text.partition("=")
        key = key.strip()
        if not equals or not key or len(key) > 200 or not all(key.split(".")):
            mistakes.in_setting(text[:200], "write KEY=VALUE, for example cameras.totals=[4000]")
            continue
        document = strict_yaml.read(value)
        for problem in document.problems:
            mistakes.in_setting(key, problem.text)
        if not document.problems:
            read.append(_Override(key, document.value))
    return read


def _apply(setting: _Override, data: dict[str, Any], mistakes: _Mistakes) -> None:
    """Set one value in the plain data, with the groups around it."""
    steps = _steps(setting.key)
    inside: Any = data
    for depth, step in enumerate(steps, start=1):
        around = _dotted(steps[: depth - 1])
        if isinstance(inside, list):
            if not isinstance(step, int) or step >= len(inside):
                count = len(inside)
                mistakes.in_setting(setting.key, f"{around} has {count} entries, numbered from 0")
                return
        elif not isinstance(inside, dict):
            mistakes.in_setting(setting.key, f"{around} is {describe(inside)}, not a group of keys")
            return
        place = step if isinstance(inside, list) else str(step)
        if depth == len(steps):
            inside[place] = setting.value
        elif isinstance(inside, dict) and inside.get(place) is None:
            inside[place] = {}
        inside = inside[place]
