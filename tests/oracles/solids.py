"""Buildings as solids with flat roofs, in rational arithmetic, and straight lines past them.

A building is one or several boxes, from the ground up. A face is seen when the straight line from
the eye to it passes through the inside of none. It borrows nothing from the engine: no faces of
walls, no shadows, no rules of touching.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

FACE = Fraction(1.6)
"""The float 1.6, exactly."""
FOOTBRIDGE = Fraction(11, 2)
Point = tuple[Fraction, Fraction, Fraction]


@dataclass(frozen=True)
class Box:
    """West, south, east and north side, and the height of the roof; None is without end."""

    west: Fraction
    south: Fraction
    east: Fraction
    north: Fraction
    top: Fraction | None = None


def passes_through(eye: Point, face: Point, box: Box) -> bool:
    """Return whether the line between two points has a part inside a box."""
    low, high = Fraction(0), Fraction(1)
    sides = [(0, box.west, 1), (0, box.east, -1), (1, box.south, 1), (1, box.north, -1)]
    if box.top is not None:
        sides.append((2, box.top, -1))
    for axis, side, sign in sides:
        inward = sign * (eye[axis] - side)
        along = sign * (face[axis] - eye[axis])
        if along == 0:
            if inward <= 0:
                return False
        elif along > 0:
            low = max(low, -inward / along)
        else:
            high = min(high, -inward / along)
    return low < high


def sees(eye: Point, face: Point, boxes: Iterable[Box]) -> bool:
    """Return whether nothing stands between an eye and a face."""
    return not any(passes_through(eye, face, box) for box in boxes)
