"""What lies near a shape, on all cores."""

import numpy as np
import shapely

from sim.city.taken_out import within_reach

REGION = shapely.box(0, 0, 200, 120)


def test_what_is_near_is_what_shapely_says_however_many_there_are():
    points = shapely.points(np.random.default_rng(1).uniform(-50, 250, (500, 2)))
    for metres in (0.0, 12.5):
        expected = shapely.distance(REGION, points) <= metres
        assert (within_reach(REGION, points, metres) == expected).all()
    assert within_reach(REGION, points[:0]).shape == (0,)
