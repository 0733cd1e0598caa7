"""The records of a large JSON file, one at a time: GeoJSON features, or an ArcGIS server's.

Text is read in blocks, so that memory goes by the largest record and not by the file. It knows
nothing of what a record holds.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NoReturn

from sim.errors import InputError

LARGEST_FILE_MB = 2000
LARGEST_RECORD_MB = 32
LARGEST_REST_MB = 4
"""Of the text before and after the records."""
_BLOCK = 1 << 20
_BEGINS = re.compile(r'"features"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_number)


def damaged(path: Path, what: str) -> InputError:
    """Return the error of a file that is not whole.

    Parameters
    ----------
    path
        The file.
    what
        What is wrong with it.
    """
    return InputError(f"{path}: {what}; save the layer again")


class ServerError(InputError):
    """A file is the error of a server, which these send with status 200."""


class FeatureStream:
    """The records of a file.

    Attributes
    ----------
    members
        What stands beside the records: before them while they are read, all of it after the last.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.members: dict[str, Any] = {}

    def __iter__(self) -> Iterator[object]:
        """Yield the records in their order.

        Raises
        ------
        InputError
            The file is missing, empty, too large, cut short, no JSON, or the error of a server.
        """
        self._check_size()
        with self.path.open("rb") as file:
            text = _Text(file, self.path)
            head = self._head(text)
            yield from self._records(text)
            rest = text.rest(LARGEST_REST_MB << 20)
        try:
            self.members = _members(head + "[]" + rest)
        except (ValueError, RecursionError):
            raise damaged(self.path, "cut short or no JSON after its last record") from None

    def _check_size(self) -> None:
        if not self.path.is_file():
            raise InputError(f"{self.path}: no such file; check the path")
        size = self.path.stat().st_size
        if not size:
            raise damaged(self.path, "the file is empty")
        if size > LARGEST_FILE_MB * 1_000_000:
            raise InputError(
                f"{self.path}: {size / 1e6:,.0f} MB is too large ({LARGEST_FILE_MB:,} MB at most); "
                "cut the area out first"
            )

    def _head(self, text: _Text) -> str:
        """Read up to the first record; return the text before the list."""
        while True:
            found = _BEGINS.search(text.held)
            if found:
                break
            if not text.more() or len(text.held) > LARGEST_REST_MB << 20:
                self._refuse(text.held)
        head = text.held[: found.end() - 1]
        text.at = found.end()
        try:
            self.members = _members(head + "[]}")
        except (ValueError, RecursionError):
            raise damaged(self.path, "no JSON before its first record") from None
        return head

    def _refuse(self, held: str) -> NoReturn:
        """Say what a file without records is."""
        start = held.lstrip()[:1]
        if start == "<":
            raise InputError(
                f"{self.path}: is a web page or XML and no JSON; save the answer of the link itself"
            )
        try:
            found = _members(held)
        except (ValueError, RecursionError):
            raise damaged(self.path, "no JSON, or cut short before its first record") from None
        error = found.get("error")
        if isinstance(error, dict):
            said = " ".join(f"{error.get('code', '')} {error.get('message', '')}".split())[:80]
            raise ServerError(
                f"{self.path}: is the error of a server ({said}); save it again later"
            )
        raise InputError(f"{self.path}: holds no list of features; save the layer as GeoJSON")

    def _records(self, text: _Text) -> Iterator[object]:
        number = 0
        while True:
            between = _BETWEEN.match(text.held, text.at)
            text.at = between.end() if between else text.at
            if text.at >= len(text.held):
                if not text.more():
                    raise damaged(self.path, f"cut short after record {number:,}")
                continue
            if text.held[text.at] == "]":
                text.at += 1
                return
            number += 1
            yield self._record(text, number)

    def _record(self, text: _Text, number: int) -> object:
        """Decode one record; what is not whole yet is read on, twice as much each time."""
        wanted = _BLOCK
        while True:
            try:
                found, text.at = _DECODER.raw_decode(text.held, text.at)
            except RecursionError:
                raise damaged(self.path, f"record {number:,} is nested too deeply") from None
            except ValueError:
                left = len(text.held) - text.at
                if left > LARGEST_RECORD_MB << 20:
                    raise damaged(self.path, f"record {number:,} is no JSON") from None
                if not text.more(wanted):
                    raise damaged(self.path, f"record {number:,} is cut short or no JSON") from None
                wanted *= 2
            else:
                return found


class _Text:
    """Text of a file as far as it is read and not yet used."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file, self._path = file, path
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self.held, self.at = "", 0

    def more(self, size: int = _BLOCK) -> bool:
        """Read on; return whether there was anything."""
        data = self._file.read(size)
        try:
            new = self._decoder.decode(data, final=not data)
        except UnicodeDecodeError:
            raise damaged(self._path, "holds bytes that are no UTF-8") from None
        self.held, self.at = self.held[self.at :] + new, 0
        return bool(data)

    def rest(self, most: int) -> str:
        """Return all that is left."""
        while self.more():
            if len(self.held) > most:
                raise damaged(self._path, "goes on after its last record")
        return self.held[self.at :]


def _members(text: str) -> dict[str, Any]:
    found = json.loads(text, parse_constant=_no_number)
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 (one kind of error for bad JSON)
    return found
