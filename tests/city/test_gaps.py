"""Where a map has streets and no houses."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from drawn import ORIGIN, frames, grid_ways, shared
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate
from shapely.geometry import box

from sim.city.assemble import assemble
from sim.city.bundle import save_bundle
from sim.city.gaps import CELL_M, unmapped
from sim.city.loaders import load_city
from sim.city.streets import StreetNetwork

BLOCKS = 13
STEP = 80.0
SIDE = BLOCKS * STEP


def town(highway="residential"):
    return StreetNetwork.build(*frames(grid_ways(BLOCKS + 1, BLOCKS + 1, STEP, highway=highway)))


def houses(keep=lambda x, y: True):
    """A house in every block whose middle is kept."""
    middles = [((i + 0.5) * STEP, (j + 0.5) * STEP) for i in range(BLOCKS) for j in range(BLOCKS)]
    shapes = [translate(box(x - 25, y - 25, x + 25, y + 25), *ORIGIN)
              for x, y in middles if keep(x, y)]  # fmt: skip
    return gpd.GeoDataFrame(geometry=shapes, crs="EPSG:2326")


def region():
    return translate(box(-20, -20, SIDE + 20, SIDE + 20), *ORIGIN)


def west_half(x, y):
    return x < SIDE / 2


STREETS = town()


def test_a_town_with_all_its_houses_has_no_gap():
    assert unmapped(STREETS, houses(), region()) is None


def test_the_quarter_without_houses_is_found_and_no_other():
    gap = unmapped(STREETS, houses(west_half), region())
    east = translate(box(SIDE / 2 + 150, 0, SIDE, SIDE), *ORIGIN)
    west = translate(box(0, 0, SIDE / 2, SIDE), *ORIGIN)
    assert gap.contains(east)
    assert gap.intersection(west).area == 0
    assert region().contains(gap)


@pytest.mark.parametrize("highway", ["footway", "path", "track", "service", "steps"])
def test_no_houses_are_missed_where_none_need_stand(highway):
    assert unmapped(town(highway), houses(west_half), region()) is None


def test_a_road_through_the_country_is_no_gap():
    ways = [*grid_ways(4, 4, STEP), ([(240, 0), (5000, 0)], {"highway": "tertiary"})]
    streets = StreetNetwork.build(*frames(ways))
    near = houses(lambda x, y: x < 240 and y < 240)
    land = translate(box(-20, -400, 5020, 400), *ORIGIN)
    assert unmapped(streets, near, land) is None


@settings(max_examples=20, deadline=None)
@given(st.lists(st.booleans(), min_size=BLOCKS**2, max_size=BLOCKS**2), st.integers(0, BLOCKS**2))
def test_one_house_more_never_makes_more_of_a_gap(present, more):
    number = iter(range(BLOCKS**2))
    rows = [next(number) for _ in range(BLOCKS**2)]
    few = houses().iloc[[k for k in rows if present[k]]]
    many = houses().iloc[[k for k in rows if present[k] or k == more]]
    before, after = (unmapped(STREETS, h, region()) for h in (few, many))
    if after is not None:
        # one gap may fall into two, of which the smaller is no gap any more, but none grows
        assert shapely.difference(after, before).area < 1e-6


def test_a_gap_reaches_to_the_rim_of_its_streets_and_to_the_last_mapped_house():
    """At a rim half of a window is empty, and it is less dense there than inside: it counts still.

    Streets every 125 m are 16 km to the km2 inside, 8 at the rim (which alone would be no gap).
    """
    pitch, blocks = 125.0, 10
    streets = StreetNetwork.build(*frames(grid_ways(blocks + 1, blocks + 1, pitch)))
    side = pitch * blocks
    land = translate(box(-10, -10, side + 10, side + 10), *ORIGIN)
    row = [translate(box(20, y, 30, y + 10), *ORIGIN) for y in range(0, int(side), 25)]
    near = gpd.GeoDataFrame(geometry=row, crs="EPSG:2326")
    gap = unmapped(streets, near, land)
    # houses stand along the first street; a window that reaches it is mapped up to 150 m of x
    everywhere_else = translate(box(150, 0, side, side), *ORIGIN)
    assert everywhere_else.difference(gap.buffer(1e-6)).area < 1e-3
    assert gap.intersection(translate(box(0, 0, 100, side), *ORIGIN)).area < 1e-3


@pytest.mark.parametrize("every", [16, 24, 40])
def test_scattered_outlines_do_not_make_a_quarter_a_mapped_one(every):
    some = houses().iloc[::every]
    whole = unmapped(STREETS, houses().iloc[:0], region())
    assert unmapped(STREETS, some, region()).area > 0.75 * whole.area


@pytest.mark.parametrize("missing", [2, 3, 5])
def test_a_quarter_with_a_house_missing_here_and_there_is_mapped(missing):
    all_but_some = houses().drop(index=houses().index[::missing])
    assert unmapped(STREETS, all_but_some, region()) is None


def test_a_gap_follows_a_road_out_of_it_for_half_a_window():
    """Two cells past the last dense one, each side of the road, and no farther."""
    blocks = 8
    ways = grid_ways(blocks + 1, blocks + 1, 100.0)
    ways.append(([(800, 400), (5000, 400)], {"highway": "tertiary"}))
    streets = StreetNetwork.build(*frames(ways))
    land = translate(box(-10, -10, 5010, 810), *ORIGIN)
    far = gpd.GeoDataFrame(
        geometry=[translate(box(4900, 500, 4910, 510), *ORIGIN)], crs="EPSG:2326"
    )
    gap = unmapped(streets, far, land)
    east = gap.bounds[2] - ORIGIN[0]
    dense = {k for k in range(100) if metres_around(streets, 50 * k, 400) >= 12 * 250**2 / 1000}
    assert east == 50 * (max(dense) + 1) + 100


def metres_around(streets, west, south):
    """Street in the 250 m about a cell of 50 m."""
    window = translate(box(west - 100, south - 100, west + 150, south + 150), *ORIGIN)
    lines = streets.edges.geometry.to_numpy()
    return shapely.length(shapely.intersection(lines, window)).sum()


def test_cells_do_not_hang_on_the_region():
    wide = region().buffer(777.0)
    gap, same = (unmapped(STREETS, houses(west_half), r) for r in (region(), wide))
    assert same.intersection(region()).symmetric_difference(gap).area < 1e-6
    assert np.allclose(shapely.get_coordinates(same) % CELL_M, 0)


def test_a_city_with_a_gap_is_mixed_and_says_so(tmp_path):
    city = assemble("town", STREETS, buildings=houses(west_half), halo_m=0.0, region=region())
    assert city.walls.kind == "mixed"
    kinds = city.walls.footprints["kind"].value_counts()
    assert kinds["footprint"] == len(houses(west_half))
    assert kinds["block"] == city.walls.report["blocks"] > 20
    assert any("no building footprints beside dense streets" in said
               for said in city.provenance["assumptions"])  # fmt: skip
    inferred = city.walls.footprints[city.walls.footprints["kind"] == "block"]
    assert not inferred.intersects(shapely.union_all(houses(west_half).geometry)).any()
    again = load_city(str(save_bundle(city, tmp_path / "town")))
    assert again.walls.kind == "mixed"


def test_a_city_with_all_its_houses_is_not_mixed():
    city = assemble("town", STREETS, buildings=houses(), halo_m=0.0, region=region())
    assert city.walls.kind == "footprints"


def test_a_hole_torn_into_helsinki_is_found():
    from sim.city.from_files import import_files

    city = import_files([shared("cities/helsinki.osm.pbf")], "helsinki")
    assert city.walls.kind == "footprints"
    mapped = city.walls.footprints
    middle = np.median(shapely.get_coordinates(mapped.centroid.to_numpy()), axis=0)
    hole = shapely.Point(middle).buffer(400)
    gap = unmapped(city.streets, mapped[~mapped.intersects(hole)], city.area.region)
    assert hole.buffer(-150).difference(gap).area < 0.1 * hole.area
    assert gap.difference(hole.buffer(200)).area == 0
