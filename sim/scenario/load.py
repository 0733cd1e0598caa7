"""From scenario files to checked scenarios, with the place of every key kept.

All mistakes are found in one reading and raised together, each as one line `file:line:column: key:
what is wrong`. A file may extend another, variants are chosen by name, keys may be overridden
(`--set KEY=VALUE`), and a matrix makes many scenarios of one file. It opens scenario files and
nothing else: whether the study area exists is asked when the scenario runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError

from sim.arguments import a_path, a_text, made, named_arguments, several
from sim.errors import one_line
from sim.scenario import layers, strict_yaml
from sim.scenario.diagnostics import complaints, describe
from sim.scenario.layers import LONGEST_CHAIN, Layered, Unknown, Wanted, Written, dotted, steps
from sim.scenario.mistakes import MOST_LINES, TOP, Mistake, Mistakes, ScenarioMistakes
from sim.scenario.schema import Layers, Scenario, mix_words
from sim.scenario.strict_yaml import Place
from sim.wording import counted

LARGEST_FILE = 1_000_000
"""Bytes above which a file is not a scenario."""
MOST_WORDED = 500
"""Mistakes of one scenario that are put into words, which takes time."""


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
    places
        File, line and column of each key and list entry, by path.
    overridden
        Paths of the keys that overrides have set.
    """

    scenario: Scenario
    path: Path
    text: str = field(repr=False)
    places: layers.Places = field(repr=False)
    overridden: tuple[strict_yaml.Path, ...] = ()

    def locate(self, key: str) -> str:
        """Return "file:line:column" of a key such as "trips.walks.0.via.1", or of its group.

        A key that an override has set is located as "--set KEY".

        Parameters
        ----------
        key
            Its place in dots, items of lists by number.
        """
        at = steps(key)
        set_by = _set_by(at, self.places, self.overridden)
        if set_by is not None:
            return f"--set {set_by}"
        where = _written(at, self.places, self.path)
        return one_line(f"{where.file}:{where.place.line}:{where.place.column}")

    def complaint(self, key: str, words: str) -> str:
        """Return what is wrong with a key on one line, as `load_scenario` itself would say it.

        Parameters
        ----------
        key
            Its place in dots, items of lists by number.
        words
            What is wrong, and what to do.
        """
        where = self.locate(key)
        return one_line(
            f"{where}: {words}" if where == f"--set {key}" else f"{where}: {key}: {words}"
        )


class _Override(NamedTuple):
    """One `--set KEY=VALUE`, read."""

    key: str
    value: object


@named_arguments(
    path=a_path,
    overrides=several(a_text, 'a list of "KEY=VALUE"'),
    variants=several(a_text, "a list"),
)
def load_scenario(
    path: str | Path, overrides: Sequence[str] = (), variants: Sequence[str] = ()
) -> LoadedScenario:
    """Read a scenario file.

    Parameters
    ----------
    path
        YAML file in UTF-8, at most 1 MB.
    overrides
        "KEY=VALUE" each: KEY a dotted path ("cameras.totals", "trips.walks.0.name"), VALUE in
        YAML. A later one wins over an earlier one.
    variants
        Names of variants or overrides of the file, laid over it in order, before `overrides`.

    Returns
    -------
    LoadedScenario
        The scenario with all defaults filled in, and where in the file each of its keys stands.

    Raises
    ------
    InputErrors
        With one line for each mistake: "file:line:column: key: what is wrong"; also where the
        file holds a matrix, and so many scenarios (`expand` reads these).
    """
    path = Path(path)
    return read_scenario(read_text(path), path, overrides, variants)


def scenario_of(given: Scenario | LoadedScenario | str | Path) -> Scenario:
    """Return the scenario of what was loaded, or of a file; a scenario is returned as it is.

    Raises
    ------
    InputErrors
        As `load_scenario`.
    """
    if isinstance(given, str | Path):
        given = load_scenario(given)
    made("Scenario", "LoadedScenario")("scenario", given)
    return given.scenario if isinstance(given, LoadedScenario) else given


