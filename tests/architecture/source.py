"""What the source says of its own shape: imports between files, long functions, exceptions.

Everything is read with `ast` and `tokenize`; nothing is imported or run, so a copy of the tree can
be judged as well as the tree itself. `python tests/architecture/source.py [FOLDER]` prints what it
finds.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import networkx as nx

PACKAGES = ("sim", "maps")
FLOW = (
    "area", "city", "cameras", "sight", "trips", "placement", "tracking", "days", "scenario",
    "results", "pipeline", "ensemble", "commands", "cli", "__main__",
)  # fmt: skip
"""Rooms from left to right: a room imports from itself and from its left."""
FREE = frozenset({
    "apportionment", "arguments", "atomic_write", "digests", "errors", "facts", "first_run", "jit",
    "keyed_random", "limits", "linked_kernels", "nearest", "processes", "second_python",
    "sorting", "stopping", "surface", "web_map", "wording",
})  # fmt: skip
"""Rooms of no side, which import from no room of the flow."""
READABLE = frozenset({"sim.errors", "sim.atomic_write", "sim.results.contract", "sim.results.read"})
"""What the maps may import of the engine."""
MOST_HIDDEN_IMPORTS = 30
LONGEST_FUNCTION = 60
LONGEST_FILE = 500
FACE = " (its names)"
"""Ending of the node for what a package loads when one of its lazy names is asked for."""
KERNEL = re.compile(r"(numba\.)?(n?jit|kernel|lean_kernel|inner|lean_inner|lean_inline)(\(.*)?")
"""Decorators that compile: those of `sim.jit`, and numba's own."""
FILE_WIDE = re.compile(r"#\s*(mypy:|ruff:\s*noqa|flake8:|pylint:|isort:\s*skip_file)")


@dataclass(frozen=True)
class Import:
    """An import statement, or a module that is named in a string and loaded by name."""

    module: str
    names: tuple[str, ...]
    line: int
    end_line: int
    hidden: bool
    by_name: bool = False


class File:
    """One file of the source, with what it imports."""

    def __init__(self, name: str, path: Path, text: str) -> None:
        self.name = name
        self.path = path
        self.text = text
        self.tree = ast.parse(self.text)
        self.is_package = path.name == "__init__.py"

    @cached_property
    def comments(self) -> dict[int, str]:
        """Return the comments by line."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}

    @cached_property
    def imports(self) -> list[Import]:
        """Return every import but those for the type checker alone, in the order of the file."""
        found: list[Import] = []
        self._collect(self.tree, False, found)
        return found

    def _collect(self, parent: ast.AST, hidden: bool, found: list[Import]) -> None:
        for node in ast.iter_child_nodes(parent):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                for other in node.orelse:
                    self._collect(ast.Module([other], []), hidden, found)
                continue
            if isinstance(node, ast.Import):
                found += [
                    Import(alias.name, (), node.lineno, node.end_lineno, hidden)
                    for alias in node.names
                ]
            elif isinstance(node, ast.ImportFrom):
                names = tuple(alias.name for alias in node.names)
                found.append(
                    Import(self._absolute(node), names, node.lineno, node.end_lineno, hidden)
                )
            functions = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
            self._collect(node, hidden or isinstance(node, functions), found)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name.split(".") if self.is_package else self.name.split(".")[:-1]
        package = package[: len(package) - node.level + 1]
        return ".".join([*package, node.module] if node.module else package)

    @cached_property
    def named_modules(self) -> set[str]:
        """Return the dotted strings of a file that loads modules by their name."""
        if not re.search(r"\b(import_module|__import__)\b", self.text):
            return set()
        return {
            node.value
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }


def files_of(root: Path) -> dict[str, File]:
    """Return the files of the packages below `root` by module name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = File(name, path, path.read_text(encoding="utf-8"))
    return found


