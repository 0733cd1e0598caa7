"""The box around a study area, in degrees: what an extract holds beyond it is passed over.

It looks at shapes as pyosmium writes them, one at a time, and imports neither tables nor geometry,
so that the reader of extracts starts quickly.
"""

from __future__ import annotations

import json
import struct
from array import array
from typing import NamedTuple

POINT, LINE, MULTIPOLYGON = 1, 2, 6
"""Kinds of shape in WKB."""
_KIND = struct.Struct("=xI")
LINE_HEAD = _HEAD = 9
"""Bytes of a line or multipolygon, and of each polygon in it, before its members: byte order,
kind, and how many they are."""
_COUNT = struct.Struct("=I")
_VERTEX = 16


class Box(NamedTuple):
    """West, south, east and north in degrees (WGS 84), its edge included."""

    west: float
    south: float
    east: float
    north: float

    def text(self) -> str:
        """Return the box as one line, for `box_of`."""
        return json.dumps(self)

    def holds(self, longitude: float, latitude: float) -> bool:
        """Return whether a point lies in it."""
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north

    def meets(self, shape: str) -> bool:
        """Return whether the bounds of a shape touch it; of a multipolygon those of one polygon.

        Parameters
        ----------
        shape
            A point, line or multipolygon as pyosmium writes it: hexadecimal WKB of this machine.
        """
        data = bytes.fromhex(shape)
        (kind,) = _KIND.unpack_from(data)
        if kind == MULTIPOLYGON:
            return any(self._meets(shell) for shell in _shells(data))
        return self._meets(array("d", data[_KIND.size if kind == POINT else _HEAD :]))

    def _meets(self, flat: array[float]) -> bool:
        """Return whether the bounds of vertices (x, y, x, y …) touch it."""
        if self.holds(flat[0], flat[1]):
            return True
        x, y = flat[::2], flat[1::2]
        across = min(x) <= self.east and max(x) >= self.west
        return across and min(y) <= self.north and max(y) >= self.south


def box_of(line: str) -> Box | None:
    """Read what `Box.text` wrote; None from "null", for everywhere."""
    found = json.loads(line)
    return None if found is None else Box(*found)


def _shells(data: bytes) -> list[array[float]]:
    """Return the vertices of the outer ring of each polygon of a multipolygon."""
    if _count(data, _HEAD) == _count(data, 2 * _HEAD) == 1:  # one ring, as most have
        return [array("d", data[2 * _HEAD + _COUNT.size :])]
    shells = []
    at = _HEAD
    for _ in range(_count(data, at)):
        at += _HEAD
        for ring in range(_count(data, at)):
            start = at + _COUNT.size
            at = start + _VERTEX * _count(data, start)
            if ring == 0:
                shells.append(array("d", data[start:at]))
    return shells


def _count(data: bytes, end: int) -> int:
    """Return the number that ends at a byte."""
    return int(_COUNT.unpack_from(data, end - _COUNT.size)[0])
