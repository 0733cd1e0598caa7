"""A group of commands that loads the module of one when that one is asked for.

The only place of the program that imports by name beside the faces of the packages: command modules
load the engine, which takes a second, and `sim --help` needs none of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from sim.commands import COMMANDS, Command, Family
from sim.commands.completion import is_quick, quick_command
from sim.commands.verbosity import options


class LazyGroup(TyperGroup):
    """The commands of `sim`, or of a family of them."""

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 - those of TyperGroup
        entries: Mapping[str, Command | Family] = COMMANDS,
        **named: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*arguments, **named)
        self.entries = entries
        self.commands = _Loaded(entries)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - click's
        """Write the commands with their lines; none is loaded for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.line) for name, entry in self.entries.items()])


class _Loaded(MutableMapping[str, Any]):
    """Commands by name, each loaded when it is first looked up."""

    def __init__(self, entries: Mapping[str, Command | Family]) -> None:
        self._entries = dict(entries)
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - click's or typer's command
        if name not in self._loaded:
            self._loaded[name] = _load(name, self._entries[name])
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:  # noqa: ANN401
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _load(name: str, entry: Command | Family) -> Any:  # noqa: ANN401 - click's or typer's command
    if isinstance(entry, Family):
        return LazyGroup(
            name=name, entries=entry.commands, help=entry.line, rich_markup_mode=None,
            no_args_is_help=False,
        )  # fmt: skip
    if is_quick(entry):
        return quick_command(name, entry)
    command = typer.main.get_command(import_module(entry.module).app)
    command.name = name
    command.params.extend(options())
    return command
