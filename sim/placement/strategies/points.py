"""Points: around the points that the user gives, as many cameras to each as its weight asks."""

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.nearest import tree_of
from sim.placement.context import PlacementContext, by_turns
from sim.placement.strategies.places import STEP_M
from sim.placement.strategies.random import shuffle_key


def around_points(context: PlacementContext) -> NDArray[np.int64]:
    """Rank candidates so that each point has its weight's share of them, the nearest to it first.

    A candidate belongs to the point nearest to it. A point that is nearest to none (it shares its
    spot with another) adds its weight to the point that has the candidate nearest to it. Distances
    count in steps of 10 m; ties at random.

    Raises
    ------
    InputError
        No points are given, none lies in the region, or a weight is not a positive number.
    """
    spot, weight = points_in_region(context)
    candidate = np.column_stack([context.sites.x, context.sites.y])
    distance, number = tree_of(spot).query(candidate)
    owner = np.asarray(number, np.int64)
    owns = np.bincount(owner, minlength=len(spot)) > 0
    for_whom = np.where(owns, np.arange(len(spot)), owner[tree_of(candidate).query(spot)[1]])
    pull = np.bincount(for_whom, weights=weight, minlength=len(spot))
    return by_turns(
        pull.astype(np.float64), owner, np.floor(distance / STEP_M), shuffle_key(context)
    )


def points_in_region(
    context: PlacementContext,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the points inside the region, metres, shape (points, 2), and their weights.

    Raises
    ------
    InputError
        As `around_points`.
    """
    points, area = context.aims.points, context.city.area
    if points is None or points.empty:
        raise InputError(
            "strategy points needs points; write aims: {points: FILE}", key="cameras.aims.points"
        )
    if points.crs is None:
        raise InputError(
            "points: no CRS; set one, for example EPSG:4326", key="cameras.aims.points"
        )
    points = points.to_crs(area.crs)
    if not (points.geom_type == "Point").all():
        raise InputError(
            "points: some shapes are no points; give points", key="cameras.aims.points"
        )
    points = points[points.geometry.within(area.region)]
    if points.empty:
        raise InputError(
            f"points: none lies in {area.name}; check positions and CRS", key="cameras.aims.points"
        )
    weight = np.ones(len(points))
    if "weight" in points:
        weight = points["weight"].to_numpy(np.float64)
    if not (np.isfinite(weight) & (weight > 0)).all():
        raise InputError("points: weights must be positive numbers", key="cameras.aims.points")
    return np.column_stack([points.geometry.x, points.geometry.y]), weight
