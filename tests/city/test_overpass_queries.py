import math
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from drawn_planet import quarter
from hypothesis import given, settings
from hypothesis import strategies as some
from overpass_server import Planet, evaluate

from sim.area import HONG_KONG_CRS, district_outlines, districts
from sim.city.sources.named_areas import WantedArea
from sim.city.sources.overpass_queries import (
    LAYERS,
    MB_PER_KM2,
    TILE_DEGREES,
    Box,
    query,
    questions,
    tiles,
)
from sim.city.sources.place_tags import PLACE_TAGS
from sim.errors import InputError

HERE = Box(22.30, 114.15, 22.32, 114.18)


def as_shape(box):
    return shapely.box(box.west, box.south, box.east, box.north)


@settings(max_examples=60, deadline=None)
@given(
    west=some.floats(-179, 178),
    south=some.floats(-84, 83),
    width=some.floats(1e-4, 0.4),
    height=some.floats(1e-4, 0.4),
)
def test_tiles_cover_an_area_and_no_tile_is_for_nothing(west, south, width, height):
    shape = shapely.Point(west, south).buffer(1.0)
    shape = shapely.affinity.scale(shape, width / 2, height / 2)
    boxes = tiles(shape)
    assert shapely.union_all([as_shape(b) for b in boxes]).buffer(1e-9).covers(shape)
    assert all(as_shape(box).intersects(shape) for box in boxes)


def test_neighbouring_areas_share_tiles():
    one, other = (set(tiles(shapely.box(x, 22.0, x + 0.2, 22.2))) for x in (114.0, 114.1))
    assert len(one & other) >= 2 * 4
    assert all(math.isclose(b.north - b.south, TILE_DEGREES) for b in one | other)


def test_quarters_make_the_whole():
    parts = HERE.quarters()
    assert shapely.union_all([as_shape(part) for part in parts]).equals(as_shape(HERE))
    assert sum(part.km2 for part in parts) == pytest.approx(HERE.km2, rel=1e-6)
    assert HERE.km2 == pytest.approx(6.87, abs=0.02)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_query_is_bounded_in_place_time_and_memory(layer):
    text = query(layer, HERE)
    assert text.startswith("[out:xml][timeout:180][maxsize:536870912];")
    assert "(22.300000,114.150000,22.320000,114.180000)" in text
    assert text.endswith("out body;")
    assert text.count("(") == text.count(")")


def test_every_tag_that_makes_a_place_is_asked_for():
    pairs = [(key, value) for key, values, _ in PLACE_TAGS for value in sorted(values)]
    nodes = {n: (114.16, 22.31, {key: value}) for n, (key, value) in enumerate(pairs)}
    nodes |= {n + 1000: (114.16, 22.31, {key: f"x{value}"}) for n, (key, value) in enumerate(pairs)}
    found = evaluate(Planet(nodes, {}), query("places", HERE))
    assert {number for _, number in found} == set(range(len(pairs)))


def test_streets_come_with_the_ways_that_meet_them_outside():
    planet = quarter()
    south, west, step = 22.310, 114.160, 0.0008
    box = Box(south + 0.2 * step, west + 0.2 * step, south + 0.8 * step, west + 1.8 * step)
    found = evaluate(planet, query("streets", box))
    ways = {number for kind, number in found if kind == "way"}
    # One column crosses the box; every row meets it somewhere.
    assert ways == {201, *range(100, 108)}
    assert len([1 for kind, _ in found if kind == "node"]) == 64


def test_places_are_asked_for_beyond_the_halo():
    area = WantedArea("a", "", shapely.Point(836000, 819000).buffer(300), HONG_KONG_CRS)
    boxes = dict(questions(area, 100.0))
    assert list(boxes) == list(LAYERS)
    assert as_shape(boxes["places"]).contains(as_shape(boxes["streets"]))
    assert boxes["streets"] == boxes["buildings"] == boxes["surveillance"]


def test_all_of_hong_kong_is_a_few_hundred_questions():
    everything = shapely.union_all(list(district_outlines().values()))
    asked = questions(WantedArea("Hong Kong", "香港", everything, HONG_KONG_CRS), 150.0)
    assert 200 < len(asked) < 500
    assert len(set(asked)) == len(asked)


def test_an_area_on_the_antimeridian_is_one_line():
    spot = shapely.Point(180.0, -17.0)
    middle = gpd.GeoSeries([spot], crs=4326).to_crs("EPSG:32760").iloc[0]
    area = WantedArea("Taveuni", "", middle.buffer(2000), "EPSG:32760", [])
    with pytest.raises(InputError, match=r"Taveuni: lies on the antimeridian.*extract"):
        questions(area, 350)


@pytest.mark.parametrize(("radius", "halo", "words"), [
    (40_000, 150.0, "more than one city"), (300, 9_000.0, "halo: 9000.0 m"), (300, -1.0, "halo"),
])  # fmt: skip
def test_too_much_is_refused_before_anything_is_asked(radius, halo, words):
    area = WantedArea("a", "", shapely.Point(836000, 819000).buffer(radius), HONG_KONG_CRS)
    with pytest.raises(InputError, match=words):
        questions(area, halo)


@pytest.mark.parametrize("district", districts(), ids=lambda d: d.name)
def test_the_runbook_states_what_is_asked_for_each_district(district):
    outline = district_outlines()[district.name]
    area = WantedArea(district.name, district.name_zh, outline, HONG_KONG_CRS)
    asked = questions(area, 150.0)
    least, most = (sum(MB_PER_KM2[layer][i] * box.km2 for layer, box in asked) for i in (0, 1))
    row = f"| {district.name} | {district.name_zh} | `{area.plain_name}` | {len(asked)} |"
    text = (Path(__file__).parents[2] / "docs" / "fetching.md").read_text(encoding="utf-8")
    assert f"{row} {least:.0f}–{most:.0f} |" in text
    assert f'"{district.name}"' in text


def test_every_layer_has_an_estimate():
    assert list(MB_PER_KM2) == list(LAYERS)
