"""What is left when shapes are taken out of a region, beside plain subtraction."""

import numpy as np
import pytest
import shapely

from sim.city.taken_out import _left, within_reach

REGION = shapely.box(0, 0, 200, 120)


def ring(x, y, outer, inner):
    return shapely.difference(
        shapely.Point(x, y).buffer(outer, quad_segs=4), shapely.Point(x, y).buffer(inner)
    )


def left(region, shapes):
    return shapely.union_all(_left(region, np.array(shapes, object)))


@pytest.mark.parametrize(
    "shapes",
    [
        [shapely.box(-20, 50, 220, 60)],
        [ring(60, 60, 40, 30), ring(60, 60, 15, 8), shapely.box(150, 20, 170, 40)],
        [shapely.box(-20, 50, 220, 60), shapely.box(90, -9, 99, 130), shapely.box(30, 80, 40, 90)],
        [shapely.box(300, 300, 310, 310)],
        [shapely.box(-50, -50, 300, 300)],
        [ring(100, 60, 300, 200)],
        [],
    ],
    ids=[
        "a street", "rings in rings", "a cross and a yard", "nothing near", "all of it",
        "around it", "nothing",
    ],
)  # fmt: skip
def test_it_is_what_subtraction_leaves(shapes):
    expected = shapely.difference(REGION, shapely.union_all(shapes))
    assert shapely.symmetric_difference(left(REGION, shapes), expected).area < 1e-9


@pytest.mark.parametrize("seed", range(8))
def test_random_streets_in_a_region_with_a_hole_and_a_part_apart(seed):
    rng = np.random.default_rng(seed)
    region = shapely.union_all(
        [shapely.difference(REGION, shapely.box(80, 30, 110, 70)), shapely.box(230, 0, 260, 90)]
    )
    ends = rng.uniform((-20, -20), (280, 140), (12, 2, 2))
    shapes = shapely.buffer(shapely.linestrings(ends), rng.uniform(2, 6, 12), cap_style="flat")
    expected = shapely.difference(region, shapely.union_all(shapes))
    assert shapely.symmetric_difference(left(region, shapes), expected).area < 1e-9


def test_what_is_near_is_what_shapely_says_however_many_there_are():
    points = shapely.points(np.random.default_rng(1).uniform(-50, 250, (500, 2)))
    for metres in (0.0, 12.5):
        expected = shapely.distance(REGION, points) <= metres
        assert (within_reach(REGION, points, metres) == expected).all()
    assert within_reach(REGION, points[:0]).shape == (0,)
