"""The built-in gazetteer: counts, both languages, and what lies inside a polygon."""

import shapely

from sim.area import district_outlines
from sim.city.places import KINDS
from sim.city.sources.gazetteer import gazetteer, gazetteer_within


def test_every_station_and_market_has_two_names_and_a_weight():
    table = gazetteer()
    assert table["kind"].value_counts().to_dict() == {"market": 97, "station": 98}
    assert set(table["kind"]) <= set(KINDS)
    assert table.crs.to_string() == "EPSG:2326"
    assert (table["weight"] >= 1).all()
    assert table["name"].str.match(r"^[A-Z][\x20-\x7eé]+$").all()
    assert table["name_zh"].str.contains(r"[\u4e00-\u9fff]").all()
    assert not table.duplicated(["kind", "name"]).any()


def test_places_lie_in_hong_kong():
    land = shapely.union_all(list(district_outlines().values())).buffer(500)
    assert gazetteer().within(land).all()


def test_what_lies_inside_a_polygon():
    found = gazetteer_within(shapely.box(835200, 819500, 836000, 820900))
    assert set(found.of("station")["name"]) == {"Mong Kok", "Mong Kok East", "Prince Edward"}
    assert "Fa Yuen Street Market" in set(found.of("market")["name"])
    assert gazetteer_within(shapely.box(0, 0, 1, 1)).table.empty


def test_a_caller_cannot_spoil_the_table():
    gazetteer()["name"] = "spoilt"
    assert "Central" in set(gazetteer()["name"])
