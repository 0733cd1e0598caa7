"""A still picture of the streets, for readers whose page runs no script.

It draws pieces of streets as plain SVG paths on a coarse grid, coloured by the class of camera
counts in which they are first seen. It knows nothing of figures or words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

WIDTH = 1000
"""Width of the picture's grid; at 3 km one step is 3 m."""


def street_picture(
    shapes: NDArray[np.object_], classes: NDArray[np.int64], count: int, label: str
) -> str:
    """Return an SVG element of streets.

    Parameters
    ----------
    shapes
        Pieces of streets (LineStrings, projected metres), in order along each street.
    classes
        Class of each piece: 0…count-1 from the fewest cameras to the most, `count` for unseen.
    count
        Number of classes; the page's style sheet colours `.class-k` and `.class-unseen`.
    label
        Key of the text that describes the picture; the page's texts fill it in.
    """
    drawn = ~shapely.is_empty(shapes)
    west, south, east, north = shapely.total_bounds(shapes) if drawn.any() else (0, 0, 1, 1)
    scale = WIDTH / max(east - west, 1.0)
    height = round((north - south) * scale)
    order = [count, *range(count - 1, -1, -1)]
    paths = []
    for value in order:
        lines = shapes[drawn & (classes == value)]
        name = "unseen" if value == count else str(value)
        data = _path(lines, np.array([west, north]), np.array([scale, -scale]))
        paths.append(f'<path class="class-{name}" d="{data}"/>')
    return (
        f'<svg class="picture" viewBox="-5 -5 {WIDTH + 10} {height + 10}" role="img" '
        f'aria-labelledby="{label}">{"".join(paths)}</svg>'
    )


def _path(
    shapes: Sequence[object] | NDArray[np.object_],
    origin: NDArray[np.float64],
    scale: NDArray[np.float64],
) -> str:
    """Write lines as relative moves; a line that begins where the last one ended goes on."""
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    grid = np.rint((coordinates - origin) * scale).astype(int)
    begins = np.diff(owner, prepend=-1) != 0
    words: list[str] = []
    here: tuple[int, int] | None = None
    for (x, y), begin in zip(grid.tolist(), begins.tolist(), strict=True):
        if here == (x, y):
            continue
        if begin or here is None:
            words.append(f"M{x} {y}")
        else:
            words.append(f"l{x - here[0]} {y - here[1]}".replace(" -", "-"))
        here = (x, y)
    return "".join(words)
