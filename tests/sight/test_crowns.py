"""What crowns of trees hide: against dense sampling, by hand, and nothing without them."""

import numpy as np
import pytest
from oracles.scenes import Head, Scene, box, intervals, look
from oracles.solid_scenes import Scenes, compared

from sim.city.ground import LEVEL, Relief
from sim.city.trees import APOTHEM, CrownArrays

SCENES, SAMPLES = 1000, 40


def crown(x, y, apothem=1.0, base=2.5, top=8.0):
    return CrownArrays(*(np.array([float(value)]) for value in (x, y, apothem, base, top)))


@pytest.mark.parametrize("level", [False, True])
def test_no_point_of_a_thousand_scenes_is_told_otherwise_by_dense_sampling(level):
    bare = compared(Scenes(8, SCENES, level=level), SAMPLES)
    told = compared(Scenes(8, SCENES, crowns=20, level=level), SAMPLES)
    assert 0.05 < told.seen < 0.9 * bare.seen
    assert told.differ == 0


def hidden(planted, mount=4.0, **options):
    """Metres of a street straight away from a camera, 40 m long, that it does not see."""
    scene = Scene([[(0.0, 0.0), (40.0, 0.0)]], [], [Head(0.0, 0.0, mount=mount)])
    spans = [edge for low_high in intervals(look(scene, crowns=planted, **options), 0, 0)
             for edge in low_high]  # fmt: skip
    ends = [0.0, *spans, 40.0]
    return [(a, b) for a, b in zip(ends[::2], ends[1::2], strict=True) if b > a]


def test_the_line_from_4_m_down_to_a_face_passes_under_over_and_through_a_crown():
    """Eye 4 m, face 1.6 m; crown from 9 to 11 m away."""
    assert hidden(crown(10, 0, base=3.9)) == []  # under it up to 9 m x 2.4 / 0.1 = 216 m
    ((low, high),) = hidden(crown(10, 0, base=3.0, top=8.0))
    # leaves below it until the line at 9 m is above 3 m: 9 x 2.4 / 1 = 21.6 m away
    assert (low, high) == pytest.approx((21.6, 40.0))
    # over a low one as soon as the line at 11 m is above 2 m: 11 x 2.4 / 2 = 13.2 m
    ((low, high),) = hidden(crown(10, 0, base=0.5, top=2.0))
    assert (low, high) == pytest.approx((9.0, 13.2))
    # a thin one is passed through from above to below: from 9 m / 0.5 to 11 m / 0.375
    ((low, high),) = hidden(crown(10, 0, base=2.8, top=3.1))
    assert (low, high) == pytest.approx((9 * 2.4 / 1.2, 11 * 2.4 / 0.9))


def test_beside_a_crown_its_octagon_is_the_edge():
    street = [(20.0, -30.0), (20.0, 30.0)]
    scene = Scene([street], [], [Head(0.0, 0.0, mount=9.0)])
    half = 10 * np.tan(np.pi / 8) / 10  # half a side of an octagon of apothem 1
    for x, planted in ((10.0, crown(11, 0, base=0.0, top=20.0)),):
        (a, b), (c, d) = intervals(look(scene, crowns=planted), 0, 0)
        corner = max(half / x, 1.0 / (x + 1 - half))  # as seen from the camera
        assert (a, d) == pytest.approx((0.0, 60.0))
        assert (30 - b, c - 30) == pytest.approx((20 * corner, 20 * corner))


def test_a_crown_hides_nothing_that_is_before_it_or_in_which_the_camera_hangs():
    assert hidden(crown(60, 0)) == []
    assert hidden(crown(0.5, 0, base=2.0, top=9.0)) == []
    assert hidden(crown(0.5, 0, base=4.5, top=9.0)) == []  # it hangs under the crown
    assert hidden(crown(0.0, 0.0, apothem=2.0, base=2.5, top=3.0)) != []  # and over one


def test_a_subway_has_no_trees_and_a_footbridge_looks_over_them():
    def seen(deck, planted):
        scene = Scene([[(0.0, 0.0), (40.0, 0.0)]], [], [Head(0.0, 0.0, deck=deck)], [deck])
        return intervals(look(scene, crowns=planted), 0, 0)

    assert seen(2, crown(10, 0, base=0.0)) == [(0.0, 40.0)]
    assert seen(1, crown(10, 0, base=2.5, top=7.0)) == [(0.0, 40.0)]
    assert seen(1, crown(10, 0, base=2.5, top=9.4))[0] == pytest.approx((0.0, 9.0))


def test_a_crown_stands_on_its_own_ground():
    flat = hidden(crown(10, 0, base=3.0))
    relief = Relief(np.array([[7.0, 7.0]]), np.empty(0), np.array([7.0]), np.array([6.0]))
    assert hidden(crown(10, 0, base=4.0), relief=relief)[0] == pytest.approx(flat[0])


def test_without_crowns_the_bits_are_those_of_before_and_houses_hide_as_they_did():
    scenes = Scenes(6, 60)
    for one, other in zip(scenes.seen(LEVEL), Scenes(6, 60).seen(LEVEL), strict=True):
        assert np.array_equal(one, other)
    walls = box(8, -2, 12, 2, 6.0)
    scene = Scene([[(0.0, 0.0), (40.0, 0.0)]], walls, [Head(0.0, 0.0)])
    far = look(scene, crowns=crown(500, 500))
    for one, other in zip(look(scene), far, strict=True):
        assert np.array_equal(one, other)


def test_an_octagon_is_as_large_as_its_circle():
    assert 8 * APOTHEM**2 * np.tan(np.pi / 8) == pytest.approx(np.pi)