def read_scenario(
    text: str, path: Path, overrides: Sequence[str] = (), variants: Sequence[str] = ()
) -> LoadedScenario:
    """Read a scenario from its text; `path` names it in messages. See `load_scenario`."""
    reading = _Reading(text, path, overrides)
    file = reading.layers
    layered, unknown = file.chosen([Wanted(name) for name in variants])
    scenario = reading.validated(layered, unknown)
    if file.matrix_place is not None:
        words = "makes several scenarios of this file; run them with `sim sweep`"
        reading.mistakes.at(file.matrix_place, "matrix", words)
    reading.mistakes.raise_if_any()
    if scenario is None:  # every way here without a scenario has noted a mistake
        raise AssertionError("no scenario and no mistake")
    return LoadedScenario(scenario, path, text, layered.places, reading.overridden)


def expand(
    path: str | Path, overrides: Sequence[str] = (), variants: Sequence[str] = ()
) -> list[tuple[str, Scenario]]:
    """Read every scenario that the matrix of a file makes.

    Parameters
    ----------
    path, overrides, variants
        See `load_scenario`.

    Returns
    -------
    list
        (name, scenario) of each combination, in the order of the file, the last key the fastest;
        the scenario itself where there is no matrix. Names are the scenarios' own, and distinct
        unless the matrix sets them.

    Raises
    ------
    InputErrors
        With one line for each mistake, in whatever combination.
    """
    path = Path(path)
    reading = _Reading(read_text(path), path, overrides)
    found = list(reading.cells([Wanted(name) for name in variants]))
    reading.mistakes.raise_if_any()
    return [(scenario.name, scenario) for scenario in found]


class Checked(NamedTuple):
    """What a whole file holds.

    `scenario` is the file's own, or the first of its matrix; `variants` and `overrides` are their
    names; `cells` counts the scenarios of the matrix, 0 without one.
    """

    scenario: Scenario
    variants: tuple[str, ...]
    overrides: tuple[str, ...]
    cells: int

    def in_words(self) -> str:
        """Return what the file holds, shortly."""
        cameras = self.scenario.cameras
        *first, last = cameras.totals
        totals = ", ".join([*(f"{total:,}" for total in first), counted(last, "camera")])
        parts = [self.scenario.area, mix_words(cameras.strategy), totals]
        if self.variants:
            parts.append(f"variants {', '.join(self.variants)}")
        if self.cells:
            parts.append(f"{counted(self.cells, 'scenario')} by its matrix")
        return one_line("; ".join(parts))

    def to_json(self) -> dict[str, Any]:
        """Return what the file holds as plain data for programs."""
        return {
            "scenario": self.scenario.model_dump(mode="json"), "variants": [*self.variants],
            "overrides": [*self.overrides], "matrix_scenarios": self.cells,
        }  # fmt: skip


def check_file(
    path: str | Path, overrides: Sequence[str] = (), variants: Sequence[str] = ()
) -> Checked:
    """Check all that a scenario file holds: itself, each variant, and the whole matrix.

    Parameters
    ----------
    path, overrides, variants
        See `load_scenario`.

    Raises
    ------
    InputErrors
        With one line for each mistake.
    """
    path = Path(path)
    reading = _Reading(read_text(path), path, overrides)
    file, wanted = reading.layers, [Wanted(name) for name in variants]
    cells = list(reading.cells(wanted))
    for name in dict.fromkeys([*file.variants, *file.overrides]):
        layered, unknown = file.chosen([*wanted, Wanted(name)])
        reading.validated(layered, unknown, whole=not file.matrix)
    reading.mistakes.raise_if_any()
    count = len(cells) if file.matrix else 0
    return Checked(cells[0], tuple(file.variants), tuple(file.overrides), count)


