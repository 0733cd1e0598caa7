"""A directive that lists the library, each name with its docstring."""

from __future__ import annotations

import inspect

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from public_names import by_room

from sim.surface import Result


class LibraryReference(Directive):
    """Put a section for each room, with its names, in the place of the directive."""

    def run(self) -> list[nodes.Node]:
        """Return the sections; Sphinx's own autodoc reads the docstrings."""
        sections: list[nodes.Node] = []
        for heading, things in by_room().items():
            section = nodes.section(ids=[nodes.make_id(heading)])
            section += nodes.title(text=heading)
            text = ["```{eval-rst}"]  # the page is Markdown, docstrings are not
            for name, thing in things:
                kind = "autofunction"
                if inspect.isclass(thing):
                    kind = "autoexception" if issubclass(thing, Exception) else "autoclass"
                text += [f".. {kind}:: {name}"]
                if kind == "autoclass":
                    text += ["   :members:"]
                if kind == "autoclass" and Result in thing.__mro__[2:]:  # by way of another class
                    text += ["   :inherited-members: Result"]
                text += [""]
            text += ["```"]
            self.state.nested_parse(StringList(text, source="library"), 0, section)
            self.state.document.note_implicit_target(section)
            sections.append(section)
        return sections


def setup(app: object) -> dict[str, bool]:
    """Tell Sphinx of the directive."""
    app.add_directive("library-reference", LibraryReference)
    return {"parallel_read_safe": True}
