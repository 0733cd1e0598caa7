"""A large scene in tiles: heads of one tile after the other, with the walls and streets they reach.

A tile is a window of the lattice that the whole scene lies on, as wide as the farthest head in it
reaches, so every head meets the same cells with the same items as on the whole grid: what it sees
is the same to the bit, and no more than a few tiles' grids are in memory at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.cameras.fleet import HeadArrays
from sim.city.streets import StreetArrays
from sim.city.trees import NO_CROWNS, CrownArrays
from sim.city.walls import WallArrays
from sim.sight.arrays import CrownScene, StreetScene, WallScene
from sim.sight.grid import Lattice, build_grid, grid_within, lattice_of, window_of
from sim.sight.scene import boxes_of

TILE_M = 5000.0
"""A dense tile of Hong Kong then takes some 20 MB, and small study areas are one tile."""
WALL_TILE_M = 2 * TILE_M
"""Of walls alone: a tile takes no more room, and fewer look through the list of all walls."""


class Tile(NamedTuple):
    """Heads that stand near one another, and all that they can meet."""

    order: NDArray[np.int64]
    """Numbers of the heads, neighbours one after the other."""
    streets: StreetScene
    walls: WallScene


def tiles_of(
    streets: StreetArrays,
    walls: WallArrays,
    heads: HeadArrays,
    chosen: NDArray[np.int64],
    tile_m: float = TILE_M,
    crowns: CrownArrays = NO_CROWNS,
) -> Iterator[Tile]:
    """Yield the chosen heads tile by tile; each tile is built when it is asked for.

    Parameters
    ----------
    streets, walls, heads, crowns
        The whole scene.
    chosen
        Numbers of the heads that look.
    tile_m
        Side of a tile, metres; infinite for one tile.
    """
    lines = (
        (streets.segment_x0, streets.segment_y0, streets.segment_x1, streets.segment_y1),
        (walls.x0, walls.y0, walls.x1, walls.y1),
        boxes_of(crowns),
    )
    lattices = [lattice_of(*line) for line in lines]
    deck = streets.edge_deck[streets.segment_edge]
    for group in _neighbours(lattices[0], heads, chosen, tile_m):
        grids = [
            grid_within(lattice, window_of(lattice, *_reached(heads, group)), *line)
            for lattice, line in zip(lattices, lines, strict=True)
        ]
        yield Tile(
            group,
            StreetScene(grids[0], streets.segment_edge, deck, streets.segment_start),
            WallScene(grids[1], walls.top, CrownScene(grids[2], *crowns)),
        )


def wall_tiles_of(
    walls: WallArrays, heads: HeadArrays, tile_m: float = WALL_TILE_M
) -> Iterator[tuple[NDArray[np.int64], WallScene]]:
    """Yield the numbers of all heads tile by tile, neighbours together, and the walls they reach.

    Parameters
    ----------
    walls, heads
        The whole scene.
    tile_m
        Side of a tile, metres; infinite for one tile.
    """
    line = walls.x0, walls.y0, walls.x1, walls.y1
    lattice = lattice_of(*line)
    none = CrownScene(build_grid(*boxes_of(NO_CROWNS)), *NO_CROWNS)
    for group in _neighbours(lattice, heads, np.arange(len(heads.x)), tile_m):
        window = window_of(lattice, *_reached(heads, group))
        yield group, WallScene(grid_within(lattice, window, *line), walls.top, none)


def _neighbours(
    lattice: Lattice, heads: HeadArrays, chosen: NDArray[np.int64], tile_m: float
) -> list[NDArray[np.int64]]:
    """Return the chosen heads of each tile that has some, neighbours one after the other."""
    if not len(chosen):
        return []
    column = np.floor((heads.x[chosen] - lattice.west) / lattice.cell)
    row = np.floor((heads.y[chosen] - lattice.south) / lattice.cell)
    cells = max(np.floor(tile_m / lattice.cell), 1.0)
    across, up = np.floor(column / cells), np.floor(row / cells)
    # neighbours one after the other, so that they find the same walls still in the cache
    order = np.lexsort((heads.rank[chosen], column, row, across, up))
    begins = np.ones(len(order), bool)
    begins[1:] = (np.diff(across[order]) != 0) | (np.diff(up[order]) != 0)
    return np.split(chosen[order], np.flatnonzero(begins)[1:])


def _reached(heads: HeadArrays, group: NDArray[np.int64]) -> tuple[float, float, float, float]:
    """Return west, south, east and north of all that some heads reach."""
    x, y, reach = heads.x[group], heads.y[group], heads.reach[group, 0]
    return (
        float((x - reach).min()), float((y - reach).min()),
        float((x + reach).max()), float((y + reach).max()),
    )  # fmt: skip