class _Reading:
    """One reading of a file: its layers, the overrides, and all mistakes so far."""

    def __init__(self, text: str, path: Path, overrides: Sequence[str]) -> None:
        self.mistakes = Mistakes(path)
        self.whole = True
        self.layers = layers.LayeredFile()
        self.settings = _read_overrides(overrides, self.mistakes)
        self.overridden = tuple(steps(setting.key) for setting in self.settings)
        for file in reversed(list(self._chain(text, path))):
            self.layers.extend(file)

    def validated(
        self, layered: Layered, unknown: Sequence[Unknown] = (), *, whole: bool = True
    ) -> Scenario | None:
        """Return the scenario with the overrides set, None where something is wrong with it.

        Keys are not missed where it is not the whole scenario, or a file of it cannot be read.
        """
        for one in unknown:
            self._note_unknown(one)
        for setting in self.settings:
            words = layered.put(steps(setting.key), setting.value, {})
            if words:
                self.mistakes.in_option(f"--set {setting.key}", "", words)
        try:
            return Scenario.model_validate(layered.data)
        except ValidationError as error:
            found = error.errors(include_url=False)
            self.mistakes.more += len(found[MOST_WORDED:])
            found = found[:MOST_WORDED]
            if not (whole and self.whole):
                found = [one for one in found if one["type"] != "missing"]
            for at, words in complaints(found, layered.data):
                self._note(at, words, layered)
            return None

    def cells(self, wanted: Sequence[Wanted]) -> Iterator[Scenario]:
        """Yield the scenarios of the matrix that are right, until there are too many mistakes."""
        for layered, unknown in self.layers.cells(wanted):
            scenario = self.validated(layered, unknown)
            if scenario is not None:
                yield scenario
            if len(self.mistakes.found) > MOST_LINES:
                return

    def _note(self, at: strict_yaml.Path, words: str, layered: Layered) -> None:
        """Note what is wrong with a value, unless it could not be read in the first place."""
        key, set_by = dotted(at), _set_by(at, layered.places, self.overridden)
        if set_by is not None:
            self.mistakes.in_option(f"--set {set_by}", "" if set_by == key else key, words)
        elif not any(at[: len(unread)] == unread for unread in layered.unread):
            self.mistakes.at(_written(at, layered.places, self.mistakes.path), key, words)

    def _note_unknown(self, unknown: Unknown) -> None:
        wanted, words, key = unknown
        if wanted.where is None:
            self.mistakes.in_option(f"--variant {wanted.name}", "", words)
        else:
            name = "" if key else f"{strict_yaml.quote(wanted.name)} "
            self.mistakes.at(wanted.where, key, name + words)

    def _chain(self, text: str, path: Path) -> Iterator[Layered]:
        """Yield the file and those it extends, the file first, as far as they can be read."""
        files, around = [path], path.parent
        file = self._file(text, path)
        while file is not None:
            yield file
            if not isinstance(file.data.get("extends"), str):
                return
            where, path = file.places["extends",], path.parent / file.data["extends"]
            if not _inside(path, around):  # before anything is read or said of it
                words = f"{path}: is outside the folder of the scenario; copy it there"
                self.mistakes.at(where, "extends", words)
                break
            text, wrong = _text_of(path)
            words = wrong.line() if wrong else ""
            if any(_same(path, other) for other in files):
                words = f"{path}: extends itself by way of this file; break the circle"
            elif len(files) >= LONGEST_CHAIN:
                words = f"{path}: makes more than {LONGEST_CHAIN} files in a row; join some"
            files.append(path)
            if words:
                self.mistakes.at(where, "extends", words)
            file = None if words else self._file(text, path)
        self.whole = False

    def _file(self, text: str, path: Path) -> Layered | None:
        """Return what one file says, its layer keys checked; None where it holds no keys."""
        document = strict_yaml.read(text)
        for problem in document.problems:
            self.mistakes.at(Written(path, problem.place), dotted(problem.path), problem.text)
        data = document.value
        if not isinstance(data, dict):
            if not document.problems:
                self.mistakes.at(Written(path, TOP), "", _no_keys(data))
            return None
        places = {at: Written(path, place) for at, place in document.places.items()}
        file = Layered(data, places, document.unread)
        given = {key: data[key] for key in Layers.model_fields if data.get(key) is not None}
        try:
            Layers.model_validate(given)
        except ValidationError as error:
            for at, words in complaints(error.errors(include_url=False), given):
                self.mistakes.at(_written(at, file.places, path), dotted(at), words)
                data.pop(str(at[0]), None)
        return file


