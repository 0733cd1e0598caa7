"""Sight worked out by hand with a pencil: small figures whose answer anyone can check."""

import math

import pytest
from oracles.scenes import INF, Head, Scene, box, city, intervals, look

from sim.sight.sightings import see


def seen(street, walls, head):
    return intervals(look(Scene([street], walls, [head])), 0, 0)


def near_to(*pairs):
    return [pytest.approx(pair, abs=1e-9) for pair in pairs]


def test_a_house_in_the_middle_of_the_view():
    # house front at 5 m, 2 m wide; the street at 10 m: twice as wide a shadow, 4 m
    street = [(10.0, -10.0), (10.0, 10.0)]
    assert seen(street, box(5, -1, 6, 1), Head(0, 0)) == near_to((0, 8), (12, 20))


def test_range_cuts_a_street_into_its_chord():
    # 10.5 m of range on a street 10 m away: half a chord of √(10.5² - 10²)
    half = math.sqrt(10.5**2 - 100)
    found = seen([(10.0, -10.0), (10.0, 10.0)], [], Head(0, 0, reach=(10.5,)))
    assert found == near_to((10 - half, 10 + half))


def test_near_limit_cuts_out_the_middle():
    found = seen([(-10.0, 3.0), (10.0, 3.0)], [], Head(0, 0, near=5.0))
    assert found == near_to((0, 6), (14, 20))


@pytest.mark.parametrize("heading", [90.0, 450.0, -270.0])
def test_a_right_angle_of_view_to_the_east(heading):
    found = seen([(10.0, -20.0), (10.0, 20.0)], [], Head(0, 0, heading, 90.0))
    assert found == near_to((10, 30))


def test_a_half_circle_of_view_to_the_north():
    found = seen([(5.0, -20.0), (5.0, 20.0)], [], Head(0, 0, 0.0, 180.0))
    assert found == near_to((20, 40))


def test_a_three_quarter_circle_leaves_a_wedge_behind():
    # looking north over 270°: blind between south-west and south-east
    found = seen([(-20.0, -10.0), (20.0, -10.0)], [], Head(0, 0, 0.0, 270.0))
    assert found == near_to((0, 10), (30, 40))


def test_across_north():
    # 350° ± 20°: bearings 330° to 10°, on a street 10 m to the north
    found = seen([(-20.0, 10.0), (20.0, 10.0)], [], Head(0, 0, 350.0, 40.0))
    left, right = 10 * math.tan(math.radians(-30)), 10 * math.tan(math.radians(10))
    assert found == near_to((20 + left, 20 + right))


def test_a_back_face_as_tall_as_the_head_hides_nothing():
    # a wall with its house on our side: a head that hangs inside sees out
    street = [(10.0, -5.0), (10.0, 5.0)]
    assert seen(street, [(5.0, -9.0, 5.0, 9.0, INF)], Head(0, 0)) == near_to((0, 10))
    assert seen(street, [(5.0, 9.0, 5.0, -9.0, INF)], Head(0, 0)) == []


def test_two_houses_that_share_a_corner_leak_no_light():
    walls = box(5, -3, 6, 0) + box(5, 0, 6, 3)
    assert seen([(10.0, -5.0), (10.0, 5.0)], walls, Head(0, 0)) == []
    touching = box(4, 0, 5, 4) + box(5, -4, 6, 0)  # corner to corner in the line of sight
    assert seen([(10.0, -2.0), (10.0, 2.0)], touching, Head(0, 0)) == []


def test_a_street_along_a_wall_is_seen():
    assert seen([(5.0, -2.0), (5.0, 2.0)], box(5, -2, 6, 2), Head(0, 0)) == near_to((0, 4))


def test_a_street_that_runs_through_the_head():
    assert seen([(-8.0, 0.0), (8.0, 0.0)], box(3, -1, 4, 1), Head(0, 0)) == near_to((0, 11))


def test_a_low_wall_hides_the_strip_just_behind_it():
    # lens at 4 m, face at 1.6 m, 2 m wall at 6 m: the line over its top comes down to a face at
    # 6 · (4 - 1.6) / (4 - 2) = 7.2 m
    walls = [(6.0, 1.0, 6.0, -1.0, 2.0)]
    assert seen([(1.0, 0.0), (30.0, 0.0)], walls, Head(0, 0)) == near_to((0, 5), (6.2, 29))


def test_a_low_house_hides_a_strip_behind_its_back_face():
    # the back face of a 2 m house at 8 m hides up to 8 · 2.4 / 2 = 9.6 m
    house = box(6, -1, 8, 1, 2.0)
    found = seen([(8.0, 0.0), (30.0, 0.0)], house, Head(0, 0))
    assert found == near_to((1.6, 22))
    # across the strip, at 9 m: a line to (9, y) leaves through the back face, at 8/9 of the way and
    # so 1.87 m up, while y < 9/8; then through the side y = 1, at 1/y of the way, where it is
    # 4 - 2.4/y m up: below the top of 2 m while y < 1.2
    found = seen([(9.0, -5.0), (9.0, 5.0)], house, Head(0, 0))
    assert found == near_to((0, 5 - 1.2), (5 + 1.2, 10))
    assert seen([(9.7, -5.0), (9.7, 5.0)], house, Head(0, 0)) == near_to((0, 10))


def test_heights_that_hide_all_or_nothing():
    street = [(10.0, -5.0), (10.0, 5.0)]
    for top, left in ((1.6, 10.0), (1.0, 10.0), (4.0, 6.0), (5.0, 6.0), (INF, 6.0)):
        found = seen(street, box(5, -1, 6, 1, top), Head(0, 0))
        assert sum(b - a for a, b in found) == pytest.approx(left)


def test_a_shorter_house_before_a_taller_one():
    # over the 2 m house the street between is seen from 9.6 m on, up to the tall house at 20 m
    walls = box(6, -9, 8, 9, 2.0) + box(20, -9, 22, 9)
    found = seen([(8.0, 0.0), (30.0, 0.0)], walls, Head(0, 0))
    assert found == near_to((1.6, 12))


def test_a_wall_across_many_cells_and_a_head_on_the_corner_of_four():
    # grid cells are 20 m: nothing may depend on where their edges fall
    street = [(60.0, -200.0), (60.0, 200.0)]
    for x, y in ((0.0, 0.0), (20.0, 20.0), (19.999999, 40.0), (-20.0, -0.0)):
        wall = [(40.0, 200.0, 40.0, y, INF)]
        found = seen(street, wall, Head(x, y, reach=(500.0,)))
        assert found == near_to((0, 200 + y))


def test_heads_indoors_see_nothing_and_are_counted():
    import shapely

    scene = Scene([[(-9.0, 0.0), (30.0, 0.0)]], [], [Head(5, 5), Head(15, 5), Head(25, 5)])
    where, fleet = city(scene, footprints=[shapely.box(10, 1, 20, 10)])
    result = see(where, fleet)
    assert result.indoors.tolist() == [False, True, False]
    assert [bool(intervals(result.arrays, 0, h)) for h in range(3)] == [True, False, True]
