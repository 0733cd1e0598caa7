"""What a fleet sees on a raster: the first camera that sees the middle of each cell, by task.

A middle of a cell is a point as any other (`sim.sight.targets`): at the level of the street, on
level ground. Nothing is interpolated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from sim.arguments import number
from sim.cameras.optics import TASKS
from sim.city.decks import FACE_M
from sim.errors import InputError
from sim.sight.level_scene import Scene, heads_near
from sim.sight.visible import points_seen
from sim.surface import optional

if TYPE_CHECKING:
    import xarray as xr

    from sim.cameras.fleet import Fleet
    from sim.city.model import City

Floats = NDArray[np.float64]
MOST_CELLS = 10_000_000
"""320 MB of ranks."""
PAIRS_AT_ONCE = 1_000_000
"""Points × walls that are looked at together."""


@dataclass(frozen=True)
class Raster:
    """A raster to look at, as `targets` of `sim.see`.

    What is seen of it is an `xarray.DataArray` of dimensions task, y (from north to south) and x:
    the city rank of the first head that sees the middle of the cell, so that `found <= 4_000` is
    what 4,000 cameras see. It is infinite where no head does, and missing under the roofs of mapped
    buildings. Coordinates are middles of cells; the coordinate system is in `found.attrs["crs"]`
    and, as rioxarray reads it, in `spatial_ref`.

    Attributes
    ----------
    cell_m
        Width and height of a cell, m.
    bounds
        West, south, east and north, projected metres of the city; the study area by default. They
        are widened to whole cells, counted from 0, so that rasters of neighbouring areas fit.
    """

    cell_m: float
    bounds: tuple[float, float, float, float] | None = None

    def __post_init__(self) -> None:
        """Refuse what is no raster."""
        number(0, above=True, unit="m")("cell_m", self.cell_m)
        if self.bounds is None:
            return
        try:
            west, south, east, north = map(float, self.bounds)
        except (TypeError, ValueError):
            raise InputError("bounds: give west, south, east and north, metres") from None
        if not (np.isfinite([west, south, east, north]).all() and west < east and south < north):
            raise InputError(f"bounds: {self.bounds}; give west < east and south < north, metres")


class _Cells(NamedTuple):
    """The middles of cells, west to east and north to south."""

    x: Floats
    y: Floats


def raster_seen(city: City, fleet: Fleet, raster: Raster) -> xr.DataArray:
    """Return the first rank that sees the middle of each cell.

    Parameters
    ----------
    city
        Its walls; its ground is level.
    fleet
        Heads in the system of the city.
    raster
        What to look at.

    Raises
    ------
    InputError
        There are too many cells, or xarray is missing.
    """
    arrays = optional("xarray", "raster")
    cells = _cells(raster, city.area.polygon.bounds)
    rank = np.full((len(TASKS), len(cells.y), len(cells.x)), np.inf)
    rank[:, _under_roofs(city, cells)] = np.nan
    half = raster.cell_m / 2
    whole = shapely.box(
        cells.x[0] - half, cells.y[-1] - half, cells.x[-1] + half, cells.y[0] + half
    )
    scene = Scene(city, fleet)
    for row in heads_near(city, fleet, np.array([whole], object)):
        _look(scene, row, cells, rank)
    return _labelled(arrays, rank, cells, city.streets.crs, float(raster.cell_m))


def _cells(raster: Raster, area: tuple[float, float, float, float]) -> _Cells:
    """Return the middles of the cells, if there are not too many."""
    west, south, east, north = map(float, raster.bounds or area)
    cell = float(raster.cell_m)
    with np.errstate(over="ignore", invalid="ignore"):  # what is too many is refused below
        first_x, first_y = np.floor(west / cell), np.floor(south / cell)
        columns, rows = np.ceil(east / cell) - first_x, np.ceil(north / cell) - first_y
        fits = columns * rows <= MOST_CELLS
    if not fits:
        least = np.sqrt((east - west) * (north - south) / MOST_CELLS)
        raise InputError(
            f"cell_m: {cell:g} makes {columns:,.0f} × {rows:,.0f} cells, above {MOST_CELLS:,}; "
            f"give {least * 1.05:.2g} m or more, or bounds"
        )
    x = (first_x + np.arange(int(columns)) + 0.5) * cell
    y = (first_y + np.arange(int(rows)) + 0.5) * cell
    return _Cells(x, y[::-1].copy())


def _under_roofs(city: City, cells: _Cells) -> NDArray[np.bool_]:
    """Return which middles lie in a mapped building, below its roof, shape (rows, columns)."""
    under = np.zeros((len(cells.y), len(cells.x)), bool)
    table = city.walls.footprints
    roof = np.nan_to_num(table["height"].to_numpy(np.float64), nan=np.inf)
    mapped = (table["kind"] == "footprint").to_numpy(bool) & (roof > FACE_M)
    for shape in table.geometry.to_numpy()[mapped]:
        west, south, east, north = shape.bounds
        rows, columns = _window(cells, west, south, east, north)
        x, y = np.meshgrid(cells.x[columns], cells.y[rows])
        under[rows, columns] |= shapely.contains_xy(shape, x, y)
    return under


def _window(
    cells: _Cells, west: float, south: float, east: float, north: float
) -> tuple[slice, slice]:
    """Return the rows and columns whose middles lie within bounds."""
    columns = slice(*np.searchsorted(cells.x, (west, np.nextafter(east, np.inf))))
    up = -cells.y
    rows = slice(*np.searchsorted(up, (-north, np.nextafter(-south, np.inf))))
    return rows, columns


def _look(scene: Scene, row: int, cells: _Cells, rank: Floats) -> None:
    """Write the rank of a head into the cells that it sees and no earlier one does."""
    head, reach = scene.head(row, 0), scene.arrays.reach[row]
    far = head.view.reach
    rows, columns = _window(cells, head.x - far, head.y - far, head.x + far, head.y + far)
    x, y = np.meshgrid(cells.x[columns], cells.y[rows])
    away = np.hypot(x - head.x, y - head.y)
    window = rank[:, rows, columns]
    wanted = (away <= reach[:, None, None]) & np.isinf(window)
    at = np.nonzero(wanted.any(axis=0))
    if not len(at[0]):
        return
    lines, tops = scene.walls(head)
    points = np.column_stack([x[at], y[at]])
    step = max(PAIRS_AT_ONCE // max(len(lines), 1), 1)
    seen = np.concatenate(
        [
            points_seen(head, lines, tops, points[first : first + step])
            for first in range(0, len(points), step)
        ]
    )
    found = np.zeros(away.shape, bool)
    found[at] = seen
    window[wanted & found] = scene.arrays.rank[row]


def _labelled(
    arrays: Any,  # noqa: ANN401 - xarray, which may be missing
    rank: Floats,
    cells: _Cells,
    crs: str,
    cell: float,
) -> xr.DataArray:
    """Return ranks with coordinates, units and the coordinate system."""
    corner = (float(cells.x[0] - cell / 2), float(cells.y[0] + cell / 2))
    turn = f"{corner[0]!r} {cell!r} 0.0 {corner[1]!r} 0.0 {-cell!r}"
    spatial = {"crs_wkt": CRS.from_user_input(crs).to_wkt(), "GeoTransform": turn}
    found: xr.DataArray = arrays.DataArray(
        rank,
        dims=("task", "y", "x"),
        coords={
            "task": list(TASKS),
            "y": ("y", cells.y, {"units": "m", "standard_name": "projection_y_coordinate"}),
            "x": ("x", cells.x, {"units": "m", "standard_name": "projection_x_coordinate"}),
            "spatial_ref": ((), 0, spatial),
        },
        name="first_rank",
        attrs={
            "long_name": "first camera of the city that sees the middle of the cell",
            "units": "rank",
            "crs": crs,
            "missing": "under a roof",
            "infinite": "seen by no camera",
            "grid_mapping": "spatial_ref",
        },
    )
    return found
