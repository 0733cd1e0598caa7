"""The still picture draws in the inks of the map what is seen with few cameras, many, or none."""

import re

import numpy as np
import shapely

from maps.picture import street_picture

SHAPES = np.array([shapely.LineString([(0, 100 * k), (1000, 100 * k)]) for k in range(4)])


def lines(ranks, few=4, many=60):
    drawn = street_picture(SHAPES, np.array(ranks), few, many, "told")
    return {
        name: path.count("M") for name, path in re.findall(r'class="([\w-]+)" d="([^"]*)"', drawn)
    }


def test_ranks_up_to_few_are_seen_up_to_many_dashed_and_beyond_unseen():
    assert lines([4, 5, 60, 61]) == {"ink-unseen": 1, "ink-fresh": 2, "ink-seen": 1}
    assert lines([1, 1, 1, 2**31 - 1]) == {"ink-unseen": 1, "ink-fresh": 0, "ink-seen": 3}


def test_with_one_number_of_cameras_nothing_is_dashed():
    assert lines([4, 5, 60, 61], many=4) == {"ink-unseen": 3, "ink-fresh": 0, "ink-seen": 1}


def test_the_unseen_lies_below_and_a_step_seen_twice_is_drawn_as_the_one_seen_first():
    twice = np.array([SHAPES[0], SHAPES[0]])
    drawn = street_picture(twice, np.array([99, 1]), 4, 60, "told")
    paths = dict(re.findall(r'class="([\w-]+)" d="([^"]*)"', drawn))
    assert list(paths) == ["ink-unseen", "ink-fresh", "ink-seen"]
    assert paths["ink-unseen"] == ""
    assert paths["ink-seen"]
