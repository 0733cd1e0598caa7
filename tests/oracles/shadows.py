"""All that is seen from a point among walls, by shapely: the field less every wall's shadow."""

import numpy as np
import shapely

from sim.sight.star import View

FAR = 1e4


def random_scene(rng):
    """Return up to 40 walls round the origin, many of which cross, and a view."""
    count = rng.integers(0, 41)
    middle, angle = rng.uniform(-120, 120, (count, 2)), rng.uniform(0, 2 * np.pi, count)
    half = np.column_stack([np.cos(angle), np.sin(angle)]) * rng.uniform(0.05, 30, (count, 1))
    walls = np.column_stack([middle - half, middle + half])
    half_view = rng.choice([np.pi, rng.uniform(0.05, 3.1)])
    return walls, View(rng.uniform(0, 2 * np.pi), half_view, rng.uniform(5, 130))


def seen_area(walls, view):
    """Return what is seen from the origin, with a corner of the range for each degree."""
    steps = max(int(np.ceil(np.degrees(2 * view.half) - 1e-9)), 1)
    bearing = view.heading + np.linspace(-view.half, view.half, steps + 1)
    edge = view.reach * np.column_stack([np.sin(bearing), np.cos(bearing)])
    field = shapely.Polygon(edge if view.half >= np.pi else [(0, 0), *edge])
    shadows = []
    for p, q in walls.reshape(-1, 2, 2):
        a, b = p / np.hypot(*p), q / np.hypot(*q)
        middle = (a + b) / np.hypot(*(a + b))
        shadows.append(shapely.Polygon([p, q, b * FAR, middle * FAR, a * FAR]))
    whole = shapely.union_all(shadows) if shadows else shapely.Polygon()
    for angle in np.arange(
        0, 6, 0.37
    ):  # GEOS trips over some slivers; turned, the scene is the same
        try:
            return rotate(field, angle).difference(rotate(whole, angle)).area
        except shapely.GEOSException:
            continue
    raise AssertionError("shapely cannot subtract these shadows")


def rotate(shape, angle):
    """Return a shape turned about the origin."""
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return shapely.transform(shape, lambda corners: corners @ turn)
