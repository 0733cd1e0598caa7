"""Passages and arcades: what they open of mapped buildings, and how cameras see in and through."""

from dataclasses import replace
from fractions import Fraction

import geopandas as gpd
import pytest
import shapely
from drawn import frames
from oracles import scenes, solids

from sim.city.assemble import assemble
from sim.city.decks import tagged_openings
from sim.city.passages import opened
from sim.city.streets import StreetNetwork
from sim.city.walls import Walls
from sim.sight.sightings import see

FACE, MOUNT, POINTS = 1.6, 4.0, 23
HEADS = [(-12, 1), (-7, -5), (21, -9), (35, 5), (48, -1), (3, -12)]
"""Places outside every house of these tests."""


def house(west, south, east, north, top=None):
    return solids.Box(*map(Fraction, (west, south, east, north)), None if top is None else
                      Fraction(top))  # fmt: skip


def compare(ways, through, kind, shape, solid, width=4.0, height=float("nan")):
    """See with heads around a house opened by a way; compare with straight lines past solids.

    Parameters
    ----------
    ways
        Straight streets; `through` tells which lead through the house.
    solid
        Boxes that are left of it, worked out by hand.
    """
    heads = [scenes.Head(x + 0.3125, y + 0.1875, reach=(200,), mount=MOUNT) for x, y in HEADS]
    scene = scenes.Scene([list(line) for line in ways], [], heads, [3 * t for t in through])
    city, fleet = scenes.city(scene)
    crs = city.streets.crs
    lines = [shapely.LineString(line) for line, t in zip(ways, through, strict=True) if t]
    table = gpd.GeoDataFrame({"kind": [kind] * len(lines), "width": width}, geometry=lines, crs=crs)
    walls = Walls.from_footprints(gpd.GeoDataFrame({"height": [height]}, geometry=[shape], crs=crs))
    streets, walls = opened(replace(city.streets, openings=table), walls)
    assert set(streets.edges["deck"]) == {"street"}
    seen = see(replace(city, streets=streets, walls=walls), fleet, threads=1).arrays
    inside = 0
    for edge, ((ax, ay), (bx, by)) in enumerate(ways):
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        for number, head in enumerate(heads):
            spans = scenes.intervals(seen, edge, number)
            eye = Fraction(head.x), Fraction(head.y), Fraction(MOUNT)
            for k in range(POINTS):
                s = Fraction(3 * k + 1, 3 * POINTS)
                face = ax + s * (bx - ax), ay + s * (by - ay), Fraction(FACE)
                said = any(low < float(s) * length < high for low, high in spans)
                assert said == solids.sees(eye, face, solid), (edge, head, float(s))
                inside += said and through[edge]
    return walls, inside


@pytest.mark.parametrize("height", [float("nan"), 12.0, 3.0])
def test_a_passage_is_seen_from_the_street_and_seen_through(height):
    top = None if height != height else height
    ways = [((-20, 0), (10, 0)), ((10, 0), (30, 0)), ((30, 0), (60, 0))]
    walls, inside = compare(
        ways, [0, 1, 0], "passage", shapely.box(10, -6, 30, 6),
        [house(10, -6, 30, -2, top), house(10, 2, 30, 6, top)], height=height,
    )  # fmt: skip
    assert inside > 20
    assert len(walls.footprints) == 2
    assert walls.report["opened_by_passages"] == 1


def test_a_passage_as_wide_as_its_tag_says_and_round_a_corner():
    ways = [((-20, 0), (10, 0)), ((10, 0), (20, 0)), ((20, 0), (20, -6)), ((20, -6), (20, -40))]
    _, inside = compare(
        ways, [0, 1, 1, 0], "passage", shapely.box(10, -6, 30, 6),
        [house(10, -6, 19, -1), house(10, 1, 30, 6), house(21, -6, 30, 1)], width=2.0,
    )  # fmt: skip
    assert inside > 10


def test_an_arcade_is_open_to_the_side_of_its_facade():
    ways = [((-20, 0), (0, 3)), ((0, 3), (40, 3)), ((40, 3), (60, 0))]
    walls, inside = compare(
        ways, [0, 1, 0], "arcade", shapely.box(0, 0, 40, 20), [house(0, "6.3", 40, 20)]
    )
    assert inside > 60
    (left,) = walls.footprints.geometry
    assert left.bounds == pytest.approx((0, 6.3, 40, 20))


