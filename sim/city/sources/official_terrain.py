"""The Government's terrain model: an ASCII grid in HK80 metres, of which a box is read.

The file has no coordinate system; it is the HK80 grid, heights above HKPD. It is read a row at a
time, so that the whole territory (122 million squares) need not be in memory as text.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

import numpy as np
from numpy.typing import NDArray

from sim.city.ground import Ground
from sim.errors import InputError

MOST_SQUARES = 400_000_000
LARGEST_CELL_M = 500.0
LONGEST_LINE = 4_000_000
LOWEST_M, HIGHEST_M = -100.0, 1_100.0
"""Heights outside these are not believed; nodata, the sea, is level with the datum."""
_KEYS = ("ncols", "nrows", "xllcorner", "yllcorner", "cellsize", "nodata_value")


class _Header(NamedTuple):
    columns: int
    rows: int
    west: float
    south: float
    """The middle of the south-western square."""
    cell: float
    nothing: float


def is_terrain(path: Path) -> bool:
    """Return whether a file is an ASCII grid, plain or alone in a zip archive.

    Parameters
    ----------
    path
        Whatever it is called.
    """
    if path.suffix.lower() == ".asc":
        return True
    return path.suffix.lower() == ".zip" and zipfile.is_zipfile(path) and len(_grids(path)) == 1


def _grids(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [name for name in archive.namelist() if name.lower().endswith(".asc")]


def read_terrain(path: Path, box: tuple[float, float, float, float]) -> Ground | None:
    """Read the ground of a box, and of two squares around it.

    Parameters
    ----------
    path
        `Whole_HK_DTM_5m.zip` or the .asc in it.
    box
        West, south, east and north, HK80 metres.

    Returns
    -------
    Heights with the sea at 0, or None where the box is level.

    Raises
    ------
    InputError
        The file is missing, damaged, cut short, or does not hold the box.
    """
    try:
        with _text(path) as file:
            lines = _lines(file, path)
            head = _header(lines, path)
            west, south, east, north = box
            first = max(int((west - head.west) // head.cell) - 1, 0)
            last = min(int((east - head.west) // head.cell) + 3, head.columns)
            low = max(int((south - head.south) // head.cell) - 1, 0)
            high = min(int((north - head.south) // head.cell) + 3, head.rows)
            if first >= last or low >= high:
                raise InputError(f"{path}: does not hold the area; give the terrain of Hong Kong")
            table = _table(lines, path, head, slice(first, last), range(low, high))
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError, EOFError) as error:
        raise InputError(f"{path}: cannot be read as an ASCII grid; download it again") from error
    if (table == table.flat[0]).all():
        return None
    return Ground(head.west + first * head.cell, head.south + low * head.cell, head.cell, table)


@contextmanager
def _text(path: Path) -> Iterator[TextIO]:
    if path.suffix.lower() != ".zip":
        with path.open(encoding="ascii") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive, archive.open(_grids(path)[0]) as packed:
        yield io.TextIOWrapper(packed, encoding="ascii")


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise InputError(f"{path}: a line of {LONGEST_LINE:,} letters; it is no ASCII grid")
        yield line


def _header(lines: Iterator[str], path: Path) -> _Header:
    """Return what the first six lines say."""
    said: dict[str, float] = {}
    for line in lines:
        key, *value = line.lower().split()[:2] or [""]
        key = {"xllcenter": "xllcorner", "yllcenter": "yllcorner"}.get(key, key)
        try:
            said[key] = float(value[0])
        except (IndexError, ValueError):
            break
        said[f"{key} centred"] = float("center" in line.lower())
        if all(name in said for name in _KEYS):
            break
    missing = [name for name in _KEYS if not math.isfinite(said.get(name, math.nan))]
    if missing:
        raise InputError(f"{path}: no {missing[0]} in its first six lines; it is no ASCII grid")
    columns, rows = int(said["ncols"]), int(said["nrows"])
    cell = said["cellsize"]
    if not (0 < columns * rows <= MOST_SQUARES and min(columns, rows) > 0):
        raise InputError(f"{path}: {columns:,} × {rows:,} squares are too many or none")
    if not 0 < cell <= LARGEST_CELL_M:
        raise InputError(f"{path}: squares of {cell:g} m are no terrain of a city")
    west, south = (
        said[name] + (0.0 if said[f"{name} centred"] else cell / 2)
        for name in ("xllcorner", "yllcorner")
    )
    return _Header(columns, rows, west, south, cell, said["nodata_value"])


def _table(
    lines: Iterator[str], path: Path, head: _Header, columns: slice, rows: range
) -> NDArray[np.float32]:
    """Return heights from south to north; the file has them from north to south."""
    found = np.zeros((len(rows), columns.stop - columns.start), np.float32)
    for number in range(head.rows - 1, rows.start - 1, -1):
        line = next(lines, "")
        if number not in rows:
            continue
        try:
            height = np.array(line.split(), np.float64)
        except ValueError:
            height = np.empty(0)
        if len(height) != head.columns:
            raise InputError(
                f"{path}: row {head.rows - number:,} has {len(height):,} of {head.columns:,} "
                "heights; it was cut short, download it again"
            )
        wanted = height[columns]
        sea = wanted == head.nothing
        if not ((wanted[~sea] > LOWEST_M) & (wanted[~sea] < HIGHEST_M)).all():
            raise InputError(f"{path}: row {head.rows - number:,} has heights of no ground here")
        found[number - rows.start] = np.where(sea, 0.0, wanted)
    return found
