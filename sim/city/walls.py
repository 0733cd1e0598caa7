"""Occluders: what hides a street from a camera.

Walls come from building footprints, or, where a map has none, from inferred street blocks: the
region minus streets widened by class. Blocks are marked "blocks" in every output, because a façade
line inferred from streets is a guess.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.city.raw_streets import without_repeats
from sim.city.taken_out import opened_without, within_reach
from sim.processes import available_cores, computing_threads
from sim.surface import Result, axes_for
from sim.web_map import OF_ITS_CITY, Layer, web_map
from sim.wording import counted

if TYPE_CHECKING:
    import folium
    from matplotlib.axes import Axes
    from shapely.geometry.base import BaseGeometry

    from sim.city.streets import StreetNetwork

WIDENING_M = {
    "motorway": 11.0, "trunk": 11.0, "primary": 11.0, "secondary": 9.0, "tertiary": 7.0,
    "residential": 7.0, "unclassified": 7.0, "living_street": 7.0, "pedestrian": 5.0,
    "service": 4.0,
}  # fmt: skip
"""Half the assumed distance between opposite façades, by class; 2.5 m for every other class."""
OTHER_WIDENING_M = 2.5
SMALLEST_BLOCK_M2 = 25.0
SMALLEST_FOOTPRINT_M2 = 0.5
TALLEST_M = 1000.0


class WallArrays(NamedTuple):
    """Walls as directed segments P→Q with the building on the left.

    Outer rings run counter-clockwise, holes clockwise.
    """

    x0: NDArray[np.float64]
    y0: NDArray[np.float64]
    x1: NDArray[np.float64]
    y1: NDArray[np.float64]
    top: NDArray[np.float64]
    """Height of the wall above street level, m; +inf where unknown."""
    footprint: NDArray[np.int32]


@dataclass(frozen=True, repr=False)
class Walls(Result):
    """Footprints that block sight.

    Attributes
    ----------
    footprints
        Polygons (projected metres), columns height (m; NaN unknown) and kind
        ("footprint" or "block").
    kind
        "footprints", "blocks", "mixed" or "none".
    report
        What was repaired or dropped, counted.
    """

    footprints: gpd.GeoDataFrame
    kind: str
    report: dict[str, float] = field(default_factory=dict)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the footprints; return the axes.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.
        """
        ax = axes_for(ax)
        if len(self.footprints):
            self.footprints.plot(ax=ax, color="0.85")
        return ax

    def explore(self, **options: Any) -> folium.Map:  # noqa: ANN401
        """Return a map of folium with the footprints, coloured by height.

        Parameters
        ----------
        options
            Further arguments of `GeoDataFrame.explore`: column, tooltip, scheme, k, cmap, tiles, m.
        """
        layer = Layer(
            self.footprints, "height", "height, m", ("height",), attribution=(OF_ITS_CITY,)
        )
        return web_map(layer, **options)

    def _in_short(self) -> str:
        return f"{counted(len(self.footprints), 'polygon')} ({self.kind}), {self.footprints.crs}"

    def _card(self) -> tuple[str, Mapping[str, object]]:
        known = int(self.footprints["height"].notna().sum())
        counts = {"footprints": len(self.footprints), "of known height": known}
        return f"Walls: {self.kind}", counts

    @cached_property
    def arrays(self) -> WallArrays:
        """The walls as directed segments."""
        return _to_arrays(self.footprints)

    @classmethod
    def none(cls, crs: str) -> Walls:
        """No walls at all: the open field, an upper bracket for what cameras can see.

        Parameters
        ----------
        crs
            Projected coordinate system of the city.
        """
        frame = gpd.GeoDataFrame({"height": [], "kind": []}, geometry=[], crs=crs)
        return cls(frame, "none")

    @classmethod
    def from_footprints(cls, footprints: gpd.GeoDataFrame) -> Walls:
        """Take building polygons; invalid rings are repaired, others than polygons dropped.

        Parameters
        ----------
        footprints
            Polygons or multipolygons in a projected CRS, with an optional column `height` (m);
            a height that is not a number, not positive or above 1,000 m counts as unknown.
        """
        shape = footprints.geometry.to_numpy().copy()
        if shapely.has_z(shape).any():
            shape = shapely.force_2d(shape)
        present = ~(shapely.is_missing(shape) | shapely.is_empty(shape))
        present &= np.isfinite(shapely.bounds(shape)).all(axis=1)
        broken = present & ~shapely.is_valid(shape)
        shape[broken] = shapely.make_valid(shape[broken])
        shape[~present] = None
        # Twice, because a repaired ring may be a collection that holds a multipolygon.
        part, source = shapely.get_parts(shape, return_index=True)
        part, of_part = shapely.get_parts(part, return_index=True)
        source = source[of_part]
        good = (shapely.get_type_id(part) == 3) & (shapely.area(part) >= SMALLEST_FOOTPRINT_M2)
        height = _known_heights(footprints)[source[good]]
        frame = gpd.GeoDataFrame(
            {"height": height, "kind": "footprint"},
            geometry=shapely.orient_polygons(without_repeats(part[good])),
            crs=footprints.crs,
        )
        report = {
            "repaired": float(broken.sum()),
            "dropped_missing": float((~present).sum()),
            "dropped_parts": float((~good).sum()),
            "height_known": float(np.isfinite(height).sum()),
        }
        return cls(frame, "footprints" if len(frame) else "none", report)

    @classmethod
    def joined(cls, several: Sequence[Walls]) -> Walls:
        """Return footprints of one source that were taken in turns, as if taken together.

        Parameters
        ----------
        several
            At least one, in the same coordinates.
        """
        frames = [walls.footprints for walls in several if len(walls.footprints)]
        frame = pd.concat(frames or [several[0].footprints], ignore_index=True)
        report = Counter[str]()
        for walls in several:
            report.update(walls.report)
        footprints = gpd.GeoDataFrame(frame, crs=several[0].footprints.crs)
        return cls(footprints, "footprints" if len(footprints) else "none", dict(report))

    @classmethod
    def from_streets(cls, streets: StreetNetwork, region: BaseGeometry) -> Walls:
        """Infer façades: the region minus streets widened by class, opened by 1.5 m, as blocks.

        Ways underground do not carve; footbridges and covered ways do, and so do the ways that
        nobody walks, for no building stands on a motorway.

        Parameters
        ----------
        streets
            The network; half widths go by its column highway.
        region
            Polygon to fill, in the same projected CRS.
        """
        edges = _carving(streets.edges, region)
        width = half_widths(edges)
        point = streets.nodes.geometry.to_numpy()
        rounded = _joints(edges[["u", "v"]].to_numpy().ravel(), np.repeat(width, 2), point)
        line = edges.geometry.to_numpy()
        if streets.unwalked is not None:
            other = _carving(streets.unwalked, region)
            line = np.concatenate([line, other.geometry.to_numpy()])
            width = np.concatenate([width, half_widths(other)])
        return cls._blocks(line, width, rounded, region, streets.crs)

    def with_blocks(self, blocks: Walls) -> Walls:
        """Return these footprints with the inferred blocks of places where none is mapped.

        Parameters
        ----------
        blocks
            The inferred façades of those places, in the same coordinates.
        """
        if not len(blocks.footprints):
            return self
        both = pd.concat([self.footprints, blocks.footprints], ignore_index=True)
        frame = gpd.GeoDataFrame(both, crs=self.footprints.crs)
        return Walls(frame, "mixed", {**self.report, **blocks.report})

    @classmethod
    def from_centrelines(cls, centrelines: gpd.GeoDataFrame, region: BaseGeometry) -> Walls:
        """Infer façades as `from_streets` does, from the middle of streets and not from pavements.

        Parameters
        ----------
        centrelines
            LineStrings in projected metres that join where they share a vertex, with column
            highway and, where known, facades (m from façade to façade; by class where missing).
        region
            Polygon in the same CRS that the blocks fill.
        """
        width = half_widths(centrelines)
        line = centrelines.geometry.to_numpy()
        vertex, of_line = shapely.get_coordinates(line, return_index=True)
        inner = (np.diff(of_line, prepend=-1) == 0) & (np.diff(of_line, append=-1) == 0)
        arm = np.repeat(np.arange(len(vertex)), 1 + inner)
        place, node = np.unique(vertex, axis=0, return_inverse=True)
        rounded = _joints(node.ravel()[arm], width[of_line[arm]], shapely.points(place))
        return cls._blocks(line, width, rounded, region, str(centrelines.crs.to_string()))

    @classmethod
    def _blocks(
        cls,
        line: NDArray[np.object_],
        width: NDArray[np.float64],
        rounded: NDArray[np.object_],
        region: BaseGeometry,
        crs: str,
    ) -> Walls:
        solid = opened_without(region, np.concatenate([_carved(line, width), rounded]))
        block = shapely.get_parts(shapely.get_parts(solid))
        block = block[shapely.area(block) >= SMALLEST_BLOCK_M2]
        frame = gpd.GeoDataFrame(
            {"height": np.full(len(block), np.nan), "kind": "block"},
            geometry=shapely.orient_polygons(block),
            crs=crs,
        )
        return cls(frame, "blocks" if len(frame) else "none", {"blocks": float(len(frame))})


