"""How large an OpenStreetMap extract is once it is unpacked, found out without unpacking it.

A .osm.pbf is a row of blobs, each packed on its own; the format limits one blob and not their
number. Every blob says how large it is unpacked, and readers refuse one that says wrong, so that
the sum of what they say, read past the packed bytes, is the size of the file.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sim.errors import InputError

LARGEST_UNPACKED_MB = 1000
"""Real extracts unpack to two or three times their size; a node takes three bytes at least here,
and 16 in the index of positions."""
LARGEST_HEADER = 64 * 1024
"""Bytes of the header of a blob, by the format."""
DATA_SIZE, RAW, RAW_SIZE = 3, 1, 2
"""Fields: the size of a blob in its header; in a blob its bytes, or their number if packed."""
VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5
LONGEST_VARINT = 10


def check_unpacked(path: Path) -> None:
    """Refuse an extract that takes too much once it is unpacked, before it is read.

    Parameters
    ----------
    path
        A .osm.pbf file.

    Raises
    ------
    InputError
        It takes more than `LARGEST_UNPACKED_MB`.
    """
    most = LARGEST_UNPACKED_MB * 1_000_000
    if unpacked_bytes(path, most) > most:
        raise InputError(
            f"{path}: takes more than {LARGEST_UNPACKED_MB:,} MB unpacked; cut the study area out "
            "first, for example with `osmium extract`"
        )


def unpacked_bytes(path: Path, most: int) -> int:
    """Return the bytes that the blobs of a file unpack to; more than `most` if above it.

    Parameters
    ----------
    path
        A .osm.pbf file; what follows a blob that is not one does not count, for nobody reads it.
    most
        Counting ends above it.
    """
    total = 0
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        while total <= most:
            end = _end_of_blob(file)
            if end is None:
                break
            found = dict(_fields(file, min(end, size), {RAW, RAW_SIZE}))
            total += found.get(RAW_SIZE, found.get(RAW, 0))
            file.seek(end)
    return total


def _end_of_blob(file: BinaryIO) -> int | None:
    """Read the header of the next blob; return where the blob ends, None where there is none."""
    length = file.read(4)
    if len(length) < 4:
        return None
    (header,) = struct.unpack(">I", length)
    if header > LARGEST_HEADER:
        return None
    stop = file.tell() + header
    size = dict(_fields(file, stop, {DATA_SIZE})).get(DATA_SIZE)
    file.seek(stop)
    return None if size is None else stop + size


def _fields(file: BinaryIO, stop: int, wanted: set[int]) -> Iterator[tuple[int, int]]:
    """Yield the fields of a message: numbers as they are, bytes by their length, unread."""
    while file.tell() < stop:
        key = _varint(file)
        value = None if key is None else _value(file, key & 7)
        if key is None or value is None:
            return
        if key >> 3 in wanted:
            yield key >> 3, value


def _value(file: BinaryIO, kind: int) -> int | None:
    """Read a number, or go past bytes and return how many; None for what is no field."""
    if kind == VARINT:
        return _varint(file)
    length = {FIXED_64: 8, FIXED_32: 4}.get(kind)
    if kind == BYTES:
        length = _varint(file)
    if length is None:
        return None
    file.seek(length, os.SEEK_CUR)
    return length


def _varint(file: BinaryIO) -> int | None:
    """Read a number of seven bits a byte; None where it does not end."""
    number = 0
    for place in range(LONGEST_VARINT):
        byte = file.read(1)
        if not byte:
            return None
        number |= (byte[0] & 127) << (7 * place)
        if byte[0] < 128:
            return number
    return None