def dump_scenario(scenario: Scenario) -> str:
    """Return a scenario as YAML, every key with its value, that reads back as the same."""
    plain = scenario.model_dump(mode="json")
    return yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


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


def read_text(path: Path) -> str:
    """Return the text of the file that was asked for."""
    text, wrong = _text_of(path)
    if wrong:
        raise ScenarioMistakes([wrong])
    return text


def _inside(path: Path, folder: Path) -> bool:
    """Return whether a path leads into a folder, links followed."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):  # a NUL, a circle of links: said when it is read
        return not path.is_absolute() and ".." not in path.parts


def _text_of(path: Path) -> tuple[str, Mistake | None]:
    """Return the text of a scenario file, or what is wrong with the file."""
    place = None
    try:
        if path.is_dir():
            wrong = "is a folder; name a scenario file in it"
        elif not path.exists():
            wrong = f"no such file{_near(path)}"
        elif not path.is_file():
            wrong = "is not a regular file"
        elif path.stat().st_size > LARGEST_FILE:
            wrong = "is larger than 1 MB, so no scenario; name a scenario file"
        else:
            return path.read_bytes().decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        column = error.start - before.rfind(b"\n")
        place = Place(before.count(b"\n") + 1, column)
        wrong = "is not text in UTF-8; save the file as UTF-8"
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        wrong = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    return "", Mistake(str(path), place, "", wrong)


def _near(path: Path) -> str:
    """Return a hint at the scenario beside a missing one that has the nearest name."""
    beside = {file.stem: file.name for file in path.parent.glob("*.y*ml")}
    near = get_close_matches(path.stem, beside, n=1)
    return f' (did you mean "{path.with_name(beside[near[0]])}"?)' if near else ""


def _same(path: Path, other: Path) -> bool:
    """Return whether two paths name one file."""
    try:
        return path.samefile(other)
    except (OSError, ValueError):
        return False


def _set_by(
    at: strict_yaml.Path,
    places: Mapping[strict_yaml.Path, object],
    overridden: Sequence[strict_yaml.Path],
) -> str | None:
    """Return the key of the last override that has set the value at a path or made its group."""
    for key in reversed(overridden):
        if at[: len(key)] == key or (at not in places and key[: len(at)] == at):
            return dotted(key)
    return None


def _written(at: strict_yaml.Path, places: layers.Places, path: Path) -> Written:
    """Return where a key was written, or the innermost group around it that was."""
    around = (at[:length] for length in range(len(at), 0, -1))
    return next((places[inner] for inner in around if inner in places), Written(path, TOP))


def _no_keys(value: object) -> str:
    """Describe a file that holds no keys at all."""
    if value is None:
        return "is empty; `sim template` prints a scenario to begin with"
    if isinstance(value, str) and (":" in value or "\uff1a" in value):
        return "has no `key: value` lines; write a colon (: not \uff1a) and a space after each key"
    return f"begins with {describe(value)}; a scenario is lines of `key: value`"


def _read_overrides(overrides: Sequence[str], mistakes: Mistakes) -> list[_Override]:
    """Return the overrides that can be read, and note the others."""
    read: list[_Override] = []
    for text in overrides:
        key, equals, value = text.partition("=")
        key = key.strip()
        if not equals or not key or len(key) > 200 or not all(key.split(".")):
            mistakes.in_option(
                f"--set {text[:200]}", "", "write KEY=VALUE, for example cameras.totals=[4000]"
            )
            continue
        document = strict_yaml.read(value)
        for problem in document.problems:
            mistakes.in_option(f"--set {key}", "", problem.text)
        if not document.problems:
            read.append(_Override(key, document.value))
    return read
