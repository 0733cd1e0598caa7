"""Every district of the region gets its own heads, on its own streets."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.area import district_outlines, districts
from sim.placement.context import HeadOrder
from sim.placement.growth import region_heads
from sim.placement.placing import in_turn

codes = st.lists(st.integers(0, 3), max_size=60).map(lambda values: np.array(values, np.int8))


def test_heads_stand_in_the_district_they_fall_to():
    city = sim.load_city("mong_kok_core")
    outlines, names = district_outlines(), [district.name for district in districts()]
    for strategy in ("junctions", "random", "greedy_cover", {"even": 1, "transit": 1}):
        fleet = sim.place(city, 60_000, strategy=strategy, seed=7)
        wanted = region_heads(city.area, 60_000)
        assert fleet.arrays.rank.tolist() == wanted.rank.tolist()
        shapes = [outlines[name] for name in names]
        points = shapely.points(fleet.arrays.x, fleet.arrays.y)
        stands = shapely.STRtree(shapes).nearest(points)
        assert (
            np.bincount(stands, minlength=18).tolist()
            == np.bincount(wanted.district, minlength=18).tolist()
        )
        assert (stands == wanted.district).all()


def test_a_smaller_total_is_the_beginning_of_a_larger_one():
    city = sim.load_city("mong_kok_core")
    for strategy in ("junctions", "even", "equity"):
        large = sim.place(city, 60_000, strategy=strategy, seed=7).heads
        small = sim.place(city, 20_000, strategy=strategy, seed=7).heads
        columns = ["rank", "x", "y", "heading"]
        assert large[columns][: len(small)].equals(small[columns])


def order_of(codes):
    return HeadOrder(np.arange(len(codes)), np.zeros(len(codes), np.int64))


@given(codes, codes)
def test_places_are_given_once_and_in_order(have, needed):
    found, left_over = in_turn([order_of(have)], have, np.zeros(len(needed), np.int16), needed)
    place = found.site
    assert len(set(place.tolist())) == len(place) == min(len(have), len(needed))
    for code in range(4):
        own = place[: len(needed)][(needed == code)[: len(place)]] if left_over == 0 else place[:0]
        assert (np.diff(own) > 0).all()
        assert (have[own] == code).all()


@given(codes, codes, st.integers(0, 60))
def test_more_places_change_no_earlier_match(have, needed, more):
    one = np.zeros(len(needed), np.int16)
    found, left_over = in_turn([order_of(have)], have, one, needed)
    if left_over == 0:
        longer = np.concatenate([have, np.resize(np.array([0, 1, 2, 3], np.int8), more)])
        again, _ = in_turn([order_of(longer)], longer, one, needed)
        assert again.site.tolist() == found.site.tolist()


@given(codes, codes, st.randoms(use_true_random=False))
def test_two_orders_share_the_places_and_each_head_keeps_to_its_own(have, needed, random):
    rows = list(range(len(have)))
    random.shuffle(rows)
    shuffled = HeadOrder(np.array(rows, np.int64), np.zeros(len(rows), np.int64))
    choice = np.array([random.randint(0, 1) for _ in needed], np.int16)
    found, left_over = in_turn([order_of(have), shuffled], have, choice, needed)
    assert len(set(found.site.tolist())) == len(found.site) == min(len(have), len(needed))
    if left_over:
        return
    assert (have[found.site] == needed).all()
    taken: set[int] = set()
    for place, which, district in zip(found.site.tolist(), choice, needed, strict=True):
        order = rows if which else range(len(have))
        assert place == next(i for i in order if have[i] == district and i not in taken)
        taken.add(place)