def _carving(ways: gpd.GeoDataFrame, region: BaseGeometry) -> gpd.GeoDataFrame:
    """Return the ways above ground that are near enough to a region to carve in it."""
    widest = max(*WIDENING_M.values(), half_widths(ways).max(initial=0.0))
    near = within_reach(region, ways.geometry.to_numpy(), widest)
    return ways[near & (ways["deck"] != "subway").to_numpy()]


def _carved(line: NDArray[np.object_], width: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return lines widened to both sides, with square ends."""
    cores = available_cores()

    def widened(some: NDArray[np.object_], half: NDArray[np.float64]) -> NDArray[np.object_]:
        flat = {"cap_style": "flat", "join_style": "mitre", "mitre_limit": 2.0, "quad_segs": 2}
        return np.asarray(shapely.buffer(some, half, **flat))

    with computing_threads(cores) as pool:
        found = pool.map(widened, np.array_split(line, cores), np.array_split(width, cores))
    return np.concatenate([*found])


def _known_heights(footprints: gpd.GeoDataFrame) -> NDArray[np.float64]:
    if "height" not in footprints:
        return np.full(len(footprints), np.nan)
    height = pd.to_numeric(footprints["height"], errors="coerce").to_numpy(np.float64)
    known = (height > 0) & (height <= TALLEST_M)
    return np.where(known, height, np.nan)


def half_widths(ways: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return half the distance between façades, m: as stated in column facades, else by class."""
    half = np.asarray(ways["highway"].map(WIDENING_M).fillna(OTHER_WIDENING_M), np.float64)
    if "facades" not in ways:
        return half
    stated = np.asarray(ways["facades"], np.float64) / 2
    return np.asarray(np.where(np.isnan(stated), half, stated))


def _joints(
    node: NDArray[np.int64], width: NDArray[np.float64], point: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Round off the corner of a bend: each node carves as wide as its second-widest arm.

    `node` and `width` have an entry for every arm at every node; `point` is every node's place.
    """
    order = np.lexsort((-width, node))
    node, width = node[order], width[order]
    first = np.flatnonzero(np.diff(node, prepend=-1))
    has_second = np.diff(first, append=len(node)) > 1
    at = first[has_second]
    return np.asarray(shapely.buffer(point[node[at]], width[at + 1], quad_segs=2))


def _to_arrays(footprints: gpd.GeoDataFrame) -> WallArrays:
    shape = footprints.geometry.to_numpy()
    ring, owner = shapely.get_rings(shape, return_index=True)
    coordinates, of_ring = shapely.get_coordinates(ring, return_index=True)
    inner = of_ring[1:] == of_ring[:-1]
    start, end = coordinates[:-1][inner], coordinates[1:][inner]
    real = (start != end).any(axis=1)
    footprint = owner[of_ring[:-1][inner]][real].astype(np.int32)
    height = footprints["height"].to_numpy(np.float64)
    columns = [np.ascontiguousarray(c) for c in (*start[real].T, *end[real].T)]
    top = np.where(np.isnan(height), np.inf, height)[footprint] if len(height) else np.zeros(0)
    return WallArrays(columns[0], columns[1], columns[2], columns[3], top, footprint)
