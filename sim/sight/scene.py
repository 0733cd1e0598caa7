"""The scene as the sight kernels read it: heads, streets and walls, the last two on grids.

Plain arrays only, in named tuples; made once for a whole fleet and shared by all threads.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.cameras.fleet import HeadArrays
from sim.city.decks import FACE_M
from sim.city.streets import StreetArrays
from sim.city.trees import NO_CROWNS, CrownArrays
from sim.city.walls import WallArrays
from sim.errors import InputError
from sim.sight.arrays import (
    CONVEX,
    DOME,
    REFLEX,
    CrownScene,
    FieldArrays,
    Rows,
    Scratch,
    StreetScene,
    WallScene,
    read_only,
)
from sim.sight.grid import build_grid

Floats = NDArray[np.float64]

FURTHEST_M = 100_000.0
SECTORS = 256
"""Equal steps of pseudo-angle round a head, for leaving out what is certainly hidden."""


def fields_of(heads: HeadArrays) -> FieldArrays:
    """Turn headings and fields of view into edges of view.

    Raises
    ------
    InputError
        A head is not finite, not higher than a face, or its ranges grow with the task.
    """
    numbers = (heads.x, heads.y, heads.mount, heads.heading, heads.field_of_view, heads.near)
    finite = np.isfinite(np.stack(numbers)).all(axis=0) & np.isfinite(heads.reach).all(axis=1)
    for what, good in (
        ("has a value that is not finite", finite),
        ("hangs no higher than a face (1.6 m)", heads.mount > FACE_M),
        (f"sees farther than {FURTHEST_M / 1000:.0f} km", heads.reach[:, 0] <= FURTHEST_M),
        ("has ranges that grow with the task", (np.diff(heads.reach, axis=1) <= 0).all(axis=1)),
        (
            "has a field of view outside 0-360°",
            (heads.field_of_view > 0) & (heads.field_of_view <= 360),
        ),
    ):
        if not good.all():
            raise InputError(f"cameras: head of rank {heads.rank[~good][0]} {what}; correct it")
    fov = heads.field_of_view
    left, right = np.radians(heads.heading - fov / 2), np.radians(heads.heading + fov / 2)
    kind = np.where(fov >= 360, DOME, np.where(fov <= 180, CONVEX, REFLEX)).astype(np.int8)
    x, y, mount, near = map(read_only, (heads.x, heads.y, heads.mount, heads.near))
    return FieldArrays(
        x, y, mount, heads.deck, kind,
        np.sin(left), np.cos(left), np.sin(right), np.cos(right), near, heads.reach,
    )  # fmt: skip


def scenes_of(
    streets: StreetArrays, walls: WallArrays, crowns: CrownArrays = NO_CROWNS
) -> tuple[StreetScene, WallScene]:
    """Put street segments, walls and crowns on their grids."""
    lines = streets.segment_x0, streets.segment_y0, streets.segment_x1, streets.segment_y1
    deck = streets.edge_deck[streets.segment_edge]
    scene = StreetScene(build_grid(*lines), streets.segment_edge, deck, streets.segment_start)
    grid = build_grid(walls.x0, walls.y0, walls.x1, walls.y1)
    return scene, WallScene(grid, walls.top, CrownScene(build_grid(*boxes_of(crowns)), *crowns))


def boxes_of(crowns: CrownArrays) -> tuple[Floats, Floats, Floats, Floats]:
    """Return west, south, east and north of crowns."""
    x, y, apothem = crowns.x, crowns.y, crowns.apothem
    return x - apothem, y - apothem, x + apothem, y + apothem


def empty_rows(count: int) -> Rows:
    """Return room for sightings."""
    return Rows(
        np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.int8),
        np.empty(count), np.empty(count),
    )  # fmt: skip


def empty_scratch(size: int) -> Scratch:
    """Return working room for `size` segments, as many walls and as many crowns around a head."""
    return Scratch(
        np.empty((8, size)), np.empty(size, np.int32), np.empty((8, size)), np.empty((5, size)),
        np.empty((2, 2 * size + 2)), np.empty((2, 2 * size + 3)), np.empty(SECTORS),
    )  # fmt: skip


def joined(parts: Sequence[Rows]) -> Rows:
    """Put parts one after the other."""
    if not parts:
        return empty_rows(0)
    return Rows(
        np.concatenate([part.head for part in parts]),
        np.concatenate([part.edge for part in parts]),
        np.concatenate([part.task for part in parts]),
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.end for part in parts]),
    )


def first_rows(rows: Rows, count: int) -> Rows:
    """Return a copy of the first rows."""
    return Rows(
        rows.head[:count].copy(),
        rows.edge[:count].copy(),
        rows.task[:count].copy(),
        rows.start[:count].copy(),
        rows.end[:count].copy(),
    )
