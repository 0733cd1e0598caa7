"""The Government's buildings as footprints with heights above the street.

A record is a block and not a building: a tower stands on its podium, and its base is the podium's
roof. Heights are metres above HKPD, so the ground is taken from the block at the bottom of the
stack, or from the pedestrian network where that says otherwise.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from sim.area import HONG_KONG_CRS
from sim.city.sources.official_records import AREA, numbers, read_records, texts
from sim.errors import InputError

SHED_M = 3.0
"""Height of a temporary structure whose top is not known."""
LOWEST_MPD, HIGHEST_MPD = -50.0, 1500.0
"""Heights outside these, above HKPD, are not believed."""
STACKED_M = 1.0
"""A block stands on another where its base and the other's top are this near."""
TOUCHING_M = 0.1
GROUND_WITHIN_M = 60.0
"""The ground of the pedestrian network is taken from no farther away."""
GROUND_AGREES_M = 2.0
"""The network's heights are good to 2 m: a base that is nearer to them is the ground."""
MOST_STOREYS = 8
"""So many blocks may stand on one another."""
NOT_STANDING = {"proposed", "demolished"}
TOWER, PODIUM, SHED, OPEN_SIDED = (
    "tower", "podium", "temporarystructure", "opensidedstructure"
)  # fmt: skip
FIELDS = ("OBJECTID", "BuildingBlockType", "Status", "BaseHeight", "TopHeight")


class _Blocks(NamedTuple):
    """Blocks that stand, in arrays of equal length. Heights in metres above HKPD, NaN unknown."""

    shape: NDArray[np.object_]
    shed: NDArray[np.bool_]
    base: NDArray[np.float64]
    top: NDArray[np.float64]
    open_sided: NDArray[np.object_]
    """Areas of those that stand and hide nothing; of a length of its own."""


class OfficialBuildings(NamedTuple):
    """What the layer Building holds of walls, and of what is open on its sides."""

    footprints: gpd.GeoDataFrame
    """Polygons, EPSG:2326, with the one column height (m above the street; NaN unknown)."""
    report: dict[str, float]
    """What was left out or assumed, counted."""
    open_sided: NDArray[np.object_]
    """Areas that stand, hide nothing, and are known all the same."""


def read_official_buildings(
    path: Path, ground: NDArray[np.object_] | None = None
) -> OfficialBuildings:
    """Read the layer Building.

    Parameters
    ----------
    path
        The whole layer as GeoJSON, or JSON of the server.
    ground
        Lines at street level with heights above HKPD, as `read_network` returns them.

    Raises
    ------
    InputError
        As `read_records`; or no block of the file stands.
    """
    report: dict[str, float] = {}
    blocks = _standing(path, report)
    bottom = _bottoms(blocks, report)
    street = _street_level(blocks.shape, ground)
    differs = ~(np.abs(bottom - street) <= GROUND_AGREES_M) & np.isfinite(street)
    height = blocks.top - np.where(differs, street, bottom)
    below = height <= 0
    height[below] = (blocks.top - bottom)[below]
    report["ground_from_network"] = float((differs & np.isfinite(blocks.top)).sum())
    report["tops_below_street"] = float(below.sum())
    missing = np.isnan(height)
    height[missing & blocks.shed] = SHED_M
    report["sheds_assumed_3_m"] = float((missing & blocks.shed).sum())
    report["height_unknown"] = float((missing & ~blocks.shed).sum())
    frame = gpd.GeoDataFrame({"height": height}, geometry=blocks.shape, crs=HONG_KONG_CRS)
    counted = {key: value for key, value in report.items() if value}
    return OfficialBuildings(frame, counted, blocks.open_sided)


def _standing(path: Path, report: dict[str, float]) -> _Blocks:
    """Return the blocks that stand and are closed on their sides; count the others."""
    records = read_records(path, FIELDS, AREA)
    kind = np.array([_plain(text) for text in texts(records.fields["BuildingBlockType"])])
    status = np.array([_plain(text) for text in texts(records.fields["Status"])])
    gone, open_sided = np.isin(status, [*NOT_STANDING]), kind == OPEN_SIDED
    report.update(records.left_out)
    report["proposed_or_demolished"] = float(gone.sum())
    report["open_sided_structures"] = float((open_sided & ~gone).sum())
    known = np.isin(kind, [TOWER, PODIUM, SHED, OPEN_SIDED])
    report["unknown_block_type"] = float((~known & ~gone).sum())
    keep = ~gone & ~open_sided
    if not keep.any():
        raise InputError(
            f"{path}: none of its {len(keep):,} blocks stands and hides something; "
            "give the layer Building"
        )
    base, top = (numbers(records.fields[name])[keep] for name in ("BaseHeight", "TopHeight"))
    for height in (base, top):
        wild = (height < LOWEST_MPD) | (height > HIGHEST_MPD)
        report["heights_impossible"] = report.get("heights_impossible", 0.0) + float(wild.sum())
        height[wild] = np.nan
    upside_down = top <= base
    report["heights_impossible"] += float(upside_down.sum())
    base[upside_down] = top[upside_down] = np.nan
    report["bases_missing"] = float(np.isnan(base).sum())
    report["tops_missing"] = float(np.isnan(top).sum())
    open_areas = records.shape[open_sided & ~gone]
    return _Blocks(records.shape[keep], (kind == SHED)[keep], base, top, open_areas)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _bottoms(blocks: _Blocks, report: dict[str, float]) -> NDArray[np.float64]:
    """Return the base of the lowest block that each stands on, its own where it stands on none."""
    tree = shapely.STRtree(blocks.shape)
    known = np.flatnonzero(np.isfinite(blocks.base))
    upper, lower = tree.query(blocks.shape[known], predicate="dwithin", distance=TOUCHING_M)
    upper = known[upper]
    stands = np.abs(blocks.top[lower] - blocks.base[upper]) <= STACKED_M
    stands &= blocks.base[lower] < blocks.base[upper]
    upper, lower = upper[stands], lower[stands]
    report["on_podiums"] = float(len(np.unique(upper)))
    bottom = blocks.base.copy()
    for _ in range(MOST_STOREYS):
        before = bottom.copy()
        np.fmin.at(bottom, upper, before[lower])
        if np.array_equal(before, bottom, equal_nan=True):
            break
    return bottom


def _street_level(
    shape: NDArray[np.object_], ground: NDArray[np.object_] | None
) -> NDArray[np.float64]:
    """Return the height of the nearest street, m above HKPD; NaN where none is near."""
    level = np.full(len(shape), np.nan)
    if ground is None or not len(ground):
        return level
    near, line = shapely.STRtree(ground).query_nearest(
        shape, max_distance=GROUND_WITHIN_M, all_matches=False
    )
    across = shapely.shortest_line(shape[near], shapely.force_2d(ground[line]))
    at = shapely.line_locate_point(ground[line], shapely.get_point(across, -1))
    level[near] = shapely.get_z(shapely.line_interpolate_point(ground[line], at))
    return level
