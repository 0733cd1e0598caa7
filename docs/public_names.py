"""What the references list: every public name, every class one comes upon, every command.

The names are those of `sim.__all__`; from them on, what public functions take and return is
followed through the annotations, so a result class is listed though nobody imports it by name. A
new public name appears by itself, in the room that it lives in.
"""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Iterator
from importlib import import_module

import typer

import sim
from sim.cli import app

ROOMS = {
    "sim.area": "The world", "sim.city": "The world", "sim.cameras": "Cameras",
    "sim.placement": "Cameras", "sim.sight": "Sight", "sim.trips": "Walks",
    "sim.tracking": "Tracking", "sim.scenario": "Scenarios and runs",
    "sim.results": "Scenarios and runs", "sim.pipeline": "Scenarios and runs",
    "sim.ensemble": "Scenarios and runs",
}  # fmt: skip
LAST = "Everything else"


def public_objects() -> dict[str, object]:
    """Return what a user can come upon: by dotted name, classes and functions."""
    found = {f"sim.{name}": getattr(sim, name) for name in sim.__all__}
    known = set(map(id, found.values()))
    faces = {name: getattr(sim, name) for name in sim.__all__}
    queue = list(found.values())
    while queue:
        for inner in _mentioned(queue.pop(0)):
            if id(inner) in known:
                continue
            known.add(id(inner))
            queue.append(inner)
            face = faces.get(inner.__name__)
            if not (inspect.isclass(face) and issubclass(face, inner)):  # described under its face
                found[f"{inner.__module__}.{inner.__qualname__}"] = inner
    return found


def callables(thing: object) -> Iterator[tuple[str, object]]:
    """Yield the public functions of an object: itself, or the methods and properties of a class."""
    if not inspect.isclass(thing):
        yield thing.__name__, thing
        return
    for name, member in vars(thing).items():
        function = getattr(member, "__func__", None) or getattr(member, "fget", None)
        function = function or getattr(member, "func", None) or member
        if not name.startswith("_") and inspect.isfunction(function):
            yield f"{thing.__name__}.{name}", member


def function_of(member: object) -> object:
    """Return the plain function behind a method or a property."""
    for inner in ("__func__", "fget", "func"):
        member = getattr(member, inner, None) or member
    return member


def hints(thing: object) -> dict[str, object]:
    """Return the annotations of a function or class, resolved where its own module allows."""
    module = import_module(thing.__module__)
    try:
        with _type_checking(module) as names:
            return typing.get_type_hints(thing, {**vars(module), **names})
    except (NameError, TypeError):
        return {}


class _type_checking:  # noqa: N801 - reads as a statement
    """The names that a module imports for its annotations alone."""

    def __init__(self, module: object) -> None:
        self.source = inspect.getsource(module)

    def __enter__(self) -> dict[str, object]:
        import ast

        names: dict[str, object] = {}
        for node in ast.walk(ast.parse(self.source)):
            if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
                for line in node.body:
                    try:
                        exec(ast.unparse(line), names)
                    except ModuleNotFoundError:  # of an extra that is not installed
                        names |= {word.asname or word.name: object for word in line.names}
        return names

    def __exit__(self, *_: object) -> None:
        """Nothing to undo."""


def _mentioned(thing: object) -> Iterator[type]:
    """Yield the project's own classes in the annotations of a function or class."""
    spoken: list[object] = []
    if inspect.isclass(thing) and dataclasses.is_dataclass(thing):
        spoken += hints(thing).values()
    for _, member in callables(thing):
        spoken += hints(function_of(member)).values()
    for hint in spoken:
        for inner in _parts(hint):
            own = inspect.isclass(inner) and inner.__module__.startswith("sim")
            if own and not inner.__name__.startswith("_"):
                yield inner


def _parts(hint: object) -> Iterator[object]:
    yield hint
    for inner in typing.get_args(hint):
        yield from _parts(inner)


def by_room() -> dict[str, list[tuple[str, object]]]:
    """Return the public objects under the headings of their rooms."""
    rooms: dict[str, list[tuple[str, object]]] = {}
    for heading in [*dict.fromkeys(ROOMS.values()), LAST]:
        rooms[heading] = []
    for name, thing in public_objects().items():
        home = ".".join(thing.__module__.split(".")[:2])
        rooms[ROOMS.get(home, LAST)].append((name, thing))
    return {heading: things for heading, things in rooms.items() if things}


def helps() -> Iterator[tuple[str, str]]:
    """Yield the name and the help of every command, those of families after the family."""
    command = typer.main.get_command(app)
    yield from _helps("sim", command, None)


def _helps(name: str, command: object, parent: object) -> Iterator[tuple[str, str]]:
    context = command.make_context(name, [], parent=parent, resilient_parsing=True)
    yield context.command_path, context.get_help()
    for word, inner in getattr(command, "commands", {}).items():
        yield from _helps(word, inner, context)