def graph_of(files: dict[str, File]) -> nx.DiGraph:
    """Return which file runs which when it is imported or works.

    Importing `a.b.c` runs `a`, `a.b` and `a.b.c`; a package that the importing file lies in has
    begun to run before it, and counts only when a name of the package itself is taken.
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(files)
    for name, file in files.items():
        for module in file.named_modules & files.keys() - {name}:
            graph.add_edge(name + FACE if file.is_package else name, module)
        for statement in file.imports:
            for module in _run_by(statement, name, files):
                graph.add_edge(name, module)
    return graph


def _run_by(statement: Import, name: str, files: dict[str, File]) -> set[str]:
    module = statement.module
    inside = [f"{module}.{word}" for word in statement.names if f"{module}.{word}" in files]
    run: set[str] = set()
    for target in [*inside, module]:
        parts = target.split(".")
        run |= {".".join(parts[:k]) for k in range(1, len(parts))}
    run = {package for package in run if not _lies_in(name, package)}
    run |= set(inside)
    own_names = len(inside) < len(statement.names) or not statement.names
    if own_names or not _lies_in(name, module):
        run.add(module)
    if statement.names and own_names and files.get(module) and files[module].is_package:
        run.add(module + FACE)
    return {target for target in run if target.removesuffix(FACE) in files} - {name}


def _lies_in(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def circles(files: dict[str, File]) -> list[set[str]]:
    """Return the circles: files that all run each other."""
    graph = graph_of(files)
    return [part for part in nx.strongly_connected_components(graph) if len(part) > 1]


def a_way_round(files: dict[str, File], circle: set[str]) -> str:
    """Return one way round a circle, for the reader who has to break it."""
    edges = nx.find_cycle(graph_of(files).subgraph(circle))
    way = " -> ".join([*(edge[0] for edge in edges), edges[0][0]])
    return f"{way} ({len(circle)} files hang together)"


def room_of(module: str) -> str | None:
    """Return the room of a module of the engine; the face of the package is in none."""
    parts = module.split(".")
    return parts[1] if parts[0] == "sim" and len(parts) > 1 else None


def targets(file: File, files: dict[str, File]) -> dict[str, int]:
    """Return the modules that a file names in its imports, with the line."""
    found: dict[str, int] = {}
    for statement in file.imports:
        inside = [f"{statement.module}.{word}" for word in statement.names]
        for module in [word for word in inside if word in files] or [statement.module]:
            found.setdefault(module, statement.line)
    if not file.is_package:
        found.update(dict.fromkeys(file.named_modules & files.keys(), 0))
    return found


def rooms_out_of_order(files: dict[str, File]) -> list[str]:
    """Return the imports that go against the flow of the rooms."""
    found = []
    for name, file in files.items():
        room = room_of(name)
        for module, line in targets(file, files).items():
            other = room_of(module)
            if room is None or other is None or other == room or other in FREE:
                continue
            if not {room, other} <= FREE.union(FLOW):
                continue  # told by `rooms_without_a_place`
            if room in FREE or FLOW.index(other) > FLOW.index(room):
                found.append(f"{file.path}:{line}: {room} imports {module}")
    return found


def rooms_without_a_place(files: dict[str, File]) -> set[str]:
    """Return the rooms of the engine that stand neither in the flow nor beside it."""
    return {room_of(name) for name in files} - {None} - set(FLOW) - FREE


def borders_crossed(files: dict[str, File]) -> list[str]:
    """Return what is taken over a border: maps by the engine, engine by the maps, the face."""
    found = []
    for name, file in files.items():
        for module, line in targets(file, files).items():
            package = module.split(".")[0]
            of_maps = name.startswith("maps")
            knows_both = room_of(name) in ("commands", "cli")
            if (
                (package == "maps" and not of_maps and not knows_both)
                or (package == "sim" and of_maps and module not in READABLE)
                or (module == "sim" and name != "sim")
            ):
                found.append(f"{file.path}:{line}: imports {module}")
    return found


def hidden_imports(files: dict[str, File]) -> list[tuple[str, bool]]:
    """Return the imports inside functions, and whether a comment says why, beside or above."""
    found = []
    for file in files.values():
        lines = file.text.splitlines()
        for line, end in sorted({(i.line, i.end_line) for i in file.imports if i.hidden}):
            beside = any(number in file.comments for number in range(line, end + 1))
            above = line - 1 in file.comments and lines[line - 2].lstrip().startswith("#")
            found.append((f"{file.path}:{line}: {lines[line - 1].strip()}", beside or above))
    return found


def file_wide_exceptions(root: Path, files: dict[str, File]) -> list[str]:
    """Return comments and settings that free a whole file from a check."""
    found = []
    for file in files.values():
        lines = file.text.splitlines()
        for line, comment in file.comments.items():
            alone = lines[line - 1].lstrip().startswith("#")
            if FILE_WIDE.search(comment) or (alone and re.match(r"#\s*type:\s*ignore", comment)):
                found.append(f"{file.path}:{line}: {comment}")
    tools = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    patterns = [
        *tools["ruff"]["lint"].get("per-file-ignores", {}),
        *tools["ruff"].get("exclude", []),
    ]
    for override in tools["mypy"].get("overrides", []):
        modules = override["module"]
        patterns += [modules] if isinstance(modules, str) else modules
    found += [f"pyproject.toml: {word}" for word in patterns if re.match(r"(\*|sim|maps)\b", word)]
    return found


def long_functions(files: dict[str, File]) -> list[str]:
    """Return functions of more lines than allowed.

    A compiled kernel may be longer if a comment with the word "long" says why: right above it, or
    between its first line and its first statement.
    """
    found = []
    for file in files.values():
        for node in ast.walk(file.tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            lines = node.end_lineno - node.lineno + 1
            if lines <= LONGEST_FUNCTION:
                continue
            compiled = any(KERNEL.fullmatch(ast.unparse(word)) for word in node.decorator_list)
            if not (compiled and _says_why(file, node)):
                kind = "kernel" if compiled else "function"
                found.append(f"{file.path}:{node.lineno}: {kind} {node.name} has {lines} lines")
    return found


def _says_why(file: File, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    top = min([node.lineno, *(word.lineno for word in node.decorator_list)]) - 1
    while top in file.comments:
        if "long" in file.comments[top]:
            return True
        top -= 1
    documented = ast.get_docstring(node) is not None
    first = node.body[1 if documented and len(node.body) > 1 else 0].lineno
    return any("long" in file.comments.get(line, "") for line in range(node.lineno, first + 1))


def long_files(files: dict[str, File]) -> list[str]:
    """Return files of the engine of more lines than allowed."""
    counts = {file.path: file.text.count("\n") for n, file in files.items() if n.startswith("sim")}
    return [f"{path}: {count} lines" for path, count in counts.items() if count > LONGEST_FILE]


def main(root: Path) -> None:
    """Print everything that the checks find below `root`."""
    files = files_of(root)
    hidden = hidden_imports(files)
    findings = {
        "circles of files": [a_way_round(files, circle) for circle in circles(files)],
        "against the flow": rooms_out_of_order(files),
        "rooms without a place": sorted(rooms_without_a_place(files)),
        "across a border": borders_crossed(files),
        f"{len(hidden)} imports inside functions, without a reason": [
            line for line, reason in hidden if not reason
        ],
        "file-wide exceptions": file_wide_exceptions(root, files),
        "long functions": long_functions(files),
        "long files": long_files(files),
    }
    for title, lines in findings.items():
        print(f"{title}: {len(lines)}", *(f"  {line}" for line in lines), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
