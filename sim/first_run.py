"""Processes that compile kernels beside a run which finds none, and who compiles what.

Loading the engine takes longer than a second, so on the command line they are begun before it. The
kernels are in parts, and each part is compiled by whoever takes it first.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sim.processes import available_cores, begin_helper, end_helper

PARTS = ("exposing", "following", "answering", "searching", "drawing", "retracing")
"""In the order in which a run needs them."""
COMMANDS = frozenset({"run", "warmup"})
ONLY_TOLD = frozenset({"--help", "-h", "--dry-run"})
"""Commands that run something, and words with which they run nothing."""
KERNELS = Path(__file__).parent / "tracking" / "kernels"
"""Sources of most kernels."""


class Claims:
    """Which parts are taken: a pipe for each with one byte in it, and who reads that has the part.

    Attributes
    ----------
    ends
        File descriptor of each part's pipe, to be read from.
    """

    def __init__(self, ends: Mapping[str, int]) -> None:
        self.ends = dict(ends)

    @classmethod
    def of(cls, parts: Collection[str]) -> Claims:
        """Return claims to parts of which none is taken."""
        ends = {}
        for part in parts:
            ends[part], other = os.pipe()
            os.write(other, b"1")
            os.close(other)  # so that who comes later reads an end, and waits for nothing
        return cls(ends)

    @classmethod
    def told(cls, words: Sequence[str]) -> Claims:
        """Return the claims that another process put into words."""
        pairs = (word.split(":") for word in words)
        return cls({part: int(end) for part, end in pairs})

    def words(self, order: Sequence[str]) -> list[str]:
        """Put the claims to parts into words for a process that keeps their pipes."""
        return [f"{part}:{self.ends[part]}" for part in order]

    def take(self, part: str) -> bool:
        """Take a part; False where it was taken before."""
        return part in self.ends and os.read(self.ends[part], 1) != b""

    def close(self) -> None:
        """Close this process's ends of the pipes."""
        while self.ends:
            os.close(self.ends.popitem()[1])


@dataclass
class Compiling:
    """Processes that compile parts, and the claims that they share with this one."""

    helpers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    claims: Claims = field(default_factory=lambda: Claims({}))

    def end(self) -> None:
        """End the processes."""
        for process in self.helpers:
            end_helper(process)
        self.claims.close()


_begun: list[Compiling] = []


def begin_early(words: Sequence[str]) -> None:
    """Begin to compile for a command of these words, where it seems that kernels are missing.

    All that is asked here is whether a run noted that nothing is missing since the sources were
    written; what is missing is known when the engine is loaded.
    """
    if runs(words, COMMANDS) and not _begun and seem_missing():
        _begun.append(begin_compiling())


def runs(words: Sequence[str], commands: Collection[str]) -> bool:
    """Return whether words are of one of these commands, and not only ask what it would do."""
    return bool(words) and words[0] in commands and ONLY_TOLD.isdisjoint(words)


def begun_early() -> Compiling | None:
    """Return what was begun early, to whoever ends it; None where nothing was."""
    return _begun.pop() if _begun else None


def begin_compiling() -> Compiling:
    """Begin to compile all parts that are missing, beside this process."""
    found = Compiling(claims=Claims.of(PARTS))
    for order in orders():
        found.helpers.append(
            begin_helper(
                "sim.pipeline.compile_ahead", *found.claims.words(order),
                keep=tuple(found.claims.ends.values()),
            )
        )  # fmt: skip
    return found


def orders() -> tuple[tuple[str, ...], ...]:
    """Return in which order each helper goes through the parts.

    A helper more would pay for another start of Python and its libraries, and on one core the
    first would do so too.
    """
    return (PARTS, PARTS[3:] + PARTS[:3])[: min(available_cores() - 1, 2)]


def all_compiled() -> None:
    """Note that nothing is missing, so that the next command begins nothing."""
    with suppress(OSError):
        _note().touch()


def seem_missing() -> bool:
    """Return whether a kernel's source is newer than the note, in a place where notes are kept."""
    note = _note()
    folder = note.parent if note.parent.exists() else note.parent.parent
    if not os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        return False
    try:
        noted = note.stat().st_mtime
        return any(source.stat().st_mtime > noted for source in KERNELS.glob("*.py"))
    except OSError:
        return True


def _note() -> Path:
    """Return the path of the note, beside the compiled kernels if they are in the usual place."""
    folder = os.environ.get("NUMBA_CACHE_DIR") or KERNELS / "__pycache__"
    major, minor = sys.version_info[:2]
    return Path(folder) / f"kernels_of_sim.py{major}{minor}"
