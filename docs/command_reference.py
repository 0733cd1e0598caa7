"""A directive that prints the help of every command, as the command itself gives it."""

from __future__ import annotations

from collections.abc import Iterator

import typer
from docutils import nodes
from docutils.parsers.rst import Directive

from sim.cli import app


class CommandReference(Directive):
    """Put a section with the help of each command of `sim` in the place of the directive."""

    def run(self) -> list[nodes.Node]:
        """Return the sections, in the order in which `sim --help` lists the commands."""
        sections: list[nodes.Node] = []
        for name, text in helps():
            section = nodes.section(ids=[nodes.make_id(name)])
            section += nodes.title(text=name)
            section += nodes.literal_block(text, text, language="text")
            self.state.document.note_implicit_target(section)
            sections.append(section)
        return sections


def helps() -> Iterator[tuple[str, str]]:
    """Yield the name and the help of every command, those of families after the family."""
    command = typer.main.get_command(app)
    yield from _helps("sim", command, None)


def _helps(name: str, command: object, parent: object) -> Iterator[tuple[str, str]]:
    context = command.make_context(name, [], parent=parent, resilient_parsing=True)
    yield context.command_path, context.get_help()
    for word, inner in getattr(command, "commands", {}).items():
        yield from _helps(word, inner, context)


def setup(app: object) -> dict[str, bool]:
    """Tell Sphinx of the directive."""
    app.add_directive("command-reference", CommandReference)
    return {"parallel_read_safe": True}
