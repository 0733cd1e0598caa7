"""Shapes of a user's layer as points, areas and lines, each with the row it comes from.

Programs write one place as a Point or as a MultiPoint of one point, and an area as a Polygon or
within a GeometryCollection. One reader for the layers of people, points and zones; what a shape
stands for is decided there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sim.city.measures import number_text
from sim.wording import counted

POINT, AREAS, LINES = 0, (3, 6), (1, 2, 5)
"""shapely type ids; areas are Polygon and MultiPolygon, lines LineString, ring and MultiLineString.
"""
MISSING = {"nan", "None", "<NA>"}
"""What pandas writes into files of text for a value that is missing."""
WITHOUT_SHAPE = "without a shape"
NO_POSITION = "with a vertex that is no position"
WITHOUT_AREA = "with an outline that encloses nothing"


class Shapes(NamedTuple):
    """Plain shapes; a row of the file may have several, or none."""

    shape: NDArray[np.object_]
    """Points, valid areas (Polygon or MultiPolygon) and lines, without heights."""
    row: NDArray[np.int64]
    """Row of the file, from 0, ascending."""
    share: NDArray[np.float64]
    """Of what the row counts: 1, or 1 / n for each of its n points."""
    left_out: dict[str, int]
    """Rows without a usable shape, by reason."""

    @property
    def is_area(self) -> NDArray[np.bool_]:
        """Which shapes are areas."""
        return np.isin(shapely.get_type_id(self.shape), AREAS)

    @property
    def is_line(self) -> NDArray[np.bool_]:
        """Which shapes are lines."""
        return np.isin(shapely.get_type_id(self.shape), LINES)

    def without_lines(self) -> Shapes:
        """Return the points and areas; rows that are lines are counted as left out."""
        line = self.is_line
        left_out = dict(self.left_out)
        if line.any():
            left_out["that are lines"] = int(line.sum())
        return Shapes(self.shape[~line], self.row[~line], self.share[~line], left_out)


def plain_shapes(shapes: NDArray[np.object_]) -> Shapes:
    """Take shapes apart into points, areas and lines.

    Parameters
    ----------
    shapes
        Of one layer, in metres, missing ones as None. A MultiPoint becomes its points, which
        share evenly what the row counts; a GeometryCollection its areas, else its points, else
        its lines. Missing and empty shapes, shapes with a vertex that is not finite, and outlines
        that enclose nothing are left out and counted.
    """
    with np.errstate(invalid="ignore"):
        flat = shapely.force_2d(np.asarray(shapes, object))
    left_out: dict[str, int] = {}

    def drop(wrong: NDArray[np.bool_], reason: str) -> None:
        if wrong.any():
            left_out[reason] = int(wrong.sum())

    missing = shapely.is_missing(flat) | shapely.is_empty(flat)
    drop(missing, WITHOUT_SHAPE)
    vertex, of = shapely.get_coordinates(flat, return_index=True)
    wild = np.bincount(of[~np.isfinite(vertex).all(axis=1)], minlength=len(flat)) > 0
    drop(wild, NO_POSITION)
    found: list[BaseGeometry] = []
    row: list[int] = []
    share: list[float] = []
    hollow = np.zeros(len(flat), bool)
    for i in np.flatnonzero(~missing & ~wild).tolist():
        pieces = _pieces(flat[i])
        hollow[i] = not pieces
        found.extend(pieces)
        row.extend([i] * len(pieces))
        share.extend([1 / len(pieces)] * len(pieces) if pieces else [])
    drop(hollow, WITHOUT_AREA)
    shape = np.empty(len(found), object)
    shape[:] = found
    return Shapes(shape, np.array(row, np.int64), np.array(share, np.float64), left_out)


def left_out_words(left_out: Mapping[str, int]) -> str:
    """Return a count of rows left out as words, for example "3 rows left out (3 that are lines)".

    Parameters
    ----------
    left_out
        As `Shapes.left_out`; empty gives an empty text.
    """
    if not left_out:
        return ""
    rows = sum(left_out.values())
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in left_out.items())
    return f"{counted(rows, 'row')} left out ({reasons})"


def names_of(values: pd.Series) -> NDArray[np.object_]:
    """Return a column as text without spaces around it, empty where a value is missing.

    Parameters
    ----------
    values
        Of any kind; whole numbers are written without a point.
    """
    texts = np.empty(len(values), object)
    missing = values.isna().to_numpy(bool)
    for i, value in enumerate(values.tolist()):
        text = number_text(value) if isinstance(value, float) else str(value).strip()
        texts[i] = "" if missing[i] or text in MISSING else text
    return texts


def _pieces(shape: BaseGeometry) -> list[BaseGeometry]:
    """Return what a shape is made of: one area, some points, or one line."""
    kind = int(shapely.get_type_id(shape))
    if kind == POINT or kind in LINES:
        return [shape]
    parts = list(_parts(shape))
    areas = [part for part in parts if shapely.get_type_id(part) in AREAS]
    if areas:
        return _one_area(areas)
    points = [part for part in parts if shapely.get_type_id(part) == POINT]
    if points:
        return points
    return [shapely.multilinestrings(shapely.get_parts(np.array(parts, object)))]


def _parts(shape: BaseGeometry) -> Iterator[BaseGeometry]:
    """Yield the simple shapes of a shape, however deep; areas stay whole."""
    if shapely.is_empty(shape):
        return
    if shapely.get_type_id(shape) in (POINT, *AREAS, *LINES):
        yield shape
        return
    for part in shapely.get_parts(shape):
        yield from _parts(part)


def _one_area(areas: list[BaseGeometry]) -> list[BaseGeometry]:
    """Return areas as one valid area; none if they enclose nothing."""
    valid = shapely.make_valid(areas[0] if len(areas) == 1 else shapely.union_all(
        shapely.make_valid(np.array(areas, object))))  # fmt: skip
    solid = [part for part in _parts(valid) if shapely.get_type_id(part) in AREAS]
    solid = [part for part in solid if shapely.area(part) > 0]
    if len(solid) > 1:
        return [shapely.union_all(solid)]
    return solid
