"""Digests of what results depend on: the code, and what it is given."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


@cache
def code_digest() -> str:
    """Return a digest of the engine's code and tables of facts."""
    total = hashlib.sha256()
    for name, content in _sources(files("sim")):
        total.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return total.hexdigest()


def _sources(folder: Traversable, within: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _sources(entry, f"{within}{entry.name}/")
        elif entry.name.endswith((".py", ".csv", ".yaml", ".txt")):
            yield within + entry.name, entry.read_bytes()
