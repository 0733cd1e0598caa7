"""The way through the house is one-way: a room imports only from rooms to its left."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOW = [
    "area", "city", "cameras", "sight", "trips", "placement", "tracking", "scenario", "results",
    "pipeline", "ensemble",
]  # fmt: skip
FREE = {
    "atomic_write", "errors", "facts", "jit", "keyed_random", "limits", "processes", "surface",
}  # fmt: skip
"""Rooms of no side: files written whole, errors, facts, compiler, keyed randomness, limits of
parameters, own processes, what results share."""


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def room_of(module):
    parts = module.split(".")
    return parts[1] if parts[0] == "sim" and len(parts) > 1 else None


@pytest.mark.parametrize("place", range(len(FLOW)), ids=FLOW)
def test_a_room_imports_only_from_its_left(place):
    room = ROOT / "sim" / FLOW[place]
    files = [room.with_suffix(".py")] if room.with_suffix(".py").exists() else room.rglob("*.py")
    for path in files:
        rooms = {room_of(module) for module in imported(path)} - {None} - FREE
        assert rooms <= set(FLOW[: place + 1]), path


def test_the_engine_never_imports_the_maps():
    for path in (ROOT / "sim").rglob("*.py"):
        if path.relative_to(ROOT / "sim").as_posix() not in ("cli.py", "commands/publishing.py"):
            assert not any(m.split(".")[0] == "maps" for m in imported(path)), path


def test_maps_read_run_folders_and_nothing_of_the_engine():
    for path in (ROOT / "maps").rglob("*.py"):
        assert {room_of(m) for m in imported(path)} - {None} <= {"atomic_write", "errors"}, path
