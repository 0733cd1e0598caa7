"""A still picture of the streets, for readers whose page runs no script.

It draws pieces of streets as plain SVG paths on a coarse grid, in the inks of the map: unseen,
seen, and seen only with more cameras. Where several fall on the same step of the grid, the one seen
first is drawn. Water and green ground lie below.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

INKS = ("ink-seen", "ink-fresh", "ink-unseen")
"""What style sheets call the ink of pieces seen with few cameras, only with many, not even then."""
RING_STEP, SPECK = 2.0, 8.0
"""Steps of the picture to which outlines of water and green ground are drawn, and the side of the
smallest of them."""
WIDTH = 1000
"""Width of the picture; at 3 km one step is 3 m."""
MOST_PIECES = 60_000
"""Streets of more pieces than these are drawn on a grid twice as coarse, of many more on one twice
as coarse again."""


def street_picture(
    shapes: NDArray[np.object_],
    ranks: NDArray[np.int64],
    few: int,
    many: int,
    label: str,
    around: Mapping[str, NDArray[np.object_]] | None = None,
) -> str:
    """Return an SVG element of streets.

    Parameters
    ----------
    shapes
        Pieces of streets (LineStrings, projected metres), in order along each street.
    ranks
        First-seen rank of each piece.
    few, many
        Numbers of cameras.
    label
        Key of the text that describes the picture; the page's texts fill it in.
    around
        Polygons (projected metres) below the streets, by the name that style sheets give them.
    """
    classes = np.searchsorted([few, many], ranks)
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    west, south, east, north = (
        (*coordinates.min(axis=0), *coordinates.max(axis=0)) if len(coordinates) else (0, 0, 1, 1)
    )
    step = 1 if len(shapes) <= MOST_PIECES else 2 if len(shapes) <= 3 * MOST_PIECES else 4
    scale = WIDTH / max(east - west, 1.0)
    grid = step * np.rint((coordinates - [west, north]) * [scale, -scale] / step).astype(np.int64)
    steps, of_class = _steps(grid, owner, classes)
    paths = [
        f'<path class="{name}" d="{outline}"/>'
        for name, below in (around or {}).items()
        if (outline := _outline(below, (west, south, east, north), scale))
    ]
    for value, name in reversed(list(enumerate(INKS))):
        paths.append(f'<path class="{name}" d="{_path(steps[of_class == value])}"/>')
    return (
        f'<svg class="picture" viewBox="-5 -5 {WIDTH + 10} {round((north - south) * scale) + 10}" '
        f'role="img" aria-labelledby="{label}">{"".join(paths)}</svg>'
    )


def _steps(
    grid: NDArray[np.int64], owner: NDArray[np.int64], classes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the different steps on the grid (x0, y0, x1, y1) in order, each with its class."""
    steps = np.column_stack([grid[:-1], grid[1:]])
    real = (owner[:-1] == owner[1:]) & (grid[:-1] != grid[1:]).any(axis=1)
    steps, of_class = steps[real], classes[owner[:-1][real]]
    turned = (steps[:, 0] > steps[:, 2]) | (
        (steps[:, 0] == steps[:, 2]) & (steps[:, 1] > steps[:, 3])
    )
    alike = np.where(turned[:, None], steps[:, [2, 3, 0, 1]], steps)
    order = np.lexsort([of_class, *alike.T])
    new = np.append(True, (np.diff(alike[order], axis=0) != 0).any(axis=1))[: len(order)]
    kept = np.sort(order[new])
    return steps[kept], of_class[kept]


def _outline(
    shapes: NDArray[np.object_], bounds: tuple[float, float, float, float], scale: float
) -> str:
    """Write the rings of polygons, cut to the picture and drawn to `RING_STEP`."""
    west, south, east, north = bounds
    rim = 5 / scale
    cut = shapely.clip_by_rect(shapes, west - rim, south - rim, east + rim, north + rim)
    part = shapely.get_parts(shapely.simplify(cut, RING_STEP / scale))
    part = part[(shapely.get_type_id(part) == 3) & (shapely.area(part) > (SPECK / scale) ** 2)]
    words = []
    for ring in shapely.get_rings(part):
        corners = shapely.get_coordinates(ring)[:-1]
        grid = np.rint((corners - [west, north]) * [scale, -scale]).astype(np.int64)
        (x, y), *steps = grid[:1].tolist() + np.diff(grid, axis=0).tolist()
        words.append(f"M{x} {y}l" + " ".join(f"{dx} {dy}" for dx, dy in steps) + "z")
    return "".join(words).replace(" -", "-")


def _path(steps: NDArray[np.int64]) -> str:
    """Write steps as relative moves; one that begins where the last one ended goes on."""
    words: list[str] = []
    here = None
    for x0, y0, x1, y1 in steps.tolist():
        if here != (x0, y0):
            words.append(f"M{x0} {y0}")
        words.append(f"l{x1 - x0} {y1 - y0}".replace(" -", "-"))
        here = (x1, y1)
    return "".join(words)