def test_an_arcade_deep_in_a_building_is_a_passage():
    ways = [((-20, 0), (0, 10)), ((0, 10), (40, 10))]
    compare(
        ways, [0, 1], "arcade", shapely.box(0, 0, 40, 20),
        [house(0, 0, 40, 8), house(0, 12, 40, 20)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "kind", "width"),
    [
        ({"tunnel": "building_passage"}, "passage", 4),
        ({"tunnel": "building_passage", "width": "2.5"}, "passage", 2.5),
        ({"tunnel": "building_passage", "width": "9 ft"}, "passage", 9 * 0.3048),
        ({"tunnel": "building_passage", "width": "wide"}, "passage", 4),
        ({"tunnel": "building_passage", "width": "400"}, "passage", 4),
        ({"covered": "building_passage"}, "passage", 4),
        ({"tunnel": "['no', 'building_passage']"}, "passage", 4),
        ({"tunnel": "['yes', 'building_passage']"}, "", 4),
        ({"tunnel": "building_passage", "layer": "-1"}, "", 4),
        ({"tunnel": "building_passage", "indoor": "yes"}, "", 4),
        ({"tunnel": "building_passage", "highway": "corridor"}, "", 4),
        ({"tunnel": "building_passage", "bridge": "yes"}, "", 4),
        ({"covered": "arcade"}, "arcade", 4),
        ({"covered": "colonnade", "width": "3"}, "arcade", 3),
        ({"covered": "yes"}, "", 4),
        ({"tunnel": "yes"}, "", 4),
        ({}, "", 4),
    ],
)
def test_which_ways_open_buildings(tags, kind, width):
    table = gpd.GeoDataFrame([{"highway": "footway", **tags}], geometry=[shapely.Point(0, 0)])
    found = tagged_openings(table)
    assert (found[0].tolist(), found[1].tolist()) == ([kind], [pytest.approx(width)])


def town(**tags):
    """A street on each side of a house, and a way through it."""
    return [
        ([(0, 0), (0, 50)], {"osmid": 1}), ([(0, 50), (0, 100)], {"osmid": 1}),
        ([(60, 0), (60, 50)], {"osmid": 2}), ([(60, 50), (60, 100)], {"osmid": 2}),
        ([(0, 0), (60, 0)], {"osmid": 3}), ([(0, 100), (60, 100)], {"osmid": 4}),
        ([(0, 50), (20, 50)], {"osmid": 5}), ([(40, 50), (60, 50)], {"osmid": 6}),
        ([(20, 50), (40, 50)], {"osmid": 7, **tags}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "deck", "parts"),
    [
        ({"tunnel": "building_passage"}, "street", 2),
        ({"covered": "yes"}, "covered", 1),
        ({"indoor": "yes", "tunnel": "building_passage"}, "covered", 1),
        ({"tunnel": "yes"}, "subway", 1),
    ],
)
def test_a_city_is_assembled_with_its_passages_open(tags, deck, parts):
    streets = StreetNetwork.build(*frames(town(**tags)))
    east, north = shapely.get_coordinates(streets.nodes.geometry.to_numpy()).min(axis=0)
    block = shapely.box(east + 20, north + 20, east + 40, north + 80)
    given = gpd.GeoDataFrame(geometry=[block], crs=streets.crs)
    city = assemble("town", streets, buildings=given, halo_m=0)
    way = city.streets.edges["street"] == 7
    assert set(city.streets.edges.loc[way, "deck"]) == {deck}
    mapped = city.walls.footprints
    assert (mapped["kind"] == "footprint").sum() == parts
    assert set(city.streets.edges.loc[~way, "deck"]) == {"street"}


def test_without_a_mapped_building_a_passage_stays_covered():
    streets = StreetNetwork.build(*frames(town(tunnel="building_passage")))
    city = assemble("town", streets, halo_m=0)
    assert city.walls.kind == "blocks"
    assert set(city.streets.edges["deck"]) == {"street", "covered"}


@pytest.mark.parametrize(
    "line", [[(10, 6), (30, 6)], [(5, 11), (10, 6), (5, 1)], [(30, 6), (40, 6)]]
)
def test_a_passage_that_touches_a_neighbour_opens_none(line):
    city, _ = scenes.city(scenes.Scene([line]))
    table = gpd.GeoDataFrame(
        {"kind": ["passage"], "width": [4.0]},
        geometry=[shapely.LineString(line)], crs=city.streets.crs,
    )  # fmt: skip
    walls = Walls.from_footprints(
        gpd.GeoDataFrame(geometry=[shapely.box(10, -6, 30, 6)], crs=city.streets.crs)
    )
    streets = replace(city.streets, openings=table)
    assert opened(streets, walls) == (streets, walls)
