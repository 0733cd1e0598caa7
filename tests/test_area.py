"""The table of the 18 districts: sums, outlines against land, and shares of a region."""

from importlib.resources import files

import numpy as np
import pytest
import shapely

from sim.area import district_outlines, district_parts, districts

MONG_KOK = shapely.box(835200, 819600, 835800, 820800)


def test_there_are_18_districts_with_all_residents_of_the_2021_census():
    assert len(districts()) == len({d.name for d in districts()}) == 18
    assert sum(d.population for d in districts()) == 7_411_945
    assert sum(d.land_km2 for d in districts()) == pytest.approx(1107, abs=1)
    assert 2600 < sum(d.carriageway_km for d in districts()) < 2760
    mong_kok = next(d for d in districts() if d.name == "Yau Tsim Mong")
    assert mong_kok.name_zh == "油尖旺區"


def test_outlines_agree_with_land_and_do_not_overlap():
    outlines = district_outlines()
    assert set(outlines) == {d.name for d in districts()}
    for d in districts():
        assert outlines[d.name].area / 1e6 == pytest.approx(d.land_km2, rel=0.03), d.name
    shapes = list(outlines.values())
    assert all(shape.is_valid for shape in shapes)
    assert shapely.union_all(shapes).area == pytest.approx(sum(s.area for s in shapes), rel=1e-9)
    coordinates = shapely.get_coordinates(shapes)
    np.testing.assert_array_equal(coordinates, np.round(coordinates / 10) * 10)


@pytest.mark.parametrize(
    ("name", "kilobytes"), [("district_outlines.txt", 60), ("districts.csv", 5), ("places.csv", 20)]
)
def test_facts_are_small_and_say_where_they_come_from(name, kilobytes):
    text = files("sim.facts").joinpath(name).read_text(encoding="utf-8")
    assert len(text.encode()) <= kilobytes * 1000
    header = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    assert "DATA.GOV.HK" in header
    assert "attribution" in header


@pytest.mark.parametrize(
    ("x", "y", "district"),
    [
        (835496, 820034, "Yau Tsim Mong"),  # Nathan Road / Argyle Street
        (833700, 816050, "Central and Western"),  # Statue Square, roughly
        (836100, 820400, "Kowloon City"),  # Kadoorie Hill
        (834600, 821100, "Sham Shui Po"),
    ],
)
def test_known_corners_lie_in_their_district(x, y, district):
    found = [n for n, o in district_outlines().items() if o.contains(shapely.Point(x, y))]
    assert found == [district]


def test_parts_of_a_region_add_up():
    parts = district_parts(MONG_KOK, 20.0)
    assert {p.district for p in parts} >= {"Yau Tsim Mong"}
    assert sum(p.carriageway_km for p in parts) == pytest.approx(20.0)
    assert sum(p.land_km2 for p in parts) == pytest.approx(MONG_KOK.area / 1e6, rel=1e-6)
    given = district_parts(MONG_KOK, 20.0, {"Yau Tsim Mong": 1234.0})
    assert next(p for p in given if p.district == "Yau Tsim Mong").population == 1234.0


def test_a_region_at_sea_has_no_parts():
    assert district_parts(shapely.box(800000, 790000, 801000, 791000), 0.0) == ()


def test_the_whole_city_has_every_district_once():
    whole = shapely.box(790000, 790000, 870000, 850000)
    parts = district_parts(whole, 100.0)
    assert [p.district for p in parts] == list(district_outlines())
    for part, d in zip(parts, districts(), strict=True):
        assert part.population == pytest.approx(d.population, rel=0.03)
