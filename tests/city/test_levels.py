"""Levels and classes of ways: covered ways off the ground, trunk roads with pavements."""

import pytest
from drawn import frames, grid_ways

from sim.city.streets import StreetNetwork


def deck_of(**tags):
    """The deck of one way across a square of a grid."""
    way = ([(0, 0), (40, 40), (80, 80)], {"highway": "footway", "osmid": 500, **tags})
    edges = StreetNetwork.build(*frames([*grid_ways(), way])).edges
    return edges.loc[edges["street"] == 500, "deck"].tolist()


@pytest.mark.parametrize(
    ("tags", "deck"),
    [
        ({"layer": "1"}, "footbridge"),
        ({"covered": "yes", "layer": "1"}, "footbridge"),
        ({"indoor": "yes", "layer": "1"}, "footbridge"),
        ({"covered": "arcade", "layer": "2"}, "footbridge"),
        ({"highway": "corridor", "layer": "1"}, "footbridge"),
        ({"tunnel": "building_passage", "layer": "1"}, "footbridge"),
        ({"covered": "yes", "layer": "-1"}, "subway"),
        ({"indoor": "yes", "layer": "-1"}, "subway"),
        ({"highway": "corridor", "layer": "-2"}, "subway"),
        ({"covered": "yes"}, "covered"),
        ({"covered": "yes", "layer": "0"}, "covered"),
        ({"indoor": "yes", "layer": "1;2"}, "covered"),
        ({"covered": "yes", "bridge": "yes", "layer": "-1"}, "footbridge"),
        ({"highway": "elevator", "layer": "1"}, "covered"),
        ({"highway": "service", "covered": "yes", "layer": "1"}, "covered"),
        ({"covered": "no", "layer": "0"}, "street"),
    ],
)
def test_the_level_of_a_way_decides_its_deck(tags, deck):
    assert deck_of(**tags) == [deck]


@pytest.mark.parametrize(
    ("tags", "walked"),
    [
        ({}, False),
        ({"foot": "yes"}, True),
        ({"foot": "designated"}, True),
        ({"sidewalk": "both"}, True),
        ({"sidewalk:left": "yes"}, True),
        ({"sidewalk:both": "separate"}, False),
        ({"sidewalk": "no"}, False),
        ({"foot": "no", "sidewalk": "left"}, False),
        ({"highway": "motorway", "foot": "yes"}, False),
        ({"highway": "trunk_link", "sidewalk:right": "yes"}, True),
    ],
)
def test_trunk_roads_are_walked_where_a_tag_says_so(tags, walked):
    assert bool(deck_of(**{"highway": "trunk", **tags})) is walked


@pytest.mark.parametrize("key", ["sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right"])
def test_a_flyover_with_a_pavement_is_walked(key):
    assert deck_of(highway="primary", bridge="yes", **{key: "yes"}) == ["footbridge"]
    assert deck_of(highway="primary", bridge="yes", **{key: "no"}) == []
