"""Outlines of buildings that an extract holds only in part, or that cross themselves.

pyosmium makes areas of whole and proper rings alone. Of the others the part inside the extract is
taken here: what remains of a ring is closed by a straight line, a missing courtyard is filled.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

Point = tuple[float, float]
_ORDER = 1 if sys.byteorder == "little" else 0


class Piece(NamedTuple):
    """A way that is part of an outline: ids and positions of its nodes inside the extract."""

    nodes: tuple[int, ...]
    points: tuple[Point, ...]


class Outline(NamedTuple):
    """The members of an outline: ids of its outer and inner ways."""

    outer: tuple[int, ...]
    inner: tuple[int, ...]


def closed_outline(outline: Outline, pieces: Mapping[int, Piece]) -> str:
    """Return what is known of an outline as hexadecimal WKB; empty where nothing has an area.

    Parameters
    ----------
    outline
        Ways by role.
    pieces
        The ways that the extract holds, by id.
    """
    outer, inner = (
        [ring for ring in _rings(ways, pieces) if len(ring) > 3]
        for ways in (outline.outer, outline.inner)
    )
    if not outer:
        return ""
    holes: list[list[list[Point]]] = [[] for _ in outer]
    for ring in inner:
        around = next((k for k, shell in enumerate(outer) if _is_inside(ring[0], shell)), None)
        if around is not None:
            holes[around].append(ring)
    return _multipolygon([[shell, *own] for shell, own in zip(outer, holes, strict=True)])


def _rings(ways: Iterable[int], pieces: Mapping[int, Piece]) -> list[list[Point]]:
    """Join ways end to end; what does not close is closed by a straight line."""
    left = [pieces[way] for way in ways if way in pieces and len(pieces[way].nodes) > 1]
    rings = []
    while left:
        chain = left.pop(0)
        following = _next(chain, left)
        while following is not None:
            chain = following
            following = _next(chain, left)
        points = [*chain.points]
        rings.append([*points, points[0]] if points[0] != points[-1] else points)
    return rings


def _next(chain: Piece, left: list[Piece]) -> Piece | None:
    """Take a way that goes on where an open chain ends, at either end; None if there is none."""
    if chain.nodes[0] == chain.nodes[-1]:
        return None
    for i, piece in enumerate(left):
        for own in (chain, _turned(chain)):
            for more in (piece, _turned(piece)):
                if own.nodes[-1] == more.nodes[0]:
                    left.pop(i)
                    return Piece(own.nodes + more.nodes[1:], own.points + more.points[1:])
    return None


def _turned(piece: Piece) -> Piece:
    return Piece(piece.nodes[::-1], piece.points[::-1])


def _is_inside(point: Point, ring: Sequence[Point]) -> bool:
    """Return whether a point lies inside a ring, by counting crossings."""
    x, y = point
    inside = False
    for (x0, y0), (x1, y1) in pairwise(ring):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
            inside = not inside
    return inside


def _multipolygon(polygons: Sequence[Sequence[Sequence[Point]]]) -> str:
    """Return polygons, each a list of rings, as WKB of this machine's byte order."""
    parts = [struct.pack("=BII", _ORDER, 6, len(polygons))]
    for rings in polygons:
        parts.append(struct.pack("=BII", _ORDER, 3, len(rings)))
        for ring in rings:
            flat = [coordinate for point in ring for coordinate in point]
            parts.append(struct.pack(f"=I{len(flat)}d", len(ring), *flat))
    return b"".join(parts).hex()
