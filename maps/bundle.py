"""One script from the page's ES modules, put together when a page is written.

It follows the imports of an entry module, writes every module once, each after those it imports,
without comments and indentation, and wraps them in one function whose result is what the entry
exports. It reads the few forms of `import` and `export` that the page's modules use. Every other
form, a name that two modules have, and modules that import each other in a circle are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

Reader = Callable[[str], str]
"""Gives the source of a module by its file name."""

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.]+\.js)";\n', re.MULTILINE)
_NAMED = re.compile(
    r"^(export )?((?:async )?function\*?|class|const|let) ([A-Za-z_$][\w$]*)", re.MULTILINE
)
_ANY_IMPORT = re.compile(r"^\s*import\b(?!\()|\bimport\(", re.MULTILINE)
_ANY_EXPORT = re.compile(r"^\s*export\b", re.MULTILINE)
_UNNAMED = re.compile(r"^(?:export )?(?:const|let|var) *[\[{]|^var\b", re.MULTILINE)
_COMMENT = re.compile(
    r"^[ \t]*/\*\*.*?\*/[ \t]*\n|^[ \t]*//[^\n]*\n|/\*\* @type [^\n]*?\*/ ?",
    re.MULTILINE | re.DOTALL,
)
"""Comments on lines of their own, and types said within a line."""


_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


class BundleError(ValueError):
    """The modules cannot be put into one script."""


@dataclass(frozen=True)
class Module:
    """A module as read.

    Attributes
    ----------
    name
        Its file.
    imports
        Names taken from each module, in the order of the file.
    own
        Names at its top level.
    exports
        Those that others may take.
    body
        Its source without `import` and `export`.
    """

    name: str
    imports: dict[str, list[str]]
    own: list[str]
    exports: list[str]
    body: str


def bundle(entry: str, read: Reader, name: str) -> str:
    """Return one classic script: `const name = …`, with what the entry exports as it is then.

    Parameters
    ----------
    entry
        The module to begin with.
    read
        Gives the source of a module.
    name
        What the script calls the entry's exports.

    Raises
    ------
    BundleError
        A form of import or export that is not read here, an import of what is not exported, a
        name that two modules have, or a circle.
    """
    modules = modules_of(entry, read)
    _refuse_clashes(modules)
    shown = "".join(f"  get {export}() {{ return {export}; }},\n" for export in modules[-1].exports)
    bodies = "\n".join(f"// {module.name}\n{module.body}" for module in modules)
    return f'const {name} = (() => {{\n"use strict";\n\n{bodies}\nreturn {{\n{shown}}};\n}})();'


def modules_of(entry: str, read: Reader) -> list[Module]:
    """Return the entry and all that it imports, each after what it imports itself."""
    found: dict[str, Module] = {}
    _follow(entry, read, found, ())
    for module in found.values():
        for other, names in module.imports.items():
            missing = sorted(set(names) - set(found[other].exports))
            if missing:
                raise BundleError(f"{module.name}: {other} does not export {', '.join(missing)}")
    return list(found.values())


def _follow(name: str, read: Reader, found: dict[str, Module], above: tuple[str, ...]) -> None:
    if name in above:
        circle = " → ".join([*above[above.index(name) :], name])
        raise BundleError(f"{name}: modules import each other in a circle: {circle}")
    if name in found:
        return
    module = _read_module(name, read(name))
    for other in module.imports:
        _follow(other, read, found, (*above, name))
    found[name] = module


def _read_module(name: str, source: str) -> Module:
    imports: dict[str, list[str]] = {}
    for names, other in _IMPORT.findall(source):
        if other in imports:
            raise BundleError(f"{name}: imports {other} twice; write one import")
        imports[other] = [each.strip() for each in names.split(",") if each.strip()]
    odd = [each for names in imports.values() for each in names if not each.isidentifier()]
    if odd:
        raise BundleError(f"{name}: `{odd[0]}` is imported under another name; import it as it is")
    rest = _COMMENT.sub("", _IMPORT.sub("", source))
    if any(line.count("`") % 2 for line in rest.split("\n")):
        raise BundleError(f"{name}: a template over several lines would lose its indentation")
    body = _NAMED.sub(r"\2 \3", rest)
    for form, what in ((_ANY_IMPORT, "import"), (_ANY_EXPORT, "export"), (_UNNAMED, "name")):
        unread = form.search(body)
        if unread:
            line = body[unread.start() :].lstrip().split("\n")[0]
            raise BundleError(f"{name}: this form of {what} is not read here: {line}")
    own = [match[3] for match in _NAMED.finditer(rest)]
    exports = [match[3] for match in _NAMED.finditer(rest) if match[1]]
    body = _INDENT.sub("", body.strip("\n"))
    return Module(name, imports, own, exports, f"{body}\n")


def _refuse_clashes(modules: list[Module]) -> None:
    owner: dict[str, str] = {}
    for module in modules:
        for name in module.own:
            if name in owner:
                raise BundleError(f"{module.name}: {name} is also a name of {owner[name]}")
            owner[name] = module.name
