"""Every district of the region gets its own heads, on its own streets."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.area import district_outlines, districts
from sim.placement.growth import region_heads
from sim.placement.placing import matched

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


@given(codes, codes)
def test_places_are_given_once_and_in_order(have, needed):
    place, left_over = matched(have, needed)
    assert len(set(place.tolist())) == len(place) == min(len(have), len(needed))
    for code in range(4):
        own = place[: len(needed)][(needed == code)[: len(place)]] if left_over == 0 else place[:0]
        assert (np.diff(own) > 0).all()
        assert (have[own] == code).all()


@given(codes, codes, st.integers(0, 60))
def test_more_places_change_no_earlier_match(have, needed, more):
    place, left_over = matched(have, needed)
    if left_over == 0:
        longer = np.concatenate([have, np.resize(np.array([0, 1, 2, 3], np.int8), more)])
        assert matched(longer, needed)[0].tolist() == place.tolist()
