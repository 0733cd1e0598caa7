"""Where a map has streets and no houses: gaps among mapped footprints that façades must fill.

OpenStreetMap's houses are mapped quarter by quarter, so a quarter with next to none beside its
dense streets is more often unmapped than unbuilt. What counts is the share of the streets' length
along which a house stands: a few outlines do not make a quarter a mapped one. Parks, water and
country roads have few streets of the kinds along which houses stand, and are left open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.components import connected_components
from sim.city.walls import Walls
from sim.processes import available_cores, computing_threads

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from sim.city.streets import StreetNetwork

CELL_M = 50.0
FRONT_M = 30.0
"""A house stands along a piece of street no farther than this from its middle line."""
BUILT_SHARE = 0.3
"""Share of the streets' length along which houses are mapped, over a window; below it a quarter
counts as unmapped. Of the windows with dense streets none lies below in the centre of Helsinki, one
in six in Central (squares, flyovers and the waterfront), all in Yau Tsim Mong, whose houses nobody
has drawn."""
WINDOW_CELLS = 5
SMALLEST_DENSITY_M = 12.0 * CELL_M**2 / 1000
"""12 km of streets without houses to the km2, over 250 m: one road has 4, two side by side 8, the
grid of a town 20."""
SMALLEST_GAP_M = 1000.0
"""A gap holds at least so much of them, and a mapped quarter so much with houses along it."""
HOUSES_STAND_ALONG = frozenset({
    "primary", "secondary", "tertiary", "residential", "living_street", "unclassified",
    "pedestrian",
})  # fmt: skip
LARGEST_GRID = 50_000_000
AT_ONCE = 20_000
"""Lines or points that are looked at together: on the way they take many times their memory."""


def filled_walls(
    streets: StreetNetwork, mapped: Walls | None, region: BaseGeometry, complete: bool = False
) -> tuple[Walls, list[str]]:
    """Return the mapped walls, and façades where houses must stand but none is mapped.

    Parameters
    ----------
    streets
        Drawn in their middle.
    mapped
        Walls of mapped buildings in the region, None where there are none.
    region
        Polygon in the same coordinates.
    complete
        Whether all buildings are mapped, so that no façade is inferred beside them.

    Returns
    -------
    walls, assumptions
        What was assumed of façades comes with them.
    """
    if mapped is None:
        said = (
            "no building footprints in the region: façades are inferred from the streets (blocks), "
            "and water, parks and squares without streets count as blocks"
        )
        return Walls.from_streets(streets, region), [said]
    gap = None if complete else unmapped(streets, mapped.footprints, region)
    if gap is None:
        return mapped, []
    said = (
        f"no building footprints beside dense streets on {gap.area / 1e6:.2f} km2 "
        f"({gap.area / region.area:.1%} of the region): façades are inferred there (blocks)"
    )
    mixed = mapped.with_blocks(Walls.from_streets(streets, gap))
    report = {**mixed.report, "unmapped_km2": round(gap.area / 1e6, 3)}
    return Walls(mixed.footprints, mixed.kind, report), [said]


def unmapped(
    streets: StreetNetwork, footprints: gpd.GeoDataFrame, region: BaseGeometry
) -> BaseGeometry | None:
    """Return the part of a region in which houses must stand but none is mapped.

    Parameters
    ----------
    streets
        The walking network.
    footprints
        Mapped buildings, in its projected metres.
    region
        Polygon that is simulated.

    Returns
    -------
    A polygon or multipolygon made of cells of 50 m, None where nothing is missing.
    """
    west, south, east, north = region.bounds
    origin = np.floor(np.array([west, south]) / CELL_M) * CELL_M  # the same cells for any region
    shape = tuple((np.floor((np.array([east, north]) - origin) / CELL_M) + 1).astype(int))
    if shape[0] * shape[1] > LARGEST_GRID:
        return None
    length, fronted = _street_metres(streets, footprints, origin, shape)
    around, built = (_window_sum(metres, WINDOW_CELLS // 2) for metres in (length, fronted))
    mapped = _in_large_groups((around > 0) & (built >= BUILT_SHARE * around), fronted)
    # at its rim, where the window reaches beyond, a mapped quarter goes on cell by cell
    mapped |= (fronted >= length / 2) & (length > 0) & _widened(mapped, WINDOW_CELLS // 2)
    bare = length - fronted
    dense = around - built >= SMALLEST_DENSITY_M * WINDOW_CELLS**2
    large = _in_large_groups(dense & ~mapped, bare)
    if not large.any():
        return None
    # The window is half empty at the rim of a gap, so a gap reaches half a window further.
    gap = _widened(large, WINDOW_CELLS // 2) & _widened(bare > 0, 1) & ~mapped
    return shapely.intersection(shapely.union_all(_boxes(gap, origin)), region)


def _boxes(mask: NDArray[np.bool_], origin: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return boxes that cover the cells of a mask, one for every run of cells along y."""
    padded = np.pad(mask, ((0, 0), (1, 1))).astype(np.int8)
    column, first = np.nonzero(np.diff(padded, axis=1) == 1)
    _, stop = np.nonzero(np.diff(padded, axis=1) == -1)
    west, south, north = (CELL_M * n for n in (column, first, stop))
    x, y = origin
    boxes = shapely.box(x + west, y + south, x + west + CELL_M, y + north)
    return np.asarray(boxes, object)


