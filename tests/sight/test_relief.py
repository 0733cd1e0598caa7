"""Sight over a ground that rises and falls: against dense sampling, and level as before."""

from dataclasses import replace

import numpy as np
import pytest
from oracles.scenes import Head, Scene, box, look, street_arrays
from oracles.solid_scenes import HOUSES, STREETS, Scenes, compared

from sim.city.ground import LEVEL, Ground, Relief, graded
from sim.city.slopes import TOLERANCE_M
from sim.errors import InputError

SCENES, SAMPLES = 1000, 80


def test_no_point_of_a_thousand_scenes_is_told_otherwise_by_dense_sampling():
    told = compared(Scenes(5, SCENES), SAMPLES)
    assert told.seen > 0.05
    assert told.differ == 0


def test_a_level_ground_gives_the_old_bits_wherever_it_lies():
    scenes = Scenes(6, 60)
    flat = scenes.seen(LEVEL)
    high = Relief(np.full((60 * STREETS, 2), 71.3), np.full(60 * HOUSES * 4, 71.3),
                  np.full(60, 71.3))  # fmt: skip
    for one, other in zip(flat, scenes.seen(high), strict=True):
        assert np.array_equal(one, other)
    for one, other in zip(scenes.seen(), scenes.seen(threads=2), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize(("street", "sees"), [(0.0, 70.0), (6.0, 70.0), (-6.0, 50.0)])
def test_a_low_house_hides_a_street_below_it_and_none_above(street, sees):
    """Eye 4 m, roof 3 m at 10 to 20 m: the line over its far edge falls 1 m in 20 m."""
    scene = Scene([[(0.0, 0.5), (0.0, 70.5)]], box(-5, 10, 5, 20, 3.0), [Head(0.0, 0.0)])
    slope = np.array([[street, street]])
    seen = look(scene, relief=Relief(slope, np.zeros(4), np.zeros(1)))
    total = float((seen.end - seen.start)[: seen.edge_ptr[0, 1]].sum())
    line = 1.0 / 20.0  # fall a metre of the sight line over the far edge of the roof
    fall = 4.0 - 1.6 - street
    begins = 20.0 if fall <= 0 else max(20.0, fall / line)
    if fall <= 0:  # looks up: over the near edge at 10 m
        assert total == pytest.approx(70.0, abs=1e-9)
    else:
        hidden = min(begins, 70.5) - 10.0
        near = (0.0 if fall / line > 70.5 else 70.5 - begins) + 9.5
        assert hidden >= 10.0
        assert total == pytest.approx(near, abs=1e-6)


def hill(x, y):
    return 3 * np.sin(x / 40) + y * y / 2000


def test_streets_are_cut_until_the_ground_is_linear_between():
    cell = 5.0
    axis = np.arange(-100, 301, cell)
    ground = Ground(-100.0, -100.0, cell, hill(*np.meshgrid(axis, axis)).astype(np.float32))
    streets = street_arrays([[(0, 0), (200, 10)], [(0, 0), (0, 90), (60, 90)], [(10, 0), (11, 0)]])
    cut, slope = graded(ground, streets, streets)
    assert len(cut.segment_x0) > len(streets.segment_x0)
    assert np.array_equal(cut.edge_length, streets.edge_length)
    for share in np.linspace(0, 1, 41):
        x = cut.segment_x0 + share * (cut.segment_x1 - cut.segment_x0)
        y = cut.segment_y0 + share * (cut.segment_y1 - cut.segment_y0)
        linear = slope[:, 0] + share * (slope[:, 1] - slope[:, 0])
        assert np.abs(ground.at(x, y) - linear).max() < 1.2 * TOLERANCE_M
    again, same = graded(ground, streets, cut)
    assert len(again.segment_x0) == len(cut.segment_x0)
    assert np.allclose(same, slope)
    level = replace(ground, height=np.full_like(ground.height, 12.34))
    assert np.array_equal(graded(level, streets, streets)[0].segment_x0, streets.segment_x0)
    assert len(np.unique(graded(level, streets, streets)[1])) == 1


def test_cutting_a_slope_changes_nothing_that_is_seen():
    edge = [(-40.0, 20.0), (60.0, 25.0)]
    scene = Scene([edge], box(-10, 5, 10, 12, 6.0), [Head(0.0, 0.0)])
    whole = look(scene, relief=Relief(np.array([[-5.0, 9.0]]), np.zeros(4), np.zeros(1)))
    middle = (-10.0, 21.5)
    halves = np.array([[-5.0, -0.8], [-0.8, 9.0]])
    parts = look(scene.with_(edges=[[edge[0], middle, edge[1]]]),
                 relief=Relief(halves, np.zeros(4), np.zeros(1)))  # fmt: skip
    assert np.allclose(whole.start, parts.start, atol=1e-9)
    assert np.allclose(whole.end, parts.end, atol=1e-9)


@pytest.mark.parametrize("height", [np.zeros((0, 3)), np.array([[np.nan]]), np.zeros(4)])
def test_a_ground_that_is_none_is_refused(height):
    with pytest.raises(InputError, match="ground: "):
        Ground(0.0, 0.0, 5.0, height)
