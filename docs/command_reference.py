"""A directive that prints the help of every command, as the command itself gives it."""

from __future__ import annotations

from docutils import nodes
from docutils.parsers.rst import Directive
from public_names import helps


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


def setup(app: object) -> dict[str, bool]:
    """Tell Sphinx of the directive."""
    app.add_directive("command-reference", CommandReference)
    return {"parallel_read_safe": True}
