"""One scenario file out of several, and several scenarios out of one file.

A file may extend another, hold named sets of changes (overrides, variants) and a matrix of values;
here they are laid over one another, and for every value it is known in which file, line and column
it was written. What the keys mean and whether their values are right is not known here.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from sim.scenario import strict_yaml
from sim.scenario.diagnostics import describe, is_group, nearest
from sim.scenario.schema import LAYER_KEYS
from sim.scenario.strict_yaml import Place
from sim.wording import counted

LONGEST_CHAIN = 8
"""Files that may extend one another."""
LONGEST_NAME = 80
"""Characters of the name of a scenario."""
VARIANT = "variant"
"""The key of a matrix whose values are names of variants."""

KeyPath = strict_yaml.Path


class Written(NamedTuple):
    """The file and the place in it where a value was written."""

    file: Path
    place: Place


Places = Mapping[KeyPath, Written]


@dataclass
class Layered:
    """Plain data, with where each of its values was written.

    Attributes
    ----------
    data
        Keys and values; one value where it was taken out of a group.
    places
        Where each key and list entry was written, by path.
    unread
        Paths whose value was refused in reading: no second complaint is made about them.
    """

    data: Any = field(default_factory=dict)
    places: dict[KeyPath, Written] = field(default_factory=dict)
    unread: set[KeyPath] = field(default_factory=set)

    def entries(self, *prefix: str | int) -> dict[Any, Layered]:
        """Return what stands in the group or list at a path, each entry as data of its own."""
        inside: Any = self.data
        for step in prefix:
            inside = inside.get(step) or {}
        keys = range(len(inside)) if isinstance(inside, list) else inside
        found = {key: Layered(inside[key]) for key in keys}
        depth = len(prefix)
        for at, where in self.places.items():
            if at[:depth] == prefix and len(at) > depth and at[depth] in found:
                found[at[depth]].places[at[depth + 1 :]] = where
        for at in self.unread:
            if at[:depth] == prefix and len(at) > depth and at[depth] in found:
                found[at[depth]].unread.add(at[depth + 1 :])
        return found

    def copied(self) -> Layered:
        """Return a copy that may be changed."""
        return Layered(copy.deepcopy(self.data), dict(self.places), set(self.unread))

    def lay(self, over: Layered) -> None:
        """Lay changes over: groups of keys are joined, anything else is replaced."""
        replaced: set[KeyPath] = set()
        joined: set[KeyPath] = set()
        _join(self.data, over.data, (), replaced, joined)
        self._replace(replaced, over.places, over.unread)
        self.places |= {at: over.places[at] for at in joined if at in over.places}
        self.unread |= over.unread & {(), *joined}

    def _replace(self, at: set[KeyPath], places: Places, unread: set[KeyPath]) -> None:
        """Forget where values at and below these paths were written, and take these instead."""
        kept = {path: where for path, where in self.places.items() if not _within(path, at)}
        new = {path: where for path, where in places.items() if _within(path, at)}
        self.places = kept | new
        self.unread = {path for path in self.unread if not _within(path, at)} | {
            path for path in unread if _within(path, at)
        }

    def put(self, path: KeyPath, value: object, places: Places) -> str | None:
        """Set one value, with the groups around it; return what is wrong if it cannot be.

        Parameters
        ----------
        path
            Where; whole numbers are places in a list.
        value
            What.
        places
            Where it and what is in it were written, by paths that begin at it.
        """
        inside: Any = self.data
        for depth, step in enumerate(path, start=1):
            around = dotted(path[: depth - 1])
            if isinstance(inside, list):
                if not isinstance(step, int) or step >= len(inside):
                    return (
                        f"{around} has {counted(len(inside), 'entry', 'entries')}, numbered from 0"
                    )
            elif not isinstance(inside, dict):
                return f"{around} is {describe(inside)}, not a group of keys"
            key = step if isinstance(inside, list) else str(step)
            if depth == len(path):
                inside[key] = copy.deepcopy(value)
            elif isinstance(inside, dict) and inside.get(key) is None:
                inside[key] = {}
            inside = inside[key]
        self._replace({path}, {(*path, *at): where for at, where in places.items()}, set())
        return None


class Wanted(NamedTuple):
    """A variant or overrides asked for by name, and where; None on the command line."""

    name: str
    where: Written | None = None


class Unknown(NamedTuple):
    """What is wrong with a name asked for, or with the key of a matrix."""

    wanted: Wanted
    words: str
    key: str = ""


@dataclass
class LayeredFile:
    """A scenario file with all that it extends.

    Attributes
    ----------
    base
        The scenario itself, without the keys below.
    overrides, variants
        Changes by name; a variant may be a list of names of overrides.
    matrix
        The values of each key.
    matrix_place
        Where the matrix was written, None where there is none.
    """

    base: Layered = field(default_factory=Layered)
    overrides: dict[str, Layered] = field(default_factory=dict)
    variants: dict[str, Layered] = field(default_factory=dict)
    matrix: dict[str, list[Layered]] = field(default_factory=dict)
    matrix_place: Written | None = None

    def extend(self, file: Layered) -> None:
        """Lay a file over what it extends."""
        self.overrides |= file.entries("overrides")
        self.variants |= file.entries("variants")
        if "matrix" in file.data:
            matrix = file.entries("matrix")
            self.matrix = {str(key): [*values.entries().values()] for key, values in matrix.items()}
            self.matrix_place = file.places["matrix",] if self.matrix else None
        for key in LAYER_KEYS:
            file.data.pop(key, None)
        self.base.lay(file)

    def chosen(self, wanted: Sequence[Wanted]) -> tuple[Layered, list[Unknown]]:
        """Return the scenario with variants laid over it, in order, and the names unknown.

        It is named after them, unless one of them changes the name.
        """
        found, unknown = self.base.copied(), []
        renamed = False
        for one in wanted:
            for changes in self._changes(one):
                if isinstance(changes, Unknown):
                    unknown.append(changes)
                else:
                    found.lay(changes)
                    renamed = renamed or "name" in changes.data
        name = found.data.get("name")
        if wanted and not renamed and isinstance(name, str):
            found.data["name"] = "_".join([name, *(one.name for one in wanted)])
        return found, unknown

    def cells(self, wanted: Sequence[Wanted]) -> Iterator[tuple[Layered, list[Unknown]]]:
        """Yield each combination of the matrix over the scenario with variants, named after it."""
        keys = list(self.matrix)
        names: set[str] = set()
        for number, values in enumerate(product(*self.matrix.values()), start=1):
            cell = dict(zip(keys, values, strict=True))
            variant = cell.pop(VARIANT, None)
            inner = [] if variant is None else [Wanted(str(variant.data), variant.places[()])]
            found, unknown = self.chosen([*wanted, *inner])
            named = found.data.get("name")
            for key, value in cell.items():
                words = found.put(steps(key), value.data, value.places)
                if words:
                    unknown.append(Unknown(Wanted("", value.places[()]), words, f"matrix.{key}"))
            if isinstance(named, str) and "name" not in cell:
                found.data["name"] = _name_of_cell(named, cell, number, names)
            yield found, unknown

    def _changes(self, wanted: Wanted) -> Iterator[Layered | Unknown]:
        """Yield what a name stands for."""
        name = wanted.name
        changes = self.variants.get(name, self.overrides.get(name))
        if changes is None:
            known = [*self.variants, *self.overrides]
            none = "" if known else "; the file names none"
            yield Unknown(wanted, f"is not a variant{none}{nearest(name, known)}")
        elif isinstance(changes.data, list):
            for index, part in enumerate(changes.data):
                where = changes.places[index,]
                if part in self.overrides:
                    yield self.overrides[part]
                else:
                    hint = nearest(part, [*self.overrides])
                    yield Unknown(Wanted(part, where), f"is not the name of overrides{hint}")
        else:
            yield changes


def _join(
    into: dict[str, Any],
    changes: Mapping[str, Any],
    above: KeyPath,
    replaced: set[KeyPath],
    joined: set[KeyPath],
) -> None:
    """Lay keys over keys, and note which were replaced and which groups joined."""
    for key, value in changes.items():
        at = (*above, key)
        if isinstance(value, dict) and isinstance(into.get(key), dict) and is_group(at):
            joined.add(at)
            _join(into[key], value, at, replaced, joined)
        else:
            replaced.add(at)
            into[key] = copy.deepcopy(value)


def _within(path: KeyPath, groups: set[KeyPath]) -> bool:
    """Return whether a path is one of these or below one of them."""
    return any(path[:depth] in groups for depth in range(1, len(path) + 1))


def steps(key: str) -> KeyPath:
    """Return the path that a dotted key means; figures are places in a list."""
    return tuple(int(step) if step.isdecimal() else step for step in key.split("."))


def dotted(path: KeyPath) -> str:
    """Return a path as a dotted key."""
    return ".".join(str(step) for step in path)


def _name_of_cell(name: str, cell: Mapping[str, Layered], number: int, taken: set[str]) -> str:
    """Return a name that says what is special in a cell, its number where that is not possible."""
    parts = [f"{key.rpartition('.')[2]}-{_word(value.data)}" for key, value in cell.items()]
    full = "_".join([name, *parts])
    if len(full) > LONGEST_NAME or full in taken:
        full = f"{name}_{number:05d}"
    taken.add(full)
    return full


def _word(value: object) -> str:
    """Return a value as part of the name of a folder."""
    if isinstance(value, dict):
        return "-".join(f"{key}-{_word(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return "-".join(map(_word, value))
    return re.sub(r"[^\w-]+", "_", str(value)).strip("_")
