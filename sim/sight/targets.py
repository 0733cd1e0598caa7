"""Seeing targets other than streets: points that a camera sees, polygons by their share of area.

Targets are at the level of the street, faces at 1.6 m, and the ground is level. What is seen of a
polygon is found by the exact polygons of what heads see, joined in the order of their ranks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, overload

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from sim.arguments import a_table, made, named_arguments, one_of, threads, whole
from sim.cameras.fleet import Fleet
from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.sight import sightings
from sim.sight.arrays import NEVER
from sim.sight.drawn import COLOURS, NOT_SEEN, SEEN
from sim.sight.level_scene import Scene, heads_near
from sim.sight.raster import Raster, raster_seen
from sim.sight.sightings import Sightings
from sim.sight.visible import points_seen, polygon_seen
from sim.surface import Result, axes_for
from sim.web_map import Layer, web_map
from sim.wording import counted

if TYPE_CHECKING:
    import folium
    import xarray as xr
    from matplotlib.axes import Axes

    from sim.city.model import City

POINTS, POLYGONS = {0}, {3, 6}


@dataclass(frozen=True, repr=False)
class TargetSightings(Result):
    """What a fleet sees of targets.

    Attributes
    ----------
    fleet
        What was seen by.
    targets
        As the user gave them, in their index and coordinate system.
    rank
        City rank of the head at which more of a target is seen, ascending within each target and
        task, shape (steps,); of points the first head alone.
    share
        What is seen of it from that head on, 0 to 1, shape (steps,).
    ptr
        Steps of target i for task k are ptr[k, i] : ptr[k, i + 1], shape (4, targets + 1).
    attribution
        Whose walls they were seen past, a source each; the targets are the user's own.
    """

    fleet: Fleet
    targets: gpd.GeoDataFrame
    rank: NDArray[np.int32]
    share: NDArray[np.float64]
    ptr: NDArray[np.int64]
    attribution: tuple[str, ...] = ()

    @property
    def table(self) -> gpd.GeoDataFrame:
        """The targets, one a row, with the rank of the first head that sees anything of each.

        Columns first_rank_<task> (city ranks), missing where no head does.
        """
        columns = {}
        for k, task in enumerate(TASKS):
            first, some = self.ptr[k, :-1], np.diff(self.ptr[k]) > 0
            rank = np.append(self.rank, NEVER)[np.where(some, first, -1)]
            columns[f"first_rank_{task}"] = np.where(some, rank.astype(np.float64), np.nan)
        return self.targets.assign(**columns).astype(dict.fromkeys(columns, "Int32"))

    @named_arguments(total=whole(0))
    def at(self, total: int) -> gpd.GeoDataFrame:
        """Return the targets with what is seen of each at a number of cameras.

        Parameters
        ----------
        total
            Heads in the whole city, or in the area itself with share_rule "direct".

        Returns
        -------
        GeoDataFrame
            The user's rows and columns, and seen_<task>: whether a point is seen, and the share of
            a polygon's area.

        Raises
        ------
        InputError
            The fleet was placed for fewer.
        """
        self.fleet.check_totals([total])
        points = self._of_points
        columns = {}
        for k, task in enumerate(TASKS):
            steps = np.concatenate([[0], np.cumsum(self.rank <= total)])
            seen = steps[self.ptr[k, 1:]] - steps[self.ptr[k, :-1]]
            last = np.append(self.share, 0.0)[np.where(seen > 0, self.ptr[k, :-1] + seen - 1, -1)]
            columns[f"seen_{task}"] = last > 0 if points else last
        return self.targets.assign(**columns)

    @named_arguments(task=one_of(TASKS), total=whole(0))
    def plot(
        self, ax: Axes | None = None, *, task: str = "recognise", total: int | None = None
    ) -> Axes:
        """Draw the targets by what is seen of each, from grey to red; return the axes.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.
        task
            Quality: detect, observe, recognise or identify.
        total
            Cameras in the whole city; all of the fleet by default.
        """
        ax = axes_for(ax)
        if len(self.targets):
            table = self.at(self.fleet.last_rank if total is None else total)
            share = table[f"seen_{task}"].astype(np.float64)
            table.assign(share=share).plot("share", ax=ax, cmap="coolwarm", vmin=0, vmax=1)
        return ax

    @named_arguments(task=one_of(TASKS), total=whole(0))
    def explore(
        self,
        *,
        task: str = "recognise",
        total: int | None = None,
        **options: Any,  # noqa: ANN401
    ) -> folium.Map:
        """Return a map of folium with the targets by what is seen of each.

        Parameters
        ----------
        task
            Quality: detect, observe, recognise or identify.
        total
            Cameras in the whole city; all of the fleet by default.
        options
            Further arguments of `GeoDataFrame.explore`: column, tooltip, scheme, k, cmap, tiles, m.
        """
        most = self.fleet.last_rank if total is None else total
        table, column = self.at(most), f"seen_{task}"
        what = "" if self._of_points else ", share of area"
        title = f"{task}: {counted(most, 'camera')} in the city{what}"
        if self._of_points:
            table[column] = table[column].map({True: SEEN, False: NOT_SEEN})
        own = tuple(map(str, table.columns.drop(table.geometry.name)))
        layer = Layer(table, column, title, own, colours=COLOURS, attribution=self.attribution)
        return web_map(layer, **options)

    @property
    def _of_points(self) -> bool:
        return set(shapely.get_type_id(self.targets.geometry.to_numpy())) <= POINTS

    def _in_short(self) -> str:
        return f"{counted(len(self.targets), 'target')}, {counted(len(self.fleet), 'camera')}"

    def _card(self) -> tuple[str, Mapping[str, object]]:
        targets = counted(len(self.targets), "point" if self._of_points else "polygon")
        return f"What {counted(len(self.fleet), 'camera sees', 'cameras see')} of {targets}", {
            f"of which anything is seen: {task}": int((np.diff(self.ptr[k]) > 0).sum())
            for k, task in enumerate(TASKS)
        }


def _a_table_or_raster(name: str, value: object) -> object:
    """Check targets."""
    if isinstance(value, Raster):
        return value
    return a_table("points or polygons, or a sim.Raster")(name, value)


@overload
def see(
    city: City, fleet: Fleet, *, targets: None = None, threads: int | None = None
) -> Sightings: ...
@overload
def see(
    city: City, fleet: Fleet, *, targets: Raster, threads: int | None = None
) -> xr.DataArray: ...
@overload
def see(
    city: City, fleet: Fleet, *, targets: gpd.GeoDataFrame, threads: int | None = None
) -> TargetSightings: ...
@named_arguments(
    city=made("City"), fleet=made("Fleet"), targets=_a_table_or_raster, threads=threads
)
def see(
    city: City,
    fleet: Fleet,
    *,
    targets: gpd.GeoDataFrame | Raster | None = None,
    threads: int | None = None,
) -> Sightings | TargetSightings | xr.DataArray:
    """Find exactly what every head sees, for all four tasks: of the streets, or of targets.

    Parameters
    ----------
    city
        Streets and walls, projected metres.
    fleet
        Heads; those of another projected system are brought into that of the city.
    targets
        Points or polygons at the level of the street, a target a row, in any CRS, or a `Raster`;
        without them the streets. Of heads on footbridges and in subways nothing is found here.
    threads
        Worker threads for streets; by default one a processor. The result is the same for any
        number.

    Returns
    -------
    Sightings, TargetSightings or DataArray
        Of streets intervals along edges, m from their start, by task, edge and head; of targets
        the first rank and what is seen of each at every total, in the user's index; of a raster
        the first rank by task, y and x, see `Raster`.

    Raises
    ------
    InputError
        A head is not finite, not higher than a face (1.6 m), or its ranges grow with the task;
        targets are of several kinds, or the ground of the city is not level.
    """
    if targets is None:
        return sightings.see(city, fleet, threads=threads)
    if city.ground is not None:
        raise InputError(
            "targets: the ground of this city is not level; only streets are found on it"
        )
    if isinstance(targets, Raster):
        return raster_seen(city, fleet.in_crs(city.streets.crs), targets)
    shape = targets.to_crs(city.streets.crs).geometry.to_numpy()
    kinds = set(shapely.get_type_id(shape))
    if shapely.is_empty(shape).any() or not (kinds <= POINTS or kinds <= POLYGONS):
        raise InputError("targets: are not all points or all polygons; give one kind at a time")
    if not shapely.is_valid(shape).all():
        row = int((~shapely.is_valid(shape)).argmax())
        raise InputError(f"targets: row {row + 1} crosses itself; repair it with make_valid")
    fleet = fleet.in_crs(city.streets.crs)
    steps = _of_points(city, fleet, shape) if kinds <= POINTS else _of_polygons(city, fleet, shape)
    return replace(_gathered(fleet, targets, steps), attribution=city.attribution)


Steps = list[list[list[tuple[int, float]]]]
"""By task and target: ranks, ascending, and the share that is seen from each on."""


def _of_points(city: City, fleet: Fleet, shape: NDArray[np.object_]) -> Steps:
    """Return the first head that sees each point, by task."""
    scene, tree = Scene(city, fleet), shapely.STRtree(shape)
    xy = shapely.get_coordinates(shape)
    found: Steps = [[[] for _ in shape] for _ in TASKS]
    for row in heads_near(city, fleet, shape):
        head = scene.head(row, 0)
        place = shapely.Point(head.x, head.y)
        near = tree.query(place, predicate="dwithin", distance=head.view.reach)
        seen = near[points_seen(head, *scene.walls(head), xy[near])]
        away = np.hypot(*(xy[seen] - (head.x, head.y)).T)
        for task, steps in enumerate(found):
            for target in seen[away <= scene.arrays.reach[row, task]].tolist():
                if not steps[target]:
                    steps[target].append((int(scene.arrays.rank[row]), 1.0))
    return found


def _of_polygons(city: City, fleet: Fleet, shape: NDArray[np.object_]) -> Steps:
    """Return the share of each polygon that is seen from each rank on, by task."""
    scene, tree = Scene(city, fleet), shapely.STRtree(shape)
    area = shapely.area(shape)
    found: Steps = [[[] for _ in shape] for _ in TASKS]
    left = [list(shape) for _ in TASKS]
    for row in heads_near(city, fleet, shape):
        rank = int(scene.arrays.rank[row])
        for task, steps in enumerate(found):
            head = scene.head(row, task)
            if head.view.reach <= head.near:
                break
            seen = polygon_seen(head, *scene.walls(head))
            for target in tree.query(seen, predicate="intersects").tolist():
                rest = shapely.difference(left[task][target], seen)
                if rest.area < left[task][target].area:
                    left[task][target] = rest
                    steps[target].append((rank, 1.0 - rest.area / area[target]))
    return found


def _gathered(fleet: Fleet, targets: gpd.GeoDataFrame, steps: Steps) -> TargetSightings:
    """Return steps by task and target as arrays."""
    counts = np.array([[len(of) for of in by_target] for by_target in steps], np.int64)
    ends = np.cumsum(counts.ravel()).reshape(counts.shape)
    ptr = np.column_stack([ends[:, 0] - counts[:, 0], ends]) if len(targets) else np.zeros((4, 1))
    every = [step for by_target in steps for of in by_target for step in of]
    return TargetSightings(
        fleet,
        targets,
        np.array([rank for rank, _ in every], np.int32),
        np.array([share for _, share in every], np.float64),
        ptr.astype(np.int64),
    )