def _street_metres(
    streets: StreetNetwork,
    footprints: gpd.GeoDataFrame,
    origin: NDArray[np.float64],
    shape: tuple[int, ...],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres of street along which houses stand by kind, and along which one is mapped, by cell.

    Streets are taken in pieces of at most half a cell.
    """
    kinds = streets.edges["highway"].isin(HOUSES_STAND_ALONG).to_numpy()
    level = (streets.edges["deck"] == "street").to_numpy()
    line = streets.edges.geometry.to_numpy()[kinds & level]
    several = [_pieces(some) for some in np.array_split(line, len(line) // AT_ONCE + 1)]
    middle, metres = (np.concatenate(own) for own in zip(*several, strict=True))
    del several
    fronted = _house_near(middle, footprints.geometry.to_numpy())
    cells = _cells(middle, origin, shape)
    found = np.zeros(shape), np.zeros(shape)
    for of_cell, own in zip(found, (metres, metres * fronted), strict=True):
        np.add.at(of_cell, cells, own)
    return found


def _pieces(
    line: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the middle and the length (m) of pieces of lines of at most half a cell."""
    vertex, of_line = shapely.get_coordinates(line, return_index=True)
    inner = of_line[1:] == of_line[:-1]
    start = vertex[:-1][inner]
    step = vertex[1:][inner] - start
    length = np.hypot(*step.T)
    count = np.ceil(length / (CELL_M / 2)).astype(np.int64)
    row = np.repeat(np.arange(len(length)), count)
    part = (np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[row]
    middle = start[row] + part[:, None] * step[row]
    return middle, length[row] / count[row]


def _house_near(point: NDArray[np.float64], footprints: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return whether a footprint lies within `FRONT_M` of each point."""
    houses = shapely.STRtree(footprints)

    def near(some: NDArray[np.float64]) -> NDArray[np.bool_]:
        found = np.zeros(len(some), bool)
        found[houses.query(shapely.points(some), predicate="dwithin", distance=FRONT_M)[0]] = True
        return found

    with computing_threads(available_cores()) as pool:
        parts = np.array_split(point, len(point) // AT_ONCE + 1)
        return np.concatenate([*pool.map(near, parts)])


def _cells(
    point: NDArray[np.float64], origin: NDArray[np.float64], shape: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the cell of each point; those outside the grid lie in the nearest cell of its rim."""
    cell = np.floor((point - origin) / CELL_M).astype(np.int64)
    return tuple(np.clip(cell, 0, np.array(shape) - 1).T)


def _in_large_groups(mask: NDArray[np.bool_], metres: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return the cells of groups that touch, at corners too, and hold enough metres together."""
    number = np.cumsum(mask).reshape(mask.shape) - 1
    u, v = [], []
    for here, there in (
        (np.s_[:-1, :], np.s_[1:, :]),
        (np.s_[:, :-1], np.s_[:, 1:]),
        (np.s_[:-1, :-1], np.s_[1:, 1:]),
        (np.s_[:-1, 1:], np.s_[1:, :-1]),
    ):
        both = mask[here] & mask[there]
        u.append(number[here][both])
        v.append(number[there][both])
    count, group = connected_components(np.concatenate(u), np.concatenate(v), int(mask.sum()))
    total = np.bincount(group, weights=metres[mask], minlength=count)
    large = np.zeros_like(mask)
    large[mask] = (total >= SMALLEST_GAP_M)[group]
    return large


def _window_sum(values: NDArray[np.float64], cells: int) -> NDArray[np.float64]:
    """Return the sum over each cell and the next so many on every side, corners included."""
    for axis in (0, 1):
        pad = [(0, 0), (0, 0)]
        pad[axis] = (cells, cells)
        window = np.lib.stride_tricks.sliding_window_view(np.pad(values, pad), 2 * cells + 1, axis)
        values = window.sum(axis=-1)
    return values


def _widened(mask: NDArray[np.bool_], cells: int) -> NDArray[np.bool_]:
    """Return a mask grown by so many cells on every side, corners included."""
    return np.asarray(_window_sum(mask.astype(np.float64), cells) > 0)
