"""The code blocks of the pages, and the commands in them: found, taken apart, looked up.

Every block of Python, shell, YAML and TOML in README, CONTRIBUTING and docs is found here. Which
of them run, and what is looked at in those that cannot, stands in `test_blocks.py`.
"""

import ast
import re
import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path

import typer

from sim.cli import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(
    r"(?:^<!-- not run: (?P<reason>[^\n]+) -->\n\n?)?"
    r"^(?P<indent> *)```(?P<language>[a-z]+)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
RUNNING = {"python", "sh", "yaml", "toml"}
PLAIN = {"text", "json", "bibtex", "csv"}  # what a program prints or a file holds


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str
    reason: str  # why it is not run; empty where it is

    @property
    def place(self):
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page):
    """Return the fenced blocks of a page that name a language, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, found.start("language")) + 1, found["language"],
              _unindented(found["text"], found["indent"]), found["reason"] or "")
        for found in FENCE.finditer(text)
    ]  # fmt: skip


def _unindented(text, indent):
    return "".join(line.removeprefix(indent) for line in text.splitlines(keepends=True))


def commands(text):
    """Return the commands of a shell block, each a list of words; a loop is one command."""
    joined = re.sub(r"\\\n\s*", " ", text)
    found, loop = [], []
    for line in joined.splitlines():
        words = split(line)
        if not words:
            continue
        depth = sum(part[0] in {"for", "while", "until"} for part in [*loop, words])
        if depth:
            loop.append(words)
            if depth == sum(part[0] == "done" for part in loop):
                found.append([word for part in loop for word in part])
                loop = []
            continue
        found.extend(_parts(words))
    assert not loop, f"no end of the loop in {text!r}"
    return found


def split(line):
    """Return the words of a line of shell without its comment; signs of the shell are words."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    return list(lexer)


def _parts(words):
    """Split a line at `&&`."""
    part = []
    for word in words:
        if word == "&&":
            yield part
            part = []
        else:
            part.append(word)
    yield part


def understood(words):
    """Let the command line of `sim` read the words, without running anything."""
    context = typer.main.get_command(app).make_context("sim", list(words))
    group = context.command
    while hasattr(group, "resolve_command"):
        left = [*getattr(context, "_protected_args", ()), *context.args]
        if not left:
            return
        name, inner, left = group.resolve_command(context, left)
        context = inner.make_context(name, left, parent=context)
        group = inner


def sim_calls(words):
    """Return the calls of `sim` inside a loop of the shell."""
    for start, word in enumerate(words):
        if word == "sim":
            call = words[start + 1 :]
            ends = [k for k, inner in enumerate(call) if inner in {";", "do", "done", "then"}]
            yield call[: ends[0] if ends else None]


def extras(requirement):
    """Return the extras that a requirement such as `.[test,docs]` asks for."""
    found = re.search(r"\[([\w,]+)\]", requirement)
    return set(found[1].split(",")) if found else set()


def offered_extras():
    """Return the extras that the package has."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return set(told["project"]["optional-dependencies"])


def imports(text):
    """Return the import statements of a block, as code of their own."""
    kept = [
        node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return ast.unparse(ast.Module(kept, []))
