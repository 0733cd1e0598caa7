"""Other Pythons that compute fleets beside a run of many.

A fleet is thousands of short steps, most of them Python, for which the threads of one interpreter
take turns. Loading the engine takes longer than a second, so on the command line the others are
begun before it, where the words ask for several fleets.
"""

from __future__ import annotations

import os
import pickle
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from sim.first_run import runs, seem_missing
from sim.processes import available_cores, begin_helper, end_helper, tell

COMMANDS = frozenset({"run"})
ASKED_WITH = "fleets"
"""Part of the word, or of the scenario's text, that asks for several."""
LONGEST_TEXT = 1_000_000
MOST = 3
"""A run's own part, which is done once, bounds what more of them would save."""
NUMBER = 2
"""Bytes of a number in the pipe; so few are read and written at once."""


class Turns:
    """Numbers in a pipe, each taken by whoever is free to compute next.

    Attributes
    ----------
    taking, dealing
        File descriptors of the pipe's ends, None once closed; `dealing` is None where others deal,
        and once all are.
    """

    def __init__(self, taking: int, dealing: int | None = None) -> None:
        self.taking: int | None = taking
        self.dealing = dealing

    def deal(self, numbers: Iterable[int]) -> None:
        """Offer numbers, after which there are no more."""
        assert self.dealing is not None
        os.write(self.dealing, b"".join(n.to_bytes(NUMBER, "little") for n in numbers))
        os.close(self.dealing)
        self.dealing = None

    def take(self) -> int | None:
        """Return the next number, None when all are taken; wait until numbers are dealt."""
        assert self.taking is not None
        taken = os.read(self.taking, NUMBER)
        return int.from_bytes(taken, "little") if taken else None

    def close(self) -> None:
        """Close this process's ends of the pipe; more than once does no harm."""
        for end in (self.taking, self.dealing):
            if end is not None:
                os.close(end)
        self.taking = self.dealing = None


@dataclass
class Beside:
    """Processes that compute numbered things with this one, each number once.

    Attributes
    ----------
    turns
        Who computes what.
    helpers
        The processes, of a module of this package that is told a line, takes turns, and writes
        (number, what it found) one after the other.
    found
        What came from them and nobody has fetched yet.
    """

    turns: Turns
    helpers: list[subprocess.Popen[bytes]]
    found: dict[int, object] = field(default_factory=dict)
    readers: list[Thread] = field(default_factory=list)

    def begin(self, line: str) -> None:
        """Tell the processes what to get ready for, and listen to them."""
        for helper in self.helpers:
            tell(helper, line)
            self.readers.append(Thread(target=self._read, args=(helper,), daemon=True))
            self.readers[-1].start()

    def fetch(self, number: int) -> object:
        """Return what a process found, when it has found it; None if it ended without."""
        for reader in self.readers:
            if number not in self.found:
                reader.join()
        return self.found.pop(number, None)

    def end(self) -> None:
        """End the processes; more than once does no harm."""
        for process in self.helpers:
            process.kill()
        for reader in self.readers:
            reader.join()  # each reads on to the end of what its process wrote
        for process in self.helpers:
            end_helper(process)
        self.turns.close()

    def _read(self, helper: subprocess.Popen[bytes]) -> None:
        assert helper.stdout is not None
        with suppress(EOFError, OSError, pickle.UnpicklingError):  # it ended, perhaps in a word
            while True:
                number, one = pickle.load(helper.stdout)
                self.found[number] = one


_begun: list[Beside] = []


def begin_early(words: Sequence[str]) -> None:
    """Begin for a command of these words, where it seems that many fleets are asked for.

    Whether they are is known when the scenario is read, and then what is of no use ends.
    """
    asked = runs(words, COMMANDS) and any(map(_asks, words[1:]))
    if asked and not _begun and not seem_missing():
        beside = begin_beside()
        if beside is not None:
            _begun.append(beside)


def begun_early() -> Beside | None:
    """Return what was begun early, to whoever ends it; None where nothing was."""
    return _begun.pop() if _begun else None


def begin_beside() -> Beside | None:
    """Begin as many processes as there are cores to spare; None where there are none."""
    count = min(available_cores() - 1, MOST)
    if count < 1:
        return None
    taking, dealing = os.pipe()
    helpers = [
        begin_helper(
            "sim.pipeline.fleets_beside", str(taking), stdout=subprocess.PIPE, keep=(taking,)
        )
        for _ in range(count)
    ]
    return Beside(Turns(taking, dealing), helpers)


def _asks(word: str) -> bool:
    """Return whether a word, or the scenario in the file of its name, speaks of fleets."""
    if ASKED_WITH in word and "=" in word:
        return True
    if not word.endswith((".yaml", ".yml")):
        return False
    try:
        with Path(word).open(encoding="utf-8", errors="replace") as text:
            return f"{ASKED_WITH}:" in text.read(LONGEST_TEXT)
    except (OSError, ValueError):
        return False
