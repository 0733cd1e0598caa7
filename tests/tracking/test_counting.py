"""Counts of overlapping cameras: by hand, exact overlap against points, error against play."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.tracking.counting import counted, overlapping


def test_by_hand_two_cameras_that_overlap():
    """100 m; one sees 0-60, the other 40-80: 20 of 100 m are seen by both."""
    pieces = overlapping([0, 0], [0.0, 40.0], [60.0, 80.0], [100.0])
    assert pieces.metres.tolist() == [40.0, 20.0, 20.0, 20.0]
    assert pieces.heads.tolist() == [1, 2, 1, 0]
    found = counted(pieces, [40, 40, 20, 0], 1.0)  # one person a metre, all found
    assert found.added_up == 100  # of the 80 there
    assert found.seen == pytest.approx(0.8)
    assert found.people == pytest.approx(100)
    assert found.error == pytest.approx(np.sqrt(1.0 * 20 * 100 / 80))
    assert counted(pieces, [40, 40, 20, 0], 1.0, 2.0).error == pytest.approx(np.sqrt(50))


def test_all_seen_and_all_found_is_exact():
    pieces = overlapping([0, 0, 1], [0.0, 5.0, 0.0], [10.0, 10.0, 7.0], [10.0, 7.0])
    assert counted(pieces, [3, 8, 2], 1.0, 5.0)[:2] == pytest.approx((3 + 4 + 2, 0))


INTERVAL = st.tuples(st.integers(0, 2), st.floats(0, 50), st.floats(0.01, 50))


@given(st.lists(INTERVAL, max_size=12), st.lists(st.floats(0, 99.99), min_size=1, max_size=20))
@settings(max_examples=100)
def test_overlap_is_what_points_say(rows, points):
    edge = [row[0] for row in rows]
    start, end = [row[1] for row in rows], [row[1] + row[2] for row in rows]
    pieces = overlapping(edge, start, end, [100.0] * 3)
    assert np.bincount(pieces.edge, pieces.metres, 3) == pytest.approx([100.0] * 3)
    for street in range(3):
        for at in points:
            seeing = sum(e == street and low <= at < high
                         for e, low, high in zip(edge, start, end, strict=True))  # fmt: skip
            here = (pieces.edge == street) & (pieces.start <= at) & (at < pieces.end)
            assert pieces.heads[here].tolist() == [seeing]


@pytest.mark.parametrize(("chance", "group"), [(1.0, 1), (0.8, 1), (0.6, 3)])
def test_the_estimate_is_right_on_average_and_its_error_what_a_play_finds(chance, group):
    """People alone or in groups of three, each found by each head by chance, 4,000 streets."""
    draw = np.random.default_rng(20261130)
    heads = [(0.0, 60.0), (30.0, 90.0), (50.0, 70.0), (150.0, 170.0)]
    edge, start, end = [0] * 4, [a for a, _ in heads], [b for _, b in heads]
    pieces = overlapping(edge, start, end, [200.0])
    off, stated = [], []
    for _ in range(4000):
        at = np.repeat(draw.uniform(0, 200, draw.poisson(0.5 * 200 / group)), group)
        found = np.zeros(len(pieces.edge))
        for low, high in heads:
            here = at[(at >= low) & (at < high) & (draw.uniform(size=len(at)) < chance)]
            np.add.at(found, np.searchsorted(pieces.end, here, side="right"), 1)
        count = counted(pieces, found, chance, group)
        off.append(count.people - len(at))
        stated.append(count.error**2)
    off = np.array(off)
    assert abs(off.mean()) < 3.5 * off.std() / np.sqrt(len(off))
    assert np.mean(stated) == pytest.approx(off.var(), rel=0.1)


def test_where_nothing_is_seen_nobody_is_counted():
    none = overlapping([], [], [], [50.0])
    with pytest.raises(InputError, match="no camera sees"):
        counted(none, [0.0], 1.0)
    seen = overlapping([0], [0.0], [9.0], [50.0])
    for chance, clumping in ((0.0, 1.0), (1.1, 1.0), (0.5, -1.0)):
        with pytest.raises(InputError, match="clumping"):
            counted(seen, [1.0, 0.0], chance, clumping)
