"""Whether software could read a face at one distance, from the tables of facts and angles alone.

Each distance is judged by itself: pixels between the pupils, how steeply the line of sight falls,
whether the face is in the picture. It knows nothing of ranges and intervals.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

FACTS = Path(__file__).parents[2] / "sim" / "facts"
PUPILS_M, FACE_M = 0.063, 1.6


def rows(name: str) -> dict[str, dict[str, str]]:
    """Return the rows of a table of facts by their first column."""
    lines = (FACTS / name).read_text(encoding="utf-8").splitlines()
    table = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {next(iter(row.values())): row for row in table}


def pixels_per_radian(lens: dict[str, str]) -> float:
    """Return pixels a radian in the middle of the picture, by how the lens draws."""
    width, degrees = float(lens["width_px"]), float(lens["field_of_view"])
    if degrees >= 180:
        return width / math.tau * 360 / degrees  # width_px go round the horizon
    half = math.radians(degrees) / 2
    if (lens["projection"] or ("rectilinear" if degrees <= 80 else "equidistant")) == "rectilinear":
        return width / 2 / math.tan(half)
    return width / 2 / half


def height_of_picture(lens: dict[str, str]) -> float:
    """Return the vertical field of view, radians."""
    aspect = float(lens["height_px"]) / float(lens["width_px"])
    degrees = float(lens["field_of_view"])
    if (lens["projection"] or ("rectilinear" if degrees <= 80 else "equidistant")) == "rectilinear":
        return 2 * math.atan(math.tan(math.radians(degrees) / 2) * aspect)
    return math.radians(degrees) * aspect


def readable(lens: dict[str, str], case: dict[str, str], metres: float) -> bool:
    """Return whether a face turned to the head can be read so many metres away."""
    drop = float(lens["mount_m"]) - FACE_M
    slant, fall = math.hypot(metres, drop), math.atan2(drop, metres)
    between = PUPILS_M * pixels_per_radian(lens) / slant
    if between < float(case["pupil_px"]) or math.degrees(fall) > float(case["pitch"]):
        return False
    if float(lens["field_of_view"]) >= 180:
        return True
    assert not lens["tilt"], "of all types the upper edge meets the horizon"
    return fall <= height_of_picture(lens)
