"""Columns of integers, packed small enough to travel inside a page.

Every number that the page draws is an integer (decimetres, millimetres, places in a list). A
column is written as differences where neighbours are alike, each number as one to five bytes, and
all columns are compressed together. The page unpacks them with `maps/assets/payload.js`, the one
other place that knows this format; nothing here knows what the columns mean.
"""

from __future__ import annotations

import base64
import zlib

import numpy as np
from numpy.typing import ArrayLike, NDArray

LARGEST = 2**30 - 1
"""Numbers beyond it (either sign) would not fit the page's 32-bit arrays."""


def varint(values: NDArray[np.int64]) -> bytes:
    """Write integers as bytes of seven bits, low bits first, the sign in the lowest bit.

    Parameters
    ----------
    values
        Any integers within ±`LARGEST`.
    """
    zigzag = ((values << 1) ^ (values >> 63)).astype(np.uint64)
    size = np.ones(len(values), np.int64)
    for bits in (7, 14, 21, 28):
        size += zigzag >= np.uint64(1) << np.uint64(bits)
    end = np.cumsum(size)
    written = np.zeros(int(end[-1]) if len(end) else 0, np.uint8)
    for place in range(5):
        longer = size > place
        seven = (zigzag[longer] >> np.uint64(7 * place)) & np.uint64(127)
        more = np.where(size[longer] > place + 1, 128, 0)
        written[end[longer] - size[longer] + place] = seven.astype(np.int64) | more
    return written.tobytes()


class Columns:
    """Named integer columns in the order they were added."""

    def __init__(self) -> None:
        self._bytes: list[bytes] = []
        self.index: list[tuple[str, int, int]] = []
        """Name, count and 1 if the column holds differences, for each column."""

    def add(self, name: str, values: ArrayLike, *, differences: bool = False) -> None:
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

        Raises
        ------
        ValueError
            A number too large for the page, or a name used twice.
        """
        column = np.asarray(values, np.int64)
        stored = np.diff(column, prepend=0) if differences else column
        for numbers in (column, stored):
            if len(numbers) and np.abs(numbers).max() > LARGEST:
                raise ValueError(f"column {name}: a number beyond ±{LARGEST} cannot be packed")
        if any(known == name for known, _, _ in self.index):
            raise ValueError(f"column {name}: added twice")
        self._bytes.append(varint(stored))
        self.index.append((name, len(column), int(differences)))

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
        """Return all columns, compressed (zlib) and written in base64."""
        return base64.b64encode(zlib.compress(b"".join(self._bytes), 6)).decode("ascii")
