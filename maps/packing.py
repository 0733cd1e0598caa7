"""Columns of integers, packed small enough to travel inside a page.

Every number that the page draws is an integer (decimetres, millimetres, places in a list). A
column is written as differences where neighbours are alike, its lowest bytes first and then the
next ones, for bytes of one kind compress best; all columns are compressed together. The page
unpacks them with `maps/assets/payload.js`, the one other place that knows this format; nothing
here knows what the columns mean.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike, NDArray

LARGEST = 2**30 - 1
"""Numbers beyond it (either sign) would not fit the page's 32-bit arrays."""
PLAIN, DIFFERENCES, RECENT = range(3)
"""How a column is stored: its numbers, their differences, or how long ago each first came."""
STRATEGIES = ((zlib.Z_DEFAULT_STRATEGY, 8), (zlib.Z_FILTERED, 6), (zlib.Z_HUFFMAN_ONLY, 8))
"""Of zlib, each with its level of memory: few repeats, or none, in what looks like chance."""
SAMPLE = 1 << 15
"""Bytes on which the strategies are tried."""
LARGE_PLANE = 4096
LAST_BLOCK = b"\x03\x00"
"""An empty one that ends a deflate stream."""
SIGNED = 8
"""Added to the width of a column that holds numbers below 0."""
ALPHABET = "".join(chr(code) for code in range(33, 127) if chr(code) not in '<&"')
"""91 characters that need no escape in a page; two of them hold 13 bits."""
PAIRS = np.array([(ALPHABET[k // 91] + ALPHABET[k % 91]).encode() for k in range(2**13)])
"""The two that stand for each 13 bits."""


def byte_planes(values: NDArray[np.int64]) -> tuple[bytes, int]:
    """Write integers, all lowest bytes first, then the next ones.

    Where some are below 0, the sign of all goes into the lowest bit.

    Parameters
    ----------
    values
        Any integers within ±`LARGEST`.

    Returns
    -------
    planes, width
        Width is the bytes that each number takes, 0 where all are 0, and `SIGNED` more with signs.
    """
    signed = bool((values < 0).any())
    written = (values << 1) ^ (values >> 63) if signed else values
    width = (int(written.max(initial=0)).bit_length() + 7) // 8
    planes = [(written >> (8 * place) & 255).astype(np.uint8).tobytes() for place in range(width)]
    return b"".join(planes), width + SIGNED * signed


def printable(data: bytes) -> str:
    """Write bytes as their number, a colon, and 13 bits in each two characters of `ALPHABET`."""
    rows = np.zeros((-(-len(data) // 13), 13), np.uint8)
    rows.ravel()[: len(data)] = np.frombuffer(data, np.uint8)
    value = np.empty((len(rows), 8), np.uint16)
    wide = rows.astype(np.uint32)
    for group in range(8):  # 13 bytes are 8 groups of 13 bits, each of which lies in three bytes
        first, after = divmod(13 * group, 8)
        three = wide[:, first] << 16 | wide[:, first + 1] << 8
        if first + 2 < 13:
            three |= wide[:, first + 2]
        value[:, group] = three >> (11 - after) & 8191
    pairs = PAIRS[value.ravel()[: -(-8 * len(data) // 13)]]
    return f"{len(data)}:{pairs.tobytes().decode('ascii')}"


def deflated(data: bytes) -> bytes:
    """Return bytes as a whole deflate stream."""
    return _deflated_by(STRATEGIES[0], data) + LAST_BLOCK


def _deflated(data: bytes) -> bytes:
    """Return blocks of a deflate stream, by the strategy that makes its beginning shortest."""
    found = [_deflated_by(strategy, data[:SAMPLE]) for strategy in STRATEGIES] if data else [b""]
    shortest = min(range(len(found)), key=lambda k: len(found[k]))
    return found[shortest] if len(data) <= SAMPLE else _deflated_by(STRATEGIES[shortest], data)


def _deflated_by(strategy: tuple[int, int], data: bytes) -> bytes:
    kind, memory = strategy
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, memory, kind)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)


def _recent(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how far each number lies below the next new one; numbers come in order, from 0."""
    newest = np.maximum.accumulate(np.append(-1, values))[:-1]
    return np.asarray(newest + 1 - values)


class Columns:
    """Named integer columns in the order they were added.

    Parameters
    ----------
    pool
        Compresses long columns from when they are added; all when they are written by default.
    """

    def __init__(self, pool: Executor | None = None) -> None:
        self._pool = pool
        self._begun: dict[tuple[str, int], Future[bytes]] = {}
        """Bytes that are compressed already, by column and plane."""
        self._bytes: list[bytes] = []
        self.index: list[tuple[str, int, int, int, int]] = []
        """Of each column: name, count, how it is stored, bytes a number, units of the numbers."""

    def add(
        self,
        name: str,
        values: ArrayLike,
        *,
        differences: bool = False,
        recent: bool = False,
        unit: int = 1,
    ) -> None:
        """Add a column.

        Parameters
        ----------
        name
            How the page asks for it; unique.
        values
            Integers, shape (n,).
        differences
            Store each number's difference from the one before it; smaller for anything that runs
            along a line or in ascending order.
        recent
            Store how far each number lies below the next new one; for numbers from 0 that first
            come in ascending order, none left out.
        unit
            The page multiplies the numbers by it.

        Raises
        ------
        ValueError
            A number too large for the page, or a name used twice.
        """
        column = np.asarray(values, np.int64)
        stored = np.diff(column, prepend=0) if differences else column
        for numbers in (column * unit, stored):
            if len(numbers) and np.abs(numbers).max() > LARGEST:
                raise ValueError(f"column {name}: a number beyond ±{LARGEST} cannot be packed")
        if any(known == name for known, *_ in self.index):
            raise ValueError(f"column {name}: added twice")
        planes, width = byte_planes(_recent(column) if recent else stored)
        how = RECENT if recent else DIFFERENCES if differences else PLAIN
        self._bytes.append(planes)
        self.index.append((name, len(column), how, width, unit))
        if self._pool is not None and len(column) >= LARGE_PLANE:
            for place, plane in enumerate(_planes(planes, len(column))):
                self._begun[name, place] = self._pool.submit(_deflated, plane)

    def add_text(self, name: str, text: str) -> None:
        """Add a text, as a column of the bytes of its UTF-8."""
        self.add(name, np.frombuffer(text.encode(), np.uint8))

    def without(self, other: Columns) -> Columns:
        """Return the columns that are not, number for number, also in another set of columns."""
        known = dict(zip(other.index, other._bytes, strict=True))
        apart = Columns()
        for entry, stored in zip(self.index, self._bytes, strict=True):
            if known.get(entry) != stored:
                apart.index.append(entry)
                apart._bytes.append(stored)
        return apart

    def text(self) -> str:
        """Return all columns, compressed (deflate) and written in printable characters."""
        with ThreadPoolExecutor() as pool:
            parts = [*self._parts(pool)]
        return printable(b"".join(part.result() for part in parts) + LAST_BLOCK)

    def _parts(self, pool: Executor) -> Iterator[Future[bytes]]:
        """Compress all columns, long planes apart: each is compressed as suits it."""
        small = b""
        for stored, (name, count, *_) in zip(self._bytes, self.index, strict=True):
            if count < LARGE_PLANE:
                small += stored
                continue
            yield pool.submit(_deflated, small)
            small = b""
            for place, plane in enumerate(_planes(stored, count)):
                begun = self._begun.get((name, place))
                yield begun or pool.submit(_deflated, plane)
        yield pool.submit(_deflated, small)


def _planes(stored: bytes, count: int) -> list[bytes]:
    """Return the bytes of a column of so many numbers, plane by plane."""
    return [stored[first : first + count] for first in range(0, len(stored), count)]
